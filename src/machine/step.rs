//! One step of a machine from any configuration, exactly as statig takes it.

use std::fmt::Debug;

use statig::blocking::{IntoStateMachine, State, StateExt as _, Superstate};
use statig::{Outcome, StateOrSuperstate};

use super::{Machine, identifier};

/// A [`Machine`] that can be run step by step from any configuration.
///
/// Every machine whose events, superstates and context are fit for it is one;
/// there is nothing to implement. It carries the bounds that a machine's generic
/// parts need, so that other code can ask for `M: Explorable` and nothing else.
pub trait Explorable: Machine {
    /// Name of an event: its `Debug` form unless [`Machine::event_name`] has a
    /// better one.
    #[doc(hidden)]
    fn name_of_event(event: &Self::Event<'_>) -> String;

    /// Names of the superstates around a state, innermost first.
    #[doc(hidden)]
    fn superstate_names(state: &Self::State) -> Vec<String>;

    /// Takes one step in place. Says what came of it and how many levels above
    /// the state the answer was given (0 = by the state itself).
    #[doc(hidden)]
    fn step_in_place(
        storage: &mut Self,
        state: &mut Self::State,
        event: &Self::Event<'_>,
        context: &mut Self::Context<'_>,
    ) -> (StepKind, usize);

    /// Runs the entry actions from the outermost superstate to the state.
    #[doc(hidden)]
    fn enter_in_place(storage: &mut Self, state: &mut Self::State, context: &mut Self::Context<'_>);

    /// Runs `run` with a fresh context.
    #[doc(hidden)]
    fn with_context<R>(run: impl FnOnce(&mut Self::Context<'_>) -> R) -> R;

    /// A copy of an event.
    #[doc(hidden)]
    fn clone_event(event: &Self::Event<'static>) -> Self::Event<'static>;
}

impl<M> Explorable for M
where
    M: Machine,
    for<'sub> M::Superstate<'sub>: Superstate<M> + Debug,
    for<'ctx> M::Context<'ctx>: Default,
    for<'event> M::Event<'event>: Clone + Debug,
{
    fn name_of_event(event: &M::Event<'_>) -> String {
        M::event_name(event).unwrap_or_else(|| format!("{event:?}"))
    }

    fn superstate_names(state: &M::State) -> Vec<String> {
        let mut names = Vec::new();
        if let Some(superstate) = state.clone().superstate() {
            push_names::<M>(superstate, &mut names);
        }
        names
    }

    fn step_in_place(
        storage: &mut M,
        state: &mut M::State,
        event: &M::Event<'_>,
        context: &mut M::Context<'_>,
    ) -> (StepKind, usize) {
        let (outcome, level) = dispatch::<M>(storage, state, event, context);
        match outcome {
            Outcome::Super => (StepKind::Refused, level),
            Outcome::Handled => (StepKind::Stayed, level),
            Outcome::Transition(target) => {
                transition::<M>(storage, state, target, context);
                (StepKind::Moved, level)
            }
        }
    }

    fn enter_in_place(storage: &mut M, state: &mut M::State, context: &mut M::Context<'_>) {
        let levels = state.depth();
        state.enter(storage, context, levels);
    }

    fn with_context<R>(run: impl FnOnce(&mut M::Context<'_>) -> R) -> R {
        run(&mut M::Context::default())
    }

    fn clone_event(event: &M::Event<'static>) -> M::Event<'static> {
        event.clone()
    }
}

/// What came of an event.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_enums, reason = "statig has exactly these outcomes")]
pub enum StepKind {
    /// A transition was taken, perhaps to the same state.
    Moved,
    /// The event was handled without a transition.
    Stayed,
    /// Nobody handled the event.
    Refused,
}

/// One step of a machine: what came of an event.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Step<S> {
    /// Moved, stayed or refused.
    pub kind: StepKind,
    /// The state before it.
    pub from: S,
    /// The state after it. Where the machine stayed, its local data may differ.
    pub to: S,
    /// How many levels above the state the answer was given: 0 by the state
    /// itself, 1 by its superstate, and so on; for a refusal, how far the event
    /// was passed up.
    pub level: usize,
}

impl<S> Step<S> {
    /// Name of the state or superstate that answered; `None` for a refusal.
    #[must_use]
    pub fn answered_by<M>(&self) -> Option<String>
    where
        M: Explorable + IntoStateMachine<State = S>,
    {
        match (self.kind, self.level) {
            (StepKind::Refused, _) => None,
            (_, 0) => Some(M::state_name(&self.from)),
            (_, level) => M::superstate_names(&self.from).into_iter().nth(level - 1),
        }
    }
}

/// Takes one step from a configuration, leaving it as it is, and returns the step
/// with the storage after it.
///
/// After a refusal the returned storage is what the handlers made of it.
///
/// # Examples
///
/// ```
/// # use fsmcheck::doctest::door::{Door, Event, State};
/// use fsmcheck::machine::{StepKind, step};
///
/// let (step, _) = step(&Door, &State::Closed {}, &Event::Open);
/// assert_eq!(step.kind, StepKind::Moved);
/// assert_eq!(step.to, State::Opened {});
/// ```
#[must_use]
pub fn step<M: Explorable>(
    storage: &M,
    state: &M::State,
    event: &M::Event<'_>,
) -> (Step<M::State>, M) {
    let mut storage = storage.clone();
    let mut to = state.clone();
    let (kind, level) =
        M::with_context(|context| M::step_in_place(&mut storage, &mut to, event, context));
    (
        Step {
            kind,
            from: state.clone(),
            to,
            level,
        },
        storage,
    )
}

/// Hands an event to the state and, as long as the answer is `Super`, to the next
/// superstate, with statig's hooks in statig's order. statig's own `handle` does
/// the same but does not tell which level answered.
fn dispatch<M>(
    storage: &mut M,
    state: &mut M::State,
    event: &M::Event<'_>,
    context: &mut M::Context<'_>,
) -> (Outcome<M::State>, usize)
where
    M: IntoStateMachine,
    M::State: State<M>,
    for<'sub> M::Superstate<'sub>: Superstate<M>,
{
    M::before_dispatch(storage, StateOrSuperstate::State(state), event, context);
    let outcome = state.call_handler(storage, event, context);
    M::after_dispatch(storage, StateOrSuperstate::State(state), event, context);
    match (outcome, state.superstate()) {
        (Outcome::Super, Some(superstate)) => pass_up::<M>(storage, superstate, event, context, 1),
        (outcome, _) => (outcome, 0),
    }
}

/// Recursion instead of a loop, because each superstate borrows from the one
/// below; its depth is that of the hierarchy.
fn pass_up<M>(
    storage: &mut M,
    mut superstate: M::Superstate<'_>,
    event: &M::Event<'_>,
    context: &mut M::Context<'_>,
    level: usize,
) -> (Outcome<M::State>, usize)
where
    M: IntoStateMachine,
    M::State: State<M>,
    for<'sub> M::Superstate<'sub>: Superstate<M>,
{
    M::before_dispatch(
        storage,
        StateOrSuperstate::Superstate(&superstate),
        event,
        context,
    );
    let outcome = superstate.call_handler(storage, event, context);
    let answer = match (outcome, superstate.superstate()) {
        (Outcome::Super, Some(outer)) => pass_up::<M>(storage, outer, event, context, level + 1),
        (outcome, _) => (outcome, level),
    };
    M::after_dispatch(
        storage,
        StateOrSuperstate::Superstate(&superstate),
        event,
        context,
    );
    answer
}

/// Exit actions, entry actions and hooks of a transition in statig's order.
fn transition<M>(
    storage: &mut M,
    state: &mut M::State,
    mut target: M::State,
    context: &mut M::Context<'_>,
) where
    M: IntoStateMachine,
    M::State: State<M>,
    for<'sub> M::Superstate<'sub>: Superstate<M>,
{
    // statig 0.4.1 hands this hook the target first; a test notices when that changes.
    M::before_transition(storage, &target, state, context);
    let (exit_levels, enter_levels) = state.transition_path(&mut target);
    state.exit(storage, context, exit_levels);
    std::mem::swap(state, &mut target);
    state.enter(storage, context, enter_levels);
    M::after_transition(storage, &target, state, context);
}

fn push_names<M>(mut superstate: M::Superstate<'_>, names: &mut Vec<String>)
where
    M: IntoStateMachine,
    M::State: State<M>,
    for<'sub> M::Superstate<'sub>: Superstate<M> + Debug,
{
    names.push(identifier(&format!("{superstate:?}")));
    if let Some(outer) = superstate.superstate() {
        push_names::<M>(outer, names);
    }
}
