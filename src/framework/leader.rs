//! The leader among the servers.
//!
//! | of the leader | shown by |
//! |---|---|
//! | the lease lasts 10 s, is renewed every 2 s, and is given up 8 s after it was last renewed | [`LeaderTimes`], [`LeaderEvent::Ticked`] |
//! | the deadline lies at least a renewal before the lease's end | [`LeaderTimes::check`] |
//! | on losing the lease the service is canceled and awaited | `Resigning`, [`LeaderEffect::CancelService`] |
//! | an error of the service makes the leader resign ([`Rule::LeaderResignsOnError`]) | `Resigning`, without the rule `Stuck` |
//! | the executors' interface is open as soon as their manager exists, that of the jobs when the job manager is up | [`Leader::is_open`] |
//!
//! The edges are held by the test `framework::jobs::leader`, the times and the
//! rule by the tests of this file.

use statig::prelude::*;

use super::policy::{Policy, Rule};
use super::states::closed_states;
use crate::machine::{Guarded, Machine};
use crate::wire::MonotonicTime;

const SECOND: i64 = 1_000_000_000;

/// Where a server stands as a leader.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(i8)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a new state changes what every user of the machine has to handle"
)]
pub enum LeaderState {
    /// It does not hold the lease.
    Candidate = 0,
    /// It holds the lease; its service is about to start.
    Starting = 1,
    /// It holds the lease; the manager of the executors exists.
    Preparing = 2,
    /// It holds the lease; the job manager is up.
    Serving = 3,
    /// Its service has failed, yet it holds the lease and renews it.
    Stuck = 4,
    /// It gives the lease up as soon as its service has ended.
    Resigning = 5,
}

closed_states! {
    LeaderState { Candidate, Starting, Preparing, Serving, Stuck, Resigning }
    of Leader named "leader"
}

impl LeaderState {
    /// Whether the server holds the lease.
    #[must_use]
    pub fn is_leader(self) -> bool {
        self != Self::Candidate
    }

    /// Whether the job manager is up.
    #[must_use]
    pub fn is_serving(self) -> bool {
        self == Self::Serving
    }
}

/// The times of the election, in nanoseconds.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a configuration, which users fill in"
)]
pub struct LeaderTimes {
    /// Another server may be elected when the lease was not renewed for so long.
    pub lease: i64,
    /// How often the leader renews its lease.
    pub renewal: i64,
    /// When it was not renewed for so long, the leader resigns.
    pub deadline: i64,
}

/// Those of the original.
impl Default for LeaderTimes {
    fn default() -> Self {
        Self {
            lease: 10 * SECOND,
            renewal: 2 * SECOND,
            deadline: 8 * SECOND,
        }
    }
}

/// The deadline of a leader lies too near the end of its lease.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "a leader that resigns {deadline} ns after the last renewal may overlap with the next; \
     with a lease of {lease} ns renewed every {renewal} ns, at most {} ns are legal",
    lease.saturating_sub(*renewal)
)]
#[non_exhaustive]
pub struct LeaseTooShort {
    /// How long the lease lasts, in nanoseconds.
    pub lease: i64,
    /// How often it is renewed, in nanoseconds.
    pub renewal: i64,
    /// When the leader resigns after the last renewal, in nanoseconds.
    pub deadline: i64,
}

impl LeaderTimes {
    /// Checks that the leader has resigned before another one can be elected.
    ///
    /// # Errors
    ///
    /// When the deadline is longer than the lease without one renewal.
    pub fn check(self) -> Result<(), LeaseTooShort> {
        let Self {
            lease,
            renewal,
            deadline,
        } = self;
        if deadline <= lease.saturating_sub(renewal) {
            Ok(())
        } else {
            Err(LeaseTooShort {
                lease,
                renewal,
                deadline,
            })
        }
    }
}

/// What a leader offers to others.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the parts that open one by one, all of them"
)]
pub enum Feature {
    /// Executors register and send heartbeats.
    Executors,
    /// Users create, query and cancel jobs.
    Jobs,
}

/// What happens to a server that may be the leader.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the events of an election, all of them"
)]
pub enum LeaderEvent {
    /// It has got the lease.
    Elected {
        /// The present time.
        now: MonotonicTime,
    },
    /// The manager of the executors exists; it may not have loaded them yet.
    ExecutorManagerMade,
    /// The job manager is up.
    JobManagerReady,
    /// It has renewed the lease.
    Renewed {
        /// The present time.
        now: MonotonicTime,
    },
    /// It looks at its clock.
    Ticked {
        /// The present time.
        now: MonotonicTime,
    },
    /// Its service has met an error.
    ServiceFailed,
    /// Its service has ended.
    ServiceEnded,
}

/// What a server does as a leader.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "whoever embeds the machine has to do all of them"
)]
pub enum LeaderEffect {
    /// Start the service.
    StartService,
    /// Cancel the service, and say when it has ended.
    CancelService,
    /// Give the lease up.
    GiveUpLease,
}

/// The machine of a server that may be the leader.
///
/// It is explored under the rules of the original and without
/// [`Rule::LeaderResignsOnError`].
///
#[doc = include_str!("leader.md")]
///
/// # Examples
///
/// ```
/// use fsmcheck::Guarded;
/// use fsmcheck::framework::{Feature, Leader, LeaderEffect, LeaderEvent, LeaderTimes, Policy};
/// use fsmcheck::wire::MonotonicTime;
///
/// let mut leader = Guarded::new(Leader::new(Policy::original(), LeaderTimes::default()));
/// let mut effects = Vec::new();
/// for event in [
///     LeaderEvent::Elected { now: MonotonicTime(0) },
///     LeaderEvent::ExecutorManagerMade,
///     LeaderEvent::ServiceFailed,
///     LeaderEvent::ServiceEnded,
/// ] {
///     leader.handle_with_context(&event, &mut effects)?;
///     assert!(!Leader::is_open(&leader, Feature::Jobs));
/// }
/// assert_eq!(
///     effects,
///     [LeaderEffect::StartService, LeaderEffect::CancelService, LeaderEffect::GiveUpLease]
/// );
/// # Ok::<(), fsmcheck::machine::Refused>(())
/// ```
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Leader {
    policy: Policy,
    times: LeaderTimes,
    renewed_at: MonotonicTime,
    executors_open: bool,
}

impl Leader {
    /// A server that is not the leader.
    #[must_use]
    pub fn new(policy: Policy, times: LeaderTimes) -> Self {
        Self {
            policy,
            times,
            ..Self::default()
        }
    }

    /// From when on another server may be elected, if this one has the lease and
    /// does not renew it.
    #[must_use]
    pub fn lease_ends_at(&self) -> MonotonicTime {
        MonotonicTime(self.renewed_at.0.saturating_add(self.times.lease))
    }

    /// Whether a server holds the lease.
    #[must_use]
    pub fn holds_lease(leader: &Guarded<Self>) -> bool {
        leader.state().is_leader()
    }

    /// Whether a server offers this now.
    ///
    /// A service that has failed but was not ended still answers the executors.
    #[must_use]
    pub fn is_open(leader: &Guarded<Self>, feature: Feature) -> bool {
        match feature {
            Feature::Executors => leader.storage().executors_open,
            Feature::Jobs => leader.state().is_serving(),
        }
    }

    fn is_late(&self, now: MonotonicTime) -> bool {
        now.0.saturating_sub(self.renewed_at.0) > self.times.deadline
    }
}

#[state_machine(
    initial = "LeaderState::Candidate",
    state(name = "LeaderState", custom),
    superstate(name = "LeaderSuperstate", derive(Debug))
)]
impl Leader {
    #[state]
    fn candidate(
        &mut self,
        event: &LeaderEvent,
        context: &mut Vec<LeaderEffect>,
    ) -> Outcome<LeaderState> {
        match event {
            LeaderEvent::Elected { now } => {
                self.renewed_at = *now;
                context.push(LeaderEffect::StartService);
                Transition(LeaderState::Starting)
            }
            _ => Super,
        }
    }

    #[state(superstate = "running")]
    fn starting(&mut self, event: &LeaderEvent) -> Outcome<LeaderState> {
        match event {
            LeaderEvent::ExecutorManagerMade => {
                self.executors_open = true;
                Transition(LeaderState::Preparing)
            }
            _ => Super,
        }
    }

    #[state(superstate = "running")]
    fn preparing(event: &LeaderEvent) -> Outcome<LeaderState> {
        match event {
            LeaderEvent::JobManagerReady => Transition(LeaderState::Serving),
            _ => Super,
        }
    }

    #[state(superstate = "running")]
    fn serving() -> Outcome<LeaderState> {
        Super
    }

    /// A leader whose service has not failed.
    #[superstate(superstate = "leading")]
    fn running(
        &mut self,
        event: &LeaderEvent,
        context: &mut Vec<LeaderEffect>,
    ) -> Outcome<LeaderState> {
        match event {
            LeaderEvent::ServiceFailed if self.policy.has(Rule::LeaderResignsOnError) => {
                self.executors_open = false;
                context.push(LeaderEffect::CancelService);
                Transition(LeaderState::Resigning)
            }
            LeaderEvent::ServiceFailed => Transition(LeaderState::Stuck),
            _ => Super,
        }
    }

    #[state(superstate = "leading")]
    fn stuck() -> Outcome<LeaderState> {
        Super
    }

    /// A server that keeps its lease.
    #[superstate]
    fn leading(
        &mut self,
        event: &LeaderEvent,
        context: &mut Vec<LeaderEffect>,
    ) -> Outcome<LeaderState> {
        match event {
            LeaderEvent::Renewed { now } => {
                self.renewed_at = *now;
                Handled
            }
            LeaderEvent::Ticked { now } if self.is_late(*now) => {
                self.executors_open = false;
                context.push(LeaderEffect::CancelService);
                Transition(LeaderState::Resigning)
            }
            LeaderEvent::Ticked { .. } => Handled,
            _ => Super,
        }
    }

    #[state]
    fn resigning(event: &LeaderEvent, context: &mut Vec<LeaderEffect>) -> Outcome<LeaderState> {
        match event {
            LeaderEvent::ServiceFailed | LeaderEvent::Ticked { .. } => Handled,
            LeaderEvent::ServiceEnded => {
                context.push(LeaderEffect::GiveUpLease);
                Transition(LeaderState::Candidate)
            }
            _ => Super,
        }
    }
}

impl Machine for Leader {
    fn alphabet() -> Vec<LeaderEvent> {
        let at = |now| MonotonicTime(now);
        vec![
            LeaderEvent::Elected { now: at(0) },
            LeaderEvent::ExecutorManagerMade,
            LeaderEvent::JobManagerReady,
            LeaderEvent::Renewed { now: at(0) },
            LeaderEvent::Ticked { now: at(0) },
            LeaderEvent::Ticked {
                now: at(LeaderTimes::default().deadline + 1),
            },
            LeaderEvent::ServiceFailed,
            LeaderEvent::ServiceEnded,
        ]
    }

    fn name() -> String {
        Self::NAME.to_owned()
    }

    fn starts() -> Vec<(Self, LeaderState)> {
        [
            Policy::original(),
            Policy::before(Rule::LeaderResignsOnError),
        ]
        .map(|policy| {
            let leader = Self::new(policy, LeaderTimes::default());
            (leader, LeaderState::Candidate)
        })
        .into()
    }

    fn declared_states() -> &'static [&'static str] {
        LeaderState::NAMES
    }

    fn returns_to_start() -> bool {
        true
    }

    fn abstraction() -> Option<&'static str> {
        Some("the lease was always renewed at the time 0")
    }

    fn abstracted(leader: Self, state: LeaderState) -> (Self, LeaderState) {
        let renewed_at = MonotonicTime(0);
        (
            Self {
                renewed_at,
                ..leader
            },
            state,
        )
    }

    fn configuration_name(leader: &Self, state: &LeaderState) -> Option<String> {
        let rule = if leader.policy.has(Rule::LeaderResignsOnError) {
            ""
        } else {
            ", never resigning on an error"
        };
        let open = if leader.executors_open { ", open" } else { "" };
        Some(format!("{state}{open}{rule}"))
    }

    fn state_code(state: &LeaderState) -> Option<i64> {
        Some(i64::from(state.code()))
    }

    fn event_name(event: &LeaderEvent) -> Option<String> {
        let name = match event {
            LeaderEvent::Elected { .. } => "elected",
            LeaderEvent::ExecutorManagerMade => "executor manager made",
            LeaderEvent::JobManagerReady => "job manager ready",
            LeaderEvent::Renewed { .. } => "renewed",
            LeaderEvent::Ticked { now } if now.0 > LeaderTimes::default().deadline => {
                "ticked, too late"
            }
            LeaderEvent::Ticked { .. } => "ticked",
            LeaderEvent::ServiceFailed => "service failed",
            LeaderEvent::ServiceEnded => "service ended",
        };
        Some(name.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn serving(policy: Policy) -> Guarded<Leader> {
        let mut leader = Guarded::new(Leader::new(policy, LeaderTimes::default()));
        let now = MonotonicTime(0);
        assert!(!Leader::holds_lease(&leader));
        for (event, open) in [
            (LeaderEvent::Elected { now }, [false, false]),
            (LeaderEvent::ExecutorManagerMade, [true, false]),
            (LeaderEvent::JobManagerReady, [true, true]),
        ] {
            leader.handle(&event).unwrap();
            let now_open =
                [Feature::Executors, Feature::Jobs].map(|part| Leader::is_open(&leader, part));
            assert_eq!(now_open, open, "after {event:?}");
        }
        leader
    }

    #[test]
    fn a_lease_that_is_not_renewed_is_given_up_before_it_ends() {
        let mut leader = serving(Policy::original());
        let mut effects = Vec::new();
        for (event, holds) in [
            (
                LeaderEvent::Ticked {
                    now: MonotonicTime(8 * SECOND),
                },
                true,
            ),
            (
                LeaderEvent::Renewed {
                    now: MonotonicTime(2 * SECOND),
                },
                true,
            ),
            (
                LeaderEvent::Ticked {
                    now: MonotonicTime(10 * SECOND),
                },
                true,
            ),
            (
                LeaderEvent::Ticked {
                    now: MonotonicTime(10 * SECOND + 1),
                },
                true,
            ),
            (LeaderEvent::ServiceEnded, false),
        ] {
            leader.handle_with_context(&event, &mut effects).unwrap();
            assert_eq!(Leader::holds_lease(&leader), holds, "after {event:?}");
        }
        assert_eq!(
            effects,
            [LeaderEffect::CancelService, LeaderEffect::GiveUpLease]
        );
        assert_eq!(leader.storage().lease_ends_at(), MonotonicTime(12 * SECOND));
    }

    #[test]
    fn a_failed_service_makes_the_leader_resign_but_for_the_rule() {
        for policy in [Policy::original(), Policy::hardened()] {
            let mut leader = serving(policy);
            let mut effects = Vec::new();
            leader
                .handle_with_context(&LeaderEvent::ServiceFailed, &mut effects)
                .unwrap();
            assert_eq!(*leader.state(), LeaderState::Resigning);
            assert_eq!(effects, [LeaderEffect::CancelService]);
            assert!(!Leader::is_open(&leader, Feature::Executors));
        }
        let mut leader = serving(Policy::before(Rule::LeaderResignsOnError));
        let mut effects = Vec::new();
        leader
            .handle_with_context(&LeaderEvent::ServiceFailed, &mut effects)
            .unwrap();
        let now = MonotonicTime(9 * SECOND);
        leader.handle(&LeaderEvent::Renewed { now }).unwrap();
        leader.handle(&LeaderEvent::Ticked { now }).unwrap();
        assert!(Leader::holds_lease(&leader));
        assert!(Leader::is_open(&leader, Feature::Executors));
        assert_eq!(effects, []);
    }

    #[test]
    fn the_deadline_must_leave_room_for_a_renewal() {
        let times = LeaderTimes::default();
        assert_eq!(times.check(), Ok(()));
        let late = LeaderTimes {
            deadline: times.deadline + 1,
            ..times
        };
        assert_eq!(
            late.check().unwrap_err().to_string(),
            "a leader that resigns 8000000001 ns after the last renewal may overlap with the \
             next; with a lease of 10000000000 ns renewed every 2000000000 ns, \
             at most 8000000000 ns are legal"
        );
    }
}
