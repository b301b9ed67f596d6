//! Sets of small numbers, each different one kept once.

use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

/// Sets of small numbers as words of bits, each known by the order in which it was
/// come across. However many edges and states there are, few sets differ.
pub(super) struct Sets {
    words: usize,
    known: IndexSet<Box<[u64]>, FxBuildHasher>,
}

impl Sets {
    /// No sets yet, of numbers below this one.
    pub(super) fn new(below: usize) -> Self {
        Self {
            words: below.div_ceil(64),
            known: IndexSet::default(),
        }
    }

    /// The empty set, to be filled.
    pub(super) fn empty(&self) -> Box<[u64]> {
        vec![0; self.words].into()
    }

    /// The number of a set.
    #[inline]
    pub(super) fn number_of(&mut self, set: &[u64]) -> u32 {
        let number = match self.known.get_index_of(set) {
            Some(number) => number,
            None => self.known.insert_full(set.into()).0,
        };
        // There are no more sets than edges and states, which have 32 bits.
        number as u32
    }

    /// The set of a number.
    #[inline]
    pub(super) fn get(&self, number: u32) -> &[u64] {
        &self.known[number as usize]
    }

    /// All sets, in the order of their numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u64]> {
        self.known.iter().map(|set| &**set)
    }

    /// How many bytes they take, about.
    pub(super) fn bytes(&self) -> usize {
        const ENTRY: usize = size_of::<(u64, Box<[u64]>)>() + 2 * size_of::<usize>();
        self.known.capacity() * ENTRY + self.known.len() * self.words * size_of::<u64>()
    }
}

/// Puts a number into a set.
#[inline]
pub(super) fn insert(set: &mut [u64], number: usize) {
    set[number / 64] |= 1 << (number % 64);
}

/// Whether a number is in a set.
#[inline]
pub(super) fn contains(set: &[u64], number: usize) -> bool {
    set[number / 64] >> (number % 64) & 1 == 1
}

/// Adds what is in another set.
#[inline]
pub(super) fn add(set: &mut [u64], other: &[u64]) {
    for (word, other) in set.iter_mut().zip(other) {
        *word |= other;
    }
}

/// Keeps what is in another set, too.
#[inline]
pub(super) fn keep(set: &mut [u64], other: &[u64]) {
    for (word, other) in set.iter_mut().zip(other) {
        *word &= other;
    }
}

/// Whether two sets have a number in common.
#[inline]
pub(super) fn meet(set: &[u64], other: &[u64]) -> bool {
    set.iter().zip(other).any(|(word, other)| word & other != 0)
}

/// Whether a set has a number that another one lacks.
#[inline]
pub(super) fn exceeds(set: &[u64], other: &[u64]) -> bool {
    set.iter()
        .zip(other)
        .any(|(word, other)| word & !other != 0)
}
