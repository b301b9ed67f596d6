//! The order in which a worker or a job master starts.

use std::sync::Arc;

use statig::prelude::*;

use super::states::closed_states;
use super::{LoopError, Policy, Role, Rule};
use crate::machine::{Guarded, Invariant, Machine, Refused, Step};
use crate::wire::MasterStateCode;

/// How far a start has come.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(i8)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a new state changes what every user of the machine has to handle"
)]
pub enum StartUpState {
    /// It has not begun.
    NotStarted = 0,
    /// The worker pings, listens, and looks up its master.
    WorkerPreInit = 1,
    /// A job master takes its epoch and waits for the workers that it may have.
    MasterInit = 2,
    /// The business logic starts.
    BusinessInit = 3,
    /// The first start of a job is being stored.
    MarkInit = 4,
    /// The worker's record and its first status are being written.
    PostInit = 5,
    /// It has started.
    Started = 6,
    /// It could not start.
    Failed = 7,
}

closed_states! {
    StartUpState {
        NotStarted, WorkerPreInit, MasterInit, BusinessInit, MarkInit, PostInit, Started, Failed,
    } of StartUp named "start_up"
}

/// What happens to a start.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the steps of a start, all of them")]
pub enum StartUpEvent {
    /// Begin.
    Start,
    /// Where the master is has been read.
    MasterInfoRead,
    /// The job master's record has the new epoch, node and address.
    MetadataRefreshed {
        /// The state that is stored in it.
        stored: MasterStateCode,
    },
    /// The workers that were loaded are heard of, or given up.
    WorkersRecovered,
    /// The business logic has started.
    BusinessInitialised,
    /// The first start of the job is stored.
    Marked,
    /// The worker's record is written.
    RowWritten,
    /// The first status is stored and told.
    Reported,
    /// The step under way has failed.
    Failed {
        /// How.
        error: LoopError,
    },
}

/// What is to be done for a start.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "whoever runs the start has to do all of it"
)]
pub enum StartUpEffect {
    /// Begin to ping the master and to watch how long it is silent.
    StartHeartbeat,
    /// Listen to the master's pongs and requests.
    ListenToMaster,
    /// Read where the master is.
    ReadMasterInfo,
    /// Take a new epoch and store it with node and address.
    RefreshMetadata,
    /// Build the table of workers.
    StartManager {
        /// Whether the stored workers are loaded and waited for.
        load_workers: bool,
    },
    /// Listen to the pings and statuses of own workers.
    ListenToWorkers,
    /// Start the business logic for the first time.
    CallInitImpl,
    /// Start the business logic of a job that has been started before.
    CallOnMasterRecovered,
    /// Store that the job has started.
    MarkInit {
        /// Whether only over a state that says it has not, in this epoch.
        is_conditional: bool,
    },
    /// Write the worker's record.
    WriteRow,
    /// Store and tell the first status: initialised.
    ReportInit,
    /// The start has ended: tell the loop by
    /// [`RunLoopEvent::Initialised`](super::RunLoopEvent::Initialised).
    Initialised,
    /// The start has failed: tell the loop by
    /// [`RunLoopEvent::Ended`](super::RunLoopEvent::Ended).
    Ended {
        /// By this error.
        error: LoopError,
    },
}

/// A step of a start that is not under way.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a step of the start is out of order: {refused}")]
#[non_exhaustive]
pub struct OutOfOrder {
    /// What was refused.
    #[from]
    pub refused: Refused,
}

/// The machine of the start of a worker or a job master.
///
#[doc = include_str!("start_up.md")]
///
/// # Examples
///
/// ```
/// use fsmcheck::Guarded;
/// use fsmcheck::framework::{Policy, Role, StartUp, StartUpEffect, StartUpEvent};
///
/// let mut start = Guarded::new(StartUp::new(Role::Worker, Policy::original()));
/// let mut effects = Vec::new();
/// start.apply(&StartUpEvent::Start, &mut effects)?;
/// start.apply(&StartUpEvent::MasterInfoRead, &mut effects)?;
/// assert_eq!(effects, [
///     StartUpEffect::StartHeartbeat,
///     StartUpEffect::ListenToMaster,
///     StartUpEffect::ReadMasterInfo,
///     StartUpEffect::CallInitImpl,
/// ]);
/// # Ok::<(), fsmcheck::framework::OutOfOrder>(())
/// ```
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct StartUp {
    role: Role,
    policy: Policy,
    is_recovery: bool,
    is_refreshed: bool,
    is_row_written: bool,
}

/// What comes after a step.
enum Next {
    Wait,
    Business,
    Mark,
    Post,
    Fail,
}

impl StartUp {
    /// A start that has not begun.
    #[must_use]
    pub fn new(role: Role, policy: Policy) -> Self {
        Self {
            role,
            policy,
            ..Self::default()
        }
    }

    /// Whether the job had been started before.
    #[must_use]
    pub fn is_recovery(&self) -> bool {
        self.is_recovery
    }

    fn has(&self, rule: Rule) -> bool {
        self.policy.has(rule)
    }

    fn refreshed(&mut self, stored: MasterStateCode, effects: &mut Vec<StartUpEffect>) -> Next {
        if stored.is_terminated() && self.has(Rule::StoredStateRechecked) {
            let message = "the job is stored as ended";
            fail_fast(message, effects);
            return Next::Fail;
        }
        self.is_refreshed = true;
        self.is_recovery = stored != MasterStateCode::UNINIT;
        let load_workers = self.is_recovery || self.has(Rule::WorkersLoadedOnEveryStart);
        let manager = StartUpEffect::StartManager { load_workers };
        if self.has(Rule::HandlersAfterManager) {
            effects.extend([manager, StartUpEffect::ListenToWorkers]);
        } else {
            effects.extend([StartUpEffect::ListenToWorkers, manager]);
        }
        if load_workers {
            Next::Wait
        } else {
            self.start_business(effects);
            Next::Business
        }
    }

    fn start_business(&self, effects: &mut Vec<StartUpEffect>) {
        effects.push(if self.is_recovery {
            StartUpEffect::CallOnMasterRecovered
        } else {
            StartUpEffect::CallInitImpl
        });
    }

    fn business_started(&self, effects: &mut Vec<StartUpEffect>) -> Next {
        if !self.has(Rule::AckBaselineAtSubmit) {
            effects.push(StartUpEffect::StartHeartbeat);
        }
        if self.role == Role::JobMaster && !self.is_recovery {
            let is_conditional = self.has(Rule::StateWritesConditional);
            effects.push(StartUpEffect::MarkInit { is_conditional });
            Next::Mark
        } else {
            effects.push(StartUpEffect::WriteRow);
            Next::Post
        }
    }
}

fn fail_fast(message: &str, effects: &mut Vec<StartUpEffect>) {
    let message = message.into();
    let error = LoopError::FailFast { message };
    effects.push(StartUpEffect::Ended { error });
}

impl Guarded<StartUp> {
    /// Handles an event, adding what is to be done to `effects`.
    ///
    /// # Errors
    ///
    /// When a step is out of order: the start is then as before, and `effects`
    /// too.
    pub fn apply(
        &mut self,
        event: &StartUpEvent,
        effects: &mut Vec<StartUpEffect>,
    ) -> Result<Step<StartUpState>, OutOfOrder> {
        Ok(self.handle_with_context(event, effects)?)
    }
}

#[state_machine(
    initial = "StartUpState::NotStarted",
    state(name = "StartUpState", custom),
    superstate(name = "StartUpSuperstate", derive(Debug))
)]
impl StartUp {
    #[state]
    fn not_started(
        &mut self,
        context: &mut Vec<StartUpEffect>,
        event: &StartUpEvent,
    ) -> Outcome<StartUpState> {
        match event {
            StartUpEvent::Start => {
                if self.has(Rule::AckBaselineAtSubmit) {
                    context.push(StartUpEffect::StartHeartbeat);
                }
                context.extend([StartUpEffect::ListenToMaster, StartUpEffect::ReadMasterInfo]);
                Transition(StartUpState::WorkerPreInit)
            }
            _ => Super,
        }
    }

    #[state]
    fn worker_pre_init(
        &mut self,
        context: &mut Vec<StartUpEffect>,
        event: &StartUpEvent,
    ) -> Outcome<StartUpState> {
        match event {
            StartUpEvent::MasterInfoRead => match self.role {
                Role::Worker => {
                    self.start_business(context);
                    Transition(StartUpState::BusinessInit)
                }
                Role::JobMaster => {
                    context.push(StartUpEffect::RefreshMetadata);
                    Transition(StartUpState::MasterInit)
                }
            },
            StartUpEvent::Failed { error } => {
                fail_fast(&error.to_string(), context);
                Transition(StartUpState::Failed)
            }
            _ => Super,
        }
    }

    #[state(superstate = "under_way")]
    fn master_init(
        &mut self,
        context: &mut Vec<StartUpEffect>,
        event: &StartUpEvent,
    ) -> Outcome<StartUpState> {
        match event {
            StartUpEvent::MetadataRefreshed { stored } if !self.is_refreshed => {
                match self.refreshed(*stored, context) {
                    Next::Business => Transition(StartUpState::BusinessInit),
                    Next::Fail => Transition(StartUpState::Failed),
                    _ => Handled,
                }
            }
            StartUpEvent::WorkersRecovered if self.is_refreshed => {
                self.start_business(context);
                Transition(StartUpState::BusinessInit)
            }
            _ => Super,
        }
    }

    #[state(superstate = "under_way")]
    fn business_init(
        &mut self,
        context: &mut Vec<StartUpEffect>,
        event: &StartUpEvent,
    ) -> Outcome<StartUpState> {
        match event {
            StartUpEvent::BusinessInitialised => match self.business_started(context) {
                Next::Mark => Transition(StartUpState::MarkInit),
                _ => Transition(StartUpState::PostInit),
            },
            _ => Super,
        }
    }

    #[state(superstate = "under_way")]
    fn mark_init(context: &mut Vec<StartUpEffect>, event: &StartUpEvent) -> Outcome<StartUpState> {
        match event {
            StartUpEvent::Marked => {
                context.push(StartUpEffect::WriteRow);
                Transition(StartUpState::PostInit)
            }
            _ => Super,
        }
    }

    #[state(superstate = "under_way")]
    fn post_init(
        &mut self,
        context: &mut Vec<StartUpEffect>,
        event: &StartUpEvent,
    ) -> Outcome<StartUpState> {
        match event {
            StartUpEvent::RowWritten if !self.is_row_written => {
                self.is_row_written = true;
                context.push(StartUpEffect::ReportInit);
                Handled
            }
            StartUpEvent::Reported if self.is_row_written => {
                context.push(StartUpEffect::Initialised);
                Transition(StartUpState::Started)
            }
            _ => Super,
        }
    }

    /// Every step can fail.
    #[superstate]
    fn under_way(context: &mut Vec<StartUpEffect>, event: &StartUpEvent) -> Outcome<StartUpState> {
        match event {
            StartUpEvent::Failed { error } => {
                let error = error.clone();
                context.push(StartUpEffect::Ended { error });
                Transition(StartUpState::Failed)
            }
            _ => Super,
        }
    }

    #[state]
    fn started() -> Outcome<StartUpState> {
        Super
    }

    #[state]
    fn failed() -> Outcome<StartUpState> {
        Super
    }
}

impl Machine for StartUp {
    fn alphabet() -> Vec<StartUpEvent> {
        let refreshed = |stored| StartUpEvent::MetadataRefreshed { stored };
        vec![
            StartUpEvent::Start,
            StartUpEvent::MasterInfoRead,
            refreshed(MasterStateCode::UNINIT),
            refreshed(MasterStateCode::INIT),
            refreshed(MasterStateCode::FINISHED),
            StartUpEvent::WorkersRecovered,
            StartUpEvent::BusinessInitialised,
            StartUpEvent::Marked,
            StartUpEvent::RowWritten,
            StartUpEvent::Reported,
            StartUpEvent::Failed {
                error: LoopError::Other {
                    message: Arc::default(),
                },
            },
        ]
    }

    fn name() -> String {
        Self::NAME.to_owned()
    }

    fn starts() -> Vec<(Self, StartUpState)> {
        let roles = [Role::Worker, Role::JobMaster].into_iter();
        roles
            .flat_map(|role| {
                [Policy::original(), Policy::hardened()]
                    .map(|policy| (Self::new(role, policy), StartUpState::NotStarted))
            })
            .collect()
    }

    fn declared_states() -> &'static [&'static str] {
        StartUpState::NAMES
    }

    fn terminal_states() -> &'static [&'static str] {
        &["Started", "Failed"]
    }

    fn invariants() -> Vec<Invariant<Self>> {
        vec![Invariant::new("only a job master recovers", |start, _| {
            !start.is_recovery || start.role == Role::JobMaster
        })]
    }

    fn state_code(state: &StartUpState) -> Option<i64> {
        Some(i64::from(state.code()))
    }

    fn event_name(event: &StartUpEvent) -> Option<String> {
        Some(match event {
            StartUpEvent::Start => "start".to_owned(),
            StartUpEvent::MasterInfoRead => "master info read".to_owned(),
            StartUpEvent::MetadataRefreshed { stored } => {
                format!("metadata refreshed in {}", stored.0)
            }
            StartUpEvent::WorkersRecovered => "workers recovered".to_owned(),
            StartUpEvent::BusinessInitialised => "business initialised".to_owned(),
            StartUpEvent::Marked => "marked".to_owned(),
            StartUpEvent::RowWritten => "row written".to_owned(),
            StartUpEvent::Reported => "reported".to_owned(),
            StartUpEvent::Failed { .. } => "failed".to_owned(),
        })
    }
}
