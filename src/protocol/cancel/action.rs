//! What can happen to a request to cancel, and what it is called.

use std::fmt;

use super::state::{JOB, State};
use crate::check::Participants;
use crate::framework::{CancelOutcome, JobMasterBusinessState};
use crate::protocol::clock::NOW;
use crate::protocol::{Configuration, Fault};

/// What can happen in the model [`Cancel`](super::Cancel).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Action {
    /// A user asks for the job to be canceled.
    Ask,
    /// The job manager's operator looks after the job.
    Operate,
    /// A request to stop arrives.
    Deliver,
    /// A request to stop is lost.
    Lose,
    /// `OnCancel` does something.
    Answer(CancelOutcome),
    /// The worker ends for which `OnCancel` waits.
    EndWorker,
    /// `OnCancel` has taken for 30 s.
    TimeOut,
    /// The job's master stores that it exits.
    StoreExit,
    /// The job's master cannot store that it exits.
    LoseExit,
    /// The job's master starts.
    Start,
    /// The job's master cannot be dispatched.
    Refuse,
    /// The job is done: its master stores that and tells the job manager.
    Finish,
    /// The job is done: its master stores that, and crashes before it tells anybody.
    FinishUnheard,
    /// The job's master crashes.
    Crash,
    /// The job manager finds the job's master gone.
    Notice,
    /// The job manager looks after its jobs.
    Poll,
    /// The job has waited for long enough to be dispatched again.
    EndBackOff,
}

/// Adds what can happen in a state, in a fixed order.
pub(super) fn offer(configuration: &Configuration, state: &State, actions: &mut Vec<Action>) {
    let has = |fault| configuration.faults.has(fault);
    if !state.jobs.is_canceling(JOB) && !state.stored().is_terminated() {
        actions.push(Action::Ask);
    }
    actions.extend([Action::Operate, Action::Poll]);
    if state.requests > 0 {
        actions.push(Action::Deliver);
        if has(Fault::Loss) {
            actions.push(Action::Lose);
        }
    }
    if state.is_ordered {
        actions.extend([Action::Start, Action::Refuse]);
    }
    if state.is_lost {
        actions.push(Action::Notice);
    }
    if state.jobs.is_backing_off(JOB, NOW) {
        actions.push(Action::EndBackOff);
    }
    let Some(master) = &state.master else {
        return;
    };
    match master.call {
        Some(true) => {
            actions.push(Action::Answer(CancelOutcome::Succeeds));
            if master.business.storage().live_workers() > 0 {
                actions.push(Action::Answer(CancelOutcome::Hangs));
            }
            if has(Fault::Store) {
                actions.push(Action::Answer(CancelOutcome::Fails));
            }
        }
        Some(false) => actions.push(Action::Answer(CancelOutcome::Fails)),
        None => {}
    }
    if master.waits_for_worker() {
        actions.push(Action::EndWorker);
        if master.is_calling() {
            actions.push(Action::TimeOut);
        }
    }
    if master.is_to_exit {
        actions.push(Action::StoreExit);
        if has(Fault::Store) {
            actions.push(Action::LoseExit);
        }
    }
    // One that cancels exits as canceled or not at all.
    let is_done = *master.business.state() == JobMasterBusinessState::Working && !master.is_to_exit;
    if is_done {
        actions.push(Action::Finish);
    }
    if has(Fault::Crash) {
        if is_done {
            actions.push(Action::FinishUnheard);
        }
        actions.push(Action::Crash);
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ask => "user asks for j to be canceled",
            Self::Operate => "jm1 asks j to stop, if it is online",
            Self::Deliver => "j takes a request to stop",
            Self::Lose => "a request to stop is lost",
            Self::Answer(CancelOutcome::Succeeds) => "j cancels, and stores that it exits",
            Self::Answer(CancelOutcome::Fails) => "j cannot cancel: the call fails",
            Self::Answer(CancelOutcome::Hangs) => "j cancels, and waits for w1",
            Self::EndWorker => "w1 ends",
            Self::TimeOut => "j has canceled for 30 s",
            Self::StoreExit => "j stores that it exits",
            Self::LoseExit => "j cannot store that it exits",
            Self::Start => "j starts",
            Self::Refuse => "j cannot be dispatched",
            Self::Finish => "j is done, stores that, and tells jm1",
            Self::FinishUnheard => "j is done, stores that, and crashes",
            Self::Crash => "j crashes",
            Self::Notice => "jm1 finds j gone",
            Self::Poll => "jm1 looks after its jobs",
            Self::EndBackOff => "the back-off of j is over",
        })
    }
}

impl Action {
    /// Between whom it happens.
    pub(super) fn participants(self) -> Participants {
        match self {
            Self::Ask => Participants::between("user", "jm1"),
            Self::Operate | Self::Start | Self::Refuse => Participants::between("jm1", "j"),
            Self::Answer(CancelOutcome::Hangs) => Participants::between("j", "w1"),
            Self::EndWorker => Participants::between("w1", "j"),
            Self::Answer(CancelOutcome::Succeeds)
            | Self::StoreExit
            | Self::LoseExit
            | Self::FinishUnheard => Participants::between("j", "store"),
            Self::Finish => Participants::between("j", "jm1"),
            Self::Deliver | Self::Answer(_) | Self::TimeOut | Self::Crash => {
                Participants::alone("j")
            }
            Self::Lose | Self::Notice | Self::Poll | Self::EndBackOff => Participants::alone("jm1"),
        }
    }
}
