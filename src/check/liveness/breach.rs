//! Which runs break a liveness property: how they begin, where they then stay, what
//! they avoid, whether they may stop.

use super::graph::{Edge, RunGraph};
use super::labels::{ANY, Assumption};
use super::{mark_of, sets};
use crate::check::{Model, Property, PropertyKind};

/// The runs that break a property: from some point on, called their *tail*, they
/// stay where they should not.
pub(super) struct Breach<'g, S> {
    pub(super) graph: &'g RunGraph<S>,
    /// Whether the whole run is tail.
    pub(super) from_the_start: bool,
    // For each set of marks whether a state that has it can begin a tail, can be in
    // one, breaks the property by itself when a tail comes to it.
    begins: Vec<bool>,
    stays: Vec<bool>,
    breaks: Vec<bool>,
    /// For each set of labels whether an edge that has it can be in a tail.
    is_taken: Vec<bool>,
    /// A run that stops does so only where none of these labels can happen. `None`
    /// where a run that stops breaks nothing.
    holds_up: Option<Box<[u64]>>,
    pub(super) weak: Box<[u64]>,
    pub(super) strong: Box<[u64]>,
}

impl<'g, S: Eq> Breach<'g, S> {
    /// What breaks the property at this position, under its assumption.
    pub(super) fn new<M: Model<State = S>>(
        graph: &'g RunGraph<S>,
        property: &Property<M>,
        position: usize,
        assumption: &Assumption,
    ) -> Self {
        use PropertyKind::{AlwaysEventually, Eventually, LeadsTo, NoLivelock, Until};
        let kind = property.kind();
        // What the two predicates say of a state: begins a tail, stays in it, breaks.
        let of_state = |first: bool, second: bool| match kind {
            Eventually | AlwaysEventually => (!first, !first, false),
            LeadsTo => (first && !second, !second, false),
            Until => (first && !second, first && !second, !first && !second),
            _ => (true, true, false),
        };
        let (mut begins, mut stays, mut breaks) = (Vec::new(), Vec::new(), Vec::new());
        for marks in graph.marks.iter() {
            let has = |predicate| sets::contains(marks, mark_of(position, predicate));
            let of_state = of_state(has(0), has(1));
            begins.push(of_state.0);
            stays.push(of_state.1);
            breaks.push(of_state.2);
        }
        let is_taken = graph.labels.iter().map(|labels| {
            !assumption
                .progress
                .is_some_and(|progress| sets::contains(labels, progress))
        });
        let set_of = |labels: &[usize]| {
            let mut set = graph.labels.empty();
            for label in labels {
                sets::insert(&mut set, *label);
            }
            set
        };
        let (weak, strong) = (set_of(&assumption.weak), set_of(&assumption.strong));
        let holds_up = if assumption.may_stop {
            let mut constrained = weak.clone();
            sets::add(&mut constrained, &strong);
            constrained
        } else {
            set_of(&[ANY])
        };
        Self {
            graph,
            from_the_start: matches!(kind, Eventually | Until),
            begins,
            stays,
            breaks,
            is_taken: is_taken.collect(),
            holds_up: (kind != NoLivelock).then_some(holds_up),
            weak,
            strong,
        }
    }

    /// Whether a tail may begin in a state.
    #[inline]
    pub(super) fn begins(&self, state: u32) -> bool {
        self.begins[self.graph.marks_of(state) as usize]
    }

    /// Whether a state may be in a tail.
    #[inline]
    pub(super) fn stays(&self, state: u32) -> bool {
        self.stays[self.graph.marks_of(state) as usize]
    }

    /// Whether a state at the end of a tail breaks the property, whatever comes next.
    #[inline]
    pub(super) fn breaks(&self, state: u32) -> bool {
        self.breaks[self.graph.marks_of(state) as usize]
    }

    /// Whether a tail may take an edge.
    #[inline]
    pub(super) fn takes(&self, edge: Edge) -> bool {
        self.is_taken[edge.labels as usize]
    }

    /// Whether a run that stops in a state for good breaks the property and may do so.
    #[inline]
    pub(super) fn stops(&self, state: u32) -> bool {
        self.graph.is_expanded(state)
            && self
                .holds_up
                .as_ref()
                .is_some_and(|labels| !sets::meet(labels, self.graph.enabled(state)))
    }
}
