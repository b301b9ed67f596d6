//! The states of a level that wait, in pieces of a fixed size: one is freed as soon as
//! everything in it has been expanded, and none is ever copied to make room.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::spill::{Spill, Spilled};

/// How many states there are in a piece at most. A thread takes on a whole one:
/// neighbours lead to the same states, and only the thread that has come to one
/// remembers it.
pub(super) const PIECE: usize = 2048;

/// The room for states that wait.
pub(super) struct Room<'d, S> {
    /// The bytes of all that wait in memory or that a thread has at hand.
    bytes: AtomicUsize,
    spill: Option<Spill<'d, S>>,
}

impl<'d, S> Room<'d, S> {
    pub(super) const fn new(spill: Option<Spill<'d, S>>) -> Self {
        Self {
            bytes: AtomicUsize::new(0),
            spill,
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes.load(Relaxed)
    }

    /// Counts what has been added to pieces.
    pub(super) fn add(&self, bytes: usize) {
        self.bytes.fetch_add(bytes, Relaxed);
    }

    /// Frees a piece.
    pub(super) fn free(&self, piece: Vec<S>) {
        self.bytes.fetch_sub(bytes_of(&piece), Relaxed);
    }
}

/// The pieces of a level, which threads take on one after the other.
pub(super) struct Waiting<'r, S> {
    room: &'r Room<'r, S>,
    /// How many states there are.
    states: AtomicUsize,
    pieces: Mutex<Pieces<S>>,
}

struct Pieces<S> {
    here: VecDeque<Vec<S>>,
    spilled: Option<Spilled>,
}

impl<'r, S> Waiting<'r, S> {
    pub(super) const fn new(room: &'r Room<'r, S>) -> Self {
        let pieces = Pieces {
            here: VecDeque::new(),
            spilled: None,
        };
        Self {
            room,
            states: AtomicUsize::new(0),
            pieces: Mutex::new(pieces),
        }
    }

    /// How many states there are.
    pub(super) fn states(&self) -> usize {
        self.states.load(Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, Pieces<S>> {
        // The pieces are whole after a panic, too: nothing in between can panic.
        self.pieces.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a piece behind the others; to disk if there is no room for it.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub(super) fn push(&self, piece: Vec<S>) -> io::Result<()> {
        self.states.fetch_add(piece.len(), Relaxed);
        match &self.room.spill {
            Some(spill) if self.room.bytes() > spill.share => {
                let spilled = self.spill(spill, &piece);
                self.room.free(piece);
                spilled.map_err(|error| spill.disk.told(&error))
            }
            _ => {
                self.lock().here.push_back(piece);
                Ok(())
            }
        }
    }

    fn spill(&self, spill: &Spill<'_, S>, piece: &[S]) -> io::Result<()> {
        let bytes = spill.disk.encode(piece)?;
        let mut pieces = self.lock();
        let spilled = match &mut pieces.spilled {
            Some(spilled) => spilled,
            empty => empty.insert(Spilled::new(spill.disk.open()?)),
        };
        spilled.push(&bytes)
    }

    /// Adds a piece from elsewhere, which is counted.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub(super) fn take_in(&self, piece: Vec<S>) -> io::Result<()> {
        self.room.add(bytes_of(&piece));
        self.push(piece)
    }

    /// Adds what is left of a piece before the others.
    pub(super) fn put_back(&self, piece: Vec<S>) {
        self.states.fetch_add(piece.len(), Relaxed);
        self.lock().here.push_front(piece);
    }

    /// The first piece, which is there no more.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub(super) fn pop(&self) -> io::Result<Option<Vec<S>>> {
        let mut piece = self.lock().here.pop_front();
        if let Some(spill) = &self.room.spill
            && piece.is_none()
        {
            let spilled = self.pop_spilled(spill);
            piece = spilled.map_err(|error| spill.disk.told(&error))?;
        }
        let states = piece.as_ref().map_or(0, Vec::len);
        self.states.fetch_sub(states, Relaxed);
        Ok(piece)
    }

    fn pop_spilled(&self, spill: &Spill<'_, S>) -> io::Result<Option<Vec<S>>> {
        let bytes = match &mut self.lock().spilled {
            Some(spilled) => spilled.pop()?,
            None => None,
        };
        let piece = bytes.map(|bytes| spill.disk.decode(&bytes)).transpose()?;
        if let Some(piece) = &piece {
            self.room.add(bytes_of(piece));
        }
        Ok(piece)
    }

    /// Shows every piece.
    ///
    /// # Errors
    ///
    /// When one cannot be read, and those of `show`.
    pub(super) fn for_each(&self, show: &mut dyn FnMut(&[S]) -> io::Result<()>) -> io::Result<()> {
        let mut pieces = self.lock();
        pieces.here.iter().try_for_each(|piece| show(piece))?;
        if let Some(spill) = &self.room.spill
            && let Some(spilled) = &mut pieces.spilled
        {
            spilled.for_each(|bytes| show(&spill.disk.decode(bytes)?))?;
        }
        Ok(())
    }
}

/// The states that one thread has come to.
pub(super) struct Fresh<S> {
    growing: Vec<S>,
    full: Vec<Vec<S>>,
}

impl<S> Fresh<S> {
    pub(super) const fn new() -> Self {
        Self {
            growing: Vec::new(),
            full: Vec::new(),
        }
    }

    /// The piece that grows, with room for so many more.
    #[inline]
    pub(super) fn with_room(&mut self, more: usize) -> &mut Vec<S> {
        if self.growing.len() + more > PIECE {
            // Where one piece gets full, another one will.
            let empty = Vec::with_capacity(PIECE);
            self.full.push(std::mem::replace(&mut self.growing, empty));
        }
        &mut self.growing
    }

    /// Hands over the pieces that are full.
    pub(super) fn hand_over_full(&mut self, waiting: &Waiting<'_, S>) -> io::Result<()> {
        self.full
            .drain(..)
            .try_for_each(|piece| waiting.push(piece))
    }

    /// Hands over everything.
    pub(super) fn hand_over(&mut self, waiting: &Waiting<'_, S>) -> io::Result<()> {
        if !self.growing.is_empty() {
            self.full.push(std::mem::take(&mut self.growing));
        }
        self.hand_over_full(waiting)
    }

    /// How many bytes the pieces take.
    pub(super) fn bytes(&self) -> usize {
        let full = self.full.iter().map(bytes_of).sum::<usize>();
        bytes_of(&self.growing) + full
    }
}

/// How many bytes a piece takes, without what its states own.
const fn bytes_of<S>(piece: &Vec<S>) -> usize {
    piece.capacity() * size_of::<S>()
}
