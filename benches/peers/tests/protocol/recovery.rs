//! A job master that starts, fails over and finds its workers again.

use fsmcheck::check::Property;
use fsmcheck::framework::{ManagerState, Policy, Rule, StartUpState};
use fsmcheck::protocol::recovery::{Report, State, WorkerNumber, WorkerPhase};
use fsmcheck::protocol::{Configuration, ProtocolModel as _, Recovery};
use fsmcheck_peers::protocol::recovery as theirs;

use crate::{always, configurations, never_needed, not_needed, same, sometimes};

/// The rules that the model notes to be needed.
const NOTED: [Rule; 6] = [
    Rule::CheckerGatedByReady,
    Rule::RepeatedPingWhileWaiting,
    Rule::HandlersAfterManager,
    Rule::AdoptSilentWorkers,
    Rule::WorkersLoadedOnEveryStart,
    Rule::StatusesKeptWhileRecovering,
];

/// Rules by which it goes otherwise, and that are not noted.
const OTHERS: [Rule; 5] = [
    Rule::OfflineReasonAtDelivery,
    Rule::TombstoneBeforeCallback,
    Rule::CleanForgetsEntry,
    Rule::PongAfterAcceptance,
    Rule::AckTimeMonotone,
];

fn twin(configuration: &Configuration) -> theirs::Recovery {
    let has = |rule| configuration.policy.has(rule);
    theirs::Recovery {
        faults: crate::faults(configuration.faults),
        rules: theirs::Rules {
            checker_gated_by_ready: has(Rule::CheckerGatedByReady),
            repeated_ping_while_waiting: has(Rule::RepeatedPingWhileWaiting),
            handlers_after_manager: has(Rule::HandlersAfterManager),
            adopt_silent_workers: has(Rule::AdoptSilentWorkers),
            workers_loaded_on_every_start: has(Rule::WorkersLoadedOnEveryStart),
            statuses_kept_while_recovering: has(Rule::StatusesKeptWhileRecovering),
            offline_reason_at_delivery: has(Rule::OfflineReasonAtDelivery),
            tombstone_before_callback: has(Rule::TombstoneBeforeCallback),
            clean_forgets_entry: has(Rule::CleanForgetsEntry),
            pong_after_acceptance: has(Rule::PongAfterAcceptance),
            ack_time_monotone: has(Rule::AckTimeMonotone),
        },
        tasks: configuration.workers.into(),
        watched: configuration.watched.map(Rule::as_str),
    }
}

fn facts() -> Vec<Property<Recovery>> {
    let noted = NOTED.iter();
    let mut facts: Vec<_> = noted.map(|rule| not_needed(rule.as_str(), *rule)).collect();
    let first = WorkerNumber(0);
    let has_successor_started =
        |state: &State| state.master_epoch() == 2 && state.start() == Some(StartUpState::Started);
    facts.extend([
        never_needed("the rule was not needed"),
        always("who works has a row", move |state: &State| {
            state.phase(first) != Some(WorkerPhase::Working)
                || state.row(first) >= Some(Report::Working)
        }),
        sometimes("a successor waits", |state: &State| {
            let waits = ManagerState::WaitingHeartbeat;
            state.master_epoch() == 2 && state.manager().is_some_and(|it| it.state() == waits)
        }),
        sometimes("a successor finds its worker", move |state: &State| {
            has_successor_started(state) && state.live_workers(0) == 1
        }),
        sometimes("a successor is left with two", move |state: &State| {
            has_successor_started(state) && state.live_workers(0) == 2
        }),
    ]);
    facts
}

/// Compares them under each of these configurations; how many states there are.
fn compare(configurations: Vec<Configuration>) -> Vec<u64> {
    configurations
        .iter()
        .map(|it| same(&Recovery::new(*it), facts(), twin(it)).unique)
        .collect()
}

/// All rules but these are in force.
fn lacking(rules: impl IntoIterator<Item = Rule>, faults: &str) -> Configuration {
    Configuration {
        policy: rules.into_iter().fold(Policy::hardened(), Policy::without),
        faults: faults.parse().unwrap(),
        ..Configuration::default()
    }
}

#[test]
fn the_recovery_is_the_same() {
    let mut all = configurations(&NOTED, &["none"]);
    let usual = [Policy::hardened(), Policy::original()];
    // With a watch there are all states that there are without it.
    all.retain(|it| it.watched.is_some() || usual.contains(&it.policy));
    assert_eq!(compare(all)[0], 5_316);
}

#[test]
fn the_recovery_is_the_same_under_rules_that_are_not_noted() {
    let mut all = vec![lacking(OTHERS, "none")];
    all.extend(OTHERS.map(|rule| lacking([rule], "none")));
    compare(all);
}

#[test]
fn no_other_rule_makes_a_difference() {
    let others = Rule::ALL.iter().copied();
    let others = others.filter(|rule| !NOTED.contains(rule) && !OTHERS.contains(rule));
    assert_eq!(compare(vec![lacking(others, "delay")]), [23_525]);
}

#[test]
fn the_recovery_is_the_same_through_crashes() {
    let mut all = vec![lacking([], "crash")];
    let rules = [
        Rule::HandlersAfterManager,
        Rule::WorkersLoadedOnEveryStart,
        Rule::StatusesKeptWhileRecovering,
    ];
    all.extend(rules.map(|rule| lacking([rule], "crash")));
    assert_eq!(compare(all)[0], 12_203);
}

#[test]
fn the_recovery_is_the_same_when_messages_or_the_store_fail() {
    for faults in ["loss", "dup", "store"] {
        compare(vec![lacking([], faults)]);
    }
    compare(vec![lacking([Rule::AckTimeMonotone], "delay")]);
}

/// That a worker pings again while another one is waited for takes two.
#[test]
fn the_recovery_of_two_workers_is_the_same() {
    let workers = 2;
    let rules = [None, Some(Rule::RepeatedPingWhileWaiting)];
    let counts = compare(Vec::from(rules.map(|rule| Configuration {
        workers,
        ..lacking(rule, "none")
    })));
    assert_eq!(counts, [23_570, 20_789]);
}

#[test]
#[ignore = "goes through all states that there are with every fault"]
fn the_recovery_is_the_same_with_every_fault() {
    assert_eq!(compare(vec![Configuration::default()]), [170_961]);
}
