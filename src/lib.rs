//! Verify, test and draw finite state machines written with
//! [statig](https://docs.rs/statig).

#![cfg_attr(docsrs, feature(doc_cfg))]

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
