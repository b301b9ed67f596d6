//! The ways through a model.

use std::fmt;

use serde::Serialize;

/// In which order the states of a model are gone through.
///
/// Where liveness is judged, all states are needed and the order is always the first
/// one, but for random walks, which leave liveness undecided.
///
/// | search | finds | takes |
/// |---|---|---|
/// | [`BreadthFirst`](Search::BreadthFirst) | everything, nearest first | a place for each state, and for the states of a level or two that wait |
/// | [`DepthFirst`](Search::DepthFirst) | everything, the nearest not first | a place for each state, and for those of one walk |
/// | [`IterativeDeepening`](Search::IterativeDeepening) | everything, nearest first | two places for each state, those of one walk, and the time to go along short walks again and again |
/// | [`RandomWalks`](Search::RandomWalks) | what it happens to come across | a place for each state that it comes across |
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq, Serialize)]
#[serde(tag = "order", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Search {
    /// Level by level, by all threads: the first violation is a nearest one.
    #[default]
    BreadthFirst,
    /// One walk to its end before another one, by one thread. A counterexample is
    /// [shortened](crate::check::Counterexample) as far as leaving out steps does it.
    DepthFirst,
    /// Depth first along walks of one step, of two, and so on, by one thread: the first
    /// violation is a nearest one, though no state ever waits. It keeps each state a second
    /// time, whatever the store, with how far it was gone on from there: breadth first is
    /// faster and takes less room. It is another way to the same answer, for who wants one.
    IterativeDeepening,
    /// Walks that take one step of all there are, by chance, by one thread: for models
    /// that are too large to be gone through. What they do not come across is
    /// undecided.
    RandomWalks {
        /// Decides which walks these are: the same seed, the same walks.
        seed: u64,
        /// How many there are.
        walks: u64,
        /// How many steps each has at most.
        steps: usize,
    },
}

impl fmt::Display for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BreadthFirst => f.write_str("breadth first"),
            Self::DepthFirst => f.write_str("depth first"),
            Self::IterativeDeepening => f.write_str("iterative deepening"),
            Self::RandomWalks { seed, steps, .. } => {
                write!(
                    f,
                    "random walks of seed {seed}, each of at most {steps} steps"
                )
            }
        }
    }
}
