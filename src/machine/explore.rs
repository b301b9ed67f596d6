//! Running a machine from its starts with every event until nothing new turns up.

use std::time::Duration;

use indexmap::IndexSet;
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::Explorable;
use super::search::Search;
use crate::graph::{BuildError, Graph, StateId, Table};

/// How far [`explore`] goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// At most this many configurations (state and data), beside the starts;
    /// 100 000 unless given.
    pub configurations: usize,
    /// At most this many events after a start; no limit unless given.
    pub depth: usize,
    /// At most this long; no limit unless given.
    pub time: Option<Duration>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            configurations: 100_000,
            depth: usize::MAX,
            time: None,
        }
    }
}

impl Limits {
    /// These limits with at most this many configurations.
    #[must_use]
    pub fn configurations(self, configurations: usize) -> Self {
        Self {
            configurations,
            ..self
        }
    }

    /// These limits with at most this many events after a start.
    #[must_use]
    pub fn depth(self, depth: usize) -> Self {
        Self { depth, ..self }
    }

    /// These limits with at most this much time.
    #[must_use]
    pub fn time(self, time: Duration) -> Self {
        Self {
            time: Some(time),
            ..self
        }
    }
}

/// Why a machine could not be explored at all.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ExploreError {
    /// The alphabet is empty.
    #[error("machine `{machine}` has an empty alphabet: list at least one event")]
    EmptyAlphabet {
        /// The machine.
        machine: String,
    },
    /// An entry action of a starting state panicked.
    #[error("machine `{machine}` panics when it starts in `{state}`: {panic}")]
    PanicAtStart {
        /// The machine.
        machine: String,
        /// The starting state.
        state: String,
        /// What the panic said, and where.
        panic: String,
    },
    /// A declaration of the machine ([`alphabet`](super::Machine::alphabet),
    /// [`starts`](super::Machine::starts), …) panicked.
    #[error("a declaration of machine `{machine}` panics: {panic}")]
    PanicInDeclaration {
        /// The machine.
        machine: String,
        /// What the panic said, and where.
        panic: String,
    },
    /// What was found is not a graph: two events have one name, or there is no
    /// start.
    #[error(transparent)]
    Graph(#[from] BuildError),
}

/// A machine with everything that can be reached in it.
///
/// The [`graph`](Explored::graph) has names and ids; the typed states and events
/// behind the ids are here.
#[derive(Debug)]
pub struct Explored<M: Explorable> {
    pub(super) graph: Graph,
    pub(super) states: Vec<M::State>,
    pub(super) events: Vec<M::Event<'static>>,
    pub(super) configurations: IndexSet<(M, M::State), FxBuildHasher>,
    pub(super) ids: FxHashMap<M::State, StateId>,
}

/// Runs a machine from its starts with every event of its alphabet until nothing
/// new turns up or a limit is reached.
///
/// Each step is taken twice to see whether it gives the same result; a handler
/// that panics is an [observation](Graph::observations), not an abort (it does end
/// the process where panics are compiled to abort). A limit that was reached shows
/// in [`Graph::completeness`].
///
/// # Errors
///
/// When the alphabet is empty or names two events alike, or when the machine
/// panics before it has started.
///
/// # Complexity
///
/// O(configurations × events) steps; every configuration is kept.
///
/// # Examples
///
/// ```
/// # use fsmcheck::doctest::door::{Door, State};
/// use fsmcheck::explore;
///
/// let door = explore::<Door>(Default::default())?;
/// let closed = door.state_id(&State::Closed {}).ok_or("never closed")?;
/// let opened = door.state_id(&State::Opened {}).ok_or("never opened")?;
/// let walk = door.graph().shortest_walk(closed, opened).ok_or("no way")?;
/// assert_eq!(walk.named(door.graph()).to_string(), "Closed --Open--> Opened");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn explore<M: Explorable>(limits: Limits) -> Result<Explored<M>, ExploreError> {
    let mut search = Search::<M>::start(limits)?;
    search.run();
    search.finish()
}

impl<M: Explorable> Explored<M> {
    /// The transition graph.
    #[must_use]
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The transition graph alone.
    #[must_use]
    pub fn into_graph(self) -> Graph {
        self.graph
    }

    /// The typed states, by [`StateId`]: of states that stand for several
    /// configurations the one that was found first.
    #[must_use]
    pub fn states(&self) -> &[M::State] {
        &self.states
    }

    /// The events, by [`EventId`](crate::graph::EventId).
    #[must_use]
    pub fn events(&self) -> &[M::Event<'static>] {
        &self.events
    }

    /// Every configuration (storage and state), in order of discovery: by the
    /// ids of the [expanded](Graph::expanded) graph.
    pub fn configurations(&self) -> impl ExactSizeIterator<Item = &(M, M::State)> {
        self.configurations.iter()
    }

    /// The id of a state; `None` when it was never reached.
    #[must_use]
    pub fn state_id(&self, state: &M::State) -> Option<StateId> {
        self.ids
            .get(state)
            .copied()
            .or_else(|| self.graph.state_named(&M::state_name(state)))
    }

    /// The table of the graph, for look-ups in a hot path.
    #[must_use]
    pub fn table(&self) -> Table {
        Table::new(&self.graph)
    }
}
