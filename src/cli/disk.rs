//! What `check` leaves to the disk: states that wait, and checks that go on another time.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::CliError;
use super::quantity::duration;
#[cfg(feature = "disk")]
use crate::check::Model;
use crate::check::{Check, Property, Report};

#[derive(Debug, Args)]
pub(super) struct DiskOptions {
    /// Let states wait in files of this directory when they take too much memory
    #[arg(long, value_name = "DIRECTORY")]
    spill: Option<PathBuf>,
    /// Write to this file from time to time how far the check is, and when it is ended
    /// before its time
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// How long it is from one of these times to the next
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = duration,
          requires = "checkpoint")]
    checkpoint_every: Duration,
    /// Go on from the file of `--checkpoint`
    #[arg(long, requires = "checkpoint")]
    resume: bool,
}

impl DiskOptions {
    pub(super) fn are_asked_for(&self) -> bool {
        self.spills() || self.checkpoint.is_some()
    }

    /// Whether states are to wait on disk before there is too little memory for them.
    pub(super) fn spills(&self) -> bool {
        self.spill.is_some()
    }
}

/// Runs a check with the disk.
pub(super) type OnDisk<M> =
    fn(Check<'_, M>, &DiskOptions, &[Property<M>]) -> Result<Report<M>, CliError>;

/// Runs a check with the disk, of a model whose states can be written.
#[cfg(feature = "disk")]
pub(super) fn on_disk<M>(
    mut check: Check<'_, M>,
    options: &DiskOptions,
    properties: &[Property<M>],
) -> Result<Report<M>, CliError>
where
    M: Model<State: serde::Serialize + serde::de::DeserializeOwned>,
{
    if let Some(directory) = &options.spill {
        check = check.spill(directory);
    }
    if let Some(file) = &options.checkpoint {
        check = check.checkpoint(file, options.checkpoint_every);
        if options.resume {
            return Ok(check.resume_for(file, properties)?);
        }
    }
    Ok(check.run_for(properties))
}
