//! What is promised of a job master that finds its workers again.

use super::Recovery;
use super::action::Action;
use super::message::Message;
use super::state::State;
use crate::check::{Fairness, Property};
use crate::protocol::Promise;

pub(super) fn properties() -> Vec<Property<Recovery>> {
    vec![
        Promise::S1.never(|_: &Recovery, state: &State| {
            state.tasks().any(|task| state.live_workers(task) > 1)
        }),
        Promise::S8.never_broken(),
        Promise::S13.never_broken(),
        Promise::L1.leads_to(
            |_: &Recovery, state: &State| recovers(state),
            |_: &Recovery, state: &State| !recovers(state),
        ),
    ]
}

/// Whether there is a job master that does not know its workers yet: once it does, whoever
/// it has found was heard of or is a tombstone.
fn recovers(state: &State) -> bool {
    state
        .manager()
        .is_some_and(|manager| !manager.state().is_ready())
}

/// Time goes on, and the job master does what it can: weakly, for nobody takes it away
/// again but by a message; ages end again and again whenever messages let them.
pub(super) fn fairness() -> Fairness<Recovery> {
    let is = |wanted: fn(&Action) -> bool| {
        move |_: &Recovery, _: &State, action: &Action| wanted(action)
    };
    Fairness::progress()
        .strong("ages end", is(|action| *action == Action::AgeEnds))
        .weak(
            "pings arrive",
            is(|action| matches!(action, Action::Deliver(_, Message::Ping(_), _))),
        )
        .weak(
            "pongs arrive",
            is(|action| matches!(action, Action::Deliver(_, Message::Pong(_), _))),
        )
        .weak(
            "statuses arrive",
            is(|action| matches!(action, Action::Deliver(_, Message::Status(_), _))),
        )
        .weak(
            "starts go on",
            is(|action| {
                matches!(
                    action,
                    Action::GoOn(..)
                        | Action::InitFails(_)
                        | Action::ReadRows(_)
                        | Action::RowsArrive(_)
                )
            }),
        )
        .weak("waits end", is(|action| matches!(action, Action::Wake(_))))
        .weak("checks", is(|action| matches!(action, Action::Check(_))))
}
