//! What a check has come across, so that a model in which nothing happens does not
//! pass for one that is right.

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
    /// The most steps that one state has.
    pub widest: usize,
    /// How many steps led to a state beyond the model's own bounds.
    pub beyond_bounds: u64,
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

/// What one thread has counted.
pub(super) struct Tally<M: Model + ?Sized> {
    pub(super) generated: u64,
    pub(super) beyond_bounds: u64,
    pub(super) ends: u64,
    pub(super) widest: usize,
    /// The variants of the action's type that were come across, and apart from them,
    /// so that a search through them is short, what became of each.
    variants: Vec<Discriminant<M::Action>>,
    actions: Vec<ActionCoverage>,
    /// For each property how often its predicates were true.
    pub(super) held: Vec<[u64; 2]>,
}

impl<M: Model + ?Sized> Tally<M> {
    pub(super) fn new(properties: usize) -> Self {
        Self {
            generated: 0,
            beyond_bounds: 0,
            ends: 0,
            widest: 0,
            variants: Vec::new(),
            actions: Vec::new(),
            held: vec![[0; 2]; properties],
        }
    }

    /// The counters for an action: one for each variant of the action's type.
    #[inline]
    pub(super) fn action(&mut self, model: &M, action: &M::Action) -> &mut ActionCoverage {
        let variant = discriminant(action);
        let known = self.variants.iter().position(|known| *known == variant);
        let position = known.unwrap_or_else(|| self.come_across(model, action));
        &mut self.actions[position]
    }

    #[cold]
    fn come_across(&mut self, model: &M, action: &M::Action) -> usize {
        let name = first_word(&model.action_name(action)).to_owned();
        self.variants.push(discriminant(action));
        self.actions.push(ActionCoverage::new(name));
        self.actions.len() - 1
    }

    /// Adds what another thread has counted.
    pub(super) fn add(&mut self, other: Self) {
        self.generated += other.generated;
        self.beyond_bounds += other.beyond_bounds;
        self.ends += other.ends;
        self.widest = self.widest.max(other.widest);
        for (variant, coverage) in other.variants.into_iter().zip(other.actions) {
            match self.variants.iter().position(|known| *known == variant) {
                Some(position) => {
                    let sum = &mut self.actions[position];
                    sum.offered += coverage.offered;
                    sum.happened += coverage.happened;
                    sum.changed += coverage.changed;
                }
                None => {
                    self.variants.push(variant);
                    self.actions.push(coverage);
                }
            }
        }
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
        let mut actions = self.actions;
        for declared in model.declared_actions() {
            if !actions.iter().any(|action| action.name == declared) {
                actions.push(ActionCoverage::new(declared));
            }
        }
        // Which thread came across which action first is chance.
        actions.sort_unstable_by(|a, b| a.name.cmp(&b.name));
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
            actions,
            predicates: predicates.collect(),
            ends: self.ends,
            widest: self.widest,
            beyond_bounds: self.beyond_bounds,
        }
    }
}

/// The part of a name before the first character that cannot be in an identifier.
fn first_word(name: &str) -> &str {
    let end = name.find(|c: char| !(c.is_alphanumeric() || c == '_'));
    match end {
        Some(0) | None => name,
        Some(end) => &name[..end],
    }
}
