//! What the things that can happen do.

use std::collections::BTreeMap;

use super::action::Action;
use super::state::{CAPACITY, JOB, Master, State};
use crate::framework::manager::OfflineReason;
use crate::framework::{
    BusinessEffect, CancelOutcome, Cancellation, CancellationEffect, CancellationEvent, ExitReason,
    FoundWorker, InitOutcome, Jitter, JobManagerEffect, JobMasterBusiness, JobMasterBusinessEvent,
    JobsView, Record, Rule, TickOutcome, Timeouts, WorkerState,
};
use crate::machine::Guarded;
use crate::protocol::clock::NOW;
use crate::protocol::{Call, Configuration, Promise, Recorder, Sent, log};
use crate::wire::{MasterStateCode, MonotonicTime, StatusChangeRequest, WorkerStateCode};

/// A step under way.
pub(super) struct Step<'a, R> {
    configuration: &'a Configuration,
    recorder: &'a mut R,
    state: State,
}

impl<'a, R: Recorder> Step<'a, R> {
    /// The state after an action, `None` when it changes nothing.
    pub(super) fn take(
        configuration: &'a Configuration,
        state: &State,
        action: Action,
        recorder: &'a mut R,
    ) -> Option<State> {
        let mut before = state.clone();
        before.trail.begin();
        let mut step = Self {
            configuration,
            recorder,
            state: before.clone(),
        };
        step.act(action);
        (step.state != before).then_some(step.state)
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Ask => {
                let stored = Some(self.state.stored());
                self.state.jobs.change(|jobs| {
                    // A job that was canceled before is left alone.
                    let _ = jobs.cancel(JOB, stored, &mut Vec::new());
                });
            }
            Action::Operate => self.operate(),
            Action::Deliver => self.deliver(),
            Action::Lose => self.state.requests -= 1,
            Action::Answer(outcome) => self.answer(outcome),
            Action::EndWorker => self.end_worker(),
            Action::TimeOut => self.time_out(),
            Action::StoreExit => self.store_exit(),
            Action::LoseExit => self.lose_exit(),
            Action::Start => self.start(),
            Action::Refuse => {
                self.state.is_ordered = false;
                self.state.jobs.change(|jobs| {
                    // A job that is being dispatched is awaited.
                    let _ = jobs.dispatch_failed(JOB, false, NOW, Jitter::NONE, &mut Vec::new());
                });
            }
            Action::Finish => {
                self.finish();
                self.notice(Some(ExitReason::Finished));
            }
            Action::FinishUnheard => {
                self.finish();
                self.state.is_lost = true;
            }
            Action::Crash => {
                self.state.master = None;
                self.state.is_lost = true;
            }
            Action::Notice => self.notice(None),
            Action::Poll => self.poll(),
            Action::EndBackOff => self.state.jobs.change(|jobs| jobs.forget_failures(JOB)),
        }
    }

    fn has(&self, rule: Rule) -> bool {
        self.configuration.policy.has(rule)
    }

    fn needs(&mut self, rule: Rule) {
        self.state.trail.needs(rule, self.configuration);
    }

    fn rows(&self) -> BTreeMap<String, MasterStateCode> {
        let rows = self.state.rows.iter();
        rows.map(|row| (row.id.clone(), row.state)).collect()
    }

    fn write_state(&mut self, to: MasterStateCode) {
        let before = self.state.stored();
        let written = self.state.rows.change(|rows| rows.write_state(JOB, 0, to));
        if written == Ok(true) {
            let row = self.state.rows.load_or_uninit(JOB);
            self.recorder.sent(|| Sent::record(Record::Master(row)));
        }
        if before.is_terminated() && before != to && written.is_ok() {
            self.needs(Rule::StateWritesConditional);
            self.state.trail.broke(Promise::S4);
        }
    }

    fn operate(&mut self) {
        let (rows, mut effects) = (self.rows(), Vec::new());
        self.state
            .jobs
            .change(|jobs| jobs.operator_tick(&rows, &mut effects));
        let is_sent = effects.contains(&JobManagerEffect::SendStop(JOB.to_owned()));
        if is_sent && self.state.requests < CAPACITY {
            self.state.requests += 1;
        }
    }

    /// Hands an event to the cancellation of the job's master, and does what it wants.
    fn apply(&mut self, event: &CancellationEvent, code: &str) {
        let Some(mut master) = self.state.master.take() else {
            return;
        };
        let mut effects = Vec::new();
        // A call is answered once.
        let _ = master.cancellation.apply(event, &mut effects);
        self.recorder
            .call(|| Call::new(format!("apply(&mut cancellation, &{code})"), &effects));
        for effect in effects {
            match effect {
                CancellationEffect::CallOnCancel { live_context } => {
                    master.call = Some(live_context);
                }
                CancellationEffect::ExitCanceled => master.is_to_exit = true,
            }
        }
        self.state.master = Some(master);
    }

    fn deliver(&mut self) {
        self.state.requests -= 1;
        let event = CancellationEvent::Request {
            request: StatusChangeRequest {
                expect_state: WorkerStateCode::STOPPED,
                ..StatusChangeRequest::default()
            },
            now: NOW,
        };
        self.apply(&event, "request()");
    }

    /// Hands a call to the business logic; whether it wants to exit.
    fn call_business(&mut self, event: &JobMasterBusinessEvent) -> bool {
        let Some(master) = &mut self.state.master else {
            return false;
        };
        let mut effects = Vec::new();
        // Calls are made where they belong.
        let _ = master.business.apply(event, &mut effects);
        let exits = |effect: &BusinessEffect| matches!(effect, BusinessEffect::Exit { .. });
        effects.iter().any(exits)
    }

    fn answer(&mut self, outcome: CancelOutcome) {
        let Some(live_context) = self.state.master.as_mut().and_then(|it| it.call.take()) else {
            return;
        };
        let event = JobMasterBusinessEvent::Cancel {
            outcome,
            live_context,
        };
        if self.call_business(&event) {
            self.store_exit();
        } else if outcome == CancelOutcome::Fails {
            if !live_context {
                self.needs(Rule::CancelOnLiveContext);
            }
            self.fail();
        }
    }

    /// `OnCancel` has failed.
    fn fail(&mut self) {
        if !self.has(Rule::CancelRetriedAfterFailure) {
            self.needs(Rule::CancelRetriedAfterFailure);
        }
        self.apply(&CancellationEvent::Failed, "CancellationEvent::Failed");
    }

    fn end_worker(&mut self) {
        if self.call_business(&JobMasterBusinessEvent::WorkerGone)
            && let Some(master) = &mut self.state.master
        {
            master.is_to_exit = true;
        }
    }

    fn time_out(&mut self) {
        if !self.has(Rule::CancelBounded) {
            self.needs(Rule::CancelBounded);
        }
        let now = MonotonicTime(30_000_000_000);
        let code = "CancellationEvent::Timer { now: MonotonicTime(30_000_000_000) }";
        self.apply(&CancellationEvent::Timer { now }, code);
    }

    /// The job's master stores that it exits as canceled, and is gone.
    fn store_exit(&mut self) {
        self.write_state(MasterStateCode::STOPPED);
        let event = CancellationEvent::Succeeded;
        self.apply(&event, "CancellationEvent::Succeeded");
        self.state.master = None;
        self.notice(Some(ExitReason::Canceled));
    }

    /// The job is done: its master stores that, and is gone.
    fn finish(&mut self) {
        self.write_state(MasterStateCode::FINISHED);
        self.state.master = None;
    }

    /// The exit could not be stored. Where it was the call that wanted it, the call has
    /// failed; where it took too long, the exit is tried again if a failure is.
    fn lose_exit(&mut self) {
        let Some(master) = &mut self.state.master else {
            return;
        };
        if master.is_calling() {
            master.is_to_exit = false;
            self.fail();
        } else if !self
            .configuration
            .policy
            .has(Rule::CancelRetriedAfterFailure)
        {
            master.is_to_exit = false;
            self.needs(Rule::CancelRetriedAfterFailure);
        }
    }

    fn start(&mut self) {
        self.state.is_ordered = false;
        let policy = self.configuration.policy;
        let is_first = self.state.stored() == MasterStateCode::UNINIT;
        let mut business = Guarded::new(JobMasterBusiness::new(policy));
        let started = if is_first {
            JobMasterBusinessEvent::Init {
                creates_worker: false,
                outcome: InitOutcome::Succeeds,
            }
        } else {
            JobMasterBusinessEvent::Recovered {
                found: FoundWorker::Reporting,
            }
        };
        let working = JobMasterBusinessEvent::Tick {
            outcome: TickOutcome::Publishes(WorkerState::Normal),
        };
        for event in [JobMasterBusinessEvent::Create, started, working] {
            // They are in order.
            let _ = business.apply(&event, &mut Vec::new());
        }
        if is_first {
            self.write_state(MasterStateCode::INIT);
        }
        let cancellation = Cancellation::new(policy, Timeouts::default());
        self.recorder
            .call(|| Call::statement("cancellation = new();"));
        self.state.master = Some(Master {
            cancellation: Guarded::new(cancellation),
            business,
            call: None,
            is_to_exit: false,
        });
        self.recorder.sent(|| log::job_online(JOB));
        self.state.jobs.change(|jobs| {
            // A job that is being dispatched is awaited.
            let _ = jobs.worker_online(JOB, NOW);
        });
    }

    /// The job manager hears that the job's master is gone.
    fn notice(&mut self, ended: Option<ExitReason>) {
        self.state.is_lost = false;
        let reason = match ended {
            Some(ExitReason::Finished) => OfflineReason::Finished,
            Some(_) => OfflineReason::Canceled,
            None => OfflineReason::Lost,
        };
        self.recorder.sent(|| log::job_offline(JOB, Some(reason)));
        self.recorder.sent_if_any(|| log::job_ended(JOB, ended));
        self.state.jobs.change(|jobs| {
            jobs.worker_offline(JOB, ended, NOW, Jitter::NONE, &mut Vec::new());
        });
    }

    fn poll(&mut self) {
        let rows = self.rows();
        let view = JobsView {
            now: NOW,
            ready: true,
            workers: &[],
            rows: &rows,
            quota: 1,
        };
        let is_canceling = self.state.jobs.is_canceling(JOB);
        let mut effects = Vec::new();
        self.state.jobs.change(|jobs| {
            // The quota is enough for one job.
            let _ = jobs.tick(&view, &mut effects);
        });
        for effect in effects {
            match effect {
                JobManagerEffect::CreateWorker(_) => {
                    if is_canceling && !self.has(Rule::CancelingStopsRedispatch) {
                        self.needs(Rule::CancelingStopsRedispatch);
                    }
                    self.state.is_ordered = true;
                }
                JobManagerEffect::StoreState { state, .. } => self.write_state(state),
                _ => {}
            }
        }
    }
}
