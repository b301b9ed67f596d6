//! What is under way between components.

use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

use super::ComposeError;
use super::machine::Message;

/// How many messages the contents of a channel hold on average at most.
const MESSAGES: usize = 64;

/// What a channel does with the messages that are sent on it.
///
/// A message may be under way for as long as it likes: it is delivered at any later
/// moment, unless the channel is [prompt](Channel::prompt).
///
/// # Examples
///
/// ```
/// use fsmcheck::check::compose::Channel;
///
/// // Two messages at most, in the order in which they were sent; any may get lost.
/// let wire = Channel::in_order(2).lossy();
/// // Five at most, in any order, and each may come several times.
/// let post = Channel::unordered(5).duplicating();
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Channel {
    pub(super) capacity: usize,
    order: Order,
    pub(super) is_lossy: bool,
    pub(super) is_duplicating: bool,
    full: WhenFull,
    pub(super) is_prompt: bool,
    pub(super) drops_refused: bool,
    pub(super) is_lost_with_crash: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Order {
    /// First in, first out.
    Whole,
    /// First in, first out among the messages of one sender.
    OfEachSender,
    None,
    /// Messages stay when they are delivered, and no message is there twice.
    Board,
}

/// What happens when something is sent on a channel that is full.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum WhenFull {
    /// Whoever would send it waits: the step cannot be taken.
    #[default]
    Waits,
    /// What does not fit is lost.
    Loses,
    /// The step leads out of the model's bounds: it is counted, and what lies behind it
    /// is left out.
    LeavesBounds,
}

impl Channel {
    const fn new(capacity: usize, order: Order) -> Self {
        Self {
            capacity,
            order,
            is_lossy: false,
            is_duplicating: false,
            full: WhenFull::Waits,
            is_prompt: false,
            drops_refused: false,
            is_lost_with_crash: false,
        }
    }

    /// Messages are delivered in the order in which they were sent, whoever sent them.
    #[must_use]
    pub const fn in_order(capacity: usize) -> Self {
        Self::new(capacity, Order::Whole)
    }

    /// Messages of one sender are delivered in the order in which they were sent; those
    /// of others may overtake them.
    #[must_use]
    pub const fn in_order_of_each_sender(capacity: usize) -> Self {
        Self::new(capacity, Order::OfEachSender)
    }

    /// Messages are delivered in any order.
    #[must_use]
    pub const fn unordered(capacity: usize) -> Self {
        Self::new(capacity, Order::None)
    }

    /// Messages stay once they are sent: each may be delivered again and again, and
    /// sending it a second time changes nothing. It has no capacity.
    #[must_use]
    pub const fn board() -> Self {
        Self::new(usize::MAX, Order::Board)
    }

    /// Any message may get lost.
    #[must_use]
    pub const fn lossy(self) -> Self {
        Self {
            is_lossy: true,
            ..self
        }
    }

    /// Any message may come twice, as long as there is room for it. On a
    /// [board](Channel::board) any does already.
    #[must_use]
    pub const fn duplicating(self) -> Self {
        Self {
            is_duplicating: true,
            ..self
        }
    }

    /// Nothing else happens as long as a message is under way: there is no delay.
    #[must_use]
    pub const fn prompt(self) -> Self {
        Self {
            is_prompt: true,
            ..self
        }
    }

    /// What happens when it is full; the sender waits unless given.
    #[must_use]
    pub const fn when_full(self, full: WhenFull) -> Self {
        Self { full, ..self }
    }

    /// A message that the receiver refuses, or that comes while it is down, is dropped.
    /// Unless this is said it waits, and those behind it wait with it.
    #[must_use]
    pub const fn drops_refused(self) -> Self {
        Self {
            drops_refused: true,
            ..self
        }
    }

    /// What is under way is lost when the receiver crashes or one of the senders.
    #[must_use]
    pub const fn lost_with_crash(self) -> Self {
        Self {
            is_lost_with_crash: true,
            ..self
        }
    }

    /// How many equal messages there may be at different places.
    pub(super) const fn places(&self) -> usize {
        match self.order {
            Order::Whole | Order::OfEachSender => self.capacity,
            Order::None | Order::Board => 1,
        }
    }

    /// What an operation makes of a content.
    fn apply(&self, content: &[Message], operation: &Operation) -> Applied {
        let mut after = content.to_vec();
        let place = |message: &Message, nth: usize| {
            let places = content.iter().enumerate();
            let mut places = places.filter(|(_, there)| *there == message);
            places.nth(nth).map(|(place, _)| place)
        };
        match operation {
            Operation::Take(message) => {
                let first = match self.order {
                    Order::Whole => content.first(),
                    Order::OfEachSender => {
                        content.iter().find(|there| there.sender == message.sender)
                    }
                    Order::None | Order::Board => content.iter().find(|there| *there == message),
                };
                let Some(place) = place(message, 0).filter(|_| first == Some(message)) else {
                    return Applied::Impossible;
                };
                if self.order != Order::Board {
                    after.remove(place);
                }
            }
            Operation::Lose(message, nth) => match place(message, *nth) {
                Some(place) => drop(after.remove(place)),
                None => return Applied::Impossible,
            },
            Operation::Duplicate(message, nth) => match place(message, *nth) {
                Some(place) if self.order != Order::Board && after.len() < self.capacity => {
                    after.insert(place, *message);
                }
                _ => return Applied::Impossible,
            },
            Operation::Clear => after.clear(),
            Operation::Put(messages) => {
                for message in messages {
                    if self.order == Order::Board && after.contains(message) {
                        continue;
                    }
                    if after.len() < self.capacity {
                        after.push(*message);
                        continue;
                    }
                    match self.full {
                        WhenFull::Waits => return Applied::Impossible,
                        WhenFull::Loses => {}
                        WhenFull::LeavesBounds => return Applied::LeavesBounds,
                    }
                }
            }
        }
        match self.order {
            Order::Whole => {}
            Order::OfEachSender => after.sort_by_key(|message| message.sender),
            Order::None | Order::Board => after.sort_unstable(),
        }
        Applied::Content(after)
    }
}

/// Something that happens to what is in a channel.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) enum Operation {
    Take(Message),
    Put(Vec<Message>),
    /// One of several equal messages gets lost.
    Lose(Message, usize),
    /// One of several equal messages is there twice.
    Duplicate(Message, usize),
    Clear,
}

enum Applied {
    Content(Vec<Message>),
    Impossible,
    LeavesBounds,
}

/// What a channel may hold.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) enum Content {
    Messages(Vec<Message>),
    /// More than it has room for, where that leaves the model's bounds.
    Overflown,
}

impl Content {
    pub(super) fn messages(&self) -> &[Message] {
        match self {
            Self::Messages(messages) => messages,
            Self::Overflown => &[],
        }
    }
}

/// Everything that a channel may hold, by numbers, and what its operations do to it.
pub(super) struct Contents {
    pub(super) name: String,
    pub(super) channel: Channel,
    pub(super) all: IndexSet<Content, FxBuildHasher>,
    /// The operations that happen together, as one.
    events: IndexSet<Vec<Operation>, FxBuildHasher>,
    /// For each of these events what it makes of each content.
    outcomes: Vec<Vec<Option<u32>>>,
}

impl Contents {
    pub(super) fn new(name: String, channel: Channel) -> Self {
        Self {
            name,
            channel,
            all: IndexSet::from_iter([Content::Messages(Vec::new())]),
            events: IndexSet::default(),
            outcomes: Vec::new(),
        }
    }

    /// The number of a sequence of operations.
    pub(super) fn event(&mut self, operations: Vec<Operation>) -> usize {
        self.events.insert_full(operations).0
    }

    /// The number of what is in the channel after messages were put into the empty one.
    pub(super) fn start(&mut self, messages: &[Message]) -> Result<u32, ComposeError> {
        let put = Operation::Put(messages.to_vec());
        match self.channel.apply(&[], &put) {
            Applied::Content(content) => {
                Ok(self.all.insert_full(Content::Messages(content)).0 as u32)
            }
            _ => Err(ComposeError::FullAtStart {
                channel: self.name.clone(),
                capacity: self.channel.capacity,
            }),
        }
    }

    /// Finds everything that the channel may come to hold.
    pub(super) fn close(&mut self, limit: usize) -> Result<(), ComposeError> {
        self.outcomes.resize_with(self.events.len(), Vec::new);
        let (mut next, mut kept) = (0, 0);
        while next < self.all.len() {
            // What is kept is bounded, too, where a channel holds many messages.
            kept += self.all[next].messages().len();
            if self.all.len() > limit || kept > MESSAGES * limit {
                return Err(ComposeError::TooManyContents {
                    channel: self.name.clone(),
                    messages: self.messages(),
                    limit,
                });
            }
            for event in 0..self.events.len() {
                let after = self.happens(next, event);
                let number = after.map(|content| self.all.insert_full(content).0 as u32);
                self.outcomes[event].push(number);
            }
            next += 1;
        }
        Ok(())
    }

    /// How many different messages there are.
    fn messages(&self) -> usize {
        let contents = self.all.iter().flat_map(Content::messages);
        contents.collect::<std::collections::BTreeSet<_>>().len()
    }

    fn happens(&self, content: usize, event: usize) -> Option<Content> {
        let Content::Messages(messages) = &self.all[content] else {
            return None;
        };
        let mut messages = messages.clone();
        for operation in &self.events[event] {
            match self.channel.apply(&messages, operation) {
                Applied::Content(after) => messages = after,
                Applied::Impossible => return None,
                Applied::LeavesBounds => return Some(Content::Overflown),
            }
        }
        Some(Content::Messages(messages))
    }

    /// How many different things may happen to it.
    pub(super) fn event_count(&self) -> usize {
        self.events.len()
    }

    /// What an event makes of each content.
    pub(super) fn outcomes(&self, event: usize) -> &[Option<u32>] {
        &self.outcomes[event]
    }

    /// The contents as long as which nothing else happens.
    pub(super) fn prompt(&self) -> Vec<bool> {
        let is_prompt =
            |content: &Content| self.channel.is_prompt && !content.messages().is_empty();
        self.all.iter().map(is_prompt).collect()
    }

    /// The number of the overflown channel, if it can be that.
    pub(super) fn overflown(&self) -> Option<usize> {
        self.all.get_index_of(&Content::Overflown)
    }
}
