//! The shape of the source tree: which module may use which, and how long a
//! file may get.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The modules in the order in which they build on each other: each may use
/// those before it. The first part serves any machine and never names the
/// second, which is about the master/worker framework.
const LAYERS: [&str; 11] = [
    "graph",
    "machine",
    "draw",
    "replay",
    "check",
    "testkit",
    "wire",
    "framework",
    "protocol",
    "cli",
    "fuzzing",
];

/// The first module about the framework.
const FRAMEWORK_BEGINS: &str = "wire";

fn source_files(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            source_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn sources() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    source_files(&root, &mut files);
    files
        .into_iter()
        .map(|path| {
            let name = path
                .strip_prefix(&root)
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/");
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect()
}

fn module_of(file: &str) -> &str {
    file.split(['/', '.']).next().unwrap()
}

/// The part of a file that is compiled into the library: without its tests.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap()
}

/// The modules that a text names as `crate::module`, in code.
fn used(text: &str) -> impl Iterator<Item = &str> {
    let code = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| line.split("crate::").skip(1))
        .map(|rest| {
            rest.split(|c: char| !(c.is_alphanumeric() || c == '_'))
                .next()
                .unwrap()
        })
}

#[test]
fn a_module_uses_only_what_stands_before_it() {
    let level = |module: &str| LAYERS.iter().position(|layer| *layer == module);
    let framework = level(FRAMEWORK_BEGINS).unwrap();
    let mut checked = 0;
    for (file, text) in sources() {
        let module = module_of(&file);
        let Some(own) = level(module) else {
            assert!(
                ["lib", "main", "doctest"].contains(&module),
                "src/{file} is in no layer"
            );
            continue;
        };
        for other in used(without_tests(&text)).filter_map(level) {
            checked += 1;
            assert!(
                other <= own,
                "src/{file} uses `{}`, which builds on it",
                LAYERS[other]
            );
            assert!(
                own >= framework || other < framework,
                "src/{file} names the framework"
            );
        }
    }
    assert!(
        checked > 20,
        "only {checked} uses were found: the search is broken"
    );
}

#[test]
fn a_file_holds_one_concept() {
    for (file, text) in sources()
        .into_iter()
        .filter(|(file, _)| !file.ends_with("/tests.rs"))
    {
        let code = without_tests(&text).lines().filter(|line| {
            let line = line.trim_start();
            !line.is_empty() && !line.starts_with("//")
        });
        let lines = code.count();
        assert!(
            lines <= 400,
            "src/{file} has {lines} lines of code: split it along a concept"
        );
    }
}

#[test]
fn every_file_says_what_it_is() {
    for (file, text) in sources() {
        assert!(
            text.starts_with("//! "),
            "src/{file} does not begin with what it is"
        );
    }
}
