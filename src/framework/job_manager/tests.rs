//! The job manager by itself: what it is told, and what it does about it.

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
