//! The worker manager through the public API.

mod life;
mod messages;
mod properties;
mod recovery;
mod rules;

use fsmcheck::framework::Policy;
use fsmcheck::framework::manager::{
    Effect, Handle, ManagerError, Receipt, TickInput, Ticked, WorkerManager,
};
use fsmcheck::wire::{
    Epoch, HeartbeatPing, MonotonicTime, WorkerStateCode, WorkerStatus, WorkerStatusMessage,
};

const SECOND: i64 = 1_000_000_000;

/// The master's epoch in these tests.
const OWN: Epoch = 5;

/// What a callback was: its kind, its worker and why.
type Callback = (&'static str, String, Option<String>);

fn called(kind: &'static str, worker: &str) -> Callback {
    (kind, worker.to_owned(), None)
}

fn called_for(kind: &'static str, worker: &str, why: &str) -> Callback {
    (kind, worker.to_owned(), Some(why.to_owned()))
}

/// A manager with a clock.
struct Rig {
    manager: WorkerManager,
    now: i64,
    /// What the store says of each worker whose record a tick asks for.
    rows: Vec<WorkerStatus>,
}

impl Rig {
    fn fresh(policy: Policy) -> Self {
        Self {
            manager: WorkerManager::new(OWN, policy),
            now: 0,
            rows: Vec::new(),
        }
    }

    fn failed_over(policy: Policy) -> Self {
        Self {
            manager: WorkerManager::after_failover(OWN, policy),
            ..Self::fresh(policy)
        }
    }

    /// A manager that has failed over and waits for these workers.
    fn waiting(policy: Policy, rows: &[(&str, WorkerStateCode, Epoch)]) -> Self {
        let mut rig = Self::failed_over(policy);
        rig.load(rows);
        rig
    }

    fn load(&mut self, rows: &[(&str, WorkerStateCode, Epoch)]) -> Vec<Effect<'static>> {
        let mut effects = Vec::new();
        self.manager.recover(&mut effects).unwrap();
        assert_eq!(effects, [Effect::LoadRows]);
        effects.clear();
        let rows = rows
            .iter()
            .map(|(id, state, epoch)| row(id, *state, *epoch))
            .collect();
        let now = MonotonicTime(self.now);
        self.manager.rows_loaded(rows, now, &mut effects).unwrap();
        effects
    }

    fn start(&mut self, worker: &str, epoch: Epoch) {
        let now = MonotonicTime(self.now);
        self.manager
            .before_start(worker, "executor", epoch, now)
            .unwrap();
    }

    fn try_ping(
        &mut self,
        worker: &str,
        master: Epoch,
        epoch: Epoch,
        finished: bool,
    ) -> (Result<Receipt, ManagerError>, bool) {
        let ping = HeartbeatPing {
            from_worker_id: worker.to_owned(),
            epoch: master,
            worker_epoch: epoch,
            is_finished: finished,
            ..HeartbeatPing::default()
        };
        let mut effects = Vec::new();
        let now = MonotonicTime(self.now);
        let result = self.manager.heartbeat(&ping, "node", now, &mut effects);
        let pong = effects
            .iter()
            .any(|effect| matches!(effect, Effect::Pong(_)));
        (result, pong)
    }

    /// A ping that is accepted.
    fn ping(&mut self, worker: &str, epoch: Epoch) {
        let (result, _) = self.try_ping(worker, OWN, epoch, false);
        assert_eq!(result, Ok(Receipt::Accepted));
    }

    /// An accepted ping that says that the worker has finished.
    fn fin(&mut self, worker: &str, epoch: Epoch) {
        let (result, _) = self.try_ping(worker, OWN, epoch, true);
        assert_eq!(result, Ok(Receipt::Accepted));
    }

    fn report(
        &mut self,
        worker: &str,
        state: WorkerStateCode,
        epoch: Epoch,
    ) -> Result<Receipt, ManagerError> {
        let message = WorkerStatusMessage {
            worker: worker.to_owned(),
            master_epoch: OWN,
            status: Some(row(worker, state, epoch)),
        };
        self.manager.status_message(message, &mut Vec::new())
    }

    fn check(&mut self) -> Result<(), ManagerError> {
        self.manager.check(MonotonicTime(self.now), &mut Vec::new())
    }

    /// Ticks to the end; every callback succeeds.
    fn tick(&mut self) -> Result<Vec<Callback>, ManagerError> {
        self.tick_with(|_, _| Ok(()))
    }

    /// Ticks to the end; what a callback does is told.
    fn tick_with(
        &mut self,
        mut callback: impl FnMut(&mut WorkerManager, &Effect<'static>) -> Result<(), String>,
    ) -> Result<Vec<Callback>, ManagerError> {
        let mut callbacks = Vec::new();
        let mut effects = Vec::new();
        let mut ticked = self.manager.tick(TickInput::Start, &mut effects)?;
        loop {
            let effect = effects.pop();
            let done = match (ticked, effect) {
                (Ticked::Done, None) => return Ok(callbacks),
                (Ticked::Row, Some(Effect::ReadRow { worker })) => {
                    let row = self.rows.iter().find(|row| *row.id == *worker).cloned();
                    ticked = self.manager.tick(TickInput::Row(Ok(row)), &mut effects)?;
                    continue;
                }
                (Ticked::Callback, Some(effect)) => {
                    callbacks.push(seen(&effect));
                    callback(&mut self.manager, &effect)
                }
                (ticked, effect) => panic!("{ticked:?} with {effect:?}"),
            };
            ticked = match &done {
                Ok(()) => self.manager.tick(TickInput::CallbackDone, &mut effects)?,
                Err(error) => self
                    .manager
                    .tick(TickInput::CallbackFailed(error), &mut effects)?,
            };
        }
    }

    fn clean(&mut self, worker: &str) -> Result<(), ManagerError> {
        clean(&mut self.manager, worker)
    }

    /// The state of a worker's entry; `gone` without one.
    fn entry(&self, worker: &str) -> &'static str {
        self.manager
            .entry(worker)
            .map_or("gone", |(_, state)| state.name())
    }

    fn state(&self) -> &'static str {
        self.manager.state().name()
    }

    fn wake(&mut self) -> Vec<Effect<'static>> {
        let mut effects = Vec::new();
        self.manager.wake(MonotonicTime(self.now), &mut effects);
        effects
    }

    /// What the business logic sees of a worker.
    fn status(&self, worker: &str) -> (WorkerStateCode, Epoch) {
        let handle = self.handle(worker).expect("is in the table");
        let status = self.manager.status(&handle).unwrap().unwrap();
        (status.state, status.epoch)
    }

    fn handle(&self, worker: &str) -> Option<Handle> {
        self.manager
            .workers()
            .find(|handle| handle.worker() == worker)
    }
}

fn clean(manager: &mut WorkerManager, worker: &str) -> Result<(), ManagerError> {
    let mut effects = Vec::new();
    manager.clean(worker, &mut effects)?;
    assert_eq!(
        effects,
        [Effect::DeleteRow {
            worker: worker.into()
        }]
    );
    manager.cleaned(worker, Ok(()))
}

fn row(id: &str, state: WorkerStateCode, epoch: Epoch) -> WorkerStatus {
    WorkerStatus {
        id: id.to_owned(),
        state,
        epoch,
        ..WorkerStatus::default()
    }
}

fn seen(effect: &Effect<'_>) -> Callback {
    match effect {
        Effect::Online { handle } => called("online", handle.worker()),
        Effect::StatusUpdated { handle } => called("status", handle.worker()),
        Effect::Offline { handle, reason } => {
            let why = reason.map_or("nothing", |reason| reason.code());
            called_for("offline", handle.worker(), why)
        }
        Effect::DispatchFailed { handle, error } => {
            called_for("dispatch failed", handle.worker(), error)
        }
        other => panic!("no callback: {other:?}"),
    }
}
