//! The set of the states seen.

mod bits;
mod exact;
mod form;
mod hash;
mod keyed;
mod keys;
mod saved;
mod seen;
mod table;

use std::fmt;

pub(super) use self::exact::{Exact, Part};
pub(crate) use self::hash::Hashers;
pub(super) use self::hash::{hash_of, wide_hash_of};
pub(super) use self::keyed::Keyed;
pub(super) use self::keys::{ByNumber, Fingerprint, Keys, WideFingerprint};
pub(super) use self::saved::{Saved, Sink, Source};
pub(super) use self::seen::{Added, Seen};
use super::Model;

/// What is kept of a state that was seen.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Store {
    /// The [number](Model::number) that the model gives it: nothing can be overlooked, and
    /// nothing is faster or smaller. The state itself where a model has no numbers, and the
    /// report says so.
    #[default]
    Numbers,
    /// The state itself: nothing can be overlooked.
    Exact,
    /// 64 bits that are computed from it. Faster and smaller than the state itself; a
    /// state is overlooked if it has the same bits as another one, and the report states
    /// the odds.
    Fingerprint,
    /// 128 bits that are computed from it, in twice the room: of a million million states
    /// the odds that one was overlooked are below 1 in 10^14.
    WideFingerprint,
}

impl fmt::Display for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Numbers => "exact, by number",
            Self::Exact => "exact",
            Self::Fingerprint => "64-bit fingerprints",
            Self::WideFingerprint => "128-bit fingerprints",
        })
    }
}

impl Store {
    /// The odds that at least one of this many states was overlooked, at most: for
    /// each pair of states, that both have the same bits.
    #[must_use]
    pub fn collision_odds(self, states: usize) -> f64 {
        let bits = match self {
            Self::Numbers | Self::Exact => return 0.0,
            Self::Fingerprint => 64,
            Self::WideFingerprint => 128,
        };
        let states = states as f64;
        (states * (states - 1.0) / 2.0 / 2_f64.powi(bits)).clamp(0.0, 1.0)
    }
}

/// A state that was come to, on its way into the set.
pub(super) struct Arrival<K, S> {
    /// The key by which the set finds it.
    pub(super) key: K,
    /// The [link](Visited::link_to) to the state it was come to from.
    pub(super) link: u32,
    pub(super) state: S,
}

/// What is kept of the state from which another one was come to first: the upper
/// half of a hash. It takes half the room of a whole one, stays true when a table
/// grows, and is ambiguous so seldom that a trace can follow all there are.
#[inline]
fn link_to(hash: u64) -> u32 {
    (hash >> 32) as u32
}

/// The set of the states seen, shared by all threads.
pub(super) trait Visited<S>: Saved<S> + Sync {
    /// By what a state is found: a hash of it, or more.
    type Key: Copy + Send;

    /// What one thread remembers of the states it has come to last.
    type Recent: Send;

    /// The key of a state. `None` when the state does not fit its number.
    fn key<M: Model<State = S>>(&self, model: &M, state: &S) -> Option<Self::Key>;

    /// The link to a state with this key.
    fn link_to(key: Self::Key) -> u32;

    /// Nothing remembered.
    fn recent(&self) -> Self::Recent;

    /// Whether links are kept.
    fn has_links(&self) -> bool;

    /// Whether the thread has come to this very state not long ago. If not, it is
    /// remembered.
    fn is_recent(recent: &mut Self::Recent, key: Self::Key, state: &S) -> bool;

    /// How many parts there are to which states go apart from each other.
    fn parts(&self) -> usize;

    /// The part to which a state with this key goes.
    fn part_of(&self, key: Self::Key) -> usize;

    /// Adds states of one part and moves those that are new to `fresh`, in their order.
    /// `batch` is empty then.
    ///
    /// Returns `false` when there is no room for all of them within the memory limit.
    fn insert(
        &self,
        part: usize,
        batch: &mut Vec<Arrival<Self::Key, S>>,
        fresh: &mut Vec<S>,
    ) -> bool;

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
    size / 10 * 7
}

/// The size of a table that takes so many entries.
const fn size_for(entries: usize) -> usize {
    entries.div_ceil(7) * 10
}

/// The next size of a table. A factor below two keeps it fuller on average.
const fn grown(size: usize) -> usize {
    size + size / 2
}

/// The first size of a table: small, since most models are.
const FIRST_SIZE: usize = 1 << 10;
