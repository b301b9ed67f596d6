//! How keys are kept: in tables or, where they stand for numbers, as bits.

use std::hint::black_box;
use std::ops::BitXor;
use std::vec::Drain;

use super::bits::Bits;
use super::keys::{key_of, number_of};
use super::table::{TABLES, Table, table_of};
use super::{Arrival, FIRST_SIZE, grown, size_for};

/// How keys are kept.
pub(super) enum Form<const WORDS: usize> {
    /// Each one, in the table that its highest bits tell.
    Tables(Box<[Table<WORDS>; TABLES]>),
    /// A bit for each number that there could be, from when on tables would take more.
    Bits(Bits),
}

impl<const WORDS: usize> Form<WORDS> {
    /// Small tables.
    pub(super) fn new(has_links: bool) -> Self {
        Self::of_sizes(sizes(FIRST_SIZE / TABLES), has_links)
    }

    /// What has room for so many keys, perhaps of numbers of which there are so many.
    /// `None` when that is too much for the memory limit.
    pub(super) fn for_keys(
        keys: usize,
        numbers: Option<u64>,
        has_links: bool,
        memory: usize,
    ) -> Option<Self> {
        let smallest = size_for(keys.div_ceil(TABLES)).max(FIRST_SIZE / TABLES);
        let sizes = sizes(smallest);
        let bytes_of = |size: &usize| Table::<WORDS>::bytes_of(*size, has_links);
        let bytes = sizes.iter().map(bytes_of).sum();
        if let Some(numbers) = numbers
            && !has_links
            && Bits::bytes_of(numbers) <= bytes
        {
            let is_within = Bits::bytes_of(numbers) <= memory;
            return is_within.then(|| Self::Bits(Bits::new(numbers)));
        }
        (bytes <= memory).then(|| Self::of_sizes(sizes, has_links))
    }

    fn of_sizes(sizes: [usize; TABLES], has_links: bool) -> Self {
        Self::Tables(Box::new(sizes.map(|size| Table::new(size, has_links))))
    }

    /// Adds a spread key. Whether it is new. `None` when no place is left for it.
    #[inline]
    pub(super) fn insert(&self, key: &[u64; WORDS], link: u32) -> Option<bool> {
        match self {
            Self::Tables(tables) => tables[table_of(key[0])].insert(key, link),
            Self::Bits(bits) => Some(bits.insert(number_of(key[0]))),
        }
    }

    /// Adds arrivals with spread keys up to one for which no place is left, which is given
    /// back. States that are new go to `fresh`.
    pub(super) fn take_in<S>(
        &self,
        arrivals: &mut Drain<'_, Arrival<[u64; WORDS], S>>,
        fresh: &mut Vec<S>,
    ) -> Option<Arrival<[u64; WORDS], S>> {
        // Loads that do not wait for each other: memory then fetches all places side by
        // side, before the first of them is needed.
        let keys = arrivals.as_slice().iter().map(|arrival| &arrival.key);
        match self {
            Self::Tables(tables) => {
                let touched = keys.map(|key| tables[table_of(key[0])].touch(key));
                black_box(touched.fold(0, BitXor::bitxor));
                for arrival in arrivals {
                    let table = &tables[table_of(arrival.key[0])];
                    match table.insert(&arrival.key, arrival.link) {
                        Some(true) => fresh.push(arrival.state),
                        Some(false) => {}
                        None => return Some(arrival),
                    }
                }
            }
            // Another thread has put bits in the place of the tables meanwhile.
            Self::Bits(bits) => {
                let are_new =
                    |arrival: &Arrival<[u64; WORDS], S>| bits.insert(number_of(arrival.key[0]));
                fresh.extend(arrivals.filter(are_new).map(|arrival| arrival.state));
            }
        }
        None
    }

    /// How many keys there may be, as evenly as they are spread.
    pub(super) fn room(&self) -> usize {
        match self {
            Self::Tables(tables) => {
                let smallest = tables.iter().map(Table::room).min();
                smallest.unwrap_or(0) * TABLES
            }
            Self::Bits(_) => usize::MAX,
        }
    }

    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Tables(tables) => tables.iter().map(Table::bytes).sum(),
            Self::Bits(bits) => bits.bytes(),
        }
    }

    /// All keys, spread.
    pub(super) fn keys(&self) -> Box<dyn Iterator<Item = [u64; WORDS]> + '_> {
        match self {
            Self::Tables(tables) => {
                Box::new(tables.iter().flat_map(Table::iter).map(|(key, _)| key))
            }
            Self::Bits(bits) => Box::new(bits.iter().map(|number| [key_of(number); WORDS])),
        }
    }
}

/// The sizes of tables, which differ by as much as a table grows, so that they grow one
/// after the other.
fn sizes(smallest: usize) -> [usize; TABLES] {
    let more = grown(smallest) - smallest;
    std::array::from_fn(|index| smallest + more * index / TABLES)
}
