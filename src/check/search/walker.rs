//! What searches along a walk have in common: judging the state at its end.

use super::breadth::Searched;
use super::expand::{Space, judge, judge_end};
use super::watch::Watch;
use crate::check::store::{Arrival, Visited};
use crate::check::walk::Walk;
use crate::check::{Model, Stop};

/// A search that goes along one walk at a time.
pub(super) struct Walker<'w, 's, M: Model, V> {
    pub(super) space: &'w Space<'s, M>,
    pub(super) visited: &'w V,
    pub(super) searched: Searched<M>,
    /// For each property the walk to the state that decides it.
    pub(super) decided: Vec<Option<Walk<M>>>,
}

impl<'w, 's, M: Model, V: Visited<M::State>> Walker<'w, 's, M, V> {
    pub(super) fn new(space: &'w Space<'s, M>, visited: &'w V) -> Self {
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
        let key = self.visited.key(self.space.model, &state);
        let key = key.ok_or(Stop::Misfit)?;
        let arrival = Arrival {
            key,
            link: 0,
            state,
        };
        let (part, mut fresh) = (self.visited.part_of(key), Vec::new());
        if !self.visited.insert(part, &mut vec![arrival], &mut fresh) {
            return Err(Stop::Memory(watch.limits().memory));
        }
        if fresh.is_empty() {
            return Ok(false);
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
        watch.progress.unique = self.visited.len();
        watch.progress.generated = self.searched.tally.generated;
        watch.progress.depth = walk.steps.len();
        watch.progress.memory = self.visited.bytes();
        self.searched.peak = watch.progress.memory;
        if self.visited.len() > watch.limits().states {
            return Err(Stop::States(watch.limits().states));
        }
        let (properties, all_violations) = (self.space.properties, watch.all_violations());
        if self.searched.is_settled(properties, all_violations) {
            return Err(Stop::Found);
        }
        Ok(())
    }
}
