//! A sender, a receiver, and the connection between them.

use super::KEPT;
use crate::framework::{Inbox, Outbox, Policy};
use crate::protocol::{Shared, Trail, Trailed};

/// A message, known by who sent it and its number.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "that is all there is to it")]
pub struct Message {
    /// How often the sender had begun anew before.
    pub flaps: u8,
    /// Its number: 1 for the first.
    pub number: u64,
}

/// The node that receives.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Receiver {
    /// What has come of the stream.
    pub inbox: Shared<Inbox<Message>>,
    /// Whether a task has a handler for the topic.
    pub is_handled: bool,
    /// Which message this process has delivered last.
    pub last: Option<Message>,
}

impl Receiver {
    pub(super) fn new(policy: Policy) -> Self {
        Self {
            inbox: Shared::new(Inbox::with_capacity(policy, KEPT)),
            is_handled: false,
            last: None,
        }
    }
}

/// A sender, a receiver, and the connection between them.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct State {
    /// What the sender has sent and not seen acknowledged; nothing once it has crashed.
    pub outbox: Option<Shared<Outbox<Message>>>,
    /// The last message that was sent.
    pub sent: Message,
    /// The number of the message that the connection brings next, if there is one.
    /// Whatever was sent after it follows, in order.
    pub connection: Option<u64>,
    /// The receiver; nothing once a handler has ended its process.
    pub receiver: Option<Receiver>,
    /// The largest number that was delivered of the sender's present stream.
    pub delivered: u64,
    pub(super) trail: Trail,
}

impl Trailed for State {
    fn trail(&self) -> &Trail {
        &self.trail
    }
}
