//! A state is changed by a handler of its machine and by nothing else: outside
//! the handlers no code names a state to go to.
//!
//! This looks at the text of the sources. It finds what one would write without
//! thinking of it, not what one hides on purpose (a state made from its number).

use std::ops::Range;
use std::path::{Path, PathBuf};

/// Functions that declare what a machine is and so name states, but lead nowhere;
/// the last ones are where `starts` and the makers of a machine have the starting
/// states from.
const DECLARATIONS: [&str; 7] = [
    "alphabet",
    "starts",
    "invariants",
    "waited_for",
    "ordered",
    "fresh",
    "failed_over",
];

const STATES: [(&str, &[&str]); 4] = [
    (
        "ManagerState",
        &["LoadingMeta", "WaitingHeartbeat", "Ready"],
    ),
    (
        "MasterState",
        &["Uninit", "Init", "Finished", "Stopped", "Failed"],
    ),
    (
        "WorkerState",
        &["Normal", "Created", "Init", "Error", "Finished", "Stopped"],
    ),
    (
        "WorkerEntryState",
        &["Wait", "Created", "Normal", "Offline", "Tombstone"],
    ),
];

/// The code of a file: comments and the insides of texts are blanked, tests cut.
fn code(source: &str) -> String {
    let source = source.split("#[cfg(test)]").next().unwrap();
    let mut code = String::new();
    let mut rest = source.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '/' if rest.peek() == Some(&'/') => while rest.next_if(|c| *c != '\n').is_some() {},
            '"' => {
                code.push('"');
                while let Some(c) = rest.next() {
                    match c {
                        '\\' => {
                            rest.next();
                        }
                        '"' => break,
                        _ => {}
                    }
                }
                code.push('"');
            }
            other => code.push(other),
        }
    }
    code
}

/// The range of the block in braces that begins after `from`.
fn block(code: &str, from: usize) -> Range<usize> {
    let begin = from + code[from..].find('{').expect("a block follows");
    let mut depth = 0;
    for (offset, c) in code[begin..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return begin..begin + offset;
        }
    }
    panic!("a block without an end")
}

/// The bodies of the handlers.
fn handlers(code: &str) -> Vec<Range<usize>> {
    ["#[state(", "#[state]", "#[superstate(", "#[superstate]"]
        .iter()
        .flat_map(|attribute| code.match_indices(attribute))
        .map(|(at, _)| {
            // Braces inside an attribute are none of the function's.
            let function = at + code[at..].find("fn ").expect("a handler is a function");
            block(code, function)
        })
        .collect()
}

/// Every place that names a state to go to and must not.
fn offences(source: &str) -> Vec<String> {
    let code = code(source);
    let mut allowed = handlers(&code);
    for name in DECLARATIONS {
        allowed.extend(
            code.match_indices(&format!("fn {name}()"))
                .map(|(at, _)| block(&code, at)),
        );
    }
    // A question that is answered with yes or no leads nowhere either.
    allowed.extend(
        code.match_indices("fn is_")
            .filter(|(at, _)| {
                let rest = &code[*at..];
                let signature = &rest[..rest.find('{').unwrap_or(rest.len())];
                signature.trim_end().ends_with("(self) -> bool")
            })
            .map(|(at, _)| block(&code, at)),
    );
    let mut offences = Vec::new();
    let mut look = |needle: &str, within: &Range<usize>| {
        for (at, _) in code[within.clone()].match_indices(needle) {
            let at = within.start + at;
            let ends = |c: Option<char>| !c.is_some_and(|c| c.is_alphanumeric() || c == '_');
            let whole = (ends(needle.chars().last())
                || ends(code[at + needle.len()..].chars().next()))
                && (ends(needle.chars().next()) || ends(code[..at].chars().last()));
            if whole && !allowed.iter().any(|range| range.contains(&at)) {
                let line = code[..at].matches('\n').count() + 1;
                offences.push(format!("line {line}: {needle}"));
            }
        }
    };
    let everywhere = 0..code.len();
    // Called, named, or handed on to be called.
    for needle in ["Transition(", "Outcome::Transition", "(Transition)"] {
        look(needle, &everywhere);
    }
    for (state, variants) in STATES {
        look(&format!("{state}::*"), &everywhere);
        look(&format!("{state}::{{"), &everywhere);
        for variant in variants {
            look(&format!("{state}::{variant}"), &everywhere);
        }
        for header in [format!("impl {state} "), format!(" for {state} ")] {
            for (at, _) in code.match_indices(&header) {
                let own = block(&code, at);
                for variant in variants {
                    look(&format!("Self::{variant}"), &own);
                }
            }
        }
    }
    offences
}

/// Every source file in a folder and those below it.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

#[test]
fn only_handlers_name_a_state_to_go_to() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/framework");
    let mut n_handlers = 0;
    for path in sources(Path::new(folder)) {
        let source = std::fs::read_to_string(&path).unwrap();
        n_handlers += handlers(&code(&source)).len();
        assert_eq!(
            offences(&source),
            Vec::<String>::new(),
            "{}",
            path.display()
        );
    }
    let n_states: usize = STATES.iter().map(|(_, variants)| variants.len()).sum();
    assert!(n_handlers >= n_states, "found only {n_handlers} handlers");
}

#[test]
fn a_change_outside_a_handler_is_found() {
    let handler = "
        #[state(superstate = \"live\")]
        fn init(event: &Event) -> Outcome<MasterState> {
            match event { Event::Go => { Transition(MasterState::Finished) } _ => Super }
        }
    ";
    assert_eq!(offences(handler), Vec::<String>::new());
    for (bad, offence) in [
        (
            "fn f(&mut self) { self.state = MasterState::Init; }",
            "line 5: MasterState::Init",
        ),
        (
            "fn f() -> Outcome<MasterState> { Transition(x) }",
            "line 5: Transition(",
        ),
        (
            "fn f() -> Outcome<MasterState> { x.map_or(Super, Outcome::Transition) }",
            "line 5: Outcome::Transition",
        ),
        (
            "fn f() -> Option<Outcome<MasterState>> { x.map(Transition) }",
            "line 5: (Transition)",
        ),
        ("fn f() { use WorkerState::*; }", "line 5: WorkerState::*"),
        (
            "use super::WorkerEntryState::{Wait};",
            "line 5: WorkerEntryState::{",
        ),
        (
            "impl WorkerState { fn f() -> Self { Self::Error } }",
            "line 5: Self::Error",
        ),
        (
            "impl Default for MasterState { fn default() -> Self { Self::Uninit } }",
            "line 5: Self::Uninit",
        ),
        (
            "fn is_so(&mut self) -> bool { *self = MasterState::Uninit; true }",
            "line 5: MasterState::Uninit",
        ),
        (
            "fn starting() -> S { MasterState::Uninit }",
            "line 5: MasterState::Uninit",
        ),
    ] {
        let source = format!("{}\n{bad}", handler.trim_end().trim_start_matches('\n'));
        assert_eq!(offences(&source), [offence], "{bad}");
    }
    for good in [
        "// MasterState::Init",
        "const TEXT: &str = \"MasterState::Init\";",
        "fn alphabet() -> Vec<E> { vec![E::Update(WorkerState::Init)] }",
        "fn f() { MasterState::Initial }",
        "impl MasterState { fn is_new(self) -> bool { matches!(self, Self::Uninit) } }",
        "#[cfg(test)] mod tests { MasterState::Init }",
    ] {
        assert_eq!(offences(good), Vec::<String>::new(), "{good}");
    }
}
