//! Whether a model can be checked at all: a verdict is worth nothing when the model
//! answers differently the second time, or when a symmetry is none.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::Debug;

use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

use super::store::hash_of;
use super::{Model, Number, NumberError, Property};

/// What is wrong with a model. The states and actions are in their `Debug` form.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Flaw {
    /// The initial states are others the second time.
    #[error("the initial states are {first} the first time and {second} the second")]
    InitialStates {
        /// What they are the first time.
        first: String,
        /// What they are the second time.
        second: String,
    },
    /// A state has other actions the second time.
    #[error("in state {state}, the actions are {first} the first time and {second} the second")]
    Actions {
        /// The state.
        state: String,
        /// What they are the first time.
        first: String,
        /// What they are the second time.
        second: String,
    },
    /// An action leads elsewhere the second time.
    #[error(
        "in state {state}, action {action} leads to {first} the first time and to {second} the \
         second: what comes next may depend on the state and the action alone"
    )]
    Step {
        /// The state.
        state: String,
        /// The action.
        action: String,
        /// The state after it the first time, or `None`.
        first: String,
        /// The state after it the second time, or `None`.
        second: String,
    },
    /// A property says something else of a state the second time.
    #[error("of state {state}, property `{property}` says something else the second time")]
    Predicate {
        /// The state.
        state: String,
        /// The property.
        property: String,
    },
    /// Two states are equal and have different hashes.
    #[error("the states {first} and {second} are equal, and their hashes are not")]
    Hash {
        /// The one.
        first: String,
        /// The other.
        second: String,
    },
    /// A state has another number the second time.
    #[error("the number of state {state} is {first} the first time and {second} the second")]
    Number {
        /// The state.
        state: String,
        /// What it is the first time, or `None`.
        first: String,
        /// What it is the second time, or `None`.
        second: String,
    },
    /// A state does not fit its number.
    #[error("state {state} does not fit its number: {misfit}")]
    Misfit {
        /// The state.
        state: String,
        /// Which digit does not fit, and why.
        misfit: NumberError,
    },
    /// The number of a state is one of more or of fewer than that of another state.
    #[error(
        "the number of state {state} is {number}, and that of {other} is {expected}: all states \
         have a number, and one of as many"
    )]
    NumberSize {
        /// The state.
        state: String,
        /// Its number, or `None`.
        number: String,
        /// The first state of all.
        other: String,
        /// The number of that one, or `None`.
        expected: String,
    },
    /// Two states have the same number.
    #[error("the states {first} and {second} differ, and both have the number {number}")]
    SameNumber {
        /// The one.
        first: String,
        /// The other.
        second: String,
        /// The number of both.
        number: u64,
    },
    /// The canonical form of a state is not its own canonical form.
    #[error(
        "the canonical form of {state} is {canonical}, and that of this one is {again}: a \
         canonical form is its own"
    )]
    NotCanonical {
        /// The state.
        state: String,
        /// Its canonical form.
        canonical: String,
        /// The canonical form of that.
        again: String,
    },
    /// A state and its canonical form do not lead to the same.
    #[error(
        "{state} leads to {missing}, in canonical form, and the state that stands for it, \
         {canonical}, does not"
    )]
    NotSymmetric {
        /// The state that leads to more, or its canonical form.
        state: String,
        /// The other of the two.
        canonical: String,
        /// Where only the first one leads.
        missing: String,
    },
    /// A property tells a state from its canonical form.
    #[error("property `{property}` tells {state} from {canonical}, which stands for it")]
    PropertyNotSymmetric {
        /// The property.
        property: String,
        /// The state.
        state: String,
        /// Its canonical form.
        canonical: String,
    },
}

/// How far an audit came.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Audited {
    /// How many states were looked at.
    pub states: usize,
    /// Whether these are all.
    pub is_exhaustive: bool,
    /// How many of them are their own canonical form; `None` for a model without
    /// symmetry.
    pub canonical: Option<usize>,
}

/// Looks at up to `states` states of a model whether it can be checked: takes each step
/// twice, asks each property twice, holds each state against its
/// [canonical form](Model::canonical), and its [number](Model::number) against those of
/// all others.
///
/// A symmetry is right when a state and the one that stands for it have the same
/// properties and lead to the same, up to symmetry. This is looked at in the whole
/// space, so a wrong one is found wherever it matters.
///
/// # Errors
///
/// The first [`Flaw`] in the order of a breadth-first search.
///
/// # Examples
///
/// A model whose next state depends on something outside of the state:
///
/// ```
/// use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
///
/// use fsmcheck::check::{Flaw, Model, Property, audit};
///
/// struct Leaky(AtomicU32);
///
/// impl Model for Leaky {
///     type State = u32;
///     type Action = ();
///
///     fn initial_states(&self) -> Vec<u32> {
///         vec![0]
///     }
///
///     fn actions(&self, _: &u32, actions: &mut Vec<()>) {
///         actions.push(());
///     }
///
///     fn next(&self, state: &u32, (): &()) -> Option<u32> {
///         Some((state + self.0.fetch_add(1, Relaxed)) % 100)
///     }
///
///     fn properties(&self) -> Vec<Property<Self>> {
///         Vec::new()
///     }
/// }
///
/// assert!(matches!(audit(&Leaky(AtomicU32::new(1)), 1000), Err(Flaw::Step { .. })));
/// ```
pub fn audit<M: Model>(model: &M, states: usize) -> Result<Audited, Flaw> {
    Audit {
        model,
        properties: model.properties(),
        seen: IndexSet::default(),
        numbers: HashMap::default(),
        canonical: None,
    }
    .run(states)
}

struct Audit<'m, M: Model> {
    model: &'m M,
    properties: Vec<Property<M>>,
    seen: IndexSet<M::State, FxBuildHasher>,
    /// Which of those that were seen has a number.
    numbers: HashMap<u64, usize, FxBuildHasher>,
    canonical: Option<usize>,
}

impl<M: Model> Audit<'_, M> {
    fn run(mut self, limit: usize) -> Result<Audited, Flaw> {
        let initial = self.model.initial_states();
        let again = self.model.initial_states();
        if initial != again {
            return Err(Flaw::InitialStates {
                first: shown(&initial),
                second: shown(&again),
            });
        }
        let within = |state: &M::State| self.model.is_within_bounds(state);
        self.seen = initial.into_iter().filter(within).collect();
        let mut looked_at = 0;
        while let Some(state) = self.seen.get_index(looked_at).cloned() {
            if looked_at >= limit {
                break;
            }
            self.hold_number(looked_at, &state)?;
            self.look_at(&state)?;
            looked_at += 1;
        }
        Ok(Audited {
            states: looked_at,
            is_exhaustive: looked_at == self.seen.len(),
            canonical: self.canonical,
        })
    }

    fn look_at(&mut self, state: &M::State) -> Result<(), Flaw> {
        for (property, predicate) in predicates(&self.properties) {
            if predicate(self.model, state) != predicate(self.model, state) {
                return Err(Flaw::Predicate {
                    state: self.model.state_form(state),
                    property: property.to_owned(),
                });
            }
        }
        let next = self.successors(state)?;
        if let Some(canonical) = self.model.canonical(state) {
            self.hold_against(state, &canonical, &next)?;
        }
        let within = |state: &M::State| self.model.is_within_bounds(state);
        self.seen.extend(next.into_iter().filter(within));
        Ok(())
    }

    /// The number of a state, asked for twice and held against that of the first state.
    fn number(&self, state: &M::State) -> Result<Option<u64>, Flaw> {
        let (number, again) = (self.model.number(state), self.model.number(state));
        if number != again {
            return Err(Flaw::Number {
                state: self.model.state_form(state),
                first: shown_number(number),
                second: shown_number(again),
            });
        }
        let initial = &self.seen[0];
        let expected = self.model.number(initial);
        let size = |number: Option<Number>| number.map(|number| number.size()).transpose();
        let misfit = |misfit| Flaw::Misfit {
            state: self.model.state_form(state),
            misfit,
        };
        if size(number).map_err(misfit)? != size(expected).map_err(misfit)? {
            return Err(Flaw::NumberSize {
                state: self.model.state_form(state),
                number: shown_number(number),
                other: shown(initial),
                expected: shown_number(expected),
            });
        }
        let value = |number: Option<Number>| number.map(|number| number.value()).transpose();
        value(number).map_err(misfit)
    }

    /// Holds the number of a state, the one with this index, against those of the others.
    fn hold_number(&mut self, index: usize, state: &M::State) -> Result<(), Flaw> {
        let Some(number) = self.number(state)? else {
            return Ok(());
        };
        match self.numbers.entry(number) {
            Entry::Vacant(place) => {
                place.insert(index);
                Ok(())
            }
            Entry::Occupied(other) => Err(Flaw::SameNumber {
                first: shown(&self.seen[*other.get()]),
                second: self.model.state_form(state),
                number,
            }),
        }
    }

    /// The states that a state leads to, each step taken twice.
    fn successors(&self, state: &M::State) -> Result<Vec<M::State>, Flaw> {
        let (mut actions, mut again) = (Vec::new(), Vec::new());
        self.model.actions(state, &mut actions);
        self.model.actions(state, &mut again);
        let (first, second) = (shown(&actions), shown(&again));
        if first != second {
            return Err(Flaw::Actions {
                state: self.model.state_form(state),
                first,
                second,
            });
        }
        let mut next = Vec::new();
        for action in &actions {
            let first = self.model.next(state, action);
            let second = self.model.next(state, action);
            if first != second {
                return Err(Flaw::Step {
                    state: self.model.state_form(state),
                    action: self.model.action_name(action),
                    first: shown(&first),
                    second: shown(&second),
                });
            }
            if let (Some(first), Some(second)) = (&first, &second)
                && hash_of(first) != hash_of(second)
            {
                return Err(Flaw::Hash {
                    first: shown(first),
                    second: shown(second),
                });
            }
            next.extend(first);
        }
        Ok(next)
    }

    /// Holds a state against the one that stands for it.
    fn hold_against(
        &mut self,
        state: &M::State,
        canonical: &M::State,
        next: &[M::State],
    ) -> Result<(), Flaw> {
        let again = self.canonical_of(canonical);
        if again != *canonical {
            return Err(Flaw::NotCanonical {
                state: self.model.state_form(state),
                canonical: shown(canonical),
                again: shown(&again),
            });
        }
        // It need not be among the states that are come to otherwise.
        self.number(canonical)?;
        *self.canonical.get_or_insert(0) += usize::from(canonical == state);
        for (property, predicate) in predicates(&self.properties) {
            if predicate(self.model, state) != predicate(self.model, canonical) {
                return Err(Flaw::PropertyNotSymmetric {
                    property: property.to_owned(),
                    state: self.model.state_form(state),
                    canonical: shown(canonical),
                });
            }
        }
        let ours: IndexSet<_> = next.iter().map(|next| self.canonical_of(next)).collect();
        let theirs = self.successors(canonical)?;
        let theirs: IndexSet<_> = theirs.iter().map(|next| self.canonical_of(next)).collect();
        let differs = |from: &M::State, other: &M::State, missing: &M::State| Flaw::NotSymmetric {
            state: shown(from),
            canonical: shown(other),
            missing: shown(missing),
        };
        if let Some(missing) = ours.difference(&theirs).next() {
            return Err(differs(state, canonical, missing));
        }
        if let Some(missing) = theirs.difference(&ours).next() {
            return Err(differs(canonical, state, missing));
        }
        Ok(())
    }

    fn canonical_of(&self, state: &M::State) -> M::State {
        self.model.canonical(state).unwrap_or_else(|| state.clone())
    }
}

/// What the properties ask of states, with their names.
fn predicates<M: Model>(
    properties: &[Property<M>],
) -> impl Iterator<Item = (&str, &super::property::StatePredicate<M>)> {
    properties.iter().flat_map(|property| {
        let predicates = property.predicates().into_iter();
        predicates.map(|predicate| (property.name(), predicate))
    })
}

fn shown_number(number: Option<Number>) -> String {
    number.map_or_else(|| "None".to_owned(), |number| number.to_string())
}

fn shown(value: &impl Debug) -> String {
    format!("{value:?}")
}
