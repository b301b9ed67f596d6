//! The business logic of a worker.

use statig::prelude::*;

use super::{
    BusinessEffect, CalledOutOfPlace, CancelOutcome, ERROR, InitOutcome, OK, TickOutcome, refusal,
    samples,
};
use crate::framework::states::closed_states;
use crate::framework::{ExitReason, Policy};
use crate::graph::lint::Code;
use crate::machine::{Guarded, Machine, Step};

/// How far the business logic of a worker is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(i8)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a new state changes what every user of the machine has to handle"
)]
pub enum WorkerBusinessState {
    /// It is not made yet.
    Absent = 0,
    /// The executor will not make it.
    Refused = 1,
    /// It is made, and not started.
    Made = 2,
    /// It works.
    Working = 3,
    /// It hangs in a call that it does not return from.
    Hanging = 4,
    /// It has exited, and may not know it: it does another round when asked.
    Exited = 5,
    /// A call has returned an error.
    Broken = 6,
    /// It has let go of everything.
    Closed = 7,
}

closed_states! {
    WorkerBusinessState { Absent, Refused, Made, Working, Hanging, Exited, Broken, Closed }
    of WorkerBusiness named "worker_business"
}

/// A call of a worker's business logic, with what it makes of it.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the calls of a worker's business logic, all of them"
)]
pub enum WorkerBusinessEvent {
    /// The executor makes it.
    Create,
    /// The executor cannot make it.
    CreationFails {
        /// Whether the error would go away, such as a lost connection.
        is_transient: bool,
    },
    /// `InitImpl`.
    Init {
        /// What it does.
        outcome: InitOutcome,
    },
    /// `Tick`.
    Tick {
        /// What it does.
        outcome: TickOutcome,
    },
    /// Its master's message that it stop.
    Cancel {
        /// What it does.
        outcome: CancelOutcome,
    },
    /// `CloseImpl`.
    Close,
}

/// The machine of the business logic of a worker.
///
#[doc = include_str!("../worker_business.md")]
///
/// # Examples
///
/// An error that would go away is not stored as a failure:
///
/// ```
/// use fsmcheck::Guarded;
/// use fsmcheck::framework::{
///     BusinessEffect, Policy, Rule, WorkerBusiness, WorkerBusinessEvent,
/// };
///
/// let lost_connection = WorkerBusinessEvent::CreationFails { is_transient: true };
/// let today = Policy::original();
/// let before = Policy::before(Rule::TransientDispatchErrorRetried);
/// for (policy, for_good) in [(today, false), (before, true)] {
///     let mut business = Guarded::new(WorkerBusiness::new(policy));
///     let mut effects = Vec::new();
///     business.apply(&lost_connection, &mut effects)?;
///     assert_eq!(effects, [BusinessEffect::Refuse { for_good }]);
/// }
/// # Ok::<(), fsmcheck::framework::CalledOutOfPlace>(())
/// ```
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct WorkerBusiness {
    policy: Policy,
}

impl WorkerBusiness {
    /// Business logic that is not made yet.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self { policy }
    }
}

impl Guarded<WorkerBusiness> {
    /// Handles a call, adding what the business logic does to `effects`.
    ///
    /// # Errors
    ///
    /// When the framework must not make this call now: the business logic is
    /// then as before, and `effects` too.
    pub fn apply(
        &mut self,
        event: &WorkerBusinessEvent,
        effects: &mut Vec<BusinessEffect>,
    ) -> Result<Step<WorkerBusinessState>, CalledOutOfPlace> {
        Ok(self.handle_with_context(event, effects)?)
    }
}

#[state_machine(
    initial = "WorkerBusinessState::Absent",
    state(name = "WorkerBusinessState", custom),
    superstate(name = "WorkerBusinessSuperstate", derive(Debug))
)]
impl WorkerBusiness {
    #[state]
    fn absent(
        &self,
        context: &mut Vec<BusinessEffect>,
        event: &WorkerBusinessEvent,
    ) -> Outcome<WorkerBusinessState> {
        match event {
            WorkerBusinessEvent::Create => {
                context.push(OK);
                Transition(WorkerBusinessState::Made)
            }
            WorkerBusinessEvent::CreationFails { is_transient } => {
                let refusal = refusal(self.policy, *is_transient);
                context.push(refusal);
                if refusal == (BusinessEffect::Refuse { for_good: true }) {
                    Transition(WorkerBusinessState::Refused)
                } else {
                    Handled
                }
            }
            _ => Super,
        }
    }

    #[state]
    fn refused() -> Outcome<WorkerBusinessState> {
        Super
    }

    #[state(superstate = "open")]
    fn made(
        context: &mut Vec<BusinessEffect>,
        event: &WorkerBusinessEvent,
    ) -> Outcome<WorkerBusinessState> {
        match event {
            WorkerBusinessEvent::Init { outcome } => match outcome {
                InitOutcome::Succeeds => {
                    context.push(OK);
                    Transition(WorkerBusinessState::Working)
                }
                InitOutcome::Fails => {
                    context.push(ERROR);
                    Transition(WorkerBusinessState::Broken)
                }
                InitOutcome::Exits(reason) => {
                    let reason = *reason;
                    context.extend([BusinessEffect::Exit { reason }, OK]);
                    Transition(WorkerBusinessState::Exited)
                }
            },
            _ => Super,
        }
    }

    #[state(superstate = "started")]
    fn working() -> Outcome<WorkerBusinessState> {
        Super
    }

    #[state(superstate = "open")]
    fn hanging() -> Outcome<WorkerBusinessState> {
        Super
    }

    #[state(superstate = "started")]
    fn exited() -> Outcome<WorkerBusinessState> {
        Super
    }

    /// What can be called as long as no call has gone wrong. Business logic that
    /// has exited does not differ from one that has not: it is the framework's
    /// to call it no more.
    #[superstate(superstate = "open")]
    fn started(
        context: &mut Vec<BusinessEffect>,
        event: &WorkerBusinessEvent,
    ) -> Outcome<WorkerBusinessState> {
        match event {
            WorkerBusinessEvent::Tick { outcome } => match outcome {
                TickOutcome::Publishes(state) => {
                    let state = *state;
                    context.extend([BusinessEffect::Publish { state }, OK]);
                    Handled
                }
                TickOutcome::Ends => {
                    context.push(ERROR);
                    Transition(WorkerBusinessState::Broken)
                }
                TickOutcome::Exits(reason) => {
                    let reason = *reason;
                    context.extend([BusinessEffect::Exit { reason }, OK]);
                    Transition(WorkerBusinessState::Exited)
                }
            },
            WorkerBusinessEvent::Cancel { outcome } => match outcome {
                CancelOutcome::Succeeds => {
                    let reason = ExitReason::Canceled;
                    context.extend([BusinessEffect::Exit { reason }, OK]);
                    Transition(WorkerBusinessState::Exited)
                }
                CancelOutcome::Fails => {
                    context.push(ERROR);
                    Handled
                }
                CancelOutcome::Hangs => Transition(WorkerBusinessState::Hanging),
            },
            _ => Super,
        }
    }

    #[state(superstate = "open")]
    fn broken() -> Outcome<WorkerBusinessState> {
        Super
    }

    /// What is made can be closed.
    #[superstate]
    fn open(
        context: &mut Vec<BusinessEffect>,
        event: &WorkerBusinessEvent,
    ) -> Outcome<WorkerBusinessState> {
        match event {
            WorkerBusinessEvent::Close => {
                context.push(OK);
                Transition(WorkerBusinessState::Closed)
            }
            _ => Super,
        }
    }

    #[state]
    fn closed() -> Outcome<WorkerBusinessState> {
        Super
    }
}

impl Machine for WorkerBusiness {
    fn alphabet() -> Vec<WorkerBusinessEvent> {
        let mut events = vec![
            WorkerBusinessEvent::Create,
            WorkerBusinessEvent::CreationFails { is_transient: true },
            WorkerBusinessEvent::CreationFails {
                is_transient: false,
            },
        ];
        events.extend(samples::inits().map(|outcome| WorkerBusinessEvent::Init { outcome }));
        events.extend(samples::ticks().map(|outcome| WorkerBusinessEvent::Tick { outcome }));
        events.extend(samples::CANCELS.map(|outcome| WorkerBusinessEvent::Cancel { outcome }));
        events.push(WorkerBusinessEvent::Close);
        events
    }

    fn name() -> String {
        Self::NAME.to_owned()
    }

    fn starts() -> Vec<(Self, WorkerBusinessState)> {
        [Policy::original(), Policy::hardened()]
            .map(|policy| (Self::new(policy), WorkerBusinessState::Absent))
            .into()
    }

    fn declared_states() -> &'static [&'static str] {
        WorkerBusinessState::NAMES
    }

    fn terminal_states() -> &'static [&'static str] {
        &["Refused", "Closed"]
    }

    fn allowances() -> &'static [(Code, &'static str)] {
        &[(
            Code::DuplicateState,
            "the names tell what the logic has been through, which only its surroundings can see",
        )]
    }

    fn state_code(state: &WorkerBusinessState) -> Option<i64> {
        Some(i64::from(state.code()))
    }

    fn event_name(event: &WorkerBusinessEvent) -> Option<String> {
        Some(match event {
            WorkerBusinessEvent::Create => "create".to_owned(),
            WorkerBusinessEvent::CreationFails { is_transient: true } => {
                "creation fails for now".to_owned()
            }
            WorkerBusinessEvent::CreationFails {
                is_transient: false,
            } => "creation fails for good".to_owned(),
            WorkerBusinessEvent::Init { outcome } => format!("init {outcome}"),
            WorkerBusinessEvent::Tick { outcome } => format!("tick {outcome}"),
            WorkerBusinessEvent::Cancel { outcome } => format!("cancel {outcome}"),
            WorkerBusinessEvent::Close => "close".to_owned(),
        })
    }
}
