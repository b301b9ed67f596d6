//! What is promised.
//!
//! What comes in the end is promised of a single worker that is alone in its master's
//! table. Whatever can happen again and again is then assumed to happen, but for what
//! fails: crashes are bounded, so they end, and faults of messages never have to happen.

use super::action::HeartbeatAction;
use super::state::{HeartbeatState, N_INCARNATIONS, entry};
use super::{Heartbeat, Message};
use crate::check::{Fairness, Property};
use crate::framework::WorkerEntryState;
use crate::protocol::Promise;
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
    if model.configuration.workers == 1 {
        properties.extend(in_the_end());
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

/// What happens to the master or to all.
const OF_ALL: [&str; 5] = [
    "orders",
    "looks for silent workers",
    "ends of the wait",
    "starts of a master",
    "ends of an age",
];

/// What happens to an incarnation of a worker.
const OF_ONE: [&str; 10] = [
    "confirmations",
    "losses of confirmations",
    "pings",
    "arrivals of pings",
    "arrivals of pongs",
    "arrivals of statuses",
    "ends of the start",
    "looks for the master",
    "unheard goodbyes",
    "exits",
];

/// What can happen again and again happens, if it is no fault and not left out. What an
/// incarnation does is assumed of each: one that can go on for ever must not stand for
/// its successor.
fn fairness(is_assumed: fn(&HeartbeatAction) -> bool) -> Fairness<Heartbeat> {
    let of_all = OF_ALL.iter().map(|what| (*what, 0));
    let epochs = 1..=N_INCARNATIONS as Epoch;
    let of_each = epochs.flat_map(|epoch| OF_ONE.iter().map(move |what| (*what, epoch)));
    of_all
        .chain(of_each)
        .fold(Fairness::progress(), |fairness, wanted| {
            let (what, epoch) = wanted;
            let name = if epoch == 0 {
                what.to_owned()
            } else {
                format!("{what} of worker epoch {epoch}")
            };
            fairness.strong(name, move |_, _, action| {
                is_assumed(action) && kind(action) == Some(wanted)
            })
        })
}

/// What an action is to an assumption: its kind, and of which worker epoch. None of a
/// fault.
fn kind(action: &HeartbeatAction) -> Option<(&'static str, Epoch)> {
    let [orders, checks, wakes, starts, ages] = OF_ALL.map(|what| (what, 0));
    Some(match *action {
        HeartbeatAction::Order { .. } => orders,
        HeartbeatAction::Check { .. } => checks,
        HeartbeatAction::Wake { .. } => wakes,
        HeartbeatAction::StartMaster { .. } => starts,
        HeartbeatAction::EndAge => ages,
        HeartbeatAction::Confirm { epoch, .. } => (OF_ONE[0], epoch),
        HeartbeatAction::LoseOrder { epoch, .. } => (OF_ONE[1], epoch),
        HeartbeatAction::Ping { epoch, .. } => (OF_ONE[2], epoch),
        HeartbeatAction::Deliver(delivery) => match delivery.message {
            Message::Ping(ping) => (OF_ONE[3], ping.worker_epoch),
            Message::Pong(pong) => (OF_ONE[4], pong.answers),
            Message::Status(status) => (OF_ONE[5], status.worker_epoch),
        },
        HeartbeatAction::Started { epoch, .. } => (OF_ONE[6], epoch),
        HeartbeatAction::Watch { epoch, .. } => (OF_ONE[7], epoch),
        HeartbeatAction::GiveUpGoodbye { epoch, .. } => (OF_ONE[8], epoch),
        HeartbeatAction::Leave { epoch, .. } => (OF_ONE[9], epoch),
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
    of.last == N_INCARNATIONS as Epoch && of.is_spent && of.n_live() == 0
}
