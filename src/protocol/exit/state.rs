//! The state: the worker, its record, what is under way, its master's table.

use crate::framework::manager::WorkerManager;
use crate::framework::{
    ClientEvent, ClientStart, InitOutcome, MasterClient, MasterInfo, Role, RunLoop, RunLoopEvent,
    RunLoopState, StatusWriter, WorkerBusiness, WorkerBusinessEvent, WorkerBusinessState,
};
use crate::machine::Guarded;
use crate::protocol::clock::NOW;
use crate::protocol::{Configuration, Shared, Trail};
use crate::wire::{Epoch, WorkerStateCode, WorkerStatus, WorkerStatusMessage};

pub(super) const MASTER: &str = "j";
pub(super) const MASTER_NODE: &str = "x";
pub(super) const MASTER_EPOCH: Epoch = 1;
pub(super) const WORKER: &str = "w1";
pub(super) const WORKER_NODE: &str = "y";
pub(super) const WORKER_EPOCH: Epoch = 2;
pub(super) const SUCCESSOR_EPOCH: Epoch = 3;

/// How many statuses are under way at most.
pub(super) const STATUSES: usize = 2;

/// With how many events waiting the master takes no further status before it ticks.
pub(super) const EVENTS: usize = 3;

/// The worker.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct Worker {
    pub(super) run_loop: Guarded<RunLoop>,
    pub(super) business: Guarded<WorkerBusiness>,
    pub(super) writer: Guarded<StatusWriter>,
    pub(super) client: Guarded<MasterClient>,
}

/// A ping or a pong under way.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct Beat {
    pub(super) is_finished: bool,
    pub(super) is_old: bool,
}

/// A state of the model.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct State {
    pub(super) trail: Trail,
    /// Whether a process has ended by an assertion, so that the story ends.
    pub(super) has_failed: bool,
    pub(super) manager: Shared<WorkerManager>,
    /// The worker, until it is gone.
    pub(super) worker: Option<Shared<Worker>>,
    /// What is stored of the worker.
    pub(super) row: Option<WorkerStateCode>,
    /// Whether the worker holds what its successor will need.
    pub(super) holds: bool,
    pub(super) is_canceled: bool,
    pub(super) has_successor: bool,
    pub(super) ping: Option<Beat>,
    pub(super) pong: Option<Beat>,
    pub(super) statuses: Vec<WorkerStateCode>,
}

pub(super) fn status(state: WorkerStateCode) -> WorkerStatus {
    WorkerStatus {
        job_id: MASTER.to_owned(),
        id: WORKER.to_owned(),
        state,
        epoch: WORKER_EPOCH,
        ..WorkerStatus::default()
    }
}

/// A status as the worker tells it.
pub(super) fn message(state: WorkerStateCode) -> WorkerStatusMessage {
    WorkerStatusMessage {
        worker: WORKER.to_owned(),
        master_epoch: MASTER_EPOCH,
        status: Some(status(state)),
    }
}

impl Worker {
    fn new(configuration: &Configuration) -> Self {
        let Configuration {
            policy, timeouts, ..
        } = *configuration;
        let start = ClientStart {
            master: MASTER.into(),
            worker: WORKER.into(),
            worker_epoch: WORKER_EPOCH,
            submitted: NOW,
            started: NOW,
        };
        let mut worker = Self {
            run_loop: Guarded::new(RunLoop::new(Role::Worker, policy, timeouts)),
            business: Guarded::new(WorkerBusiness::new(policy)),
            writer: Guarded::new(StatusWriter::new(Role::Worker, policy, timeouts)),
            client: Guarded::new(MasterClient::new(&start, policy, timeouts)),
        };
        let info = Some(MasterInfo {
            node: MASTER_NODE.into(),
            epoch: MASTER_EPOCH,
        });
        let outcome = InitOutcome::Succeeds;
        let started = worker
            .run_loop
            .apply(&RunLoopEvent::Run, &mut Vec::new())
            .is_ok()
            && worker
                .client
                .apply(&ClientEvent::MasterInfoRead { info }, &mut Vec::new())
                .is_ok()
            && [
                WorkerBusinessEvent::Create,
                WorkerBusinessEvent::Init { outcome },
            ]
            .iter()
            .all(|event| worker.business.apply(event, &mut Vec::new()).is_ok())
            && worker
                .run_loop
                .apply(&RunLoopEvent::Initialised { now: NOW }, &mut Vec::new())
                .is_ok();
        debug_assert!(started, "it starts as every worker does");
        worker
    }

    /// Whether its loop runs.
    pub(super) fn runs(&self) -> bool {
        *self.run_loop.state() == RunLoopState::Poll
    }

    /// Whether its business logic has said that it exits.
    pub(super) fn has_exited(&self) -> bool {
        *self.business.state() == WorkerBusinessState::Exited
    }
}

impl State {
    pub(super) fn new(configuration: &Configuration) -> Self {
        let Configuration {
            policy, timeouts, ..
        } = *configuration;
        let mut manager = WorkerManager::new(MASTER_EPOCH, policy)
            .with_worker_expiry(timeouts.worker + timeouts.grace);
        let mut effects = Vec::new();
        if !manager.state().is_ready() {
            let recovered = manager.recover(&mut effects).is_ok()
                && manager.rows_loaded(Vec::new(), NOW, &mut effects).is_ok();
            debug_assert!(recovered, "there is nothing to recover");
        }
        let started = manager.before_start(WORKER, WORKER_NODE, WORKER_EPOCH, NOW);
        debug_assert!(started.is_ok(), "the table is empty");
        Self {
            trail: Trail::default(),
            has_failed: false,
            manager: Shared::new(manager),
            worker: Some(Shared::new(Worker::new(configuration))),
            row: Some(WorkerStateCode::INIT),
            holds: true,
            is_canceled: false,
            has_successor: false,
            ping: None,
            pong: None,
            statuses: Vec::new(),
        }
    }

    /// What is stored of the worker.
    #[must_use]
    pub fn row(&self) -> Option<WorkerStateCode> {
        self.row
    }

    /// How far the worker's loop is, while the worker is there.
    #[must_use]
    pub fn run_loop(&self) -> Option<RunLoopState> {
        Some(*self.worker.as_ref()?.run_loop.state())
    }

    /// Whether the worker holds what its successor will need.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.holds
    }

    /// Whether the successor has started.
    #[must_use]
    pub fn has_successor(&self) -> bool {
        self.has_successor
    }
}
