//! Cycles: walks that end where they began.

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef as _;

use super::components::part_between;
use super::simple::{Bounds, Enumeration, Walks, distances};
use super::{EventId, Graph, StateId, Walk};

impl Graph {
    /// Whether the machine can go on for ever while something changes. A step
    /// that changes nothing (an event handled inside, no data touched) is not a
    /// cycle.
    ///
    /// # Complexity
    ///
    /// O(configurations + transitions) time and space.
    #[must_use]
    pub fn has_cycle(&self) -> bool {
        self.strongly_connected_components()
            .iter()
            .any(|component| component.cyclic)
    }

    /// A cycle through a state, if there is one: a shortest one through the first
    /// of its configurations that lies on a cycle.
    ///
    /// # Panics
    ///
    /// When the id is not of this graph.
    ///
    /// # Complexity
    ///
    /// O(configurations + transitions) time and space.
    #[must_use]
    pub fn cycle_through(&self, state: StateId) -> Option<Walk> {
        let is_here = |node: &StateId| self.state_of_exact(*node) == state;
        let (node, component) = self
            .strongly_connected_components()
            .into_iter()
            .filter(|component| component.cyclic)
            .filter_map(|component| {
                let first = component.configurations.iter().copied().find(is_here)?;
                Some((first, component))
            })
            .min_by_key(|(first, _)| *first)?;
        self.shortest_cycle(node, &component.configurations)
            .map(|cycle| self.in_states(cycle))
    }

    /// The elementary cycles: those that visit no configuration twice before they
    /// end, as walks that begin at the configuration with the least id.
    ///
    /// Where several events lead the same way, the first in the alphabet stands
    /// for all. Cycles that differ in data alone are one. There can be
    /// exponentially many, hence the bounds.
    ///
    /// # Complexity
    ///
    /// O((configurations + transitions) × (cycles + 1)) time without a bound on
    /// length, O(configurations + transitions) space beside the result.
    ///
    /// # Examples
    ///
    /// ```
    /// use fsmcheck::graph::{Bounds, GraphBuilder};
    ///
    /// let mut door = GraphBuilder::new("door", ["open", "close"]);
    /// let closed = door.state("closed", None);
    /// let opened = door.state("opened", None);
    /// door.start(closed).moved(closed, "open", opened).moved(opened, "close", closed);
    /// let door = door.build()?;
    ///
    /// let cycles = door.cycles(&Bounds::default());
    /// assert!(cycles.cut_off.is_none());
    /// assert_eq!(
    ///     cycles.walks[0].named(&door).to_string(),
    ///     "closed --open--> opened --close--> closed"
    /// );
    /// # Ok::<(), fsmcheck::graph::BuildError>(())
    /// ```
    #[must_use]
    pub fn cycles(&self, bounds: &Bounds) -> Walks {
        let mut parts: Vec<_> = self
            .strongly_connected_components()
            .into_iter()
            .filter(|component| component.cyclic)
            .map(|component| part_between(self.exact(), &component.configurations))
            .collect();
        parts.sort_by_key(|part| std::cmp::Reverse(part[NodeIndex::new(0)]));

        let mut enumeration = Enumeration::new(self, bounds);
        // Every cycle of a part either goes through its first node or lies in
        // what is left without it.
        while let Some(part) = parts.pop() {
            let first = NodeIndex::new(0);
            let distance = distances(&part, vec![first]);
            if !enumeration.run(&part, first, &distance)
                || !enumeration.spend(part.node_count() + part.edge_count())
            {
                break;
            }
            parts.extend(parts_without_first(&part));
        }
        enumeration.finish()
    }

    /// A shortest cycle through a node of the exact graph, in nodes of that graph,
    /// if the nodes of the component that it lies in are given.
    pub(super) fn shortest_cycle(&self, node: StateId, component: &[StateId]) -> Option<Walk> {
        let part = part_between(self.exact(), component);
        let first = part.node_indices().find(|inside| part[*inside] == node)?;
        let distance = distances(&part, vec![first]);
        let mut cycle = Walk::at(node);
        let mut here = first;
        loop {
            let next = part
                .edges(here)
                .min_by_key(|edge| distance[edge.target().index()])?;
            here = next.target();
            cycle.steps.push((*next.weight(), part[here]));
            if here == first {
                return Some(cycle);
            }
        }
    }
}

/// The parts of a graph that still hold a cycle when its first node is gone.
fn parts_without_first(part: &DiGraph<StateId, EventId>) -> Vec<DiGraph<StateId, EventId>> {
    let rest = part.filter_map(
        |node, state| (node.index() != 0).then_some(*state),
        |_, event| Some(*event),
    );
    let mut parts = Vec::new();
    for mut group in kosaraju_scc(&rest) {
        let is_loop = |node| rest.contains_edge(node, node);
        if group.len() == 1 && !is_loop(group[0]) {
            continue;
        }
        group.sort_unstable();
        let mut position = rustc_hash::FxHashMap::default();
        let mut inner = DiGraph::with_capacity(group.len(), group.len());
        for node in &group {
            position.insert(*node, inner.add_node(rest[*node]));
        }
        for from in &group {
            // Adding the newest edge last keeps the order of a node's edges.
            let mut edges: Vec<_> = rest.edges(*from).collect();
            edges.reverse();
            for edge in edges {
                if let Some(to) = position.get(&edge.target()) {
                    inner.add_edge(position[from], *to, *edge.weight());
                }
            }
        }
        parts.push(inner);
    }
    parts.sort_by_key(|part| std::cmp::Reverse(part[NodeIndex::new(0)]));
    parts
}
