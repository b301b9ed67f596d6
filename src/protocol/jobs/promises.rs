//! What the model of the jobs promises, and of which runs.

use super::Jobs;
use super::action::Action;
use super::state::{JOBS, State};
use crate::check::{Fairness, Property};
use crate::framework::WorkerEntryState;
use crate::protocol::Promise;

/// What must hold of the jobs. Of what comes in the end, the first job stands for all.
pub(super) fn properties() -> Vec<Property<Jobs>> {
    vec![
        Promise::S1.never(|_, state: &State| has_two_masters(state)),
        Promise::S5.never_broken(),
        Promise::S8.never_broken(),
        Promise::S17.never(|_, state: &State| counts_unheard_as_online(state)),
        Promise::S18.never_broken(),
        Promise::S20.never_broken(),
        Promise::S21.never_broken(),
        Promise::L4
            .leads_to(
                |_, state: &State| state.store.canceling.contains(&0),
                |_, state: &State| !state.store.canceling.contains(&0) || is_out_of_bounds(state),
            )
            .under(canceling()),
        Promise::L6
            .leads_to(
                |_, state: &State| state.is_live(0),
                |_, state: &State| {
                    state.is_online(0) || !state.is_live(0) || is_out_of_bounds(state)
                },
            )
            .under(running()),
    ]
}

/// Whether two incarnations of a job's master live.
pub(in crate::protocol) fn has_two_masters(state: &State) -> bool {
    let pairs = state.masters.windows(2);
    pairs
        .into_iter()
        .any(|pair| pair[0].job == pair[1].job && !pair[0].is_late && !pair[1].is_late)
}

/// Whether a job is online whose master was not heard of.
fn counts_unheard_as_online(state: &State) -> bool {
    state.manager.as_ref().is_some_and(|manager| {
        JOBS.iter().any(|job| {
            let entry = manager.workers.entry(job);
            let is_unheard = entry.is_none_or(|(_, entry)| entry.is_unheard());
            is_unheard && manager.jobs.table().query_online(job).is_some()
        })
    })
}

/// Whether all job managers that there may be are gone.
fn is_out_of_bounds(state: &State) -> bool {
    state.manager.is_none() && !state.may_elect()
}

/// What the job manager does by itself happens in the end, and so does what a job's master
/// and the executors do; whether they can do what they are to do is left open.
fn canceling() -> Fairness<Jobs> {
    let is =
        |wanted: fn(&Action) -> bool| move |_: &Jobs, _: &State, action: &Action| wanted(action);
    Fairness::progress()
        .weak("poll", is(|action| matches!(action, Action::Poll(_))))
        .weak("check", is(|action| matches!(action, Action::Check(_))))
        .weak("elect", is(|action| matches!(action, Action::Elect(_))))
        .weak("wait", is(|action| matches!(action, Action::EndWait(_))))
        .weak("age", is(|action| matches!(action, Action::EndAge)))
        .weak(
            "register",
            is(|action| matches!(action, Action::Register(..))),
        )
        .weak("dispatch", is(is_of_dispatch))
        .strong("operate", is(|action| matches!(action, Action::Operate(_))))
        .strong("start", is(|action| matches!(action, Action::Start(_))))
        .strong("ping", is(|action| matches!(action, Action::Ping(..))))
}

/// The same, a dispatch that is tried again and again succeeds, and not always does a job's
/// master end between its first ping and the next round of the job manager.
fn running() -> Fairness<Jobs> {
    let is =
        |wanted: fn(&Action) -> bool| move |_: &Jobs, _: &State, action: &Action| wanted(action);
    canceling()
        .weak(
            "back-off",
            is(|action| matches!(action, Action::EndBackOff(..))),
        )
        .strong(
            "entry",
            is(|action| matches!(action, Action::PreDispatch(..))),
        )
        .strong("launch", is(|action| matches!(action, Action::Confirm(..))))
        .strong("find out", |_: &Jobs, state: &State, action: &Action| {
            matches!(action, Action::Poll(_)) && awaits_one_that_was_heard(state)
        })
}

/// Whether the first job is awaited, and its master lives and was heard of.
fn awaits_one_that_was_heard(state: &State) -> bool {
    let is_awaited = state.manager.as_ref().is_some_and(|manager| {
        let is_normal = manager.workers.entry(JOBS[0]);
        let is_normal = is_normal.is_some_and(|(_, entry)| entry == WorkerEntryState::Normal);
        let known = manager.jobs.table().query(JOBS[0]);
        is_normal && known.is_some_and(|job| job.state().is_awaited())
    });
    is_awaited && state.masters.iter().any(|master| master.job == 0)
}

fn is_of_dispatch(action: &Action) -> bool {
    matches!(
        action,
        Action::PreDispatch(..)
            | Action::LoseRow(..)
            | Action::Refuse(..)
            | Action::Confirm(..)
            | Action::LoseConfirm(..)
    )
}
