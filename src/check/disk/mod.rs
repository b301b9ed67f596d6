//! Checks that take longer or more than there is: waiting states go to disk, and a check
//! that was ended goes on another time.
//!
//! What was seen stays in memory: where that alone takes more than the limit, a check ends
//! with [`Stop::Memory`](super::Stop::Memory).
//!
//! States are written with [postcard](https://docs.rs/postcard), through serde. What is
//! written has to be the whole state: a field that is skipped is noticed as soon as it
//! makes a state another one, and then the check says so and ends.

mod codec;
mod error;
mod files;
mod frames;
mod keep;
mod kept;
mod resume;

use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use self::error::CheckpointError;
use self::files::TemporaryFiles;
use self::keep::Checkpoints;
use self::resume::Resume;
use super::{Check, Model, Property, Report};

#[cfg_attr(docsrs, doc(cfg(feature = "disk")))]
impl<M> Check<'_, M>
where
    M: Model<State: Serialize + DeserializeOwned>,
{
    /// Lets states wait on disk, in files of this directory, when those that wait in
    /// memory take more than an eighth of [`Limits::memory`](super::Limits::memory); the
    /// other seven are for the states that were seen. The files have no name where the
    /// system can do without, and are gone when the program ends, however it does.
    ///
    /// Only breadth first do states wait; for liveness all stay in memory.
    ///
    /// # Examples
    ///
    /// ```
    /// # use fsmcheck::doctest::counter::Counter;
    /// use fsmcheck::check::{Check, Limits};
    ///
    /// let model = Counter { below: 10 };
    /// let report = Check::new(&model)
    ///     .limits(Limits::default().memory(1 << 30))
    ///     .spill(std::env::temp_dir())
    ///     .run();
    /// assert!(report.holds());
    /// ```
    pub fn spill(mut self, directory: impl Into<PathBuf>) -> Self {
        let directory = directory.into();
        self.disk = Some(Box::new(TemporaryFiles { directory }));
        self
    }

    /// Writes a checkpoint to this file from time to time, counted from the end of the
    /// one before, and when the check is ended before its time: by a limit of time,
    /// depth or states, or by whoever is [told of its progress](Check::on_progress). It
    /// can then be [resumed](Check::resume).
    ///
    /// A checkpoint takes the place of the one before when it is complete. In between
    /// there is a second file beside it, whose name ends in `.partial`. What cannot be
    /// written is [told by the report](super::Warning::Disk), and tried again when the
    /// next one is due. When the search has come to its end the file is removed.
    ///
    /// A check that is run and not resumed does not begin where there is a file already,
    /// which may be the work of days; nor where the file cannot be written; nor where
    /// liveness is judged or the search is not breadth first, of which there are no
    /// checkpoints. It is undecided then, by [`Stop::Disk`](super::Stop::Disk).
    pub fn checkpoint(mut self, file: impl Into<PathBuf>, every: Duration) -> Self {
        self.keeper = Some(Box::new(Checkpoints::new(file.into(), every)));
        self
    }

    /// Runs the check from a [checkpoint](Check::checkpoint) on. The report is the one
    /// that the check would have ended with if nobody had ended it before. Threads and
    /// limits may be others than before; a limit of time begins anew.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is damaged, or is of another version, model or
    /// choice of store and symmetry.
    ///
    /// # Examples
    ///
    /// ```
    /// # use fsmcheck::doctest::counter::Counter;
    /// use std::time::Duration;
    ///
    /// use fsmcheck::check::{Check, Limits};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let file = folder.path().join("counter.checkpoint");
    /// let every = Duration::from_secs(600);
    /// let model = Counter { below: 10 };
    /// let cut_off = Check::new(&model)
    ///     .limits(Limits::default().depth(3))
    ///     .checkpoint(&file, every)
    ///     .run();
    /// assert_eq!(cut_off.unique(), 4);
    /// let report = Check::new(&model).checkpoint(&file, every).resume(&file)?;
    /// assert_eq!(report.unique(), 10);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn resume(self, file: impl Into<PathBuf>) -> Result<Report<M>, CheckpointError> {
        let properties = self.model.properties();
        self.resume_for(file, &properties)
    }

    /// Resumes a check of these properties in place of the model's.
    ///
    /// # Errors
    ///
    /// Those of [`resume`](Check::resume). The properties have to be those of
    /// [`run_for`](Check::run_for), in the same order.
    pub fn resume_for(
        self,
        file: impl Into<PathBuf>,
        properties: &[Property<M>],
    ) -> Result<Report<M>, CheckpointError> {
        self.run_from(Resume { path: file.into() }, properties)
    }
}
