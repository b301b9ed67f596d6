//! The hash of a state.

use std::array;
use std::hash::{BuildHasher as _, Hash, Hasher};

use foldhash::quality::{FixedState, FoldHasher};

/// Any numbers will do, as long as they are always the same ones.
const SEEDS: [u64; 2] = [0x6673_6d63_6865_636b, 0x7769_6465_6861_7368];

/// The hash of a state: the same in every run and on every thread. It is never 0,
/// which marks an empty place.
#[inline]
pub(in crate::check) fn hash_of<S: Hash>(state: &S) -> u64 {
    let mut hasher = Narrow(Hashers::seeded([SEEDS[0]]));
    state.hash(&mut hasher);
    hasher.0.finish().max(1)
}

/// A hash of twice as many bits.
#[inline]
pub(in crate::check) fn wide_hash_of<S: Hash>(state: &S) -> [u64; 2] {
    let mut hasher = Narrow(Hashers::seeded(SEEDS));
    state.hash(&mut hasher);
    hasher.0.all().map(|hash| hash.max(1))
}

/// Hashers of different seeds that go through something at the same time.
pub(crate) struct Hashers<const N: usize>([FoldHasher<'static>; N]);

impl<const N: usize> Hashers<N> {
    #[inline]
    pub(crate) fn seeded(seeds: [u64; N]) -> Self {
        Self(seeds.map(|seed| FixedState::with_seed(seed).build_hasher()))
    }

    /// What each of them makes of it.
    #[inline]
    pub(crate) fn all(&self) -> [u64; N] {
        array::from_fn(|place| self.0[place].finish())
    }
}

/// Hands each call on to every one of several hashers.
macro_rules! to_each {
    ($($write:ident($type:ty)),+) => {
        $(#[inline]
        fn $write(&mut self, written: $type) {
            for hasher in &mut self.0 {
                hasher.$write(written);
            }
        })+
    };
}

impl<const N: usize> Hasher for Hashers<N> {
    to_each!(
        write(&[u8]),
        write_u8(u8),
        write_u16(u16),
        write_u32(u32),
        write_u64(u64),
        write_u128(u128),
        write_usize(usize)
    );

    /// What the first of them makes of it.
    #[inline]
    fn finish(&self) -> u64 {
        self.0[0].finish()
    }
}

/// A hasher that takes a small number of the size of a pointer as one byte.
///
/// A derived `Hash` hands over the variant of an enum in eight bytes, and states are
/// made of enums. Where the compiler knows how many variants there are, it drops the
/// comparison as well.
struct Narrow<H>(H);

/// Numbers from this one on take all bytes, behind this one: no two numbers look
/// alike.
const WIDE: u8 = u8::MAX;

impl<H: Hasher> Hasher for Narrow<H> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        self.0.write(bytes);
    }

    #[inline]
    fn write_u8(&mut self, number: u8) {
        self.0.write_u8(number);
    }

    #[inline]
    fn write_u16(&mut self, number: u16) {
        self.0.write_u16(number);
    }

    #[inline]
    fn write_u32(&mut self, number: u32) {
        self.0.write_u32(number);
    }

    #[inline]
    fn write_u64(&mut self, number: u64) {
        self.0.write_u64(number);
    }

    #[inline]
    fn write_u128(&mut self, number: u128) {
        self.0.write_u128(number);
    }

    #[inline]
    fn write_usize(&mut self, number: usize) {
        match u8::try_from(number) {
            Ok(narrow) if narrow != WIDE => self.0.write_u8(narrow),
            _ => {
                self.0.write_u8(WIDE);
                self.0.write_usize(number);
            }
        }
    }

    #[inline]
    fn write_isize(&mut self, number: isize) {
        self.write_usize(number as usize);
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0.finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn numbers_of_any_width_differ_in_any_place() {
        let numbers = [0, 1, 2, 254, 255, 256, 257, 511, 0xff00, usize::MAX];
        let mut hashes = HashSet::new();
        let mut sequences = 0;
        for first in numbers {
            for second in numbers {
                for third in numbers {
                    sequences += 1;
                    hashes.insert(hash_of(&(first, second, third)));
                }
            }
        }
        assert_eq!(hashes.len(), sequences);
    }
}
