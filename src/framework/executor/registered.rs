//! The leader's view of its executors.

use std::collections::BTreeMap;

use statig::prelude::*;

use super::own::EXECUTOR_TIMEOUT;
use crate::framework::states::closed_states;
use crate::graph::Property;
use crate::machine::{Guarded, Machine};
use crate::wire::MonotonicTime;

/// Where an executor stands with the leader. The discriminants are the original's
/// numbers.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(i8)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a new state changes what every user of the machine has to handle"
)]
pub enum RegisteredExecutorState {
    /// It is registered and has not been heard of.
    Initing = 0,
    /// It was heard of.
    Running = 1,
    /// It was given up.
    Tombstone = 3,
}

closed_states! {
    RegisteredExecutorState { Initing, Running, Tombstone }
    of RegisteredExecutor named "registered_executor"
}

/// What happens to an executor, as the leader sees it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the events of a registered executor, all of them"
)]
pub enum RegisteredExecutorEvent {
    /// A heartbeat has come.
    Heartbeat {
        /// The present time.
        now: MonotonicTime,
        /// For how long it counts, in nanoseconds.
        ttl: i64,
    },
    /// The leader looks at its clock.
    Checked {
        /// The present time.
        now: MonotonicTime,
    },
}

/// The machine of an executor, as the leader sees it.
///
#[doc = include_str!("../registered_executor.md")]
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct RegisteredExecutor {
    heard_at: MonotonicTime,
    ttl: i64,
}

impl RegisteredExecutor {
    /// An executor that is registered now and counts as alive for `ttl`
    /// nanoseconds.
    #[must_use]
    pub fn new(now: MonotonicTime, ttl: i64) -> Self {
        Self { heard_at: now, ttl }
    }
}

/// With the original's times, registered at the time 0.
impl Default for RegisteredExecutor {
    fn default() -> Self {
        Self::new(MonotonicTime::default(), EXECUTOR_TIMEOUT)
    }
}

#[state_machine(
    initial = "RegisteredExecutorState::Initing",
    state(name = "RegisteredExecutorState", custom),
    superstate(name = "RegisteredExecutorSuperstate", derive(Debug))
)]
impl RegisteredExecutor {
    #[state(superstate = "alive")]
    fn initing(&mut self, event: &RegisteredExecutorEvent) -> Outcome<RegisteredExecutorState> {
        match event {
            RegisteredExecutorEvent::Heartbeat { now, ttl } => {
                *self = Self::new(*now, *ttl);
                Transition(RegisteredExecutorState::Running)
            }
            RegisteredExecutorEvent::Checked { .. } => Super,
        }
    }

    #[state(superstate = "alive")]
    fn running(&mut self, event: &RegisteredExecutorEvent) -> Outcome<RegisteredExecutorState> {
        match event {
            RegisteredExecutorEvent::Heartbeat { now, ttl } => {
                *self = Self::new(*now, *ttl);
                Handled
            }
            RegisteredExecutorEvent::Checked { .. } => Super,
        }
    }

    /// An executor that tasks may be given to.
    #[superstate]
    fn alive(&self, event: &RegisteredExecutorEvent) -> Outcome<RegisteredExecutorState> {
        match event {
            RegisteredExecutorEvent::Checked { now }
                if now.0.saturating_sub(self.heard_at.0) > self.ttl =>
            {
                Transition(RegisteredExecutorState::Tombstone)
            }
            RegisteredExecutorEvent::Checked { .. } => Handled,
            RegisteredExecutorEvent::Heartbeat { .. } => Super,
        }
    }

    #[state]
    fn tombstone(event: &RegisteredExecutorEvent) -> Outcome<RegisteredExecutorState> {
        match event {
            RegisteredExecutorEvent::Checked { .. } => Handled,
            RegisteredExecutorEvent::Heartbeat { .. } => Super,
        }
    }
}

impl Machine for RegisteredExecutor {
    fn alphabet() -> Vec<RegisteredExecutorEvent> {
        vec![
            RegisteredExecutorEvent::Heartbeat {
                now: MonotonicTime(0),
                ttl: EXECUTOR_TIMEOUT,
            },
            RegisteredExecutorEvent::Checked {
                now: MonotonicTime(0),
            },
            RegisteredExecutorEvent::Checked {
                now: MonotonicTime(EXECUTOR_TIMEOUT + 1),
            },
        ]
    }

    fn name() -> String {
        Self::NAME.to_owned()
    }

    fn declared_states() -> &'static [&'static str] {
        RegisteredExecutorState::NAMES
    }

    fn terminal_states() -> &'static [&'static str] {
        &["Tombstone"]
    }

    fn abstraction() -> Option<&'static str> {
        Some("the executor was always heard of at the time 0, for 20 s")
    }

    fn abstracted(_: Self, state: RegisteredExecutorState) -> (Self, RegisteredExecutorState) {
        (Self::default(), state)
    }

    fn properties() -> Vec<Property> {
        vec![Property::terminal_states_absorb(
            "X1",
            "an executor that was given up stays so",
        )]
    }

    fn state_code(state: &RegisteredExecutorState) -> Option<i64> {
        Some(i64::from(state.code()))
    }

    fn event_name(event: &RegisteredExecutorEvent) -> Option<String> {
        let name = match event {
            RegisteredExecutorEvent::Heartbeat { .. } => "heartbeat",
            RegisteredExecutorEvent::Checked { now } if now.0 > EXECUTOR_TIMEOUT => {
                "checked, too late"
            }
            RegisteredExecutorEvent::Checked { .. } => "checked",
        };
        Some(name.to_owned())
    }
}

/// Why the leader refuses a heartbeat.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum HeartbeatRefused {
    /// No executor of this id is registered.
    #[error("executor `{executor}` is unknown; it has to register first")]
    Unknown {
        /// The executor.
        executor: String,
    },
    /// The executor was given up, and has to register under a new id.
    #[error("executor `{executor}` was given up; it has to register under a new id")]
    Tombstone {
        /// The executor.
        executor: String,
    },
}

impl HeartbeatRefused {
    /// The code under which the original registered the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "DFLOW:ErrUnknownExecutor",
            Self::Tombstone { .. } => "DFLOW:ErrTombstoneExecutor",
        }
    }
}

/// What the leader does about its executors.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "whoever embeds the table has to do all of them"
)]
pub enum ExecutorsEffect {
    /// Tell whoever listens that an executor is there.
    NotifyOnline(String),
    /// Tell whoever listens that an executor is gone. Its workers are not marked
    /// as offline by this.
    NotifyOffline(String),
    /// Delete the record of an executor, without waiting for it.
    DeleteRow(String),
}

/// The executors that the leader knows.
///
/// # Examples
///
/// ```
/// use fsmcheck::framework::{EXECUTOR_TIMEOUT, Executors};
/// use fsmcheck::wire::MonotonicTime;
///
/// let mut executors = Executors::default();
/// let mut effects = Vec::new();
/// executors.register("x-1", MonotonicTime(0), &mut effects);
/// executors.sweep(MonotonicTime(EXECUTOR_TIMEOUT + 1), &mut effects);
///
/// let refused = executors.heartbeat("x-1", MonotonicTime(0), EXECUTOR_TIMEOUT).unwrap_err();
/// assert_eq!(refused.code(), "DFLOW:ErrUnknownExecutor");
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Executors {
    initial_ttl: i64,
    executors: BTreeMap<String, Guarded<RegisteredExecutor>>,
}

impl Executors {
    /// No executors; one that registers counts as alive for `initial_ttl`
    /// nanoseconds.
    #[must_use]
    pub fn new(initial_ttl: i64) -> Self {
        Self {
            initial_ttl,
            executors: BTreeMap::new(),
        }
    }

    /// Registers an executor: a new one, or one that a new leader found in the
    /// store.
    pub fn register(
        &mut self,
        executor: &str,
        now: MonotonicTime,
        effects: &mut Vec<ExecutorsEffect>,
    ) {
        let machine = Guarded::new(RegisteredExecutor::new(now, self.initial_ttl));
        self.executors.insert(executor.to_owned(), machine);
        effects.push(ExecutorsEffect::NotifyOnline(executor.to_owned()));
    }

    /// A heartbeat of an executor, which counts for `ttl` nanoseconds.
    ///
    /// # Errors
    ///
    /// When the executor is unknown or was given up.
    pub fn heartbeat(
        &mut self,
        executor: &str,
        now: MonotonicTime,
        ttl: i64,
    ) -> Result<(), HeartbeatRefused> {
        let Some(machine) = self.executors.get_mut(executor) else {
            return Err(HeartbeatRefused::Unknown {
                executor: executor.to_owned(),
            });
        };
        match machine.handle(&RegisteredExecutorEvent::Heartbeat { now, ttl }) {
            Ok(_) => Ok(()),
            Err(_) => Err(HeartbeatRefused::Tombstone {
                executor: executor.to_owned(),
            }),
        }
    }

    /// Looks for an executor that is silent for too long, in the order of the ids,
    /// and removes the first.
    pub fn sweep(&mut self, now: MonotonicTime, effects: &mut Vec<ExecutorsEffect>) {
        let event = RegisteredExecutorEvent::Checked { now };
        let gone = self.executors.iter_mut().find_map(|(id, machine)| {
            // An executor takes it in any state.
            let _ = machine.handle(&event);
            machine.state().is_terminated().then(|| id.clone())
        });
        if let Some(id) = gone {
            self.executors.remove(&id);
            effects.push(ExecutorsEffect::NotifyOffline(id.clone()));
            effects.push(ExecutorsEffect::DeleteRow(id));
        }
    }

    /// The executors, by their ids.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, RegisteredExecutorState)> {
        self.executors
            .iter()
            .map(|(id, machine)| (id.as_str(), *machine.state()))
    }
}

/// With the original's times.
impl Default for Executors {
    fn default() -> Self {
        Self::new(EXECUTOR_TIMEOUT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_removes_one_executor() {
        let mut executors = Executors::default();
        let mut effects = Vec::new();
        for id in ["b", "a", "c"] {
            executors.register(id, MonotonicTime(0), &mut effects);
        }
        let ttl = EXECUTOR_TIMEOUT + 3_000_000_000;
        executors.heartbeat("b", MonotonicTime(0), ttl).unwrap();
        effects.clear();
        let late = MonotonicTime(EXECUTOR_TIMEOUT + 1);
        executors.sweep(MonotonicTime(EXECUTOR_TIMEOUT), &mut effects);
        assert_eq!(effects, []);
        let removed = |id: &str| {
            [
                ExecutorsEffect::NotifyOffline(id.to_owned()),
                ExecutorsEffect::DeleteRow(id.to_owned()),
            ]
        };
        executors.sweep(late, &mut effects);
        assert_eq!(effects, removed("a"));
        effects.clear();
        executors.sweep(late, &mut effects);
        assert_eq!(effects, removed("c"));
        effects.clear();
        executors.sweep(late, &mut effects);
        assert_eq!(effects, []);
        let left: Vec<_> = executors.iter().collect();
        assert_eq!(left, [("b", RegisteredExecutorState::Running)]);
        executors.sweep(MonotonicTime(ttl + 1), &mut effects);
        assert_eq!(effects, removed("b"));
    }

    #[test]
    fn a_tombstone_takes_no_heartbeat() {
        let mut executor = Guarded::new(RegisteredExecutor::default());
        let now = MonotonicTime(EXECUTOR_TIMEOUT + 1);
        executor
            .handle(&RegisteredExecutorEvent::Checked { now })
            .unwrap();
        let mut executors = Executors::default();
        executors.executors.insert("x".to_owned(), executor);
        let refused = executors.heartbeat("x", now, 1).unwrap_err();
        assert_eq!(refused.code(), "DFLOW:ErrTombstoneExecutor");
        // The next sweep removes it whatever the time.
        let mut effects = Vec::new();
        executors.sweep(MonotonicTime(0), &mut effects);
        assert_eq!(executors.iter().len(), 0);
    }
}
