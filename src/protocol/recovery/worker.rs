//! What the workers do, and what the time does to them.

use super::action::WorkerAction;
use super::message::{Message, Ping, Pong, Status};
use super::state::{JOB, Report, WORKER_EPOCH, Worker, WorkerNumber, WorkerPhase};
use super::step::Step;
use super::transcript;
use crate::framework::{
    ClientEffect, ClientEvent, ClientStart, MasterClient, MasterInfo, Record, Rule,
};
use crate::machine::Guarded;
use crate::protocol::clock::{AGE, NOW};
use crate::protocol::{Call, Fault, Recorder, Sent, Shared, log};

impl<R: Recorder> Step<'_, R> {
    /// A worker begins: it reads where its master is.
    pub(super) fn begin_worker(&mut self, worker: WorkerNumber) {
        let start = ClientStart {
            master: JOB.into(),
            worker: worker.id().into(),
            worker_epoch: WORKER_EPOCH,
            submitted: NOW,
            started: NOW,
        };
        let (policy, timeouts) = (self.configuration.policy, self.configuration.timeouts);
        let client = Guarded::new(MasterClient::new(&start, policy, timeouts));
        self.recorder.call(|| {
            let id = worker.id();
            Call::statement(format!("let mut {id} = client({id:?});"))
        });
        self.store_row(worker, Report::Started);
        let place = self.state.place_mut(worker);
        place.worker = Some(Worker {
            phase: WorkerPhase::Silent,
            client: Shared::new(client),
        });
        self.read_master(worker);
    }

    /// Stores what a worker reports.
    pub(super) fn store_row(&mut self, worker: WorkerNumber, report: Report) {
        self.recorder
            .sent(|| Sent::record(Record::Worker(report.status(worker))));
        self.state.place_mut(worker).row = Some(report);
    }

    /// A worker is gone, with what is under way to it.
    pub(super) fn lose_worker(&mut self, worker: WorkerNumber) {
        let place = self.state.place_mut(worker);
        place.worker = None;
        place.pong = None;
    }

    fn client(
        &mut self,
        worker: WorkerNumber,
        event: &ClientEvent,
        code: impl FnOnce() -> String,
    ) -> Vec<ClientEffect> {
        let Some(there) = self.state.place_mut(worker).worker.as_mut() else {
            return Vec::new();
        };
        let mut effects = Vec::new();
        let result = there
            .client
            .change(|client| client.apply(event, &mut effects).map(|_| ()));
        self.recorder.call(|| {
            let code = format!("on!({}, {})", worker.id(), code());
            Call::new(code, (result.is_ok(), &effects))
        });
        if result.is_err() {
            self.fails();
        }
        effects
    }

    fn read_master(&mut self, worker: WorkerNumber) {
        let stored = self.state.jobs.load(JOB);
        let info = stored.map(|row| MasterInfo {
            node: row.node_id.as_str().into(),
            epoch: row.epoch,
        });
        let code = transcript::master_info(info.as_ref());
        self.client(worker, &ClientEvent::MasterInfoRead { info }, || code);
    }

    pub(super) fn worker_acts(&mut self, worker: WorkerNumber, action: WorkerAction) {
        match action {
            WorkerAction::Ping => {
                let code = || "ClientEvent::SendPing { now: NOW }".to_owned();
                let effects = self.client(worker, &ClientEvent::SendPing { now: NOW }, code);
                for effect in effects {
                    if let ClientEffect::Send { ping, .. } = effect {
                        self.recorder.sent(|| log::ping_sent(JOB, &ping));
                        self.state.place_mut(worker).ping = Some(Ping {
                            epoch: ping.epoch,
                            is_finished: ping.is_finished,
                            is_old: false,
                        });
                    }
                }
                if !worker.is_watched() {
                    self.arrive_at_once(worker);
                }
            }
            WorkerAction::ReadMaster => self.read_master(worker),
            WorkerAction::Report => {
                self.report(worker, WorkerPhase::Working, Report::Working);
            }
            WorkerAction::Finish => {
                self.report(worker, WorkerPhase::Closing, Report::Finished);
                let code = || "ClientEvent::WaitClosed { now: NOW }".to_owned();
                self.client(worker, &ClientEvent::WaitClosed { now: NOW }, code);
            }
        }
    }

    /// A ping arrives in the step in which it is sent, and so does its pong.
    fn arrive_at_once(&mut self, worker: WorkerNumber) {
        if let Some(ping) = self.state.place_mut(worker).ping.take() {
            self.deliver(worker, Message::Ping(ping));
        }
        if let Some(pong) = self.state.place_mut(worker).pong.take() {
            self.pong(worker, pong);
        }
    }

    /// A worker stores a status, then tells its master.
    fn report(&mut self, worker: WorkerNumber, phase: WorkerPhase, report: Report) {
        let place = self.state.place_mut(worker);
        let Some(there) = &mut place.worker else {
            return;
        };
        there.phase = phase;
        let epoch = there.client.storage().master_epoch();
        let status = Status { epoch, report };
        place.status = Some(status);
        self.store_row(worker, report);
        self.recorder
            .sent(|| Sent::record(Record::Message(status.wire(worker))));
    }

    /// A worker takes a pong.
    pub(super) fn pong(&mut self, worker: WorkerNumber, pong: Pong) {
        self.recorder
            .sent(|| log::pong_received(JOB, &pong.wire(worker)));
        let effects = self.client(worker, &pong.event(worker), || {
            transcript::pong(worker, pong)
        });
        self.waits(worker, &effects);
    }

    /// Forgets a late pong of which nothing comes. What tells a worker nothing when an age
    /// has ended never will, where times of acknowledgement do not go back, but for the
    /// acknowledgement of an end.
    fn forget_pong(&mut self, worker: WorkerNumber) {
        let place = self.state.place_mut(worker);
        let (Some(there), Some(pong)) = (&place.worker, place.pong) else {
            return;
        };
        if pong.is_finished || !self.configuration.policy.has(Rule::AckTimeMonotone) {
            return;
        }
        let mut client = Guarded::clone(&there.client);
        let taken = client.apply(&pong.event(worker), &mut Vec::new());
        if taken.is_ok() && client == *there.client {
            place.pong = None;
        }
    }

    /// A worker that waits no longer, or has been silent for too long, is gone.
    fn waits(&mut self, worker: WorkerNumber, effects: &[ClientEffect]) {
        let is_over = effects.iter().any(|effect| {
            matches!(
                effect,
                ClientEffect::WaitEnded { .. } | ClientEffect::MasterTimedOut
            )
        });
        if is_over {
            self.lose_worker(worker);
        }
    }

    /// An age ends: what is noted of it is one age older, and who has not been acknowledged
    /// in it has ended.
    pub(super) fn age_ends(&mut self) {
        let is_late = self.configuration.faults.has(Fault::Delay);
        for place in &mut self.state.places {
            if is_late {
                place.ping.iter_mut().for_each(|ping| ping.is_old = true);
                place.pong.iter_mut().for_each(|pong| pong.is_old = true);
            } else {
                (place.ping, place.pong, place.status) = (None, None, None);
            }
        }
        for number in 0..self.state.places.len() {
            let worker = WorkerNumber(number as u8);
            self.forget_pong(worker);
            let Some(there) = &mut self.state.place_mut(worker).worker else {
                continue;
            };
            let is_closing = there.phase == WorkerPhase::Closing;
            there.client.change(|client| client.set_back(AGE, NOW));
            let id = worker.id();
            self.recorder
                .call(|| Call::statement(format!("{id}.set_back(AGE, NOW);")));
            let effects = if is_closing {
                let code = || "ClientEvent::Timer { now: NOW }".to_owned();
                self.client(worker, &ClientEvent::Timer { now: NOW }, code)
            } else {
                let code = || "ClientEvent::CheckMaster { now: NOW }".to_owned();
                self.client(worker, &ClientEvent::CheckMaster { now: NOW }, code)
            };
            self.waits(worker, &effects);
        }
        if let Some(master) = &mut self.state.master
            && master.manager.is_some()
        {
            master.change(|master| {
                if let Some(manager) = &mut master.manager {
                    manager.change(|manager| manager.set_back(AGE, NOW));
                }
            });
            let jm = self.state.epoch;
            self.recorder
                .call(|| Call::statement(format!("jm{jm}.set_back(AGE, NOW);")));
        }
    }
}
