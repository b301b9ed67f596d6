//! The business logic of a job master.

use statig::prelude::*;

use super::{
    BusinessEffect, CalledOutOfPlace, CancelOutcome, ERROR, InitOutcome, OK, TickOutcome, refusal,
    samples,
};
use crate::framework::states::closed_states;
use crate::framework::{ExitReason, Policy, Rule};
use crate::machine::{Guarded, Invariant, Machine, Step};

/// How far the business logic of a job master is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(i8)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a new state changes what every user of the machine has to handle"
)]
pub enum JobMasterBusinessState {
    /// It is not made yet.
    Absent = 0,
    /// The executor will not make it.
    Refused = 1,
    /// It is made, and not started.
    Made = 2,
    /// It works.
    Working = 3,
    /// It waits for its workers to end, in a call that has not returned.
    Canceling = 4,
    /// It has exited, and may not know it: it does another round when asked.
    Exited = 5,
    /// A call has returned an error.
    Broken = 6,
    /// It has let go of everything.
    Closed = 7,
}

closed_states! {
    JobMasterBusinessState { Absent, Refused, Made, Working, Canceling, Exited, Broken, Closed }
    of JobMasterBusiness named "job_master_business"
}

/// What a restarted job master finds of the worker for its task.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a worker is there or not, and has reported or not"
)]
pub enum FoundWorker {
    /// There is none.
    Nobody,
    /// It lives, and has not yet reported anything of its own.
    Silent,
    /// It lives, and has reported what it does.
    Reporting,
}

/// A call of a job master's business logic, with what it makes of it.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the calls of a job master's business logic, all of them"
)]
pub enum JobMasterBusinessEvent {
    /// The executor makes it.
    Create,
    /// The executor cannot make it.
    CreationFails {
        /// Whether the error would go away, such as a lost connection.
        is_transient: bool,
    },
    /// `InitImpl`.
    Init {
        /// Whether it creates a worker, before anything else.
        creates_worker: bool,
        /// What it does.
        outcome: InitOutcome,
    },
    /// `OnMasterRecovered`.
    Recovered {
        /// What it finds of its worker.
        found: FoundWorker,
    },
    /// `Tick`. It creates the worker for its task if it knows of none.
    Tick {
        /// What it does besides.
        outcome: TickOutcome,
    },
    /// `OnWorkerOffline`, or the dispatch of the worker has failed.
    WorkerGone,
    /// `OnCancel`. One that hangs waits for the workers to end.
    Cancel {
        /// What it does; on a context that has ended it can only fail.
        outcome: CancelOutcome,
        /// Whether the context of the call is alive.
        live_context: bool,
    },
    /// `CloseImpl`.
    Close,
    /// `StopImpl`.
    Stop,
}

/// The machine of the business logic of a job master that has one task, for
/// which one worker is to live.
///
#[doc = include_str!("../job_master_business.md")]
///
/// # Examples
///
/// A live worker that has reported nothing yet is adopted, not doubled:
///
/// ```
/// use fsmcheck::Guarded;
/// use fsmcheck::framework::{
///     FoundWorker, JobMasterBusiness, JobMasterBusinessEvent, Policy, Rule, TickOutcome,
///     WorkerState,
/// };
///
/// let today = Policy::original();
/// for (policy, live) in [(today, 1), (Policy::before(Rule::AdoptSilentWorkers), 2)] {
///     let mut business = Guarded::new(JobMasterBusiness::new(policy));
///     for event in [
///         JobMasterBusinessEvent::Create,
///         JobMasterBusinessEvent::Recovered { found: FoundWorker::Silent },
///         JobMasterBusinessEvent::Tick { outcome: TickOutcome::Publishes(WorkerState::Normal) },
///     ] {
///         business.apply(&event, &mut Vec::new())?;
///     }
///     assert_eq!(business.storage().live_workers(), live);
/// }
/// # Ok::<(), fsmcheck::framework::CalledOutOfPlace>(())
/// ```
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct JobMasterBusiness {
    policy: Policy,
    knows_worker: bool,
    live_workers: u8,
}

impl JobMasterBusiness {
    /// More live workers for the task than this make no further difference.
    const MANY: u8 = 2;

    /// Business logic that is not made yet, and has no worker.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            ..Self::default()
        }
    }

    /// How many workers live for the one task: 0, 1, or 2 for more than one.
    #[must_use]
    pub fn live_workers(&self) -> u8 {
        self.live_workers
    }

    /// Whether the business logic knows of a worker for its task.
    #[must_use]
    pub fn knows_worker(&self) -> bool {
        self.knows_worker
    }

    fn create_worker(&mut self, effects: &mut Vec<BusinessEffect>) {
        if !self.knows_worker {
            self.knows_worker = true;
            self.live_workers = Self::MANY.min(self.live_workers + 1);
            effects.push(BusinessEffect::CreateWorker);
        }
    }

    fn recover(&mut self, found: FoundWorker) {
        let (lives, is_adopted) = match found {
            FoundWorker::Nobody => (0, false),
            FoundWorker::Silent => (1, self.policy.has(Rule::AdoptSilentWorkers)),
            FoundWorker::Reporting => (1, true),
        };
        self.live_workers = lives;
        self.knows_worker = is_adopted;
    }

    fn lose_worker(&mut self) {
        self.knows_worker = false;
        self.live_workers = self.live_workers.saturating_sub(1);
    }
}

impl Guarded<JobMasterBusiness> {
    /// Handles a call, adding what the business logic does to `effects`.
    ///
    /// # Errors
    ///
    /// When the framework must not make this call now: the business logic is
    /// then as before, and `effects` too.
    pub fn apply(
        &mut self,
        event: &JobMasterBusinessEvent,
        effects: &mut Vec<BusinessEffect>,
    ) -> Result<Step<JobMasterBusinessState>, CalledOutOfPlace> {
        Ok(self.handle_with_context(event, effects)?)
    }
}

#[state_machine(
    initial = "JobMasterBusinessState::Absent",
    state(name = "JobMasterBusinessState", custom),
    superstate(name = "JobMasterBusinessSuperstate", derive(Debug))
)]
impl JobMasterBusiness {
    #[state]
    fn absent(
        &self,
        context: &mut Vec<BusinessEffect>,
        event: &JobMasterBusinessEvent,
    ) -> Outcome<JobMasterBusinessState> {
        match event {
            JobMasterBusinessEvent::Create => {
                context.push(OK);
                Transition(JobMasterBusinessState::Made)
            }
            JobMasterBusinessEvent::CreationFails { is_transient } => {
                let refusal = refusal(self.policy, *is_transient);
                context.push(refusal);
                if refusal == (BusinessEffect::Refuse { for_good: true }) {
                    Transition(JobMasterBusinessState::Refused)
                } else {
                    Handled
                }
            }
            _ => Super,
        }
    }

    #[state]
    fn refused() -> Outcome<JobMasterBusinessState> {
        Super
    }

    #[state(superstate = "open")]
    fn made(
        &mut self,
        context: &mut Vec<BusinessEffect>,
        event: &JobMasterBusinessEvent,
    ) -> Outcome<JobMasterBusinessState> {
        match event {
            JobMasterBusinessEvent::Init {
                creates_worker,
                outcome,
            } => {
                if *creates_worker {
                    self.create_worker(context);
                }
                match outcome {
                    InitOutcome::Succeeds => {
                        context.push(OK);
                        Transition(JobMasterBusinessState::Working)
                    }
                    InitOutcome::Fails => {
                        context.push(ERROR);
                        Transition(JobMasterBusinessState::Broken)
                    }
                    InitOutcome::Exits(reason) => {
                        let reason = *reason;
                        context.extend([BusinessEffect::Exit { reason }, OK]);
                        Transition(JobMasterBusinessState::Exited)
                    }
                }
            }
            JobMasterBusinessEvent::Recovered { found } => {
                self.recover(*found);
                context.push(OK);
                Transition(JobMasterBusinessState::Working)
            }
            _ => Super,
        }
    }

    #[state(superstate = "started")]
    fn working(
        &mut self,
        context: &mut Vec<BusinessEffect>,
        event: &JobMasterBusinessEvent,
    ) -> Outcome<JobMasterBusinessState> {
        if let JobMasterBusinessEvent::Tick { .. } = event {
            self.create_worker(context);
        }
        Super
    }

    #[state(superstate = "open")]
    fn canceling(
        &mut self,
        context: &mut Vec<BusinessEffect>,
        event: &JobMasterBusinessEvent,
    ) -> Outcome<JobMasterBusinessState> {
        match event {
            JobMasterBusinessEvent::WorkerGone if self.live_workers == 1 => {
                self.lose_worker();
                let reason = ExitReason::Canceled;
                context.extend([BusinessEffect::Exit { reason }, OK]);
                Transition(JobMasterBusinessState::Exited)
            }
            _ => Super,
        }
    }

    #[state(superstate = "started")]
    fn exited() -> Outcome<JobMasterBusinessState> {
        Super
    }

    /// What can be called as long as no call has gone wrong.
    #[superstate(superstate = "open")]
    fn started(
        context: &mut Vec<BusinessEffect>,
        event: &JobMasterBusinessEvent,
    ) -> Outcome<JobMasterBusinessState> {
        match event {
            JobMasterBusinessEvent::Tick { outcome } => match outcome {
                TickOutcome::Publishes(state) => {
                    let state = *state;
                    context.extend([BusinessEffect::Publish { state }, OK]);
                    Handled
                }
                TickOutcome::Ends => {
                    context.push(ERROR);
                    Transition(JobMasterBusinessState::Broken)
                }
                TickOutcome::Exits(reason) => {
                    let reason = *reason;
                    context.extend([BusinessEffect::Exit { reason }, OK]);
                    Transition(JobMasterBusinessState::Exited)
                }
            },
            JobMasterBusinessEvent::Cancel {
                outcome,
                live_context,
            } => match outcome {
                CancelOutcome::Fails => {
                    context.push(ERROR);
                    Handled
                }
                _ if !live_context => Super,
                CancelOutcome::Succeeds => {
                    let reason = ExitReason::Canceled;
                    context.extend([BusinessEffect::Exit { reason }, OK]);
                    Transition(JobMasterBusinessState::Exited)
                }
                CancelOutcome::Hangs => Transition(JobMasterBusinessState::Canceling),
            },
            _ => Super,
        }
    }

    #[state(superstate = "open")]
    fn broken() -> Outcome<JobMasterBusinessState> {
        Super
    }

    /// What is made can be closed, and its worker can go away.
    #[superstate]
    fn open(
        &mut self,
        context: &mut Vec<BusinessEffect>,
        event: &JobMasterBusinessEvent,
    ) -> Outcome<JobMasterBusinessState> {
        match event {
            JobMasterBusinessEvent::WorkerGone if self.live_workers > 0 => {
                self.lose_worker();
                Handled
            }
            JobMasterBusinessEvent::Close | JobMasterBusinessEvent::Stop => {
                context.push(OK);
                Transition(JobMasterBusinessState::Closed)
            }
            _ => Super,
        }
    }

    #[state]
    fn closed() -> Outcome<JobMasterBusinessState> {
        Super
    }
}

impl Machine for JobMasterBusiness {
    fn alphabet() -> Vec<JobMasterBusinessEvent> {
        let mut events = vec![
            JobMasterBusinessEvent::Create,
            JobMasterBusinessEvent::CreationFails { is_transient: true },
            JobMasterBusinessEvent::CreationFails {
                is_transient: false,
            },
        ];
        events.extend([false, true].into_iter().flat_map(|creates_worker| {
            samples::inits().map(move |outcome| JobMasterBusinessEvent::Init {
                creates_worker,
                outcome,
            })
        }));
        let found = [
            FoundWorker::Nobody,
            FoundWorker::Silent,
            FoundWorker::Reporting,
        ];
        events.extend(found.map(|found| JobMasterBusinessEvent::Recovered { found }));
        events.extend(samples::ticks().map(|outcome| JobMasterBusinessEvent::Tick { outcome }));
        events.push(JobMasterBusinessEvent::WorkerGone);
        events.extend(
            samples::CANCELS.map(|outcome| JobMasterBusinessEvent::Cancel {
                outcome,
                live_context: true,
            }),
        );
        events.extend([
            JobMasterBusinessEvent::Cancel {
                outcome: CancelOutcome::Fails,
                live_context: false,
            },
            JobMasterBusinessEvent::Close,
            JobMasterBusinessEvent::Stop,
        ]);
        events
    }

    fn name() -> String {
        Self::NAME.to_owned()
    }

    fn starts() -> Vec<(Self, JobMasterBusinessState)> {
        [Policy::original(), Policy::hardened()]
            .map(|policy| (Self::new(policy), JobMasterBusinessState::Absent))
            .into()
    }

    fn declared_states() -> &'static [&'static str] {
        JobMasterBusinessState::NAMES
    }

    fn terminal_states() -> &'static [&'static str] {
        &["Refused", "Closed"]
    }

    fn abstraction() -> Option<&'static str> {
        Some("one task, and at most two live workers for it")
    }

    fn invariants() -> Vec<Invariant<Self>> {
        vec![Invariant::new(
            "S1 for a task: at most one worker lives for it",
            |business, _| business.live_workers <= 1,
        )]
    }

    fn state_code(state: &JobMasterBusinessState) -> Option<i64> {
        Some(i64::from(state.code()))
    }

    fn event_name(event: &JobMasterBusinessEvent) -> Option<String> {
        Some(match event {
            JobMasterBusinessEvent::Create => "create".to_owned(),
            JobMasterBusinessEvent::CreationFails { is_transient: true } => {
                "creation fails for now".to_owned()
            }
            JobMasterBusinessEvent::CreationFails {
                is_transient: false,
            } => "creation fails for good".to_owned(),
            JobMasterBusinessEvent::Init {
                creates_worker,
                outcome,
            } => {
                let with = if *creates_worker { " with worker" } else { "" };
                format!("init{with} {outcome}")
            }
            JobMasterBusinessEvent::Recovered { found } => {
                let found = match found {
                    FoundWorker::Nobody => "nobody",
                    FoundWorker::Silent => "silent worker",
                    FoundWorker::Reporting => "reporting worker",
                };
                format!("recovered with {found}")
            }
            JobMasterBusinessEvent::Tick { outcome } => format!("tick {outcome}"),
            JobMasterBusinessEvent::WorkerGone => "worker gone".to_owned(),
            JobMasterBusinessEvent::Cancel {
                outcome,
                live_context,
            } => {
                let dead = if *live_context {
                    ""
                } else {
                    " on dead context"
                };
                format!("cancel {outcome}{dead}")
            }
            JobMasterBusinessEvent::Close => "close".to_owned(),
            JobMasterBusinessEvent::Stop => "stop".to_owned(),
        })
    }
}
