//! Why a job master or a worker ends.

use std::fmt;

/// The reason that a job master or a worker gives when it ends itself.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the original has exactly these, and each decides a final state"
)]
pub enum ExitReason {
    /// Its work is done.
    Finished,
    /// It was told to stop.
    Canceled,
    /// It cannot go on.
    Failed,
    /// It did not say; taken as [`Failed`](Self::Failed).
    Unknown,
}

impl ExitReason {
    /// Every reason.
    pub const ALL: [Self; 4] = [Self::Finished, Self::Canceled, Self::Failed, Self::Unknown];
}

impl fmt::Display for ExitReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Finished => "finished",
            Self::Canceled => "canceled",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        })
    }
}
