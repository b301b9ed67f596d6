//! A moment of a breadth-first search, from which it can go on another time.

use std::convert::Infallible;
use std::io;
use std::time::{Duration, Instant};

use super::expand::Space;
use super::searched::Searched;
use super::waiting::Waiting;
use crate::check::Model;
use crate::check::store::Saved;

/// A search while no thread is at work.
pub(in crate::check) struct Moment<'a, M: Model> {
    pub(in crate::check) space: &'a Space<'a, M>,
    pub(in crate::check) visited: &'a dyn Saved<M::State>,
    /// What was found in the levels that are complete.
    pub(in crate::check) searched: &'a Searched<M>,
    /// What was found in the steps from the last of them.
    pub(in crate::check) further: &'a Searched<M>,
    pub(super) waiting: &'a Waiting<'a, M::State>,
    pub(super) next: &'a Waiting<'a, M::State>,
    pub(in crate::check) elapsed: Duration,
}

/// Which states wait.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::check) enum Distance {
    /// Those of the last level, as far as nobody has taken a step from them.
    Last,
    /// Those at the next distance.
    Next,
}

impl<M: Model> Moment<'_, M> {
    /// Shows every piece of the states that wait.
    ///
    /// # Errors
    ///
    /// When one cannot be read back from disk, and those of `show`.
    pub(in crate::check) fn waiting(
        &self,
        at: Distance,
        show: &mut dyn FnMut(&[M::State]) -> io::Result<()>,
    ) -> io::Result<()> {
        match at {
            Distance::Last => self.waiting.for_each(show),
            Distance::Next => self.next.for_each(show),
        }
    }
}

/// Keeps moments of a search.
pub(in crate::check) trait Keeper<M: Model> {
    /// Prepares to keep moments of a search that is resumed, or is not.
    fn begin(&mut self, is_resumed: bool) -> io::Result<()>;

    /// When the next moment is to be kept.
    fn due(&self) -> Option<Instant>;

    /// Keeps a moment.
    fn keep(&mut self, moment: &Moment<'_, M>) -> io::Result<()>;

    /// Drops what is kept: the search has come to its end.
    fn finish(&mut self);
}

/// A moment that was kept, without its states.
pub(in crate::check) struct Resumed<M: Model> {
    pub(in crate::check) searched: Searched<M>,
    pub(in crate::check) further: Searched<M>,
    pub(in crate::check) elapsed: Duration,
}

/// Takes a piece of waiting states that was kept.
pub(in crate::check) type TakeBack<'a, S> = dyn FnMut(Distance, Vec<S>) -> io::Result<()> + 'a;

/// Where a search begins.
pub(in crate::check) trait Begin<M: Model> {
    /// Why it cannot begin there.
    type Error;

    /// Why no other search than breadth first can begin there.
    fn refuse_others(&self) -> Result<(), Self::Error>;

    /// The moment at which to begin: its seen states go to `visited`, those that wait
    /// to `take_back`. `None` is the begin of all.
    fn begin(
        self,
        space: &Space<'_, M>,
        visited: &dyn Saved<M::State>,
        take_back: &mut TakeBack<'_, M::State>,
    ) -> Result<Option<Resumed<M>>, Self::Error>;
}

/// With the initial states.
pub(in crate::check) struct Initially;

impl<M: Model> Begin<M> for Initially {
    type Error = Infallible;

    fn refuse_others(&self) -> Result<(), Infallible> {
        Ok(())
    }

    fn begin(
        self,
        _: &Space<'_, M>,
        _: &dyn Saved<M::State>,
        _: &mut TakeBack<'_, M::State>,
    ) -> Result<Option<Resumed<M>>, Infallible> {
        Ok(None)
    }
}
