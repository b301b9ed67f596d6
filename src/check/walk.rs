//! A sequence of steps through a model.

use std::fmt;

use super::Model;

/// A sequence of steps through a model, from an initial state.
pub struct Walk<M: Model + ?Sized> {
    pub(super) initial: M::State,
    pub(super) steps: Vec<Step<M>>,
}

/// One step of a walk.
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

    /// All actions, in order.
    pub fn actions(&self) -> impl Iterator<Item = &M::Action> {
        self.steps.iter().map(|step| &step.action)
    }
}

// Derived ones would ask the model itself for the same trait.

impl<M: Model + ?Sized> Clone for Walk<M> {
    fn clone(&self) -> Self {
        Self {
            initial: self.initial.clone(),
            steps: self.steps.clone(),
        }
    }
}

impl<M: Model + ?Sized> Clone for Step<M> {
    fn clone(&self) -> Self {
        Self {
            action: self.action.clone(),
            state: self.state.clone(),
        }
    }
}

impl<M: Model + ?Sized> fmt::Debug for Walk<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Walk")
            .field("initial", &self.initial)
            .field("steps", &self.steps)
            .finish()
    }
}

impl<M: Model + ?Sized> fmt::Debug for Step<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Step")
            .field("action", &self.action)
            .field("state", &self.state)
            .finish()
    }
}
