//! What a search has found.

use std::io;

use super::expand::{Decisive, Worker};
use crate::check::coverage::Tally;
use crate::check::property::Claim;
use crate::check::store::Visited;
use crate::check::{Model, Property, Stop};

/// What the search has found.
pub(in crate::check) struct Searched<M: Model> {
    pub(in crate::check) tally: Tally<M>,
    pub(in crate::check) levels: Vec<usize>,
    /// For each property a state that decides it.
    pub(in crate::check) decisive: Vec<Option<Decisive<M::State>>>,
    pub(in crate::check) stop: Option<Stop>,
    /// The most bytes that were in use at once.
    pub(in crate::check) peak: usize,
    /// What went wrong with the disk last.
    pub(in crate::check) failure: Option<io::Error>,
}

impl<M: Model> Searched<M> {
    pub(in crate::check) fn new(properties: usize) -> Self {
        Self {
            tally: Tally::new(properties),
            levels: Vec::new(),
            decisive: (0..properties).map(|_| None).collect(),
            stop: None,
            peak: 0,
            failure: None,
        }
    }

    /// Ends for a failure of the disk.
    pub(in crate::check) fn fail(&mut self, error: io::Error) {
        self.stop = Some(Stop::Disk(error.kind()));
        self.failure = Some(error);
    }

    /// Takes what a thread has counted and found in the level that has ended.
    pub(super) fn take_from<V: Visited<M::State>>(&mut self, worker: &mut Worker<'_, M, V>) {
        self.take(&mut worker.tally, &mut worker.decisive);
        if worker.has_misfit {
            self.stop.get_or_insert(Stop::Misfit);
        }
    }

    /// Takes what was counted and found, and leaves nothing there.
    pub(in crate::check) fn take(
        &mut self,
        tally: &mut Tally<M>,
        decisive: &mut [Option<Decisive<M::State>>],
    ) {
        let empty = Tally::new(self.decisive.len());
        self.tally.add(std::mem::replace(tally, empty));
        for (kept, other) in self.decisive.iter_mut().zip(decisive) {
            Decisive::merge(kept, other.take());
        }
    }

    /// Whether nothing more is to be found out.
    pub(in crate::check) fn is_settled(
        &self,
        properties: &[Property<M>],
        all_violations: bool,
    ) -> bool {
        let mut decided = properties.iter().zip(&self.decisive);
        let is_violated = |(property, state): (&Property<M>, &Option<_>)| {
            state.is_some() && !matches!(property.claim, Claim::Sometimes(_))
        };
        if !all_violations && decided.clone().any(is_violated) {
            return true;
        }
        !properties.is_empty() && decided.all(|(_, state)| state.is_some())
    }
}
