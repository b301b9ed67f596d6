//! The workers with which nothing goes wrong by itself, where there are several.

use super::Heartbeat;
use super::action::{Delivery, Message};
use super::offered::listener;
use super::state::{HeartbeatState, Incarnation, N_EXECUTORS, entry};
use super::step::Step;
use crate::framework::{RunLoopState, WorkerEntryState};
use crate::protocol::Recorder;
use crate::wire::Epoch;

impl Heartbeat {
    /// Whether a worker is one of those whose messages arrive in the step in which they are
    /// sent, and that do not fail: all but the first.
    pub(super) fn is_calm(&self, worker: usize) -> bool {
        worker > 0
    }

    /// Whether a calm worker pings of itself, not only as an age ends: where its master
    /// has not heard it, or not of its end.
    pub(super) fn is_to_ping(
        &self,
        state: &HeartbeatState,
        worker: usize,
        who: &Incarnation,
    ) -> bool {
        let Some(master) = &state.master else {
            return false;
        };
        let known = entry(master, self.names, worker);
        let is_online = known.is_some_and(|(_, state)| state == WorkerEntryState::Normal);
        !is_online || !who.is_live()
    }
}

impl<R: Recorder> Step<'_, R> {
    /// A calm worker that was ordered runs, and its master has heard it.
    pub(super) fn come_online(&mut self, worker: usize, epoch: Epoch) -> Option<()> {
        self.confirm(worker)?;
        if self.incarnation(worker, epoch).is_some() {
            self.started(worker, epoch)?;
            self.arrive(worker);
            self.ping(worker, epoch)?;
            self.arrive(worker);
        }
        Some(())
    }

    /// Calm workers ping before an age ends.
    pub(super) fn ping_in_time(&mut self) {
        for worker in 0..self.state.workers.len() {
            for epoch in [1, 2] {
                let pings = |who: &Incarnation| {
                    who.is_live() || *who.run_loop.state() == RunLoopState::Handshake
                };
                let is_there = self
                    .incarnation(worker, epoch)
                    .is_some_and(|who| pings(&who));
                if self.model.is_calm(worker) && is_there && self.state.master.is_some() {
                    let _ = self.ping(worker, epoch);
                    self.arrive(worker);
                }
            }
        }
    }

    /// All that is under way for a calm worker arrives, if somebody is there.
    pub(super) fn arrive(&mut self, worker: usize) {
        if !self.model.is_calm(worker) {
            return;
        }
        for executor in 0..N_EXECUTORS {
            while let Some(message) = self.receivable(worker, executor) {
                let delivery = Delivery {
                    worker,
                    executor,
                    master: self.state.master_epoch,
                    message,
                };
                self.take_out(delivery);
                let _ = self.deliver(delivery);
            }
        }
    }

    fn receivable(&self, worker: usize, executor: usize) -> Option<Message> {
        let of = &self.state.workers[worker];
        let link = &of.links[executor];
        let is_heard = |answers| listener(self.model, of, executor, answers).is_some();
        if let Some(pong) = link.pongs.first().filter(|pong| is_heard(pong.answers)) {
            return Some(Message::Pong(pong));
        }
        let master = self.state.master.as_ref()?;
        let status = link
            .statuses
            .first()
            .filter(|_| master.pending_events() == 0);
        let ping = link.pings.first().filter(|_| link.pongs.is_empty());
        ping.map(Message::Ping).or(status.map(Message::Status))
    }
}
