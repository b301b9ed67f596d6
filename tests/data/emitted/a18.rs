// timing: S2 given away when ended
// Policy: original-ack_baseline_at_submit

#[test]
fn s2_given_away_when_ended() {
    use std::time::Duration;

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
        "original-ack_baseline_at_submit".parse::<Policy>().unwrap()
    }

    fn timeouts() -> Timeouts {
        Timeouts {
            heartbeat: Duration::from_nanos(3000000000),
            worker: Duration::from_nanos(15000000000),
            grace: Duration::from_nanos(6051000000),
            close: Duration::from_nanos(3000000000),
            wait_closed: Duration::from_nanos(15000000000),
            graceful_exit: Duration::from_nanos(30000000000),
            executor: Duration::from_nanos(20000000000),
            executor_grace: Duration::from_nanos(3000000000),
            ..Timeouts::default()
        }
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

    // 1. j has just dispatched w, which waits to be launched
    manager = master_of("w", false);

    // 2. time passes until 15s
    now = MonotonicTime(15000000000);

    // 3. at 15s: w starts
    w = party("w", "j", now);

    // 4. time passes until 21.051000001s
    now = MonotonicTime(21051000001);

    // 5. at 21.051000001s: j checks whether w is silent
    assert_eq!(format!("{:?}", check(&mut manager, now)), "Ok(())");
    assert_eq!(format!("{:?}", entry(&manager, "w")), "Some(Tombstone)");
}
