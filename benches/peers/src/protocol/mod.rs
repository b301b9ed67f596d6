//! The small models of the protocol, written a second time for stateright.
//!
//! They are made from what the models say of themselves and share no code with them: a
//! machine of the framework is a few numbers here, and a rule is an `if`. What both
//! checkers count and find must be the same.
//!
//! Promises that speak of the end of runs are left out: stateright does not see that a run
//! goes in a circle.

mod age;
pub mod cancel;
pub mod channel;
pub mod dispatch;
pub mod exit;
pub mod heartbeat;
pub mod jobs;
pub mod leader;
pub mod recovery;
pub mod timing;
mod trail;

pub use self::trail::Trail;
use self::trail::{kept, not_needed};

/// What may go wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Faults {
    pub crash: bool,
    pub loss: bool,
    pub duplication: bool,
    pub delay: bool,
    pub partition: bool,
    pub store: bool,
}
