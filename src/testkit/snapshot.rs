//! The graph of a machine as a text that is checked in, and how another graph
//! differs from it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use super::check::explored;
use super::failure::{Failure, Trouble};
use super::notation::quoted;
use crate::graph::{Completeness, EventId, Graph, StateId, Transition, TransitionKind};
use crate::machine::Explorable;

/// The variable that makes [`check_snapshot`] write the snapshot.
const ACCEPT: &str = "FSMCHECK_ACCEPT";

/// The module that `test_suite!` makes unless a name is given.
const UNNAMED_SUITE: &str = "fsmcheck_suite";

/// The graph is the one that is checked in.
///
/// The snapshot is `tests/snapshots/<module>.txt` in the package whose manifest is
/// in `package`; `module` is the path of the suite's module, so that no two suites
/// of a package share one. It has a line for each event, state and transition; the
/// order of the lines does not matter.
///
/// With `FSMCHECK_ACCEPT=1` in the environment the snapshot is written instead.
///
/// # Errors
///
/// When the graph is another one, with the lines that differ; when there is no
/// snapshot, or it cannot be read or written.
pub fn check_snapshot<M: Explorable>(package: &str, module: &str) -> Result<(), Failure> {
    const CHECK: &str = "the graph is the one that is checked in";
    let graph = explored::<M>(CHECK)?.into_graph();
    let accept = std::env::var(ACCEPT).is_ok_and(|value| !matches!(&value[..], "" | "0"));
    let trouble = check_file::<M>(&graph, Path::new(package), module, accept);
    Failure::unless_empty::<M>(CHECK, trouble.err().into_iter().collect())
}

fn check_file<M: Explorable>(
    graph: &Graph,
    package: &Path,
    module: &str,
    accept: bool,
) -> Result<(), Trouble> {
    let file = file_of(module);
    let shown = file.display();
    let path = package.join(&file);
    let unusable = |what: &str, error: &io::Error| {
        Trouble::new(format!("the snapshot {shown} cannot be {what}: {error}"))
    };
    let text = text(graph);
    if accept {
        return write(&path, &text).map_err(|error| unusable("written", &error));
    }
    let accepted = match fs::read_to_string(&path) {
        Ok(accepted) => accepted,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(Trouble::new(format!(
                "there is no snapshot {shown} yet; write it with `{ACCEPT}=1 cargo test`, read \
                 it, and check it in"
            )));
        }
        Err(error) => return Err(unusable("read", &error)),
    };
    let differences = differences(&accepted, &text);
    let Some(first) = differences.first() else {
        return Ok(());
    };
    let mut message = format!("the graph differs from {shown}:");
    for difference in &differences {
        message += "\n    ";
        message += &difference.line;
    }
    message += &format!("\n  if this is meant, accept it with `{ACCEPT}=1 cargo test`");
    Err(match place_of(graph, &first.key) {
        Some((state, event)) => at_place::<M>(message, graph, state, event),
        None => Trouble::new(message),
    })
}

/// The snapshot of a suite in its package.
fn file_of(module: &str) -> PathBuf {
    let unnamed = module
        .strip_suffix(UNNAMED_SUITE)
        .and_then(|parent| parent.strip_suffix("::"));
    let name = unnamed.unwrap_or(module).replace("::", "__");
    ["tests", "snapshots", &format!("{name}.txt")]
        .iter()
        .collect()
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}

/// The graph in lines.
///
/// Each line begins with a key (what it is about) and goes on with what is to be
/// said of that.
fn text(graph: &Graph) -> String {
    let mut text = String::new();
    let mut line = |key: &str, value: &str| {
        text += key;
        if !value.is_empty() {
            text.push(' ');
            text += value;
        }
        text.push('\n');
    };
    line("machine", &quoted(graph.machine()));
    if graph.completeness() != Completeness::Exhaustive {
        line("exploration", "was cut off by a limit");
    }
    for (_, event) in graph.events() {
        line(&event_key(event), "");
    }
    for (id, state) in graph.states() {
        line(&state_key(&state.name), &state_value(graph, id));
    }
    for (from, transition, to) in graph.transitions() {
        line(
            &transition_key(graph, from, transition.event),
            &transition_value(graph, transition, to),
        );
    }
    text
}

fn event_key(event: &str) -> String {
    format!("event {}", quoted(event))
}

fn state_key(state: &str) -> String {
    format!("state {}", quoted(state))
}

fn transition_key(graph: &Graph, from: StateId, event: EventId) -> String {
    let from = quoted(&graph.state(from).name);
    format!("{from} --{}-->", quoted(graph.event(event)))
}

fn state_value(graph: &Graph, id: StateId) -> String {
    let state = graph.state(id);
    let mut said = Vec::new();
    let outer: Vec<_> = graph
        .superstates_of(id)
        .map(|superstate| quoted(&graph.superstate(superstate).name))
        .collect();
    if !outer.is_empty() {
        said.push(format!("in {}", outer.join(" in ")));
    }
    if let Some(code) = state.code {
        said.push(format!("code {code}"));
    }
    if state.initial {
        said.push("start".to_owned());
    }
    if state.terminal {
        said.push("terminal".to_owned());
    }
    if state.configurations > 1 {
        said.push(format!("{} configurations", state.configurations));
    }
    in_brackets(&said)
}

fn transition_value(graph: &Graph, transition: &Transition, to: StateId) -> String {
    let mut said = Vec::new();
    if transition.kind == TransitionKind::Stayed {
        said.push("stays".to_owned());
    }
    if transition.changes_data {
        said.push("data changes".to_owned());
    }
    if let Some(by) = transition.by {
        said.push(format!("by {}", quoted(&graph.superstate(by).name)));
    }
    if let Some(condition) = &transition.condition {
        said.push(format!("in {} of {}", condition.holds_in, condition.of));
    }
    let to = quoted(&graph.state(to).name);
    match in_brackets(&said) {
        said if said.is_empty() => to.into_owned(),
        said => format!("{to} {said}"),
    }
}

fn in_brackets(said: &[String]) -> String {
    if said.is_empty() {
        String::new()
    } else {
        format!("({})", said.join(", "))
    }
}

/// A key under which two texts say different things.
#[derive(Debug)]
struct Difference {
    key: String,
    /// What is said there, for a reader.
    line: String,
}

/// What is only in one of two texts, in the order of the second; what has gone
/// altogether at the end.
fn differences(accepted: &str, now: &str) -> Vec<Difference> {
    let accepted = by_key(accepted);
    let now = by_key(now);
    let mut differences = Vec::new();
    let mut differs = |mark: char, key: &str, value: &str, was: &str| {
        let gap = if value.is_empty() { "" } else { " " };
        differences.push(Difference {
            key: key.to_owned(),
            line: format!("{mark} {key}{gap}{value}{was}"),
        });
    };
    for (key, values) in &now {
        let before: &[&str] = accepted.get(key).map_or(&[], Vec::as_slice);
        match (&values[..], before) {
            ([value], [was]) if value != was => {
                let was = if was.is_empty() { "nothing said" } else { was };
                differs('~', key, value, &format!(" [was: {was}]"));
            }
            (values, before) => {
                for value in before.iter().filter(|value| !values.contains(value)) {
                    differs('-', key, value, "");
                }
                for value in values.iter().filter(|value| !before.contains(value)) {
                    differs('+', key, value, "");
                }
            }
        }
    }
    for (key, values) in accepted.iter().filter(|(key, _)| !now.contains_key(*key)) {
        for value in values {
            differs('-', key, value, "");
        }
    }
    differences
}

/// The lines of a snapshot by what they are about.
fn by_key(text: &str) -> IndexMap<&str, Vec<&str>, FxBuildHasher> {
    let mut by_key: IndexMap<&str, Vec<&str>, FxBuildHasher> = IndexMap::default();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let (key, value) = split(line);
        by_key.entry(key).or_default().push(value);
    }
    by_key
}

fn split(line: &str) -> (&str, &str) {
    let end = if let Some(arrow) = line.find("--> ") {
        arrow + "-->".len()
    } else if line.starts_with("machine ") || line.starts_with("exploration ") {
        line.find(' ').unwrap_or(line.len())
    } else {
        line.rfind(" (").unwrap_or(line.len())
    };
    let (key, value) = line.split_at(end);
    (key, value.trim_start())
}

/// The state of the graph, and the event in it, that a key is about.
fn place_of(graph: &Graph, key: &str) -> Option<(StateId, Option<EventId>)> {
    graph.states().find_map(|(id, state)| {
        if key == state_key(&state.name) {
            return Some((id, None));
        }
        // Most states are ruled out without trying their events.
        if !key.starts_with(&*quoted(&state.name)) {
            return None;
        }
        let is_it = |event: &EventId| key == transition_key(graph, id, *event);
        let event = graph.events().map(|(event, _)| event).find(is_it);
        event.map(|event| (id, Some(event)))
    })
}

fn at_place<M: Explorable>(
    message: String,
    graph: &Graph,
    state: StateId,
    event: Option<EventId>,
) -> Trouble {
    let Some(walk) = graph.shortest_walk_from_start(state) else {
        return Trouble::new(message);
    };
    let event = event.map(|event| graph.event(event));
    Trouble::after::<M>(message, &walk.named(graph), event)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::GraphBuilder;

    fn lines(accepted: &str, now: &str) -> Vec<String> {
        differences(accepted, now)
            .into_iter()
            .map(|difference| difference.line)
            .collect()
    }

    #[test]
    fn each_suite_has_a_file_of_its_own() {
        let file = |module| file_of(module).to_string_lossy().replace('\\', "/");
        assert_eq!(file("suites::door"), "tests/snapshots/suites__door.txt");
        assert_eq!(file("door::fsmcheck_suite"), "tests/snapshots/door.txt");
        assert_eq!(file("fsmcheck_suite"), "tests/snapshots/fsmcheck_suite.txt");
    }

    #[test]
    fn a_graph_is_written_with_all_that_a_reviewer_looks_for() {
        let mut player = GraphBuilder::new("player", ["Power", "Play: now"]);
        let on = player.superstate("On", None);
        let off = player.state("Off", None);
        let playing = player.state("Playing", Some(on));
        player.start(off).moved(off, "Power", playing);
        player.stayed(playing, "Play: now");
        player.declare_terminal(["Playing"]);
        player.state_mut(playing).code = Some(7);
        assert_eq!(
            text(&player.build().unwrap()),
            "machine player\n\
             event Power\n\
             event \"Play: now\"\n\
             state Off (start)\n\
             state Playing (in On, code 7, terminal)\n\
             Off --Power--> Playing\n\
             Playing --\"Play: now\"--> Playing (stays)\n"
        );
    }

    #[test]
    fn differences_are_told_by_what_they_are_about() {
        let before = "machine m\nevent a\nstate s (start)\nstate t\ns --a--> t\n";
        assert!(lines(before, before).is_empty());
        let after = "machine m\nevent a\nevent b\nstate s (start)\ns --a--> s (stays)\ns --b--> s";
        assert_eq!(
            lines(before, after),
            [
                "+ event b",
                "~ s --a--> s (stays) [was: t]",
                "+ s --b--> s",
                "- state t"
            ]
        );
        assert_eq!(
            lines("machine m\nstate s\n", "machine n\nstate s (start)\n"),
            [
                "~ machine n [was: m]",
                "~ state s (start) [was: nothing said]"
            ]
        );
    }

    #[test]
    fn of_several_results_only_those_that_differ_are_told() {
        let before = "s --a--> s (in 1 of 2)\ns --a--> t (in 1 of 2)\n";
        let after = "s --a--> s (in 1 of 2)\ns --a--> u (in 1 of 2)\n";
        assert_eq!(
            lines(before, after),
            ["- s --a--> t (in 1 of 2)", "+ s --a--> u (in 1 of 2)"]
        );
    }

    #[test]
    fn order_and_line_ends_do_not_matter() {
        assert!(lines("state a\r\nstate b\r\n", "state b\nstate a\n").is_empty());
    }
}
