//! A master that orders a worker, and an executor that is to run it.

use super::QUEUED;
use crate::framework::manager::WorkerManager;
use crate::framework::{DispatchError, Dispatcher, Policy, TaskCommitter, TaskRunner};
use crate::machine::Guarded;
use crate::protocol::{Shared, Trail, Trailed};

/// An order of the worker: by its worker epoch, which is also that of its request.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Order {
    /// The worker epoch.
    pub epoch: u8,
    /// The dispatch, until it is over.
    pub dispatch: Option<Guarded<Dispatcher>>,
    /// The worker was heard of, or the master was told that it failed. A time-out tells so
    /// only where a fault has kept a better answer back.
    pub is_answered: bool,
    /// Whether a fault has come between the master and the worker.
    pub is_disturbed: bool,
    /// Whether the business logic could not make the task, but might the next time.
    pub is_transient: bool,
}

/// A call of an executor.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_enums, reason = "a dispatch has two phases")]
pub enum Phase {
    /// The first: the executor prepares a task.
    PreDispatch,
    /// The second: the executor takes it.
    Confirm,
}

impl Phase {
    /// What it asks an executor to do.
    pub(super) const fn verb(self) -> &'static str {
        match self {
            Self::PreDispatch => "prepare",
            Self::Confirm => "run",
        }
    }
}

/// A message between the two.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_enums, reason = "the model's own, all of them")]
pub enum Message {
    /// A call of the executor.
    Call(Phase, u8),
    /// The answer to a call: nothing, or what went wrong.
    Answer(Phase, u8, Option<DispatchError>),
    /// The executor has refused a task.
    Refusal(u8),
}

impl Message {
    /// The worker epoch that it is about.
    pub(super) const fn epoch(self) -> u8 {
        match self {
            Self::Call(_, epoch) | Self::Answer(_, epoch, _) | Self::Refusal(epoch) => epoch,
        }
    }
}

/// A task that was launched.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Task {
    /// Its worker epoch.
    pub epoch: u8,
    /// Whether it closes, and pings no more.
    pub is_closing: bool,
}

/// An executor.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Executor {
    /// The requests that wait to be confirmed.
    pub requests: TaskCommitter,
    /// The tasks.
    pub runner: TaskRunner,
    /// The worker epochs of the tasks that wait to be launched.
    pub queued: Vec<u8>,
    /// The task that was launched.
    pub task: Option<Task>,
}

impl Executor {
    pub(super) fn new(policy: Policy) -> Self {
        Self {
            requests: TaskCommitter::default(),
            runner: TaskRunner::with_capacity(policy, QUEUED),
            queued: Vec::new(),
            task: None,
        }
    }
}

/// What is stored of the job.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the model's own, all of them")]
pub enum Job {
    /// It has not ended.
    Open,
    /// It has failed, and is not run again.
    Failed,
}

/// A master that orders a worker, and an executor that is to run it.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct State {
    /// The master's table of workers.
    pub manager: Shared<WorkerManager>,
    /// The last order.
    pub order: Option<Order>,
    /// What is under way, sorted.
    pub messages: Vec<Message>,
    /// The executor.
    pub executor: Shared<Executor>,
    /// The worker epoch of the worker's record, if the master has stored one.
    pub row: Option<u8>,
    /// What is stored of the job.
    pub job: Job,
    pub(super) trail: Trail,
}

impl State {
    /// The phase for whose answer the master waits.
    pub(super) fn awaited(&self) -> Option<(Phase, u8)> {
        use crate::framework::DispatcherState::{Confirming, PreDispatching};
        let order = self.order.as_ref()?;
        match order.dispatch.as_ref()?.state() {
            PreDispatching => Some((Phase::PreDispatch, order.epoch)),
            Confirming => Some((Phase::Confirm, order.epoch)),
            _ => None,
        }
    }

    pub(super) fn post(&mut self, message: Message) {
        self.messages.push(message);
        self.messages.sort_unstable();
    }

    /// Takes a message out; `None` if it is not there.
    pub(super) fn take(&mut self, message: Message) -> Option<Message> {
        let position = self.messages.iter().position(|other| *other == message)?;
        Some(self.messages.remove(position))
    }

    /// A fault has come between the master and the worker of this epoch.
    pub(super) fn disturb(&mut self, epoch: u8) {
        if let Some(order) = self.order.as_mut().filter(|order| order.epoch == epoch) {
            order.is_disturbed = true;
        }
    }
}

impl Trailed for State {
    fn trail(&self) -> &Trail {
        &self.trail
    }
}
