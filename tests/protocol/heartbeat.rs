//! Pings, pongs and statuses.

use fsmcheck::check::{Check, Completeness, Model as _, Store, audit};
use fsmcheck::framework::{Policy, Record, Rule, read_record};
use fsmcheck::protocol::{
    Configuration, Emitted, Fault, Faults, Heartbeat, Promise, ProtocolModel, Transcript, emit,
};
use fsmcheck::replay::{Place, Replay};

use crate::{broken, broken_for_lack_of, holds, never_needed};

fn with(policy: Policy, faults: &[Fault]) -> Configuration {
    Configuration {
        policy,
        faults: faults.iter().copied().collect(),
        ..Configuration::default()
    }
}

/// How many steps there are to a broken promise, after a rule was needed.
fn steps(policy: Policy, faults: &[Fault], rule: Rule, promise: Promise) -> Option<usize> {
    let found = broken_for_lack_of::<Heartbeat>(with(policy, faults), rule, promise)?;
    Some(found.steps().len())
}

#[test]
fn a_ping_of_a_dead_incarnation_ends_its_successor() {
    let rule = Rule::PingWorkerEpochChecked;
    let before = |promise| steps(Policy::before(rule), &[], rule, promise);
    assert_eq!(before(Promise::S10), Some(10));
    assert_eq!(before(Promise::S2), Some(12));
    let without = Policy::hardened().without(rule);
    assert_eq!(steps(without, &[], rule, Promise::S10), Some(10));
    assert_eq!(steps(without, &[], rule, Promise::S2), Some(12));
    never_needed::<Heartbeat>(
        with(Policy::original(), &[]),
        &[rule, Rule::AckTimeMonotone],
    );
}

#[test]
fn a_kept_pong_moves_the_acknowledgement_back() {
    let rule = Rule::AckTimeMonotone;
    let before = steps(Policy::before(rule), &[], rule, Promise::S14);
    assert_eq!(before, Some(14));
    // Who tells the incarnations of pongs apart does not need it.
    let without = Policy::hardened().without(rule);
    never_needed::<Heartbeat>(with(without, &[]), &[rule]);
}

#[test]
fn a_worker_without_a_row_is_answered_by_a_master_that_does_not_know_it() {
    let rule = Rule::PongAfterAcceptance;
    let original = |promise| steps(Policy::original(), &[Fault::Crash], rule, promise);
    assert_eq!(original(Promise::S11), Some(6));
    let row = Rule::RowBeforeConfirm;
    let original = |promise| steps(Policy::original(), &[Fault::Crash], row, promise);
    assert_eq!(original(Promise::S2), Some(5));
    assert_eq!(original(Promise::S1), Some(6));
    let without = Policy::hardened().without(row);
    assert_eq!(steps(without, &[Fault::Crash], row, Promise::S1), Some(6));
}

#[test]
fn a_status_of_a_dead_incarnation_moves_the_entry_back() {
    let rule = Rule::StatusEpochChecked;
    let original = |promise| steps(Policy::original(), &[Fault::Delay], rule, promise);
    assert_eq!(original(Promise::S9), Some(8));
}

#[test]
fn a_kept_pong_acknowledges_an_end_that_was_not_announced() {
    let rule = Rule::PongWorkerEpoch;
    assert_eq!(steps(Policy::original(), &[], rule, Promise::S8), Some(13));
    let without = Policy::hardened().without(rule);
    assert!(steps(without, &[], rule, Promise::S8).is_some());
}

#[test]
fn a_task_that_is_refused_and_not_reported_uses_its_epoch_up() {
    let rule = Rule::DuplicateTaskReported;
    let configuration = with(Policy::hardened().without(rule), &[]);
    assert!(broken::<Heartbeat>(configuration, Promise::L6).is_some());
}

#[test]
fn a_status_without_a_body_ends_the_master() {
    let rule = Rule::StatusBodyRequired;
    let original = steps(Policy::original(), &[Fault::Loss], rule, Promise::S8);
    assert_eq!(original, Some(6));
}

#[test]
fn under_all_rules_every_promise_holds() {
    assert_eq!(holds::<Heartbeat>(with(Policy::hardened(), &[])), 893);
    let other = Configuration {
        same_id: false,
        ..with(Policy::hardened(), &[])
    };
    assert_eq!(holds::<Heartbeat>(other), 868);
    // What comes in the end comes after crashes, too.
    let crash = with(Policy::hardened(), &[Fault::Crash]);
    let promises = Heartbeat::new(crash).properties();
    let of_runs = promises
        .iter()
        .filter(|promise| promise.kind().is_liveness());
    assert_eq!(of_runs.count(), 4);
    assert_eq!(holds::<Heartbeat>(crash), 16_766);
}

/// Messages that are sent again and again are not all lost; and a worker whose last order
/// is refused behind a crash of its master has run as often as it can.
#[test]
fn what_comes_in_the_end_comes_through_faults() {
    assert_eq!(
        holds::<Heartbeat>(with(Policy::hardened(), &[Fault::Loss])),
        12_240
    );
    let late = &[Fault::Delay, Fault::Duplication];
    assert_eq!(holds::<Heartbeat>(with(Policy::hardened(), late)), 17_203);
}

#[test]
fn equal_states_have_equal_successors_and_calls_can_be_written_down() {
    let model = Heartbeat::new(with(Policy::hardened(), &[]));
    audit(&model, 300).unwrap();
    let rule = Rule::PingWorkerEpochChecked;
    let configuration = with(Policy::before(rule), &[]);
    let found = broken::<Heartbeat>(configuration, Promise::S10).unwrap();
    let model = Heartbeat::new(configuration);
    let mut state = model.initial_states().remove(0);
    let mut transcript = Transcript::default();
    for step in found.steps() {
        state = model
            .transcribe(&state, &step.action, &mut transcript)
            .unwrap();
    }
    assert!(transcript.calls.len() > found.steps().len());
    assert!(model.prelude().contains("ping_worker_epoch_checked"));
}

#[test]
#[cfg_attr(debug_assertions, ignore = "takes minutes when not optimised")]
fn under_all_rules_every_promise_holds_through_all_faults() {
    assert_eq!(holds::<Heartbeat>(Configuration::default()), 175_139);
}

fn of_workers(workers: u8, faults: Faults) -> Configuration {
    Configuration {
        workers,
        faults,
        ..Configuration::default()
    }
}

/// Goes through all states but those that are like others; how many there are.
fn holds_up_to_symmetry(configuration: Configuration) -> usize {
    let model = Heartbeat::new(configuration);
    let report = Check::new(&model).symmetric().run();
    report.assert_holds();
    assert_eq!(report.completeness(), Completeness::Exhaustive);
    report.unique()
}

#[test]
fn several_workers_share_a_master() {
    let two = of_workers(2, Faults::NONE);
    assert_eq!(holds::<Heartbeat>(two), 2049);
    assert!(
        Heartbeat::new(two)
            .initial_states()
            .iter()
            .all(|state| { Heartbeat::new(two).canonical(state).is_none() }),
        "one of two workers is calm: no two are alike"
    );
    let three = of_workers(3, Faults::NONE);
    assert_eq!(holds::<Heartbeat>(three), 11_319);
    // In 2049 states the calm workers are in the same situation: each other state stands
    // for one more.
    assert_eq!(holds_up_to_symmetry(three), (11_319 + 2049) / 2);
}

#[test]
fn calm_workers_are_alike() {
    for same_id in [true, false] {
        let configuration = Configuration {
            same_id,
            ..of_workers(3, Faults::ALL)
        };
        let audited = audit(&Heartbeat::new(configuration), 400).unwrap();
        assert!(audited.canonical.is_some());
    }
}

fn emitted(policy: Policy, faults: &[Fault], promise: Promise) -> Emitted {
    let configuration = with(policy, faults);
    let found = broken::<Heartbeat>(configuration, promise).unwrap();
    emit(&Heartbeat::new(configuration), &found)
}

#[test]
fn an_outage_leaves_records_and_log_lines() {
    let before = Policy::before(Rule::PingWorkerEpochChecked);
    let by_a_ping = emitted(before, &[], Promise::S2);
    for message in ["Heartbeat Ping received", "on worker online"] {
        assert!(by_a_ping.log.contains(message), "{}", by_a_ping.log);
    }
    let by_a_status = emitted(Policy::original(), &[Fault::Delay], Promise::S9);
    // What is stored and sent is legal, each by itself: the outage is in who believes it.
    let mut replay = Replay::new();
    let mut kinds = Vec::new();
    for (line, number) in by_a_status.records.lines().zip(1..) {
        let record = read_record(line.as_bytes()).unwrap();
        kinds.push(match &record {
            Record::Worker(_) => "row",
            Record::Master(_) => "master",
            Record::Message(_) => "message",
            _ => "another record",
        });
        let sighting = record.sighting(Place::new("records".into(), number));
        let finding = sighting.and_then(|sighting| replay.see(sighting));
        assert!(finding.is_none(), "{finding:?}");
    }
    assert!(
        kinds.contains(&"row") && kinds.contains(&"message"),
        "{kinds:?}"
    );
}

#[test]
#[ignore = "goes through seven million states"]
fn under_all_rules_every_promise_holds_of_three_workers_through_all_faults() {
    let three = Heartbeat::new(of_workers(3, Faults::ALL));
    // Whole states would take ten gigabytes.
    let check = || Check::new(&three).store(Store::WideFingerprint);
    for (check, states) in [(check(), 7_053_925), (check().symmetric(), 3_795_347)] {
        let report = check.run();
        report.assert_holds();
        assert_eq!(report.completeness(), Completeness::Exhaustive);
        assert_eq!(report.unique(), states);
    }
}
