//! The state of a worker, as it reports it.

use statig::prelude::*;

use super::ExitReason;
use super::states::closed_states;
use crate::graph::Property;
use crate::graph::lint::Code;
use crate::machine::Machine;
use crate::replay::{Epochs, Observer, Seen};

/// The state of a worker. The discriminants are the codes in records; their
/// order is not that of a worker's life.
///
/// # Examples
///
/// ```
/// use fsmcheck::framework::WorkerState;
///
/// assert!(WorkerState::Init.may_become(WorkerState::Normal));
///
/// let refused = WorkerState::Created.try_become(WorkerState::Normal).unwrap_err();
/// assert_eq!(
///     refused.walk.map(|walk| walk.to_string()).as_deref(),
///     Some("Created --initialised--> Init --update Normal--> Normal")
/// );
/// // Who may miss steps may see it all the same.
/// assert!(WorkerState::Normal.may_be_seen_after(WorkerState::Created));
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(i8)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a new state changes what every user of the machine has to handle"
)]
pub enum WorkerState {
    /// It works.
    Normal = 1,
    /// Its master has ordered it, it is not yet initialised.
    Created = 2,
    /// It is initialised.
    Init = 3,
    /// It failed.
    Error = 4,
    /// Its work is done.
    Finished = 5,
    /// It was told to stop.
    Stopped = 6,
}

closed_states! {
    WorkerState { Normal, Created, Init, Error, Finished, Stopped } of Worker named "worker"
}

impl WorkerState {
    /// Whether one who sees only some of a worker's states may see this one
    /// after `before`, within one worker epoch: whether the worker's machine has
    /// a walk, perhaps of no steps, that leads here.
    #[inline]
    #[must_use]
    pub fn may_be_seen_after(self, before: Self) -> bool {
        Worker::relation().leads_to(before.code(), self.code())
    }
}

/// What a worker does that shows in its status.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the writers of a worker's status, all of them"
)]
pub enum WorkerEvent {
    /// Its initialisation has succeeded.
    Initialised,
    /// The business logic reports a state.
    Update {
        /// The state.
        state: WorkerState,
        /// The error message of the status.
        error: String,
        /// What the business logic has to say besides, if anything.
        detail: Option<Vec<u8>>,
    },
    /// It ends itself.
    Exit {
        /// Why.
        reason: ExitReason,
        /// The error message of the status.
        error: String,
        /// What the business logic has to say besides, if anything.
        detail: Option<Vec<u8>>,
    },
}

impl WorkerEvent {
    /// A report of a state that carries no message and no detail.
    #[must_use]
    pub fn update(state: WorkerState) -> Self {
        Self::Update {
            state,
            error: String::new(),
            detail: None,
        }
    }

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

/// The machine of a worker during one worker epoch, as the worker itself runs
/// through it.
///
/// Whoever is told of a worker's states may miss some of them; what *they* may
/// see is the matter of an [observer](Self::observer).
///
#[doc = include_str!("worker.md")]
///
/// # Examples
///
/// ```
/// use fsmcheck::Guarded;
/// use fsmcheck::framework::{ExitReason, Worker, WorkerEvent, WorkerState};
///
/// let mut worker = Guarded::new(Worker);
/// worker.handle(&WorkerEvent::Initialised)?;
/// worker.handle(&WorkerEvent::update(WorkerState::Finished))?;
/// // To say it once more is fine, to take it back is not.
/// worker.handle(&WorkerEvent::exit(ExitReason::Finished))?;
/// assert!(worker.handle(&WorkerEvent::exit(ExitReason::Canceled)).is_err());
/// # Ok::<(), fsmcheck::machine::Refused>(())
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a worker's state is all there is to it"
)]
pub struct Worker;

impl Worker {
    /// An observer of one worker, by the rule for whoever misses steps: within a
    /// worker epoch a state may follow another when the machine has any walk
    /// between them, and a larger worker epoch begins anew.
    ///
    /// # Examples
    ///
    /// ```
    /// use fsmcheck::framework::{Worker, WorkerState};
    /// use fsmcheck::replay::Verdict;
    ///
    /// let mut observer = Worker::observer();
    /// let mut see = |epoch, state: WorkerState| observer.see(epoch, Worker::seen(state.code()));
    ///
    /// assert_eq!(see(7, WorkerState::Init), Verdict::First);
    /// assert_eq!(see(7, WorkerState::Finished), Verdict::Legal);
    /// assert!(see(7, WorkerState::Normal).is_violation());
    /// assert_eq!(see(9, WorkerState::Created), Verdict::Restarted { from: 7 });
    /// assert_eq!(
    ///     see(9, WorkerState::Normal).to_string(),
    ///     "skipped steps: Created --initialised--> Init --update Normal--> Normal"
    /// );
    /// ```
    #[must_use]
    pub fn observer() -> Observer<'static> {
        Observer::new(Self::graph(), Epochs::Restart)
    }

    /// What the code in a worker's record says. Between being written first and
    /// the worker's first report of a state, a record holds 0.
    #[must_use]
    pub fn seen(code: i8) -> Seen {
        match WorkerState::ALL
            .into_iter()
            .find(|state| state.code() == code)
        {
            Some(state) => Seen::State(state.id()),
            None if code == 0 => Seen::NoStateYet,
            None => Seen::Unknown(code.into()),
        }
    }
}

#[state_machine(
    initial = "WorkerState::Created",
    state(name = "WorkerState", custom),
    superstate(name = "WorkerSuperstate", derive(Debug))
)]
impl Worker {
    #[state(superstate = "live")]
    fn created(event: &WorkerEvent) -> Outcome<WorkerState> {
        match event {
            WorkerEvent::Initialised => Transition(WorkerState::Init),
            _ => Super,
        }
    }

    #[state(superstate = "live")]
    fn init(event: &WorkerEvent) -> Outcome<WorkerState> {
        match event {
            WorkerEvent::Update { state, .. } => match state {
                WorkerState::Normal => Transition(WorkerState::Normal),
                WorkerState::Error => Transition(WorkerState::Error),
                WorkerState::Finished => Transition(WorkerState::Finished),
                WorkerState::Stopped => Transition(WorkerState::Stopped),
                WorkerState::Created | WorkerState::Init => Super,
            },
            _ => Super,
        }
    }

    #[state(superstate = "live")]
    fn normal(event: &WorkerEvent) -> Outcome<WorkerState> {
        match event {
            WorkerEvent::Update { state, .. } => match state {
                WorkerState::Normal => Handled,
                WorkerState::Error => Transition(WorkerState::Error),
                WorkerState::Finished => Transition(WorkerState::Finished),
                WorkerState::Stopped => Transition(WorkerState::Stopped),
                WorkerState::Created | WorkerState::Init => Super,
            },
            _ => Super,
        }
    }

    #[superstate]
    fn live(event: &WorkerEvent) -> Outcome<WorkerState> {
        match event {
            WorkerEvent::Exit { reason, .. } => match reason {
                ExitReason::Finished => Transition(WorkerState::Finished),
                ExitReason::Canceled => Transition(WorkerState::Stopped),
                ExitReason::Failed | ExitReason::Unknown => Transition(WorkerState::Error),
            },
            _ => Super,
        }
    }

    #[state(superstate = "terminated")]
    fn error(event: &WorkerEvent) -> Outcome<WorkerState> {
        match event {
            WorkerEvent::Update {
                state: WorkerState::Error,
                ..
            }
            | WorkerEvent::Exit {
                reason: ExitReason::Failed | ExitReason::Unknown,
                ..
            } => Handled,
            _ => Super,
        }
    }

    #[state(superstate = "terminated")]
    fn finished(event: &WorkerEvent) -> Outcome<WorkerState> {
        match event {
            WorkerEvent::Update {
                state: WorkerState::Finished,
                ..
            }
            | WorkerEvent::Exit {
                reason: ExitReason::Finished,
                ..
            } => Handled,
            _ => Super,
        }
    }

    #[state(superstate = "terminated")]
    fn stopped(event: &WorkerEvent) -> Outcome<WorkerState> {
        match event {
            WorkerEvent::Update {
                state: WorkerState::Stopped,
                ..
            }
            | WorkerEvent::Exit {
                reason: ExitReason::Canceled,
                ..
            } => Handled,
            _ => Super,
        }
    }

    #[superstate]
    fn terminated() -> Outcome<WorkerState> {
        Super
    }
}

impl Machine for Worker {
    fn alphabet() -> Vec<WorkerEvent> {
        let mut events = vec![WorkerEvent::Initialised];
        events.extend(WorkerState::ALL.map(WorkerEvent::update));
        events.extend(ExitReason::ALL.map(WorkerEvent::exit));
        events
    }

    fn name() -> String {
        Self::NAME.to_owned()
    }

    fn declared_states() -> &'static [&'static str] {
        WorkerState::NAMES
    }

    fn terminal_states() -> &'static [&'static str] {
        &["Error", "Finished", "Stopped"]
    }

    fn allowances() -> &'static [(Code, &'static str)] {
        &[(
            Code::EventNeverHandled,
            "business code can try to report any state; Created and Init are not its to report",
        )]
    }

    fn properties() -> Vec<Property> {
        vec![Property::terminal_states_absorb(
            "S6",
            "a terminated worker keeps its state within a worker epoch",
        )]
    }

    fn state_code(state: &WorkerState) -> Option<i64> {
        Some(i64::from(state.code()))
    }

    fn event_name(event: &WorkerEvent) -> Option<String> {
        Some(match event {
            WorkerEvent::Initialised => "initialised".to_owned(),
            WorkerEvent::Update { state, .. } => format!("update {state}"),
            WorkerEvent::Exit { reason, .. } => format!("exit {reason}"),
        })
    }
}
