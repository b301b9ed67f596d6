//! The end of a worker, and its successor.

use fsmcheck::check::Property;
use fsmcheck::framework::{Rule, RunLoopState};
use fsmcheck::protocol::exit::State;
use fsmcheck::protocol::{Configuration, Exit, ProtocolModel as _};
use fsmcheck::wire::WorkerStateCode;
use fsmcheck_peers::protocol::exit as theirs;

use crate::{always, configurations, never_needed, not_needed, same, sometimes};

/// The rules that the model notes to be needed.
const NOTED: [Rule; 6] = [
    Rule::ExitEndsLoop,
    Rule::CloseBeforeFinishHandshake,
    Rule::OfflineReasonAtDelivery,
    Rule::TerminalStatusLatched,
    Rule::PingWorkerEpochChecked,
    Rule::StatusEpochChecked,
];

/// Rules by which it goes otherwise, and that are not noted.
const OTHERS: [Rule; 4] = [
    Rule::TombstoneBeforeCallback,
    Rule::CleanForgetsEntry,
    Rule::PongAfterAcceptance,
    Rule::AckTimeMonotone,
];

fn twin(configuration: &Configuration) -> theirs::Exit {
    let has = |rule| configuration.policy.has(rule);
    theirs::Exit {
        faults: crate::faults(configuration.faults),
        rules: theirs::Rules {
            exit_ends_loop: has(Rule::ExitEndsLoop),
            close_before_finish_handshake: has(Rule::CloseBeforeFinishHandshake),
            offline_reason_at_delivery: has(Rule::OfflineReasonAtDelivery),
            terminal_status_latched: has(Rule::TerminalStatusLatched),
            tombstone_before_callback: has(Rule::TombstoneBeforeCallback),
            clean_forgets_entry: has(Rule::CleanForgetsEntry),
            pong_after_acceptance: has(Rule::PongAfterAcceptance),
            ack_time_monotone: has(Rule::AckTimeMonotone),
            ping_worker_epoch_checked: has(Rule::PingWorkerEpochChecked),
            status_epoch_checked: has(Rule::StatusEpochChecked),
        },
        same_id: configuration.same_id,
        watched: configuration.watched.map(Rule::as_str),
    }
}

fn facts() -> Vec<Property<Exit>> {
    let noted = NOTED.iter();
    let mut facts: Vec<_> = noted.map(|rule| not_needed(rule.as_str(), *rule)).collect();
    facts.extend([
        never_needed("the rule was not needed"),
        always("nobody holds on beside a successor", |state: &State| {
            !(state.has_successor() && state.holds())
        }),
        sometimes("a successor is there first", |state: &State| {
            state.has_successor() && state.run_loop().is_some()
        }),
        sometimes("it is stored as canceled", |state: &State| {
            state.row() == Some(WorkerStateCode::STOPPED)
        }),
        sometimes("it waits, and holds on", |state: &State| {
            state.holds() && state.run_loop() == Some(RunLoopState::Handshake)
        }),
    ]);
    facts
}

/// Compares them under each of these configurations; how many states there are.
fn compare(configurations: Vec<Configuration>) -> Vec<u64> {
    configurations
        .iter()
        .map(|it| same(&Exit::new(*it), facts(), twin(it)).unique)
        .collect()
}

#[test]
fn the_end_is_the_same() {
    let counts = compare(configurations(&NOTED, &["none"]));
    assert_eq!(counts[0], 5_996);
}

#[test]
fn the_end_is_the_same_with_a_crash() {
    let mut all = configurations(&NOTED, &["crash"]);
    all.retain(|it| it.watched.is_none());
    assert_eq!(compare(all)[0], 6_911);
}

#[test]
fn the_end_is_the_same_when_the_successor_has_another_id() {
    let mut all = configurations(&NOTED, &["none"]);
    for configuration in &mut all {
        configuration.same_id = false;
    }
    assert_eq!(compare(all)[0], 5_966);
}

#[test]
fn a_ping_that_comes_again_is_taken_for_the_successors_in_the_same_way() {
    compare(configurations(&[Rule::PingWorkerEpochChecked], &["dup"]));
}

#[test]
fn the_end_is_the_same_under_rules_that_are_not_noted() {
    let mut all = configurations(&OTHERS, &["none", "dup"]);
    all.retain(|it| it.watched.is_none());
    compare(all);
}

#[test]
fn the_end_is_the_same_with_every_fault() {
    assert_eq!(compare(vec![Configuration::default()]), [41_051]);
}
