//! What a state of the model consists of.

use std::ops::Deref;
use std::sync::Arc;

use super::message::{Ping, Pong, Queue, Status};
use crate::framework::manager::WorkerManager;
use crate::framework::{
    ClientState, MasterClient, RunLoop, RunLoopState, StartUp, TaskRunner, WorkerEntry,
    WorkerEntryState,
};
use crate::machine::Guarded;
use crate::protocol::{Configuration, Shared, Trail, Trailed};
use crate::wire::{Epoch, MonotonicTime, WorkerStateCode};

/// How many executors there are.
pub(super) const N_EXECUTORS: usize = 2;

/// How many incarnations of a master, and of a worker, there may be.
pub(super) const N_INCARNATIONS: usize = 2;

/// A master, its workers, two executors, the store and what is under way between them.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct HeartbeatState {
    /// The epoch of the newest master, as it is stored.
    pub(super) master_epoch: Epoch,
    /// The newest master, if it runs.
    pub(super) master: Option<Shared<Manager>>,
    pub(super) workers: Arc<[Shared<Worker>]>,
    pub(super) executors: [Shared<TaskRunner>; N_EXECUTORS],
    pub(super) trail: Trail,
}

impl Trailed for HeartbeatState {
    fn trail(&self) -> &Trail {
        &self.trail
    }
}

/// A master's table of workers.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct Manager(pub(super) WorkerManager);

impl Deref for Manager {
    type Target = WorkerManager;

    fn deref(&self) -> &WorkerManager {
        &self.0
    }
}

/// What there is of one worker.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub(super) struct Worker {
    /// The last worker epoch that was given out.
    pub(super) last: Epoch,
    /// Whether that epoch is used up: its task was launched, its order was lost, or it was
    /// refused and who gave it is not there any more.
    pub(super) is_spent: bool,
    /// What is stored, by the id's [slot](Names::slot).
    pub(super) rows: [Option<Row>; N_INCARNATIONS],
    /// What an executor was asked to launch and has not confirmed.
    pub(super) order: Option<Order>,
    /// The incarnations that run, by their epochs.
    pub(super) incarnations: [Option<Shared<Incarnation>>; N_INCARNATIONS],
    /// What is under way, by executor.
    pub(super) links: [Link; N_EXECUTORS],
}

/// A worker's row, as far as it counts.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct Row {
    pub(super) epoch: Epoch,
    pub(super) state: WorkerStateCode,
}

/// A task that an executor has been told of.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct Order {
    pub(super) executor: usize,
    pub(super) epoch: Epoch,
    /// The master that ordered it.
    pub(super) master_epoch: Epoch,
    pub(super) submitted: MonotonicTime,
}

/// What is under way between a master and a worker on one executor.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(super) struct Link {
    pub(super) pings: Queue<Ping>,
    /// With those that nobody listens to: they are kept.
    pub(super) pongs: Queue<Pong>,
    pub(super) statuses: Queue<Status>,
}

/// An incarnation of a worker, from its launch until its run returns.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct Incarnation {
    pub(super) executor: usize,
    pub(super) epoch: Epoch,
    pub(super) client: Guarded<MasterClient>,
    pub(super) run_loop: Guarded<RunLoop>,
    /// Its start, while it starts.
    pub(super) start: Option<Guarded<StartUp>>,
    /// How often it has pinged in this age; noted only where no message may be late.
    pub(super) pings: u8,
}

impl Incarnation {
    /// Whether its loop starts or runs.
    pub(super) fn is_live(&self) -> bool {
        matches!(
            self.run_loop.state(),
            RunLoopState::Init | RunLoopState::Poll
        )
    }

    pub(super) fn has_goodbye_noted(&self) -> bool {
        *self.client.state() == ClientState::Closed
    }
}

impl Worker {
    pub(super) fn incarnations(&self) -> impl Iterator<Item = &Shared<Incarnation>> {
        self.incarnations.iter().flatten()
    }

    pub(super) fn incarnation(&self, epoch: Epoch) -> Option<&Shared<Incarnation>> {
        self.incarnations[index(epoch)].as_ref()
    }

    pub(super) fn incarnation_mut(&mut self, epoch: Epoch) -> &mut Option<Shared<Incarnation>> {
        &mut self.incarnations[index(epoch)]
    }

    /// How many loops start or run.
    pub(super) fn n_live(&self) -> usize {
        self.incarnations().filter(|who| who.is_live()).count()
    }
}

/// The place of an epoch among those that there may be.
pub(super) fn index(epoch: Epoch) -> usize {
    usize::try_from(epoch - 1)
        .unwrap_or_default()
        .min(N_INCARNATIONS - 1)
}

/// Who is called how.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names {
    is_alone: bool,
    same_id: bool,
}

impl Names {
    pub(super) fn of(configuration: &Configuration) -> Self {
        Self {
            is_alone: configuration.workers <= 1,
            same_id: configuration.same_id,
        }
    }

    /// The id of a worker in an epoch.
    pub(super) fn id(self, worker: usize, epoch: Epoch) -> &'static str {
        const JOBS: [&str; 4] = ["j", "j1", "j2", "j3"];
        const WORKERS: [[&str; N_INCARNATIONS]; 4] =
            [["w", "w'"], ["w1", "w1'"], ["w2", "w2'"], ["w3", "w3'"]];
        let place = if self.is_alone { 0 } else { worker + 1 };
        if self.same_id {
            JOBS[place]
        } else {
            WORKERS[place][index(epoch)]
        }
    }

    /// Where the row of an epoch is.
    pub(super) fn slot(self, epoch: Epoch) -> usize {
        if self.same_id { 0 } else { index(epoch) }
    }
}

/// The ids under which a worker may be known, each once.
pub(super) fn ids(names: Names, worker: usize) -> impl Iterator<Item = &'static str> {
    let n = if names.same_id { 1 } else { N_INCARNATIONS };
    (1..=n).map(move |epoch| names.id(worker, epoch as Epoch))
}

/// How an executor is called.
pub(super) fn executor(place: usize) -> &'static str {
    ["x", "y"][place]
}

/// The entry of a worker, under whatever id it is known.
pub(super) fn entry(
    manager: &WorkerManager,
    names: Names,
    worker: usize,
) -> Option<(&WorkerEntry, WorkerEntryState)> {
    ids(names, worker).find_map(|id| manager.entry(id))
}
