//! A sequence of steps through a model.

use derive_where::derive_where;

use super::{AnyModel, Model};

/// A sequence of steps through a model, from an initial state.
#[derive_where(Clone, Debug)]
pub struct Walk<M: Model + ?Sized> {
    pub(super) initial: M::State,
    pub(super) steps: Vec<Step<M>>,
}

/// One step of a walk.
#[derive_where(Clone, Debug)]
#[non_exhaustive]
pub struct Step<M: Model + ?Sized> {
    /// What happened.
    pub action: M::Action,
    /// The state after it.
    pub state: M::State,
}

impl<M: Model + ?Sized> Walk<M> {
    /// Where it begins.
    #[must_use]
    pub fn initial(&self) -> &M::State {
        &self.initial
    }

    /// Its steps, in order.
    #[must_use]
    pub fn steps(&self) -> &[Step<M>] {
        &self.steps
    }

    /// Where it ends.
    #[must_use]
    pub fn last(&self) -> &M::State {
        self.steps.last().map_or(&self.initial, |step| &step.state)
    }

    /// All states, from the initial one to the last.
    pub fn states(&self) -> impl Iterator<Item = &M::State> {
        std::iter::once(&self.initial).chain(self.steps.iter().map(|step| &step.state))
    }

    /// The `Debug` forms of all states.
    pub(super) fn forms(&self) -> Vec<String> {
        self.states().map(|state| format!("{state:?}")).collect()
    }

    /// All actions, in order.
    pub fn actions(&self) -> impl Iterator<Item = &M::Action> {
        self.steps.iter().map(|step| &step.action)
    }
}

impl Walk<AnyModel> {
    /// The walk through the model whose types were left out. It is the caller who knows
    /// of what type it is.
    pub(super) fn of_type<M: Model + 'static>(&self) -> Walk<M> {
        let steps = self.steps.iter().map(|step| Step {
            action: step.action.of_type::<M::Action>().clone(),
            state: step.state.of_type::<M::State>().clone(),
        });
        Walk {
            initial: self.initial.of_type::<M::State>().clone(),
            steps: steps.collect(),
        }
    }
}
