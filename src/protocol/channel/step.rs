//! The steps of a stream of messages.

use super::{Action, Channel, MESSAGES, Message, Receiver, State};
use crate::framework::{DataLost, Inbox, Rule, StreamState};
use crate::protocol::{Call, Fault, Promise, Recorder, Shared};

impl Channel {
    pub(super) fn offer(&self, state: &State, actions: &mut Vec<Action>) {
        let faults = self.configuration.faults;
        let Some(receiver) = &state.receiver else {
            return;
        };
        if state.outbox.is_some() {
            if state.sent.number < MESSAGES {
                actions.push(Action::Send(state.sent.number + 1));
            }
            match state.connection {
                Some(_) if receiver.inbox.acked() > acknowledged(state) => {
                    actions.push(Action::Acknowledge(receiver.inbox.acked()));
                }
                Some(_) => {}
                None => actions.push(Action::Connect),
            }
            if state.sent.flaps < self.flaps && state.sent.number > 0 {
                actions.push(Action::Flap);
            }
        }
        if let Some(next) = state.connection {
            if next <= state.sent.number {
                actions.push(Action::Arrive(next));
            }
            if receiver.inbox.is_cut_off() {
                actions.push(Action::CutOff);
            } else if faults.has(Fault::Loss) || faults.has(Fault::Partition) {
                actions.push(Action::Break);
            }
        }
        actions.push(if receiver.is_handled {
            Action::Unregister
        } else {
            Action::Register
        });
        if faults.has(Fault::Crash) {
            actions.push(Action::CrashReceiver);
            if state.outbox.is_some() {
                actions.push(Action::CrashSender);
            }
        }
    }
}

/// The number up to which the sender has seen its stream acknowledged.
fn acknowledged(state: &State) -> u64 {
    let unacked = state
        .outbox
        .as_ref()
        .map_or(0, |outbox| outbox.unacked().len());
    state.sent.number - unacked as u64
}

impl Channel {
    pub(super) fn step(
        &self,
        state: &State,
        action: Action,
        recorder: &mut impl Recorder,
    ) -> Option<State> {
        let mut state = state.clone();
        state.trail.begin();
        match action {
            Action::Send(number) => {
                let message = Message {
                    number,
                    ..state.sent
                };
                let sent = state.outbox.as_mut()?.change(|outbox| outbox.send(message));
                recorder.call(|| Call::new(format!("m.send({number})"), sent));
                state.sent = message;
                // The bound on messages is less than the outbox has room for.
                sent.ok()?;
            }
            Action::Arrive(number) => {
                state.connection = Some(number + 1);
                self.arrive(&mut state, number, recorder)?;
            }
            Action::Acknowledge(number) => {
                state.outbox.as_mut()?.change(|outbox| outbox.acked(number));
                recorder.call(|| Call::statement(format!("m.acked({number});")));
            }
            Action::CutOff | Action::Break => state.connection = None,
            Action::Connect => {
                state.connection = Some(acknowledged(&state) + 1);
                state.receiver.as_mut()?.inbox.change(Inbox::reconnected);
                recorder.call(|| Call::statement("x.reconnected();"));
            }
            Action::Register => {
                let receiver = state.receiver.as_mut()?;
                receiver.is_handled = true;
                let mut delivered = Vec::new();
                let answer = receiver
                    .inbox
                    .change(|inbox| inbox.register_handler(&mut delivered));
                deliver(&mut state, answer, &delivered, "register(&mut x)", recorder);
            }
            Action::Unregister => {
                let receiver = state.receiver.as_mut()?;
                receiver.is_handled = false;
                receiver.inbox.change(Inbox::remove_handler);
                recorder.call(|| Call::statement("x.remove_handler();"));
            }
            Action::CrashReceiver => {
                state.connection = None;
                state.receiver = Some(Receiver::new(self.configuration.policy));
                recorder.call(|| Call::statement("x = inbox();"));
            }
            Action::CrashSender => state.outbox = None,
            Action::Flap => {
                let flaps = state.sent.flaps + 1;
                state.outbox = Some(Shared::default());
                state.sent = Message { flaps, number: 0 };
                state.connection = None;
                state.delivered = 0;
                recorder.call(|| Call::statement("m = Outbox::default();"));
            }
        }
        Some(state)
    }

    fn arrive(&self, state: &mut State, number: u64, recorder: &mut impl Recorder) -> Option<()> {
        let message = Message {
            number,
            ..state.sent
        };
        let inbox = &mut state.receiver.as_mut()?.inbox;
        // The rule would have it ignored: the sender is cut off.
        if inbox.is_cut_off() && inbox.state() != StreamState::Dropped && number > inbox.acked() {
            let rule = Rule::StreamDroppedAfterOverflow;
            state.trail.needs(rule, &self.configuration);
        }
        let mut delivered = Vec::new();
        let answer = inbox.change(|inbox| inbox.arrived(number, message, &mut delivered));
        let code = format!("arrive(&mut x, {number})");
        deliver(state, answer, &delivered, &code, recorder);
        Some(())
    }
}

/// Hands messages to the handler. A gap that is noticed ends the process with it.
fn deliver(
    state: &mut State,
    answer: Result<(), DataLost>,
    messages: &[Message],
    code: &str,
    recorder: &mut impl Recorder,
) {
    recorder.call(|| {
        let numbers: Vec<_> = messages.iter().map(|message| message.number).collect();
        Call::new(code, (&answer, numbers))
    });
    for message in messages {
        if !follows(state, *message) {
            state.trail.broke(Promise::S19);
        }
        if message.flaps == state.sent.flaps {
            state.delivered = state.delivered.max(message.number);
        }
        if let Some(receiver) = &mut state.receiver {
            receiver.last = Some(*message);
        }
    }
    if answer.is_err() {
        state.trail.broke(Promise::S8);
        state.receiver = None;
    }
}

/// Whether a message may be delivered next: in one process each follows the one before. The
/// first one of a process may come once more, if an earlier process has had it.
fn follows(state: &State, message: Message) -> bool {
    let last = state.receiver.as_ref().and_then(|receiver| receiver.last);
    match last.filter(|last| last.flaps == message.flaps) {
        Some(last) => message.number == last.number + 1,
        None => message.flaps < state.sent.flaps || message.number <= state.delivered + 1,
    }
}
