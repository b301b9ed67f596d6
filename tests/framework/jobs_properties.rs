//! Random inputs to what is around jobs: nothing panics, a refusal leaves no
//! trace, the same inputs have the same effects, and what must always hold does.

use std::collections::BTreeMap;

use fsmcheck::Guarded;
use fsmcheck::framework::{
    BackOff, BackOffEvent, BackOffTimes, CommitError, DispatchAnswer, DispatchRequest, Dispatcher,
    Executor, Executors, ExitReason, Inbox, Jitter, Job, JobManager, JobManagerEffect,
    JobMasterSeen, JobOperation, JobRows, JobTable, JobsView, Leader, MasterState, Outbox, Policy,
    RegisteredExecutor, Rule, Stream, SubmittedTask, TASK_QUEUE_CAPACITY, Task, TaskCommitter,
    TaskEffect, TaskRunner,
};
use fsmcheck::wire::{MasterMeta, MasterStateCode, MonotonicTime, Timestamp};
use proptest::prelude::*;
use proptest::sample::select;

use crate::walks::check;

const JOBS: &[&str] = &["a", "b", "c"];

fn job() -> impl Strategy<Value = &'static str> {
    select(JOBS)
}

fn any_policy() -> impl Strategy<Value = Policy> {
    prop_oneof![
        Just(Policy::original()),
        Just(Policy::hardened()),
        select(Rule::ALL).prop_map(Policy::before),
        select(Rule::ALL).prop_map(|rule| Policy::hardened().without(rule)),
    ]
}

fn time() -> impl Strategy<Value = MonotonicTime> {
    prop_oneof![
        (0..2_000_i64).prop_map(|seconds| MonotonicTime(seconds * 1_000_000_000)),
        select(&[i64::MIN, -1, 0, i64::MAX][..]).prop_map(MonotonicTime),
    ]
}

fn meta(job: &str) -> MasterMeta {
    MasterMeta {
        id: job.to_owned(),
        state: MasterStateCode::INIT,
        ..MasterMeta::default()
    }
}

fn answer() -> impl Strategy<Value = DispatchAnswer> {
    prop_oneof![
        4 => Just(DispatchAnswer::Dispatched),
        1 => job().prop_map(|job| DispatchAnswer::DispatchedAs(job.to_owned())),
        1 => Just(DispatchAnswer::DispatchedAs(String::new())),
        1 => Just(DispatchAnswer::BackOff),
        1 => Just(DispatchAnswer::GiveUp),
        1 => Just(DispatchAnswer::QuotaExceeded),
        1 => Just(DispatchAnswer::Failed("away".to_owned())),
    ]
}

/// An operation on a table of jobs.
#[derive(Clone, Debug)]
enum TableOp {
    Dispatched(&'static str, bool),
    Online(&'static str, bool),
    DispatchFailed(&'static str),
    Offline(&'static str, bool),
    RollBack(&'static str),
    GiveUpAwaited(&'static str),
    DispatchPending(Vec<DispatchAnswer>),
    DispatchAwaited(Vec<DispatchAnswer>),
}

fn table_op() -> impl Strategy<Value = TableOp> {
    let answers = || prop::collection::vec(answer(), 4);
    prop_oneof![
        (job(), any::<bool>()).prop_map(|(job, found)| TableOp::Dispatched(job, found)),
        (job(), any::<bool>()).prop_map(|(job, heard)| TableOp::Online(job, heard)),
        job().prop_map(TableOp::DispatchFailed),
        (job(), any::<bool>()).prop_map(|(job, failover)| TableOp::Offline(job, failover)),
        job().prop_map(TableOp::RollBack),
        job().prop_map(TableOp::GiveUpAwaited),
        answers().prop_map(TableOp::DispatchPending),
        answers().prop_map(TableOp::DispatchAwaited),
    ]
}

/// Applies an operation; returns whether it was not refused, and the jobs that
/// were visited.
fn apply(jobs: &mut JobTable, op: &TableOp) -> (bool, Vec<String>) {
    let mut visited = Vec::new();
    let mut next = |answers: &[DispatchAnswer], meta: &MasterMeta| {
        let answer = answers[visited.len() % answers.len()].clone();
        visited.push(meta.id.clone());
        answer
    };
    let accepted = match op {
        TableOp::Dispatched(job, found) => jobs.dispatched(meta(job), *found).is_ok(),
        TableOp::Online(job, heard) => jobs.online(job, *heard).is_ok(),
        TableOp::DispatchFailed(job) => jobs.dispatch_failed(job).is_ok(),
        TableOp::Offline(job, failover) => jobs.offline(job, *failover),
        TableOp::RollBack(job) => jobs.roll_back(job),
        TableOp::GiveUpAwaited(job) => jobs.give_up_awaited(job),
        TableOp::DispatchPending(answers) => {
            jobs.dispatch_pending(|meta| next(answers, meta)).is_ok()
        }
        TableOp::DispatchAwaited(answers) => {
            jobs.dispatch_awaited(|meta| next(answers, meta)).is_ok()
        }
    };
    (accepted, visited)
}

/// In how many of the sets a job is.
fn n_sets(jobs: &JobTable, job: &str) -> usize {
    let pending = jobs.pending().filter(|(id, _)| *id == job).count();
    let wait_ack = jobs.wait_ack().filter(|(id, _)| *id == job).count();
    let online = jobs.online_jobs().filter(|(id, _)| *id == job).count();
    pending + wait_ack + online
}

/// Whether an operation registers a job that is known, or gives a job another id:
/// the original does neither.
fn is_foreign(jobs: &JobTable, op: &TableOp) -> bool {
    match op {
        TableOp::Dispatched(job, _) => jobs.query(job).is_some(),
        TableOp::DispatchPending(answers) => answers
            .iter()
            .any(|answer| matches!(answer, DispatchAnswer::DispatchedAs(_))),
        _ => false,
    }
}

fn check_s17_and_s18(jobs: &JobTable, op: &TableOp) -> Result<(), TestCaseError> {
    for job in jobs
        .pending()
        .chain(jobs.wait_ack())
        .chain(jobs.online_jobs())
    {
        prop_assert_eq!(n_sets(jobs, job.0), 1, "S17 after {:?}", op);
    }
    if let TableOp::Offline(gone, _) = op {
        prop_assert!(jobs.query_online(gone).is_none(), "S18 after {:?}", op);
        prop_assert!(
            jobs.wait_ack().all(|(job, _)| job != *gone),
            "S18 after {:?}",
            op
        );
    }
    Ok(())
}

/// An input of a job manager.
#[derive(Clone, Debug)]
enum ManagerOp {
    Create(&'static str),
    Register(&'static str),
    CreationFailed(&'static str),
    TakeOver(&'static str),
    Tick {
        ready: bool,
        workers: Vec<JobMasterSeen>,
        quota: usize,
    },
    Online(&'static str),
    Offline(&'static str, Option<ExitReason>),
    DispatchFailed(&'static str, bool),
    Cancel(&'static str),
    OperatorTick,
    Stored(&'static str, Option<MasterStateCode>),
}

fn manager_op() -> impl Strategy<Value = ManagerOp> {
    let seen = (job(), any::<bool>(), any::<bool>()).prop_map(|(job, is_tombstone, is_heard)| {
        JobMasterSeen {
            job: job.to_owned(),
            is_tombstone,
            is_heard,
        }
    });
    let reason = prop::option::of(select(&ExitReason::ALL));
    let stored = prop::option::of(select(&MasterStateCode::NAMED));
    prop_oneof![
        job().prop_map(ManagerOp::Create),
        job().prop_map(ManagerOp::Register),
        job().prop_map(ManagerOp::CreationFailed),
        job().prop_map(ManagerOp::TakeOver),
        (any::<bool>(), prop::collection::vec(seen, 0..4), 0..4_usize).prop_map(
            |(ready, workers, quota)| ManagerOp::Tick {
                ready,
                workers,
                quota
            }
        ),
        job().prop_map(ManagerOp::Online),
        (job(), reason).prop_map(|(job, reason)| ManagerOp::Offline(job, reason)),
        (job(), any::<bool>()).prop_map(|(job, good)| ManagerOp::DispatchFailed(job, good)),
        job().prop_map(ManagerOp::Cancel),
        Just(ManagerOp::OperatorTick),
        (job(), stored).prop_map(|(job, state)| ManagerOp::Stored(job, state)),
    ]
}

/// Runs a job manager; returns it with its effects and its errors.
fn run(
    policy: Policy,
    ops: &[(ManagerOp, MonotonicTime)],
) -> Result<(JobManager, Vec<JobManagerEffect>, Vec<String>), TestCaseError> {
    let mut jobs = JobManager::new(policy);
    let mut rows = BTreeMap::new();
    let (mut effects, mut errors) = (Vec::new(), Vec::new());
    for (op, now) in ops {
        let now = *now;
        let jitter = Jitter::NONE;
        let first_effect = effects.len();
        let result = match op {
            ManagerOp::Create(job) => jobs.create(meta(job), &mut effects),
            ManagerOp::Register(job) => jobs.register(meta(job)),
            ManagerOp::CreationFailed(job) => {
                jobs.creation_failed(job, &mut effects);
                Ok(())
            }
            ManagerOp::TakeOver(job) => jobs.take_over([meta(job)]),
            ManagerOp::Tick {
                ready,
                workers,
                quota,
            } => {
                let view = JobsView {
                    now,
                    ready: *ready,
                    workers,
                    rows: &rows,
                    quota: *quota,
                };
                let ticked = jobs.tick(&view, &mut effects);
                let ordered = effects[first_effect..]
                    .iter()
                    .filter_map(|effect| match effect {
                        JobManagerEffect::CreateWorker(job) => Some(job),
                        _ => None,
                    });
                for job in ordered.clone() {
                    if policy.has(Rule::StoredStateRechecked) {
                        let stored = rows.get(job).copied();
                        prop_assert!(
                            stored.is_some_and(|state: MasterStateCode| !state.is_terminated()),
                            "S5: {} runs again",
                            job
                        );
                    }
                }
                prop_assert!(ordered.count() <= *quota);
                ticked
            }
            ManagerOp::Online(job) => jobs.worker_online(job, now),
            ManagerOp::Offline(job, reason) => {
                jobs.worker_offline(job, *reason, now, jitter, &mut effects);
                Ok(())
            }
            ManagerOp::DispatchFailed(job, for_good) => {
                jobs.dispatch_failed(job, *for_good, now, jitter, &mut effects)
            }
            ManagerOp::Cancel(job) => {
                let stored = rows.get(*job).copied();
                let canceled = jobs.cancel(job, stored, &mut effects);
                errors.extend(canceled.err().map(|error| error.to_string()));
                Ok(())
            }
            ManagerOp::OperatorTick => {
                jobs.operator_tick(&rows, &mut effects);
                Ok(())
            }
            ManagerOp::Stored(job, state) => {
                match state {
                    Some(state) => rows.insert((*job).to_owned(), *state),
                    None => rows.remove(*job),
                };
                Ok(())
            }
        };
        errors.extend(result.err().map(|error| error.to_string()));
        if policy == Policy::hardened() {
            for job in JOBS {
                prop_assert!(n_sets(jobs.table(), job) <= 1, "S17 after {:?}", op);
            }
        }
    }
    Ok((jobs, effects, errors))
}

/// What happens to a stream.
#[derive(Clone, Copy, Debug)]
enum StreamOp {
    Send,
    /// The next message under way arrives.
    Arrive,
    /// The connection breaks, and what is under way is lost; it is made anew.
    Reconnect,
    /// The receiver's acknowledgement arrives.
    Acked,
    Register,
    Remove,
}

/// Messages that a receiver delivers while a sender sends, over a connection that
/// keeps their order but may break.
fn delivered(policy: Policy, ops: &[StreamOp]) -> Vec<u64> {
    let mut outbox = Outbox::default();
    let mut inbox = Inbox::with_capacity(policy, 3);
    let mut under_way = std::collections::VecDeque::new();
    let mut delivered = Vec::new();
    let mut n_sent = 0_u64;
    for op in ops {
        match op {
            StreamOp::Send => {
                if let Ok(sequence) = outbox.send(n_sent + 1) {
                    n_sent += 1;
                    under_way.push_back((sequence, n_sent));
                }
            }
            StreamOp::Arrive => {
                if let Some((sequence, message)) = under_way.pop_front() {
                    let arrived = inbox.arrived(sequence, message, &mut delivered);
                    assert_eq!(arrived, Ok(()), "messages are lost");
                }
            }
            StreamOp::Reconnect => {
                inbox.reconnected();
                under_way = outbox
                    .unacked()
                    .map(|(sequence, message)| (sequence, *message))
                    .collect();
            }
            StreamOp::Acked => outbox.acked(inbox.acked()),
            StreamOp::Register => {
                let replayed = inbox.register_handler(&mut delivered);
                assert_eq!(replayed, Ok(()), "messages are lost");
            }
            StreamOp::Remove => inbox.remove_handler(),
        }
    }
    delivered
}

fn stream_op() -> impl Strategy<Value = StreamOp> {
    prop_oneof![
        4 => Just(StreamOp::Send),
        4 => Just(StreamOp::Arrive),
        1 => Just(StreamOp::Reconnect),
        1 => Just(StreamOp::Acked),
        1 => Just(StreamOp::Register),
        1 => Just(StreamOp::Remove),
    ]
}

proptest! {
    #[test]
    fn machines_do_what_their_graphs_say(
        start in 0_usize..3,
        events in prop::collection::vec(any::<usize>(), 0..40),
    ) {
        check::<Job>(start, &events)?;
        check::<JobOperation>(start, &events)?;
        check::<Leader>(start, &events)?;
        check::<DispatchRequest>(start, &events)?;
        check::<Dispatcher>(start, &events)?;
        check::<Task>(start, &events)?;
        check::<Executor>(start, &events)?;
        check::<RegisteredExecutor>(start, &events)?;
        check::<Stream>(start, &events)?;
    }

    #[test]
    fn tables_are_deterministic_and_a_refusal_leaves_no_trace(
        policy in any_policy(),
        ops in prop::collection::vec(table_op(), 0..40),
    ) {
        let mut jobs = JobTable::new(policy);
        for op in &ops {
            let before = jobs.clone();
            let first = apply(&mut jobs, op);
            let mut twin = before.clone();
            prop_assert_eq!(apply(&mut twin, op), first.clone());
            prop_assert_eq!(&twin, &jobs);
            let mut sorted = first.1.clone();
            sorted.sort();
            prop_assert_eq!(&sorted, &first.1, "walks go by the ids");
            if !first.0 && first.1.is_empty() {
                prop_assert_eq!(&jobs, &before);
            }
            prop_assert_eq!(jobs.n_created(), jobs.pending().len() + jobs.wait_ack().len());
            prop_assert_eq!(jobs.n_running(), jobs.online_jobs().len());
        }
    }

    #[test]
    fn a_job_is_in_one_set_and_in_none_of_the_living_once_it_is_gone(
        ops in prop::collection::vec(table_op(), 0..60),
    ) {
        // Under all rules whatever is done, in the original as it is used.
        let mut hardened = JobTable::new(Policy::hardened());
        let mut original = JobTable::new(Policy::original());
        for op in &ops {
            apply(&mut hardened, op);
            check_s17_and_s18(&hardened, op)?;
            if !is_foreign(&original, op) {
                apply(&mut original, op);
                check_s17_and_s18(&original, op)?;
            }
        }
    }

    #[test]
    fn job_managers_are_deterministic(
        policy in any_policy(),
        ops in prop::collection::vec((manager_op(), time()), 0..40),
    ) {
        prop_assert_eq!(run(policy, &ops)?, run(policy, &ops)?);
    }

    #[test]
    fn back_offs_grow_up_to_their_limit(
        initial in 0..i64::MAX,
        max in 0..i64::MAX,
        growth_percent in any::<u32>(),
        n in 1_usize..60,
    ) {
        let times = BackOffTimes { initial, max, growth_percent, ..BackOffTimes::default() };
        let mut back_off = Guarded::new(BackOff::new(times));
        let mut before = 0;
        for _ in 0..n {
            let now = MonotonicTime(0);
            back_off.handle(&BackOffEvent::Failed { now, jitter: Jitter::NONE }).unwrap();
            let interval = back_off.storage().interval();
            prop_assert!(before <= interval && interval <= max);
            before = interval;
        }
    }

    #[test]
    fn back_offs_take_everything(
        events in prop::collection::vec((any::<bool>(), time(), any::<u16>()), 0..40),
    ) {
        let times = BackOffTimes { max_failures: 5, ..BackOffTimes::default() };
        let mut back_off = Guarded::new(BackOff::new(times));
        for (success, now, jitter) in events {
            let event = if success {
                BackOffEvent::Succeeded { now }
            } else {
                BackOffEvent::Failed { now, jitter: Jitter::new(jitter) }
            };
            let twin = back_off.clone();
            prop_assert!(back_off.handle(&event).is_ok());
            prop_assert_eq!(
                twin.clone().handle(&event).unwrap().to,
                *back_off.state()
            );
            let interval = back_off.storage().interval();
            prop_assert!((0..=times.max / 2 * 3).contains(&interval));
            prop_assert!(back_off.storage().n_failures() < 5 || BackOff::is_exhausted(&back_off));
        }
    }

    /// S19.
    #[test]
    fn streams_have_no_gaps(
        policy in select(vec![Policy::original(), Policy::hardened()]),
        ops in prop::collection::vec(stream_op(), 0..120),
    ) {
        let delivered = delivered(policy, &ops);
        let expected: Vec<_> = (1..=delivered.len() as u64).collect();
        prop_assert_eq!(delivered, expected);
    }

    /// S4 and S20.
    #[test]
    fn a_stored_end_stays_under_the_rules(
        ops in prop::collection::vec(
            (0..5_u8, select(&JOBS[..2]), -1..7_i8, 0..3_i64),
            0..60,
        ),
    ) {
        let mut rows = JobRows::new(Policy::hardened());
        for (op, job, state, epoch) in ops {
            let before = rows.load(job).cloned();
            let now = Timestamp::default();
            let accepted = match op {
                0 => {
                    let created = rows.create(meta(job));
                    prop_assert!(created.is_err() || rows.load(job).is_some(), "S20");
                    created.is_ok()
                }
                1 => rows.delete(job, now).is_ok(),
                2 => rows.refresh(job, epoch, "node", "addr"),
                _ => rows.write_state(job, epoch, MasterStateCode(state)) == Ok(true),
            };
            let after = rows.load(job).cloned();
            if !accepted {
                prop_assert_eq!(&after, &before);
            }
            if let (Some(before), Some(after)) = (before, after) {
                let named = |meta: &MasterMeta| MasterState::try_from(meta.state.0).unwrap();
                let (before, after) = (named(&before), named(&after));
                prop_assert!(before == after || before.may_become(after));
                prop_assert!(before == after || !before.is_terminated(), "S4");
            }
        }
    }

    #[test]
    fn executors_run_each_task_once_at_a_time(
        policy in any_policy(),
        ops in prop::collection::vec((0..7_u8, job(), job(), time()), 0..60),
    ) {
        let mut requests = TaskCommitter::default();
        let mut runner = TaskRunner::new(policy);
        let mut running = BTreeMap::new();
        let mut canceled = false;
        for (op, request, task, now) in ops {
            let mut effects = Vec::new();
            match op {
                0 => {
                    let pending = requests.pending().any(|(id, _)| id == request);
                    let accepted = requests.pre_dispatch(request, task, now).is_ok();
                    prop_assert_eq!(accepted, !pending);
                    let of_task = requests.pending().filter(|(_, id)| *id == task).count();
                    prop_assert!(of_task <= 1);
                }
                1 => {
                    let pending = requests.pending().any(|(id, _)| id == request);
                    let full = runner.n_queued() == TASK_QUEUE_CAPACITY;
                    let confirmed = requests.confirm(request, &mut runner);
                    prop_assert_eq!(confirmed.is_ok(), pending && !full);
                    let again = requests.confirm(request, &mut runner);
                    prop_assert!(
                        matches!(again, Err(CommitError::NotFound { .. })),
                        "{:?}",
                        again
                    );
                }
                2 => requests.tick(now),
                3 => {
                    runner.run_next(&mut effects);
                }
                4 => {
                    let _ = runner.launched(task);
                }
                5 => {
                    let stopped = runner.stopped(task, &mut effects).is_ok();
                    prop_assert_eq!(stopped, running.remove(task).is_some());
                }
                _ => {
                    runner.cancel(&mut effects);
                    canceled = true;
                }
            }
            for effect in effects {
                if let TaskEffect::Launch(SubmittedTask { id, .. }) = effect {
                    prop_assert!(!canceled);
                    prop_assert_eq!(running.insert(id, ()), None, "launched twice");
                }
            }
            prop_assert!(runner.tasks().map(|(id, _)| id).eq(running.keys()));
        }
    }

    #[test]
    fn an_executor_that_was_given_up_comes_back_only_by_registering(
        ops in prop::collection::vec((0..3_u8, job(), time(), any::<i64>()), 0..60),
    ) {
        let mut executors = Executors::default();
        let mut known = std::collections::BTreeSet::new();
        for (op, id, now, ttl) in ops {
            let mut effects = Vec::new();
            match op {
                0 => {
                    executors.register(id, now, &mut effects);
                    known.insert(id.to_owned());
                }
                1 => {
                    let heard = executors.heartbeat(id, now, ttl).is_ok();
                    prop_assert!(!heard || known.contains(id));
                }
                _ => {
                    let before = executors.iter().len();
                    executors.sweep(now, &mut effects);
                    prop_assert!(before - executors.iter().len() <= 1);
                    known = executors.iter().map(|(id, _)| id.to_owned()).collect();
                }
            }
            prop_assert!(executors.iter().map(|(id, _)| id).eq(known.iter()));
        }
    }
}
