//! Reads a file of golden data, one JSON object a line, and holds every line
//! against the library.
//!
//! The bundled files lie in `tests/data/vectors`; the environment variable
//! `FSMCHECK_VECTORS` names another folder of the same layout.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// What came of one line.
pub(crate) enum Line {
    /// The library does what the line says.
    Agrees,
    /// One of the stated exceptions, by its name.
    Excepted(&'static str),
    /// The library does something else: what was expected, what was seen.
    Differs(String),
}

impl Line {
    /// Compares what the line says with what the library does.
    pub(crate) fn compare<T: PartialEq + std::fmt::Debug>(
        what: &str,
        expected: &T,
        seen: &T,
    ) -> Self {
        if expected == seen {
            Self::Agrees
        } else {
            Self::Differs(format!(
                "{what}\n    expected {expected:?}\n    seen     {seen:?}"
            ))
        }
    }

    /// This line, unless it agrees: then the next comparison decides.
    pub(crate) fn and(self, next: impl FnOnce() -> Self) -> Self {
        match self {
            Self::Agrees => next(),
            other => other,
        }
    }
}

/// What the bundled file holds: pinned, so that a lost line or a wider
/// exception shows.
pub(crate) struct Pinned {
    pub(crate) lines: usize,
    pub(crate) exceptions: &'static [(&'static str, usize)],
}

/// Runs `check` over every line of `NAME.jsonl`; a name such as `hazards_NAME` is
/// that of `hazards/NAME.jsonl`.
///
/// A file that is missing or empty fails, and so does one in which a single
/// exception covers more than half of the lines.
#[expect(
    clippy::print_stdout,
    reason = "the counts of another folder are nowhere pinned, only printed"
)]
pub(crate) fn run(name: &str, pinned: &Pinned, mut check: impl FnMut(&Value) -> Line) {
    let elsewhere = std::env::var_os("FSMCHECK_VECTORS").map(PathBuf::from);
    let folder = elsewhere.clone().unwrap_or_else(|| {
        PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/vectors"))
    });
    // Another folder need not have the folders inside; one that is there is whole.
    let inner = Path::new(name).parent().map(|parent| folder.join(parent));
    if elsewhere.is_some() && inner.is_some_and(|inner| !inner.is_dir()) {
        println!("{name}: there is no such folder in {}", folder.display());
        return;
    }
    let (path, text) = read(&folder, name);

    let mut lines = 0;
    let mut exceptions = BTreeMap::new();
    let mut differences = Vec::new();
    for (index, line) in text.lines().enumerate() {
        lines += 1;
        let value = serde_json::from_str(line)
            .unwrap_or_else(|error| panic!("{}:{}: not JSON: {error}", path.display(), index + 1));
        match check(&value) {
            Line::Agrees => {}
            Line::Excepted(which) => *exceptions.entry(which).or_insert(0_usize) += 1,
            Line::Differs(how) => {
                differences.push(format!("{}:{}: {how}", path.display(), index + 1))
            }
        }
    }

    println!("{name}: {lines} lines, exceptions {exceptions:?}");
    assert!(lines > 0, "{} is empty", path.display());
    assert!(
        differences.is_empty(),
        "{} of {lines} lines differ; the first:\n{}",
        differences.len(),
        differences
            .iter()
            .take(10)
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join("\n"),
    );
    for (which, count) in &exceptions {
        assert!(
            count * 2 <= lines,
            "{}: exception `{which}` covers {count} of {lines} lines",
            path.display()
        );
    }
    if elsewhere.is_none() {
        assert_eq!(lines, pinned.lines, "{name}: number of lines");
        let expected: BTreeMap<_, _> = pinned.exceptions.iter().copied().collect();
        assert_eq!(exceptions, expected, "{name}: exceptions");
    }
}

/// A text of the original: bytes that need not be UTF-8.
pub(crate) fn text_bytes(value: &Value) -> Vec<u8> {
    use base64::Engine as _;
    match value {
        Value::String(text) => text.clone().into_bytes(),
        Value::Object(members) => base64::engine::general_purpose::STANDARD
            .decode(members["b64"].as_str().expect("b64 holds a string"))
            .expect("b64 holds base64"),
        other => panic!("not a text: {other}"),
    }
}

/// Whether any text inside `value` is not UTF-8 and so has no Rust `String`.
pub(crate) fn holds_non_utf8(value: &Value) -> bool {
    match value {
        Value::Object(members) => {
            members.contains_key("b64") || members.values().any(holds_non_utf8)
        }
        Value::Array(items) => items.iter().any(holds_non_utf8),
        _ => false,
    }
}

/// The text of `NAME.jsonl`, or of `NAME.jsonl.gz`, as large files are bundled.
fn read(folder: &Path, name: &str) -> (PathBuf, String) {
    let plain = folder.join(format!("{name}.jsonl"));
    let packed = folder.join(format!("{name}.jsonl.gz"));
    let text = if plain.exists() || !packed.exists() {
        std::fs::read_to_string(&plain)
    } else {
        std::fs::File::open(&packed)
            .and_then(|file| std::io::read_to_string(flate2::read::MultiGzDecoder::new(file)))
    };
    let text = text.unwrap_or_else(|error| panic!("{}: {error}", plain.display()));
    (plain, text)
}
