//! What is promised of a request to cancel, and of which runs.

use super::{Action, Cancel, State};
use crate::check::{Fairness, Property};
use crate::framework::CancelOutcome;
use crate::protocol::Promise;

/// What must hold of a request to cancel.
pub(super) fn properties() -> Vec<Property<Cancel>> {
    let is_canceling = |_: &Cancel, state: &State| state.is_canceling();
    let has_ended = |_: &Cancel, state: &State| state.stored().is_terminated();
    vec![
        Promise::S4.never_broken(),
        Promise::L4
            .leads_to(is_canceling, has_ended)
            .under(fairness()),
    ]
}

fn fairness() -> Fairness<Cancel> {
    let is =
        |wanted: fn(&Action) -> bool| move |_: &Cancel, _: &State, action: &Action| wanted(action);
    Fairness::progress()
        .weak("operate", is(|action| *action == Action::Operate))
        .weak("poll", is(|action| *action == Action::Poll))
        .weak("notice", is(|action| *action == Action::Notice))
        .weak(
            "dispatch",
            is(|action| matches!(action, Action::Start | Action::Refuse)),
        )
        .weak("time-out", is(|action| *action == Action::TimeOut))
        .strong("arrive", is(|action| *action == Action::Deliver))
        .strong("answer", is(|action| matches!(action, Action::Answer(_))))
        .strong("store works", |_: &Cancel, _: &State, action: &Action| {
            matches!(
                action,
                Action::Answer(CancelOutcome::Succeeds) | Action::StoreExit
            )
        })
}
