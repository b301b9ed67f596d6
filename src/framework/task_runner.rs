//! The tasks of an executor.
//!
//! | of the task runner | shown by |
//! |---|---|
//! | 256 tasks may wait to be launched, first in first out | [`TASK_QUEUE_CAPACITY`], [`TaskRunner::enqueue`] |
//! | a task runs once launched, and closes when it stops, launched or not | [`Task`] |
//! | a task whose id is taken is not launched; that is only logged, or reported under [`Rule::DuplicateTaskReported`] | [`TaskEffect::LogDuplicate`], [`TaskEffect::ReportDuplicate`] |
//! | a task keeps its id until its run, with all that closing takes, has returned | [`TaskRunner::stopped`] |
//! | once canceled, a runner launches nothing more | [`TaskRunner::cancel`] |
//!
//! The edges are held by the test `framework::jobs::task`, the rest by the tests
//! of this file.

use std::collections::{BTreeMap, VecDeque};

use statig::prelude::*;

use super::dispatch::CommitError;
use super::policy::{Policy, Rule};
use super::states::closed_states;
use crate::machine::{Guarded, Machine};
use crate::wire::{MonotonicTime, WorkerId};

/// How many tasks may wait to be launched.
pub const TASK_QUEUE_CAPACITY: usize = 256;

/// Where a task stands with the runner that launches it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(i8)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a new state changes what every user of the machine has to handle"
)]
pub enum TaskState {
    /// It is about to run.
    Submitted = 0,
    /// It runs.
    Running = 1,
    /// It has stopped.
    Closing = 2,
}

closed_states! {
    TaskState { Submitted, Running, Closing } of Task named "task"
}

/// What happens to a task.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the events of a task, all of them")]
pub enum TaskEvent {
    /// Its run has begun.
    Launched,
    /// Its run has returned.
    Stopped,
}

/// The machine of one task.
///
#[doc = include_str!("task.md")]
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the state is all there is to it")]
pub struct Task;

#[state_machine(
    initial = "TaskState::Submitted",
    state(name = "TaskState", custom),
    superstate(name = "TaskSuperstate", derive(Debug))
)]
impl Task {
    #[state(superstate = "open")]
    fn submitted(event: &TaskEvent) -> Outcome<TaskState> {
        match event {
            TaskEvent::Launched => Transition(TaskState::Running),
            TaskEvent::Stopped => Super,
        }
    }

    #[state(superstate = "open")]
    fn running() -> Outcome<TaskState> {
        Super
    }

    /// A task that has not stopped.
    #[superstate]
    fn open(event: &TaskEvent) -> Outcome<TaskState> {
        match event {
            TaskEvent::Stopped => Transition(TaskState::Closing),
            TaskEvent::Launched => Super,
        }
    }

    #[state]
    fn closing() -> Outcome<TaskState> {
        Super
    }
}

impl Machine for Task {
    fn alphabet() -> Vec<TaskEvent> {
        vec![TaskEvent::Launched, TaskEvent::Stopped]
    }

    fn name() -> String {
        Self::NAME.to_owned()
    }

    fn declared_states() -> &'static [&'static str] {
        TaskState::NAMES
    }

    fn terminal_states() -> &'static [&'static str] {
        &["Closing"]
    }

    fn state_code(state: &TaskState) -> Option<i64> {
        Some(i64::from(state.code()))
    }

    fn event_name(event: &TaskEvent) -> Option<String> {
        let name = match event {
            TaskEvent::Launched => "launched",
            TaskEvent::Stopped => "stopped",
        };
        Some(name.to_owned())
    }
}

/// A task that is to be run.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "what the two phases of a dispatch hand over"
)]
pub struct SubmittedTask {
    /// The worker that the task runs.
    pub id: WorkerId,
    /// When it was submitted, from which its master's silence is counted.
    pub submitted_at: MonotonicTime,
}

/// What an executor does about its tasks.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "whoever embeds the runner has to do all of them"
)]
pub enum TaskEffect {
    /// Run the task.
    Launch(SubmittedTask),
    /// Log that a task was not launched because its id is taken.
    LogDuplicate(WorkerId),
    /// Tell the master that a task was not launched because its id is taken.
    ReportDuplicate(WorkerId),
    /// Log that a task was not launched because the runner is canceled.
    LogClosed(WorkerId),
    /// Cancel a task that runs.
    Cancel(WorkerId),
    /// Tell whoever listens that a task has stopped. The original then removes
    /// the interface of the job of that id, even when a new incarnation of the job
    /// has put it there.
    NotifyStopped(WorkerId),
}

/// An executor has no task of this id in that state.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("task `{task}` cannot have {what}: {}", match .state {
    Some(state) => format!("it is in state `{state}`"),
    None => "there is no such task".to_owned(),
})]
#[non_exhaustive]
pub struct TaskError {
    /// The task.
    pub task: WorkerId,
    /// What is said to have happened to it.
    pub what: &'static str,
    /// Where it stands, if there is one.
    pub state: Option<TaskState>,
}

/// The tasks of an executor: those that wait, and those that run.
///
/// # Examples
///
/// ```
/// use fsmcheck::framework::{Policy, SubmittedTask, TaskEffect, TaskRunner};
/// use fsmcheck::wire::MonotonicTime;
///
/// let mut runner = TaskRunner::new(Policy::original());
/// let task = SubmittedTask { id: "w1".to_owned(), submitted_at: MonotonicTime(0) };
/// runner.enqueue(task.clone())?;
/// runner.enqueue(task.clone())?;
///
/// let mut effects = Vec::new();
/// while runner.run_next(&mut effects) {}
/// assert_eq!(
///     effects,
///     [TaskEffect::Launch(task), TaskEffect::LogDuplicate("w1".to_owned())]
/// );
/// # Ok::<(), fsmcheck::framework::CommitError>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct TaskRunner {
    policy: Policy,
    capacity: usize,
    queue: VecDeque<SubmittedTask>,
    tasks: BTreeMap<WorkerId, Guarded<Task>>,
    canceled: bool,
}

impl TaskRunner {
    /// A runner without tasks, in whose queue the original's
    /// [`TASK_QUEUE_CAPACITY`] may wait.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self::with_capacity(policy, TASK_QUEUE_CAPACITY)
    }

    /// A runner without tasks, in whose queue `capacity` may wait.
    #[must_use]
    pub fn with_capacity(policy: Policy, capacity: usize) -> Self {
        Self {
            policy,
            capacity,
            queue: VecDeque::new(),
            tasks: BTreeMap::new(),
            canceled: false,
        }
    }

    /// Queues a task.
    ///
    /// # Errors
    ///
    /// When the queue is full.
    pub fn enqueue(&mut self, task: SubmittedTask) -> Result<(), CommitError> {
        if self.queue.len() >= self.capacity {
            return Err(CommitError::QueueFull {
                task: task.id,
                capacity: self.capacity,
            });
        }
        self.queue.push_back(task);
        Ok(())
    }

    /// Takes the next task from the queue. Returns whether there was one.
    pub fn run_next(&mut self, effects: &mut Vec<TaskEffect>) -> bool {
        let Some(task) = self.queue.pop_front() else {
            return false;
        };
        effects.push(if self.canceled {
            TaskEffect::LogClosed(task.id)
        } else if !self.tasks.contains_key(&task.id) {
            self.tasks.insert(task.id.clone(), Guarded::new(Task));
            TaskEffect::Launch(task)
        } else if self.policy.has(Rule::DuplicateTaskReported) {
            TaskEffect::ReportDuplicate(task.id)
        } else {
            TaskEffect::LogDuplicate(task.id)
        });
        true
    }

    /// The run of a task has begun.
    ///
    /// # Errors
    ///
    /// When there is no such task, or its run had begun already.
    pub fn launched(&mut self, task: &str) -> Result<(), TaskError> {
        self.step(task, TaskEvent::Launched, "begun to run")
    }

    /// The run of a task has returned: its id is free again.
    ///
    /// # Errors
    ///
    /// When there is no such task.
    pub fn stopped(&mut self, task: &str, effects: &mut Vec<TaskEffect>) -> Result<(), TaskError> {
        self.step(task, TaskEvent::Stopped, "stopped")?;
        effects.push(TaskEffect::NotifyStopped(task.to_owned()));
        self.tasks.remove(task);
        Ok(())
    }

    /// Cancels what runs, and launches nothing from now on.
    pub fn cancel(&mut self, effects: &mut Vec<TaskEffect>) {
        if !self.canceled {
            self.canceled = true;
            effects.extend(self.tasks.keys().cloned().map(TaskEffect::Cancel));
        }
    }

    /// A runner as this one of tasks with other ids, no two of which may be the same: for
    /// models whose workers can be interchanged.
    #[must_use]
    pub fn renamed(&self, name: impl Fn(&str) -> String) -> Self {
        let queue = self.queue.iter().map(|task| SubmittedTask {
            id: name(&task.id),
            submitted_at: task.submitted_at,
        });
        let tasks = self.tasks.iter();
        Self {
            queue: queue.collect(),
            tasks: tasks.map(|(id, task)| (name(id), task.clone())).collect(),
            ..self.clone()
        }
    }

    /// How many tasks wait to be launched.
    #[must_use]
    pub fn n_queued(&self) -> usize {
        self.queue.len()
    }

    /// The tasks that were launched and have not stopped, by their ids.
    pub fn tasks(&self) -> impl ExactSizeIterator<Item = (&str, TaskState)> {
        self.tasks
            .iter()
            .map(|(id, task)| (id.as_str(), *task.state()))
    }

    fn step(&mut self, task: &str, event: TaskEvent, what: &'static str) -> Result<(), TaskError> {
        let state = match self.tasks.get_mut(task) {
            Some(machine) => match machine.handle(&event) {
                Ok(_) => return Ok(()),
                Err(_) => Some(*machine.state()),
            },
            None => None,
        };
        Err(TaskError {
            task: task.to_owned(),
            what,
            state,
        })
    }
}

/// With the rules of the original.
impl Default for TaskRunner {
    fn default() -> Self {
        Self::new(Policy::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(id: &str) -> SubmittedTask {
        SubmittedTask {
            id: id.to_owned(),
            submitted_at: MonotonicTime(0),
        }
    }

    #[test]
    fn a_duplicate_is_reported_under_the_rule_and_logged_without() {
        let duplicate = |policy| {
            let mut runner = TaskRunner::new(policy);
            let mut effects = Vec::new();
            for _ in 0..2 {
                runner.enqueue(task("w")).unwrap();
                assert!(runner.run_next(&mut effects));
            }
            assert_eq!(runner.tasks().len(), 1);
            effects.remove(1)
        };
        let (logged, reported) = (
            TaskEffect::LogDuplicate("w".to_owned()),
            TaskEffect::ReportDuplicate("w".to_owned()),
        );
        assert_eq!(duplicate(Policy::original()), logged);
        assert_eq!(
            duplicate(Policy::before(Rule::DuplicateTaskReported)),
            logged
        );
        assert_eq!(duplicate(Policy::hardened()), reported);
    }

    #[test]
    fn an_id_is_free_when_the_run_has_returned() {
        let mut runner = TaskRunner::new(Policy::original());
        let mut effects = Vec::new();
        for round in 0..2 {
            runner.enqueue(task("w")).unwrap();
            assert!(runner.run_next(&mut effects));
            assert_eq!(runner.tasks().next(), Some(("w", TaskState::Submitted)));
            // A run may return before it was seen to begin.
            if round == 0 {
                runner.launched("w").unwrap();
                let again = runner.launched("w").unwrap_err();
                assert_eq!(
                    again.to_string(),
                    "task `w` cannot have begun to run: it is in state `Running`"
                );
            }
            runner.stopped("w", &mut effects).unwrap();
            assert_eq!(runner.tasks().len(), 0);
        }
        let launch = TaskEffect::Launch(task("w"));
        let notify = TaskEffect::NotifyStopped("w".to_owned());
        assert_eq!(effects, [launch.clone(), notify.clone(), launch, notify]);
        assert_eq!(
            runner.stopped("w", &mut effects).unwrap_err().to_string(),
            "task `w` cannot have stopped: there is no such task"
        );
        assert!(!runner.run_next(&mut effects));
    }

    #[test]
    fn a_canceled_runner_launches_nothing() {
        let mut runner = TaskRunner::new(Policy::original());
        let mut effects = Vec::new();
        runner.enqueue(task("w1")).unwrap();
        assert!(runner.run_next(&mut effects));
        effects.clear();
        runner.cancel(&mut effects);
        runner.cancel(&mut effects);
        runner.enqueue(task("w2")).unwrap();
        assert!(runner.run_next(&mut effects));
        assert_eq!(
            effects,
            [
                TaskEffect::Cancel("w1".to_owned()),
                TaskEffect::LogClosed("w2".to_owned())
            ]
        );
    }
}
