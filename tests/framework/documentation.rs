//! The tables in the machines' documentation are what the machines do.
//! `FSMCHECK_ACCEPT=1 cargo test --test framework` writes them anew.

use std::path::Path;

use fsmcheck::framework::{
    Cancellation, JobMasterBusiness, Master, MasterClient, RunLoop, StartUp, StatusWriter, Worker,
    WorkerBusiness, WorkerEntry,
};
use fsmcheck::graph::{EventId, Graph, StateId, TransitionKind};

const BEGIN: &str =
    "<!-- BEGIN transitions, written by `FSMCHECK_ACCEPT=1 cargo test --test framework` -->";
const END: &str = "<!-- END transitions -->";

#[test]
fn tables_are_up_to_date() {
    for graph in [
        Master::graph(),
        Worker::graph(),
        WorkerEntry::graph(),
        MasterClient::graph(),
        RunLoop::graph(),
        StartUp::graph(),
        StatusWriter::graph(),
        Cancellation::graph(),
        WorkerBusiness::graph(),
        JobMasterBusiness::graph(),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("src/framework")
            .join(format!("{}.md", graph.machine()));
        let written = std::fs::read_to_string(&path).unwrap();
        let (before, rest) = written.split_once(BEGIN).expect("has a begin marker");
        let (_, after) = rest.split_once(END).expect("has an end marker");
        let expected = format!("{before}{BEGIN}\n\n{}\n{END}{after}", table(graph));
        if std::env::var_os("FSMCHECK_ACCEPT").is_some() {
            std::fs::write(&path, expected).unwrap();
        } else {
            assert_eq!(written, expected, "{} is out of date", path.display());
        }
    }
}

/// A row for each event, a column for each state in the order of their codes.
fn table(graph: &Graph) -> String {
    let mut states: Vec<_> = graph.states().collect();
    states.sort_by_key(|(_, state)| state.code);
    let mut text = String::from("| event |");
    for (_, state) in &states {
        text += &format!(" {} |", state.name);
    }
    text += "\n|---|";
    text += &"---|".repeat(states.len());
    text += "\n";
    for (event, name) in graph.events() {
        text += &format!("| {name} |");
        for (state, _) in &states {
            text += &format!(" {} |", cell(graph, *state, event));
        }
        text += "\n";
    }
    text
}

fn cell(graph: &Graph, state: StateId, event: EventId) -> String {
    let answers: Vec<_> = graph
        .transitions_from(state)
        .filter(|(transition, _)| transition.event == event)
        .map(|(transition, to)| {
            let what = match transition.kind {
                TransitionKind::Moved => format!("→ {}", graph.state(to).name),
                TransitionKind::Stayed => "stays".to_owned(),
            };
            match transition.condition {
                Some(_) => format!("{what}, sometimes"),
                None => what,
            }
        })
        .collect();
    answers.join("; ")
}

/// The text of every file under a folder with one of the extensions.
fn texts(folder: &Path, extensions: &[&str], all: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts(&path, extensions, all);
        } else if extensions
            .iter()
            .any(|wanted| path.extension().is_some_and(|given| given == *wanted))
        {
            *all += &std::fs::read_to_string(&path).unwrap();
        }
    }
}

#[test]
fn a_test_that_the_documentation_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut documentation, mut code) = (String::new(), String::new());
    texts(&root.join("src/framework"), &["md"], &mut documentation);
    documentation += &std::fs::read_to_string(root.join("src/framework/mod.rs")).unwrap();
    texts(&root.join("src/framework"), &["rs"], &mut code);
    texts(&root.join("tests"), &["rs"], &mut code);
    let is_name = |text: &&str| {
        text.contains('_')
            && text
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let pieces: Vec<_> = documentation.split('`').collect();
    // What stands in brackets is a link, which rustdoc checks.
    let named: Vec<_> = pieces
        .windows(2)
        .step_by(2)
        .filter(|pair| !pair[0].ends_with('['))
        .filter_map(|pair| pair[1].rsplit("::").next())
        .filter(is_name)
        .collect();
    assert!(named.len() > 50, "only {} names were found", named.len());
    for name in named {
        let is_test = code.contains(&format!("fn {name}("));
        assert!(is_test, "the documentation names `{name}`");
    }
}
