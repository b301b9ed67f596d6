//! A master's table of its workers: who lives, who is gone, who has to be told.
//!
//! A [`WorkerManager`] does nothing by itself: what happens is told to it as
//! values, and what is to be done about it comes back as [`Effect`]s, in order, in
//! the caller's buffer. It has no clock, no thread, no socket and no store.
//!
//! | what happens | input |
//! |---|---|
//! | a ping or a status arrives | [`heartbeat`](WorkerManager::heartbeat), [`status_message`](WorkerManager::status_message) |
//! | … before there is a manager | [`message_before_start`](WorkerManager::message_before_start) |
//! | a worker is about to start, or could not be started | [`before_start`](WorkerManager::before_start), [`abort`](WorkerManager::abort) |
//! | a second has passed | [`check`](WorkerManager::check) |
//! | the business logic can be called | [`tick`](WorkerManager::tick) |
//! | a tombstone is to be cleaned | [`clean`](WorkerManager::clean), [`cleaned`](WorkerManager::cleaned) |
//! | the master has failed over | [`recover`](WorkerManager::recover), [`rows_loaded`](WorkerManager::rows_loaded), [`load_failed`](WorkerManager::load_failed), [`cancel_recovery`](WorkerManager::cancel_recovery), [`wake`](WorkerManager::wake) |
//!
//! # Which step is where
//!
//! Golden data in `tests/vectors.rs` (`worker_manager`, `worker_manager_full_queue`,
//! `hazards_worker_manager`) holds every row against the original; the tests named
//! here, in `tests/framework/manager/`, say it in few lines.
//!
//! | of an entry | item | test |
//! |---|---|---|
//! | a worker is ordered: `Created`, expires after 20 s | [`before_start`](WorkerManager::before_start) | `life.rs`, `a_worker_lives_and_is_lost` |
//! | its id is taken | [`ManagerError::WorkerExists`] | `life.rs`, `an_id_is_free_only_after_cleaning` |
//! | a stored worker is loaded: `Wait`, unless it is stored as finished | [`rows_loaded`](WorkerManager::rows_loaded) | `recovery.rs`, `who_is_loaded_is_waited_for` |
//! | `Wait` → `Normal`, nobody is told | [`heartbeat`](WorkerManager::heartbeat) | `recovery.rs`, `the_last_one_heard_ends_the_wait` |
//! | `Wait` → `Tombstone`, and so who has finished, nobody is told | [`wake`](WorkerManager::wake) | `recovery.rs`, `silence_ends_the_wait_after_20_s` |
//! | `Created` → `Normal`, online | [`heartbeat`](WorkerManager::heartbeat) | `life.rs`, `a_worker_lives_and_is_lost` |
//! | `Created`, `Normal` → `Offline` by time or by the finish flag | [`check`](WorkerManager::check) | `life.rs`, `expiry_is_strict`, `a_finished_worker_goes_at_the_next_check` |
//! | the reason for it | [`OfflineReason`] | `life.rs`, `the_last_status_gives_the_reason` |
//! | `Offline` → `Tombstone`, then the callback | [`tick`](WorkerManager::tick) | `life.rs`, `a_worker_lives_and_is_lost` |
//! | a ping refreshes the expiry and sets the flag in any state | [`heartbeat`](WorkerManager::heartbeat) | `life.rs`, `a_tombstone_stays_one` |
//! | `Tombstone` → gone, its record first | [`clean`](WorkerManager::clean), [`cleaned`](WorkerManager::cleaned) | `life.rs`, `an_id_is_free_only_after_cleaning` |
//! | any → gone when it could not be started | [`abort`](WorkerManager::abort) | `life.rs`, `an_abort_takes_the_entry_out_when_it_is_delivered` |
//! | a handle outlives its entry | [`ManagerError::StaleHandle`] | `life.rs`, `an_abort_takes_the_entry_out_when_it_is_delivered` |
//!
//! | of the manager | item | test |
//! |---|---|---|
//! | begins in `Ready` | [`WorkerManager::new`] | `life.rs`, `a_worker_lives_and_is_lost` |
//! | begins in `LoadingMeta` | [`WorkerManager::after_failover`] | `recovery.rs`, `nothing_to_recover_is_ready_at_once` |
//! | `LoadingMeta` → `Ready` when the table is empty | [`rows_loaded`](WorkerManager::rows_loaded) | `recovery.rs`, `nothing_to_recover_is_ready_at_once` |
//! | `LoadingMeta` → `WaitingHeartbeat` | [`rows_loaded`](WorkerManager::rows_loaded) | `recovery.rs`, `who_is_loaded_is_waited_for` |
//! | `WaitingHeartbeat` → `Ready`, all heard or 20 s | [`heartbeat`](WorkerManager::heartbeat), [`wake`](WorkerManager::wake) | `recovery.rs`, `the_last_one_heard_ends_the_wait`, `silence_ends_the_wait_after_20_s` |
//! | loading failed, or was canceled | [`load_failed`](WorkerManager::load_failed), [`cancel_recovery`](WorkerManager::cancel_recovery) | `recovery.rs`, `a_failed_recovery_fails_every_tick` |
//! | the order in which a ping is looked at | [`Receipt`] | `messages.rs`, `a_ping_is_dropped_for_the_first_reason` |
//! | a pong before all else | [`Effect::Pong`] | `messages.rs`, `the_original_answers_every_ping` |
//! | a status is held against the master epoch alone | [`status_message`](WorkerManager::status_message) | `messages.rs`, `a_status_of_an_old_incarnation` |
//! | 1,024 events wait, one more fails the master | [`ManagerError::TooManyPendingEvents`] | `messages.rs`, `a_full_queue_fails_the_master` |
//! | hooks: offline, status, dispatch failed | [`tick`](WorkerManager::tick) | `life.rs`, `a_tombstone_hears_of_no_status` |
//! | a callback fails | [`TickInput::CallbackFailed`] | `life.rs`, `a_failed_callback_ends_the_tick_and_uses_its_event_up` |
//! | the order of callbacks | [`tick`](WorkerManager::tick) | `properties.rs`, `callbacks_come_in_order` |
//! | each [`Rule`] that concerns it | [`Policy`] | `rules.rs`, a test for each |
//!
//! # Memory and time
//!
//! A ping costs one look into a hash table and one step of the entry's machine,
//! without an allocation; [`heartbeats`](WorkerManager::heartbeats) looks some
//! workers up at once and is the faster the more there are. A check costs what has
//! expired since the last one, and a look at each entry once per time-out. An entry
//! whose id is a UUID takes about 520 bytes, more than half of them for its status.
//! `cargo bench --bench heartbeat` measures all this.

mod check;
mod effect;
mod entry;
mod error;
mod key;
mod message;
mod queue;
mod recover;
mod recovery;
mod start;
mod table;
mod tick;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

pub use self::effect::{Effect, Handle, OfflineReason, Pong};
pub use self::error::ManagerError;
pub use self::message::{Dropped, Receipt};
pub use self::recovery::{ManagerRecovery, ManagerRecoveryEvent, ManagerState};
pub use self::tick::{TickInput, Ticked};

use self::entry::Entry;
use self::queue::{Event, Queue};
use self::recovery::Phase;
use self::table::Table;
use self::tick::Turn;
use super::{Policy, Rule, WorkerEntry, WorkerEntryState};
use crate::wire::{Epoch, MonotonicTime, WorkerStatus};

/// How long a worker may be silent: its own time-out of 15 s, and 5 s in which it
/// ends itself.
const WORKER_EXPIRY: Duration = Duration::from_secs(20);

/// A master's table of its workers.
///
/// # Examples
///
/// ```
/// use fsmcheck::framework::manager::{Effect, TickInput, WorkerManager};
/// use fsmcheck::framework::Policy;
/// use fsmcheck::wire::{HeartbeatPing, MonotonicTime};
///
/// let second = |s: i64| MonotonicTime(s * 1_000_000_000);
/// let mut manager = WorkerManager::new(5, Policy::original());
/// manager.before_start("w1", "executor-1", 7, second(0))?;
///
/// let ping = HeartbeatPing {
///     from_worker_id: "w1".to_owned(),
///     epoch: 5,
///     worker_epoch: 7,
///     ..HeartbeatPing::default()
/// };
/// let mut effects = Vec::new();
/// manager.heartbeat(&ping, "executor-1", second(3), &mut effects)?;
/// assert!(matches!(effects[..], [Effect::Pong(_)]));
///
/// effects.clear();
/// let _ = manager.tick(TickInput::Start, &mut effects)?;
/// assert!(matches!(effects[..], [Effect::Online { .. }]));
/// # Ok::<(), fsmcheck::framework::manager::ManagerError>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct WorkerManager {
    policy: Policy,
    epoch: Epoch,
    worker_expiry: i64,
    phase: Phase,
    table: Table,
    queue: Queue,
    turn: Option<Turn>,
    /// The newest status of each worker that was sent while the workers are loaded.
    kept: BTreeMap<String, WorkerStatus>,
    /// The first error that the master cannot live with.
    failure: Option<ManagerError>,
    checker_has_ended: bool,
}

impl WorkerManager {
    /// The manager of a fresh master of this epoch. It is ready at once, unless
    /// [`Rule::WorkersLoadedOnEveryStart`] wants it to [recover](Self::recover).
    #[must_use]
    pub fn new(epoch: Epoch, policy: Policy) -> Self {
        let state = if policy.has(Rule::WorkersLoadedOnEveryStart) {
            ManagerRecovery::failed_over()
        } else {
            ManagerRecovery::fresh()
        };
        Self::in_state(epoch, policy, state)
    }

    /// The manager of a master that has failed over: it has to
    /// [recover](Self::recover) first.
    #[must_use]
    pub fn after_failover(epoch: Epoch, policy: Policy) -> Self {
        Self::in_state(epoch, policy, ManagerRecovery::failed_over())
    }

    fn in_state(epoch: Epoch, policy: Policy, state: ManagerState) -> Self {
        Self {
            policy,
            epoch,
            worker_expiry: nanos(WORKER_EXPIRY),
            phase: Phase::new(state),
            table: Table::default(),
            queue: Queue::default(),
            turn: None,
            kept: BTreeMap::new(),
            failure: None,
            checker_has_ended: false,
        }
    }

    /// This manager with another time after which a silent worker is given up; 20 s
    /// unless given.
    #[must_use]
    pub fn with_worker_expiry(self, expiry: Duration) -> Self {
        Self {
            worker_expiry: nanos(expiry),
            ..self
        }
    }

    /// The state of the manager.
    #[must_use]
    pub fn state(&self) -> ManagerState {
        self.phase.state()
    }

    /// The master's own epoch.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// How many events wait for a tick.
    #[must_use]
    pub fn pending_events(&self) -> usize {
        self.queue.len()
    }

    /// The error that the master has failed by.
    #[must_use]
    pub fn failure(&self) -> Option<&ManagerError> {
        self.failure.as_ref()
    }

    /// How many workers are in the table.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there is no worker in the table.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// A handle for each worker in the table, in the order of their ids.
    pub fn workers(&self) -> impl ExactSizeIterator<Item = Handle> {
        self.table.in_order().into_iter().map(Entry::handle_to)
    }

    /// The entry of a worker.
    #[must_use]
    pub fn entry(&self, worker: &str) -> Option<(&WorkerEntry, WorkerEntryState)> {
        let entry = self.table.get(worker)?;
        Some((entry.machine(), entry.state()))
    }

    /// The last status of a worker; `None` when its last message had none.
    ///
    /// # Errors
    ///
    /// [`ManagerError::StaleHandle`] when the worker has no entry any more.
    pub fn status(&self, handle: &Handle) -> Result<Option<&WorkerStatus>, ManagerError> {
        match self.table.get(handle.worker()) {
            Some(entry) => Ok(entry.machine().status().map(Arc::as_ref)),
            None => Err(ManagerError::StaleHandle {
                worker: handle.worker().into(),
            }),
        }
    }

    /// Moves every time that is noted back by so much, so that a clock need not run on:
    /// then `now` stays what it is, however long it is used. What is past is held right
    /// before `now`, since it makes no difference how long ago it was.
    pub fn set_back(&mut self, by: Duration, now: MonotonicTime) {
        let by = nanos(by);
        self.table.set_back(by, now.0);
        self.phase.set_back(by, now.0);
    }

    /// A manager as this one of workers with other ids, no two of which may be the same:
    /// for models whose workers can be interchanged. A tick that has begun is not renamed.
    #[must_use]
    pub fn renamed(&self, name: impl Fn(&str) -> String) -> Self {
        let kept = self.kept.iter().map(|(worker, status)| {
            let id = name(&status.id);
            (
                name(worker),
                WorkerStatus {
                    id,
                    ..status.clone()
                },
            )
        });
        Self {
            table: self.table.renamed(&name),
            queue: self.queue.renamed(&name),
            kept: kept.collect(),
            ..self.clone()
        }
    }

    /// When a worker expires that is heard of now.
    #[inline]
    fn next_expiry(&self, now: MonotonicTime) -> i64 {
        now.0.saturating_add(self.worker_expiry)
    }

    /// Puts an event in the queue; whether there was room for it.
    fn enqueue(&mut self, event: Event) -> bool {
        let serial = event.serial();
        let worker = Arc::clone(&event.worker);
        let room = self.queue.push(event);
        if room
            && let Some(serial) = serial
            && let Some(entry) = self.table.referred(&worker, serial)
        {
            entry.queued += 1;
        }
        room
    }

    /// Puts an event in the queue; when there is no room for it, the master fails.
    fn enqueue_or_fail(&mut self, event: Event, effects: &mut Vec<Effect<'_>>) {
        if !self.enqueue(event) {
            self.fail(too_many(), effects);
        }
    }

    /// The first error that the master cannot live with stays, and ends whatever
    /// is under way.
    fn fail(&mut self, error: ManagerError, effects: &mut Vec<Effect<'_>>) {
        if self.failure.is_some() {
            return;
        }
        effects.push(Effect::Failed {
            error: error.clone(),
        });
        self.failure = Some(error);
        if self.phase.accepts(ManagerRecoveryEvent::Fail) {
            effects.push(Effect::RecoveryEnded {
                error: Some(ManagerError::Canceled),
            });
        }
    }

    /// Whether a status may take the place of the one that is known.
    fn may_replace(&self, known: Option<&Arc<WorkerStatus>>, new: Option<&WorkerStatus>) -> bool {
        match (known, new) {
            (Some(known), Some(new)) if self.policy.has(Rule::TerminalStatusLatched) => {
                known.epoch != new.epoch || !known.is_terminated() || known.state == new.state
            }
            _ => true,
        }
    }
}

fn too_many() -> ManagerError {
    ManagerError::TooManyPendingEvents {
        capacity: queue::CAPACITY,
    }
}

fn nanos(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}
