//! What the worker does, and what the time does to it.

use std::sync::Arc;

use super::action::Action;
use super::state::{
    Beat, MASTER, MASTER_EPOCH, MASTER_NODE, State, WORKER, WORKER_EPOCH, Worker, message, status,
};
use super::transcript;
use crate::framework::{
    BusinessEffect, CancelOutcome, ClientEffect, ClientEvent, LoopError, Record, Role, Rule,
    RunLoopEffect, RunLoopEvent, RunLoopState, StatusWriterEffect, StatusWriterEvent, TickOutcome,
    WorkerBusinessEvent,
};
use crate::protocol::clock::{AGE, LONG_AGO, NOW};
use crate::protocol::{Call, Configuration, Fault, Promise, Recorder, Sent, Shared, log};
use crate::wire::{HeartbeatPong, Timestamp, WorkerStateCode, WorkerStatus};

/// A step that is being taken.
pub(super) struct Step<'s, R> {
    pub(super) configuration: &'s Configuration,
    pub(super) state: State,
    pub(super) recorder: &'s mut R,
}

impl<R: Recorder> Step<'_, R> {
    pub(super) fn act(&mut self, action: Action) {
        match action {
            Action::Round(outcome) => self.worker(|step, worker| step.round(worker, outcome)),
            Action::Cancel => self.worker(|step, worker| {
                step.state.is_canceled = true;
                let outcome = CancelOutcome::Succeeds;
                step.call(worker, &WorkerBusinessEvent::Cancel { outcome });
            }),
            Action::LetsGo => self.worker(|step, worker| {
                step.call(worker, &WorkerBusinessEvent::Close);
                step.state.holds = false;
                step.looped(worker, &RunLoopEvent::BusinessClosed);
            }),
            Action::Ping => self.worker(|step, worker| {
                step.client(worker, &ClientEvent::SendPing { now: NOW });
            }),
            Action::Crash => self.worker_is_gone(),
            Action::PingArrives => {
                if let Some(ping) = self.state.ping.take() {
                    self.ping(ping);
                }
            }
            Action::PingRepeats => {
                if let Some(ping) = self.state.ping {
                    self.ping(ping);
                }
            }
            Action::PongArrives => {
                if let Some(pong) = self.state.pong.take() {
                    self.worker(|step, worker| step.pong(worker, pong));
                }
            }
            Action::StatusArrives => self.status(),
            Action::PingLost => self.state.ping = None,
            Action::PongLost => self.state.pong = None,
            Action::StatusLost => {
                self.state.statuses.remove(0);
            }
            Action::Check => self.check(),
            Action::Tick => self.tick(),
            Action::AgeEnds => self.age_ends(),
        }
    }

    /// The worker does something, and is gone when its loop has returned.
    fn worker(&mut self, act: impl FnOnce(&mut Self, &mut Worker)) {
        let Some(mut worker) = self.state.worker.as_deref().cloned() else {
            return;
        };
        act(self, &mut worker);
        if *worker.run_loop.state() == RunLoopState::Returned {
            self.worker_is_gone();
        } else {
            self.state.worker = Some(Shared::new(worker));
        }
    }

    /// The worker is gone, with what it held and what is under way to it.
    fn worker_is_gone(&mut self) {
        self.state.worker = None;
        self.state.holds = false;
        self.state.pong = None;
    }

    pub(super) fn fails(&mut self) {
        self.state.trail.broke(Promise::S8);
        self.state.has_failed = true;
    }

    /// Whether a rule is not in force; what is done is then up to its lack.
    pub(super) fn lacks(&self, rule: Rule) -> bool {
        !self.configuration.policy.has(rule)
    }

    pub(super) fn needs(&mut self, rule: Rule) {
        self.state.trail.needs(rule, self.configuration);
    }

    fn round(&mut self, worker: &mut Worker, outcome: TickOutcome) {
        if worker.has_exited()
            && worker.run_loop.storage().failed().is_none()
            && self.lacks(Rule::ExitEndsLoop)
        {
            self.needs(Rule::ExitEndsLoop);
        }
        let effects = self.looped(worker, &RunLoopEvent::Tick { now: NOW });
        if effects.contains(&RunLoopEffect::CallPoll) {
            self.call(worker, &WorkerBusinessEvent::Tick { outcome });
        }
    }

    /// Hands an event to the loop and does what it wants done; its effects.
    fn looped(&mut self, worker: &mut Worker, event: &RunLoopEvent) -> Vec<RunLoopEffect> {
        let mut effects = Vec::new();
        let before = *worker.run_loop.state();
        let is_ok = worker.run_loop.apply(event, &mut effects).is_ok();
        self.recorder.call(|| {
            let code = format!("on!(run_loop, {})", transcript::loop_event(event));
            Call::new(code, (is_ok, &effects))
        });
        self.recorder
            .sent_if_any(|| log::of_loop(Role::Worker, before, &worker.run_loop));
        for effect in &effects {
            match effect {
                RunLoopEffect::WaitClosed => {
                    self.client(worker, &ClientEvent::WaitClosed { now: NOW });
                }
                RunLoopEffect::Release => {
                    self.looped(worker, &RunLoopEvent::Released);
                }
                _ => {}
            }
        }
        effects
    }

    /// Calls the business logic, and does what it wants done.
    fn call(&mut self, worker: &mut Worker, event: &WorkerBusinessEvent) {
        let mut effects = Vec::new();
        let is_ok = worker.business.apply(event, &mut effects).is_ok();
        debug_assert!(is_ok, "{event:?} is out of place");
        self.recorder.call(|| {
            let code = format!("on!(business, {})", transcript::business_event(event));
            Call::new(code, (is_ok, &effects))
        });
        for effect in effects {
            match effect {
                BusinessEffect::Publish { state } => {
                    let status = Arc::new(status(state.into()));
                    self.write(worker, &StatusWriterEvent::Update { status, now: NOW });
                }
                BusinessEffect::Exit { reason } => {
                    let exit = StatusWriterEvent::Exit {
                        reason,
                        error: None,
                        status: Arc::new(status(WorkerStateCode::NORMAL)),
                        now: NOW,
                    };
                    self.write(worker, &exit);
                }
                _ => {}
            }
        }
    }

    /// Writes a status: stores it, then sends it.
    fn write(&mut self, worker: &mut Worker, event: &StatusWriterEvent) {
        // A worker that has ended may be refused what it reports.
        let (_, mut effects) = self.writer(worker, event);
        while !effects.is_empty() {
            let event = match effects.remove(0) {
                StatusWriterEffect::Persist { status } => {
                    self.store(&status);
                    StatusWriterEvent::Written { now: NOW }
                }
                StatusWriterEffect::Notify { status } => {
                    self.state.statuses.push(status.state);
                    self.recorder
                        .sent(|| Sent::record(Record::Message(message(status.state))));
                    StatusWriterEvent::Notified
                }
                StatusWriterEffect::Exited { error } => {
                    self.looped(worker, &RunLoopEvent::Exited { error });
                    continue;
                }
                _ => continue,
            };
            let (is_ok, mut wanted) = self.writer(worker, &event);
            debug_assert!(is_ok, "{event:?} was asked for");
            effects.append(&mut wanted);
        }
    }

    /// Hands an event to the writer; whether it takes it, and what it wants done.
    fn writer(
        &mut self,
        worker: &mut Worker,
        event: &StatusWriterEvent,
    ) -> (bool, Vec<StatusWriterEffect>) {
        let mut effects = Vec::new();
        let is_ok = worker.writer.apply(event, &mut effects).is_ok();
        self.recorder.call(|| {
            let code = format!("on!(writer, {})", transcript::writer_event(event));
            Call::new(code, (is_ok, &effects))
        });
        (is_ok, effects)
    }

    fn store(&mut self, status: &WorkerStatus) {
        self.recorder
            .sent(|| Sent::record(Record::Worker(status.clone())));
        let new = status.state;
        let is_end = |row: &WorkerStateCode| row.is_terminated();
        if self.state.row.filter(is_end).is_some_and(|row| row != new) {
            self.state.trail.broke(Promise::S6);
            if self.lacks(Rule::TerminalStatusLatched) {
                self.needs(Rule::TerminalStatusLatched);
            }
        }
        self.state.row = Some(new);
    }

    /// Hands an event to the worker's view of its master, and does what that wants done.
    fn client(&mut self, worker: &mut Worker, event: &ClientEvent) {
        let mut effects = Vec::new();
        let is_ok = worker.client.apply(event, &mut effects).is_ok();
        self.recorder.call(|| {
            let code = format!("on!(client, {})", transcript::client_event(event));
            Call::new(code, (is_ok, &effects))
        });
        if !is_ok {
            self.fails();
        }
        for effect in effects {
            match effect {
                ClientEffect::Send { ping, .. } => {
                    if ping.is_finished && self.state.holds {
                        self.state.trail.broke(Promise::S16);
                        if self.lacks(Rule::CloseBeforeFinishHandshake) {
                            self.needs(Rule::CloseBeforeFinishHandshake);
                        }
                    }
                    self.recorder.sent(|| log::ping_sent(MASTER, &ping));
                    self.state.ping = Some(Beat {
                        is_finished: ping.is_finished,
                        is_old: false,
                    });
                }
                ClientEffect::WaitEnded { .. } => {
                    self.looped(worker, &RunLoopEvent::HandshakeEnded);
                }
                ClientEffect::MasterTimedOut => {
                    let error = LoopError::Suicide;
                    self.looped(worker, &RunLoopEvent::Fail { error });
                    if worker.runs() {
                        self.looped(worker, &RunLoopEvent::Tick { now: NOW });
                    }
                }
                _ => {}
            }
        }
    }

    fn pong(&mut self, worker: &mut Worker, pong: Beat) {
        let wire = HeartbeatPong {
            send_time: if pong.is_old { LONG_AGO } else { NOW },
            reply_time: Timestamp::default(),
            to_worker_id: WORKER.to_owned(),
            epoch: MASTER_EPOCH,
            is_finished: pong.is_finished,
        };
        self.recorder.sent(|| log::pong_received(MASTER, &wire));
        let event = ClientEvent::Pong {
            from: MASTER_NODE.into(),
            pong: wire,
            worker_epoch: Some(WORKER_EPOCH),
        };
        self.client(worker, &event);
    }

    /// An age ends: what is noted of it is one age older, and who has not been acknowledged
    /// in it gives up.
    fn age_ends(&mut self) {
        if self.configuration.faults.has(Fault::Delay) {
            self.state
                .ping
                .iter_mut()
                .for_each(|ping| ping.is_old = true);
            self.state
                .pong
                .iter_mut()
                .for_each(|pong| pong.is_old = true);
        }
        self.worker(|step, worker| {
            worker.client.set_back(AGE, NOW);
            step.recorder
                .call(|| Call::statement("client.set_back(AGE, NOW);"));
            if worker.runs() {
                step.client(worker, &ClientEvent::CheckMaster { now: NOW });
            } else if worker.client.storage().waiting_since().is_some() {
                step.client(worker, &ClientEvent::Timer { now: NOW });
            }
        });
        // How long the successor lives is not looked at.
        if !self.state.has_successor {
            self.state
                .manager
                .change(|manager| manager.set_back(AGE, NOW));
            self.recorder
                .call(|| Call::statement("jm1.set_back(AGE, NOW);"));
        }
    }
}
