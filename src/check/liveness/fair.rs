//! Where runs can go on for ever that break a property and are fair.

use super::breach::Breach;
use super::components::{NOWHERE, Regions};
use super::sets;
use super::tails::Tails;
use crate::check::Stop;
use crate::check::search::Watch;

/// What a run can see and do in a strongly connected part of a graph, or along a
/// cycle.
pub(super) struct Seen {
    /// The labels of the edges.
    taken: Box<[u64]>,
    /// The labels of what can happen in all states, and in some.
    always: Box<[u64]>,
    sometimes: Box<[u64]>,
}

impl Seen {
    /// Nothing yet.
    pub(super) fn new<S: Eq>(breach: &Breach<'_, S>) -> Self {
        let empty = breach.graph.labels.empty();
        let mut always = empty.clone();
        always.fill(u64::MAX);
        Self {
            taken: empty.clone(),
            always,
            sometimes: empty,
        }
    }

    /// Adds a state.
    #[inline]
    pub(super) fn see(&mut self, enabled: &[u64]) {
        sets::keep(&mut self.always, enabled);
        sets::add(&mut self.sometimes, enabled);
    }

    /// Adds an edge.
    #[inline]
    pub(super) fn take(&mut self, labels: &[u64]) {
        sets::add(&mut self.taken, labels);
    }

    /// Which weak constraints leave out the run that sees and does all of this again
    /// and again: their actions can happen all the time and never do.
    pub(super) fn unmet_weak<S: Eq>(&self, breach: &Breach<'_, S>) -> Box<[u64]> {
        self.unmet(&breach.weak, &self.always)
    }

    /// Which strong constraints leave it out: their actions can happen again and
    /// again and never do.
    pub(super) fn unmet_strong<S: Eq>(&self, breach: &Breach<'_, S>) -> Box<[u64]> {
        self.unmet(&breach.strong, &self.sometimes)
    }

    fn unmet(&self, constraints: &[u64], possible: &[u64]) -> Box<[u64]> {
        let words = constraints.iter().zip(possible).zip(&self.taken);
        words
            .map(|((constraints, possible), taken)| constraints & possible & !taken)
            .collect()
    }
}

/// Divides the states to which tails come into regions, in each of which a fair run
/// can see every state and take every edge of the region for ever. A state in
/// no region is on no fair cycle at all.
///
/// A component in which an action of a weak constraint can happen everywhere and no
/// edge takes one has no fair part. One in which an action of a strong constraint
/// can happen somewhere and no edge takes one has fair parts only where none can
/// happen: it is divided once more without the states where one can. So nothing has
/// to be tried for subsets of the constraints, however many there are.
pub(super) fn fair_regions<S: Eq>(
    breach: &Breach<'_, S>,
    tails: &Tails,
    watch: &mut Watch<'_, '_>,
) -> Result<Regions, Stop> {
    let mut regions = Regions::new(breach.graph.len());
    let whole = regions.unite(&tails.states);
    let mut undivided = vec![(tails.states.clone(), whole)];
    while let Some((states, region)) = undivided.pop() {
        regions.divide(breach, &states, region, watch, |regions, states, region| {
            let seen = seen_in(breach, regions, states, region);
            let unmet = seen.unmet_strong(breach);
            if seen.unmet_weak(breach).iter().any(|word| *word != 0) {
                regions.dissolve(states, region);
            } else if unmet.iter().any(|word| *word != 0) {
                regions.dissolve(states, region);
                let can_happen = |state: &u32| sets::meet(breach.graph.enabled(*state), &unmet);
                let mut rest = states.to_vec();
                rest.retain(|state| !can_happen(state));
                if !rest.is_empty() {
                    let region = regions.unite(&rest);
                    undivided.push((rest, region));
                }
            }
        })?;
    }
    Ok(regions)
}

/// What a run can see and do in a region.
fn seen_in<S: Eq>(breach: &Breach<'_, S>, regions: &Regions, states: &[u32], region: u32) -> Seen {
    let mut seen = Seen::new(breach);
    for state in states {
        seen.see(breach.graph.enabled(*state));
        for edge in breach.graph.edges(*state) {
            if breach.takes(*edge) && regions.of(edge.target) == region {
                seen.take(breach.graph.labels.get(edge.labels));
            }
        }
    }
    seen
}

/// Whether a run can go on for ever from a state without leaving its region.
pub(super) fn is_fair(regions: &Regions, state: u32) -> bool {
    regions.of(state) != NOWHERE
}
