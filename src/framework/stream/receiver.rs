//! The state of a stream where it is received.

use statig::prelude::*;

use crate::framework::policy::{Policy, Rule};
use crate::framework::states::closed_states;
use crate::machine::Machine;

/// With more messages than this kept for a topic without a handler, the next one
/// makes the buffer overflow. So the original keeps one more.
pub const KEPT_MESSAGES: usize = 256;

/// Where a stream stands.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(i8)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a new state changes what every user of the machine has to handle"
)]
pub enum StreamState {
    /// There is no handler; messages are kept.
    Keeping = 0,
    /// There is a handler; messages are delivered.
    Delivering = 1,
    /// The sender was cut off; what still comes of its old stream is ignored.
    Dropped = 2,
    /// Messages are missing; the handler has ended.
    Broken = 3,
}

closed_states! {
    StreamState { Keeping, Delivering, Dropped, Broken } of Stream named "stream"
}

/// What happens to a stream.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the events of a stream, all of them"
)]
pub enum StreamEvent {
    /// A message has come. The first of a sender has the number 1.
    Arrived {
        /// Its number.
        sequence: u64,
    },
    /// A handler is registered for the topic.
    HandlerRegistered,
    /// The handler is removed.
    HandlerRemoved,
    /// The sender has connected anew; it sends again what was not acknowledged.
    Reconnected,
}

/// What is done with a message, or with those that are kept.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "whoever embeds the machine has to do all of them"
)]
pub enum StreamEffect {
    /// Hand the message to the handler; it is acknowledged then.
    Deliver,
    /// Pass the message over: it was delivered before.
    Skip,
    /// Keep the message.
    Keep,
    /// Forget the message: the sender was cut off.
    Ignore,
    /// Let the kept messages arrive once more, in order.
    Replay,
    /// Forget the kept messages.
    DropKept,
    /// Cut the sender off; it may connect anew.
    Disconnect,
    /// End the handler with an error: messages from this number on are missing.
    EndHandler {
        /// The first number that is missing.
        missing: u64,
    },
}

/// The machine of a stream where it is received: it decides by the numbers of the
/// messages, an [`Inbox`](super::Inbox) has the messages themselves.
///
/// It is explored under the rules of the original and without
/// [`Rule::StreamDroppedAfterOverflow`].
///
#[doc = include_str!("../stream.md")]
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Stream {
    policy: Policy,
    capacity: usize,
    n_kept: usize,
    /// The number of the last message that was delivered, 0 for none.
    acked: u64,
    /// In `Dropped`: whether there is a handler.
    handled: bool,
}

impl Stream {
    /// A stream of which nothing has come, on a topic without a handler; with more
    /// than `capacity` messages kept, the next one makes the buffer overflow.
    #[must_use]
    pub fn new(policy: Policy, capacity: usize) -> Self {
        Self {
            policy,
            capacity,
            n_kept: 0,
            acked: 0,
            handled: false,
        }
    }

    /// The number of the last message that was delivered, which the sender is
    /// told; 0 for none.
    #[must_use]
    pub fn acked(&self) -> u64 {
        self.acked
    }
}

/// With the original's [`KEPT_MESSAGES`].
impl Default for Stream {
    fn default() -> Self {
        Self::new(Policy::default(), KEPT_MESSAGES)
    }
}

#[state_machine(
    initial = "StreamState::Keeping",
    state(name = "StreamState", custom),
    superstate(name = "StreamSuperstate", derive(Debug))
)]
impl Stream {
    #[state]
    fn keeping(
        &mut self,
        event: &StreamEvent,
        context: &mut Vec<StreamEffect>,
    ) -> Outcome<StreamState> {
        match event {
            StreamEvent::Arrived { .. } if self.n_kept > self.capacity => {
                self.n_kept = 0;
                context.extend([StreamEffect::DropKept, StreamEffect::Disconnect]);
                if self.policy.has(Rule::StreamDroppedAfterOverflow) {
                    self.handled = false;
                    Transition(StreamState::Dropped)
                } else {
                    Handled
                }
            }
            StreamEvent::Arrived { .. } => {
                self.n_kept += 1;
                context.push(StreamEffect::Keep);
                Handled
            }
            StreamEvent::HandlerRegistered => {
                self.n_kept = 0;
                context.push(StreamEffect::Replay);
                Transition(StreamState::Delivering)
            }
            StreamEvent::HandlerRemoved => Super,
            StreamEvent::Reconnected => Handled,
        }
    }

    #[state]
    fn delivering(
        &mut self,
        event: &StreamEvent,
        context: &mut Vec<StreamEffect>,
    ) -> Outcome<StreamState> {
        match event {
            StreamEvent::Arrived { sequence } if *sequence <= self.acked => {
                context.push(StreamEffect::Skip);
                Handled
            }
            // Of a sender that was never heard any message may be the first.
            StreamEvent::Arrived { sequence } if self.acked != 0 && *sequence - self.acked > 1 => {
                let missing = self.acked + 1;
                context.push(StreamEffect::EndHandler { missing });
                Transition(StreamState::Broken)
            }
            StreamEvent::Arrived { sequence } => {
                self.acked = *sequence;
                context.push(StreamEffect::Deliver);
                Handled
            }
            StreamEvent::HandlerRegistered => Super,
            StreamEvent::HandlerRemoved => Transition(StreamState::Keeping),
            StreamEvent::Reconnected => Handled,
        }
    }

    #[state]
    fn dropped(
        &mut self,
        event: &StreamEvent,
        context: &mut Vec<StreamEffect>,
    ) -> Outcome<StreamState> {
        match event {
            StreamEvent::Arrived { .. } => {
                context.push(StreamEffect::Ignore);
                Handled
            }
            StreamEvent::HandlerRegistered if !self.handled => {
                self.handled = true;
                Handled
            }
            StreamEvent::HandlerRemoved if self.handled => {
                self.handled = false;
                Handled
            }
            StreamEvent::Reconnected => {
                let handled = std::mem::take(&mut self.handled);
                if handled {
                    Transition(StreamState::Delivering)
                } else {
                    Transition(StreamState::Keeping)
                }
            }
            StreamEvent::HandlerRegistered | StreamEvent::HandlerRemoved => Super,
        }
    }

    #[state]
    fn broken(event: &StreamEvent, context: &mut Vec<StreamEffect>) -> Outcome<StreamState> {
        match event {
            StreamEvent::Arrived { .. } => {
                context.push(StreamEffect::Ignore);
                Handled
            }
            StreamEvent::HandlerRegistered => Super,
            StreamEvent::HandlerRemoved => Transition(StreamState::Keeping),
            StreamEvent::Reconnected => Handled,
        }
    }
}

impl Machine for Stream {
    fn alphabet() -> Vec<StreamEvent> {
        vec![
            StreamEvent::Arrived { sequence: 1 },
            StreamEvent::Arrived { sequence: 2 },
            StreamEvent::Arrived { sequence: 3 },
            StreamEvent::HandlerRegistered,
            StreamEvent::HandlerRemoved,
            StreamEvent::Reconnected,
        ]
    }

    fn name() -> String {
        Self::NAME.to_owned()
    }

    fn starts() -> Vec<(Self, StreamState)> {
        [
            Policy::original(),
            Policy::before(Rule::StreamDroppedAfterOverflow),
        ]
        .map(|policy| (Self::new(policy, 1), StreamState::Keeping))
        .into()
    }

    fn declared_states() -> &'static [&'static str] {
        StreamState::NAMES
    }

    fn abstraction() -> Option<&'static str> {
        Some("the numbers 1 to 3 only, and room for 1 message instead of 256")
    }

    fn configuration_name(stream: &Self, state: &StreamState) -> Option<String> {
        let rule = if stream.policy.has(Rule::StreamDroppedAfterOverflow) {
            ""
        } else {
            ", accepting after an overflow"
        };
        let handled = if stream.handled { ", handled" } else { "" };
        Some(format!(
            "{state} ({} kept, {} acked{handled}{rule})",
            stream.n_kept, stream.acked
        ))
    }

    fn state_code(state: &StreamState) -> Option<i64> {
        Some(i64::from(state.code()))
    }

    fn event_name(event: &StreamEvent) -> Option<String> {
        Some(match event {
            StreamEvent::Arrived { sequence } => format!("arrived {sequence}"),
            StreamEvent::HandlerRegistered => "handler registered".to_owned(),
            StreamEvent::HandlerRemoved => "handler removed".to_owned(),
            StreamEvent::Reconnected => "reconnected".to_owned(),
        })
    }
}
