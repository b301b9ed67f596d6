//! The one job of a job manager, and the records of it, for stateright.
//!
//! With one job, a new job manager that waits for the job's master waits for nobody after
//! its first ping, and no master tells of two ends. So the rules that speak of that are not
//! here.

mod master;
mod offer;
mod order;
mod registry;
mod state;
mod user;
mod workers;

use stateright::{Model, Property};

pub use self::state::{
    BackOff, Code, Entry, Failure, JobMaster, Manager, News, Order, Phase, Registered, Row, State,
    Status, Stored, Wish, Work,
};

use self::master::store_own_end;
use self::order::confirm;
use self::user::{cancel, delete};
use super::{Faults, kept, not_needed};

/// Whether the start and the end of a job's master are taken in one go or write by write.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Detail {
    Whole,
    Writes,
}

/// A job manager with one job, and the job's masters.
#[derive(Clone, Debug)]
pub struct Jobs {
    pub detail: Detail,
    pub faults: Faults,
    /// The rules that are not in force.
    pub lacking: Vec<&'static str>,
    /// The rule of which it is remembered that it was needed.
    pub watched: Option<&'static str>,
}

/// Who does something: the job's master of this worker epoch.
type Epoch = u8;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Step {
    Create,
    Register,
    Cancel,
    Delete,
    /// An entry is made, and its record stored if it is.
    PreDispatch {
        place: usize,
        is_stored: bool,
    },
    Refuse {
        place: usize,
        is_transient: bool,
    },
    Confirm {
        place: usize,
    },
    /// The executor says that it has forgotten the order, or says nothing.
    LoseConfirm {
        place: usize,
        is_sure: bool,
    },
    Start(Epoch),
    GoOn(Epoch),
    StoreEnd(Epoch, Code),
    StoreOwnEnd(Epoch),
    ReportEnd(Epoch),
    EndUnheard(Epoch),
    WriteLate(Epoch, Code),
    Ping(Epoch),
    Leave(Epoch),
    Exit(Epoch, Code),
    ExitUnheard(Epoch, Code),
    Crash(Epoch),
    Poll,
    Check,
    Operate,
    EndWait,
    EndBackOff,
    EndAge,
    CrashManager,
    Elect,
}

/// The job manager's process has ended.
struct Gone;

type Done = Result<(), Gone>;

impl Jobs {
    fn has(&self, rule: &str) -> bool {
        !self.lacking.contains(&rule)
    }

    fn needs(&self, state: &mut State, rule: &'static str) {
        state.trail.needs(rule, self.watched);
    }

    fn needs_if_lacking(&self, state: &mut State, rule: &'static str) {
        if !self.has(rule) {
            self.needs(state, rule);
        }
    }

    /// An assertion of the job manager fails.
    fn fails(&self, state: &mut State) -> Gone {
        state.trail.broke("S8");
        Gone
    }

    /// Lets the job manager act, if there is one.
    fn with(&self, state: &mut State, act: impl FnOnce(&mut State, &mut Manager) -> Done) -> Done {
        if let Some(mut manager) = state.manager.take() {
            act(state, &mut manager)?;
            state.manager = Some(manager);
        }
        Ok(())
    }

    fn act(&self, state: &mut State, step: Step) -> Done {
        match step {
            Step::PreDispatch { place, is_stored } => self.with(state, |state, manager| {
                self.pre_dispatch(state, manager, place, is_stored)
            }),
            Step::Ping(who) => self.ping(state, who, false),
            Step::Leave(who) => self.ping(state, who, true),
            Step::Poll => self.with(state, |state, manager| {
                self.deliver(state, manager)?;
                self.look_after(state, manager)?;
                manager.detached = None;
                Ok(())
            }),
            Step::Check => self.with(state, |state, manager| self.check(state, manager)),
            Step::CrashManager => Err(Gone),
            _ => {
                self.act_for_sure(state, step);
                Ok(())
            }
        }
    }

    /// A step by which no job manager ends.
    fn act_for_sure(&self, state: &mut State, step: Step) {
        match step {
            Step::Create => self.create(state),
            Step::Register => self.register_created(state),
            Step::Cancel => cancel(state),
            Step::Delete => delete(state),
            Step::Refuse {
                place,
                is_transient,
            } => self.refuse(state, place, is_transient),
            Step::Confirm { place } => confirm(state, place),
            Step::LoseConfirm { place, is_sure } => self.lose_confirm(state, place, is_sure),
            Step::Start(who) => self.go_on(state, who, true),
            Step::GoOn(who) => self.go_on(state, who, false),
            Step::StoreEnd(who, end) => self.store_end(state, who, end),
            Step::StoreOwnEnd(who) => store_own_end(state, who),
            Step::ReportEnd(who) => self.report_end(state, who, true),
            Step::EndUnheard(who) => self.report_end(state, who, false),
            Step::WriteLate(who, end) => self.write_late(state, who, end),
            Step::Exit(who, end) => self.exit(state, who, end, true),
            Step::ExitUnheard(who, end) => self.exit(state, who, end, false),
            Step::Crash(who) => state.remove_master(who),
            Step::Operate => self.operate(state),
            Step::EndWait => {
                let row = state.visible();
                if let Some(manager) = &mut state.manager {
                    self.end_wait(row, manager);
                }
            }
            Step::EndBackOff => {
                if let Some(manager) = &mut state.manager {
                    manager.back_off = None;
                }
            }
            Step::EndAge => self.end_age(state),
            Step::Elect => self.elect(state),
            _ => {}
        }
    }
}

impl Model for Jobs {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State::new()]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        self.offer(state, steps);
    }

    /// What changes nothing is no step.
    fn next_state(&self, before: &State, step: Step) -> Option<State> {
        let mut before = before.clone();
        before.trail.begin();
        let mut state = before.clone();
        if self.act(&mut state, step).is_err() {
            state.manager = None;
            state.orders.clear();
            state.is_to_register = false;
        }
        state.is_canceling &= state.is_live();
        (state != before).then_some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = vec![
            Property::always("anything", |_, _| true),
            Property::always("the rule was not needed", |_, state: &State| {
                !state.trail.was_needed()
            }),
            Property::always("S1 one worker at a time", |model: &Self, state: &State| {
                let alive = |master: &JobMaster| !master.is_late;
                let both = |pair: &[JobMaster]| pair.iter().all(alive);
                !(state.trail.counts(model.watched) && state.masters.windows(2).any(both))
            }),
            Property::always("who is online has not ended", |_, state: &State| {
                !state.has_online() || state.is_live()
            }),
            Property::sometimes(
                "a second job manager has the job online",
                |_, state: &State| state.incarnation == 2 && state.has_online(),
            ),
            Property::sometimes("it is stored as canceled", |_, state: &State| {
                let row = state.visible();
                row.is_some_and(|row| row.stored == Stored::Ended(Code::Stopped))
            }),
        ];
        properties.extend(kept!(
            "S5 ended job stays down"
            "S8 no assertion fails"
            "S20 created means visible"
        ));
        match self.detail {
            Detail::Whole => {
                properties.extend(kept!("S18 gone means gone" "S21 failed for good"));
                properties.push(Property::always(
                    "S17 online means heard",
                    |model: &Self, state: &State| {
                        let is_broken = state.counts_unheard_as_online();
                        let kept = state.trail.kept("S17", model.watched);
                        kept && !(state.trail.counts(model.watched) && is_broken)
                    },
                ));
            }
            Detail::Writes => properties.extend(kept!(
                "S4 stored end stays"
                "S15 stored epoch never goes back"
            )),
        }
        properties.extend(not_needed!(
            "tombstone_before_callback"
            "clean_forgets_entry"
            "recovery_cleans_tombstones"
            "offline_before_online_handled"
            "redispatch_only_after_failover"
            "canceling_stops_redispatch"
            "create_is_insert"
            "transient_dispatch_error_retried"
            "online_only_if_heard"
            "registered_before_dispatch"
            "stored_state_rechecked"
            "state_writes_conditional"
        ));
        properties
    }
}
