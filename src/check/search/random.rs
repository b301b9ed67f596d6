//! Walks that take one step of all there are, by chance.

use super::expand::Space;
use super::walker::Walker;
use super::watch::Watch;
use super::{Searched, Task};
use crate::check::store::Seen;
use crate::check::walk::{Step, Walk};
use crate::check::{Model, Stop};

/// Random walks through a model. Each state that was not come across before is judged.
pub(in crate::check) fn random_walks<M: Model>(
    space: &Space<'_, M>,
    visited: &dyn Seen<M>,
    task: &mut Task<'_>,
    (seed, walks, steps): (u64, u64, usize),
) -> (Searched<M>, Vec<Option<Walk<M>>>) {
    let mut walker = Walker::new(space, visited);
    let mut watch = Watch::new(task);
    let steps = steps.min(watch.limits().depth);
    let ended = (0..walks).try_for_each(|number| {
        watch.progress.walks = Some((number, walks));
        let chance = Chance::new(seed, number);
        walker.walk_at_random(chance, steps, &mut watch)
    });
    walker.searched.stop = Some(ended.err().unwrap_or(Stop::Walks(walks)));
    (walker.searched, walker.decided)
}

impl<M: Model> Walker<'_, '_, M> {
    fn walk_at_random(
        &mut self,
        mut chance: Chance,
        steps: usize,
        watch: &mut Watch<'_, '_>,
    ) -> Result<(), Stop> {
        let mut initial = self.space.model.initial_states();
        initial.retain(|state| self.space.model.is_within_bounds(state));
        if initial.is_empty() {
            return Ok(());
        }
        let initial = initial.swap_remove(chance.below(initial.len()));
        self.searched.tally.generated += 1;
        let mut walk = Walk {
            initial,
            steps: Vec::new(),
        };
        loop {
            self.come_to(&walk, watch)?;
            watch.tick()?;
            if walk.steps.len() == steps {
                return Ok(());
            }
            match self.step_at_random(walk.last(), &mut chance) {
                Ok(step) => walk.steps.push(step),
                // Only the model's own bounds end the walk here.
                Err(true) => return Ok(()),
                Err(false) => return self.end_in(&walk, watch),
            }
        }
    }

    /// One step of those that can happen, each as likely as any other; if there is none
    /// within the model's own bounds, whether there is one beyond.
    fn step_at_random(&mut self, state: &M::State, chance: &mut Chance) -> Result<Step<M>, bool> {
        let (model, tally) = (self.space.model, &mut self.searched.tally);
        let (mut actions, mut is_bounded) = (Vec::new(), false);
        model.actions(state, &mut actions);
        while !actions.is_empty() {
            let action = actions.swap_remove(chance.below(actions.len()));
            let of_action = tally.action(model, &action);
            of_action.offered += 1;
            let Some(next) = model.next(state, &action) else {
                of_action.refused += 1;
                continue;
            };
            of_action.idle += u64::from(next == *state);
            tally.generated += 1;
            if model.is_within_bounds(&next) {
                return Ok(Step {
                    action,
                    state: next,
                });
            }
            tally.beyond_bounds += 1;
            is_bounded = true;
        }
        Err(is_bounded)
    }
}

/// Chance that is the same each time: SplitMix64 of Steele, Lea and Flood, "Fast
/// Splittable Pseudorandom Number Generators" (2014).
struct Chance(u64);

impl Chance {
    /// The chance of one walk of a seed.
    fn new(seed: u64, walk: u64) -> Self {
        Self(seed ^ Self(walk).next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number below `end`, which is not 0.
    fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.next()) * end as u128) >> 64) as usize
    }
}
