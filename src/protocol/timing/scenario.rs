//! What a run is about, and how it begins.

use super::state::{Event, Node, Party, State, Who};
use super::{Timing, nanos};
use crate::framework::manager::{TickInput, Ticked, WorkerManager};
use crate::framework::{
    ClientEvent, ClientStart, Executor, Inequality, LoopError, MasterClient, RegisteredExecutor,
    RegisteredExecutorEvent, RunLoop, RunLoopEvent,
};
use crate::machine::Guarded;
use crate::protocol::clock::NOW;
use crate::protocol::{Promise, Shared, Trail};
use crate::wire::{HeartbeatPing, MonotonicTime, WorkerStateCode, WorkerStatus};

/// The worker epoch of whoever is watched.
pub(super) const WORKER_EPOCH: i64 = 2;

/// What a run is about.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_enums, reason = "the model's own, all of them")]
pub enum Scenario {
    /// From now on a worker and its master cannot reach each other.
    CutOff,
    /// A task was dispatched now, starts late, and cannot reach its master.
    LateStart,
    /// A worker has ended, and says so in vain from now on.
    Goodbye,
    /// From now on a worker and its master cannot reach each other, and within a heartbeat
    /// the worker ends by an error.
    LateGoodbye,
    /// The master fails over now; its worker does not turn to the new one.
    Failover,
    /// A job master is cut off from its own master, but not from its worker.
    Held,
    /// An executor and the server cannot reach each other after this heartbeat.
    ExecutorCutOff,
}

impl Scenario {
    /// Every scenario.
    pub const ALL: [Self; 7] = [
        Self::CutOff,
        Self::LateStart,
        Self::Goodbye,
        Self::LateGoodbye,
        Self::Failover,
        Self::Held,
        Self::ExecutorCutOff,
    ];

    /// What an inequality between the times is for: what is promised where.
    #[must_use]
    pub const fn of(inequality: Inequality) -> (Self, Promise) {
        match inequality {
            Inequality::I1 => (Self::CutOff, Promise::S2),
            Inequality::I2 => (Self::CutOff, Promise::S3),
            Inequality::I3 => (Self::Goodbye, Promise::S16),
            Inequality::I4 => (Self::Failover, Promise::S2),
            Inequality::I5 => (Self::ExecutorCutOff, Promise::S2),
        }
    }
}

impl Timing {
    /// Before a run has begun.
    pub(super) fn before(&self) -> State {
        State {
            scenario: None,
            now: NOW,
            plans: Vec::new(),
            worker: None,
            job_master: None,
            manager: Shared::new(self.manager()),
            node: None,
            trail: Trail::default(),
        }
    }

    pub(super) fn start(&self, scenario: Scenario, state: &mut State) {
        state.scenario = Some(scenario);
        let timeouts = self.configuration.timeouts;
        match scenario {
            Scenario::CutOff => {
                state.worker = Some(Shared::new(self.party(Who::Worker, NOW)));
                state.manager = Shared::new(self.master_of(Who::Worker, true));
                self.plan_look(state, Who::Worker);
                self.plan_check(state, Who::Worker);
            }
            Scenario::LateStart => {
                state.manager = Shared::new(self.master_of(Who::Worker, false));
                state.plan(Event::Start, 0, nanos(self.latest_start));
                self.plan_check(state, Who::Worker);
            }
            Scenario::Goodbye => {
                state.worker = Some(Shared::new(self.ended()));
                state.manager = Shared::new(self.master_of(Who::Worker, true));
                let wait = nanos(timeouts.wait_closed);
                state.plan(Event::WaitOver, wait, wait);
                self.plan_check(state, Who::Worker);
            }
            Scenario::LateGoodbye => {
                state.worker = Some(Shared::new(self.party(Who::Worker, NOW)));
                state.manager = Shared::new(self.master_of(Who::Worker, true));
                state.plan(Event::End, 0, nanos(timeouts.heartbeat).max(1) - 1);
                self.plan_check(state, Who::Worker);
            }
            Scenario::Failover => {
                state.worker = Some(Shared::new(self.party(Who::Worker, NOW)));
                self.plan_look(state, Who::Worker);
                self.fail_over(state);
            }
            Scenario::Held => {
                state.worker = Some(Shared::new(self.party(Who::Worker, NOW)));
                state.job_master = Some(Shared::new(self.party(Who::JobMaster, NOW)));
                state.manager = Shared::new(self.master_of(Who::JobMaster, true));
                self.plan_look(state, Who::JobMaster);
                self.plan_check(state, Who::JobMaster);
            }
            Scenario::ExecutorCutOff => {
                state.node = Some(Shared::new(self.node()));
                state.plan(Event::Answer, 0, nanos(self.call));
                // The server looks as often as an executor does.
                let ttl = nanos(timeouts.executor.saturating_add(timeouts.executor_grace));
                let beat = nanos(timeouts.executor_heartbeat);
                state.plan(
                    Event::Sweep,
                    ttl.saturating_add(1),
                    ttl.saturating_add(beat.max(1)),
                );
            }
        }
    }

    fn manager(&self) -> WorkerManager {
        let expiry = self.configuration.timeouts.expiry();
        WorkerManager::after_failover(1, self.configuration.policy).with_worker_expiry(expiry)
    }

    /// The table of a master that has ordered somebody now, and has heard of it or not.
    fn master_of(&self, who: Who, heard: bool) -> WorkerManager {
        let mut manager = self.manager();
        let mut effects = Vec::new();
        // A manager that has just been made takes all of this.
        let _ = manager.recover(&mut effects);
        let _ = manager.rows_loaded(Vec::new(), NOW, &mut effects);
        let _ = manager.before_start(who.name(), "x", WORKER_EPOCH, NOW);
        if heard {
            let ping = HeartbeatPing {
                from_worker_id: who.name().to_owned(),
                epoch: 1,
                worker_epoch: WORKER_EPOCH,
                ..HeartbeatPing::default()
            };
            let _ = manager.heartbeat(&ping, "x", NOW, &mut Vec::new());
            if manager.tick(TickInput::Start, &mut Vec::new()) == Ok(Ticked::Callback) {
                let _ = manager.tick(TickInput::CallbackDone, &mut Vec::new());
            }
        }
        manager
    }

    /// A worker or job master that was submitted at the beginning, starts now, and runs.
    pub(super) fn party(&self, who: Who, started: MonotonicTime) -> Party {
        let policy = self.configuration.policy;
        let timeouts = self.configuration.timeouts;
        let start = ClientStart {
            master: who.master().into(),
            worker: who.name().into(),
            worker_epoch: WORKER_EPOCH,
            submitted: NOW,
            started,
        };
        let mut run_loop = Guarded::new(RunLoop::new(who.role(), policy, timeouts));
        // A loop that has not begun takes both.
        let _ = run_loop.apply(&RunLoopEvent::Run, &mut Vec::new());
        let initialised = RunLoopEvent::Initialised { now: started };
        let _ = run_loop.apply(&initialised, &mut Vec::new());
        Party {
            client: Guarded::new(MasterClient::new(&start, policy, timeouts)),
            run_loop,
            holds: true,
        }
    }

    /// A worker that has let go of what it held, and begins to wait for its master.
    fn ended(&self) -> Party {
        let mut party = self.party(Who::Worker, NOW);
        let error = Some(LoopError::WorkerFinish);
        let ended = RunLoopEvent::Ended { error, now: NOW };
        // A loop that runs and a client that works take all of this; without the rule that
        // the business logic closes first, it waits at once.
        let _ = party.run_loop.apply(&ended, &mut Vec::new());
        let _ = party
            .run_loop
            .apply(&RunLoopEvent::BusinessClosed, &mut Vec::new());
        let wait = ClientEvent::WaitClosed { now: NOW };
        let _ = party.client.apply(&wait, &mut Vec::new());
        party.holds = false;
        party
    }

    fn node(&self) -> Node {
        let timeouts = self.configuration.timeouts;
        let timeout = nanos(timeouts.executor);
        let ttl = nanos(timeouts.executor.saturating_add(timeouts.executor_grace));
        let mut registered = Guarded::new(RegisteredExecutor::new(NOW, timeout));
        let heartbeat = RegisteredExecutorEvent::Heartbeat { now: NOW, ttl };
        // An executor that was just registered takes a heartbeat.
        let _ = registered.handle(&heartbeat);
        Node {
            own: Guarded::new(Executor::new(NOW, timeout)),
            registered,
        }
    }

    /// The master of the worker has failed over: the new one loads it, and waits for it.
    pub(super) fn fail_over(&self, state: &mut State) {
        let row = WorkerStatus {
            id: Who::Worker.name().to_owned(),
            epoch: WORKER_EPOCH,
            state: WorkerStateCode::NORMAL,
            ..WorkerStatus::default()
        };
        let mut manager = self.manager();
        // A manager that has just been made takes both.
        let _ = manager.recover(&mut Vec::new());
        let _ = manager.rows_loaded(vec![row], state.now, &mut Vec::new());
        state.manager = Shared::new(manager);
        let wait = nanos(self.configuration.timeouts.expiry());
        state.plan(Event::Wake, wait, wait);
    }

    /// A loop finds its master silent when it looks for the first time after its time-out,
    /// which is less than a heartbeat after it; or a heartbeat after it has started.
    pub(super) fn plan_look(&self, state: &mut State, who: Who) {
        let timeouts = self.configuration.timeouts;
        let heartbeat = nanos(timeouts.heartbeat);
        let Some(party) = state.party_mut(who) else {
            return;
        };
        let acknowledged = party.client.storage().acknowledged().0;
        let due = acknowledged.saturating_add(nanos(timeouts.worker));
        let now = state.now.0;
        let latest = due
            .saturating_add(heartbeat.max(1) - 1)
            .max(now.saturating_add(heartbeat));
        state.plan_between(Event::Look(who), due.max(now), latest);
    }

    /// A master finds somebody silent at the first check after the expiry.
    fn plan_check(&self, state: &mut State, who: Who) {
        let timeouts = self.configuration.timeouts;
        let expiry = nanos(timeouts.expiry());
        let check = nanos(timeouts.check).max(1);
        state.plan(
            Event::Check(who),
            expiry.saturating_add(1),
            expiry.saturating_add(check),
        );
    }
}
