//! A check that goes on from a checkpoint.

use std::fs::File;
use std::hash::Hash;
use std::io::{self, BufReader, Read};
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::frames::Frames;
use super::kept::{FORMAT, Found, Identity, Kept, MAGIC, witness};
use super::{CheckpointError, codec};
use crate::check::search::{Begin, Decisive, Distance, Resumed, Searched, Space, TakeBack};
use crate::check::store::{Saved, Source};
use crate::check::{Model, Stop};

/// No check takes longer, and no sum of two such times is too large.
const LONGEST: Duration = Duration::from_secs(1 << 40);

/// From a checkpoint.
pub(super) struct Resume {
    pub(super) path: PathBuf,
}

impl<M> Begin<M> for Resume
where
    M: Model<State: Serialize + DeserializeOwned>,
{
    type Error = CheckpointError;

    fn refuse_others(&self) -> Result<(), CheckpointError> {
        Err(CheckpointError::Unsupported)
    }

    fn begin(
        self,
        space: &Space<'_, M>,
        visited: &dyn Saved<M::State>,
        take_back: &mut TakeBack<'_, M::State>,
    ) -> Result<Option<Resumed<M>>, CheckpointError> {
        let mut checkpoint = Checkpoint::open(self.path)?;
        checkpoint.is_of(&Identity::new(space, visited.kind()))?;
        let kept: Kept = checkpoint.value()?;
        let before = kept.before_the_next(space.properties.len());
        let Some(before) = before else {
            return Err(checkpoint.damaged("its numbers do not agree"));
        };
        match visited.load(kept.states, &mut checkpoint) {
            Ok(true) => {}
            Ok(false) => {
                let path = checkpoint.path;
                return Err(CheckpointError::Memory { path });
            }
            Err(error) => return Err(checkpoint.told(error)),
        }
        let mut waiting = [0; 2];
        for (count, at) in waiting.iter_mut().zip([Distance::Last, Distance::Next]) {
            while let Some(piece) = checkpoint.waiting(space.model)? {
                *count += piece.len();
                take_back(at, piece).map_err(|error| checkpoint.told(error))?;
            }
        }
        let most = kept.levels.last().copied().unwrap_or(0);
        let is_whole = visited.count() == kept.states
            && waiting[0] <= most
            && waiting[1] == kept.states - before
            && checkpoint.frames.left() == 0;
        if !is_whole {
            return Err(checkpoint.damaged("states are missing, or there are too many"));
        }
        let [found, further] = kept.found;
        let mut searched = checkpoint.searched(found)?;
        searched.levels = kept.levels;
        Ok(Some(Resumed {
            searched,
            further: checkpoint.searched(further)?,
            elapsed: kept.elapsed,
        }))
    }
}

impl Kept {
    /// How many states there are in the levels, if nothing contradicts itself.
    fn before_the_next(&self, properties: usize) -> Option<usize> {
        let mut levels = self.levels.iter();
        let sum = levels.try_fold(0, |sum: usize, level| sum.checked_add(*level))?;
        let agrees = |found: &Found| {
            let mut decisive = found.decisive.iter().flatten();
            found.decisive.len() == properties
                && found.tally.is_sound(properties)
                && decisive.all(|(_, depth)| *depth <= self.levels.len())
        };
        let is_sound =
            sum <= self.states && self.elapsed <= LONGEST && self.found.iter().all(agrees);
        is_sound.then_some(sum)
    }
}

/// A checkpoint that is read.
struct Checkpoint {
    path: PathBuf,
    frames: Frames<BufReader<File>>,
}

impl Checkpoint {
    fn open(path: PathBuf) -> Result<Self, CheckpointError> {
        let opened = File::open(&path).and_then(|file| {
            let length = file.metadata()?.len();
            let mut file = BufReader::new(file);
            let mut begin = Vec::new();
            let size = MAGIC.len() + size_of_val(&FORMAT);
            file.by_ref().take(size as u64).read_to_end(&mut begin)?;
            Ok((file, length, begin))
        });
        let (file, length, begin) = match opened {
            Ok(opened) => opened,
            Err(error) => return Err(CheckpointError::Io { path, error }),
        };
        let Some(format) = begin.strip_prefix(MAGIC) else {
            return Err(CheckpointError::NotACheckpoint { path });
        };
        let Ok(format) = format.try_into().map(u32::from_le_bytes) else {
            let what = CUT_OFF;
            return Err(CheckpointError::Damaged { path, what });
        };
        if format != FORMAT {
            return Err(CheckpointError::Format {
                path,
                found: format,
                known: FORMAT,
            });
        }
        let frames = Frames::new(file, length - begin.len() as u64);
        Ok(Self { path, frames })
    }

    /// Checks that it is a checkpoint of this check.
    fn is_of(&mut self, now: &Identity) -> Result<(), CheckpointError> {
        let then: Identity = self.value()?;
        let names = |names: &[String]| match names {
            [] => "none".to_owned(),
            names => names.join(", "),
        };
        let is_used = |is_symmetric| if is_symmetric { "used" } else { "not used" };
        let same = [
            ("the model", then.model, now.model.clone()),
            (
                "the list of properties",
                names(&then.properties),
                names(&now.properties),
            ),
            ("the store", then.store, now.store.clone()),
            (
                "symmetry",
                is_used(then.is_symmetric).to_owned(),
                is_used(now.is_symmetric).to_owned(),
            ),
        ];
        for (what, found, expected) in same {
            if found != expected {
                let path = self.path.clone();
                return Err(CheckpointError::OtherCheck {
                    path,
                    what,
                    found,
                    expected,
                });
            }
        }
        if then.initial_states != now.initial_states {
            let what = "its initial states, or the steps from them, are others";
            return Err(self.changed(what.to_owned()));
        }
        Ok(())
    }

    /// The next frame; `None` at the end of a series.
    fn frame(&mut self) -> Result<Option<Vec<u8>>, CheckpointError> {
        match self.frames.next() {
            Ok(Some(bytes)) if bytes.is_empty() => Ok(None),
            Ok(Some(bytes)) => Ok(Some(bytes)),
            Ok(None) => Err(self.damaged(CUT_OFF)),
            Err(error) => Err(self.told(error)),
        }
    }

    /// What the next frame says.
    fn value<T: DeserializeOwned>(&mut self) -> Result<T, CheckpointError> {
        let frame = self.frame()?.unwrap_or_default();
        match postcard::take_from_bytes(&frame) {
            Ok((value, [])) => Ok(value),
            _ => Err(self.damaged("what it says cannot be understood")),
        }
    }

    /// The next piece of states that wait.
    fn waiting<M>(&mut self, model: &M) -> Result<Option<Vec<M::State>>, CheckpointError>
    where
        M: Model<State: DeserializeOwned>,
    {
        let Some(frame) = self.frame()? else {
            return Ok(None);
        };
        let Some((then, piece)) = codec::split_hash(&frame) else {
            return Err(self.damaged(CUT_OFF));
        };
        let piece: Vec<M::State> = self.decode(piece)?;
        let now = piece.first().map(|state| witness(model, state));
        if now != Some(then) {
            let what = "a state, or the steps from it, are others";
            return Err(self.changed(what.to_owned()));
        }
        Ok(Some(piece))
    }

    fn decode<S>(&self, bytes: &[u8]) -> Result<Vec<S>, CheckpointError>
    where
        S: Hash + DeserializeOwned,
    {
        codec::decode(bytes).map_err(|error| self.changed(error.to_string()))
    }

    fn searched<M>(&self, found: Found) -> Result<Searched<M>, CheckpointError>
    where
        M: Model<State: DeserializeOwned>,
    {
        let mut searched = Searched::new(found.decisive.len());
        for (place, decisive) in searched.decisive.iter_mut().zip(found.decisive) {
            if let Some((bytes, depth)) = decisive {
                let state = self.decode(&bytes)?.pop();
                *place = state.map(|state| Decisive::new(state, depth));
            }
        }
        searched.tally = found.tally.into();
        searched.stop = found.has_misfit.then_some(Stop::Misfit);
        Ok(searched)
    }

    fn damaged(&self, what: &'static str) -> CheckpointError {
        let path = self.path.clone();
        CheckpointError::Damaged { path, what }
    }

    fn changed(&self, what: String) -> CheckpointError {
        let path = self.path.clone();
        CheckpointError::Changed { path, what }
    }

    /// What has gone through an i/o error, or the error itself.
    fn told(&self, error: io::Error) -> CheckpointError {
        let path = self.path.clone();
        error
            .downcast()
            .unwrap_or_else(|error| CheckpointError::Io { path, error })
    }
}

/// What shows most damages.
const CUT_OFF: &str = "it is cut off, or something was written over it";

impl<S: Hash + DeserializeOwned> Source<S> for Checkpoint {
    fn states(&mut self) -> io::Result<Option<Vec<S>>> {
        let frame = self.frame().map_err(io::Error::other)?;
        let states = frame.map(|frame| self.decode(&frame));
        states.transpose().map_err(io::Error::other)
    }

    fn words(&mut self) -> io::Result<Option<Vec<u64>>> {
        let frame = self.frame().map_err(io::Error::other)?;
        Ok(frame.map(|frame| {
            let (words, _) = frame.as_chunks();
            words.iter().copied().map(u64::from_le_bytes).collect()
        }))
    }

    fn most_words(&self) -> usize {
        self.frames.left() as usize / size_of::<u64>()
    }
}
