//! The alternating-bit protocol: K. A. Bartlett, R. A. Scantlebury and P. T. Wilkinson,
//! "A note on reliable full-duplex transmission over half-duplex links" (Communications
//! of the ACM 12, 1969).
//!
//! A sender brings messages to a receiver over a channel that loses and duplicates
//! them, and the receiver confirms each over another one of the kind. Each message
//! carries one bit that differs from that of the message before; the sender repeats a
//! message until it is confirmed with its bit.

use std::ops::RangeInclusive;

use fsmcheck::check::{Fairness, Model, Property};

/// How many messages a channel may hold.
pub(crate) const SIZES: RangeInclusive<usize> = 1..=CAPACITY;

const CAPACITY: usize = 8;

/// The model.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AlternatingBit {
    /// How many messages each channel holds.
    pub(crate) capacity: usize,
    /// How many messages there are to be brought.
    pub(crate) messages: u8,
    /// Whether the sender takes any confirmation for that of its message.
    pub(crate) takes_any: bool,
    /// Whether a channel delivers what it holds again and again; if not, only what it
    /// holds all the time.
    pub(crate) is_strong: bool,
}

/// A channel that keeps the order. What it has no room for is lost.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) struct Channel {
    length: u8,
    /// The next one first. Behind the last there are zeros.
    items: [u8; CAPACITY],
}

impl Channel {
    fn first(&self) -> Option<u8> {
        (self.length > 0).then_some(self.items[0])
    }

    fn push(&mut self, item: u8, capacity: usize) {
        if usize::from(self.length) < capacity {
            self.items[usize::from(self.length)] = item;
            self.length += 1;
        }
    }

    fn pop(&mut self) {
        self.items.rotate_left(1);
        self.items[CAPACITY - 1] = 0;
        self.length -= 1;
    }
}

/// What all of them are in.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct State {
    /// The message that the sender is at: as many are confirmed.
    pub(crate) confirmed: u8,
    /// How many messages the receiver has taken.
    pub(crate) taken: u8,
    /// Whether each message that the receiver took was the next one.
    pub(crate) is_in_order: bool,
    /// The messages by their numbers. Sender and receiver look at no more than the
    /// lowest bit.
    data: Channel,
    /// The bits of what the receiver has got.
    confirmations: Channel,
}

/// What may happen. A message that is delivered may stay in the channel, too.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Action {
    Send,
    Deliver { stays: bool },
    Lose,
    DeliverConfirmation { stays: bool },
    LoseConfirmation,
}

impl AlternatingBit {
    fn assume(
        &self,
        fairness: Fairness<Self>,
        name: String,
        concerns: impl Fn(&Self, &State, &Action) -> bool + Send + Sync + 'static,
    ) -> Fairness<Self> {
        if self.is_strong {
            fairness.strong(name, concerns)
        } else {
            fairness.weak(name, concerns)
        }
    }
}

impl Model for AlternatingBit {
    type State = State;
    type Action = Action;

    fn initial_states(&self) -> Vec<State> {
        vec![State {
            confirmed: 0,
            taken: 0,
            is_in_order: true,
            data: Channel::default(),
            confirmations: Channel::default(),
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        if state.confirmed < self.messages && usize::from(state.data.length) < self.capacity {
            actions.push(Action::Send);
        }
        if state.data.length > 0 {
            actions.push(Action::Deliver { stays: false });
            actions.push(Action::Deliver { stays: true });
            actions.push(Action::Lose);
        }
        if state.confirmations.length > 0 {
            actions.push(Action::DeliverConfirmation { stays: false });
            actions.push(Action::DeliverConfirmation { stays: true });
            actions.push(Action::LoseConfirmation);
        }
    }

    fn next(&self, state: &State, action: &Action) -> Option<State> {
        let mut next = *state;
        match *action {
            Action::Send => next.data.push(state.confirmed, self.capacity),
            Action::Deliver { stays } => {
                let message = state.data.first()?;
                if !stays {
                    next.data.pop();
                }
                if message % 2 == state.taken % 2 {
                    next.is_in_order &= message == state.taken;
                    next.taken += 1;
                }
                next.confirmations.push(message % 2, self.capacity);
            }
            Action::Lose => next.data.pop(),
            Action::DeliverConfirmation { stays } => {
                let bit = state.confirmations.first()?;
                if !stays {
                    next.confirmations.pop();
                }
                let is_own = bit == state.confirmed % 2;
                if (is_own || self.takes_any) && state.confirmed < self.messages {
                    next.confirmed += 1;
                }
            }
            Action::LoseConfirmation => next.confirmations.pop(),
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("in order, each once", |_, state: &State| state.is_in_order),
            Property::<Self>::always("confirmed is taken", |_, state| {
                state.confirmed <= state.taken
            }),
            Property::no_deadlock(),
            Property::<Self>::eventually("all are taken", |model, state| {
                state.taken == model.messages
            }),
            Property::<Self>::eventually("all are confirmed", |model, state| {
                state.confirmed == model.messages
            }),
        ]
    }

    /// All is said once everything is confirmed and the channels are empty.
    fn is_end(&self, state: &State) -> bool {
        state.confirmed == self.messages
    }

    /// The sender repeats its message, and a channel that brings messages of one bit
    /// again and again delivers one and lets go of it.
    fn fairness(&self) -> Fairness<Self> {
        let repeats = |_: &Self, _: &State, action: &Action| *action == Action::Send;
        let delivers = |bit: u8| {
            move |_: &Self, state: &State, action: &Action| {
                *action == Action::Deliver { stays: false }
                    && state.data.first().is_some_and(|message| message % 2 == bit)
            }
        };
        let confirms = |bit: u8| {
            move |_: &Self, state: &State, action: &Action| {
                *action == Action::DeliverConfirmation { stays: false }
                    && state.confirmations.first() == Some(bit)
            }
        };
        let mut fairness = self.assume(Fairness::progress(), "send".to_owned(), repeats);
        for bit in 0..2 {
            fairness = self.assume(fairness, format!("deliver {bit}"), delivers(bit));
            fairness = self.assume(fairness, format!("confirm {bit}"), confirms(bit));
        }
        fairness
    }
}
