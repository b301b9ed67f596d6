//! What the models of the protocol have in common.

use std::fmt;
use std::str::FromStr;

use super::{Configuration, Trailed, Transcript};
use crate::check::Model;

/// A model of the protocol.
pub trait ProtocolModel: Model<State: Trailed> + Sized + 'static {
    /// Its name.
    const NAME: ModelName;

    /// How it is set up where nothing else is said.
    #[must_use]
    fn usual() -> Configuration {
        Configuration::default()
    }

    /// The model as it is set up.
    fn new(configuration: Configuration) -> Self;

    /// How it is set up.
    fn configuration(&self) -> &Configuration;

    /// Takes a step as [`next`](Model::next) does, and writes down what happens in it.
    fn transcribe(
        &self,
        state: &Self::State,
        action: &Self::Action,
        transcript: &mut Transcript,
    ) -> Option<Self::State>;

    /// The Rust items and statements in whose terms the
    /// [calls](super::Call::code) of a transcript are written.
    fn prelude(&self) -> String;
}

macro_rules! model_names {
    ($($(#[doc = $docs:literal])* $variant:ident = $name:literal;)*) => {
        /// The models of the protocol.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum ModelName {
            $($(#[doc = $docs])* $variant,)*
        }

        impl ModelName {
            /// Every model.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// What it is about.
            #[must_use]
            pub fn about(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($docs),*).trim(),)*
                }
            }
        }
    };
}

model_names! {
    /// Pings, pongs and statuses between a master and its workers, through every fault.
    Heartbeat = "heartbeat";
    /// A master that has failed over and finds its workers again.
    Recovery = "recovery";
    /// The job manager's jobs: created, dispatched, lost, taken over, canceled, deleted.
    Jobs = "jobs";
    /// A request to cancel, from the user to the business logic.
    Cancel = "cancel";
    /// A worker that is ordered from an executor.
    Dispatch = "dispatch";
    /// The end of a worker, and its successor.
    Exit = "exit";
    /// The records of a job that ends, with a crash between two writes.
    Terminal = "terminal";
    /// The messages of one sender on one topic.
    Channel = "channel";
    /// The election of a leader, and its service.
    Leader = "leader";
    /// The times for which everybody waits, by a clock that ticks.
    Timing = "timing";
}

/// Something to be done with a model, whichever it is.
pub trait Visitor {
    /// What comes of it.
    type Answer;

    /// Does it with this model.
    fn visit<M: ProtocolModel>(self) -> Self::Answer;
}

struct Usual;

impl Visitor for Usual {
    type Answer = Configuration;

    fn visit<M: ProtocolModel>(self) -> Configuration {
        M::usual()
    }
}

impl ModelName {
    /// How the model is set up where nothing else is said.
    #[must_use]
    pub fn usual(self) -> Configuration {
        self.visit(Usual)
    }

    /// Does something with the model of this name.
    pub fn visit<V: Visitor>(self, visitor: V) -> V::Answer {
        match self {
            Self::Heartbeat => visitor.visit::<super::heartbeat::Heartbeat>(),
            Self::Recovery => visitor.visit::<super::recovery::Recovery>(),
            Self::Jobs => visitor.visit::<super::jobs::Jobs>(),
            Self::Cancel => visitor.visit::<super::cancel::Cancel>(),
            Self::Dispatch => visitor.visit::<super::dispatch::Dispatch>(),
            Self::Exit => visitor.visit::<super::exit::Exit>(),
            Self::Terminal => visitor.visit::<super::terminal::Terminal>(),
            Self::Channel => visitor.visit::<super::channel::Channel>(),
            Self::Leader => visitor.visit::<super::leader::LeaderModel>(),
            Self::Timing => visitor.visit::<super::timing::Timing>(),
        }
    }
}

impl fmt::Display for ModelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A model of the protocol that does not exist.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("there is no model `{given}` of the protocol; there are {}", names())]
#[non_exhaustive]
pub struct UnknownModel {
    /// What was given.
    pub given: String,
}

fn names() -> String {
    let names: Vec<_> = ModelName::ALL.iter().map(|name| name.as_str()).collect();
    names.join(", ")
}

impl FromStr for ModelName {
    type Err = UnknownModel;

    fn from_str(given: &str) -> Result<Self, UnknownModel> {
        let found = Self::ALL.iter().find(|name| name.as_str() == given);
        found.copied().ok_or_else(|| UnknownModel {
            given: given.to_owned(),
        })
    }
}
