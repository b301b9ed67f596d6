//! Pieces of waiting states on disk.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};

/// How pieces get to disk and back.
pub(in crate::check) trait Disk<S>: Sync {
    /// A piece as bytes.
    fn encode(&self, piece: &[S]) -> io::Result<Vec<u8>>;

    /// The piece of these bytes.
    fn decode(&self, bytes: &[u8]) -> io::Result<Vec<S>>;

    /// An empty file that nobody else sees, and that is gone when it is closed.
    fn open(&self) -> io::Result<File>;

    /// An error that tells what was to be done, and where.
    fn told(&self, error: &io::Error) -> io::Error;
}

/// When and where to spill.
pub(in crate::check) struct Spill<'d, S> {
    pub(in crate::check) disk: &'d (dyn Disk<S> + 'static),
    /// How many bytes may wait in memory.
    pub(in crate::check) share: usize,
}

impl<S> Clone for Spill<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Spill<'_, S> {}

/// The pieces of a level that are on disk, one behind the other in a file.
pub(super) struct Spilled {
    file: File,
    /// Where the first one begins.
    begin: u64,
    /// Where the last one ends.
    end: u64,
    lengths: VecDeque<usize>,
}

impl Spilled {
    pub(super) const fn new(file: File) -> Self {
        Self {
            file,
            begin: 0,
            end: 0,
            lengths: VecDeque::new(),
        }
    }

    /// Adds a piece behind the others.
    pub(super) fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(bytes)?;
        self.end += bytes.len() as u64;
        self.lengths.push_back(bytes.len());
        Ok(())
    }

    /// The first piece, which is there no more.
    pub(super) fn pop(&mut self) -> io::Result<Option<Vec<u8>>> {
        let Some(length) = self.lengths.pop_front() else {
            return Ok(None);
        };
        let bytes = self.read(self.begin, length)?;
        self.begin += length as u64;
        Ok(Some(bytes))
    }

    /// Shows every piece.
    pub(super) fn for_each(
        &mut self,
        mut show: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut begin = self.begin;
        for index in 0..self.lengths.len() {
            let length = self.lengths[index];
            show(&self.read(begin, length)?)?;
            begin += length as u64;
        }
        Ok(())
    }

    fn read(&mut self, begin: u64, length: usize) -> io::Result<Vec<u8>> {
        self.file.seek(SeekFrom::Start(begin))?;
        let mut bytes = vec![0; length];
        self.file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}
