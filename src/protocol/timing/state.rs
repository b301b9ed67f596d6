//! Who waits for whom, and until when.

use super::Scenario;
use crate::framework::manager::WorkerManager;
use crate::framework::{Executor, MasterClient, RegisteredExecutor, Role, RunLoop};
use crate::machine::Guarded;
use crate::protocol::{Shared, Trail, Trailed};
use crate::wire::MonotonicTime;

/// Whose loop it is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_enums, reason = "the model's own, all of them")]
pub enum Who {
    /// The worker `w`.
    Worker,
    /// Its job master `j`.
    JobMaster,
}

impl Who {
    pub(super) const fn role(self) -> Role {
        match self {
            Self::Worker => Role::Worker,
            Self::JobMaster => Role::JobMaster,
        }
    }

    /// Its name: `w`, `j`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Worker => "w",
            Self::JobMaster => "j",
        }
    }

    /// Its master: `j` of the worker, `jm` of the job master.
    pub(super) const fn master(self) -> &'static str {
        match self {
            Self::Worker => "j",
            Self::JobMaster => "jm",
        }
    }
}

/// What happens in its time.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_enums, reason = "the model's own, all of them")]
pub enum Event {
    /// A task that has waited in the executor's queue starts.
    Start,
    /// A loop looks how long its master has been silent.
    Look(Who),
    /// A loop does a round.
    Round(Who),
    /// The business logic has let go of what it held.
    Close(Who),
    /// The worker's loop ends by an error of its own.
    End,
    /// The wait for the acknowledgement of the end is over.
    WaitOver,
    /// The master checks who is silent for too long.
    Check(Who),
    /// A new master has waited long enough for the worker.
    Wake,
    /// An executor's heartbeat is answered.
    Answer,
    /// An executor looks how long it has had no answer.
    Beat,
    /// The server looks for executors that are silent for too long.
    Sweep,
}

/// Something that happens between two times, both included.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub struct Plan {
    /// The earliest time.
    pub earliest: i64,
    /// The latest time.
    pub latest: i64,
    /// What happens.
    pub event: Event,
}

/// A worker or a job master.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Party {
    /// What it knows of its master.
    pub client: Guarded<MasterClient>,
    /// Its loop.
    pub run_loop: Guarded<RunLoop>,
    /// Whether it holds what only one may hold.
    pub holds: bool,
}

/// An executor, as it sees itself and as the server sees it.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Node {
    /// As it sees itself.
    pub own: Guarded<Executor>,
    /// As the server sees it.
    pub registered: Guarded<RegisteredExecutor>,
}

/// Who waits for whom, and until when.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct State {
    /// What the run is about, once it has begun.
    pub scenario: Option<Scenario>,
    /// The time.
    pub now: MonotonicTime,
    /// What is to happen, sorted.
    pub plans: Vec<Plan>,
    /// The worker.
    pub worker: Option<Shared<Party>>,
    /// Its job master, where it has a part.
    pub job_master: Option<Shared<Party>>,
    /// The table of the master that may give the work away.
    pub manager: Shared<WorkerManager>,
    /// The executor, where it is about executors.
    pub node: Option<Shared<Node>>,
    pub(super) trail: Trail,
}

impl State {
    pub(super) fn party_mut(&mut self, who: Who) -> Option<&mut Shared<Party>> {
        match who {
            Who::Worker => self.worker.as_mut(),
            Who::JobMaster => self.job_master.as_mut(),
        }
    }

    /// Plans something for between two times from now on.
    pub(super) fn plan(&mut self, event: Event, after: i64, at_most: i64) {
        let now = self.now.0;
        self.plan_between(
            event,
            now.saturating_add(after),
            now.saturating_add(at_most),
        );
    }

    pub(super) fn plan_between(&mut self, event: Event, earliest: i64, latest: i64) {
        self.plans.push(Plan {
            earliest,
            latest,
            event,
        });
        self.plans.sort_unstable();
    }

    /// The next time at which something may happen or must have.
    pub(super) fn next_instant(&self) -> Option<i64> {
        let bounds = self
            .plans
            .iter()
            .flat_map(|plan| [plan.earliest, plan.latest]);
        bounds
            .filter(|bound| *bound > self.now.0 && *bound < i64::MAX)
            .min()
    }
}

impl Trailed for State {
    fn trail(&self) -> &Trail {
        &self.trail
    }
}
