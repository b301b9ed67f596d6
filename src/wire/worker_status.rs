//! The record of a worker.

use serde::{Deserialize, Serialize};

use crate::wire::id::{Epoch, MasterId, ProjectId, WorkerId};
use crate::wire::json::{as_base64, record};
use crate::wire::state_code::WorkerStateCode;
use crate::wire::time::Timestamp;
use crate::wire::update::{Update, Value};
use crate::wire::worker_type::WorkerType;

/// What is stored about a worker, and what it reports to its master.
///
/// # Examples
///
/// ```
/// use fsmcheck::wire::{WorkerStateCode, WorkerStatus};
///
/// let before = WorkerStatus::from_json(br#"{"id":"w","state":1,"epoch":3}"#)?;
/// let after = WorkerStatus { state: WorkerStateCode::FINISHED, ..before.clone() };
/// assert!(before.has_significant_change(&after));
/// assert!(after.is_terminated());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(default, rename_all = "kebab-case")]
#[expect(
    clippy::exhaustive_structs,
    reason = "its members are fixed by the wire, and users fill them in"
)]
pub struct WorkerStatus {
    /// The row's number in its table.
    pub seq_id: u64,
    /// When the row was made.
    pub created_at: Timestamp,
    /// When the row was last written.
    pub updated_at: Timestamp,
    /// The tenant's project.
    pub project_id: ProjectId,
    /// The master that the worker works for.
    pub job_id: MasterId,
    /// The worker's id.
    pub id: WorkerId,
    /// What kind of worker it is.
    #[serde(rename = "type")]
    pub kind: WorkerType,
    /// Its state.
    pub state: WorkerStateCode,
    /// Its incarnation.
    pub epoch: Epoch,
    /// Why it failed, or how it is in trouble.
    pub error_message: String,
    /// What the worker's own logic has to say.
    #[serde(with = "as_base64")]
    pub extend_bytes: Option<Vec<u8>>,
}

record!(WorkerStatus, usually 640 bytes {
    "seq-id": seq_id,
    "created-at": created_at,
    "updated-at": updated_at,
    "project-id": project_id,
    "job-id": job_id,
    "id": id,
    "type": kind,
    "state": state,
    "epoch": epoch,
    "error-message": error_message,
    "extend-bytes": extend_bytes,
});

/// The columns written when a worker's row is there already.
pub const WORKER_UPDATE_COLUMNS: [&str; 9] = [
    "updated_at",
    "project_id",
    "job_id",
    "id",
    "type",
    "state",
    "epoch",
    "error_message",
    "extend_bytes",
];

impl WorkerStatus {
    /// Whether going from here to `other` is worth storing: the state or the
    /// error message differs. Nothing else counts.
    #[must_use]
    pub fn has_significant_change(&self, other: &Self) -> bool {
        self.state != other.state || self.error_message != other.error_message
    }

    /// Whether the worker has ended; see [`WorkerStateCode::is_terminated`].
    #[must_use]
    pub fn is_terminated(&self) -> bool {
        self.state.is_terminated()
    }

    /// Everything but the row's number and its times.
    #[must_use]
    pub fn map(&self) -> Update {
        Update::from_iter([
            ("project_id", Value::from(&*self.project_id)),
            ("job_id", Value::from(&*self.job_id)),
            ("id", Value::from(&*self.id)),
            ("type", Value::from(i64::from(self.kind.0))),
            ("state", Value::from(i64::from(self.state.0))),
            ("epoch", Value::from(self.epoch)),
            ("error_message", Value::from(&*self.error_message)),
            ("extend_bytes", Value::from(&self.extend_bytes)),
        ])
    }
}
