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

mod cancellation;
mod client;
mod exit;
mod master;
mod policy;
mod run_loop;
mod start_up;
mod states;
mod status_writer;
mod timeouts;
mod worker;
mod worker_entry;

pub use self::cancellation::{
    Cancellation, CancellationEffect, CancellationEvent, CancellationState, NotCanceling,
};
pub use self::client::{
    ClientEffect, ClientError, ClientEvent, ClientStart, ClientState, MasterClient, MasterInfo,
    ReadFor, WaitEnd,
};
pub use self::exit::ExitReason;
pub use self::master::{Master, MasterEvent, MasterState};
pub use self::policy::{Policy, Rule, UnknownRule};
pub use self::run_loop::{
    LoopError, Role, RunLoop, RunLoopEffect, RunLoopError, RunLoopEvent, RunLoopState,
};
pub use self::start_up::{OutOfOrder, StartUp, StartUpEffect, StartUpEvent, StartUpState};
pub use self::states::UnknownState;
pub use self::status_writer::{
    StatusWriter, StatusWriterEffect, StatusWriterError, StatusWriterEvent, StatusWriterState,
    WriteEnd,
};
pub use self::timeouts::{Inequality, InequalityCheck, Timeouts, TimeoutsBroken};
pub use self::worker::{Worker, WorkerEvent, WorkerState};
pub use self::worker_entry::{WorkerEntry, WorkerEntryEvent, WorkerEntryState};
