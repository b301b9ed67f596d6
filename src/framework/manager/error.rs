//! What can be wrong with an input of a worker manager.

use std::sync::Arc;

use super::recovery::ManagerRecovery;
use crate::framework::{WorkerEntry, WorkerEntryState};
use crate::machine::Refused;
use crate::wire::Epoch;

/// Why a worker manager did not do what it was asked for.
///
/// Where the original ends its process by an assertion, the error says which
/// [assertion](Self::assertion) that is, and the manager is as it was before.
#[derive(Clone, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ManagerError {
    /// A message is for a later incarnation of this master: another one has
    /// taken its place, and this one should have stopped.
    #[error(
        "{machine} of master epoch {own}: worker `{worker}` speaks to master epoch {seen}, so this \
         master is stale and must stop; legal: {own} or less", machine = ManagerRecovery::NAME
    )]
    StaleMaster {
        /// The worker that sent the message.
        worker: Arc<str>,
        /// The master epoch in the message.
        seen: Epoch,
        /// The manager's own master epoch.
        own: Epoch,
    },
    /// A ping is of a later incarnation of the worker than this master knows.
    #[error(
        "{machine} of master epoch {own}: worker `{worker}` pings in worker epoch {seen}, but its \
         entry is of {known}, so this master is stale and must stop; legal: {known} or less",
        machine = ManagerRecovery::NAME
    )]
    StaleEntry {
        /// The worker.
        worker: Arc<str>,
        /// The worker epoch in the ping.
        seen: Epoch,
        /// The worker epoch of the entry.
        known: Epoch,
        /// The manager's own master epoch.
        own: Epoch,
    },
    /// A ping is of a worker whose last status message had no status.
    #[error(
        "{} of worker `{worker}` has no status to hold the worker epoch {seen} of a ping against; \
         legal: a ping after a message with a status",
        WorkerEntry::NAME
    )]
    NoStatus {
        /// The worker.
        worker: Arc<str>,
        /// The worker epoch in the ping.
        seen: Epoch,
    },
    /// A worker is to be started under an id that is in the table.
    #[error(
        "worker `{worker}` of worker epoch {epoch} cannot start: its id has an entry that is \
         {state}, of worker epoch {}; legal: after that entry is cleaned", shown(*.known)
    )]
    WorkerExists {
        /// The worker.
        worker: Arc<str>,
        /// The epoch that it was to start with.
        epoch: Epoch,
        /// The state of the entry that is there.
        state: WorkerEntryState,
        /// The worker epoch of the entry that is there.
        known: Option<Epoch>,
    },
    /// An entry is to be cleaned whose worker may live.
    #[error(
        "{} of worker `{worker}` cannot be cleaned: it is {state}, of worker epoch {}; legal: a \
         tombstone", WorkerEntry::NAME, shown(*.known)
    )]
    NotATombstone {
        /// The worker.
        worker: Arc<str>,
        /// The state of the entry.
        state: WorkerEntryState,
        /// The worker epoch of the entry.
        known: Option<Epoch>,
    },
    /// A worker has pinged again while others are still waited for: an error
    /// without [`Rule::RepeatedPingWhileWaiting`](crate::framework::Rule).
    #[error(
        "{} of worker `{worker}` is {state} at a ping in worker epoch {seen} while workers are \
         waited for; legal: one that is waited for",
        WorkerEntry::NAME
    )]
    UnexpectedPing {
        /// The worker.
        worker: Arc<str>,
        /// The state of the entry.
        state: WorkerEntryState,
        /// The worker epoch in the ping.
        seen: Epoch,
    },
    /// A message has come before there was a manager: an error without
    /// [`Rule::HandlersAfterManager`](crate::framework::Rule).
    #[error(
        "a message of worker `{worker}` has come before the master has a {}",
        ManagerRecovery::NAME
    )]
    NoManager {
        /// The worker.
        worker: Arc<str>,
    },
    /// Recovery begins for a second time, or where there is nothing to recover.
    #[error("{refused} (master epoch {own}; recovery is legal once, after a failover)")]
    NotRecoverable {
        /// What the manager's machine says.
        refused: Box<Refused>,
        /// The manager's own master epoch.
        own: Epoch,
    },
    /// An entry refuses what is to be done with it.
    #[error("worker `{worker}` of worker epoch {}: {refused}", shown(*.known))]
    EntryRefuses {
        /// The worker.
        worker: Arc<str>,
        /// The worker epoch of the entry.
        known: Option<Epoch>,
        /// What the entry's machine says.
        refused: Box<Refused>,
    },
    /// A handle is used whose worker has no entry.
    #[error("the handle of worker `{worker}` is stale: the worker has no entry")]
    StaleHandle {
        /// The worker.
        worker: Arc<str>,
    },
    /// A tick is told what came of something that it did not ask for.
    #[error("the tick did not ask for {given}; legal now: {legal}")]
    OutOfTurn {
        /// What was given.
        given: &'static str,
        /// What may be given.
        legal: &'static str,
    },
    /// There is no room for another event: nobody ticks the manager.
    #[error("master has too many pending events: {capacity} of them wait for a tick")]
    TooManyPendingEvents {
        /// How many events may wait.
        capacity: usize,
    },
    /// What was under way was canceled.
    #[error("context canceled")]
    Canceled,
    /// The store has failed.
    #[error("{message}")]
    Store {
        /// What the store said.
        message: Arc<str>,
    },
    /// A callback has failed.
    #[error("{message}")]
    Callback {
        /// What the callback said.
        message: Arc<str>,
    },
}

impl ManagerError {
    /// The original's code of the error, if it has one.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::TooManyPendingEvents { .. } => Some("DFLOW:ErrMasterTooManyPendingEvents"),
            _ => None,
        }
    }

    /// The assertion by which the original ends its process here; `None` for an
    /// error that it returns.
    #[must_use]
    pub fn assertion(&self) -> Option<&'static str> {
        match self {
            Self::StaleMaster { .. } | Self::StaleEntry { .. } => {
                Some("We are a stale master still running")
            }
            Self::NoStatus { .. } | Self::NoManager { .. } => {
                Some("runtime error: invalid memory address or nil pointer dereference")
            }
            Self::WorkerExists { .. } => Some("worker already exists"),
            Self::NotATombstone { .. } => Some("Unreachable: not a tombstone"),
            Self::UnexpectedPing { .. } => Some("Unexpected worker entry state"),
            Self::NotRecoverable { .. } | Self::EntryRefuses { .. } => Some("Unreachable"),
            Self::StaleHandle { .. } => Some("Using a stale handle"),
            Self::OutOfTurn { .. }
            | Self::TooManyPendingEvents { .. }
            | Self::Canceled
            | Self::Store { .. }
            | Self::Callback { .. } => None,
        }
    }
}

fn shown(epoch: Option<Epoch>) -> String {
    epoch.map_or_else(|| "none".to_owned(), |epoch| epoch.to_string())
}
