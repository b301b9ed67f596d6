//! What can be reached, and from where.

use petgraph::Direction;

use super::walk::ShortestWalks;
use super::{Graph, StateId};

impl Graph {
    /// The states that the machine can reach from its starts, in order of id.
    ///
    /// # Complexity
    ///
    /// O(configurations + transitions) time and space.
    #[must_use]
    pub fn reachable_states(&self) -> Vec<StateId> {
        self.reached_from(self.exact().starts())
    }

    /// The states that the machine can reach from some reachable configuration of
    /// a state, itself included, in order of id.
    ///
    /// # Panics
    ///
    /// When the id is not of this graph.
    ///
    /// # Complexity
    ///
    /// O(configurations + transitions) time and space.
    ///
    /// # Examples
    ///
    /// ```
    /// use fsmcheck::graph::GraphBuilder;
    ///
    /// let mut order = GraphBuilder::new("order", ["pay", "ship"]);
    /// let new = order.state("new", None);
    /// let paid = order.state("paid", None);
    /// let shipped = order.state("shipped", None);
    /// order.start(new).moved(new, "pay", paid).moved(paid, "ship", shipped);
    /// let order = order.build()?;
    ///
    /// assert_eq!(order.reachable_from(paid), [paid, shipped]);
    /// assert_eq!(order.states_reaching([paid]), [new, paid]);
    /// # Ok::<(), fsmcheck::graph::BuildError>(())
    /// ```
    #[must_use]
    pub fn reachable_from(&self, state: StateId) -> Vec<StateId> {
        self.reached_from(self.nodes_of(state))
    }

    /// The states from which the machine can reach one of the targets, under at
    /// least some data, in order of id. The targets are among them.
    ///
    /// For what cannot get there under some data, ask the [expanded](Graph::expanded)
    /// graph.
    ///
    /// # Panics
    ///
    /// When an id is not of this graph.
    ///
    /// # Complexity
    ///
    /// O(configurations + transitions) time and space.
    #[must_use]
    pub fn states_reaching(&self, targets: impl IntoIterator<Item = StateId>) -> Vec<StateId> {
        let mut wanted = vec![false; self.nodes.node_count()];
        for target in targets {
            wanted[target.index()] = true;
        }
        let exact = self.exact();
        let nodes = exact
            .states()
            .map(|(node, _)| node)
            .filter(|node| wanted[self.state_of_exact(*node).index()]);
        let reaching = reaching(exact, nodes);
        let nodes = (0..reaching.len()).filter(|node| reaching[*node]);
        self.distinct_states(nodes.map(StateId::at))
    }

    fn reached_from(&self, sources: impl IntoIterator<Item = StateId>) -> Vec<StateId> {
        let (walks, _) = ShortestWalks::search(self.exact(), sources, |_| false);
        self.distinct_states(walks.reached().iter().copied())
    }

    /// The states that some nodes of the exact graph belong to, in order of id.
    pub(super) fn distinct_states(&self, nodes: impl Iterator<Item = StateId>) -> Vec<StateId> {
        let mut states: Vec<_> = nodes.map(|node| self.state_of_exact(node)).collect();
        states.sort_unstable();
        states.dedup();
        states
    }
}

/// For each node whether a walk leads from it to one of the targets.
pub(super) fn reaching(exact: &Graph, targets: impl IntoIterator<Item = StateId>) -> Vec<bool> {
    let mut found = vec![false; exact.nodes.node_count()];
    let mut open: Vec<StateId> = targets.into_iter().collect();
    for target in &open {
        found[target.index()] = true;
    }
    while let Some(node) = open.pop() {
        let before = exact
            .nodes
            .neighbors_directed(node.index_in_petgraph(), Direction::Incoming);
        for before in before {
            if !std::mem::replace(&mut found[before.index()], true) {
                open.push(StateId::at(before.index()));
            }
        }
    }
    found
}
