//! Several machines side by side, as one model to be checked.
//!
//! [`Compose`] puts statig machines together: they share events, send each other
//! messages over channels that lose or reorder them, crash and restart. What comes of it
//! is a [`Composition`], a [`Model`](super::Model) like any other. Nobody has to write
//! one, and it is faster than one that is written.
//!
//! # Why it is fast
//!
//! When a composition is closed, each machine is run in each of its configurations with
//! every event that it may be given, and never again. Configurations become small
//! numbers, what a channel holds another one; a state of the whole is a few bits for each
//! of them in a word, and its number among all is known. What happens adds a constant to
//! the word, and what can happen is found for several parts by one look-up. The trick is
//! known from LTSmin's transition caching and Spin's COLLAPSE mode; here it covers whole
//! statig machines with their hierarchy, entry actions and data.
//!
//! A machine has to have finitely many configurations *by itself*, whatever the others
//! send: a counter that only the others bound has to be cut off by
//! [`Machine::abstracted`](crate::Machine::abstracted). Where that is not what you want,
//! write a [`Model`](super::Model).

mod builder;
mod channel;
mod close;
mod composition;
mod error;
mod formula;
mod group;
mod handle;
mod machine;
mod network;
mod partial_order;
mod rule;
mod symmetry;
mod written;

pub use self::builder::Compose;
pub use self::channel::{Channel, WhenFull};
pub use self::composition::{Composition, Happening};
pub use self::error::ComposeError;
pub use self::formula::Formula;
pub use self::handle::{Component, Link, Part, Takes};
pub use self::machine::After;
pub use self::network::Joint;
pub use self::partial_order::NotReducible;
