//! What searches along a walk have in common: judging the state at its end.

use super::expand::{Space, judge, judge_end};
use super::searched::Searched;
use super::watch::Watch;
use crate::check::store::{Added, Seen};
use crate::check::walk::{Step, Walk};
use crate::check::{Model, Stop};

/// A search that goes along one walk at a time.
pub(super) struct Walker<'w, 's, M: Model> {
    pub(super) space: &'w Space<'s, M>,
    pub(super) visited: &'w dyn Seen<M>,
    pub(super) searched: Searched<M>,
    /// For each property the walk to the state that decides it.
    pub(super) decided: Vec<Option<Walk<M>>>,
}

impl<'w, 's, M: Model> Walker<'w, 's, M> {
    pub(super) fn new(space: &'w Space<'s, M>, visited: &'w dyn Seen<M>) -> Self {
        Self {
            space,
            visited,
            searched: Searched::new(space.properties.len()),
            decided: space.properties.iter().map(|_| None).collect(),
        }
    }

    /// Judges the last state of a walk, if it is new. Whether it is.
    ///
    /// # Errors
    ///
    /// When the search is to end.
    pub(super) fn come_to(
        &mut self,
        walk: &Walk<M>,
        watch: &mut Watch<'_, '_>,
    ) -> Result<bool, Stop> {
        let state = self.space.representative(walk.last().clone());
        match self.visited.add(self.space.model, state) {
            Added::New => {}
            Added::Known => return Ok(false),
            Added::NoRoom => return Err(Stop::Memory(watch.limits().memory)),
            Added::Misfit => return Err(Stop::Misfit),
        }
        let depth = walk.steps.len();
        let Searched {
            tally,
            decisive,
            levels,
            ..
        } = &mut self.searched;
        if levels.len() <= depth {
            levels.resize(depth + 1, 0);
        }
        levels[depth] += 1;
        judge(self.space, walk.last(), depth, tally, decisive);
        self.keep(walk, watch)?;
        Ok(true)
    }

    /// Judges the last state of a walk, from which nothing can happen.
    ///
    /// # Errors
    ///
    /// When the search is to end.
    pub(super) fn end_in(&mut self, walk: &Walk<M>, watch: &mut Watch<'_, '_>) -> Result<(), Stop> {
        let Searched {
            tally, decisive, ..
        } = &mut self.searched;
        judge_end(self.space, walk.last(), walk.steps.len(), tally, decisive);
        self.keep(walk, watch)
    }

    /// Keeps the walk for the properties that its last state has decided.
    fn keep(&mut self, walk: &Walk<M>, watch: &mut Watch<'_, '_>) -> Result<(), Stop> {
        for (kept, decisive) in self.decided.iter_mut().zip(&self.searched.decisive) {
            if let Some(decisive) = decisive
                && decisive.depth == walk.steps.len()
                && decisive.state == *walk.last()
            {
                *kept = Some(walk.clone());
            }
        }
        watch.progress.unique = self.visited.count();
        watch.progress.generated = self.searched.tally.generated;
        watch.progress.depth = walk.steps.len();
        watch.progress.memory = self.visited.bytes();
        self.searched.peak = watch.progress.memory;
        if self.visited.count() > watch.limits().states {
            return Err(Stop::States(watch.limits().states));
        }
        let (properties, all_violations) = (self.space.properties, watch.all_violations());
        if self.searched.is_settled(properties, all_violations) {
            return Err(Stop::Found);
        }
        Ok(())
    }

    /// Whether a state is within the model's own bounds; one that is not is counted.
    pub(super) fn is_within_bounds(&mut self, state: &M::State) -> bool {
        let is_within = self.space.model.is_within_bounds(state);
        self.searched.tally.beyond_bounds += u64::from(!is_within);
        is_within
    }

    /// The steps to other states from the end of a walk, none behind the depth limit.
    pub(super) fn steps(
        &mut self,
        walk: &Walk<M>,
        is_cut: &mut bool,
        watch: &mut Watch<'_, '_>,
    ) -> Result<std::vec::IntoIter<Step<M>>, Stop> {
        watch.tick()?;
        let (model, state) = (self.space.model, walk.last());
        let (mut actions, mut steps, mut happened) = (Vec::new(), Vec::new(), 0);
        model.actions(state, &mut actions);
        for action in actions {
            let tally = self.searched.tally.action(model, &action);
            tally.offered += 1;
            let Some(next) = model.next(state, &action) else {
                tally.refused += 1;
                continue;
            };
            happened += 1;
            if next == *state {
                tally.idle += 1;
                continue;
            }
            if self.is_within_bounds(&next) {
                steps.push(Step {
                    action,
                    state: next,
                });
            }
        }
        self.searched.tally.count_steps(happened);
        if happened == 0 {
            self.end_in(walk, watch)?;
        }
        if !steps.is_empty() && walk.steps.len() >= watch.limits().depth {
            *is_cut = true;
            steps.clear();
        }
        Ok(steps.into_iter())
    }
}
