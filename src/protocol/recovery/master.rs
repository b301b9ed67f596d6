//! What the job master does.

use super::action::{Action, wants_worker};
use super::call::var;
use super::message::{Message, Ping, Pong, Status};
use super::state::{
    EndTold, Master, Noted, Report, State, Told, WORKER_EPOCH, WORKER_NODE, WorkerNumber,
};
use crate::framework::manager::{
    Effect, ManagerError, OfflineReason, Receipt, TickInput, Ticked, WorkerManager,
};
use crate::framework::{
    BusinessEffect, Dispatcher, DispatcherEffect, DispatcherEvent, InitOutcome,
    JobMasterBusinessEvent, Rule, StartUpEvent, TickOutcome, WorkerEntryState, WorkerState,
};
use crate::protocol::clock::NOW;
use crate::protocol::{Call, Configuration, Promise, Recorder, Shared};

/// A step that is being taken.
pub(super) struct Step<'s, R> {
    pub(super) configuration: &'s Configuration,
    pub(super) state: State,
    pub(super) recorder: &'s mut R,
}

/// How an incarnation of the job master goes.
pub(super) enum Gone {
    /// It ends.
    Ended,
    /// An assertion of it fails.
    Asserts,
}

pub(super) type Goes = Result<(), Gone>;

impl<R: Recorder> Step<'_, R> {
    /// Does what an action says.
    pub(super) fn act(&mut self, action: &Action) -> Option<()> {
        match action {
            Action::Start(epoch) => {
                self.state.epoch = *epoch;
                let tasks = self.state.done.len() as u8;
                self.recorder
                    .call(|| Call::statement("let mut start = start_up();"));
                for task in 1..=tasks {
                    self.recorder
                        .call(|| Call::statement(format!("let mut logic{task} = business();")));
                }
                let master = Master::new(self.configuration, tasks);
                self.state.master = Some(Shared::new(master));
                self.master(|step, master| step.start(master, &StartUpEvent::Start))
            }
            Action::GoOn(_, next) => self.master(|step, master| step.go_on(master, *next)),
            Action::InitFails(_) => self.master(|step, master| {
                master.to_do.remove(0);
                step.start_business(master, InitOutcome::Fails, false)
            }),
            Action::ReadRows(_) => self.master(|step, master| {
                master.reads_rows = false;
                let rows = step.state.places.iter().map(|place| place.row);
                master.rows = Some(rows.collect());
                Ok(())
            }),
            Action::RowsArrive(_) => self.master(Self::rows_arrive),
            Action::RowsRefused(_) => self.master(|step, master| {
                master.reads_rows = false;
                let code = |jm: &str| format!("on_load_failed(&mut {jm})");
                let (_, effects) = step.manager(master, code, |manager, effects| {
                    manager.load_failed("the store is away", effects)
                })?;
                step.recovery(master, &effects)
            }),
            Action::Wake(_) => self.master(|step, master| {
                let code = |jm: &str| format!("on_wake(&mut {jm})");
                let (_, effects) = step.manager(master, code, |manager, effects| {
                    manager.wake(NOW, effects);
                    Ok(())
                })?;
                step.recovery(master, &effects)
            }),
            Action::Check(_) => self.master(Self::check),
            Action::MasterCrashes(_) => {
                self.state.master = None;
                Some(())
            }
            Action::Worker(worker, action) => {
                self.worker_acts(*worker, *action);
                Some(())
            }
            Action::Deliver(worker, message, _) => {
                self.state.place_mut(*worker).remove(*message);
                self.deliver(*worker, *message)
            }
            Action::Duplicate(worker, message, _) => self.deliver(*worker, *message),
            Action::Lose(worker, message) => {
                self.state.place_mut(*worker).remove(*message);
                Some(())
            }
            Action::AgeEnds => {
                self.age_ends();
                Some(())
            }
        }
    }

    /// The job master that is there does something, and may go by it.
    pub(super) fn master(
        &mut self,
        act: impl FnOnce(&mut Self, &mut Master) -> Goes,
    ) -> Option<()> {
        let mut master = Master::clone(self.state.master.as_ref()?);
        self.state.master = None;
        let acted = act(self, &mut master).and_then(|()| {
            if master.runs() {
                self.poll(&mut master)
            } else {
                Ok(())
            }
        });
        match acted {
            Ok(()) => self.state.master = Some(Shared::new(master)),
            Err(Gone::Ended) => {}
            Err(Gone::Asserts) => self.fails(),
        }
        Some(())
    }

    /// An assertion fails, and the story ends.
    pub(super) fn fails(&mut self) {
        self.state.trail.broke(Promise::S8);
        self.state.has_failed = true;
    }

    pub(super) fn needs(&mut self, rule: Rule) {
        self.state.trail.needs(rule, self.configuration);
    }

    pub(super) fn lacks(&self, rule: Rule) -> bool {
        !self.configuration.policy.has(rule)
    }

    /// Calls the manager, and looks after [`Promise::S7`].
    pub(super) fn manager<'m, A: std::fmt::Debug>(
        &mut self,
        master: &mut Master,
        code: impl FnOnce(&str) -> String,
        call: impl FnOnce(&mut WorkerManager, &mut Vec<Effect<'m>>) -> Result<A, ManagerError>,
    ) -> Result<(Result<A, ManagerError>, Vec<Effect<'m>>), Gone> {
        let manager = master.manager.as_mut().ok_or(Gone::Ended)?;
        let before = manager.clone();
        let mut effects = Vec::new();
        let result = manager.change(|manager| call(manager, &mut effects));
        let jm = self.state.epoch;
        self.recorder
            .call(|| Call::new(code(&format!("jm{jm}")), (&result, &effects)));
        for number in 0..self.state.places.len() {
            let worker = WorkerNumber(number as u8);
            let state = |manager: &WorkerManager| Some(manager.entry(worker.id())?.1);
            let (was, is) = (state(&before), state(manager));
            let stays = match was {
                Some(WorkerEntryState::Tombstone) => is.is_none_or(WorkerEntryState::is_tombstone),
                Some(WorkerEntryState::Offline) => {
                    is == was || is.is_none_or(WorkerEntryState::is_tombstone)
                }
                _ => true,
            };
            if !stays {
                self.state.trail.broke(Promise::S7);
            }
        }
        Ok((result, effects))
    }

    pub(super) fn call_business(
        &mut self,
        master: &mut Master,
        task: u8,
        event: &JobMasterBusinessEvent,
    ) -> Goes {
        let business = &mut master.business[usize::from(task)];
        let mut effects = Vec::new();
        // That one more worker has gone than there were is nothing to it.
        let is_ok = business.apply(event, &mut effects).is_ok();
        self.recorder.call(|| {
            let logic = task + 1;
            let code = format!("on!(logic{logic}, JobMasterBusinessEvent::{event:?})");
            Call::new(code, (is_ok, &effects))
        });
        if effects.contains(&BusinessEffect::CreateWorker) {
            self.create_worker(master, task)?;
        }
        Ok(())
    }

    /// Dispatches a worker, which goes well.
    pub(super) fn create_worker(&mut self, master: &mut Master, task: u8) -> Goes {
        let Some(worker) = self.state.free_id(master, task) else {
            return Ok(());
        };
        let mut effects = Vec::new();
        let mut dispatch = Dispatcher::start(self.configuration.policy, NOW, &mut effects);
        while !effects.is_empty() {
            let event = match effects.remove(0) {
                DispatcherEffect::SendPreDispatch => DispatcherEvent::PreDispatched,
                DispatcherEffect::MakeEntry => {
                    let id = worker.id();
                    let code = |jm: &str| format!("on_start(&mut {jm}, {id:?})");
                    let (result, _) = self.manager(master, code, |manager, _| {
                        manager.before_start(id, WORKER_NODE, WORKER_EPOCH, NOW)
                    })?;
                    result.map_err(|_| Gone::Asserts)?;
                    continue;
                }
                DispatcherEffect::StoreRow => {
                    self.state.place_mut(worker).row = Some(Report::Nothing);
                    DispatcherEvent::RowStored
                }
                DispatcherEffect::SendConfirm => {
                    self.begin_worker(worker);
                    DispatcherEvent::Confirmed
                }
                DispatcherEffect::DeleteRow | DispatcherEffect::ReportFailure { .. } => continue,
            };
            let step = dispatch.handle_with_context(&event, &mut effects);
            debug_assert!(step.is_ok(), "{event:?} was asked for");
        }
        master.noted[worker.index()] = Noted::default();
        Ok(())
    }

    pub(super) fn clean(&mut self, master: &mut Master, worker: WorkerNumber) -> Goes {
        let id = worker.id();
        let code = |jm: &str| format!("on_clean(&mut {jm}, {id:?})");
        let (result, _) = self.manager(master, code, |manager, effects| {
            manager.clean(id, effects)?;
            manager.cleaned(id, Ok(()))
        })?;
        result.map_err(|_| Gone::Asserts)?;
        self.state.place_mut(worker).row = None;
        Ok(())
    }

    pub(super) fn check(&mut self, master: &mut Master) -> Goes {
        let code = |jm: &str| format!("on_check(&mut {jm})");
        let (result, _) =
            self.manager(master, code, |manager, effects| manager.check(NOW, effects))?;
        let Err(error) = result else {
            return Ok(());
        };
        if matches!(error, ManagerError::EntryRefuses { .. })
            && self.lacks(Rule::CheckerGatedByReady)
        {
            self.needs(Rule::CheckerGatedByReady);
        }
        Err(gone(&error))
    }

    /// Delivers events, then lets the business logic do a round. It follows whatever the job
    /// master does once its loop runs.
    pub(super) fn poll(&mut self, master: &mut Master) -> Goes {
        let mut input = TickInput::Start;
        let mut given = "TickInput::Start".to_owned();
        loop {
            let code = |jm: &str| format!("on_tick(&mut {jm}, {given})");
            let (ticked, mut effects) = self.manager(master, code, |manager, effects| {
                manager.tick(input, effects)
            })?;
            input = match ticked.map_err(|error| gone(&error))? {
                Ticked::Done => break,
                Ticked::Callback => {
                    if let Some(effect) = effects.pop() {
                        self.call_back(master, &effect)?;
                    }
                    "TickInput::CallbackDone".clone_into(&mut given);
                    TickInput::CallbackDone
                }
                Ticked::Row => {
                    let row = effects.pop().and_then(|effect| match effect {
                        Effect::ReadRow { worker } => {
                            let worker = WorkerNumber::of_id(&worker)?;
                            Some((worker, self.state.place(worker).row?))
                        }
                        _ => None,
                    });
                    given = match row {
                        Some((worker, row)) => format!(
                            "TickInput::Row(Ok(Some(status({:?}, Report::{row:?}))))",
                            worker.id()
                        ),
                        None => "TickInput::Row(Ok(None))".to_owned(),
                    };
                    TickInput::Row(Ok(row.map(|(worker, row)| row.status(worker))))
                }
            };
        }
        self.forget(master);
        for task in self.state.tasks() {
            if wants_worker(&self.state, master, task) {
                let outcome = TickOutcome::Publishes(WorkerState::Normal);
                self.call_business(master, task, &JobMasterBusinessEvent::Tick { outcome })?;
            }
        }
        Ok(())
    }

    /// What was told of workers that have left the table makes no difference any more, once
    /// no event waits.
    pub(super) fn forget(&self, master: &mut Master) {
        for (worker, _) in self.state.workers() {
            if master.entry(worker).is_none() {
                master.noted[worker.index()] = Noted::default();
            }
        }
    }

    /// The business logic hears of a worker.
    pub(super) fn call_back(&mut self, master: &mut Master, effect: &Effect<'_>) -> Goes {
        let (handle, tells) = match effect {
            Effect::Online { handle } => (handle, Told::Online),
            Effect::Offline { handle, .. } => (handle, Told::Offline),
            Effect::StatusUpdated { handle } => (handle, Told::Nothing),
            _ => return Ok(()),
        };
        let Some(worker) = WorkerNumber::of_id(handle.worker()) else {
            return Ok(());
        };
        let told = &mut master.noted[worker.index()].told;
        if *told == Told::Offline || *told == Told::Online && tells == Told::Online {
            self.state.trail.broke(Promise::S12);
        }
        *told = tells.max(*told);
        if let Effect::Offline { reason, .. } = effect {
            if *reason == Some(OfflineReason::Finished) {
                self.state.done[usize::from(worker.task())] = true;
            }
            self.clean(master, worker)?;
            self.call_business(master, worker.task(), &JobMasterBusinessEvent::WorkerGone)?;
        }
        Ok(())
    }

    /// A message arrives.
    pub(super) fn deliver(&mut self, worker: WorkerNumber, message: Message) -> Option<()> {
        match message {
            Message::Ping(ping) => self.master(|step, master| step.ping(master, worker, ping)),
            Message::Status(status) => {
                self.master(|step, master| step.status(master, worker, status))
            }
            Message::Pong(pong) => {
                self.pong(worker, pong);
                Some(())
            }
        }
    }

    /// A message has come before there is a manager.
    pub(super) fn before_manager(&mut self, worker: WorkerNumber) -> Goes {
        let policy = self.configuration.policy;
        let receipt = WorkerManager::message_before_start(policy, worker.id());
        self.recorder.call(|| {
            let id = worker.id();
            let code = format!("WorkerManager::message_before_start(policy(), {id:?})");
            Call::new(code, &receipt)
        });
        match receipt {
            Ok(_) => Ok(()),
            Err(_) => {
                self.needs(Rule::HandlersAfterManager);
                Err(Gone::Asserts)
            }
        }
    }

    pub(super) fn ping(&mut self, master: &mut Master, worker: WorkerNumber, ping: Ping) -> Goes {
        if master.manager.is_none() {
            return self.before_manager(worker);
        }
        let wire = ping.wire(worker);
        let code = |jm: &str| format!("on_ping(&mut {jm}, &{})", var::ping(worker, ping));
        let (result, effects) = self.manager(master, code, |manager, effects| {
            manager.heartbeat(&wire, WORKER_NODE, NOW, effects)
        })?;
        for effect in &effects {
            if let Effect::Pong(pong) = effect
                && self.state.place(worker).worker.is_some()
            {
                self.state.place_mut(worker).pong = Some(Pong {
                    epoch: pong.epoch,
                    is_finished: pong.is_finished,
                    is_old: ping.is_old,
                    worker_epoch: pong.worker_epoch,
                });
            }
        }
        if let Err(error) = result {
            if matches!(error, ManagerError::UnexpectedPing { .. }) {
                self.needs(Rule::RepeatedPingWhileWaiting);
            }
            return Err(gone(&error));
        }
        self.recovery(master, &effects)
    }

    pub(super) fn status(
        &mut self,
        master: &mut Master,
        worker: WorkerNumber,
        status: Status,
    ) -> Goes {
        if master.manager.is_none() {
            return self.before_manager(worker);
        }
        let code = |jm: &str| format!("on_status(&mut {jm}, {})", var::status(worker, status));
        let (result, _) = self.manager(master, code, |manager, effects| {
            manager.status_message(status.wire(worker), effects)
        })?;
        let receipt = result.map_err(|error| gone(&error))?;
        if status.report == Report::Finished && status.epoch == self.state.epoch {
            master.noted[worker.index()].end = match receipt {
                Receipt::Accepted => EndTold::Queued,
                _ => EndTold::NotQueued,
            };
            // Records that were read before do not tell of it.
            let read = master.rows.as_ref().and_then(|rows| rows[worker.index()]);
            if matches!(receipt, Receipt::Dropped(_))
                && read.is_some_and(|row| row < Report::Finished)
                && self.lacks(Rule::StatusesKeptWhileRecovering)
            {
                self.needs(Rule::StatusesKeptWhileRecovering);
            }
        }
        Ok(())
    }
}

/// How a job master goes by an error.
fn gone(error: &ManagerError) -> Gone {
    match error.assertion() {
        Some(_) => Gone::Asserts,
        None => Gone::Ended,
    }
}
