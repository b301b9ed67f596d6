// exit: S13 offline for the last reason
// Policy: original

#[test]
fn s13_offline_for_the_last_reason() {
    use std::sync::Arc;
    use std::time::Duration;

    use fsmcheck::Guarded;
    use fsmcheck::framework::manager::*;
    use fsmcheck::framework::*;
    use fsmcheck::wire::*;

    const NOW: MonotonicTime = MonotonicTime(0);
    const LONG_AGO: MonotonicTime = MonotonicTime(-20_000_000_002);
    const AGE: Duration = Duration::from_nanos(10_000_000_001);

    fn policy() -> Policy {
        "original".parse::<Policy>().unwrap()
    }

    fn timeouts() -> Timeouts {
        Timeouts {
            heartbeat: Duration::from_nanos(3000000000),
            worker: Duration::from_nanos(15000000000),
            grace: Duration::from_nanos(5000000000),
            close: Duration::from_nanos(3000000000),
            wait_closed: Duration::from_nanos(15000000000),
            graceful_exit: Duration::from_nanos(30000000000),
            executor: Duration::from_nanos(20000000000),
            executor_grace: Duration::from_nanos(3000000000),
            ..Timeouts::default()
        }
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

    // 1. w1 is asked to stop, and exits
    assert_eq!(format!("{:?}", on!(business, WorkerBusinessEvent::Cancel { outcome: CancelOutcome::Succeeds })), "(true, [Exit { reason: Canceled }, Return { is_ok: true }])");
    assert_eq!(format!("{:?}", on!(writer, exit(ExitReason::Canceled))), "(true, [Persist { status: WorkerStatus { seq_id: 0, created_at: Timestamp { seconds: -62135596800, nanos: 0, offset: 0 }, updated_at: Timestamp { seconds: -62135596800, nanos: 0, offset: 0 }, project_id: \"\", job_id: \"j\", id: \"w1\", kind: WorkerType(0), state: WorkerStateCode(6), epoch: 2, error_message: \"\", extend_bytes: None } }])");
    assert_eq!(format!("{:?}", on!(writer, StatusWriterEvent::Written { now: MonotonicTime(0) })), "(true, [Notify { status: WorkerStatus { seq_id: 0, created_at: Timestamp { seconds: -62135596800, nanos: 0, offset: 0 }, updated_at: Timestamp { seconds: -62135596800, nanos: 0, offset: 0 }, project_id: \"\", job_id: \"j\", id: \"w1\", kind: WorkerType(0), state: WorkerStateCode(6), epoch: 2, error_message: \"\", extend_bytes: None } }])");
    assert_eq!(format!("{:?}", on!(writer, StatusWriterEvent::Notified)), "(true, [Done { end: Told }, Exited { error: None }])");
    assert_eq!(format!("{:?}", on!(run_loop, RunLoopEvent::Exited { error: None })), "(true, [])");

    // 2. an age ends
    client.set_back(AGE, NOW);
    assert_eq!(format!("{:?}", on!(client, ClientEvent::CheckMaster { now: MonotonicTime(0) })), "(true, [ReadMasterInfo { purpose: Reload }])");
    jm1.set_back(AGE, NOW);

    // 3. an age ends
    client.set_back(AGE, NOW);
    assert_eq!(format!("{:?}", on!(client, ClientEvent::CheckMaster { now: MonotonicTime(0) })), "(true, [MasterTimedOut])");
    assert_eq!(format!("{:?}", on!(run_loop, RunLoopEvent::Fail { error: LoopError::Suicide })), "(true, [])");
    assert_eq!(format!("{:?}", on!(run_loop, RunLoopEvent::Tick { now: MonotonicTime(0) })), "(true, [CallCloseImpl { within: Some(3s) }])");
    jm1.set_back(AGE, NOW);

    // 4. jm1 looks who is silent or has finished
    assert_eq!(format!("{:?}", on_check(&mut jm1)), "(Ok(()), [])");

    // 5. jm1 tells its business logic what has happened
    assert_eq!(format!("{:?}", on_tick(&mut jm1, TickInput::Start)), "(Ok(Callback), [Offline { handle: Tombstone { worker: \"w1\" }, reason: Some(Lost) }])");
    assert_eq!(format!("{:?}", on_clean(&mut jm1)), "(Ok(()), [DeleteRow { worker: \"w1\" }])");
    assert_eq!(format!("{:?}", jm1.before_start("w1", "y", 3, NOW)), "Ok(())");
    assert_eq!(format!("{:?}", on_tick(&mut jm1, TickInput::CallbackDone)), "(Ok(Done), [])");
}
