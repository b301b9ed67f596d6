//! How a loop is explored.

use std::sync::Arc;

use super::event::{LoopError, Role, RunLoopEvent};
use super::machine::{Business, RunLoop, RunLoopState};
use crate::framework::timeouts::nanos;
use crate::framework::{Policy, Timeouts};
use crate::graph::Property;
use crate::graph::lint::Code;
use crate::machine::{Invariant, Machine};
use crate::wire::MonotonicTime;

impl Machine for RunLoop {
    fn alphabet() -> Vec<RunLoopEvent> {
        let now = MonotonicTime(0);
        let message: Arc<str> = Arc::default();
        let errors = [
            LoopError::Canceled,
            LoopError::FailFast {
                message: Arc::clone(&message),
            },
            LoopError::Suicide,
            LoopError::WorkerFinish,
            LoopError::WorkerCancel,
            LoopError::WorkerFailed,
            LoopError::Other {
                message: Arc::clone(&message),
            },
        ];
        let mut events = vec![
            RunLoopEvent::Run,
            RunLoopEvent::Initialised { now },
            RunLoopEvent::Tick { now },
            RunLoopEvent::Ended { error: None, now },
        ];
        events.extend(errors.map(|error| RunLoopEvent::Ended {
            error: Some(error),
            now,
        }));
        events.extend([
            RunLoopEvent::Fail {
                error: LoopError::Suicide,
            },
            RunLoopEvent::Exited { error: None },
            RunLoopEvent::Exited {
                error: Some(message),
            },
            RunLoopEvent::BusinessClosed,
            RunLoopEvent::HandshakeEnded,
            RunLoopEvent::BusinessStopped,
            RunLoopEvent::Released,
            RunLoopEvent::Timer { now },
            RunLoopEvent::Timer {
                now: MonotonicTime(nanos(Timeouts::default().graceful_exit)),
            },
        ]);
        events
    }

    fn name() -> String {
        Self::NAME.to_owned()
    }

    fn starts() -> Vec<(Self, RunLoopState)> {
        let roles = [Role::Worker, Role::JobMaster].into_iter();
        roles
            .flat_map(|role| {
                [Policy::original(), Policy::hardened()].map(|policy| {
                    let run_loop = Self::new(role, policy, Timeouts::default());
                    (run_loop, RunLoopState::NotRun)
                })
            })
            .collect()
    }

    fn declared_states() -> &'static [&'static str] {
        RunLoopState::NAMES
    }

    fn terminal_states() -> &'static [&'static str] {
        &["Returned"]
    }

    fn allowances() -> &'static [(Code, &'static str)] {
        &[(
            Code::EventNeverHandled,
            "whoever runs the loop can break this assertion, so it is an event, and refused everywhere",
        )]
    }

    fn abstraction() -> Option<&'static str> {
        Some("the times of the alphabet, and no errors beside a loop that is being left")
    }

    fn abstracted(mut run_loop: Self, state: RunLoopState) -> (Self, RunLoopState) {
        if run_loop.ended_by.is_some() {
            run_loop.failed = None;
        }
        (run_loop, state)
    }

    fn invariants() -> Vec<Invariant<Self>> {
        vec![
            Invariant::new(
                "a loop is left by an error",
                |run_loop, state| match state {
                    RunLoopState::NotRun | RunLoopState::Init | RunLoopState::Poll => {
                        run_loop.ended_by.is_none()
                    }
                    _ => run_loop.ended_by.is_some(),
                },
            ),
            Invariant::new(
                "the business logic is closed before the loop has returned",
                |run_loop, state| {
                    *state != RunLoopState::Returned || run_loop.business == Business::Closed
                },
            ),
        ]
    }

    fn properties() -> Vec<Property> {
        vec![Property::terminal_states_absorb(
            "run-once",
            "a loop that has returned does not run again",
        )]
    }

    fn state_code(state: &RunLoopState) -> Option<i64> {
        Some(i64::from(state.code()))
    }

    fn event_name(event: &RunLoopEvent) -> Option<String> {
        let kind = |error: &LoopError| match error {
            LoopError::Canceled => "canceled",
            LoopError::FailFast { .. } => "failed fast",
            LoopError::Suicide => "suicide",
            LoopError::WorkerFinish => "worker finish",
            LoopError::WorkerCancel => "worker cancel",
            LoopError::WorkerFailed => "worker failed",
            LoopError::Other { .. } => "another error",
        };
        Some(match event {
            RunLoopEvent::Run => "run".to_owned(),
            RunLoopEvent::Initialised { .. } => "initialised".to_owned(),
            RunLoopEvent::Tick { .. } => "tick".to_owned(),
            RunLoopEvent::Ended { error: None, .. } => "ended without error".to_owned(),
            RunLoopEvent::Ended {
                error: Some(error), ..
            } => format!("ended by {}", kind(error)),
            RunLoopEvent::Fail { error } => format!("fail: {}", kind(error)),
            RunLoopEvent::Exited { error: None } => "exited".to_owned(),
            RunLoopEvent::Exited { error: Some(_) } => "exited with error".to_owned(),
            RunLoopEvent::BusinessClosed => "business closed".to_owned(),
            RunLoopEvent::HandshakeEnded => "handshake ended".to_owned(),
            RunLoopEvent::BusinessStopped => "business stopped".to_owned(),
            RunLoopEvent::Released => "released".to_owned(),
            RunLoopEvent::Timer { now } => format!("timer at {} s", now.0 / 1_000_000_000),
        })
    }
}
