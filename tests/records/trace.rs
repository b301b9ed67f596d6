//! Records read from lines and held against the machines.

use std::sync::Arc;

use fsmcheck::framework::{Record, RecordError, read_record};
use fsmcheck::replay::{Finding, Place, Replay, Summary};
use fsmcheck::wire::DecodeErrorKind;

/// Replays a text of JSON Lines.
fn replay(trace: &str) -> (Vec<Finding>, Summary) {
    let file: Arc<str> = "trace".into();
    let mut replay = Replay::new();
    let mut findings = Vec::new();
    for (line, number) in trace.trim().lines().zip(1..) {
        let record = read_record(line.as_bytes()).unwrap();
        let sighting = record.sighting(Place::new(file.clone(), number));
        findings.extend(sighting.and_then(|sighting| replay.see(sighting)));
    }
    (findings, replay.summary())
}

#[track_caller]
fn finds(trace: &str, expected: &[&str]) {
    let (findings, summary) = replay(trace);
    let findings: Vec<_> = findings.iter().map(Finding::to_string).collect();
    assert_eq!(findings, expected);
    let judged = summary.first + summary.legal + summary.skipped + summary.violations;
    assert_eq!(judged, summary.records);
}

#[test]
fn a_legal_trace_has_no_findings() {
    let (findings, summary) = replay(
        r#"
{"job-id":"j","id":"w","type":"DMTask","epoch":7,"state":0}
{"worker":"w","master-epoch":5,"status":{"job-id":"j","id":"w","epoch":7,"state":3}}
{"job-id":"j","id":"w","type":"DMTask","epoch":7,"state":3}
{"id":"j","type":"DMJobMaster","node-id":"n","addr":"a","epoch":5,"state":1}
{"id":"dataflow-engine-job-manager","type":"JobManager","node-id":"","addr":"","epoch":0,"state":2}
{"worker":"w","master-epoch":5,"status":null}
{"job-id":"j","id":"w","type":"DMTask","epoch":7,"state":1}
{"id":"j","type":"DMJobMaster","node-id":"n","addr":"a","epoch":5,"state":2}
{"id":"dataflow-engine-job-manager","type":"JobManager","node-id":"n","addr":"a","epoch":4,"state":2}
{"id":"j","type":"DMJobMaster","node-id":"n2","addr":"a","epoch":8,"state":2}
{"job-id":"j","id":"w","type":"DMTask","epoch":9,"state":2}
{"id":"j","type":"DMJobMaster","node-id":"n2","addr":"a","epoch":8,"state":3}
{"id":"j","type":"DMJobMaster","node-id":"n2","addr":"a","epoch":8,"state":3,"Deleted":"2024-05-06T07:08:09Z"}
"#,
    );
    assert_eq!(findings, []);
    assert_eq!((summary.records, summary.keys), (12, 4));
    assert_eq!((summary.first, summary.legal), (5, 7));
}

#[test]
fn what_is_stored_and_what_is_sent_are_judged_apart() {
    // The message is late: the store has had the end for long.
    finds(
        r#"
{"job-id":"j","id":"w","epoch":7,"state":5}
{"worker":"w","status":{"job-id":"j","id":"w","epoch":7,"state":1}}
{"worker":"w","status":{"job-id":"j","id":"w","epoch":7,"state":5}}
{"worker":"w","status":{"job-id":"j","id":"w","epoch":7,"state":1}}
"#,
        &["error[illegal-transition] trace:4: message of worker j/w: \
           worker never goes from `Finished` to `Normal` by any events; \
           legal from `Finished`: Finished (seen before at trace:3)"],
    );
}

#[test]
fn workers_are_judged_by_the_observers_rule() {
    finds(
        r#"
{"job-id":"j","id":"w","epoch":7,"state":2}
{"job-id":"j","id":"v","epoch":7,"state":5}
{"job-id":"k","id":"w","epoch":7,"state":5}
{"job-id":"j","id":"w","epoch":7,"state":1}
{"job-id":"j","id":"w","epoch":7,"state":0}
{"job-id":"j","id":"w","epoch":7,"state":77}
{"job-id":"j","id":"w","epoch":6,"state":1}
{"job-id":"j","id":"w","epoch":7,"state":3}
{"job-id":"j","id":"w","epoch":8,"state":2}
"#,
        &[
            "note[skipped-steps] trace:4: worker j/w: skipped steps: \
             Created --initialised--> Init --update Normal--> Normal (seen before at trace:1)",
            "error[illegal-transition] trace:5: worker j/w: worker never goes from `Normal` to \
             `no state` by any events; legal from `Normal`: Finished, Stopped, Error, Normal \
             (seen before at trace:4)",
            "error[unknown-code] trace:6: worker j/w: 77 is no state of worker; its states are \
             Created (2), Init (3), Finished (5), Stopped (6), Error (4), Normal (1) \
             (seen before at trace:4)",
            "error[epoch-went-back] trace:7: worker j/w: the epoch went back from 7 to 6 \
             (seen before at trace:4)",
            "error[illegal-transition] trace:8: worker j/w: worker never goes from `Normal` to `Init` \
             by any events; legal from `Normal`: Finished, Stopped, Error, Normal \
             (seen before at trace:4)",
        ],
    );
}

#[test]
fn a_job_master_keeps_its_state_across_epochs() {
    finds(
        r#"
{"id":"j","addr":"","epoch":5,"state":3}
{"id":"j","addr":"","epoch":9,"state":2}
{"id":"j","addr":"","epoch":8,"state":2}
{"id":"j","addr":"","epoch":9,"state":0}
"#,
        &[
            "error[illegal-transition] trace:2: job j: master never goes from `Finished` to `Init` \
             by any events; legal from `Finished`: Finished (deleted) (seen before at trace:1)",
            "error[epoch-went-back] trace:3: job j: the epoch went back from 9 to 8 \
             (seen before at trace:2)",
            "error[unknown-code] trace:4: job j: 0 is no state of master; its states are \
             Uninit (1), Init (2), Finished (3), Stopped (4), Failed (5) \
             (seen before at trace:2)",
        ],
    );
}

#[test]
fn deletion_counts() {
    let deleted = r#""Deleted":"2024-05-06T07:08:09Z""#;
    let pairs = [
        // From, to: whether the second is deleted while the first is not, and
        // the other way round.
        (1, 1, true, false),
        (2, 2, false, false),
        (3, 3, true, false),
        (4, 4, true, false),
        (5, 5, true, false),
        (1, 2, false, false),
        (2, 1, false, false),
        (3, 4, false, false),
    ];
    for (from, to, deletes, undeletes) in pairs {
        for (mark, unmark, legal) in [("", deleted, deletes), (deleted, "", undeletes)] {
            let line = |state: i32, mark: &str| {
                let comma = if mark.is_empty() { "" } else { "," };
                format!(r#"{{"id":"j","addr":"","epoch":1,"state":{state}{comma}{mark}}}"#)
            };
            let trace = format!("{}\n{}", line(from, mark), line(to, unmark));
            let (_, summary) = replay(&trace);
            assert_eq!(summary.violations == 0, legal, "{trace}");
        }
    }
    // Through the end to the deletion, of which only that is seen.
    finds(
        &format!(
            "{}\n{}",
            r#"{"id":"j","addr":"","state":2}"#,
            format_args!(r#"{{"id":"j","addr":"","state":4,{deleted}}}"#)
        ),
        &[
            "note[skipped-steps] trace:2: job j: skipped steps: Init --exit canceled--> Stopped \
           --deleted--> Stopped (deleted) (seen before at trace:1)",
        ],
    );
    finds(
        &format!(
            "{}\n{}",
            r#"{"id":"j","addr":"","state":2}"#,
            format_args!(r#"{{"id":"j","addr":"","state":2,{deleted}}}"#)
        ),
        &[
            "error[illegal-transition] trace:2: job j: master never goes from `Init` to \
           `Init (deleted)` by any events; legal from `Init`: Init, Finished, Stopped, Failed \
           (seen before at trace:1)",
        ],
    );
}

#[test]
fn the_job_manager_is_always_initialised_and_its_epoch_means_nothing() {
    finds(
        r#"
{"id":"m","type":"JobManager","addr":"","epoch":5,"state":2}
{"id":"m","type":"JobManager","addr":"","epoch":0,"state":2}
{"id":"m","type":"JobManager","addr":"","epoch":7,"state":3}
{"id":"m","type":"DMJobMaster","addr":"","epoch":1,"state":3}
"#,
        &[
            "error[unknown-code] trace:3: job-manager m: 3 is no state of job_manager; \
             its states are Init (2) (seen before at trace:2)",
        ],
    );
}

#[test]
fn records_are_told_apart_by_their_members_in_any_case() {
    let kind = |line: &str| match read_record(line.as_bytes()) {
        Ok(Record::Worker(_)) => "worker",
        Ok(Record::Master(_)) => "master",
        Ok(Record::Message(_)) => "message",
        Ok(other) => panic!("{other:?}"),
        Err(RecordError::NoRecord) => "none",
        Err(error) => panic!("{error}"),
    };
    for (line, expected) in [
        (r#"{"job-id":"j"}"#, "worker"),
        (r#" {"JOB-ID" : null} "#, "worker"),
        (r#"{"status":1,"Job-Id":"j"}"#, "worker"),
        (r#"{"node-id":"n"}"#, "master"),
        (r#"{"Addr":"a"}"#, "master"),
        (r#"{"worker":"","status":null}"#, "message"),
        (r#"{"Status":{"ID":"w"},"WORKER":"w"}"#, "message"),
        (r#"{"worker":"w","status":null,"job-id":"j"}"#, "message"),
        (r#"{"job-id":"j","addr":"a"}"#, "worker"),
        ("{}", "none"),
        ("null", "none"),
        (r#"{"worker":"w"}"#, "none"),
        (r#"{"status":null}"#, "none"),
        (r#"{"id":"w","state":1,"epoch":3}"#, "none"),
        (r#"{"send-time":1,"from-worker-id":"w"}"#, "none"),
        (r#"{"inner":{"job-id":"j"}}"#, "none"),
    ] {
        assert_eq!(kind(line), expected, "{line}");
    }
}

#[test]
fn what_is_no_record_is_an_error_that_says_what_was_expected() {
    assert_eq!(
        read_record(b"{}").unwrap_err().to_string(),
        "no record of a trace: expected a worker's status message (members `worker` and \
         `status`), a worker (`job-id`) or a master (`node-id` or `addr`)"
    );
    assert_eq!(
        read_record(br#"{"worker":"w","status":{"id":"v"}}"#).unwrap_err(),
        RecordError::OtherWorker {
            worker: "w".into(),
            status: "v".into()
        }
    );
    let kind = |line: &[u8]| match read_record(line) {
        Err(RecordError::Json(error)) => error.kind(),
        other => panic!("{other:?}"),
    };
    assert_eq!(kind(b""), DecodeErrorKind::Syntax);
    assert_eq!(kind(br#"{"job-id":"j""#), DecodeErrorKind::Syntax);
    assert_eq!(kind(br#"{"job-id":"j"}}"#), DecodeErrorKind::Syntax);
    assert_eq!(kind(br#"[{"job-id":"j"}]"#), DecodeErrorKind::Type);
    assert_eq!(
        kind(br#"{"job-id":"j","state":300}"#),
        DecodeErrorKind::Type
    );
    let deep = format!(r#"{{"job-id":"j","x":{}"#, "[".repeat(1_000_000));
    assert_eq!(kind(deep.as_bytes()), DecodeErrorKind::Syntax);
}

#[test]
fn different_ids_are_different_keys() {
    let key = |job: &str, id: &str| {
        let line = serde_json::json!({"job-id": job, "id": id}).to_string();
        let record = read_record(line.as_bytes()).unwrap();
        let place = Place::new("trace".into(), 1);
        record.sighting(place).unwrap().key
    };
    assert_eq!(key("a", "b"), "worker a/b");
    assert_eq!(key("a/b", "c"), r"worker a\/b/c");
    assert_eq!(key("a", "b/c"), r"worker a/b\/c");
    assert_eq!(key("a\\", "b"), r"worker a\\/b");
    assert_eq!(key("\u{1b}[2J\n", "é"), r"worker \u{1b}[2J\n/é");
    assert_eq!(key("", ""), "worker /");
}
