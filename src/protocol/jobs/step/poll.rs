//! What the job manager does each time that it is called: it delivers the events of its
//! workers, then it looks after its jobs.

use super::order::Failure;
use super::{Detail, Done, Gone, Step, index, status_code};
use crate::framework::manager::{Effect, OfflineReason, TickInput, Ticked};
use crate::framework::{ExitReason, JobManagerEffect, JobState, JobTableError, Rule};
use crate::protocol::clock::NOW;
use crate::protocol::jobs::prelude::{self, Manager};
use crate::protocol::jobs::state::{JOBS, JobMaster, name};
use crate::protocol::{Call, Promise, Recorder, log};

impl<R: Recorder> Step<'_, R> {
    pub(super) fn poll(&mut self) -> Done {
        self.with(|step, manager| {
            step.deliver(manager)?;
            step.look_after(manager)
        })
    }

    fn deliver(&mut self, manager: &mut Manager) -> Done {
        let mut input = TickInput::Start;
        loop {
            let code = input_code(&input);
            let (ticked, mut effects) = prelude::tick(manager, input);
            let jm = self.jm();
            self.recorder
                .call(|| Call::new(format!("tick(&mut {jm}, {code})"), (&ticked, &effects)));
            input = match (ticked, effects.pop()) {
                (Ok(Ticked::Callback), Some(effect)) => {
                    self.call_back(manager, effect)?;
                    TickInput::CallbackDone
                }
                (Ok(Ticked::Row), Some(Effect::ReadRow { worker })) => {
                    let row = self.state.store.workers.get(&*worker);
                    TickInput::Row(Ok(row.cloned()))
                }
                (Err(error), _) => return Err(self.fails(&error)),
                _ => return Ok(()),
            };
        }
    }

    fn call_back(&mut self, manager: &mut Manager, effect: Effect<'static>) -> Done {
        match effect {
            Effect::Online { handle } => self.online(manager, index(handle.worker())),
            Effect::Offline { handle, reason } => {
                self.offline(manager, index(handle.worker()), reason)
            }
            Effect::DispatchFailed { handle, error } => {
                self.dispatch_failed(manager, index(handle.worker()), Failure::read(&error))
            }
            _ => Ok(()),
        }
    }

    fn online(&mut self, manager: &mut Manager, job: u8) -> Done {
        let (jm, id) = (self.jm(), name(job));
        let online = manager.jobs.worker_online(id, NOW);
        self.recorder
            .call(|| Call::new(format!("{jm}.jobs.worker_online({id:?}, NOW)"), &online));
        self.recorder.sent(|| log::job_online(id));
        online.map_err(|error| self.resigns(manager, job, &error))
    }

    fn dispatch_failed(&mut self, manager: &mut Manager, job: u8, failure: Failure) -> Done {
        let (jm, id, for_good) = (self.jm(), name(job), failure.is_for_good);
        let (failed, effects) = prelude::dispatch_failed(manager, id, for_good);
        self.recorder.call(|| {
            let code = format!("dispatch_failed(&mut {jm}, {id:?}, {for_good})");
            Call::new(code, (&failed, &effects))
        });
        failed.map_err(|error| self.resigns(manager, job, &error))?;
        if for_good && failure.is_transient {
            self.needs(Rule::TransientDispatchErrorRetried);
            self.broke(Promise::S21);
        }
        self.carry_out(manager, effects)
    }

    fn offline(&mut self, manager: &mut Manager, job: u8, reason: Option<OfflineReason>) -> Done {
        let (jm, id) = (self.jm(), name(job));
        let ended = match reason {
            Some(OfflineReason::Finished) => Some(ExitReason::Finished),
            Some(OfflineReason::Canceled) => Some(ExitReason::Canceled),
            Some(OfflineReason::Failed) => Some(ExitReason::Failed),
            Some(OfflineReason::Lost) | None => None,
        };
        let effects = prelude::worker_offline(manager, id, ended);
        self.recorder.call(|| {
            let ended = ended.map_or("None".to_owned(), |it| format!("Some(ExitReason::{it:?})"));
            Call::new(
                format!("worker_offline(&mut {jm}, {id:?}, {ended})"),
                &effects,
            )
        });
        self.recorder.sent(|| log::job_offline(id, reason));
        self.recorder.sent_if_any(|| log::job_ended(id, ended));
        let state = manager.jobs.table().query(id).map(|job| job.state());
        if state.is_some_and(|state| state.is_awaited() || state.is_online()) {
            self.broke(Promise::S18);
            if !self.has(Rule::OfflineBeforeOnlineHandled) {
                self.needs(Rule::OfflineBeforeOnlineHandled);
            }
        }
        self.carry_out(manager, effects)
    }

    /// A callback has failed because a job is not where it should be: the leader ends.
    fn resigns(&mut self, manager: &Manager, job: u8, error: &JobTableError) -> Gone {
        if error.code() == Some("DFLOW:ErrWorkerNotFound") {
            self.broke(Promise::S17);
            if self.state.to_register.contains(&job) {
                self.needs(Rule::RegisteredBeforeDispatch);
            } else if manager.jobs.table().query_online(name(job)).is_some()
                && !self.has(Rule::OnlineOnlyIfHeard)
            {
                self.needs(Rule::OnlineOnlyIfHeard);
            }
        }
        Gone
    }

    fn look_after(&mut self, manager: &mut Manager) -> Done {
        let before = manager.clone();
        let (done, effects) = prelude::look_after(manager, &self.state.store.jobs);
        let jm = self.jm();
        self.recorder
            .call(|| Call::new(format!("look_after(&mut {jm}, &rows)"), (&done, &effects)));
        if done.is_err() {
            return Err(Gone);
        }
        self.note_taking_over(&before, manager);
        for effect in &effects {
            if let JobManagerEffect::CreateWorker(job) = effect {
                self.note_dispatch(&before, index(job));
            }
        }
        self.carry_out(manager, effects)
    }

    /// Notes what a job manager has done when it was new that it should not have.
    fn note_taking_over(&mut self, before: &Manager, manager: &Manager) {
        if before.jobs.has_taken_over() || !manager.jobs.has_taken_over() {
            return;
        }
        for id in JOBS {
            let Some((_, entry)) = before.workers.entry(id) else {
                continue;
            };
            let is_online = manager.jobs.table().query_online(id).is_some();
            if entry.is_tombstone() && !self.has(Rule::RecoveryCleansTombstones) {
                self.needs(Rule::RecoveryCleansTombstones);
            }
            if entry.is_unheard() && is_online {
                self.needs(Rule::OnlineOnlyIfHeard);
            }
        }
    }

    /// Notes that a job is dispatched which should not be.
    fn note_dispatch(&mut self, before: &Manager, job: u8) {
        let id = name(job);
        let known = before.jobs.table().query(id);
        let is_from_failover = known.is_some_and(|job| job.is_from_failover());
        let state = known.map(|job| job.state());
        if state == Some(JobState::WaitAck) && !is_from_failover {
            self.needs(Rule::RedispatchOnlyAfterFailover);
        }
        if state == Some(JobState::Pending)
            && before.jobs.is_canceling(id)
            && !self.has(Rule::CancelingStopsRedispatch)
        {
            self.needs(Rule::CancelingStopsRedispatch);
        }
        if !self.state.is_live(job) {
            self.needs(Rule::StoredStateRechecked);
        }
    }

    /// The operator tells the masters of the jobs that are to be canceled.
    pub(super) fn operate(&mut self) -> Done {
        let mut effects = Vec::new();
        self.with(|step, manager| {
            effects = prelude::operate(manager, &step.state.store.jobs);
            let jm = step.jm();
            step.recorder
                .call(|| Call::new(format!("operate(&mut {jm}, &rows)"), &effects));
            Ok(())
        })?;
        for effect in effects {
            if let JobManagerEffect::SendStop(job) = effect {
                let job = index(&job);
                let mut masters = self.state.masters.iter().rev();
                let newest = masters.find(|it| it.job == job && it.is_running());
                match newest.map(JobMaster::incarnation) {
                    Some(who) if self.detail == Detail::Whole => {
                        self.exit(who, ExitReason::Canceled, true)?;
                    }
                    Some(who) => self.store_end(who, ExitReason::Canceled),
                    None => {}
                }
            }
        }
        Ok(())
    }
}

/// The input of a tick in Rust.
fn input_code(input: &TickInput<'_>) -> String {
    match input {
        TickInput::Start => "TickInput::Start".to_owned(),
        TickInput::Row(Ok(Some(row))) => {
            format!("TickInput::Row(Ok(Some({})))", status_code(row))
        }
        TickInput::Row(_) => "TickInput::Row(Ok(None))".to_owned(),
        _ => "TickInput::CallbackDone".to_owned(),
    }
}
