//! What business logic may do: the surroundings in which the framework's
//! machines have to keep their promises.
//!
//! A worker's or a job master's business logic is not the framework's, so it is
//! taken as a machine that may do whatever the original's does: fail, exit from
//! within its start, exit and go on, hang when it is canceled, create workers.
//! An event is a call of the framework with what the business logic makes of it;
//! an effect is what it does to the framework.
//!
//! The stories in which these machines drive the run loop, the start, the status
//! writer and the cancellation are tests of `tests/framework/stories.rs`.

mod job_master;
mod worker;

pub use self::job_master::{
    FoundWorker, JobMasterBusiness, JobMasterBusinessEvent, JobMasterBusinessState,
};
pub use self::worker::{WorkerBusiness, WorkerBusinessEvent, WorkerBusinessState};

use std::fmt;

use super::{ExitReason, Policy, Rule, WorkerState};
use crate::machine::Refused;

/// What comes of a start.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the ways in which the original's business logic starts"
)]
pub enum InitOutcome {
    /// It starts.
    Succeeds,
    /// It returns an error.
    Fails,
    /// It exits, and returns no error.
    Exits(ExitReason),
}

/// What comes of a round.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the ways in which the original's business logic does a round"
)]
pub enum TickOutcome {
    /// It publishes a state, which may be an end.
    Publishes(WorkerState),
    /// It returns an error.
    Ends,
    /// It exits, and returns no error.
    Exits(ExitReason),
}

/// What comes of a request to stop.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the ways in which the original's business logic is canceled"
)]
pub enum CancelOutcome {
    /// It exits as canceled.
    Succeeds,
    /// It returns an error.
    Fails,
    /// It does not return.
    Hangs,
}

/// What business logic does to the framework.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "whoever runs it has to do all of it"
)]
pub enum BusinessEffect {
    /// It was never made: the executor refuses the task.
    Refuse {
        /// Whether for good: a job is then stored as failed. Otherwise it is
        /// tried again.
        for_good: bool,
    },
    /// It publishes a state.
    Publish {
        /// The state.
        state: WorkerState,
    },
    /// It exits.
    Exit {
        /// Why.
        reason: ExitReason,
    },
    /// It creates a worker for its one task.
    CreateWorker,
    /// The call returns.
    Return {
        /// Whether without an error.
        is_ok: bool,
    },
}

/// The framework calls business logic in a way that it must not.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("business logic is called out of place: {refused}")]
#[non_exhaustive]
pub struct CalledOutOfPlace {
    /// What was refused.
    #[from]
    pub refused: Refused,
}

impl fmt::Display for InitOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Succeeds => f.write_str("succeeds"),
            Self::Fails => f.write_str("fails"),
            Self::Exits(reason) => write!(f, "exits {reason}"),
        }
    }
}

impl fmt::Display for TickOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Publishes(state) => write!(f, "publishes {state}"),
            Self::Ends => f.write_str("ends"),
            Self::Exits(reason) => write!(f, "exits {reason}"),
        }
    }
}

impl fmt::Display for CancelOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Succeeds => "succeeds",
            Self::Fails => "fails",
            Self::Hangs => "hangs",
        })
    }
}

const OK: BusinessEffect = BusinessEffect::Return { is_ok: true };

const ERROR: BusinessEffect = BusinessEffect::Return { is_ok: false };

/// How an executor refuses a task whose business logic cannot be made.
fn refusal(policy: Policy, is_transient: bool) -> BusinessEffect {
    let is_retried = is_transient && policy.has(Rule::TransientDispatchErrorRetried);
    BusinessEffect::Refuse {
        for_good: !is_retried,
    }
}

/// The outcomes of which the alphabets are made.
mod samples {
    use super::{CancelOutcome, ExitReason, InitOutcome, TickOutcome};
    use crate::framework::WorkerState;

    const EXITS: [ExitReason; 3] = [
        ExitReason::Finished,
        ExitReason::Canceled,
        ExitReason::Failed,
    ];

    pub(super) fn inits() -> impl Iterator<Item = InitOutcome> {
        [InitOutcome::Succeeds, InitOutcome::Fails]
            .into_iter()
            .chain(EXITS.map(InitOutcome::Exits))
    }

    pub(super) fn ticks() -> impl Iterator<Item = TickOutcome> {
        // What business logic may report; the framework reports the rest.
        let states = WorkerState::ALL
            .into_iter()
            .filter(|state| state.name() == "Normal" || state.is_terminated());
        states
            .map(TickOutcome::Publishes)
            .chain([TickOutcome::Ends])
            .chain(EXITS.map(TickOutcome::Exits))
    }

    pub(super) const CANCELS: [CancelOutcome; 3] = [
        CancelOutcome::Succeeds,
        CancelOutcome::Fails,
        CancelOutcome::Hangs,
    ];
}
