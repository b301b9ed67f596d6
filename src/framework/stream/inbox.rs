//! The messages of a stream where it is received.

use super::receiver::{KEPT_MESSAGES, Stream, StreamEffect, StreamEvent, StreamState};
use crate::framework::policy::Policy;
use crate::machine::{Guarded, Refused};

/// Messages are missing. The original's handler ends, and with it the master or
/// the worker that registered it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("messages from number {missing} on are missing; a stream has no gaps")]
#[non_exhaustive]
pub struct DataLost {
    /// The first number that is missing.
    pub missing: u64,
}

impl DataLost {
    /// The code under which the original registered the error.
    #[must_use]
    pub fn code(self) -> &'static str {
        "CDC:ErrPeerMessageDataLost"
    }
}

/// The messages of one sender on one topic, as they are received.
///
/// # Examples
///
/// ```
/// use fsmcheck::framework::{Inbox, Policy};
///
/// let mut inbox = Inbox::new(Policy::original());
/// let mut delivered = Vec::new();
/// inbox.arrived(1, "pong", &mut delivered)?;
/// assert!(delivered.is_empty());
/// // Whoever registers a handler gets what was kept.
/// inbox.register_handler(&mut delivered)?;
/// inbox.arrived(1, "pong", &mut delivered)?;
/// assert_eq!(delivered, ["pong"]);
/// # Ok::<(), fsmcheck::framework::DataLost>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Inbox<T> {
    machine: Guarded<Stream>,
    kept: Vec<(u64, T)>,
    cut_off: bool,
}

impl<T> Inbox<T> {
    /// An inbox with room for the original's [`KEPT_MESSAGES`].
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self::with_capacity(policy, KEPT_MESSAGES)
    }

    /// An inbox that overflows when a message comes and more than `capacity` are
    /// kept.
    #[must_use]
    pub fn with_capacity(policy: Policy, capacity: usize) -> Self {
        Self {
            machine: Guarded::new(Stream::new(policy, capacity)),
            kept: Vec::new(),
            cut_off: false,
        }
    }

    /// A message has come; what the handler gets of it is appended to `delivered`.
    ///
    /// # Errors
    ///
    /// When messages before it are missing.
    pub fn arrived(
        &mut self,
        sequence: u64,
        message: T,
        delivered: &mut Vec<T>,
    ) -> Result<(), DataLost> {
        let mut message = Some(message);
        for effect in self.step(StreamEvent::Arrived { sequence }) {
            match effect {
                StreamEffect::Deliver => delivered.extend(message.take()),
                StreamEffect::Keep => {
                    self.kept
                        .extend(message.take().map(|kept| (sequence, kept)));
                }
                StreamEffect::DropKept => self.kept.clear(),
                StreamEffect::Disconnect => self.cut_off = true,
                StreamEffect::EndHandler { missing } => return Err(DataLost { missing }),
                StreamEffect::Skip | StreamEffect::Ignore | StreamEffect::Replay => {}
            }
        }
        Ok(())
    }

    /// A handler is registered; the messages that were kept are appended to
    /// `delivered`. Nothing happens when there is a handler already.
    ///
    /// # Errors
    ///
    /// When messages are missing among those that were kept.
    pub fn register_handler(&mut self, delivered: &mut Vec<T>) -> Result<(), DataLost> {
        let replay = self.step(StreamEvent::HandlerRegistered);
        if replay.contains(&StreamEffect::Replay) {
            for (sequence, message) in std::mem::take(&mut self.kept) {
                self.arrived(sequence, message, delivered)?;
            }
        }
        Ok(())
    }

    /// The handler is removed. Nothing happens when there is none.
    pub fn remove_handler(&mut self) {
        self.step(StreamEvent::HandlerRemoved);
    }

    /// The sender has connected anew.
    pub fn reconnected(&mut self) {
        self.cut_off = false;
        self.step(StreamEvent::Reconnected);
    }

    /// Whether the sender was cut off and has to connect anew.
    #[must_use]
    pub fn is_cut_off(&self) -> bool {
        self.cut_off
    }

    /// The number of the last message that was delivered, 0 for none.
    #[must_use]
    pub fn acked(&self) -> u64 {
        self.machine.storage().acked()
    }

    /// How many messages are kept.
    #[must_use]
    pub fn n_kept(&self) -> usize {
        self.kept.len()
    }

    /// Where the stream stands.
    #[must_use]
    pub fn state(&self) -> StreamState {
        *self.machine.state()
    }

    /// What is to be done; nothing where the event changes nothing.
    fn step(&mut self, event: StreamEvent) -> Vec<StreamEffect> {
        let mut effects = Vec::new();
        match self.machine.handle_with_context(&event, &mut effects) {
            Ok(_) => effects,
            Err(Refused { .. }) => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::policy::Rule;

    fn all(
        inbox: &mut Inbox<u64>,
        sequences: impl IntoIterator<Item = u64>,
    ) -> Result<Vec<u64>, DataLost> {
        let mut delivered = Vec::new();
        for sequence in sequences {
            inbox.arrived(sequence, sequence, &mut delivered)?;
        }
        Ok(delivered)
    }

    #[test]
    fn an_overflow_cuts_the_sender_off_for_good_but_for_the_rule() {
        let last_kept = KEPT_MESSAGES as u64 + 1;
        for policy in [Policy::original(), Policy::hardened()] {
            let mut inbox = Inbox::new(policy);
            let mut delivered = Vec::new();
            assert_eq!(all(&mut inbox, 1..=last_kept), Ok(Vec::new()));
            assert_eq!((inbox.n_kept(), inbox.is_cut_off()), (257, false));
            assert_eq!(
                all(&mut inbox, [last_kept + 1, last_kept + 2]),
                Ok(Vec::new())
            );
            assert_eq!((inbox.n_kept(), inbox.is_cut_off()), (0, true));
            // The old stream is over: nothing of it is delivered.
            inbox.register_handler(&mut delivered).unwrap();
            assert_eq!(all(&mut inbox, [last_kept + 3]), Ok(Vec::new()));
            inbox.reconnected();
            assert_eq!(all(&mut inbox, 1..=3), Ok(vec![1, 2, 3]));
        }

        // What comes after the overflow is kept as if nothing were missing.
        let mut inbox = Inbox::new(Policy::before(Rule::StreamDroppedAfterOverflow));
        let mut delivered = Vec::new();
        inbox.register_handler(&mut delivered).unwrap();
        assert_eq!(all(&mut inbox, [1]), Ok(vec![1]));
        inbox.remove_handler();
        assert_eq!(all(&mut inbox, 2..=last_kept + 4), Ok(Vec::new()));
        let lost = inbox.register_handler(&mut delivered).unwrap_err();
        assert_eq!(
            (lost.missing, lost.code()),
            (2, "CDC:ErrPeerMessageDataLost")
        );
        assert_eq!(inbox.state(), StreamState::Broken);
    }

    #[test]
    fn what_was_kept_is_replayed_to_whoever_registers() {
        let mut inbox = Inbox::new(Policy::original());
        let mut delivered = Vec::new();
        inbox.register_handler(&mut delivered).unwrap();
        assert_eq!(all(&mut inbox, [1, 2]), Ok(vec![1, 2]));
        inbox.remove_handler();
        assert_eq!(all(&mut inbox, [3, 2, 4]), Ok(Vec::new()));
        inbox.register_handler(&mut delivered).unwrap();
        assert_eq!(
            delivered,
            [3, 4],
            "what was delivered before is not replayed"
        );
        // A second registration changes nothing.
        inbox.register_handler(&mut delivered).unwrap();
        assert_eq!(all(&mut inbox, [4, 5]), Ok(vec![5]));
    }

    #[test]
    fn a_sender_that_begins_anew_is_swallowed() {
        let mut inbox = Inbox::new(Policy::hardened());
        let mut delivered = Vec::new();
        inbox.register_handler(&mut delivered).unwrap();
        assert_eq!(all(&mut inbox, 1..=5), Ok(vec![1, 2, 3, 4, 5]));
        inbox.reconnected();
        assert_eq!(all(&mut inbox, 1..=6), Ok(vec![6]));
    }

    #[test]
    fn the_ends_of_the_numbers_are_no_matter() {
        let mut inbox = Inbox::new(Policy::original());
        let mut delivered = Vec::new();
        inbox.register_handler(&mut delivered).unwrap();
        assert_eq!(
            all(&mut inbox, [0, u64::MAX - 1, u64::MAX, 0]).map(|it| it.len()),
            Ok(2)
        );
    }
}
