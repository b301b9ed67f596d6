//! The states of a model with the steps between them.

use std::hash::Hash;

use super::sets::Sets;
use crate::check::Model;
use crate::check::store::{Part, hash_of};
use crate::check::walk::{Step, Walk};

/// What is set aside for each state for the search for runs that break a property,
/// so that a memory limit covers it: arrays of numbers, some of which have grown to
/// twice what is needed.
const SET_ASIDE: usize = 12 * size_of::<u32>();

/// The states of a model, numbered breadth first, with the steps between them.
pub(super) struct RunGraph<S> {
    pub(super) states: Part<S>,
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    /// How many states have their edges: all before this one.
    expanded: usize,
    /// The sets of labels: of edges, and of all actions that can happen in a state.
    pub(super) labels: Sets,
    /// The sets of what properties ask and states have.
    pub(super) marks: Sets,
    memory: usize,
}

/// What is kept of a state beside itself.
#[derive(Clone, Copy)]
struct Node {
    /// The state from which it was come to first; itself where a run begins.
    parent: u32,
    first_edge: u32,
    /// The set of what properties ask and it has.
    marks: u32,
    /// The set of labels of all actions that can happen in it, those included that
    /// lead out of the model's bounds.
    enabled: u32,
}

/// A step to a state. Steps with the same labels to the same state are one edge.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Edge {
    pub(super) target: u32,
    /// The set of labels of the action.
    pub(super) labels: u32,
}

impl<S: Eq> RunGraph<S> {
    /// An empty graph within a memory limit.
    pub(super) fn new(labels: usize, marks: usize, memory: usize) -> Self {
        Self {
            states: Part::new(),
            nodes: Vec::new(),
            edges: Vec::new(),
            expanded: 0,
            labels: Sets::new(labels),
            marks: Sets::new(marks),
            memory,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// How many bytes it takes, without what states own on the heap, with what is
    /// set aside for the search.
    pub(super) fn bytes(&self) -> usize {
        self.states.bytes()
            + self.nodes.capacity() * size_of::<Node>()
            + self.edges.capacity() * size_of::<Edge>()
            + self.labels.bytes()
            + self.marks.bytes()
            + self.nodes.len() * SET_ASIDE
    }

    /// Whether a state has all its edges.
    #[inline]
    pub(super) fn is_expanded(&self, state: u32) -> bool {
        (state as usize) < self.expanded
    }

    /// The edges from a state.
    #[inline]
    pub(super) fn edges(&self, state: u32) -> &[Edge] {
        let range = self.edge_range(state);
        &self.edges[range.0 as usize..range.1 as usize]
    }

    /// Where the edges from a state begin and end.
    #[inline]
    pub(super) fn edge_range(&self, state: u32) -> (u32, u32) {
        let next = state as usize + 1;
        if next > self.expanded {
            return (0, 0);
        }
        let end = if next < self.expanded {
            self.nodes[next].first_edge
        } else {
            self.edges.len() as u32
        };
        (self.nodes[state as usize].first_edge, end)
    }

    /// An edge by its position among all.
    #[inline]
    pub(super) fn edge(&self, position: u32) -> Edge {
        self.edges[position as usize]
    }

    /// The number of the set of what properties ask and a state has.
    #[inline]
    pub(super) fn marks_of(&self, state: u32) -> u32 {
        self.nodes[state as usize].marks
    }

    /// The labels of all actions that can happen in an expanded state.
    #[inline]
    pub(super) fn enabled(&self, state: u32) -> &[u64] {
        self.labels.get(self.nodes[state as usize].enabled)
    }

    /// Adds a state, come to from another one or, at the beginning, from nowhere.
    /// Returns its number and whether it is new, and nothing when there is no room.
    #[inline]
    pub(super) fn add_state(&mut self, state: S, parent: Option<u32>) -> Option<(u32, bool)>
    where
        S: Hash,
    {
        let hash = hash_of(&state);
        let number = match self.states.find(hash, &state) {
            Ok(number) => return Some((number, false)),
            Err(_) => self.states.add(hash, state, self.memory, self.bytes())?,
        };
        if self.nodes.len() == self.nodes.capacity() {
            let more = self.room_for_more(self.nodes.len(), size_of::<Node>())?;
            self.nodes.reserve_exact(more);
        }
        self.nodes.push(Node {
            parent: parent.unwrap_or(number),
            first_edge: 0,
            marks: 0,
            enabled: 0,
        });
        Some((number, true))
    }

    /// By how many entries an array of this length may grow, if by any: it is there
    /// twice while it moves.
    fn room_for_more(&self, len: usize, size: usize) -> Option<usize> {
        let more = (len / 2).max(64);
        (self.bytes() + (len + more) * size <= self.memory).then_some(more)
    }

    /// Keeps what properties ask and a state has.
    pub(super) fn mark(&mut self, state: u32, marks: &[u64]) {
        self.nodes[state as usize].marks = self.marks.number_of(marks);
    }

    /// Adds all edges of the next state that has none yet, and the labels of what
    /// can happen in it. Whether there was room.
    pub(super) fn add_edges(&mut self, edges: &mut Vec<Edge>, enabled: &[u64]) -> bool {
        edges.sort_unstable();
        edges.dedup();
        let len = self.edges.len();
        if len + edges.len() > self.edges.capacity() {
            let Some(more) = self.room_for_more(len, size_of::<Edge>()) else {
                return false;
            };
            self.edges.reserve_exact(more.max(edges.len()));
        }
        // The position of an edge has 32 bits.
        if u32::try_from(len + edges.len()).is_err() {
            return false;
        }
        self.edges.append(edges);
        let node = &mut self.nodes[self.expanded];
        node.first_edge = len as u32;
        node.enabled = self.labels.number_of(enabled);
        self.expanded += 1;
        true
    }

    /// Forgets the states from one number on, and the edges of the states from
    /// another one on.
    pub(super) fn truncate(&mut self, states: usize, expanded: usize) {
        if expanded < self.expanded {
            self.edges
                .truncate(self.nodes[expanded].first_edge as usize);
            self.expanded = expanded;
        }
        self.nodes.truncate(states);
    }

    /// The number of a state.
    pub(super) fn number_of(&self, state: &S) -> Option<u32>
    where
        S: Hash,
    {
        self.states.find(hash_of(state), state).ok()
    }

    /// The states on the way to one by which it was come to first, itself the last:
    /// a shortest one.
    pub(super) fn way_to(&self, state: u32) -> Vec<u32> {
        let mut way = vec![state];
        let mut last = state;
        while self.nodes[last as usize].parent != last {
            last = self.nodes[last as usize].parent;
            way.push(last);
        }
        way.reverse();
        way
    }

    /// The walk along states each of which is next to the one before. Where a step
    /// has to have certain labels, the caller says which.
    pub(super) fn walk<M: Model<State = S>>(
        &self,
        model: &M,
        states: &[u32],
        mut has_labels: impl FnMut(usize, &S, &M::Action) -> bool,
    ) -> Option<Walk<M>>
    where
        S: Clone,
    {
        let (first, rest) = states.split_first()?;
        let mut walk = Walk {
            initial: self.states.get(*first).clone(),
            steps: Vec::with_capacity(rest.len()),
        };
        let mut actions = Vec::new();
        for (index, next) in rest.iter().enumerate() {
            let goal = self.states.get(*next);
            let state = walk.last();
            actions.clear();
            model.actions(state, &mut actions);
            let action = actions.drain(..).find(|action| {
                has_labels(index, state, action)
                    && model.next(state, action).is_some_and(|next| next == *goal)
            })?;
            walk.steps.push(Step {
                action,
                state: goal.clone(),
            });
        }
        Some(walk)
    }
}
