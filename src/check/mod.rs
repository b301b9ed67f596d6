//! Every interleaving, every fault: an explicit-state model checker for closed
//! systems.
//!
//! A [`Model`] says where a system begins, what can happen next, and what must hold;
//! [`check`] goes through every state that it can come to and answers with a
//! [`Report`].
//!
//! | I want to… | look at |
//! |---|---|
//! | write down a system | [`Model`] |
//! | check a statig machine without writing a model | [`OfMachine`] |
//! | say what must hold of its states, and of its runs | [`Property`] |
//! | say which runs count: what is fair | [`Fairness`] |
//! | choose how it is gone through, on how many threads, how far | [`Check`], [`Search`], [`Limits`] |
//! | know how long it will still take | [`Progress::estimate`], [`Progress::time_left`] |
//! | know what the answer means | [`Report`], [`Verdict`], [`Completeness`] |
//! | see how it goes wrong, as text, as a picture, in another program | [`Counterexample`] |
//! | see all states and steps of a small model | [`state_graph()`] |
//! | keep a counterexample beside the model | [`Counterexample::line`], [`Counterexample::from_line`] |
//! | know whether a changed model still has it | [`Counterexample::rerun`] |
//! | have a test fail with the counterexample | [`Report::assert_holds`] |
//! | end a program as others of its kind do | [`Report::exit_code`] |
//! | know whether the model did anything at all | [`Coverage`], [`Report::warnings`] |
//! | see what differs between two values | [`difference()`] |
//! | have states kept by their numbers, exactly and in the least room | [`Model::number`], [`Store`] |
//! | use that components are like each other | [`Model::canonical`], [`Check::symmetric`] |
//! | have statig machines side by side as a model | [`compose`] |
//! | know whether the model itself is sound | [`audit`] |
//! | check what takes more memory or longer than there is | `Check::spill`, `Check::checkpoint`, `Check::resume` of the feature `disk` |
//!
//! # What a verdict means
//!
//! A property [holds](Outcome::Holds) when every state within the model's own
//! [bounds](Model::is_within_bounds) was seen. Whoever reaches a [limit](Limits) is told
//! so: [`Outcome::Undecided`] says which one it was, and nothing is claimed of what lies
//! behind it. States are kept, by their [numbers](Store::Numbers) or
//! [whole](Store::Exact), and compared unless [fingerprints](Store::Fingerprint) were asked
//! for, and then the report has the [odds](Store::collision_odds) that one was overlooked.
//!
//! The answer does not depend on the number of threads: a counterexample is one of the
//! shortest, and always the same one.
//!
//! # Time and memory
//!
//! Breadth first, a state that was seen takes its own size and about 12 bytes, or about
//! 12 bytes alone as a fingerprint, twice that as a wide one; beside that wait the states
//! of one level, and those of the next one as they take their place. With
//! [numbers](Model::number) it takes the same 12 bytes, or less: no more than a bit for each
//! number that there could be, once those take less. A counterexample is found by a second
//! search up to its length. A state that is small and `Copy` is fastest; what it owns on the
//! heap has to be copied for every step.
//! Liveness takes the states and 8 bytes for each step.

mod any_model;
mod audit;
pub mod compose;
mod counterexample;
mod coverage;
mod difference;
#[cfg(feature = "disk")]
mod disk;
mod estimate;
mod fairness;
mod form;
mod json;
mod limits;
mod line;
mod liveness;
mod machine;
mod model;
mod number;
mod participants;
mod property;
mod report;
mod rerun;
mod run;
#[cfg_attr(
    not(feature = "disk"),
    allow(dead_code, reason = "only what is kept on disk needs all of it")
)]
mod search;
mod sequence;
mod shorten;
mod state_graph;
#[cfg_attr(
    not(feature = "disk"),
    allow(dead_code, reason = "only what is kept on disk needs all of it")
)]
mod store;
mod story;
mod summary;
mod walk;
mod warning;

pub(crate) use self::any_model::{AnyAction, AnyModel, AnyState};
pub use self::audit::{Audited, Flaw, audit};
pub use self::counterexample::{Counterexample, Ending};
pub use self::coverage::{ActionCoverage, Coverage, PredicateCoverage};
pub use self::difference::{Change, difference};
#[cfg(feature = "disk")]
#[cfg_attr(docsrs, doc(cfg(feature = "disk")))]
pub use self::disk::CheckpointError;
pub use self::estimate::Estimate;
pub use self::fairness::Fairness;
pub use self::limits::{Completeness, Limits, Progress, Stop};
pub use self::line::LineError;
pub use self::machine::{Configuration, OfMachine, ShareableMachine};
pub use self::model::Model;
pub use self::number::{Number, NumberError, Numbered, values_of};
pub use self::participants::Participants;
pub use self::property::{Property, PropertyKind};
pub use self::report::{Costs, Outcome, Report, Symmetry, Verdict};
pub use self::rerun::RerunError;
pub use self::run::{Check, check};
pub use self::search::Search;
pub use self::state_graph::{StateGraph, StateGraphError, state_graph};
pub(crate) use self::store::Hashers;
pub use self::store::Store;
pub use self::walk::{Step, Walk};
pub use self::warning::Warning;
