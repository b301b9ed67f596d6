//! What the things that can happen do.

mod master;
mod order;
mod poll;
mod user;

use super::action::{Action, Jm};
use super::prelude::{self, Manager};
use super::state::{JOBS, Order, State, Store, name};
use crate::framework::manager::ManagerError;
use crate::framework::{Dispatcher, JobManagerEffect, Rule};
use crate::protocol::clock::{AGE, NOW};
use crate::protocol::{Call, Configuration, Fault, Promise, Recorder, Shared, log};

/// Whether the start and the end of a job's master are taken in one go or write by write.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(in crate::protocol) enum Detail {
    Whole,
    Writes,
}

/// A step under way.
pub(in crate::protocol) struct Step<'a, R> {
    detail: Detail,
    configuration: &'a Configuration,
    recorder: &'a mut R,
    state: State,
}

/// The job manager's process has ended, and with it what it was about to do.
pub(super) struct Gone;

type Done = Result<(), Gone>;

impl<'a, R: Recorder> Step<'a, R> {
    /// The state after an action, `None` when it changes nothing.
    pub(in crate::protocol) fn take(
        detail: Detail,
        configuration: &'a Configuration,
        state: &State,
        action: Action,
        recorder: &'a mut R,
    ) -> Option<State> {
        let mut before = state.clone();
        before.trail.begin();
        let mut step = Self {
            detail,
            configuration,
            recorder,
            state: before.clone(),
        };
        if step.act(action).is_err() {
            step.end_manager();
        }
        step.forget_canceled();
        (step.state != before).then_some(step.state)
    }

    fn act(&mut self, action: Action) -> Done {
        match action {
            Action::Create(_, job) => self.create(job.0),
            Action::Register(_, job) => self.register(job.0),
            Action::Cancel(_, job) => self.cancel(job.0),
            Action::Delete(_, job) => self.delete(job.0),
            Action::PreDispatch(_, order) => self.pre_dispatch(order.place, true),
            Action::LoseRow(_, order) => self.pre_dispatch(order.place, false),
            Action::Refuse(_, order, error) => self.refuse(order.place, error),
            Action::Confirm(_, order) => self.confirm(order.place),
            Action::LoseConfirm(_, order, error) => self.lose_confirm(order.place, error),
            Action::Start(who) => {
                self.go_on(who, true);
                Ok(())
            }
            Action::GoOn(who) => {
                self.go_on(who, false);
                Ok(())
            }
            Action::StoreEnd(who, reason) => {
                self.store_end(who, reason);
                Ok(())
            }
            Action::StoreOwnEnd(who) => {
                self.store_own_end(who);
                Ok(())
            }
            Action::ReportEnd(_, who) => self.report_end(who, true),
            Action::EndUnheard(who) => self.report_end(who, false),
            Action::WriteLate(who, reason) => {
                self.write_late(who, reason);
                Ok(())
            }
            Action::Ping(_, who) => self.ping(who, false),
            Action::Exit(_, who, reason) => self.exit(who, reason, true),
            Action::ExitUnheard(who, reason) => self.exit(who, reason, false),
            Action::Leave(_, who) => self.ping(who, true),
            Action::Crash(who) => {
                self.remove_master(who);
                Ok(())
            }
            Action::Poll(_) => self.poll(),
            Action::Check(_) => self.check(),
            Action::Operate(_) => self.operate(),
            Action::EndWait(_) => self.end_wait(),
            Action::EndBackOff(_, job) => self.end_back_off(job.0),
            Action::EndAge => self.end_age(),
            Action::CrashManager(_) => Err(Gone),
            Action::Elect(_) => self.elect(),
        }
    }

    fn has(&self, rule: Rule) -> bool {
        self.configuration.policy.has(rule)
    }

    /// Notes that the step went as it did for lack of a rule.
    fn needs(&mut self, rule: Rule) {
        self.state.trail.needs(rule, self.configuration);
    }

    fn broke(&mut self, promise: Promise) {
        self.state.trail.broke(promise);
    }

    fn jm(&self) -> Jm {
        Jm(self.state.incarnation)
    }

    /// Lets the job manager act, if there is one.
    fn with(&mut self, act: impl FnOnce(&mut Self, &mut Manager) -> Done) -> Done {
        let Some(manager) = &self.state.manager else {
            return Ok(());
        };
        let mut manager = Manager::clone(manager);
        act(self, &mut manager)?;
        if self.state.manager.as_deref() != Some(&manager) {
            self.state.manager = Some(Shared::new(manager));
        }
        Ok(())
    }

    fn store(&mut self, change: impl FnOnce(&mut Store)) {
        self.state.store.change(change);
    }

    /// The job manager is gone.
    fn end_manager(&mut self) {
        self.state.manager = None;
        self.state.orders.clear();
        self.state.to_register.clear();
    }

    /// What an error of the job manager's table of workers comes to.
    fn fails(&mut self, error: &ManagerError) -> Gone {
        if error.assertion().is_some() {
            self.broke(Promise::S8);
        }
        Gone
    }

    /// A job that has ended is no longer to be canceled.
    fn forget_canceled(&mut self) {
        let state = &self.state;
        let is_over = |job: &&u8| !state.is_live(**job);
        if state.store.canceling.iter().any(|job| is_over(&job)) {
            let live = |job: &u8| state.is_live(*job);
            let canceling = state.store.canceling.iter().copied().filter(live).collect();
            self.store(|store| store.canceling = canceling);
        }
    }

    /// Does what the job manager wants done.
    fn carry_out(&mut self, manager: &mut Manager, effects: Vec<JobManagerEffect>) -> Done {
        for effect in effects {
            match effect {
                JobManagerEffect::CreateWorker(job) => {
                    let policy = self.configuration.policy;
                    self.state.orders.push(Order {
                        job: index(&job),
                        epoch: None,
                        dispatch: Dispatcher::start(policy, NOW, &mut Vec::new()),
                    });
                }
                JobManagerEffect::Register(job) => {
                    self.state.to_register.insert(index(&job));
                }
                JobManagerEffect::CleanTombstone(job) => self.clean(manager, index(&job))?,
                JobManagerEffect::StoreState { job, state } => {
                    let known = self.state.store.jobs.load(&job).map_or(0, |row| row.epoch);
                    self.write_state(index(&job), known, state);
                }
                JobManagerEffect::DeleteRow(_)
                | JobManagerEffect::SendStop(_)
                | JobManagerEffect::LogNotRunning(_)
                | JobManagerEffect::WakeOperator => {}
            }
        }
        Ok(())
    }

    fn clean(&mut self, manager: &mut Manager, job: u8) -> Done {
        let (jm, id) = (self.jm(), name(job));
        let cleaned = prelude::clean(manager, id);
        self.recorder
            .call(|| Call::new(format!("clean(&mut {jm}, {id:?})"), &cleaned));
        self.recorder
            .sent_if_any(|| cleaned.is_ok().then(|| log::cleaned(id)));
        if let Err(error) = cleaned {
            let is_early = matches!(error, ManagerError::NotATombstone { .. });
            if is_early && !self.has(Rule::TombstoneBeforeCallback) {
                self.needs(Rule::TombstoneBeforeCallback);
            }
            return Err(self.fails(&error));
        }
        if manager.workers.entry(id).is_some() {
            self.needs(Rule::CleanForgetsEntry);
        }
        if self.state.store.workers.contains_key(id) {
            self.store(|store| {
                store.workers.remove(id);
            });
        }
        Ok(())
    }

    fn check(&mut self) -> Done {
        self.with(|step, manager| {
            let checked = prelude::check(manager);
            let jm = step.jm();
            step.recorder
                .call(|| Call::new(format!("check(&mut {jm})"), &checked));
            checked.map_err(|error| step.fails(&error))
        })
    }

    fn end_wait(&mut self) -> Done {
        self.with(|step, manager| {
            let has_ended = prelude::wake(manager);
            let jm = step.jm();
            step.recorder
                .call(|| Call::new(format!("wake(&mut {jm})"), has_ended));
            if has_ended {
                step.take_over(manager);
            }
            Ok(())
        })
    }

    fn take_over(&mut self, manager: &mut Manager) {
        let taken = prelude::take_over(manager, &self.state.store.jobs);
        let jm = self.jm();
        self.recorder
            .call(|| Call::new(format!("take_over(&mut {jm}, &rows)"), &taken));
    }

    fn end_back_off(&mut self, job: u8) -> Done {
        self.with(|step, manager| {
            let (jm, id) = (step.jm(), name(job));
            manager.jobs.forget_failures(id);
            step.recorder
                .call(|| Call::statement(format!("{jm}.jobs.forget_failures({id:?});")));
            Ok(())
        })
    }

    /// Who was not acknowledged in the age that ends has given up.
    fn end_age(&mut self) -> Done {
        let is_delayed = self.configuration.faults.has(Fault::Delay);
        let may_write = is_delayed && self.detail == Detail::Writes;
        self.state
            .masters
            .retain(|master| may_write || master.is_acknowledged);
        for master in &mut self.state.masters {
            master.is_late |= !master.is_acknowledged;
            master.is_acknowledged = false;
        }
        self.with(|step, manager| {
            manager.workers.set_back(AGE, NOW);
            let jm = step.jm();
            step.recorder
                .call(|| Call::statement(format!("{jm}.workers.set_back(AGE, NOW);")));
            Ok(())
        })
    }

    fn elect(&mut self) -> Done {
        self.state.incarnation += 1;
        let (jm, epoch) = (self.jm(), i64::from(self.state.incarnation));
        let mut manager = prelude::manager(epoch, self.configuration.policy);
        self.recorder
            .call(|| Call::statement(format!("let mut {jm} = manager({epoch}, policy);")));
        let rows: Vec<_> = self.state.store.workers.values().cloned().collect();
        let code = rows.iter().map(status_code).collect::<Vec<_>>().join(", ");
        let (recovered, has_ended) = prelude::recover(&mut manager, rows);
        self.recorder.call(|| {
            let answer = (&recovered, has_ended);
            Call::new(format!("recover(&mut {jm}, vec![{code}])"), answer)
        });
        recovered.map_err(|error| self.fails(&error))?;
        if has_ended {
            self.take_over(&mut manager);
        }
        for job in self.state.store.canceling.clone() {
            self.ask_to_cancel(&mut manager, job);
        }
        self.state.manager = Some(Shared::new(manager));
        Ok(())
    }
}

/// A worker's record in Rust.
fn status_code(status: &crate::wire::WorkerStatus) -> String {
    let state = status.state.0;
    format!(
        "status({:?}, {}, WorkerStateCode({state}))",
        status.id, status.epoch
    )
}

/// The place of a job in [`JOBS`].
fn index(job: &str) -> u8 {
    let place = JOBS.iter().position(|known| *known == job);
    place.and_then(|place| place.try_into().ok()).unwrap_or(0)
}
