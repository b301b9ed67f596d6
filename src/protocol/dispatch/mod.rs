//! A worker that is ordered from an executor.
//!
//! A master `jm1` orders a worker `j` under the same id again and again: it asks the executor
//! `x` to prepare a task, makes an entry, stores a record, and asks to run the task. The
//! worker pings, closes, and is gone. Calls and answers are lost or come late, and a call is
//! repeated with the same request then; the executor may not be able to make the task, refuse
//! it, or crash. The master holds the framework's
//! [`WorkerManager`] and for each order a
//! [`Dispatcher`](crate::framework::Dispatcher), the executor its
//! [`TaskCommitter`](crate::framework::TaskCommitter) and
//! [`TaskRunner`](crate::framework::TaskRunner).
//!
//! # Time
//!
//! There is no clock. An entry times out, a request is dropped and a call is missed only when
//! nothing is under way that would prevent it, or when that is lost or late, which is a fault.
//!
//! # When an order is answered
//!
//! When the worker was heard of or the master was told that the order has failed. That an
//! entry times out is an answer, too, but only where a fault has kept a better one back.
//!
//! # Bounds
//!
//! There are at most [`ORDERS`] orders, of which the second finds what the first has left:
//! requests, tasks that close, messages. Each call is under way twice at most, and
//! [`QUEUED`] task may wait to be launched, so that the queue can be full.
//!
//! # What is assumed of runs
//!
//! What is under way arrives in the end, tasks that wait are launched, the master polls, and
//! an entry that is silent times out. A call is not repeated for ever, and the store does not
//! fail for ever.

mod action;
mod executor;
mod master;
mod offer;
mod state;
mod step;

use std::time::Duration;

pub use self::action::Action;
pub use self::master::is_heard;
pub use self::state::{Executor, Job, Message, Order, Phase, State, Task};

use super::transcript::policy_code;
use super::{Configuration, ModelName, Promise, ProtocolModel, Shared, Trail, Transcript};
use crate::check::{Fairness, Model, Participants, Property};
use crate::framework::manager::{ManagerState, WorkerManager};
use crate::protocol::clock::NOW;

/// At most so many orders.
pub const ORDERS: u8 = 2;

/// So many tasks may wait to be launched.
pub const QUEUED: usize = 1;

/// Longer than a master waits for a silent worker.
const EXPIRY: Duration = Duration::from_secs(21);

/// A worker that is ordered from an executor.
#[derive(Clone, Debug)]
pub struct Dispatch {
    configuration: Configuration,
}

impl Dispatch {
    /// The manager of a master that has no workers yet.
    fn manager(&self) -> WorkerManager {
        let mut manager = WorkerManager::new(1, self.configuration.policy);
        if manager.state() == ManagerState::LoadingMeta {
            // A manager that has just been made takes both.
            let _ = manager.recover(&mut Vec::new());
            let _ = manager.rows_loaded(Vec::new(), NOW, &mut Vec::new());
        }
        manager
    }
}

impl Model for Dispatch {
    type State = State;
    type Action = Action;

    fn initial_states(&self) -> Vec<State> {
        vec![State {
            manager: Shared::new(self.manager()),
            order: None,
            messages: Vec::new(),
            executor: Shared::new(Executor::new(self.configuration.policy)),
            row: None,
            job: Job::Open,
            trail: Trail::default(),
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        self.offer(state, actions);
    }

    fn next(&self, state: &State, action: &Action) -> Option<State> {
        self.step(state, *action, &mut ())
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let unanswered = |state: &State| {
            let order = state.order.as_ref();
            order.is_some_and(|order| !order.is_answered)
        };
        vec![
            Promise::S8.never_broken(),
            Promise::S21.never_broken(),
            Promise::L8.leads_to(
                move |_, state| unanswered(state),
                move |_, state| !unanswered(state),
            ),
        ]
    }

    fn fairness(&self) -> Fairness<Self> {
        Fairness::progress()
            .weak("messages arrive", |_, _, action| {
                matches!(action, Action::Deliver(_))
            })
            .weak("tasks are launched", |_, _, action| {
                matches!(action, Action::Launch(_))
            })
            .weak("the master polls", |_, _, action| {
                matches!(action, Action::Poll)
            })
            .weak("silent entries time out", |_, _, action| {
                matches!(action, Action::TimeOut(_))
            })
            .weak("calls are missed", |_, _, action| {
                matches!(action, Action::Miss(Phase::Confirm, _))
            })
            .weak("records are stored", |_, _, action| {
                matches!(action, Action::StoreRow(_))
            })
            .weak("workers ping", |_, _, action| {
                matches!(action, Action::Ping(_))
            })
            .strong("calls are given up", |_, _, action| {
                matches!(action, Action::GiveUp(_))
            })
    }

    fn action_name(&self, action: &Action) -> String {
        action.tells()
    }

    fn participants(&self, action: &Action) -> Option<Participants> {
        Some(action.participants())
    }
}

impl ProtocolModel for Dispatch {
    const NAME: ModelName = ModelName::Dispatch;

    fn new(configuration: Configuration) -> Self {
        Self { configuration }
    }

    fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    fn transcribe(
        &self,
        state: &State,
        action: &Action,
        transcript: &mut Transcript,
    ) -> Option<State> {
        self.step(state, *action, transcript)
    }

    fn prelude(&self) -> String {
        PRELUDE.replace("POLICY", &policy_code(self.configuration.policy))
    }
}

const PRELUDE: &str = r#"use fsmcheck::Guarded;
use fsmcheck::framework::DispatchError::*;
use fsmcheck::framework::manager::*;
use fsmcheck::framework::*;
use fsmcheck::wire::{HeartbeatPing, MonotonicTime};

const NOW: MonotonicTime = MonotonicTime(0);
const EXPIRY: std::time::Duration = std::time::Duration::from_secs(21);

/// Where the dispatch then stands, and what it wants.
fn tell(
    dispatch: &mut Guarded<Dispatcher>,
    event: &DispatcherEvent,
) -> (DispatcherState, Vec<DispatcherEffect>) {
    let mut effects = Vec::new();
    dispatch.handle_with_context(event, &mut effects).unwrap();
    (*dispatch.state(), effects)
}

fn ping(jm1: &mut WorkerManager, worker_epoch: i64, is_finished: bool) -> Result<Receipt, ManagerError> {
    let ping = HeartbeatPing {
        from_worker_id: "j".to_owned(),
        epoch: 1,
        worker_epoch,
        is_finished,
        ..HeartbeatPing::default()
    };
    jm1.heartbeat(&ping, "x", NOW, &mut Vec::new())
}

fn tick(
    jm1: &mut WorkerManager,
    input: TickInput<'_>,
) -> (Result<Ticked, ManagerError>, Vec<Effect<'static>>) {
    let mut effects = Vec::new();
    (jm1.tick(input, &mut effects), effects)
}

fn clean(jm1: &mut WorkerManager) -> Result<(), ManagerError> {
    jm1.clean("j", &mut Vec::new())?;
    jm1.cleaned("j", Ok(()))
}

fn run_next(runner: &mut TaskRunner) -> Vec<TaskEffect> {
    let mut effects = Vec::new();
    runner.run_next(&mut effects);
    effects
}

let policy = POLICY;
let executor = || (TaskCommitter::default(), TaskRunner::with_capacity(policy, 1));
let mut jm1 = WorkerManager::new(1, policy);
if jm1.state() == ManagerState::LoadingMeta {
    jm1.recover(&mut Vec::new()).unwrap();
    jm1.rows_loaded(Vec::new(), NOW, &mut Vec::new()).unwrap();
}
let (mut requests, mut runner) = executor();
let mut dispatch = Guarded::new(Dispatcher::default());
"#;
