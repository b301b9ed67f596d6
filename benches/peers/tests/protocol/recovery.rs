//! A job master that starts, fails over and finds its workers again.

use fsmcheck::check::Property;
use fsmcheck::framework::Rule;
use fsmcheck::protocol::{Configuration, ProtocolModel as _, Recovery};
use fsmcheck_peers::protocol::recovery as theirs;

use crate::{configurations, never_needed, not_needed, same};

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
    facts.push(never_needed("the rule was not needed"));
    facts
}

/// Compares them under each of these configurations; how many states there are.
fn compare(configurations: Vec<Configuration>) -> Vec<u64> {
    configurations
        .iter()
        .map(|it| same(&Recovery::new(*it), facts(), twin(it)).unique)
        .collect()
}

#[test]
fn the_recovery_is_the_same() {
    let counts = compare(configurations(&NOTED, &["none"]));
    assert_eq!(counts[0], 5_316);
}

#[test]
fn the_recovery_is_the_same_under_rules_that_are_not_noted() {
    let mut all = configurations(&OTHERS, &["none"]);
    all.retain(|it| it.watched.is_none());
    compare(all);
}
