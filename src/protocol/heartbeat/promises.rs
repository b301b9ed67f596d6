//! What is promised.
//!
//! What comes in the end is promised where no message is lost, late or repeated: of a
//! single worker that is alone in its master's table. Whatever can happen again and again
//! is then assumed to happen, but for what fails. After a crash only `L3` is: what a crash
//! leaves under way can hold the model's next age up for ever.

use super::action::HeartbeatAction;
use super::offered::may_be_late;
use super::state::{HeartbeatState, N_INCARNATIONS, entry};
use super::{Heartbeat, Message};
use crate::check::{Fairness, Property};
use crate::framework::WorkerEntryState;
use crate::protocol::{Fault, Promise};
use crate::wire::Epoch;

pub(super) fn properties(model: &Heartbeat) -> Vec<Property<Heartbeat>> {
    let mut properties = vec![Promise::S1.never(|_: &Heartbeat, state| {
        let mut workers = state.workers.iter();
        workers.any(|of| of.n_live() > 1)
    })];
    properties.extend(
        [
            Promise::S2,
            Promise::S7,
            Promise::S8,
            Promise::S9,
            Promise::S10,
            Promise::S11,
            Promise::S14,
        ]
        .map(Promise::never_broken),
    );
    let faults = model.configuration.faults;
    let all_arrives =
        !may_be_late(faults) && !faults.has(Fault::Loss) && !faults.has(Fault::Duplication);
    if all_arrives && model.configuration.workers == 1 {
        let [unheard, known, silent, back] = in_the_end();
        properties.push(silent);
        if !faults.has(Fault::Crash) {
            properties.extend([unheard, known, back]);
        }
    }
    properties
}

fn in_the_end() -> [Property<Heartbeat>; 4] {
    let goes_on = || fairness(|_| true);
    [
        Promise::L1
            .leads_to(is_unheard, |model, state| !is_unheard(model, state))
            .under(goes_on()),
        Promise::L2
            .leads_to(
                |_, state| is_live(state),
                |model, state| !is_live(state) || is_online(model, state),
            )
            .under(goes_on()),
        Promise::L3
            .leads_to(
                |_, state| is_live(state) && state.master.is_none(),
                |_, state| !is_live(state) || state.master.is_some(),
            )
            .under(fairness(|action| {
                !matches!(action, HeartbeatAction::StartMaster { .. })
            })),
        Promise::L6
            .leads_to(
                |model, state| !is_online(model, state),
                |model, state| is_online(model, state) || is_used_up(state),
            )
            .under(goes_on()),
    ]
}

/// What can happen again and again happens, if it is no fault and not left out.
fn fairness(is_assumed: fn(&HeartbeatAction) -> bool) -> Fairness<Heartbeat> {
    const KINDS: u8 = 16;
    let epochs = 0..=N_INCARNATIONS as Epoch;
    epochs
        .flat_map(|epoch| (0..KINDS).map(move |kind| (kind, epoch)))
        .fold(Fairness::progress(), |fairness, wanted| {
            fairness.strong(
                format!("kind {} of epoch {}", wanted.0, wanted.1),
                move |_, _, action| is_assumed(action) && kind(action) == Some(wanted),
            )
        })
}

/// What an action is to an assumption: its kind, and whose it is. None of a fault.
fn kind(action: &HeartbeatAction) -> Option<(u8, Epoch)> {
    Some(match *action {
        HeartbeatAction::Order { .. } => (0, 0),
        HeartbeatAction::Confirm { epoch, .. } => (1, epoch),
        HeartbeatAction::LoseOrder { epoch, .. } => (2, epoch),
        HeartbeatAction::Ping { epoch, .. } => (3, epoch),
        HeartbeatAction::Deliver(delivery) => match delivery.message {
            Message::Ping(ping) => (4, ping.worker_epoch),
            Message::Pong(pong) => (5, pong.answers),
            Message::Status(status) => (6, status.worker_epoch),
        },
        HeartbeatAction::Check { .. } => (7, 0),
        HeartbeatAction::Wake { .. } => (8, 0),
        HeartbeatAction::Started { epoch, .. } => (9, epoch),
        HeartbeatAction::Watch { epoch, .. } => (10, epoch),
        HeartbeatAction::GiveUpGoodbye { epoch, .. } => (11, epoch),
        HeartbeatAction::Leave { epoch, .. } => (12, epoch),
        HeartbeatAction::StartMaster { .. } => (13, 0),
        HeartbeatAction::EndAge => (14, 0),
        HeartbeatAction::Repeat(_)
        | HeartbeatAction::Lose(_)
        | HeartbeatAction::DeliverEmpty(_)
        | HeartbeatAction::Fail { .. }
        | HeartbeatAction::CrashMaster { .. }
        | HeartbeatAction::CrashExecutor { .. } => return None,
    })
}

fn is_live(state: &HeartbeatState) -> bool {
    state.workers.iter().any(|of| of.n_live() > 0)
}

/// Whether a master has an entry for the worker that was not heard of.
fn is_unheard(model: &Heartbeat, state: &HeartbeatState) -> bool {
    let master = state.master.as_ref();
    let entry = master.and_then(|master| entry(master, model.names, 0));
    entry.is_some_and(|(_, state)| {
        matches!(state, WorkerEntryState::Created | WorkerEntryState::Wait)
    })
}

/// Whether a loop runs that its master knows.
fn is_online(model: &Heartbeat, state: &HeartbeatState) -> bool {
    let master = state.master.as_ref();
    let Some((entry, known)) = master.and_then(|master| entry(master, model.names, 0)) else {
        return false;
    };
    let mut live = state.workers[0].incarnations().filter(|who| who.is_live());
    known == WorkerEntryState::Normal && live.any(|who| Some(who.epoch) == entry.epoch())
}

/// Whether the worker has run as often as it can, and does not run any more.
fn is_used_up(state: &HeartbeatState) -> bool {
    let of = &state.workers[0];
    of.last == N_INCARNATIONS as Epoch && of.is_launched && of.n_live() == 0
}
