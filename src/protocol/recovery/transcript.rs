//! How the calls of a step are written down as Rust.

use super::Recovery;
use super::message::{Ping, Pong, Status};
use super::state::{Report, WorkerNumber};
use crate::framework::{JobMasterBusinessEvent, LoopError, MasterInfo, StartUpEvent, TickOutcome};
use crate::protocol::ProtocolModel as _;
use crate::protocol::transcript::{policy_code, timeouts_code};

/// What comes before the calls.
pub(super) fn prelude(model: &Recovery) -> String {
    let configuration = model.configuration();
    PRELUDE
        .replace("POLICY", &policy_code(configuration.policy))
        .replace("TIMEOUTS", &timeouts_code(&configuration.timeouts))
}

const PRELUDE: &str = r#"use std::time::Duration;

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

/// What a worker has stored or told.
enum Report {
    Nothing,
    Started,
    Working,
    Finished,
}

fn status(worker: &str, report: Report) -> WorkerStatus {
    let (state, says) = match report {
        Report::Nothing => (WorkerStateCode::default(), false),
        Report::Started => (WorkerStateCode::INIT, false),
        Report::Working => (WorkerStateCode::NORMAL, true),
        Report::Finished => (WorkerStateCode::FINISHED, true),
    };
    WorkerStatus {
        job_id: "j".to_owned(),
        id: worker.to_owned(),
        state,
        epoch: 3,
        extend_bytes: says.then(Vec::new),
        ..WorkerStatus::default()
    }
}

fn message(worker: &str, master_epoch: i64, report: Report) -> WorkerStatusMessage {
    WorkerStatusMessage {
        worker: worker.to_owned(),
        master_epoch,
        status: Some(status(worker, report)),
    }
}

fn ping(worker: &str, epoch: i64, is_finished: bool, send_time: MonotonicTime) -> HeartbeatPing {
    HeartbeatPing {
        send_time,
        from_worker_id: worker.to_owned(),
        epoch,
        worker_epoch: 3,
        is_finished,
    }
}

fn pong(
    worker: &str,
    epoch: i64,
    is_finished: bool,
    send_time: MonotonicTime,
    worker_epoch: Option<i64>,
) -> ClientEvent {
    ClientEvent::Pong {
        from: "x".into(),
        pong: HeartbeatPong {
            send_time,
            to_worker_id: worker.to_owned(),
            epoch,
            is_finished,
            ..HeartbeatPong::default()
        },
        worker_epoch,
    }
}

fn master_info(info: Option<(&str, i64)>) -> ClientEvent {
    let info = info.map(|(node, epoch)| MasterInfo { node: node.into(), epoch });
    ClientEvent::MasterInfoRead { info }
}

/// Whether a machine takes an event, and what it wants done.
macro_rules! on {
    ($machine:expr, $event:expr) => {{
        let mut effects = Vec::new();
        ($machine.apply(&$event, &mut effects).is_ok(), effects)
    }};
}

fn start_up() -> Guarded<StartUp> {
    Guarded::new(StartUp::new(Role::JobMaster, policy()))
}

fn business() -> Guarded<JobMasterBusiness> {
    let mut business = Guarded::new(JobMasterBusiness::new(policy()));
    business.apply(&JobMasterBusinessEvent::Create, &mut Vec::new()).unwrap();
    business
}

fn client(worker: &str) -> Guarded<MasterClient> {
    let start = ClientStart {
        master: "j".into(),
        worker: worker.into(),
        worker_epoch: 3,
        submitted: NOW,
        started: NOW,
    };
    Guarded::new(MasterClient::new(&start, policy(), timeouts()))
}

fn dispatcher() -> Guarded<Dispatcher> {
    Dispatcher::start(policy(), NOW, &mut Vec::new())
}

fn on_dispatch(
    dispatch: &mut Guarded<Dispatcher>,
    event: DispatcherEvent,
) -> Vec<DispatcherEffect> {
    let mut effects = Vec::new();
    dispatch.handle_with_context(&event, &mut effects).unwrap();
    effects
}

/// A job master's table of workers, with those that are stored or without.
fn manager(epoch: i64, loads_workers: bool) -> WorkerManager {
    let manager = if loads_workers {
        WorkerManager::after_failover(epoch, policy())
    } else {
        WorkerManager::new(epoch, policy())
    };
    manager.with_worker_expiry(timeouts().worker + timeouts().grace)
}

type Answer<'m, A> = (Result<A, ManagerError>, Vec<Effect<'m>>);

fn call<'m, A>(
    manager: &mut WorkerManager,
    call: impl FnOnce(&mut WorkerManager, &mut Vec<Effect<'m>>) -> Result<A, ManagerError>,
) -> Answer<'m, A> {
    let mut effects = Vec::new();
    (call(manager, &mut effects), effects)
}

fn on_recover(manager: &mut WorkerManager) -> Answer<'static, ()> {
    call(manager, |manager, effects| manager.recover(effects))
}

fn on_rows(manager: &mut WorkerManager, rows: Vec<WorkerStatus>) -> Answer<'static, ()> {
    call(manager, |manager, effects| manager.rows_loaded(rows, NOW, effects))
}

fn on_load_failed(manager: &mut WorkerManager) -> Answer<'static, ()> {
    call(manager, |manager, effects| manager.load_failed("the store is away", effects))
}

fn on_wake(manager: &mut WorkerManager) -> Answer<'static, ()> {
    call(manager, |manager, effects| Ok(manager.wake(NOW, effects)))
}

fn on_start(manager: &mut WorkerManager, worker: &str) -> Answer<'static, ()> {
    call(manager, |manager, _| manager.before_start(worker, "y", 3, NOW))
}

fn on_clean(manager: &mut WorkerManager, worker: &str) -> Answer<'static, ()> {
    call(manager, |manager, effects| {
        manager.clean(worker, effects)?;
        manager.cleaned(worker, Ok(()))
    })
}

fn on_check(manager: &mut WorkerManager) -> Answer<'static, ()> {
    call(manager, |manager, effects| manager.check(NOW, effects))
}

fn on_tick(manager: &mut WorkerManager, input: TickInput<'_>) -> Answer<'static, Ticked> {
    call(manager, |manager, effects| manager.tick(input, effects))
}

fn on_ping<'m>(manager: &mut WorkerManager, ping: &'m HeartbeatPing) -> Answer<'m, Receipt> {
    call(manager, |manager, effects| manager.heartbeat(ping, "y", NOW, effects))
}

fn on_status(
    manager: &mut WorkerManager,
    message: WorkerStatusMessage,
) -> Answer<'static, Receipt> {
    call(manager, |manager, effects| manager.status_message(message, effects))
}

let mut jobs = JobRows::new(policy());
jobs.create(MasterMeta { id: "j".to_owned(), ..MasterMeta::default() }).unwrap();
"#;

fn time(is_old: bool) -> &'static str {
    if is_old { "LONG_AGO" } else { "NOW" }
}

pub(super) fn ping(worker: WorkerNumber, ping: Ping) -> String {
    let (id, time) = (worker.id(), time(ping.is_old));
    format!("ping({id:?}, {}, {}, {time})", ping.epoch, ping.is_finished)
}

pub(super) fn pong(worker: WorkerNumber, pong: Pong) -> String {
    let (id, time) = (worker.id(), time(pong.is_old));
    format!(
        "pong({id:?}, {}, {}, {time}, {:?})",
        pong.epoch, pong.is_finished, pong.worker_epoch
    )
}

/// A record of a worker.
pub(super) fn row(worker: WorkerNumber, report: Report) -> String {
    format!("status({:?}, Report::{report:?})", worker.id())
}

pub(super) fn status(worker: WorkerNumber, status: Status) -> String {
    format!(
        "message({:?}, {}, Report::{:?})",
        worker.id(),
        status.epoch,
        status.report
    )
}

pub(super) fn master_info(info: Option<&MasterInfo>) -> String {
    let info = info.map(|info| (&*info.node, info.epoch));
    format!("master_info({info:?})")
}

pub(super) fn start_event(event: &StartUpEvent) -> String {
    match event {
        StartUpEvent::Failed {
            error: LoopError::Other { message },
        } => format!(
            "StartUpEvent::Failed {{ error: LoopError::Other {{ message: {message:?}.into() }} }}"
        ),
        other => format!("StartUpEvent::{other:?}"),
    }
}

pub(super) fn business_event(event: &JobMasterBusinessEvent) -> String {
    let given = match event {
        JobMasterBusinessEvent::Init {
            creates_worker,
            outcome,
        } => format!(
            "Init {{ creates_worker: {creates_worker}, outcome: InitOutcome::{outcome:?} }}"
        ),
        JobMasterBusinessEvent::Recovered { found } => {
            format!("Recovered {{ found: FoundWorker::{found:?} }}")
        }
        JobMasterBusinessEvent::Tick {
            outcome: TickOutcome::Publishes(state),
        } => format!("Tick {{ outcome: TickOutcome::Publishes(WorkerState::{state:?}) }}"),
        other => format!("{other:?}"),
    };
    format!("JobMasterBusinessEvent::{given}")
}
