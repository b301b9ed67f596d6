//! Running a machine for what it wants done.

use fsmcheck::machine::{Explorable, Guarded};
use statig::blocking::IntoStateMachine;

/// A machine that adds what is to be done to a list.
pub(crate) trait Effectful<E>:
    Explorable + for<'context> IntoStateMachine<Context<'context> = Vec<E>>
{
}

impl<E, M> Effectful<E> for M where
    M: Explorable + for<'context> IntoStateMachine<Context<'context> = Vec<E>>
{
}

/// What is to be done for an event that must be accepted.
#[track_caller]
pub(crate) fn on<E, M: Effectful<E>>(machine: &mut Guarded<M>, event: &M::Event<'_>) -> Vec<E> {
    let mut effects = Vec::new();
    machine
        .handle_with_context(event, &mut effects)
        .unwrap_or_else(|refused| panic!("{refused}"));
    effects
}

/// What is to be done for the last of some events that must be accepted.
#[track_caller]
pub(crate) fn on_last<'event, E, M: Effectful<E>>(
    machine: &mut Guarded<M>,
    events: impl IntoIterator<Item = M::Event<'event>>,
) -> Vec<E> {
    let mut effects = Vec::new();
    for event in events {
        effects = on(machine, &event);
    }
    effects
}
