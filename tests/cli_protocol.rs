//! The models of the protocol and the catalogue on the command line: answers, exit codes,
//! mistakes.

use expect_test::{Expect, expect};
use fsmcheck::bundled_machines;
use fsmcheck::cli::{machine, protocol_models, run_to};

struct Ran {
    code: u8,
    out: String,
    err: String,
}

/// Runs the bundled program.
fn ran(arguments: &[&str]) -> Ran {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let machines = bundled_machines!(machine).map(|machine| machine());
    let entries = machines.into_iter().chain(protocol_models());
    let all = ["fsmcheck"].iter().chain(arguments).copied();
    let code = run_to(entries, all, &mut out, &mut err);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran {
        code,
        out: text(out),
        err: text(err),
    }
}

#[track_caller]
fn refused(arguments: &[&str], message: Expect) {
    let ran = ran(arguments);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    // Colours are for terminals.
    message.assert_eq(&anstream::adapter::strip_str(&ran.err).to_string());
}

#[test]
fn a_parameter_may_be_spelled_as_an_option() {
    let policy = "original-leader_resigns_on_error";
    let asked = [
        vec!["check", "leader", "--policy", policy, "--faults", "none"],
        vec![
            "check",
            "--faults=none",
            "leader",
            "--policy=original-leader_resigns_on_error",
        ],
        vec![
            "check",
            "leader",
            "faults=none",
            "policy=original-leader_resigns_on_error",
        ],
    ];
    for arguments in asked {
        let ran = ran(&arguments);
        assert_eq!(ran.code, 1, "{}", ran.err);
        let first = ran.out.lines().next().unwrap();
        assert_eq!(
            first,
            "leader workers=1 policy=original-leader_resigns_on_error faults=none new_ids=no"
        );
    }
    let switch = ran(&["check", "leader", "--properties", "L7", "--new-ids"]);
    assert_eq!(switch.code, 0, "{}", switch.err);
    assert!(switch.out.contains("new_ids=yes"), "{}", switch.out);
}

#[test]
fn a_model_goes_before_a_machine_of_the_same_name() {
    let ran = ran(&["check", "leader"]);
    assert!(ran.out.starts_with("leader workers=1"), "{}", ran.out);
}

#[test]
fn mistakes_say_what_is_allowed() {
    refused(
        &["check", "leader", "--policy", "hard"],
        expect![[r#"
            error: `policy` cannot be `hard`: a policy begins with `hardened` or `original`, not with `hard`
        "#]],
    );
    refused(
        &["check", "leader", "--faults", "crash,fire"],
        expect![[r#"
            error: `faults` cannot be `crash,fire`: there is no fault `fire`; there are crash,loss,dup,delay,partition,store, and `all` or `none`
        "#]],
    );
    refused(
        &["check", "leader", "--workers", "4"],
        expect![[r#"
            error: `workers` cannot be `4`: it can be 1 to 3
        "#]],
    );
    refused(
        &["check", "worker", "--emit-test"],
        expect![[r#"
            error: `worker` does not write down what is asked for
        "#]],
    );
    refused(
        &["outages", "A99"],
        expect![[r#"
        error: there is no entry `A99` in the catalogue; there are A1, A2, A3, A4, A5.1, A5.2, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16, A17, A18, A19, A20, A21, H-01.1, H-01.2, H-02, H-03, H-04, H-05, H-06, H-07, H-08, H-09, H-10, H-14, H-16, H-17, H-18, H-20
    "#]],
    );
}

#[test]
fn a_story_is_told() {
    let told = ran(&["outages", "a13"]);
    assert_eq!((told.code, &*told.err), (0, ""));
    expect![[r#"
        A13  a failed leader stays in office (#5874; mended by #5922)

          The leader answered pings and did nothing else, and nobody took its place.

          rule      leader_resigns_on_error
                    Without it a leader whose service has failed keeps its lease: it answers pings, polls nothing, and no other leader is elected (#5874; mended by #5922).
          promise   L7 failed leader is replaced
          model     leader workers=1 faults=crash,loss,dup,delay,partition,store
          before    4 steps
          original  no key step
          hardened  holds, 72 states
          the rule  is necessary, 4 steps

          1  a gets the lease, and starts its service
          2  a cannot start its managers
               here `leader_resigns_on_error` is needed
          3  a renews its lease
          for ever:
          4  a renews its lease
             L7 failed leader is replaced is broken

        sequenceDiagram
            participant p_store as store
            participant p_a as a
            p_store->>p_a: a gets the lease, and starts its service
            p_a->>p_a: a cannot start its managers
            p_a->>p_store: a renews its lease
            loop for ever
                p_a->>p_store: a renews its lease
            end
            Note over p_store,p_a: leads#45;to #34;L7 failed leader is replaced#34; is broken

        with every rule but `leader_resigns_on_error`:

          1  a gets the lease, and starts its service
          2  a cannot start its managers
               here `leader_resigns_on_error` is needed
          3  a renews its lease
          for ever:
          4  a renews its lease
             L7 failed leader is replaced is broken

    "#]].assert_eq(&without_times(&told.out));
}

/// The answer without how long it took.
fn without_times(text: &str) -> String {
    let line = |line: &str| match line.split_once(" steps, ") {
        Some((steps, time)) if time.ends_with(" ms") => format!("{steps} steps\n"),
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

#[test]
fn a_document_has_the_verdicts() {
    let told = ran(&["outages", "A13", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&told.out).unwrap();
    let entry = &document["outages"][0];
    assert_eq!(document["expected"], true);
    assert_eq!(entry["verdicts"]["before"]["verdict"], "violated");
    assert_eq!(
        entry["verdicts"]["original-key-step"],
        serde_json::Value::Null
    );
    assert_eq!(entry["verdicts"]["hardened"]["verdict"], "holds");
    assert_eq!(entry["need"]["need"], "necessary");
    assert_eq!(
        entry["counterexample"]["property"],
        "L7 failed leader is replaced"
    );
}

#[test]
fn a_counterexample_is_emitted_or_there_is_none() {
    let test = ran(&[
        "check",
        "channel",
        "--policy",
        "original-stream_dropped_after_overflow",
        "--emit-test",
    ]);
    assert_eq!(test.code, 1);
    assert!(
        test.out
            .contains("\n#[test]\nfn s19_stream_without_gap() {\n"),
        "{}",
        test.out
    );
    let none = ran(&["check", "leader", "--emit-test"]);
    assert_eq!((none.code, &*none.out), (0, ""));
}

#[test]
fn what_states_own_is_within_the_limit_of_memory() {
    // All 175,139 states take 6 MB without what they own, and 200 MB with it.
    let limit = ["--max-memory", "30M"];
    let ran = ran(&[&["check", "heartbeat", "--store", "exact"][..], &limit].concat());
    assert_eq!(ran.code, 3, "{}{}", ran.out, ran.err);
    let why = "bounded by the limit of 30000000 bytes";
    assert!(ran.out.contains(why), "{}", ran.out);
}
