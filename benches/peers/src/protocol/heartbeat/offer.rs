//! What may happen next.

use super::{Entry, Heartbeat, Kind, Phase, Stage, State, Step, TWO};
use crate::protocol::age::TOO_LONG;

/// How often a worker pings in an age in which no message is late.
const PINGS: u8 = 2;

/// How many messages that somebody waits for are under way at most.
const UNDER_WAY: usize = 2;

impl Heartbeat {
    pub(super) fn offer(&self, state: &State, steps: &mut Vec<Step>) {
        self.offer_order(state, steps);
        for epoch in [1, 2] {
            self.offer_task(state, epoch, steps);
        }
        for executor in 0..TWO {
            self.offer_messages(state, executor, steps);
            let mut tasks = state.tasks.iter().flatten();
            if self.faults.crash && tasks.any(|task| task.executor == executor) {
                steps.push(Step::CrashExecutor(executor));
            }
        }
        if let Some(master) = &state.master {
            let first = master.entries.iter().flatten().next();
            if master.waits.is_none() && first.is_some_and(is_due) {
                steps.push(Step::Check);
            }
            if master.waits == Some(TOO_LONG) {
                steps.push(Step::EndWait);
            }
        }
        if usize::from(state.newest) < TWO {
            match state.master {
                Some(_) if self.faults.crash => steps.push(Step::CrashMaster),
                Some(_) => {}
                None => steps.push(Step::StartMaster),
            }
        }
        if self.delays() || self.is_quiet(state) {
            steps.push(Step::EndAge);
        }
    }

    fn offer_order(&self, state: &State, steps: &mut Vec<Step>) {
        if let Some(order) = state.order {
            let is_orderer_there = state.master.is_some() && order.master == state.newest;
            if is_orderer_there || self.delays() {
                steps.push(Step::Confirm);
            }
            if !is_orderer_there || self.faults.loss {
                steps.push(Step::LoseOrder);
            }
            return;
        }
        let can_order = state
            .master
            .is_some_and(|master| master.waits.is_none() && master.entries == [None; TWO]);
        match state.given {
            0 if can_order => steps.push(Step::Order(0)),
            1 if can_order => steps.extend((0..TWO).map(Step::Order)),
            _ => {}
        }
    }

    fn offer_task(&self, state: &State, epoch: u8, steps: &mut Vec<Step>) {
        let Some(task) = state.tasks[super::place(epoch)] else {
            return;
        };
        let wire = &state.wires[task.executor];
        let has_room = self.has_room(state);
        if has_room && wire.ping.is_none() && task.pings < PINGS {
            steps.push(Step::Ping(epoch));
        }
        if task.is_live() && usize::from(epoch) < TWO {
            steps.push(Step::Fail(epoch));
        }
        match task.stage {
            Stage::Starting if has_room && wire.status.is_none() => steps.push(Step::Begin(epoch)),
            Stage::Goodbye if task.waits == Some(TOO_LONG) => {
                steps.push(Step::GiveUpGoodbye(epoch));
            }
            Stage::Closing => steps.push(Step::Leave(epoch)),
            _ => {}
        }
        let is_silent = task.silent > 0 && task.master < state.newest;
        if is_silent || task.is_live() && task.silent >= TOO_LONG {
            steps.push(Step::Watch(epoch));
        }
    }

    /// Whether one more message can be under way.
    fn has_room(&self, state: &State) -> bool {
        let under_way = |(executor, wire): (usize, &super::Wire)| {
            let to_master = usize::from(wire.ping.is_some()) + usize::from(wire.status.is_some());
            to_master + usize::from(self.is_pong_awaited(state, executor))
        };
        let n: usize = state.wires.iter().enumerate().map(under_way).sum();
        n < UNDER_WAY
    }

    fn is_pong_awaited(&self, state: &State, executor: usize) -> bool {
        let pong = state.wires[executor].pong;
        pong.is_some_and(|pong| self.listener(state, executor, pong.worker).is_some())
    }

    fn offer_messages(&self, state: &State, executor: usize, steps: &mut Vec<Step>) {
        let wire = &state.wires[executor];
        let mut offer = |kind, is_taken| {
            let multiplies = kind != Kind::Ping || self.has_room(state);
            if is_taken {
                steps.push(Step::Deliver(executor, kind));
                if self.faults.duplication && multiplies {
                    steps.push(Step::Repeat(executor, kind));
                }
            }
            if self.faults.loss {
                steps.push(Step::Lose(executor, kind));
                if is_taken && kind == Kind::Status {
                    steps.push(Step::LoseBody(executor));
                }
            }
        };
        if let Some(ping) = wire.ping {
            let is_kept = self.listener(state, executor, ping.worker).is_none();
            let can_answer = wire.pong.is_none() || is_kept || self.faults.loss;
            offer(Kind::Ping, state.master.is_some() && can_answer);
        }
        if wire.status.is_some() {
            offer(Kind::Status, takes_status(state));
        }
        if wire.pong.is_some() {
            offer(Kind::Pong, self.is_pong_awaited(state, executor));
        }
    }

    /// Whether all has arrived, and whoever can ping has pinged.
    fn is_quiet(&self, state: &State) -> bool {
        let is_master_there = state.master.is_some();
        let arrived = state.wires.iter().enumerate().all(|(executor, wire)| {
            let to_master = wire.ping.is_some() || wire.status.is_some() && takes_status(state);
            !(to_master && is_master_there || self.is_pong_awaited(state, executor))
        });
        let mut tasks = state.tasks.iter().flatten();
        let pinged = tasks.all(|task| task.pings > 0 || !is_master_there);
        arrived && pinged && state.order.is_none()
    }
}

/// Whether the master takes a status before it has told of the last one.
fn takes_status(state: &State) -> bool {
    state.master.is_some_and(|it| it.report.is_none())
}

/// Whether a check would find an entry.
fn is_due(entry: &Entry) -> bool {
    let is_watched = matches!(entry.phase, Phase::Ordered | Phase::Online);
    let is_silent = entry.silent.is_none_or(|ages| ages >= TOO_LONG);
    is_watched && (is_silent || entry.has_finished)
}
