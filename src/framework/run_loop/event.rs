//! What a loop takes and gives.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::machine::Refused;
use crate::wire::MonotonicTime;

#[cfg(doc)]
use crate::framework::Timeouts;

/// What runs in a loop.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the framework has these two, and they end in different ways"
)]
pub enum Role {
    /// A worker.
    #[default]
    Worker,
    /// A job master: a worker of the job manager and a master of its own
    /// workers.
    JobMaster,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Worker => "worker",
            Self::JobMaster => "job master",
        })
    }
}

/// The error by which a loop ends.
#[derive(Clone, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[expect(
    clippy::exhaustive_enums,
    reason = "each decides how the loop is left, and everything else is `Other`"
)]
pub enum LoopError {
    /// The context was canceled.
    #[error("canceled")]
    Canceled,
    /// The start failed before the business logic was involved.
    #[error("failed before the start: {message}")]
    FailFast {
        /// What went wrong.
        message: Arc<str>,
    },
    /// The master has been silent for too long.
    #[error("gave up without its master")]
    Suicide,
    /// The worker is done.
    #[error("worker finished")]
    WorkerFinish,
    /// The worker was canceled.
    #[error("worker canceled")]
    WorkerCancel,
    /// The worker has failed for good.
    #[error("worker failed")]
    WorkerFailed,
    /// Any other error.
    #[error("{message}")]
    Other {
        /// What went wrong.
        message: Arc<str>,
    },
}

impl LoopError {
    /// Whether the worker leaves without a goodbye.
    #[must_use]
    pub fn is_abrupt(&self) -> bool {
        matches!(self, Self::Canceled | Self::FailFast { .. } | Self::Suicide)
    }

    /// Whether the worker has come to its end and will not run again.
    #[must_use]
    pub fn is_terminated(&self) -> bool {
        matches!(
            self,
            Self::WorkerFinish | Self::WorkerCancel | Self::WorkerFailed
        )
    }
}

/// What happens to a loop.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the operations of a loop, all of them"
)]
pub enum RunLoopEvent {
    /// Begin.
    Run,
    /// The start has succeeded.
    Initialised {
        /// The time.
        now: MonotonicTime,
    },
    /// It is time for a round; the loop waits [`Timeouts::poll`] between two.
    Tick {
        /// The time.
        now: MonotonicTime,
    },
    /// The start or a round has failed.
    Ended {
        /// The error; a loop without one must not end.
        error: Option<LoopError>,
        /// The time.
        now: MonotonicTime,
    },
    /// Something beside the loop has failed. The first such error ends the loop
    /// at the next round.
    Fail {
        /// The error.
        error: LoopError,
    },
    /// The business logic has ended itself and what it had to say is written.
    Exited {
        /// The error that it gave, if any.
        error: Option<Arc<str>>,
    },
    /// The business logic has let go of what it held, or its time for that is
    /// up.
    BusinessClosed,
    /// The wait for the master has ended in some way.
    HandshakeEnded,
    /// The business logic has cleaned up, or its time for that is up.
    BusinessStopped,
    /// Handlers, pools and the like are released.
    Released,
    /// Time has passed.
    Timer {
        /// The time.
        now: MonotonicTime,
    },
}

/// What is to be done for a loop. It goes on when told of the result.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "whoever runs the loop has to do all of it"
)]
pub enum RunLoopEffect {
    /// Start the worker.
    CallInit,
    /// Do one round.
    CallPoll,
    /// Take no more messages of own workers.
    StopAnswering,
    /// Let the business logic let go of what it holds.
    CallCloseImpl {
        /// How long it has; `None` for as long as it wants.
        within: Option<Duration>,
    },
    /// Tell the master of the end, and wait until it has taken note.
    WaitClosed,
    /// Let the business logic clean up.
    CallStopImpl {
        /// How long it has.
        within: Duration,
    },
    /// Release handlers, pools and the like.
    Release,
    /// Nothing more; the loop has ended.
    Return {
        /// By this error.
        error: LoopError,
    },
}

/// What must not happen to a loop: it refuses and is as before.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RunLoopError {
    /// A loop is run once. The original ends its process.
    #[error("a loop is run a second time: {0}")]
    RunTwice(Refused),
    /// A loop ends by an error. The original ends its process.
    #[error("a loop ends without an error: {0}")]
    EndedWithoutError(Refused),
    /// An event that is refused without an assertion of its own.
    #[error(transparent)]
    Refused(#[from] Refused),
}
