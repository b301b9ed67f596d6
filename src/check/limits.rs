//! How far a check goes, and how far it came.

use std::fmt;
use std::io;
use std::time::Duration;

use super::Estimate;

/// How far a check goes. Reaching a limit is a verdict of its own, never a pass.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use fsmcheck::check::Limits;
///
/// let limits = Limits::default().states(1_000_000).time(Duration::from_secs(60));
/// assert_eq!(limits.depth, usize::MAX);
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// At most this many states; no limit unless given. A level in which it is
    /// passed does not count, so that the answer is the same for any number of
    /// threads.
    pub states: usize,
    /// At most this many actions after an initial state; no limit unless given.
    pub depth: usize,
    /// At most this long; no limit unless given.
    pub time: Option<Duration>,
    /// At most this many bytes for the states that were seen and those that wait,
    /// without what they own on the heap, unless that is
    /// [measured](super::Check::measure_memory); no limit unless given. With the feature `disk`
    /// and `Check::spill`, states wait on disk before it is reached. For liveness the
    /// steps between them and the search for runs are within it.
    pub memory: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            states: usize::MAX,
            depth: usize::MAX,
            time: None,
            memory: usize::MAX,
        }
    }
}

impl Limits {
    /// These limits with at most this many states.
    #[must_use]
    pub fn states(self, states: usize) -> Self {
        Self { states, ..self }
    }

    /// These limits with at most this many actions after an initial state.
    #[must_use]
    pub fn depth(self, depth: usize) -> Self {
        Self { depth, ..self }
    }

    /// These limits with at most this much time.
    #[must_use]
    pub fn time(self, time: Duration) -> Self {
        Self {
            time: Some(time),
            ..self
        }
    }

    /// These limits with at most this many bytes.
    #[must_use]
    pub fn memory(self, memory: usize) -> Self {
        Self { memory, ..self }
    }
}

/// Why a check ended before it had seen everything.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Stop {
    /// There are more states than [`Limits::states`].
    States(usize),
    /// There are states further away than [`Limits::depth`].
    Depth(usize),
    /// [`Limits::time`] has passed.
    Time(Duration),
    /// [`Limits::memory`] does not suffice.
    Memory(usize),
    /// These random walks have been gone along, and no others.
    Walks(u64),
    /// There is a state that does not fit the [number](super::Model::number) that the
    /// model gives it: [`audit`](super::audit) tells which, and why.
    Misfit,
    /// It was asked to end.
    Interrupted,
    /// The disk failed; [`Warning::Disk`](super::Warning::Disk) has the whole story.
    Disk(io::ErrorKind),
    /// What was looked for has been found.
    Found,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::States(states) => write!(f, "the limit of {states} states"),
            Self::Depth(depth) => write!(f, "the limit of {depth} actions"),
            Self::Time(time) => write!(f, "the limit of {time:?}"),
            Self::Memory(bytes) => write!(f, "the limit of {bytes} bytes"),
            Self::Walks(walks) => write!(f, "the number of {walks} random walks"),
            Self::Misfit => f.write_str("a state that does not fit its number"),
            Self::Interrupted => f.write_str("an interruption"),
            Self::Disk(error) => write!(f, "a failure of the disk: {error}"),
            Self::Found => f.write_str("the first violation"),
        }
    }
}

/// How much of the model was seen.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Completeness {
    /// Every state that can be reached within the model's own bounds.
    Exhaustive,
    /// The check ended before.
    Bounded(Stop),
}

impl Completeness {
    /// Whether every state was seen.
    #[must_use]
    pub const fn is_exhaustive(self) -> bool {
        matches!(self, Self::Exhaustive)
    }
}

impl fmt::Display for Completeness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exhaustive => f.write_str("exhaustive"),
            Self::Bounded(stop) => write!(f, "bounded by {stop}"),
        }
    }
}

/// How far a check has come.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Progress {
    /// States seen.
    pub unique: usize,
    /// States of which every step was taken.
    pub expanded: usize,
    /// Steps taken, initial states counted.
    pub generated: u64,
    /// How many actions the states that are looked at now are away from an initial
    /// one.
    pub depth: usize,
    /// How many states of this depth there are.
    pub level: usize,
    /// Bytes of the states seen and of those that wait in memory, without what they own
    /// on the heap; or what was [measured](super::Check::measure_memory).
    pub memory: usize,
    /// How long it has taken.
    pub elapsed: Duration,
    /// For random walks: how many have been gone along, and how many there are.
    pub walks: Option<(u64, u64)>,
    /// How many states there can be at most, known before the first step, where the model
    /// [numbers](super::Model::number) them. There may be far fewer.
    pub at_most: Option<u64>,
    /// How many states there will be, as the levels that are known have it.
    pub(super) projected: Option<Estimate<usize>>,
}
