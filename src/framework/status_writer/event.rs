//! What a status writer takes and gives.

use std::sync::Arc;

use crate::framework::ExitReason;
use crate::machine::Refused;
use crate::wire::{MasterStateCode, MonotonicTime, WorkerStatus};

/// What happens to a status writer.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the operations of a status writer, all of them"
)]
pub enum StatusWriterEvent {
    /// A status is to be written.
    Update {
        /// The status.
        status: Arc<WorkerStatus>,
        /// The time.
        now: MonotonicTime,
    },
    /// The business logic ends itself.
    Exit {
        /// Why: decides the state that is written.
        reason: ExitReason,
        /// The error that it gives, if any.
        error: Option<Arc<str>>,
        /// The status, but for its state and its message.
        status: Arc<WorkerStatus>,
        /// The time.
        now: MonotonicTime,
    },
    /// What was to be stored is stored.
    Written {
        /// The time.
        now: MonotonicTime,
    },
    /// What was to be stored could not be stored.
    NotWritten {
        /// What went wrong.
        error: Arc<str>,
    },
    /// The master has been told.
    Notified,
    /// The master could not be told.
    NotNotified,
    /// The worker is being closed: nothing more is written.
    Canceled,
    /// Time has passed.
    Timer {
        /// The time.
        now: MonotonicTime,
    },
}

/// How the writing of a status ended.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the master is told or not, and the steps before that fail in one way each"
)]
pub enum WriteEnd {
    /// It is stored and told.
    Told,
    /// It is stored, but the master could not be told in time.
    NotTold,
    /// The end of a job could not be stored, and nothing else was done.
    NotStored {
        /// What went wrong.
        error: Arc<str>,
    },
    /// The worker was closed meanwhile.
    Canceled,
    /// Another end was written before, which stays.
    Latched,
}

/// What is to be done for a status writer.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "whoever runs the writer has to do all of it"
)]
pub enum StatusWriterEffect {
    /// Store the end of the job in its own record.
    WriteMaster {
        /// The state to store.
        state: MasterStateCode,
        /// The message to store.
        error: Arc<str>,
    },
    /// Store the status.
    Persist {
        /// The status.
        status: Arc<WorkerStatus>,
    },
    /// Send the status to the master.
    Notify {
        /// The status.
        status: Arc<WorkerStatus>,
    },
    /// The writing has ended.
    Done {
        /// How.
        end: WriteEnd,
    },
    /// The business logic has ended itself: tell the loop, by
    /// [`RunLoopEvent::Exited`](crate::framework::RunLoopEvent::Exited).
    Exited {
        /// The error that it gave, if any.
        error: Option<Arc<str>>,
    },
}

/// What must not happen to a status: the writer refuses and is as before.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StatusWriterError {
    /// The worker has reported its end, and reports something else.
    #[error("a worker that has ended reports another state: {0}")]
    EndedBefore(Refused),
    /// One status is written after the other.
    #[error("a status is still being written: {0}")]
    Busy(Refused),
    /// A result of something that is not under way.
    #[error(transparent)]
    Refused(#[from] Refused),
}
