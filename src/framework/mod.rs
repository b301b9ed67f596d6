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
//! | [`MasterClient`] | [`ClientState`] | a worker's goodbye to its master; where and how alive the master is |
//! | [`RunLoop`] | [`RunLoopState`] | the loop that runs a worker or a job master, from its start to its end |
//! | [`StartUp`] | [`StartUpState`] | the start of a worker or a job master, step by step |
//! | [`StatusWriter`] | [`StatusWriterState`] | the writing of a worker's status, to the store and to its master |
//! | [`Cancellation`] | [`CancellationState`] | a request to stop, in one incarnation of a job master |
//! | [`WorkerBusiness`] | [`WorkerBusinessState`] | what a worker's business logic may do |
//! | [`JobMasterBusiness`] | [`JobMasterBusinessState`] | what a job master's business logic may do |
//!
//! The machines know no clock, network or store. They take events that say what
//! has happened, with the time where it counts, and add what is to be done to a
//! list of effects of the caller. [`Policy`] says which of the protocol's rules
//! they follow, [`Timeouts`] how long they wait.
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
//!
//! # The original's constants
//!
//! | constant | default | here |
//! |---|---|---|
//! | heartbeat, watchdog | 3 s | [`Timeouts::heartbeat`] |
//! | worker timeout; adjusted to two heartbeats and 3 s | 15 s | [`Timeouts::worker`], [`Timeouts::adjusted`] |
//! | grace; a master's expiry and its wait for workers | 5 s; 20 s | [`Timeouts::grace`], [`Timeouts::expiry`] |
//! | reading the master anew: from two heartbeats on, for at most | 6 s, 10 s | [`Timeouts::reload_after`], [`Timeouts::reload`] |
//! | a master's check | 1 s | [`Timeouts::check`] |
//! | closing: business logic, handlers; stopping | 3 s, 3 s; 5 s | [`Timeouts::close`], [`Timeouts::close_handlers`], [`Timeouts::stop`] |
//! | goodbye: waiting for the master, as a whole | 15 s, 30 s | [`Timeouts::wait_closed`], [`Timeouts::graceful_exit`] |
//! | creating a worker: places, wait for one, as a whole, epoch, client | 100, 5 s, 10 s, 5 s, 1 s | [`Timeouts::MAX_CREATING`], [`Timeouts::create_quota`], [`Timeouts::create_worker`], [`Timeouts::epoch`], [`Timeouts::executor_client`] |
//! | announced tasks | 10 s | [`Timeouts::pre_dispatch`] |
//! | telling a status; canceling | 15 s; 30 s | [`Timeouts::notify`]; [`Timeouts::cancel`] |
//! | rounds of the leader, of a job master or worker | 200 ms, 50 ms | [`Timeouts::leader_poll`], [`Timeouts::poll`] |
//! | executors: end, heartbeat, grace | 20 s, 500 ms, 3 s | [`Timeouts::executor`], [`Timeouts::executor_heartbeat`], [`Timeouts::executor_grace`] |
//!
//! The defaults are held by the test `the_defaults_are_the_originals`, what must
//! hold between them ([`Inequality`]) by `one_nanosecond_breaks_each`.

mod business;
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

pub use self::business::{
    BusinessEffect, CalledOutOfPlace, CancelOutcome, FoundWorker, InitOutcome, JobMasterBusiness,
    JobMasterBusinessEvent, JobMasterBusinessState, TickOutcome, WorkerBusiness,
    WorkerBusinessEvent, WorkerBusinessState,
};
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
