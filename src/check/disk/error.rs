//! Why a check cannot be resumed.

use std::io;
use std::path::PathBuf;

/// Why a check cannot be resumed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The file cannot be read, or states that wait cannot be spilled.
    #[error("the checkpoint {} cannot be read: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        error: io::Error,
    },
    /// The file is something else.
    #[error("{} is no checkpoint", path.display())]
    NotACheckpoint {
        /// The file.
        path: PathBuf,
    },
    /// Another version of this library has written it.
    #[error(
        "the checkpoint {} has the format {found}, of another version of fsmcheck; only \
         the format {known} can be read",
        path.display()
    )]
    Format {
        /// The file.
        path: PathBuf,
        /// The format that it has.
        found: u32,
        /// The format that can be read.
        known: u32,
    },
    /// It is not a checkpoint of this check.
    #[error(
        "the checkpoint {} is of another check: {what} was {found} and is {expected} now",
        path.display()
    )]
    OtherCheck {
        /// The file.
        path: PathBuf,
        /// What is different.
        what: &'static str,
        /// What it was when it was written.
        found: String,
        /// What it is now.
        expected: String,
    },
    /// The model is called as before but does something else.
    #[error(
        "the checkpoint {} is of a model that has changed: {what}",
        path.display()
    )]
    Changed {
        /// The file.
        path: PathBuf,
        /// What shows it.
        what: String,
    },
    /// The file is cut off, or something else was written over it.
    #[error("the checkpoint {} is damaged: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What shows it.
        what: &'static str,
    },
    /// The states do not fit into the memory limit.
    #[error(
        "the states of the checkpoint {} do not fit into the memory limit",
        path.display()
    )]
    Memory {
        /// The file.
        path: PathBuf,
    },
    /// Liveness and other searches than breadth first have no checkpoints.
    #[error(
        "a check cannot be resumed where liveness is judged or the search is not breadth \
         first"
    )]
    Unsupported,
}
