//! The begin and the end of an entry.

use std::sync::Arc;

use super::entry::Entry;
use super::queue::{Event, What};
use super::{Effect, ManagerError, WorkerManager};
use crate::framework::{Rule, WorkerEntry};
use crate::wire::{Epoch, MonotonicTime, WorkerStateCode, WorkerStatus};

impl WorkerManager {
    /// A worker is about to start: it is in the table before it can ping.
    ///
    /// # Errors
    ///
    /// When its id is in the table. The manager is as it was before.
    pub fn before_start(
        &mut self,
        worker: &str,
        executor: &str,
        epoch: Epoch,
        now: MonotonicTime,
    ) -> Result<(), ManagerError> {
        if let Some(entry) = self.table.get(worker) {
            return Err(ManagerError::WorkerExists {
                worker: worker.into(),
                epoch,
                state: entry.state(),
                known: entry.machine().epoch(),
            });
        }
        let expires_at = Some(self.next_expiry(now));
        let status = WorkerStatus {
            state: WorkerStateCode::CREATED,
            epoch,
            ..WorkerStatus::default()
        };
        let machine = WorkerEntry::new(worker, executor, expires_at).with_status(status);
        self.table
            .insert(Entry::new(machine, WorkerEntry::ordered()));
        Ok(())
    }

    /// A worker could certainly not be started. Its entry leaves the table when
    /// this is delivered.
    pub fn abort(&mut self, worker: &str, error: &str, effects: &mut Vec<Effect<'_>>) {
        let event = Event {
            worker: worker.into(),
            what: What::DispatchFailed {
                error: error.into(),
            },
        };
        self.enqueue_or_fail(event, effects);
    }

    /// Cleans a tombstone: asks for its record to be deleted. When that is done,
    /// [`cleaned`](Self::cleaned) follows.
    ///
    /// # Errors
    ///
    /// When the worker has an entry that is no tombstone. (The original finds this
    /// out when it has deleted the record.)
    pub fn clean(
        &mut self,
        worker: &str,
        effects: &mut Vec<Effect<'_>>,
    ) -> Result<(), ManagerError> {
        self.only_a_tombstone(worker)?;
        effects.push(Effect::DeleteRow {
            worker: worker.into(),
        });
        Ok(())
    }

    /// The record of a tombstone was deleted, or the store said why not.
    ///
    /// # Errors
    ///
    /// What the store said; or when the worker has an entry that is no tombstone.
    pub fn cleaned(&mut self, worker: &str, deleted: Result<(), &str>) -> Result<(), ManagerError> {
        deleted.map_err(|message| ManagerError::Store {
            message: message.into(),
        })?;
        self.only_a_tombstone(worker)?;
        if self.policy.has(Rule::CleanForgetsEntry) {
            self.table.remove(worker);
        }
        Ok(())
    }

    fn only_a_tombstone(&self, worker: &str) -> Result<(), ManagerError> {
        match self.table.get(worker) {
            Some(entry) if !entry.state().is_tombstone() => Err(ManagerError::NotATombstone {
                worker: Arc::clone(entry.machine().worker_shared()),
                state: entry.state(),
                known: entry.machine().epoch(),
            }),
            _ => Ok(()),
        }
    }
}
