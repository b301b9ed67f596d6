//! The messages of one sender on one topic.

use fsmcheck::framework::Rule;
use fsmcheck::protocol::Configuration;
use fsmcheck::protocol::channel::{Channel, MESSAGES, State};
use fsmcheck_peers::protocol::channel as theirs;

use crate::{configurations, never_needed, not_needed, same, sometimes};

const RULE: Rule = Rule::StreamDroppedAfterOverflow;

fn twin(configuration: &Configuration, flaps: u8) -> theirs::Channel {
    theirs::Channel {
        faults: crate::faults(configuration.faults),
        flaps,
        drops_after_overflow: configuration.policy.has(RULE),
        watched: configuration.watched.map(Rule::as_str),
    }
}

/// The number of the last message of the sender's present stream that was delivered, if
/// that is of this stream.
fn last(state: &State) -> Option<u64> {
    let last = state.receiver.as_ref()?.last?;
    (last.flaps == state.sent.flaps).then_some(last.number)
}

#[track_caller]
fn are_same(configuration: Configuration, flaps: u8) -> u64 {
    let facts = vec![
        not_needed("the rule is not needed", RULE),
        never_needed("the rule was not needed"),
        sometimes("the last message is delivered", |state: &State| {
            last(state) == Some(MESSAGES)
        }),
        sometimes("a message is delivered twice", |state: &State| {
            last(state).is_some_and(|number| number < state.delivered)
        }),
        sometimes("a sender that is cut off has a handler", |state: &State| {
            let receiver = state.receiver.as_ref();
            receiver.is_some_and(|it| it.inbox.is_cut_off() && it.is_handled)
        }),
        sometimes("both are gone", |state: &State| {
            state.outbox.is_none() && state.receiver.is_none()
        }),
        sometimes(
            "the sender knows more than was delivered",
            |state: &State| {
                let waiting = state.outbox.as_ref().map(|outbox| outbox.unacked().len());
                waiting.is_some_and(|waiting| state.sent.number > state.delivered + waiting as u64)
            },
        ),
    ];
    let model = Channel::flapping(configuration, flaps);
    same(&model, facts, twin(&configuration, flaps)).unique
}

#[test]
fn the_stream_is_the_same() {
    let faults = ["none", "crash", "loss", "partition", "delay", "all"];
    let configurations = configurations(&[RULE], &faults);
    let counts: Vec<_> = configurations.iter().map(|it| are_same(*it, 0)).collect();
    assert_eq!((counts[0], counts[5]), (519, 18_337));
}

#[test]
fn a_sender_that_begins_anew_is_the_same() {
    for configuration in configurations(&[RULE], &["none", "partition"]) {
        are_same(configuration, 1);
    }
}
