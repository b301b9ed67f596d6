//! One walk to its end before another one.

use super::expand::Space;
use super::walker::Walker;
use super::watch::Watch;
use super::{Searched, Task};
use crate::check::store::Seen;
use crate::check::walk::{Step, Walk};
use crate::check::{Model, Stop};

/// Goes through the states of a model, depth first.
///
/// Who comes to a state on a long way up to the depth limit does not go on from there,
/// and nobody else will: where the limit has cut a walk, states that are near may be
/// missing, and the search is not exhaustive.
pub(in crate::check) fn depth_first<M: Model>(
    space: &Space<'_, M>,
    visited: &dyn Seen<M>,
    task: &mut Task<'_>,
) -> (Searched<M>, Vec<Option<Walk<M>>>) {
    let mut walker = Walker::new(space, visited);
    let mut watch = Watch::new(task);
    let mut is_cut = false;
    let ended = space
        .model
        .initial_states()
        .into_iter()
        .try_for_each(|initial| {
            walker.searched.tally.generated += 1;
            walker.dive(initial, &mut is_cut, &mut watch)
        });
    let cut = is_cut.then_some(Stop::Depth(watch.limits().depth));
    walker.searched.stop = ended.err().or(cut);
    (walker.searched, walker.decided)
}

impl<M: Model> Walker<'_, '_, M> {
    fn dive(
        &mut self,
        initial: M::State,
        is_cut: &mut bool,
        watch: &mut Watch<'_, '_>,
    ) -> Result<(), Stop> {
        let mut walk = Walk {
            initial,
            steps: Vec::new(),
        };
        // The steps that are left to be taken from each state of the walk.
        let mut open: Vec<std::vec::IntoIter<Step<M>>> = Vec::new();
        if self.is_within_bounds(walk.last()) && self.come_to(&walk, watch)? {
            open.push(self.steps(&walk, is_cut, watch)?);
        }
        while let Some(steps) = open.last_mut() {
            let Some(step) = steps.next() else {
                open.pop();
                walk.steps.pop();
                continue;
            };
            walk.steps.push(step);
            if self.come_to(&walk, watch)? {
                open.push(self.steps(&walk, is_cut, watch)?);
            } else {
                walk.steps.pop();
            }
        }
        Ok(())
    }
}
