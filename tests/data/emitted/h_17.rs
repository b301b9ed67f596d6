// recovery: S13 offline for the last reason
// Policy: original

#[test]
fn s13_offline_for_the_last_reason() {
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

    // 1. jm1 starts, and takes epoch 1
    let mut start = start_up();
    let mut logic1 = business();
    assert_eq!(format!("{:?}", on!(start, StartUpEvent::Start)), "(true, [StartHeartbeat, ListenToMaster, ReadMasterInfo])");
    assert_eq!(format!("{:?}", on!(start, StartUpEvent::MasterInfoRead)), "(true, [RefreshMetadata])");
    assert_eq!(format!("{:?}", jobs.refresh("j", 1, "x", "")), "true");
    assert_eq!(format!("{:?}", on!(start, StartUpEvent::MetadataRefreshed { stored: MasterStateCode(1) })), "(true, [StartManager { load_workers: false }, ListenToWorkers, CallInitImpl])");

    // 2. jm1 builds its table of workers
    let mut jm1 = manager(1, false);

    // 3. jm1 begins to take messages of its workers

    // 4. jm1 starts its business logic for the first time
    assert_eq!(format!("{:?}", on!(logic1, JobMasterBusinessEvent::Init { creates_worker: true, outcome: InitOutcome::Succeeds })), "(true, [CreateWorker, Return { is_ok: true }])");
    let mut dispatch = dispatcher();
    assert_eq!(format!("{:?}", on_dispatch(&mut dispatch, DispatcherEvent::PreDispatched)), "[MakeEntry, SendConfirm]");
    assert_eq!(format!("{:?}", on_start(&mut jm1, "w1")), "(Ok(()), [])");
    let mut w1 = client("w1");
    assert_eq!(format!("{:?}", on!(w1, master_info(Some(("x", 1))))), "(true, [])");
    assert_eq!(format!("{:?}", on_dispatch(&mut dispatch, DispatcherEvent::Confirmed)), "[]");
    assert_eq!(format!("{:?}", on!(start, StartUpEvent::BusinessInitialised)), "(true, [MarkInit { is_conditional: false }])");
    assert_eq!(format!("{:?}", jobs.write_state("j", 1, MasterStateCode::INIT)), "Ok(true)");
    assert_eq!(format!("{:?}", on!(start, StartUpEvent::Marked)), "(true, [WriteRow])");
    assert_eq!(format!("{:?}", on!(start, StartUpEvent::RowWritten)), "(true, [ReportInit])");
    assert_eq!(format!("{:?}", on!(start, StartUpEvent::Reported)), "(true, [Initialised])");
    assert_eq!(format!("{:?}", on_tick(&mut jm1, TickInput::Start)), "(Ok(Done), [])");

    // 5. jm1 crashes

    // 6. jm2 starts, and takes epoch 2
    let mut start = start_up();
    let mut logic1 = business();
    assert_eq!(format!("{:?}", on!(start, StartUpEvent::Start)), "(true, [StartHeartbeat, ListenToMaster, ReadMasterInfo])");
    assert_eq!(format!("{:?}", on!(start, StartUpEvent::MasterInfoRead)), "(true, [RefreshMetadata])");
    assert_eq!(format!("{:?}", jobs.refresh("j", 2, "x", "")), "true");
    assert_eq!(format!("{:?}", on!(start, StartUpEvent::MetadataRefreshed { stored: MasterStateCode(2) })), "(true, [StartManager { load_workers: true }, ListenToWorkers])");

    // 7. jm2 builds its table of workers
    let mut jm2 = manager(2, true);
    assert_eq!(format!("{:?}", on_recover(&mut jm2)), "(Ok(()), [LoadRows])");

    // 8. w1 reads where its master is
    assert_eq!(format!("{:?}", on!(w1, master_info(Some(("x", 2))))), "(true, [])");

    // 9. w1 works: stores that, and tells its master

    // 10. jm2 reads the records of its workers

    // 11. jm2 has the records of its workers
    assert_eq!(format!("{:?}", on_rows(&mut jm2, vec![status("w1", Report::Working)])), "(Ok(()), [])");

    // 12. an age ends
    w1.set_back(AGE, NOW);
    assert_eq!(format!("{:?}", on!(w1, ClientEvent::CheckMaster { now: NOW })), "(true, [ReadMasterInfo { purpose: Reload }])");
    jm2.set_back(AGE, NOW);

    // 13. jm2 begins to take messages of its workers

    // 14. w1 has finished: stores that, and tells its master
    assert_eq!(format!("{:?}", on!(w1, ClientEvent::WaitClosed { now: NOW })), "(true, [])");

    // 15. jm2 takes the status of w1, finished for jm2
    assert_eq!(format!("{:?}", on_status(&mut jm2, message("w1", 2, Report::Finished))), "(Ok(Accepted), [])");

    // 16. an age ends
    w1.set_back(AGE, NOW);
    assert_eq!(format!("{:?}", on!(w1, ClientEvent::Timer { now: NOW })), "(true, [])");
    jm2.set_back(AGE, NOW);

    // 17. jm2 waits for its workers no longer
    assert_eq!(format!("{:?}", on_wake(&mut jm2)), "(Ok(()), [RecoveryEnded { error: None }])");
    assert_eq!(format!("{:?}", on!(start, StartUpEvent::WorkersRecovered)), "(true, [CallOnMasterRecovered])");
}
