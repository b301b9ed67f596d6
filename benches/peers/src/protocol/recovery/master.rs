//! What a master hears of its workers, and makes of it.

use super::offer::is_due;
use super::{
    Beat, EndTold, Knowledge, Master, News, Phase, Recovery, Report, State, Table, task_of,
};

impl Recovery {
    pub(super) fn take_ping(
        &self,
        state: &mut State,
        master: &mut Master,
        worker: usize,
        ping: Beat,
    ) -> Option<()> {
        let Some(table) = &mut master.table else {
            return self.lack_table(state);
        };
        let is_complete = table.is_complete();
        let entry = table.entries[worker]
            .as_mut()
            .filter(|_| ping.master == state.epoch);
        let may_repeat = is_complete || self.rules.repeated_ping_while_waiting;
        let is_fatal = entry
            .as_ref()
            .is_some_and(|entry| entry.phase != Phase::Awaited && !may_repeat);
        let is_accepted = entry.is_some() && !is_fatal;
        let place = &mut state.places[worker];
        if (is_accepted || !self.rules.pong_after_acceptance) && place.worker.is_some() {
            place.pong = Some(Beat {
                master: state.epoch,
                ..ping
            });
        }
        if is_fatal {
            self.needs(state, "repeated_ping_while_waiting");
            return state.fail();
        }
        let Some(entry) = entry else {
            return Some(());
        };
        entry.has_finished |= ping.is_last;
        entry.silent = Some(0);
        if matches!(entry.phase, Phase::Awaited | Phase::Ordered) {
            entry.phase = Phase::Online;
            entry.is_located = true;
        }
        let mut entries = table.entries.iter().flatten();
        if !is_complete && entries.all(|it| it.phase != Phase::Awaited) {
            self.know(state, master);
        }
        Some(())
    }

    pub(super) fn take_status(
        &self,
        state: &mut State,
        master: &mut Master,
        worker: usize,
    ) -> Option<()> {
        let status = state.places[worker].status.take()?;
        let report = status.report;
        let Some(table) = &mut master.table else {
            return self.lack_table(state);
        };
        if status.master != state.epoch {
            return Some(());
        }
        let is_kept = self.rules.statuses_kept_while_recovering;
        let mut end_told = EndTold::NotNoted;
        let mut needs_keeping = false;
        if let Some(entry) = table.entries[worker] {
            let news = News::Status {
                serial: entry.serial,
                was_located: entry.is_located,
                report,
            };
            table.news.push((worker, news));
            end_told = EndTold::Noted;
        } else {
            // The row that is on its way does not tell of the end.
            let is_outdated = matches!(&table.knowledge, Knowledge::Read(rows)
                if rows[worker].is_some_and(|row| row < Report::Finished));
            needs_keeping = is_outdated && report == Report::Finished && !is_kept;
            if is_kept && matches!(table.knowledge, Knowledge::Unread | Knowledge::Read(_)) {
                table.kept[worker] = Some(report);
            }
        }
        if report == Report::Finished && !table.is_complete() {
            table.ends_told[worker] = end_told;
        }
        if needs_keeping {
            self.needs(state, "statuses_kept_while_recovering");
        }
        Some(())
    }

    /// A message has come before there is a table of workers.
    fn lack_table(&self, state: &mut State) -> Option<()> {
        if self.rules.handlers_after_manager {
            return Some(());
        }
        self.needs(state, "handlers_after_manager");
        state.fail()
    }

    pub(super) fn check(&self, state: &mut State, table: &mut Table) -> Option<()> {
        if !table.is_complete() {
            // It takes one that is waited for as silent.
            self.needs(state, "checker_gated_by_ready");
            return state.fail();
        }
        for (worker, entry) in table.entries.iter_mut().enumerate() {
            if let Some(entry) = entry.as_mut().filter(|entry| is_due(entry)) {
                let has_finished = entry.status == Some(Report::Finished);
                entry.phase = Phase::Offline;
                table.news.push((worker, News::Offline { has_finished }));
            }
        }
        Some(())
    }

    /// The business logic hears of all that there is, then orders the workers that it
    /// misses.
    pub(super) fn go_round(&self, state: &mut State, master: &mut Master) -> Option<()> {
        let news = std::mem::take(&mut master.table.as_mut()?.news);
        for (worker, news) in news {
            match news {
                News::Status { serial, report, .. } => {
                    if let Some(entry) = &mut master.table.as_mut()?.entries[worker]
                        && entry.serial == serial
                        && entry.phase != Phase::Tombstone
                    {
                        entry.status = Some(report);
                    }
                }
                News::Offline { has_finished } => {
                    self.lose(state, master, worker, has_finished)?;
                }
            }
        }
        for task in 0..self.tasks {
            if !state.done[task] && !master.logic[task].knows_worker {
                self.order(state, master, task);
            }
        }
        Some(())
    }

    /// A worker is offline. Whether it has finished was known then, or is looked up now.
    fn lose(
        &self,
        state: &mut State,
        master: &mut Master,
        worker: usize,
        mut has_finished: bool,
    ) -> Option<()> {
        let task = task_of(worker);
        if let Some(entry) = &mut master.table.as_mut()?.entries[worker] {
            if self.rules.offline_reason_at_delivery {
                if state.places[worker].row == Some(Report::Finished) {
                    entry.status = Some(Report::Finished);
                }
                has_finished = entry.status == Some(Report::Finished);
            }
            if self.rules.tombstone_before_callback {
                entry.phase = Phase::Tombstone;
            }
        }
        state.done[task] |= has_finished;
        self.clean(state, master, worker)?;
        master.logic[task].lose_worker();
        Some(())
    }

    /// What is left of a tombstone goes, with its row.
    pub(super) fn clean(
        &self,
        state: &mut State,
        master: &mut Master,
        worker: usize,
    ) -> Option<()> {
        let entry = &mut master.table.as_mut()?.entries[worker];
        if entry.is_some_and(|entry| entry.phase != Phase::Tombstone) {
            return state.fail();
        }
        if self.rules.clean_forgets_entry {
            *entry = None;
        }
        state.places[worker].row = None;
        Some(())
    }
}
