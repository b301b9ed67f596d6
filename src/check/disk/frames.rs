//! A file of frames, each with checksums, so that damage is found wherever it is.
//!
//! A frame is its length, the checksum of the length, the checksum of its bytes, and
//! the bytes. An empty frame ends a series of frames.

use std::io::{self, Read, Write};

/// What stands before the bytes of a frame.
const HEAD: usize = size_of::<u64>() + 2 * size_of::<u32>();

/// Writes a frame.
pub(super) fn write(to: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    let length = (bytes.len() as u64).to_le_bytes();
    to.write_all(&length)?;
    to.write_all(&crc32fast::hash(&length).to_le_bytes())?;
    to.write_all(&crc32fast::hash(bytes).to_le_bytes())?;
    to.write_all(bytes)
}

/// Ends a series of frames.
pub(super) fn end(to: &mut impl Write) -> io::Result<()> {
    write(to, &[])
}

/// Reads a file of frames.
pub(super) struct Frames<R> {
    from: R,
    /// How many bytes are left in the file.
    left: u64,
}

impl<R: Read> Frames<R> {
    pub(super) const fn new(from: R, left: u64) -> Self {
        Self { from, left }
    }

    /// The next frame; `None` when it is damaged, or not there.
    pub(super) fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        let Some(left) = self.left.checked_sub(HEAD as u64) else {
            return Ok(None);
        };
        let mut head = [0; HEAD];
        self.from.read_exact(&mut head)?;
        let [length @ .., a, b, c, d, e, f, g, h] = head;
        let is_length = crc32fast::hash(&length) == u32::from_le_bytes([a, b, c, d]);
        let checksum = u32::from_le_bytes([e, f, g, h]);
        // What is not in the file takes no memory.
        let Some(left) = left.checked_sub(u64::from_le_bytes(length)) else {
            return Ok(None);
        };
        if !is_length {
            return Ok(None);
        }
        self.left = left;
        let mut bytes = vec![0; u64::from_le_bytes(length) as usize];
        self.from.read_exact(&mut bytes)?;
        Ok((crc32fast::hash(&bytes) == checksum).then_some(bytes))
    }

    /// How many bytes have not been read.
    pub(super) const fn left(&self) -> u64 {
        self.left
    }
}
