//! Messages of workers: pings and statuses.

use std::sync::Arc;

use super::queue::{Event, What};
use super::{Effect, ManagerError, ManagerRecoveryEvent, Pong, WorkerManager};
use crate::framework::{Policy, Rule, WorkerEntryEvent};
use crate::wire::{Epoch, HeartbeatPing, MonotonicTime, WorkerStatusMessage};

/// How many workers are looked up before the first of their pings is handled.
const LOOKED_UP_AT_ONCE: usize = 16;

/// What became of a message.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a message is taken or it is not")]
pub enum Receipt {
    /// It was taken.
    Accepted,
    /// It was put aside, to be taken once the workers are loaded.
    Kept,
    /// It was dropped.
    Dropped(Dropped),
}

/// Why a message was dropped: the first reason there was, in this order.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Dropped {
    /// There is no manager yet; the message layer keeps the message until there is.
    NoManager,
    /// The workers are not loaded yet.
    Loading,
    /// It is for an earlier incarnation of the master.
    OldMasterEpoch,
    /// The worker is not in the table.
    UnknownWorker,
    /// It is a status message without a status.
    NoStatus,
    /// It is of another incarnation of the worker, of an earlier one if it is a
    /// ping.
    OtherWorkerEpoch,
}

impl WorkerManager {
    /// Takes a ping that came from a node.
    ///
    /// The ping is looked at in the original's order: workers loaded, master epoch,
    /// known worker, worker epoch; then the finish flag, the expiry and the state
    /// follow. It is answered before all that, or, with
    /// [`Rule::PongAfterAcceptance`], when nothing speaks against it.
    ///
    /// # Errors
    ///
    /// When the ping is of a later master or worker epoch than this master knows,
    /// so that it should have stopped, and where a [`Rule`] is missing that the
    /// ping needs. The manager is as it was before; a pong that was already pushed
    /// has been sent.
    #[inline]
    pub fn heartbeat<'m>(
        &mut self,
        ping: &'m HeartbeatPing,
        node: &'m str,
        now: MonotonicTime,
        effects: &mut Vec<Effect<'m>>,
    ) -> Result<Receipt, ManagerError> {
        let position = self.table.position(&ping.from_worker_id);
        self.heartbeat_at(position, ping, node, now, effects)
    }

    /// Takes pings with the nodes that they came from, as if each was handed to
    /// [`heartbeat`](Self::heartbeat), and returns how many were accepted. Looking
    /// up some workers at once makes up for the slowness of memory.
    ///
    /// # Errors
    ///
    /// That of the first ping that is an error; those behind it are not looked at,
    /// since it tells that this master has to stop.
    pub fn heartbeats<'m>(
        &mut self,
        pings: impl IntoIterator<Item = (&'m HeartbeatPing, &'m str)>,
        now: MonotonicTime,
        effects: &mut Vec<Effect<'m>>,
    ) -> Result<usize, ManagerError> {
        let mut accepted = 0;
        let mut pings = pings.into_iter();
        loop {
            // No ping adds an entry or takes one out, so that positions hold.
            let found: [_; LOOKED_UP_AT_ONCE] = std::array::from_fn(|_| {
                let (ping, node) = pings.next()?;
                Some((ping, node, self.table.position(&ping.from_worker_id)))
            });
            for next in found {
                let Some((ping, node, position)) = next else {
                    return Ok(accepted);
                };
                let receipt = self.heartbeat_at(position, ping, node, now, effects)?;
                accepted += usize::from(receipt == Receipt::Accepted);
            }
        }
    }

    #[inline]
    fn heartbeat_at<'m>(
        &mut self,
        position: Option<usize>,
        ping: &'m HeartbeatPing,
        node: &'m str,
        now: MonotonicTime,
        effects: &mut Vec<Effect<'m>>,
    ) -> Result<Receipt, ManagerError> {
        let pong = Pong::new(
            ping,
            node,
            self.epoch,
            self.policy.has(Rule::PongWorkerEpoch),
        );
        let pong_is_late = self.policy.has(Rule::PongAfterAcceptance);
        if !pong_is_late {
            effects.push(Effect::Pong(pong));
        }
        if !self.phase.accepts(ManagerRecoveryEvent::Ping) {
            return Ok(Receipt::Dropped(Dropped::Loading));
        }
        if ping.epoch != self.epoch {
            return self.other_master_epoch(&ping.from_worker_id, ping.epoch);
        }
        let expires_at = self.next_expiry(now);
        let is_ready = self.phase.state().is_ready();
        let Some(entry) = position.and_then(|position| self.table.at_mut(position)) else {
            return Ok(Receipt::Dropped(Dropped::UnknownWorker));
        };
        if entry.machine().epoch() != Some(ping.worker_epoch)
            && self.policy.has(Rule::PingWorkerEpochChecked)
        {
            return other_worker_epoch(ping, entry.machine().epoch(), self.epoch);
        }
        let state = entry.state();
        if !is_ready && !state.is_waited_for() && !self.policy.has(Rule::RepeatedPingWhileWaiting) {
            return Err(ManagerError::UnexpectedPing {
                worker: Arc::clone(entry.machine().worker_shared()),
                state,
                seen: ping.worker_epoch,
            });
        }

        if pong_is_late {
            effects.push(Effect::Pong(pong));
        }
        let finishes = ping.is_finished && !entry.machine().is_finished();
        if finishes {
            entry.step(&WorkerEntryEvent::SetFinished);
        }
        entry.step(&WorkerEntryEvent::RefreshExpiry { expires_at });
        let is_filed_late = expires_at < entry.filed;
        if finishes || is_filed_late || state.is_unheard() {
            self.heard(ping, node, expires_at, effects);
        }
        Ok(Receipt::Accepted)
    }

    /// What a ping changes beside the expiry, as few do.
    #[cold]
    fn heard(
        &mut self,
        ping: &HeartbeatPing,
        node: &str,
        expires_at: i64,
        effects: &mut Vec<Effect<'_>>,
    ) {
        let worker = ping.from_worker_id.as_str();
        self.table.file(worker);
        if ping.is_finished {
            self.table.finished(worker);
        }
        let is_ready = self.phase.state().is_ready();
        let Some(entry) = self.table.get_mut(worker) else {
            return;
        };
        let is_expected = if is_ready {
            entry.state().is_unheard()
        } else {
            entry.state().is_waited_for()
        };
        if !is_expected {
            return;
        }
        let executor: Arc<str> = node.into();
        entry.step(&WorkerEntryEvent::MarkAsOnline {
            executor: Arc::clone(&executor),
            expires_at,
        });
        let worker = Arc::clone(entry.machine().worker_shared());
        if is_ready {
            let what = What::Online { executor };
            self.enqueue_or_fail(Event { worker, what }, effects);
        } else {
            let last = self.table.heard(&worker);
            self.phase.accepts(ManagerRecoveryEvent::Heard { last });
            self.end_wait_if_ready(effects);
        }
    }

    /// Takes a status message. The original holds it against the master epoch
    /// alone.
    ///
    /// # Errors
    ///
    /// When the message is of a later master epoch, so that this master should have
    /// stopped. The manager is as it was before.
    pub fn status_message(
        &mut self,
        message: WorkerStatusMessage,
        effects: &mut Vec<Effect<'_>>,
    ) -> Result<Receipt, ManagerError> {
        if message.master_epoch != self.epoch {
            return self.other_master_epoch(&message.worker, message.master_epoch);
        }
        let Some(entry) = self.table.get(&message.worker) else {
            return Ok(self.status_of_unknown(message));
        };
        if message.status.is_none() && self.policy.has(Rule::StatusBodyRequired) {
            return Ok(Receipt::Dropped(Dropped::NoStatus));
        }
        if self.policy.has(Rule::StatusEpochChecked)
            && let (Some(status), Some(known)) = (&message.status, entry.machine().epoch())
            && status.epoch != known
        {
            return Ok(Receipt::Dropped(Dropped::OtherWorkerEpoch));
        }
        let event = Event {
            worker: Arc::clone(entry.machine().worker_shared()),
            what: What::Status {
                serial: entry.serial,
                executor: Arc::clone(entry.machine().executor_shared()),
                status: message.status.map(Arc::new),
            },
        };
        self.enqueue_or_fail(event, effects);
        Ok(Receipt::Accepted)
    }

    /// While the workers are loaded, who is unknown may only be unknown yet. Its
    /// newest status is kept, as if its record had been read later.
    fn status_of_unknown(&mut self, message: WorkerStatusMessage) -> Receipt {
        let is_loading = !self.phase.accepts(ManagerRecoveryEvent::Ping);
        match message.status {
            Some(status) if is_loading && self.policy.has(Rule::StatusesKeptWhileRecovering) => {
                self.kept.insert(message.worker, status);
                Receipt::Kept
            }
            _ => Receipt::Dropped(Dropped::UnknownWorker),
        }
    }

    /// What becomes of a message that arrives before the master has a manager.
    ///
    /// # Errors
    ///
    /// Without [`Rule::HandlersAfterManager`] it is handled all the same, and the
    /// original fails for want of a manager.
    pub fn message_before_start(policy: Policy, worker: &str) -> Result<Receipt, ManagerError> {
        if policy.has(Rule::HandlersAfterManager) {
            Ok(Receipt::Dropped(Dropped::NoManager))
        } else {
            Err(ManagerError::NoManager {
                worker: worker.into(),
            })
        }
    }

    #[cold]
    fn other_master_epoch(&self, worker: &str, seen: Epoch) -> Result<Receipt, ManagerError> {
        if seen < self.epoch {
            Ok(Receipt::Dropped(Dropped::OldMasterEpoch))
        } else {
            Err(ManagerError::StaleMaster {
                worker: worker.into(),
                seen,
                own: self.epoch,
            })
        }
    }
}

#[cold]
fn other_worker_epoch(
    ping: &HeartbeatPing,
    known: Option<Epoch>,
    own: Epoch,
) -> Result<Receipt, ManagerError> {
    let seen = ping.worker_epoch;
    match known {
        Some(known) if seen < known => Ok(Receipt::Dropped(Dropped::OtherWorkerEpoch)),
        Some(known) => Err(ManagerError::StaleEntry {
            worker: ping.from_worker_id.as_str().into(),
            seen,
            known,
            own,
        }),
        None => Err(ManagerError::NoStatus {
            worker: ping.from_worker_id.as_str().into(),
            seen,
        }),
    }
}
