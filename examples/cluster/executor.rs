//! An executor: takes tasks in two phases, and runs them as workers.

use std::collections::BTreeMap;

use fsmcheck::framework::{CommitError, Policy, TaskCommitter, TaskEffect, TaskRunner};
use fsmcheck::wire::{Epoch, topic};
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::network::{Frame, Received};
use crate::node::{MASTER_ID, Node, PULSE, timeouts};
use crate::worker::Worker;

pub(crate) const PRE_DISPATCH: &str = "pre-dispatch-task";
pub(crate) const CONFIRM: &str = "confirm-dispatch-task";
pub(crate) const ANSWER: &str = "dispatch-answer";

/// What a master asks of an executor, in both phases.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Order {
    pub(crate) request: String,
    pub(crate) worker: String,
    pub(crate) worker_epoch: Epoch,
}

/// What the executor answers.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Answer {
    pub(crate) request: String,
    pub(crate) is_confirmation: bool,
    pub(crate) refusal: Option<Refusal>,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Refusal {
    AlreadyPending,
    RequestNotFound,
    QueueFull,
    Other,
}

struct Executor {
    node: Node,
    requests: TaskCommitter,
    runner: TaskRunner,
    workers: Vec<Worker>,
    /// Workers that have ended: the network may still hold something of theirs.
    ended: Vec<Worker>,
    /// The worker epoch of each task that was ordered.
    epochs: BTreeMap<String, Epoch>,
}

/// Runs until it is told to quit, or everything it has to do is to die.
pub(crate) fn run(node: Node) -> Result {
    node.store
        .add_executor(&node.name, node.network.address())?;
    let ttl = i64::try_from(timeouts().pre_dispatch.as_nanos())?;
    let mut executor = Executor {
        node,
        requests: TaskCommitter::new(ttl),
        runner: TaskRunner::new(Policy::hardened()),
        workers: Vec::new(),
        ended: Vec::new(),
        epochs: BTreeMap::new(),
    };
    loop {
        match executor.node.network.receive(PULSE) {
            Received::Frame(frame) => executor.take(&frame)?,
            Received::Command(command) => {
                if executor.command(&command) {
                    return Ok(());
                }
            }
            Received::Nothing => {}
        }
        executor.pulse()?;
    }
}

impl Executor {
    /// Carries out what the scenario wants. Whether that is to end.
    fn command(&mut self, command: &str) -> bool {
        match command.split_once(' ').unwrap_or((command, "")) {
            ("cut", _) => self.node.network.cut(true),
            ("heal", _) => {
                self.node.network.cut(false);
                self.node.log.info("connection healed", &[]);
            }
            ("hold", id) => {
                for worker in self.workers.iter_mut().filter(|it| it.id == id) {
                    worker.hold();
                }
            }
            ("release", id) => {
                let workers = self.workers.iter_mut().chain(&mut self.ended);
                for worker in workers.filter(|it| it.id == id) {
                    worker.release(&mut self.node);
                }
            }
            ("quit", _) => return true,
            _ => {}
        }
        false
    }

    fn take(&mut self, frame: &Frame) -> Result {
        match &*frame.topic {
            PRE_DISPATCH => {
                let order: Order = serde_json::from_str(&frame.json)?;
                let now = self.node.now();
                let taken = self
                    .requests
                    .pre_dispatch(&order.request, &order.worker, now);
                self.epochs.insert(order.worker.clone(), order.worker_epoch);
                self.answer(frame, &order, false, taken)?;
            }
            CONFIRM => {
                let order: Order = serde_json::from_str(&frame.json)?;
                let taken = self.requests.confirm(&order.request, &mut self.runner);
                self.answer(frame, &order, true, taken)?;
            }
            _ => {
                let mut workers = std::mem::take(&mut self.workers);
                for worker in &mut workers {
                    if frame.topic == topic::heartbeat_pong(MASTER_ID, &worker.id) {
                        worker.pong(frame, &mut self.node)?;
                    }
                }
                self.workers = workers;
            }
        }
        Ok(())
    }

    fn answer(
        &mut self,
        frame: &Frame,
        order: &Order,
        is_confirmation: bool,
        taken: Result<(), CommitError>,
    ) -> Result {
        let refusal = taken.err().map(|error| match error {
            CommitError::AlreadyPending { .. } => Refusal::AlreadyPending,
            CommitError::NotFound { .. } => Refusal::RequestNotFound,
            CommitError::QueueFull { .. } => Refusal::QueueFull,
            _ => Refusal::Other,
        });
        let answer = Answer {
            request: order.request.clone(),
            is_confirmation,
            refusal,
        };
        let answer = self
            .node
            .network
            .frame(ANSWER, serde_json::to_string(&answer)?);
        self.node.network.send(&frame.from, None, &answer);
        Ok(())
    }

    /// Does what the time asks for.
    fn pulse(&mut self) -> Result {
        self.requests.tick(self.node.now());
        let mut effects = Vec::new();
        while self.runner.run_next(&mut effects) {}
        for worker in &mut self.workers {
            worker.pulse(&mut self.node)?;
            if worker.has_ended() {
                self.runner.stopped(&worker.id, &mut effects)?;
            }
        }
        self.ended
            .extend(self.workers.extract_if(.., |worker| worker.has_ended()));
        for effect in effects {
            match effect {
                TaskEffect::Launch(task) => {
                    let epoch = self.epochs.get(&task.id).copied().unwrap_or_default();
                    self.node.log.info("Launching task", &[("id", &*task.id)]);
                    self.runner.launched(&task.id)?;
                    let mut worker = Worker::new(&task.id, epoch, task.submitted_at, &self.node);
                    worker.begin(&mut self.node)?;
                    self.workers.push(worker);
                }
                TaskEffect::LogDuplicate(id) | TaskEffect::ReportDuplicate(id) => {
                    self.node.log.warn("Duplicate Task ID", &[("id", &*id)]);
                }
                TaskEffect::LogClosed(_) => {}
                TaskEffect::Cancel(id) => self.node.log.info("Cancelling task", &[("id", &*id)]),
                TaskEffect::NotifyStopped(id) => {
                    self.node.log.info("Task stopped", &[("id", &*id)]);
                    self.node.log.info("Task Closed", &[("id", &*id)]);
                }
            }
        }
        Ok(())
    }
}
