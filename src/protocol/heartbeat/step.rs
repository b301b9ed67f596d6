//! A step: what happens, and what it does to all that there is.

use std::sync::Arc;

use super::Heartbeat;
use super::action::{Delivery, HeartbeatAction, Message};
use super::state::{HeartbeatState, Incarnation, Link, Worker};
use crate::framework::Rule;
use crate::protocol::{Promise, Recorder, Shared};
use crate::wire::Epoch;

/// A step that is being taken.
pub(super) struct Step<'s, R> {
    pub(super) model: &'s Heartbeat,
    pub(super) state: HeartbeatState,
    pub(super) recorder: &'s mut R,
}

impl<'s, R: Recorder> Step<'s, R> {
    pub(super) fn new(model: &'s Heartbeat, state: &HeartbeatState, recorder: &'s mut R) -> Self {
        let mut state = state.clone();
        state.trail.begin();
        Self {
            model,
            state,
            recorder,
        }
    }

    /// The state after an action, `None` if it cannot happen.
    pub(super) fn take(mut self, action: &HeartbeatAction) -> Option<HeartbeatState> {
        match *action {
            HeartbeatAction::Order {
                worker,
                executor,
                epoch,
                ..
            } => {
                self.order(worker, executor)?;
                if self.model.is_calm(worker) {
                    self.come_online(worker, epoch)?;
                }
            }
            HeartbeatAction::Confirm { worker, .. } => self.confirm(worker)?,
            HeartbeatAction::LoseOrder { worker, .. } => {
                self.worker(worker, |of| {
                    of.is_spent = true;
                    of.order.take()
                })?;
            }
            HeartbeatAction::Ping { worker, epoch } => {
                self.ping(worker, epoch)?;
                self.arrive(worker);
            }
            HeartbeatAction::Deliver(delivery) => {
                self.take_out(delivery);
                self.deliver(delivery)?;
            }
            HeartbeatAction::Repeat(delivery) => self.deliver(delivery)?,
            HeartbeatAction::Lose(delivery) => self.take_out(delivery),
            HeartbeatAction::DeliverEmpty(delivery) => {
                self.take_out(delivery);
                let Message::Status(status) = delivery.message else {
                    return None;
                };
                self.take_status(delivery, status, false)?;
            }
            HeartbeatAction::Check { .. } => self.check()?,
            HeartbeatAction::Wake { .. } => self.wake()?,
            HeartbeatAction::Started { worker, epoch } => self.started(worker, epoch)?,
            HeartbeatAction::Fail { worker, epoch } => self.fail(worker, epoch)?,
            HeartbeatAction::Watch { worker, epoch } => self.watch(worker, epoch)?,
            HeartbeatAction::GiveUpGoodbye { worker, epoch } => {
                self.give_up_goodbye(worker, epoch)?;
            }
            HeartbeatAction::Leave { worker, epoch } => self.leave(worker, epoch)?,
            HeartbeatAction::CrashMaster { .. } => self.state.master = None,
            HeartbeatAction::StartMaster { master } => self.start_master(master)?,
            HeartbeatAction::CrashExecutor { executor } => self.crash_executor(executor),
            HeartbeatAction::EndAge => self.end_age()?,
        }
        Some(self.state)
    }

    pub(super) fn deliver(&mut self, delivery: Delivery) -> Option<()> {
        match delivery.message {
            Message::Ping(ping) => self.take_ping(delivery, ping),
            Message::Pong(pong) => self.take_pong(delivery, pong),
            Message::Status(status) => self.take_status(delivery, status, true),
        }
    }

    pub(super) fn take_out(&mut self, delivery: Delivery) {
        self.link(delivery, |link| match delivery.message {
            Message::Ping(_) => link.pings.pop(),
            Message::Pong(_) => link.pongs.pop(),
            Message::Status(_) => link.statuses.pop(),
        });
    }

    /// Changes what there is of a worker.
    pub(super) fn worker<A>(&mut self, worker: usize, change: impl FnOnce(&mut Worker) -> A) -> A {
        Arc::make_mut(&mut self.state.workers)[worker].change(change)
    }

    /// Changes what is under way where a message is.
    pub(super) fn link<A>(&mut self, delivery: Delivery, change: impl FnOnce(&mut Link) -> A) -> A {
        self.worker(delivery.worker, |of| {
            change(&mut of.links[delivery.executor])
        })
    }

    /// An incarnation, to be changed and [put back](Self::put).
    pub(super) fn incarnation(&self, worker: usize, epoch: Epoch) -> Option<Incarnation> {
        let found = self.state.workers[worker].incarnation(epoch)?;
        Some(Incarnation::clone(found))
    }

    pub(super) fn put(&mut self, worker: usize, who: Incarnation) {
        self.worker(worker, |of| {
            let place = of.incarnation_mut(who.epoch);
            *place = Some(Shared::new(who));
        });
    }

    pub(super) fn has(&self, rule: Rule) -> bool {
        self.model.configuration.policy.has(rule)
    }

    pub(super) fn broke(&mut self, promise: Promise) {
        self.state.trail.broke(promise);
    }

    /// The step goes as it does for lack of a rule.
    pub(super) fn needs(&mut self, rule: Rule) {
        self.state.trail.needs(rule, &self.model.configuration);
    }
}
