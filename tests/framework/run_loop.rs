//! The loop of a worker or a job master, its start, its status and its
//! cancellation: what they do under which rule.

use std::sync::Arc;
use std::time::Duration;

use fsmcheck::Guarded;
use fsmcheck::framework::{
    Cancellation, CancellationEffect, CancellationEvent, CancellationState, ExitReason, LoopError,
    Policy, Role, Rule, RunLoop, RunLoopEffect, RunLoopError, RunLoopEvent, RunLoopState, StartUp,
    StartUpEffect, StartUpEvent, StartUpState, StatusWriter, StatusWriterEffect, StatusWriterError,
    StatusWriterEvent, Timeouts, WriteEnd,
};
use fsmcheck::wire::{
    MasterStateCode, MonotonicTime, StatusChangeRequest, WorkerStateCode, WorkerStatus,
};
use proptest::prelude::*;

use crate::client::policy;
use crate::effects::{Effectful, on, on_last};

const NOW: MonotonicTime = MonotonicTime(0);

fn at(seconds: i64) -> MonotonicTime {
    MonotonicTime(seconds * 1_000_000_000)
}

fn other(message: &str) -> LoopError {
    LoopError::Other {
        message: message.into(),
    }
}

fn ended(error: LoopError) -> RunLoopEvent {
    RunLoopEvent::Ended {
        error: Some(error),
        now: NOW,
    }
}

/// A loop that is in its rounds.
fn polling(role: Role, policy: Policy) -> Guarded<RunLoop> {
    let mut run_loop = Guarded::new(RunLoop::new(role, policy, Timeouts::default()));
    assert_eq!(
        on(&mut run_loop, &RunLoopEvent::Run),
        [RunLoopEffect::CallInit]
    );
    on(&mut run_loop, &RunLoopEvent::Initialised { now: NOW });
    assert_eq!(
        on(&mut run_loop, &RunLoopEvent::Tick { now: NOW }),
        [RunLoopEffect::CallPoll]
    );
    run_loop
}

/// Does what a loop asks for until it has returned, and tells what that was.
fn leave(run_loop: &mut Guarded<RunLoop>, event: RunLoopEvent) -> Vec<RunLoopEffect> {
    let mut all = on(run_loop, &event);
    let mut done = 0;
    while let Some(effect) = all.get(done).cloned() {
        done += 1;
        let answer = match effect {
            RunLoopEffect::CallCloseImpl { .. } => RunLoopEvent::BusinessClosed,
            RunLoopEffect::WaitClosed => RunLoopEvent::HandshakeEnded,
            RunLoopEffect::CallStopImpl { .. } => RunLoopEvent::BusinessStopped,
            RunLoopEffect::Release => RunLoopEvent::Released,
            _ => continue,
        };
        all.extend(on(run_loop, &answer));
    }
    assert_eq!(*run_loop.state(), RunLoopState::Returned);
    all
}

const CLOSE: RunLoopEffect = RunLoopEffect::CallCloseImpl {
    within: Some(Duration::from_secs(3)),
};
const CLOSE_UNBOUNDED: RunLoopEffect = RunLoopEffect::CallCloseImpl { within: None };
const STOP: RunLoopEffect = RunLoopEffect::CallStopImpl {
    within: Duration::from_secs(5),
};

#[test]
fn the_error_decides_the_finaliser() {
    use RunLoopEffect::{Release, Return, WaitClosed};
    let fail_fast = LoopError::FailFast {
        message: "no master".into(),
    };
    for error in [LoopError::Canceled, fail_fast, LoopError::Suicide] {
        for (role, close) in [(Role::Worker, CLOSE), (Role::JobMaster, CLOSE_UNBOUNDED)] {
            let mut run_loop = polling(role, Policy::original());
            let effects = leave(&mut run_loop, ended(error.clone()));
            let error = error.clone();
            assert_eq!(effects, [close, Release, Return { error }], "{role}");
        }
    }
    let terminated = [
        LoopError::WorkerFinish,
        LoopError::WorkerCancel,
        LoopError::WorkerFailed,
    ];
    for error in terminated {
        let mut worker = polling(Role::Worker, Policy::original());
        let effects = leave(&mut worker, ended(error.clone()));
        let returned = Return {
            error: error.clone(),
        };
        assert_eq!(effects, [CLOSE, WaitClosed, Release, returned.clone()]);
        let mut job_master = polling(Role::JobMaster, Policy::original());
        let effects = leave(&mut job_master, ended(error));
        assert_eq!(effects, [STOP, Release, returned]);
    }
    for role in [Role::Worker, Role::JobMaster] {
        let mut run_loop = polling(role, Policy::original());
        let effects = leave(&mut run_loop, ended(other("broken")));
        let error = other("broken");
        assert_eq!(effects, [CLOSE, WaitClosed, Release, Return { error }]);
        assert_eq!(run_loop.storage().ended_by(), Some(&other("broken")));
    }
}

#[test]
fn only_a_job_master_closes_without_a_bound() {
    for (role, close) in [(Role::Worker, CLOSE), (Role::JobMaster, CLOSE_UNBOUNDED)] {
        let mut run_loop = polling(role, Policy::original());
        assert_eq!(on(&mut run_loop, &ended(LoopError::Suicide)), [close]);
    }
}

#[test]
fn assertions_are_named() {
    let mut run_loop = polling(Role::Worker, Policy::original());
    let mut effects = Vec::new();
    let twice = run_loop.apply(&RunLoopEvent::Run, &mut effects);
    assert!(matches!(twice, Err(RunLoopError::RunTwice(_))));
    let no_error = RunLoopEvent::Ended {
        error: None,
        now: NOW,
    };
    let without = run_loop.apply(&no_error, &mut effects).unwrap_err();
    assert!(matches!(without, RunLoopError::EndedWithoutError(_)));
    assert!(
        without
            .to_string()
            .starts_with("a loop ends without an error: run_loop refuses `ended without error`")
    );
    let released = run_loop.apply(&RunLoopEvent::Released, &mut effects);
    assert!(matches!(released, Err(RunLoopError::Refused(_))));
    assert_eq!(effects, []);
    assert_eq!(run_loop, polling(Role::Worker, Policy::original()));
}

#[test]
fn the_business_closes_before_the_goodbye() {
    use RunLoopEffect::{Release, Return, WaitClosed};
    let rule = Rule::CloseBeforeFinishHandshake;
    let orders = [Policy::before(rule), Policy::original(), Policy::hardened()].map(|policy| {
        let mut run_loop = polling(Role::Worker, policy);
        leave(&mut run_loop, ended(LoopError::WorkerFinish))
    });
    let error = LoopError::WorkerFinish;
    let returned = Return { error };
    let today = vec![CLOSE, WaitClosed, Release, returned.clone()];
    let before = vec![WaitClosed, CLOSE, Release, returned];
    assert_eq!(orders, [before, today.clone(), today]);
}

#[test]
fn the_goodbye_is_bounded() {
    let mut run_loop = polling(Role::Worker, Policy::original());
    on_last(
        &mut run_loop,
        [ended(other("broken")), RunLoopEvent::BusinessClosed],
    );
    assert_eq!(on(&mut run_loop, &RunLoopEvent::Timer { now: at(29) }), []);
    assert_eq!(*run_loop.state(), RunLoopState::Handshake);
    assert_eq!(
        on(&mut run_loop, &RunLoopEvent::Timer { now: at(30) }),
        [RunLoopEffect::Release]
    );
    assert_eq!(*run_loop.state(), RunLoopState::Close);

    // The time counts from the end of the loop.
    let mut run_loop = polling(Role::Worker, Policy::original());
    let error = Some(other("broken"));
    on(
        &mut run_loop,
        &RunLoopEvent::Ended {
            error,
            now: at(100),
        },
    );
    on(&mut run_loop, &RunLoopEvent::Timer { now: at(129) });
    assert_eq!(*run_loop.state(), RunLoopState::ClosingBusiness);
    on(&mut run_loop, &RunLoopEvent::Timer { now: at(130) });
    assert_eq!(*run_loop.state(), RunLoopState::Close);

    // Business logic that does not let go in time is waited for all the same.
    let mut run_loop = polling(Role::Worker, Policy::original());
    on(&mut run_loop, &ended(other("broken")));
    assert_eq!(on(&mut run_loop, &RunLoopEvent::Timer { now: at(30) }), []);
    assert_eq!(
        on(&mut run_loop, &RunLoopEvent::BusinessClosed),
        [RunLoopEffect::Release]
    );
}

#[test]
fn an_exit_ends_by_its_error() {
    let ways = [None, Some("broken")].map(|error: Option<&str>| {
        let mut run_loop = polling(Role::JobMaster, Policy::original());
        let error = error.map(Arc::from);
        on(&mut run_loop, &RunLoopEvent::Exited { error });
        on(&mut run_loop, &RunLoopEvent::Tick { now: NOW });
        (*run_loop.state(), run_loop.storage().ended_by().cloned())
    });
    assert_eq!(
        ways,
        [
            (RunLoopState::Stop, Some(LoopError::WorkerFinish)),
            (RunLoopState::ClosingBusiness, Some(other("broken"))),
        ]
    );
}

#[test]
fn an_exit_ends_the_loop() {
    let rule = Rule::ExitEndsLoop;
    let rounds = [Policy::before(rule), Policy::original(), Policy::hardened()].map(|policy| {
        let mut run_loop = polling(Role::Worker, policy);
        on(&mut run_loop, &RunLoopEvent::Exited { error: None });
        on(&mut run_loop, &RunLoopEvent::Tick { now: NOW });
        *run_loop.state()
    });
    let leaves = RunLoopState::ClosingBusiness;
    assert_eq!(rounds, [RunLoopState::Poll, leaves, leaves]);
}

#[test]
fn the_first_error_counts() {
    let mut run_loop = polling(Role::Worker, Policy::original());
    for error in [LoopError::Suicide, other("later")] {
        on(&mut run_loop, &RunLoopEvent::Fail { error });
    }
    on(&mut run_loop, &RunLoopEvent::Exited { error: None });
    assert_eq!(run_loop.storage().failed(), Some(&LoopError::Suicide));
    on(&mut run_loop, &ended(other("of the round")));
    assert_eq!(run_loop.storage().ended_by(), Some(&LoopError::Suicide));
    assert_eq!(*run_loop.state(), RunLoopState::Close);
}

#[test]
fn a_job_master_stops_answering() {
    let error = LoopError::Suicide;
    for (role, policy, first) in [
        (Role::JobMaster, Policy::original(), CLOSE_UNBOUNDED),
        (
            Role::JobMaster,
            Policy::hardened(),
            RunLoopEffect::StopAnswering,
        ),
        (Role::Worker, Policy::hardened(), CLOSE),
    ] {
        let mut run_loop = polling(role, policy);
        let effects = leave(&mut run_loop, ended(error.clone()));
        assert_eq!(effects[0], first, "{role}");
        assert!(
            effects[1..]
                .iter()
                .all(|effect| *effect != RunLoopEffect::StopAnswering)
        );
    }
}

// The start.

fn start(
    role: Role,
    policy: Policy,
    events: &[StartUpEvent],
) -> (StartUpState, Vec<StartUpEffect>) {
    let mut start = Guarded::new(StartUp::new(role, policy));
    let mut effects = Vec::new();
    for event in events {
        start.apply(event, &mut effects).unwrap();
    }
    (*start.state(), effects)
}

fn refreshed(stored: MasterStateCode) -> StartUpEvent {
    StartUpEvent::MetadataRefreshed { stored }
}

#[test]
fn a_worker_starts_in_order() {
    use StartUpEffect as Effect;
    let (state, effects) = start(
        Role::Worker,
        Policy::original(),
        &[
            StartUpEvent::Start,
            StartUpEvent::MasterInfoRead,
            StartUpEvent::BusinessInitialised,
            StartUpEvent::RowWritten,
            StartUpEvent::Reported,
        ],
    );
    assert_eq!(state, StartUpState::Started);
    assert_eq!(
        effects,
        [
            Effect::StartHeartbeat,
            Effect::ListenToMaster,
            Effect::ReadMasterInfo,
            Effect::CallInitImpl,
            Effect::WriteRow,
            Effect::ReportInit,
            Effect::Initialised,
        ]
    );
}

#[test]
fn a_job_master_starts_in_order() {
    use StartUpEffect as Effect;
    let begins = [
        Effect::StartHeartbeat,
        Effect::ListenToMaster,
        Effect::ReadMasterInfo,
        Effect::RefreshMetadata,
    ];
    let ends = [Effect::WriteRow, Effect::ReportInit, Effect::Initialised];
    let first = [
        StartUpEvent::Start,
        StartUpEvent::MasterInfoRead,
        refreshed(MasterStateCode::UNINIT),
        StartUpEvent::BusinessInitialised,
        StartUpEvent::Marked,
        StartUpEvent::RowWritten,
        StartUpEvent::Reported,
    ];
    let (state, effects) = start(Role::JobMaster, Policy::original(), &first);
    let load_workers = false;
    let is_conditional = false;
    let middle = [
        Effect::StartManager { load_workers },
        Effect::ListenToWorkers,
        Effect::CallInitImpl,
        Effect::MarkInit { is_conditional },
    ];
    assert_eq!(state, StartUpState::Started);
    assert_eq!(effects, [&begins[..], &middle, &ends].concat());

    let again = [
        StartUpEvent::Start,
        StartUpEvent::MasterInfoRead,
        refreshed(MasterStateCode::INIT),
        StartUpEvent::WorkersRecovered,
        StartUpEvent::BusinessInitialised,
        StartUpEvent::RowWritten,
        StartUpEvent::Reported,
    ];
    let (state, effects) = start(Role::JobMaster, Policy::original(), &again);
    let load_workers = true;
    let middle = [
        Effect::StartManager { load_workers },
        Effect::ListenToWorkers,
        Effect::CallOnMasterRecovered,
    ];
    assert_eq!(state, StartUpState::Started);
    assert_eq!(effects, [&begins[..], &middle, &ends].concat());
}

#[test]
fn a_failure_before_the_business_fails_fast() {
    let failed = StartUpEvent::Failed {
        error: other("no store"),
    };
    let events = [
        StartUpEvent::Start,
        StartUpEvent::MasterInfoRead,
        failed.clone(),
    ];
    let (_, effects) = start(Role::Worker, Policy::original(), &events);
    let error = other("no store");
    assert_eq!(effects.last(), Some(&StartUpEffect::Ended { error }));

    let events = [StartUpEvent::Start, failed];
    let (state, effects) = start(Role::Worker, Policy::original(), &events);
    let message = "no store".into();
    let error = LoopError::FailFast { message };
    assert_eq!(state, StartUpState::Failed);
    assert_eq!(effects.last(), Some(&StartUpEffect::Ended { error }));
}

#[test]
fn heartbeats_begin_first() {
    let rule = Rule::AckBaselineAtSubmit;
    let begins = [Policy::before(rule), Policy::original(), Policy::hardened()].map(|policy| {
        let events = [
            StartUpEvent::Start,
            StartUpEvent::MasterInfoRead,
            StartUpEvent::BusinessInitialised,
        ];
        let (_, effects) = start(Role::Worker, policy, &events);
        let place = |wanted| effects.iter().position(|effect| *effect == wanted).unwrap();
        place(StartUpEffect::StartHeartbeat) < place(StartUpEffect::CallInitImpl)
    });
    assert_eq!(begins, [false, true, true]);
}

#[test]
fn a_job_master_listens_when_it_has_a_table() {
    let rule = Rule::HandlersAfterManager;
    let orders = [Policy::before(rule), Policy::original(), Policy::hardened()].map(|policy| {
        let events = [
            StartUpEvent::Start,
            StartUpEvent::MasterInfoRead,
            refreshed(MasterStateCode::INIT),
        ];
        let (_, effects) = start(Role::JobMaster, policy, &events);
        let manager = StartUpEffect::StartManager { load_workers: true };
        let place = |wanted| effects.iter().position(|effect| *effect == wanted).unwrap();
        place(manager) < place(StartUpEffect::ListenToWorkers)
    });
    assert_eq!(orders, [false, true, true]);
}

#[test]
fn which_starts_load_workers() {
    for (policy, stored, loads) in [
        (Policy::original(), MasterStateCode::UNINIT, false),
        (Policy::original(), MasterStateCode::INIT, true),
        (Policy::original(), MasterStateCode::FINISHED, true),
        (Policy::original(), MasterStateCode(0), true),
        (Policy::hardened(), MasterStateCode::UNINIT, true),
        (Policy::hardened(), MasterStateCode::INIT, true),
    ] {
        let events = [
            StartUpEvent::Start,
            StartUpEvent::MasterInfoRead,
            refreshed(stored),
        ];
        let (_, effects) = start(Role::JobMaster, policy, &events);
        let load_workers = loads;
        assert!(effects.contains(&StartUpEffect::StartManager { load_workers }));
    }
}

#[test]
fn the_mark_is_conditional() {
    for (policy, is_conditional) in [(Policy::original(), false), (Policy::hardened(), true)] {
        let mut events = vec![
            StartUpEvent::Start,
            StartUpEvent::MasterInfoRead,
            refreshed(MasterStateCode::UNINIT),
        ];
        if policy.has(Rule::WorkersLoadedOnEveryStart) {
            events.push(StartUpEvent::WorkersRecovered);
        }
        events.push(StartUpEvent::BusinessInitialised);
        let (_, effects) = start(Role::JobMaster, policy, &events);
        assert_eq!(
            effects.last(),
            Some(&StartUpEffect::MarkInit { is_conditional })
        );
    }
}

#[test]
fn an_ended_job() {
    for stored in [
        MasterStateCode::FINISHED,
        MasterStateCode::STOPPED,
        MasterStateCode::FAILED,
    ] {
        let events = [
            StartUpEvent::Start,
            StartUpEvent::MasterInfoRead,
            refreshed(stored),
        ];
        let (state, _) = start(Role::JobMaster, Policy::original(), &events);
        assert_eq!(state, StartUpState::MasterInit);
        let (state, effects) = start(Role::JobMaster, Policy::hardened(), &events);
        assert_eq!(state, StartUpState::Failed);
        assert!(matches!(effects.last(), Some(StartUpEffect::Ended { .. })));
    }
}

// The status writer.

fn writer(role: Role, policy: Policy) -> Guarded<StatusWriter> {
    Guarded::new(StatusWriter::new(role, policy, Timeouts::default()))
}

fn status(state: WorkerStateCode, error_message: &str, detail: &[u8]) -> Arc<WorkerStatus> {
    Arc::new(WorkerStatus {
        state,
        error_message: error_message.to_owned(),
        extend_bytes: Some(detail.to_vec()),
        ..WorkerStatus::default()
    })
}

fn update(status: Arc<WorkerStatus>) -> StatusWriterEvent {
    StatusWriterEvent::Update { status, now: NOW }
}

fn exit(reason: ExitReason, error: Option<&str>) -> StatusWriterEvent {
    StatusWriterEvent::Exit {
        reason,
        error: error.map(Arc::from),
        status: status(WorkerStateCode::NORMAL, "", b"kept"),
        now: NOW,
    }
}

const WRITTEN: StatusWriterEvent = StatusWriterEvent::Written { now: NOW };

#[test]
fn only_what_matters_is_stored() {
    let mut writer = writer(Role::Worker, Policy::original());
    let normal = WorkerStateCode::NORMAL;
    for (status, is_stored) in [
        (status(normal, "", b"1"), true),
        (status(normal, "", b"2"), false),
        (status(normal, "in trouble", b"2"), true),
        (status(WorkerStateCode::ERROR, "in trouble", b"2"), true),
    ] {
        let effects = on(&mut writer, &update(Arc::clone(&status)));
        let notify = StatusWriterEffect::Notify {
            status: Arc::clone(&status),
        };
        if is_stored {
            let status = Arc::clone(&status);
            assert_eq!(effects, [StatusWriterEffect::Persist { status }]);
            assert_eq!(on(&mut writer, &WRITTEN), [notify]);
        } else {
            assert_eq!(effects, [notify]);
        }
        assert_eq!(writer.storage().stored(), Some(&*status));
        let end = WriteEnd::Told;
        assert_eq!(
            on(&mut writer, &StatusWriterEvent::Notified),
            [StatusWriterEffect::Done { end }]
        );
    }
    on(&mut writer, &update(status(normal, "", b"")));
    let busy = writer.apply(&update(status(normal, "", b"")), &mut Vec::new());
    assert!(matches!(busy, Err(StatusWriterError::Busy(_))));
}

#[test]
fn telling_takes_its_time_at_most() {
    let mut writer = writer(Role::Worker, Policy::original());
    on(
        &mut writer,
        &update(status(WorkerStateCode::NORMAL, "", b"")),
    );
    on(&mut writer, &StatusWriterEvent::Written { now: at(100) });
    assert_eq!(
        on(&mut writer, &StatusWriterEvent::Timer { now: at(114) }),
        []
    );
    let end = WriteEnd::NotTold;
    assert_eq!(
        on(&mut writer, &StatusWriterEvent::Timer { now: at(115) }),
        [StatusWriterEffect::Done { end }]
    );
}

#[test]
fn an_exit_is_written_in_order() {
    for (reason, state, job_state) in [
        (
            ExitReason::Finished,
            WorkerStateCode::FINISHED,
            MasterStateCode::FINISHED,
        ),
        (
            ExitReason::Canceled,
            WorkerStateCode::STOPPED,
            MasterStateCode::STOPPED,
        ),
        (
            ExitReason::Failed,
            WorkerStateCode::ERROR,
            MasterStateCode::FAILED,
        ),
        (
            ExitReason::Unknown,
            WorkerStateCode::ERROR,
            MasterStateCode::FAILED,
        ),
    ] {
        let mut writer = writer(Role::JobMaster, Policy::original());
        let written = status(state, "broken", b"kept");
        let error: Arc<str> = "broken".into();
        assert_eq!(
            on(&mut writer, &exit(reason, Some("broken"))),
            [StatusWriterEffect::WriteMaster {
                state: job_state,
                error: Arc::clone(&error),
            }]
        );
        let status = Arc::clone(&written);
        assert_eq!(
            on(&mut writer, &WRITTEN),
            [StatusWriterEffect::Persist { status }]
        );
        let status = Arc::clone(&written);
        assert_eq!(
            on(&mut writer, &WRITTEN),
            [StatusWriterEffect::Notify { status }]
        );
        // That the master could not be told does not keep it.
        assert_eq!(
            on(&mut writer, &StatusWriterEvent::NotNotified),
            [
                StatusWriterEffect::Done {
                    end: WriteEnd::NotTold
                },
                StatusWriterEffect::Exited { error: Some(error) },
            ]
        );
    }
}

#[test]
fn an_exit_that_is_not_stored_ends_nothing() {
    let mut writer = writer(Role::JobMaster, Policy::original());
    let error: Arc<str> = "away".into();
    let not_written = StatusWriterEvent::NotWritten {
        error: Arc::clone(&error),
    };
    let end = WriteEnd::NotStored { error };
    assert_eq!(
        on_last(&mut writer, [exit(ExitReason::Canceled, None), not_written]),
        [StatusWriterEffect::Done { end }]
    );
    assert_eq!(writer.storage().stored(), None);
}

#[test]
fn a_second_end() {
    let finished = status(WorkerStateCode::FINISHED, "", b"");
    let ended = |policy| {
        let mut writer = writer(Role::Worker, policy);
        let written = [
            update(Arc::clone(&finished)),
            WRITTEN,
            StatusWriterEvent::Notified,
        ];
        on_last(&mut writer, written);
        writer
    };
    // Finished, then canceled before it has left.
    let mut original = ended(Policy::original());
    let effects = on(&mut original, &exit(ExitReason::Canceled, None));
    let status = status(WorkerStateCode::STOPPED, "", b"kept");
    let persist = StatusWriterEffect::Persist { status };
    assert_eq!(effects, [persist]);

    let mut hardened = ended(Policy::hardened());
    let stopped = update(self::status(WorkerStateCode::STOPPED, "", b""));
    let refused = hardened.apply(&stopped, &mut Vec::new());
    assert!(matches!(refused, Err(StatusWriterError::EndedBefore(_))));
    // It leaves by the exit, with the end that it has reported.
    let end = WriteEnd::Latched;
    assert_eq!(
        on(&mut hardened, &exit(ExitReason::Canceled, None)),
        [
            StatusWriterEffect::Done { end },
            StatusWriterEffect::Exited { error: None },
        ]
    );
    assert_eq!(hardened.storage().stored(), Some(&*finished));
}

// The cancellation.

fn cancellation(policy: Policy) -> Guarded<Cancellation> {
    Guarded::new(Cancellation::new(policy, Timeouts::default()))
}

fn request(seconds: i64) -> CancellationEvent {
    CancellationEvent::Request {
        request: StatusChangeRequest {
            expect_state: WorkerStateCode::STOPPED,
            ..StatusChangeRequest::default()
        },
        now: at(seconds),
    }
}

const CALL: CancellationEffect = CancellationEffect::CallOnCancel { live_context: true };

#[test]
fn a_failed_cancel() {
    let rule = Rule::CancelRetriedAfterFailure;
    for (policy, repeated) in [
        (Policy::before(rule), vec![]),
        (Policy::original(), vec![]),
        (Policy::original().with(rule), vec![CALL]),
        (Policy::hardened(), vec![CALL]),
    ] {
        let mut cancellation = cancellation(policy);
        assert_eq!(on(&mut cancellation, &request(0)), [CALL]);
        on(&mut cancellation, &CancellationEvent::Failed);
        assert_eq!(on(&mut cancellation, &request(15)), repeated);
    }
}

#[test]
fn a_cancel_on_a_dead_context() {
    let rule = Rule::CancelOnLiveContext;
    let contexts = [Policy::before(rule), Policy::original(), Policy::hardened()]
        .map(|policy| on(&mut cancellation(policy), &request(0)));
    let dead = CancellationEffect::CallOnCancel {
        live_context: false,
    };
    assert_eq!(contexts, [vec![dead], vec![CALL], vec![CALL]]);
}

#[test]
fn a_cancel_that_hangs() {
    let rule = Rule::CancelBounded;
    let ends = [Policy::before(rule), Policy::original(), Policy::hardened()].map(|policy| {
        let mut cancellation = cancellation(policy);
        on(&mut cancellation, &request(10));
        let early = on(&mut cancellation, &CancellationEvent::Timer { now: at(39) });
        assert_eq!(early, []);
        let late = on(&mut cancellation, &CancellationEvent::Timer { now: at(40) });
        (*cancellation.state(), late)
    });
    let bounded = (
        CancellationState::Called,
        vec![CancellationEffect::ExitCanceled],
    );
    assert_eq!(
        ends,
        [
            (CancellationState::Calling, vec![]),
            bounded.clone(),
            bounded
        ]
    );
    let mut cancellation = cancellation(Policy::original());
    let answer = cancellation.apply(&CancellationEvent::Failed, &mut Vec::new());
    assert!(
        answer
            .unwrap_err()
            .to_string()
            .starts_with("the business logic was not told")
    );
}

// All of them.

/// No sequence of events makes it panic, the same events have the same effects,
/// and a refusal changes nothing and has none.
fn check<E, M>(machine: &Guarded<M>, events: &[usize]) -> Result<(), TestCaseError>
where
    E: PartialEq + std::fmt::Debug,
    M: Effectful<E>,
{
    let alphabet = M::alphabet();
    let (mut machine, mut twin) = (machine.clone(), machine.clone());
    for event in events {
        let event = &alphabet[event % alphabet.len()];
        let before = machine.clone();
        let (mut effects, mut twin_effects) = (Vec::new(), Vec::new());
        let refused = machine.handle_with_context(event, &mut effects).is_err();
        prop_assert_eq!(
            twin.handle_with_context(event, &mut twin_effects).is_err(),
            refused
        );
        prop_assert_eq!(&twin_effects, &effects);
        prop_assert!(twin == machine);
        if refused {
            prop_assert!(machine == before);
            prop_assert!(effects.is_empty());
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn effects_are_a_function_of_the_events(
        policy in policy(),
        job_master in any::<bool>(),
        events in prop::collection::vec(any::<usize>(), 0..60),
    ) {
        let role = if job_master { Role::JobMaster } else { Role::Worker };
        let timeouts = Timeouts::default();
        check(&Guarded::new(RunLoop::new(role, policy, timeouts)), &events)?;
        check(&Guarded::new(StartUp::new(role, policy)), &events)?;
        check(&writer(role, policy), &events)?;
        check(&cancellation(policy), &events)?;
        let worker = fsmcheck::framework::WorkerBusiness::new(policy);
        check(&Guarded::new(worker), &events)?;
        let job_master = fsmcheck::framework::JobMasterBusiness::new(policy);
        check(&Guarded::new(job_master), &events)?;
    }

    /// A writer under the latch never stores a second end.
    #[test]
    fn an_end_is_latched(events in prop::collection::vec(any::<usize>(), 0..60)) {
        let mut writer = writer(Role::Worker, Policy::hardened());
        let alphabet = <StatusWriter as fsmcheck::Machine>::alphabet();
        let mut end = None;
        for event in events {
            let _ = writer.apply(&alphabet[event % alphabet.len()], &mut Vec::new());
            let stored = writer.storage().stored().map(|stored| stored.state);
            if let Some(end) = end {
                prop_assert_eq!(stored, Some(end));
            }
            end = stored.filter(|state| state.is_terminated());
        }
    }
}
