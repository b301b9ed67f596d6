//! The loop that runs a worker or a job master, from its start to its end.
//!
//! | the original's rule | here | shown by |
//! |---|---|---|
//! | not run, init, poll again and again | [`RunLoopState`] | `tables::run_loop` |
//! | run twice: the process ends | refused: [`RunLoopError::RunTwice`] | `tables::run_loop`, `assertions_are_named` |
//! | a loop that ends without an error: the process ends | refused: [`RunLoopError::EndedWithoutError`] | `tables::run_loop`, `assertions_are_named` |
//! | canceled, failed before the start, given up: close at once | [`LoopError::is_abrupt`] | `the_error_decides_the_finaliser` |
//! | ended as a worker ends: say goodbye, then stop | [`LoopError::is_terminated`] | `the_error_decides_the_finaliser` |
//! | any other error: say goodbye, then close | | `the_error_decides_the_finaliser` |
//! | a job master that has ended does not say goodbye; its master has to miss it | [`Role::JobMaster`] | `the_error_decides_the_finaliser` |
//! | goodbye: close the business logic, once, then wait for the master | [`Rule::CloseBeforeFinishHandshake`] | `the_business_closes_before_the_goodbye` |
//! | the goodbye takes 30 s at most | [`Timeouts::graceful_exit`] | `the_goodbye_is_bounded` |
//! | an exit with an error ends by that error, without one as a finished worker | [`RunLoopEvent::Exited`] | `an_exit_ends_by_its_error` |
//! | an exit ends the loop though the round returns no error | [`Rule::ExitEndsLoop`] | `an_exit_ends_the_loop` |
//! | of several errors the first one counts | [`RunLoopEvent::Fail`] | `the_first_error_counts` |
//! | the closing of a job master that gives up has no bound | [`RunLoopEffect::CallCloseImpl`] | `only_a_job_master_closes_without_a_bound` |
//! | a job master answers pings until it is closed | [`Rule::HandlersRemovedBeforeClose`] | `a_job_master_stops_answering` |

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use statig::prelude::*;

use super::states::closed_states;
use super::timeouts::nanos;
use super::{Policy, Rule, Timeouts};
use crate::graph::Property;
use crate::graph::lint::Code;
use crate::machine::{Guarded, Invariant, Machine, Refused, Step};
use crate::wire::MonotonicTime;

/// What runs in a loop.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the framework has these two, and they end in different ways"
)]
pub enum Role {
    /// A worker.
    #[default]
    Worker,
    /// A job master: a worker of the job manager and a master of its own
    /// workers.
    JobMaster,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Worker => "worker",
            Self::JobMaster => "job master",
        })
    }
}

/// The error by which a loop ends.
#[derive(Clone, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[expect(
    clippy::exhaustive_enums,
    reason = "each decides how the loop is left, and everything else is `Other`"
)]
pub enum LoopError {
    /// The context was canceled.
    #[error("canceled")]
    Canceled,
    /// The start failed before the business logic was involved.
    #[error("failed before the start: {message}")]
    FailFast {
        /// What went wrong.
        message: Arc<str>,
    },
    /// The master has been silent for too long.
    #[error("gave up without its master")]
    Suicide,
    /// The worker is done.
    #[error("worker finished")]
    WorkerFinish,
    /// The worker was canceled.
    #[error("worker canceled")]
    WorkerCancel,
    /// The worker has failed for good.
    #[error("worker failed")]
    WorkerFailed,
    /// Any other error.
    #[error("{message}")]
    Other {
        /// What went wrong.
        message: Arc<str>,
    },
}

impl LoopError {
    /// Whether the worker leaves without a goodbye.
    #[must_use]
    pub fn is_abrupt(&self) -> bool {
        matches!(self, Self::Canceled | Self::FailFast { .. } | Self::Suicide)
    }

    /// Whether the worker has come to its end and will not run again.
    #[must_use]
    pub fn is_terminated(&self) -> bool {
        matches!(
            self,
            Self::WorkerFinish | Self::WorkerCancel | Self::WorkerFailed
        )
    }
}

/// How far a loop is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(i8)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a new state changes what every user of the machine has to handle"
)]
pub enum RunLoopState {
    /// It has not begun.
    NotRun = 0,
    /// The worker starts.
    Init = 1,
    /// Round after round.
    Poll = 2,
    /// Goodbye, first half: the business logic lets go of what it holds.
    ClosingBusiness = 3,
    /// Goodbye, second half: the master takes note.
    Handshake = 4,
    /// What has ended is cleaned up.
    Stop = 5,
    /// What may run again is closed.
    Close = 6,
    /// It is over.
    Returned = 7,
}

closed_states! {
    RunLoopState {
        NotRun, Init, Poll, ClosingBusiness, Handshake, Stop, Close, Returned,
    } of RunLoop named "run_loop"
}

/// What happens to a loop.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the operations of a loop, all of them"
)]
pub enum RunLoopEvent {
    /// Begin.
    Run,
    /// The start has succeeded.
    Initialised {
        /// The time.
        now: MonotonicTime,
    },
    /// It is time for a round; the loop waits [`Timeouts::poll`] between two.
    Tick {
        /// The time.
        now: MonotonicTime,
    },
    /// The start or a round has failed.
    Ended {
        /// The error; a loop without one must not end.
        error: Option<LoopError>,
        /// The time.
        now: MonotonicTime,
    },
    /// Something beside the loop has failed. The first such error ends the loop
    /// at the next round.
    Fail {
        /// The error.
        error: LoopError,
    },
    /// The business logic has ended itself and what it had to say is written.
    Exited {
        /// The error that it gave, if any.
        error: Option<Arc<str>>,
    },
    /// The business logic has let go of what it held, or its time for that is
    /// up.
    BusinessClosed,
    /// The wait for the master has ended in some way.
    HandshakeEnded,
    /// The business logic has cleaned up, or its time for that is up.
    BusinessStopped,
    /// Handlers, pools and the like are released.
    Released,
    /// Time has passed.
    Timer {
        /// The time.
        now: MonotonicTime,
    },
}

/// What is to be done for a loop. It goes on when told of the result.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "whoever runs the loop has to do all of it"
)]
pub enum RunLoopEffect {
    /// Start the worker.
    CallInit,
    /// Do one round.
    CallPoll,
    /// Take no more messages of own workers.
    StopAnswering,
    /// Let the business logic let go of what it holds.
    CallCloseImpl {
        /// How long it has; `None` for as long as it wants.
        within: Option<Duration>,
    },
    /// Tell the master of the end, and wait until it has taken note.
    WaitClosed,
    /// Let the business logic clean up.
    CallStopImpl {
        /// How long it has.
        within: Duration,
    },
    /// Release handlers, pools and the like.
    Release,
    /// Nothing more; the loop has ended.
    Return {
        /// By this error.
        error: LoopError,
    },
}

/// What must not happen to a loop: it refuses and is as before.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RunLoopError {
    /// A loop is run once. The original ends its process.
    #[error("a loop is run a second time: {0}")]
    RunTwice(Refused),
    /// A loop ends by an error. The original ends its process.
    #[error("a loop ends without an error: {0}")]
    EndedWithoutError(Refused),
    /// An event that is refused without an assertion of its own.
    #[error(transparent)]
    Refused(#[from] Refused),
}

/// What never changes in a loop.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
struct Settings {
    role: Role,
    policy: Policy,
    timeouts: Timeouts,
}

/// How far the business logic has let go.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
enum Business {
    #[default]
    Open,
    Closing,
    Closed,
}

/// Where a loop that ends goes first.
enum Way {
    CloseBusiness,
    Handshake,
    Stop,
    Close,
}

/// The machine of the loop that runs a worker or a job master.
///
#[doc = include_str!("run_loop.md")]
///
/// # Examples
///
/// ```
/// use fsmcheck::Guarded;
/// use fsmcheck::framework::{
///     LoopError, Policy, Role, RunLoop, RunLoopEffect, RunLoopEvent, RunLoopState, Timeouts,
/// };
/// use fsmcheck::wire::MonotonicTime;
///
/// let now = MonotonicTime(0);
/// let worker = RunLoop::new(Role::Worker, Policy::original(), Timeouts::default());
/// let (mut worker, mut effects) = (Guarded::new(worker), Vec::new());
/// worker.apply(&RunLoopEvent::Run, &mut effects)?;
/// assert!(worker.apply(&RunLoopEvent::Run, &mut effects).is_err());
/// worker.apply(&RunLoopEvent::Initialised { now }, &mut effects)?;
///
/// // The master is silent: no goodbye.
/// let error = Some(LoopError::Suicide);
/// worker.apply(&RunLoopEvent::Ended { error, now }, &mut effects)?;
/// assert_eq!(*worker.state(), RunLoopState::Close);
/// # Ok::<(), fsmcheck::framework::RunLoopError>(())
/// ```
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct RunLoop {
    settings: Arc<Settings>,
    failed: Option<LoopError>,
    ended_by: Option<LoopError>,
    business: Business,
    leaving_since: MonotonicTime,
}

impl RunLoop {
    /// A loop that has not begun.
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

    /// The error by which the loop has ended, once it has.
    #[must_use]
    pub fn ended_by(&self) -> Option<&LoopError> {
        self.ended_by.as_ref()
    }

    /// The first error beside the loop, if there was one.
    #[must_use]
    pub fn failed(&self) -> Option<&LoopError> {
        self.failed.as_ref()
    }

    fn has(&self, rule: Rule) -> bool {
        self.settings.policy.has(rule)
    }

    /// Leaves the loop: what is to be done first, and where that is.
    fn leave(
        &mut self,
        error: LoopError,
        now: MonotonicTime,
        effects: &mut Vec<RunLoopEffect>,
    ) -> Way {
        let error = self.failed.clone().unwrap_or(error);
        let role = self.settings.role;
        if role == Role::JobMaster && self.has(Rule::HandlersRemovedBeforeClose) {
            effects.push(RunLoopEffect::StopAnswering);
        }
        let says_goodbye = match role {
            Role::Worker => !error.is_abrupt(),
            Role::JobMaster => !error.is_abrupt() && !error.is_terminated(),
        };
        self.leaving_since = now;
        self.ended_by = Some(error);
        if !says_goodbye {
            self.finalise(effects)
        } else if self.has(Rule::CloseBeforeFinishHandshake) {
            self.close_business(Some(self.settings.timeouts.close), effects);
            Way::CloseBusiness
        } else {
            effects.push(RunLoopEffect::WaitClosed);
            Way::Handshake
        }
    }

    /// Stops or closes, as the error has it.
    fn finalise(&mut self, effects: &mut Vec<RunLoopEffect>) -> Way {
        let Settings { role, timeouts, .. } = *self.settings;
        let stops = self.ended_by.as_ref().is_some_and(LoopError::is_terminated);
        if stops && role == Role::JobMaster {
            self.business = Business::Closing;
            let within = timeouts.stop;
            effects.push(RunLoopEffect::CallStopImpl { within });
            return Way::Stop;
        }
        match self.business {
            Business::Open => {
                let within = (role == Role::Worker).then_some(timeouts.close);
                self.close_business(within, effects);
            }
            Business::Closing => {}
            Business::Closed => effects.push(RunLoopEffect::Release),
        }
        if stops { Way::Stop } else { Way::Close }
    }

    fn close_business(&mut self, within: Option<Duration>, effects: &mut Vec<RunLoopEffect>) {
        self.business = Business::Closing;
        effects.push(RunLoopEffect::CallCloseImpl { within });
    }

    fn goodbye_is_too_long(&self, now: MonotonicTime) -> bool {
        now.since(self.leaving_since) >= nanos(self.settings.timeouts.graceful_exit)
    }

    /// What cleans up a job master that has ended is another call than what
    /// closes everything else.
    fn is_stopped_by_its_own_call(&self) -> bool {
        self.settings.role == Role::JobMaster
            && self.ended_by.as_ref().is_some_and(LoopError::is_terminated)
    }

    fn fail(&mut self, error: LoopError) {
        if self.failed.is_none() {
            self.failed = Some(error);
        }
    }
}

impl Guarded<RunLoop> {
    /// Handles an event, adding what is to be done to `effects`.
    ///
    /// # Errors
    ///
    /// When the event breaks an assertion: the loop is then as before, and
    /// `effects` too.
    pub fn apply(
        &mut self,
        event: &RunLoopEvent,
        effects: &mut Vec<RunLoopEffect>,
    ) -> Result<Step<RunLoopState>, RunLoopError> {
        self.handle_with_context(event, effects)
            .map_err(|refused| match event {
                RunLoopEvent::Run => RunLoopError::RunTwice(refused),
                RunLoopEvent::Ended { error: None, .. } => RunLoopError::EndedWithoutError(refused),
                _ => RunLoopError::Refused(refused),
            })
    }
}

#[state_machine(
    initial = "RunLoopState::NotRun",
    state(name = "RunLoopState", custom),
    superstate(name = "RunLoopSuperstate", derive(Debug))
)]
impl RunLoop {
    #[state]
    fn not_run(context: &mut Vec<RunLoopEffect>, event: &RunLoopEvent) -> Outcome<RunLoopState> {
        match event {
            RunLoopEvent::Run => {
                context.push(RunLoopEffect::CallInit);
                Transition(RunLoopState::Init)
            }
            _ => Super,
        }
    }

    #[state(superstate = "running")]
    fn init(
        &mut self,
        context: &mut Vec<RunLoopEffect>,
        event: &RunLoopEvent,
    ) -> Outcome<RunLoopState> {
        let (error, now) = match (event, self.failed.clone()) {
            (RunLoopEvent::Initialised { .. }, None) => return Transition(RunLoopState::Poll),
            // The context of the start was canceled, so it has not succeeded.
            (RunLoopEvent::Initialised { now }, Some(failed)) => (failed, now),
            (RunLoopEvent::Ended { error, now }, _) => match error {
                Some(error) => (error.clone(), now),
                None => return Super,
            },
            _ => return Super,
        };
        match self.leave(error, *now, context) {
            Way::CloseBusiness => Transition(RunLoopState::ClosingBusiness),
            Way::Handshake => Transition(RunLoopState::Handshake),
            Way::Stop => Transition(RunLoopState::Stop),
            Way::Close => Transition(RunLoopState::Close),
        }
    }

    #[state(superstate = "running")]
    fn poll(
        &mut self,
        context: &mut Vec<RunLoopEffect>,
        event: &RunLoopEvent,
    ) -> Outcome<RunLoopState> {
        let (error, now) = match (event, self.failed.clone()) {
            (RunLoopEvent::Tick { .. }, None) => {
                context.push(RunLoopEffect::CallPoll);
                return Handled;
            }
            (RunLoopEvent::Tick { now }, Some(failed)) => (failed, now),
            (RunLoopEvent::Ended { error, now }, _) => match error {
                Some(error) => (error.clone(), now),
                None => return Super,
            },
            _ => return Super,
        };
        match self.leave(error, *now, context) {
            Way::CloseBusiness => Transition(RunLoopState::ClosingBusiness),
            Way::Handshake => Transition(RunLoopState::Handshake),
            Way::Stop => Transition(RunLoopState::Stop),
            Way::Close => Transition(RunLoopState::Close),
        }
    }

    #[state(superstate = "saying_goodbye")]
    fn closing_business(
        &mut self,
        context: &mut Vec<RunLoopEffect>,
        event: &RunLoopEvent,
    ) -> Outcome<RunLoopState> {
        match event {
            RunLoopEvent::BusinessClosed => {
                self.business = Business::Closed;
                context.push(RunLoopEffect::WaitClosed);
                Transition(RunLoopState::Handshake)
            }
            _ => Super,
        }
    }

    #[state(superstate = "saying_goodbye")]
    fn handshake(
        &mut self,
        context: &mut Vec<RunLoopEffect>,
        event: &RunLoopEvent,
    ) -> Outcome<RunLoopState> {
        match event {
            RunLoopEvent::HandshakeEnded => match self.finalise(context) {
                Way::Stop => Transition(RunLoopState::Stop),
                _ => Transition(RunLoopState::Close),
            },
            _ => Super,
        }
    }

    /// A goodbye ends when its time is up.
    #[superstate(superstate = "running")]
    fn saying_goodbye(
        &mut self,
        context: &mut Vec<RunLoopEffect>,
        event: &RunLoopEvent,
    ) -> Outcome<RunLoopState> {
        match event {
            RunLoopEvent::Timer { now } if self.goodbye_is_too_long(*now) => {
                match self.finalise(context) {
                    Way::Stop => Transition(RunLoopState::Stop),
                    _ => Transition(RunLoopState::Close),
                }
            }
            _ => Super,
        }
    }

    #[state(superstate = "finalising")]
    fn stop() -> Outcome<RunLoopState> {
        Super
    }

    #[state(superstate = "finalising")]
    fn close() -> Outcome<RunLoopState> {
        Super
    }

    #[superstate(superstate = "running")]
    fn finalising(
        &mut self,
        context: &mut Vec<RunLoopEffect>,
        event: &RunLoopEvent,
    ) -> Outcome<RunLoopState> {
        let done = match event {
            RunLoopEvent::BusinessClosed => !self.is_stopped_by_its_own_call(),
            RunLoopEvent::BusinessStopped => self.is_stopped_by_its_own_call(),
            RunLoopEvent::Released if self.business == Business::Closed => {
                context.extend(
                    self.ended_by
                        .clone()
                        .map(|error| RunLoopEffect::Return { error }),
                );
                return Transition(RunLoopState::Returned);
            }
            _ => false,
        };
        if done && self.business == Business::Closing {
            self.business = Business::Closed;
            context.push(RunLoopEffect::Release);
            Handled
        } else {
            Super
        }
    }

    /// What a loop takes note of however far it is.
    #[superstate]
    fn running(&mut self, event: &RunLoopEvent) -> Outcome<RunLoopState> {
        match event {
            RunLoopEvent::Fail { error } => {
                self.fail(error.clone());
                Handled
            }
            RunLoopEvent::Exited { error } => {
                if self.has(Rule::ExitEndsLoop) {
                    self.fail(match error {
                        Some(message) => LoopError::Other {
                            message: Arc::clone(message),
                        },
                        None => LoopError::WorkerFinish,
                    });
                }
                Handled
            }
            RunLoopEvent::Timer { .. } => Handled,
            _ => Super,
        }
    }

    #[state]
    fn returned() -> Outcome<RunLoopState> {
        Super
    }
}

impl Machine for RunLoop {
    fn alphabet() -> Vec<RunLoopEvent> {
        let now = MonotonicTime(0);
        let message: Arc<str> = Arc::default();
        let errors = [
            LoopError::Canceled,
            LoopError::FailFast {
                message: Arc::clone(&message),
            },
            LoopError::Suicide,
            LoopError::WorkerFinish,
            LoopError::WorkerCancel,
            LoopError::WorkerFailed,
            LoopError::Other {
                message: Arc::clone(&message),
            },
        ];
        let mut events = vec![
            RunLoopEvent::Run,
            RunLoopEvent::Initialised { now },
            RunLoopEvent::Tick { now },
            RunLoopEvent::Ended { error: None, now },
        ];
        events.extend(errors.map(|error| RunLoopEvent::Ended {
            error: Some(error),
            now,
        }));
        events.extend([
            RunLoopEvent::Fail {
                error: LoopError::Suicide,
            },
            RunLoopEvent::Exited { error: None },
            RunLoopEvent::Exited {
                error: Some(message),
            },
            RunLoopEvent::BusinessClosed,
            RunLoopEvent::HandshakeEnded,
            RunLoopEvent::BusinessStopped,
            RunLoopEvent::Released,
            RunLoopEvent::Timer { now },
            RunLoopEvent::Timer {
                now: MonotonicTime(nanos(Timeouts::default().graceful_exit)),
            },
        ]);
        events
    }

    fn name() -> String {
        Self::NAME.to_owned()
    }

    fn starts() -> Vec<(Self, RunLoopState)> {
        let roles = [Role::Worker, Role::JobMaster].into_iter();
        roles
            .flat_map(|role| {
                [Policy::original(), Policy::hardened()].map(|policy| {
                    let run_loop = Self::new(role, policy, Timeouts::default());
                    (run_loop, RunLoopState::NotRun)
                })
            })
            .collect()
    }

    fn declared_states() -> &'static [&'static str] {
        RunLoopState::NAMES
    }

    fn terminal_states() -> &'static [&'static str] {
        &["Returned"]
    }

    fn allowances() -> &'static [(Code, &'static str)] {
        &[(
            Code::EventNeverHandled,
            "whoever runs the loop can break this assertion, so it is an event, and refused everywhere",
        )]
    }

    fn abstraction() -> Option<&'static str> {
        Some("the times of the alphabet, and no errors beside a loop that is being left")
    }

    fn abstracted(run_loop: Self, state: RunLoopState) -> (Self, RunLoopState) {
        let failed = match run_loop.ended_by {
            Some(_) => None,
            None => run_loop.failed,
        };
        (Self { failed, ..run_loop }, state)
    }

    fn invariants() -> Vec<Invariant<Self>> {
        vec![
            Invariant::new(
                "a loop is left by an error",
                |run_loop, state| match state {
                    RunLoopState::NotRun | RunLoopState::Init | RunLoopState::Poll => {
                        run_loop.ended_by.is_none()
                    }
                    _ => run_loop.ended_by.is_some(),
                },
            ),
            Invariant::new(
                "the business logic is closed before the loop has returned",
                |run_loop, state| {
                    *state != RunLoopState::Returned || run_loop.business == Business::Closed
                },
            ),
        ]
    }

    fn properties() -> Vec<Property> {
        vec![Property::terminal_states_absorb(
            "run-once",
            "a loop that has returned does not run again",
        )]
    }

    fn state_code(state: &RunLoopState) -> Option<i64> {
        Some(i64::from(state.code()))
    }

    fn event_name(event: &RunLoopEvent) -> Option<String> {
        let kind = |error: &LoopError| match error {
            LoopError::Canceled => "canceled",
            LoopError::FailFast { .. } => "failed fast",
            LoopError::Suicide => "suicide",
            LoopError::WorkerFinish => "worker finish",
            LoopError::WorkerCancel => "worker cancel",
            LoopError::WorkerFailed => "worker failed",
            LoopError::Other { .. } => "another error",
        };
        Some(match event {
            RunLoopEvent::Run => "run".to_owned(),
            RunLoopEvent::Initialised { .. } => "initialised".to_owned(),
            RunLoopEvent::Tick { .. } => "tick".to_owned(),
            RunLoopEvent::Ended { error: None, .. } => "ended without error".to_owned(),
            RunLoopEvent::Ended {
                error: Some(error), ..
            } => format!("ended by {}", kind(error)),
            RunLoopEvent::Fail { error } => format!("fail: {}", kind(error)),
            RunLoopEvent::Exited { error: None } => "exited".to_owned(),
            RunLoopEvent::Exited { error: Some(_) } => "exited with error".to_owned(),
            RunLoopEvent::BusinessClosed => "business closed".to_owned(),
            RunLoopEvent::HandshakeEnded => "handshake ended".to_owned(),
            RunLoopEvent::BusinessStopped => "business stopped".to_owned(),
            RunLoopEvent::Released => "released".to_owned(),
            RunLoopEvent::Timer { now } => format!("timer at {} s", now.0 / 1_000_000_000),
        })
    }
}
