//! How an incarnation of the job master starts, and finds its workers.

use super::action::Next;
use super::state::{EndTold, JOB, MASTER_NODE, Master, Report, WorkerNumber};
use super::step::{Goes, Gone, Step};
use super::transcript;
use crate::framework::manager::{Effect, WorkerManager};
use crate::framework::{
    FoundWorker, InitOutcome, JobMasterBusinessEvent, LoopError, Record, Rule, StartUpEffect,
    StartUpEvent, WorkerEntryState,
};
use crate::protocol::clock::NOW;
use crate::protocol::{Call, Configuration, Promise, Recorder, Sent, Shared};
use crate::wire::{MasterStateCode, WorkerStateCode};

impl<R: Recorder> Step<'_, R> {
    /// Hands an event to the start, and does at once what takes no step of its own.
    pub(super) fn start(&mut self, master: &mut Master, event: &StartUpEvent) -> Goes {
        let mut effects = Vec::new();
        let is_ok = master.start.apply(event, &mut effects).is_ok();
        debug_assert!(is_ok, "{event:?} is out of order");
        self.recorder.call(|| {
            let code = format!("on!(start, {})", transcript::start_event(event));
            Call::new(code, (is_ok, &effects))
        });
        for effect in effects {
            match effect {
                StartUpEffect::StartHeartbeat
                | StartUpEffect::ListenToMaster
                | StartUpEffect::Initialised => {}
                StartUpEffect::ReadMasterInfo => {
                    self.start(master, &StartUpEvent::MasterInfoRead)?;
                }
                StartUpEffect::RefreshMetadata => self.refresh(master)?,
                StartUpEffect::WriteRow => self.start(master, &StartUpEvent::RowWritten)?,
                StartUpEffect::ReportInit => self.start(master, &StartUpEvent::Reported)?,
                StartUpEffect::Ended { .. } => return Err(Gone::Ended),
                StartUpEffect::MarkInit { .. } => self.mark_init(master)?,
                _ => master.to_do.push(effect),
            }
        }
        Ok(())
    }

    pub(super) fn refresh(&mut self, master: &mut Master) -> Goes {
        let epoch = self.state.epoch;
        let stored = self.state.jobs.load_or_uninit(JOB).state;
        let is_there = self
            .state
            .jobs
            .change(|jobs| jobs.refresh(JOB, epoch, MASTER_NODE, ""));
        self.recorder.call(|| {
            let code = format!("jobs.refresh({JOB:?}, {epoch}, {MASTER_NODE:?}, \"\")");
            Call::new(code, is_there)
        });
        self.tell_row();
        let has_workers = self
            .state
            .places
            .iter()
            .any(|place| place.row.is_some_and(|row| row < Report::Finished));
        if stored == MasterStateCode::UNINIT
            && has_workers
            && self.lacks(Rule::WorkersLoadedOnEveryStart)
        {
            self.needs(Rule::WorkersLoadedOnEveryStart);
        }
        self.start(master, &StartUpEvent::MetadataRefreshed { stored })
    }

    /// Writes down what is stored of the job now.
    fn tell_row(&mut self) {
        let jobs = &self.state.jobs;
        self.recorder.sent_if_any(|| {
            jobs.load(JOB)
                .cloned()
                .map(Record::Master)
                .map(Sent::record)
        });
    }

    /// Does the next thing of the start.
    pub(super) fn go_on(&mut self, master: &mut Master, next: Next) -> Goes {
        let effect = master.to_do.remove(0);
        match next {
            Next::Manager => {
                let load_workers = effect == StartUpEffect::StartManager { load_workers: true };
                self.build_manager(master, load_workers)
            }
            Next::Listen => {
                master.listens = true;
                Ok(())
            }
            Next::InitImpl => self.start_business(master, InitOutcome::Succeeds, false),
            Next::OnMasterRecovered => self.start_business(master, InitOutcome::Succeeds, true),
        }
    }

    pub(super) fn build_manager(&mut self, master: &mut Master, load_workers: bool) -> Goes {
        let epoch = self.state.epoch;
        let Configuration {
            policy, timeouts, ..
        } = *self.configuration;
        let manager = if load_workers {
            WorkerManager::after_failover(epoch, policy)
        } else {
            WorkerManager::new(epoch, policy)
        };
        let manager = manager.with_worker_expiry(timeouts.worker + timeouts.grace);
        master.manager = Some(Shared::new(manager));
        self.recorder.call(|| {
            Call::statement(format!(
                "let mut jm{epoch} = manager({epoch}, {load_workers});"
            ))
        });
        if load_workers {
            let code = |jm: &str| format!("on_recover(&mut {jm})");
            let (_, effects) = self.manager(master, code, WorkerManager::recover)?;
            master.reads_rows = effects.contains(&Effect::LoadRows);
        }
        Ok(())
    }

    pub(super) fn mark_init(&mut self, master: &mut Master) -> Goes {
        let epoch = self.state.epoch;
        let written = self
            .state
            .jobs
            .change(|jobs| jobs.write_state(JOB, epoch, MasterStateCode::INIT));
        self.recorder.call(|| {
            let code = format!("jobs.write_state({JOB:?}, {epoch}, MasterStateCode::INIT)");
            Call::new(code, &written)
        });
        if written == Ok(true) {
            self.tell_row();
        }
        match written {
            Ok(_) => self.start(master, &StartUpEvent::Marked),
            Err(error) => {
                let message = error.to_string().into();
                let error = LoopError::Other { message };
                self.start(master, &StartUpEvent::Failed { error })
            }
        }
    }

    pub(super) fn rows_arrive(&mut self, master: &mut Master) -> Goes {
        let rows = master.rows.take().unwrap_or_default();
        let rows: Vec<_> = rows
            .into_iter()
            .enumerate()
            .filter_map(|(number, row)| Some((WorkerNumber(number as u8), row?)))
            .collect();
        let code = |jm: &str| {
            let rows = rows.iter();
            let rows: Vec<_> = rows
                .map(|(worker, row)| transcript::row(*worker, *row))
                .collect();
            format!("on_rows(&mut {jm}, vec![{}])", rows.join(", "))
        };
        let statuses = rows.iter().map(|(worker, row)| row.status(*worker));
        let statuses = statuses.collect();
        let (_, effects) = self.manager(master, code, |manager, effects| {
            manager.rows_loaded(statuses, NOW, effects)
        })?;
        self.recovery(master, &effects)
    }

    /// What follows when recovery has ended.
    pub(super) fn recovery(&mut self, master: &mut Master, effects: &[Effect<'_>]) -> Goes {
        for effect in effects {
            match effect {
                Effect::RecoveryEnded { error: None } => {
                    self.look_at_tombstones(master);
                    master.end_told.fill(EndTold::No);
                    self.start(master, &StartUpEvent::WorkersRecovered)?;
                }
                Effect::RecoveryEnded { error: Some(error) } => {
                    let message = error.to_string().into();
                    let error = LoopError::Other { message };
                    self.start(master, &StartUpEvent::Failed { error })?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Recovery has ended: who was not heard of, or has finished, is a tombstone. The
    /// business logic learns from its status what has become of it.
    pub(super) fn look_at_tombstones(&mut self, master: &Master) {
        for (number, end_told) in master.end_told.iter().enumerate() {
            let worker = WorkerNumber(number as u8);
            let Some((entry, WorkerEntryState::Tombstone)) = master.entry(worker) else {
                continue;
            };
            let state = entry.status().map(|status| status.state);
            if state == Some(WorkerStateCode::FINISHED) || *end_told == EndTold::No {
                continue;
            }
            self.state.trail.broke(Promise::S13);
            if *end_told == EndTold::Queued && self.lacks(Rule::StatusesKeptWhileRecovering) {
                self.needs(Rule::StatusesKeptWhileRecovering);
            }
        }
    }

    /// Starts the business logic of each task, for the first time or not.
    pub(super) fn start_business(
        &mut self,
        master: &mut Master,
        outcome: InitOutcome,
        recovers: bool,
    ) -> Goes {
        for task in self.state.tasks() {
            let found = self.find_worker(master, task)?;
            if found == FoundWorker::Silent && self.lacks(Rule::AdoptSilentWorkers) {
                self.needs(Rule::AdoptSilentWorkers);
            }
            // Who finds a worker at its first start does what it does in any other.
            let event = if recovers || found != FoundWorker::Nobody {
                JobMasterBusinessEvent::Recovered { found }
            } else {
                let creates_worker = self.state.free_id(master, task).is_some();
                JobMasterBusinessEvent::Init {
                    creates_worker,
                    outcome,
                }
            };
            self.call_business(master, task, &event)?;
        }
        if outcome == InitOutcome::Succeeds {
            self.start(master, &StartUpEvent::BusinessInitialised)
        } else {
            let message = "it could not start".into();
            let error = LoopError::Other { message };
            self.start(master, &StartUpEvent::Failed { error })
        }
    }

    /// What the business logic finds of the worker of a task. It cleans tombstones.
    pub(super) fn find_worker(
        &mut self,
        master: &mut Master,
        task: u8,
    ) -> Result<FoundWorker, Gone> {
        let mut found = FoundWorker::Nobody;
        for worker in WorkerNumber::of_task(task) {
            let Some((entry, state)) = master.entry(worker) else {
                continue;
            };
            let status = entry.status();
            if state.is_tombstone() {
                if status.is_some_and(|status| status.state == WorkerStateCode::FINISHED) {
                    self.state.done[usize::from(task)] = true;
                }
                self.clean(master, worker)?;
            } else {
                let reports = status.is_some_and(|status| status.extend_bytes.is_some());
                found = found.max(if reports {
                    FoundWorker::Reporting
                } else {
                    FoundWorker::Silent
                });
            }
        }
        Ok(found)
    }
}
