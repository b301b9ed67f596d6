//! What can happen.

use std::fmt;

use super::state::{EVENTS, STATUSES, State, WORKER};
use crate::check::Participants;
use crate::framework::{ClientState, RunLoopState, TickOutcome, WorkerEntryState, WorkerState};
use crate::framework::{ExitReason, WorkerBusinessState};
use crate::protocol::clock::NOW;
use crate::protocol::{Configuration, Fault};
use crate::wire::WorkerStateCode;

/// Something that can happen to the worker `w1`, its master `jm1`, or between them.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Action {
    /// The worker's loop does a round, in which its business logic does this; or it ends.
    Round(TickOutcome),
    /// The worker's business logic is asked to stop, and exits.
    Cancel,
    /// The worker's business logic has let go of what it held.
    LetsGo,
    /// The worker pings.
    Ping,
    /// The worker crashes.
    Crash,
    /// The master takes the ping.
    PingArrives,
    /// The master takes the ping, and it will come again.
    PingRepeats,
    /// The worker takes the pong.
    PongArrives,
    /// The master takes a status.
    StatusArrives,
    /// The ping is lost.
    PingLost,
    /// The pong is lost.
    PongLost,
    /// A status is lost.
    StatusLost,
    /// The master looks who is silent or has finished.
    Check,
    /// The master delivers events to its business logic.
    Tick,
    /// An age ends.
    AgeEnds,
}

pub(super) fn push(configuration: &Configuration, state: &State, actions: &mut Vec<Action>) {
    if state.has_failed {
        return;
    }
    let faults = configuration.faults;
    if let Some(worker) = &state.worker {
        let has_room = state.statuses.len() < STATUSES;
        if worker.runs() {
            if worker.run_loop.storage().failed().is_some() {
                actions.push(Action::Round(TickOutcome::Ends));
            } else if has_room {
                // To report once more that it works tells nothing.
                if state.row != Some(WorkerStateCode::NORMAL) {
                    let outcome = TickOutcome::Publishes(WorkerState::Normal);
                    actions.push(Action::Round(outcome));
                }
                let outcome = TickOutcome::Exits(ExitReason::Finished);
                actions.push(Action::Round(outcome));
            }
            let hears = matches!(
                worker.business.state(),
                WorkerBusinessState::Working | WorkerBusinessState::Exited
            );
            if hears && has_room && !state.is_canceled {
                actions.push(Action::Cancel);
            }
        }
        let closes = matches!(
            worker.run_loop.state(),
            RunLoopState::ClosingBusiness | RunLoopState::Stop | RunLoopState::Close
        );
        if state.holds && closes {
            actions.push(Action::LetsGo);
        }
        if state.ping.is_none() && *worker.client.state() != ClientState::Closed {
            actions.push(Action::Ping);
        }
        if faults.has(Fault::Crash) {
            actions.push(Action::Crash);
        }
    }
    let loses = faults.has(Fault::Loss) || faults.has(Fault::Partition);
    let takes_ping = state.ping.is_some() && state.pong.is_none();
    if takes_ping {
        actions.push(Action::PingArrives);
        if faults.has(Fault::Duplication) {
            actions.push(Action::PingRepeats);
        }
    }
    if state.pong.is_some() {
        actions.push(Action::PongArrives);
    }
    if !state.statuses.is_empty() && state.manager.pending_events() < EVENTS {
        actions.push(Action::StatusArrives);
    }
    if loses {
        let lost = [
            (state.ping.is_some(), Action::PingLost),
            (state.pong.is_some(), Action::PongLost),
            (!state.statuses.is_empty(), Action::StatusLost),
        ];
        let lost = lost.into_iter().filter(|(is_there, _)| *is_there);
        actions.extend(lost.map(|(_, action)| action));
    }
    let is_due = state.manager.entry(WORKER).is_some_and(|(entry, at)| {
        !state.has_successor
            && matches!(at, WorkerEntryState::Created | WorkerEntryState::Normal)
            && (entry.is_finished() || entry.expires_at().is_some_and(|at| at < NOW.0))
    });
    if is_due {
        actions.push(Action::Check);
    }
    if state.manager.pending_events() > 0 {
        actions.push(Action::Tick);
    }
    let is_quiet = state.ping.is_none() && state.pong.is_none() && state.statuses.is_empty();
    if is_quiet || faults.has(Fault::Delay) {
        actions.push(Action::AgeEnds);
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Round(TickOutcome::Exits(_)) => "w1 finishes its work, and exits",
            Self::Round(TickOutcome::Ends) => "w1's loop ends",
            Self::Round(TickOutcome::Publishes(_)) => "w1 does a round, and reports that it works",
            Self::Cancel => "w1 is asked to stop, and exits",
            Self::LetsGo => "w1 lets go of what it held",
            Self::Ping => "w1 pings",
            Self::Crash => "w1 crashes",
            Self::PingArrives => "jm1 takes the ping of w1",
            Self::PingRepeats => "jm1 takes the ping of w1; it will come again",
            Self::PongArrives => "w1 takes the pong of jm1",
            Self::StatusArrives => "jm1 takes the status of w1",
            Self::PingLost => "a ping of w1 is lost",
            Self::PongLost => "a pong to w1 is lost",
            Self::StatusLost => "a status of w1 is lost",
            Self::Check => "jm1 looks who is silent or has finished",
            Self::Tick => "jm1 tells its business logic what has happened",
            Self::AgeEnds => "an age ends",
        })
    }
}

impl Action {
    pub(super) fn participants(self) -> Participants {
        match self {
            Self::Round(TickOutcome::Publishes(_) | TickOutcome::Exits(_)) => {
                Participants::between("w1", "store")
            }
            Self::Round(_)
            | Self::LetsGo
            | Self::Ping
            | Self::Crash
            | Self::PingLost
            | Self::StatusLost => Participants::alone("w1"),
            Self::Cancel | Self::PongArrives => Participants::between("jm1", "w1"),
            Self::PingArrives | Self::PingRepeats | Self::StatusArrives => {
                Participants::between("w1", "jm1")
            }
            Self::Check | Self::Tick | Self::PongLost => Participants::alone("jm1"),
            Self::AgeEnds => Participants::alone("clock"),
        }
    }
}
