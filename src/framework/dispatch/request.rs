//! The state of a request to run a task, between its two phases.

use statig::prelude::*;

use crate::framework::states::closed_states;
use crate::machine::Machine;
use crate::wire::MonotonicTime;

/// How long a request waits to be confirmed, in nanoseconds.
pub const REQUEST_TTL: i64 = 10_000_000_000;

/// Where a request stands.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(i8)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a new state changes what every user of the machine has to handle"
)]
pub enum DispatchRequestState {
    /// It waits to be confirmed.
    Pending = 0,
    /// It was confirmed.
    Confirmed = 1,
    /// It has waited for too long.
    Expired = 2,
    /// A later request for the same task has come.
    Superseded = 3,
}

closed_states! {
    DispatchRequestState { Pending, Confirmed, Expired, Superseded }
    of DispatchRequest named "dispatch_request"
}

impl DispatchRequestState {
    /// Whether the request waits to be confirmed.
    #[must_use]
    pub fn is_pending(self) -> bool {
        self == Self::Pending
    }
}

/// What happens to a request.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the events of a request, all of them"
)]
pub enum DispatchRequestEvent {
    /// The second phase has begun.
    Confirmed,
    /// A later request for the same task has come.
    Superseded,
    /// The executor looks at its clock.
    Ticked {
        /// The present time.
        now: MonotonicTime,
    },
}

/// The machine of a request to run a task.
///
#[doc = include_str!("../dispatch_request.md")]
///
/// # Examples
///
/// ```
/// use fsmcheck::Guarded;
/// use fsmcheck::framework::{DispatchRequest, DispatchRequestEvent, REQUEST_TTL};
/// use fsmcheck::wire::MonotonicTime;
///
/// let mut request = Guarded::new(DispatchRequest::new(MonotonicTime(0), REQUEST_TTL));
/// request.handle(&DispatchRequestEvent::Ticked { now: MonotonicTime(REQUEST_TTL + 1) })?;
/// assert!(request.handle(&DispatchRequestEvent::Confirmed).is_err());
/// # Ok::<(), fsmcheck::machine::Refused>(())
/// ```
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct DispatchRequest {
    submitted_at: MonotonicTime,
    ttl: i64,
}

impl DispatchRequest {
    /// A request that comes now and waits for `ttl` nanoseconds.
    #[must_use]
    pub fn new(now: MonotonicTime, ttl: i64) -> Self {
        Self {
            submitted_at: now,
            ttl,
        }
    }

    /// When the request came.
    #[must_use]
    pub fn submitted_at(&self) -> MonotonicTime {
        self.submitted_at
    }
}

#[state_machine(
    initial = "DispatchRequestState::Pending",
    state(name = "DispatchRequestState", custom),
    superstate(name = "DispatchRequestSuperstate", derive(Debug))
)]
impl DispatchRequest {
    #[state]
    fn pending(&self, event: &DispatchRequestEvent) -> Outcome<DispatchRequestState> {
        match event {
            DispatchRequestEvent::Confirmed => Transition(DispatchRequestState::Confirmed),
            DispatchRequestEvent::Superseded => Transition(DispatchRequestState::Superseded),
            DispatchRequestEvent::Ticked { now }
                if now.0.saturating_sub(self.submitted_at.0) > self.ttl =>
            {
                Transition(DispatchRequestState::Expired)
            }
            DispatchRequestEvent::Ticked { .. } => Handled,
        }
    }

    #[state(superstate = "over")]
    fn confirmed() -> Outcome<DispatchRequestState> {
        Super
    }

    #[state(superstate = "over")]
    fn expired() -> Outcome<DispatchRequestState> {
        Super
    }

    #[state(superstate = "over")]
    fn superseded() -> Outcome<DispatchRequestState> {
        Super
    }

    /// A request that the executor has forgotten.
    #[superstate]
    fn over() -> Outcome<DispatchRequestState> {
        Super
    }
}

impl Machine for DispatchRequest {
    fn alphabet() -> Vec<DispatchRequestEvent> {
        vec![
            DispatchRequestEvent::Confirmed,
            DispatchRequestEvent::Superseded,
            DispatchRequestEvent::Ticked {
                now: MonotonicTime(0),
            },
            DispatchRequestEvent::Ticked {
                now: MonotonicTime(REQUEST_TTL + 1),
            },
        ]
    }

    fn name() -> String {
        Self::NAME.to_owned()
    }

    fn starts() -> Vec<(Self, DispatchRequestState)> {
        let request = Self::new(MonotonicTime(0), REQUEST_TTL);
        vec![(request, DispatchRequestState::Pending)]
    }

    fn declared_states() -> &'static [&'static str] {
        DispatchRequestState::NAMES
    }

    fn terminal_states() -> &'static [&'static str] {
        &["Confirmed", "Expired", "Superseded"]
    }

    fn abstraction() -> Option<&'static str> {
        Some("the request came at the time 0")
    }

    fn state_code(state: &DispatchRequestState) -> Option<i64> {
        Some(i64::from(state.code()))
    }

    fn event_name(event: &DispatchRequestEvent) -> Option<String> {
        let name = match event {
            DispatchRequestEvent::Confirmed => "confirmed",
            DispatchRequestEvent::Superseded => "superseded",
            DispatchRequestEvent::Ticked { now } if now.0 > REQUEST_TTL => "ticked, too late",
            DispatchRequestEvent::Ticked { .. } => "ticked",
        };
        Some(name.to_owned())
    }
}
