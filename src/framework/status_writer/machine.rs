//! The machine that writes a worker's status.

use std::sync::Arc;

use statig::prelude::*;

use super::event::{StatusWriterEffect, StatusWriterError, StatusWriterEvent, WriteEnd};
use crate::framework::states::closed_states;
use crate::framework::timeouts::nanos;
use crate::framework::{ExitReason, Policy, Role, Rule, Timeouts};
use crate::graph::lint::Code;
use crate::machine::{Guarded, Invariant, Machine, Step};
use crate::wire::{MasterStateCode, MonotonicTime, WorkerStateCode, WorkerStatus};

/// How far the writing of a status has come.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(i8)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a new state changes what every user of the machine has to handle"
)]
pub enum StatusWriterState {
    /// Nothing is being written.
    Idle = 0,
    /// The end of a job is being stored in its own record.
    WritingMaster = 1,
    /// The status is being stored.
    Persisting = 2,
    /// The master is being told.
    Notifying = 3,
}

closed_states! {
    StatusWriterState { Idle, WritingMaster, Persisting, Notifying }
    of StatusWriter named "status_writer"
}

/// What never changes in a status writer.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
struct Settings {
    role: Role,
    policy: Policy,
    timeouts: Timeouts,
}

/// What is being written.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
struct Pending {
    status: Arc<WorkerStatus>,
    /// The error of an exit; `None` when it is no exit.
    exit: Option<Option<Arc<str>>>,
}

/// The machine that writes a worker's status: stores what matters, then tells
/// the master.
///
#[doc = include_str!("../status_writer.md")]
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
/// use fsmcheck::Guarded;
/// use fsmcheck::framework::{
///     Policy, Role, StatusWriter, StatusWriterEffect, StatusWriterEvent, Timeouts,
/// };
/// use fsmcheck::wire::{MonotonicTime, WorkerStateCode, WorkerStatus};
///
/// let writer = StatusWriter::new(Role::Worker, Policy::original(), Timeouts::default());
/// let (mut writer, mut effects) = (Guarded::new(writer), Vec::new());
/// let now = MonotonicTime(0);
/// let status = Arc::new(WorkerStatus { state: WorkerStateCode::NORMAL, ..Default::default() });
/// let update = StatusWriterEvent::Update { status, now };
/// writer.apply(&update, &mut effects)?;
/// writer.apply(&StatusWriterEvent::Written { now }, &mut effects)?;
/// writer.apply(&StatusWriterEvent::Notified, &mut effects)?;
///
/// // Nothing that matters has changed: it is only told.
/// effects.clear();
/// writer.apply(&update, &mut effects)?;
/// assert!(matches!(&effects[..], [StatusWriterEffect::Notify { .. }]));
/// # Ok::<(), fsmcheck::framework::StatusWriterError>(())
/// ```
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct StatusWriter {
    settings: Arc<Settings>,
    stored: Option<Arc<WorkerStatus>>,
    pending: Option<Pending>,
    notifying_since: MonotonicTime,
}

/// What is done first for a status.
enum First {
    Persist,
    Notify,
}

impl StatusWriter {
    /// A writer that has written nothing.
    #[must_use]
    pub fn new(role: Role, policy: Policy, timeouts: Timeouts) -> Self {
        Self {
            settings: Arc::new(Settings {
                role,
                policy,
                timeouts,
            }),
            ..Self::default()
        }
    }

    /// The last status that was stored, or did not have to be.
    #[must_use]
    pub fn stored(&self) -> Option<&WorkerStatus> {
        self.stored.as_deref()
    }

    /// Whether the worker has reported its end, and may not report this.
    fn is_latched(&self, state: WorkerStateCode) -> bool {
        self.settings.policy.has(Rule::TerminalStatusLatched)
            && self
                .stored
                .as_ref()
                .is_some_and(|stored| stored.is_terminated() && stored.state != state)
    }

    /// Begins with the worker's own record: stores the status if it matters,
    /// tells it if not.
    fn begin(&mut self, now: MonotonicTime, effects: &mut Vec<StatusWriterEffect>) -> First {
        let Some(Pending { status, .. }) = &self.pending else {
            return First::Notify;
        };
        let status = Arc::clone(status);
        let matters = self
            .stored
            .as_ref()
            .is_none_or(|stored| stored.has_significant_change(&status));
        if matters {
            effects.push(StatusWriterEffect::Persist { status });
            First::Persist
        } else {
            self.notify(now, effects);
            First::Notify
        }
    }

    /// The status is in the store; tells the master.
    fn notify(&mut self, now: MonotonicTime, effects: &mut Vec<StatusWriterEffect>) {
        self.notifying_since = now;
        if let Some(Pending { status, .. }) = &self.pending {
            self.stored = Some(Arc::clone(status));
            let status = Arc::clone(status);
            effects.push(StatusWriterEffect::Notify { status });
        }
    }

    /// Ends the writing. An exit ends the loop whether the master was told or
    /// not.
    fn end(&mut self, end: WriteEnd, effects: &mut Vec<StatusWriterEffect>) {
        let exits = !matches!(end, WriteEnd::NotStored { .. });
        effects.push(StatusWriterEffect::Done { end });
        if let Some(Pending {
            exit: Some(error), ..
        }) = self.pending.take()
            && exits
        {
            effects.push(StatusWriterEffect::Exited { error });
        }
    }
}

/// The states that an exit leaves in the worker's and in the job's record.
fn ends(reason: ExitReason) -> (WorkerStateCode, MasterStateCode) {
    match reason {
        ExitReason::Finished => (WorkerStateCode::FINISHED, MasterStateCode::FINISHED),
        ExitReason::Canceled => (WorkerStateCode::STOPPED, MasterStateCode::STOPPED),
        ExitReason::Failed | ExitReason::Unknown => {
            (WorkerStateCode::ERROR, MasterStateCode::FAILED)
        }
    }
}

impl Guarded<StatusWriter> {
    /// Handles an event, adding what is to be done to `effects`.
    ///
    /// # Errors
    ///
    /// When the event breaks an assertion: the writer is then as before, and
    /// `effects` too.
    pub fn apply(
        &mut self,
        event: &StatusWriterEvent,
        effects: &mut Vec<StatusWriterEffect>,
    ) -> Result<Step<StatusWriterState>, StatusWriterError> {
        let is_busy = self.storage().pending.is_some();
        self.handle_with_context(event, effects)
            .map_err(|refused| match event {
                StatusWriterEvent::Update { .. } | StatusWriterEvent::Exit { .. } => {
                    if is_busy {
                        StatusWriterError::Busy(refused)
                    } else {
                        StatusWriterError::EndedBefore(refused)
                    }
                }
                _ => StatusWriterError::Refused(refused),
            })
    }
}

#[state_machine(
    initial = "StatusWriterState::Idle",
    state(name = "StatusWriterState", custom),
    superstate(name = "StatusWriterSuperstate", derive(Debug))
)]
impl StatusWriter {
    #[state]
    fn idle(
        &mut self,
        context: &mut Vec<StatusWriterEffect>,
        event: &StatusWriterEvent,
    ) -> Outcome<StatusWriterState> {
        match event {
            StatusWriterEvent::Update { status, now } if !self.is_latched(status.state) => {
                let status = Arc::clone(status);
                self.pending = Some(Pending { status, exit: None });
                match self.begin(*now, context) {
                    First::Persist => Transition(StatusWriterState::Persisting),
                    First::Notify => Transition(StatusWriterState::Notifying),
                }
            }
            StatusWriterEvent::Exit {
                reason,
                error,
                status,
                now,
            } => {
                let (state, master_state) = ends(*reason);
                let error_message = error.as_deref().unwrap_or_default();
                let status = Arc::new(WorkerStatus {
                    state,
                    error_message: error_message.to_owned(),
                    ..WorkerStatus::clone(status)
                });
                self.pending = Some(Pending {
                    status,
                    exit: Some(error.clone()),
                });
                if self.is_latched(state) {
                    self.end(WriteEnd::Latched, context);
                    return Handled;
                }
                if self.settings.role == Role::JobMaster {
                    context.push(StatusWriterEffect::WriteMaster {
                        state: master_state,
                        error: error_message.into(),
                    });
                    return Transition(StatusWriterState::WritingMaster);
                }
                match self.begin(*now, context) {
                    First::Persist => Transition(StatusWriterState::Persisting),
                    First::Notify => Transition(StatusWriterState::Notifying),
                }
            }
            StatusWriterEvent::Canceled | StatusWriterEvent::Timer { .. } => Handled,
            _ => Super,
        }
    }

    #[state(superstate = "writing")]
    fn writing_master(
        &mut self,
        context: &mut Vec<StatusWriterEffect>,
        event: &StatusWriterEvent,
    ) -> Outcome<StatusWriterState> {
        match event {
            StatusWriterEvent::Written { now } => match self.begin(*now, context) {
                First::Persist => Transition(StatusWriterState::Persisting),
                First::Notify => Transition(StatusWriterState::Notifying),
            },
            StatusWriterEvent::NotWritten { error } => {
                let error = Arc::clone(error);
                self.end(WriteEnd::NotStored { error }, context);
                Transition(StatusWriterState::Idle)
            }
            _ => Super,
        }
    }

    #[state(superstate = "writing")]
    fn persisting(
        &mut self,
        context: &mut Vec<StatusWriterEffect>,
        event: &StatusWriterEvent,
    ) -> Outcome<StatusWriterState> {
        match event {
            StatusWriterEvent::Written { now } => {
                self.notify(*now, context);
                Transition(StatusWriterState::Notifying)
            }
            StatusWriterEvent::NotWritten { .. } => {
                if let Some(Pending { status, .. }) = &self.pending {
                    let status = Arc::clone(status);
                    context.push(StatusWriterEffect::Persist { status });
                }
                Handled
            }
            _ => Super,
        }
    }

    #[state(superstate = "writing")]
    fn notifying(
        &mut self,
        context: &mut Vec<StatusWriterEffect>,
        event: &StatusWriterEvent,
    ) -> Outcome<StatusWriterState> {
        let end = match event {
            StatusWriterEvent::Notified => WriteEnd::Told,
            StatusWriterEvent::NotNotified => WriteEnd::NotTold,
            StatusWriterEvent::Timer { now }
                if now.since(self.notifying_since) >= nanos(self.settings.timeouts.notify) =>
            {
                WriteEnd::NotTold
            }
            _ => return Super,
        };
        self.end(end, context);
        Transition(StatusWriterState::Idle)
    }

    /// What ends any writing.
    #[superstate]
    fn writing(
        &mut self,
        context: &mut Vec<StatusWriterEffect>,
        event: &StatusWriterEvent,
    ) -> Outcome<StatusWriterState> {
        match event {
            StatusWriterEvent::Canceled => {
                self.end(WriteEnd::Canceled, context);
                Transition(StatusWriterState::Idle)
            }
            StatusWriterEvent::Timer { .. } => Handled,
            _ => Super,
        }
    }
}

impl Machine for StatusWriter {
    fn alphabet() -> Vec<StatusWriterEvent> {
        let now = MonotonicTime(0);
        let status = |state| {
            Arc::new(WorkerStatus {
                state,
                ..WorkerStatus::default()
            })
        };
        let update = |state| StatusWriterEvent::Update {
            status: status(state),
            now,
        };
        let exit = |reason, error: Option<&str>| StatusWriterEvent::Exit {
            reason,
            error: error.map(Arc::from),
            status: status(WorkerStateCode::NORMAL),
            now,
        };
        vec![
            update(WorkerStateCode::NORMAL),
            update(WorkerStateCode::FINISHED),
            update(WorkerStateCode::STOPPED),
            exit(ExitReason::Finished, None),
            exit(ExitReason::Canceled, None),
            exit(ExitReason::Failed, Some("broken")),
            StatusWriterEvent::Written { now },
            StatusWriterEvent::NotWritten {
                error: Arc::default(),
            },
            StatusWriterEvent::Notified,
            StatusWriterEvent::NotNotified,
            StatusWriterEvent::Canceled,
            StatusWriterEvent::Timer { now },
            StatusWriterEvent::Timer {
                now: MonotonicTime(nanos(Timeouts::default().notify)),
            },
        ]
    }

    fn name() -> String {
        Self::NAME.to_owned()
    }

    fn starts() -> Vec<(Self, StatusWriterState)> {
        let roles = [Role::Worker, Role::JobMaster].into_iter();
        roles
            .flat_map(|role| {
                [Policy::original(), Policy::hardened()].map(|policy| {
                    let writer = Self::new(role, policy, Timeouts::default());
                    (writer, StatusWriterState::Idle)
                })
            })
            .collect()
    }

    fn declared_states() -> &'static [&'static str] {
        StatusWriterState::NAMES
    }

    fn allowances() -> &'static [(Code, &'static str)] {
        &[(
            Code::SuperstateCandidate,
            "time passes in every state; a superstate around all of them would hold nothing else",
        )]
    }

    fn abstraction() -> Option<&'static str> {
        Some("the states, messages and times of the alphabet")
    }

    fn invariants() -> Vec<Invariant<Self>> {
        vec![Invariant::new(
            "something is being written, or the writer is idle",
            |writer, state| writer.pending.is_some() == (*state != StatusWriterState::Idle),
        )]
    }

    fn state_code(state: &StatusWriterState) -> Option<i64> {
        Some(i64::from(state.code()))
    }

    fn event_name(event: &StatusWriterEvent) -> Option<String> {
        Some(match event {
            StatusWriterEvent::Update { status, .. } => format!("update {}", status.state.0),
            StatusWriterEvent::Exit { reason, .. } => format!("exit {reason}"),
            StatusWriterEvent::Written { .. } => "written".to_owned(),
            StatusWriterEvent::NotWritten { .. } => "not written".to_owned(),
            StatusWriterEvent::Notified => "notified".to_owned(),
            StatusWriterEvent::NotNotified => "not notified".to_owned(),
            StatusWriterEvent::Canceled => "canceled".to_owned(),
            StatusWriterEvent::Timer { now } => format!("timer at {} s", now.0 / 1_000_000_000),
        })
    }
}
