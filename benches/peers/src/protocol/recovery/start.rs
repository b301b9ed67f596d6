//! How a master starts, and finds its workers.

use super::{
    EndTold, Entry, Knowledge, Master, News, Next, Phase, Place, Recovery, Report, State, Table,
    workers_of,
};

/// What a master finds of the worker of a task.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
enum Found {
    Nobody,
    /// It has nothing of its own to say yet.
    Silent,
    Reporting,
}

impl Recovery {
    pub(super) fn start_master(&self, state: &mut State) {
        let is_first = !state.is_marked;
        let has_workers = state
            .places
            .iter()
            .any(|place| place.row.is_some_and(|row| row < Report::Finished));
        if is_first && has_workers && !self.rules.workers_loaded_on_every_start {
            self.needs(state, "workers_loaded_on_every_start");
        }
        let mut to_do = if self.rules.handlers_after_manager {
            vec![Next::Build, Next::Listen]
        } else {
            vec![Next::Listen, Next::Build]
        };
        if !self.loads(is_first) {
            to_do.push(Next::Begin);
        }
        state.epoch += 1;
        state.master = Some(Master {
            is_first,
            to_do,
            has_started: false,
            listens: false,
            table: None,
            logic: vec![super::Logic::default(); self.tasks],
        });
    }

    /// Whether a master looks for workers that are stored.
    fn loads(&self, is_first: bool) -> bool {
        !is_first || self.rules.workers_loaded_on_every_start
    }

    pub(super) fn go_on(&self, state: &mut State, master: &mut Master) -> Option<()> {
        match master.to_do.remove(0) {
            Next::Build => {
                let knowledge = if self.loads(master.is_first) {
                    Knowledge::Unread
                } else {
                    Knowledge::Complete
                };
                master.table = Some(Table::new(knowledge, state.places.len()));
            }
            Next::Listen => master.listens = true,
            Next::Begin => {
                self.begin(state, master)?;
                state.is_marked = true;
                master.has_started = true;
            }
        }
        Some(())
    }

    pub(super) fn take_rows(&self, state: &mut State, master: &mut Master) -> Option<()> {
        let table = master.table.as_mut()?;
        let Knowledge::Read(rows) = &table.knowledge else {
            return None;
        };
        // Who is stored as finished is not looked for.
        let awaited = rows.iter().zip(&table.kept).map(|(row, kept)| {
            row.filter(|row| *row < Report::Finished).map(|row| Entry {
                serial: 0,
                phase: Phase::Awaited,
                silent: None,
                has_finished: false,
                is_located: false,
                status: kept.or(Some(row)),
            })
        });
        table.entries = awaited.collect();
        table.kept.fill(None);
        table.knowledge = Knowledge::Waits(0);
        if table.entries.iter().all(Option::is_none) {
            self.know(state, master);
        }
        Some(())
    }

    /// The master knows its workers; it gives up who was not heard of, or has finished.
    pub(super) fn know(&self, state: &mut State, master: &mut Master) {
        let Some(table) = &mut master.table else {
            return;
        };
        let are_noted = self.rules.statuses_kept_while_recovering;
        table.knowledge = Knowledge::Complete;
        for (worker, news) in table.news.iter().filter(|_| are_noted) {
            if let News::Status { report, .. } = news
                && let Some(entry) = &mut table.entries[*worker]
                && entry.is_given_up()
            {
                entry.status = Some(*report);
            }
        }
        for (entry, end_told) in table.entries.iter_mut().zip(&mut table.ends_told) {
            let end_told = std::mem::replace(end_told, EndTold::No);
            let Some(entry) = entry.as_mut().filter(|entry| entry.is_given_up()) else {
                continue;
            };
            entry.phase = Phase::Tombstone;
            if entry.status == Some(Report::Finished) || end_told == EndTold::No {
                continue;
            }
            state.trail.broke("S13");
            if end_told == EndTold::Noted && !are_noted {
                self.needs(state, "statuses_kept_while_recovering");
            }
        }
        master.to_do.push(Next::Begin);
    }

    /// The business logic of each task looks for its worker.
    pub(super) fn begin(&self, state: &mut State, master: &mut Master) -> Option<()> {
        for task in 0..self.tasks {
            let found = self.find(state, master, task)?;
            let adopts_silent = self.rules.adopt_silent_workers;
            if found == Found::Silent && !adopts_silent {
                self.needs(state, "adopt_silent_workers");
            }
            if master.is_first && found == Found::Nobody {
                self.order(state, master, task);
                continue;
            }
            let logic = &mut master.logic[task];
            logic.n_live = u8::from(found != Found::Nobody);
            logic.knows_worker =
                found == Found::Reporting || found == Found::Silent && adopts_silent;
        }
        Some(())
    }

    /// What there is of the worker of a task. Tombstones are cleaned.
    fn find(&self, state: &mut State, master: &mut Master, task: usize) -> Option<Found> {
        let mut found = Found::Nobody;
        for worker in workers_of(task) {
            let Some(entry) = master.entry(worker) else {
                continue;
            };
            if entry.phase == Phase::Tombstone {
                state.done[task] |= entry.status == Some(Report::Finished);
                self.clean(state, master, worker)?;
            } else if entry.status >= Some(Report::Working) {
                found = Found::Reporting;
            } else {
                found = found.max(Found::Silent);
            }
        }
        Some(found)
    }

    /// Orders a worker for a task, under an id of which nothing is left. Tasks beside the
    /// first have one.
    pub(super) fn order(&self, state: &mut State, master: &mut Master, task: usize) {
        let n_ids = if task == 0 { 2 } else { 1 };
        let free = workers_of(task).take(n_ids).find(|worker| {
            state.places[*worker] == Place::default() && master.entry(*worker).is_none()
        });
        if let Some(worker) = free
            && let Some(table) = &mut master.table
        {
            let is_told_of = table.news.iter().any(|(of, _)| *of == worker);
            table.entries[worker] = Some(Entry {
                serial: u8::from(is_told_of),
                phase: Phase::Ordered,
                silent: Some(0),
                has_finished: false,
                is_located: true,
                status: None,
            });
            state.begin_worker(worker);
            master.logic[task].gain_worker();
        }
    }
}
