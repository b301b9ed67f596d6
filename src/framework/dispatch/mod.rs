//! Dispatching a task in two phases: the executor's side and the master's.
//!
//! | of the executor's side | shown by |
//! |---|---|
//! | a request is kept for 10 s, with the time at which it came | [`TaskCommitter::pre_dispatch`], [`REQUEST_TTL`] |
//! | the same request once more is rejected, and the first one runs out | [`CommitError::AlreadyPending`] |
//! | a request for a task discards an earlier one for the same task | `Superseded` |
//! | a confirmed request is forgotten and its task queued, if there is room | [`TaskCommitter::confirm`], [`CommitError::QueueFull`] |
//! | an unknown request cannot be confirmed | [`CommitError::NotFound`] |
//! | every second, what is older than 10 s is dropped | [`TaskCommitter::tick`] |
//!
//! | of the master's side | shown by |
//! |---|---|
//! | the first phase is tried for 10 s when the connection is the trouble, always as the same request | `PreDispatching` |
//! | a first phase that fails is reported ([`Rule::AbortOnPredispatchError`](super::Rule)) | `Aborted`, without the rule `Forgotten` |
//! | the worker's entry is made between the phases | [`DispatcherEffect::MakeEntry`] |
//! | its record, too, is stored there ([`Rule::RowBeforeConfirm`](super::Rule)) | `StoringRow` |
//! | the second phase is tried once; only when the queue was full or the request unknown has it failed for sure | `Confirming` → `Aborted`, otherwise `Unsure` |
//! | an error that will go away does not end a job for good ([`Rule::TransientDispatchErrorRetried`](super::Rule)) | [`DispatcherEffect::ReportFailure`] |
//!
//! The edges are held by the tests `framework::jobs::dispatch_request` and
//! `framework::jobs::dispatcher`, the tables and rules by the tests of the files
//! here.

mod committer;
mod dispatcher;
mod request;

pub use self::committer::{CommitError, TaskCommitter};
pub use self::dispatcher::{
    DispatchError, Dispatcher, DispatcherEffect, DispatcherEvent, DispatcherState, RETRY_FOR,
};
pub use self::request::{DispatchRequest, DispatchRequestEvent, DispatchRequestState, REQUEST_TTL};
