//! Seen states by their keys alone, for all threads together.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::bits::Bits;
use super::form::Form;
use super::keys::number_of;
use super::table::{TABLES, Table, table_of};
use super::{Arrival, ByNumber, Keys, Saved, Sink, Source, Visited, grown, link_to};
use crate::check::Model;

/// How many states a thread remembers.
const RECENT: usize = 1 << 13;

/// How many bytes of bits are small enough to be taken before tables come to that.
const SMALL_BITS: usize = 64 << 20;

/// How many times as many bytes as tables take are taken by bits that are small: what is
/// there to be seen is faster than tables, which a thread alone has to move, too.
const AHEAD: usize = 8;

/// The keys themselves. Threads are in it together, but for whoever makes it grow.
pub(in crate::check) struct Keyed<K, const WORDS: usize> {
    keys: K,
    /// How many numbers there are, if keys stand for numbers.
    numbers: Option<u64>,
    form: RwLock<Form<WORDS>>,
    /// How many states there are.
    len: AtomicUsize,
    /// How many there may be before something has to grow.
    room: AtomicUsize,
    bytes: AtomicUsize,
    threads: usize,
    has_links: bool,
    memory: usize,
}

impl<K, const WORDS: usize> Keyed<K, WORDS> {
    pub(in crate::check) fn new(keys: K, threads: usize, has_links: bool, memory: usize) -> Self {
        let form = Form::new(has_links);
        Self {
            keys,
            numbers: None,
            len: AtomicUsize::new(0),
            room: AtomicUsize::new(form.room()),
            bytes: AtomicUsize::new(form.bytes()),
            form: RwLock::new(form),
            threads,
            has_links,
            memory,
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Form<WORDS>> {
        self.form.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Form<WORDS>> {
        self.form.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there is room for so many more from each thread.
    fn has_room(&self, more: usize) -> bool {
        self.len.load(Relaxed) + more * self.threads <= self.room.load(Relaxed)
    }

    /// What is there, with room for so many more from each thread. `None` when that is too
    /// much for the memory limit.
    fn with_room(&self, more: usize) -> Option<RwLockReadGuard<'_, Form<WORDS>>> {
        while !self.has_room(more) {
            let mut form = self.write();
            // Another thread may have made it grow meanwhile.
            if !self.has_room(more) && !self.grow(&mut form, None) {
                return None;
            }
        }
        Some(self.read())
    }

    /// Adds a key for which no place was left. Whether it is new. `None` when a place for
    /// it is too much for the memory limit.
    #[cold]
    fn insert_in_full(&self, key: &[u64; WORDS], link: u32) -> Option<bool> {
        self.insert_growing(&mut self.write(), key, link)
    }

    /// Adds a key, and makes its table grow for that if need be.
    fn insert_growing(
        &self,
        form: &mut Form<WORDS>,
        key: &[u64; WORDS],
        link: u32,
    ) -> Option<bool> {
        loop {
            let is_new = form.insert(key, link);
            if is_new.is_some() || !self.grow(form, Some(table_of(key[0]))) {
                return is_new;
            }
        }
    }

    /// Whether there are states that have this key.
    fn is_possible(&self, key: &[u64; WORDS]) -> bool {
        let is_number = |numbers| number_of(key[0]) < numbers;
        !key.contains(&0) && self.numbers.is_none_or(is_number)
    }

    /// Makes the table with this index grow, if none is given the smallest one. Whether
    /// memory suffices.
    fn grow(&self, form: &mut Form<WORDS>, index: Option<usize>) -> bool {
        let Form::Tables(tables) = form else {
            return true;
        };
        let smallest = || (0..TABLES).min_by_key(|index| tables[*index].size());
        let index = index.or_else(smallest).unwrap_or(0);
        let (before, all) = (&mut tables[index], self.bytes.load(Relaxed));
        let size = grown(before.size());
        let both = all + Table::<WORDS>::bytes_of(size, self.has_links);
        let grown = both - before.bytes();
        let is_worth_it = |bits: usize| {
            let is_small = bits <= SMALL_BITS && bits / AHEAD <= grown;
            (bits <= grown || is_small) && all + bits <= self.memory
        };
        if let Some(numbers) = self.numbers
            && !self.has_links
            && is_worth_it(Bits::bytes_of(numbers))
        {
            let bits = Bits::new(numbers);
            for (key, _) in tables.iter().flat_map(Table::iter) {
                bits.insert(number_of(key[0]));
            }
            self.bytes.store(Bits::bytes_of(numbers), Relaxed);
            *form = Form::Bits(bits);
        } else {
            if both > self.memory {
                return false;
            }
            let mut after = Table::new(size, self.has_links);
            for (key, link) in before.iter() {
                after.add(key, link);
            }
            *before = after;
            self.bytes.store(grown, Relaxed);
        }
        self.room.store(form.room(), Relaxed);
        true
    }
}

impl Keyed<ByNumber, 1> {
    /// A set of states by their numbers, of which there are so many.
    pub(in crate::check) fn by_number(
        size: u64,
        threads: usize,
        has_links: bool,
        memory: usize,
    ) -> Self {
        Self {
            numbers: Some(size),
            ..Self::new(ByNumber { size }, threads, has_links, memory)
        }
    }
}

impl<S: Send, K: Keys<S, WORDS>, const WORDS: usize> Visited<S> for Keyed<K, WORDS> {
    type Key = [u64; WORDS];
    type Recent = Vec<[u64; WORDS]>;

    #[inline]
    fn key<M: Model<State = S>>(&self, model: &M, state: &S) -> Option<Self::Key> {
        self.keys.key(model, state)
    }

    #[inline]
    fn link_to(key: Self::Key) -> u32 {
        link_to(K::spread(key)[0])
    }

    fn recent(&self) -> Self::Recent {
        vec![[0; WORDS]; RECENT]
    }

    #[inline]
    fn is_recent(recent: &mut Self::Recent, key: Self::Key, _: &S) -> bool {
        // The lowest bits: the highest decide the place in a table, and numbers have none.
        let slot = &mut recent[key[0] as usize % RECENT];
        std::mem::replace(slot, key) == key
    }

    fn parts(&self) -> usize {
        1
    }

    #[inline]
    fn part_of(&self, _: Self::Key) -> usize {
        0
    }

    fn insert(&self, _: usize, batch: &mut Vec<Arrival<Self::Key, S>>, fresh: &mut Vec<S>) -> bool {
        let Some(mut form) = self.with_room(batch.len()) else {
            return false;
        };
        let before = fresh.len();
        if let Form::Bits(bits) = &*form {
            bits.take_in(batch, fresh);
            self.len.fetch_add(fresh.len() - before, Relaxed);
            return true;
        }
        for arrival in &mut *batch {
            arrival.key = K::spread(arrival.key);
        }
        let mut arrivals = batch.drain(..);
        let mut has_room = true;
        while let Some(arrival) = form.take_in(&mut arrivals, fresh) {
            drop(form);
            match self.insert_in_full(&arrival.key, arrival.link) {
                Some(true) => fresh.push(arrival.state),
                Some(false) => {}
                None => has_room = false,
            }
            form = self.read();
        }
        self.len.fetch_add(fresh.len() - before, Relaxed);
        has_room
    }

    #[inline]
    fn has_links(&self) -> bool {
        self.has_links
    }

    fn len(&self) -> usize {
        self.len.load(Relaxed)
    }

    fn bytes(&self) -> usize {
        self.bytes.load(Relaxed)
    }

    fn links_of(&self, link: u32, links: &mut Vec<u32>) {
        if let Form::Tables(tables) = &*self.read() {
            tables[table_of(u64::from(link) << 32)].links_of(link, links);
        }
    }
}

/// How many words are written at once.
const WRITTEN_AT_ONCE: usize = 1 << 13;

/// The keys, in the order of the tables or of the numbers.
impl<S: Send, K: Keys<S, WORDS>, const WORDS: usize> Saved<S> for Keyed<K, WORDS> {
    fn kind(&self) -> String {
        match self.numbers {
            Some(numbers) => format!("{} below {numbers}", K::STORE),
            None => K::STORE.to_string(),
        }
    }

    fn count(&self) -> usize {
        self.len.load(Relaxed)
    }

    fn save(&self, sink: &mut dyn Sink<S>) -> io::Result<()> {
        let mut words = Vec::with_capacity(WRITTEN_AT_ONCE + WORDS);
        for key in self.read().keys() {
            words.extend(key);
            if words.len() >= WRITTEN_AT_ONCE {
                sink.words(&words)?;
                words.clear();
            }
        }
        sink.words(&words)
    }

    /// With room for all from the start: in smaller tables, keys that come in order would
    /// all want the same places.
    fn load(&self, states: usize, source: &mut dyn Source<S>) -> io::Result<bool> {
        let states = states.min(source.most_words() / WORDS);
        let empty = Form::for_keys(states, self.numbers, self.has_links, self.memory);
        let Some(empty) = empty else {
            return Ok(false);
        };
        let mut form = self.write();
        self.bytes.store(empty.bytes(), Relaxed);
        self.room.store(empty.room(), Relaxed);
        *form = empty;
        while let Some(words) = source.words()? {
            let (keys, _) = words.as_chunks();
            for key in keys.iter().filter(|key| self.is_possible(key)) {
                let Some(is_new) = self.insert_growing(&mut form, key, 0) else {
                    return Ok(false);
                };
                self.len.fetch_add(usize::from(is_new), Relaxed);
            }
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::check::store::keys::key_of;
    use crate::check::store::{Fingerprint, WideFingerprint};

    /// Adds keys from several threads at once, each all of them, in batches of this size.
    /// The states that were new, one after the other, and whether all had room.
    fn fill<K, const WORDS: usize>(
        set: &Keyed<K, WORDS>,
        keys: &[[u64; WORDS]],
        batch: usize,
    ) -> (Vec<u64>, bool)
    where
        K: Keys<u64, WORDS>,
    {
        let all = Mutex::new((Vec::new(), true));
        std::thread::scope(|scope| {
            for thread in 0..set.threads {
                let all = &all;
                scope.spawn(move || {
                    let (mut fresh, mut had_room) = (Vec::new(), true);
                    let (before, behind) = keys.split_at(keys.len() * thread / set.threads);
                    for keys in [behind, before]
                        .into_iter()
                        .flat_map(|keys| keys.chunks(batch))
                    {
                        let arrivals = keys.iter().map(|key| Arrival {
                            key: *key,
                            link: link_to(K::spread(*key)[0]).wrapping_mul(3),
                            state: key[WORDS - 1],
                        });
                        let mut batch = arrivals.collect();
                        had_room &= set.insert(0, &mut batch, &mut fresh);
                        assert!(batch.is_empty() || !had_room);
                    }
                    let mut all = all.lock().unwrap();
                    all.0.extend(fresh);
                    all.1 &= had_room;
                });
            }
        });
        let (mut fresh, had_room) = all.into_inner().unwrap();
        fresh.sort_unstable();
        (fresh, had_room)
    }

    /// Keys of numbers.
    fn keys_of(numbers: std::ops::Range<u64>) -> Vec<[u64; 1]> {
        numbers.map(|number| [number + 1]).collect()
    }

    fn form<K, const WORDS: usize>(set: &Keyed<K, WORDS>) -> &'static str {
        match &*set.read() {
            Form::Tables(_) => "tables",
            Form::Bits(_) => "bits",
        }
    }

    #[test]
    fn each_key_is_new_to_one_thread_alone() {
        let keys = keys_of(0..100_000);
        let mut expected: Vec<_> = keys.iter().map(|key| key[0]).collect();
        expected.sort_unstable();
        for (size, expected_form) in [(100_000, "bits"), (1 << 40, "tables")] {
            let set = Keyed::by_number(size, 3, false, usize::MAX);
            assert!(fill(&set, &keys, 64) == (expected.clone(), true));
            assert!(fill(&set, &keys, 64) == (Vec::new(), true));
            let len = Visited::<u64>::len(&set);
            assert_eq!((len, form(&set)), (expected.len(), expected_form));
        }
    }

    #[test]
    fn keys_that_share_a_word_are_not_the_same() {
        let keys: Vec<_> = (0..50_000_u64)
            .map(|number| [key_of(number / 5), number + 1])
            .collect();
        let set = Keyed::new(WideFingerprint, 3, false, usize::MAX);
        let (fresh, had_room) = fill(&set, &keys, 64);
        assert!(had_room && fresh == (1..=50_000).collect::<Vec<_>>());
    }

    #[test]
    fn keys_that_are_not_spread_find_a_place() {
        // All of them in the first table, and all from its first place on.
        let keys: Vec<_> = (1..=2_000).map(|key| [key]).collect();
        let set = Keyed::new(Fingerprint, 2, true, usize::MAX);
        assert_eq!(fill(&set, &keys, 64), ((1..=2_000).collect(), true));
        assert_eq!(fill(&set, &keys, 64), (Vec::new(), true));
        let mut links = Vec::new();
        Visited::<u64>::links_of(&set, 0, &mut links);
        assert_eq!(links, [0; 2_000]);
    }

    #[test]
    fn every_link_is_found() {
        let keys = keys_of(0..20_000);
        let set = Keyed::by_number(20_000, 1, true, usize::MAX);
        fill(&set, &keys, 64);
        assert_eq!(form(&set), "tables");
        for key in keys {
            let (link, mut links) = (link_to(key_of(key[0] - 1)), Vec::new());
            Visited::<u64>::links_of(&set, link, &mut links);
            assert!(links.contains(&link.wrapping_mul(3)), "{key:?}");
        }
    }

    #[test]
    fn memory_stays_within_its_limit() {
        let keys = keys_of(0..100_000);
        for memory in [20_000, 100_000, 500_000] {
            // With half of the bytes for bits, there is no room for both.
            for size in [1 << 40, memory as u64 * 8] {
                let set = Keyed::by_number(size, 1, false, memory);
                assert!(!fill(&set, &keys, 64).1);
                let bytes = Visited::<u64>::bytes(&set);
                assert!(bytes <= memory && bytes > memory / 2, "{bytes} of {memory}");
            }
        }
        let set = Keyed::by_number(100_000, 1, false, 40_000);
        assert!(fill(&set, &keys, 64).1);
        assert_eq!(Visited::<u64>::bytes(&set), 12_504);
    }
    /// Keys that nobody has written.
    struct Forged(Option<Vec<u64>>);

    impl Source<u64> for Forged {
        fn states(&mut self) -> io::Result<Option<Vec<u64>>> {
            Ok(None)
        }

        fn words(&mut self) -> io::Result<Option<Vec<u64>>> {
            Ok(self.0.take())
        }

        fn most_words(&self) -> usize {
            self.0.as_ref().map_or(0, Vec::len)
        }
    }

    #[test]
    fn keys_that_cannot_be_are_not_loaded() {
        for (size, expected_form) in [(100, "bits"), (1 << 40, "tables")] {
            let set = Keyed::by_number(size, 1, false, usize::MAX);
            let keys = vec![0, key_of(5), key_of(size), key_of(5), u64::MAX];
            assert!(set.load(usize::MAX, &mut Forged(Some(keys))).unwrap());
            assert_eq!(Saved::<u64>::count(&set), 1);
            assert_eq!(form(&set), expected_form);
        }
        let set = Keyed::new(WideFingerprint, 1, false, usize::MAX);
        let keys = vec![1, 2, 1, 0, 1, 3, 4];
        assert!(set.load(usize::MAX, &mut Forged(Some(keys))).unwrap());
        assert_eq!(Saved::<u64>::count(&set), 2);
    }
}
