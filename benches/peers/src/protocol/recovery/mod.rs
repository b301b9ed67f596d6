//! A job master that starts, fails over and finds its workers again, for stateright.

mod master;
mod offer;
mod start;
mod state;
mod worker;

use stateright::{Model, Property};

pub use self::state::{
    Beat, EndTold, Entry, Knowledge, Logic, Master, News, Next, Phase, Place, Report, Stage, State,
    Status, Table, Worker,
};

use super::{Faults, Trail, kept, not_needed};

/// How many masters there are at most, one after the other.
const TWO: u8 = 2;

/// How many workers of a task there are at most.
const WORKERS: usize = 2;

/// A job master and its workers.
#[derive(Clone, Copy, Debug)]
pub struct Recovery {
    pub faults: Faults,
    pub rules: Rules,
    /// For each there is to be one worker.
    pub tasks: usize,
    /// The rule of which it is remembered that it was needed.
    pub watched: Option<&'static str>,
}

/// The rules.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// A master looks for silent workers once it knows them.
    pub checker_gated_by_ready: bool,
    /// A worker may ping again while others are waited for.
    pub repeated_ping_while_waiting: bool,
    /// A master listens once it has a table of workers.
    pub handlers_after_manager: bool,
    /// A worker that has not reported anything is not replaced.
    pub adopt_silent_workers: bool,
    /// A first start looks for workers of one that has failed.
    pub workers_loaded_on_every_start: bool,
    /// A status that comes while workers are waited for counts at the end of the wait.
    pub statuses_kept_while_recovering: bool,
    /// Why a worker is offline is looked up when that is told.
    pub offline_reason_at_delivery: bool,
    /// An entry is a tombstone before the business logic is told.
    pub tombstone_before_callback: bool,
    /// An entry that is cleaned is forgotten.
    pub clean_forgets_entry: bool,
    /// Only a ping that is accepted is answered.
    pub pong_after_acceptance: bool,
    /// A pong does not move the acknowledgement back.
    pub ack_time_monotone: bool,
}

/// What is under way from or to a worker.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    Ping,
    Pong,
    Status,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Ping, Self::Pong, Self::Status];
}

/// Workers are told apart by their places.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Step {
    StartMaster,
    GoOn,
    /// The business logic orders its workers and returns an error.
    FailToBegin,
    ReadRows,
    TakeRows,
    RefuseRows,
    EndWait,
    Check,
    CrashMaster,
    Ping(usize),
    ReadMaster(usize),
    Report(usize),
    Deliver(usize, Kind),
    RepeatPing(usize),
    Lose(usize, Kind),
    EndAge,
}

fn workers_of(task: usize) -> std::ops::Range<usize> {
    task * WORKERS..(task + 1) * WORKERS
}

fn task_of(worker: usize) -> usize {
    worker / WORKERS
}

impl Recovery {
    fn needs(&self, state: &mut State, rule: &'static str) {
        state.trail.needs(rule, self.watched);
    }

    /// The master that is there does something, then a round if it has started.
    fn lead(
        &self,
        state: &mut State,
        act: impl FnOnce(&mut State, &mut Master) -> Option<()>,
    ) -> Option<()> {
        let mut master = state.master.take()?;
        let mut lives = act(state, &mut master).is_some();
        if lives && master.has_started {
            lives = self.go_round(state, &mut master).is_some();
        }
        state.master = lives.then_some(master);
        Some(())
    }

    fn deliver(&self, state: &mut State, worker: usize, kind: Kind, stays: bool) -> Option<()> {
        match kind {
            Kind::Ping => {
                let place = &mut state.places[worker];
                let ping = place.ping?;
                place.ping = Some(ping).filter(|_| stays);
                self.lead(state, |state, master| {
                    self.take_ping(state, master, worker, ping)
                })
            }
            Kind::Pong => self.take_pong(state, worker),
            Kind::Status => self.lead(state, |state, master| {
                self.take_status(state, master, worker)
            }),
        }
    }
}

impl Model for Recovery {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            epoch: 0,
            master: None,
            is_marked: false,
            places: vec![Place::default(); self.tasks * WORKERS],
            done: vec![false; self.tasks],
            is_over: false,
            trail: Trail::default(),
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        self.offer(state, steps);
    }

    fn next_state(&self, state: &State, step: Step) -> Option<State> {
        let mut state = state.clone();
        state.trail.begin();
        match step {
            Step::StartMaster => self.start_master(&mut state),
            Step::GoOn => self.lead(&mut state, |state, master| self.go_on(state, master))?,
            Step::FailToBegin => self.lead(&mut state, |state, master| {
                self.begin(state, master)?;
                None
            })?,
            Step::ReadRows => {
                let rows = state.places.iter().map(|place| place.row).collect();
                state.master.as_mut()?.table.as_mut()?.knowledge = Knowledge::Read(rows);
            }
            Step::TakeRows => {
                self.lead(&mut state, |state, master| self.take_rows(state, master))?;
            }
            Step::EndWait => self.lead(&mut state, |state, master| {
                self.know(state, master);
                Some(())
            })?,
            Step::Check => self.lead(&mut state, |state, master| {
                self.check(state, master.table.as_mut()?)
            })?,
            Step::RefuseRows | Step::CrashMaster => state.master = None,
            Step::Ping(worker) => self.ping(&mut state, worker)?,
            Step::ReadMaster(worker) => state.read_master(worker)?,
            Step::Report(worker) => state.report(worker)?,
            Step::Deliver(worker, kind) => self.deliver(&mut state, worker, kind, false)?,
            Step::RepeatPing(worker) => self.deliver(&mut state, worker, Kind::Ping, true)?,
            Step::Lose(worker, kind) => state.places[worker].lose(kind),
            Step::EndAge => self.end_age(&mut state),
        }
        self.forget_what_is_in_vain(&mut state);
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = vec![
            Property::always("anything", |_, _| true),
            Property::always("S1 one worker at a time", |model: &Self, state: &State| {
                let counts = model.watched.is_none() || state.trail.was_needed();
                !(counts && (0..model.tasks).any(|task| state.n_live(task) > 1))
            }),
            Property::always("the rule was not needed", |_, state: &State| {
                !state.trail.was_needed()
            }),
            Property::always("who works has a row", |_, state: &State| {
                let place = state.places[0];
                let works = place.worker.is_some_and(|it| it.stage == Stage::Working);
                !works || place.row >= Some(Report::Working)
            }),
            Property::sometimes("a successor waits", |_, state: &State| {
                let table = state.master.as_ref().and_then(|it| it.table.as_ref());
                let waits = table.is_some_and(|it| matches!(it.knowledge, Knowledge::Waits(_)));
                waits && state.epoch == TWO
            }),
            Property::sometimes("a successor finds its worker", |_, state: &State| {
                state.has_successor_started() && state.n_live(0) == 1
            }),
            Property::sometimes("a successor is left with two", |_, state: &State| {
                state.has_successor_started() && state.n_live(0) == 2
            }),
        ];
        properties.extend(kept!(
            "S8 no assertion fails"
            "S13 offline for the last reason"
        ));
        properties.extend(not_needed!(
            "checker_gated_by_ready"
            "repeated_ping_while_waiting"
            "handlers_after_manager"
            "adopt_silent_workers"
            "workers_loaded_on_every_start"
            "statuses_kept_while_recovering"
        ));
        properties
    }
}
