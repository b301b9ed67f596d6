//! A worker that is ordered from an executor, for stateright.

mod offer;
mod step;

use stateright::{Model, Property};

use super::{Faults, Trail};

/// How many orders there are at most.
const ORDERS: u8 = 2;

/// How many tasks wait to be launched at most.
const QUEUED: usize = 1;

/// A master and an executor.
#[derive(Clone, Copy, Debug)]
pub struct Dispatch {
    pub faults: Faults,
    pub rules: Rules,
    /// The rule of which it is remembered that it was needed.
    pub watched: Option<&'static str>,
}

/// The rules.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// An order that fails in its first phase is reported.
    pub abort_on_predispatch_error: bool,
    /// What might succeed another time is not a failure for good.
    pub transient_dispatch_error_retried: bool,
    /// An executor that refuses a task says so.
    pub duplicate_task_reported: bool,
    /// The record is stored before the worker is started.
    pub row_before_confirm: bool,
}

/// Where an order stands, while it is under way.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Stage {
    /// The executor is asked to prepare the task.
    Preparing,
    /// The record is being stored.
    Storing,
    /// The executor is asked to take the task.
    Confirming,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Order {
    pub epoch: u8,
    /// Nothing once it is over.
    pub stage: Option<Stage>,
    pub is_answered: bool,
    pub is_disturbed: bool,
    /// Whether it failed by what might succeed another time.
    pub might_succeed: bool,
}

/// What the master knows of the worker.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Entry {
    pub epoch: u8,
    pub is_heard: bool,
    pub has_finished: bool,
}

/// What the master has to tell its business logic.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum News {
    Online,
    Failed { for_good: bool },
}

#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Failure {
    /// The executor cannot make the task now.
    NotNow,
    /// It never can.
    Never,
    /// It has the request already.
    Twice,
    /// It does not have the request.
    Unknown,
    /// Too many tasks wait.
    Full,
    /// It did not answer.
    Silent,
}

#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Message {
    Prepare(u8),
    Prepared(u8, Result<(), Failure>),
    Confirm(u8),
    Confirmed(u8, Result<(), Failure>),
    Refused(u8),
}

impl Message {
    fn epoch(self) -> u8 {
        match self {
            Self::Prepare(epoch)
            | Self::Prepared(epoch, _)
            | Self::Confirm(epoch)
            | Self::Confirmed(epoch, _)
            | Self::Refused(epoch) => epoch,
        }
    }
}

#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Executor {
    /// The order whose task is prepared: a later one takes the place of an earlier one.
    pub prepared: Option<u8>,
    /// The tasks that wait to be launched.
    pub queue: Vec<u8>,
    /// The task that was launched, and whether it closes.
    pub task: Option<(u8, bool)>,
}

#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct State {
    pub order: Option<Order>,
    pub entry: Option<Entry>,
    pub news: Vec<News>,
    /// In order, so that equal ones are equal.
    pub messages: Vec<Message>,
    pub executor: Executor,
    /// The order whose worker has a record.
    pub row: Option<u8>,
    pub job_has_failed: bool,
    pub trail: Trail,
}

impl State {
    fn is_at(&self, epoch: u8, stage: Stage) -> bool {
        self.order
            .is_some_and(|order| order.epoch == epoch && order.stage == Some(stage))
    }

    /// Whether something is under way by which the worker of an order will be heard of.
    fn is_coming(&self, epoch: u8) -> bool {
        let executor = &self.executor;
        self.messages.contains(&Message::Confirm(epoch))
            || self.messages.contains(&Message::Refused(epoch))
            || executor.queue.contains(&epoch)
            || executor.task == Some((epoch, false))
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Step {
    Order,
    Deliver(Message),
    RefuseToMake(u8, Failure),
    Lose(Message),
    MissPrepared,
    GiveUpPreparing,
    MissConfirmed,
    Store,
    FailToStore,
    Launch,
    Sweep,
    Ping,
    Close,
    Return,
    Poll,
    TimeOut,
    Crash,
}

impl Model for Dispatch {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State::default()]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        self.offer(state, steps);
    }

    fn next_state(&self, state: &State, step: Step) -> Option<State> {
        let mut state = state.clone();
        state.trail.begin();
        self.take(&mut state, step)?;
        state.messages.sort_unstable();
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("anything", |_, _| true),
            Property::always("S8 no assertion fails", |model: &Self, state: &State| {
                state.trail.kept("S8", model.watched)
            }),
            Property::always("S21 failed for good", |model: &Self, state: &State| {
                state.trail.kept("S21", model.watched)
            }),
            Property::always("abort_on_predispatch_error", |_, state: &State| {
                !state.trail.is_needed("abort_on_predispatch_error")
            }),
            Property::always("transient_dispatch_error_retried", |_, state: &State| {
                !state.trail.is_needed("transient_dispatch_error_retried")
            }),
            Property::always("duplicate_task_reported", |_, state: &State| {
                !state.trail.is_needed("duplicate_task_reported")
            }),
            Property::always("the rule was not needed", |_, state: &State| {
                !state.trail.was_needed()
            }),
            Property::always("who is heard has a record", |_, state: &State| {
                !state.entry.is_some_and(|it| it.is_heard) || state.row.is_some()
            }),
            Property::always("the record is of the last order", |_, state: &State| {
                state.row.is_none() || state.row == state.order.map(|order| order.epoch)
            }),
            Property::sometimes("the job has failed", |_, state: &State| {
                state.job_has_failed
            }),
            Property::sometimes("the second order is heard of", |_, state: &State| {
                state.entry.is_some_and(|it| it.is_heard && it.epoch == 2)
            }),
            Property::sometimes("a task outlives its order", |_, state: &State| {
                let task = state.executor.task;
                task == Some((1, false)) && state.order.is_some_and(|it| it.epoch == 2)
            }),
            Property::sometimes("a task waits behind one that closes", |_, state: &State| {
                state.executor.task == Some((1, true)) && state.executor.queue == [2]
            }),
            Property::sometimes("a request comes twice", |_, state: &State| {
                let twice = |order| Message::Prepared(order, Err(Failure::Twice));
                state.messages.contains(&twice(1)) || state.messages.contains(&twice(2))
            }),
            Property::sometimes("the queue is full", |_, state: &State| {
                let full = Message::Confirmed(2, Err(Failure::Full));
                state.messages.contains(&full)
            }),
        ]
    }
}
