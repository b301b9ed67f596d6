//! Pings, pongs and statuses of one worker.

use fsmcheck::check::Property;
use fsmcheck::framework::Rule;
use fsmcheck::protocol::{Configuration, Heartbeat, ProtocolModel as _};
use fsmcheck_peers::protocol::heartbeat as theirs;

use crate::{configurations, never_needed, not_needed, same};

/// The rules that the model notes to be needed.
const NOTED: [Rule; 9] = [
    Rule::PingWorkerEpochChecked,
    Rule::AckTimeMonotone,
    Rule::PongAfterAcceptance,
    Rule::PongWorkerEpoch,
    Rule::StatusEpochChecked,
    Rule::StatusBodyRequired,
    Rule::RowBeforeConfirm,
    Rule::StateWritesConditional,
    Rule::DuplicateTaskReported,
];

/// Rules by which it goes otherwise, and that are not noted.
const OTHERS: [Rule; 6] = [
    Rule::RepeatedPingWhileWaiting,
    Rule::TombstoneBeforeCallback,
    Rule::CleanForgetsEntry,
    Rule::CloseBeforeFinishHandshake,
    Rule::AckBaselineAtSubmit,
    Rule::StatusesKeptWhileRecovering,
];

fn twin(configuration: &Configuration) -> theirs::Heartbeat {
    let has = |rule| configuration.policy.has(rule);
    theirs::Heartbeat {
        faults: crate::faults(configuration.faults),
        rules: theirs::Rules {
            ping_worker_epoch_checked: has(Rule::PingWorkerEpochChecked),
            ack_time_monotone: has(Rule::AckTimeMonotone),
            repeated_ping_while_waiting: has(Rule::RepeatedPingWhileWaiting),
            tombstone_before_callback: has(Rule::TombstoneBeforeCallback),
            clean_forgets_entry: has(Rule::CleanForgetsEntry),
            close_before_finish_handshake: has(Rule::CloseBeforeFinishHandshake),
            ack_baseline_at_submit: has(Rule::AckBaselineAtSubmit),
            pong_after_acceptance: has(Rule::PongAfterAcceptance),
            pong_worker_epoch: has(Rule::PongWorkerEpoch),
            status_epoch_checked: has(Rule::StatusEpochChecked),
            status_body_required: has(Rule::StatusBodyRequired),
            statuses_kept_while_recovering: has(Rule::StatusesKeptWhileRecovering),
            row_before_confirm: has(Rule::RowBeforeConfirm),
            state_writes_conditional: has(Rule::StateWritesConditional),
            duplicate_task_reported: has(Rule::DuplicateTaskReported),
        },
        same_id: configuration.same_id,
        watched: configuration.watched.map(Rule::as_str),
    }
}

fn facts() -> Vec<Property<Heartbeat>> {
    let noted = NOTED.iter();
    let mut facts: Vec<_> = noted.map(|rule| not_needed(rule.as_str(), *rule)).collect();
    facts.push(never_needed("the rule was not needed"));
    facts
}

/// Compares them under each of these configurations; how many states there are.
fn compare(configurations: Vec<Configuration>) -> Vec<u64> {
    configurations
        .iter()
        .map(|it| same(&Heartbeat::new(*it), facts(), twin(it)).unique)
        .collect()
}

/// The policies in which one of these rules differs, without a watch.
fn unwatched(rules: &[Rule], faults: &str) -> Vec<Configuration> {
    let mut all = configurations(rules, &[faults]);
    all.retain(|it| it.watched.is_none());
    all
}

#[test]
fn the_heartbeat_is_the_same() {
    let counts = compare(configurations(&NOTED, &["none"]));
    assert_eq!(counts[0], 893);
}

#[test]
fn the_heartbeat_of_workers_that_get_new_ids_is_the_same() {
    let mut all = configurations(&NOTED, &["none"]);
    for configuration in &mut all {
        configuration.same_id = false;
    }
    assert_eq!(compare(all)[0], 868);
}

#[test]
fn the_heartbeat_is_the_same_under_rules_that_are_not_noted() {
    compare(unwatched(&OTHERS, "none"));
}

#[test]
fn the_heartbeat_is_the_same_through_crashes() {
    let mut all = unwatched(&[Rule::RowBeforeConfirm], "crash");
    let new_ids = [
        Rule::RepeatedPingWhileWaiting,
        Rule::TombstoneBeforeCallback,
    ];
    for configuration in unwatched(&new_ids, "crash") {
        let same_id = false;
        all.push(Configuration {
            same_id,
            ..configuration
        });
    }
    compare(all);
}

#[test]
fn the_heartbeat_is_the_same_when_messages_are_lost_or_repeated() {
    for faults in ["loss", "dup"] {
        compare(unwatched(&[], faults));
    }
}

#[test]
#[ignore = "goes through all states that there are with every fault"]
fn the_heartbeat_is_the_same_with_every_fault() {
    assert_eq!(compare(vec![Configuration::default()]), [175_139]);
}
