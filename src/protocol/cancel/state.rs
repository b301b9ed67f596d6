//! What a request to cancel and those around it are in at a moment.

use crate::framework::{
    Cancellation, CancellationState, JobManager, JobMasterBusiness, JobMasterBusinessState,
    JobRows, Policy,
};
use crate::machine::Guarded;
use crate::protocol::{Shared, Trail, Trailed};
use crate::wire::{MasterMeta, MasterStateCode};

/// What the job is called.
pub(super) const JOB: &str = "j";

/// How many requests to stop may be under way.
pub(super) const CAPACITY: u8 = 2;

/// A state of the model [`Cancel`](super::Cancel).
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct State {
    pub(super) jobs: Shared<JobManager>,
    pub(super) rows: Shared<JobRows>,
    /// Whether the job's master is being dispatched.
    pub(super) is_ordered: bool,
    /// The job's master, while it lives.
    pub(super) master: Option<Master>,
    /// Whether the job's master is gone, and the job manager does not know it.
    pub(super) is_lost: bool,
    /// How many requests to stop are under way.
    pub(super) requests: u8,
    pub(super) trail: Trail,
}

/// The job's master.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct Master {
    pub(super) cancellation: Guarded<Cancellation>,
    pub(super) business: Guarded<JobMasterBusiness>,
    /// Of a call of `OnCancel` that has not been answered: whether its context lives.
    pub(super) call: Option<bool>,
    /// Whether it is to exit as canceled, as soon as that is stored.
    pub(super) is_to_exit: bool,
}

impl State {
    /// A job that is created, and is being dispatched.
    pub(super) fn new(policy: Policy) -> Self {
        let meta = MasterMeta {
            id: JOB.to_owned(),
            state: MasterStateCode::UNINIT,
            ..MasterMeta::default()
        };
        let mut rows = JobRows::new(policy);
        // There is no other job.
        let _ = rows.create(meta.clone());
        let mut jobs = JobManager::new(policy);
        let _ = jobs.register(meta);
        Self {
            jobs: Shared::new(jobs),
            rows: Shared::new(rows),
            is_ordered: true,
            master: None,
            is_lost: false,
            requests: 0,
            trail: Trail::default(),
        }
    }

    /// The stored state of the job.
    pub(super) fn stored(&self) -> MasterStateCode {
        self.rows.load_or_uninit(JOB).state
    }

    /// Whether the job is to be canceled and has not ended.
    pub(super) fn is_canceling(&self) -> bool {
        self.jobs.is_canceling(JOB) && !self.stored().is_terminated()
    }
}

impl Master {
    /// Whether a call of `OnCancel` is under way, answered or not.
    pub(super) fn is_calling(&self) -> bool {
        *self.cancellation.state() == CancellationState::Calling
    }

    /// Whether its business logic waits for its worker.
    pub(super) fn waits_for_worker(&self) -> bool {
        *self.business.state() == JobMasterBusinessState::Canceling
    }
}

impl Trailed for State {
    fn trail(&self) -> &Trail {
        &self.trail
    }
}
