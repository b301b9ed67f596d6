//! The state of one registration of a job with the job manager.

use statig::prelude::*;

use crate::framework::policy::{Policy, Rule};
use crate::framework::states::closed_states;
use crate::graph::{Property, TransitionKind};
use crate::machine::{Invariant, Machine};

/// Where a job stands with the job manager.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(i8)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a new state changes what every user of the machine has to handle"
)]
pub enum JobState {
    /// The job manager does not know the job: not yet, or no longer.
    Absent = 0,
    /// The job waits to be dispatched again.
    Pending = 1,
    /// The job was dispatched, or found in the store by a new job manager; its
    /// master has not been heard of yet.
    WaitAck = 2,
    /// The job's master was heard of.
    Online = 3,
}

closed_states! {
    JobState { Absent, Pending, WaitAck, Online } of Job named "job"
}

impl JobState {
    /// Whether the job waits to be dispatched again.
    #[must_use]
    pub fn is_pending(self) -> bool {
        self == Self::Pending
    }

    /// Whether the job was dispatched, and its master is not up yet.
    #[must_use]
    pub fn is_awaited(self) -> bool {
        self == Self::WaitAck
    }

    /// Whether the job's master is up.
    #[must_use]
    pub fn is_online(self) -> bool {
        self == Self::Online
    }
}

/// What happens to a job that the job manager knows.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the operations on a job, all of them"
)]
pub enum JobEvent {
    /// The job is registered as one that is awaited.
    Dispatched {
        /// A new job manager found it in the store; otherwise a user has just
        /// created it.
        from_failover: bool,
    },
    /// The job's master is up.
    Online {
        /// Whether it was heard of; otherwise there merely is an entry for it.
        heard: bool,
    },
    /// The job's master could not be dispatched.
    DispatchFailed,
    /// The job's master is gone.
    Offline {
        /// Whether the job is to be run again.
        failover: bool,
    },
    /// A walk over the table has dispatched the job once more.
    DispatchedAgain,
    /// A walk over the table has given the job up.
    GivenUp,
    /// The job could not be created after all.
    CreationRolledBack,
}

/// The machine of one registration of a job with the job manager.
///
/// It is explored under the rules of the original. Of the rules, four matter
/// here: without [`Rule::OfflineBeforeOnlineHandled`] an awaited job ignores that
/// its master is gone; without [`Rule::RedispatchOnlyAfterFailover`] any awaited
/// job is dispatched again; with [`Rule::OnlineOnlyIfHeard`] an entry alone
/// brings no job online; with [`Rule::RegisteredBeforeDispatch`] a job is
/// registered once.
///
#[doc = include_str!("../job.md")]
///
/// # Examples
///
/// ```
/// use fsmcheck::Guarded;
/// use fsmcheck::framework::{Job, JobEvent, JobState, Policy};
///
/// let mut job = Guarded::new(Job::new(Policy::original()));
/// job.handle(&JobEvent::Dispatched { from_failover: false })?;
/// assert!(job.handle(&JobEvent::DispatchedAgain).is_err());
///
/// job.handle(&JobEvent::Offline { failover: true })?;
/// assert_eq!(*job.state(), JobState::Pending);
/// # Ok::<(), fsmcheck::machine::Refused>(())
/// ```
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Job {
    policy: Policy,
    from_failover: bool,
}

impl Job {
    /// A registration under these rules.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            from_failover: false,
        }
    }

    /// Whether a new job manager found the job in the store and has not yet
    /// dispatched it itself.
    #[must_use]
    pub fn is_from_failover(&self) -> bool {
        self.from_failover
    }
}

#[state_machine(
    initial = "JobState::Absent",
    state(name = "JobState", custom),
    superstate(name = "JobSuperstate", derive(Debug))
)]
impl Job {
    #[state]
    fn absent(&mut self, event: &JobEvent) -> Outcome<JobState> {
        match event {
            JobEvent::Dispatched { from_failover } => {
                self.from_failover = *from_failover;
                Transition(JobState::WaitAck)
            }
            _ => Super,
        }
    }

    #[state(superstate = "known")]
    fn pending(event: &JobEvent) -> Outcome<JobState> {
        match event {
            JobEvent::DispatchedAgain => Transition(JobState::WaitAck),
            JobEvent::GivenUp => Transition(JobState::Absent),
            _ => Super,
        }
    }

    #[state(superstate = "known")]
    fn wait_ack(&mut self, event: &JobEvent) -> Outcome<JobState> {
        match event {
            JobEvent::Dispatched { from_failover }
                if !self.policy.has(Rule::RegisteredBeforeDispatch) =>
            {
                self.from_failover = *from_failover;
                Handled
            }
            JobEvent::DispatchedAgain
                if self.from_failover || !self.policy.has(Rule::RedispatchOnlyAfterFailover) =>
            {
                self.from_failover = false;
                Handled
            }
            JobEvent::Online { heard } if *heard || !self.policy.has(Rule::OnlineOnlyIfHeard) => {
                self.from_failover = false;
                Transition(JobState::Online)
            }
            JobEvent::DispatchFailed => {
                self.from_failover = false;
                Transition(JobState::Pending)
            }
            JobEvent::GivenUp | JobEvent::CreationRolledBack => {
                self.from_failover = false;
                Transition(JobState::Absent)
            }
            JobEvent::Offline { failover } if self.policy.has(Rule::OfflineBeforeOnlineHandled) => {
                self.from_failover = false;
                if *failover {
                    Transition(JobState::Pending)
                } else {
                    Transition(JobState::Absent)
                }
            }
            _ => Super,
        }
    }

    #[state(superstate = "known")]
    fn online(event: &JobEvent) -> Outcome<JobState> {
        match event {
            JobEvent::Offline { failover: true } => Transition(JobState::Pending),
            JobEvent::Offline { failover: false } => Transition(JobState::Absent),
            _ => Super,
        }
    }

    /// A job that counts as created or running.
    #[superstate]
    fn known() -> Outcome<JobState> {
        Super
    }
}

impl Machine for Job {
    fn alphabet() -> Vec<JobEvent> {
        vec![
            JobEvent::Dispatched {
                from_failover: false,
            },
            JobEvent::Dispatched {
                from_failover: true,
            },
            JobEvent::Online { heard: true },
            JobEvent::Online { heard: false },
            JobEvent::DispatchFailed,
            JobEvent::Offline { failover: true },
            JobEvent::Offline { failover: false },
            JobEvent::DispatchedAgain,
            JobEvent::GivenUp,
            JobEvent::CreationRolledBack,
        ]
    }

    fn name() -> String {
        Self::NAME.to_owned()
    }

    fn declared_states() -> &'static [&'static str] {
        JobState::NAMES
    }

    fn returns_to_start() -> bool {
        true
    }

    fn invariants() -> Vec<Invariant<Self>> {
        vec![Invariant::new(
            "only an awaited job is one that was found in the store",
            |job, state| !job.from_failover || *state == JobState::WaitAck,
        )]
    }

    fn properties() -> Vec<Property> {
        vec![Property::every_step(
            "S18",
            "a job whose master is gone is neither awaited nor online",
            &["WaitAck", "Online"],
            |graph, _, transition, to| {
                let gone = graph.event(transition.event).starts_with("offline");
                let left = !["WaitAck", "Online"].contains(&graph.state(to).name.as_str());
                !gone || (left && transition.kind == TransitionKind::Moved)
            },
        )]
    }

    fn configuration_name(job: &Self, state: &JobState) -> Option<String> {
        let found = if job.from_failover {
            " (from failover)"
        } else {
            ""
        };
        Some(format!("{state}{found}"))
    }

    fn state_code(state: &JobState) -> Option<i64> {
        Some(i64::from(state.code()))
    }

    fn event_name(event: &JobEvent) -> Option<String> {
        let name = match event {
            JobEvent::Dispatched {
                from_failover: false,
            } => "dispatched",
            JobEvent::Dispatched {
                from_failover: true,
            } => "found in the store",
            JobEvent::Online { heard: true } => "online",
            JobEvent::Online { heard: false } => "online, not heard",
            JobEvent::DispatchFailed => "dispatch failed",
            JobEvent::Offline { failover: true } => "offline, to run again",
            JobEvent::Offline { failover: false } => "offline for good",
            JobEvent::DispatchedAgain => "dispatched again",
            JobEvent::GivenUp => "given up",
            JobEvent::CreationRolledBack => "creation rolled back",
        };
        Some(name.to_owned())
    }
}
