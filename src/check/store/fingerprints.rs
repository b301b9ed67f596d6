//! Seen states by their hashes alone, in one table for all threads.

use std::hint::black_box;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use super::{Arrival, FIRST_SIZE, Visited, grown, home, link_to, room};

/// How many states a thread remembers.
const RECENT: usize = 1 << 12;

/// An open table of hashes. A thread takes an empty place by a compare-and-swap; no
/// entry is ever moved or taken out except when the table grows, when no other thread
/// is in it.
pub(in crate::check) struct Fingerprints {
    table: RwLock<Table>,
    len: AtomicUsize,
    threads: usize,
    has_links: bool,
    memory: usize,
}

struct Table {
    hashes: Vec<AtomicU64>,
    /// Beside each hash the link of its state, if links are kept.
    links: Vec<AtomicU32>,
}

impl Table {
    fn new(size: usize, has_links: bool) -> Self {
        let links = if has_links { size } else { 0 };
        Self {
            hashes: (0..size).map(|_| AtomicU64::new(0)).collect(),
            links: (0..links).map(|_| AtomicU32::new(0)).collect(),
        }
    }

    const fn bytes(size: usize, has_links: bool) -> usize {
        size * (size_of::<u64>() + if has_links { size_of::<u32>() } else { 0 })
    }

    /// Adds a hash. Whether it is new.
    #[inline]
    fn insert(&self, hash: u64, link: u32) -> bool {
        let mut place = home(hash, self.hashes.len());
        loop {
            let slot = &self.hashes[place];
            let mut seen = slot.load(Relaxed);
            if seen == 0 {
                match slot.compare_exchange(0, hash, Relaxed, Relaxed) {
                    Ok(_) => {
                        if let Some(slot) = self.links.get(place) {
                            slot.store(link, Relaxed);
                        }
                        return true;
                    }
                    // Another thread was faster, perhaps with the same hash.
                    Err(taken) => seen = taken,
                }
            }
            if seen == hash {
                return false;
            }
            place += 1;
            if place == self.hashes.len() {
                place = 0;
            }
        }
    }
}

impl Fingerprints {
    pub(in crate::check) fn new(threads: usize, has_links: bool, memory: usize) -> Self {
        Self {
            table: RwLock::new(Table::new(FIRST_SIZE, has_links)),
            len: AtomicUsize::new(0),
            threads,
            has_links,
            memory,
        }
    }

    /// The table, with room for so many more from each thread. `None` when that is
    /// too much for the memory limit.
    fn with_room(&self, more: usize) -> Option<RwLockReadGuard<'_, Table>> {
        loop {
            let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
            let size = table.hashes.len();
            let needed = self.len.load(Relaxed) + more * self.threads;
            if needed <= room(size) {
                return Some(table);
            }
            drop(table);
            let mut larger = grown(size);
            while needed > room(larger) {
                larger = grown(larger);
            }
            let both = Table::bytes(larger, self.has_links) + Table::bytes(size, self.has_links);
            if both > self.memory {
                return None;
            }
            let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
            // Another thread may have made it grow meanwhile.
            if table.hashes.len() == size {
                let new = Table::new(larger, self.has_links);
                for (place, hash) in table.hashes.iter().enumerate() {
                    let hash = hash.load(Relaxed);
                    if hash != 0 {
                        let link = table.links.get(place).map_or(0, |link| link.load(Relaxed));
                        new.insert(hash, link);
                    }
                }
                *table = new;
            }
        }
    }
}

impl<S: Send> Visited<S> for Fingerprints {
    type Recent = Vec<u64>;

    fn recent(&self) -> Vec<u64> {
        vec![0; RECENT]
    }

    #[inline]
    fn is_recent(recent: &mut Vec<u64>, hash: u64, _: &S) -> bool {
        // The lowest bits: the highest decide the place in the table.
        let slot = &mut recent[hash as usize % RECENT];
        std::mem::replace(slot, hash) == hash
    }

    fn parts(&self) -> usize {
        1
    }

    #[inline]
    fn part_of(&self, _: u64) -> usize {
        0
    }

    fn insert(&self, _: usize, batch: &mut Vec<Arrival<S>>, fresh: &mut Vec<S>) -> bool {
        let Some(table) = self.with_room(batch.len()) else {
            return false;
        };
        let size = table.hashes.len();
        // Loads that do not wait for each other: memory then fetches all places side by
        // side, before the first of them is needed.
        let touched = batch.iter().fold(0, |touched, arrival| {
            touched ^ table.hashes[home(arrival.hash, size)].load(Relaxed)
        });
        black_box(touched);
        let mut new = 0;
        for arrival in batch.drain(..) {
            if table.insert(arrival.hash, arrival.link) {
                new += 1;
                fresh.push(arrival.state);
            }
        }
        self.len.fetch_add(new, Relaxed);
        true
    }

    #[inline]
    fn has_links(&self) -> bool {
        self.has_links
    }

    fn len(&self) -> usize {
        self.len.load(Relaxed)
    }

    fn bytes(&self) -> usize {
        let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
        Table::bytes(table.hashes.len(), self.has_links)
    }

    fn links_of(&self, link: u32, links: &mut Vec<u32>) {
        let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
        let size = table.hashes.len();
        let first = u64::from(link) << 32;
        let last = home(first | u64::from(u32::MAX), size);
        let mut place = home(first, size);
        let mut is_past = false;
        loop {
            let hash = table.hashes[place].load(Relaxed);
            if hash != 0 && link_to(hash) == link {
                links.extend(table.links.get(place).map(|link| link.load(Relaxed)));
            }
            is_past |= place == last;
            if is_past && hash == 0 {
                return;
            }
            place = (place + 1) % size;
        }
    }
}
