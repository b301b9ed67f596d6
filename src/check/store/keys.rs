//! What stands for a state where states themselves are not kept.

use std::hash::Hash;

use super::Store;
use super::hash::{hash_of, wide_hash_of};
use crate::check::Model;

/// How the key of a state is made: words of which none is 0, which marks an empty place.
pub(in crate::check) trait Keys<S, const WORDS: usize>: Sync {
    /// What is kept of states by them.
    const STORE: Store;

    /// The key of a state. `None` when it does not fit.
    fn key<M: Model<State = S>>(&self, model: &M, state: &S) -> Option<[u64; WORDS]>;

    /// The key as a table keeps it, far from its neighbours. Keys are, unless they stand for
    /// numbers.
    #[inline]
    fn spread(key: [u64; WORDS]) -> [u64; WORDS] {
        key
    }
}

/// A hash of 64 bits.
pub(in crate::check) struct Fingerprint;

impl<S: Hash> Keys<S, 1> for Fingerprint {
    const STORE: Store = Store::Fingerprint;

    #[inline]
    fn key<M: Model<State = S>>(&self, _: &M, state: &S) -> Option<[u64; 1]> {
        Some([hash_of(state)])
    }
}

/// A hash of 128 bits.
pub(in crate::check) struct WideFingerprint;

impl<S: Hash> Keys<S, 2> for WideFingerprint {
    const STORE: Store = Store::WideFingerprint;

    #[inline]
    fn key<M: Model<State = S>>(&self, _: &M, state: &S) -> Option<[u64; 2]> {
        Some(wide_hash_of(state))
    }
}

/// The number that the model gives, if it is one of so many.
pub(in crate::check) struct ByNumber {
    pub(in crate::check) size: u64,
}

impl<S> Keys<S, 1> for ByNumber {
    const STORE: Store = Store::Numbers;

    #[inline]
    fn key<M: Model<State = S>>(&self, model: &M, state: &S) -> Option<[u64; 1]> {
        let number = model.number(state)?.of_so_many(self.size)?;
        Some([number + 1])
    }

    #[inline]
    fn spread([key]: [u64; 1]) -> [u64; 1] {
        [key_of(key - 1)]
    }
}

/// The key of a number in a table. Neighbours are far from each other, as a table needs it.
#[inline]
pub(super) const fn key_of(number: u64) -> u64 {
    // Each of these steps can be taken back, and leads from 0 to 0.
    let key = (number + 1).wrapping_mul(FACTOR);
    (key ^ key >> 32).wrapping_mul(FACTOR)
}

/// The number of a key in a table.
#[inline]
pub(super) const fn number_of(key: u64) -> u64 {
    let key = key.wrapping_mul(INVERSE);
    (key ^ key >> 32).wrapping_mul(INVERSE) - 1
}

/// 2^64 divided by the golden ratio, which leads neighbours far apart.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// What it is to be multiplied by for 1.
const INVERSE: u64 = 0xf1de_83e1_9937_733d;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_a_key_of_its_own() {
        assert_eq!(FACTOR.wrapping_mul(INVERSE), 1);
        let last = u64::MAX - 1;
        for number in (0..10_000).chain(1 << 40..(1 << 40) + 10_000).chain([last]) {
            assert_ne!(key_of(number), 0);
            assert_eq!(number_of(key_of(number)), number);
        }
    }
}
