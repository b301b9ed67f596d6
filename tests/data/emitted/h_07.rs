// jobs: S17 online means heard
// Policy: original

#[test]
fn s17_online_means_heard() {

    use std::collections::BTreeMap;

    use fsmcheck::framework::manager::{Effect, ManagerError, Receipt, TickInput, Ticked, WorkerManager};
    use fsmcheck::framework::{
        ExitReason, Jitter, JobManager, JobManagerEffect, JobMasterSeen, JobRows, JobTableError,
        JobsView, Policy,
    };
    use fsmcheck::wire::{
        Epoch, HeartbeatPing, MasterId, MasterMeta, MasterStateCode, MonotonicTime, WorkerStateCode,
        WorkerStatus, WorkerStatusMessage,
    };

    const NOW: MonotonicTime = MonotonicTime(0);

    /// One incarnation of the job manager.
    #[derive(Clone, Debug, Eq, Hash, PartialEq)]
    struct Manager {
        workers: WorkerManager,
        jobs: JobManager,
    }

    /// A job manager that has to recover first, unless it is the first one.
    fn manager(epoch: Epoch, policy: Policy) -> Manager {
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
    fn meta(job: &str, state: MasterStateCode) -> MasterMeta {
        MasterMeta {
            id: job.to_owned(),
            state,
            ..MasterMeta::default()
        }
    }

    /// The record of a job's master, as a worker.
    fn status(job: &str, epoch: Epoch, state: WorkerStateCode) -> WorkerStatus {
        WorkerStatus {
            id: job.to_owned(),
            epoch,
            state,
            ..WorkerStatus::default()
        }
    }

    /// Loads the stored job masters; whether recovery has ended by it.
    fn recover(
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
    type Heard = (Result<Receipt, ManagerError>, bool, bool);

    /// The ping of a job's master that knows the job manager.
    fn sign_of_life(
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
    fn ping(manager: &mut Manager, job: &str, epoch: Epoch, is_finished: bool) -> Heard {
        let ping = sign_of_life(manager, job, epoch, is_finished);
        let mut effects = Vec::new();
        let receipt = manager.workers.heartbeat(&ping, "x", NOW, &mut effects);
        let is_answered = effects
            .iter()
            .any(|effect| matches!(effect, Effect::Pong(_)));
        (receipt, is_answered, has_recovered(&effects))
    }

    /// The status of a job's master that knows the job manager.
    fn message(manager: &Manager, status: WorkerStatus) -> WorkerStatusMessage {
        WorkerStatusMessage {
            worker: status.id.clone(),
            master_epoch: manager.workers.epoch(),
            status: Some(status),
        }
    }

    /// The job manager takes such a status.
    fn report(manager: &mut Manager, status: WorkerStatus) -> Result<Receipt, ManagerError> {
        let message = message(manager, status);
        manager.workers.status_message(message, &mut Vec::new())
    }

    /// Looks for job masters that have gone silent.
    fn check(manager: &mut Manager) -> Result<(), ManagerError> {
        manager.workers.check(NOW, &mut Vec::new())
    }

    /// The wait for the workers ends; whether it was under way.
    fn wake(manager: &mut Manager) -> bool {
        let mut effects = Vec::new();
        manager.workers.wake(NOW, &mut effects);
        has_recovered(&effects)
    }

    /// A job's master cannot be dispatched.
    fn abort(manager: &mut Manager, job: &str, error: &str) {
        manager.workers.abort(job, error, &mut Vec::new());
    }

    /// Goes on with a tick of the job manager's table of workers.
    fn tick(
        manager: &mut Manager,
        input: TickInput<'_>,
    ) -> (Result<Ticked, ManagerError>, Vec<Effect<'static>>) {
        let mut effects = Vec::new();
        (manager.workers.tick(input, &mut effects), effects)
    }

    /// Cleans the tombstone of a job's master.
    fn clean(manager: &mut Manager, job: &str) -> Result<(), ManagerError> {
        manager.workers.clean(job, &mut Vec::new())?;
        manager.workers.cleaned(job, Ok(()))
    }

    /// The stored states of the jobs that can be seen.
    fn stored(rows: &JobRows) -> BTreeMap<MasterId, MasterStateCode> {
        rows.iter().map(|row| (row.id.clone(), row.state)).collect()
    }

    /// The job manager looks after its jobs.
    fn look_after(
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
    fn take_over(manager: &mut Manager, rows: &JobRows) -> Result<(), JobTableError> {
        let found = rows.iter().map(|row| meta(&row.id, row.state));
        manager.jobs.take_over(found)
    }

    /// A user creates a job.
    fn create(
        manager: &mut Manager,
        job: &str,
    ) -> (Result<(), JobTableError>, Vec<JobManagerEffect>) {
        let mut effects = Vec::new();
        let meta = meta(job, MasterStateCode::UNINIT);
        (manager.jobs.create(meta, &mut effects), effects)
    }

    /// A job's master could not be dispatched.
    fn dispatch_failed(
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
    fn worker_offline(
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
    fn operate(manager: &mut Manager, rows: &JobRows) -> Vec<JobManagerEffect> {
        let mut effects = Vec::new();
        manager.jobs.operator_tick(&stored(rows), &mut effects);
        effects
    }
    use fsmcheck::framework::Rule;
    use fsmcheck::wire::Timestamp;

    const AGE: std::time::Duration = std::time::Duration::from_nanos(10_000_000_001);

    let policy = "original".parse::<Policy>().unwrap();
    let mut rows = JobRows::new(policy);
    let mut jm1 = manager(1, policy);
    if !jm1.workers.state().is_ready() {
        let _ = recover(&mut jm1, Vec::new());
    }

    // 1. user creates j with jm1
    assert_eq!(format!("{:?}", rows.create(meta("j", MasterStateCode::UNINIT))), "Ok(())");
    assert_eq!(format!("{:?}", create(&mut jm1, "j")), "(Ok(()), [CreateWorker(\"j\"), Register(\"j\")])");

    // 2. x cannot make j: a connection is lost
    abort(&mut jm1, "j", "connection lost");

    // 3. jm1 looks after its jobs
    assert_eq!(format!("{:?}", tick(&mut jm1, TickInput::Start)), "(Ok(Callback), [DispatchFailed { handle: Tombstone { worker: \"j\" }, error: \"connection lost\" }])");
    assert_eq!(format!("{:?}", dispatch_failed(&mut jm1, "j", false)), "(Err(NotAwaited { job: \"j\" }), [])");
}
