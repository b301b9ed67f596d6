//! The end of an age.

use super::Heartbeat;
use super::offered::may_be_late;
use super::state::Incarnation;
use super::step::Step;
use crate::framework::{ClientEffect, ClientEvent, LoopError, RunLoopEvent, RunLoopState};
use crate::protocol::clock::{AGE, NOW};
use crate::protocol::{Call, Recorder};
use crate::wire::MonotonicTime;

impl<R: Recorder> Step<'_, R> {
    /// Time passes: what was noted is longer ago, and each loop looks how long its master
    /// has been silent.
    pub(super) fn end_age(&mut self) -> Option<()> {
        let before = self.state.clone();
        self.ping_in_time();
        if let Some(master) = &mut self.state.master {
            master.change(|manager| manager.0.set_back(AGE, NOW));
            let epoch = self.state.master_epoch;
            self.recorder
                .call(|| Call::statement(format!("jm{epoch}.set_back(AGE, NOW)")));
        }
        for worker in 0..self.state.workers.len() {
            self.worker(worker, |of| {
                for link in &mut of.links {
                    link.pings.iter_mut().for_each(|ping| ping.is_late = true);
                    link.pongs.iter_mut().for_each(|pong| pong.is_late = true);
                }
                // Who has not confirmed within two ages has let the time for it pass.
                of.is_spent |= of.order.is_some_and(|order| order.submitted != NOW);
                of.order = of.order.and_then(|mut order| {
                    let is_first = order.submitted == NOW;
                    order.submitted = MonotonicTime(NOW.0 - AGE.as_nanos() as i64);
                    is_first.then_some(order)
                });
            });
            for epoch in [1, 2] {
                if let Some(who) = self.incarnation(worker, epoch) {
                    self.age(worker, who);
                }
            }
        }
        (self.state != before).then_some(())
    }

    fn age(&mut self, worker: usize, mut who: Incarnation) {
        who.pings = 0;
        if !who.is_live() && *who.run_loop.state() != RunLoopState::Handshake {
            // It waits for nothing any more.
            self.put(worker, who);
            return;
        }
        who.client.set_back(AGE, NOW);
        let name = self.name(worker, who.epoch);
        self.recorder
            .call(|| Call::statement(format!("{name}.set_back(AGE, NOW)")));
        if who.is_live() {
            let effects = self.apply(worker, &mut who, &ClientEvent::CheckMaster { now: NOW });
            // Whether the store is heard of in time is left open: see `Watch`.
            if effects.is_ok_and(|effects| effects.contains(&ClientEffect::MasterTimedOut)) {
                let error = Some(LoopError::Suicide);
                self.run(worker, &mut who, &RunLoopEvent::Ended { error, now: NOW });
            }
        }
        self.put(worker, who);
    }
}

impl Heartbeat {
    /// Whether who has pinged in an age is noted: where messages can be late, a ping can
    /// be, too.
    pub(super) fn notes_pings(&self) -> bool {
        !may_be_late(self.configuration.faults)
    }
}
