//! How the calls of a step are written down as Rust.

use super::Exit;
use super::state::Beat;
use crate::framework::{
    ClientEvent, RunLoopEvent, StatusWriterEvent, TickOutcome, WorkerBusinessEvent,
};
use crate::protocol::ProtocolModel as _;
use crate::protocol::clock::LONG_AGO;
use crate::protocol::transcript::{policy_code, timeouts_code};
use crate::wire::WorkerStateCode;

/// What comes before the calls.
pub(super) fn prelude(model: &Exit) -> String {
    let configuration = model.configuration();
    PRELUDE
        .replace("POLICY", &policy_code(configuration.policy))
        .replace("TIMEOUTS", &timeouts_code(&configuration.timeouts))
}

const PRELUDE: &str = r#"use std::sync::Arc;
use std::time::Duration;

use fsmcheck::Guarded;
use fsmcheck::framework::manager::*;
use fsmcheck::framework::*;
use fsmcheck::wire::*;

const NOW: MonotonicTime = MonotonicTime(0);
const LONG_AGO: MonotonicTime = MonotonicTime(-20_000_000_002);
const AGE: Duration = Duration::from_nanos(10_000_000_001);

fn policy() -> Policy {
    POLICY
}

fn timeouts() -> Timeouts {
    TIMEOUTS
}

fn status(state: WorkerStateCode) -> WorkerStatus {
    WorkerStatus {
        job_id: "j".to_owned(),
        id: "w1".to_owned(),
        state,
        epoch: 2,
        ..WorkerStatus::default()
    }
}

fn message(state: WorkerStateCode) -> WorkerStatusMessage {
    WorkerStatusMessage {
        worker: "w1".to_owned(),
        master_epoch: 1,
        status: Some(status(state)),
    }
}

fn ping(is_finished: bool, send_time: MonotonicTime) -> HeartbeatPing {
    HeartbeatPing {
        send_time,
        from_worker_id: "w1".to_owned(),
        epoch: 1,
        worker_epoch: 2,
        is_finished,
    }
}

fn pong(is_finished: bool, send_time: MonotonicTime) -> ClientEvent {
    ClientEvent::Pong {
        from: "x".into(),
        pong: HeartbeatPong {
            send_time,
            to_worker_id: "w1".to_owned(),
            epoch: 1,
            is_finished,
            ..HeartbeatPong::default()
        },
        worker_epoch: Some(2),
    }
}

fn update(state: WorkerStateCode) -> StatusWriterEvent {
    StatusWriterEvent::Update { status: Arc::new(status(state)), now: NOW }
}

fn exit(reason: ExitReason) -> StatusWriterEvent {
    let status = Arc::new(status(WorkerStateCode::NORMAL));
    StatusWriterEvent::Exit { reason, error: None, status, now: NOW }
}

/// Whether a machine takes an event, and what it wants done.
macro_rules! on {
    ($machine:expr, $event:expr) => {{
        let mut effects = Vec::new();
        ($machine.apply(&$event, &mut effects).is_ok(), effects)
    }};
}

type Answer<'m, A> = (Result<A, ManagerError>, Vec<Effect<'m>>);

fn on_ping<'m>(manager: &mut WorkerManager, ping: &'m HeartbeatPing) -> Answer<'m, Receipt> {
    let mut effects = Vec::new();
    (manager.heartbeat(ping, "y", NOW, &mut effects), effects)
}

fn on_status(
    manager: &mut WorkerManager,
    message: WorkerStatusMessage,
) -> Answer<'static, Receipt> {
    let mut effects = Vec::new();
    (manager.status_message(message, &mut effects), effects)
}

fn on_check(manager: &mut WorkerManager) -> Answer<'static, ()> {
    let mut effects = Vec::new();
    (manager.check(NOW, &mut effects), effects)
}

fn on_tick(manager: &mut WorkerManager, input: TickInput<'_>) -> Answer<'static, Ticked> {
    let mut effects = Vec::new();
    (manager.tick(input, &mut effects), effects)
}

fn on_clean(manager: &mut WorkerManager) -> Answer<'static, ()> {
    let mut effects = Vec::new();
    let cleaned = manager
        .clean("w1", &mut effects)
        .and_then(|()| manager.cleaned("w1", Ok(())));
    (cleaned, effects)
}

let mut jm1 = WorkerManager::new(1, policy())
    .with_worker_expiry(timeouts().worker + timeouts().grace);
if !jm1.state().is_ready() {
    jm1.recover(&mut Vec::new()).unwrap();
    jm1.rows_loaded(Vec::new(), NOW, &mut Vec::new()).unwrap();
}
jm1.before_start("w1", "y", 2, NOW).unwrap();

let mut run_loop = Guarded::new(RunLoop::new(Role::Worker, policy(), timeouts()));
let mut business = Guarded::new(WorkerBusiness::new(policy()));
let mut writer = Guarded::new(StatusWriter::new(Role::Worker, policy(), timeouts()));
let mut client = Guarded::new(MasterClient::new(
    &ClientStart {
        master: "j".into(),
        worker: "w1".into(),
        worker_epoch: 2,
        submitted: NOW,
        started: NOW,
    },
    policy(),
    timeouts(),
));
let info = Some(MasterInfo { node: "x".into(), epoch: 1 });
let started = [
    on!(run_loop, RunLoopEvent::Run).0,
    on!(client, ClientEvent::MasterInfoRead { info }).0,
    on!(business, WorkerBusinessEvent::Create).0,
    on!(business, WorkerBusinessEvent::Init { outcome: InitOutcome::Succeeds }).0,
    on!(run_loop, RunLoopEvent::Initialised { now: NOW }).0,
];
assert_eq!(started, [true; 5]);
"#;

fn time(is_old: bool) -> &'static str {
    if is_old { "LONG_AGO" } else { "NOW" }
}

pub(super) fn ping(ping: Beat) -> String {
    format!("ping({}, {})", ping.is_finished, time(ping.is_old))
}

pub(super) fn state(state: WorkerStateCode) -> String {
    format!("WorkerStateCode({})", state.0)
}

/// What a tick is given that has asked for a record.
pub(super) fn given(row: Option<WorkerStateCode>) -> String {
    row.map_or_else(
        || "Row(Ok(None))".to_owned(),
        |row| format!("Row(Ok(Some(status({}))))", state(row)),
    )
}

pub(super) fn client_event(event: &ClientEvent) -> String {
    match event {
        ClientEvent::Pong { pong, .. } => {
            let time = time(pong.send_time == LONG_AGO);
            format!("pong({}, {time})", pong.is_finished)
        }
        other => format!("ClientEvent::{other:?}"),
    }
}

pub(super) fn loop_event(event: &RunLoopEvent) -> String {
    match event {
        RunLoopEvent::Fail { error } => {
            format!("RunLoopEvent::Fail {{ error: LoopError::{error:?} }}")
        }
        other => format!("RunLoopEvent::{other:?}"),
    }
}

pub(super) fn business_event(event: &WorkerBusinessEvent) -> String {
    let given = match event {
        WorkerBusinessEvent::Tick { outcome } => {
            let outcome = match outcome {
                TickOutcome::Publishes(state) => format!("Publishes(WorkerState::{state:?})"),
                TickOutcome::Exits(reason) => format!("Exits(ExitReason::{reason:?})"),
                other => format!("{other:?}"),
            };
            format!("Tick {{ outcome: TickOutcome::{outcome} }}")
        }
        WorkerBusinessEvent::Cancel { outcome } => {
            format!("Cancel {{ outcome: CancelOutcome::{outcome:?} }}")
        }
        other => format!("{other:?}"),
    };
    format!("WorkerBusinessEvent::{given}")
}

pub(super) fn writer_event(event: &StatusWriterEvent) -> String {
    match event {
        StatusWriterEvent::Update { status, .. } => format!("update({})", state(status.state)),
        StatusWriterEvent::Exit { reason, .. } => format!("exit(ExitReason::{reason:?})"),
        other => format!("StatusWriterEvent::{other:?}"),
    }
}
