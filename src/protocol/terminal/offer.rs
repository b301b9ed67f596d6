//! What can happen in a state.

use super::{Action, State};
use crate::framework::{ExitReason, StartUpEffect};
use crate::protocol::jobs::Jm;
use crate::protocol::jobs::offer::around_masters;
use crate::protocol::jobs::state::{JobMaster, Work};
use crate::protocol::{Configuration, Fault};

/// How many worker epochs there are for each job.
const MAX_EPOCH: i64 = 2;

/// Adds what can happen in a state, in a fixed order.
pub(super) fn actions(configuration: &Configuration, state: &State, actions: &mut Vec<Action>) {
    around_masters(configuration, state, actions);
    actions.retain(|action| match action {
        Action::PreDispatch(_, order) | Action::LoseRow(_, order) => {
            state.unused_epoch(order.job) <= MAX_EPOCH
        }
        _ => true,
    });
    for master in &state.masters {
        if master.is_late {
            of_late_master(master, actions);
        } else {
            of_master(configuration, state, master, actions);
        }
    }
}

fn of_master(
    configuration: &Configuration,
    state: &State,
    master: &JobMaster,
    actions: &mut Vec<Action>,
) {
    let has = |fault| configuration.faults.has(fault);
    let (jm, who) = (Jm(state.incarnation), master.incarnation());
    let has_manager = state.has_manager();
    match &master.work {
        Work::Starting { .. } => actions.push(Action::GoOn(who)),
        Work::Running => {
            for reason in [ExitReason::Finished, ExitReason::Failed] {
                actions.push(Action::StoreEnd(who, reason));
            }
        }
        Work::Ending {
            is_row_written: false,
            ..
        } => actions.push(Action::StoreOwnEnd(who)),
        Work::Ending { .. } => {
            if has_manager {
                actions.push(Action::ReportEnd(jm, who));
            }
            if has(Fault::Loss) || !has_manager {
                actions.push(Action::EndUnheard(who));
            }
        }
    }
    if has_manager && !matches!(master.work, Work::Ending { .. }) {
        actions.extend([Action::Ping(jm, who), Action::Leave(jm, who)]);
    }
    if has(Fault::Crash) {
        actions.push(Action::Crash(who));
    }
}

/// A write that was under way when the loop ended. One that begins a step of the start is
/// read before, so that it does not come late.
fn of_late_master(master: &JobMaster, actions: &mut Vec<Action>) {
    let who = master.incarnation();
    match &master.work {
        Work::Starting { next, .. } if *next != StartUpEffect::WriteRow => {
            actions.push(Action::WriteLate(who, ExitReason::Unknown));
        }
        Work::Running => {
            for reason in [ExitReason::Finished, ExitReason::Failed] {
                actions.push(Action::WriteLate(who, reason));
            }
        }
        Work::Starting { .. } | Work::Ending { .. } => {}
    }
    actions.push(Action::Crash(who));
}
