//! Walks: sequences of events through a graph.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{EventId, Graph, StateId};

/// A walk through a graph: a state and the events taken from it, each with the
/// state that it led to.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[non_exhaustive]
pub struct Walk {
    /// Where it begins.
    pub start: StateId,
    /// Its steps in order: the event and the state after it.
    pub steps: Vec<(EventId, StateId)>,
}

impl Walk {
    /// The walk of no steps.
    #[must_use]
    pub fn at(start: StateId) -> Self {
        Self {
            start,
            steps: Vec::new(),
        }
    }

    /// The state in which it ends.
    #[must_use]
    pub fn end(&self) -> StateId {
        self.steps.last().map_or(self.start, |(_, state)| *state)
    }

    /// The events in order.
    pub fn events(&self) -> impl Iterator<Item = EventId> + '_ {
        self.steps.iter().map(|(event, _)| *event)
    }

    /// The walk with the names of the graph that it belongs to; prints as
    /// `Closed --Open--> Opened --Close--> Closed`.
    ///
    /// # Panics
    ///
    /// When the walk is not one of this graph.
    #[must_use]
    pub fn named(&self, graph: &Graph) -> NamedWalk {
        let step = |(event, state): &(EventId, StateId)| NamedStep {
            event: graph.event(*event).to_owned(),
            to: graph.state(*state).name.clone(),
        };
        NamedWalk {
            start: graph.state(self.start).name.clone(),
            steps: self.steps.iter().map(step).collect(),
        }
    }
}

/// A [`Walk`] in names, which says something without its graph.
///
/// Its `Display` form is `Closed --Open--> Opened`.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NamedWalk {
    /// Name of the state in which it begins.
    pub start: String,
    /// Its steps in order.
    pub steps: Vec<NamedStep>,
}

/// A step of a [`NamedWalk`].
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NamedStep {
    /// Name of the event.
    pub event: String,
    /// Name of the state after it.
    pub to: String,
}

impl fmt::Display for NamedWalk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.start)?;
        for step in &self.steps {
            write!(f, " --{}--> {}", step.event, step.to)?;
        }
        Ok(())
    }
}

/// Shortest walks from some nodes of an exact graph to all that were reached.
pub(super) struct ShortestWalks {
    came_from: Vec<Option<(StateId, EventId)>>,
    reached: Vec<StateId>,
}

impl ShortestWalks {
    /// Searches breadth first until `stop` says so of a node (which is then the
    /// second part of the answer) or nothing is left.
    pub(super) fn search(
        exact: &Graph,
        sources: impl IntoIterator<Item = StateId>,
        mut stop: impl FnMut(StateId) -> bool,
    ) -> (Self, Option<StateId>) {
        let mut came_from = vec![None; exact.nodes.node_count()];
        let mut seen = vec![false; exact.nodes.node_count()];
        let mut reached = Vec::new();
        for source in sources {
            if !std::mem::replace(&mut seen[source.index()], true) {
                reached.push(source);
            }
        }
        let mut next = 0;
        while let Some(&node) = reached.get(next) {
            next += 1;
            if stop(node) {
                return (Self { came_from, reached }, Some(node));
            }
            for (transition, target) in exact.transitions_from(node) {
                if !std::mem::replace(&mut seen[target.index()], true) {
                    came_from[target.index()] = Some((node, transition.event));
                    reached.push(target);
                }
            }
        }
        (Self { came_from, reached }, None)
    }

    /// The nodes that were reached, nearest first.
    pub(super) fn reached(&self) -> &[StateId] {
        &self.reached
    }

    /// The walk to a node that was reached, in nodes of the exact graph.
    pub(super) fn to(&self, end: StateId) -> Walk {
        let mut steps = Vec::new();
        let mut node = end;
        while let Some((before, event)) = self.came_from[node.index()] {
            steps.push((event, node));
            node = before;
        }
        steps.reverse();
        Walk { start: node, steps }
    }
}

impl Graph {
    /// A shortest walk from a state to a state: of no steps when they are the
    /// same; `None` when there is none.
    ///
    /// Where the way depends on data, the walk is one that the machine can take
    /// from some reachable configuration of `from`.
    ///
    /// # Panics
    ///
    /// When an id is not of this graph.
    ///
    /// # Complexity
    ///
    /// O(configurations + transitions) time and space.
    #[must_use]
    pub fn shortest_walk(&self, from: StateId, to: StateId) -> Option<Walk> {
        self.search(self.nodes_of(from), to)
    }

    /// A shortest walk from a start of the machine to a state.
    ///
    /// # Panics
    ///
    /// When the id is not of this graph.
    ///
    /// # Complexity
    ///
    /// O(configurations + transitions) time and space.
    #[must_use]
    pub fn shortest_walk_from_start(&self, to: StateId) -> Option<Walk> {
        self.search(self.exact().starts().collect(), to)
    }

    /// The nodes of the exact graph that belong to a state.
    pub(super) fn nodes_of(&self, state: StateId) -> Vec<StateId> {
        match self.expanded() {
            Some(expanded) => expanded.configurations_of(state).collect(),
            None => vec![state],
        }
    }

    /// A walk on the exact graph as one through states of this graph.
    pub(super) fn in_states(&self, mut walk: Walk) -> Walk {
        walk.start = self.state_of_exact(walk.start);
        for (_, node) in &mut walk.steps {
            *node = self.state_of_exact(*node);
        }
        walk
    }

    fn search(&self, sources: Vec<StateId>, to: StateId) -> Option<Walk> {
        let (walks, found) = ShortestWalks::search(self.exact(), sources, |node| {
            self.state_of_exact(node) == to
        });
        found.map(|node| self.in_states(walks.to(node)))
    }
}
