//! An executor's view of itself.

use statig::prelude::*;

use crate::framework::states::closed_states;
use crate::machine::Machine;
use crate::wire::MonotonicTime;

/// How long an executor goes on without a successful heartbeat, in nanoseconds.
pub const EXECUTOR_TIMEOUT: i64 = 20_000_000_000;

/// Whether an executor goes on.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(i8)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a new state changes what every user of the machine has to handle"
)]
pub enum ExecutorState {
    /// It runs its tasks.
    Alive = 0,
    /// It has stopped itself, and its tasks with it.
    Stopped = 1,
}

closed_states! {
    ExecutorState { Alive, Stopped } of Executor named "executor"
}

/// What the leader answers to a heartbeat.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the answers that an executor tells apart, all of them"
)]
pub enum HeartbeatAnswer {
    /// All is well.
    Ok,
    /// The leader does not take heartbeats yet.
    MasterNotReady,
    /// The leader does not know the executor.
    Unknown,
    /// The leader has given the executor up.
    Tombstone,
    /// There was no answer, or another error.
    Failed,
}

impl HeartbeatAnswer {
    /// Every answer.
    pub const ALL: [Self; 5] = [
        Self::Ok,
        Self::MasterNotReady,
        Self::Unknown,
        Self::Tombstone,
        Self::Failed,
    ];
}

/// What happens to an executor.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the events of an executor, all of them"
)]
pub enum ExecutorEvent {
    /// It looks at its clock, every 500 ms.
    Ticked {
        /// The present time.
        now: MonotonicTime,
    },
    /// A heartbeat was answered, or was not.
    Answered {
        /// The answer.
        answer: HeartbeatAnswer,
        /// The present time.
        now: MonotonicTime,
    },
}

/// What an executor does.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "whoever embeds the machine has to do all of them"
)]
pub enum ExecutorEffect {
    /// Send a heartbeat to the leader.
    SendHeartbeat,
    /// Stop, and every task too.
    Stop,
}

/// The machine of an executor, as it sees itself.
///
#[doc = include_str!("../executor.md")]
///
/// # Examples
///
/// ```
/// use fsmcheck::Guarded;
/// use fsmcheck::framework::{EXECUTOR_TIMEOUT, Executor, ExecutorEvent, ExecutorState};
/// use fsmcheck::wire::MonotonicTime;
///
/// let mut executor = Guarded::new(Executor::new(MonotonicTime(0), EXECUTOR_TIMEOUT));
/// executor.handle(&ExecutorEvent::Ticked { now: MonotonicTime(EXECUTOR_TIMEOUT) })?;
/// assert_eq!(*executor.state(), ExecutorState::Alive);
/// executor.handle(&ExecutorEvent::Ticked { now: MonotonicTime(EXECUTOR_TIMEOUT + 1) })?;
/// assert_eq!(*executor.state(), ExecutorState::Stopped);
/// # Ok::<(), fsmcheck::machine::Refused>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Executor {
    succeeded_at: MonotonicTime,
    timeout: i64,
}

impl Executor {
    /// An executor that was registered now, and goes on for `timeout` nanoseconds
    /// without a successful heartbeat.
    #[must_use]
    pub fn new(now: MonotonicTime, timeout: i64) -> Self {
        Self {
            succeeded_at: now,
            timeout,
        }
    }
}

/// With the original's [`EXECUTOR_TIMEOUT`], registered at the time 0.
impl Default for Executor {
    fn default() -> Self {
        Self::new(MonotonicTime::default(), EXECUTOR_TIMEOUT)
    }
}

#[state_machine(
    initial = "ExecutorState::Alive",
    state(name = "ExecutorState", custom),
    superstate(name = "ExecutorSuperstate", derive(Debug))
)]
impl Executor {
    #[state]
    fn alive(
        &mut self,
        event: &ExecutorEvent,
        context: &mut Vec<ExecutorEffect>,
    ) -> Outcome<ExecutorState> {
        match event {
            ExecutorEvent::Ticked { now }
                if now.0.saturating_sub(self.succeeded_at.0) > self.timeout =>
            {
                context.push(ExecutorEffect::Stop);
                Transition(ExecutorState::Stopped)
            }
            ExecutorEvent::Ticked { .. } => {
                context.push(ExecutorEffect::SendHeartbeat);
                Handled
            }
            ExecutorEvent::Answered { answer, now } => match answer {
                HeartbeatAnswer::Ok | HeartbeatAnswer::MasterNotReady => {
                    self.succeeded_at = self.succeeded_at.max(*now);
                    Handled
                }
                HeartbeatAnswer::Unknown | HeartbeatAnswer::Failed => Handled,
                HeartbeatAnswer::Tombstone => {
                    context.push(ExecutorEffect::Stop);
                    Transition(ExecutorState::Stopped)
                }
            },
        }
    }

    #[state]
    fn stopped() -> Outcome<ExecutorState> {
        Super
    }
}

impl Machine for Executor {
    fn alphabet() -> Vec<ExecutorEvent> {
        let mut events: Vec<_> = [0, EXECUTOR_TIMEOUT + 1]
            .map(|now| ExecutorEvent::Ticked {
                now: MonotonicTime(now),
            })
            .into();
        events.extend(HeartbeatAnswer::ALL.map(|answer| ExecutorEvent::Answered {
            answer,
            now: MonotonicTime(0),
        }));
        events
    }

    fn name() -> String {
        Self::NAME.to_owned()
    }

    fn declared_states() -> &'static [&'static str] {
        ExecutorState::NAMES
    }

    fn terminal_states() -> &'static [&'static str] {
        &["Stopped"]
    }

    fn abstraction() -> Option<&'static str> {
        Some("the last success was always at the time 0")
    }

    fn abstracted(executor: Self, state: ExecutorState) -> (Self, ExecutorState) {
        (Self::new(MonotonicTime(0), executor.timeout), state)
    }

    fn state_code(state: &ExecutorState) -> Option<i64> {
        Some(i64::from(state.code()))
    }

    fn event_name(event: &ExecutorEvent) -> Option<String> {
        let name = match event {
            ExecutorEvent::Ticked { now } if now.0 > EXECUTOR_TIMEOUT => "ticked, too late",
            ExecutorEvent::Ticked { .. } => "ticked",
            ExecutorEvent::Answered { answer, .. } => match answer {
                HeartbeatAnswer::Ok => "answered: ok",
                HeartbeatAnswer::MasterNotReady => "answered: not ready",
                HeartbeatAnswer::Unknown => "answered: unknown executor",
                HeartbeatAnswer::Tombstone => "answered: tombstone",
                HeartbeatAnswer::Failed => "answered: failed",
            },
        };
        Some(name.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Guarded;

    #[test]
    fn only_some_answers_are_a_success() {
        for (answer, lives) in [
            (HeartbeatAnswer::Ok, true),
            (HeartbeatAnswer::MasterNotReady, true),
            (HeartbeatAnswer::Unknown, false),
            (HeartbeatAnswer::Failed, false),
        ] {
            let mut executor = Guarded::new(Executor::default());
            let mut effects = Vec::new();
            for event in [
                ExecutorEvent::Answered {
                    answer,
                    now: MonotonicTime(1),
                },
                ExecutorEvent::Ticked {
                    now: MonotonicTime(EXECUTOR_TIMEOUT + 1),
                },
            ] {
                executor.handle_with_context(&event, &mut effects).unwrap();
            }
            let expected = if lives {
                ExecutorEffect::SendHeartbeat
            } else {
                ExecutorEffect::Stop
            };
            assert_eq!(effects, [expected], "{answer:?}");
            assert_eq!(*executor.state() == ExecutorState::Alive, lives);
        }
    }

    #[test]
    fn a_late_answer_does_not_move_the_last_success_back() {
        let mut executor = Guarded::new(Executor::new(MonotonicTime(5), EXECUTOR_TIMEOUT));
        let answer = HeartbeatAnswer::Ok;
        let now = MonotonicTime(3);
        executor
            .handle(&ExecutorEvent::Answered { answer, now })
            .unwrap();
        let now = MonotonicTime(5 + EXECUTOR_TIMEOUT);
        executor.handle(&ExecutorEvent::Ticked { now }).unwrap();
        assert_eq!(*executor.state(), ExecutorState::Alive);
    }
}
