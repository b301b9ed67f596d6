// dispatch: L8 order is answered
// Policy: original-abort_on_predispatch_error

#[test]
fn l8_order_is_answered() {
    use fsmcheck::Guarded;
    use fsmcheck::framework::DispatchError::*;
    use fsmcheck::framework::manager::*;
    use fsmcheck::framework::*;
    use fsmcheck::wire::{HeartbeatPing, MonotonicTime};

    const NOW: MonotonicTime = MonotonicTime(0);
    const EXPIRY: std::time::Duration = std::time::Duration::from_secs(21);

    /// Where the dispatch then stands, and what it wants.
    fn tell(
        dispatch: &mut Guarded<Dispatcher>,
        event: &DispatcherEvent,
    ) -> (DispatcherState, Vec<DispatcherEffect>) {
        let mut effects = Vec::new();
        dispatch.handle_with_context(event, &mut effects).unwrap();
        (*dispatch.state(), effects)
    }

    fn ping(jm1: &mut WorkerManager, worker_epoch: i64, is_finished: bool) -> Result<Receipt, ManagerError> {
        let ping = HeartbeatPing {
            from_worker_id: "j".to_owned(),
            epoch: 1,
            worker_epoch,
            is_finished,
            ..HeartbeatPing::default()
        };
        jm1.heartbeat(&ping, "x", NOW, &mut Vec::new())
    }

    fn tick(
        jm1: &mut WorkerManager,
        input: TickInput<'_>,
    ) -> (Result<Ticked, ManagerError>, Vec<Effect<'static>>) {
        let mut effects = Vec::new();
        (jm1.tick(input, &mut effects), effects)
    }

    fn clean(jm1: &mut WorkerManager) -> Result<(), ManagerError> {
        jm1.clean("j", &mut Vec::new())?;
        jm1.cleaned("j", Ok(()))
    }

    fn run_next(runner: &mut TaskRunner) -> Vec<TaskEffect> {
        let mut effects = Vec::new();
        runner.run_next(&mut effects);
        effects
    }

    let policy = "original-abort_on_predispatch_error".parse::<Policy>().unwrap();
    let executor = || (TaskCommitter::default(), TaskRunner::with_capacity(policy, 1));
    let mut jm1 = WorkerManager::new(1, policy);
    if jm1.state() == ManagerState::LoadingMeta {
        jm1.recover(&mut Vec::new()).unwrap();
        jm1.rows_loaded(Vec::new(), NOW, &mut Vec::new()).unwrap();
    }
    let (mut requests, mut runner) = executor();
    let mut dispatch = Guarded::new(Dispatcher::default());

    // 1. jm1 orders j (worker epoch 1) from x
    dispatch = Dispatcher::start(policy, NOW, &mut Vec::new());

    // 2. jm1 has called x for too long to prepare j (worker epoch 1)
    assert_eq!(format!("{:?}", tell(&mut dispatch, &DispatcherEvent::PreDispatchFailed { error: DeadlineExceeded, now: MonotonicTime(10000000000) })), "(Forgotten, [])");

    // 3. x is called to prepare j (worker epoch 1), and could not make it just now

    // 4. x crashes, and starts again
    (requests, runner) = executor();
}
