//! The job manager's jobs, and the records of one that ends.

use fsmcheck::check::Property;
use fsmcheck::framework::{Policy, Rule};
use fsmcheck::protocol::jobs::{Jobs, State};
use fsmcheck::protocol::terminal::Terminal;
use fsmcheck::protocol::{Configuration, ProtocolModel};
use fsmcheck::wire::MasterStateCode;
use fsmcheck_peers::protocol::jobs as theirs;

use crate::{always, configurations, never_needed, not_needed, same, sometimes};

/// The rules that both models note to be needed.
const NOTED: [Rule; 12] = [
    Rule::TombstoneBeforeCallback,
    Rule::CleanForgetsEntry,
    Rule::RecoveryCleansTombstones,
    Rule::OfflineBeforeOnlineHandled,
    Rule::RedispatchOnlyAfterFailover,
    Rule::CancelingStopsRedispatch,
    Rule::CreateIsInsert,
    Rule::TransientDispatchErrorRetried,
    Rule::OnlineOnlyIfHeard,
    Rule::RegisteredBeforeDispatch,
    Rule::StoredStateRechecked,
    Rule::StateWritesConditional,
];

/// Rules by which it goes otherwise, and that are not noted.
const OTHERS: [Rule; 8] = [
    Rule::AbortOnPredispatchError,
    Rule::RowBeforeConfirm,
    Rule::PingWorkerEpochChecked,
    Rule::PongAfterAcceptance,
    Rule::StatusEpochChecked,
    Rule::StatusesKeptWhileRecovering,
    Rule::CheckerGatedByReady,
    Rule::OfflineReasonAtDelivery,
];

/// Rules that make no difference to one job, although the machines look at them.
const IDLE: [Rule; 5] = [
    Rule::RepeatedPingWhileWaiting,
    Rule::TerminalStatusLatched,
    Rule::WorkersLoadedOnEveryStart,
    Rule::HandlersAfterManager,
    Rule::AckBaselineAtSubmit,
];

fn twin(configuration: &Configuration, detail: theirs::Detail) -> theirs::Jobs {
    let lacks = |rule: &&Rule| !configuration.policy.has(**rule);
    let rules = NOTED.iter().chain(&OTHERS);
    theirs::Jobs {
        detail,
        faults: crate::faults(configuration.faults),
        lacking: rules.filter(lacks).map(|rule| rule.as_str()).collect(),
        watched: configuration.watched.map(Rule::as_str),
    }
}

fn facts<M: ProtocolModel<State = State>>() -> Vec<Property<M>> {
    let noted = NOTED.iter();
    let mut facts: Vec<_> = noted.map(|rule| not_needed(rule.as_str(), *rule)).collect();
    facts.extend([
        never_needed("the rule was not needed"),
        always("who is online has not ended", |state: &State| {
            let has_ended = |stored: MasterStateCode| stored.is_terminated();
            !(state.is_online(0) && state.stored(0).is_none_or(has_ended))
        }),
        sometimes(
            "a second job manager has the job online",
            |state: &State| state.incarnation() == 2 && state.is_online(0),
        ),
        sometimes("it is stored as canceled", |state: &State| {
            state.stored(0) == Some(MasterStateCode::STOPPED)
        }),
    ]);
    facts
}

/// Compares the jobs under each of these configurations; how many states there are.
fn compare_jobs(configurations: &[Configuration]) -> Vec<u64> {
    let detail = theirs::Detail::Whole;
    configurations
        .iter()
        .map(|it| same(&Jobs::new(*it), facts(), twin(it, detail)).unique)
        .collect()
}

/// The same of the records.
fn compare_records(configurations: &[Configuration]) -> Vec<u64> {
    let detail = theirs::Detail::Writes;
    configurations
        .iter()
        .map(|it| same(&Terminal::new(*it), facts(), twin(it, detail)).unique)
        .collect()
}

/// All rules, and all but one of these. Without several rules there are too many states.
fn hardened(rules: &[Rule], faults: &[&str]) -> Vec<Configuration> {
    let lacks_few = |it: &Configuration| {
        let lacking = it.policy.bits() ^ Policy::hardened().bits();
        lacking.count_ones() <= 1
    };
    let mut all = configurations(rules, faults);
    all.retain(lacks_few);
    all
}

/// The same without a watch.
fn unwatched(rules: &[Rule], faults: &[&str]) -> Vec<Configuration> {
    let mut all = hardened(rules, faults);
    all.retain(|it| it.watched.is_none());
    all
}

fn original(faults: &str) -> Configuration {
    Configuration {
        policy: Policy::original(),
        faults: faults.parse().unwrap(),
        ..Configuration::default()
    }
}

#[test]
fn the_jobs_are_the_same() {
    let counts = compare_jobs(&hardened(&NOTED, &["none"]));
    assert_eq!(counts[0], 645);
}

/// Without a rule that is left out here, worker epochs go on and on.
#[test]
fn the_jobs_are_the_same_through_crashes() {
    let endless = [Rule::CreateIsInsert, Rule::RedispatchOnlyAfterFailover];
    let mut rules = NOTED.to_vec();
    rules.retain(|rule| !endless.contains(rule));
    compare_jobs(&unwatched(&rules, &["crash"]));
}

#[test]
fn the_jobs_are_the_same_under_rules_that_are_not_noted() {
    compare_jobs(&unwatched(&OTHERS, &["none", "crash"]));
}

#[test]
fn the_jobs_are_the_same_under_rules_that_make_no_difference() {
    let counts = compare_jobs(&unwatched(&IDLE, &["crash"]));
    assert!(counts.iter().all(|count| *count == counts[0]));
}

#[test]
fn the_jobs_are_the_same_with_each_fault_and_with_all() {
    let faults = ["loss", "dup", "delay", "partition", "store", "all"];
    let counts = compare_jobs(&unwatched(&[], &faults));
    assert_eq!(counts.last(), Some(&4_322));
}

#[test]
fn the_jobs_are_the_same_under_the_rules_of_the_original() {
    assert_eq!(compare_jobs(&[original("none")]), [35_388]);
}

#[test]
fn the_records_are_the_same() {
    let counts = compare_records(&unwatched(&NOTED, &["none"]));
    assert_eq!(counts[0], 1_772);
}

#[test]
fn the_records_are_the_same_through_crashes() {
    compare_records(&unwatched(&[Rule::StoredStateRechecked], &["crash"]));
}

#[test]
fn the_records_are_the_same_when_writes_come_late() {
    let faults = ["delay,partition"];
    compare_records(&unwatched(&[Rule::StateWritesConditional], &faults));
}

#[test]
#[ignore = "goes through all states that there are with every fault"]
fn the_records_are_the_same_with_every_fault() {
    assert_eq!(compare_records(&[Configuration::default()]), [91_662]);
}
