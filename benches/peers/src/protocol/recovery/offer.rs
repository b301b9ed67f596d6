//! What may happen next.

use super::{
    Entry, Kind, Knowledge, Master, Next, Phase, Place, Recovery, Stage, State, Step, TWO,
};
use crate::protocol::age::TOO_LONG;

impl Recovery {
    pub(super) fn offer(&self, state: &State, steps: &mut Vec<Step>) {
        if state.is_over {
            return;
        }
        match &state.master {
            Some(master) => self.offer_master(state, master, steps),
            None if state.epoch < TWO => steps.push(Step::StartMaster),
            // What the workers still do, nobody hears of.
            None => return,
        }
        for worker in 0..state.places.len() {
            self.offer_worker(state, worker, steps);
            self.offer_messages(state, worker, steps);
        }
        let mut places = state.places.iter();
        let is_quiet = !places.any(|place| Kind::ALL.iter().any(|it| is_taken(state, place, *it)));
        if state.epoch > 0 && (self.faults.delay || is_quiet) {
            steps.push(Step::EndAge);
        }
    }

    fn offer_master(&self, state: &State, master: &Master, steps: &mut Vec<Step>) {
        if let Some(next) = master.to_do.first() {
            steps.push(Step::GoOn);
            if *next == Next::Begin && master.is_first && state.epoch == 1 {
                steps.push(Step::FailToBegin);
            }
        }
        if self.faults.crash {
            steps.push(Step::CrashMaster);
        }
        let Some(table) = &master.table else { return };
        match table.knowledge {
            Knowledge::Unread => {
                steps.push(Step::ReadRows);
                if self.faults.store {
                    steps.push(Step::RefuseRows);
                }
            }
            Knowledge::Read(_) => steps.push(Step::TakeRows),
            Knowledge::Waits(ages) if ages >= TOO_LONG => steps.push(Step::EndWait),
            _ => {}
        }
        let is_checked = table.is_complete() || !self.rules.checker_gated_by_ready;
        if is_checked && table.entries.iter().flatten().any(is_due) {
            steps.push(Step::Check);
        }
    }

    fn offer_worker(&self, state: &State, worker: usize, steps: &mut Vec<Step>) {
        let place = &state.places[worker];
        let Some(there) = place.worker else { return };
        let is_slow = super::task_of(worker) == 0;
        let is_heard = is_slow || state.master.as_ref().is_some_and(|it| it.listens);
        if place.ping.is_none() && is_heard && !self.is_in_vain(state, there.master) {
            steps.push(Step::Ping(worker));
        }
        if there.master < state.epoch {
            steps.push(Step::ReadMaster(worker));
        }
        if is_slow && there.stage != Stage::Closing && place.status.is_none() {
            steps.push(Step::Report(worker));
        }
    }

    fn offer_messages(&self, state: &State, worker: usize, steps: &mut Vec<Step>) {
        let place = &state.places[worker];
        for kind in Kind::ALL {
            if is_taken(state, place, kind) {
                steps.push(Step::Deliver(worker, kind));
                if self.faults.duplication && kind == Kind::Ping {
                    steps.push(Step::RepeatPing(worker));
                }
            }
            if place.has(kind) && (self.faults.loss || self.faults.partition) {
                steps.push(Step::Lose(worker, kind));
            }
        }
    }
}

impl Place {
    fn has(&self, kind: Kind) -> bool {
        match kind {
            Kind::Ping => self.ping.is_some(),
            Kind::Pong => self.pong.is_some(),
            Kind::Status => self.status.is_some(),
        }
    }
}

/// Whether there is such a message and somebody who takes it, with room for the answer.
fn is_taken(state: &State, place: &Place, kind: Kind) -> bool {
    let is_heard = state.master.as_ref().is_some_and(|it| it.listens);
    let has_taker = match kind {
        Kind::Ping => is_heard && place.pong.is_none(),
        Kind::Pong => true,
        Kind::Status => is_heard,
    };
    place.has(kind) && has_taker
}

/// Whether a check would find an entry.
pub(super) fn is_due(entry: &Entry) -> bool {
    let is_silent = entry.silent.is_none_or(|ages| ages >= TOO_LONG);
    match entry.phase {
        Phase::Awaited => true,
        Phase::Ordered | Phase::Online => is_silent || entry.has_finished,
        Phase::Offline | Phase::Tombstone => false,
    }
}
