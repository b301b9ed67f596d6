//! Pings, pongs and statuses of one worker, for stateright.

mod master;
mod offer;
mod state;
mod task;

use stateright::{Model, Property};

pub use self::state::{
    Cause, Entry, Farewell, Grip, Known, Master, Order, Phase, Ping, Pong, Report, Row, Stage,
    State, Status, Task, Wire,
};

use super::{Faults, Trail, kept, not_needed};

/// How many masters there are at most, how many epochs of the worker, and how many
/// executors.
const TWO: usize = 2;

/// A master and its worker.
#[derive(Clone, Copy, Debug)]
pub struct Heartbeat {
    pub faults: Faults,
    pub rules: Rules,
    /// Whether the worker keeps its id when it is created again.
    pub same_id: bool,
    /// The rule of which it is remembered that it was needed.
    pub watched: Option<&'static str>,
}

/// The rules.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// A ping is held against the worker epoch of the entry.
    pub ping_worker_epoch_checked: bool,
    /// A pong does not move the acknowledgement back.
    pub ack_time_monotone: bool,
    /// A worker may ping again while others are waited for.
    pub repeated_ping_while_waiting: bool,
    /// An entry is a tombstone before the business logic is told.
    pub tombstone_before_callback: bool,
    /// An entry that is cleaned is forgotten.
    pub clean_forgets_entry: bool,
    /// The business logic lets go before the worker says goodbye.
    pub close_before_finish_handshake: bool,
    /// The silence of a master counts from when the worker was ordered.
    pub ack_baseline_at_submit: bool,
    /// Only a ping that is accepted is answered.
    pub pong_after_acceptance: bool,
    /// A pong names the worker epoch that it is for.
    pub pong_worker_epoch: bool,
    /// A status is held against the worker epoch of the entry.
    pub status_epoch_checked: bool,
    /// A status without a body is dropped.
    pub status_body_required: bool,
    /// A status that comes while workers are waited for counts at the end of the wait.
    pub statuses_kept_while_recovering: bool,
    /// A worker has a row before it is launched.
    pub row_before_confirm: bool,
    /// A row is not written over a later one.
    pub state_writes_conditional: bool,
    /// An executor that refuses a task says so.
    pub duplicate_task_reported: bool,
}

/// What there is on a wire.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    Ping,
    Pong,
    Status,
}

/// Workers are told apart by their epochs, wires by their executors.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Step {
    Order(usize),
    Confirm,
    LoseOrder,
    Ping(u8),
    Deliver(usize, Kind),
    Repeat(usize, Kind),
    Lose(usize, Kind),
    LoseBody(usize),
    Check,
    EndWait,
    Begin(u8),
    Fail(u8),
    Watch(u8),
    GiveUpGoodbye(u8),
    Leave(u8),
    CrashMaster,
    StartMaster,
    CrashExecutor(usize),
    EndAge,
}

/// The place of a worker epoch.
fn place(epoch: u8) -> usize {
    usize::from(epoch) - 1
}

impl Heartbeat {
    /// Whether messages can be late.
    fn delays(&self) -> bool {
        self.faults.delay || self.faults.partition
    }

    /// The id of a worker epoch.
    fn id(&self, epoch: u8) -> usize {
        if self.same_id { 0 } else { place(epoch) }
    }

    /// The epoch of who listens to pongs for a worker.
    fn listener(&self, state: &State, executor: usize, worker: u8) -> Option<u8> {
        [1, 2].into_iter().find(|epoch| {
            let task = state.tasks[place(*epoch)];
            let is_there = task.is_some_and(|task| task.executor == executor);
            is_there && (self.same_id || *epoch == worker)
        })
    }

    fn needs(&self, state: &mut State, rule: &'static str) {
        state.trail.needs(rule, self.watched);
    }
}

impl Model for Heartbeat {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            newest: 1,
            master: Some(Master::default()),
            given: 0,
            is_spent: false,
            rows: [None; TWO],
            order: None,
            tasks: [None; TWO],
            wires: [Wire::default(); TWO],
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
            Step::Order(executor) => self.order(&mut state, executor),
            Step::Confirm => self.confirm(&mut state)?,
            Step::LoseOrder => {
                state.order = None;
                state.is_spent = true;
            }
            Step::Deliver(executor, kind) => self.deliver(&mut state, executor, kind, false)?,
            Step::Repeat(executor, kind) => self.deliver(&mut state, executor, kind, true)?,
            Step::Lose(executor, kind) => state.wires[executor].clear(kind),
            Step::LoseBody(executor) => {
                let status = state.wires[executor].status.take()?;
                self.take_status(&mut state, status, false)?;
            }
            Step::Check => self.check(&mut state)?,
            Step::EndWait => self.end_wait(&mut state)?,
            Step::CrashMaster => state.master = None,
            Step::StartMaster => self.start_master(&mut state),
            Step::CrashExecutor(executor) => state.crash(executor),
            Step::EndAge => return self.end_age(state),
            Step::Ping(epoch)
            | Step::Begin(epoch)
            | Step::Fail(epoch)
            | Step::Watch(epoch)
            | Step::GiveUpGoodbye(epoch)
            | Step::Leave(epoch) => self.work(&mut state, step, epoch)?,
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = vec![
            Property::always("anything", |_, _| true),
            Property::always("S1 one worker at a time", |model: &Self, state: &State| {
                let counts = model.watched.is_none() || state.trail.was_needed();
                !(counts && state.n_live() > 1)
            }),
            Property::always("the rule was not needed", |_, state: &State| {
                !state.trail.was_needed()
            }),
        ];
        properties.extend(kept!(
            "S2 given away when ended"
            "S7 tombstone stays"
            "S8 no assertion fails"
            "S9 entry keeps its epoch"
            "S10 ping of both epochs"
            "S11 pong means accepted"
            "S14 knowledge never goes back"
        ));
        properties.extend(not_needed!(
            "ping_worker_epoch_checked"
            "ack_time_monotone"
            "pong_after_acceptance"
            "pong_worker_epoch"
            "status_epoch_checked"
            "status_body_required"
            "row_before_confirm"
            "state_writes_conditional"
            "duplicate_task_reported"
        ));
        properties
    }
}
