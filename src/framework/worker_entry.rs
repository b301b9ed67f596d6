//! What a master keeps of each of its workers.

use std::fmt;
use std::sync::Arc;

use statig::prelude::*;

use super::states::closed_states;
use crate::graph::{Property, TransitionKind};
use crate::machine::{Guarded, Machine};
use crate::wire::{Epoch, WorkerStatus};

/// The state of a master's entry for a worker. The discriminants are the
/// numbers in the entry's printed form.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(i8)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a new state changes what every user of the machine has to handle"
)]
pub enum WorkerEntryState {
    /// Found in the store by a master that has been restarted; not heard of yet.
    Wait = 1,
    /// Ordered by this master; not heard of yet.
    Created = 2,
    /// Heard of.
    Normal = 3,
    /// Timed out or ended; the business logic has not been told yet.
    Offline = 4,
    /// Gone; only the entry is left to be removed.
    Tombstone = 5,
}

closed_states! {
    WorkerEntryState { Wait, Created, Normal, Offline, Tombstone }
    of WorkerEntry named "worker_entry"
}

impl WorkerEntryState {
    /// Whether a restarted master still waits for the worker's first ping.
    #[inline]
    #[must_use]
    pub const fn is_waited_for(self) -> bool {
        matches!(self, Self::Wait)
    }

    /// Whether this master has not heard of the worker yet.
    #[inline]
    #[must_use]
    pub const fn is_unheard(self) -> bool {
        matches!(self, Self::Wait | Self::Created)
    }

    /// Whether only the entry is left of the worker.
    #[inline]
    #[must_use]
    pub const fn is_tombstone(self) -> bool {
        matches!(self, Self::Tombstone)
    }
}

/// What a master does with its entry for a worker.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the operations of an entry, all of them"
)]
pub enum WorkerEntryEvent {
    /// The worker is heard of for the first time.
    MarkAsOnline {
        /// The executor on which it runs.
        executor: Arc<str>,
        /// When it times out, in nanoseconds on the master's clock.
        expires_at: i64,
    },
    /// The worker has timed out or ended.
    MarkAsOffline,
    /// The worker is gone for good.
    MarkAsTombstone,
    /// The worker says that it has finished.
    SetFinished,
    /// The worker was heard of once more.
    RefreshExpiry {
        /// When it times out, in nanoseconds on the master's clock.
        expires_at: i64,
    },
    /// The worker has reported a status.
    UpdateStatus {
        /// The status; the original takes a message without one, too.
        status: Option<Arc<WorkerStatus>>,
    },
}

/// The machine of a master's entry for one worker.
///
/// It begins in `Created` when this master has ordered the worker, and in `Wait`
/// when a restarted master has found it in the store. Where the original ends
/// the process by an assertion, this machine refuses.
///
#[doc = include_str!("worker_entry.md")]
///
/// # Examples
///
/// ```
/// use fsmcheck::Guarded;
/// use fsmcheck::framework::{WorkerEntry, WorkerEntryEvent, WorkerEntryState};
///
/// let second = 1_000_000_000;
/// let entry = WorkerEntry::new("w1", "executor-1", Some(20 * second));
/// let mut entry = Guarded::at(entry, WorkerEntryState::Created);
/// assert!(entry.handle(&WorkerEntryEvent::MarkAsTombstone).is_err());
///
/// entry.handle(&WorkerEntryEvent::SetFinished)?;
/// entry.handle(&WorkerEntryEvent::MarkAsTombstone)?;
/// assert_eq!(
///     entry.to_string(),
///     "{worker-id:w1, executor-id:executor-1, state:5}"
/// );
/// # Ok::<(), fsmcheck::machine::Refused>(())
/// ```
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct WorkerEntry {
    // What a ping is held against and what it changes lies together, since a master
    // with many workers finds each entry in cold memory. An expiry that is not set,
    // and the epoch of no status, are 0.
    expires_at: i64,
    epoch: Epoch,
    has_expiry: bool,
    has_status: bool,
    finished: bool,
    rest: Arc<Rest>,
}

/// What only few steps look at; shared, so that a copy of an entry costs little.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
struct Rest {
    worker: Arc<str>,
    executor: Arc<str>,
    status: Option<Arc<WorkerStatus>>,
}

impl WorkerEntry {
    /// An entry for a worker that has not said that it has finished.
    ///
    /// `expires_at` is in nanoseconds on the master's clock, `None` for a worker
    /// that a restarted master waits for.
    #[must_use]
    pub fn new(
        worker: impl Into<Arc<str>>,
        executor: impl Into<Arc<str>>,
        expires_at: Option<i64>,
    ) -> Self {
        let rest = Rest {
            worker: worker.into(),
            executor: executor.into(),
            status: None,
        };
        Self {
            expires_at: expires_at.unwrap_or_default(),
            has_expiry: expires_at.is_some(),
            rest: Arc::new(rest),
            ..Self::default()
        }
    }

    /// The entry with a status that the worker starts with.
    #[must_use]
    pub fn with_status(mut self, status: impl Into<Arc<WorkerStatus>>) -> Self {
        self.set_status(Some(status.into()));
        self
    }

    /// The state of an entry that a restarted master makes of a stored record.
    pub(super) fn waited_for() -> WorkerEntryState {
        WorkerEntryState::Wait
    }

    /// The state of an entry for a worker that this master orders.
    pub(super) fn ordered() -> WorkerEntryState {
        WorkerEntryState::Created
    }

    /// The id of the worker.
    #[must_use]
    pub fn worker(&self) -> &str {
        &self.rest.worker
    }

    /// The executor on which the worker runs; empty when it is not known.
    #[must_use]
    pub fn executor(&self) -> &str {
        &self.rest.executor
    }

    /// When the worker times out, in nanoseconds on the master's clock; `None`
    /// when that was never set.
    #[inline]
    #[must_use]
    pub fn expires_at(&self) -> Option<i64> {
        self.has_expiry.then_some(self.expires_at)
    }

    /// Whether the worker has said that it has finished.
    #[must_use]
    #[inline]
    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// What the worker has reported last; before that, what the master expects
    /// of it. `None` after a message without a status.
    #[must_use]
    pub fn status(&self) -> Option<&Arc<WorkerStatus>> {
        self.rest.status.as_ref()
    }

    /// The worker epoch of the status.
    #[inline]
    #[must_use]
    pub fn epoch(&self) -> Option<Epoch> {
        self.has_status.then_some(self.epoch)
    }

    pub(super) fn worker_shared(&self) -> &Arc<str> {
        &self.rest.worker
    }

    pub(super) fn executor_shared(&self) -> &Arc<str> {
        &self.rest.executor
    }

    /// Moves the expiry back; what is past is held right before `now`.
    pub(super) fn set_back(&mut self, by: i64, now: i64) {
        if self.has_expiry {
            self.expires_at = self
                .expires_at
                .saturating_sub(by)
                .max(now.saturating_sub(1));
        }
    }

    /// The entry of the same worker under another id.
    pub(super) fn renamed(&self, name: &impl Fn(&str) -> String) -> Self {
        let rest = Rest {
            worker: name(&self.rest.worker).into(),
            executor: Arc::clone(&self.rest.executor),
            status: self.rest.status.as_deref().map(|status| {
                let id = name(&status.id);
                Arc::new(WorkerStatus {
                    id,
                    ..status.clone()
                })
            }),
        };
        Self {
            rest: Arc::new(rest),
            ..self.clone()
        }
    }

    fn set_status(&mut self, status: Option<Arc<WorkerStatus>>) {
        self.epoch = status.as_ref().map_or(0, |status| status.epoch);
        self.has_status = status.is_some();
        Arc::make_mut(&mut self.rest).status = status;
    }

    fn set_expiry(&mut self, expires_at: i64) {
        self.expires_at = expires_at;
        self.has_expiry = true;
    }
}

/// The original's printed form.
impl fmt::Display for Guarded<WorkerEntry> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{{worker-id:{}, executor-id:{}, state:{}}}",
            self.storage().worker(),
            self.storage().executor(),
            self.state().code()
        )
    }
}

#[state_machine(
    initial = "WorkerEntryState::Wait",
    state(name = "WorkerEntryState", custom),
    superstate(name = "WorkerEntrySuperstate", derive(Debug))
)]
impl WorkerEntry {
    #[state(superstate = "reporting")]
    fn wait(&mut self, event: &WorkerEntryEvent) -> Outcome<WorkerEntryState> {
        match event {
            WorkerEntryEvent::MarkAsOnline {
                executor,
                expires_at,
            } => {
                Arc::make_mut(&mut self.rest).executor = Arc::clone(executor);
                self.set_expiry(*expires_at);
                Transition(WorkerEntryState::Normal)
            }
            WorkerEntryEvent::MarkAsTombstone => Transition(WorkerEntryState::Tombstone),
            _ => Super,
        }
    }

    #[state(superstate = "reporting")]
    fn created(&mut self, event: &WorkerEntryEvent) -> Outcome<WorkerEntryState> {
        match event {
            WorkerEntryEvent::MarkAsOnline {
                executor,
                expires_at,
            } => {
                Arc::make_mut(&mut self.rest).executor = Arc::clone(executor);
                self.set_expiry(*expires_at);
                Transition(WorkerEntryState::Normal)
            }
            WorkerEntryEvent::MarkAsOffline => Transition(WorkerEntryState::Offline),
            _ => Super,
        }
    }

    #[state(superstate = "reporting")]
    fn normal(event: &WorkerEntryEvent) -> Outcome<WorkerEntryState> {
        match event {
            WorkerEntryEvent::MarkAsOffline => Transition(WorkerEntryState::Offline),
            _ => Super,
        }
    }

    #[state(superstate = "reporting")]
    fn offline(event: &WorkerEntryEvent) -> Outcome<WorkerEntryState> {
        match event {
            WorkerEntryEvent::MarkAsTombstone => Transition(WorkerEntryState::Tombstone),
            _ => Super,
        }
    }

    #[state(superstate = "tracked")]
    fn tombstone(&self, event: &WorkerEntryEvent) -> Outcome<WorkerEntryState> {
        match event {
            WorkerEntryEvent::MarkAsTombstone if self.finished => Handled,
            _ => Super,
        }
    }

    /// What an entry answers as long as it is no tombstone.
    #[superstate(superstate = "tracked")]
    fn reporting(&mut self, event: &WorkerEntryEvent) -> Outcome<WorkerEntryState> {
        match event {
            WorkerEntryEvent::UpdateStatus { status } => {
                self.set_status(status.clone());
                Handled
            }
            _ => Super,
        }
    }

    /// What an entry answers in every state.
    #[superstate]
    fn tracked(&mut self, event: &WorkerEntryEvent) -> Outcome<WorkerEntryState> {
        match event {
            WorkerEntryEvent::MarkAsTombstone if self.finished => {
                Transition(WorkerEntryState::Tombstone)
            }
            WorkerEntryEvent::SetFinished => {
                self.finished = true;
                Handled
            }
            WorkerEntryEvent::RefreshExpiry { expires_at } => {
                self.set_expiry(*expires_at);
                Handled
            }
            _ => Super,
        }
    }
}

impl Machine for WorkerEntry {
    fn alphabet() -> Vec<WorkerEntryEvent> {
        vec![
            WorkerEntryEvent::MarkAsOnline {
                executor: Arc::default(),
                expires_at: 0,
            },
            WorkerEntryEvent::MarkAsOffline,
            WorkerEntryEvent::MarkAsTombstone,
            WorkerEntryEvent::SetFinished,
            WorkerEntryEvent::RefreshExpiry { expires_at: 0 },
            WorkerEntryEvent::UpdateStatus { status: None },
        ]
    }

    fn name() -> String {
        Self::NAME.to_owned()
    }

    fn starts() -> Vec<(Self, WorkerEntryState)> {
        [Self::waited_for(), Self::ordered()]
            .map(|state| (Self::default(), state))
            .into()
    }

    fn declared_states() -> &'static [&'static str] {
        WorkerEntryState::NAMES
    }

    fn terminal_states() -> &'static [&'static str] {
        &["Tombstone"]
    }

    fn abstraction() -> Option<&'static str> {
        Some("worker, executor, expiry and status are left out: no step depends on them")
    }

    fn abstracted(entry: Self, state: WorkerEntryState) -> (Self, WorkerEntryState) {
        let finished = entry.finished;
        (
            Self {
                finished,
                ..Self::default()
            },
            state,
        )
    }

    fn properties() -> Vec<Property> {
        vec![Property::every_step(
            "S7",
            "a tombstone stays one, and what is offline only becomes a tombstone",
            &["Offline", "Tombstone"],
            |graph, from, transition, to| {
                let moved = transition.kind == TransitionKind::Moved;
                match graph.state(from).name.as_str() {
                    "Tombstone" => to == from,
                    "Offline" => !moved || graph.state(to).name == "Tombstone",
                    _ => true,
                }
            },
        )]
    }

    fn configuration_name(entry: &Self, state: &WorkerEntryState) -> Option<String> {
        let finished = if entry.finished {
            " (finish received)"
        } else {
            ""
        };
        Some(format!("{state}{finished}"))
    }

    fn state_code(state: &WorkerEntryState) -> Option<i64> {
        Some(i64::from(state.code()))
    }

    fn event_name(event: &WorkerEntryEvent) -> Option<String> {
        let name = match event {
            WorkerEntryEvent::MarkAsOnline { .. } => "mark as online",
            WorkerEntryEvent::MarkAsOffline => "mark as offline",
            WorkerEntryEvent::MarkAsTombstone => "mark as tombstone",
            WorkerEntryEvent::SetFinished => "set finished",
            WorkerEntryEvent::RefreshExpiry { .. } => "refresh expiry",
            WorkerEntryEvent::UpdateStatus { .. } => "update status",
        };
        Some(name.to_owned())
    }
}
