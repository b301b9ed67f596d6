//! The end of a worker, and its successor.

use fsmcheck::check::Property;
use fsmcheck::framework::{Rule, RunLoopState};
use fsmcheck::protocol::exit::State;
use fsmcheck::protocol::{Configuration, Exit, ProtocolModel as _};
use fsmcheck::wire::WorkerStateCode;
use fsmcheck_peers::protocol::exit as theirs;

use crate::{always, configurations, never_needed, not_needed, same, sometimes};

/// The rules that the model notes to be needed.
const NOTED: [Rule; 4] = [
    Rule::ExitEndsLoop,
    Rule::CloseBeforeFinishHandshake,
    Rule::OfflineReasonAtDelivery,
    Rule::TerminalStatusLatched,
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
        },
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

#[test]
fn the_end_is_the_same() {
    let configurations = configurations(&NOTED, &["none", "crash"]);
    let counts: Vec<_> = configurations
        .iter()
        .map(|it| same(&Exit::new(*it), facts(), twin(it)).unique)
        .collect();
    assert_eq!((counts[0], counts[1]), (5_966, 6_881));
}

#[test]
fn the_end_is_the_same_under_rules_that_are_not_noted() {
    let mut all = configurations(&OTHERS, &["none", "dup"]);
    all.retain(|it| it.watched.is_none());
    for configuration in all {
        same(&Exit::new(configuration), facts(), twin(&configuration));
    }
}

#[test]
fn the_end_is_the_same_with_every_fault() {
    let all = Configuration::default();
    let found = same(&Exit::new(all), facts(), twin(&all));
    assert_eq!(found.unique, 40_603);
}
