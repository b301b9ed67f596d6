//! Parts that are neighbours in a state, looked up together.

use std::ops::Range;

use super::network::{Event, Joint, Moves, Place, Plan, Table};

/// How many bits of a state are looked up at once, unless one part takes more: as many as
/// make tables that stay in a processor's own memory.
fn bits_at_once(events: usize) -> u32 {
    const WORDS: u32 = 13;
    WORDS - events.div_ceil(64).max(1).ilog2().min(5)
}

/// Neighbours in a state, which are looked up together.
pub(super) struct Group {
    pub(super) place: Place,
    pub(super) parts: Range<usize>,
    /// For each of their values as many words as there are for all that can happen: what
    /// these parts let happen.
    pub(super) enabled: Vec<u64>,
    /// How many values they can have together.
    pub(super) size: u64,
}

/// Neighbours, before they have their tables.
pub(super) struct Neighbours {
    pub(super) place: Place,
    parts: Range<usize>,
    /// The values that they can have together, as far as they alone can tell.
    values: Vec<bool>,
}

impl Neighbours {
    fn count(&self) -> usize {
        self.values.iter().filter(|value| **value).count()
    }

    /// For each of their values the share in a state's number: the multiples of `stride`,
    /// in order.
    pub(super) fn numbers(&self, stride: u64) -> impl Iterator<Item = u64> {
        self.values.iter().scan(0_u64, move |next, is_one| {
            let number = *next;
            *next = next.wrapping_add(if *is_one { stride } else { 0 });
            Some(number)
        })
    }
}

/// Divides the parts into groups so that there are as few numbers as possible: parts that
/// depend on each other, such as a channel and its receiver, have fewer values together
/// than each by itself lets them have.
pub(super) fn divide(plan: Plan<'_>) -> Vec<Neighbours> {
    let places = plan.places;
    let at_once = bits_at_once(plan.events.len());
    // The best division of the parts up to each one: what it costs, and its last group.
    let mut best: Vec<(f64, Option<Neighbours>)> = vec![(0.0, None)];
    for end in 1..=places.len() {
        let mut cheapest = (f64::INFINITY, None);
        for start in (0..end).rev() {
            let Some(place) = together(&places[start..end], at_once) else {
                break;
            };
            let values = values(place, start..end, plan);
            let neighbours = Neighbours {
                place,
                parts: start..end,
                values,
            };
            // Of two divisions with as many numbers, that with fewer groups is faster.
            let cost = best[start].0 + (neighbours.count().max(1) as f64).log2() + 0.01;
            if cost < cheapest.0 {
                cheapest = (cost, Some(neighbours));
            }
        }
        best.push(cheapest);
    }
    let mut groups = Vec::new();
    let mut end = places.len();
    while let Some(neighbours) = best.get_mut(end).and_then(|(_, last)| last.take()) {
        end = neighbours.parts.start;
        groups.push(neighbours);
    }
    groups.reverse();
    groups
}

/// The place of parts together, if they can be looked up at once.
fn together(places: &[Place], at_once: u32) -> Option<Place> {
    let (first, others) = places.split_first()?;
    let bits = |place: &Place| place.mask.count_ones();
    let sum = places.iter().map(bits).sum::<u32>();
    let is_near = others.iter().all(|place| place.word == first.word);
    (is_near && (others.is_empty() || sum <= at_once)).then_some(Place {
        mask: (1 << sum) - 1,
        ..*first
    })
}

/// The values that parts can have together, whatever the others let happen.
fn values(group: Place, parts: Range<usize>, plan: Plan<'_>) -> Vec<bool> {
    let Plan {
        tables,
        events,
        initial,
        places,
    } = plan;
    // What happens to these parts: their moves, each with its place in the value.
    let mut happens: Vec<Vec<(Place, &Moves)>> = Vec::new();
    for event in events {
        let own = event.moves.iter().filter(|(part, _)| parts.contains(part));
        let own: Vec<_> = own
            .map(|&(part, number)| {
                let moves = tables[part].moves[number].as_slice();
                (places[part].within(group), moves)
            })
            .collect();
        if !own.is_empty() {
            happens.push(own);
        }
    }
    let mut values = vec![false; group.mask as usize + 1];
    let mut open = Vec::new();
    let mut come_to = |value: Joint, open: &mut Vec<Joint>| {
        let known = &mut values[value.0[0] as usize];
        if !*known {
            *known = true;
            open.push(value);
        }
    };
    for locals in initial {
        let mut value = Joint([0]);
        for part in parts.clone() {
            places[part]
                .within(group)
                .put(&mut value, u64::from(locals[part]));
        }
        come_to(value, &mut open);
    }
    while let Some(value) = open.pop() {
        for moves in &happens {
            let after = moves.iter().try_fold(value, |mut after, (place, moves)| {
                place.put(&mut after, u64::from(moves[place.of(&value)]?));
                Some(after)
            });
            if let Some(after) = after {
                come_to(after, &mut open);
            }
        }
    }
    values
}

impl Group {
    pub(super) fn new(neighbours: &Neighbours, plan: Plan<'_>) -> Self {
        let Plan {
            tables,
            events,
            places,
            ..
        } = plan;
        let Neighbours {
            place,
            parts,
            values,
        } = neighbours;
        let words = events.len().div_ceil(64);
        let mut group = Self {
            place: *place,
            parts: parts.clone(),
            enabled: vec![0; values.len() * words],
            size: neighbours.count() as u64,
        };
        let allowed: Vec<_> = parts
            .clone()
            .map(|part| {
                (
                    places[part].within(*place),
                    allowed(part, &tables[part], events),
                )
            })
            .collect();
        for (value, _) in values.iter().enumerate().filter(|(_, is_one)| **is_one) {
            let enabled = &mut group.enabled[value * words..(value + 1) * words];
            enabled.fill(u64::MAX);
            for (place, allowed) in &allowed {
                let local = place.of(&Joint([value as u64]));
                for (word, allowed) in enabled.iter_mut().zip(&allowed[local]) {
                    *word &= allowed;
                }
            }
        }
        group
    }
}

/// For each configuration of a part what it lets happen.
fn allowed(part: usize, table: &Table, events: &[Event]) -> Vec<Vec<u64>> {
    let mut allowed = vec![vec![0; events.len().div_ceil(64)]; table.size];
    for (number, event) in events.iter().enumerate() {
        let own = event.moves.iter().find(|(other, _)| *other == part);
        for (local, allowed) in allowed.iter_mut().enumerate() {
            let is_possible = own.is_none_or(|(_, own)| table.moves[*own][local].is_some());
            let is_allowed = is_possible && (event.is_prompt || !table.prompt[local]);
            allowed[number / 64] |= u64::from(is_allowed) << (number % 64);
        }
    }
    allowed
}
