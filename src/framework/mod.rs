//! The machines of a master/worker framework.
//!
//! A *job manager* is the master of *job masters*, and a job master is the master
//! of *workers*; to the job manager, a job master is a worker under the same id.
//! Each machine here is a statig machine and a [`Machine`](crate::Machine), so
//! everything that can be done with one's own machine can be done with it.
//!
//! | machine | its states | is the state of |
//! |---|---|---|
//! | [`Master`] | [`MasterState`] | a job master, as it is stored |
//! | [`Worker`] | [`WorkerState`] | a worker during one worker epoch, as it reports it |
//! | [`WorkerEntry`] | [`WorkerEntryState`] | a worker in the table of its master |
//! | [`ManagerRecovery`] | [`ManagerState`] | a [worker manager](manager), which holds that table |
//!
//! What is legal is asked in one of three strengths:
//!
//! | question | look at |
//! |---|---|
//! | may this *event* happen now? | [`Guarded`](crate::Guarded) |
//! | may one event lead from this *state* to that one? | [`MasterState::may_become`], [`WorkerState::may_become`] |
//! | can this *sequence of records* have come about, if steps were missed? | [`Worker::observer`] |
//!
//! The original ends its process where an assertion fails; these machines refuse
//! and stay as they were.

mod exit;
pub mod manager;
mod master;
mod policy;
mod states;
mod worker;
mod worker_entry;

pub use self::exit::ExitReason;
pub use self::manager::{ManagerRecovery, ManagerRecoveryEvent, ManagerState};
pub use self::master::{Master, MasterEvent, MasterState};
pub use self::policy::{Policy, Rule, UnknownRule};
pub use self::states::UnknownState;
pub use self::worker::{Worker, WorkerEvent, WorkerState};
pub use self::worker_entry::{WorkerEntry, WorkerEntryEvent, WorkerEntryState};
