//! What a job manager does with its jobs.
//!
//! It brings together the [table of jobs](JobTable), the [back-off](BackOff) of
//! each job and the [requests to cancel](JobOperation) them.
//!
//! | of the job manager | shown by |
//! |---|---|
//! | a job is created, and taken back when that fails at once | [`JobManager::create`], [`JobManager::creation_failed`] |
//! | it is registered before it is dispatched, with [`Rule::RegisteredBeforeDispatch`]; the original does it afterwards | [`JobManagerEffect::Register`] |
//! | a new job manager takes over the jobs that have not ended | [`JobManager::take_over`] |
//! | once its workers are known, it removes the entries of those that are gone ([`Rule::RecoveryCleansTombstones`]), counts the others as online ([`Rule::OnlineOnlyIfHeard`]: those it has heard of), and dispatches the rest | [`JobManager::tick`] |
//! | when there are too many it goes on at the next tick, and does all of it again | [`JobManager::has_taken_over`] |
//! | pending jobs are dispatched again when their back-off allows; those that failed too often are stored as failed, those that are to be canceled as stopped ([`Rule::CancelingStopsRedispatch`]) | [`JobManager::tick`] |
//! | with [`Rule::StoredStateRechecked`] a job that is stored as ended, or deleted, is not dispatched | [`JobManager::tick`] |
//! | a job that has ended is forgotten, one that is lost is run again | [`JobManager::worker_offline`] |
//! | a dispatch that has failed for good makes the job failed | [`JobManager::dispatch_failed`] |
//! | requests to cancel are carried out | [`JobManager::cancel`], [`JobManager::operator_tick`] |
//!
//! All of it is held by the tests of this file.

use std::collections::BTreeMap;

use super::back_off::{BackOff, BackOffEvent, BackOffTimes, Jitter};
use super::exit::ExitReason;
use super::job_operation::{
    AlreadyCanceled, JobOperation, JobOperationEffect, JobOperationEvent, JobSeen,
};
use super::job_table::{DispatchAnswer, JobTable, JobTableError};
use super::policy::{Policy, Rule};
use crate::machine::Guarded;
use crate::wire::{MasterId, MasterMeta, MasterStateCode, MonotonicTime, WorkerType};

/// What the job manager has to do.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "whoever embeds the job manager has to do all of them"
)]
pub enum JobManagerEffect {
    /// Have the master of the job created: schedule it, and dispatch it.
    CreateWorker(MasterId),
    /// Call [`JobManager::register`], after the creation before it was accepted.
    Register(MasterId),
    /// Remove the entry of the job's master, which is gone, and its record.
    CleanTombstone(MasterId),
    /// Store the state of the job.
    StoreState {
        /// The job.
        job: MasterId,
        /// The state.
        state: MasterStateCode,
    },
    /// Mark the record of the job as deleted.
    DeleteRow(MasterId),
    /// Send the job's master a request to stop, without waiting for room.
    SendStop(MasterId),
    /// Log that the job's master cannot be told to stop.
    LogNotRunning(MasterId),
    /// Call [`JobManager::operator_tick`] without waiting for its time.
    WakeOperator,
}

/// A job's master, as the table of workers has it.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "what the job manager looks at, all of it"
)]
pub struct JobMasterSeen {
    /// The job.
    pub job: MasterId,
    /// Whether it is gone.
    pub is_tombstone: bool,
    /// Whether it was heard of; otherwise it was ordered, no more.
    pub is_heard: bool,
}

/// What a job manager sees when it ticks.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "the input of a tick, all of it")]
pub struct JobsView<'a> {
    /// The present time.
    pub now: MonotonicTime,
    /// Whether the table of workers is ready.
    pub ready: bool,
    /// The jobs' masters in the table of workers.
    pub workers: &'a [JobMasterSeen],
    /// The stored states of jobs that are not deleted.
    pub rows: &'a BTreeMap<MasterId, MasterStateCode>,
    /// How many jobs may be dispatched now.
    pub quota: usize,
}

/// Why a job cannot be canceled.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CancelError {
    /// There is no record of it.
    #[error("there is no job `{job}` to cancel")]
    NotFound {
        /// The job.
        job: MasterId,
    },
    /// It was canceled before.
    #[error(transparent)]
    AlreadyCanceled(#[from] AlreadyCanceled),
}

impl CancelError {
    /// The code under which the original registered the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "DFLOW:ErrJobNotFound",
            Self::AlreadyCanceled(canceled) => canceled.code(),
        }
    }
}

/// The job manager, as far as its jobs are concerned.
///
/// # Examples
///
/// ```
/// use std::collections::BTreeMap;
///
/// use fsmcheck::framework::{Jitter, JobManager, JobManagerEffect, JobsView, Policy};
/// use fsmcheck::wire::{MasterMeta, MasterStateCode, MonotonicTime, WorkerType};
///
/// let mut jobs = JobManager::new(Policy::hardened());
/// let mut effects = Vec::new();
/// jobs.create(MasterMeta { id: "a".to_owned(), ..MasterMeta::default() }, &mut effects)?;
/// assert_eq!(effects, [JobManagerEffect::CreateWorker("a".to_owned())]);
///
/// // The job's master is lost; it is created again when the back-off allows.
/// effects.clear();
/// jobs.worker_offline("a", None, MonotonicTime(0), Jitter::NONE, &mut effects);
/// let rows = BTreeMap::from([("a".to_owned(), MasterStateCode::INIT)]);
/// let now = MonotonicTime(5_000_000_000);
/// let view = JobsView { now, ready: true, workers: &[], rows: &rows, quota: 100 };
/// jobs.tick(&view, &mut effects)?;
/// assert_eq!(
///     effects,
///     [
///         JobManagerEffect::CleanTombstone("a".to_owned()),
///         JobManagerEffect::CreateWorker("a".to_owned()),
///     ]
/// );
/// # Ok::<(), fsmcheck::framework::JobTableError>(())
/// ```
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct JobManager {
    policy: Policy,
    times: BackOffTimes,
    table: JobTable,
    back_offs: BTreeMap<MasterId, Guarded<BackOff>>,
    operations: BTreeMap<MasterId, Guarded<JobOperation>>,
    taken_over: bool,
}

impl JobManager {
    /// A job manager without jobs, with the original's back-off.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self::with_back_off(policy, BackOffTimes::default())
    }

    /// A job manager without jobs.
    #[must_use]
    pub fn with_back_off(policy: Policy, times: BackOffTimes) -> Self {
        Self {
            policy,
            times,
            table: JobTable::new(policy),
            ..Self::default()
        }
    }

    /// The jobs.
    #[must_use]
    pub fn table(&self) -> &JobTable {
        &self.table
    }

    /// Whether everything has been done that a new job manager does first.
    #[must_use]
    pub fn has_taken_over(&self) -> bool {
        self.taken_over
    }

    /// Whether a job is to be canceled.
    #[must_use]
    pub fn is_canceling(&self, job: &str) -> bool {
        self.operations
            .get(job)
            .is_some_and(JobOperation::is_canceling)
    }

    /// A user has created a job, whose record was inserted.
    ///
    /// # Errors
    ///
    /// Under [`Rule::RegisteredBeforeDispatch`], when the job is known already.
    pub fn create(
        &mut self,
        meta: MasterMeta,
        effects: &mut Vec<JobManagerEffect>,
    ) -> Result<(), JobTableError> {
        let job = meta.id.clone();
        if self.policy.has(Rule::RegisteredBeforeDispatch) {
            self.table.dispatched(meta, false)?;
            effects.push(JobManagerEffect::CreateWorker(job));
        } else {
            effects.push(JobManagerEffect::CreateWorker(job.clone()));
            effects.push(JobManagerEffect::Register(job));
        }
        Ok(())
    }

    /// Registers a job whose creation was accepted.
    ///
    /// # Errors
    ///
    /// Under [`Rule::RegisteredBeforeDispatch`], when the job is known already.
    pub fn register(&mut self, meta: MasterMeta) -> Result<(), JobTableError> {
        self.table.dispatched(meta, false)
    }

    /// A job's master could not even be ordered: its creation is taken back.
    pub fn creation_failed(&mut self, job: &str, effects: &mut Vec<JobManagerEffect>) {
        self.table.roll_back(job);
        effects.push(JobManagerEffect::DeleteRow(job.to_owned()));
    }

    /// A new job manager has found these jobs in the store.
    ///
    /// # Errors
    ///
    /// Under [`Rule::RegisteredBeforeDispatch`], when a job is known already; the
    /// jobs after it are not taken over.
    pub fn take_over(
        &mut self,
        found: impl IntoIterator<Item = MasterMeta>,
    ) -> Result<(), JobTableError> {
        found
            .into_iter()
            .filter(|meta| {
                // The job manager has a record among those of the jobs.
                meta.kind != WorkerType::JOB_MANAGER && !meta.state.is_terminated()
            })
            .try_for_each(|meta| self.table.dispatched(meta, true))
    }

    /// The job manager looks after its jobs.
    ///
    /// # Errors
    ///
    /// As the walks over the table, but for a quota that is used up.
    pub fn tick(
        &mut self,
        view: &JobsView<'_>,
        effects: &mut Vec<JobManagerEffect>,
    ) -> Result<(), JobTableError> {
        let mut quota = view.quota;
        self.dispatch_pending(view, &mut quota, effects)?;
        if view.ready && !self.taken_over {
            self.taken_over = self.finish_taking_over(view, &mut quota, effects)?;
        }
        Ok(())
    }

    /// A job's master was heard of for the first time.
    ///
    /// # Errors
    ///
    /// When the job is not awaited; the original's leader ends by it.
    pub fn worker_online(&mut self, job: &str, now: MonotonicTime) -> Result<(), JobTableError> {
        self.note(job, BackOffEvent::Succeeded { now });
        self.table.online(job, true)
    }

    /// A job's master is gone: it has said why it ended, or is lost (`None`).
    pub fn worker_offline(
        &mut self,
        job: &str,
        ended: Option<ExitReason>,
        now: MonotonicTime,
        jitter: Jitter,
        effects: &mut Vec<JobManagerEffect>,
    ) {
        if ended == Some(ExitReason::Canceled) {
            effects.push(JobManagerEffect::WakeOperator);
        }
        effects.push(JobManagerEffect::CleanTombstone(job.to_owned()));
        if ended.is_some() {
            self.back_offs.remove(job);
        } else {
            self.note(job, BackOffEvent::Failed { now, jitter });
        }
        self.table.offline(job, ended.is_none());
    }

    /// A job's master could not be dispatched, perhaps for good.
    ///
    /// # Errors
    ///
    /// When the dispatch did not fail for good and the job is not awaited; the
    /// original's leader ends by it.
    pub fn dispatch_failed(
        &mut self,
        job: &str,
        for_good: bool,
        now: MonotonicTime,
        jitter: Jitter,
        effects: &mut Vec<JobManagerEffect>,
    ) -> Result<(), JobTableError> {
        if for_good {
            effects.push(store(job, MasterStateCode::FAILED));
            self.table.offline(job, false);
            return Ok(());
        }
        self.note(job, BackOffEvent::Failed { now, jitter });
        self.table.dispatch_failed(job)
    }

    /// A user asks for a job to be canceled that is stored in this state, if it is
    /// stored. Returns whether the job is being canceled now; one that has ended is
    /// left alone.
    ///
    /// # Errors
    ///
    /// When there is no record of the job, or it was canceled before.
    pub fn cancel(
        &mut self,
        job: &str,
        stored: Option<MasterStateCode>,
        effects: &mut Vec<JobManagerEffect>,
    ) -> Result<bool, CancelError> {
        let Some(stored) = stored else {
            return Err(CancelError::NotFound {
                job: job.to_owned(),
            });
        };
        let operation = self.operations.entry(job.to_owned()).or_default();
        let canceling = JobOperation::request_cancel(operation, stored)?;
        if canceling {
            effects.push(JobManagerEffect::WakeOperator);
        }
        Ok(canceling)
    }

    /// The operator looks after the jobs that are to be canceled, whose stored
    /// states are these.
    pub fn operator_tick(
        &mut self,
        rows: &BTreeMap<MasterId, MasterStateCode>,
        effects: &mut Vec<JobManagerEffect>,
    ) {
        for (job, operation) in &mut self.operations {
            let online = self.table.query_online(job).is_some();
            let seen = JobSeen::new(rows.get(job).copied(), online);
            let mut done = Vec::new();
            // One that is not being canceled has nothing to do.
            let _ = operation.handle_with_context(&JobOperationEvent::Ticked(seen), &mut done);
            effects.extend(done.into_iter().map(|effect| match effect {
                JobOperationEffect::SendStop => JobManagerEffect::SendStop(job.clone()),
                JobOperationEffect::NotRunning => JobManagerEffect::LogNotRunning(job.clone()),
            }));
        }
    }

    /// Forgets how often a job has failed, and that it has to wait because of it. So its
    /// back-off can end, and be counted anew, where no clock runs on.
    pub fn forget_failures(&mut self, job: &str) {
        self.back_offs.remove(job);
    }

    /// Whether the back-off of a job keeps it from being dispatched now.
    #[must_use]
    pub fn is_backing_off(&self, job: &str, now: MonotonicTime) -> bool {
        let back_off = self.back_offs.get(job);
        back_off.is_some_and(|back_off| !back_off.storage().allows(now))
    }

    fn dispatch_pending(
        &mut self,
        view: &JobsView<'_>,
        quota: &mut usize,
        effects: &mut Vec<JobManagerEffect>,
    ) -> Result<(), JobTableError> {
        let (policy, operations, back_offs) = (self.policy, &self.operations, &mut self.back_offs);
        let walked = self.table.dispatch_pending(|meta| {
            let job = &meta.id;
            let back_off = back_offs.get(job);
            let canceling = policy.has(Rule::CancelingStopsRedispatch)
                && operations.get(job).is_some_and(JobOperation::is_canceling);
            if must_not_run(policy, view, job) {
                back_offs.remove(job);
                DispatchAnswer::GiveUp
            } else if canceling {
                effects.push(store(job, MasterStateCode::STOPPED));
                back_offs.remove(job);
                DispatchAnswer::GiveUp
            } else if back_off.is_some_and(BackOff::is_exhausted) {
                effects.push(store(job, MasterStateCode::FAILED));
                back_offs.remove(job);
                DispatchAnswer::GiveUp
            } else if back_off.is_some_and(|it| !it.storage().allows(view.now)) {
                DispatchAnswer::BackOff
            } else {
                order(job, quota, effects)
            }
        });
        within_quota(walked).map(|_| ())
    }

    /// Returns whether all of it could be done.
    fn finish_taking_over(
        &mut self,
        view: &JobsView<'_>,
        quota: &mut usize,
        effects: &mut Vec<JobManagerEffect>,
    ) -> Result<bool, JobTableError> {
        for worker in view.workers {
            if !worker.is_tombstone {
                // One that is not awaited, or not to be counted, is passed over.
                let _ = self.table.online(&worker.job, worker.is_heard);
            } else if self.policy.has(Rule::RecoveryCleansTombstones) {
                effects.push(JobManagerEffect::CleanTombstone(worker.job.clone()));
            }
        }
        let over: Vec<_> = self
            .table
            .wait_ack()
            .filter(|(job, found)| {
                found.is_to_be_dispatched() && must_not_run(self.policy, view, job)
            })
            .map(|(job, _)| job.to_owned())
            .collect();
        for job in over {
            self.table.give_up_awaited(&job);
        }
        let walked = self
            .table
            .dispatch_awaited(|meta| order(&meta.id, quota, effects));
        within_quota(walked)
    }

    fn note(&mut self, job: &str, event: BackOffEvent) {
        let back_off = self
            .back_offs
            .entry(job.to_owned())
            .or_insert_with(|| Guarded::new(BackOff::new(self.times)));
        // A back-off takes every event.
        let _ = back_off.handle(&event);
    }
}

/// Whether the store says that a job has ended or is deleted, where that is looked
/// at.
fn must_not_run(policy: Policy, view: &JobsView<'_>, job: &str) -> bool {
    let ended = view.rows.get(job).is_none_or(|state| state.is_terminated());
    policy.has(Rule::StoredStateRechecked) && ended
}

fn order(job: &str, quota: &mut usize, effects: &mut Vec<JobManagerEffect>) -> DispatchAnswer {
    if *quota == 0 {
        return DispatchAnswer::QuotaExceeded;
    }
    *quota -= 1;
    effects.push(JobManagerEffect::CreateWorker(job.to_owned()));
    DispatchAnswer::Dispatched
}

fn store(job: &str, state: MasterStateCode) -> JobManagerEffect {
    JobManagerEffect::StoreState {
        job: job.to_owned(),
        state,
    }
}

/// Whether a walk came to its end; a quota that is used up is no error.
fn within_quota(walked: Result<(), JobTableError>) -> Result<bool, JobTableError> {
    match walked {
        Ok(()) => Ok(true),
        Err(JobTableError::QuotaExceeded { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::JobState;
    use JobManagerEffect::{CleanTombstone, CreateWorker, LogNotRunning, Register, SendStop};

    const NOW: MonotonicTime = MonotonicTime(0);
    const LATER: MonotonicTime = MonotonicTime(5_000_000_000);

    type Rows = BTreeMap<MasterId, MasterStateCode>;

    fn job() -> MasterId {
        "a".to_owned()
    }

    fn meta(job: &str) -> MasterMeta {
        MasterMeta {
            id: job.to_owned(),
            state: MasterStateCode::INIT,
            ..MasterMeta::default()
        }
    }

    fn rows(state: MasterStateCode) -> Rows {
        BTreeMap::from([(job(), state)])
    }

    fn seen(job: &str, is_tombstone: bool, is_heard: bool) -> JobMasterSeen {
        JobMasterSeen {
            job: job.to_owned(),
            is_tombstone,
            is_heard,
        }
    }

    fn view<'a>(now: MonotonicTime, workers: &'a [JobMasterSeen], rows: &'a Rows) -> JobsView<'a> {
        JobsView {
            now,
            ready: true,
            workers,
            rows,
            quota: 100,
        }
    }

    fn tick(jobs: &mut JobManager, view: &JobsView<'_>) -> Vec<JobManagerEffect> {
        let mut effects = Vec::new();
        jobs.tick(view, &mut effects).unwrap();
        effects
    }

    /// A job manager with one job, which was created and is awaited.
    fn created(policy: Policy) -> JobManager {
        let mut jobs = JobManager::new(policy);
        let mut effects = Vec::new();
        jobs.create(meta("a"), &mut effects).unwrap();
        if effects.contains(&Register(job())) {
            jobs.register(meta("a")).unwrap();
        }
        jobs
    }

    /// A job manager with one job, which was lost.
    fn lost(policy: Policy) -> JobManager {
        let mut jobs = created(policy);
        jobs.worker_offline("a", None, NOW, Jitter::NONE, &mut Vec::new());
        jobs
    }

    fn state(jobs: &JobManager) -> Option<JobState> {
        jobs.table().query("a").map(|job| job.state())
    }

    /// The original as it is or was before a rule, and all rules.
    fn policies(rule: Rule) -> [(Policy, bool); 3] {
        [
            (Policy::before(rule), false),
            (Policy::original(), rule.is_original()),
            (Policy::hardened(), true),
        ]
    }

    #[test]
    fn registered_before_dispatch() {
        for (policy, on) in policies(Rule::RegisteredBeforeDispatch) {
            let mut jobs = JobManager::new(policy);
            let mut effects = Vec::new();
            jobs.create(meta("a"), &mut effects).unwrap();
            // The dispatch fails before the one who created the job goes on.
            let failed = jobs.dispatch_failed("a", false, NOW, Jitter::NONE, &mut Vec::new());
            if on {
                assert_eq!(effects, [CreateWorker(job())]);
                assert_eq!(failed, Ok(()));
                assert_eq!(state(&jobs), Some(JobState::Pending));
                let again = jobs.create(meta("a"), &mut effects).unwrap_err();
                assert_eq!(again.rule(), Some(Rule::RegisteredBeforeDispatch));
                assert_eq!(effects.len(), 1);
            } else {
                assert_eq!(effects, [CreateWorker(job()), Register(job())]);
                assert_eq!(failed.unwrap_err().code(), Some("DFLOW:ErrWorkerNotFound"));
                jobs.register(meta("a")).unwrap();
                // Nobody will ever look after the job again.
                let rows = rows(MasterStateCode::UNINIT);
                assert_eq!(tick(&mut jobs, &view(LATER, &[], &rows)), []);
                assert_eq!(state(&jobs), Some(JobState::WaitAck));
            }
        }
    }

    #[test]
    fn a_creation_that_fails_at_once_is_taken_back() {
        let mut jobs = created(Policy::hardened());
        let mut effects = Vec::new();
        jobs.creation_failed("a", &mut effects);
        assert_eq!(effects, [JobManagerEffect::DeleteRow(job())]);
        assert_eq!(state(&jobs), None);
    }

    #[test]
    fn recovery_cleans_tombstones() {
        for (policy, on) in policies(Rule::RecoveryCleansTombstones) {
            let mut jobs = JobManager::new(policy);
            jobs.take_over([meta("a"), meta("b")]).unwrap();
            let rows = [("a", 2), ("b", 2)]
                .map(|(job, state)| (job.to_owned(), MasterStateCode(state)))
                .into();
            let workers = [seen("a", true, true), seen("b", false, true)];
            let effects = tick(&mut jobs, &view(NOW, &workers, &rows));
            let created = CreateWorker(job());
            if on {
                assert_eq!(effects, [CleanTombstone(job()), created]);
            } else {
                // Whose entry is still there.
                assert_eq!(effects, [created]);
            }
            assert!(jobs.has_taken_over());
            assert!(jobs.table().query_online("b").is_some());
            assert_eq!(tick(&mut jobs, &view(NOW, &workers, &rows)), []);
        }
    }

    #[test]
    fn online_only_if_heard() {
        for (policy, on) in policies(Rule::OnlineOnlyIfHeard) {
            let mut jobs = created(policy);
            let workers = [seen("a", false, false)];
            let rows = rows(MasterStateCode::UNINIT);
            assert_eq!(tick(&mut jobs, &view(NOW, &workers, &rows)), []);
            assert_eq!(jobs.table().query_online("a").is_some(), !on);
            let first_ping = jobs.worker_online("a", NOW);
            assert_eq!(first_ping.is_ok(), on, "{first_ping:?}");
        }
    }

    #[test]
    fn canceling_stops_redispatch() {
        for (policy, on) in policies(Rule::CancelingStopsRedispatch) {
            let mut jobs = lost(policy);
            let mut effects = Vec::new();
            let canceling = jobs.cancel("a", Some(MasterStateCode::INIT), &mut effects);
            assert_eq!(canceling, Ok(true));
            assert_eq!(effects, [JobManagerEffect::WakeOperator]);
            let rows = rows(MasterStateCode::INIT);
            let effects = tick(&mut jobs, &view(LATER, &[], &rows));
            if on {
                assert_eq!(effects, [store("a", MasterStateCode::STOPPED)]);
                assert_eq!(state(&jobs), None);
            } else {
                assert_eq!(effects, [CreateWorker(job())]);
            }
        }
    }

    #[test]
    fn a_cancellation_comes_before_giving_up() {
        let times = BackOffTimes {
            max_failures: 1,
            ..BackOffTimes::default()
        };
        let ended = |canceled| {
            let mut jobs = JobManager::with_back_off(Policy::original(), times);
            jobs.register(meta("a")).unwrap();
            jobs.worker_offline("a", None, NOW, Jitter::NONE, &mut Vec::new());
            if canceled {
                jobs.cancel("a", Some(MasterStateCode::INIT), &mut Vec::new())
                    .unwrap();
            }
            tick(&mut jobs, &view(LATER, &[], &rows(MasterStateCode::INIT)))
        };
        assert_eq!(ended(false), [store("a", MasterStateCode::FAILED)]);
        assert_eq!(ended(true), [store("a", MasterStateCode::STOPPED)]);
    }

    #[test]
    fn stored_state_rechecked() {
        let stored = [
            rows(MasterStateCode::FINISHED),
            rows(MasterStateCode::FAILED),
            Rows::new(),
        ];
        for ((policy, on), rows) in policies(Rule::StoredStateRechecked)
            .into_iter()
            .flat_map(|policy| stored.iter().map(move |rows| (policy, rows)))
        {
            let expected: &[_] = if on { &[] } else { &[CreateWorker(job())] };
            let mut jobs = lost(policy);
            assert_eq!(tick(&mut jobs, &view(LATER, &[], rows)), expected);
            assert_eq!(state(&jobs).is_none(), on);
            // The same for what a new job manager had found before that.
            let mut jobs = JobManager::new(policy);
            jobs.take_over([meta("a")]).unwrap();
            assert_eq!(tick(&mut jobs, &view(LATER, &[], rows)), expected);
            assert_eq!(state(&jobs).is_none(), on);
        }
        // A job that has not ended is run again under any rules.
        for (policy, _) in policies(Rule::StoredStateRechecked) {
            let rows = rows(MasterStateCode::INIT);
            let mut jobs = lost(policy);
            assert_eq!(
                tick(&mut jobs, &view(LATER, &[], &rows)),
                [CreateWorker(job())]
            );
        }
    }

    #[test]
    fn a_lost_job_waits_for_its_back_off_and_is_given_up_in_the_end() {
        let times = BackOffTimes {
            max_failures: 2,
            ..BackOffTimes::default()
        };
        let mut jobs = JobManager::with_back_off(Policy::original(), times);
        jobs.register(meta("a")).unwrap();
        jobs.worker_offline("a", None, NOW, Jitter::NONE, &mut Vec::new());
        let rows = rows(MasterStateCode::INIT);
        let early = MonotonicTime(LATER.0 - 1);
        assert_eq!(tick(&mut jobs, &view(early, &[], &rows)), []);
        assert_eq!(
            tick(&mut jobs, &view(LATER, &[], &rows)),
            [CreateWorker(job())]
        );
        jobs.dispatch_failed("a", false, LATER, Jitter::NONE, &mut Vec::new())
            .unwrap();
        assert_eq!(
            tick(&mut jobs, &view(LATER, &[], &rows)),
            [store("a", MasterStateCode::FAILED)]
        );
        assert_eq!(state(&jobs), None);
    }

    #[test]
    fn with_too_many_jobs_the_takeover_goes_on_at_the_next_tick() {
        let mut jobs = JobManager::new(Policy::original());
        let names = ["a", "b", "c"];
        let ended = MasterMeta {
            state: MasterStateCode::STOPPED,
            ..meta("d")
        };
        let itself = MasterMeta {
            kind: WorkerType::JOB_MANAGER,
            ..meta("e")
        };
        jobs.take_over(names.map(meta).into_iter().chain([ended, itself]))
            .unwrap();
        let rows = Rows::new();
        let few = JobsView {
            quota: 2,
            ..view(NOW, &[], &rows)
        };
        let created = |names: &[&str]| -> Vec<_> {
            names
                .iter()
                .map(|job| CreateWorker((*job).to_owned()))
                .collect()
        };
        assert_eq!(tick(&mut jobs, &few), created(&["a", "b"]));
        assert!(!jobs.has_taken_over());
        let not_ready = JobsView {
            ready: false,
            ..few
        };
        assert_eq!(tick(&mut jobs, &not_ready), []);
        assert_eq!(tick(&mut jobs, &few), created(&["c"]));
        assert!(jobs.has_taken_over());
    }

    #[test]
    fn a_dispatch_that_failed_for_good_fails_the_job() {
        let mut jobs = created(Policy::original());
        let mut effects = Vec::new();
        jobs.dispatch_failed("a", true, NOW, Jitter::NONE, &mut effects)
            .unwrap();
        assert_eq!(effects, [store("a", MasterStateCode::FAILED)]);
        assert_eq!(state(&jobs), None);
    }

    #[test]
    fn a_job_that_has_ended_is_not_run_again() {
        for ended in ExitReason::ALL {
            let mut jobs = created(Policy::original());
            let mut effects = Vec::new();
            jobs.worker_offline("a", Some(ended), NOW, Jitter::NONE, &mut effects);
            assert_eq!(effects.last(), Some(&CleanTombstone(job())));
            assert_eq!(
                effects.contains(&JobManagerEffect::WakeOperator),
                ended == ExitReason::Canceled
            );
            assert_eq!(state(&jobs), None);
        }
    }

    #[test]
    fn the_operator_tells_the_master_until_the_job_has_ended() {
        let mut jobs = created(Policy::original());
        let mut effects = Vec::new();
        assert_eq!(
            jobs.cancel("a", None, &mut effects).map_err(|it| it.code()),
            Err("DFLOW:ErrJobNotFound")
        );
        assert_eq!(
            jobs.cancel("a", Some(MasterStateCode::FAILED), &mut effects),
            Ok(false)
        );
        jobs.cancel("a", Some(MasterStateCode::INIT), &mut effects)
            .unwrap();
        assert!(jobs.is_canceling("a"));
        effects.clear();
        jobs.operator_tick(&rows(MasterStateCode::INIT), &mut effects);
        jobs.worker_online("a", NOW).unwrap();
        jobs.operator_tick(&rows(MasterStateCode::INIT), &mut effects);
        jobs.operator_tick(&rows(MasterStateCode::STOPPED), &mut effects);
        jobs.operator_tick(&rows(MasterStateCode::STOPPED), &mut effects);
        assert_eq!(effects, [LogNotRunning(job()), SendStop(job())]);
        assert!(!jobs.is_canceling("a"));
        assert_eq!(
            jobs.cancel("a", Some(MasterStateCode::INIT), &mut effects)
                .map_err(|it| it.code()),
            Err("DFLOW:ErrJobAlreadyCanceled")
        );
    }
}
