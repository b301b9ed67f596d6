//! The master/worker protocol as closed systems, to be [checked](crate::check): masters,
//! workers, executors, store, network and clock around the machines of the
//! [`framework`](crate::framework).
//!
//! Nothing of the protocol is told again here. Each model holds the framework's own
//! machines, hands them what happens, and carries out what they want done; of its own it
//! has the surroundings only: what may be lost, who may crash, what is stored.
//!
//! # Time
//!
//! Models have no clock that runs on; see [`clock`] for what stands in its place and why
//! nothing is lost by it.
//!
//! # What a step leaves behind
//!
//! Promises that speak of a step and not of a state, such as "no pong without acceptance",
//! are noted in the [`Trail`] of the state that the step leads to, and so is each
//! [rule](crate::framework::Rule) that was needed in it and is not in force.

mod any_protocol;
pub mod cancel;
pub mod channel;
pub mod clock;
mod configuration;
pub mod dispatch;
mod emit;
pub mod exit;
mod fault;
pub mod heartbeat;
pub mod jobs;
pub mod leader;
mod log;
pub mod outage;
mod promise;
mod protocol_model;
pub mod recovery;
mod shared;
mod side_by_side;
pub mod terminal;
pub mod timing;
mod trail;
mod transcript;

pub(crate) use self::any_protocol::AnyProtocol;
pub use self::configuration::Configuration;
pub use self::emit::{Emitted, emit};
pub use self::exit::Exit;
pub use self::fault::{Fault, Faults, UnknownFault};
pub use self::heartbeat::Heartbeat;
pub use self::promise::{Promise, UnknownPromise};
pub use self::protocol_model::{ModelName, ProtocolModel, UnknownModel, Visitor};
pub use self::recovery::Recovery;
pub use self::shared::Shared;
pub(crate) use self::side_by_side::side_by_side;
pub use self::trail::{Trail, Trailed};
pub use self::transcript::{Call, Recorder, Sent, Transcript};
