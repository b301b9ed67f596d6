//! What becomes of a master's request that a job master stop.

use std::sync::Arc;

use statig::prelude::*;

use super::states::closed_states;
use super::timeouts::nanos;
use super::{Policy, Rule, Timeouts};
use crate::machine::{Guarded, Invariant, Machine, Refused, Step};
use crate::wire::{MonotonicTime, StatusChangeRequest, WorkerStateCode};

/// How far a cancellation has come.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(i8)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a new state changes what every user of the machine has to handle"
)]
pub enum CancellationState {
    /// Nothing is asked for.
    Listening = 0,
    /// The business logic is being told.
    Calling = 1,
    /// The business logic was told; it is not told again.
    Called = 2,
}

closed_states! {
    CancellationState { Listening, Calling, Called } of Cancellation named "cancellation"
}

/// What happens to a cancellation.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the operations of a cancellation, all of them"
)]
pub enum CancellationEvent {
    /// A master asks for a state.
    Request {
        /// What it asks for.
        request: StatusChangeRequest,
        /// The time.
        now: MonotonicTime,
    },
    /// The business logic has done what it does when it is canceled.
    Succeeded,
    /// The business logic could not be canceled.
    Failed,
    /// Time has passed.
    Timer {
        /// The time.
        now: MonotonicTime,
    },
}

/// What is to be done for a cancellation.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "whoever runs the cancellation has to do all of it"
)]
pub enum CancellationEffect {
    /// Tell the business logic to stop.
    CallOnCancel {
        /// Whether the context of the call is the worker's own, which lives as
        /// long as the worker, or that of its start, which has ended.
        live_context: bool,
    },
    /// The business logic takes too long: exit as canceled, without it.
    ExitCanceled,
}

/// The result of a call that is not under way.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the business logic was not told to stop: {refused}")]
#[non_exhaustive]
pub struct NotCanceling {
    /// What was refused.
    #[from]
    pub refused: Refused,
}

/// What never changes in a cancellation.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
struct Settings {
    policy: Policy,
    timeouts: Timeouts,
}

/// The machine of a request to stop, in one incarnation of a job master.
///
#[doc = include_str!("cancellation.md")]
///
/// # Examples
///
/// A request that fails is lost in the original, though it is repeated:
///
/// ```
/// use fsmcheck::Guarded;
/// use fsmcheck::framework::{Cancellation, CancellationEvent, Policy, Timeouts};
/// use fsmcheck::wire::{MonotonicTime, StatusChangeRequest, WorkerStateCode};
///
/// let request = CancellationEvent::Request {
///     request: StatusChangeRequest {
///         expect_state: WorkerStateCode::STOPPED,
///         ..StatusChangeRequest::default()
///     },
///     now: MonotonicTime(0),
/// };
/// for (policy, calls) in [(Policy::original(), 1), (Policy::hardened(), 2)] {
///     let cancellation = Cancellation::new(policy, Timeouts::default());
///     let (mut cancellation, mut effects) = (Guarded::new(cancellation), Vec::new());
///     cancellation.apply(&request, &mut effects)?;
///     cancellation.apply(&CancellationEvent::Failed, &mut effects)?;
///     cancellation.apply(&request, &mut effects)?;
///     assert_eq!(effects.len(), calls);
/// }
/// # Ok::<(), fsmcheck::framework::NotCanceling>(())
/// ```
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Cancellation {
    settings: Arc<Settings>,
    calling_since: MonotonicTime,
    is_overdue: bool,
}

impl Cancellation {
    /// A cancellation that nobody has asked for.
    #[must_use]
    pub fn new(policy: Policy, timeouts: Timeouts) -> Self {
        Self {
            settings: Arc::new(Settings { policy, timeouts }),
            ..Self::default()
        }
    }

    fn has(&self, rule: Rule) -> bool {
        self.settings.policy.has(rule)
    }
}

impl Guarded<Cancellation> {
    /// Handles an event, adding what is to be done to `effects`.
    ///
    /// # Errors
    ///
    /// When the business logic answers though it was not asked.
    pub fn apply(
        &mut self,
        event: &CancellationEvent,
        effects: &mut Vec<CancellationEffect>,
    ) -> Result<Step<CancellationState>, NotCanceling> {
        Ok(self.handle_with_context(event, effects)?)
    }
}

#[state_machine(
    initial = "CancellationState::Listening",
    state(name = "CancellationState", custom),
    superstate(name = "CancellationSuperstate", derive(Debug))
)]
impl Cancellation {
    #[state(superstate = "attentive")]
    fn listening(
        &mut self,
        context: &mut Vec<CancellationEffect>,
        event: &CancellationEvent,
    ) -> Outcome<CancellationState> {
        match event {
            CancellationEvent::Request { request, now }
                if request.expect_state == WorkerStateCode::STOPPED =>
            {
                let live_context = self.has(Rule::CancelOnLiveContext);
                context.push(CancellationEffect::CallOnCancel { live_context });
                self.calling_since = *now;
                Transition(CancellationState::Calling)
            }
            _ => Super,
        }
    }

    #[state(superstate = "attentive")]
    fn calling(
        &mut self,
        context: &mut Vec<CancellationEffect>,
        event: &CancellationEvent,
    ) -> Outcome<CancellationState> {
        match event {
            CancellationEvent::Succeeded => Transition(CancellationState::Called),
            CancellationEvent::Failed => {
                if self.has(Rule::CancelRetriedAfterFailure) {
                    Transition(CancellationState::Listening)
                } else {
                    Transition(CancellationState::Called)
                }
            }
            CancellationEvent::Timer { now }
                if self.has(Rule::CancelBounded)
                    && now.since(self.calling_since) >= nanos(self.settings.timeouts.cancel) =>
            {
                self.is_overdue = true;
                context.push(CancellationEffect::ExitCanceled);
                Transition(CancellationState::Called)
            }
            _ => Super,
        }
    }

    #[state(superstate = "attentive")]
    fn called(&mut self, event: &CancellationEvent) -> Outcome<CancellationState> {
        match event {
            // It has been given up; what it has to say comes too late.
            CancellationEvent::Succeeded | CancellationEvent::Failed if self.is_overdue => {
                self.is_overdue = false;
                Handled
            }
            _ => Super,
        }
    }

    /// Requests can always come and time can always pass.
    #[superstate]
    fn attentive(event: &CancellationEvent) -> Outcome<CancellationState> {
        match event {
            CancellationEvent::Request { .. } | CancellationEvent::Timer { .. } => Handled,
            CancellationEvent::Succeeded | CancellationEvent::Failed => Super,
        }
    }
}

impl Machine for Cancellation {
    fn alphabet() -> Vec<CancellationEvent> {
        let now = MonotonicTime(0);
        let request = |expect_state| CancellationEvent::Request {
            request: StatusChangeRequest {
                expect_state,
                ..StatusChangeRequest::default()
            },
            now,
        };
        vec![
            request(WorkerStateCode::STOPPED),
            request(WorkerStateCode::FINISHED),
            CancellationEvent::Succeeded,
            CancellationEvent::Failed,
            CancellationEvent::Timer { now },
            CancellationEvent::Timer {
                now: MonotonicTime(nanos(Timeouts::default().cancel)),
            },
        ]
    }

    fn name() -> String {
        Self::NAME.to_owned()
    }

    fn starts() -> Vec<(Self, CancellationState)> {
        [Policy::original(), Policy::hardened()]
            .map(|policy| {
                let cancellation = Self::new(policy, Timeouts::default());
                (cancellation, CancellationState::Listening)
            })
            .into()
    }

    fn declared_states() -> &'static [&'static str] {
        CancellationState::NAMES
    }

    fn terminal_states() -> &'static [&'static str] {
        &["Called"]
    }

    fn abstraction() -> Option<&'static str> {
        Some("the times of the alphabet")
    }

    fn invariants() -> Vec<Invariant<Self>> {
        vec![Invariant::new(
            "only what was called can be overdue",
            |cancellation, state| !cancellation.is_overdue || *state == CancellationState::Called,
        )]
    }

    fn state_code(state: &CancellationState) -> Option<i64> {
        Some(i64::from(state.code()))
    }

    fn event_name(event: &CancellationEvent) -> Option<String> {
        Some(match event {
            CancellationEvent::Request { request, .. } => {
                if request.expect_state == WorkerStateCode::STOPPED {
                    "request to stop".to_owned()
                } else {
                    "another request".to_owned()
                }
            }
            CancellationEvent::Succeeded => "succeeded".to_owned(),
            CancellationEvent::Failed => "failed".to_owned(),
            CancellationEvent::Timer { now } => format!("timer at {} s", now.0 / 1_000_000_000),
        })
    }
}
