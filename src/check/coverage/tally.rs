//! What is counted while a check goes on.

use std::collections::BTreeMap;
use std::hash::{Hash as _, Hasher};
use std::mem::{Discriminant, discriminant};

use super::{ActionCoverage, Coverage, PredicateCoverage};
use crate::check::{Model, Property};

/// What one thread has counted of the actions of one kind: what is rare apart, so that a
/// step counts once.
#[derive(Clone)]
pub(in crate::check) struct ActionTally {
    name: String,
    /// How often the model offered one.
    pub(in crate::check) offered: u64,
    /// How often it then did not happen.
    pub(in crate::check) refused: u64,
    /// How often it happened and the state was the same after it.
    pub(in crate::check) idle: u64,
}

impl ActionTally {
    const fn new(name: String) -> Self {
        Self {
            name,
            offered: 0,
            refused: 0,
            idle: 0,
        }
    }

    /// Nothing yet of actions of the kind of this one.
    #[cold]
    fn of<M: Model + ?Sized>(model: &M, action: &M::Action) -> Self {
        Self::new(model.kind_name(action))
    }

    /// Whether one was come across.
    const fn is_known(&self) -> bool {
        self.offered > 0
    }

    fn add(&mut self, other: &Self) {
        self.offered += other.offered;
        self.refused += other.refused;
        self.idle += other.idle;
    }
}

impl From<&ActionTally> for ActionCoverage {
    fn from(tally: &ActionTally) -> Self {
        let happened = tally.offered - tally.refused;
        Self {
            name: tally.name.clone(),
            offered: tally.offered,
            happened,
            changed: happened - tally.idle,
        }
    }
}

/// In how many slots variants are looked for first: more than most types of actions have
/// variants.
const SLOTS: usize = 32;

/// The slot of a variant, by what it hands to a hasher: its number, as it is today. Variants
/// may share a slot.
#[inline]
fn slot_of<T>(variant: Discriminant<T>) -> usize {
    struct Number(usize);

    impl Hasher for Number {
        fn write(&mut self, bytes: &[u8]) {
            let bytes = bytes.iter().map(|byte| usize::from(*byte));
            self.0 = bytes.fold(self.0, usize::wrapping_add);
        }

        fn write_isize(&mut self, number: isize) {
            self.0 = number as usize;
        }

        fn finish(&self) -> u64 {
            self.0 as u64
        }
    }

    let mut number = Number(0);
    variant.hash(&mut number);
    number.0 % SLOTS
}

/// What one thread has counted.
pub(in crate::check) struct Tally<M: Model + ?Sized> {
    pub(in crate::check) generated: u64,
    pub(in crate::check) beyond_bounds: u64,
    pub(in crate::check) ends: u64,
    out_degrees: Vec<u64>,
    /// The variants of the action's type that were come across, and apart from them,
    /// so that a search through them is short, what became of each.
    variants: Vec<Discriminant<M::Action>>,
    of_variants: Vec<ActionTally>,
    /// For each slot where that of its variants is among them that was looked for last.
    positions: [usize; SLOTS],
    /// What became of the actions of each [kind](Model::action_kind); without a name while
    /// none was come across.
    of_kinds: Vec<ActionTally>,
    /// What became of actions before the search was resumed.
    before: Vec<ActionCoverage>,
    /// For each property how often its predicates were true.
    pub(in crate::check) held: Vec<[u64; 2]>,
}

impl<M: Model + ?Sized> Tally<M> {
    pub(in crate::check) fn new(properties: usize) -> Self {
        Self {
            generated: 0,
            beyond_bounds: 0,
            ends: 0,
            out_degrees: Vec::new(),
            variants: Vec::new(),
            of_variants: Vec::new(),
            positions: [0; SLOTS],
            of_kinds: Vec::new(),
            before: Vec::new(),
            held: vec![[0; 2]; properties],
        }
    }

    /// The counters for an action: one for each kind, or for each variant of its type.
    #[inline]
    pub(in crate::check) fn action(&mut self, model: &M, action: &M::Action) -> &mut ActionTally {
        if let Some(kind) = model.action_kind(action) {
            let is_known = self.of_kinds.get(kind).is_some_and(ActionTally::is_known);
            if !is_known {
                self.come_across(model, action, kind);
            }
            return &mut self.of_kinds[kind];
        }
        let variant = discriminant(action);
        let position = self.positions[slot_of(variant)];
        if self.variants.get(position) == Some(&variant) {
            return &mut self.of_variants[position];
        }
        let position = self.position_of(model, action);
        &mut self.of_variants[position]
    }

    /// Where the variant of an action is among those that were come across.
    #[cold]
    fn position_of(&mut self, model: &M, action: &M::Action) -> usize {
        let variant = discriminant(action);
        let known = self.variants.iter().position(|known| *known == variant);
        let position = known.unwrap_or_else(|| {
            self.variants.push(variant);
            self.of_variants.push(ActionTally::of(model, action));
            self.variants.len() - 1
        });
        self.positions[slot_of(variant)] = position;
        position
    }

    #[cold]
    fn come_across(&mut self, model: &M, action: &M::Action, kind: usize) {
        if self.of_kinds.len() <= kind {
            let unknown = ActionTally::new(String::new());
            self.of_kinds.resize(kind + 1, unknown);
        }
        self.of_kinds[kind] = ActionTally::of(model, action);
    }

    /// What became of the actions that were come across, now or before.
    fn counted(&self) -> impl Iterator<Item = ActionCoverage> {
        let counted = self.of_variants.iter().chain(&self.of_kinds);
        let counted = counted.filter(|action| action.is_known());
        let before = self.before.iter().cloned();
        counted.map(ActionCoverage::from).chain(before)
    }

    /// Counts a state by how many steps it has.
    #[inline]
    pub(in crate::check) fn count_steps(&mut self, steps: usize) {
        self.generated += steps as u64;
        if steps >= self.out_degrees.len() {
            self.out_degrees.resize(steps + 1, 0);
        }
        self.out_degrees[steps] += 1;
    }

    /// Adds what another thread has counted.
    pub(in crate::check) fn add(&mut self, other: Self) {
        self.generated += other.generated;
        self.beyond_bounds += other.beyond_bounds;
        self.ends += other.ends;
        let degrees = self.out_degrees.len().max(other.out_degrees.len());
        self.out_degrees.resize(degrees, 0);
        for (sum, states) in self.out_degrees.iter_mut().zip(other.out_degrees) {
            *sum += states;
        }
        for (variant, coverage) in other.variants.into_iter().zip(other.of_variants) {
            match self.variants.iter().position(|known| *known == variant) {
                Some(position) => self.of_variants[position].add(&coverage),
                None => {
                    self.variants.push(variant);
                    self.of_variants.push(coverage);
                }
            }
        }
        let kinds = self.of_kinds.len().max(other.of_kinds.len());
        let unknown = ActionTally::new(String::new());
        self.of_kinds.resize(kinds, unknown);
        for (sum, coverage) in self.of_kinds.iter_mut().zip(other.of_kinds) {
            if sum.is_known() {
                sum.add(&coverage);
            } else {
                *sum = coverage;
            }
        }
        self.before.extend(other.before);
        for (sum, held) in self.held.iter_mut().zip(other.held) {
            sum[0] += held[0];
            sum[1] += held[1];
        }
    }

    /// What was counted, with the number of states at each distance.
    pub(in crate::check) fn coverage(
        self,
        model: &M,
        properties: &[Property<M>],
        levels: Vec<usize>,
    ) -> Coverage {
        // Which thread came across which action first is chance: they go by their names.
        let mut actions = BTreeMap::new();
        let counted: Vec<_> = self.counted().collect();
        let declared = model.declared_actions().into_iter();
        for action in counted.into_iter().chain(declared.map(ActionCoverage::new)) {
            let name = action.name.clone();
            let sum = || ActionCoverage::new(action.name.clone());
            actions.entry(name).or_insert_with(sum).add(&action);
        }
        let states = levels.iter().sum::<usize>() as u64;
        let predicates = properties
            .iter()
            .zip(&self.held)
            .flat_map(|(property, held)| {
                let predicates = property.predicates().len();
                (0..predicates).map(|index| PredicateCoverage {
                    property: property.name().to_owned(),
                    position: index + 1,
                    held: held[index],
                    failed: states.saturating_sub(held[index]),
                })
            });
        Coverage {
            levels,
            actions: actions.into_values().collect(),
            predicates: predicates.collect(),
            ends: self.ends,
            out_degrees: self.out_degrees,
            beyond_bounds: self.beyond_bounds,
        }
    }
}

/// A tally as it is kept. What a variant of the action's type is can only be told by
/// the name of its actions.
#[cfg(feature = "disk")]
#[derive(serde::Deserialize, serde::Serialize)]
pub(in crate::check) struct KeptTally {
    generated: u64,
    beyond_bounds: u64,
    ends: u64,
    out_degrees: Vec<u64>,
    actions: Vec<(String, [u64; 3])>,
    held: Vec<[u64; 2]>,
}

#[cfg(feature = "disk")]
impl KeptTally {
    /// Whether it is of so many properties and can be added to.
    pub(in crate::check) fn is_sound(&self, properties: usize) -> bool {
        let counts = [self.generated, self.beyond_bounds, self.ends];
        let actions = self.actions.iter().flat_map(|(_, counts)| counts);
        let mut all = counts.iter().chain(actions).chain(self.held.as_flattened());
        let mut degrees = self.out_degrees.iter().zip(1_u64..);
        let steps = degrees.try_fold(0, |sum: u64, (states, steps)| {
            sum.checked_add(states.checked_mul(steps)?)
        });
        self.held.len() == properties
            && all.all(|count| *count <= 1 << 60)
            && steps.is_some_and(|steps| steps <= 1 << 60)
    }
}

#[cfg(feature = "disk")]
impl<M: Model + ?Sized> From<&Tally<M>> for KeptTally {
    fn from(tally: &Tally<M>) -> Self {
        let actions = tally.counted().map(|action| {
            let counts = [action.offered, action.happened, action.changed];
            (action.name, counts)
        });
        Self {
            generated: tally.generated,
            beyond_bounds: tally.beyond_bounds,
            ends: tally.ends,
            out_degrees: tally.out_degrees.clone(),
            actions: actions.collect(),
            held: tally.held.clone(),
        }
    }
}

#[cfg(feature = "disk")]
impl<M: Model + ?Sized> From<KeptTally> for Tally<M> {
    fn from(kept: KeptTally) -> Self {
        let before = kept.actions.into_iter();
        let before = before.map(|(name, [offered, happened, changed])| ActionCoverage {
            name,
            offered,
            happened,
            changed,
        });
        Self {
            generated: kept.generated,
            beyond_bounds: kept.beyond_bounds,
            ends: kept.ends,
            out_degrees: kept.out_degrees,
            before: before.collect(),
            held: kept.held,
            ..Self::new(0)
        }
    }
}

/// The part of a name before the first character that cannot be in an identifier.
pub(in crate::check) fn first_word(name: &str) -> &str {
    let end = name.find(|c: char| !(c.is_alphanumeric() || c == '_'));
    match end {
        Some(0) | None => name,
        Some(end) => &name[..end],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Variants of which two share a slot, and two others.
    #[derive(Clone, Copy, Debug)]
    enum Action {
        First = 1,
        Second = 1 + SLOTS as isize,
        Third = 2,
        Fourth = 2 - SLOTS as isize,
    }

    struct Nothing;

    impl Model for Nothing {
        type State = ();
        type Action = Action;

        fn initial_states(&self) -> Vec<()> {
            Vec::new()
        }

        fn actions(&self, (): &(), _: &mut Vec<Action>) {}

        fn next(&self, (): &(), _: &Action) -> Option<()> {
            None
        }

        fn properties(&self) -> Vec<Property<Self>> {
            Vec::new()
        }
    }

    #[test]
    fn variants_that_share_a_slot_are_counted_apart() {
        use Action::{First, Fourth, Second, Third};
        let mut tally = Tally::new(0);
        for action in [Fourth, First, Second, First, Third, Second, Fourth, First] {
            tally.action(&Nothing, &action).offered += 1;
        }
        let coverage = tally.coverage(&Nothing, &[], Vec::new());
        let counted = coverage.actions.iter();
        let counted: Vec<_> = counted.map(|it| (it.name.as_str(), it.offered)).collect();
        let expected = [("First", 3), ("Fourth", 2), ("Second", 2), ("Third", 1)];
        assert_eq!(counted, expected);
    }
}
