//! A bit for each number.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

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

    /// Looks where a number is, so that memory fetches it.
    #[inline]
    pub(super) fn touch(&self, number: u64) -> u64 {
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
