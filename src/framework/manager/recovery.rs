//! The state of a worker manager: whether it knows its workers yet.

use statig::prelude::*;

use crate::framework::states::closed_states;
use crate::graph::Property;
use crate::machine::{Explorable as _, Guarded, Machine, Refused, StepKind};

/// The state of a worker manager.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(i8)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a new state changes what every user of the machine has to handle"
)]
pub enum ManagerState {
    /// It knows its workers, and watches them.
    Ready = 1,
    /// It does not know its workers yet.
    LoadingMeta = 2,
    /// It has loaded its workers and waits to hear of them.
    WaitingHeartbeat = 3,
}

closed_states! {
    ManagerState { Ready, LoadingMeta, WaitingHeartbeat }
    of ManagerRecovery named "worker_manager"
}

impl ManagerState {
    /// Whether the manager knows its workers and watches them.
    #[inline]
    #[must_use]
    pub const fn is_ready(self) -> bool {
        matches!(self, Self::Ready)
    }
}

/// What a worker manager's state depends on, or decides about.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the inputs of a manager that concern its state, all of them"
)]
pub enum ManagerRecoveryEvent {
    /// Recovery begins.
    Begin,
    /// The records of the workers are read.
    Loaded {
        /// Whether the table has an entry now.
        any: bool,
        /// When the wait for the workers ends, in nanoseconds on the master's
        /// clock.
        until: i64,
    },
    /// A worker that is waited for is heard of.
    Heard {
        /// Whether it was the last one.
        last: bool,
    },
    /// The wait for the workers has ended.
    TimedOut,
    /// Recovery has failed or was canceled.
    Fail,
    /// A ping has arrived.
    Ping,
    /// The workers are to be checked for signs of life.
    Check,
}

/// The machine of a worker manager's state.
///
/// A fresh master's manager begins in `Ready`, that of a master which has failed
/// over in `LoadingMeta`. What is refused here does not happen: a ping is dropped,
/// a check does nothing, a second recovery is an error.
///
#[doc = include_str!("../worker_manager.md")]
///
/// # Examples
///
/// ```
/// use fsmcheck::Guarded;
/// use fsmcheck::framework::{ManagerRecovery, ManagerRecoveryEvent, ManagerState};
///
/// let mut recovery = Guarded::at(ManagerRecovery::default(), ManagerState::LoadingMeta);
/// assert!(recovery.handle(&ManagerRecoveryEvent::Ping).is_err());
/// recovery.handle(&ManagerRecoveryEvent::Begin)?;
/// recovery.handle(&ManagerRecoveryEvent::Loaded { any: true, until: 20_000_000_000 })?;
/// assert_eq!(*recovery.state(), ManagerState::WaitingHeartbeat);
/// recovery.handle(&ManagerRecoveryEvent::Heard { last: true })?;
/// assert_eq!(*recovery.state(), ManagerState::Ready);
/// # Ok::<(), fsmcheck::machine::Refused>(())
/// ```
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct ManagerRecovery {
    under_way: bool,
    until: Option<i64>,
}

impl ManagerRecovery {
    /// Whether recovery has begun and has not ended.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        self.under_way
    }

    /// When the wait for the workers ends, in nanoseconds on the master's clock;
    /// `None` when nobody waits.
    #[must_use]
    pub fn until(&self) -> Option<i64> {
        self.until
    }

    /// Where the manager of a fresh master begins.
    pub(super) fn fresh() -> ManagerState {
        ManagerState::Ready
    }

    /// Where the manager of a master begins that has failed over.
    pub(super) fn failed_over() -> ManagerState {
        ManagerState::LoadingMeta
    }

    fn end(&mut self) {
        self.under_way = false;
        self.until = None;
    }
}

#[state_machine(
    initial = "ManagerState::LoadingMeta",
    state(name = "ManagerState", custom),
    superstate(name = "ManagerSuperstate", derive(Debug))
)]
impl ManagerRecovery {
    #[state(superstate = "recovering")]
    fn loading_meta(&mut self, event: &ManagerRecoveryEvent) -> Outcome<ManagerState> {
        match event {
            ManagerRecoveryEvent::Begin if !self.under_way => {
                self.under_way = true;
                Handled
            }
            ManagerRecoveryEvent::Loaded { any: false, .. } if self.under_way => {
                self.end();
                Transition(ManagerState::Ready)
            }
            ManagerRecoveryEvent::Loaded { any: true, until } if self.under_way => {
                self.until = Some(*until);
                Transition(ManagerState::WaitingHeartbeat)
            }
            _ => Super,
        }
    }

    #[state(superstate = "recovering")]
    fn waiting_heartbeat(&mut self, event: &ManagerRecoveryEvent) -> Outcome<ManagerState> {
        match event {
            // Once recovery was given up, nobody is left to end the wait.
            ManagerRecoveryEvent::Heard { last: true } | ManagerRecoveryEvent::TimedOut
                if self.under_way =>
            {
                self.end();
                Transition(ManagerState::Ready)
            }
            ManagerRecoveryEvent::Heard { .. } | ManagerRecoveryEvent::Ping => Handled,
            _ => Super,
        }
    }

    /// What a manager answers as long as it does not know its workers.
    #[superstate]
    fn recovering(&mut self, event: &ManagerRecoveryEvent) -> Outcome<ManagerState> {
        match event {
            ManagerRecoveryEvent::Fail if self.under_way => {
                self.end();
                Handled
            }
            _ => Super,
        }
    }

    #[state]
    fn ready(event: &ManagerRecoveryEvent) -> Outcome<ManagerState> {
        match event {
            ManagerRecoveryEvent::Ping | ManagerRecoveryEvent::Check => Handled,
            _ => Super,
        }
    }
}

impl Machine for ManagerRecovery {
    fn alphabet() -> Vec<ManagerRecoveryEvent> {
        vec![
            ManagerRecoveryEvent::Begin,
            ManagerRecoveryEvent::Loaded {
                any: false,
                until: 0,
            },
            ManagerRecoveryEvent::Loaded {
                any: true,
                until: 0,
            },
            ManagerRecoveryEvent::Heard { last: false },
            ManagerRecoveryEvent::Heard { last: true },
            ManagerRecoveryEvent::TimedOut,
            ManagerRecoveryEvent::Fail,
            ManagerRecoveryEvent::Ping,
            ManagerRecoveryEvent::Check,
        ]
    }

    fn name() -> String {
        Self::NAME.to_owned()
    }

    fn starts() -> Vec<(Self, ManagerState)> {
        [Self::failed_over(), Self::fresh()]
            .map(|state| (Self::default(), state))
            .into()
    }

    fn declared_states() -> &'static [&'static str] {
        ManagerState::NAMES
    }

    /// A manager watches its workers until its process ends.
    fn terminal_states() -> &'static [&'static str] {
        &["Ready"]
    }

    fn is_end(recovery: &Self, state: &ManagerState) -> bool {
        // A recovery that was given up while it waited is an end: its master ends.
        !recovery.under_way && *state != Self::failed_over()
    }

    fn abstraction() -> Option<&'static str> {
        Some("the time at which the wait ends is left out: no step depends on it")
    }

    fn abstracted(recovery: Self, state: ManagerState) -> (Self, ManagerState) {
        let under_way = recovery.under_way;
        (
            Self {
                under_way,
                until: None,
            },
            state,
        )
    }

    fn properties() -> Vec<Property> {
        vec![Property::terminal_states_absorb(
            "manager-stays-ready",
            "a manager that knows its workers never waits for them again",
        )]
    }

    fn configuration_name(recovery: &Self, state: &ManagerState) -> Option<String> {
        let given_up = match (recovery.under_way, *state == Self::fresh()) {
            (true, _) => " (recovering)",
            (false, true) => "",
            (false, false) => " (not recovering)",
        };
        Some(format!("{state}{given_up}"))
    }

    fn state_code(state: &ManagerState) -> Option<i64> {
        Some(i64::from(state.code()))
    }

    fn event_name(event: &ManagerRecoveryEvent) -> Option<String> {
        let name = match event {
            ManagerRecoveryEvent::Begin => "recovery begins",
            ManagerRecoveryEvent::Loaded { any: false, .. } => "loaded no worker",
            ManagerRecoveryEvent::Loaded { any: true, .. } => "loaded workers",
            ManagerRecoveryEvent::Heard { last: false } => "one was heard",
            ManagerRecoveryEvent::Heard { last: true } => "all were heard",
            ManagerRecoveryEvent::TimedOut => "wait timed out",
            ManagerRecoveryEvent::Fail => "recovery failed",
            ManagerRecoveryEvent::Ping => "ping",
            ManagerRecoveryEvent::Check => "check",
        };
        Some(name.to_owned())
    }
}

/// The machine at work. It takes its steps in place, since no handler changes
/// anything before it refuses.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct Phase {
    recovery: ManagerRecovery,
    state: ManagerState,
}

impl Phase {
    pub(super) fn new(state: ManagerState) -> Self {
        Self {
            recovery: ManagerRecovery::default(),
            state,
        }
    }

    /// Takes a step and says whether it was accepted.
    #[inline]
    pub(super) fn accepts(&mut self, event: ManagerRecoveryEvent) -> bool {
        let (kind, _) =
            ManagerRecovery::step_in_place(&mut self.recovery, &mut self.state, &event, &mut ());
        kind != StepKind::Refused
    }

    /// Takes a step that may be refused for a reason that somebody wants to know.
    pub(super) fn handle(&mut self, event: ManagerRecoveryEvent) -> Result<(), Refused> {
        let mut machine = Guarded::at(self.recovery.clone(), self.state);
        machine.handle(&event)?;
        (self.recovery, self.state) = machine.into_parts();
        Ok(())
    }

    pub(super) fn state(&self) -> ManagerState {
        self.state
    }

    /// Moves the end of the wait back, to `now` at most.
    pub(super) fn set_back(&mut self, by: i64, now: i64) {
        let until = &mut self.recovery.until;
        *until = until.map(|until| until.saturating_sub(by).max(now));
    }

    pub(super) fn recovery(&self) -> &ManagerRecovery {
        &self.recovery
    }
}
