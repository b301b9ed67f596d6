//! The state: the job master's incarnation, the records, the workers.

use std::fmt;

use super::message::{Message, Ping, Pong, Status};
use crate::framework::manager::WorkerManager;
use crate::framework::{
    JobMasterBusiness, JobMasterBusinessEvent, JobRows, MasterClient, Policy, Role, Rule, StartUp,
    StartUpEffect, StartUpState, WorkerEntry, WorkerEntryState,
};
use crate::machine::Guarded;
use crate::protocol::{Configuration, Shared, Trail};
use crate::wire::{Epoch, MasterMeta, WorkerStateCode, WorkerStatus};

/// The id of the job.
pub(super) const JOB: &str = "j";

/// The node of every incarnation of the job master.
pub(super) const MASTER_NODE: &str = "x";

/// The node of every worker.
pub(super) const WORKER_NODE: &str = "y";

/// The epoch of every worker: their ids are different, so that one will do.
pub(super) const WORKER_EPOCH: Epoch = 3;

/// How many workers live for a task at most.
const WORKERS_OF_A_TASK: u8 = 2;

/// Which worker it is: two for the first task, two for the second, …
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_structs, reason = "it is nothing but its number")]
pub struct WorkerNumber(pub u8);

impl WorkerNumber {
    const IDS: [&'static str; 6] = ["w1", "w1b", "w2", "w2b", "w3", "w3b"];

    /// The id of the worker.
    #[must_use]
    pub fn id(self) -> &'static str {
        Self::IDS.get(self.index()).copied().unwrap_or_default()
    }

    /// The number of its task, from 0.
    #[must_use]
    pub fn task(self) -> u8 {
        self.0 / WORKERS_OF_A_TASK
    }

    /// Whether it is one with which everything goes wrong that may: those of the first task.
    /// The others are there to be waited for.
    pub(super) fn is_watched(self) -> bool {
        self.task() == 0
    }

    pub(super) fn of_id(id: &str) -> Option<Self> {
        let number = Self::IDS.iter().position(|known| *known == id)?;
        Some(Self(u8::try_from(number).ok()?))
    }

    /// The workers of a task.
    pub(super) fn of_task(task: u8) -> impl Iterator<Item = Self> {
        let first = task * WORKERS_OF_A_TASK;
        (first..first + WORKERS_OF_A_TASK).map(Self)
    }

    pub(super) fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl fmt::Display for WorkerNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

/// What is stored or told of a worker, in the order in which it comes.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Report {
    /// It was dispatched; it has not reported anything.
    Nothing,
    /// It has started.
    Started,
    /// It works, and has something of its own to say.
    Working,
    /// Its work is done.
    Finished,
}

impl Report {
    /// The status in which it is told.
    pub(super) fn status(self, worker: WorkerNumber) -> WorkerStatus {
        let (state, says) = match self {
            Self::Nothing => (WorkerStateCode::default(), false),
            Self::Started => (WorkerStateCode::INIT, false),
            Self::Working => (WorkerStateCode::NORMAL, true),
            Self::Finished => (WorkerStateCode::FINISHED, true),
        };
        WorkerStatus {
            job_id: JOB.to_owned(),
            id: worker.id().to_owned(),
            state,
            epoch: WORKER_EPOCH,
            extend_bytes: says.then(Vec::new),
            ..WorkerStatus::default()
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Nothing => "nothing",
            Self::Started => "started",
            Self::Working => "working",
            Self::Finished => "finished",
        })
    }
}

/// How far a worker is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum WorkerPhase {
    /// Its loop starts or runs, and it has nothing to say yet.
    Silent,
    /// Its loop runs, and it has reported what it does.
    Working,
    /// Its loop has ended, and it says goodbye.
    Closing,
}

/// A worker that is there.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct Worker {
    pub(super) phase: WorkerPhase,
    pub(super) client: Shared<Guarded<MasterClient>>,
}

/// A worker, or what is left of it.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub(super) struct Place {
    pub(super) worker: Option<Worker>,
    /// Its record.
    pub(super) row: Option<Report>,
    pub(super) ping: Option<Ping>,
    pub(super) pong: Option<Pong>,
    pub(super) status: Option<Status>,
}

impl Place {
    /// Whether its loop starts or runs.
    pub(super) fn is_live(&self) -> bool {
        let worker = self.worker.as_ref();
        worker.is_some_and(|worker| worker.phase < WorkerPhase::Closing)
    }

    pub(super) fn messages(&self) -> impl Iterator<Item = Message> {
        let ping = self.ping.map(Message::Ping).into_iter();
        let pong = self.pong.map(Message::Pong);
        ping.chain(pong).chain(self.status.map(Message::Status))
    }

    pub(super) fn remove(&mut self, message: Message) {
        match message {
            Message::Ping(_) => self.ping = None,
            Message::Pong(_) => self.pong = None,
            Message::Status(_) => self.status = None,
        }
    }
}

/// What has become of the message by which a worker has told a master of its end.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) enum EndTold {
    /// It has not arrived.
    #[default]
    No,
    /// It was put aside or dropped.
    NotQueued,
    /// It waits for a tick, or was delivered.
    Queued,
}

/// An incarnation of the job master.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct Master {
    pub(super) start: Guarded<StartUp>,
    /// What its start has still to do.
    pub(super) to_do: Vec<StartUpEffect>,
    pub(super) manager: Option<Shared<WorkerManager>>,
    /// Whether it takes messages of its workers.
    pub(super) listens: bool,
    /// Whether the records of its workers are to be read.
    pub(super) reads_rows: bool,
    /// The records as they were read.
    pub(super) rows: Option<Vec<Option<Report>>>,
    /// Its business logic, for each task.
    pub(super) business: Vec<Guarded<JobMasterBusiness>>,
    /// For each worker, what has become of the message that tells of its end, until
    /// recovery has ended.
    pub(super) end_told: Vec<EndTold>,
}

impl Master {
    pub(super) fn new(configuration: &Configuration, tasks: u8) -> Self {
        let policy = configuration.policy;
        let mut business = Guarded::new(JobMasterBusiness::new(policy));
        let made = business.apply(&JobMasterBusinessEvent::Create, &mut Vec::new());
        debug_assert!(made.is_ok(), "it was not made before");
        Self {
            start: Guarded::new(StartUp::new(Role::JobMaster, policy)),
            to_do: Vec::new(),
            manager: None,
            listens: false,
            reads_rows: false,
            rows: None,
            business: vec![business; usize::from(tasks)],
            end_told: vec![EndTold::No; usize::from(tasks * WORKERS_OF_A_TASK)],
        }
    }

    pub(super) fn runs(&self) -> bool {
        *self.start.state() == StartUpState::Started
    }

    /// Whether it knows its workers.
    pub(super) fn is_ready(&self) -> bool {
        let manager = self.manager.as_ref();
        manager.is_some_and(|manager| manager.state().is_ready())
    }

    pub(super) fn entry(&self, worker: WorkerNumber) -> Option<(&WorkerEntry, WorkerEntryState)> {
        self.manager.as_ref()?.entry(worker.id())
    }
}

/// A state of the model.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct State {
    pub(super) trail: Trail,
    /// The epoch of the last incarnation of the job master, 0 before the first.
    pub(super) epoch: Epoch,
    pub(super) master: Option<Shared<Master>>,
    /// Whether a process has ended by an assertion, so that the story ends.
    pub(super) has_failed: bool,
    pub(super) jobs: Shared<JobRows>,
    pub(super) places: Vec<Place>,
    /// For each task, whether the business logic knows that it is done.
    pub(super) done: Vec<bool>,
}

impl State {
    pub(super) fn new(configuration: &Configuration, tasks: u8) -> Self {
        let mut jobs = JobRows::new(configuration.policy);
        let job = MasterMeta {
            id: JOB.to_owned(),
            ..MasterMeta::default()
        };
        let created = jobs.create(job);
        debug_assert!(created.is_ok(), "there is no other job");
        Self {
            trail: Trail::default(),
            epoch: 0,
            master: None,
            has_failed: false,
            jobs: Shared::new(jobs),
            places: vec![Place::default(); usize::from(tasks * WORKERS_OF_A_TASK)],
            done: vec![false; usize::from(tasks)],
        }
    }

    pub(super) fn workers(&self) -> impl Iterator<Item = (WorkerNumber, &Place)> {
        self.places
            .iter()
            .enumerate()
            .map(|(number, place)| (WorkerNumber(number as u8), place))
    }

    pub(super) fn place(&self, worker: WorkerNumber) -> &Place {
        &self.places[worker.index()]
    }

    pub(super) fn place_mut(&mut self, worker: WorkerNumber) -> &mut Place {
        &mut self.places[worker.index()]
    }

    pub(super) fn tasks(&self) -> impl Iterator<Item = u8> + use<> {
        0..self.done.len() as u8
    }

    /// How many workers live for a task.
    #[must_use]
    pub fn live_workers(&self, task: u8) -> usize {
        let of_task = WorkerNumber::of_task(task);
        of_task
            .filter(|worker| self.place(*worker).is_live())
            .count()
    }

    /// How far a worker is, if it is there.
    #[must_use]
    pub fn phase(&self, worker: WorkerNumber) -> Option<WorkerPhase> {
        Some(self.places.get(worker.index())?.worker.as_ref()?.phase)
    }

    /// What is stored of a worker.
    #[must_use]
    pub fn row(&self, worker: WorkerNumber) -> Option<Report> {
        self.places.get(worker.index())?.row
    }

    /// The epoch of the last incarnation of the job master, 0 before the first.
    #[must_use]
    pub fn master_epoch(&self) -> Epoch {
        self.epoch
    }

    /// The job master's table of workers, if it is there.
    #[must_use]
    pub fn manager(&self) -> Option<&WorkerManager> {
        self.master.as_ref()?.manager.as_deref()
    }

    /// Whether nothing comes of a message for this incarnation of the job master: there is
    /// another one by now, or will be, and it only drops what is not for it.
    pub(super) fn passes_over(&self, policy: Policy, epoch: Epoch) -> bool {
        let next = self.epoch + Epoch::from(self.master.is_none());
        let drops = [Rule::PongAfterAcceptance, Rule::HandlersAfterManager];
        epoch < next && drops.into_iter().all(|rule| policy.has(rule))
    }

    /// Forgets the messages of which nothing comes.
    pub(super) fn forget_passed_over(&mut self, policy: Policy) {
        for number in 0..self.places.len() {
            let Place { ping, status, .. } = &self.places[number];
            let is_over = |epoch| self.passes_over(policy, epoch);
            let (no_ping, no_status) = (
                ping.is_some_and(|ping| is_over(ping.epoch)),
                status.is_some_and(|status| is_over(status.epoch)),
            );
            let place = &mut self.places[number];
            if no_ping {
                place.ping = None;
            }
            if no_status {
                place.status = None;
            }
        }
    }

    /// An id of a task under which nothing is left of any worker. Tasks beside the first have
    /// one id.
    pub(super) fn free_id(&self, master: &Master, task: u8) -> Option<WorkerNumber> {
        let ids = if task == 0 { usize::MAX } else { 1 };
        WorkerNumber::of_task(task).take(ids).find(|worker| {
            *self.place(*worker) == Place::default() && master.entry(*worker).is_none()
        })
    }
}
