//! Depth first, to a limit that grows by one step at a time.

use std::mem;

use rustc_hash::FxHashMap;

use super::expand::Space;
use super::walker::Walker;
use super::watch::Watch;
use super::{Searched, Task};
use crate::check::coverage::Tally;
use crate::check::store::Seen;
use crate::check::walk::{Step, Walk};
use crate::check::{Model, Stop};

/// Goes through the states of a model along walks of one step, of two, and so on, until
/// longer ones lead to no other states (Korf, "Depth-first iterative-deepening", 1985).
///
/// A state is come to first on a shortest walk, for one that is nearer was come to under a
/// lower limit: what decides a property is a nearest state.
pub(in crate::check) fn iterative_deepening<M: Model>(
    space: &Space<'_, M>,
    visited: &dyn Seen<M>,
    task: &mut Task<'_>,
) -> (Searched<M>, Vec<Option<Walk<M>>>) {
    let mut walker = Walker::new(space, visited);
    let mut watch = Watch::new(task);
    let mut initial_states = space.model.initial_states();
    walker.searched.tally.generated += initial_states.len() as u64;
    initial_states.retain(|state| walker.is_within_bounds(state));
    let mut round = Round::new(space.properties.len());
    let ended = loop {
        round.has_come_further = false;
        let ended = initial_states
            .iter()
            .try_for_each(|initial| walker.dive_to(initial.clone(), &mut round, &mut watch));
        if ended.is_err() || !round.has_come_further {
            break ended;
        }
        round.limit += 1;
    };
    let cut = round.is_cut.then_some(Stop::Depth(watch.limits().depth));
    walker.searched.stop = ended.err().or(cut);
    walker.searched.peak = visited.bytes() + round.bytes();
    (walker.searched, walker.decided)
}

/// One of the rounds, and what is known from those before.
struct Round<M: Model> {
    /// How many steps a walk has at most.
    limit: usize,
    /// How many steps were taken on from each state, at most.
    further: FxHashMap<M::State, usize>,
    /// Counts what was counted before.
    again: Tally<M>,
    /// Whether there was a state that no earlier round has come to.
    has_come_further: bool,
    /// Whether the depth limit has left steps out.
    is_cut: bool,
}

impl<M: Model> Round<M> {
    fn new(properties: usize) -> Self {
        Self {
            limit: 0,
            further: FxHashMap::default(),
            again: Tally::new(properties),
            has_come_further: false,
            is_cut: false,
        }
    }

    /// How many bytes the table takes, without what states own on the heap.
    fn bytes(&self) -> usize {
        self.further.capacity() * size_of::<(M::State, usize)>()
    }
}

impl<M: Model> Walker<'_, '_, M> {
    fn dive_to(
        &mut self,
        initial: M::State,
        round: &mut Round<M>,
        watch: &mut Watch<'_, '_>,
    ) -> Result<(), Stop> {
        let mut walk = Walk {
            initial,
            steps: Vec::new(),
        };
        // The steps that are left to be taken from each state of the walk.
        let mut open = vec![self.steps_further(&walk, round, watch)?];
        while let Some(steps) = open.last_mut() {
            let Some(step) = steps.next() else {
                open.pop();
                walk.steps.pop();
                continue;
            };
            walk.steps.push(step);
            open.push(self.steps_further(&walk, round, watch)?);
        }
        Ok(())
    }

    /// The steps from the end of a walk; none where they were taken before by walks that
    /// went as far from there.
    fn steps_further(
        &mut self,
        walk: &Walk<M>,
        round: &mut Round<M>,
        watch: &mut Watch<'_, '_>,
    ) -> Result<std::vec::IntoIter<Step<M>>, Stop> {
        let further = round.limit - walk.steps.len();
        let state = self.space.representative(walk.last().clone());
        let before = round.further.get(&state).copied();
        if before.is_none() {
            round.has_come_further = true;
            self.come_to(walk, watch)?;
        }
        if before.is_some_and(|before| before >= further) {
            return Ok(Vec::new().into_iter());
        }
        round.further.insert(state, further);
        if self.visited.bytes() + round.bytes() > watch.limits().memory {
            return Err(Stop::Memory(watch.limits().memory));
        }
        if further == 0 {
            return Ok(Vec::new().into_iter());
        }
        let is_counted = before.is_some_and(|before| before > 0);
        if is_counted {
            mem::swap(&mut self.searched.tally, &mut round.again);
        }
        let steps = self.steps(walk, &mut round.is_cut, watch);
        if is_counted {
            mem::swap(&mut self.searched.tally, &mut round.again);
        }
        steps
    }
}
