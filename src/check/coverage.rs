//! What a check has come across, so that a model in which nothing happens does not
//! pass for one that is right.

use std::collections::BTreeMap;
use std::mem::{Discriminant, discriminant};

use super::{Model, Property};

/// What a check has come across.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Coverage {
    /// How many states there are at each distance from the initial ones.
    pub levels: Vec<usize>,
    /// The actions, by the first word of their names, in the order of
    /// the names; those that the model declares are among them if they were never
    /// offered, too.
    pub actions: Vec<ActionCoverage>,
    /// What the properties ask of states, in their order.
    pub predicates: Vec<PredicateCoverage>,
    /// In how many states nothing can happen.
    pub ends: u64,
    /// How many states there are from which no step leads, one, two, and so on up to the
    /// most that a state has. Steps that change nothing count. Random walks do not look
    /// at all steps of a state: empty then.
    pub out_degrees: Vec<u64>,
    /// How many steps led to a state beyond the model's own bounds.
    pub beyond_bounds: u64,
}

impl Coverage {
    /// The least steps that a state has, how many they are on average, and the most;
    /// `None` when no state was looked at for all its steps.
    #[must_use]
    pub fn out_degree(&self) -> Option<(usize, f64, usize)> {
        let least = self.out_degrees.iter().position(|states| *states > 0)?;
        let states = self.out_degrees.iter().sum::<u64>();
        let steps = self.out_degrees.iter().zip(0_u64..);
        let steps = steps.map(|(states, steps)| states * steps).sum::<u64>();
        let mean = steps as f64 / states as f64;
        Some((least, mean, self.out_degrees.len() - 1))
    }
}

/// What became of the actions of one name.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ActionCoverage {
    /// The first word of their names.
    pub name: String,
    /// How often the model offered one.
    pub offered: u64,
    /// How often it then happened.
    pub happened: u64,
    /// How often the state was another one after it.
    pub changed: u64,
}

impl ActionCoverage {
    const fn new(name: String) -> Self {
        Self {
            name,
            offered: 0,
            happened: 0,
            changed: 0,
        }
    }

    fn add(&mut self, other: &Self) {
        self.offered += other.offered;
        self.happened += other.happened;
        self.changed += other.changed;
    }
}

/// How often a property found in a state what it asks for.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PredicateCoverage {
    /// The name of the property.
    pub property: String,
    /// Which of its predicates it is: 1 or 2.
    pub position: usize,
    /// In how many states it was true.
    pub held: u64,
    /// In how many states it was not.
    pub failed: u64,
}

/// What one thread has counted of the actions of one name: what is rare apart, so that a
/// step counts once.
#[derive(Clone)]
pub(super) struct ActionTally {
    name: String,
    /// How often the model offered one.
    pub(super) offered: u64,
    /// How often it then did not happen.
    pub(super) refused: u64,
    /// How often it happened and the state was the same after it.
    pub(super) idle: u64,
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

    /// Nothing yet of actions with the name of this one.
    #[cold]
    fn of<M: Model + ?Sized>(model: &M, action: &M::Action) -> Self {
        Self::new(first_word(&model.action_name(action)).to_owned())
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

/// What one thread has counted.
pub(super) struct Tally<M: Model + ?Sized> {
    pub(super) generated: u64,
    pub(super) beyond_bounds: u64,
    pub(super) ends: u64,
    out_degrees: Vec<u64>,
    /// The variants of the action's type that were come across, and apart from them,
    /// so that a search through them is short, what became of each.
    variants: Vec<Discriminant<M::Action>>,
    of_variants: Vec<ActionTally>,
    /// What became of the actions of each [kind](Model::action_kind); without a name while
    /// none was come across.
    of_kinds: Vec<ActionTally>,
    /// What became of actions before the search was resumed.
    before: Vec<ActionCoverage>,
    /// For each property how often its predicates were true.
    pub(super) held: Vec<[u64; 2]>,
}

impl<M: Model + ?Sized> Tally<M> {
    pub(super) fn new(properties: usize) -> Self {
        Self {
            generated: 0,
            beyond_bounds: 0,
            ends: 0,
            out_degrees: Vec::new(),
            variants: Vec::new(),
            of_variants: Vec::new(),
            of_kinds: Vec::new(),
            before: Vec::new(),
            held: vec![[0; 2]; properties],
        }
    }

    /// The counters for an action: one for each kind, or for each variant of its type.
    #[inline]
    pub(super) fn action(&mut self, model: &M, action: &M::Action) -> &mut ActionTally {
        if let Some(kind) = model.action_kind(action) {
            let is_known = self.of_kinds.get(kind).is_some_and(ActionTally::is_known);
            if !is_known {
                self.come_across(model, action, kind);
            }
            return &mut self.of_kinds[kind];
        }
        let variant = discriminant(action);
        let known = self.variants.iter().position(|known| *known == variant);
        let position = known.unwrap_or_else(|| {
            self.variants.push(variant);
            self.of_variants.push(ActionTally::of(model, action));
            self.variants.len() - 1
        });
        &mut self.of_variants[position]
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
    pub(super) fn count_steps(&mut self, steps: usize) {
        self.generated += steps as u64;
        if steps >= self.out_degrees.len() {
            self.out_degrees.resize(steps + 1, 0);
        }
        self.out_degrees[steps] += 1;
    }

    /// Adds what another thread has counted.
    pub(super) fn add(&mut self, other: Self) {
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
    pub(super) fn coverage(
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
pub(super) struct KeptTally {
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
    pub(super) fn is_sound(&self, properties: usize) -> bool {
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
            variants: Vec::new(),
            of_variants: Vec::new(),
            of_kinds: Vec::new(),
            before: before.collect(),
            held: kept.held,
        }
    }
}

/// The part of a name before the first character that cannot be in an identifier.
pub(super) fn first_word(name: &str) -> &str {
    let end = name.find(|c: char| !(c.is_alphanumeric() || c == '_'));
    match end {
        Some(0) | None => name,
        Some(end) => &name[..end],
    }
}
