//! What a job's master does.

use super::{Done, Step};
use crate::framework::{
    ExitReason, Record, Role, Rule, StartUp, StartUpEffect, StartUpEvent, StartUpState,
};
use crate::machine::Guarded;
use crate::protocol::jobs::action::Incarnation;
use crate::protocol::jobs::prelude::{self, Manager};
use crate::protocol::jobs::state::{JobMaster, Work, name};
use crate::protocol::{Call, Promise, Recorder, Sent, log};
use crate::wire::{Epoch, MasterStateCode, WorkerStateCode};

impl<R: Recorder> Step<'_, R> {
    pub(super) fn remove_master(&mut self, who: Incarnation) {
        self.state
            .masters
            .retain(|it| (it.job, it.epoch) != (who.job, who.epoch));
    }

    /// A job's master begins to start.
    pub(super) fn launched(&self, who: Incarnation) -> JobMaster {
        let mut start = Guarded::new(StartUp::new(Role::JobMaster, self.configuration.policy));
        // Nothing but its record comes between it and its own epoch.
        for event in [StartUpEvent::Start, StartUpEvent::MasterInfoRead] {
            let _ = start.apply(&event, &mut Vec::new());
        }
        let next = StartUpEffect::RefreshMetadata;
        JobMaster {
            job: who.job,
            epoch: who.epoch,
            work: Work::Starting { start, next },
            is_acknowledged: true,
            is_late: false,
        }
    }

    /// The start of a job's master goes on, to its end or to its next write.
    pub(super) fn go_on(&mut self, who: Incarnation, to_the_end: bool) {
        let master = self.state.master(who);
        let Some(Work::Starting { mut start, next }) = master.map(|it| it.work.clone()) else {
            return;
        };
        let mut effects = vec![next];
        let mut done = 0;
        while let Some(effect) = effects.get(done).cloned() {
            let is_write = matches!(
                effect,
                StartUpEffect::RefreshMetadata
                    | StartUpEffect::MarkInit { .. }
                    | StartUpEffect::WriteRow
            );
            if is_write && done > 0 && !to_the_end {
                let next = effect;
                self.set_work(who, Work::Starting { start, next });
                return;
            }
            done += 1;
            if let Some(event) = self.do_for_start(who, &effect) {
                // It answers the effect, so that it is not refused.
                let _ = start.apply(&event, &mut effects);
                let is_underway = *start.state() != StartUpState::Failed;
                if let StartUpEvent::MetadataRefreshed { stored } = event
                    && stored.is_terminated()
                    && is_underway
                {
                    self.needs(Rule::StoredStateRechecked);
                    self.broke(Promise::S5);
                }
            }
        }
    }

    fn do_for_start(&mut self, who: Incarnation, effect: &StartUpEffect) -> Option<StartUpEvent> {
        match effect {
            StartUpEffect::RefreshMetadata => {
                let stored = self.state.store.jobs.load_or_uninit(name(who.job)).state;
                self.refresh(who);
                Some(StartUpEvent::MetadataRefreshed { stored })
            }
            StartUpEffect::StartManager { load_workers } => {
                load_workers.then_some(StartUpEvent::WorkersRecovered)
            }
            StartUpEffect::CallInitImpl | StartUpEffect::CallOnMasterRecovered => {
                Some(StartUpEvent::BusinessInitialised)
            }
            StartUpEffect::MarkInit { .. } => {
                self.write_state(who.job, who.epoch, MasterStateCode::INIT);
                Some(StartUpEvent::Marked)
            }
            StartUpEffect::WriteRow => {
                self.write_row(who, WorkerStateCode::INIT);
                Some(StartUpEvent::RowWritten)
            }
            StartUpEffect::ReportInit => Some(StartUpEvent::Reported),
            StartUpEffect::Initialised => {
                self.set_work(who, Work::Running);
                None
            }
            StartUpEffect::Ended { .. } => {
                self.remove_master(who);
                None
            }
            StartUpEffect::StartHeartbeat
            | StartUpEffect::ListenToMaster
            | StartUpEffect::ReadMasterInfo
            | StartUpEffect::ListenToWorkers => None,
        }
    }

    fn set_work(&mut self, who: Incarnation, work: Work) {
        if let Some(master) = self.state.master(who) {
            master.work = work;
        }
    }

    fn refresh(&mut self, who: Incarnation) {
        let (id, epoch) = (name(who.job), who.epoch);
        let before = self.state.store.jobs.load(id).map(|row| row.epoch);
        let mut is_there = false;
        self.store(|store| is_there = store.jobs.refresh(id, epoch, "x", ""));
        if before.is_some_and(|before| epoch < before) && is_there {
            self.needs(Rule::StateWritesConditional);
            self.broke(Promise::S15);
        }
        self.recorder.call(|| {
            Call::new(
                format!("rows.refresh({id:?}, {epoch}, \"x\", \"\")"),
                is_there,
            )
        });
        if is_there {
            self.tell_row(who.job);
        }
    }

    /// Writes the state of a job, by one who knows it in this epoch.
    pub(super) fn write_state(&mut self, job: u8, known: Epoch, to: MasterStateCode) {
        let id = name(job);
        let before = self
            .state
            .store
            .jobs
            .load(id)
            .map(|row| (row.epoch, row.state));
        let mut written = Ok(false);
        self.store(|store| written = store.jobs.write_state(id, known, to));
        if let (Some((epoch, state)), Ok(true)) = (before, &written) {
            let flips = state.is_terminated() && state != to;
            if flips {
                self.broke(Promise::S4);
            }
            if (flips || epoch != known) && !self.has(Rule::StateWritesConditional) {
                self.needs(Rule::StateWritesConditional);
            }
        }
        self.recorder.call(|| {
            let code = format!(
                "rows.write_state({id:?}, {known}, MasterStateCode({}))",
                to.0
            );
            Call::new(code, &written)
        });
        if written == Ok(true) {
            self.tell_row(job);
        }
    }

    /// Writes down what is stored of a job now.
    pub(super) fn tell_row(&mut self, job: u8) {
        let Some(row) = self.state.store.jobs.load(name(job)) else {
            return;
        };
        self.recorder
            .sent(|| Sent::record(Record::Master(row.clone())));
    }

    fn write_row(&mut self, who: Incarnation, state: WorkerStateCode) {
        let id = name(who.job);
        let row = prelude::status(id, who.epoch, state);
        self.recorder
            .sent(|| Sent::record(Record::Worker(row.clone())));
        self.store(|store| {
            store.workers.insert(id, row);
        });
    }

    pub(super) fn ping(&mut self, who: Incarnation, is_finished: bool) -> Done {
        let mut is_answered = false;
        self.with(|step, manager| {
            let (jm, id, epoch) = (step.jm(), name(who.job), who.epoch);
            let sent = |manager: &Manager| prelude::sign_of_life(manager, id, epoch, is_finished);
            step.recorder
                .sent(|| log::ping_received(log::JOB_MANAGER, &sent(manager)));
            let heard = prelude::ping(manager, id, epoch, is_finished);
            step.recorder.sent_if_any(|| {
                let ping = sent(manager);
                log::ping_refused(log::JOB_MANAGER, &manager.workers, (&ping, "x"), &heard.0)
            });
            step.recorder.call(|| {
                Call::new(
                    format!("ping(&mut {jm}, {id:?}, {epoch}, {is_finished})"),
                    &heard,
                )
            });
            let (receipt, answered, has_recovered) = heard;
            is_answered = answered;
            if let Err(error) = receipt {
                return Err(step.fails(&error));
            }
            if has_recovered {
                step.take_over(manager);
            }
            Ok(())
        })?;
        if is_finished {
            self.remove_master(who);
        } else if is_answered && let Some(master) = self.state.master(who) {
            master.is_acknowledged = true;
        }
        Ok(())
    }

    /// A job's master stores how its job has ended.
    pub(super) fn store_end(&mut self, who: Incarnation, reason: ExitReason) {
        let (stored, _) = codes(reason);
        self.write_state(who.job, who.epoch, stored);
        let is_row_written = false;
        self.set_work(
            who,
            Work::Ending {
                reason,
                is_row_written,
            },
        );
    }

    /// A job's master stores how it has ended itself. No row, nothing to write.
    pub(super) fn store_own_end(&mut self, who: Incarnation) {
        let Some(reason) = self.ends_for(who) else {
            return;
        };
        if self.state.store.workers.contains_key(name(who.job)) {
            self.write_row(who, codes(reason).1);
        }
        let is_row_written = true;
        self.set_work(
            who,
            Work::Ending {
                reason,
                is_row_written,
            },
        );
    }

    /// A job's master tells the job manager how it has ended, and is gone.
    pub(super) fn report_end(&mut self, who: Incarnation, is_heard: bool) -> Done {
        let Some(reason) = self.ends_for(who) else {
            return Ok(());
        };
        self.remove_master(who);
        if !is_heard {
            return Ok(());
        }
        self.with(|step, manager| {
            let status = prelude::status(name(who.job), who.epoch, codes(reason).1);
            let (jm, code) = (step.jm(), super::status_code(&status));
            step.recorder
                .sent(|| Sent::record(Record::Message(prelude::message(manager, status.clone()))));
            let receipt = prelude::report(manager, status.clone());
            step.recorder.sent_if_any(|| {
                let message = prelude::message(manager, status);
                log::status_refused(log::JOB_MANAGER, &manager.workers, &message, &receipt)
            });
            step.recorder
                .call(|| Call::new(format!("report(&mut {jm}, {code})"), &receipt));
            receipt.map(|_| ()).map_err(|error| step.fails(&error))
        })
    }

    fn ends_for(&mut self, who: Incarnation) -> Option<ExitReason> {
        match self.state.master(who)?.work {
            Work::Ending { reason, .. } => Some(reason),
            _ => None,
        }
    }

    /// All of it at once.
    pub(super) fn exit(&mut self, who: Incarnation, reason: ExitReason, is_heard: bool) -> Done {
        self.store_end(who, reason);
        self.store_own_end(who);
        self.report_end(who, is_heard)
    }

    /// The last write of a job's master whose loop has ended.
    pub(super) fn write_late(&mut self, who: Incarnation, reason: ExitReason) {
        match self.state.master(who).map(|master| master.work.clone()) {
            Some(Work::Starting { next, .. }) => match next {
                StartUpEffect::RefreshMetadata => self.refresh(who),
                StartUpEffect::MarkInit { .. } => {
                    self.write_state(who.job, who.epoch, MasterStateCode::INIT);
                }
                _ => {}
            },
            Some(Work::Running) => self.store_end(who, reason),
            _ => {}
        }
        self.remove_master(who);
    }
}

/// What is stored of a job and of its master that end for a reason.
fn codes(reason: ExitReason) -> (MasterStateCode, WorkerStateCode) {
    match reason {
        ExitReason::Finished => (MasterStateCode::FINISHED, WorkerStateCode::FINISHED),
        ExitReason::Canceled => (MasterStateCode::STOPPED, WorkerStateCode::STOPPED),
        ExitReason::Failed | ExitReason::Unknown => {
            (MasterStateCode::FAILED, WorkerStateCode::ERROR)
        }
    }
}
