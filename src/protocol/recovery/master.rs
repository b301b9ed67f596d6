//! What the job master does once its loop runs, and what it hears of its workers.

use super::action::wants_worker;
use super::message::{Message, Ping, Pong, Status};
use super::state::{EndTold, JOB, Master, Report, WORKER_EPOCH, WORKER_NODE, WorkerNumber};
use super::step::{Goes, Gone, Step};
use super::transcript;
use crate::framework::manager::{
    Effect, ManagerError, OfflineReason, Receipt, TickInput, Ticked, WorkerManager,
};
use crate::framework::{
    BusinessEffect, Dispatcher, DispatcherEffect, DispatcherEvent, JobMasterBusinessEvent, Rule,
    TickOutcome, WorkerState,
};
use crate::protocol::clock::NOW;
use crate::protocol::{Call, Recorder, log};

impl<R: Recorder> Step<'_, R> {
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
            let event = transcript::business_event(event);
            let code = format!("on!(logic{logic}, {event})");
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
        self.recorder
            .call(|| Call::statement("let mut dispatch = dispatcher();"));
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
                    self.store_row(worker, Report::Nothing);
                    DispatcherEvent::RowStored
                }
                DispatcherEffect::SendConfirm => {
                    self.begin_worker(worker);
                    DispatcherEvent::Confirmed
                }
                DispatcherEffect::DeleteRow | DispatcherEffect::ReportFailure { .. } => continue,
            };
            let mut wanted = Vec::new();
            let step = dispatch.handle_with_context(&event, &mut wanted);
            debug_assert!(step.is_ok(), "{event:?} was asked for");
            self.recorder.call(|| {
                let code = format!("on_dispatch(&mut dispatch, DispatcherEvent::{event:?})");
                Call::new(code, &wanted)
            });
            effects.append(&mut wanted);
        }
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
        self.recorder.sent(|| log::cleaned(id));
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
                        Some((worker, row)) => {
                            format!("TickInput::Row(Ok(Some({})))", transcript::row(worker, row))
                        }
                        None => "TickInput::Row(Ok(None))".to_owned(),
                    };
                    TickInput::Row(Ok(row.map(|(worker, row)| row.status(worker))))
                }
            };
        }
        for task in self.state.tasks() {
            if wants_worker(&self.state, master, task) {
                let outcome = TickOutcome::Publishes(WorkerState::Normal);
                self.call_business(master, task, &JobMasterBusinessEvent::Tick { outcome })?;
            }
        }
        Ok(())
    }

    /// The business logic hears of a worker.
    pub(super) fn call_back(&mut self, master: &mut Master, effect: &Effect<'_>) -> Goes {
        let Effect::Offline { handle, reason } = effect else {
            return Ok(());
        };
        let Some(worker) = WorkerNumber::of_id(handle.worker()) else {
            return Ok(());
        };
        if *reason == Some(OfflineReason::Finished) {
            self.state.done[usize::from(worker.task())] = true;
        }
        self.clean(master, worker)?;
        self.call_business(master, worker.task(), &JobMasterBusinessEvent::WorkerGone)
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
        self.recorder.sent(|| log::ping_received(JOB, &wire));
        let code = |jm: &str| format!("on_ping(&mut {jm}, &{})", transcript::ping(worker, ping));
        let (result, effects) = self.manager(master, code, |manager, effects| {
            manager.heartbeat(&wire, WORKER_NODE, NOW, effects)
        })?;
        self.recorder.sent_if_any(|| {
            let manager = master.manager.as_ref()?;
            log::ping_refused(JOB, manager, (&wire, WORKER_NODE), &result)
        });
        self.recorder.sent_if_any(|| {
            let has_ended = effects.contains(&Effect::RecoveryEnded { error: None });
            has_ended.then(log::all_heard)
        });
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
        let code = |jm: &str| {
            format!(
                "on_status(&mut {jm}, {})",
                transcript::status(worker, status)
            )
        };
        let (result, _) = self.manager(master, code, |manager, effects| {
            manager.status_message(status.wire(worker), effects)
        })?;
        self.recorder.sent_if_any(|| {
            let manager = master.manager.as_ref()?;
            log::status_refused(JOB, manager, &status.wire(worker), &result)
        });
        let receipt = result.map_err(|error| gone(&error))?;
        let is_for_it = status.epoch == self.state.epoch;
        if status.report == Report::Finished && is_for_it && !master.is_ready() {
            master.end_told[worker.index()] = match receipt {
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
