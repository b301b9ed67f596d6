//! What an incarnation of a worker does, from its launch until it is gone.

use super::action::Delivery;
use super::message::{Ping, Pong, Status, sent};
use super::offered::listener;
use super::state::{Incarnation, Order, Row, executor};
use super::step::Step;
use super::transcript;
use crate::framework::{
    ClientEffect, ClientError, ClientEvent, ClientStart, ClientState, LoopError, MasterClient,
    MasterInfo, Role, Rule, RunLoop, RunLoopEffect, RunLoopEvent, RunLoopState, StartUp,
    StartUpEffect, StartUpEvent, SubmittedTask, TaskEffect, TaskRunner,
};
use crate::machine::Guarded;
use crate::protocol::clock::NOW;
use crate::protocol::{Call, Promise, Recorder, Shared};
use crate::wire::{Epoch, HeartbeatPong, MasterStateCode, WorkerStateCode};

impl<R: Recorder> Step<'_, R> {
    /// How the client of an incarnation is called in a transcript.
    pub(super) fn name(&self, worker: usize, epoch: Epoch) -> String {
        transcript::name(self.model.names.id(worker, epoch), epoch)
    }

    pub(super) fn confirm(&mut self, worker: usize) -> Option<()> {
        let order = self.worker(worker, |of| of.order.take())?;
        let task = SubmittedTask {
            id: self.model.names.id(worker, order.epoch).to_owned(),
            submitted_at: order.submitted,
        };
        let effect = self.submit(order.executor, &task)?;
        match effect {
            TaskEffect::Launch(_) => self.launch(worker, order),
            TaskEffect::ReportDuplicate(_) => self.refused(worker, order, true),
            _ => self.refused(worker, order, false),
        }
        Some(())
    }

    fn submit(&mut self, place: usize, task: &SubmittedTask) -> Option<TaskEffect> {
        let mut effects = Vec::new();
        let queued = self.state.executors[place].change(|runner| {
            let queued = runner.enqueue(task.clone());
            runner.run_next(&mut effects);
            // Its run begins at once.
            if let [TaskEffect::Launch(task)] = &*effects {
                let _ = runner.launched(&task.id);
            }
            queued
        });
        let node = executor(place);
        self.recorder.call(|| {
            let code = format!(
                "submit(&mut {node}, {:?}, {:?})",
                task.id, task.submitted_at
            );
            Call::new(code, (&queued, &effects))
        });
        effects.pop()
    }

    fn launch(&mut self, worker: usize, order: Order) {
        let configuration = &self.model.configuration;
        let (policy, timeouts) = (configuration.policy, configuration.timeouts);
        let role = if configuration.same_id {
            Role::JobMaster
        } else {
            Role::Worker
        };
        let id = self.model.names.id(worker, order.epoch);
        let start = ClientStart {
            master: "jm".into(),
            worker: id.into(),
            worker_epoch: order.epoch,
            submitted: order.submitted,
            started: NOW,
        };
        let mut who = Incarnation {
            executor: order.executor,
            epoch: order.epoch,
            client: Guarded::new(MasterClient::new(&start, policy, timeouts)),
            run_loop: Guarded::new(RunLoop::new(role, policy, timeouts)),
            start: Some(Guarded::new(StartUp::new(role, policy))),
            pings: 0,
        };
        let name = self.name(worker, order.epoch);
        self.recorder
            .call(|| Call::statement(transcript::launch(&name, id, role, &order)));
        self.worker(worker, |of| of.is_spent = true);
        self.run(worker, &mut who, &RunLoopEvent::Run);
        self.put(worker, who);
    }

    /// Hands an event to an incarnation's loop, and does what it wants done.
    pub(super) fn run(&mut self, worker: usize, who: &mut Incarnation, event: &RunLoopEvent) {
        let mut effects = Vec::new();
        let answer = who.run_loop.apply(event, &mut effects);
        let name = self.name(worker, who.epoch);
        self.recorder.call(|| {
            let code = format!("run(&mut {name}_loop, {})", transcript::loop_event(event));
            Call::new(code, answer.map(|_| &effects))
        });
        if !who.is_live() {
            who.start = None;
        }
        for effect in effects {
            match effect {
                RunLoopEffect::CallInit => self.start(worker, who, &StartUpEvent::Start),
                // On the way out for good it takes as long as it likes: see `leave`.
                RunLoopEffect::CallCloseImpl { .. }
                    if *who.run_loop.state() == RunLoopState::ClosingBusiness =>
                {
                    self.run(worker, who, &RunLoopEvent::BusinessClosed);
                }
                RunLoopEffect::WaitClosed => {
                    let _ = self.tell(worker, who, &ClientEvent::WaitClosed { now: NOW });
                }
                _ => {}
            }
        }
    }

    /// Hands an event to an incarnation's start, and does what it wants done.
    fn start(&mut self, worker: usize, who: &mut Incarnation, event: &StartUpEvent) {
        let mut effects = Vec::new();
        let Some(start) = &mut who.start else { return };
        let answer = start.apply(event, &mut effects);
        let name = self.name(worker, who.epoch);
        self.recorder.call(|| {
            let code = format!(
                "start(&mut {name}_start, {})",
                transcript::start_event(event)
            );
            Call::new(code, answer.map(|_| &effects))
        });
        for effect in effects {
            match effect {
                StartUpEffect::ReadMasterInfo => {
                    let _ = self.tell(worker, who, &ClientEvent::ReadMasterInfo);
                    self.start(worker, who, &StartUpEvent::MasterInfoRead);
                }
                StartUpEffect::RefreshMetadata => {
                    let stored = MasterStateCode::UNINIT;
                    self.start(worker, who, &StartUpEvent::MetadataRefreshed { stored });
                }
                StartUpEffect::StartManager { load_workers: true } => {
                    self.start(worker, who, &StartUpEvent::WorkersRecovered);
                }
                StartUpEffect::MarkInit { .. } => self.start(worker, who, &StartUpEvent::Marked),
                StartUpEffect::WriteRow => self.write_row(worker, who),
                StartUpEffect::ReportInit => {
                    let status = Status {
                        master_epoch: who.client.storage().master_epoch(),
                        worker_epoch: who.epoch,
                    };
                    let place = who.executor;
                    self.worker(worker, |of| of.links[place].statuses.push(status));
                    let row = Row {
                        epoch: who.epoch,
                        state: WorkerStateCode::INIT,
                    };
                    self.status_is_sent(worker, row, status.master_epoch);
                    self.start(worker, who, &StartUpEvent::Reported);
                }
                StartUpEffect::Initialised => {
                    self.run(worker, who, &RunLoopEvent::Initialised { now: NOW });
                    who.start = None;
                }
                StartUpEffect::Ended { error } => {
                    let error = Some(error);
                    self.run(worker, who, &RunLoopEvent::Ended { error, now: NOW });
                }
                _ => {}
            }
        }
    }

    /// The row of a worker that has started; an old one does not write over a new one, if
    /// the rule is in force.
    fn write_row(&mut self, worker: usize, who: &mut Incarnation) {
        let slot = self.model.names.slot(who.epoch);
        let known = self.state.workers[worker].rows[slot];
        let is_outdated = match known {
            Some(row) => row.epoch > who.epoch,
            // Its master has inserted it and cleaned it since.
            None => self.has(Rule::RowBeforeConfirm),
        };
        if is_outdated && self.has(Rule::StateWritesConditional) {
            let message = "the row is another one's".into();
            let error = LoopError::Other { message };
            self.start(worker, who, &StartUpEvent::Failed { error });
            return;
        }
        if is_outdated {
            self.needs(Rule::StateWritesConditional);
        }
        let row = Row {
            epoch: who.epoch,
            state: WorkerStateCode::INIT,
        };
        self.worker(worker, |of| of.rows[slot] = Some(row));
        self.row_is_written(worker, row);
        self.start(worker, who, &StartUpEvent::RowWritten);
    }

    /// Hands an event to an incarnation's client, and says what it wants done.
    pub(super) fn apply(
        &mut self,
        worker: usize,
        who: &mut Incarnation,
        event: &ClientEvent,
    ) -> Result<Vec<ClientEffect>, ClientError> {
        let before = who.client.storage().clone();
        let mut effects = Vec::new();
        let answer = who.client.apply(event, &mut effects).map(|_| effects);
        let name = self.name(worker, who.epoch);
        self.recorder.call(|| {
            let code = format!("tell(&mut {name}, {})", transcript::client_event(event));
            Call::new(code, &answer)
        });
        let after = who.client.storage();
        let is_back = after.acknowledged() < before.acknowledged();
        if is_back || after.master_epoch() < before.master_epoch() {
            self.broke(Promise::S14);
        }
        if is_back {
            self.needs(Rule::AckTimeMonotone);
        }
        answer
    }

    /// Hands an event to an incarnation's client, and does what it wants done.
    fn tell(
        &mut self,
        worker: usize,
        who: &mut Incarnation,
        event: &ClientEvent,
    ) -> Result<(), ClientError> {
        for effect in self.apply(worker, who, event)? {
            match effect {
                ClientEffect::Send { ping, .. } => {
                    let ping = Ping {
                        master_epoch: ping.epoch,
                        worker_epoch: ping.worker_epoch,
                        is_finished: ping.is_finished,
                        is_late: false,
                    };
                    let place = who.executor;
                    self.worker(worker, |of| of.links[place].pings.push(ping));
                }
                ClientEffect::ReadMasterInfo { .. } => {
                    let info = Some(MasterInfo {
                        node: "m".into(),
                        epoch: self.state.master_epoch,
                    });
                    self.tell(worker, who, &ClientEvent::MasterInfoRead { info })?;
                }
                ClientEffect::MasterTimedOut if who.is_live() => {
                    let error = Some(LoopError::Suicide);
                    self.run(worker, who, &RunLoopEvent::Ended { error, now: NOW });
                }
                ClientEffect::WaitEnded { .. } => {
                    self.run(worker, who, &RunLoopEvent::HandshakeEnded);
                }
                ClientEffect::MasterTimedOut | ClientEffect::MasterInfoUnread { .. } => {}
            }
        }
        Ok(())
    }

    pub(super) fn ping(&mut self, worker: usize, epoch: Epoch) -> Option<()> {
        let mut who = self.incarnation(worker, epoch)?;
        self.tell(worker, &mut who, &ClientEvent::SendPing { now: NOW })
            .ok()?;
        who.pings += u8::from(self.model.notes_pings() && !self.model.is_calm(worker));
        self.put(worker, who);
        Some(())
    }

    pub(super) fn take_pong(&mut self, delivery: Delivery, pong: Pong) -> Option<()> {
        let worker = delivery.worker;
        let of = &self.state.workers[worker];
        let epoch = listener(self.model, of, delivery.executor, pong.answers)?;
        let mut who = self.incarnation(worker, epoch)?;
        let before = who.client.clone();
        // No ping of its own is older than what it has noted.
        let send_time = if pong.answers == epoch {
            sent(pong.is_late).max(before.storage().acknowledged())
        } else {
            sent(pong.is_late)
        };
        let message = HeartbeatPong {
            send_time,
            to_worker_id: self.model.names.id(worker, epoch).to_owned(),
            epoch: pong.master_epoch,
            is_finished: pong.is_finished,
            ..HeartbeatPong::default()
        };
        self.pong_is_logged(&message);
        let event = ClientEvent::Pong {
            from: "m".into(),
            pong: message,
            worker_epoch: pong.worker_epoch,
        };
        let is_refused = self.tell(worker, &mut who, &event).is_err();
        let is_of_another = pong.answers != epoch;
        if is_of_another && (is_refused || who.client != before) {
            self.needs(Rule::PongWorkerEpoch);
        }
        if is_refused {
            // Nobody catches it: the process ends with all its tasks.
            self.broke(Promise::S8);
            self.crash_executor(delivery.executor);
            return Some(());
        }
        if is_of_another && *before.state() == ClientState::Closing && who.has_goodbye_noted() {
            self.broke(Promise::S11);
        }
        self.put(worker, who);
        Some(())
    }

    pub(super) fn started(&mut self, worker: usize, epoch: Epoch) -> Option<()> {
        let mut who = self.incarnation(worker, epoch)?;
        self.start(worker, &mut who, &StartUpEvent::BusinessInitialised);
        self.put(worker, who);
        Some(())
    }

    pub(super) fn fail(&mut self, worker: usize, epoch: Epoch) -> Option<()> {
        let mut who = self.incarnation(worker, epoch)?;
        let message = "the business logic has failed".into();
        let error = Some(LoopError::Other { message });
        self.run(worker, &mut who, &RunLoopEvent::Ended { error, now: NOW });
        who.pings = 0;
        self.put(worker, who);
        Some(())
    }

    pub(super) fn watch(&mut self, worker: usize, epoch: Epoch) -> Option<()> {
        let mut who = self.incarnation(worker, epoch)?;
        let before = who.client.storage().master_epoch();
        self.tell(worker, &mut who, &ClientEvent::CheckMaster { now: NOW })
            .ok()?;
        // What it has to say is another thing to another master.
        if who.client.storage().master_epoch() != before {
            who.pings = 0;
        }
        self.put(worker, who);
        Some(())
    }

    pub(super) fn give_up_goodbye(&mut self, worker: usize, epoch: Epoch) -> Option<()> {
        let mut who = self.incarnation(worker, epoch)?;
        self.tell(worker, &mut who, &ClientEvent::Timer { now: NOW })
            .ok()?;
        self.put(worker, who);
        Some(())
    }

    /// The last that an incarnation does.
    pub(super) fn leave(&mut self, worker: usize, epoch: Epoch) -> Option<()> {
        let mut who = self.incarnation(worker, epoch)?;
        if !who.run_loop.storage().is_business_closed() {
            self.run(worker, &mut who, &RunLoopEvent::BusinessClosed);
        }
        self.run(worker, &mut who, &RunLoopEvent::Released);
        let id = self.model.names.id(worker, epoch);
        let stopped =
            self.state.executors[who.executor].change(|runner| runner.stopped(id, &mut Vec::new()));
        let node = executor(who.executor);
        self.recorder
            .call(|| Call::new(format!("{node}.stopped({id:?}, &mut vec![])"), &stopped));
        let is_topic_used_again = self.model.configuration.same_id;
        self.worker(worker, |of| {
            *of.incarnation_mut(epoch) = None;
            let pongs = &mut of.links[who.executor].pongs;
            if !is_topic_used_again && pongs.first().is_some_and(|pong| pong.answers == epoch) {
                pongs.pop();
            }
        });
        Some(())
    }

    /// An executor is gone with all its tasks, and another one is there in its place.
    pub(super) fn crash_executor(&mut self, place: usize) {
        let policy = self.model.configuration.policy;
        self.state.executors[place] = Shared::new(TaskRunner::new(policy));
        let node = executor(place);
        self.recorder
            .call(|| Call::statement(format!("{node} = TaskRunner::new(policy)")));
        for worker in 0..self.state.workers.len() {
            self.worker(worker, |of| {
                for who in &mut of.incarnations {
                    if who.as_ref().is_some_and(|who| who.executor == place) {
                        *who = None;
                    }
                }
                of.links[place].pongs = Default::default();
                let is_lost = of.order.is_some_and(|order| order.executor == place);
                of.is_spent |= is_lost;
                of.order = of.order.filter(|_| !is_lost);
            });
        }
    }
}
