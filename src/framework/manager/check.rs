//! The periodic check for workers that have gone silent or have finished.

use std::sync::Arc;

use super::queue::{Event, What};
use super::{Effect, ManagerError, ManagerRecoveryEvent, OfflineReason, WorkerManager, too_many};
use crate::framework::{Rule, WorkerEntryEvent};
use crate::machine::StepKind;
use crate::wire::MonotonicTime;

impl WorkerManager {
    /// Looks for workers that have expired before `now` or have finished; meant to
    /// be called each second. They are taken in the order of their ids.
    ///
    /// # Errors
    ///
    /// When there is no room for another event: the master has failed, and later
    /// checks do nothing. Without [`Rule::CheckerGatedByReady`] also when a worker
    /// is still waited for; the manager is then as it was before.
    pub fn check(
        &mut self,
        now: MonotonicTime,
        effects: &mut Vec<Effect<'_>>,
    ) -> Result<(), ManagerError> {
        if self.checker_has_ended {
            return Ok(());
        }
        if !self.phase.accepts(ManagerRecoveryEvent::Check) {
            if self.policy.has(Rule::CheckerGatedByReady) {
                return Ok(());
            }
            // An entry that is waited for has no expiry, which counts as expired.
            if let Some(entry) = self.table.first_waited_for() {
                return entry.clone().handle(&WorkerEntryEvent::MarkAsOffline);
            }
        }
        for worker in self.table.due(now.0) {
            let Some(entry) = self.table.get_mut(&worker) else {
                continue;
            };
            // Who is offline already refuses, and is not told of twice.
            if entry.step(&WorkerEntryEvent::MarkAsOffline) != StepKind::Moved {
                continue;
            }
            let reason = entry.machine().status();
            let what = What::Offline {
                serial: entry.serial,
                reason: reason.map(|status| OfflineReason::after(status.state)),
            };
            let worker = Arc::clone(&worker);
            if !self.enqueue(Event { worker, what }) {
                self.checker_has_ended = true;
                self.fail(too_many(), effects);
                return Err(too_many());
            }
        }
        Ok(())
    }
}
