//! `can`: may a machine go from one state to another?

use std::io::Write;

use serde::Serialize;

use super::arguments::CanOptions;
use super::format::Format;
use super::{Answer, CliError, Machines, folded, report};
use crate::graph::{Condition, Graph, NamedWalk, StateId, Transition, TransitionKind};
use crate::machine::Limits;

/// The answer as a document: see docs/json.md.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Document {
    machine: String,
    from: String,
    to: String,
    /// Whether one event does it.
    legal: bool,
    /// Whether an observer who misses steps may see it.
    observable: bool,
    /// The events that do it.
    transitions: Vec<Way>,
    /// A shortest walk.
    walk: Option<NamedWalk>,
    /// The states that one event can lead to.
    legal_targets: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Way {
    event: String,
    kind: TransitionKind,
    answered_by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<Condition>,
}

pub(super) fn can(
    options: &CanOptions,
    machines: &Machines,
    out: &mut dyn Write,
) -> Result<Answer, CliError> {
    let (_, machine) = machines.named(&options.machine)?;
    let graph = machine.graph(Limits::default())?;
    let from = state(&graph, &options.from)?;
    let to = state(&graph, &options.to)?;
    let document = answer(&graph, from, to);
    match options.format {
        Format::Json => report::json(&document, out)?,
        Format::Human => human(&document, options.observed, out)?,
    }
    Ok(Answer::from(if options.observed {
        document.observable
    } else {
        document.legal
    }))
}

fn answer(graph: &Graph, from: StateId, to: StateId) -> Document {
    let way = |transition: &Transition| Way {
        event: graph.event(transition.event).to_owned(),
        kind: transition.kind,
        answered_by: match transition.by {
            Some(superstate) => graph.superstate(superstate).name.clone(),
            None => graph.state(from).name.clone(),
        },
        condition: transition.condition.clone(),
    };
    let transitions = graph.check_change(from, to).unwrap_or_default();
    let walk = graph.shortest_walk(from, to);
    Document {
        machine: graph.machine().to_owned(),
        from: graph.state(from).name.clone(),
        to: graph.state(to).name.clone(),
        legal: !transitions.is_empty(),
        observable: walk.is_some(),
        transitions: transitions.into_iter().map(way).collect(),
        walk: walk.map(|walk| walk.named(graph)),
        legal_targets: graph
            .targets(from)
            .into_iter()
            .map(|target| graph.state(target).name.clone())
            .collect(),
    }
}

fn human(document: &Document, observed: bool, out: &mut dyn Write) -> Result<(), CliError> {
    let Document {
        machine, from, to, ..
    } = document;
    if document.legal {
        writeln!(
            out,
            "{machine}: {from} -> {to} is {}",
            report::good("legal")
        )?;
        for way in &document.transitions {
            write!(out, "  {}", way.event)?;
            if way.kind == TransitionKind::Stayed {
                write!(out, " (stays)")?;
            }
            write!(out, ", answered by {}", way.answered_by)?;
            if let Some(Condition {
                holds_in,
                of,
                example,
                ..
            }) = &way.condition
            {
                write!(
                    out,
                    ", in {holds_in} of {of} configurations, such as {example}"
                )?;
            }
            writeln!(out)?;
        }
        return Ok(());
    }
    let verdict = match (&document.walk, observed) {
        (Some(_), true) => report::good("possible for an observer who misses steps"),
        (Some(_), false) => report::bad("illegal with one event"),
        (None, _) => report::bad("illegal by any events"),
    };
    writeln!(out, "{machine}: {from} -> {to} is {verdict}")?;
    if let Some(walk) = &document.walk {
        let prefix = if observed {
            "the walk"
        } else {
            "an observer who misses steps may see it"
        };
        if walk.steps.is_empty() {
            writeln!(out, "  {prefix}: nothing happens")?;
        } else {
            writeln!(out, "  {prefix}: {walk}")?;
        }
    }
    let targets = &document.legal_targets;
    let listed = if targets.is_empty() {
        "nothing".to_owned()
    } else {
        targets.join(", ")
    };
    writeln!(out, "  legal from {from}: {listed}")?;
    Ok(())
}

/// A state by its name (in any case) or its code.
fn state(graph: &Graph, text: &str) -> Result<StateId, CliError> {
    let exact = graph.state_named(text);
    let any_case = || {
        graph
            .states()
            .find(|(_, state)| folded(&state.name) == folded(text))
            .map(|(id, _)| id)
    };
    let by_code = || {
        let code = text.trim().parse().ok()?;
        graph
            .states()
            .find(|(_, state)| state.code == Some(code))
            .map(|(id, _)| id)
    };
    exact
        .or_else(any_case)
        .or_else(by_code)
        .ok_or_else(|| CliError::UnknownState {
            machine: graph.machine().to_owned(),
            state: text.to_owned(),
            known: graph
                .states()
                .map(|(_, state)| match state.code {
                    Some(code) => format!("{} ({code})", state.name),
                    None => state.name.clone(),
                })
                .collect(),
        })
}
