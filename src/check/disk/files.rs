//! Files for waiting states, gone when they are closed.

use std::fs::File;
use std::hash::Hash;
use std::io;
use std::path::PathBuf;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::codec;
use crate::check::search::Disk;

/// Files of a directory that nobody else sees.
pub(super) struct TemporaryFiles {
    pub(super) directory: PathBuf,
}

impl<S: Hash + Serialize + DeserializeOwned> Disk<S> for TemporaryFiles {
    fn encode(&self, piece: &[S]) -> io::Result<Vec<u8>> {
        codec::encode(piece)
    }

    fn decode(&self, bytes: &[u8]) -> io::Result<Vec<S>> {
        codec::decode(bytes)
    }

    fn open(&self) -> io::Result<File> {
        tempfile::tempfile_in(&self.directory)
    }

    fn told(&self, error: &io::Error) -> io::Error {
        let directory = self.directory.display();
        let failure = format!("waiting states cannot be spilled to {directory}: {error}");
        io::Error::new(error.kind(), failure)
    }
}
