//! A bit for each number.

use std::hint::black_box;
use std::ops::BitXor;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::Arrival;

/// A set of numbers below a size, a bit for each.
pub(super) struct Bits {
    words: Vec<AtomicU64>,
}

impl Bits {
    pub(super) fn new(size: u64) -> Self {
        let words = size.div_ceil(64);
        Self {
            words: (0..words).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.words.len() * size_of::<u64>()
    }

    /// The bytes of a set of this size.
    pub(super) fn bytes_of(size: u64) -> usize {
        usize::try_from(size.div_ceil(64) * 8).unwrap_or(usize::MAX)
    }

    /// Adds arrivals by their numbers, which are one less than their keys. States that are
    /// new go to `fresh`.
    pub(super) fn take_in<S, const WORDS: usize>(
        &self,
        arrivals: &mut Vec<Arrival<[u64; WORDS], S>>,
        fresh: &mut Vec<S>,
    ) {
        let number = |arrival: &Arrival<[u64; WORDS], S>| arrival.key[0] - 1;
        // Loads that do not wait for each other: memory then fetches all places side by
        // side, before the first of them is needed.
        let touched = arrivals.iter().map(|arrival| self.touch(number(arrival)));
        black_box(touched.fold(0, BitXor::bitxor));
        let new = arrivals
            .drain(..)
            .filter(|arrival| self.insert(number(arrival)));
        fresh.extend(new.map(|arrival| arrival.state));
    }

    /// Looks where a number is, so that memory fetches it.
    #[inline]
    fn touch(&self, number: u64) -> u64 {
        self.words[(number / 64) as usize].load(Relaxed)
    }

    /// All numbers, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = u64> {
        (0..).zip(&self.words).flat_map(|(index, word)| {
            let word = word.load(Relaxed);
            let of_word = (0..64).filter(move |bit| word >> bit & 1 == 1);
            of_word.map(move |bit| index * 64 + bit)
        })
    }

    /// Adds a number. Whether it is new.
    #[inline]
    pub(super) fn insert(&self, number: u64) -> bool {
        let (word, bit) = (&self.words[(number / 64) as usize], 1 << (number % 64));
        // Most are there already, which a look tells, and leaves alone what other
        // threads have of it.
        word.load(Relaxed) & bit == 0 && word.fetch_or(bit, Relaxed) & bit == 0
    }
}
