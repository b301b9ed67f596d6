//! Recovery of the table after a failover.

use std::sync::Arc;

use super::entry::Entry;
use super::queue::What;
use super::{Effect, ManagerError, ManagerRecoveryEvent, WorkerManager};
use crate::framework::{Rule, WorkerEntry, WorkerEntryEvent};
use crate::wire::{MonotonicTime, WorkerStateCode, WorkerStatus};

impl WorkerManager {
    /// Begins recovery: asks for the records of all workers. They are handed to
    /// [`rows_loaded`](Self::rows_loaded), or the store's error to
    /// [`load_failed`](Self::load_failed).
    ///
    /// # Errors
    ///
    /// When recovery is under way or over, or the manager was ready from the start:
    /// it is as it was before. When the master has failed: that error.
    pub fn recover(&mut self, effects: &mut Vec<Effect<'_>>) -> Result<(), ManagerError> {
        self.recovery_step(ManagerRecoveryEvent::Begin)?;
        if let Some(error) = self.failure.clone() {
            self.phase.accepts(ManagerRecoveryEvent::Fail);
            return Err(error);
        }
        effects.push(Effect::LoadRows);
        Ok(())
    }

    /// The records of all workers of this master. Who is not stored as finished is
    /// waited for, for as long as a silent worker takes to expire.
    ///
    /// # Errors
    ///
    /// When the records were not asked for. The manager is as it was before.
    pub fn rows_loaded(
        &mut self,
        rows: Vec<WorkerStatus>,
        now: MonotonicTime,
        effects: &mut Vec<Effect<'_>>,
    ) -> Result<(), ManagerError> {
        let relevant = |row: &WorkerStatus| row.state != WorkerStateCode::FINISHED;
        let any = !self.table.is_empty() || rows.iter().any(relevant);
        let until = self.next_expiry(now);
        self.recovery_step(ManagerRecoveryEvent::Loaded { any, until })?;

        let nowhere: Arc<str> = Arc::default();
        for row in rows.into_iter().filter(relevant) {
            let worker: Arc<str> = row.id.as_str().into();
            let row = self.newest(row);
            let machine = WorkerEntry::new(worker, Arc::clone(&nowhere), None).with_status(row);
            self.table
                .insert(Entry::new(machine, WorkerEntry::waited_for()));
        }
        self.kept.clear();
        self.end_wait_if_ready(effects);
        Ok(())
    }

    /// A stored record, or the status that was sent since it was read.
    fn newest(&mut self, row: WorkerStatus) -> Arc<WorkerStatus> {
        let kept = self.kept.remove(&row.id);
        let row = Arc::new(row);
        match kept {
            Some(kept) if kept.epoch == row.epoch && self.may_replace(Some(&row), Some(&kept)) => {
                Arc::new(kept)
            }
            _ => row,
        }
    }

    /// The records of the workers could not be read.
    ///
    /// # Errors
    ///
    /// When no recovery is under way. The manager is as it was before.
    pub fn load_failed(
        &mut self,
        message: &str,
        effects: &mut Vec<Effect<'_>>,
    ) -> Result<(), ManagerError> {
        let message = message.into();
        self.recovery_failed(ManagerError::Store { message }, effects)
    }

    /// Recovery is given up, wherever it is.
    ///
    /// # Errors
    ///
    /// When no recovery is under way. The manager is as it was before.
    pub fn cancel_recovery(&mut self, effects: &mut Vec<Effect<'_>>) -> Result<(), ManagerError> {
        self.recovery_failed(ManagerError::Canceled, effects)
    }

    /// Tells the time, which may end the wait for the workers. Nothing happens
    /// before [`wakes_at`](Self::wakes_at).
    pub fn wake(&mut self, now: MonotonicTime, effects: &mut Vec<Effect<'_>>) {
        if self.wakes_at().is_some_and(|until| now >= until)
            && self.phase.accepts(ManagerRecoveryEvent::TimedOut)
        {
            self.end_wait_if_ready(effects);
        }
    }

    /// When the wait for the workers ends, if it is under way.
    #[must_use]
    pub fn wakes_at(&self) -> Option<MonotonicTime> {
        self.phase.recovery().until().map(MonotonicTime)
    }

    /// Called after a step that may have been the last one of recovery.
    pub(super) fn end_wait_if_ready(&mut self, effects: &mut Vec<Effect<'_>>) {
        if !self.phase.state().is_ready() {
            return;
        }
        if self.policy.has(Rule::StatusesKeptWhileRecovering) {
            self.apply_queued_statuses();
        }
        self.table.give_up_waiting();
        effects.push(Effect::RecoveryEnded { error: None });
    }

    /// Nobody ticks while recovery is under way, so that statuses wait in the
    /// queue. Who becomes a tombstone takes its own along.
    fn apply_queued_statuses(&mut self) {
        let statuses: Vec<_> = self
            .queue
            .iter()
            .filter_map(|event| match &event.what {
                What::Status { serial, status, .. } => {
                    Some((Arc::clone(&event.worker), *serial, status.clone()))
                }
                _ => None,
            })
            .collect();
        for (worker, serial, status) in statuses {
            let Some(entry) = self.table.get(&worker).filter(|entry| {
                entry.serial == serial
                    && (entry.state().is_waited_for() || entry.machine().is_finished())
            }) else {
                continue;
            };
            if self.may_replace(entry.machine().status(), status.as_deref())
                && let Some(entry) = self.table.get_mut(&worker)
            {
                entry.step(&WorkerEntryEvent::UpdateStatus { status });
            }
        }
    }

    fn recovery_failed(
        &mut self,
        error: ManagerError,
        effects: &mut Vec<Effect<'_>>,
    ) -> Result<(), ManagerError> {
        self.recovery_step(ManagerRecoveryEvent::Fail)?;
        self.fail(error.clone(), effects);
        effects.push(Effect::RecoveryEnded { error: Some(error) });
        Ok(())
    }

    fn recovery_step(&mut self, event: ManagerRecoveryEvent) -> Result<(), ManagerError> {
        let own = self.epoch;
        self.phase
            .handle(event)
            .map_err(|refused| ManagerError::NotRecoverable {
                refused: Box::new(refused),
                own,
            })
    }
}
