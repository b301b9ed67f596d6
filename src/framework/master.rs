//! The state of a job master, as it is stored.

use statig::prelude::*;

use super::ExitReason;
use super::states::closed_states;
use crate::graph::Property;
use crate::machine::{Invariant, Machine};
use crate::wire::Timestamp;

/// The state of a job master. The discriminants are the codes in records.
///
/// # Examples
///
/// ```
/// use fsmcheck::framework::MasterState;
///
/// assert!(MasterState::Init.may_become(MasterState::Finished));
///
/// let refused = MasterState::Finished.try_become(MasterState::Init).unwrap_err();
/// assert_eq!(
///     refused.to_string(),
///     "master never goes from `Finished` to `Init` by any events; legal from `Finished`: Finished"
/// );
///
/// let state: MasterState = "stopped".parse()?;
/// assert_eq!(state, MasterState::try_from(4)?);
/// assert!(state.is_terminated());
/// # Ok::<(), fsmcheck::framework::UnknownState>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(i8)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a new state changes what every user of the machine has to handle"
)]
pub enum MasterState {
    /// The job is accepted, its master has not yet been initialised.
    Uninit = 1,
    /// The job master is initialised: the job runs, or waits for its master to
    /// be created again.
    Init = 2,
    /// The job is done.
    Finished = 3,
    /// The job was canceled.
    Stopped = 4,
    /// The job failed for good.
    Failed = 5,
}

closed_states! {
    MasterState { Uninit, Init, Finished, Stopped, Failed } of Master named "master"
}

/// What happens to a stored job master.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the writers of a stored job master, all of them"
)]
pub enum MasterEvent {
    /// The first start has succeeded.
    Initialised,
    /// An initialised job master is up again after a failure.
    Recovered,
    /// The job master ends itself.
    Exit {
        /// Why.
        reason: ExitReason,
        /// The error message that is stored.
        error: String,
        /// What the business logic has to say of the result, if anything.
        detail: Option<Vec<u8>>,
    },
    /// The executor that should run the job master has refused it for good.
    DispatchRefused {
        /// The error message that is stored.
        error: String,
    },
    /// Creating the job master was tried as often as is allowed.
    BackOffExhausted,
    /// The job was to be canceled while its master waited to be created.
    CanceledWhilePending,
    /// The job was deleted.
    Deleted {
        /// When.
        at: Timestamp,
    },
    /// The job could not be created after all: what was stored is taken back.
    CreationRolledBack {
        /// When.
        at: Timestamp,
    },
}

impl MasterEvent {
    /// An exit that carries no message and no detail.
    #[must_use]
    pub fn exit(reason: ExitReason) -> Self {
        Self::Exit {
            reason,
            error: String::new(),
            detail: None,
        }
    }
}

/// The machine of a stored job master.
///
/// Deleting a job does not write its state: it marks the job, and nothing more
/// can happen to it. The job manager's own record is no matter of this machine.
///
#[doc = include_str!("master.md")]
///
/// # Examples
///
/// ```
/// use fsmcheck::Guarded;
/// use fsmcheck::framework::{ExitReason, Master, MasterEvent, MasterState};
///
/// let mut job = Guarded::new(Master::default());
/// job.handle(&MasterEvent::Initialised)?;
/// job.handle(&MasterEvent::exit(ExitReason::Finished))?;
/// assert_eq!(*job.state(), MasterState::Finished);
///
/// let refused = job.handle(&MasterEvent::Initialised).unwrap_err();
/// assert_eq!(
///     refused.to_string(),
///     "master refuses `initialised` in state `Finished`; legal there: deleted"
/// );
/// # Ok::<(), fsmcheck::machine::Refused>(())
/// ```
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Master {
    deleted: bool,
}

impl Master {
    /// A job master that is marked as deleted, or is not.
    #[must_use]
    pub fn new(deleted: bool) -> Self {
        Self { deleted }
    }

    /// Whether the job was deleted.
    #[must_use]
    pub fn is_deleted(&self) -> bool {
        self.deleted
    }
}

#[state_machine(
    initial = "MasterState::Uninit",
    state(name = "MasterState", custom),
    superstate(name = "MasterSuperstate", derive(Debug))
)]
impl Master {
    #[state(superstate = "live")]
    fn uninit(&mut self, event: &MasterEvent) -> Outcome<MasterState> {
        match event {
            _ if self.deleted => Super,
            MasterEvent::Initialised => Transition(MasterState::Init),
            MasterEvent::CreationRolledBack { .. } => {
                self.deleted = true;
                Handled
            }
            _ => Super,
        }
    }

    #[state(superstate = "live")]
    fn init(&self, event: &MasterEvent) -> Outcome<MasterState> {
        match event {
            _ if self.deleted => Super,
            MasterEvent::Recovered => Handled,
            _ => Super,
        }
    }

    #[superstate]
    fn live(&self, event: &MasterEvent) -> Outcome<MasterState> {
        match event {
            _ if self.deleted => Super,
            MasterEvent::Exit { reason, .. } => match reason {
                ExitReason::Finished => Transition(MasterState::Finished),
                ExitReason::Canceled => Transition(MasterState::Stopped),
                ExitReason::Failed | ExitReason::Unknown => Transition(MasterState::Failed),
            },
            MasterEvent::DispatchRefused { .. } => Transition(MasterState::Failed),
            MasterEvent::BackOffExhausted => Transition(MasterState::Failed),
            MasterEvent::CanceledWhilePending => Transition(MasterState::Stopped),
            _ => Super,
        }
    }

    #[state(superstate = "terminated")]
    fn finished() -> Outcome<MasterState> {
        Super
    }

    #[state(superstate = "terminated")]
    fn stopped() -> Outcome<MasterState> {
        Super
    }

    #[state(superstate = "terminated")]
    fn failed() -> Outcome<MasterState> {
        Super
    }

    #[superstate]
    fn terminated(&mut self, event: &MasterEvent) -> Outcome<MasterState> {
        match event {
            MasterEvent::Deleted { .. } if !self.deleted => {
                self.deleted = true;
                Handled
            }
            _ => Super,
        }
    }
}

impl Machine for Master {
    fn alphabet() -> Vec<MasterEvent> {
        let mut events = vec![MasterEvent::Initialised, MasterEvent::Recovered];
        events.extend(ExitReason::ALL.map(MasterEvent::exit));
        events.extend([
            MasterEvent::DispatchRefused {
                error: String::new(),
            },
            MasterEvent::BackOffExhausted,
            MasterEvent::CanceledWhilePending,
            MasterEvent::Deleted {
                at: Timestamp::default(),
            },
            MasterEvent::CreationRolledBack {
                at: Timestamp::default(),
            },
        ]);
        events
    }

    fn name() -> String {
        Self::NAME.to_owned()
    }

    fn declared_states() -> &'static [&'static str] {
        MasterState::NAMES
    }

    fn terminal_states() -> &'static [&'static str] {
        &["Finished", "Stopped", "Failed"]
    }

    fn is_end(master: &Self, _: &MasterState) -> bool {
        master.deleted
    }

    fn invariants() -> Vec<Invariant<Self>> {
        vec![Invariant::new(
            "a job that has been initialised and not ended is not deleted",
            |master, state| !(master.deleted && *state == MasterState::Init),
        )]
    }

    fn properties() -> Vec<Property> {
        vec![Property::terminal_states_absorb(
            "S4",
            "a terminated job master keeps its state until it is deleted",
        )]
    }

    fn configuration_name(master: &Self, state: &MasterState) -> Option<String> {
        Some(match master.deleted {
            false => state.to_string(),
            true => format!("{state} (deleted)"),
        })
    }

    fn state_code(state: &MasterState) -> Option<i64> {
        Some(i64::from(state.code()))
    }

    fn event_name(event: &MasterEvent) -> Option<String> {
        Some(match event {
            MasterEvent::Initialised => "initialised".to_owned(),
            MasterEvent::Recovered => "recovered".to_owned(),
            MasterEvent::Exit { reason, .. } => format!("exit {reason}"),
            MasterEvent::DispatchRefused { .. } => "dispatch refused".to_owned(),
            MasterEvent::BackOffExhausted => "back-off exhausted".to_owned(),
            MasterEvent::CanceledWhilePending => "canceled while pending".to_owned(),
            MasterEvent::Deleted { .. } => "deleted".to_owned(),
            MasterEvent::CreationRolledBack { .. } => "creation rolled back".to_owned(),
        })
    }
}
