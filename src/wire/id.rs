//! The ids and epochs by which masters and workers know each other.

/// Names a master.
///
/// Masters and workers share one space of ids: a job master is a worker of the
/// job manager and the master of its own workers, under the same id.
pub type MasterId = String;

/// Names a worker; see [`MasterId`].
pub type WorkerId = String;

/// Names a tenant's project.
pub type ProjectId = String;

/// Orders the incarnations of a master or worker; only ever grows.
pub type Epoch = i64;
