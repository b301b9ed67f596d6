//! The messages of one sender on one topic.

use fsmcheck::check::{Check, Counterexample, audit};
use fsmcheck::framework::{Policy, Rule, StreamState};
use fsmcheck::protocol::channel::{Channel, State};
use fsmcheck::protocol::{Configuration, Fault, Faults, Promise, ProtocolModel as _};

use crate::{broken, broken_for_lack_of, comes_to, holds, never_needed, property};

const RULE: Rule = Rule::StreamDroppedAfterOverflow;

fn under(policy: Policy) -> Configuration {
    Configuration {
        policy,
        ..Configuration::default()
    }
}

#[test]
fn a_stream_that_goes_on_after_an_overflow_has_a_gap() {
    for policy in [Policy::before(RULE), Policy::hardened().without(RULE)] {
        let gap = broken_for_lack_of::<Channel>(under(policy), RULE, Promise::S19).unwrap();
        assert_eq!(gap.steps().len(), 9, "{gap}");
        // When something was delivered before, the gap is noticed.
        let end = broken_for_lack_of::<Channel>(under(policy), RULE, Promise::S8).unwrap();
        assert_eq!(end.steps().len(), 13, "{end}");
        assert!(end.walk().last().receiver.is_none());
    }
}

#[test]
fn with_the_rule_a_stream_has_no_gap() {
    for policy in [Policy::original(), Policy::hardened()] {
        assert_eq!(holds::<Channel>(under(policy)), 18_337);
        never_needed::<Channel>(under(policy), &[RULE]);
    }
    let without_faults = Configuration {
        faults: Faults::NONE,
        ..Configuration::default()
    };
    assert_eq!(holds::<Channel>(without_faults), 519);
}

/// Not even a fault is needed: a task that comes late is enough.
#[test]
fn the_gap_needs_no_fault() {
    let configuration = Configuration {
        faults: Faults::NONE,
        ..under(Policy::before(RULE))
    };
    assert!(broken::<Channel>(configuration, Promise::S19).is_some());
    assert!(broken::<Channel>(configuration, Promise::S8).is_some());
}

#[test]
fn what_was_cut_off_comes_in_the_end() {
    let arrives = |state: &State| {
        let receiver = state.receiver.as_ref().unwrap();
        state.delivered == 6 && receiver.last.is_some_and(|last| last.number == 6)
    };
    let was_dropped = |state: &State| {
        let receiver = state.receiver.as_ref().unwrap();
        receiver.inbox.state() == StreamState::Dropped && receiver.is_handled
    };
    assert!(comes_to::<Channel>(Configuration::default(), arrives));
    assert!(comes_to::<Channel>(Configuration::default(), was_dropped));
}

fn with_flaps(policy: Policy, promise: Promise) -> Option<Counterexample<Channel>> {
    let configuration = Configuration {
        faults: Faults::NONE.with(Fault::Partition),
        ..under(policy)
    };
    let model = Channel::flapping(configuration, 1);
    let report = Check::new(&model).run_for(&[property(&model, promise)]);
    report.violations().next().cloned()
}

/// No rule mends this: the numbers would have to be those of one incarnation of the sender.
#[test]
fn a_sender_that_begins_anew_is_swallowed_until_it_has_caught_up() {
    for policy in [Policy::original(), Policy::hardened()] {
        let swallowed = with_flaps(policy, Promise::S19).unwrap();
        assert_eq!(swallowed.steps().len(), 9, "{swallowed}");
    }
    // Nor does the process live on in all cases.
    let end = with_flaps(Policy::hardened(), Promise::S8);
    assert!(end.is_none(), "{end:?}");
}

#[test]
fn equal_states_have_equal_successors() {
    for policy in [Policy::original(), Policy::before(RULE)] {
        let model = Channel::flapping(under(policy), 1);
        audit(&model, 3_000).unwrap();
    }
    assert_eq!(Channel::NAME.as_str(), "channel");
}
