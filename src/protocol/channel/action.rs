//! What happens to a stream of messages.

use crate::check::Participants;

/// What happens to a stream of messages.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the model's own, all of them")]
pub enum Action {
    /// The sender sends the message of this number.
    Send(u64),
    /// The message of this number arrives.
    Arrive(u64),
    /// The sender learns that everything up to this number was delivered.
    Acknowledge(u64),
    /// The receiver cuts the sender off.
    CutOff,
    /// The connection breaks.
    Break,
    /// The sender connects again, and sends again what is not acknowledged.
    Connect,
    /// A task registers a handler for the topic.
    Register,
    /// The task ends, and its handler is removed.
    Unregister,
    /// The receiver crashes, and starts again.
    CrashReceiver,
    /// The sender crashes.
    CrashSender,
    /// The sender takes the receiver for gone, finds it again, and begins anew.
    Flap,
}

impl Action {
    /// In plain words: `m` sends, `x` receives.
    pub(super) fn tells(self) -> String {
        match self {
            Self::Send(number) => format!("m sends message {number}"),
            Self::Arrive(number) => format!("message {number} arrives at x"),
            Self::Acknowledge(number) => {
                format!("m learns that x has delivered all up to message {number}")
            }
            Self::CutOff => "x closes the connection that it has cut off".to_owned(),
            Self::Break => "the connection breaks".to_owned(),
            Self::Connect => {
                "m connects again, and sends again what is not acknowledged".to_owned()
            }
            Self::Register => "a task of x registers a handler for the topic".to_owned(),
            Self::Unregister => "the task of x ends, and its handler is removed".to_owned(),
            Self::CrashReceiver => "x crashes, and starts again".to_owned(),
            Self::CrashSender => "m crashes".to_owned(),
            Self::Flap => "m takes x for gone, finds it again, and numbers from 1 on".to_owned(),
        }
    }

    pub(super) fn participants(self) -> Participants {
        match self {
            Self::Send(_) | Self::CrashSender | Self::Flap => Participants::alone("m"),
            Self::Arrive(_) | Self::Connect => Participants::between("m", "x"),
            Self::Acknowledge(_) | Self::CutOff => Participants::between("x", "m"),
            Self::Break => Participants::between("m", "x"),
            Self::Register | Self::Unregister | Self::CrashReceiver => Participants::alone("x"),
        }
    }
}
