//! The set of the states seen.

mod exact;
mod fingerprints;
mod hash;

use std::fmt;

pub(super) use self::exact::{Exact, Part};
pub(super) use self::fingerprints::Fingerprints;
pub(super) use self::hash::hash_of;

/// What is kept of a state that was seen.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Store {
    /// The state itself: nothing can be overlooked.
    #[default]
    Exact,
    /// 64 bits that are computed from it. Faster and smaller; a state is overlooked
    /// if it has the same bits as another one, and the report states the odds.
    Fingerprint,
}

impl fmt::Display for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Exact => "exact",
            Self::Fingerprint => "64-bit fingerprints",
        })
    }
}

impl Store {
    /// The odds that at least one of this many states was overlooked, at most: for
    /// each pair of states, that both have the same bits.
    #[must_use]
    pub fn collision_odds(self, states: usize) -> f64 {
        match self {
            Self::Exact => 0.0,
            Self::Fingerprint => {
                let states = states as f64;
                (states * (states - 1.0) / 2.0 / 2_f64.powi(64)).clamp(0.0, 1.0)
            }
        }
    }
}

/// A state that was come to, on its way into the set.
pub(super) struct Arrival<S> {
    /// Its hash.
    pub(super) hash: u64,
    /// The [link](link_to) to the state it was come to from.
    pub(super) link: u32,
    pub(super) state: S,
}

/// What is kept of the state from which another one was come to first: the upper
/// half of its hash. It takes half the room of a whole one, stays true when a table
/// grows, and is ambiguous so seldom that a trace can follow all there are.
#[inline]
pub(super) fn link_to(hash: u64) -> u32 {
    (hash >> 32) as u32
}

/// The set of the states seen, shared by all threads.
pub(super) trait Visited<S>: Sync {
    /// What one thread remembers of the states it has come to last.
    type Recent: Send;

    /// Nothing remembered.
    fn recent(&self) -> Self::Recent;

    /// Whether links are kept.
    fn has_links(&self) -> bool;

    /// Whether the thread has come to this very state not long ago. If not, it is
    /// remembered.
    fn is_recent(recent: &mut Self::Recent, hash: u64, state: &S) -> bool;

    /// How many parts there are to which states go apart from each other.
    fn parts(&self) -> usize;

    /// The part to which a state of this hash goes.
    fn part_of(&self, hash: u64) -> usize;

    /// Adds states of one part and moves those that are new to `fresh`, in their order.
    /// `batch` is empty then.
    ///
    /// Returns `false` when there is no room for all of them within the memory limit.
    fn insert(&self, part: usize, batch: &mut Vec<Arrival<S>>, fresh: &mut Vec<S>) -> bool;

    /// How many states there are.
    fn len(&self) -> usize;

    /// How many bytes the set takes, without what states own on the heap.
    fn bytes(&self) -> usize;

    /// The links of all states to which `link` may be a link, added to `links`.
    fn links_of(&self, link: u32, links: &mut Vec<u32>);
}

/// The place at which the search for a hash begins in a table of this size. A larger
/// hash never has a smaller place, so that a table grows by one pass in order.
#[inline]
fn home(hash: u64, size: usize) -> usize {
    ((u128::from(hash) * size as u128) >> 64) as usize
}

/// How many entries a table of this size takes: searches get long beyond that.
const fn room(size: usize) -> usize {
    size / 5 * 4
}

/// The next size of a table. A factor below two keeps it fuller on average.
const fn grown(size: usize) -> usize {
    size + size / 2
}

/// The first size of a table: small, since most models are.
const FIRST_SIZE: usize = 1 << 10;
