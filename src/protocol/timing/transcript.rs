//! A run in time as Rust.

use super::Scenario;
use crate::protocol::Configuration;
use crate::protocol::transcript::{policy_code, timeouts_code};

/// The statement with which a run begins.
pub(super) const fn beginning(scenario: Scenario) -> &'static str {
    match scenario {
        Scenario::CutOff | Scenario::LateGoodbye => "manager = master_of(\"w\", true);",
        Scenario::LateStart => "manager = master_of(\"w\", false);",
        Scenario::Goodbye => "(w, manager) = (ended(), master_of(\"w\", true));",
        Scenario::Failover => "manager = failed_over(now);",
        Scenario::Held => "manager = master_of(\"j\", true);",
        Scenario::ExecutorCutOff => "heartbeat(&mut registered);",
    }
}

/// The items and variables of a run.
pub(super) fn prelude(configuration: &Configuration) -> String {
    PRELUDE
        .replace("POLICY", &policy_code(configuration.policy))
        .replace("TIMEOUTS", &timeouts_code(&configuration.timeouts))
}

const PRELUDE: &str = r#"use std::time::Duration;

use fsmcheck::Guarded;
use fsmcheck::framework::LoopError::{Other, Suicide};
use fsmcheck::framework::manager::*;
use fsmcheck::framework::*;
use fsmcheck::wire::*;

struct Party {
    client: Guarded<MasterClient>,
    run_loop: Guarded<RunLoop>,
}

fn policy() -> Policy {
    POLICY
}

fn timeouts() -> Timeouts {
    TIMEOUTS
}

fn nanos(time: Duration) -> i64 {
    time.as_nanos() as i64
}

fn party(who: &str, master: &str, started: MonotonicTime) -> Party {
    let start = ClientStart {
        master: master.into(),
        worker: who.into(),
        worker_epoch: 2,
        submitted: MonotonicTime(0),
        started,
    };
    let role = if who == "w" { Role::Worker } else { Role::JobMaster };
    let mut run_loop = Guarded::new(RunLoop::new(role, policy(), timeouts()));
    run_loop.apply(&RunLoopEvent::Run, &mut Vec::new()).unwrap();
    run_loop.apply(&RunLoopEvent::Initialised { now: started }, &mut Vec::new()).unwrap();
    Party { client: Guarded::new(MasterClient::new(&start, policy(), timeouts())), run_loop }
}

fn ended() -> Party {
    let now = MonotonicTime(0);
    let mut w = party("w", "j", now);
    let error = Some(LoopError::WorkerFinish);
    w.run_loop.apply(&RunLoopEvent::Ended { error, now }, &mut Vec::new()).unwrap();
    w.run_loop.apply(&RunLoopEvent::BusinessClosed, &mut Vec::new()).ok();
    w.client.apply(&ClientEvent::WaitClosed { now }, &mut Vec::new()).unwrap();
    w
}

fn empty() -> WorkerManager {
    WorkerManager::after_failover(1, policy()).with_worker_expiry(timeouts().expiry())
}

fn failed_over(now: MonotonicTime) -> WorkerManager {
    let state = WorkerStateCode::NORMAL;
    let row = WorkerStatus { id: "w".to_owned(), epoch: 2, state, ..WorkerStatus::default() };
    let mut manager = empty();
    manager.recover(&mut Vec::new()).unwrap();
    manager.rows_loaded(vec![row], now, &mut Vec::new()).unwrap();
    manager
}

fn master_of(who: &str, heard: bool) -> WorkerManager {
    let now = MonotonicTime(0);
    let mut manager = empty();
    manager.recover(&mut Vec::new()).unwrap();
    manager.rows_loaded(Vec::new(), now, &mut Vec::new()).unwrap();
    manager.before_start(who, "x", 2, now).unwrap();
    if heard {
        let from_worker_id = who.to_owned();
        let ping = HeartbeatPing { from_worker_id, epoch: 1, worker_epoch: 2, ..Default::default() };
        manager.heartbeat(&ping, "x", now, &mut Vec::new()).unwrap();
        let _ = manager.tick(TickInput::Start, &mut Vec::new()).unwrap();
        let _ = manager.tick(TickInput::CallbackDone, &mut Vec::new()).unwrap();
    }
    manager
}

fn check(manager: &mut WorkerManager, now: MonotonicTime) -> Result<(), ManagerError> {
    manager.check(now, &mut Vec::new())?;
    let mut input = TickInput::Start;
    loop {
        input = match manager.tick(input, &mut Vec::new())? {
            Ticked::Callback => TickInput::CallbackDone,
            Ticked::Row => TickInput::Row(Ok(None)),
            Ticked::Done => return Ok(()),
        };
    }
}

fn entry(manager: &WorkerManager, who: &str) -> Option<WorkerEntryState> {
    manager.entry(who).map(|(_, state)| state)
}

fn tell_client(party: &mut Party, event: &ClientEvent) -> Vec<ClientEffect> {
    let mut effects = Vec::new();
    party.client.apply(event, &mut effects).unwrap();
    effects
}

fn tell_loop(party: &mut Party, event: &RunLoopEvent) -> (RunLoopState, Vec<RunLoopEffect>) {
    let mut effects = Vec::new();
    party.run_loop.apply(event, &mut effects).unwrap();
    (*party.run_loop.state(), effects)
}

fn pong(w: &mut Party, now: MonotonicTime) -> bool {
    let to_worker_id = "w".to_owned();
    let pong = HeartbeatPong { send_time: now, to_worker_id, epoch: 1, ..Default::default() };
    let pong = ClientEvent::Pong { from: "x".into(), pong, worker_epoch: Some(2) };
    w.client.apply(&pong, &mut Vec::new()).is_ok()
}

fn heartbeat(registered: &mut Guarded<RegisteredExecutor>) {
    let ttl = nanos(timeouts().executor + timeouts().executor_grace);
    let heartbeat = RegisteredExecutorEvent::Heartbeat { now: MonotonicTime(0), ttl };
    registered.handle(&heartbeat).unwrap();
}

fn tell_executor(x: &mut Guarded<Executor>, event: &ExecutorEvent) -> Vec<ExecutorEffect> {
    let mut effects = Vec::new();
    x.handle_with_context(event, &mut effects).unwrap();
    effects
}

fn sweep(
    registered: &mut Guarded<RegisteredExecutor>,
    now: MonotonicTime,
) -> RegisteredExecutorState {
    registered.handle(&RegisteredExecutorEvent::Checked { now }).unwrap();
    *registered.state()
}

let mut now = MonotonicTime(0);
let (mut w, mut j) = (party("w", "j", now), party("j", "jm", now));
let mut manager = empty();
let timeout = nanos(timeouts().executor);
let mut x = Guarded::new(Executor::new(now, timeout));
let mut registered = Guarded::new(RegisteredExecutor::new(now, timeout));
"#;
