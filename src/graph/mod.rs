//! The transition graph of a machine: states, hierarchy, events and what each
//! event does, with names as labels.
//!
//! A [`Graph`] knows nothing of the Rust types that it was got from, so
//! everything that works on it (lints, walks, drawings, tables) serves any
//! machine. [`explore`](crate::machine::explore) makes one by running a machine;
//! a [`GraphBuilder`] makes one by hand or from a file.
//!
//! | I want to… | look at |
//! |---|---|
//! | check the structure | [`Graph::lint`] |
//! | find a way from one state to another | [`Graph::shortest_walk`] |
//! | list the ways from one state to another | [`Graph::simple_walks`] |
//! | know what can be reached, and from where | [`Graph::reachable_from`], [`Graph::states_reaching`] |
//! | find cycles, and what lies on one together | [`Graph::cycles`], [`Graph::strongly_connected_components`] |
//! | know what cannot be bypassed | [`Graph::dominators`] |
//! | find states that behave alike | [`Graph::bisimilar_classes`] |
//! | ask whether a change of state is legal | [`Graph::check_change`] |
//! | look transitions up in a hot path | [`Table`] |
//! | run an algorithm of my own | [`Graph::petgraph`] |
//!
//! # States and configurations
//!
//! What a machine does next can depend on more than its state: on data kept in
//! the state or beside it. The state together with that data is a
//! *configuration*. A graph has a node for each state. Where states stand for
//! several configurations, [`Graph::expanded`] has the graph with a node for each
//! configuration, and every answer about walks is computed on that one, so no
//! walk is reported that the machine cannot take.
//!
//! No algorithm here calls itself, so that a chain of a million states is no
//! danger to the stack.

mod build;
mod change;
mod components;
mod cycles;
mod dominators;
mod expanded;
mod id;
pub mod lint;
mod observation;
mod partition;
mod property;
mod reach;
mod serial;
mod simple;
mod table;
mod walk;

use petgraph::graph::DiGraph;
use petgraph::visit::EdgeRef as _;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

pub use self::build::{BuildError, GraphBuilder};
pub use self::change::IllegalChange;
pub use self::components::Component;
pub use self::dominators::Dominators;
pub use self::expanded::Expanded;
pub use self::id::{EventId, StateId, SuperstateId};
pub use self::observation::{Observation, ObservationKind};
pub use self::property::{Property, PropertyBroken};
pub use self::simple::{Bounds, CutOff, Walks};
pub use self::table::Table;
pub use self::walk::{NamedStep, NamedWalk, Walk};

/// A state of a machine, as a node of its [`Graph`].
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct State {
    /// Its name, unique in the graph.
    pub name: String,
    /// The number that stands for it where it is stored or sent, if it has one.
    pub code: Option<i64>,
    /// The superstate that directly contains it.
    pub superstate: Option<SuperstateId>,
    /// Whether the machine can start here.
    pub initial: bool,
    /// Whether it is declared to be an end of the machine's life.
    pub terminal: bool,
    /// How many configurations (state and data) it stands for, at least 1.
    pub configurations: u32,
    /// The data of a configuration, in a graph of configurations.
    pub note: Option<String>,
}

/// A state that contains states.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Superstate {
    /// Its name, unique among the superstates of the same parent.
    pub name: String,
    /// The superstate that directly contains it.
    pub parent: Option<SuperstateId>,
}

/// What an event does in a state, as an edge of the [`Graph`].
///
/// What is refused has no edge.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Transition {
    /// The event.
    pub event: EventId,
    /// Whether the machine takes a transition or handles the event inside.
    pub kind: TransitionKind,
    /// The superstate whose handler answered; `None` when the state itself did.
    pub by: Option<SuperstateId>,
    /// Under which data this happens; `None` when always.
    pub condition: Option<Condition>,
    /// Whether data changes although no transition is taken.
    pub changes_data: bool,
}

/// Whether a [`Transition`] leaves the state.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(
    clippy::exhaustive_enums,
    reason = "the third outcome, refused, has no edge"
)]
pub enum TransitionKind {
    /// A transition is taken (to another state, or to the same one with its exit
    /// and entry actions).
    Moved,
    /// The event is handled without a transition.
    Stayed,
}

/// The share of a state's configurations in which a [`Transition`] happens.
///
/// The guard itself is code inside a handler; this is what running the handler
/// tells about it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Condition {
    /// Number of configurations of the state in which it happens.
    pub holds_in: u32,
    /// Number of configurations of the state.
    pub of: u32,
    /// One configuration in which it happens.
    pub example: String,
}

/// How much of a machine a [`Graph`] shows.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Completeness {
    /// Everything that the machine can reach with its alphabet.
    Exhaustive,
    /// The limit on the number of configurations was reached.
    ConfigurationLimit,
    /// The limit on the number of events from a start was reached.
    DepthLimit,
    /// The limit on time was reached.
    TimeLimit,
}

/// The transition graph of a machine.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(try_from = "serial::Document", into = "serial::Document")]
pub struct Graph {
    machine: String,
    nodes: DiGraph<State, Transition>,
    /// For each state where its transitions begin in `nodes`; one more entry at
    /// the end.
    first_transition: Box<[u32]>,
    index: FxHashMap<String, StateId>,
    superstates: Vec<Superstate>,
    events: Vec<String>,
    declared: Vec<String>,
    terminal: Vec<String>,
    returns_to_start: bool,
    abstraction: Option<String>,
    completeness: Completeness,
    observations: Vec<Observation>,
    expanded: Option<Box<Expanded>>,
}

impl Graph {
    /// Name of the machine.
    #[must_use]
    pub fn machine(&self) -> &str {
        &self.machine
    }

    /// Every state with its id, in order of discovery.
    pub fn states(&self) -> impl ExactSizeIterator<Item = (StateId, &State)> {
        self.nodes
            .node_indices()
            .map(|node| (StateId::at(node.index()), &self.nodes[node]))
    }

    /// Every superstate with its id.
    pub fn superstates(&self) -> impl ExactSizeIterator<Item = (SuperstateId, &Superstate)> {
        self.superstates
            .iter()
            .enumerate()
            .map(|(index, superstate)| (SuperstateId::at(index), superstate))
    }

    /// Every event's name with its id, in the order of the machine's alphabet.
    pub fn events(&self) -> impl ExactSizeIterator<Item = (EventId, &str)> {
        self.events
            .iter()
            .enumerate()
            .map(|(index, name)| (EventId::at(index), name.as_str()))
    }

    /// Every transition with the states that it leads from and to, ordered by
    /// the state it leads from, then by event.
    pub fn transitions(&self) -> impl ExactSizeIterator<Item = (StateId, &Transition, StateId)> {
        self.nodes.edge_references().map(|edge| {
            (
                StateId::at(edge.source().index()),
                edge.weight(),
                StateId::at(edge.target().index()),
            )
        })
    }

    /// The transitions that lead from a state and where they lead, ordered by
    /// event; nothing for an id of another graph.
    pub fn transitions_from(&self, state: StateId) -> impl Iterator<Item = (&Transition, StateId)> {
        let begin = self.first_transition.get(state.index());
        let end = self.first_transition.get(state.index() + 1);
        let range = match (begin, end) {
            (Some(begin), Some(end)) => *begin as usize..*end as usize,
            _ => 0..0,
        };
        self.nodes.raw_edges()[range]
            .iter()
            .map(|edge| (&edge.weight, StateId::at(edge.target().index())))
    }

    /// The state with this id.
    ///
    /// # Panics
    ///
    /// When the id is not of this graph.
    #[must_use]
    pub fn state(&self, state: StateId) -> &State {
        &self.nodes[state.index_in_petgraph()]
    }

    /// The superstate with this id.
    ///
    /// # Panics
    ///
    /// When the id is not of this graph.
    #[must_use]
    pub fn superstate(&self, superstate: SuperstateId) -> &Superstate {
        &self.superstates[superstate.index()]
    }

    /// The name of the event with this id.
    ///
    /// # Panics
    ///
    /// When the id is not of this graph.
    #[must_use]
    pub fn event(&self, event: EventId) -> &str {
        &self.events[event.index()]
    }

    /// The state with this name.
    #[must_use]
    pub fn state_named(&self, name: &str) -> Option<StateId> {
        self.index.get(name).copied()
    }

    /// The event with this name.
    #[must_use]
    pub fn event_named(&self, name: &str) -> Option<EventId> {
        self.events
            .iter()
            .position(|event| event == name)
            .map(EventId::at)
    }

    /// The superstates that contain a state, innermost first.
    ///
    /// # Panics
    ///
    /// When the id is not of this graph.
    pub fn superstates_of(&self, state: StateId) -> impl Iterator<Item = SuperstateId> + '_ {
        std::iter::successors(self.state(state).superstate, |superstate| {
            self.superstate(*superstate).parent
        })
    }

    /// The states in which the machine can start.
    pub fn starts(&self) -> impl Iterator<Item = StateId> + '_ {
        self.states()
            .filter(|(_, state)| state.initial)
            .map(|(id, _)| id)
    }

    /// The names of all states, if the machine declares them: also of states
    /// that it never reaches.
    #[must_use]
    pub fn declared_states(&self) -> &[String] {
        &self.declared
    }

    /// The names of the states that are declared to be an end.
    #[must_use]
    pub fn terminal_states(&self) -> &[String] {
        &self.terminal
    }

    /// Whether the machine is declared to be able to return to a start from
    /// everywhere.
    #[must_use]
    pub fn returns_to_start(&self) -> bool {
        self.returns_to_start
    }

    /// Under which abstraction of its data the machine was explored.
    #[must_use]
    pub fn abstraction(&self) -> Option<&str> {
        self.abstraction.as_deref()
    }

    /// Whether this is all of the machine, or which limit cut it off.
    #[must_use]
    pub fn completeness(&self) -> Completeness {
        self.completeness
    }

    /// What only running the machine could show: handlers that panic, that
    /// answer differently the second time, and the like.
    #[must_use]
    pub fn observations(&self) -> &[Observation] {
        &self.observations
    }

    /// The graph of configurations; `None` when each state is one configuration,
    /// so that this graph is already exact.
    #[must_use]
    pub fn expanded(&self) -> Option<&Expanded> {
        self.expanded.as_deref()
    }

    /// The number of configurations (state and data).
    #[must_use]
    pub fn configuration_count(&self) -> usize {
        self.exact().nodes.node_count()
    }

    /// The number of pairs of state and event in which the event is refused
    /// under all data.
    #[must_use]
    pub fn refusal_count(&self) -> usize {
        let mut answered: Vec<_> = self
            .transitions()
            .map(|(from, transition, _)| (from, transition.event))
            .collect();
        answered.dedup();
        self.nodes.node_count() * self.events.len() - answered.len()
    }

    /// The underlying graph of petgraph: node and edge indices agree with
    /// [`StateId`]s and with the order of [`Graph::transitions`].
    ///
    /// Several of petgraph's algorithms call themselves for each state and end
    /// the process on a long chain; see [`Graph::strongly_connected_components`]
    /// and its neighbours for ones that do not.
    #[must_use]
    pub fn petgraph(&self) -> &DiGraph<State, Transition> {
        &self.nodes
    }

    /// The graph on which walks are exact: of configurations, where states stand
    /// for several.
    pub(crate) fn exact(&self) -> &Self {
        self.expanded.as_deref().map_or(self, Expanded::graph)
    }

    /// The state of this graph that a node of [`Graph::exact`] belongs to.
    pub(crate) fn state_of_exact(&self, node: StateId) -> StateId {
        self.expanded
            .as_deref()
            .map_or(node, |expanded| expanded.state_of(node))
    }
}
