//! How a model of the protocol is set up.

use super::Faults;
use crate::framework::{Policy, Rule, Timeouts};

/// How a model of the protocol is set up. What a model has no use for it passes over.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "users fill in single members and take the others from the default"
)]
pub struct Configuration {
    /// The rules in force.
    pub policy: Policy,
    /// How many workers there are, or jobs where the model is about them: 1 to 3.
    pub workers: u8,
    /// What may go wrong.
    pub faults: Faults,
    /// Whether a worker that is created again keeps its id, as job masters do.
    pub same_id: bool,
    /// How long everybody waits.
    pub timeouts: Timeouts,
    /// Only what happens after this rule was needed counts as a broken promise: for
    /// finding a violation that comes of its lack, and not of another one's.
    pub watched: Option<Rule>,
}

/// One worker under the same id, all faults, all rules.
impl Default for Configuration {
    fn default() -> Self {
        Self {
            policy: Policy::hardened(),
            workers: 1,
            faults: Faults::ALL,
            same_id: true,
            timeouts: Timeouts::default(),
            watched: None,
        }
    }
}
