//! What happens to an order.

use super::{Message, Phase};
use crate::check::Participants;
use crate::framework::DispatchError;

/// What happens to an order.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the model's own, all of them")]
pub enum Action {
    /// The master orders the worker under this worker epoch.
    Order(u8),
    /// A message arrives.
    Deliver(Message),
    /// The executor's business logic cannot make the task of this worker epoch.
    RefuseToMake {
        /// The worker epoch.
        epoch: u8,
        /// Whether another try may succeed.
        transient: bool,
    },
    /// A message is lost.
    Lose(Message),
    /// The master has waited too long for an answer to a call.
    Miss(Phase, u8),
    /// It has, and has repeated the call for as long as it may.
    GiveUp(u8),
    /// The worker's record is stored.
    StoreRow(u8),
    /// The worker's record cannot be stored.
    FailToStore(u8),
    /// The executor launches the task that waits first.
    Launch(u8),
    /// The executor drops a request that was not confirmed in time.
    Sweep,
    /// The worker of this epoch pings.
    Ping(u8),
    /// The worker of this epoch closes, and says goodbye.
    Close(u8),
    /// The worker of this epoch has closed.
    Return(u8),
    /// The master looks at its table, and tells the business logic what has happened.
    Poll,
    /// The master has not heard of the worker for so long that it gives it up.
    TimeOut(u8),
    /// The executor crashes, and another one takes its place.
    Crash,
}

fn error_in_words(error: DispatchError) -> &'static str {
    match error {
        DispatchError::Unavailable => "cannot be reached",
        DispatchError::DeadlineExceeded => "has not answered in time",
        DispatchError::AlreadyPending => "has this very request already",
        DispatchError::RequestNotFound => "does not know this request",
        DispatchError::QueueFull => "has no room for it",
        DispatchError::Business { transient: true } => "could not make it just now",
        DispatchError::Business { transient: false } => "can never make it",
        DispatchError::Other => "has failed",
    }
}

fn message_in_words(message: Message) -> String {
    match message {
        Message::Call(phase, epoch) => {
            format!("the call to {} j (worker epoch {epoch})", phase.verb())
        }
        Message::Answer(phase, epoch, None) => {
            format!(
                "the answer that j (worker epoch {epoch}) is {}",
                done(phase)
            )
        }
        Message::Answer(_, epoch, Some(error)) => format!(
            "the answer for j (worker epoch {epoch}) that x {}",
            error_in_words(error)
        ),
        Message::Refusal(epoch) => format!("the refusal of j (worker epoch {epoch})"),
    }
}

const fn done(phase: Phase) -> &'static str {
    match phase {
        Phase::PreDispatch => "prepared",
        Phase::Confirm => "taken",
    }
}

impl Action {
    /// In plain words: `jm1` orders `j` from `x`.
    pub(super) fn tells(self) -> String {
        match self {
            Self::Order(epoch) => format!("jm1 orders j (worker epoch {epoch}) from x"),
            Self::Deliver(Message::Call(phase, epoch)) => {
                format!("x is called to {} j (worker epoch {epoch})", phase.verb())
            }
            Self::Deliver(message) => format!("jm1 gets {}", message_in_words(message)),
            Self::RefuseToMake { epoch, transient } => format!(
                "x is called to prepare j (worker epoch {epoch}), and {}",
                error_in_words(DispatchError::Business { transient })
            ),
            Self::Lose(message) => format!("{} is lost", message_in_words(message)),
            Self::Miss(phase, epoch) => format!(
                "jm1 waits too long for the answer to the call to {} j (worker epoch {epoch})",
                phase.verb()
            ),
            Self::GiveUp(epoch) => {
                format!("jm1 has called x for too long to prepare j (worker epoch {epoch})")
            }
            Self::StoreRow(epoch) => format!("jm1 stores the record of j (worker epoch {epoch})"),
            Self::FailToStore(epoch) => {
                format!("jm1 cannot store the record of j (worker epoch {epoch})")
            }
            Self::Launch(epoch) => format!("x takes j (worker epoch {epoch}) from its queue"),
            Self::Sweep => "x drops a request that was not confirmed in time".to_owned(),
            Self::Ping(epoch) => format!("j (worker epoch {epoch}) pings jm1"),
            Self::Close(epoch) => format!("j (worker epoch {epoch}) closes, and says goodbye"),
            Self::Return(epoch) => format!("j (worker epoch {epoch}) has closed"),
            Self::Poll => "jm1 looks at its table, and tells what has happened".to_owned(),
            Self::TimeOut(epoch) => {
                format!("jm1 has not heard of j (worker epoch {epoch}) for too long")
            }
            Self::Crash => "x crashes, and starts again".to_owned(),
        }
    }

    pub(super) fn participants(self) -> Participants {
        match self {
            Self::Order(_) | Self::Miss(..) | Self::GiveUp(_) | Self::Poll | Self::TimeOut(_) => {
                Participants::alone("jm1")
            }
            Self::Deliver(message) | Self::Lose(message) => match message {
                Message::Call(..) => Participants::between("jm1", "x"),
                Message::Answer(..) | Message::Refusal(_) => Participants::between("x", "jm1"),
            },
            Self::RefuseToMake { .. } => Participants::between("jm1", "x"),
            Self::StoreRow(_) | Self::FailToStore(_) => Participants::between("jm1", "store"),
            Self::Launch(_) | Self::Sweep | Self::Crash => Participants::alone("x"),
            Self::Ping(_) | Self::Close(_) => Participants::between("j", "jm1"),
            Self::Return(_) => Participants::between("j", "x"),
        }
    }
}
