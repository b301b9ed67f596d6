//! Checkpoints written from time to time.

use std::fs::File;
use std::hash::Hash;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::kept::{FORMAT, Found, Identity, Kept, MAGIC, witness};
use super::{codec, frames};
use crate::check::coverage::KeptTally;
use crate::check::search::{Distance, Keeper, Moment, Searched};
use crate::check::store::Sink;
use crate::check::{Model, Stop};

/// Checkpoints written from time to time, each in the place of the one before.
pub(super) struct Checkpoints {
    path: PathBuf,
    /// Where one is written before it takes its place.
    partial: PathBuf,
    every: Duration,
    due: Option<Instant>,
}

impl Checkpoints {
    pub(super) fn new(path: PathBuf, every: Duration) -> Self {
        let mut partial = path.clone().into_os_string();
        partial.push(".partial");
        Self {
            path,
            partial: partial.into(),
            every,
            due: Instant::now().checked_add(every),
        }
    }

    fn write<M>(&self, moment: &Moment<'_, M>) -> io::Result<()>
    where
        M: Model<State: Serialize>,
    {
        let mut file = BufWriter::new(File::create(&self.partial)?);
        write(&mut file, moment)?;
        file.into_inner()?.sync_all()?;
        std::fs::rename(&self.partial, &self.path)?;
        sync_folder_of(&self.path);
        Ok(())
    }

    /// An error that tells what was to be done, and where.
    fn told(&self, error: &io::Error) -> io::Error {
        let path = self.path.display();
        let failure = format!("the checkpoint {path} cannot be written: {error}");
        io::Error::new(error.kind(), failure)
    }
}

impl<M> Keeper<M> for Checkpoints
where
    M: Model<State: Serialize>,
{
    fn begin(&mut self, is_resumed: bool) -> io::Result<()> {
        if !is_resumed && self.path.exists() {
            let exists = io::ErrorKind::AlreadyExists;
            let failure = "there is one, from which a check can be resumed";
            return Err(self.told(&io::Error::new(exists, failure)));
        }
        File::create(&self.partial)
            .and_then(|_| std::fs::remove_file(&self.partial))
            .map_err(|error| self.told(&error))
    }

    fn due(&self) -> Option<Instant> {
        self.due
    }

    fn keep(&mut self, moment: &Moment<'_, M>) -> io::Result<()> {
        let written = self.write(moment);
        self.due = Instant::now().checked_add(self.every);
        written.map_err(|error| {
            // It may be what has filled the disk.
            let _ = std::fs::remove_file(&self.partial);
            self.told(&error)
        })
    }

    fn finish(&mut self) {
        // What is not there need not be removed.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Has a new name of a file outlive a loss of power, on systems that can.
fn sync_folder_of(path: &Path) {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    if let Ok(folder) = File::open(folder.unwrap_or(Path::new("."))) {
        let _ = folder.sync_all();
    }
}

/// Writes a whole checkpoint.
fn write<M>(to: &mut impl Write, moment: &Moment<'_, M>) -> io::Result<()>
where
    M: Model<State: Serialize>,
{
    to.write_all(MAGIC)?;
    to.write_all(&FORMAT.to_le_bytes())?;
    let identity = Identity::new(moment.space, moment.visited.kind());
    frames::write(
        to,
        &postcard::to_stdvec(&identity).map_err(io::Error::other)?,
    )?;
    let kept = Kept {
        levels: moment.searched.levels.clone(),
        states: moment.visited.count(),
        elapsed: moment.elapsed,
        found: [found(moment.searched)?, found(moment.further)?],
    };
    frames::write(to, &postcard::to_stdvec(&kept).map_err(io::Error::other)?)?;
    moment.visited.save(&mut Frames(to))?;
    frames::end(to)?;
    for at in [Distance::Last, Distance::Next] {
        moment.waiting(at, &mut |piece| {
            let Some(first) = piece.first() else {
                return Ok(());
            };
            let witness = witness(moment.space.model, first);
            let mut bytes = witness.to_le_bytes().to_vec();
            bytes.extend(codec::encode(piece)?);
            frames::write(to, &bytes)
        })?;
        frames::end(to)?;
    }
    to.flush()
}

fn found<M>(searched: &Searched<M>) -> io::Result<Found>
where
    M: Model<State: Serialize>,
{
    let decisive = searched.decisive.iter().map(|decisive| {
        let Some(decisive) = decisive else {
            return Ok(None);
        };
        let state = codec::encode(std::slice::from_ref(&decisive.state))?;
        Ok(Some((state, decisive.depth)))
    });
    Ok(Found {
        decisive: decisive.collect::<io::Result<_>>()?,
        tally: KeptTally::from(&searched.tally),
        has_misfit: searched.stop == Some(Stop::Misfit),
    })
}

/// A set of seen states as frames.
struct Frames<'w, W>(&'w mut W);

impl<S: Hash + Serialize, W: Write> Sink<S> for Frames<'_, W> {
    fn states(&mut self, states: &[S]) -> io::Result<()> {
        frames::write(self.0, &codec::encode(states)?)
    }

    fn words(&mut self, words: &[u64]) -> io::Result<()> {
        let bytes = words.iter().flat_map(|word| word.to_le_bytes());
        let bytes: Vec<_> = bytes.collect();
        // An empty frame would end the set.
        if bytes.is_empty() {
            return Ok(());
        }
        frames::write(self.0, &bytes)
    }
}
