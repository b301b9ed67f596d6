//! The job manager's table of jobs.
//!
//! | of the table | shown by |
//! |---|---|
//! | a job is registered as awaited, created by a user or found in the store | [`JobTable::dispatched`] |
//! | an awaited job gets online, or its dispatch fails; otherwise `DFLOW:ErrWorkerNotFound` | [`JobTable::online`], [`JobTable::dispatch_failed`] |
//! | a job goes offline, to be run again or for good; an unknown one is ignored | [`JobTable::offline`] |
//! | a walk dispatches the pending jobs again | [`JobTable::dispatch_pending`] |
//! | a walk dispatches the jobs that a new job manager found and nobody has heard of | [`JobTable::dispatch_awaited`] |
//!
//! The tests `job_fsm`, `job_fsm_walk_order` and `hazards_job_fsm` hold all of it
//! against what the original did. Each registration is a machine of its own,
//! [`Job`]. The original registers a job once more without a look at what it
//! knows of it, so there one id can stand in several states at a time; with
//! [`Rule::RegisteredBeforeDispatch`](crate::framework::Rule) it cannot.

mod job;
mod table;

pub use self::job::{Job, JobEvent, JobState};
pub use self::table::{DispatchAnswer, JobTable, JobTableError, RegisteredJob};
