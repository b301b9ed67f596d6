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
//! | [`Job`] | [`JobState`] | a job in the table of the job manager |
//! | [`JobOperation`] | [`JobOperationState`] | a request to cancel a job |
//! | [`BackOff`] | [`BackOffState`] | a job that fails again and again |
//! | [`Leader`] | [`LeaderState`] | a server that may be the leader |
//! | [`Dispatcher`] | [`DispatcherState`] | a dispatch, as the master sees it |
//! | [`DispatchRequest`] | [`DispatchRequestState`] | a dispatch that an executor has not confirmed |
//! | [`Task`] | [`TaskState`] | a task of an executor |
//! | [`Executor`] | [`ExecutorState`] | an executor, as it sees itself |
//! | [`RegisteredExecutor`] | [`RegisteredExecutorState`] | an executor, as the leader sees it |
//! | [`Stream`] | [`StreamState`] | the messages of one sender on one topic, as they are received |
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
//! | may this *event* happen now? | [`Guarded`] |
//! | may one event lead from this *state* to that one? | [`MasterState::may_become`], [`WorkerState::may_become`] |
//! | can this *sequence of records* have come about, if steps were missed? | [`Worker::observer`]; of whole files, [`read_record`] and [`Replay`](crate::replay::Replay) |
//!
//! Two methods of the records lean on the machines:
//! [`MasterMeta::transition`](crate::wire::MasterMeta::transition) and
//! [`WorkerStatus::advance`](crate::wire::WorkerStatus::advance).
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
//!
//! # Names
//!
//! | original | here |
//! |---|---|
//! | `MasterState`, as a state and not as what travels | [`MasterState`]: `Uninit`, `Init`, `Finished`, `Stopped`, `Failed` |
//! | `WorkerState`, as a state and not as what travels | [`WorkerState`]: `Normal`, `Created`, `Init`, `Error`, `Finished`, `Stopped` |
//! | `ExitReasonFinished`, `ExitReasonCanceled`, `ExitReasonFailed`, `ExitReasonUnknown` | [`ExitReason`]: `Finished`, `Canceled`, `Failed`, `Unknown` |
//! | `BaseJobMaster.Init`, `markStateInMetadata` | [`MasterEvent::Initialised`], [`MasterEvent::Recovered`] |
//! | `BaseJobMaster.Exit` | [`MasterEvent::Exit`] |
//! | `OnWorkerDispatched` with `ErrCreateWorkerTerminate` | [`MasterEvent::DispatchRefused`] |
//! | `terminateJob` of a pending job | [`MasterEvent::BackOffExhausted`], [`MasterEvent::CanceledWhilePending`] |
//! | `DeleteJob`, `DeleteMasterMeta` | [`MasterEvent::Deleted`], [`MasterEvent::CreationRolledBack`] |
//! | `BaseWorker.Init`, `UpdateStatus`, `Exit` | [`WorkerEvent::Initialised`], [`WorkerEvent::Update`], [`WorkerEvent::Exit`] |
//! | `workerEntry`, `newWorkerEntry` | [`WorkerEntry`], [`WorkerEntry::new`] in a [`Guarded`] |
//! | `workerEntryWait`, `workerEntryCreated`, `workerEntryNormal`, `workerEntryOffline`, `workerEntryTombstone` | [`WorkerEntryState`]: `Wait`, `Created`, `Normal`, `Offline`, `Tombstone` |
//! | `MarkAsOnline`, `MarkAsOffline`, `MarkAsTombstone`, `SetFinished`, `SetExpireTime` | [`WorkerEntryEvent`]: `MarkAsOnline`, `MarkAsOffline`, `MarkAsTombstone`, `SetFinished`, `RefreshExpiry` |
//! | `workerEntry.String` | the `Display` of a [`Guarded`] entry |
//! | `State`, `IsFinished`, `IsTombstone`, `ExpireTime` of `workerEntry` | [`Guarded::state`], [`WorkerEntry::is_finished`], [`WorkerEntryState::is_terminated`], [`WorkerEntry::expires_at`] |
//! | `WorkerManager`, fresh or not | [`manager::WorkerManager`], [`manager::WorkerManager::new`], [`manager::WorkerManager::after_failover`] |
//! | its states: `Ready`, `LoadingMeta`, `WaitingHeartbeat` | [`ManagerState`]: `Ready`, `LoadingMeta`, `WaitingHeartbeat`; their machine is [`ManagerRecovery`] |
//! | `InitAfterRecover` | [`manager::WorkerManager::recover`], [`manager::WorkerManager::rows_loaded`], [`manager::WorkerManager::wake`] |
//! | `HandleHeartbeat` | [`manager::WorkerManager::heartbeat`] |
//! | `OnWorkerStatusUpdateMessage` | [`manager::WorkerManager::status_message`] |
//! | `BeforeStartingWorker` | [`manager::WorkerManager::before_start`] |
//! | `WorkerManager.Tick` | [`manager::WorkerManager::tick`] |
//! | the checker of workers | [`manager::WorkerManager::check`] |
//! | `CleanTombstone` | [`manager::WorkerManager::clean`], [`manager::WorkerManager::cleaned`] |
//! | `GetWorkers` | [`manager::WorkerManager::workers`] |
//! | `handle.Status` | [`manager::WorkerManager::status`] |
//! | `ErrWorkerFinish`, `ErrWorkerCancel`, `ErrWorkerFailed`, `ErrWorkerOffline` | [`manager::OfflineReason`]: `Finished`, `Canceled`, `Failed`, `Lost` |
//! | `ErrMasterTooManyPendingEvents` | [`manager::ManagerError::TooManyPendingEvents`] |
//! | `MasterClient`, its close state | [`MasterClient`], [`ClientState`]: `Normal`, `Closing`, `Closed` |
//! | `WaitClosed` | [`ClientEvent::WaitClosed`], which ends with a [`WaitEnd`] |
//! | `CheckMasterTimeout` | [`ClientEvent::CheckMaster`] |
//! | `putMasterInfo` | [`ClientEvent::MasterInfoRead`] |
//! | `ErrWorkerSuicide` | [`ClientEffect::MasterTimedOut`]; [`LoopError::Suicide`] |
//! | `eventloop.Runner` | [`RunLoop`] |
//! | `NotifyExit` | [`RunLoopState`]: `ClosingBusiness`, `Handshake` |
//! | `Stop`, `Close` of a task | [`RunLoopState`]: `Stop`, `Close` |
//! | `CloseImpl` | [`RunLoopEffect::CallCloseImpl`] |
//! | `FailFast` | [`LoopError::FailFast`] |
//! | the error centre | [`RunLoopEvent::Fail`]: the first one counts |
//! | `doPreInit`, `doInit` of a master, `InitImpl`, `doPostInit` | [`StartUpState`]: `WorkerPreInit`, `MasterInit`, `BusinessInit`, `PostInit` |
//! | `refreshMetadata` | [`StartUpEffect::RefreshMetadata`], [`JobRows::refresh`] |
//! | `OnMasterRecovered` | [`StartUpEffect::CallOnMasterRecovered`] |
//! | the writer of `statusutil`, `UpdateStatus`, `Exit` | [`StatusWriter`], [`StatusWriterEvent::Update`], [`StatusWriterEvent::Exit`] |
//! | `StatusChangeRequest` to a job master, `OnCancel` | [`CancellationEvent::Request`], [`CancellationEffect::CallOnCancel`] |
//! | the business logic of a worker, of a job master | [`WorkerBusiness`], [`JobMasterBusiness`] |
//! | `NewJobManagerImpl`, `JM.Tick` | [`JobManager::new`], [`JobManager::tick`] |
//! | `JobFsm` | [`JobTable`] of [`Job`]s in a [`JobState`]: `Pending`, `WaitAck`, `Online` |
//! | `JobDispatched`, `JobOnline`, `JobOffline`, `JobDispatchFailed` | [`JobTable::dispatched`], [`JobTable::online`], [`JobTable::offline`], [`JobTable::dispatch_failed`] |
//! | `IterPending`, `IterWaitAck` | [`JobTable::dispatch_pending`], [`JobTable::dispatch_awaited`], each answered by a [`DispatchAnswer`] |
//! | `CreateJob`, `CancelJob` | [`JobManager::create`], [`JobManager::cancel`] |
//! | `OnWorkerOffline`, `OnWorkerDispatched` of the job manager | [`JobManager::worker_offline`], [`JobManager::dispatch_failed`] |
//! | the job operator | [`JobOperation`], [`JobManager::operator_tick`] |
//! | `Noop`, `Canceling`, `Canceled` of a job operation | [`JobOperationState`]: `Noop`, `Canceling`, `Canceled` |
//! | `ErrJobAlreadyCanceled`, `ErrJobNotRunning` | [`AlreadyCanceled`], [`JobOperationEffect::NotRunning`] |
//! | the back-off of a job: `Fail`, `Success`, `Allow`, `Terminate` | [`BackOff`]: [`BackOffEvent::Failed`], [`BackOffEvent::Succeeded`], [`BackOff::allows`], [`BackOff::is_exhausted`] |
//! | the settings of the back-off | [`BackOffTimes`], [`Jitter`] |
//! | the election, its lease | [`Leader`], [`LeaderTimes`] |
//! | `runLeaderService` | [`LeaderEffect::StartService`], [`LeaderEffect::CancelService`] |
//! | the gates of features | [`Feature`], [`Leader::is_open`] |
//! | `CreateWorker` | [`Dispatcher`] |
//! | `PreDispatch`, `Confirm`, as the master calls them | [`DispatcherEffect::SendPreDispatch`], [`DispatcherEffect::SendConfirm`] |
//! | … as the executor's task committer answers them | [`TaskCommitter::pre_dispatch`], [`TaskCommitter::confirm`]; of each request [`DispatchRequest`] |
//! | `ErrDispatchTaskRequestIDNotFound`, `ErrRuntimeIncomingQueueFull` | [`CommitError::NotFound`], [`CommitError::QueueFull`] |
//! | `TaskRunner` | [`TaskRunner`], [`SubmittedTask`] |
//! | the container of a task: `OnLaunched`, `OnStopped` | [`Task`]: [`TaskEvent::Launched`], [`TaskEvent::Stopped`] |
//! | `ErrRuntimeDuplicateTaskID` | [`TaskEffect::LogDuplicate`] |
//! | `keepHeartbeat` of an executor | [`Executor`], [`HeartbeatAnswer`] |
//! | the executor manager, `AllocateNewExec` | [`Executors`], [`Executors::register`] |
//! | `Initing`, `Running`, `Tombstone` of an executor | [`RegisteredExecutorState`]: `Initing`, `Running`, `Tombstone` |
//! | `ErrUnknownExecutor`, `ErrTombstoneExecutor` | [`HeartbeatRefused`] |
//! | the client and the server of `pkg/p2p` | [`Outbox`], [`Inbox`]; of each sender and topic [`Stream`] |
//! | `InsertJob`, `UpdateJob`, the rows of jobs | [`JobRows::create`], [`JobRows::write_state`], [`JobRows`] |
//! | `MasterMetadataClient.Load` | [`JobRows::load_or_uninit`] |
//! | the time-outs, `Adjust` | [`Timeouts`], [`Timeouts::adjusted`] |
//!
//! [`Guarded`]: crate::Guarded
//! [`Guarded::state`]: crate::Guarded::state

mod back_off;
mod bundled;
mod business;
mod cancellation;
mod client;
mod dispatch;
mod executor;
mod exit;
mod job_manager;
mod job_operation;
mod job_table;
mod leader;
pub mod manager;
mod master;
mod master_record;
mod policy;
mod run_loop;
mod start_up;
mod states;
mod status_writer;
mod store;
mod stream;
mod task_runner;
mod timeouts;
mod trace;
mod worker;
mod worker_entry;
mod worker_record;

pub use self::back_off::{BackOff, BackOffEvent, BackOffState, BackOffTimes, Jitter};
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
pub use self::dispatch::{
    CommitError, DispatchError, DispatchRequest, DispatchRequestEvent, DispatchRequestState,
    Dispatcher, DispatcherEffect, DispatcherEvent, DispatcherState, REQUEST_TTL, RETRY_FOR,
    TaskCommitter,
};
pub use self::executor::{
    EXECUTOR_TIMEOUT, Executor, ExecutorEffect, ExecutorEvent, ExecutorState, Executors,
    ExecutorsEffect, HeartbeatAnswer, HeartbeatRefused, RegisteredExecutor,
    RegisteredExecutorEvent, RegisteredExecutorState,
};
pub use self::exit::ExitReason;
pub use self::job_manager::{CancelError, JobManager, JobManagerEffect, JobMasterSeen, JobsView};
pub use self::job_operation::{
    AlreadyCanceled, JOB_OPERATION_INTERVAL, JobOperation, JobOperationEffect, JobOperationEvent,
    JobOperationState, JobSeen,
};
pub use self::job_table::{
    DispatchAnswer, Job, JobEvent, JobState, JobTable, JobTableError, RegisteredJob,
};
pub use self::leader::{
    Feature, Leader, LeaderEffect, LeaderEvent, LeaderState, LeaderTimes, LeaseTooShort,
};
pub use self::manager::{ManagerRecovery, ManagerRecoveryEvent, ManagerState};
pub use self::master::{Master, MasterEvent, MasterState};
pub use self::master_record::TransitionError;
pub use self::policy::{Policy, Rule, UnknownPolicy, UnknownRule};
pub use self::run_loop::{
    LoopError, Role, RunLoop, RunLoopEffect, RunLoopError, RunLoopEvent, RunLoopState,
};
pub use self::start_up::{OutOfOrder, StartUp, StartUpEffect, StartUpEvent, StartUpState};
pub use self::states::UnknownState;
pub use self::status_writer::{
    StatusWriter, StatusWriterEffect, StatusWriterError, StatusWriterEvent, StatusWriterState,
    WriteEnd,
};
pub use self::store::{JobRows, StoreError};
pub use self::stream::{
    DataLost, Inbox, KEPT_MESSAGES, Outbox, OutboxFull, SEND_QUEUE_CAPACITY, Stream, StreamEffect,
    StreamEvent, StreamState,
};
pub use self::task_runner::{
    SubmittedTask, TASK_QUEUE_CAPACITY, Task, TaskEffect, TaskError, TaskEvent, TaskRunner,
    TaskState,
};
pub use self::timeouts::{Inequality, InequalityCheck, Timeouts, TimeoutsBroken};
pub use self::trace::{Record, RecordError, read_record};
pub use self::worker::{Worker, WorkerEvent, WorkerState};
pub use self::worker_entry::{WorkerEntry, WorkerEntryEvent, WorkerEntryState};
pub use self::worker_record::{AdvanceError, Change};
