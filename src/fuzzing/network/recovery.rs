//! A master recovers the table of its predecessor.

use super::log::Log;
use super::master::Master;
use crate::framework::manager::WorkerManager;
use crate::wire::{MonotonicTime, WorkerStatus};

impl Master {
    pub(super) fn recover(&mut self, log: &mut Log) {
        let _ = self.call(log, WorkerManager::recover);
    }

    pub(super) fn load(&mut self, rows: Vec<WorkerStatus>, now: MonotonicTime, log: &mut Log) {
        let (result, _) = self.call(log, |manager, effects| {
            manager.rows_loaded(rows, now, effects)
        });
        if result.is_ok() {
            for worker in super::WORKERS {
                if self.manager.entry(worker).is_some() {
                    self.queue.enters(worker);
                    self.queue_tombstone(worker);
                }
            }
            if !self.manager.state().is_ready() {
                log.meet("workers waited for");
            }
        }
    }

    fn queue_tombstone(&mut self, worker: &'static str) {
        let entry = self.manager.entry(worker);
        if entry.is_some_and(|(_, state)| state.is_tombstone()) {
            self.queue.is_tombstone(worker);
        }
    }

    pub(super) fn load_failed(&mut self, log: &mut Log) {
        let _ = self.call(log, |manager, effects| manager.load_failed("away", effects));
    }

    pub(super) fn cancel_recovery(&mut self, log: &mut Log) {
        let _ = self.call(log, WorkerManager::cancel_recovery);
    }

    pub(super) fn wake(&mut self, now: MonotonicTime, log: &mut Log) {
        let is_due = self.manager.wakes_at().is_some_and(|at| at <= now);
        let _ = self.call(log, |manager, effects| {
            manager.wake(now, effects);
            Ok(())
        });
        assert!(!is_due || self.manager.wakes_at().is_none());
        if is_due {
            log.meet("wait timed out");
        }
    }
}
