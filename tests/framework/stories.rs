//! Outages, told by the framework's own machines: the business logic as the
//! surroundings, the rule put out, today's original and everything hardened.

use std::sync::Arc;

use fsmcheck::Guarded;
use fsmcheck::framework::{
    BusinessEffect, CancelOutcome, Cancellation, CancellationEffect, CancellationEvent,
    ClientEffect, ClientEvent, ClientStart, ExitReason, FoundWorker, InitOutcome,
    JobMasterBusiness, JobMasterBusinessEvent, LoopError, Master, MasterClient, MasterEvent,
    MasterState, Policy, Role, Rule, RunLoop, RunLoopEffect, RunLoopEvent, RunLoopState, StartUp,
    StartUpEffect, StartUpEvent, StatusWriter, StatusWriterEffect, StatusWriterEvent, TickOutcome,
    Timeouts, Worker, WorkerState,
};
use fsmcheck::wire::{
    HeartbeatPong, MasterStateCode, MonotonicTime, StatusChangeRequest, WorkerStateCode,
    WorkerStatus,
};

use crate::effects::on;

fn at(seconds: i64) -> MonotonicTime {
    MonotonicTime(seconds * 1_000_000_000)
}

/// One incarnation of a job master with what surrounds it: its record, its
/// business logic, and a master that acknowledges its end.
struct Incarnation {
    now: MonotonicTime,
    job: Guarded<Master>,
    business: Guarded<JobMasterBusiness>,
    run_loop: Guarded<RunLoop>,
    start: Guarded<StartUp>,
    writer: Guarded<StatusWriter>,
    cancellation: Guarded<Cancellation>,
    client: Guarded<MasterClient>,
    init: InitOutcome,
    found: FoundWorker,
    tick: TickOutcome,
    cancel: CancelOutcome,
    store_is_away: bool,
    /// The worker's states in the order in which they were stored.
    stored: Vec<WorkerState>,
    /// What was done at the end, in order.
    end: Vec<&'static str>,
}

impl Incarnation {
    fn new(policy: Policy, role: Role) -> Self {
        let timeouts = Timeouts::default();
        let start = ClientStart {
            worker: "j".into(),
            ..ClientStart::default()
        };
        Self {
            now: at(0),
            job: Guarded::new(Master::default()),
            business: Guarded::new(JobMasterBusiness::new(policy)),
            run_loop: Guarded::new(RunLoop::new(role, policy, timeouts)),
            start: Guarded::new(StartUp::new(role, policy)),
            writer: Guarded::new(StatusWriter::new(role, policy, timeouts)),
            cancellation: Guarded::new(Cancellation::new(policy, timeouts)),
            client: Guarded::new(MasterClient::new(&start, policy, timeouts)),
            init: InitOutcome::Succeeds,
            found: FoundWorker::Nobody,
            tick: TickOutcome::Publishes(WorkerState::Normal),
            cancel: CancelOutcome::Succeeds,
            store_is_away: false,
            stored: Vec::new(),
            end: Vec::new(),
        }
    }

    /// An incarnation that runs.
    fn running(policy: Policy, role: Role) -> Self {
        let mut incarnation = Self::new(policy, role);
        incarnation.run();
        assert_eq!(*incarnation.run_loop.state(), RunLoopState::Poll);
        incarnation
    }

    fn run(&mut self) {
        self.call(JobMasterBusinessEvent::Create);
        self.looped(RunLoopEvent::Run);
    }

    fn tick(&mut self, outcome: TickOutcome) {
        self.tick = outcome;
        self.looped(RunLoopEvent::Tick { now: self.now });
    }

    fn ask_to_stop(&mut self) {
        let request = StatusChangeRequest {
            expect_state: WorkerStateCode::STOPPED,
            ..StatusChangeRequest::default()
        };
        let now = self.now;
        self.canceled(CancellationEvent::Request { request, now });
    }

    fn looped(&mut self, event: RunLoopEvent) {
        for effect in on(&mut self.run_loop, &event) {
            match effect {
                RunLoopEffect::CallInit => self.started(StartUpEvent::Start),
                RunLoopEffect::CallPoll => {
                    let outcome = self.tick;
                    if !self.call(JobMasterBusinessEvent::Tick { outcome }) {
                        let message = "tick".into();
                        let error = Some(LoopError::Other { message });
                        let now = self.now;
                        self.looped(RunLoopEvent::Ended { error, now });
                    }
                }
                RunLoopEffect::StopAnswering => self.end.push("stops answering"),
                RunLoopEffect::CallCloseImpl { .. } => {
                    self.end.push("closes");
                    self.call(JobMasterBusinessEvent::Close);
                    self.looped(RunLoopEvent::BusinessClosed);
                }
                RunLoopEffect::WaitClosed => {
                    self.end.push("says goodbye");
                    self.say_goodbye();
                    self.looped(RunLoopEvent::HandshakeEnded);
                }
                RunLoopEffect::CallStopImpl { .. } => {
                    self.end.push("stops");
                    self.call(JobMasterBusinessEvent::Stop);
                    self.looped(RunLoopEvent::BusinessStopped);
                }
                RunLoopEffect::Release => self.looped(RunLoopEvent::Released),
                RunLoopEffect::Return { .. } => self.end.push("returns"),
            }
        }
    }

    /// The master acknowledges the ping that says that the worker has finished.
    fn say_goodbye(&mut self) {
        let now = self.now;
        on(&mut self.client, &ClientEvent::WaitClosed { now });
        let effects = on(&mut self.client, &ClientEvent::SendPing { now });
        let [ClientEffect::Send { ping, .. }] = &effects[..] else {
            panic!("{effects:?}");
        };
        let pong = ClientEvent::Pong {
            from: "n".into(),
            pong: HeartbeatPong {
                send_time: ping.send_time,
                to_worker_id: ping.from_worker_id.clone(),
                is_finished: ping.is_finished,
                ..HeartbeatPong::default()
            },
            worker_epoch: Some(ping.worker_epoch),
        };
        let effects = on(&mut self.client, &pong);
        assert!(matches!(&effects[..], [ClientEffect::WaitEnded { .. }]));
    }

    fn started(&mut self, event: StartUpEvent) {
        for effect in on(&mut self.start, &event) {
            match effect {
                StartUpEffect::StartHeartbeat
                | StartUpEffect::ListenToMaster
                | StartUpEffect::ListenToWorkers => {}
                StartUpEffect::ReadMasterInfo => self.started(StartUpEvent::MasterInfoRead),
                StartUpEffect::RefreshMetadata => {
                    let stored = MasterStateCode(self.job.state().code());
                    self.started(StartUpEvent::MetadataRefreshed { stored });
                }
                StartUpEffect::StartManager { load_workers } => {
                    if load_workers {
                        self.started(StartUpEvent::WorkersRecovered);
                    }
                }
                StartUpEffect::CallInitImpl => {
                    let outcome = self.init;
                    let init = JobMasterBusinessEvent::Init {
                        creates_worker: false,
                        outcome,
                    };
                    let is_ok = self.call(init);
                    self.business_started(is_ok);
                }
                StartUpEffect::CallOnMasterRecovered => {
                    let found = self.found;
                    let is_ok = self.call(JobMasterBusinessEvent::Recovered { found });
                    self.business_started(is_ok);
                }
                StartUpEffect::MarkInit { .. } => match self.run_loop.storage().failed() {
                    // The context is canceled, and the store does not answer.
                    Some(error) => {
                        let error = error.clone();
                        self.started(StartUpEvent::Failed { error });
                    }
                    None => {
                        self.job.handle(&MasterEvent::Initialised).unwrap();
                        self.started(StartUpEvent::Marked);
                    }
                },
                StartUpEffect::WriteRow => self.started(StartUpEvent::RowWritten),
                StartUpEffect::ReportInit => {
                    self.publish(WorkerState::Init);
                    self.started(StartUpEvent::Reported);
                }
                StartUpEffect::Initialised => {
                    let now = self.now;
                    self.looped(RunLoopEvent::Initialised { now });
                }
                StartUpEffect::Ended { error } => {
                    let error = Some(error);
                    let now = self.now;
                    self.looped(RunLoopEvent::Ended { error, now });
                }
            }
        }
    }

    fn business_started(&mut self, is_ok: bool) {
        if is_ok {
            self.started(StartUpEvent::BusinessInitialised);
        } else {
            let message = "init".into();
            let error = LoopError::Other { message };
            self.started(StartUpEvent::Failed { error });
        }
    }

    /// Calls the business logic; whether it returns, and without an error.
    fn call(&mut self, event: JobMasterBusinessEvent) -> bool {
        let mut returned_ok = false;
        for effect in on(&mut self.business, &event) {
            match effect {
                BusinessEffect::Refuse { for_good: true } => {
                    let error = "refused".to_owned();
                    let refused = MasterEvent::DispatchRefused { error };
                    self.job.handle(&refused).unwrap();
                }
                BusinessEffect::Refuse { for_good: false } | BusinessEffect::CreateWorker => {}
                BusinessEffect::Publish { state } => self.publish(state),
                BusinessEffect::Exit { reason } => returned_ok = self.exit(reason),
                BusinessEffect::Return { is_ok } => match event {
                    // What it returns from an exit that has failed is that failure.
                    JobMasterBusinessEvent::Cancel {
                        outcome: CancelOutcome::Succeeds,
                        ..
                    } => {}
                    _ => returned_ok = is_ok,
                },
            }
        }
        returned_ok
    }

    fn publish(&mut self, state: WorkerState) {
        let status = Arc::new(WorkerStatus {
            state: WorkerStateCode(state.code()),
            ..WorkerStatus::default()
        });
        let now = self.now;
        self.written(StatusWriterEvent::Update { status, now });
    }

    /// Whether the exit was written.
    fn exit(&mut self, reason: ExitReason) -> bool {
        let exit = StatusWriterEvent::Exit {
            reason,
            error: None,
            status: Arc::default(),
            now: self.now,
        };
        self.written(exit)
    }

    fn written(&mut self, event: StatusWriterEvent) -> bool {
        let mut effects = Vec::new();
        if self.writer.apply(&event, &mut effects).is_err() {
            return false;
        }
        let now = self.now;
        let mut is_written = true;
        for effect in effects {
            is_written &= match effect {
                StatusWriterEffect::WriteMaster { .. } if self.store_is_away => {
                    let error = "away".into();
                    self.written(StatusWriterEvent::NotWritten { error });
                    false
                }
                StatusWriterEffect::WriteMaster { state, .. } => {
                    let reason = match state {
                        MasterStateCode::FINISHED => ExitReason::Finished,
                        MasterStateCode::STOPPED => ExitReason::Canceled,
                        _ => ExitReason::Failed,
                    };
                    // The original overwrites any end; the record's own machine
                    // keeps the first.
                    let _ = self.job.handle(&MasterEvent::exit(reason));
                    self.written(StatusWriterEvent::Written { now })
                }
                StatusWriterEffect::Persist { status } => {
                    self.stored.push(status.state.0.try_into().unwrap());
                    self.written(StatusWriterEvent::Written { now })
                }
                StatusWriterEffect::Notify { .. } => self.written(StatusWriterEvent::Notified),
                StatusWriterEffect::Done { .. } => true,
                StatusWriterEffect::Exited { error } => {
                    self.looped(RunLoopEvent::Exited { error });
                    true
                }
            };
        }
        is_written
    }

    fn canceled(&mut self, event: CancellationEvent) {
        for effect in on(&mut self.cancellation, &event) {
            match effect {
                CancellationEffect::CallOnCancel { live_context } => {
                    let outcome = if live_context {
                        self.cancel
                    } else {
                        CancelOutcome::Fails
                    };
                    let cancel = JobMasterBusinessEvent::Cancel {
                        outcome,
                        live_context,
                    };
                    let is_ok = self.call(cancel);
                    match outcome {
                        CancelOutcome::Hangs => {}
                        _ if is_ok => self.canceled(CancellationEvent::Succeeded),
                        _ => self.canceled(CancellationEvent::Failed),
                    }
                }
                CancellationEffect::ExitCanceled => {
                    self.exit(ExitReason::Canceled);
                }
            }
        }
    }

    /// Whether the worker's stored states obey the rule for observers.
    fn stored_legally(&self) -> bool {
        let mut observer = Worker::observer();
        let mut see = |state: &WorkerState| observer.see(1, Worker::seen(state.code()));
        !self.stored.iter().any(|state| see(state).is_violation())
    }
}

fn around<T>(rule: Rule, story: impl FnMut(Policy) -> T) -> [T; 3] {
    [Policy::before(rule), Policy::original(), Policy::hardened()].map(story)
}

#[test]
fn a10_a_worker_that_exits_without_returning_goes_on() {
    let ends = around(Rule::ExitEndsLoop, |policy| {
        let mut worker = Incarnation::running(policy, Role::Worker);
        worker.tick(TickOutcome::Publishes(WorkerState::Normal));
        worker.tick(TickOutcome::Exits(ExitReason::Finished));
        if *worker.run_loop.state() == RunLoopState::Poll {
            worker.tick(TickOutcome::Publishes(WorkerState::Normal));
        }
        (*worker.run_loop.state(), worker.stored_legally())
    });
    let returned = (RunLoopState::Returned, true);
    assert_eq!(ends, [(RunLoopState::Poll, false), returned, returned]);
}

#[test]
fn a11_the_goodbye_comes_before_the_closing() {
    let orders = around(Rule::CloseBeforeFinishHandshake, |policy| {
        let mut worker = Incarnation::running(policy, Role::Worker);
        worker.tick(TickOutcome::Exits(ExitReason::Finished));
        worker.tick(TickOutcome::Publishes(WorkerState::Normal));
        worker.end
    });
    let today = ["closes", "says goodbye", "returns"];
    assert_eq!(
        orders,
        [["says goodbye", "closes", "returns"], today, today]
    );
}

#[test]
fn a12_a_silent_worker_is_doubled_after_a_restart() {
    let live = around(Rule::AdoptSilentWorkers, |policy| {
        let mut restarted = Incarnation::new(policy, Role::JobMaster);
        restarted.job.handle(&MasterEvent::Initialised).unwrap();
        restarted.found = FoundWorker::Silent;
        restarted.run();
        restarted.tick(TickOutcome::Publishes(WorkerState::Normal));
        restarted.business.storage().live_workers()
    });
    assert_eq!(live, [2, 1, 1]);
}

#[test]
fn a15_a_cancel_fails_on_the_context_of_the_start() {
    let states = around(Rule::CancelOnLiveContext, |policy| {
        let mut job = Incarnation::running(policy, Role::JobMaster);
        job.ask_to_stop();
        job.ask_to_stop();
        *job.job.state()
    });
    let stopped = MasterState::Stopped;
    assert_eq!(states, [MasterState::Init, stopped, stopped]);
}

#[test]
fn a20_a_lost_connection_is_stored_as_a_failure() {
    let creation = |policy, is_transient| {
        let mut job = Incarnation::new(policy, Role::JobMaster);
        job.call(JobMasterBusinessEvent::CreationFails { is_transient });
        *job.job.state()
    };
    let rule = Rule::TransientDispatchErrorRetried;
    let lost_connection = around(rule, |policy| creation(policy, true));
    let uninit = MasterState::Uninit;
    assert_eq!(lost_connection, [MasterState::Failed, uninit, uninit]);
    let bad_configuration = around(rule, |policy| creation(policy, false));
    assert_eq!(bad_configuration, [MasterState::Failed; 3]);
}

#[test]
fn a21_a_cancel_waits_for_its_workers_for_ever() {
    let states = around(Rule::CancelBounded, |policy| {
        let mut job = Incarnation::running(policy, Role::JobMaster);
        job.tick(TickOutcome::Publishes(WorkerState::Normal));
        job.cancel = CancelOutcome::Hangs;
        job.ask_to_stop();
        for seconds in [29, 30, 10_000] {
            job.now = at(seconds);
            let now = job.now;
            job.canceled(CancellationEvent::Timer { now });
            assert!(seconds > 29 || *job.job.state() == MasterState::Init);
        }
        *job.job.state()
    });
    let stopped = MasterState::Stopped;
    assert_eq!(states, [MasterState::Init, stopped, stopped]);
}

#[test]
fn h09_a_cancel_that_cannot_be_stored_is_lost() {
    let rule = Rule::CancelRetriedAfterFailure;
    for (policy, state) in [
        (Policy::original(), MasterState::Init),
        (Policy::original().with(rule), MasterState::Stopped),
        (Policy::hardened(), MasterState::Stopped),
    ] {
        let mut job = Incarnation::running(policy, Role::JobMaster);
        job.store_is_away = true;
        job.ask_to_stop();
        assert_eq!(*job.job.state(), MasterState::Init);
        // The store is back, and the operator repeats itself.
        job.store_is_away = false;
        job.ask_to_stop();
        assert_eq!(*job.job.state(), state);
    }
}

#[test]
fn h16_a_finished_worker_is_canceled() {
    let rule = Rule::TerminalStatusLatched;
    for (policy, end, is_legal) in [
        (Policy::original(), WorkerState::Stopped, false),
        (Policy::original().with(rule), WorkerState::Finished, true),
        (Policy::hardened(), WorkerState::Finished, true),
    ] {
        let mut worker = Incarnation::running(policy, Role::Worker);
        worker.tick(TickOutcome::Publishes(WorkerState::Finished));
        worker.ask_to_stop();
        worker.tick(TickOutcome::Publishes(WorkerState::Normal));
        assert_eq!(worker.stored.last(), Some(&end));
        assert_eq!(worker.stored_legally(), is_legal);
        assert_eq!(*worker.run_loop.state(), RunLoopState::Returned);
    }
}

#[test]
fn an_exit_within_the_start_is_not_undone_by_its_end() {
    for policy in [Policy::original(), Policy::hardened()] {
        let mut job = Incarnation::new(policy, Role::JobMaster);
        job.init = InitOutcome::Exits(ExitReason::Failed);
        job.run();
        assert_eq!(*job.job.state(), MasterState::Failed);
        assert_eq!(job.stored, [WorkerState::Error]);
        assert_eq!(*job.run_loop.state(), RunLoopState::Returned);
        assert!(job.end.ends_with(&["stops", "returns"]));
    }
}

#[test]
fn a_job_that_is_stored_as_ended_starts_no_more() {
    let rule = Rule::StoredStateRechecked;
    for (policy, state) in [
        (Policy::original(), RunLoopState::Poll),
        (Policy::original().with(rule), RunLoopState::Returned),
        (Policy::hardened(), RunLoopState::Returned),
    ] {
        let mut job = Incarnation::new(policy, Role::JobMaster);
        job.job
            .handle(&MasterEvent::exit(ExitReason::Finished))
            .unwrap();
        job.run();
        assert_eq!(*job.run_loop.state(), state);
    }
}
