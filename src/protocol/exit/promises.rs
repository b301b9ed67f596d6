//! What is promised of the end of a worker.

use super::{Action, Exit, State};
use crate::check::{Fairness, Property};
use crate::protocol::Promise;
use crate::wire::WorkerStateCode;

pub(super) fn properties() -> Vec<Property<Exit>> {
    vec![
        Promise::S6.never_broken(),
        Promise::S8.never_broken(),
        Promise::S12.never_broken(),
        Promise::S13.never_broken(),
        Promise::S16.never_broken(),
        Promise::L5.leads_to(
            |_: &Exit, state: &State| {
                state.row() == Some(WorkerStateCode::FINISHED) && state.worker.is_some()
            },
            |_: &Exit, state: &State| state.worker.is_none(),
        ),
        Promise::L9.leads_to(
            |_: &Exit, state: &State| {
                let worker = state.worker.as_ref();
                worker.is_some_and(|worker| worker.has_exited())
            },
            |_: &Exit, state: &State| state.worker.is_none(),
        ),
    ]
}

/// The loop goes on, and what the business logic lets go of takes a while, not for ever:
/// weakly, for nothing takes that away. Ages end again and again whenever messages let them.
pub(super) fn fairness() -> Fairness<Exit> {
    let is =
        |wanted: fn(&Action) -> bool| move |_: &Exit, _: &State, action: &Action| wanted(action);
    Fairness::progress()
        .strong("ages end", is(|action| *action == Action::AgeEnds))
        .strong("rounds", is(|action| matches!(action, Action::Round(_))))
        .weak("lets go", is(|action| *action == Action::LetsGo))
        .weak("pings arrive", is(|action| *action == Action::PingArrives))
        .weak("pongs arrive", is(|action| *action == Action::PongArrives))
        .weak(
            "statuses arrive",
            is(|action| *action == Action::StatusArrives),
        )
        .weak("ticks", is(|action| *action == Action::Tick))
}
