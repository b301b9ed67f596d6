//! Every pair of state and event of the machines around jobs, written by hand:
//! what the machines are meant to do, not what they were seen to do.

use fsmcheck::framework::{
    BackOff, BackOffEvent, BackOffState, BackOffTimes, DispatchError, DispatchRequest,
    DispatchRequestEvent, DispatchRequestState, Dispatcher, DispatcherEvent, DispatcherState,
    EXECUTOR_TIMEOUT, Executor, ExecutorEvent, ExecutorState, HeartbeatAnswer, Jitter, Job,
    JobEvent, JobOperation, JobOperationEvent, JobOperationState, JobSeen, JobState, Leader,
    LeaderEvent, LeaderState, LeaderTimes, Policy, REQUEST_TTL, RETRY_FOR, RegisteredExecutor,
    RegisteredExecutorEvent, RegisteredExecutorState, Rule, Stream, StreamEvent, StreamState, Task,
    TaskEvent, TaskState,
};
use fsmcheck::graph::Graph;
use fsmcheck::machine::{Explorable, Guarded};
use fsmcheck::wire::MonotonicTime;

use crate::edges::Cell::{self, Refused, Stays, To};
use crate::edges::{check, check_rows};

/// A machine after these events, all of which it takes.
#[track_caller]
fn after<M: Explorable>(storage: M, events: &[M::Event<'_>]) -> Guarded<M> {
    let mut machine = Guarded::new(storage);
    for event in events {
        machine.handle(event).unwrap();
    }
    machine
}

/// An event with its name, and what it is meant to do in each state.
type Row<M, const STATES: usize> = (
    (
        &'static str,
        <M as statig::blocking::IntoStateMachine>::Event<'static>,
    ),
    [Cell<<M as statig::blocking::IntoStateMachine>::State>; STATES],
);

/// Holds a table against a machine: a column for each state, a row for each
/// event.
#[track_caller]
fn check_table<M, const STATES: usize>(columns: [Guarded<M>; STATES], rows: &[Row<M, STATES>])
where
    M: Explorable<State: Copy, Event<'static>: Clone + PartialEq>,
{
    let alphabet: Vec<_> = rows.iter().map(|(row, _)| row.clone()).collect();
    check_rows::<M>(&alphabet);
    for ((_, event), cells) in rows {
        for (column, cell) in columns.iter().zip(cells) {
            check(column.storage().clone(), *column.state(), event, *cell);
        }
    }
}

#[test]
fn job() {
    use JobState::{Absent, Online, Pending, WaitAck};
    let dispatched = |from_failover| JobEvent::Dispatched { from_failover };
    let online = |heard| JobEvent::Online { heard };
    let offline = |failover| JobEvent::Offline { failover };
    let columns = |policy| {
        let new = || Job::new(policy);
        [
            after(new(), &[]),
            after(new(), &[dispatched(false), JobEvent::DispatchFailed]),
            after(new(), &[dispatched(false)]),
            after(new(), &[dispatched(true)]),
            after(new(), &[dispatched(true), online(true)]),
        ]
    };
    #[rustfmt::skip]
    let mut rows = [
        //                                                          Absent       Pending      WaitAck      found        Online
        (("dispatched", dispatched(false)),                       [To(WaitAck), Refused,     Stays,       Stays,       Refused]),
        (("found in the store", dispatched(true)),                [To(WaitAck), Refused,     Stays,       Stays,       Refused]),
        (("online", online(true)),                                [Refused,     Refused,     To(Online),  To(Online),  Refused]),
        (("online, not heard", online(false)),                    [Refused,     Refused,     To(Online),  To(Online),  Refused]),
        (("dispatch failed", JobEvent::DispatchFailed),           [Refused,     Refused,     To(Pending), To(Pending), Refused]),
        (("offline, to run again", offline(true)),                [Refused,     Refused,     To(Pending), To(Pending), To(Pending)]),
        (("offline for good", offline(false)),                    [Refused,     Refused,     To(Absent),  To(Absent),  To(Absent)]),
        (("dispatched again", JobEvent::DispatchedAgain),         [Refused,     To(WaitAck), Refused,     Stays,       Refused]),
        (("given up", JobEvent::GivenUp),                         [Refused,     To(Absent),  To(Absent),  To(Absent),  Refused]),
        (("creation rolled back", JobEvent::CreationRolledBack),  [Refused,     Refused,     To(Absent),  To(Absent),  Refused]),
    ];
    check_table(columns(Policy::original()), &rows);

    // What the rules change.
    let original = rows;
    rows[0].1 = [To(WaitAck), Refused, Refused, Refused, Refused];
    rows[1].1 = rows[0].1;
    rows[3].1 = [Refused; 5];
    check_table(columns(Policy::hardened()), &rows);

    let mut rows = original;
    rows[5].1 = [Refused, Refused, Refused, Refused, To(Pending)];
    rows[6].1 = [Refused, Refused, Refused, Refused, To(Absent)];
    check_table(
        columns(Policy::before(Rule::OfflineBeforeOnlineHandled)),
        &rows,
    );

    let mut rows = original;
    rows[7].1 = [Refused, To(WaitAck), Stays, Stays, Refused];
    check_table(
        columns(Policy::before(Rule::RedispatchOnlyAfterFailover)),
        &rows,
    );

    // Found in the store it is only until it is dispatched.
    for event in [
        JobEvent::DispatchedAgain,
        JobEvent::DispatchFailed,
        online(true),
        offline(true),
        dispatched(false),
    ] {
        let mut found = after(Job::default(), &[dispatched(true)]);
        assert!(found.storage().is_from_failover());
        found.handle(&event).unwrap();
        assert!(!found.storage().is_from_failover(), "{event:?}");
    }
}

#[test]
fn job_operation() {
    use JobOperationState::{Canceled, Canceling, Noop};
    let cancel = JobOperationEvent::CancelRequested;
    let tick = JobOperationEvent::Ticked;
    let columns = [
        after(JobOperation, &[]),
        after(JobOperation, &[cancel]),
        after(JobOperation, &[cancel, tick(JobSeen::Terminated)]),
    ];
    #[rustfmt::skip]
    let rows = [
        //                                                   Noop           Canceling     Canceled
        (("cancel requested", cancel),                     [To(Canceling), Stays,        Refused]),
        (("tick, no record", tick(JobSeen::Missing)),      [Refused,       To(Noop),     Refused]),
        (("tick, terminated", tick(JobSeen::Terminated)),  [Refused,       To(Canceled), Refused]),
        (("tick, online", tick(JobSeen::Online)),          [Refused,       Stays,        Refused]),
        (("tick, not online", tick(JobSeen::NotOnline)),   [Refused,       Stays,        Refused]),
    ];
    check_table(columns, &rows);
}

#[test]
fn back_off() {
    use BackOffState::{Exhausted, Failing, Online};
    let times = BackOffTimes {
        max_failures: 3,
        ..BackOffTimes::default()
    };
    let now = MonotonicTime(0);
    let later = MonotonicTime(times.reset_after);
    let succeeded = |now| BackOffEvent::Succeeded { now };
    let failed = |now| BackOffEvent::Failed {
        now,
        jitter: Jitter::NONE,
    };
    let (up, down) = (succeeded(now), failed(now));
    let new = || BackOff::new(times);
    let columns = [
        after(new(), &[]),
        after(new(), &[down]),
        after(new(), &[down, down]),
        after(new(), &[down, up]),
        after(new(), &[down, down, up]),
        after(new(), &[down, down, down]),
        after(new(), &[down, down, down, up]),
    ];
    #[rustfmt::skip]
    let rows = [
        //                                                   Fresh        Failing 1    Failing 2      1, Online    2, Online      Exhausted  and Online
        (("succeeded", succeeded(now)),                    [To(Online),  To(Online),  To(Online),    To(Online),  To(Online),    Stays,     Stays]),
        (("failed", failed(now)),                          [To(Failing), To(Failing), To(Exhausted), To(Failing), To(Exhausted), Stays,     Stays]),
        (("succeeded, 10 min later", succeeded(later)),    [To(Online),  To(Online),  To(Online),    To(Online),  To(Online),    Stays,     To(Online)]),
        (("failed, 10 min later", failed(later)),          [To(Failing), To(Failing), To(Exhausted), To(Failing), To(Failing),   Stays,     To(Failing)]),
    ];
    check_table(columns, &rows);
}

#[test]
fn leader() {
    use LeaderState::{Candidate, Preparing, Resigning, Serving, Starting, Stuck};
    let now = MonotonicTime(0);
    let late = MonotonicTime(LeaderTimes::default().deadline + 1);
    let elected = LeaderEvent::Elected { now };
    let (made, ready) = (
        LeaderEvent::ExecutorManagerMade,
        LeaderEvent::JobManagerReady,
    );
    let (failed, ended) = (LeaderEvent::ServiceFailed, LeaderEvent::ServiceEnded);
    let tick = |now| LeaderEvent::Ticked { now };
    let columns = |policy| {
        let new = || Leader::new(policy, LeaderTimes::default());
        [
            after(new(), &[]),
            after(new(), &[elected]),
            after(new(), &[elected, made]),
            after(new(), &[elected, made, ready]),
            after(new(), &[elected, made, ready, tick(late)]),
        ]
    };
    #[rustfmt::skip]
    let mut rows = [
        //                                              Candidate     Starting       Preparing      Serving        Resigning
        (("elected", elected),                        [To(Starting), Refused,       Refused,       Refused,       Refused]),
        (("executor manager made", made),             [Refused,      To(Preparing), Refused,       Refused,       Refused]),
        (("job manager ready", ready),                [Refused,      Refused,       To(Serving),   Refused,       Refused]),
        (("renewed", LeaderEvent::Renewed { now }),   [Refused,      Stays,         Stays,         Stays,         Refused]),
        (("ticked", tick(now)),                       [Refused,      Stays,         Stays,         Stays,         Stays]),
        (("ticked, too late", tick(late)),            [Refused,      To(Resigning), To(Resigning), To(Resigning), Stays]),
        (("service failed", failed),                  [Refused,      To(Resigning), To(Resigning), To(Resigning), Stays]),
        (("service ended", ended),                    [Refused,      Refused,       Refused,       Refused,       To(Candidate)]),
    ];
    for policy in [Policy::original(), Policy::hardened()] {
        check_table(columns(policy), &rows);
    }

    let before = Policy::before(Rule::LeaderResignsOnError);
    rows[6].1 = [Refused, To(Stuck), To(Stuck), To(Stuck), Stays];
    check_table(columns(before), &rows);
    let new = || Leader::new(before, LeaderTimes::default());
    let stuck = after(new(), &[elected, made, ready, failed]);
    let cells = [
        Refused,
        Refused,
        Refused,
        Stays,
        Stays,
        To(Resigning),
        Refused,
        Refused,
    ];
    for (((_, event), _), cell) in rows.iter().zip(cells) {
        check(stuck.storage().clone(), *stuck.state(), event, cell);
    }
}

#[test]
fn dispatch_request() {
    use DispatchRequestState::{Confirmed, Expired, Superseded};
    let tick = |now| DispatchRequestEvent::Ticked {
        now: MonotonicTime(now),
    };
    let (confirmed, superseded) = (
        DispatchRequestEvent::Confirmed,
        DispatchRequestEvent::Superseded,
    );
    let late = tick(REQUEST_TTL + 1);
    let new = || DispatchRequest::new(MonotonicTime(0), REQUEST_TTL);
    let columns = [
        after(new(), &[]),
        after(new(), &[confirmed]),
        after(new(), &[late]),
        after(new(), &[superseded]),
    ];
    #[rustfmt::skip]
    let rows = [
        //                               Pending         Confirmed Expired  Superseded
        (("confirmed", confirmed),     [To(Confirmed),  Refused,  Refused, Refused]),
        (("superseded", superseded),   [To(Superseded), Refused,  Refused, Refused]),
        (("ticked", tick(0)),          [Stays,          Refused,  Refused, Refused]),
        (("ticked, too late", late),   [To(Expired),    Refused,  Refused, Refused]),
    ];
    check_table(columns, &rows);
    check(new(), *after(new(), &[]).state(), &tick(REQUEST_TTL), Stays);
}

#[test]
fn dispatcher() {
    use DispatchError as Error;
    use DispatcherEvent::{ConfirmFailed, Confirmed, PreDispatched, RowFailed, RowStored};
    use DispatcherState::{
        Aborted, Confirming, Dispatched, Forgotten, PreDispatching, StoringRow, Unsure,
    };
    let failed = |error, now| DispatcherEvent::PreDispatchFailed {
        error,
        now: MonotonicTime(now),
    };
    let business = |transient| Error::Business { transient };
    let start = |policy| Dispatcher::new(policy, MonotonicTime(0), RETRY_FOR);
    // What does not begin is over: these columns refuse all.
    let over = [Refused; 3];
    let original = |first, confirming| [first, confirming, over[0], over[1], over[2]];
    let columns = |policy| {
        let new = || start(policy);
        let row: &[_] = if policy == Policy::hardened() {
            &[PreDispatched, RowStored]
        } else {
            &[PreDispatched]
        };
        let confirming = |last: &[DispatcherEvent]| after(new(), &[row, last].concat());
        [
            after(new(), &[]),
            confirming(&[]),
            confirming(&[Confirmed]),
            confirming(&[ConfirmFailed(Error::Other)]),
            after(new(), &[failed(Error::Other, 0)]),
        ]
    };
    let nothing = Refused;
    #[rustfmt::skip]
    let mut rows = [
        //                                                                                                      PreDispatching  Confirming
        (("pre-dispatched", PreDispatched),                                                           original(To(Confirming), nothing)),
        (("pre-dispatch failed: unavailable", failed(Error::Unavailable, 0)),                         original(Stays,          nothing)),
        (("pre-dispatch failed: unavailable, 10 s later", failed(Error::Unavailable, RETRY_FOR)),     original(To(Aborted),    nothing)),
        (("pre-dispatch failed: no answer", failed(Error::DeadlineExceeded, 0)),                      original(Stays,          nothing)),
        (("pre-dispatch failed: no answer, 10 s later", failed(Error::DeadlineExceeded, RETRY_FOR)),  original(To(Aborted),    nothing)),
        (("pre-dispatch failed: already pending", failed(Error::AlreadyPending, 0)),                  original(To(Aborted),    nothing)),
        (("pre-dispatch failed: request not found", failed(Error::RequestNotFound, 0)),               original(To(Aborted),    nothing)),
        (("pre-dispatch failed: queue full", failed(Error::QueueFull, 0)),                            original(To(Aborted),    nothing)),
        (("pre-dispatch failed: business, transient", failed(business(true), 0)),                     original(To(Aborted),    nothing)),
        (("pre-dispatch failed: business, lasting", failed(business(false), 0)),                      original(To(Aborted),    nothing)),
        (("pre-dispatch failed: other", failed(Error::Other, 0)),                                     original(To(Aborted),    nothing)),
        (("row stored", RowStored),                                                                   original(nothing,        nothing)),
        (("row failed", RowFailed),                                                                   original(nothing,        nothing)),
        (("confirmed", Confirmed),                                                                    original(nothing,        To(Dispatched))),
        (("confirm failed: unavailable", ConfirmFailed(Error::Unavailable)),                          original(nothing,        To(Unsure))),
        (("confirm failed: no answer", ConfirmFailed(Error::DeadlineExceeded)),                       original(nothing,        To(Unsure))),
        (("confirm failed: already pending", ConfirmFailed(Error::AlreadyPending)),                   original(nothing,        To(Unsure))),
        (("confirm failed: request not found", ConfirmFailed(Error::RequestNotFound)),                original(nothing,        To(Aborted))),
        (("confirm failed: queue full", ConfirmFailed(Error::QueueFull)),                             original(nothing,        To(Aborted))),
        (("confirm failed: business, transient", ConfirmFailed(business(true))),                      original(nothing,        To(Unsure))),
        (("confirm failed: business, lasting", ConfirmFailed(business(false))),                       original(nothing,        To(Unsure))),
        (("confirm failed: other", ConfirmFailed(Error::Other)),                                      original(nothing,        To(Unsure))),
    ];
    check_table(columns(Policy::original()), &rows);

    let mut forgetting = rows;
    for (_, cells) in &mut forgetting {
        if cells[0] == To(Aborted) {
            cells[0] = To(Forgotten);
        }
    }
    check_table(
        columns(Policy::before(Rule::AbortOnPredispatchError)),
        &forgetting,
    );

    rows[0].1[0] = To(StoringRow);
    check_table(columns(Policy::hardened()), &rows);
    let storing = after(start(Policy::hardened()), &[PreDispatched]);
    for ((_, event), _) in &rows {
        let cell = match event {
            RowStored => To(Confirming),
            RowFailed => To(Aborted),
            _ => Refused,
        };
        check(storing.storage().clone(), *storing.state(), event, cell);
    }
    let beginning = *after(start(Policy::original()), &[]).state();
    assert_eq!(beginning, PreDispatching);
}

#[test]
fn task() {
    use TaskState::{Closing, Running};
    let (launched, stopped) = (TaskEvent::Launched, TaskEvent::Stopped);
    let columns = [
        after(Task, &[]),
        after(Task, &[launched]),
        after(Task, &[launched, stopped]),
    ];
    #[rustfmt::skip]
    let rows = [
        //                         Submitted    Running      Closing
        (("launched", launched), [To(Running), Refused,     Refused]),
        (("stopped", stopped),   [To(Closing), To(Closing), Refused]),
    ];
    check_table(columns, &rows);
}

#[test]
fn executor() {
    use ExecutorState::Stopped;
    let tick = |now| ExecutorEvent::Ticked {
        now: MonotonicTime(now),
    };
    let answered = |answer| ExecutorEvent::Answered {
        answer,
        now: MonotonicTime(0),
    };
    let late = tick(EXECUTOR_TIMEOUT + 1);
    let columns = [
        after(Executor::default(), &[]),
        after(Executor::default(), &[late]),
    ];
    #[rustfmt::skip]
    let rows = [
        //                                                                      Alive        Stopped
        (("ticked", tick(0)),                                                 [Stays,       Refused]),
        (("ticked, too late", late),                                          [To(Stopped), Refused]),
        (("answered: ok", answered(HeartbeatAnswer::Ok)),                     [Stays,       Refused]),
        (("answered: not ready", answered(HeartbeatAnswer::MasterNotReady)),  [Stays,       Refused]),
        (("answered: unknown executor", answered(HeartbeatAnswer::Unknown)),  [Stays,       Refused]),
        (("answered: tombstone", answered(HeartbeatAnswer::Tombstone)),       [To(Stopped), Refused]),
        (("answered: failed", answered(HeartbeatAnswer::Failed)),             [Stays,       Refused]),
    ];
    check_table(columns, &rows);
}

#[test]
fn registered_executor() {
    use RegisteredExecutorState::{Running, Tombstone};
    let check_at = |now| RegisteredExecutorEvent::Checked {
        now: MonotonicTime(now),
    };
    let heartbeat = RegisteredExecutorEvent::Heartbeat {
        now: MonotonicTime(0),
        ttl: EXECUTOR_TIMEOUT,
    };
    let late = check_at(EXECUTOR_TIMEOUT + 1);
    let new = RegisteredExecutor::default;
    let columns = [
        after(new(), &[]),
        after(new(), &[heartbeat]),
        after(new(), &[heartbeat, late]),
    ];
    #[rustfmt::skip]
    let rows = [
        //                              Initing        Running        Tombstone
        (("heartbeat", heartbeat),    [To(Running),   Stays,         Refused]),
        (("checked", check_at(0)),    [Stays,         Stays,         Stays]),
        (("checked, too late", late), [To(Tombstone), To(Tombstone), Stays]),
    ];
    check_table(columns, &rows);
    // A heartbeat says itself for how long it counts.
    let longer = RegisteredExecutorEvent::Heartbeat {
        now: MonotonicTime(5),
        ttl: 2 * EXECUTOR_TIMEOUT,
    };
    let alive = after(new(), &[longer]);
    let end = 5 + 2 * EXECUTOR_TIMEOUT;
    check(
        alive.storage().clone(),
        *alive.state(),
        &check_at(end),
        Stays,
    );
    let late = check_at(end + 1);
    check(
        alive.storage().clone(),
        *alive.state(),
        &late,
        To(Tombstone),
    );
}

#[test]
fn stream() {
    use StreamEvent::{HandlerRegistered, HandlerRemoved, Reconnected};
    use StreamState::{Broken, Delivering, Dropped, Keeping};
    let arrived = |sequence| StreamEvent::Arrived { sequence };
    let columns = |policy| {
        let full = [arrived(1), arrived(1)];
        let new = |events: &[&[StreamEvent]]| after(Stream::new(policy, 1), &events.concat());
        [
            new(&[]),
            new(&[&full]),
            new(&[&[HandlerRegistered]]),
            new(&[&[HandlerRegistered, arrived(1)]]),
            new(&[&[HandlerRegistered, arrived(1), arrived(3)]]),
        ]
    };
    #[rustfmt::skip]
    let mut rows = [
        //                                              Keeping         and full        Delivering   1 delivered  Broken
        (("arrived 1", arrived(1)),                   [Stays,          To(Dropped),    Stays,       Stays,       Stays]),
        (("arrived 2", arrived(2)),                   [Stays,          To(Dropped),    Stays,       Stays,       Stays]),
        (("arrived 3", arrived(3)),                   [Stays,          To(Dropped),    Stays,       To(Broken),  Stays]),
        (("handler registered", HandlerRegistered),   [To(Delivering), To(Delivering), Refused,     Refused,     Refused]),
        (("handler removed", HandlerRemoved),         [Refused,        Refused,        To(Keeping), To(Keeping), To(Keeping)]),
        (("reconnected", Reconnected),                [Stays,          Stays,          Stays,       Stays,       Stays]),
    ];
    check_table(columns(Policy::original()), &rows);
    let dropped = || {
        let overflow = [arrived(1), arrived(2), arrived(3)];
        after(Stream::new(Policy::original(), 1), &overflow)
    };
    let handled = {
        let mut dropped = dropped();
        dropped.handle(&HandlerRegistered).unwrap();
        dropped
    };
    for (stream, cells) in [
        (
            dropped(),
            [Stays, Stays, Stays, Stays, Refused, To(Keeping)],
        ),
        (
            handled,
            [Stays, Stays, Stays, Refused, Stays, To(Delivering)],
        ),
    ] {
        for (((_, event), _), cell) in rows.iter().zip(cells) {
            check(stream.storage().clone(), *stream.state(), event, cell);
        }
    }

    for (_, cells) in &mut rows[..3] {
        cells[1] = Stays;
    }
    check_table(
        columns(Policy::before(Rule::StreamDroppedAfterOverflow)),
        &rows,
    );
}

fn graphs() -> [&'static Graph; 10] {
    [
        Job::graph(),
        JobOperation::graph(),
        BackOff::graph(),
        Leader::graph(),
        DispatchRequest::graph(),
        Dispatcher::graph(),
        Task::graph(),
        Executor::graph(),
        RegisteredExecutor::graph(),
        Stream::graph(),
    ]
}

#[test]
fn their_structure_is_sound() {
    let findings: Vec<_> = graphs().map(Graph::lint).into();
    for of_one in &findings {
        assert!(of_one.is_clean(), "{findings:#?}");
    }
}

#[test]
fn their_properties_hold() {
    use fsmcheck::Machine;
    let mut ids = Vec::new();
    for (properties, graph) in [
        (Job::properties(), Job::graph()),
        (
            RegisteredExecutor::properties(),
            RegisteredExecutor::graph(),
        ),
    ] {
        for property in properties {
            property.check(graph).unwrap();
            ids.push(property.id);
        }
    }
    assert_eq!(ids, ["S18", "X1"]);
}

#[test]
fn an_awaited_job_that_stays_when_it_is_gone_breaks_s18() {
    use fsmcheck::Machine;
    let mut document = serde_json::to_value(Job::graph()).unwrap();
    document.as_object_mut().unwrap().remove("expanded");
    document["transitions"]
        .as_array_mut()
        .unwrap()
        .push(serde_json::json!({
            "from": "Online", "event": "offline, to run again", "to": "WaitAck", "kind": "moved",
        }));
    let twin: Graph = serde_json::from_value(document).unwrap();
    let broken = Job::properties()[0].check(&twin).unwrap_err();
    assert!(
        broken
            .to_string()
            .contains("--offline, to run again--> WaitAck"),
        "{broken}"
    );
}
