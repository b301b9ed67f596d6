//! The steps of the executor.

use super::{Dispatch, Executor, Message, Phase, State, Task};
use crate::framework::{
    CommitError, DispatchError, DispatcherEvent, REQUEST_TTL, Rule, TaskEffect, TaskError,
};
use crate::protocol::clock::NOW;
use crate::protocol::{Call, Promise, Recorder, Sent, Shared};
use crate::wire::MonotonicTime;

impl Dispatch {
    /// A call comes to the executor, which answers.
    pub(super) fn called(
        &self,
        state: &mut State,
        phase: Phase,
        epoch: u8,
        recorder: &mut impl Recorder,
    ) {
        let request = format!("r{epoch}");
        let answer = state.executor.change(|executor| match phase {
            Phase::PreDispatch => executor.requests.pre_dispatch(&request, "j", NOW),
            Phase::Confirm => {
                let confirmed = executor.requests.confirm(&request, &mut executor.runner);
                if confirmed.is_ok() {
                    executor.queued.push(epoch);
                }
                confirmed
            }
        });
        recorder.call(|| {
            let code = match phase {
                Phase::PreDispatch => format!("requests.pre_dispatch({request:?}, \"j\", NOW)"),
                Phase::Confirm => format!("requests.confirm({request:?}, &mut runner)"),
            };
            Call::new(code, &answer)
        });
        let error = answer.err().map(|error| match error {
            CommitError::AlreadyPending { .. } => DispatchError::AlreadyPending,
            CommitError::NotFound { .. } => DispatchError::RequestNotFound,
            CommitError::QueueFull { .. } => DispatchError::QueueFull,
        });
        answer_call(state, phase, epoch, error);
    }

    /// The business logic of the executor cannot make the task.
    pub(super) fn refused_to_make(&self, state: &mut State, epoch: u8, transient: bool) {
        let error = DispatchError::Business { transient };
        answer_call(state, Phase::PreDispatch, epoch, Some(error));
    }

    pub(super) fn launch(&self, state: &mut State, recorder: &mut impl Recorder) -> Option<()> {
        let mut effects = Vec::new();
        let epoch = state.executor.change(|executor| {
            executor.runner.run_next(&mut effects);
            executor.queued.remove(0)
        });
        recorder.call(|| Call::new("run_next(&mut runner)", &effects));
        for effect in effects {
            match effect {
                TaskEffect::Launch(_) => {
                    recorder.sent(|| Sent::line("Launching task", [id()]));
                    let launched = state.executor.change(|executor| {
                        executor.task = Some(Task {
                            epoch,
                            is_closing: false,
                        });
                        executor.runner.launched("j")
                    });
                    recorder.call(|| Call::new("runner.launched(\"j\")", &launched));
                    assertion(state, &launched);
                }
                TaskEffect::LogDuplicate(_) => {
                    recorder.sent(|| Sent::line("Duplicate Task ID", [id()]));
                    let order = state.order.as_ref()?;
                    // The master would be told, and would take note.
                    let entry = state.manager.entry("j");
                    let is_awaited =
                        entry.is_some_and(|(entry, _)| entry.epoch() == Some(i64::from(epoch)));
                    if is_awaited && !order.is_answered {
                        let rule = Rule::DuplicateTaskReported;
                        state.trail.needs(rule, &self.configuration);
                    }
                }
                TaskEffect::ReportDuplicate(_) => state.post(Message::Refusal(epoch)),
                TaskEffect::LogClosed(_) | TaskEffect::Cancel(_) | TaskEffect::NotifyStopped(_) => {
                }
            }
        }
        Some(())
    }

    pub(super) fn close(&self, state: &mut State, epoch: u8, recorder: &mut impl Recorder) {
        state.executor.change(|executor| {
            executor.task = Some(Task {
                epoch,
                is_closing: true,
            });
        });
        self.hear(state, epoch, true, recorder);
    }

    pub(super) fn returned(&self, state: &mut State, recorder: &mut impl Recorder) {
        let stopped = state.executor.change(|executor| {
            executor.task = None;
            executor.runner.stopped("j", &mut Vec::new())
        });
        recorder.call(|| Call::new("runner.stopped(\"j\", &mut Vec::new())", &stopped));
        recorder.sent(|| Sent::line("Task stopped", [id()]));
        assertion(state, &stopped);
    }

    pub(super) fn sweep(&self, state: &mut State, recorder: &mut impl Recorder) {
        let later = MonotonicTime(NOW.0 + REQUEST_TTL + 1);
        state
            .executor
            .change(|executor| executor.requests.tick(later));
        recorder.call(|| Call::statement(format!("requests.tick({later:?});")));
    }

    /// Whatever the executor has is gone, and so are its answers.
    pub(super) fn crash(&self, state: &mut State, recorder: &mut impl Recorder) {
        state.executor = Shared::new(Executor::new(self.configuration.policy));
        let gone = std::mem::take(&mut state.messages);
        for message in &gone {
            state.disturb(message.epoch());
        }
        if let Some(order) = &mut state.order {
            order.is_disturbed = true;
        }
        recorder.call(|| Call::statement("(requests, runner) = executor();"));
    }

    /// An answer comes to the master, which may have stopped waiting for it.
    pub(super) fn answered(
        &self,
        state: &mut State,
        phase: Phase,
        epoch: u8,
        error: Option<DispatchError>,
        recorder: &mut impl Recorder,
    ) -> Option<()> {
        if state.awaited() != Some((phase, epoch)) {
            return Some(());
        }
        let now = NOW;
        let event = match (phase, error) {
            (Phase::PreDispatch, None) => DispatcherEvent::PreDispatched,
            (Phase::PreDispatch, Some(error)) => DispatcherEvent::PreDispatchFailed { error, now },
            (Phase::Confirm, None) => DispatcherEvent::Confirmed,
            (Phase::Confirm, Some(error)) => DispatcherEvent::ConfirmFailed(error),
        };
        self.tell(state, event, recorder)
    }
}

/// The worker as a field of a line of the log.
fn id() -> (&'static str, String) {
    ("id", "j".to_owned())
}

/// An answer that nobody waits for any more is not sent.
fn answer_call(state: &mut State, phase: Phase, epoch: u8, error: Option<DispatchError>) {
    if state.awaited() == Some((phase, epoch)) {
        state.post(Message::Answer(phase, epoch, error));
    }
}

/// What the runner refuses, an assertion of the original forbids.
fn assertion(state: &mut State, answer: &Result<(), TaskError>) {
    if answer.is_err() {
        state.trail.broke(Promise::S8);
    }
}
