//! What the workers do, and what the end of an age does to all.

use super::{Beat, Kind, Knowledge, Recovery, Report, Stage, State, Status, Worker};
use crate::protocol::age::{LONG_AGO, TOO_LONG, older};

impl State {
    /// A worker starts.
    pub(super) fn begin_worker(&mut self, worker: usize) {
        let place = &mut self.places[worker];
        place.row = Some(Report::Started);
        place.worker = Some(Worker {
            stage: Stage::Silent,
            master: self.epoch,
            silent: 0,
            waits: 0,
        });
    }

    fn send_ping(&mut self, worker: usize) -> Option<()> {
        let place = &mut self.places[worker];
        let there = place.worker?;
        place.ping = Some(Beat {
            master: there.master,
            is_last: there.stage == Stage::Closing,
            is_old: false,
        });
        Some(())
    }

    pub(super) fn read_master(&mut self, worker: usize) -> Option<()> {
        self.places[worker].worker.as_mut()?.master = self.epoch;
        Some(())
    }

    /// A worker goes on: it stores that, and tells its master.
    pub(super) fn report(&mut self, worker: usize) -> Option<()> {
        let place = &mut self.places[worker];
        let there = place.worker.as_mut()?;
        let report = if there.stage == Stage::Silent {
            there.stage = Stage::Working;
            Report::Working
        } else {
            there.stage = Stage::Closing;
            Report::Finished
        };
        place.row = Some(report);
        place.status = Some(Status {
            master: there.master,
            report,
        });
        Some(())
    }
}

impl Recovery {
    /// A worker pings; one that is only waited for is answered at once.
    pub(super) fn ping(&self, state: &mut State, worker: usize) -> Option<()> {
        state.send_ping(worker)?;
        if super::task_of(worker) > 0 {
            self.deliver(state, worker, Kind::Ping, false)?;
            self.take_pong(state, worker);
        }
        Some(())
    }

    pub(super) fn take_pong(&self, state: &mut State, worker: usize) -> Option<()> {
        let place = &mut state.places[worker];
        let pong = place.pong.take()?;
        let there = place.worker.as_mut()?;
        if pong.master < there.master {
            return Some(());
        }
        there.master = pong.master;
        let sent = if pong.is_old { LONG_AGO } else { 0 };
        there.silent = if self.rules.ack_time_monotone {
            there.silent.min(sent)
        } else {
            sent
        };
        if pong.is_last {
            place.end_worker();
        }
        Some(())
    }

    /// Time passes. What is under way is late, or is not there any longer.
    pub(super) fn end_age(&self, state: &mut State) {
        for place in &mut state.places {
            let may_be_late = |beat: Beat| {
                let is_old = true;
                self.faults.delay.then_some(Beat { is_old, ..beat })
            };
            place.ping = place.ping.and_then(may_be_late);
            place.pong = place.pong.and_then(may_be_late);
            place.status = place.status.filter(|_| self.faults.delay);
            let Some(there) = &mut place.worker else {
                continue;
            };
            // A late one tells of a newer master, or that the end is noted, or nothing.
            place.pong = place.pong.filter(|pong| {
                let is_news = pong.is_last || pong.master > there.master;
                is_news || !self.rules.ack_time_monotone
            });
            there.silent = older(there.silent);
            let has_waited = if there.stage == Stage::Closing {
                there.waits = older(there.waits);
                there.waits
            } else {
                there.silent
            };
            if has_waited >= TOO_LONG {
                place.end_worker();
            }
        }
        let table = state.master.as_mut().and_then(|it| it.table.as_mut());
        if let Some(table) = table {
            if let Knowledge::Waits(ages) = &mut table.knowledge {
                *ages = older(*ages);
            }
            for entry in table.entries.iter_mut().flatten() {
                entry.silent = entry.silent.map(older);
            }
        }
    }
}
