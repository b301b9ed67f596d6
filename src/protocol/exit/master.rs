//! What the master does.

use super::state::{
    Beat, MASTER, MASTER_EPOCH, SUCCESSOR_EPOCH, WORKER, WORKER_EPOCH, WORKER_NODE, message, status,
};
use super::step::Step;
use super::transcript;
use crate::framework::Rule;
use crate::framework::manager::{
    Effect, ManagerError, OfflineReason, Receipt, TickInput, Ticked, WorkerManager,
};
use crate::protocol::clock::{LONG_AGO, NOW};
use crate::protocol::{Call, Promise, Recorder, log};
use crate::wire::{HeartbeatPing, WorkerStateCode};

impl<R: Recorder> Step<'_, R> {
    fn manager<'m, A: std::fmt::Debug>(
        &mut self,
        code: impl FnOnce() -> String,
        call: impl FnOnce(&mut WorkerManager, &mut Vec<Effect<'m>>) -> Result<A, ManagerError>,
    ) -> (Result<A, ManagerError>, Vec<Effect<'m>>) {
        let mut effects = Vec::new();
        let result = self
            .state
            .manager
            .change(|manager| call(manager, &mut effects));
        self.recorder
            .call(|| Call::new(code(), (&result, &effects)));
        let error = result.as_ref().err();
        if error.is_some_and(|error| error.assertion().is_some()) {
            self.fails();
        }
        (result, effects)
    }

    pub(super) fn ping(&mut self, ping: Beat) {
        let wire = HeartbeatPing {
            send_time: if ping.is_old { LONG_AGO } else { NOW },
            from_worker_id: WORKER.to_owned(),
            epoch: MASTER_EPOCH,
            worker_epoch: WORKER_EPOCH,
            is_finished: ping.is_finished,
        };
        self.recorder.sent(|| log::ping_received(MASTER, &wire));
        let (received, effects) = self.manager(
            || format!("on_ping(&mut jm1, &{})", transcript::ping(ping)),
            |manager, effects| manager.heartbeat(&wire, WORKER_NODE, NOW, effects),
        );
        let manager = &self.state.manager;
        self.recorder
            .sent_if_any(|| log::ping_refused(MASTER, manager, (&wire, WORKER_NODE), &received));
        self.may_be_of_the_predecessor(&received, Rule::PingWorkerEpochChecked);
        let is_answered = effects
            .iter()
            .any(|effect| matches!(effect, Effect::Pong(_)));
        if is_answered && self.state.worker.is_some() {
            self.state.pong = Some(ping);
        }
    }

    pub(super) fn status(&mut self) {
        let reported = self.state.statuses.remove(0);
        let told = message(reported);
        let code = || {
            format!(
                "on_status(&mut jm1, message({}))",
                transcript::state(reported)
            )
        };
        let (received, _) = self.manager(code, |manager, effects| {
            manager.status_message(told, effects)
        });
        let manager = &self.state.manager;
        self.recorder
            .sent_if_any(|| log::status_refused(MASTER, manager, &message(reported), &received));
        self.may_be_of_the_predecessor(&received, Rule::StatusEpochChecked);
    }

    /// A message of the worker has arrived, and its successor may have got the credit for it.
    fn may_be_of_the_predecessor(&mut self, received: &Result<Receipt, ManagerError>, rule: Rule) {
        let is_taken = self.state.has_successor && *received == Ok(Receipt::Accepted);
        if is_taken && self.lacks(rule) {
            self.needs(rule);
        }
    }

    pub(super) fn check(&mut self) {
        // What it refuses is an assertion, and is noted as one.
        let _ = self.manager(
            || "on_check(&mut jm1)".to_owned(),
            |manager, effects| manager.check(NOW, effects),
        );
    }

    pub(super) fn tick(&mut self) {
        let (mut input, mut given) = (TickInput::Start, "Start".to_owned());
        loop {
            let code = || format!("on_tick(&mut jm1, TickInput::{given})");
            let (ticked, mut effects) =
                self.manager(code, |manager, effects| manager.tick(input, effects));
            (input, given) = match ticked {
                Err(_) | Ok(Ticked::Done) => return,
                Ok(Ticked::Row) => {
                    let row = self.state.row;
                    (TickInput::Row(Ok(row.map(status))), transcript::given(row))
                }
                Ok(Ticked::Callback) => {
                    match effects.pop() {
                        // The successor says nothing: it is the worker of which is told.
                        Some(_) if self.state.has_successor => {
                            self.state.trail.broke(Promise::S12);
                        }
                        Some(Effect::Offline { reason, .. }) => self.goes_offline(reason),
                        _ => {}
                    }
                    (TickInput::CallbackDone, "CallbackDone".to_owned())
                }
            };
        }
    }

    /// The master hears that the worker is offline: cleans up, and starts its successor.
    fn goes_offline(&mut self, reason: Option<OfflineReason>) {
        let told = match self.state.row {
            Some(WorkerStateCode::FINISHED) => OfflineReason::Finished,
            Some(WorkerStateCode::STOPPED) => OfflineReason::Canceled,
            Some(WorkerStateCode::ERROR) => OfflineReason::Failed,
            _ => OfflineReason::Lost,
        };
        if reason != Some(told) {
            self.state.trail.broke(Promise::S13);
            if self.lacks(Rule::OfflineReasonAtDelivery) {
                self.needs(Rule::OfflineReasonAtDelivery);
            }
        }
        let entry = self.state.manager.entry(WORKER);
        if entry.is_some_and(|(entry, _)| entry.is_finished()) && self.state.holds {
            self.state.trail.broke(Promise::S16);
            if self.lacks(Rule::CloseBeforeFinishHandshake) {
                self.needs(Rule::CloseBeforeFinishHandshake);
            }
        }
        let (cleaned, _) = self.manager(
            || "on_clean(&mut jm1)".to_owned(),
            |manager, effects| {
                manager.clean(WORKER, effects)?;
                manager.cleaned(WORKER, Ok(()))
            },
        );
        self.recorder
            .sent_if_any(|| cleaned.is_ok().then(|| log::cleaned(WORKER)));
        self.state.has_successor = true;
        if self.configuration.same_id {
            let code =
                format!("jm1.before_start({WORKER:?}, {WORKER_NODE:?}, {SUCCESSOR_EPOCH}, NOW)");
            let started = self
                .state
                .manager
                .change(|manager| manager.before_start(WORKER, WORKER_NODE, SUCCESSOR_EPOCH, NOW));
            self.recorder.call(|| Call::new(code, &started));
            if started.is_err() {
                self.fails();
            }
        }
    }
}
