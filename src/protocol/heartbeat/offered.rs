//! What can happen in a state.

use std::time::Duration;

use super::Heartbeat;
use super::action::{Delivery, HeartbeatAction, Message};
use super::state::{HeartbeatState, Incarnation, N_EXECUTORS, N_INCARNATIONS, Worker, entry};
use crate::framework::manager::WorkerManager;
use crate::framework::{RunLoopState, WorkerEntryState};
use crate::protocol::clock::NOW;
use crate::protocol::{Fault, Faults};
use crate::wire::{Epoch, MonotonicTime};

/// How often a worker pings in an age in which no message is late: a third ping tells
/// nothing else.
const PINGS: u8 = 2;

/// Adds all that can happen.
pub(super) fn actions(
    model: &Heartbeat,
    state: &HeartbeatState,
    actions: &mut Vec<HeartbeatAction>,
) {
    let faults = model.configuration.faults;
    for (worker, of) in state.workers.iter().enumerate() {
        order(model, state, worker, actions);
        for who in of.incarnations() {
            incarnation(model, state, worker, who, actions);
        }
        for executor in 0..N_EXECUTORS {
            messages(model, state, worker, executor, actions);
        }
    }
    if let Some(manager) = &state.master {
        master(model, state, manager, actions);
        if faults.has(Fault::Crash) && state.master_epoch < N_INCARNATIONS as Epoch {
            actions.push(HeartbeatAction::CrashMaster {
                master: state.master_epoch,
            });
        }
    } else if state.master_epoch < N_INCARNATIONS as Epoch {
        actions.push(HeartbeatAction::StartMaster {
            master: state.master_epoch + 1,
        });
    }
    for executor in 0..N_EXECUTORS {
        let runs = |of: &Worker| of.incarnations().any(|who| who.executor == executor);
        if faults.has(Fault::Crash) && state.workers.iter().any(|of| runs(of)) {
            actions.push(HeartbeatAction::CrashExecutor { executor });
        }
    }
    if may_be_late(faults) || has_all_arrived(model, state) {
        actions.push(HeartbeatAction::EndAge);
    }
}

/// Whether messages can be late.
pub(super) fn may_be_late(faults: Faults) -> bool {
    faults.has(Fault::Delay) || faults.has(Fault::Partition)
}

/// Whether a message can be taken out of a queue that is full.
fn may_be_lost(model: &Heartbeat) -> bool {
    model.configuration.faults.has(Fault::Loss)
}

fn order(
    model: &Heartbeat,
    state: &HeartbeatState,
    worker: usize,
    actions: &mut Vec<HeartbeatAction>,
) {
    let of = &state.workers[worker];
    if let Some(order) = of.order {
        let epoch = order.epoch;
        // What a master has sent before it crashed arrives later than the crash.
        let is_master_there = state.master.is_some() && order.master_epoch == state.master_epoch;
        if is_master_there || may_be_late(model.configuration.faults) {
            actions.push(HeartbeatAction::Confirm {
                worker,
                epoch,
                executor: order.executor,
            });
        }
        if may_be_lost(model) || !is_master_there {
            actions.push(HeartbeatAction::LoseOrder { worker, epoch });
        }
        return;
    }
    let Some(manager) = &state.master else {
        return;
    };
    let epoch = of.last + 1;
    if epoch > N_INCARNATIONS as Epoch
        || epoch > 1 && model.is_calm(worker)
        || !manager.state().is_ready()
        || entry(manager, model.names, worker).is_some()
    {
        return;
    }
    // The executors are alike: the first one that is used is `x`.
    let is_first = state.workers.iter().all(|of| of.last == 0);
    let n = if is_first { 1 } else { N_EXECUTORS };
    actions.extend((0..n).map(|executor| HeartbeatAction::Order {
        master: state.master_epoch,
        worker,
        epoch,
        executor,
    }));
}

fn incarnation(
    model: &Heartbeat,
    state: &HeartbeatState,
    worker: usize,
    who: &Incarnation,
    actions: &mut Vec<HeartbeatAction>,
) {
    let epoch = who.epoch;
    let link = &state.workers[worker].links[who.executor];
    let timeouts = &model.configuration.timeouts;
    let is_past = |since: MonotonicTime, limit: Duration| {
        NOW.since(since) >= i64::try_from(limit.as_nanos()).unwrap_or(i64::MAX)
    };
    let has_room = has_room(model, &state.workers[worker])
        && (!model.is_calm(worker) || model.is_to_ping(state, worker, who));
    if has_room && link.pings.has_room() && who.pings < PINGS {
        actions.push(HeartbeatAction::Ping { worker, epoch });
    }
    let may_fail = epoch < N_INCARNATIONS as Epoch && !model.is_calm(worker);
    match who.run_loop.state() {
        RunLoopState::Init => {
            if has_room && link.statuses.has_room() {
                actions.push(HeartbeatAction::Started { worker, epoch });
            }
            if may_fail {
                actions.push(HeartbeatAction::Fail { worker, epoch });
            }
        }
        RunLoopState::Poll if may_fail => actions.push(HeartbeatAction::Fail { worker, epoch }),
        RunLoopState::Handshake => {
            let since = who.client.storage().waiting_since();
            if since.is_some_and(|since| is_past(since, timeouts.wait_closed)) {
                actions.push(HeartbeatAction::GiveUpGoodbye { worker, epoch });
            }
        }
        RunLoopState::Close | RunLoopState::Stop => {
            actions.push(HeartbeatAction::Leave { worker, epoch });
        }
        _ => {}
    }
    let client = who.client.storage();
    let is_too_silent = is_past(client.acknowledged(), timeouts.worker);
    let is_silent = is_past(client.acknowledged(), timeouts.reload_after());
    if is_too_silent && who.is_live() || is_silent && client.master_epoch() < state.master_epoch {
        actions.push(HeartbeatAction::Watch { worker, epoch });
    }
}

/// Whether one more message can be under way for a worker. Pongs that nobody listens to
/// are not: they are kept.
fn has_room(model: &Heartbeat, of: &Worker) -> bool {
    let under_way = of.links.iter().enumerate().map(|(executor, link)| {
        let pong = link.pongs.first();
        let is_awaited =
            pong.is_some_and(|pong| listener(model, of, executor, pong.answers).is_some());
        usize::from(!link.pings.is_empty())
            + usize::from(!link.statuses.is_empty())
            + usize::from(is_awaited)
    });
    let limit = if model.configuration.workers == 1 {
        2
    } else {
        1
    };
    under_way.sum::<usize>() < limit
}

/// Who listens to the pongs for a worker on an executor.
pub(super) fn listener(
    model: &Heartbeat,
    of: &Worker,
    executor: usize,
    answers: Epoch,
) -> Option<Epoch> {
    let mut there = of.incarnations().filter(|who| who.executor == executor);
    let found = if model.configuration.same_id {
        there.next()
    } else {
        there.find(|who| who.epoch == answers)
    };
    found.map(|who| who.epoch)
}

fn messages(
    model: &Heartbeat,
    state: &HeartbeatState,
    worker: usize,
    executor: usize,
    actions: &mut Vec<HeartbeatAction>,
) {
    let of = &state.workers[worker];
    let link = &of.links[executor];
    let faults = if model.is_calm(worker) {
        Faults::NONE
    } else {
        model.configuration.faults
    };
    let has_room_for_pong = has_room(model, of);
    let mut offer = |message: Option<Message>, is_received: bool| {
        let Some(message) = message else { return };
        let delivery = Delivery {
            worker,
            executor,
            master: state.master_epoch,
            message,
        };
        if is_received {
            actions.push(HeartbeatAction::Deliver(delivery));
            // Each time that a ping arrives there is a pong more.
            let is_ping = matches!(message, Message::Ping(_));
            if faults.has(Fault::Duplication) && (has_room_for_pong || !is_ping) {
                actions.push(HeartbeatAction::Repeat(delivery));
            }
        }
        if faults.has(Fault::Loss) {
            actions.push(HeartbeatAction::Lose(delivery));
            if matches!(message, Message::Status(_)) && is_received {
                actions.push(HeartbeatAction::DeliverEmpty(delivery));
            }
        }
    };
    let is_master_there = state.master.is_some();
    // A ping whose pong cannot be sent is not handled, unless the pong would be kept behind
    // another one.
    let ping = link.pings.first();
    let is_kept = ping.is_some_and(|ping| {
        let listener = listener(model, of, executor, ping.worker_epoch);
        listener.is_none()
    });
    let has_room = link.pongs.has_room() || is_kept || faults.has(Fault::Loss);
    offer(ping.map(Message::Ping), is_master_there && has_room);
    offer(link.statuses.first().map(Message::Status), is_ticked(state));
    if let Some(pong) = link.pongs.first() {
        let listener = listener(model, of, executor, pong.answers);
        offer(Some(Message::Pong(pong)), listener.is_some());
    }
}

/// Whether the master takes statuses: until it ticks, one is as good as two.
fn is_ticked(state: &HeartbeatState) -> bool {
    let mut master = state.master.iter();
    master.any(|master| master.pending_events() == 0)
}

fn master(
    model: &Heartbeat,
    state: &HeartbeatState,
    manager: &WorkerManager,
    actions: &mut Vec<HeartbeatAction>,
) {
    let master = state.master_epoch;
    let is_due = (0..state.workers.len()).any(|worker| {
        entry(manager, model.names, worker).is_some_and(|(entry, state)| {
            let is_watched = matches!(state, WorkerEntryState::Created | WorkerEntryState::Normal);
            let is_expired = entry.expires_at().is_none_or(|at| at < NOW.0);
            is_watched && (is_expired || entry.is_finished())
        })
    });
    if is_due && manager.state().is_ready() {
        actions.push(HeartbeatAction::Check { master });
    }
    if manager.wakes_at().is_some_and(|at| at <= NOW) {
        actions.push(HeartbeatAction::Wake { master });
    }
}

/// Whether nothing is under way that would be late if an age ended.
fn has_all_arrived(model: &Heartbeat, state: &HeartbeatState) -> bool {
    let is_master_there = state.master.is_some();
    let is_ticked = is_ticked(state);
    let mut workers = state.workers.iter().enumerate();
    workers.all(|(worker, of)| {
        if model.is_calm(worker) {
            return true;
        }
        let arrived = of.links.iter().enumerate().all(|(executor, link)| {
            let to_master = !link.pings.is_empty() || is_ticked && !link.statuses.is_empty();
            let pong = link.pongs.first();
            let to_worker = pong.and_then(|pong| listener(model, of, executor, pong.answers));
            !(to_master && is_master_there) && to_worker.is_none()
        });
        let pinged = |who: &Incarnation| who.pings > 0 || !is_master_there;
        arrived && of.order.is_none() && of.incarnations().all(|who| pinged(who))
    })
}
