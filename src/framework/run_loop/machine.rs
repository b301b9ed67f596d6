//! The machine of the loop that runs a worker or a job master.

use std::sync::Arc;
use std::time::Duration;

use statig::prelude::*;

use super::event::{LoopError, Role, RunLoopEffect, RunLoopError, RunLoopEvent};
use crate::framework::states::closed_states;
use crate::framework::timeouts::nanos;
use crate::framework::{Policy, Rule, Timeouts};
use crate::machine::{Guarded, Step};
use crate::wire::MonotonicTime;

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

/// What never changes in a loop.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
struct Settings {
    role: Role,
    policy: Policy,
    timeouts: Timeouts,
}

/// How far the business logic has let go.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(super) enum Business {
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
#[doc = include_str!("../run_loop.md")]
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
    pub(super) failed: Option<LoopError>,
    pub(super) ended_by: Option<LoopError>,
    pub(super) business: Business,
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

    /// Whether the business logic has let go of what it held.
    #[must_use]
    pub fn is_business_closed(&self) -> bool {
        self.business == Business::Closed
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
            (
                RunLoopEvent::Ended {
                    error: Some(error),
                    now,
                },
                _,
            ) => (error.clone(), now),
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
            (
                RunLoopEvent::Ended {
                    error: Some(error),
                    now,
                },
                _,
            ) => (error.clone(), now),
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
