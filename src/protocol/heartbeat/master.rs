//! What a master does, and what becomes of its orders.

use std::fmt::Debug;

use super::action::Delivery;
use super::message::{Ping, Pong, Status, sent};
use super::offered::listener;
use super::state::{Manager, Order, Row, executor, ids};
use super::step::Step;
use crate::framework::manager::{Effect, ManagerError, Receipt, TickInput, Ticked, WorkerManager};
use crate::framework::{Rule, WorkerEntryState};
use crate::protocol::clock::NOW;
use crate::protocol::{Call, Promise, Recorder, Shared};
use crate::wire::{Epoch, HeartbeatPing, WorkerStateCode, WorkerStatus, WorkerStatusMessage};

impl<R: Recorder> Step<'_, R> {
    /// Lets the master do something, and looks at what must hold of its entries. Where the
    /// original asserts, the master is gone.
    fn manage<A: Debug>(
        &mut self,
        code: impl FnOnce() -> String,
        act: impl FnOnce(&mut WorkerManager) -> Result<A, ManagerError>,
    ) -> Option<Result<A, ManagerError>> {
        let before = self.state.master.clone()?;
        let master = self.state.master.as_mut()?;
        let answer = master.change(|manager| act(&mut manager.0));
        let after = master.clone();
        let epoch = self.state.master_epoch;
        self.recorder
            .call(|| Call::new(format!("jm{epoch}.{}", code()), &answer));
        for worker in 0..self.state.workers.len() {
            for id in ids(self.model.names, worker) {
                let (Some(was), Some(is)) = (before.entry(id), after.entry(id)) else {
                    continue;
                };
                let stays = match was.1 {
                    WorkerEntryState::Tombstone => is.1.is_tombstone(),
                    WorkerEntryState::Offline => is.1 == was.1 || is.1.is_tombstone(),
                    _ => true,
                };
                if !stays {
                    self.broke(Promise::S7);
                }
                if was.0.epoch() != is.0.epoch() {
                    self.broke(Promise::S9);
                }
            }
        }
        if answer
            .as_ref()
            .is_err_and(|error| error.assertion().is_some())
        {
            self.broke(Promise::S8);
            self.state.master = None;
        } else if !before.state().is_ready() && after.state().is_ready() {
            self.recovered();
        }
        Some(answer)
    }

    /// The master knows its workers: who was given up is created again.
    fn recovered(&mut self) {
        for worker in 0..self.state.workers.len() {
            for id in ids(self.model.names, worker) {
                let entry = self
                    .state
                    .master
                    .as_ref()
                    .and_then(|master| master.entry(id));
                if entry.is_some_and(|(_, state)| state.is_tombstone()) {
                    self.give_away(worker, id);
                }
            }
        }
    }

    /// A worker is gone for its master: its entry and its row are cleaned, so that it can
    /// be created again.
    fn give_away(&mut self, worker: usize, id: &'static str) {
        if self.state.workers[worker].n_live() > 0 {
            self.broke(Promise::S2);
        }
        self.manage(
            || format!("clean({id:?}, &mut vec![])"),
            |manager| manager.clean(id, &mut Vec::new()),
        );
        let slot = ids(self.model.names, worker).position(|other| other == id);
        self.worker(worker, |of| {
            slot.map(|slot| of.rows[slot].take());
        });
        self.manage(
            || format!("cleaned({id:?}, Ok(()))"),
            |manager| manager.cleaned(id, Ok(())),
        );
    }

    pub(super) fn order(&mut self, worker: usize, place: usize) -> Option<()> {
        let epoch = self.state.workers[worker].last + 1;
        let id = self.model.names.id(worker, epoch);
        if self.state.workers[worker].n_live() > 0 {
            self.broke(Promise::S2);
        }
        let node = executor(place);
        self.manage(
            || format!("before_start({id:?}, {node:?}, {epoch}, NOW)"),
            |manager| manager.before_start(id, node, epoch, NOW),
        )?
        .ok()?;
        let is_row_written = self.has(Rule::RowBeforeConfirm);
        let slot = self.model.names.slot(epoch);
        let master_epoch = self.state.master_epoch;
        let state = WorkerStateCode::CREATED;
        let row = Row { epoch, state };
        self.worker(worker, |of| {
            of.last = epoch;
            of.is_spent = false;
            of.order = Some(Order {
                executor: place,
                epoch,
                master_epoch,
                submitted: NOW,
            });
            if is_row_written {
                of.rows[slot] = Some(row);
            }
        });
        if is_row_written {
            self.row_is_written(worker, row);
        }
        Some(())
    }

    /// An executor refuses a task, since one of its id has not left. The master is told,
    /// or waits in vain.
    pub(super) fn refused(&mut self, worker: usize, order: Order, is_reported: bool) {
        let is_master_there =
            self.state.master.is_some() && order.master_epoch == self.state.master_epoch;
        if !is_master_there {
            self.worker(worker, |of| of.is_spent = true);
            return;
        }
        if !is_reported {
            self.needs(Rule::DuplicateTaskReported);
            return;
        }
        let id = self.model.names.id(worker, order.epoch);
        self.manage(
            || format!("abort({id:?}, \"duplicate task\", &mut vec![])"),
            |manager| {
                manager.abort(id, "duplicate task", &mut Vec::new());
                Ok(())
            },
        );
        // Nobody has heard of this epoch.
        self.worker(worker, |of| of.last = order.epoch - 1);
        self.tick();
    }

    pub(super) fn start_master(&mut self, epoch: Epoch) -> Option<()> {
        let policy = self.model.configuration.policy;
        self.state.master_epoch = epoch;
        self.master_is_written();
        self.state.master = Some(Shared::new(Manager(WorkerManager::after_failover(
            epoch, policy,
        ))));
        self.recorder.call(|| {
            Call::statement(format!(
                "let mut jm{epoch} = WorkerManager::after_failover({epoch}, policy)"
            ))
        });
        let mut rows = Vec::new();
        for (worker, of) in self.state.workers.iter().enumerate() {
            rows.extend(
                of.rows
                    .iter()
                    .flatten()
                    .map(|row| self.model.row(worker, *row)),
            );
        }
        let is_known = |id: &str| rows.iter().any(|row| row.id == id);
        let is_unknown = (0..self.state.workers.len()).any(|worker| {
            let mut live = self.state.workers[worker]
                .incarnations()
                .filter(|who| who.is_live());
            live.any(|who| !is_known(self.model.names.id(worker, who.epoch)))
        });
        if is_unknown && !self.has(Rule::RowBeforeConfirm) {
            self.needs(Rule::RowBeforeConfirm);
        }
        self.manage(
            || "recover(&mut vec![])".to_owned(),
            |manager| manager.recover(&mut Vec::new()),
        )?
        .ok()?;
        let loaded = rows.clone();
        self.manage(
            || {
                format!(
                    "rows_loaded({}, NOW, &mut vec![])",
                    super::transcript::rows(&loaded)
                )
            },
            |manager| manager.rows_loaded(rows, NOW, &mut Vec::new()),
        )?
        .ok()?;
        Some(())
    }

    pub(super) fn take_ping(&mut self, delivery: Delivery, ping: Ping) -> Option<()> {
        let names = self.model.names;
        let id = names.id(delivery.worker, ping.worker_epoch);
        let message = HeartbeatPing {
            send_time: sent(ping.is_late),
            from_worker_id: id.to_owned(),
            epoch: ping.master_epoch,
            worker_epoch: ping.worker_epoch,
            is_finished: ping.is_finished,
        };
        let node = executor(delivery.executor);
        let known = self
            .state
            .master
            .as_ref()?
            .entry(id)
            .map(|(entry, _)| entry.epoch());
        self.ping_is_logged(&message);
        let mut answered = None;
        let receipt = self.manage(
            || {
                let ping = super::transcript::ping(&message);
                format!("heartbeat(&{ping}, {node:?}, NOW, &mut vec![])")
            },
            |manager| {
                let mut effects = Vec::new();
                let receipt = manager.heartbeat(&message, node, NOW, &mut effects);
                answered = effects.iter().find_map(|effect| match effect {
                    Effect::Pong(pong) => Some((pong.epoch, pong.worker_epoch, pong.is_finished)),
                    _ => None,
                });
                receipt
            },
        )?;
        let is_accepted = matches!(receipt, Ok(Receipt::Accepted));
        if is_accepted && known != Some(Some(ping.worker_epoch)) {
            self.broke(Promise::S10);
            if known.is_some() && !self.has(Rule::PingWorkerEpochChecked) {
                self.needs(Rule::PingWorkerEpochChecked);
            }
        }
        if let Some((master_epoch, worker_epoch, is_finished)) = answered {
            if !is_accepted {
                self.broke(Promise::S11);
                // What ends the master is not the pong.
                if receipt.is_ok() {
                    self.needs(Rule::PongAfterAcceptance);
                }
            }
            let pong = Pong {
                master_epoch,
                answers: ping.worker_epoch,
                worker_epoch,
                is_finished,
                is_late: ping.is_late,
            };
            let of = &self.state.workers[delivery.worker];
            let is_heard = listener(self.model, of, delivery.executor, ping.worker_epoch).is_some();
            // An id that is not used again has topics of its own, which it leaves behind.
            if is_heard || self.model.configuration.same_id {
                self.link(delivery, |link| link.pongs.push(pong));
            }
        }
        self.tick();
        Some(())
    }

    pub(super) fn take_status(
        &mut self,
        delivery: Delivery,
        status: Status,
        has_body: bool,
    ) -> Option<()> {
        let names = self.model.names;
        let id = names.id(delivery.worker, status.worker_epoch);
        let row = Row {
            epoch: status.worker_epoch,
            state: WorkerStateCode::INIT,
        };
        let message = WorkerStatusMessage {
            worker: id.to_owned(),
            master_epoch: status.master_epoch,
            status: has_body.then(|| self.model.row(delivery.worker, row)),
        };
        let known = self
            .state
            .master
            .as_ref()?
            .entry(id)
            .and_then(|(entry, _)| entry.epoch());
        let receipt = self.manage(
            || {
                let status = super::transcript::status(&message);
                format!("status_message({status}, &mut vec![])")
            },
            |manager| manager.status_message(message.clone(), &mut Vec::new()),
        )?;
        if receipt == Ok(Receipt::Accepted) {
            if !has_body {
                self.needs(Rule::StatusBodyRequired);
            } else if known.is_some_and(|known| known != status.worker_epoch) {
                self.needs(Rule::StatusEpochChecked);
            }
        }
        self.tick();
        Some(())
    }

    pub(super) fn check(&mut self) -> Option<()> {
        self.manage(
            || "check(NOW, &mut vec![])".to_owned(),
            |manager| manager.check(NOW, &mut Vec::new()),
        )?
        .ok()?;
        self.tick();
        Some(())
    }

    pub(super) fn wake(&mut self) -> Option<()> {
        self.manage(
            || "wake(NOW, &mut vec![])".to_owned(),
            |manager| {
                manager.wake(NOW, &mut Vec::new());
                Ok(())
            },
        )?
        .ok()?;
        self.tick();
        Some(())
    }

    /// A tick up to its end, as soon as there is something to tell of and the workers are
    /// known. Who goes offline is cleaned in the callback.
    fn tick(&mut self) {
        let is_due = |manager: &Manager| manager.state().is_ready() && manager.pending_events() > 0;
        if !self
            .state
            .master
            .as_ref()
            .is_some_and(|master| is_due(master))
        {
            return;
        }
        let mut input = TickInput::Start;
        let mut code = "Start".to_owned();
        loop {
            let mut effects: Vec<Effect<'static>> = Vec::new();
            let ticked = self.manage(
                || format!("tick(TickInput::{code}, &mut vec![])"),
                |manager| manager.tick(input, &mut effects),
            );
            let Some(Ok(ticked)) = ticked else {
                return;
            };
            let effect = effects.pop();
            if let Some(effect) = &effect {
                self.callback_is_logged(effect);
            }
            match (ticked, effect) {
                (Ticked::Done, _) => return,
                (Ticked::Row, Some(Effect::ReadRow { worker: id })) => {
                    let row = self.stored(&id);
                    code = format!("Row(Ok({}))", super::transcript::stored(row.as_ref()));
                    input = TickInput::Row(Ok(row));
                    continue;
                }
                (_, Some(Effect::Offline { handle, .. })) => {
                    if let Some((worker, id)) = self.named(handle.worker()) {
                        self.give_away(worker, id);
                    }
                }
                _ => {}
            }
            code = "CallbackDone".to_owned();
            input = TickInput::CallbackDone;
        }
    }

    /// Whose id this is.
    fn named(&self, id: &str) -> Option<(usize, &'static str)> {
        (0..self.state.workers.len()).find_map(|worker| {
            let found = ids(self.model.names, worker).find(|other| *other == id)?;
            Some((worker, found))
        })
    }

    fn stored(&self, id: &str) -> Option<WorkerStatus> {
        let (worker, _) = self.named(id)?;
        let rows = self.state.workers[worker].rows.iter().flatten();
        let mut rows = rows.map(|row| self.model.row(worker, *row));
        rows.find(|row| row.id == id)
    }
}
