//! The graph of configurations behind a graph of states.

use super::{Graph, StateId};

/// The graph with a node for each configuration.
#[derive(Clone, Debug)]
pub struct Expanded {
    pub(super) graph: Graph,
    pub(super) state_of: Vec<StateId>,
}

impl Expanded {
    /// The graph whose states are the configurations.
    #[must_use]
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The state that a configuration belongs to.
    ///
    /// # Panics
    ///
    /// When `configuration` is not a state of [`Expanded::graph`].
    #[must_use]
    pub fn state_of(&self, configuration: StateId) -> StateId {
        self.state_of[configuration.index()]
    }

    /// The configurations of a state.
    pub fn configurations_of(&self, state: StateId) -> impl Iterator<Item = StateId> + '_ {
        let of =
            move |(index, owner): (usize, &StateId)| (*owner == state).then(|| StateId::at(index));
        self.state_of.iter().enumerate().filter_map(of)
    }
}
