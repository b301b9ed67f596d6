//! A machine run as a test suite, and proptest strategies for walks through it.
//!
//! [`test_suite!`](crate::test_suite) makes a module of tests, each one of the
//! checks below. Nothing else is needed than the one dependency:
//!
//! ```toml
//! [dev-dependencies]
//! fsmcheck = { version = "0.1", features = ["proptest"] }
//! ```
//!
//! ```
//! # mod door { pub use fsmcheck::doctest::door::Door; }
//! use door::Door;
//!
//! fsmcheck::test_suite!(Door);
//! # fn main() {}
//! ```
//!
//! | test | check | fails when |
//! |---|---|---|
//! | `every_step_is_repeatable` | [`check_steps_are_repeatable`] | a step differs when it is taken again |
//! | `no_handler_panics` | [`check_no_handler_panics`] | a handler, action or hook panics |
//! | `refusals_leave_no_trace` | [`check_refusals_leave_no_trace`] | a handler changes data and then refuses |
//! | `lints_find_nothing` | [`check_lints`] | a [lint](crate::graph::lint) finds an error, or a warning that is not allowed |
//! | `declared_states_are_reached` | [`check_declared_states_are_reached`] | no walk leads to a declared state |
//! | `terminal_states_absorb` | [`check_terminal_states_absorb`] | a terminal state can be left |
//! | `properties_hold` | [`check_properties`] | a declared property does not hold |
//! | `graph_is_the_one_checked_in` | [`check_snapshot`] | the graph is not the accepted one |
//! | `random_walks_agree` | [`check_random_walks`] | a random walk breaks an invariant or does what the graph does not have |
//!
//! A [`Failure`] has the shortest walk to the trouble and the line that
//! [takes it again](rerun()).
//!
//! # The snapshot
//!
//! The graph is kept as text in the package of the suite, in
//! `tests/snapshots/<path of the suite's module>.txt`, so that a change of
//! behaviour is seen in review. `FSMCHECK_ACCEPT=1 cargo test` writes it.
//!
//! # Walks for tests of your own
//!
//! [`events`], [`legal_walk`] and [`walk_with_one_illegal_step`] are strategies
//! for the [`proptest`] that is re-exported here.

mod check;
mod failure;
mod notation;
mod plan;
mod rerun;
mod run;
mod snapshot;
mod strategy;
mod suite;
mod walks;

#[doc(no_inline)]
pub use ::proptest;

pub use self::check::{
    Allow, check_declared_states_are_reached, check_lints, check_no_handler_panics,
    check_properties, check_refusals_leave_no_trace, check_steps_are_repeatable,
    check_terminal_states_absorb,
};
pub use self::failure::{Failure, Trouble};
pub use self::rerun::rerun;
pub use self::snapshot::check_snapshot;
pub use self::strategy::{RandomWalk, events, legal_walk, walk_with_one_illegal_step};
pub use self::walks::check_random_walks;
