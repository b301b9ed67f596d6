//! What a user has asked to be done with a job.
//!
//! | of job operations | shown by |
//! |---|---|
//! | the first request to cancel a live job is noted, a further one changes nothing | `Noop`, `Canceling` on [`JobOperationEvent::CancelRequested`] |
//! | a job that was canceled cannot be canceled again: `DFLOW:ErrJobAlreadyCanceled` | `Canceled`, [`JobOperation::request_cancel`] |
//! | a job that has ended is left alone | [`JobOperation::request_cancel`] with a terminated row |
//! | every 15 s, or when told so, the operator looks after each job that is being canceled | [`JobOperationEvent::Ticked`] |
//! | it is done when the stored job has ended, in whatever way, and void when there is none | `Canceling` → `Canceled`, `Noop` |
//! | until then the job's master is told to stop, each time anew | [`JobOperationEffect::SendStop`] |
//! | a job that is not online cannot be told: `DFLOW:ErrJobNotRunning`, logged and tried again | [`JobOperationEffect::NotRunning`] |
//!
//! The edges are held by the test `framework::jobs::job_operation`, the error and
//! the effects by the tests of this file.

use statig::prelude::*;

use super::states::closed_states;
use crate::machine::{Guarded, Machine};
use crate::wire::MasterStateCode;

/// How often the operator looks after the jobs that are being canceled, in
/// nanoseconds, when nobody tells it to.
pub const JOB_OPERATION_INTERVAL: i64 = 15_000_000_000;

/// What is stored of the request to cancel a job. The discriminants are the codes
/// in the store.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(i8)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a new state changes what every user of the machine has to handle"
)]
pub enum JobOperationState {
    /// Nothing is asked for.
    Noop = 1,
    /// The job is to be canceled.
    Canceling = 2,
    /// The job has ended, in whatever way, after it was to be canceled.
    Canceled = 3,
}

closed_states! {
    JobOperationState { Noop, Canceling, Canceled } of JobOperation named "job_operation"
}

impl JobOperationState {
    /// Whether the job is to be canceled.
    #[must_use]
    pub fn is_canceling(self) -> bool {
        self == Self::Canceling
    }
}

/// What the operator sees of a job when it looks after it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the cases that the operator tells apart, all of them"
)]
pub enum JobSeen {
    /// There is no record of it.
    Missing,
    /// Its stored state is terminal.
    Terminated,
    /// It has not ended, and its master is online.
    Online,
    /// It has not ended, and its master is not online.
    NotOnline,
}

impl JobSeen {
    /// Every case.
    pub const ALL: [Self; 4] = [
        Self::Missing,
        Self::Terminated,
        Self::Online,
        Self::NotOnline,
    ];

    /// What is seen of a job with this stored state, if there is a record of it.
    #[must_use]
    pub fn new(stored: Option<MasterStateCode>, online: bool) -> Self {
        match stored {
            None => Self::Missing,
            Some(state) if state.is_terminated() => Self::Terminated,
            Some(_) if online => Self::Online,
            Some(_) => Self::NotOnline,
        }
    }
}

/// What happens to a job operation.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the operations, all of them")]
pub enum JobOperationEvent {
    /// A user asks for a job to be canceled that has not ended.
    CancelRequested,
    /// The operator looks after the job.
    Ticked(JobSeen),
}

/// What the operator does besides.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "whoever embeds the machine has to do all of them"
)]
pub enum JobOperationEffect {
    /// Send the job's master a request to stop, without waiting for room.
    SendStop,
    /// The job's master cannot be told: log it, the next tick tries again.
    NotRunning,
}

impl JobOperationEffect {
    /// The code of the error that the original logs.
    #[must_use]
    pub fn code(self) -> Option<&'static str> {
        match self {
            Self::SendStop => None,
            Self::NotRunning => Some("DFLOW:ErrJobNotRunning"),
        }
    }
}

/// A job was canceled before.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the job was canceled already; only one that was not can be")]
#[non_exhaustive]
pub struct AlreadyCanceled;

impl AlreadyCanceled {
    /// The code under which the original registered the error.
    #[must_use]
    pub fn code(self) -> &'static str {
        "DFLOW:ErrJobAlreadyCanceled"
    }
}

/// The machine of the request to cancel one job.
///
#[doc = include_str!("job_operation.md")]
///
/// # Examples
///
/// ```
/// use fsmcheck::Guarded;
/// use fsmcheck::framework::{
///     JobOperation, JobOperationEffect, JobOperationEvent, JobOperationState, JobSeen,
/// };
///
/// let mut operation = Guarded::new(JobOperation);
/// operation.handle(&JobOperationEvent::CancelRequested)?;
///
/// let mut effects = Vec::new();
/// let look = JobOperationEvent::Ticked(JobSeen::Online);
/// operation.handle_with_context(&look, &mut effects)?;
/// assert_eq!(effects, [JobOperationEffect::SendStop]);
///
/// operation.handle(&JobOperationEvent::Ticked(JobSeen::Terminated))?;
/// assert_eq!(*operation.state(), JobOperationState::Canceled);
/// # Ok::<(), fsmcheck::machine::Refused>(())
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the state is all there is to it")]
pub struct JobOperation;

impl JobOperation {
    /// A user asks for a job to be canceled whose stored state is this.
    ///
    /// Returns whether the job is now being canceled; one that has ended is left
    /// alone.
    ///
    /// # Errors
    ///
    /// When the job was canceled before.
    pub fn request_cancel(
        operation: &mut Guarded<Self>,
        stored: MasterStateCode,
    ) -> Result<bool, AlreadyCanceled> {
        if stored.is_terminated() {
            return Ok(false);
        }
        match operation.handle(&JobOperationEvent::CancelRequested) {
            Ok(_) => Ok(true),
            Err(_) => Err(AlreadyCanceled),
        }
    }

    /// Whether a job is being canceled.
    #[must_use]
    pub fn is_canceling(operation: &Guarded<Self>) -> bool {
        operation.state().is_canceling()
    }
}

#[state_machine(
    initial = "JobOperationState::Noop",
    state(name = "JobOperationState", custom),
    superstate(name = "JobOperationSuperstate", derive(Debug))
)]
impl JobOperation {
    #[state]
    fn noop(event: &JobOperationEvent) -> Outcome<JobOperationState> {
        match event {
            JobOperationEvent::CancelRequested => Transition(JobOperationState::Canceling),
            JobOperationEvent::Ticked(_) => Super,
        }
    }

    #[state]
    fn canceling(
        event: &JobOperationEvent,
        context: &mut Vec<JobOperationEffect>,
    ) -> Outcome<JobOperationState> {
        match event {
            JobOperationEvent::CancelRequested => Handled,
            JobOperationEvent::Ticked(seen) => match seen {
                JobSeen::Missing => Transition(JobOperationState::Noop),
                JobSeen::Terminated => Transition(JobOperationState::Canceled),
                JobSeen::Online => {
                    context.push(JobOperationEffect::SendStop);
                    Handled
                }
                JobSeen::NotOnline => {
                    context.push(JobOperationEffect::NotRunning);
                    Handled
                }
            },
        }
    }

    #[state]
    fn canceled() -> Outcome<JobOperationState> {
        Super
    }
}

impl Machine for JobOperation {
    fn alphabet() -> Vec<JobOperationEvent> {
        let mut events = vec![JobOperationEvent::CancelRequested];
        events.extend(JobSeen::ALL.map(JobOperationEvent::Ticked));
        events
    }

    fn name() -> String {
        Self::NAME.to_owned()
    }

    fn declared_states() -> &'static [&'static str] {
        JobOperationState::NAMES
    }

    fn terminal_states() -> &'static [&'static str] {
        &["Canceled"]
    }

    fn state_code(state: &JobOperationState) -> Option<i64> {
        Some(i64::from(state.code()))
    }

    fn event_name(event: &JobOperationEvent) -> Option<String> {
        let name = match event {
            JobOperationEvent::CancelRequested => "cancel requested",
            JobOperationEvent::Ticked(JobSeen::Missing) => "tick, no record",
            JobOperationEvent::Ticked(JobSeen::Terminated) => "tick, terminated",
            JobOperationEvent::Ticked(JobSeen::Online) => "tick, online",
            JobOperationEvent::Ticked(JobSeen::NotOnline) => "tick, not online",
        };
        Some(name.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_depends_on_the_record_and_on_earlier_ones() {
        let mut operation = Guarded::new(JobOperation);
        for ended in [
            MasterStateCode::FINISHED,
            MasterStateCode::STOPPED,
            MasterStateCode::FAILED,
        ] {
            assert_eq!(
                JobOperation::request_cancel(&mut operation, ended),
                Ok(false)
            );
            assert!(!JobOperation::is_canceling(&operation));
        }
        for _ in 0..2 {
            let requested = JobOperation::request_cancel(&mut operation, MasterStateCode::INIT);
            assert_eq!(requested, Ok(true));
            assert!(JobOperation::is_canceling(&operation));
        }
        operation
            .handle(&JobOperationEvent::Ticked(JobSeen::Terminated))
            .unwrap();
        let refused = JobOperation::request_cancel(&mut operation, MasterStateCode::INIT);
        assert_eq!(
            refused.map_err(AlreadyCanceled::code),
            Err("DFLOW:ErrJobAlreadyCanceled")
        );
    }

    #[test]
    fn the_master_is_told_at_every_tick() {
        let mut operation = Guarded::new(JobOperation);
        operation
            .handle(&JobOperationEvent::CancelRequested)
            .unwrap();
        let mut effects = Vec::new();
        for seen in [JobSeen::Online, JobSeen::NotOnline, JobSeen::Online] {
            operation
                .handle_with_context(&JobOperationEvent::Ticked(seen), &mut effects)
                .unwrap();
        }
        assert_eq!(
            effects,
            [
                JobOperationEffect::SendStop,
                JobOperationEffect::NotRunning,
                JobOperationEffect::SendStop
            ]
        );
        assert_eq!(effects[1].code(), Some("DFLOW:ErrJobNotRunning"));
    }

    #[test]
    fn what_is_seen_follows_from_the_record() {
        assert_eq!(JobSeen::new(None, true), JobSeen::Missing);
        assert_eq!(
            JobSeen::new(Some(MasterStateCode::FAILED), true),
            JobSeen::Terminated
        );
        assert_eq!(
            JobSeen::new(Some(MasterStateCode::UNINIT), false),
            JobSeen::NotOnline
        );
        assert_eq!(
            JobSeen::new(Some(MasterStateCode::INIT), true),
            JobSeen::Online
        );
    }
}
