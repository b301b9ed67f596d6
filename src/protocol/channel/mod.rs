//! The messages of one sender on one topic.
//!
//! A node `m` sends to a node `x`, where tasks with a handler for the topic come and go.
//! Connections break, the receiver cuts the sender off when too much is kept, both may
//! crash. What was not acknowledged is sent again. The sender is the framework's
//! [`Outbox`](crate::framework::Outbox), the receiver its
//! [`Inbox`](crate::framework::Inbox).
//!
//! A connection brings what was sent in order, without a loss, until it breaks: it is known
//! by the number of the message that it brings next. Whatever is lost or comes twice, does so
//! because a connection broke. A sender that crashes is not seen again, for its successor has
//! another name, and thus a stream of its own.
//!
//! A gap that the receiver notices ends the handler with an error that nobody expects, and
//! with it the process: it counts as a failed assertion.
//!
//! # Bounds
//!
//! At most [`MESSAGES`] are sent, and the receiver keeps up to two of them without a handler
//! ([`KEPT`]), in place of 257. That leaves room for one message that is delivered, a buffer
//! that overflows, and messages behind it: a gap needs no more. Everything else may happen
//! again and again.
//!
//! # A sender that begins anew
//!
//! [`Channel::flapping`] lets the sender take the receiver for gone, find it again, and number
//! its messages from 1 on, under the name that it had. The receiver then passes over what has
//! a number that it knows, and acknowledges it. No rule prevents that: it is left out unless
//! it is asked for.
//!
//! # What it leaves behind
//!
//! No record and no line of a log: what a stream carries is anybody's.

mod action;
mod state;
mod step;

pub use self::action::Action;
pub use self::state::{Message, Receiver, State};

use super::transcript::policy_code;
use super::{Configuration, ModelName, Promise, ProtocolModel, Shared, Trail, Transcript};
use crate::check::{Model, Participants, Property};

/// At most so many messages are sent.
pub const MESSAGES: u64 = 6;

/// With more than so many messages kept, the next one makes the buffer overflow.
pub const KEPT: usize = 1;

/// The messages of one sender on one topic.
#[derive(Clone, Debug)]
pub struct Channel {
    configuration: Configuration,
    flaps: u8,
}

impl Channel {
    /// The model with a sender that may begin anew so many times.
    #[must_use]
    pub fn flapping(configuration: Configuration, flaps: u8) -> Self {
        Self {
            configuration,
            flaps,
        }
    }
}

impl Model for Channel {
    type State = State;
    type Action = Action;

    fn initial_states(&self) -> Vec<State> {
        vec![State {
            outbox: Some(Shared::default()),
            sent: Message {
                flaps: 0,
                number: 0,
            },
            connection: Some(1),
            receiver: Some(Receiver::new(self.configuration.policy)),
            delivered: 0,
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
        vec![Promise::S8.never_broken(), Promise::S19.never_broken()]
    }

    fn action_name(&self, action: &Action) -> String {
        action.tells()
    }

    fn participants(&self, action: &Action) -> Option<Participants> {
        Some(action.participants())
    }
}

impl ProtocolModel for Channel {
    const NAME: ModelName = ModelName::Channel;

    fn new(configuration: Configuration) -> Self {
        Self::flapping(configuration, 0)
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
        format!(
            "use fsmcheck::framework::*;

type Delivered = (Result<(), DataLost>, Vec<u64>);

fn inbox() -> Inbox<u64> {{
    let policy = {};
    Inbox::with_capacity(policy, {KEPT})
}}

fn arrive(x: &mut Inbox<u64>, number: u64) -> Delivered {{
    let mut delivered = Vec::new();
    (x.arrived(number, number, &mut delivered), delivered)
}}

fn register(x: &mut Inbox<u64>) -> Delivered {{
    let mut delivered = Vec::new();
    (x.register_handler(&mut delivered), delivered)
}}

let (mut m, mut x) = (Outbox::<u64>::default(), inbox());
",
            policy_code(self.configuration.policy)
        )
    }
}
