//! The set of the states seen, one state at a time.

use super::{Arrival, Visited};
use crate::check::Model;

/// The set of the states seen, as a search along one walk after the other asks for it:
/// whatever the set, the search is compiled once.
pub(in crate::check) trait Seen<M: Model> {
    /// Adds a state.
    fn add(&self, model: &M, state: M::State) -> Added;

    /// How many states there are.
    fn count(&self) -> usize;

    /// How many bytes the set takes, without what states own on the heap.
    fn bytes(&self) -> usize;
}

/// What comes of adding a state.
pub(in crate::check) enum Added {
    /// It is new.
    New,
    /// It was there.
    Known,
    /// There is no room for it within the memory limit.
    NoRoom,
    /// It does not fit its number.
    Misfit,
}

impl<M: Model, V: Visited<M::State>> Seen<M> for V {
    fn add(&self, model: &M, state: M::State) -> Added {
        let Some(key) = self.key(model, &state) else {
            return Added::Misfit;
        };
        let arrival = Arrival {
            key,
            link: 0,
            state,
        };
        let mut fresh = Vec::new();
        if !self.insert(self.part_of(key), &mut vec![arrival], &mut fresh) {
            Added::NoRoom
        } else if fresh.is_empty() {
            Added::Known
        } else {
            Added::New
        }
    }

    fn count(&self) -> usize {
        Visited::len(self)
    }

    fn bytes(&self) -> usize {
        Visited::bytes(self)
    }
}
