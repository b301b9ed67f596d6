//! The record of a job and its master.

use serde::{Deserialize, Serialize};

use crate::wire::id::{Epoch, MasterId, ProjectId};
use crate::wire::json::{as_base64, record};
use crate::wire::master_meta_ext::MasterMetaExt;
use crate::wire::state_code::MasterStateCode;
use crate::wire::time::Timestamp;
use crate::wire::update::{Update, Value};
use crate::wire::worker_type::WorkerType;

/// What is stored about a job and its master.
///
/// # Examples
///
/// ```
/// use fsmcheck::wire::{MasterMeta, MasterStateCode};
///
/// let meta = MasterMeta::from_json(br#"{"id":"job-1","state":2,"unknown":[]}"#)?;
/// assert_eq!(meta.state, MasterStateCode::INIT);
/// assert!(meta.to_json()?.starts_with(r#"{"seq-id":0,"created-at":"0001-01-01T00:00:00Z""#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(default, rename_all = "kebab-case")]
#[expect(
    clippy::exhaustive_structs,
    reason = "its members are fixed by the wire, and users fill them in"
)]
pub struct MasterMeta {
    /// The row's number in its table.
    pub seq_id: u64,
    /// When the row was made.
    pub created_at: Timestamp,
    /// When the row was last written.
    pub updated_at: Timestamp,
    /// The tenant's project.
    pub project_id: ProjectId,
    /// The master's id, which is also the job's.
    pub id: MasterId,
    /// What kind of master it is.
    #[serde(rename = "type")]
    pub kind: WorkerType,
    /// Its state.
    pub state: MasterStateCode,
    /// The node that it runs on.
    pub node_id: String,
    /// The address of that node.
    pub addr: String,
    /// Its incarnation.
    pub epoch: Epoch,
    /// The job's configuration.
    #[serde(with = "as_base64")]
    pub config: Option<Vec<u8>>,
    /// Why it failed, or how it is in trouble.
    #[serde(rename = "error-message")]
    pub error_message: String,
    /// What the job's own logic has to say about its end.
    #[serde(with = "as_base64")]
    pub detail: Option<Vec<u8>>,
    /// Everything added later.
    pub ext: MasterMetaExt,
    /// When the row was marked as deleted.
    #[serde(rename = "Deleted")]
    pub deleted: Option<Timestamp>,
}

record!(MasterMeta, usually 768 bytes {
    "seq-id": seq_id,
    "created-at": created_at,
    "updated-at": updated_at,
    "project-id": project_id,
    "id": id,
    "type": kind,
    "state": state,
    "node-id": node_id,
    "addr": addr,
    "epoch": epoch,
    "config": config,
    "error-message": error_message,
    "detail": detail,
    "ext": ext,
    "Deleted": deleted,
});

/// The columns written when a job's row is there already.
pub const MASTER_UPDATE_COLUMNS: [&str; 12] = [
    "updated_at",
    "project_id",
    "id",
    "type",
    "state",
    "node_id",
    "address",
    "epoch",
    "config",
    "error_message",
    "detail",
    "ext",
];

impl MasterMeta {
    /// Whether the master has ended; see [`MasterStateCode::is_terminated`].
    #[must_use]
    pub fn is_terminated(&self) -> bool {
        self.state.is_terminated()
    }

    /// What a new incarnation of the master writes: where it runs, and its
    /// epoch.
    #[must_use]
    pub fn refresh_values(&self) -> Update {
        Update::from_iter([
            ("node_id", Value::from(&*self.node_id)),
            ("address", Value::from(&*self.addr)),
            ("epoch", Value::from(self.epoch)),
        ])
    }

    /// What a change of state writes.
    #[must_use]
    pub fn update_state_values(&self) -> Update {
        Update::from_iter([("state", Value::from(i64::from(self.state.0)))])
    }

    /// What a new error message writes.
    #[must_use]
    pub fn update_error_values(&self) -> Update {
        Update::from_iter([("error_message", Value::from(&*self.error_message))])
    }

    /// What a master writes when it ends.
    #[must_use]
    pub fn exit_values(&self) -> Update {
        Update::from_iter([
            ("state", Value::from(i64::from(self.state.0))),
            ("error_message", Value::from(&*self.error_message)),
            ("detail", Value::from(&self.detail)),
        ])
    }
}
