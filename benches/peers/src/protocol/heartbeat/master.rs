//! What a master does.

use super::{
    Entry, Heartbeat, Known, Master, Order, Phase, Ping, Pong, Report, Row, State, Status, TWO,
};
use crate::protocol::age::TOO_LONG;

/// What a master makes of a ping.
#[derive(Clone, Copy, PartialEq)]
enum Verdict {
    Accepted,
    Dropped,
    /// An assertion fails.
    Fatal,
}

impl Heartbeat {
    pub(super) fn order(&self, state: &mut State, executor: usize) {
        if state.n_live() > 0 {
            state.trail.broke("S2");
        }
        let epoch = state.given + 1;
        let row = Row {
            epoch,
            is_of_worker: false,
        };
        let id = self.id(epoch);
        if let Some(master) = &mut state.master {
            master.entries[id] = Some(Entry {
                phase: Phase::Ordered,
                silent: Some(0),
                has_finished: false,
                executor: Some(executor),
                known: Some(Known {
                    row,
                    is_read: false,
                }),
            });
        }
        if self.rules.row_before_confirm {
            state.rows[id] = Some(row);
        }
        state.given = epoch;
        state.is_spent = false;
        state.order = Some(Order {
            executor,
            epoch,
            master: state.newest,
            is_old: false,
        });
    }

    /// An executor does not launch a task, since one of that id is there.
    pub(super) fn refuse(&self, state: &mut State, order: Order) {
        let is_heard = order.master == state.newest;
        let Some(master) = state.master.as_mut().filter(|_| is_heard) else {
            state.is_spent = true;
            return;
        };
        if self.rules.duplicate_task_reported {
            master.entries[self.id(order.epoch)] = None;
            state.given = order.epoch - 1;
        } else {
            self.needs(state, "duplicate_task_reported");
        }
    }

    pub(super) fn start_master(&self, state: &mut State) {
        let entry = |row: Row| Entry {
            phase: Phase::Awaited,
            silent: None,
            has_finished: false,
            executor: None,
            known: Some(Known { row, is_read: true }),
        };
        let entries = state.rows.map(|row| row.map(entry));
        let lacks_row = [1, 2].into_iter().any(|epoch| {
            let task = state.tasks[super::place(epoch)];
            task.is_some_and(|task| task.is_live()) && state.rows[self.id(epoch)].is_none()
        });
        if lacks_row && !self.rules.row_before_confirm {
            self.needs(state, "row_before_confirm");
        }
        state.newest += 1;
        state.master = Some(Master {
            waits: (entries != [None; TWO]).then_some(0),
            entries,
            report: None,
        });
    }

    pub(super) fn take_ping(&self, state: &mut State, executor: usize, ping: Ping) -> Option<()> {
        let id = self.id(ping.worker);
        let known = state.master?.entries[id].map(|entry| entry.epoch());
        let verdict = self.judge(state, executor, ping)?;
        if verdict == Verdict::Accepted {
            if known != Some(Some(ping.worker)) {
                state.trail.broke("S10");
                self.needs(state, "ping_worker_epoch_checked");
            }
        } else if !self.rules.pong_after_acceptance {
            state.trail.broke("S11");
            if verdict != Verdict::Fatal {
                self.needs(state, "pong_after_acceptance");
            }
        }
        if verdict == Verdict::Fatal {
            state.trail.broke("S8");
            state.master = None;
        }
        let is_answered = verdict == Verdict::Accepted || !self.rules.pong_after_acceptance;
        let is_kept = self.same_id || self.listener(state, executor, ping.worker).is_some();
        if is_answered && is_kept {
            state.wires[executor].pong.get_or_insert(Pong {
                master: state.newest,
                worker: ping.worker,
                is_last: ping.is_last,
                is_late: ping.is_late,
            });
        }
        state.tell();
        Some(())
    }

    fn judge(&self, state: &mut State, executor: usize, ping: Ping) -> Option<Verdict> {
        let master = state.master.as_mut()?;
        if ping.master != state.newest {
            let is_old = ping.master < state.newest;
            return Some(if is_old {
                Verdict::Dropped
            } else {
                Verdict::Fatal
            });
        }
        let Some(entry) = &mut master.entries[self.id(ping.worker)] else {
            return Some(Verdict::Dropped);
        };
        if self.rules.ping_worker_epoch_checked && entry.epoch() != Some(ping.worker) {
            let is_old = entry.epoch().is_some_and(|known| ping.worker < known);
            return Some(if is_old {
                Verdict::Dropped
            } else {
                Verdict::Fatal
            });
        }
        let is_awaited = entry.phase == Phase::Awaited;
        if master.waits.is_some() && !is_awaited && !self.rules.repeated_ping_while_waiting {
            return Some(Verdict::Fatal);
        }
        entry.has_finished |= ping.is_last;
        entry.silent = Some(0);
        if matches!(entry.phase, Phase::Awaited | Phase::Ordered) {
            entry.turn(Phase::Online, &mut state.trail);
            entry.executor = Some(executor);
        }
        let mut entries = master.entries.iter().flatten();
        if master.waits.is_some() && entries.all(|it| it.phase != Phase::Awaited) {
            self.know(state)?;
        }
        Some(Verdict::Accepted)
    }

    /// The master knows its workers; it gives up who was not heard of, or has finished.
    fn know(&self, state: &mut State) -> Option<()> {
        let trail = &mut state.trail;
        let master = state.master.as_mut()?;
        master.waits = None;
        let is_given_up = |it: &Entry| it.phase == Phase::Awaited || it.has_finished;
        if let Some(report) = master.report
            && self.rules.statuses_kept_while_recovering
            && let Some(entry) = master.entries[report.id]
                .as_mut()
                .filter(|it| is_given_up(it))
        {
            entry.note(report.known, trail);
        }
        for entry in master.entries.iter_mut().flatten() {
            if is_given_up(entry) {
                entry.turn(Phase::Tombstone, trail);
            }
        }
        for id in 0..TWO {
            let entry = state.master.and_then(|master| master.entries[id]);
            if entry.is_some_and(|entry| entry.phase == Phase::Tombstone) {
                self.give_away(state, id);
            }
        }
        Some(())
    }

    pub(super) fn end_wait(&self, state: &mut State) -> Option<()> {
        self.know(state)?;
        state.tell();
        Some(())
    }

    pub(super) fn check(&self, state: &mut State) -> Option<()> {
        let trail = &mut state.trail;
        let master = state.master.as_mut()?;
        let mut gone = [false; TWO];
        for (entry, gone) in master.entries.iter_mut().zip(&mut gone) {
            let Some(entry) = entry else { continue };
            let is_silent = entry.silent.is_some_and(|ages| ages >= TOO_LONG);
            if (is_silent || entry.has_finished)
                && matches!(entry.phase, Phase::Ordered | Phase::Online)
            {
                entry.turn(Phase::Offline, trail);
                *gone = true;
            }
        }
        for id in (0..TWO).filter(|id| gone[*id]) {
            let is_before = self.rules.tombstone_before_callback;
            if is_before {
                state.bury(id);
            }
            if state.master.is_some() {
                self.give_away(state, id);
            }
            if !is_before {
                state.bury(id);
            }
        }
        Some(())
    }

    /// The worker's work is to be given to another incarnation.
    fn give_away(&self, state: &mut State, id: usize) {
        if state.n_live() > 0 {
            state.trail.broke("S2");
        }
        state.rows[id] = None;
        let Some(master) = &mut state.master else {
            return;
        };
        let entry = &mut master.entries[id];
        if entry.is_some_and(|entry| entry.phase != Phase::Tombstone) {
            state.trail.broke("S8");
            state.master = None;
        } else if self.rules.clean_forgets_entry {
            *entry = None;
        }
    }

    pub(super) fn take_status(
        &self,
        state: &mut State,
        status: Status,
        has_body: bool,
    ) -> Option<()> {
        let master = state.master.as_mut()?;
        if status.master > state.newest {
            state.trail.broke("S8");
            state.master = None;
            return Some(());
        }
        let id = self.id(status.worker);
        let Some(entry) = master.entries[id].filter(|_| status.master == state.newest) else {
            return Some(());
        };
        let is_of_another = entry.epoch().is_some_and(|known| known != status.worker);
        if !has_body && self.rules.status_body_required
            || has_body && is_of_another && self.rules.status_epoch_checked
        {
            return Some(());
        }
        let row = Row {
            epoch: status.worker,
            is_of_worker: true,
        };
        master.report = Some(Report {
            id,
            executor: entry.executor,
            known: has_body.then_some(Known { row, is_read: true }),
        });
        if !has_body {
            self.needs(state, "status_body_required");
        } else if is_of_another {
            self.needs(state, "status_epoch_checked");
        }
        state.tell();
        Some(())
    }
}

impl State {
    /// The business logic is told of a status, once the workers are known.
    fn tell(&mut self) {
        let Some(master) = self.master.as_mut().filter(|it| it.waits.is_none()) else {
            return;
        };
        if let Some(report) = master.report.take()
            && let Some(entry) = &mut master.entries[report.id]
            && entry.phase != Phase::Tombstone
        {
            entry.note(report.known, &mut self.trail);
        }
    }

    /// Who is offline has been told of.
    fn bury(&mut self, id: usize) {
        let entry = self.master.as_mut().and_then(|it| it.entries[id].as_mut());
        if let Some(entry) = entry {
            entry.turn(Phase::Tombstone, &mut self.trail);
        }
    }
}
