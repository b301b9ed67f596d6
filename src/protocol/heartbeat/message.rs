//! What is under way between a master and its workers.

use crate::protocol::clock::{LONG_AGO, NOW};
use crate::wire::{Epoch, MonotonicTime};

/// How many messages of a sender may be under way on a topic.
const CAPACITY: usize = 1;

/// Messages of one sender on one topic, first in, first out.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct Queue<T>([Option<T>; CAPACITY]);

impl<T: Copy> Queue<T> {
    pub(super) fn first(&self) -> Option<T> {
        self.0[0]
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0[0].is_none()
    }

    pub(super) fn has_room(&self) -> bool {
        self.0[CAPACITY - 1].is_none()
    }

    /// Adds a message; one for which there is no room is lost.
    pub(super) fn push(&mut self, message: T) {
        if let Some(free) = self.0.iter_mut().find(|place| place.is_none()) {
            *free = Some(message);
        }
    }

    /// Takes the first message out.
    pub(super) fn pop(&mut self) {
        self.0.rotate_left(1);
        self.0[CAPACITY - 1] = None;
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut().flatten()
    }
}

impl<T: Copy> Default for Queue<T> {
    fn default() -> Self {
        Self([None; CAPACITY])
    }
}

/// A ping under way.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Ping {
    /// The master epoch that it names.
    pub master_epoch: Epoch,
    /// The worker epoch of its sender.
    pub worker_epoch: Epoch,
    /// Whether the sender has ended.
    pub is_finished: bool,
    /// Whether it was sent in an earlier age.
    pub is_late: bool,
}

/// A pong under way, or kept until somebody listens.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Pong {
    /// The epoch of the master that sent it.
    pub master_epoch: Epoch,
    /// The worker epoch of the ping that it answers.
    pub answers: Epoch,
    /// The same, if the message says so.
    pub worker_epoch: Option<Epoch>,
    /// Whether it acknowledges an end.
    pub is_finished: bool,
    /// Whether the ping that it answers was sent in an earlier age.
    pub is_late: bool,
}

/// A status under way: that its worker is initialised.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Status {
    /// The master epoch that it names.
    pub master_epoch: Epoch,
    /// The worker epoch of its sender.
    pub worker_epoch: Epoch,
}

/// When a message was sent.
pub(super) fn sent(is_late: bool) -> MonotonicTime {
    if is_late { LONG_AGO } else { NOW }
}
