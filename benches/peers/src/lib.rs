//! The same models in this checker and in its peers.

#[path = "../../../examples/models/paxos.rs"]
mod paxos;
#[path = "../../../examples/models/two_phase_commit.rs"]
mod two_phase_commit;
#[path = "../../../examples/models/two_phase_commit_machines.rs"]
mod two_phase_commit_machines;

pub mod ours;
pub mod protocol;
pub mod theirs;

/// What a check has found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Found {
    /// How many different states there are.
    pub unique: u64,
    /// How many steps were taken, the initial states counted.
    pub generated: u64,
    /// The names of the properties that do not hold.
    pub violated: Vec<String>,
}
