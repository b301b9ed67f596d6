//! Seen states themselves, in as many parts as threads need to stay out of each
//! other's way.

use std::hash::Hash;
use std::hint::black_box;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{
    Arrival, FIRST_SIZE, Saved, Sink, Source, Store, Visited, grown, hash_of, home, link_to, room,
};
use crate::check::Model;

/// How many parts there are for each thread, when there are several. What is on its way
/// into each part takes room that threads need close by.
const PARTS_A_THREAD: usize = 2;

/// How many states a thread remembers.
const RECENT: usize = 1 << 12;

/// A state that is larger than this, or that owns memory, is not remembered: the
/// copy would cost more than the look-up it saves.
const REMEMBERED_UP_TO: usize = 64;

/// A slot is the upper half of a hash and the number of the state, from 1 on; 0 is
/// an empty slot.
const UPPER_HALF: u64 = 0xffff_ffff_0000_0000;

/// The states themselves.
pub(in crate::check) struct Exact<S> {
    parts: Vec<Mutex<Part<S>>>,
    len: AtomicUsize,
    bytes: AtomicUsize,
    has_links: bool,
    memory: usize,
}

/// The states whose hashes end in the same way, numbered from 0 on as they come.
pub(in crate::check) struct Part<S> {
    slots: Vec<u64>,
    states: Vec<S>,
    links: Vec<u32>,
}

impl<S: Eq> Part<S> {
    pub(in crate::check) fn new() -> Self {
        Self {
            slots: vec![0; FIRST_SIZE],
            states: Vec::new(),
            links: Vec::new(),
        }
    }

    pub(in crate::check) const fn bytes(&self) -> usize {
        self.slots.capacity() * size_of::<u64>()
            + self.states.capacity() * size_of::<S>()
            + self.links.capacity() * size_of::<u32>()
    }

    /// Makes room for one more. Whether there is.
    fn make_room(&mut self, memory: usize, of_all: usize) -> bool {
        // A state's number has 32 bits.
        if self.states.len() >= u32::MAX as usize - 1 {
            return false;
        }
        if self.states.len() >= room(self.slots.len()) {
            let size = grown(self.slots.len());
            if of_all + size * size_of::<u64>() > memory {
                return false;
            }
            let mut slots = vec![0; size];
            for slot in &self.slots {
                if *slot != 0 {
                    // The upper half decides the place, but for what little a table
                    // of more than 2^32 slots would need.
                    let mut place = home(*slot & UPPER_HALF, size);
                    while slots[place] != 0 {
                        place = (place + 1) % size;
                    }
                    slots[place] = *slot;
                }
            }
            self.slots = slots;
        }
        if self.states.len() == self.states.capacity() {
            // By half and not by doubling, which is what a vector does by itself.
            let more = (self.states.capacity() / 2).max(16);
            if of_all + more * (size_of::<S>() + size_of::<u32>()) > memory {
                return false;
            }
            self.states.reserve_exact(more);
        }
        true
    }

    /// The number of a state, or the empty place where it belongs.
    #[inline]
    pub(in crate::check) fn find(&self, hash: u64, state: &S) -> Result<u32, usize> {
        let tag = hash & UPPER_HALF;
        let mut place = home(tag, self.slots.len());
        loop {
            let slot = self.slots[place];
            if slot == 0 {
                return Err(place);
            }
            let number = (slot as u32).wrapping_sub(1);
            if slot & UPPER_HALF == tag && self.states[number as usize] == *state {
                return Ok(number);
            }
            place += 1;
            if place == self.slots.len() {
                place = 0;
            }
        }
    }

    /// Adds a state that is not there and returns its number. `None` when there is no
    /// room for it beside so many bytes in all.
    pub(in crate::check) fn add(
        &mut self,
        hash: u64,
        state: S,
        memory: usize,
        of_all: usize,
    ) -> Option<u32> {
        if !self.make_room(memory, of_all) {
            return None;
        }
        let place = self.find(hash, &state).err()?;
        self.states.push(state);
        self.slots[place] = hash & UPPER_HALF | self.states.len() as u64;
        Some(self.states.len() as u32 - 1)
    }

    /// The state of a number.
    #[inline]
    pub(in crate::check) fn get(&self, number: u32) -> &S {
        &self.states[number as usize]
    }
}

impl<S: Eq> Exact<S> {
    pub(in crate::check) fn new(threads: usize, has_links: bool, memory: usize) -> Self {
        let parts = if threads == 1 {
            1
        } else {
            PARTS_A_THREAD * threads
        };
        let parts: Vec<_> = (0..parts).map(|_| Mutex::new(Part::new())).collect();
        let bytes = parts.len() * FIRST_SIZE * size_of::<u64>();
        Self {
            parts,
            len: AtomicUsize::new(0),
            bytes: AtomicUsize::new(bytes),
            has_links,
            memory,
        }
    }

    fn lock(&self, part: usize) -> MutexGuard<'_, Part<S>> {
        // A part is whole after a panic, too: nothing in between can panic.
        self.parts[part]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Clone + Eq + Send> Exact<S> {
    fn insert_into(
        &self,
        part: &mut Part<S>,
        arrivals: &mut Vec<Arrival<u64, S>>,
        fresh: &mut Vec<S>,
    ) -> bool {
        // Loads that do not wait for each other: memory then fetches all slots side by
        // side, before the first of them is needed.
        let touched = arrivals.iter().fold(0, |touched, arrival| {
            touched ^ part.slots[home(arrival.key & UPPER_HALF, part.slots.len())]
        });
        black_box(touched);
        let before = (part.bytes(), part.states.len());
        let mut has_room = true;
        for arrival in arrivals.drain(..) {
            let Err(mut place) = part.find(arrival.key, &arrival.state) else {
                continue;
            };
            let slots = part.slots.len();
            has_room = part.make_room(self.memory, self.bytes.load(Relaxed));
            if !has_room {
                break;
            }
            if part.slots.len() != slots
                && let Err(moved) = part.find(arrival.key, &arrival.state)
            {
                place = moved;
            }
            fresh.push(arrival.state.clone());
            part.states.push(arrival.state);
            if self.has_links {
                part.links.push(arrival.link);
            }
            part.slots[place] = arrival.key & UPPER_HALF | part.states.len() as u64;
        }
        self.bytes
            .fetch_add(part.bytes().saturating_sub(before.0), Relaxed);
        self.len.fetch_add(part.states.len() - before.1, Relaxed);
        has_room
    }
}

impl<S: Clone + Eq + Hash + Send> Visited<S> for Exact<S> {
    type Key = u64;

    /// With the hash of each, which tells most of them apart.
    type Recent = Vec<Option<(u64, S)>>;

    #[inline]
    fn key<M: Model<State = S>>(&self, _: &M, state: &S) -> Option<u64> {
        Some(hash_of(state))
    }

    #[inline]
    fn link_to(hash: u64) -> u32 {
        link_to(hash)
    }

    fn recent(&self) -> Self::Recent {
        if std::mem::needs_drop::<S>() || size_of::<S>() > REMEMBERED_UP_TO {
            Vec::new()
        } else {
            vec![None; RECENT]
        }
    }

    #[inline]
    fn is_recent(recent: &mut Self::Recent, hash: u64, state: &S) -> bool {
        let Some(slot) = recent.get_mut(hash as usize % RECENT) else {
            return false;
        };
        if let Some((remembered, same)) = slot
            && *remembered == hash
            && same == state
        {
            return true;
        }
        *slot = Some((hash, state.clone()));
        false
    }

    #[inline]
    fn has_links(&self) -> bool {
        self.has_links
    }

    fn parts(&self) -> usize {
        self.parts.len()
    }

    /// By the lower half of the hash, since the upper one decides the place within.
    #[inline]
    fn part_of(&self, hash: u64) -> usize {
        home(hash << 32, self.parts.len())
    }

    fn insert(&self, part: usize, batch: &mut Vec<Arrival<u64, S>>, fresh: &mut Vec<S>) -> bool {
        self.insert_into(&mut self.lock(part), batch, fresh)
    }

    fn len(&self) -> usize {
        self.len.load(Relaxed)
    }

    fn bytes(&self) -> usize {
        self.bytes.load(Relaxed)
    }

    fn links_of(&self, link: u32, links: &mut Vec<u32>) {
        for part in 0..self.parts.len() {
            let part = self.lock(part);
            let mut place = home(u64::from(link) << 32, part.slots.len());
            while part.slots[place] != 0 {
                let slot = part.slots[place];
                if link_to(slot) == link {
                    links.extend(part.links.get(slot as u32 as usize - 1));
                }
                place = (place + 1) % part.slots.len();
            }
        }
    }
}

/// How many states are written at once.
const WRITTEN_AT_ONCE: usize = 1 << 11;

/// The states of one part after the other, in the order in which they came.
impl<S: Clone + Eq + Hash + Send> Saved<S> for Exact<S> {
    fn kind(&self) -> String {
        Store::Exact.to_string()
    }

    fn count(&self) -> usize {
        self.len.load(Relaxed)
    }

    fn save(&self, sink: &mut dyn Sink<S>) -> io::Result<()> {
        (0..self.parts.len()).try_for_each(|part| {
            let part = self.lock(part);
            let mut pieces = part.states.chunks(WRITTEN_AT_ONCE);
            pieces.try_for_each(|states| sink.states(states))
        })
    }

    fn load(&self, _: usize, source: &mut dyn Source<S>) -> io::Result<bool> {
        let mut batches: Vec<_> = self.parts.iter().map(|_| Vec::new()).collect();
        let mut fresh = Vec::new();
        while let Some(states) = source.states()? {
            for state in states {
                let (key, link) = (hash_of(&state), 0);
                batches[self.part_of(key)].push(Arrival { key, link, state });
            }
            for (part, batch) in batches.iter_mut().enumerate() {
                if !self.insert(part, batch, &mut fresh) {
                    return Ok(false);
                }
            }
            fresh.clear();
        }
        Ok(true)
    }
}
