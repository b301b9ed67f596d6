//! Walks: sequences of events through a graph.

use std::collections::VecDeque;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{EventId, Graph, StateId};

/// A walk through a graph: a state and the events taken from it, each with the
/// state that it led to.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
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
            state: graph.state(*state).name.clone(),
        };
        NamedWalk {
            start: graph.state(self.start).name.clone(),
            steps: self.steps.iter().map(step).collect(),
        }
    }
}

/// A [`Walk`] with names instead of ids.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NamedWalk {
    /// The state in which it begins.
    pub start: String,
    /// Its steps in order.
    pub steps: Vec<NamedStep>,
}

/// A step of a [`NamedWalk`].
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NamedStep {
    /// The event.
    pub event: String,
    /// The state after it.
    pub state: String,
}

impl fmt::Display for NamedWalk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.start)?;
        self.steps
            .iter()
            .try_for_each(|step| write!(f, " --{}--> {}", step.event, step.state))
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
        self.search(self.nodes_of(from), |state| state == to)
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
        self.search(self.exact().starts().collect(), |state| state == to)
    }

    /// The nodes of the exact graph that belong to a state.
    fn nodes_of(&self, state: StateId) -> Vec<StateId> {
        match self.expanded() {
            Some(expanded) => expanded.configurations_of(state).collect(),
            None => vec![state],
        }
    }

    /// Breadth-first search on the exact graph; the walk comes back in states of
    /// this graph.
    fn search(&self, sources: Vec<StateId>, found: impl Fn(StateId) -> bool) -> Option<Walk> {
        let exact = self.exact();
        let mut came_from: Vec<Option<(StateId, EventId)>> = vec![None; exact.nodes.node_count()];
        let mut seen = vec![false; exact.nodes.node_count()];
        let mut queue = VecDeque::new();
        for source in sources {
            seen[source.index()] = true;
            queue.push_back(source);
        }
        while let Some(node) = queue.pop_front() {
            if found(self.state_of_exact(node)) {
                return Some(self.trace_back(node, &came_from));
            }
            for (transition, target) in exact.transitions_from(node) {
                if !seen[target.index()] {
                    seen[target.index()] = true;
                    came_from[target.index()] = Some((node, transition.event));
                    queue.push_back(target);
                }
            }
        }
        None
    }

    fn trace_back(&self, end: StateId, came_from: &[Option<(StateId, EventId)>]) -> Walk {
        let mut steps = Vec::new();
        let mut node = end;
        while let Some((before, event)) = came_from[node.index()] {
            steps.push((event, self.state_of_exact(node)));
            node = before;
        }
        steps.reverse();
        Walk {
            start: self.state_of_exact(node),
            steps,
        }
    }
}
