//! The executor's requests, and how a confirmed one becomes a task.

use std::collections::BTreeMap;

use super::request::{DispatchRequest, DispatchRequestEvent, REQUEST_TTL};
use crate::framework::task_runner::{SubmittedTask, TaskRunner};
use crate::machine::Guarded;
use crate::wire::{MonotonicTime, WorkerId};

/// Why an executor rejects a phase of a dispatch.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CommitError {
    /// A request comes once.
    #[error("request `{request}` is pending already; a request comes once")]
    AlreadyPending {
        /// The request.
        request: String,
    },
    /// Only a pending request can be confirmed.
    #[error("request `{request}` is not pending; it was confirmed, has expired or never came")]
    NotFound {
        /// The request.
        request: String,
    },
    /// The queue of tasks is full.
    #[error("task `{task}` finds no room in the queue of {capacity} tasks")]
    QueueFull {
        /// The task.
        task: WorkerId,
        /// How many tasks may wait.
        capacity: usize,
    },
}

impl CommitError {
    /// The code under which the original registered the error, if it did.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::AlreadyPending { .. } => None,
            Self::NotFound { .. } => Some("DFLOW:ErrDispatchTaskRequestIDNotFound"),
            Self::QueueFull { .. } => Some("DFLOW:ErrRuntimeIncomingQueueFull"),
        }
    }
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
struct PendingRequest {
    task: WorkerId,
    machine: Guarded<DispatchRequest>,
}

/// The requests of an executor that wait to be confirmed.
///
/// # Examples
///
/// ```
/// use fsmcheck::framework::{CommitError, Policy, TaskCommitter, TaskRunner};
/// use fsmcheck::wire::MonotonicTime;
///
/// let mut requests = TaskCommitter::default();
/// let mut runner = TaskRunner::new(Policy::original());
/// requests.pre_dispatch("r1", "w1", MonotonicTime(0))?;
/// requests.confirm("r1", &mut runner)?;
/// assert_eq!(runner.n_queued(), 1);
///
/// let again = requests.confirm("r1", &mut runner).unwrap_err();
/// assert_eq!(again.code(), Some("DFLOW:ErrDispatchTaskRequestIDNotFound"));
/// # Ok::<(), CommitError>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct TaskCommitter {
    ttl: i64,
    requests: BTreeMap<String, PendingRequest>,
}

impl TaskCommitter {
    /// An executor without requests, which wait for `ttl` nanoseconds.
    #[must_use]
    pub fn new(ttl: i64) -> Self {
        Self {
            ttl,
            requests: BTreeMap::new(),
        }
    }

    /// The first phase: a request to run a task.
    ///
    /// Now is when the task counts as submitted, whenever it starts.
    ///
    /// # Errors
    ///
    /// When this very request is pending already.
    pub fn pre_dispatch(
        &mut self,
        request: &str,
        task: &str,
        now: MonotonicTime,
    ) -> Result<(), CommitError> {
        if self.requests.contains_key(request) {
            return Err(CommitError::AlreadyPending {
                request: request.to_owned(),
            });
        }
        for earlier in self.requests.values_mut().filter(|it| it.task == task) {
            // A pending request takes it in any case.
            let _ = earlier.machine.handle(&DispatchRequestEvent::Superseded);
        }
        self.forget_what_is_over();
        let pending = PendingRequest {
            task: task.to_owned(),
            machine: Guarded::new(DispatchRequest::new(now, self.ttl)),
        };
        self.requests.insert(request.to_owned(), pending);
        Ok(())
    }

    /// The second phase: the task of a request is queued. The request is
    /// forgotten even when there is no room.
    ///
    /// # Errors
    ///
    /// When the request is not pending, or the queue is full.
    pub fn confirm(&mut self, request: &str, runner: &mut TaskRunner) -> Result<(), CommitError> {
        let Some(mut pending) = self.requests.remove(request) else {
            return Err(CommitError::NotFound {
                request: request.to_owned(),
            });
        };
        // A pending request takes it in any case.
        let _ = pending.machine.handle(&DispatchRequestEvent::Confirmed);
        runner.enqueue(SubmittedTask {
            id: pending.task,
            submitted_at: pending.machine.storage().submitted_at(),
        })
    }

    /// Drops what has waited for too long, as is done every second.
    pub fn tick(&mut self, now: MonotonicTime) {
        for request in self.requests.values_mut() {
            // A pending request takes it in any case.
            let _ = request
                .machine
                .handle(&DispatchRequestEvent::Ticked { now });
        }
        self.forget_what_is_over();
    }

    /// The requests that are pending, each with its task.
    pub fn pending(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.requests
            .iter()
            .map(|(request, pending)| (request.as_str(), pending.task.as_str()))
    }

    fn forget_what_is_over(&mut self) {
        self.requests
            .retain(|_, request| request.machine.state().is_pending());
    }
}

/// With the original's [`REQUEST_TTL`].
impl Default for TaskCommitter {
    fn default() -> Self {
        Self::new(REQUEST_TTL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::task_runner::TASK_QUEUE_CAPACITY;
    use crate::framework::{Policy, TaskEffect};

    const NOW: MonotonicTime = MonotonicTime(7);

    fn pending(requests: &TaskCommitter) -> Vec<(&str, &str)> {
        requests.pending().collect()
    }

    #[test]
    fn a_request_comes_once_and_a_later_one_for_its_task_discards_it() {
        let mut requests = TaskCommitter::default();
        requests.pre_dispatch("r1", "w", NOW).unwrap();
        let before = requests.clone();
        assert_eq!(
            requests.pre_dispatch("r1", "w", NOW),
            Err(CommitError::AlreadyPending {
                request: "r1".to_owned()
            })
        );
        assert_eq!(requests, before);
        requests.pre_dispatch("r2", "other", NOW).unwrap();
        requests.pre_dispatch("r3", "w", NOW).unwrap();
        assert_eq!(pending(&requests), [("r2", "other"), ("r3", "w")]);
        // What was discarded may come again.
        requests.pre_dispatch("r1", "w", NOW).unwrap();
        assert_eq!(pending(&requests), [("r1", "w"), ("r2", "other")]);
    }

    #[test]
    fn a_request_expires_after_more_than_ten_seconds() {
        let mut requests = TaskCommitter::default();
        requests.pre_dispatch("r1", "w", NOW).unwrap();
        requests.tick(MonotonicTime(NOW.0 + REQUEST_TTL));
        assert_eq!(requests.pending().len(), 1);
        requests.tick(MonotonicTime(NOW.0 + REQUEST_TTL + 1));
        assert_eq!(requests.pending().len(), 0);
        let mut runner = TaskRunner::new(Policy::original());
        assert!(matches!(
            requests.confirm("r1", &mut runner),
            Err(CommitError::NotFound { .. })
        ));
    }

    #[test]
    fn a_confirmed_task_counts_from_the_first_phase() {
        let mut requests = TaskCommitter::default();
        let mut runner = TaskRunner::new(Policy::original());
        requests.pre_dispatch("r1", "w", NOW).unwrap();
        requests.confirm("r1", &mut runner).unwrap();
        let mut effects = Vec::new();
        assert!(runner.run_next(&mut effects));
        let submitted = SubmittedTask {
            id: "w".to_owned(),
            submitted_at: NOW,
        };
        assert_eq!(effects, [TaskEffect::Launch(submitted)]);
    }

    #[test]
    fn the_queue_holds_256_tasks_and_a_request_too_many_is_lost() {
        let mut requests = TaskCommitter::default();
        let mut runner = TaskRunner::new(Policy::original());
        for task in 0..TASK_QUEUE_CAPACITY {
            let task = format!("w{task}");
            requests.pre_dispatch(&task, &task, NOW).unwrap();
            requests.confirm(&task, &mut runner).unwrap();
        }
        requests.pre_dispatch("r", "w", NOW).unwrap();
        let full = requests.confirm("r", &mut runner).unwrap_err();
        assert_eq!(full.code(), Some("DFLOW:ErrRuntimeIncomingQueueFull"));
        assert_eq!(runner.n_queued(), 256);
        assert!(matches!(
            requests.confirm("r", &mut runner),
            Err(CommitError::NotFound { .. })
        ));
    }
}
