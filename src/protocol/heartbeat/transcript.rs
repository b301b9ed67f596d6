//! How the calls of a step are written down as Rust.

use super::Heartbeat;
use super::state::Order;
use crate::framework::{ClientEvent, LoopError, Role, RunLoopEvent, StartUpEvent};
use crate::protocol::ProtocolModel as _;
use crate::protocol::transcript::policy_code;
use crate::wire::{Epoch, HeartbeatPing, WorkerStatus, WorkerStatusMessage};

/// What the calls are made in terms of; the rules are put in front of it.
const HELPERS: &str = r#"
const NOW: MonotonicTime = MonotonicTime(0);
const AGE: Duration = Duration::from_nanos(10_000_000_001);
let timeouts = Timeouts::default();

fn ping(worker: &str, epoch: i64, worker_epoch: i64, is_finished: bool, sent: i64) -> HeartbeatPing {
    HeartbeatPing {
        send_time: MonotonicTime(sent),
        from_worker_id: worker.to_owned(),
        epoch,
        worker_epoch,
        is_finished,
    }
}

fn pong(
    worker: &str,
    epoch: i64,
    worker_epoch: Option<i64>,
    is_finished: bool,
    sent: i64,
) -> ClientEvent {
    ClientEvent::Pong {
        from: "m".into(),
        pong: HeartbeatPong {
            send_time: MonotonicTime(sent),
            to_worker_id: worker.to_owned(),
            epoch,
            is_finished,
            ..HeartbeatPong::default()
        },
        worker_epoch,
    }
}

fn row(worker: &str, state: i8, epoch: i64) -> WorkerStatus {
    let state = WorkerStateCode(state);
    WorkerStatus { id: worker.to_owned(), state, epoch, ..WorkerStatus::default() }
}

fn status(worker: &str, master_epoch: i64, status: Option<WorkerStatus>) -> WorkerStatusMessage {
    WorkerStatusMessage { worker: worker.to_owned(), master_epoch, status }
}

fn submit(
    runner: &mut TaskRunner,
    task: &str,
    submitted_at: MonotonicTime,
) -> (Result<(), CommitError>, Vec<TaskEffect>) {
    let mut effects = Vec::new();
    let queued = runner.enqueue(SubmittedTask { id: task.to_owned(), submitted_at });
    runner.run_next(&mut effects);
    if let [TaskEffect::Launch(task)] = &*effects {
        let _ = runner.launched(&task.id);
    }
    (queued, effects)
}

fn tell(
    client: &mut Guarded<MasterClient>,
    event: ClientEvent,
) -> Result<Vec<ClientEffect>, ClientError> {
    let mut effects = Vec::new();
    client.apply(&event, &mut effects).map(|_| effects)
}

fn run(
    run_loop: &mut Guarded<RunLoop>,
    event: RunLoopEvent,
) -> Result<Vec<RunLoopEffect>, RunLoopError> {
    let mut effects = Vec::new();
    run_loop.apply(&event, &mut effects).map(|_| effects)
}

fn start(
    start_up: &mut Guarded<StartUp>,
    event: StartUpEvent,
) -> Result<Vec<StartUpEffect>, OutOfOrder> {
    let mut effects = Vec::new();
    start_up.apply(&event, &mut effects).map(|_| effects)
}

let mut jm1 = WorkerManager::new(1, policy);
if !jm1.state().is_ready() {
    jm1.recover(&mut vec![]).unwrap();
    jm1.rows_loaded(vec![], NOW, &mut vec![]).unwrap();
}
let mut x = TaskRunner::new(policy);
let mut y = TaskRunner::new(policy);
"#;

const IMPORTS: &str = "use std::time::Duration;

use fsmcheck::Guarded;
use fsmcheck::framework::manager::{TickInput, WorkerManager};
use fsmcheck::framework::*;
use fsmcheck::wire::*;
";

/// What comes before the calls.
pub(super) fn prelude(model: &Heartbeat) -> String {
    let policy = policy_code(model.configuration().policy);
    format!("{IMPORTS}\nlet policy = {policy};{HELPERS}")
}

/// How the client of an incarnation is called; its loop and its start are called after it.
pub(super) fn name(id: &str, epoch: Epoch) -> String {
    format!("{}_e{epoch}", id.replace('\'', "_next"))
}

pub(super) fn ping(ping: &HeartbeatPing) -> String {
    let HeartbeatPing {
        send_time,
        from_worker_id,
        epoch,
        worker_epoch,
        is_finished,
    } = ping;
    let sent = send_time.0;
    format!("ping({from_worker_id:?}, {epoch}, {worker_epoch}, {is_finished}, {sent})")
}

pub(super) fn status(message: &WorkerStatusMessage) -> String {
    let status = stored(message.status.as_ref());
    let WorkerStatusMessage {
        worker,
        master_epoch,
        ..
    } = message;
    format!("status({worker:?}, {master_epoch}, {status})")
}

fn row(row: &WorkerStatus) -> String {
    format!("row({:?}, {}, {})", row.id, row.state.0, row.epoch)
}

pub(super) fn rows(rows: &[WorkerStatus]) -> String {
    let rows: Vec<_> = rows.iter().map(row).collect();
    format!("vec![{}]", rows.join(", "))
}

pub(super) fn stored(stored: Option<&WorkerStatus>) -> String {
    stored.map_or_else(|| "None".to_owned(), |of| format!("Some({})", row(of)))
}

/// The three machines of an incarnation.
pub(super) fn launch(name: &str, id: &str, role: Role, order: &Order) -> String {
    let Order {
        epoch, submitted, ..
    } = order;
    format!(
        "let mut {name} = Guarded::new(MasterClient::new(&ClientStart {{ master: \"jm\".into(), \
         worker: {id:?}.into(), worker_epoch: {epoch}, submitted: {submitted:?}, started: NOW }}, \
         policy, timeouts));
let mut {name}_loop = Guarded::new(RunLoop::new(Role::{role:?}, policy, timeouts));
let mut {name}_start = Guarded::new(StartUp::new(Role::{role:?}, policy))"
    )
}

fn loop_error(error: &LoopError) -> String {
    match error {
        LoopError::FailFast { message } => {
            format!("LoopError::FailFast {{ message: {message:?}.into() }}")
        }
        LoopError::Other { message } => {
            format!("LoopError::Other {{ message: {message:?}.into() }}")
        }
        other => format!("LoopError::{other:?}"),
    }
}

pub(super) fn loop_event(event: &RunLoopEvent) -> String {
    match event {
        RunLoopEvent::Ended {
            error: Some(error), ..
        } => {
            let error = loop_error(error);
            format!("RunLoopEvent::Ended {{ error: Some({error}), now: NOW }}")
        }
        other => format!("RunLoopEvent::{other:?}"),
    }
}

pub(super) fn start_event(event: &StartUpEvent) -> String {
    match event {
        StartUpEvent::Failed { error } => {
            let error = loop_error(error);
            format!("StartUpEvent::Failed {{ error: {error} }}")
        }
        StartUpEvent::MetadataRefreshed { stored } => format!(
            "StartUpEvent::MetadataRefreshed {{ stored: MasterStateCode({}) }}",
            stored.0
        ),
        other => format!("StartUpEvent::{other:?}"),
    }
}

pub(super) fn client_event(event: &ClientEvent) -> String {
    match event {
        ClientEvent::Pong {
            pong, worker_epoch, ..
        } => format!(
            "pong({:?}, {}, {worker_epoch:?}, {}, {})",
            pong.to_worker_id, pong.epoch, pong.is_finished, pong.send_time.0
        ),
        ClientEvent::MasterInfoRead { info: Some(info) } => format!(
            "ClientEvent::MasterInfoRead {{ info: Some(MasterInfo {{ node: {:?}.into(), epoch: {} \
             }}) }}",
            info.node, info.epoch
        ),
        other => format!("ClientEvent::{other:?}"),
    }
}
