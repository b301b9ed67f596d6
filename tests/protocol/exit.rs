//! The end of a worker, and its successor.

use fsmcheck::check::audit;
use fsmcheck::framework::Policy;
use fsmcheck::protocol::{Exit, Fault, Faults};

use super::*;

const CRASH: Faults = Faults::NONE.with(Fault::Crash);

fn set_up(policy: Policy, faults: Faults) -> Configuration {
    Configuration {
        policy,
        faults,
        ..Configuration::default()
    }
}

/// How many steps it takes to break the promise for lack of the rule.
fn steps_to_break(policy: Policy, rule: Rule, promise: Promise) -> Option<usize> {
    let configuration = set_up(policy.without(rule), Faults::NONE);
    let broken = broken_for_lack_of::<Exit>(configuration, rule, promise)?;
    Some(broken.steps().len())
}

#[test]
fn all_promises_hold_under_all_rules() {
    let hardened = |faults| holds::<Exit>(set_up(Policy::hardened(), faults));
    assert_eq!(hardened(Faults::NONE), 5_996);
    assert_eq!(hardened(CRASH), 6_911);
    assert_eq!(hardened(Faults::ALL), 41_051);
}

#[test]
fn the_rules_of_the_original_are_never_needed_there() {
    let rules = [Rule::ExitEndsLoop, Rule::CloseBeforeFinishHandshake];
    never_needed::<Exit>(set_up(Policy::original(), CRASH), &rules);
}

#[test]
fn a10_a_worker_that_has_exited_reports_that_it_works() {
    let rule = Rule::ExitEndsLoop;
    let steps = steps_to_break(Policy::original(), rule, Promise::S6);
    assert_eq!(steps, Some(2));
    // A report after the end is refused in any case when the end is latched.
    let steps = steps_to_break(Policy::hardened(), rule, Promise::S6);
    assert_eq!(steps, None);
}

#[test]
fn a10_a_worker_that_has_exited_goes_on() {
    for policy in [Policy::original(), Policy::hardened()] {
        let configuration = set_up(policy.without(Rule::ExitEndsLoop), Faults::NONE);
        assert!(broken::<Exit>(configuration, Promise::L9).is_some());
    }
}

#[test]
fn a11_a_worker_says_goodbye_before_it_lets_go() {
    for policy in [Policy::original(), Policy::hardened()] {
        let rule = Rule::CloseBeforeFinishHandshake;
        let steps = steps_to_break(policy, rule, Promise::S16);
        assert_eq!(steps, Some(3));
    }
}

#[test]
fn h08_a_finished_worker_is_taken_for_a_lost_one() {
    for policy in [Policy::original(), Policy::hardened()] {
        let rule = Rule::OfflineReasonAtDelivery;
        let steps = steps_to_break(policy, rule, Promise::S13);
        assert_eq!(steps, Some(6));
    }
}

#[test]
fn h16_a_finished_worker_is_canceled() {
    for policy in [Policy::original(), Policy::hardened()] {
        let rule = Rule::TerminalStatusLatched;
        let steps = steps_to_break(policy, rule, Promise::S6);
        assert_eq!(steps, Some(2));
    }
}

/// What is under way of a worker arrives at the entry of its successor, which has the same
/// id: the business logic would hear of a worker once more that it knows to be gone.
#[test]
fn nothing_is_told_of_a_worker_that_was_told_to_be_offline() {
    let of_status = Rule::StatusEpochChecked;
    for policy in [Policy::original(), Policy::hardened()] {
        let steps = steps_to_break(policy, of_status, Promise::S12);
        assert_eq!(steps, Some(9));
    }
    let of_ping = Rule::PingWorkerEpochChecked;
    let configuration = set_up(
        Policy::hardened().without(of_ping),
        Faults::NONE.with(Fault::Duplication),
    );
    let broken = broken_for_lack_of::<Exit>(configuration, of_ping, Promise::S12).unwrap();
    assert_eq!(broken.steps().len(), 7);
}

#[test]
fn a_successor_starts_while_the_worker_still_is_there_or_is_not() {
    let hardened = || set_up(Policy::hardened(), Faults::NONE);
    assert!(comes_to::<Exit>(hardened(), |state| state.has_successor()
        && state.run_loop().is_some()));
    assert!(comes_to::<Exit>(hardened(), |state| state.has_successor()
        && state.run_loop().is_none()));
}

#[test]
fn the_model_is_sound() {
    let model = Exit::new(set_up(Policy::hardened(), Faults::ALL));
    audit(&model, 2_000).unwrap();
}
