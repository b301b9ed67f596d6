//! What can happen.

use std::fmt;

use super::message::{Message, Ping};
use super::state::{Master, State, WorkerNumber, WorkerPhase};
use crate::check::Participants;
use crate::framework::{
    ClientState, JobMasterBusinessState, Rule, StartUpEffect, StartUpState, WorkerEntryState,
};
use crate::protocol::clock::NOW;
use crate::protocol::{Configuration, Fault};
use crate::wire::Epoch;

/// Something that can happen. A job master is named by its epoch.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Action {
    /// The next incarnation of the job master starts.
    Start(Epoch),
    /// It does the next thing of its start.
    GoOn(Epoch, Next),
    /// Its business logic creates workers, then returns an error.
    InitFails(Epoch),
    /// It reads the records of its workers.
    ReadRows(Epoch),
    /// The records that were read arrive.
    RowsArrive(Epoch),
    /// The store refuses the records.
    RowsRefused(Epoch),
    /// Its wait for its workers is over.
    Wake(Epoch),
    /// It looks who has expired or finished.
    Check(Epoch),
    /// It crashes.
    MasterCrashes(Epoch),
    /// A worker does something.
    Worker(WorkerNumber, WorkerAction),
    /// A message arrives, at the incarnation of the job master that is there.
    Deliver(WorkerNumber, Message, Epoch),
    /// A message arrives, and will arrive again.
    Duplicate(WorkerNumber, Message, Epoch),
    /// A message is lost.
    Lose(WorkerNumber, Message),
    /// An age ends.
    AgeEnds,
}

/// The next thing that a job master does in its start.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Next {
    /// It builds its table of workers.
    Manager,
    /// It begins to take messages of its workers.
    Listen,
    /// It calls `InitImpl`.
    InitImpl,
    /// It calls `OnMasterRecovered`.
    OnMasterRecovered,
}

/// What a worker does.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum WorkerAction {
    /// It pings its master.
    Ping,
    /// It reads where its master is.
    ReadMaster,
    /// It reports what it does.
    Report,
    /// It finishes: it stores that, tells its master, and says goodbye.
    Finish,
}

/// Pushes what can happen in a state, in a fixed order.
pub(super) fn push(configuration: &Configuration, state: &State, actions: &mut Vec<Action>) {
    if state.has_failed {
        return;
    }
    match &state.master {
        None if state.epoch < 2 => actions.push(Action::Start(state.epoch + 1)),
        // What the workers still do, nobody hears of.
        None => return,
        Some(master) => push_master(configuration, state, master, actions),
    }
    let faults = configuration.faults;
    for (worker, place) in state.workers() {
        push_worker(configuration, state, worker, actions);
        for message in place.messages() {
            if can_arrive(state, worker, message) {
                actions.push(Action::Deliver(worker, message, state.epoch));
                let is_ping = matches!(message, Message::Ping(_));
                if faults.has(Fault::Duplication) && is_ping {
                    actions.push(Action::Duplicate(worker, message, state.epoch));
                }
            }
            if faults.has(Fault::Loss) || faults.has(Fault::Partition) {
                actions.push(Action::Lose(worker, message));
            }
        }
    }
    let is_punctual = !faults.has(Fault::Delay)
        && state.workers().any(|(worker, place)| {
            let mut messages = place.messages();
            messages.any(|message| can_arrive(state, worker, message))
        });
    if state.epoch > 0 && !is_punctual {
        actions.push(Action::AgeEnds);
    }
}

/// Whether there is somebody who takes a message, and room for what it brings about.
fn can_arrive(state: &State, worker: WorkerNumber, message: Message) -> bool {
    let place = state.place(worker);
    match message {
        Message::Pong(_) => place.worker.is_some(),
        Message::Ping(_) => place.pong.is_none() && is_listened_to(state),
        Message::Status(_) => is_listened_to(state),
    }
}

/// Whether the job master takes messages of its workers.
fn is_listened_to(state: &State) -> bool {
    state.master.as_ref().is_some_and(|master| master.listens)
}

fn push_master(
    configuration: &Configuration,
    state: &State,
    master: &Master,
    actions: &mut Vec<Action>,
) {
    let (epoch, faults) = (state.epoch, configuration.faults);
    if let Some(next) = master.to_do.first().and_then(Next::of) {
        actions.push(Action::GoOn(epoch, next));
        if next == Next::InitImpl && epoch == 1 {
            actions.push(Action::InitFails(epoch));
        }
    }
    if master.reads_rows {
        actions.push(Action::ReadRows(epoch));
        if faults.has(Fault::Store) {
            actions.push(Action::RowsRefused(epoch));
        }
    }
    if master.rows.is_some() {
        actions.push(Action::RowsArrive(epoch));
    }
    if let Some(manager) = &master.manager {
        if manager.wakes_at().is_some_and(|until| until <= NOW) {
            actions.push(Action::Wake(epoch));
        }
        let is_gated = configuration.policy.has(Rule::CheckerGatedByReady);
        let is_due = |worker| {
            let Some((entry, entry_state)) = master.entry(worker) else {
                return false;
            };
            match entry_state {
                WorkerEntryState::Wait => !is_gated,
                WorkerEntryState::Created | WorkerEntryState::Normal => {
                    (manager.state().is_ready() || !is_gated)
                        && (entry.is_finished() || entry.expires_at().is_some_and(|at| at < NOW.0))
                }
                WorkerEntryState::Offline | WorkerEntryState::Tombstone => false,
            }
        };
        if state.workers().any(|(worker, _)| is_due(worker)) {
            actions.push(Action::Check(epoch));
        }
    }
    if faults.has(Fault::Crash) {
        actions.push(Action::MasterCrashes(epoch));
    }
}

/// Whether a task lacks a worker, and could have one.
pub(super) fn wants_worker(state: &State, master: &Master, task: u8) -> bool {
    let business = &master.business[usize::from(task)];
    !state.done[usize::from(task)]
        && *business.state() == JobMasterBusinessState::Working
        && !business.storage().knows_worker()
        && state.free_id(master, task).is_some()
}

fn push_worker(
    configuration: &Configuration,
    state: &State,
    worker: WorkerNumber,
    actions: &mut Vec<Action>,
) {
    let place = state.place(worker);
    let Some(there) = &place.worker else {
        return;
    };
    let mut push = |action| actions.push(Action::Worker(worker, action));
    let is_heard = !state.passes_over(configuration.policy, there.client.storage().master_epoch());
    let is_heard = is_heard && (worker.is_watched() || is_listened_to(state));
    if place.ping.is_none() && is_heard && *there.client.state() != ClientState::Closed {
        push(WorkerAction::Ping);
    }
    if there.client.storage().master_epoch() < state.epoch {
        push(WorkerAction::ReadMaster);
    }
    if place.status.is_none() && worker.is_watched() {
        match there.phase {
            WorkerPhase::Silent => push(WorkerAction::Report),
            WorkerPhase::Working => push(WorkerAction::Finish),
            WorkerPhase::Closing => {}
        }
    }
}

impl Next {
    /// What of a start takes a step of its own.
    pub(super) fn of(effect: &StartUpEffect) -> Option<Self> {
        match effect {
            StartUpEffect::StartManager { .. } => Some(Self::Manager),
            StartUpEffect::ListenToWorkers => Some(Self::Listen),
            StartUpEffect::CallInitImpl => Some(Self::InitImpl),
            StartUpEffect::CallOnMasterRecovered => Some(Self::OnMasterRecovered),
            _ => None,
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(jm) => write!(f, "jm{jm} starts, and takes epoch {jm}"),
            Self::GoOn(jm, next) => {
                let what = match next {
                    Next::Manager => "builds its table of workers",
                    Next::Listen => "begins to take messages of its workers",
                    Next::InitImpl => "starts its business logic for the first time",
                    Next::OnMasterRecovered => "starts its business logic, which looks for workers",
                };
                write!(f, "jm{jm} {what}")
            }
            Self::InitFails(jm) => {
                write!(
                    f,
                    "jm{jm}'s business logic creates workers, then fails to start"
                )
            }
            Self::ReadRows(jm) => write!(f, "jm{jm} reads the records of its workers"),
            Self::RowsArrive(jm) => write!(f, "jm{jm} has the records of its workers"),
            Self::RowsRefused(jm) => {
                write!(f, "jm{jm} cannot read the records of its workers, and ends")
            }
            Self::Wake(jm) => write!(f, "jm{jm} waits for its workers no longer"),
            Self::Check(jm) => write!(f, "jm{jm} looks who is silent or has finished"),
            Self::MasterCrashes(jm) => write!(f, "jm{jm} crashes"),
            Self::Worker(worker, action) => {
                let what = match action {
                    WorkerAction::Ping if worker.is_watched() => "pings",
                    WorkerAction::Ping => "pings, and that arrives at once",
                    WorkerAction::ReadMaster => "reads where its master is",
                    WorkerAction::Report => "works: stores that, and tells its master",
                    WorkerAction::Finish => "has finished: stores that, and tells its master",
                };
                write!(f, "{worker} {what}")
            }
            Self::Deliver(worker, message, jm) | Self::Duplicate(worker, message, jm) => {
                let kind = message.kind();
                match message {
                    Message::Pong(_) => write!(f, "{worker} takes the {kind} {message}")?,
                    _ => write!(f, "jm{jm} takes the {kind} of {worker}, {message}")?,
                }
                let is_old = matches!(message, Message::Ping(Ping { is_old: true, .. }));
                f.write_str(if is_old { ", sent long ago" } else { "" })?;
                match self {
                    Self::Duplicate(..) => f.write_str("; it will come again"),
                    _ => Ok(()),
                }
            }
            Self::Lose(worker, message) => match message {
                Message::Pong(_) => write!(f, "a {} to {worker} is lost", message.kind()),
                _ => write!(f, "a {} of {worker} is lost", message.kind()),
            },
            Self::AgeEnds => f.write_str("an age ends"),
        }
    }
}

impl Action {
    pub(super) fn participants(&self) -> Participants {
        let master = |jm: &Epoch| format!("jm{jm}");
        match self {
            Self::Start(jm) | Self::ReadRows(jm) | Self::RowsRefused(jm) => {
                Participants::between(master(jm), "store")
            }
            Self::RowsArrive(jm) => Participants::between("store", master(jm)),
            Self::GoOn(jm, _)
            | Self::InitFails(jm)
            | Self::Wake(jm)
            | Self::Check(jm)
            | Self::MasterCrashes(jm) => Participants::alone(master(jm)),
            Self::Worker(worker, WorkerAction::Ping) => Participants::alone(worker.id()),
            Self::Worker(worker, _) => Participants::between(worker.id(), "store"),
            Self::Deliver(worker, message, jm) | Self::Duplicate(worker, message, jm) => {
                match message {
                    Message::Pong(_) => Participants::between(master(jm), worker.id()),
                    _ => Participants::between(worker.id(), master(jm)),
                }
            }
            Self::Lose(worker, _) => Participants::alone(worker.id()),
            Self::AgeEnds => Participants::alone("clock"),
        }
    }
}

impl State {
    /// How far the start of the job master is that is there.
    #[must_use]
    pub fn start(&self) -> Option<StartUpState> {
        Some(*self.master.as_ref()?.start.state())
    }
}
