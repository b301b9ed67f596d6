//! The records and codes of the master/worker framework as they travel and are
//! stored.
//!
//! # Two forms
//!
//! - `to_json` and `from_json` speak the original's JSON. What they write is
//!   the same **to the byte**; they read whatever the original reads, with the
//!   same outcome: names in any case, unknown members, `null`, repeated
//!   members, byte strings as lists, text that is not UTF-8. What they refuse
//!   falls into the same class, [`DecodeErrorKind`].
//! - serde's traits give the **same names and values** for use in other
//!   formats: byte strings as base64, times as RFC 3339, worker types as their
//!   names. Here the format and serde decide about spaces, escapes, repeated
//!   members and the like.
//!
//! # Codes
//!
//! Codes are open: a record keeps whatever number arrived, and writes the same
//! number. Telling whether a number is a state is a step of its own. Numbers
//! and names are for ever: new ones may come, none may change.
//!
//! # Names
//!
//! | original | here |
//! |---|---|
//! | `MasterState`, `MasterStateUninit`, ... | [`MasterStateCode`], [`MasterStateCode::UNINIT`], `INIT`, `FINISHED`, `STOPPED`, `FAILED` |
//! | `MasterState.IsTerminatedState` | [`MasterStateCode::is_terminated`], [`MasterMeta::is_terminated`] |
//! | `WorkerState`, `WorkerStateNormal`, ... | [`WorkerStateCode`], [`WorkerStateCode::NORMAL`], `CREATED`, `INIT`, `ERROR`, `FINISHED`, `STOPPED` |
//! | `WorkerType` | [`WorkerType`] |
//! | `JobManager`, `CvsJobMaster`, `FakeJobMaster`, `DMJobMaster`, `CdcJobMaster` | [`WorkerType::JOB_MANAGER`], `CVS_JOB_MASTER`, `FAKE_JOB_MASTER`, `DM_JOB_MASTER`, `CDC_JOB_MASTER` |
//! | `CvsTask`, `FakeTask`, `DmTask`, `CdcTask` | [`WorkerType::CVS_TASK`], `FAKE_TASK`, `DM_TASK`, `CDC_TASK` |
//! | `WorkerDMDump`, `WorkerDMLoad`, `WorkerDMSync` | [`WorkerType::DM_DUMP`], `DM_LOAD`, `DM_SYNC` |
//! | `WorkerType.String` | [`WorkerType`]'s `Display`; [`WorkerType::name`] |
//! | `WorkerType.MarshalJSON`, `UnmarshalJSON` | [`WorkerType::to_json`], [`WorkerType::from_json`] |
//! | `Epoch` | [`Epoch`] |
//! | `MasterID`, `WorkerID`, `ProjectID` | [`MasterId`], [`WorkerId`], [`ProjectId`] |
//! | `MonotonicTime`, `ToMono`, `Sub` | [`MonotonicTime`], [`Timestamp::to_mono`], [`MonotonicTime::since`] |
//! | `time.Time` | [`Timestamp`] |
//! | `Model` (`SeqID`, `CreatedAt`, `UpdatedAt`) | the members `seq_id`, `created_at`, `updated_at` of both records |
//! | `MasterMeta` | [`MasterMeta`] |
//! | `MasterMeta.Marshal`, `Unmarshal` | [`MasterMeta::to_json`], [`MasterMeta::from_json`] |
//! | `MasterMeta.RefreshValues` | [`MasterMeta::refresh_values`] |
//! | `MasterMeta.UpdateStateValues` | [`MasterMeta::update_state_values`] |
//! | `MasterMeta.UpdateErrorValues` | [`MasterMeta::update_error_values`] |
//! | `MasterMeta.ExitValues` | [`MasterMeta::exit_values`] |
//! | `MasterUpdateColumns` | [`MASTER_UPDATE_COLUMNS`] |
//! | `MasterMetaExt`, `Value`, `Scan` | [`MasterMetaExt`], [`MasterMetaExt::value`], [`MasterMetaExt::scan`] |
//! | `Selector`, `Validate`, `Matches` | [`Selector`], [`Selector::validate`], [`Selector::matches`]; checked once: [`label::Selector`] |
//! | `Key`, `Value` of labels (`NewLabelKey`, `NewLabelValue`) | [`label::Key`], [`label::Value`] |
//! | `Set`, `NewSetFromMap`, `Add`, `Get`, `ToMap` | [`label::Set`]: `from_map`, `add`, `get`, `iter` |
//! | `Op`: `eq`, `neq`, `regex` | [`label::Op`] |
//! | `WorkerStatus` | [`WorkerStatus`] |
//! | `WorkerStatus.HasSignificantChange` | [`WorkerStatus::has_significant_change`] |
//! | `WorkerStatus.InTerminateState` | [`WorkerStatus::is_terminated`], [`WorkerStateCode::is_terminated`] |
//! | `WorkerStatus.Marshal`, `Unmarshal` | [`WorkerStatus::to_json`], [`WorkerStatus::from_json`] |
//! | `WorkerStatus.Map` | [`WorkerStatus::map`] |
//! | `WorkerUpdateColumns` | [`WORKER_UPDATE_COLUMNS`] |
//! | the ORM's key-value map | [`Update`], of [`Value`]s |
//! | the ORM's tables `master_meta`, `worker_statuses` | [`table::MASTER_META`], [`table::WORKER_STATUSES`] |
//! | `HeartbeatPingMessage`, topic `heartbeat-ping-{master}` | [`HeartbeatPing`], [`topic::heartbeat_ping`] |
//! | `HeartbeatPongMessage`, topic `heartbeat-pong-{master}-{worker}` | [`HeartbeatPong`], [`topic::heartbeat_pong`] |
//! | `StatusChangeRequest`, topic `worker-status-change-req-{master}-{worker}` | [`StatusChangeRequest`], [`topic::status_change_request`] |
//! | `WorkerStatusMessage`, topic `worker-status-{master}` | [`WorkerStatusMessage`], [`topic::worker_status`] |

mod clock;
mod id;
mod json;
pub mod label;
mod master_meta;
mod master_meta_ext;
mod message;
mod outline;
mod selector;
mod state_code;
pub mod table;
mod time;
pub mod topic;
mod update;
mod worker_status;
mod worker_type;

pub use self::clock::MonotonicTime;
pub use self::id::{Epoch, MasterId, ProjectId, WorkerId};
pub use self::json::{DecodeError, DecodeErrorKind, EncodeError, Found, MAX_DEPTH};
pub use self::master_meta::{MASTER_UPDATE_COLUMNS, MasterMeta};
pub use self::master_meta_ext::{ColumnValue, MasterMetaExt, ScanError};
pub use self::message::{HeartbeatPing, HeartbeatPong, StatusChangeRequest, WorkerStatusMessage};
pub(crate) use self::outline::Outline;
pub use self::selector::Selector;
pub use self::state_code::{MasterStateCode, WorkerStateCode};
pub use self::time::{NanosError, ParseTimeError, TimeRangeError, Timestamp};
pub use self::update::{Update, Value};
pub use self::worker_status::{WORKER_UPDATE_COLUMNS, WorkerStatus};
pub use self::worker_type::{UnknownWorkerType, WorkerType};
