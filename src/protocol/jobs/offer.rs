//! What can happen in a state.

use super::action::{Action, Jm, JobName, Ordered};
use super::prelude::Manager;
use super::state::{JOBS, JobMaster, Order, State, name};
use crate::framework::{DispatchError, DispatcherState, ExitReason, Rule};
use crate::protocol::clock::NOW;
use crate::protocol::{Configuration, Fault};

/// Adds what can happen in a state, in a fixed order.
pub(super) fn actions(configuration: &Configuration, state: &State, actions: &mut Vec<Action>) {
    around_masters(configuration, state, actions);
    for master in &state.masters {
        of_master(configuration, state, master, actions);
    }
}

/// Adds what can happen beside what a job's master does.
pub(in crate::protocol) fn around_masters(
    configuration: &Configuration,
    state: &State,
    actions: &mut Vec<Action>,
) {
    let jobs = usize::from(configuration.workers).min(JOBS.len());
    if let Some(manager) = &state.manager {
        let jm = Jm(state.incarnation);
        for job in (0..).take(jobs) {
            of_users(state, jm, job, actions);
        }
        for (place, order) in (0..).zip(&state.orders) {
            of_dispatch(configuration, jm, place, order, actions);
        }
        of_manager(configuration, manager, jm, actions);
        for job in (0..).take(jobs) {
            if manager.jobs.is_backing_off(name(job), NOW) {
                actions.push(Action::EndBackOff(jm, JobName(job)));
            }
        }
    } else if state.may_elect() {
        actions.push(Action::Elect(Jm(state.incarnation + 1)));
    }
    let is_acknowledged = |master: &JobMaster| master.is_acknowledged || master.is_late;
    let may_be_silent = configuration.faults.has(Fault::Partition);
    if state.orders.is_empty() && (may_be_silent || state.masters.iter().all(is_acknowledged)) {
        actions.push(Action::EndAge);
    }
}

fn of_users(state: &State, jm: Jm, job: u8, actions: &mut Vec<Action>) {
    let name = JobName(job);
    match state.stored(job) {
        None => actions.push(Action::Create(jm, name)),
        Some(stored) if stored.is_terminated() => actions.push(Action::Delete(jm, name)),
        Some(_) if !state.store.canceling.contains(&job) => actions.push(Action::Cancel(jm, name)),
        Some(_) => {}
    }
    if state.to_register.contains(&job) {
        actions.push(Action::Register(jm, name));
    }
}

fn of_dispatch(
    configuration: &Configuration,
    jm: Jm,
    place: u8,
    order: &Order,
    actions: &mut Vec<Action>,
) {
    let has = |fault| configuration.faults.has(fault);
    let ordered = Ordered {
        job: order.job,
        place,
    };
    match order.dispatch.state() {
        DispatcherState::PreDispatching => {
            actions.push(Action::PreDispatch(jm, ordered));
            if has(Fault::Store) && configuration.policy.has(Rule::RowBeforeConfirm) {
                actions.push(Action::LoseRow(jm, ordered));
            }
            let refuse = |transient| {
                let error = DispatchError::Business { transient };
                Action::Refuse(jm, ordered, error)
            };
            actions.push(refuse(false));
            actions.push(refuse(true));
        }
        DispatcherState::Confirming => {
            actions.push(Action::Confirm(jm, ordered));
            let lose = |error| Action::LoseConfirm(jm, ordered, error);
            if has(Fault::Crash) {
                actions.push(lose(DispatchError::RequestNotFound));
            }
            if has(Fault::Loss) {
                actions.push(lose(DispatchError::Unavailable));
            }
        }
        _ => {}
    }
}

fn of_manager(configuration: &Configuration, manager: &Manager, jm: Jm, actions: &mut Vec<Action>) {
    actions.extend([Action::Poll(jm), Action::Check(jm), Action::Operate(jm)]);
    if manager.workers.wakes_at().is_some_and(|until| until <= NOW) {
        actions.push(Action::EndWait(jm));
    }
    if configuration.faults.has(Fault::Crash) {
        actions.push(Action::CrashManager(jm));
    }
}

fn of_master(
    configuration: &Configuration,
    state: &State,
    master: &JobMaster,
    actions: &mut Vec<Action>,
) {
    let has = |fault| configuration.faults.has(fault);
    let jm = Jm(state.incarnation);
    let who = master.incarnation();
    if !master.is_running() {
        actions.push(Action::Start(who));
    }
    if state.manager.is_some() {
        actions.push(Action::Ping(jm, who));
        actions.push(Action::Leave(jm, who));
    }
    if master.is_running() {
        for reason in [ExitReason::Finished, ExitReason::Failed] {
            if state.manager.is_some() {
                actions.push(Action::Exit(jm, who, reason));
            }
            if has(Fault::Loss) || state.manager.is_none() {
                actions.push(Action::ExitUnheard(who, reason));
            }
        }
    }
    if has(Fault::Crash) {
        actions.push(Action::Crash(who));
    }
}
