//! A composition as numbers: every part is a table, a state a few bits for each part,
//! and what can happen in a state a mask of bits.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Range;

use super::formula::PAGE;
use super::group::{Group, divide};

/// The state of a composition: for each part a few bits that say which of its
/// configurations it is in. What they mean, the composition [tells](super::Composition).
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
pub struct Joint<const WORDS: usize = 1>(pub(super) [u64; WORDS]);

impl<const WORDS: usize> Hash for Joint<WORDS> {
    #[inline]
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        for word in self.0 {
            hasher.write_u64(word);
        }
    }
}

impl<const WORDS: usize> fmt::Debug for Joint<WORDS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Joint(")?;
        for (index, word) in self.0.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            write!(f, "{space}{word:x}")?;
        }
        f.write_str(")")
    }
}

/// Where in a state the configuration of a part is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) word: u16,
    pub(super) shift: u16,
    pub(super) mask: u32,
}

impl Place {
    #[inline]
    pub(super) fn of<const WORDS: usize>(self, state: &Joint<WORDS>) -> usize {
        (state.0[self.word::<WORDS>()] >> self.shift) as usize & self.mask as usize
    }

    pub(super) fn put<const WORDS: usize>(self, state: &mut Joint<WORDS>, local: u64) {
        let word = &mut state.0[self.word::<WORDS>()];
        *word = *word & !(u64::from(self.mask) << self.shift) | local << self.shift;
    }

    /// Which word it is. There is no other one; this way the compiler knows it, too.
    #[inline]
    fn word<const WORDS: usize>(self) -> usize {
        self.word as usize % WORDS
    }

    /// The place in the value of a group.
    pub(super) fn within(self, group: Self) -> Self {
        Self {
            word: 0,
            shift: self.shift.saturating_sub(group.shift),
            ..self
        }
    }

    /// What has to be added to a state, without regard to overflow, to get from one
    /// configuration to another one.
    fn difference(self, from: usize, to: u32) -> u64 {
        u64::from(to).wrapping_sub(from as u64) << self.shift
    }
}

/// What happens: two moves, of which each may be none, since seldom more parts change, and
/// where the others are.
struct Happens {
    first: [Move; 2],
    others: Range<u32>,
}

/// What one part does when something happens.
#[derive(Clone, Copy)]
struct Move {
    place: Place,
    /// Where in [`Network::differences`] those of its configurations begin.
    table: u32,
}

/// What one group adds to the number of a state.
#[derive(Clone, Copy)]
struct Share {
    place: Place,
    /// Where in [`Network::numbers`] those of its values begin.
    table: u32,
}

/// What a part does when something happens: for each of its configurations the next one,
/// if it can happen there.
pub(super) type Moves = [Option<u32>];

/// What one part may do, before it has its place.
pub(super) struct Table {
    /// How many configurations it has.
    pub(super) size: usize,
    /// What it does whenever something happens to it.
    pub(super) moves: Vec<Vec<Option<u32>>>,
    /// The configurations in which only what is prompt happens.
    pub(super) prompt: Vec<bool>,
}

/// Something that may happen.
pub(super) struct Event {
    /// Which parts take part, each with the number of its move.
    pub(super) moves: Vec<(usize, usize)>,
    /// Whether it takes something out of what is prompt.
    pub(super) is_prompt: bool,
}

/// A composition that is laid out.
#[derive(Clone, Copy)]
pub(super) struct Plan<'p> {
    pub(super) tables: &'p [Table],
    pub(super) events: &'p [Event],
    /// For each initial state the configurations of its parts.
    pub(super) initial: &'p [Vec<u32>],
    pub(super) places: &'p [Place],
}

/// A composition as numbers.
pub(super) struct Network<const WORDS: usize> {
    pub(super) places: Vec<Place>,
    groups: Vec<Group>,
    /// For each group where its share in a state's number is among `numbers`.
    shares: Vec<Share>,
    /// For each value of each group its share in a state's number.
    numbers: Vec<u64>,
    /// How many words there are for all that can happen.
    words_of_events: usize,
    moves: Vec<Move>,
    events: Vec<Happens>,
    differences: Vec<u64>,
    /// Below which number those of all states are, where 64 bits can tell.
    pub(super) size: Option<u64>,
}

/// How many words of 64 bits a state takes, and where each part's bits are.
fn places(tables: &[Table]) -> (usize, Vec<Place>) {
    let (mut word, mut used) = (0_u16, 0);
    let mut places = Vec::new();
    for table in tables {
        let bits = usize::BITS - (table.size - 1).leading_zeros();
        if used + bits > u64::BITS {
            (word, used) = (word + 1, 0);
        }
        places.push(Place {
            word,
            // A part with one configuration takes no bits, and there is nothing to be read
            // behind a full word.
            shift: used.min(u64::BITS - 1) as u16,
            mask: (1 << bits) - 1,
        });
        used += bits;
    }
    (usize::from(word) + 1, places)
}

impl<const WORDS: usize> Network<WORDS> {
    /// Lays out a composition.
    ///
    /// # Errors
    ///
    /// How many words a state takes, if there are not as many.
    pub(super) fn new(
        tables: &[Table],
        events: &[Event],
        initial: &[Vec<u32>],
    ) -> Result<Self, usize> {
        let (words, places) = places(tables);
        if words > WORDS {
            return Err(words);
        }
        let mut network = Self {
            places,
            groups: Vec::new(),
            shares: Vec::new(),
            numbers: Vec::new(),
            words_of_events: events.len().div_ceil(64),
            moves: Vec::new(),
            events: Vec::new(),
            differences: Vec::new(),
            size: None,
        };
        let starts = network.lay_out_moves(tables);
        let nothing = Move {
            place: Place {
                word: 0,
                shift: 0,
                mask: 0,
            },
            table: network.differences.len() as u32,
        };
        network.differences.push(0);
        for event in events {
            // Whether it can happen is known before: a part that only watches does nothing.
            let changing = event.moves.iter().filter(|(part, number)| {
                let mut moves = tables[*part].moves[*number].iter().zip(0..);
                moves.any(|(to, from)| to.is_some_and(|to| to != from))
            });
            let mut moves = changing.map(|&(part, number)| Move {
                place: network.places[part],
                table: starts[part][number],
            });
            let first = [(); 2].map(|()| moves.next().unwrap_or(nothing));
            let start = network.moves.len() as u32;
            network.moves.extend(moves);
            let others = start..network.moves.len() as u32;
            network.events.push(Happens { first, others });
        }
        let plan = Plan {
            tables,
            events,
            initial,
            places: &network.places,
        };
        let mut stride = Some(1_u64);
        for neighbours in divide(plan) {
            network.shares.push(Share {
                place: neighbours.place,
                table: network.numbers.len() as u32,
            });
            network
                .numbers
                .extend(neighbours.numbers(stride.unwrap_or(0)));
            let group = Group::new(&neighbours, plan);
            stride = stride.and_then(|stride| stride.checked_mul(group.size));
            network.groups.push(group);
        }
        network.size = stride;
        Ok(network)
    }

    /// Where the differences of each move of each part begin.
    fn lay_out_moves(&mut self, tables: &[Table]) -> Vec<Vec<u32>> {
        let mut starts = Vec::new();
        for (table, place) in tables.iter().zip(&self.places) {
            let mut of_part = Vec::new();
            for moves in &table.moves {
                of_part.push(self.differences.len() as u32);
                let differences = moves.iter().enumerate();
                self.differences.extend(
                    differences.map(|(from, to)| to.map_or(0, |to| place.difference(from, to))),
                );
            }
            starts.push(of_part);
        }
        starts
    }

    /// A state from the configurations of its parts.
    pub(super) fn joint(&self, locals: &[u32]) -> Joint<WORDS> {
        let mut state = Joint([0; WORDS]);
        for (place, local) in self.places.iter().zip(locals) {
            place.put(&mut state, u64::from(*local));
        }
        state
    }

    /// The state in which parts have these configurations in place of their own.
    pub(super) fn with(
        &self,
        mut state: Joint<WORDS>,
        locals: impl IntoIterator<Item = (usize, usize)>,
    ) -> Joint<WORDS> {
        for (part, local) in locals {
            self.places[part].put(&mut state, local as u64);
        }
        state
    }

    /// Calls `take` with the number of each event that can happen in a state.
    #[inline]
    pub(super) fn for_each_event(&self, state: &Joint<WORDS>, mut take: impl FnMut(u32)) {
        for word in 0..self.words_of_events {
            let mut enabled = u64::MAX;
            for group in &self.groups {
                let value = group.place.of(state);
                enabled &= group.enabled[value * self.words_of_events + word];
            }
            if word + 1 == self.words_of_events && !self.events.len().is_multiple_of(64) {
                enabled &= (1 << (self.events.len() % 64)) - 1;
            }
            while enabled != 0 {
                take(word as u32 * 64 + enabled.trailing_zeros());
                enabled &= enabled - 1;
            }
        }
    }

    /// Whether an event can happen in a state.
    pub(super) fn is_enabled(&self, state: &Joint<WORDS>, event: u32) -> bool {
        let event = event as usize;
        event < self.events.len()
            && self.groups.iter().all(|group| {
                let value = group.place.of(state);
                let word = group.enabled[value * self.words_of_events + event / 64];
                word >> (event % 64) & 1 != 0
            })
    }

    /// The state after an event that can happen.
    #[inline]
    pub(super) fn after(&self, state: &Joint<WORDS>, event: u32) -> Joint<WORDS> {
        let Happens { first, others } = &self.events[event as usize];
        let mut after = *state;
        let mut take = |step: &Move| {
            let difference = self.differences[step.table as usize + step.place.of(state)];
            let word = &mut after.0[step.place.word::<WORDS>()];
            *word = word.wrapping_add(difference);
        };
        first.iter().for_each(&mut take);
        if !others.is_empty() {
            let others = others.start as usize..others.end as usize;
            self.moves[others].iter().for_each(take);
        }
        after
    }

    /// The number of a state: no other one has it, and all are below the size.
    #[inline]
    pub(super) fn number(&self, state: &Joint<WORDS>) -> u64 {
        self.shares.iter().fold(0, |number, share| {
            let share = self.numbers[share.table as usize + share.place.of(state)];
            number.wrapping_add(share)
        })
    }

    /// For each group of parts that is asked something: the questions, at most [`PAGE`], to
    /// which its values say yes. A question is a list of parts, each with the answers of
    /// its configurations.
    pub(super) fn looks(&self, asked: &[Vec<(usize, Vec<bool>)>]) -> Vec<(Place, Vec<u8>)> {
        debug_assert!(asked.len() <= PAGE);
        let mut looks = Vec::new();
        for group in &self.groups {
            let mut yes = vec![0_u8; group.place.mask as usize + 1];
            let mut is_asked = false;
            for (question, answers) in asked.iter().enumerate() {
                let own = answers
                    .iter()
                    .filter(|(part, _)| group.parts.contains(part));
                for (part, answers) in own {
                    is_asked = true;
                    let place = self.places[*part];
                    for (value, yes) in yes.iter_mut().enumerate() {
                        let local = place.within(group.place).of(&Joint([value as u64]));
                        let is_so = answers.get(local).is_some_and(|answer| *answer);
                        *yes |= u8::from(is_so) << question;
                    }
                }
            }
            if is_asked {
                looks.push((group.place, yes));
            }
        }
        looks
    }
}
