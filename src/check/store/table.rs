//! An open table of keys.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use super::{home, link_to, room};

/// How many bits of a key tell which table it is in.
const BITS: u32 = 4;

/// How many tables there are. One grows at a time, so that little room is taken by what
/// was and what will be.
pub(super) const TABLES: usize = 1 << BITS;

/// The table of a key, by the highest bits of its first word.
#[inline]
pub(super) fn table_of(word: u64) -> usize {
    (word >> (u64::BITS - BITS)) as usize
}

/// An open table of keys, whose words are never 0. A thread takes an empty place by a
/// compare-and-swap; no entry is ever moved or taken out.
pub(super) struct Table<const WORDS: usize> {
    keys: Vec<[AtomicU64; WORDS]>,
    /// Beside each key the link of its state, if links are kept.
    links: Vec<AtomicU32>,
}

impl<const WORDS: usize> Table<WORDS> {
    pub(super) fn new(size: usize, has_links: bool) -> Self {
        let links = if has_links { size } else { 0 };
        let empty = || [const { AtomicU64::new(0) }; WORDS];
        Self {
            keys: (0..size).map(|_| empty()).collect(),
            links: (0..links).map(|_| AtomicU32::new(0)).collect(),
        }
    }

    /// How many places there are.
    pub(super) fn size(&self) -> usize {
        self.keys.len()
    }

    /// How many keys are to be in it at most.
    pub(super) fn room(&self) -> usize {
        room(self.keys.len())
    }

    pub(super) fn bytes(&self) -> usize {
        Self::bytes_of(self.size(), !self.links.is_empty())
    }

    /// The bytes of a table of this size.
    pub(super) const fn bytes_of(size: usize, has_links: bool) -> usize {
        size * (WORDS * size_of::<u64>() + if has_links { size_of::<u32>() } else { 0 })
    }

    /// Where a key is looked for first, by those bits that do not tell the table.
    #[inline]
    fn home(&self, word: u64) -> usize {
        home(word << BITS, self.keys.len())
    }

    /// Looks where a key would be, so that memory fetches it.
    #[inline]
    pub(super) fn touch(&self, key: &[u64; WORDS]) -> u64 {
        self.keys[self.home(key[0])][0].load(Relaxed)
    }

    /// Adds a key. Whether it is new: the thread that has put its last word there says so.
    /// `None` when no place is left.
    ///
    /// Of two threads with the same first word and different last ones, each may put its
    /// own word into the same place. The one that is later with the last word goes on.
    #[inline]
    pub(super) fn insert(&self, key: &[u64; WORDS], link: u32) -> Option<bool> {
        let mut place = self.home(key[0]);
        'places: for _ in 0..self.keys.len() {
            let mut is_new = false;
            for (slot, word) in self.keys[place].iter().zip(key) {
                let mut seen = slot.load(Relaxed);
                is_new = false;
                if seen == 0 {
                    match slot.compare_exchange(0, *word, Relaxed, Relaxed) {
                        Ok(_) => {
                            is_new = true;
                            continue;
                        }
                        // Another thread was faster, perhaps with the same word.
                        Err(taken) => seen = taken,
                    }
                }
                if seen != *word {
                    place += 1;
                    if place == self.keys.len() {
                        place = 0;
                    }
                    continue 'places;
                }
            }
            if is_new && let Some(slot) = self.links.get(place) {
                slot.store(link, Relaxed);
            }
            return Some(is_new);
        }
        None
    }

    /// Adds a key that is not there yet, for whose place nobody else asks. There has to be
    /// one.
    #[inline]
    pub(super) fn add(&mut self, key: [u64; WORDS], link: u32) {
        let mut place = self.home(key[0]);
        while *self.keys[place][0].get_mut() != 0 {
            place += 1;
            if place == self.keys.len() {
                place = 0;
            }
        }
        self.keys[place] = key.map(AtomicU64::new);
        if let Some(slot) = self.links.get_mut(place) {
            *slot = AtomicU32::new(link);
        }
    }

    /// All keys, with their links.
    pub(super) fn iter(&self) -> impl Iterator<Item = ([u64; WORDS], u32)> {
        self.keys.iter().enumerate().filter_map(|(place, key)| {
            let key = key.each_ref().map(|word| word.load(Relaxed));
            let link = self.links.get(place).map_or(0, |link| link.load(Relaxed));
            (key[0] != 0).then_some((key, link))
        })
    }

    /// The links of all keys to which `link` may be a link, added to `links`.
    pub(super) fn links_of(&self, link: u32, links: &mut Vec<u32>) {
        let first = u64::from(link) << 32;
        let last = self.home(first | u64::from(u32::MAX));
        let mut place = self.home(first);
        let mut is_past = false;
        for _ in 0..self.keys.len() {
            let word = self.keys[place][0].load(Relaxed);
            if word != 0 && link_to(word) == link {
                links.extend(self.links.get(place).map(|link| link.load(Relaxed)));
            }
            is_past |= place == last;
            if is_past && word == 0 {
                return;
            }
            place = (place + 1) % self.keys.len();
        }
    }
}
