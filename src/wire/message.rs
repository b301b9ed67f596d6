//! What masters and workers send each other.

use serde::{Deserialize, Serialize};

use crate::wire::clock::MonotonicTime;
use crate::wire::id::{Epoch, MasterId, WorkerId};
use crate::wire::json::record;
use crate::wire::state_code::WorkerStateCode;
use crate::wire::time::Timestamp;
use crate::wire::worker_status::WorkerStatus;

/// A worker's sign of life to its master.
#[derive(Clone, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(default, rename_all = "kebab-case")]
#[expect(
    clippy::exhaustive_structs,
    reason = "its members are fixed by the wire, and users fill them in"
)]
pub struct HeartbeatPing {
    /// When it was sent, by the worker's clock.
    pub send_time: MonotonicTime,
    /// The worker.
    pub from_worker_id: WorkerId,
    /// The incarnation of the master that the worker believes in.
    pub epoch: Epoch,
    /// The worker's own incarnation.
    pub worker_epoch: Epoch,
    /// Whether the worker has ended and waits to be let go.
    pub is_finished: bool,
}

record!(HeartbeatPing, usually 192 bytes {
    "send-time": send_time,
    "from-worker-id": from_worker_id,
    "epoch": epoch,
    "worker-epoch": worker_epoch,
    "is-finished": is_finished,
});

/// A master's answer to a [`HeartbeatPing`].
#[derive(Clone, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(default, rename_all = "kebab-case")]
#[expect(
    clippy::exhaustive_structs,
    reason = "its members are fixed by the wire, and users fill them in"
)]
pub struct HeartbeatPong {
    /// The ping's send time, by the worker's clock.
    pub send_time: MonotonicTime,
    /// When it was answered, by the master's clock.
    pub reply_time: Timestamp,
    /// The worker.
    pub to_worker_id: WorkerId,
    /// The master's incarnation.
    pub epoch: Epoch,
    /// The ping's flag, acknowledged.
    pub is_finished: bool,
}

record!(HeartbeatPong, usually 192 bytes {
    "send-time": send_time,
    "reply-time": reply_time,
    "to-worker-id": to_worker_id,
    "epoch": epoch,
    "is-finished": is_finished,
});

/// A master's request that a worker change its state.
#[derive(Clone, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(default, rename_all = "kebab-case")]
#[expect(
    clippy::exhaustive_structs,
    reason = "its members are fixed by the wire, and users fill them in"
)]
pub struct StatusChangeRequest {
    /// When it was sent, by the master's clock.
    pub send_time: MonotonicTime,
    /// The master.
    pub from_master_id: MasterId,
    /// The master's incarnation.
    pub epoch: Epoch,
    /// The state that the worker is to reach.
    pub expect_state: WorkerStateCode,
}

record!(StatusChangeRequest, usually 160 bytes {
    "send-time": send_time,
    "from-master-id": from_master_id,
    "epoch": epoch,
    "expect-state": expect_state,
});

/// A worker's report of its status to its master.
#[derive(Clone, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(default, rename_all = "kebab-case")]
#[expect(
    clippy::exhaustive_structs,
    reason = "its members are fixed by the wire, and users fill them in"
)]
pub struct WorkerStatusMessage {
    /// The worker.
    pub worker: WorkerId,
    /// The incarnation of the master that the worker believes in.
    pub master_epoch: Epoch,
    /// The status, if there is one.
    pub status: Option<WorkerStatus>,
}

record!(WorkerStatusMessage, usually 768 bytes {
    "worker": worker,
    "master-epoch": master_epoch,
    "status": status,
});
