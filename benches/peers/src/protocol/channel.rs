//! The messages of one sender on one topic, for stateright.

use stateright::{Model, Property};

use super::{Faults, Trail};

/// How many messages are sent at most.
const MESSAGES: u64 = 6;

/// How many messages are kept at most; the next one makes the buffer overflow.
const KEPT: usize = 2;

/// A sender and a receiver.
#[derive(Clone, Copy, Debug)]
pub struct Channel {
    pub faults: Faults,
    /// How often the sender may begin anew.
    pub flaps: u8,
    /// The rule: after an overflow nothing of the old stream is accepted.
    pub drops_after_overflow: bool,
    /// The rule of which it is remembered that it was needed.
    pub watched: Option<&'static str>,
}

const RULE: &str = "stream_dropped_after_overflow";

/// How often the sender had begun anew, and the number of the message.
type Message = (u8, u64);

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Receiver {
    pub has_handler: bool,
    /// Whether the sender is to be cut off, and has not connected since.
    pub cuts_off: bool,
    pub kept: Vec<Message>,
    /// The largest number that was delivered, or 0.
    pub acknowledges: u64,
    /// What was delivered last.
    pub last: Option<Message>,
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct State {
    pub sender_is_up: bool,
    /// How many of the messages sent the sender knows to be delivered.
    pub acknowledged: u64,
    /// The last message that was sent.
    pub sent: Message,
    /// What the connection brings next.
    pub next: Option<u64>,
    /// Nothing once a gap has ended the process.
    pub receiver: Option<Receiver>,
    /// The largest number of the present stream that any receiver has delivered.
    pub delivered: u64,
    pub trail: Trail,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Step {
    Send,
    Arrive,
    Acknowledge,
    CutOff,
    Break,
    Connect,
    Register,
    Unregister,
    CrashReceiver,
    CrashSender,
    BeginAnew,
}

const EMPTY: Receiver = Receiver {
    has_handler: false,
    cuts_off: false,
    kept: Vec::new(),
    acknowledges: 0,
    last: None,
};

impl State {
    /// A message comes to the handler, or is one that it had. Returns whether one before it
    /// is missing.
    fn deliver(&mut self, receiver: &mut Receiver, message: Message) -> bool {
        let (stream, number) = message;
        if number <= receiver.acknowledges {
            return false;
        }
        if receiver.acknowledges > 0 && number > receiver.acknowledges + 1 {
            return true;
        }
        let follows = match receiver.last {
            Some((of, before)) if of == stream => number == before + 1,
            _ => stream != self.sent.0 || number <= self.delivered + 1,
        };
        if !follows {
            self.trail.broke("S19");
        }
        if stream == self.sent.0 {
            self.delivered = self.delivered.max(number);
        }
        receiver.acknowledges = number;
        receiver.last = Some(message);
        false
    }

    /// Several messages come to the handler, in order.
    fn deliver_all(&mut self, mut receiver: Receiver, messages: &[Message]) {
        for message in messages {
            if self.deliver(&mut receiver, *message) {
                self.trail.broke("S8");
                self.receiver = None;
                return;
            }
        }
        self.receiver = Some(receiver);
    }
}

impl Channel {
    /// The next message has come.
    fn arrive(&self, state: &mut State) -> Option<()> {
        let mut receiver = state.receiver.clone()?;
        let message = (state.sent.0, state.next?);
        state.next = Some(message.1 + 1);
        if receiver.cuts_off {
            if self.drops_after_overflow {
                return Some(());
            }
            if message.1 > receiver.acknowledges {
                state.trail.needs(RULE, self.watched);
            }
        }
        if receiver.has_handler {
            state.deliver_all(receiver, &[message]);
            return Some(());
        }
        if receiver.kept.len() < KEPT {
            receiver.kept.push(message);
        } else {
            receiver.kept.clear();
            receiver.cuts_off = true;
        }
        state.receiver = Some(receiver);
        Some(())
    }
}

impl Model for Channel {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            sender_is_up: true,
            acknowledged: 0,
            sent: (0, 0),
            next: Some(1),
            receiver: Some(EMPTY),
            delivered: 0,
            trail: Trail::default(),
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        let Some(receiver) = &state.receiver else {
            return;
        };
        let breaks = self.faults.loss || self.faults.partition;
        let (is_up, is_connected) = (state.sender_is_up, state.next.is_some());
        let can = [
            (Step::Send, is_up && state.sent.1 < MESSAGES),
            (
                Step::Acknowledge,
                is_up && is_connected && receiver.acknowledges > state.acknowledged,
            ),
            (Step::Connect, is_up && !is_connected),
            (
                Step::BeginAnew,
                is_up && state.sent.0 < self.flaps && state.sent.1 > 0,
            ),
            (
                Step::Arrive,
                state.next.is_some_and(|next| next <= state.sent.1),
            ),
            (Step::CutOff, is_connected && receiver.cuts_off),
            (Step::Break, is_connected && !receiver.cuts_off && breaks),
            (Step::Register, !receiver.has_handler),
            (Step::Unregister, receiver.has_handler),
            (Step::CrashReceiver, self.faults.crash),
            (Step::CrashSender, self.faults.crash && is_up),
        ];
        steps.extend(can.iter().filter(|(_, can)| *can).map(|(step, _)| *step));
    }

    fn next_state(&self, state: &State, step: Step) -> Option<State> {
        let mut state = state.clone();
        state.trail.begin();
        match step {
            Step::Send => state.sent.1 += 1,
            Step::Arrive => self.arrive(&mut state)?,
            Step::Acknowledge => {
                let receiver = state.receiver.as_ref()?;
                // It may have the larger numbers of an earlier stream.
                state.acknowledged = receiver.acknowledges.min(state.sent.1);
            }
            Step::CutOff | Step::Break => state.next = None,
            Step::Connect => {
                state.next = Some(state.acknowledged + 1);
                state.receiver.as_mut()?.cuts_off = false;
            }
            Step::Register => {
                let mut receiver = state.receiver.take()?;
                receiver.has_handler = true;
                let kept = std::mem::take(&mut receiver.kept);
                state.deliver_all(receiver, &kept);
            }
            Step::Unregister => state.receiver.as_mut()?.has_handler = false,
            Step::CrashReceiver => {
                state.next = None;
                state.receiver = Some(EMPTY);
            }
            Step::CrashSender => {
                state.sender_is_up = false;
                state.acknowledged = 0;
            }
            Step::BeginAnew => {
                state.sent = (state.sent.0 + 1, 0);
                (state.acknowledged, state.delivered, state.next) = (0, 0, None);
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        fn of_receiver(state: &State, has: impl Fn(&Receiver) -> bool) -> bool {
            state.receiver.as_ref().is_some_and(has)
        }
        vec![
            Property::always("anything", |_, _| true),
            Property::always("S8 no assertion fails", |model: &Self, state: &State| {
                state.trail.kept("S8", model.watched)
            }),
            Property::always("S19 stream without gap", |model: &Self, state: &State| {
                state.trail.kept("S19", model.watched)
            }),
            Property::always("the rule is not needed", |_, state: &State| {
                !state.trail.is_needed(RULE)
            }),
            Property::always("the rule was not needed", |_, state: &State| {
                !state.trail.was_needed()
            }),
            Property::sometimes("the last message is delivered", |_, state: &State| {
                of_receiver(state, |it| it.last == Some((state.sent.0, MESSAGES)))
            }),
            Property::sometimes("a message is delivered twice", |_, state: &State| {
                of_receiver(state, |it| {
                    it.last
                        .is_some_and(|(of, number)| of == state.sent.0 && number < state.delivered)
                })
            }),
            Property::sometimes(
                "a sender that is cut off has a handler",
                |_, state: &State| of_receiver(state, |it| it.cuts_off && it.has_handler),
            ),
            Property::sometimes("both are gone", |_, state: &State| {
                !state.sender_is_up && state.receiver.is_none()
            }),
            Property::sometimes(
                "the sender knows more than was delivered",
                |_, state: &State| state.acknowledged > state.delivered,
            ),
        ]
    }
}
