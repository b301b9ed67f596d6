//! Components that can take each other's places.

use std::collections::{BTreeMap, HashSet};

use super::channel::Contents;
use super::formula::{Answered, Slot};
use super::handle::Part;
use super::machine::Erased;
use super::network::{Event, Joint, Moves, Table};
use super::{ComposeError, Composition};

/// Everything that blocks of parts have to leave as it is when they change places.
struct Whole<'c> {
    names: Vec<&'c str>,
    tables: &'c [Table],
    /// What happens, as the moves of its parts, which are the same for parts that are
    /// alike.
    events: HashSet<Vec<(usize, &'c Moves)>>,
    initial: HashSet<&'c [u32]>,
    claims: Vec<&'c Answered>,
}

/// The numbers of the parts of blocks that can take each other's places.
pub(super) fn blocks<'c>(
    declared: &[Vec<Vec<Part>>],
    components: &'c [Box<dyn Erased>],
    contents: &'c [Contents],
    tables: &'c [Table],
    events: &'c [Event],
    initial: &'c [Vec<u32>],
    claims: impl Iterator<Item = &'c Answered>,
) -> Result<Vec<Vec<Vec<usize>>>, ComposeError> {
    let names = components.iter().map(|component| component.name());
    let names = names.chain(contents.iter().map(|contents| contents.name.as_str()));
    let moves = |event: &'c Event| {
        let mut moves: Vec<_> = event
            .moves
            .iter()
            .map(|&(part, number)| (part, &*tables[part].moves[number]))
            .collect();
        moves.sort();
        moves
    };
    let whole = Whole {
        names: names.collect(),
        tables,
        events: events.iter().map(moves).collect(),
        initial: initial.iter().map(Vec::as_slice).collect(),
        claims: claims.collect(),
    };
    let number = |part: &Part| match part.0 {
        Slot::Component(component) => component,
        Slot::Channel(channel) => components.len() + channel,
    };
    let mut all = Vec::new();
    for group in declared {
        let blocks: Vec<Vec<_>> = group
            .iter()
            .map(|block| block.iter().map(number).collect())
            .collect();
        let is_foreign = |part: &usize| *part >= tables.len();
        if blocks.iter().flatten().any(is_foreign) {
            return Err(ComposeError::Foreign);
        }
        // Neighbours that can change places make any order.
        for two in blocks.windows(2) {
            whole.can_change(&two[0], &two[1])?;
        }
        if blocks.len() > 1 {
            all.push(blocks);
        }
    }
    Ok(all)
}

impl Whole<'_> {
    /// Whether two blocks can take each other's places and nothing is different.
    fn can_change(&self, first: &[usize], second: &[usize]) -> Result<(), ComposeError> {
        let name = |block: &[usize]| {
            let names: Vec<_> = block.iter().map(|part| self.names[*part]).collect();
            names.join(", ")
        };
        let differ = |why: String| {
            Err(ComposeError::NotInterchangeable {
                first: name(first),
                second: name(second),
                why,
            })
        };
        let parts: BTreeMap<_, _> = first.iter().zip(second).collect();
        let mut both: Vec<_> = first.iter().chain(second).collect();
        both.sort();
        both.dedup();
        if first.len() != second.len() || both.len() != 2 * first.len() {
            return differ("they have not as many parts, each once".to_owned());
        }
        for (&one, &other) in &parts {
            let (one_size, other_size) = (self.tables[*one].size, self.tables[*other].size);
            if one_size != other_size {
                let (one, other) = (self.names[*one], self.names[*other]);
                return differ(format!(
                    "`{one}` has {one_size} configurations, and `{other}` has {other_size}"
                ));
            }
        }
        let exchanged = |part: usize| {
            let to = parts.iter().find_map(|(one, other)| {
                [(**one, **other), (**other, **one)]
                    .into_iter()
                    .find_map(|(from, to)| (from == part).then_some(to))
            });
            to.unwrap_or(part)
        };
        for event in &self.events {
            let mut moves: Vec<_> = event
                .iter()
                .map(|(part, moves)| (exchanged(*part), *moves))
                .collect();
            moves.sort();
            if !self.events.contains(&moves) {
                let parts: Vec<_> = event.iter().map(|(part, _)| self.names[*part]).collect();
                return differ(format!(
                    "something that happens to {} does not happen so with the other",
                    parts.join(", ")
                ));
            }
        }
        for locals in &self.initial {
            let exchanged: Vec<_> = (0..locals.len())
                .map(|part| locals[exchanged(part)])
                .collect();
            if !self.initial.contains(exchanged.as_slice()) {
                return differ("they begin differently".to_owned());
            }
        }
        let is_claimed =
            |claim: &&&Answered| claim.renamed(&|part| part) == claim.renamed(&exchanged);
        if !self.claims.iter().all(|claim| is_claimed(&claim)) {
            return differ("a property or the end tells them apart".to_owned());
        }
        Ok(())
    }
}

impl<const WORDS: usize> Composition<WORDS> {
    /// The state in which blocks that can take each other's places are in order.
    pub(super) fn sorted(&self, state: &Joint<WORDS>) -> Joint<WORDS> {
        let mut sorted = *state;
        for blocks in &self.blocks {
            let locals = |block: &Vec<usize>| -> Vec<usize> {
                let places = block.iter().map(|part| self.network.places[*part]);
                places.map(|place| place.of(&sorted)).collect()
            };
            let mut values: Vec<_> = blocks.iter().map(locals).collect();
            values.sort_unstable();
            let parts = blocks.iter().flatten().copied();
            sorted = self
                .network
                .with(sorted, parts.zip(values.into_iter().flatten()));
        }
        sorted
    }
}
