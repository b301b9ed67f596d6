//! The tables in the machines' documentation are what the machines do.
//! `FSMCHECK_ACCEPT=1 cargo test --test framework` writes them anew.

use std::path::Path;

use fsmcheck::framework::{ManagerRecovery, Master, Worker, WorkerEntry};
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
        ManagerRecovery::graph(),
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
