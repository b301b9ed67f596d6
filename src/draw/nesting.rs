//! Which state lies in which superstate, and in which order all are drawn.

use crate::graph::{Graph, StateId, SuperstateId};

/// The nested order of states and superstates: depth first, each superstate at
/// the place of the first state in it, those without states last.
pub(super) struct Nesting {
    /// The places in order, and in how many superstates each lies.
    pub(super) places: Vec<(Place, usize)>,
    /// Where in `places` each state is.
    state_at: Vec<usize>,
    /// Where in `places` each superstate begins and ends.
    spans: Vec<(usize, usize)>,
    /// The first state in each superstate, at any depth.
    first: Vec<Option<StateId>>,
    /// The number of states in each superstate, at any depth.
    counts: Vec<usize>,
}

#[derive(Clone, Copy)]
pub(super) enum Place {
    Open(SuperstateId),
    Close(SuperstateId),
    State(StateId),
}

impl Nesting {
    pub(super) fn new(graph: &Graph) -> Self {
        let n_superstates = graph.superstates().len();
        let mut nesting = Self {
            places: Vec::new(),
            state_at: vec![0; graph.states().len()],
            spans: vec![(0, 0); n_superstates],
            first: vec![None; n_superstates],
            counts: vec![0; n_superstates],
        };
        nesting.count_states(graph);
        nesting.place_all(graph);
        nesting
    }

    pub(super) fn contains(&self, superstate: SuperstateId, state: StateId) -> bool {
        let (begin, end) = self.spans[superstate.index()];
        (begin..end).contains(&self.state_at[state.index()])
    }

    /// Whether neither a state nor a superstate lies in a superstate.
    pub(super) fn is_empty(&self, superstate: SuperstateId) -> bool {
        let (begin, end) = self.spans[superstate.index()];
        begin + 1 == end
    }

    pub(super) fn first_state(&self, superstate: SuperstateId) -> Option<StateId> {
        self.first[superstate.index()]
    }

    pub(super) fn state_count(&self, superstate: SuperstateId) -> usize {
        self.counts[superstate.index()]
    }

    fn count_states(&mut self, graph: &Graph) {
        for (id, state) in graph.states() {
            if let Some(superstate) = state.superstate {
                self.first[superstate.index()].get_or_insert(id);
                self.counts[superstate.index()] += 1;
            }
        }
        // A parent comes before its children: backwards, children are done first.
        for index in (0..self.counts.len()).rev() {
            if let Some(parent) = graph.superstate(SuperstateId::at(index)).parent {
                let parent = parent.index();
                self.counts[parent] += self.counts[index];
                self.first[parent] = self.first[parent]
                    .into_iter()
                    .chain(self.first[index])
                    .min();
            }
        }
    }

    fn place_all(&mut self, graph: &Graph) {
        let superstates = graph
            .superstates()
            .map(|(id, it)| (self.first[id.index()], Place::Open(id), it.parent));
        let states = graph
            .states()
            .map(|(id, state)| (Some(id), Place::State(id), state.superstate));
        let mut all: Vec<_> = superstates.chain(states).collect();
        all.sort_by_key(|(first, ..)| (first.is_none(), *first));

        // Lists of what is still to be placed are taken from the back.
        let mut pending = Vec::new();
        let mut children = vec![Vec::new(); self.spans.len()];
        for (_, place, parent) in all.into_iter().rev() {
            parent
                .map_or(&mut pending, |parent| &mut children[parent.index()])
                .push(place);
        }
        let mut depth = 0;
        while let Some(place) = pending.pop() {
            let position = self.places.len();
            match place {
                Place::State(state) => self.state_at[state.index()] = position,
                Place::Open(superstate) => {
                    self.spans[superstate.index()].0 = position;
                    pending.push(Place::Close(superstate));
                    pending.append(&mut children[superstate.index()]);
                }
                Place::Close(superstate) => {
                    self.spans[superstate.index()].1 = position;
                    depth -= 1;
                }
            }
            self.places.push((place, depth));
            depth += usize::from(matches!(place, Place::Open(_)));
        }
    }
}
