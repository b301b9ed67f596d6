//! What counterexamples store, send and log, for who reads that alone.

use std::sync::Arc;

use fsmcheck::framework::{Policy, read_record};
use fsmcheck::protocol::cancel::Cancel;
use fsmcheck::protocol::channel::Channel;
use fsmcheck::protocol::dispatch::Dispatch;
use fsmcheck::protocol::jobs::Jobs;
use fsmcheck::protocol::leader::LeaderModel;
use fsmcheck::protocol::terminal::Terminal;
use fsmcheck::protocol::timing::Timing;
use fsmcheck::protocol::{Emitted, Exit, Recovery, emit};
use fsmcheck::replay::{Place, Replay};

use super::*;

/// A counterexample that comes of the lack of a rule.
fn emitted<M: ProtocolModel>(rule: Rule, promise: Promise) -> Emitted {
    let configuration = Configuration {
        policy: Policy::before(rule),
        ..M::usual()
    };
    let model = M::new(configuration);
    let counterexample = broken_for_lack_of::<M>(configuration, rule, promise)
        .unwrap_or_else(|| panic!("{promise} holds without {rule}"));
    emit(&model, &counterexample)
}

/// How many records there are, and what a replay of them finds.
fn replayed(emitted: &Emitted) -> (usize, Vec<String>) {
    let file: Arc<str> = "records".into();
    let mut replay = Replay::new();
    let mut findings = Vec::new();
    for (line, number) in emitted.records.lines().zip(1..) {
        let record = read_record(line.as_bytes()).unwrap_or_else(|error| panic!("{error}: {line}"));
        let sighting = record.sighting(Place::new(file.clone(), number));
        findings.extend(sighting.and_then(|sighting| replay.see(sighting)));
    }
    let findings = findings.iter().map(ToString::to_string).collect();
    (emitted.records.lines().count(), findings)
}

/// Whether some finding says this.
fn is_found(emitted: &Emitted, says: &str) -> bool {
    let (_, findings) = replayed(emitted);
    findings.iter().any(|finding| finding.contains(says))
}

#[test]
fn a_replay_finds_the_illegal_step_of_an_outage() {
    let late = emitted::<Exit>(Rule::ExitEndsLoop, Promise::S6);
    assert!(is_found(
        &late,
        "worker never goes from `Stopped` to `Finished`"
    ));
    let canceled = emitted::<Exit>(Rule::TerminalStatusLatched, Promise::S6);
    assert!(is_found(
        &canceled,
        "worker never goes from `Finished` to `Stopped`"
    ));
    let flipped = emitted::<Terminal>(Rule::StateWritesConditional, Promise::S4);
    assert!(is_found(
        &flipped,
        "master never goes from `Failed` to `Init`"
    ));
}

/// Two workers at once, a lost order, an old reason: each step that is stored is a legal one.
#[test]
fn a_replay_reads_the_records_of_an_outage_without_an_illegal_step() {
    let outages = [
        emitted::<Recovery>(Rule::AdoptSilentWorkers, Promise::S1),
        emitted::<Recovery>(Rule::StatusesKeptWhileRecovering, Promise::S13),
        emitted::<Exit>(Rule::OfflineReasonAtDelivery, Promise::S13),
        emitted::<Jobs>(Rule::OfflineBeforeOnlineHandled, Promise::S18),
        emitted::<Dispatch>(Rule::TransientDispatchErrorRetried, Promise::S21),
        emitted::<Terminal>(Rule::StoredStateRechecked, Promise::S5),
        emitted::<Cancel>(Rule::CancelOnLiveContext, Promise::L4),
    ];
    for outage in &outages {
        let (records, findings) = replayed(outage);
        let test = &outage.test;
        assert_ne!(records, 0, "{test}");
        let illegal = findings.iter().find(|it| it.starts_with("error"));
        assert_eq!(illegal, None, "{test}");
    }
}

/// Their messages have no form as records: who leads, what a stream brings, who is silent.
#[test]
fn some_models_store_nothing_that_is_a_record() {
    let outages = [
        emitted::<Channel>(Rule::StreamDroppedAfterOverflow, Promise::S19),
        emitted::<LeaderModel>(Rule::LeaderResignsOnError, Promise::L7),
        emitted::<Timing>(Rule::AckBaselineAtSubmit, Promise::S2),
    ];
    for outage in outages {
        assert_eq!(outage.records, "");
    }
}

/// The lines of a log, without their time, level and source.
fn lines(log: &str) -> Vec<&str> {
    let source = "[<unknown>] ";
    log.lines()
        .map(|line| line.split_once(source).unwrap().1)
        .collect()
}

#[test]
fn outages_leave_the_lines_of_the_original() {
    let goodbye = emitted::<Exit>(Rule::CloseBeforeFinishHandshake, Promise::S16);
    assert_eq!(
        lines(&goodbye.log),
        [
            r#"["worker start exiting"] [caused="worker finished"]"#,
            r#"["sending heartbeat success"] [worker=w1] [master-id=j] [epoch=1] [worker-epoch=2] [sendTime=0]"#,
        ]
    );
    assert!(
        goodbye
            .log
            .starts_with("[2024/01/01 00:00:02.000 +00:00] [INFO] [<unknown>] ")
    );
    let unheard = emitted::<Jobs>(Rule::OfflineBeforeOnlineHandled, Promise::S18);
    assert_eq!(
        lines(&unheard.log),
        [
            r#"["on worker offline"] [id=j] [reason="worker is offline"]"#,
            r#"["Worker tombstone is cleaned"] [worker-id=j]"#,
        ]
    );
    let doubled = emitted::<Recovery>(Rule::AdoptSilentWorkers, Promise::S1);
    assert_eq!(
        lines(&doubled.log),
        [
            r#"["sending heartbeat success"] [worker=w1] [master-id=j] [epoch=2] [worker-epoch=3] [sendTime=0]"#,
            r#"["Heartbeat Ping received"] [msg="{\"send-time\":0,\"from-worker-id\":\"w1\",\"epoch\":2,\"worker-epoch\":3,\"is-finished\":false}"] [master-id=j]"#,
            r#"["All workers have sent heartbeats after master failover. Resuming right now."]"#,
        ]
    );
}
