//! Verify, test and draw finite state machines written with
//! [statig](https://docs.rs/statig).
//!
//! ```
//! # use fsmcheck::doctest::door::{Door, Event};
//! // A machine that refuses what is not legal, and is unchanged by it.
//! let mut door = fsmcheck::Guarded::new(Door);
//! assert!(door.handle(&Event::Open).is_ok());
//! assert!(door.handle(&Event::Open).is_err());
//!
//! // Everything that it can do, got by running it.
//! let explored = fsmcheck::explore::<Door>(Default::default())?;
//! assert!(explored.graph().lint().is_clean());
//! println!("{}", fsmcheck::draw::mermaid(explored.graph()));
//! # Ok::<(), fsmcheck::machine::ExploreError>(())
//! ```
//!
//! | I want to… | look at |
//! |---|---|
//! | make my statig machine one that can be checked | [`Machine`] |
//! | refuse what is not legal | [`Guarded`] |
//! | check its structure | [`Graph::lint`](graph::Graph::lint) |
//! | ask whether a state may follow another | [`Graph::check_change`](graph::Graph::check_change), [`Table`](graph::Table) |
//! | draw it | [`draw`] |
//! | make a test suite of it | `test_suite!` and `testkit` (feature `proptest`) |
//! | have a command line for it | `cli` (feature `cli`) |
//! | hold a recorded trace against it | [`replay`] |
//! | check a system of my own with all its interleavings | [`check`] |
//! | check several statig machines together | [`check::compose`] |
//! | read or write the records of the master/worker framework | [`wire`] |
//! | use the framework's own machines | [`framework`] |
//! | check its masters and workers as a whole, and find its outages again | [`protocol`] |
//!
//! # What a verdict means
//!
//! A graph is got by running the machine's own handlers on every configuration
//! (state and data) that the events of its alphabet can bring about. Where
//! [`Graph::completeness`](graph::Graph::completeness) says that it is exhaustive,
//! a clean verdict covers all of them; where a limit was reached, that is a finding
//! of its own and never a pass. Configurations are compared exactly, not by a hash.
//! A machine explored under an [abstraction](Machine::abstracted) is checked as far
//! as the abstraction keeps what matters; the random walks of a test suite look
//! behind it.
//!
//! # Features
//!
//! None is on by default. `cli` adds the command line (clap and a progress bar: 24
//! more crates), `proptest` the test suite (proptest: 14 more crates), `disk` checks that
//! outlast their process and their memory (postcard, tempfile and crc32fast: 12 more crates).

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod check;
#[cfg(feature = "cli")]
#[cfg_attr(docsrs, doc(cfg(feature = "cli")))]
pub mod cli;
#[doc(hidden)]
pub mod doctest;
pub mod draw;
pub mod framework;
#[doc(hidden)]
pub mod fuzzing;
pub mod graph;
pub mod machine;
pub mod protocol;
pub mod replay;
#[cfg(feature = "proptest")]
#[cfg_attr(docsrs, doc(cfg(feature = "proptest")))]
pub mod testkit;
pub mod wire;

pub use self::machine::{Guarded, Machine, explore};

/// Runs the README's examples with the documentation's.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
