//! A job master that starts, fails over and finds its workers again.

use fsmcheck::check::audit;
use fsmcheck::framework::Policy;
use fsmcheck::protocol::recovery::{Report, WorkerNumber};
use fsmcheck::protocol::{Fault, Faults, Recovery};
use fsmcheck::wire::WorkerStateCode;

use super::*;

const CRASH: Faults = Faults::NONE.with(Fault::Crash);

fn set_up(policy: Policy, faults: Faults) -> Configuration {
    Configuration {
        policy,
        faults,
        ..Configuration::default()
    }
}

/// How many steps it takes to break the promise when the original lacks the rule, and when
/// the rule is all that is missing.
fn steps_to_break(rule: Rule, promise: Promise) -> (usize, usize) {
    let lacks = |policy| {
        let configuration = set_up(policy, CRASH);
        broken_for_lack_of::<Recovery>(configuration, rule, promise)
            .unwrap_or_else(|| panic!("{promise} holds without {rule}"))
            .steps()
            .len()
    };
    (
        lacks(Policy::before(rule)),
        lacks(Policy::hardened().without(rule)),
    )
}

#[test]
fn all_promises_hold_under_all_rules() {
    assert_eq!(
        holds::<Recovery>(set_up(Policy::hardened(), Faults::NONE)),
        5_316
    );
    assert_eq!(holds::<Recovery>(set_up(Policy::hardened(), CRASH)), 12_203);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "takes a minute when not optimised")]
fn all_promises_hold_under_all_rules_and_faults() {
    let all = set_up(Policy::hardened(), Faults::ALL);
    assert_eq!(holds::<Recovery>(all), 170_961);
}

/// What comes twice is as good as sent twice: it adds hardly any state.
#[test]
fn a_message_that_comes_twice_makes_little_difference() {
    let twice = set_up(Policy::hardened(), CRASH.with(Fault::Duplication));
    assert_eq!(holds::<Recovery>(twice), 12_233);
}

#[test]
fn the_rules_of_the_original_are_never_needed_there() {
    let rules = [
        Rule::CheckerGatedByReady,
        Rule::RepeatedPingWhileWaiting,
        Rule::HandlersAfterManager,
        Rule::AdoptSilentWorkers,
    ];
    never_needed::<Recovery>(set_up(Policy::original(), Faults::NONE), &rules);
}

#[test]
fn a3_a_check_finds_workers_that_are_waited_for() {
    let steps = steps_to_break(Rule::CheckerGatedByReady, Promise::S8);
    assert_eq!(steps, (10, 11));
}

/// It takes two workers. Shown where nothing else is missing: there it takes fewest states.
#[test]
#[ignore = "takes some 100,000 states"]
fn a4_a_worker_pings_twice_while_another_one_is_waited_for() {
    let rule = Rule::RepeatedPingWhileWaiting;
    let configuration = Configuration {
        workers: 2,
        ..set_up(Policy::hardened().without(rule), CRASH)
    };
    let broken = broken_for_lack_of::<Recovery>(configuration, rule, Promise::S8).unwrap();
    assert_eq!(broken.steps().len(), 17);
}

#[test]
fn a19_a_ping_comes_before_there_is_a_table_of_workers() {
    let steps = steps_to_break(Rule::HandlersAfterManager, Promise::S8);
    assert_eq!(steps, (8, 10));
}

#[test]
fn a12_a_silent_worker_is_doubled() {
    let steps = steps_to_break(Rule::AdoptSilentWorkers, Promise::S1);
    assert_eq!(steps, (14, 15));
}

#[test]
fn h10_workers_of_a_start_that_has_failed_are_doubled() {
    let steps = steps_to_break(Rule::WorkersLoadedOnEveryStart, Promise::S1);
    assert_eq!(steps, (8, 8));
}

#[test]
fn h17_a_finished_worker_becomes_a_tombstone_with_an_old_status() {
    let steps = steps_to_break(Rule::StatusesKeptWhileRecovering, Promise::S13);
    assert_eq!(steps, (17, 17));
}

#[test]
fn a_successor_waits_for_a_worker_and_finds_it() {
    use fsmcheck::framework::{ManagerState, StartUpState};
    let hardened = || set_up(Policy::hardened(), CRASH);
    assert!(comes_to::<Recovery>(hardened(), |state| {
        let manager = state.manager();
        manager.is_some_and(|manager| manager.state() == ManagerState::WaitingHeartbeat)
    }));
    assert!(comes_to::<Recovery>(hardened(), |state| {
        state.master_epoch() == 2
            && state.start() == Some(StartUpState::Started)
            && state.live_workers(0) == 1
    }));
}

#[test]
fn the_model_is_sound() {
    let model = Recovery::new(set_up(Policy::hardened(), Faults::ALL));
    audit(&model, 2_000).unwrap();
}

/// A status that a finish ping overtakes is not there when the wait ends: then even all
/// rules leave a tombstone whose record says more than its status. The promise is about
/// what has arrived.
#[test]
fn s13_does_not_hold_for_a_status_that_is_still_under_way() {
    let hardened = set_up(Policy::hardened(), CRASH);
    let first = WorkerNumber(0);
    assert!(comes_to::<Recovery>(hardened, move |state| {
        let entry = state
            .manager()
            .and_then(|manager| manager.entry(first.id()));
        entry.is_some_and(|(entry, entry_state)| {
            let status = entry.status().map(|status| status.state);
            entry_state.is_tombstone()
                && status != Some(WorkerStateCode::FINISHED)
                && state.row(first) == Some(Report::Finished)
        })
    }));
}
