//! What a worker manager wants done.

use std::sync::Arc;

use super::ManagerError;
use crate::wire::{Epoch, HeartbeatPing, HeartbeatPong, MonotonicTime, Timestamp, WorkerStateCode};

/// Something that a worker manager wants done. Effects are to be carried out in
/// the order in which they were pushed.
///
/// What concerns a message borrows from it.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Effect<'m> {
    /// Answer a ping.
    Pong(Pong<'m>),
    /// Tell the business logic that a worker was heard of for the first time.
    Online {
        /// The worker.
        handle: Handle,
    },
    /// Tell the business logic that a worker is gone.
    Offline {
        /// The worker.
        handle: Handle,
        /// Why; `None` when its last status message had no status.
        reason: Option<OfflineReason>,
    },
    /// Tell the business logic that a worker has reported a status.
    StatusUpdated {
        /// The worker.
        handle: Handle,
    },
    /// Tell the business logic that a worker could not be started.
    DispatchFailed {
        /// The worker.
        handle: Handle,
        /// Why.
        error: Arc<str>,
    },
    /// Read the records of all workers of this master, for
    /// [`rows_loaded`](super::WorkerManager::rows_loaded).
    LoadRows,
    /// Read the record of a worker, for the [tick](super::WorkerManager::tick).
    ReadRow {
        /// The worker.
        worker: Arc<str>,
    },
    /// Delete the record of a worker, for
    /// [`cleaned`](super::WorkerManager::cleaned).
    DeleteRow {
        /// The worker.
        worker: Arc<str>,
    },
    /// Recovery has ended.
    RecoveryEnded {
        /// Why it failed, if it did.
        error: Option<ManagerError>,
    },
    /// The master has failed: from now on each tick returns this error.
    Failed {
        /// Why.
        error: ManagerError,
    },
}

/// The answer to a ping.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Pong<'m> {
    /// The node that the ping came from.
    pub node: &'m str,
    /// The worker.
    pub worker: &'m str,
    /// The ping's send time, by the worker's clock.
    pub send_time: MonotonicTime,
    /// The master's own epoch.
    pub epoch: Epoch,
    /// The worker epoch that is answered, with
    /// [`Rule::PongWorkerEpoch`](crate::framework::Rule); the original's message
    /// has no member for it.
    pub worker_epoch: Option<Epoch>,
    /// The ping's flag, acknowledged.
    pub is_finished: bool,
}

impl<'m> Pong<'m> {
    #[inline]
    pub(super) fn new(
        ping: &'m HeartbeatPing,
        node: &'m str,
        epoch: Epoch,
        with_worker_epoch: bool,
    ) -> Self {
        Self {
            node,
            worker: &ping.from_worker_id,
            send_time: ping.send_time,
            epoch,
            worker_epoch: with_worker_epoch.then_some(ping.worker_epoch),
            is_finished: ping.is_finished,
        }
    }

    /// The original's message.
    #[must_use]
    pub fn message(&self, reply_time: Timestamp) -> HeartbeatPong {
        HeartbeatPong {
            send_time: self.send_time,
            reply_time,
            to_worker_id: self.worker.to_owned(),
            epoch: self.epoch,
            is_finished: self.is_finished,
        }
    }
}

/// What the business logic is given of a worker. It may outlive the worker's
/// entry; [`status`](super::WorkerManager::status) then says that it is stale.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(
    clippy::exhaustive_enums,
    reason = "what can be done with a worker depends on which of the two it is"
)]
pub enum Handle {
    /// The worker can be spoken to.
    Running {
        /// The worker.
        worker: Arc<str>,
        /// The executor on which it runs; empty when it is not known.
        executor: Arc<str>,
    },
    /// The worker is gone, and what is left of it can be cleaned.
    Tombstone {
        /// The worker.
        worker: Arc<str>,
    },
}

impl Handle {
    /// The id of the worker.
    #[must_use]
    pub fn worker(&self) -> &str {
        match self {
            Self::Running { worker, .. } | Self::Tombstone { worker } => worker,
        }
    }
}

/// Why a worker went offline.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, thiserror::Error)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the original has exactly these, and each decides what becomes of the task"
)]
pub enum OfflineReason {
    /// Its work is done.
    #[error("worker finished and exited")]
    Finished,
    /// It was told to stop.
    #[error("worker is canceled")]
    Canceled,
    /// It failed in a way that a restart does not mend.
    #[error("worker is failed permanently")]
    Failed,
    /// It is lost without having said why.
    #[error("worker is offline")]
    Lost,
}

impl OfflineReason {
    /// The original's code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Finished => "DFLOW:ErrWorkerFinish",
            Self::Canceled => "DFLOW:ErrWorkerCancel",
            Self::Failed => "DFLOW:ErrWorkerFailed",
            Self::Lost => "DFLOW:ErrWorkerOffline",
        }
    }

    /// What the last state of a worker tells.
    pub(super) fn after(state: WorkerStateCode) -> Self {
        match state {
            WorkerStateCode::FINISHED => Self::Finished,
            WorkerStateCode::STOPPED => Self::Canceled,
            WorkerStateCode::ERROR => Self::Failed,
            _ => Self::Lost,
        }
    }
}
