//! Leaving out interleavings that make no difference.
//!
//! In each state only some of what can happen is looked at: a *stubborn set* (A. Valmari,
//! "Stubborn sets for reduced state space generation", 1990). What is left out does not
//! depend on what is in it and happens later as well. Which events depend on each other is
//! known from the parts that take part in them.

use std::fmt;

use super::formula::Answered;
use super::network::{Event, Joint, Place, Table};
use crate::check::PropertyKind;

/// Why interleavings cannot be left out.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NotReducible {
    /// A property speaks of whole runs.
    #[error(
        "`{property}` speaks of whole runs ({kind}): which of them there are depends on the interleavings"
    )]
    Liveness {
        /// The property.
        property: String,
        /// Its kind.
        kind: PropertyKind,
    },
    /// It is not known what a property asks of states.
    #[error(
        "`{property}` may ask anything of a state: only properties made of formulas leave something out"
    )]
    Unknown {
        /// The property.
        property: String,
    },
    /// A link is prompt: what it holds keeps everything else from happening.
    #[error("link `{link}` is prompt: everything depends on what it holds")]
    Prompt {
        /// The link.
        link: String,
    },
    /// A link leaves the model's bounds.
    #[error(
        "link `{link}` leaves the model's bounds when it is full: what comes before that depends on the order"
    )]
    Bounds {
        /// The link.
        link: String,
    },
}

/// A set of events.
#[derive(Clone, PartialEq)]
struct Events(Vec<u64>);

impl Events {
    fn none(events: usize) -> Self {
        Self(vec![0; events.div_ceil(64)])
    }

    fn add(&mut self, event: usize) {
        self.0[event / 64] |= 1 << (event % 64);
    }

    fn has(&self, event: usize) -> bool {
        self.0[event / 64] >> (event % 64) & 1 != 0
    }

    fn add_all(&mut self, others: &Self) {
        for (word, other) in self.0.iter_mut().zip(&others.0) {
            *word |= other;
        }
    }

    fn len(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// The first event that is in this set and not in another one.
    fn first_without(&self, others: &Self) -> Option<usize> {
        let mut words = self.0.iter().zip(&others.0).enumerate();
        words.find_map(|(index, (word, other))| {
            let left = word & !other;
            (left != 0).then(|| index * 64 + left.trailing_zeros() as usize)
        })
    }
}

/// What depends on what.
pub(super) struct PartialOrder {
    events: usize,
    /// For each event those whose order to it matters.
    dependent: Vec<Events>,
    /// For each event its parts, each with the configurations that let it happen.
    parts: Vec<Vec<(usize, Vec<bool>)>>,
    /// For each part the events that change it.
    writers: Vec<Events>,
    /// The events that no reduced set may have: those that a property can tell, and those
    /// of which every cycle has one, so that nothing is put off for ever.
    unfit: Events,
    places: Vec<Place>,
}

impl PartialOrder {
    pub(super) fn new(
        tables: &[Table],
        events: &[Event],
        places: &[Place],
        claims: &[Answered],
    ) -> Self {
        let moves = |(part, number): &(usize, usize)| tables[*part].moves[*number].as_slice();
        let changes = |moves: &[Option<u32>]| {
            let mut moves = moves.iter().zip(0..);
            moves.any(|(to, from)| to.is_some_and(|to| to != from))
        };
        let mut writers = vec![Events::none(events.len()); tables.len()];
        let mut readers = writers.clone();
        for (number, event) in events.iter().enumerate() {
            for one in &event.moves {
                readers[one.0].add(number);
                if changes(moves(one)) {
                    writers[one.0].add(number);
                }
            }
        }
        let dependent = events.iter().enumerate().map(|(number, event)| {
            let mut dependent = Events::none(events.len());
            dependent.add(number);
            for (part, _) in &event.moves {
                let others = if writers[*part].has(number) {
                    &readers
                } else {
                    &writers
                };
                dependent.add_all(&others[*part]);
            }
            dependent
        });
        let dependent = dependent.collect();
        let parts = events.iter().map(|event| {
            let parts = event.moves.iter();
            let parts = parts.map(|one| {
                let lets = moves(one).iter().map(Option::is_some);
                (one.0, lets.collect())
            });
            parts.collect()
        });
        let mut unfit = Events::none(events.len());
        for (number, event) in events.iter().enumerate() {
            let is_visible = event
                .moves
                .iter()
                .any(|one| claims.iter().any(|claim| claim.tells(one.0, moves(one))));
            if is_visible {
                unfit.add(number);
            }
        }
        let parts: Vec<_> = parts.collect();
        for (part, table) in tables.iter().enumerate() {
            for number in closing(part, table, events) {
                unfit.add(number);
            }
        }
        Self {
            events: events.len(),
            dependent,
            parts,
            writers,
            unfit,
            places: places.to_vec(),
        }
    }

    /// Leaves of the events that can happen in a state those that are looked at. `is_idle`
    /// says of one whether it leaves the state as it is.
    pub(super) fn choose<const WORDS: usize>(
        &self,
        state: &Joint<WORDS>,
        enabled: &mut Vec<u32>,
        is_idle: impl Fn(u32) -> bool,
    ) {
        let mut can_happen = Events::none(self.events);
        // What changes nothing would put off all others for ever.
        let mut unfit = self.unfit.clone();
        for event in &*enabled {
            can_happen.add(*event as usize);
            if is_idle(*event) {
                unfit.add(*event as usize);
            }
        }
        let mut fewest: Option<(u32, Events)> = None;
        for seed in &*enabled {
            let Some(stubborn) = self.stubborn(*seed as usize, state, &can_happen, &unfit) else {
                continue;
            };
            let mut chosen = can_happen.clone();
            for (word, stubborn) in chosen.0.iter_mut().zip(&stubborn.0) {
                *word &= stubborn;
            }
            let size = chosen.len();
            if fewest.as_ref().is_none_or(|(fewest, _)| size < *fewest) {
                fewest = Some((size, chosen));
            }
        }
        if let Some((_, chosen)) = fewest {
            enabled.retain(|event| chosen.has(*event as usize));
        }
    }

    /// The least set that has an event and, of each that can happen, all that depend on
    /// it, and of each that cannot, all that change what keeps it from happening. `None`
    /// if something unfit that can happen is among them.
    fn stubborn<const WORDS: usize>(
        &self,
        seed: usize,
        state: &Joint<WORDS>,
        can_happen: &Events,
        unfit: &Events,
    ) -> Option<Events> {
        let mut set = Events::none(self.events);
        let mut done = set.clone();
        set.add(seed);
        while let Some(event) = set.first_without(&done) {
            done.add(event);
            if can_happen.has(event) {
                if unfit.has(event) {
                    return None;
                }
                set.add_all(&self.dependent[event]);
                continue;
            }
            let keeps = |(part, lets): &&(usize, Vec<bool>)| !lets[self.places[*part].of(state)];
            let (part, _) = self.parts[event].iter().find(keeps)?;
            set.add_all(&self.writers[*part]);
        }
        Some(set)
    }
}

/// The events by which a part may come back to where it was: of every cycle through its
/// configurations at least one.
fn closing(part: usize, table: &Table, events: &[Event]) -> Vec<usize> {
    let mut steps: Vec<Vec<(usize, usize)>> = vec![Vec::new(); table.size];
    for (number, event) in events.iter().enumerate() {
        for (_, own) in event.moves.iter().filter(|(other, _)| *other == part) {
            for (from, to) in table.moves[*own].iter().enumerate() {
                if let Some(to) = to.filter(|to| *to as usize != from) {
                    steps[from].push((to as usize, number));
                }
            }
        }
    }
    // Depth first: a step to a configuration on the way to this one closes a cycle.
    let mut closing = Vec::new();
    let mut is_seen = vec![false; table.size];
    let mut is_on_the_way = vec![false; table.size];
    for start in 0..table.size {
        if is_seen[start] {
            continue;
        }
        (is_seen[start], is_on_the_way[start]) = (true, true);
        let mut way = vec![(start, 0)];
        while let Some((at, next)) = way.last_mut() {
            let Some(&(to, event)) = steps[*at].get(*next) else {
                is_on_the_way[*at] = false;
                way.pop();
                continue;
            };
            *next += 1;
            if is_on_the_way[to] {
                closing.push(event);
            } else if !is_seen[to] {
                (is_seen[to], is_on_the_way[to]) = (true, true);
                way.push((to, 0));
            }
        }
    }
    closing.sort_unstable();
    closing.dedup();
    closing
}

impl fmt::Debug for PartialOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PartialOrder")
            .field("events", &self.events)
            .finish_non_exhaustive()
    }
}
