//! What is assumed of a system's runs when liveness is checked.

use std::fmt;
use std::sync::Arc;

use derive_where::derive_where;

use super::{AnyAction, AnyModel, AnyState, Model};

/// Whether an action in a state is one that an assumption is about.
pub(super) type ActionPredicate<M> =
    dyn Fn(&M, &<M as Model>::State, &<M as Model>::Action) -> bool + Send + Sync;

/// Which runs of a system count when liveness is checked.
///
/// A run is a walk that cannot be made longer, or one that stops for good where it
/// may: *stuttering*. Where a state has no action that can happen, every run stops.
/// Elsewhere a run may stop only under [`Fairness::none`], and then only if no
/// action with a fairness assumption can happen there.
///
/// | assumption on a set of actions | leaves out runs in which, from some point on, |
/// |---|---|
/// | [weak](Fairness::weak) | one of them can happen in every state, and none ever does |
/// | [strong](Fairness::strong) | one of them can happen again and again, and none ever does |
///
/// Both speak of actions, not of pairs of states: where two actions lead from one
/// state to the same other one, an assumption may be about either. An action that
/// leaves the state as it is has happened nevertheless. In TLA⁺, whose weak and
/// strong fairness these otherwise are, such a step counts as stuttering; for that
/// reading, let an assumption be about the actions alone that change the state:
/// `move |model, state, action| model.next(state, action).is_some_and(|next| next != *state)`.
///
/// An action that leads [out of the model's bounds](Model::is_within_bounds) can
/// happen, but a run that takes it is not looked at. So what holds, holds of the runs
/// that stay within, and a run that breaks a property is one of the unbounded model,
/// too.
///
/// There may be any number of assumptions: a search takes time in proportion to their
/// number at most.
///
/// # Examples
///
/// ```
/// use fsmcheck::check::{Fairness, Model, Property, check};
///
/// /// Messages are lost or delivered.
/// struct Channel;
///
/// #[derive(Clone, Debug, PartialEq)]
/// enum Action { Send, Lose, Deliver }
///
/// #[derive(Clone, Debug, Eq, Hash, PartialEq)]
/// enum State { Idle, Sent, Delivered }
///
/// impl Model for Channel {
///     type State = State;
///     type Action = Action;
///
///     fn initial_states(&self) -> Vec<State> {
///         vec![State::Idle]
///     }
///
///     fn actions(&self, state: &State, actions: &mut Vec<Action>) {
///         match state {
///             State::Idle => actions.push(Action::Send),
///             State::Sent => actions.extend([Action::Lose, Action::Deliver]),
///             State::Delivered => {}
///         }
///     }
///
///     fn next(&self, _: &State, action: &Action) -> Option<State> {
///         Some(match action {
///             Action::Send => State::Sent,
///             Action::Lose => State::Idle,
///             Action::Deliver => State::Delivered,
///         })
///     }
///
///     fn properties(&self) -> Vec<Property<Self>> {
///         let delivered = |_: &Self, state: &State| *state == State::Delivered;
///         let is_delivery = |_: &Self, _: &State, action: &Action| *action == Action::Deliver;
///         vec![
///             Property::eventually("delivered", delivered),
///             Property::eventually("delivered under weak fairness", delivered)
///                 .under(Fairness::progress().weak("delivery", is_delivery)),
///             Property::eventually("delivered under strong fairness", delivered)
///                 .under(Fairness::progress().strong("delivery", is_delivery)),
///         ]
///     }
/// }
///
/// // A delivery is possible again and again, but not all the time.
/// let report = check(&Channel);
/// let holds: Vec<_> = report.verdicts().iter().map(|verdict| verdict.holds()).collect();
/// assert_eq!(holds, [false, false, true]);
/// ```
#[derive_where(Clone)]
pub struct Fairness<M: Model + ?Sized> {
    pub(super) may_stop: bool,
    pub(super) constraints: Vec<Constraint<M>>,
}

/// One assumption on a set of actions.
#[derive_where(Clone)]
pub(super) struct Constraint<M: Model + ?Sized> {
    pub(super) name: String,
    pub(super) is_strong: bool,
    pub(super) concerns: Arc<ActionPredicate<M>>,
}

impl<M: Model + ?Sized> Fairness<M> {
    /// Nothing is assumed: a run may stop anywhere for good.
    #[must_use]
    pub fn none() -> Self {
        Self {
            may_stop: true,
            constraints: Vec::new(),
        }
    }

    /// A run goes on as long as any action can happen; which one is left open.
    #[must_use]
    pub fn progress() -> Self {
        Self {
            may_stop: false,
            constraints: Vec::new(),
        }
    }

    /// Assumes also that actions of this kind happen if they can happen from some
    /// point on all the time.
    #[must_use]
    pub fn weak(
        self,
        name: impl Into<String>,
        concerns: impl Fn(&M, &M::State, &M::Action) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.with(name.into(), false, Arc::new(concerns))
    }

    /// Assumes also that actions of this kind happen if they can happen again and
    /// again.
    #[must_use]
    pub fn strong(
        self,
        name: impl Into<String>,
        concerns: impl Fn(&M, &M::State, &M::Action) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.with(name.into(), true, Arc::new(concerns))
    }

    fn with(mut self, name: String, is_strong: bool, concerns: Arc<ActionPredicate<M>>) -> Self {
        self.constraints.push(Constraint {
            name,
            is_strong,
            concerns,
        });
        self
    }
}

impl<M: Model + 'static> Fairness<M> {
    /// The assumptions, of the model when its types are left out.
    pub(super) fn of_any_model(self) -> Fairness<AnyModel> {
        let constraints = self.constraints.into_iter().map(|constraint| Constraint {
            name: constraint.name,
            is_strong: constraint.is_strong,
            concerns: of_actions(constraint.concerns),
        });
        Fairness {
            may_stop: self.may_stop,
            constraints: constraints.collect(),
        }
    }
}

/// What is asked of actions, when the types of the model are left out.
pub(super) fn of_actions<M: Model + 'static>(
    concerns: Arc<ActionPredicate<M>>,
) -> Arc<ActionPredicate<AnyModel>> {
    Arc::new(move |model, state: &AnyState, action: &AnyAction| {
        concerns(model.of_type(), state.of_type(), action.of_type())
    })
}

/// In words: `progress, weak(deliver), strong(restart, rejoin)`. Each name is an
/// assumption of its own; those of one strength that follow each other share a bracket.
impl<M: Model + ?Sized> fmt::Display for Fairness<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.may_stop { "none" } else { "progress" })?;
        let strength = |a: &Constraint<M>, b: &Constraint<M>| a.is_strong == b.is_strong;
        for alike in self.constraints.chunk_by(strength) {
            let names: Vec<_> = alike.iter().map(|it| it.name.as_str()).collect();
            write!(f, ", {}({})", alike[0].strength(), names.join(", "))?;
        }
        Ok(())
    }
}

impl<M: Model + ?Sized> Constraint<M> {
    fn strength(&self) -> &'static str {
        if self.is_strong { "strong" } else { "weak" }
    }
}

/// In words: `weak(deliver)`.
impl<M: Model + ?Sized> fmt::Display for Constraint<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.strength(), self.name)
    }
}

impl<M: Model + ?Sized> fmt::Debug for Fairness<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fairness({self})")
    }
}
