//! The job manager's process, and the calls of the framework that a step makes of it. It
//! is compiled here, and it is the text in whose terms a transcript is written.

use std::collections::BTreeMap;

use crate::framework::manager::{Effect, ManagerError, Receipt, TickInput, Ticked, WorkerManager};
use crate::framework::{
    ExitReason, Jitter, JobManager, JobManagerEffect, JobMasterSeen, JobRows, JobTableError,
    JobsView, Policy,
};
use crate::wire::{
    Epoch, HeartbeatPing, MasterId, MasterMeta, MasterStateCode, MonotonicTime, WorkerStateCode,
    WorkerStatus, WorkerStatusMessage,
};

const NOW: MonotonicTime = MonotonicTime(0);

/// One incarnation of the job manager.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct Manager {
    pub(super) workers: WorkerManager,
    pub(super) jobs: JobManager,
}

/// A job manager that has to recover first, unless it is the first one.
pub(super) fn manager(epoch: Epoch, policy: Policy) -> Manager {
    let workers = if epoch == 1 {
        WorkerManager::new(epoch, policy)
    } else {
        WorkerManager::after_failover(epoch, policy)
    };
    Manager {
        workers,
        jobs: JobManager::new(policy),
    }
}

/// The record of a job, as far as the job manager looks at it.
pub(super) fn meta(job: &str, state: MasterStateCode) -> MasterMeta {
    MasterMeta {
        id: job.to_owned(),
        state,
        ..MasterMeta::default()
    }
}

/// The record of a job's master, as a worker.
pub(super) fn status(job: &str, epoch: Epoch, state: WorkerStateCode) -> WorkerStatus {
    WorkerStatus {
        id: job.to_owned(),
        epoch,
        state,
        ..WorkerStatus::default()
    }
}

/// Loads the stored job masters; whether recovery has ended by it.
pub(super) fn recover(
    manager: &mut Manager,
    rows: Vec<WorkerStatus>,
) -> (Result<(), ManagerError>, bool) {
    let mut effects = Vec::new();
    let recovered = manager
        .workers
        .recover(&mut effects)
        .and_then(|()| manager.workers.rows_loaded(rows, NOW, &mut effects));
    (recovered, has_recovered(&effects))
}

fn has_recovered(effects: &[Effect<'_>]) -> bool {
    effects.contains(&Effect::RecoveryEnded { error: None })
}

/// What came of a ping: how it was received, whether it was answered, and whether the wait
/// for the workers has ended by it.
pub(super) type Heard = (Result<Receipt, ManagerError>, bool, bool);

/// The ping of a job's master that knows the job manager.
pub(super) fn sign_of_life(
    manager: &Manager,
    job: &str,
    epoch: Epoch,
    is_finished: bool,
) -> HeartbeatPing {
    HeartbeatPing {
        from_worker_id: job.to_owned(),
        epoch: manager.workers.epoch(),
        worker_epoch: epoch,
        is_finished,
        ..HeartbeatPing::default()
    }
}

/// The job manager takes such a ping.
pub(super) fn ping(manager: &mut Manager, job: &str, epoch: Epoch, is_finished: bool) -> Heard {
    let ping = sign_of_life(manager, job, epoch, is_finished);
    let mut effects = Vec::new();
    let receipt = manager.workers.heartbeat(&ping, "x", NOW, &mut effects);
    let is_answered = effects
        .iter()
        .any(|effect| matches!(effect, Effect::Pong(_)));
    (receipt, is_answered, has_recovered(&effects))
}

/// The status of a job's master that knows the job manager.
pub(super) fn message(manager: &Manager, status: WorkerStatus) -> WorkerStatusMessage {
    WorkerStatusMessage {
        worker: status.id.clone(),
        master_epoch: manager.workers.epoch(),
        status: Some(status),
    }
}

/// The job manager takes such a status.
pub(super) fn report(manager: &mut Manager, status: WorkerStatus) -> Result<Receipt, ManagerError> {
    let message = message(manager, status);
    manager.workers.status_message(message, &mut Vec::new())
}

/// Looks for job masters that have gone silent.
pub(super) fn check(manager: &mut Manager) -> Result<(), ManagerError> {
    manager.workers.check(NOW, &mut Vec::new())
}

/// The wait for the workers ends; whether it was under way.
pub(super) fn wake(manager: &mut Manager) -> bool {
    let mut effects = Vec::new();
    manager.workers.wake(NOW, &mut effects);
    has_recovered(&effects)
}

/// A job's master cannot be dispatched.
pub(super) fn abort(manager: &mut Manager, job: &str, error: &str) {
    manager.workers.abort(job, error, &mut Vec::new());
}

/// Goes on with a tick of the job manager's table of workers.
pub(super) fn tick(
    manager: &mut Manager,
    input: TickInput<'_>,
) -> (Result<Ticked, ManagerError>, Vec<Effect<'static>>) {
    let mut effects = Vec::new();
    (manager.workers.tick(input, &mut effects), effects)
}

/// Cleans the tombstone of a job's master.
pub(super) fn clean(manager: &mut Manager, job: &str) -> Result<(), ManagerError> {
    manager.workers.clean(job, &mut Vec::new())?;
    manager.workers.cleaned(job, Ok(()))
}

/// The stored states of the jobs that can be seen.
pub(super) fn stored(rows: &JobRows) -> BTreeMap<MasterId, MasterStateCode> {
    rows.iter().map(|row| (row.id.clone(), row.state)).collect()
}

/// The job manager looks after its jobs.
pub(super) fn look_after(
    manager: &mut Manager,
    rows: &JobRows,
) -> (Result<(), JobTableError>, Vec<JobManagerEffect>) {
    let workers: Vec<_> = manager
        .workers
        .workers()
        .map(|handle| {
            let job = handle.worker().to_owned();
            let entry = manager.workers.entry(&job);
            JobMasterSeen {
                is_tombstone: entry.is_some_and(|(_, state)| state.is_tombstone()),
                is_heard: entry.is_some_and(|(_, state)| !state.is_unheard()),
                job,
            }
        })
        .collect();
    let view = JobsView {
        now: NOW,
        ready: manager.workers.state().is_ready(),
        workers: &workers,
        rows: &stored(rows),
        quota: 100,
    };
    let mut effects = Vec::new();
    (manager.jobs.tick(&view, &mut effects), effects)
}

/// A new job manager takes over the jobs that it finds.
pub(super) fn take_over(manager: &mut Manager, rows: &JobRows) -> Result<(), JobTableError> {
    let found = rows.iter().map(|row| meta(&row.id, row.state));
    manager.jobs.take_over(found)
}

/// A user creates a job.
pub(super) fn create(
    manager: &mut Manager,
    job: &str,
) -> (Result<(), JobTableError>, Vec<JobManagerEffect>) {
    let mut effects = Vec::new();
    let meta = meta(job, MasterStateCode::UNINIT);
    (manager.jobs.create(meta, &mut effects), effects)
}

/// A job's master could not be dispatched.
pub(super) fn dispatch_failed(
    manager: &mut Manager,
    job: &str,
    for_good: bool,
) -> (Result<(), JobTableError>, Vec<JobManagerEffect>) {
    let mut effects = Vec::new();
    let failed = manager
        .jobs
        .dispatch_failed(job, for_good, NOW, Jitter::NONE, &mut effects);
    (failed, effects)
}

/// A job's master is gone.
pub(super) fn worker_offline(
    manager: &mut Manager,
    job: &str,
    ended: Option<ExitReason>,
) -> Vec<JobManagerEffect> {
    let mut effects = Vec::new();
    manager
        .jobs
        .worker_offline(job, ended, NOW, Jitter::NONE, &mut effects);
    effects
}

/// The operator looks after the jobs that are to be canceled.
pub(super) fn operate(manager: &mut Manager, rows: &JobRows) -> Vec<JobManagerEffect> {
    let mut effects = Vec::new();
    manager.jobs.operator_tick(&stored(rows), &mut effects);
    effects
}
