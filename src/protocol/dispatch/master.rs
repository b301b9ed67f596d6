//! The steps of the master.

use super::offer::is_coming;
use super::{Dispatch, EXPIRY, Job, Message, Order, Phase, State};
use crate::framework::manager::{Effect, ManagerError, TickInput, Ticked};
use crate::framework::{
    DispatchError, Dispatcher, DispatcherEffect, DispatcherEvent, DispatcherState, Record, Rule,
    WorkerEntryState,
};
use crate::protocol::clock::NOW;
use crate::protocol::{Call, Promise, Recorder, Sent, log};
use crate::wire::{
    Epoch, HeartbeatPing, MasterMeta, MasterStateCode, WorkerStateCode, WorkerStatus,
};

/// What the master is told of a worker that has failed for good.
const FOR_GOOD: &str = "failed for good";

/// What it is told of one that may be ordered again.
const FOR_NOW: &str = "failed";

impl Dispatch {
    pub(super) fn order(&self, state: &mut State, epoch: u8, recorder: &mut impl Recorder) {
        let mut effects = Vec::new();
        let dispatch = Dispatcher::start(self.configuration.policy, NOW, &mut effects);
        recorder.call(|| {
            let code = "dispatch = Dispatcher::start(policy, NOW, &mut Vec::new());";
            Call::statement(code)
        });
        state.order = Some(Order {
            epoch,
            dispatch: Some(dispatch),
            is_answered: false,
            is_disturbed: false,
            is_transient: false,
        });
        self.carry_out(state, epoch, effects, recorder);
    }

    /// Tells the dispatch what has happened, and does what it wants.
    pub(super) fn tell(
        &self,
        state: &mut State,
        event: DispatcherEvent,
        recorder: &mut impl Recorder,
    ) -> Option<()> {
        let order = state.order.as_mut()?;
        let epoch = order.epoch;
        let dispatch = order.dispatch.as_mut()?;
        let mut effects = Vec::new();
        dispatch.handle_with_context(&event, &mut effects).ok()?;
        let now = *dispatch.state();
        recorder.call(|| {
            let code = format!("tell(&mut dispatch, &DispatcherEvent::{event:?})");
            Call::new(code, (now, &effects))
        });
        let is_transient = matches!(
            event,
            DispatcherEvent::PreDispatchFailed {
                error: DispatchError::Business { transient: true },
                ..
            }
        );
        order.is_transient |= is_transient;
        if is_transient && effects.contains(&DispatcherEffect::ReportFailure { for_good: true }) {
            let rule = Rule::TransientDispatchErrorRetried;
            state.trail.needs(rule, &self.configuration);
        }
        match now {
            DispatcherState::Forgotten => {
                let rule = Rule::AbortOnPredispatchError;
                state.trail.needs(rule, &self.configuration);
                order.dispatch = None;
            }
            DispatcherState::Dispatched | DispatcherState::Unsure | DispatcherState::Aborted => {
                order.dispatch = None;
            }
            _ => {}
        }
        self.carry_out(state, epoch, effects, recorder);
        Some(())
    }

    fn carry_out(
        &self,
        state: &mut State,
        epoch: u8,
        effects: Vec<DispatcherEffect>,
        recorder: &mut impl Recorder,
    ) {
        for effect in effects {
            match effect {
                DispatcherEffect::SendPreDispatch => {
                    state.post(Message::Call(Phase::PreDispatch, epoch));
                }
                DispatcherEffect::SendConfirm => state.post(Message::Call(Phase::Confirm, epoch)),
                DispatcherEffect::MakeEntry => make_entry(state, epoch, recorder),
                // The call to the store is under way; its end is an action.
                DispatcherEffect::StoreRow => {}
                DispatcherEffect::DeleteRow => state.row = None,
                DispatcherEffect::ReportFailure { for_good } => {
                    abort(state, if for_good { FOR_GOOD } else { FOR_NOW }, recorder);
                }
            }
        }
    }

    /// The executor has refused the task of this epoch.
    pub(super) fn refused(&self, state: &mut State, epoch: u8, recorder: &mut impl Recorder) {
        let entry = state.manager.entry("j");
        if entry.is_some_and(|(entry, _)| entry.epoch() == Some(Epoch::from(epoch))) {
            abort(state, FOR_NOW, recorder);
        }
    }

    pub(super) fn hear(
        &self,
        state: &mut State,
        epoch: u8,
        is_finished: bool,
        recorder: &mut impl Recorder,
    ) {
        let ping = HeartbeatPing {
            from_worker_id: "j".to_owned(),
            epoch: 1,
            worker_epoch: Epoch::from(epoch),
            is_finished,
            ..HeartbeatPing::default()
        };
        let heard = state
            .manager
            .change(|manager| manager.heartbeat(&ping, "x", NOW, &mut Vec::new()));
        recorder.call(|| {
            let code = format!("ping(&mut jm1, {epoch}, {is_finished})");
            Call::new(code, &heard)
        });
        recorder.sent(|| log::ping_received(log::JOB_MANAGER, &ping));
        recorder.sent_if_any(|| {
            log::ping_refused(log::JOB_MANAGER, &state.manager, (&ping, "x"), &heard)
        });
        assertion(state, &heard);
    }

    pub(super) fn time_out(&self, state: &mut State, recorder: &mut impl Recorder) -> Option<()> {
        let order = state.order.as_ref()?;
        if is_coming(state, order.epoch) {
            let epoch = order.epoch;
            state.disturb(epoch);
        }
        state
            .manager
            .change(|manager| manager.set_back(EXPIRY, NOW));
        recorder.call(|| Call::statement("jm1.set_back(EXPIRY, NOW);"));
        self.poll(state, recorder);
        Some(())
    }

    /// Checks who is gone, and delivers all events.
    pub(super) fn poll(&self, state: &mut State, recorder: &mut impl Recorder) {
        let checked = state
            .manager
            .change(|manager| manager.check(NOW, &mut Vec::new()));
        recorder.call(|| Call::new("jm1.check(NOW, &mut Vec::new())", &checked));
        assertion(state, &checked);
        let mut input = TickInput::Start;
        loop {
            let mut effects = Vec::new();
            let code = format!("tick(&mut jm1, TickInput::{input:?})");
            let ticked = state
                .manager
                .change(|manager| manager.tick(input, &mut effects));
            recorder.call(|| Call::new(code, (&ticked, &effects)));
            assertion(state, &ticked);
            for effect in effects {
                self.called_back(state, effect, recorder);
            }
            input = match ticked {
                Ok(Ticked::Callback) => TickInput::CallbackDone,
                // Why the worker went is of no interest here.
                Ok(Ticked::Row) => TickInput::Row(Ok(None)),
                Ok(Ticked::Done) | Err(_) => return,
            };
        }
    }

    fn called_back(&self, state: &mut State, effect: Effect<'_>, recorder: &mut impl Recorder) {
        let Some(order) = &mut state.order else {
            return;
        };
        match effect {
            Effect::Online { .. } => {
                order.is_answered = true;
                recorder.sent(|| log::job_online("j"));
            }
            Effect::DispatchFailed { error, .. } => {
                let text = || ("error", error.to_string());
                recorder.sent(|| Sent::line("DispatchTask failed", [text()]));
                order.is_answered = true;
                if &*error == FOR_GOOD {
                    state.job = Job::Failed;
                    recorder.sent(|| Sent::record(Record::Master(failed_job())));
                    if order.is_transient {
                        state.trail.broke(Promise::S21);
                    }
                }
            }
            Effect::Offline { reason, .. } => {
                recorder.sent(|| log::job_offline("j", reason));
                order.is_answered |= order.is_disturbed;
                let cleaned = state.manager.change(|manager| {
                    manager.clean("j", &mut Vec::new())?;
                    manager.cleaned("j", Ok(()))
                });
                recorder.call(|| Call::new("clean(&mut jm1)", &cleaned));
                recorder.sent(|| log::cleaned("j"));
                assertion(state, &cleaned);
                state.row = None;
            }
            _ => {}
        }
    }
}

/// The record of the job when it has failed for good.
fn failed_job() -> MasterMeta {
    MasterMeta {
        id: "j".to_owned(),
        state: MasterStateCode::FAILED,
        ..MasterMeta::default()
    }
}

/// The record of a worker that was ordered and has not been heard of.
pub(super) fn ordered(epoch: u8) -> WorkerStatus {
    WorkerStatus {
        id: "j".to_owned(),
        epoch: Epoch::from(epoch),
        state: WorkerStateCode::CREATED,
        ..WorkerStatus::default()
    }
}

fn make_entry(state: &mut State, epoch: u8, recorder: &mut impl Recorder) {
    let made = state
        .manager
        .change(|manager| manager.before_start("j", "x", Epoch::from(epoch), NOW));
    recorder.call(|| {
        let code = format!("jm1.before_start(\"j\", \"x\", {epoch}, NOW)");
        Call::new(code, &made)
    });
    assertion(state, &made);
}

fn abort(state: &mut State, error: &'static str, recorder: &mut impl Recorder) {
    state
        .manager
        .change(|manager| manager.abort("j", error, &mut Vec::new()));
    recorder.call(|| Call::statement(format!("jm1.abort(\"j\", {error:?}, &mut Vec::new());")));
}

/// What the manager refuses, an assertion of the original forbids.
fn assertion<T>(state: &mut State, answer: &Result<T, ManagerError>) {
    if answer.is_err() {
        state.trail.broke(Promise::S8);
    }
}

/// Whether the entry of the worker was heard of.
#[must_use]
pub fn is_heard(state: &State) -> bool {
    let entry = state.manager.entry("j");
    entry.is_some_and(|(_, entry)| entry == WorkerEntryState::Normal)
}
