// heartbeat: S10 ping of both epochs
// Policy: original-ping_worker_epoch_checked

#[test]
fn s10_ping_of_both_epochs() {
    use std::time::Duration;

    use fsmcheck::Guarded;
    use fsmcheck::framework::manager::{TickInput, WorkerManager};
    use fsmcheck::framework::*;
    use fsmcheck::wire::*;

    let policy = "original-ping_worker_epoch_checked".parse::<Policy>().unwrap();
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

    // 1. jm1 orders j (worker epoch 1) from x
    assert_eq!(format!("{:?}", jm1.before_start("j", "x", 1, NOW)), "Ok(())");

    // 2. jm1 crashes

    // 3. jm2 starts
    let mut jm2 = WorkerManager::after_failover(2, policy);
    assert_eq!(format!("{:?}", jm2.recover(&mut vec![])), "Ok(())");
    assert_eq!(format!("{:?}", jm2.rows_loaded(vec![], NOW, &mut vec![])), "Ok(())");

    // 4. x gets the confirmation for j (worker epoch 1)
    assert_eq!(format!("{:?}", submit(&mut x, "j", MonotonicTime(0))), "(Ok(()), [Launch(SubmittedTask { id: \"j\", submitted_at: MonotonicTime(0) })])");
    let mut j_e1 = Guarded::new(MasterClient::new(&ClientStart { master: "jm".into(), worker: "j".into(), worker_epoch: 1, submitted: MonotonicTime(0), started: NOW }, policy, timeouts));
    let mut j_e1_loop = Guarded::new(RunLoop::new(Role::JobMaster, policy, timeouts));
    let mut j_e1_start = Guarded::new(StartUp::new(Role::JobMaster, policy));
    assert_eq!(format!("{:?}", run(&mut j_e1_loop, RunLoopEvent::Run)), "Ok([CallInit])");
    assert_eq!(format!("{:?}", start(&mut j_e1_start, StartUpEvent::Start)), "Ok([StartHeartbeat, ListenToMaster, ReadMasterInfo])");
    assert_eq!(format!("{:?}", tell(&mut j_e1, ClientEvent::ReadMasterInfo)), "Ok([ReadMasterInfo { purpose: Caller }])");
    assert_eq!(format!("{:?}", tell(&mut j_e1, ClientEvent::MasterInfoRead { info: Some(MasterInfo { node: "m".into(), epoch: 2 }) })), "Ok([])");
    assert_eq!(format!("{:?}", start(&mut j_e1_start, StartUpEvent::MasterInfoRead)), "Ok([RefreshMetadata])");
    assert_eq!(format!("{:?}", start(&mut j_e1_start, StartUpEvent::MetadataRefreshed { stored: MasterStateCode(1) })), "Ok([StartManager { load_workers: false }, ListenToWorkers, CallInitImpl])");

    // 5. jm2 orders j (worker epoch 2) from x
    assert_eq!(format!("{:?}", jm2.before_start("j", "x", 2, NOW)), "Ok(())");

    // 6. j (worker epoch 1) pings
    assert_eq!(format!("{:?}", tell(&mut j_e1, ClientEvent::SendPing { now: MonotonicTime(0) })), "Ok([Send { node: \"m\", topic: \"heartbeat-ping-jm\", ping: HeartbeatPing { send_time: MonotonicTime(0), from_worker_id: \"j\", epoch: 2, worker_epoch: 1, is_finished: false } }])");

    // 7. jm2 gets the ping of j (worker epoch 1, to jm2)
    assert_eq!(format!("{:?}", jm2.heartbeat(&ping("j", 2, 1, false, 0), "x", NOW, &mut vec![])), "Ok(Accepted)");
    assert_eq!(format!("{:?}", jm2.tick(TickInput::Start, &mut vec![])), "Ok(Callback)");
    assert_eq!(format!("{:?}", jm2.tick(TickInput::CallbackDone, &mut vec![])), "Ok(Done)");
}
