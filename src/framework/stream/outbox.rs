//! The messages of a stream where it is sent.

use std::collections::VecDeque;

/// How many messages may wait to be sent or acknowledged.
pub const SEND_QUEUE_CAPACITY: usize = 128;

/// There is no room for another message; it was not sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{capacity} messages wait to be acknowledged; no more can be sent")]
#[non_exhaustive]
pub struct OutboxFull {
    /// How many messages may wait.
    pub capacity: usize,
}

/// The messages of one sender on one topic, as they are sent.
///
/// An outbox that takes the place of another begins with the number 1 again, as
/// the original's does when a node goes and comes back.
///
/// # Examples
///
/// ```
/// use fsmcheck::framework::Outbox;
///
/// let mut outbox = Outbox::default();
/// assert_eq!(outbox.send("ping")?, 1);
/// assert_eq!(outbox.send("ping")?, 2);
/// outbox.acked(1);
/// assert!(outbox.unacked().eq([(2, &"ping")]));
/// # Ok::<(), fsmcheck::framework::OutboxFull>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Outbox<T> {
    capacity: usize,
    last: u64,
    unacked: VecDeque<(u64, T)>,
}

impl<T> Outbox<T> {
    /// An outbox that has sent nothing, with room for `capacity` messages that
    /// are not acknowledged.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            last: 0,
            unacked: VecDeque::new(),
        }
    }

    /// Sends a message, and returns its number.
    ///
    /// # Errors
    ///
    /// When there is no room.
    pub fn send(&mut self, message: T) -> Result<u64, OutboxFull> {
        if self.unacked.len() >= self.capacity {
            return Err(OutboxFull {
                capacity: self.capacity,
            });
        }
        self.last = self.last.saturating_add(1);
        self.unacked.push_back((self.last, message));
        Ok(self.last)
    }

    /// The receiver has everything up to this number.
    pub fn acked(&mut self, sequence: u64) {
        while self
            .unacked
            .front()
            .is_some_and(|(first, _)| *first <= sequence)
        {
            self.unacked.pop_front();
        }
    }

    /// What has to be sent again after a reconnect, in order.
    pub fn unacked(&self) -> impl ExactSizeIterator<Item = (u64, &T)> {
        self.unacked
            .iter()
            .map(|(sequence, message)| (*sequence, message))
    }
}

/// With the original's [`SEND_QUEUE_CAPACITY`].
impl<T> Default for Outbox<T> {
    fn default() -> Self {
        Self::new(SEND_QUEUE_CAPACITY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_what_was_acknowledged() {
        let mut outbox = Outbox::new(2);
        assert_eq!(outbox.send('a'), Ok(1));
        assert_eq!(outbox.send('b'), Ok(2));
        assert_eq!(outbox.send('c'), Err(OutboxFull { capacity: 2 }));
        outbox.acked(0);
        assert_eq!(outbox.unacked().len(), 2);
        outbox.acked(1);
        assert_eq!(outbox.send('c'), Ok(3));
        assert!(outbox.unacked().eq([(2, &'b'), (3, &'c')]));
        outbox.acked(u64::MAX);
        assert_eq!(outbox.unacked().len(), 0);
    }
}
