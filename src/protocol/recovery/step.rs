//! A step under way: who takes it, and what becomes of a job master by it.

use super::action::Action;
use super::state::{Master, State};
use crate::framework::manager::{Effect, ManagerError, WorkerManager};
use crate::framework::{InitOutcome, Rule, StartUpEvent};
use crate::protocol::clock::NOW;
use crate::protocol::{Call, Configuration, Promise, Recorder, Shared};

/// A step that is being taken.
pub(super) struct Step<'s, R> {
    pub(super) configuration: &'s Configuration,
    pub(super) state: State,
    pub(super) recorder: &'s mut R,
}

/// How an incarnation of the job master goes.
pub(super) enum Gone {
    /// It ends.
    Ended,
    /// An assertion of it fails.
    Asserts,
}

pub(super) type Goes = Result<(), Gone>;

impl<R: Recorder> Step<'_, R> {
    /// Does what an action says.
    pub(super) fn act(&mut self, action: &Action) -> Option<()> {
        match action {
            Action::Start(epoch) => {
                self.state.epoch = *epoch;
                let tasks = self.state.done.len() as u8;
                self.recorder
                    .call(|| Call::statement("let mut start = start_up();"));
                for task in 1..=tasks {
                    self.recorder
                        .call(|| Call::statement(format!("let mut logic{task} = business();")));
                }
                let master = Master::new(self.configuration, tasks);
                self.state.master = Some(Shared::new(master));
                self.master(|step, master| step.start(master, &StartUpEvent::Start))
            }
            Action::GoOn(_, next) => self.master(|step, master| step.go_on(master, *next)),
            Action::InitFails(_) => self.master(|step, master| {
                master.to_do.remove(0);
                step.start_business(master, InitOutcome::Fails, false)
            }),
            Action::ReadRows(_) => self.master(|step, master| {
                master.reads_rows = false;
                let rows = step.state.places.iter().map(|place| place.row);
                master.rows = Some(rows.collect());
                Ok(())
            }),
            Action::RowsArrive(_) => self.master(Self::rows_arrive),
            Action::RowsRefused(_) => self.master(|step, master| {
                master.reads_rows = false;
                let code = |jm: &str| format!("on_load_failed(&mut {jm})");
                let (_, effects) = step.manager(master, code, |manager, effects| {
                    manager.load_failed("the store is away", effects)
                })?;
                step.recovery(master, &effects)
            }),
            Action::Wake(_) => self.master(|step, master| {
                let code = |jm: &str| format!("on_wake(&mut {jm})");
                let (_, effects) = step.manager(master, code, |manager, effects| {
                    manager.wake(NOW, effects);
                    Ok(())
                })?;
                step.recovery(master, &effects)
            }),
            Action::Check(_) => self.master(Self::check),
            Action::MasterCrashes(_) => {
                self.state.master = None;
                Some(())
            }
            Action::Worker(worker, action) => {
                self.worker_acts(*worker, *action);
                Some(())
            }
            Action::Deliver(worker, message, _) => {
                self.state.place_mut(*worker).remove(*message);
                self.deliver(*worker, *message)
            }
            Action::Duplicate(worker, message, _) => self.deliver(*worker, *message),
            Action::Lose(worker, message) => {
                self.state.place_mut(*worker).remove(*message);
                Some(())
            }
            Action::AgeEnds => {
                self.age_ends();
                Some(())
            }
        }
    }

    /// The job master that is there does something, and may go by it.
    pub(super) fn master(
        &mut self,
        act: impl FnOnce(&mut Self, &mut Master) -> Goes,
    ) -> Option<()> {
        let mut master = Master::clone(self.state.master.as_ref()?);
        self.state.master = None;
        let acted = act(self, &mut master).and_then(|()| {
            if master.runs() {
                self.poll(&mut master)
            } else {
                Ok(())
            }
        });
        match acted {
            Ok(()) => self.state.master = Some(Shared::new(master)),
            Err(Gone::Ended) => {}
            Err(Gone::Asserts) => self.fails(),
        }
        Some(())
    }

    /// An assertion fails, and the story ends.
    pub(super) fn fails(&mut self) {
        self.state.trail.broke(Promise::S8);
        self.state.has_failed = true;
    }

    pub(super) fn needs(&mut self, rule: Rule) {
        self.state.trail.needs(rule, self.configuration);
    }

    pub(super) fn lacks(&self, rule: Rule) -> bool {
        !self.configuration.policy.has(rule)
    }

    /// Calls the manager.
    pub(super) fn manager<'m, A: std::fmt::Debug>(
        &mut self,
        master: &mut Master,
        code: impl FnOnce(&str) -> String,
        call: impl FnOnce(&mut WorkerManager, &mut Vec<Effect<'m>>) -> Result<A, ManagerError>,
    ) -> Result<(Result<A, ManagerError>, Vec<Effect<'m>>), Gone> {
        let manager = master.manager.as_mut().ok_or(Gone::Ended)?;
        let mut effects = Vec::new();
        let result = manager.change(|manager| call(manager, &mut effects));
        let jm = self.state.epoch;
        self.recorder
            .call(|| Call::new(code(&format!("jm{jm}")), (&result, &effects)));
        Ok((result, effects))
    }
}
