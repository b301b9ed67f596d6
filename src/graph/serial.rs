//! The stable, documented form of a graph in JSON and other formats: names
//! instead of indices, everything in the graph's own order.

use serde::{Deserialize, Serialize};

use super::{
    BuildError, Completeness, Condition, EventId, Graph, GraphBuilder, Observation, StateId,
    SuperstateId, Transition, TransitionKind,
};

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Document {
    machine: String,
    completeness: Completeness,
    #[serde(default)]
    abstraction: Option<String>,
    events: Vec<String>,
    #[serde(default)]
    superstates: Vec<SuperstateEntry>,
    states: Vec<StateEntry>,
    transitions: Vec<TransitionEntry>,
    #[serde(default)]
    declared_states: Vec<String>,
    #[serde(default)]
    terminal_states: Vec<String>,
    #[serde(default)]
    returns_to_start: bool,
    #[serde(default)]
    observations: Vec<Observation>,
    /// The graph of configurations with the state (by index) of each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expanded: Option<Box<(Self, Vec<StateId>)>>,
}

#[derive(Deserialize, Serialize)]
struct SuperstateEntry {
    name: String,
    /// Index of the superstate around it.
    #[serde(default)]
    parent: Option<SuperstateId>,
}

#[derive(Deserialize, Serialize)]
struct StateEntry {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<i64>,
    /// Index of the superstate around it.
    #[serde(default)]
    superstate: Option<SuperstateId>,
    #[serde(default)]
    initial: bool,
    #[serde(default)]
    terminal: bool,
    #[serde(default = "one")]
    configurations: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
struct TransitionEntry {
    from: String,
    event: String,
    to: String,
    kind: TransitionKind,
    /// Index of the superstate that answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<SuperstateId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    condition: Option<Condition>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    changes_data: bool,
}

fn one() -> u32 {
    1
}

impl From<Graph> for Document {
    fn from(graph: Graph) -> Self {
        let states = graph.states().map(|(_, state)| StateEntry {
            name: state.name.clone(),
            code: state.code,
            superstate: state.superstate,
            initial: state.initial,
            terminal: state.terminal,
            configurations: state.configurations,
            note: state.note.clone(),
        });
        let transitions = graph
            .transitions()
            .map(|(from, transition, to)| TransitionEntry {
                from: graph.state(from).name.clone(),
                event: graph.event(transition.event).to_owned(),
                to: graph.state(to).name.clone(),
                kind: transition.kind,
                by: transition.by,
                condition: transition.condition.clone(),
                changes_data: transition.changes_data,
            });
        let superstates = graph.superstates().map(|(_, superstate)| SuperstateEntry {
            name: superstate.name.clone(),
            parent: superstate.parent,
        });
        Self {
            states: states.collect(),
            transitions: transitions.collect(),
            superstates: superstates.collect(),
            machine: graph.machine,
            completeness: graph.completeness,
            abstraction: graph.abstraction,
            events: graph.events,
            declared_states: graph.declared,
            terminal_states: graph.terminal,
            returns_to_start: graph.returns_to_start,
            observations: graph.observations,
            expanded: graph
                .expanded
                .map(|expanded| Box::new((Self::from(expanded.graph), expanded.state_of))),
        }
    }
}

/// Why a document is not a graph.
#[derive(Debug, thiserror::Error)]
pub(super) enum DocumentError {
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error("machine `{machine}`: a transition names state `{state}`, which is not listed")]
    UnknownState { machine: String, state: String },
    #[error("machine `{machine}`: {what}")]
    Inconsistent { machine: String, what: &'static str },
}

impl TryFrom<Document> for Graph {
    type Error = DocumentError;

    fn try_from(document: Document) -> Result<Self, DocumentError> {
        let mut builder = GraphBuilder::new(
            document.machine.as_str(),
            document.events.iter().map(String::as_str),
        );
        for superstate in document.superstates {
            builder.superstate(superstate.name, superstate.parent);
        }
        let mut index = rustc_hash::FxHashMap::default();
        for entry in document.states {
            let id = builder.state(entry.name.as_str(), entry.superstate);
            index.insert(entry.name, id);
            let state = builder.state_mut(id);
            state.code = entry.code;
            state.initial = entry.initial;
            state.configurations = entry.configurations;
            state.note = entry.note;
        }
        let events: rustc_hash::FxHashMap<_, _> = document
            .events
            .iter()
            .enumerate()
            .map(|(position, name)| (name.as_str(), EventId::at(position)))
            .collect();
        for entry in document.transitions {
            let find = |state: String| {
                index
                    .get(&state)
                    .copied()
                    .ok_or_else(|| DocumentError::UnknownState {
                        machine: document.machine.clone(),
                        state,
                    })
            };
            let (from, to) = (find(entry.from)?, find(entry.to)?);
            let Some(&event) = events.get(entry.event.as_str()) else {
                // Let the builder report it with the alphabet.
                builder.moved(from, &entry.event, to);
                continue;
            };
            let transition = Transition {
                event,
                kind: entry.kind,
                by: entry.by,
                condition: entry.condition,
                changes_data: entry.changes_data,
            };
            builder.transition(from, transition, to);
        }
        builder.declare_states(document.declared_states);
        builder.declare_terminal(document.terminal_states);
        builder.declare_returns_to_start(document.returns_to_start);
        builder.abstraction = document.abstraction;
        builder.completeness = document.completeness;
        builder.observations = document.observations;
        if let Some(expanded) = document.expanded {
            let (inner, state_of) = *expanded;
            builder.expanded = Some((Self::try_from(inner)?, state_of));
        }
        let graph = builder.build()?;
        graph
            .check_references()
            .map_err(|what| DocumentError::Inconsistent {
                machine: document.machine,
                what,
            })?;
        Ok(graph)
    }
}

impl Graph {
    /// Whether the indices that a document carries beside its names exist.
    fn check_references(&self) -> Result<(), &'static str> {
        let known = |state: StateId| state.index() < self.nodes.node_count();
        let known_event = |event: EventId| event.index() < self.events.len();
        for observation in &self.observations {
            let walk = &observation.walk;
            let steps_known = walk
                .steps
                .iter()
                .all(|(event, state)| known(*state) && known_event(*event));
            if !(known(observation.state)
                && known(walk.start)
                && steps_known
                && observation.event.is_none_or(known_event))
            {
                return Err("an observation refers to a state or event that is not listed");
            }
        }
        if let Some(expanded) = &self.expanded {
            if expanded.state_of.len() != expanded.graph.nodes.node_count() {
                return Err("the expanded graph does not say the state of each configuration");
            }
            if !expanded.state_of.iter().all(|state| known(*state)) {
                return Err("a configuration belongs to a state that is not listed");
            }
            if expanded.graph.events != self.events {
                return Err("the expanded graph has another alphabet");
            }
        }
        Ok(())
    }
}
