//! The command line as its users see it: answers, exit codes, mistakes.

use std::process::{Command, Output};

use serde_json::Value;

struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self {
            code: output.status.code(),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }
}

fn fsmcheck(arguments: &[&str]) -> Ran {
    let program = env!("CARGO_BIN_EXE_fsmcheck");
    Command::new(program)
        .args(arguments)
        .output()
        .unwrap()
        .into()
}

/// Runs with `--format json`: standard output must be one document.
fn json(arguments: &[&str]) -> (Option<i32>, Value) {
    let ran = fsmcheck(&[arguments, &["--format", "json"]].concat());
    let document =
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.out));
    (ran.code, document)
}

#[track_caller]
fn refused(arguments: &[&str], says: &str) {
    let ran = fsmcheck(arguments);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(ran.out.is_empty(), "{}", ran.out);
    assert!(ran.err.contains(says), "{}", ran.err);
}

#[test]
fn list_names_the_machines() {
    let ran = fsmcheck(&["list"]);
    assert_eq!(ran.code, Some(0));
    let names: Vec<_> = ran
        .out
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(names[..3], ["master", "worker", "worker_entry"]);

    let (_, document) = json(&["list"]);
    assert_eq!(document["machines"][1]["machine"], "worker");
    assert_eq!(document["machines"][1]["states"], 6);
}

#[test]
fn verify_holds_for_the_bundled_machines() {
    let ran = fsmcheck(&["verify"]);
    assert_eq!(ran.code, Some(0), "{}", ran.out);
    assert!(ran.out.ends_with(
        " verified: 0 errors, 0 warnings, 0 notes; everything reachable was explored\n"
    ));
    for property in [
        "S4 holds",
        "S6 holds",
        "S7 holds",
        "manager-stays-ready holds",
    ] {
        assert!(ran.out.contains(property), "{}", ran.out);
    }

    let (code, document) = json(&["verify", "Worker-Entry"]);
    assert_eq!(code, Some(0));
    assert_eq!(document["clean"], true);
    let entry = &document["machines"][0];
    assert_eq!(document["machines"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&entry["machine"], &entry["completeness"]),
        (&"worker_entry".into(), &"exhaustive".into())
    );
    assert_eq!(
        (&entry["states"], &entry["configurations"]),
        (&5.into(), &10.into())
    );
}

#[test]
fn a_limit_that_is_reached_is_not_a_pass() {
    let ran = fsmcheck(&["verify", "worker", "--max-configurations", "2"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.contains("not-exhaustive"), "{}", ran.out);
    assert!(
        ran.out.contains("1 of them explored only up to a limit"),
        "{}",
        ran.out
    );
    let (code, document) = json(&["verify", "worker", "--max-depth", "1"]);
    assert_eq!(code, Some(1));
    assert_eq!(document["machines"][0]["completeness"], "depth-limit");
    let allowed = [
        "verify",
        "worker",
        "--max-depth",
        "1",
        "--allow",
        "not-exhaustive=a first look",
    ];
    assert_eq!(fsmcheck(&allowed).code, Some(0));
}

#[test]
fn an_allowance_needs_a_code_that_can_be_allowed_and_a_reason() {
    refused(&["verify", "--allow", "trap-state"], "CODE=REASON");
    refused(&["verify", "--allow", "trap-state="], "without a reason");
    refused(
        &["verify", "--allow", "trap-sate=it is"],
        "did you mean `trap-state`?",
    );
    refused(
        &["verify", "--allow", "handler-panics=it is"],
        "cannot be allowed",
    );
}

#[test]
fn an_unknown_machine_is_answered_with_the_known_ones() {
    refused(
        &["verify", "wroker"],
        "there is no machine `wroker`; the machines are: master, worker, worker_entry",
    );
    refused(&["draw", "nothing"], "master, worker, worker_entry");
}

#[test]
fn draw_writes_every_format_the_same_each_time() {
    for (format, begins) in [
        ("mermaid", "stateDiagram-v2\n"),
        ("dot", "digraph"),
        ("plantuml", "@startuml"),
        ("table", "Machine `master`"),
        ("json", "{"),
    ] {
        let drawing = fsmcheck(&["draw", "master", "--format", format]);
        assert_eq!(drawing.code, Some(0), "{}", drawing.err);
        assert!(drawing.out.starts_with(begins), "{format}: {}", drawing.out);
        assert_eq!(
            drawing.out,
            fsmcheck(&["draw", "master", "--format", format]).out
        );
    }
    refused(
        &["draw", "master", "--format", "svgg"],
        "mermaid, dot, plantuml, table",
    );
}

#[test]
fn draw_writes_to_a_file_and_draws_configurations() {
    let folder = std::env::temp_dir().join(format!("fsmcheck-draw-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("worker.mmd");
    let ran = fsmcheck(&["draw", "worker", "-o", file.to_str().unwrap()]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), ""));
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        fsmcheck(&["draw", "worker"]).out
    );
    let missing = folder.join("no/such/folder/worker.mmd");
    refused(
        &["draw", "worker", "-o", missing.to_str().unwrap()],
        "no/such/folder/worker.mmd: ",
    );
    std::fs::remove_dir_all(folder).unwrap();

    let expanded = fsmcheck(&["draw", "worker_entry", "--expanded"]).out;
    assert!(expanded.contains("Normal (finish received)"), "{expanded}");
}

#[test]
fn can_answers_for_one_event() {
    let ran = fsmcheck(&["can", "master", "init", "finished"]);
    assert_eq!(ran.code, Some(0));
    assert_eq!(
        ran.out,
        "master: Init -> Finished is legal\n  exit finished, answered by Live\n"
    );

    // By code, and in any case.
    assert_eq!(fsmcheck(&["can", "master", "2", "FINISHED"]).out, ran.out);

    let ran = fsmcheck(&["can", "master", "Finished", "Init"]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(
        ran.out,
        "master: Finished -> Init is illegal by any events\n  legal from Finished: Finished\n"
    );

    let conditional = fsmcheck(&["can", "worker_entry", "normal", "tombstone"]);
    assert_eq!(conditional.code, Some(0));
    assert!(
        conditional
            .out
            .contains("in 1 of 2 configurations, such as Normal (finish received)"),
        "{}",
        conditional.out
    );
}

#[test]
fn can_answers_for_an_observer_who_misses_steps() {
    let walk = "Created --initialised--> Init --update Normal--> Normal";
    let ran = fsmcheck(&["can", "worker", "created", "normal"]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.out
            .contains(&format!("an observer who misses steps may see it: {walk}")),
        "{}",
        ran.out
    );
    let ran = fsmcheck(&["can", "worker", "created", "normal", "--observed"]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.out.contains(walk), "{}", ran.out);
    assert_eq!(
        fsmcheck(&["can", "worker", "stopped", "normal", "--observed"]).code,
        Some(1)
    );

    let (code, document) = json(&["can", "worker", "created", "normal"]);
    assert_eq!(code, Some(1));
    assert_eq!(
        (&document["legal"], &document["observable"]),
        (&false.into(), &true.into())
    );
    assert_eq!(document["walk"]["steps"][1]["to"], "Normal");
}

#[test]
fn an_unknown_state_is_answered_with_the_known_ones() {
    refused(
        &["can", "master", "running", "init"],
        "machine `master` has no state `running`; its states are: Uninit (1), Init (2)",
    );
    refused(&["can", "master", "init", "99"], "no state `99`");
    refused(&["can", "master", "init", "-1"], "no state `-1`");
}

fn replayed(name: &str) -> String {
    format!(
        "{}/tests/data/replay/{name}.jsonl",
        env!("CARGO_MANIFEST_DIR")
    )
}

/// Runs `replay` with this on standard input.
fn replay_input(text: &str) -> Ran {
    use std::io::Write as _;
    use std::process::Stdio;
    let mut child = Command::new(env!("CARGO_BIN_EXE_fsmcheck"))
        .arg("replay")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap().into()
}

#[test]
fn replay_finds_no_violation_in_a_healthy_trace() {
    let ran = fsmcheck(&["replay", &replayed("healthy")]);
    assert_eq!(ran.code, Some(0), "{}", ran.out);
    assert_eq!(
        ran.out,
        "no violation: 8 records of 3 keys, 0 violations, 0 with skipped steps\n"
    );
}

#[test]
fn replay_names_both_ends_of_what_is_illegal() {
    let file = replayed("outage");
    let ran = fsmcheck(&["replay", &file]);
    assert_eq!(ran.code, Some(1));
    let lines: Vec<_> = ran
        .out
        .lines()
        .map(|line| line.replace(&file, "outage"))
        .collect();
    assert_eq!(
        lines,
        [
            "error[illegal-transition] outage:4: job job-1: master never goes from `Stopped` to \
             `Init` by any events; legal from `Stopped`: Stopped (deleted) (seen before at outage:3)",
            "error[illegal-transition] outage:5: worker job-1/worker-1: worker never goes from \
             `Finished` to `Stopped` by any events; legal from `Finished`: Finished (seen before \
             at outage:2)",
            "error[epoch-went-back] outage:7: worker job-1/worker-1: the epoch went back from 7 to \
             5 (seen before at outage:6)",
            "note[skipped-steps] outage:8: worker job-1/worker-1: skipped steps: Created \
             --initialised--> Init --update Normal--> Normal (seen before at outage:6)",
            "error[unknown-code] outage:9: worker job-1/worker-1: 9 is no state of worker; its \
             states are Created (2), Init (3), Finished (5), Stopped (6), Error (4), Normal (1) \
             (seen before at outage:8)",
            "violations: 9 records of 2 keys, 4 violations, 1 with skipped steps",
        ]
    );
}

#[test]
fn replay_streams_json_with_the_summary_last() {
    let ran = fsmcheck(&[
        "replay",
        &replayed("outage"),
        &replayed("healthy"),
        "--format",
        "json",
    ]);
    assert_eq!(ran.code, Some(1));
    let documents: Vec<Value> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(documents[0]["code"], "illegal-transition");
    assert_eq!(documents[0]["place"]["line"], 4);
    assert_eq!(documents[0]["before"]["line"], 3);
    let (summary, findings) = documents.split_last().unwrap();
    assert_eq!(summary["type"], "summary");
    assert_eq!(summary["lines"], 17);
    assert!(findings.iter().all(|finding| finding["type"] == "finding"));
}

#[test]
fn replay_reads_standard_input_and_judges_what_it_can_read() {
    let trace = std::fs::read_to_string(replayed("healthy")).unwrap();
    assert_eq!(replay_input(&trace).code, Some(0));
    assert_eq!(replay_input("").code, Some(0));

    let ran = replay_input(&format!("{{\"some\":1}}\nnonsense\n\n{trace}"));
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.err
            .contains("error: standard input:1: no record of a trace: expected"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("error: standard input:2: "), "{}", ran.err);
    assert!(
        ran.err.contains("2 of 11 lines could not be read"),
        "{}",
        ran.err
    );
    assert!(ran.out.contains("8 records of 3 keys"), "{}", ran.out);

    refused(&["replay", "/no/such/file.jsonl"], "/no/such/file.jsonl: ");
    let no_status = replay_input("{\"worker\":\"w\",\"master-epoch\":1,\"status\":null}\n");
    assert_eq!(no_status.code, Some(0), "{}", no_status.err);
}

#[test]
fn explain_knows_every_code() {
    let all = fsmcheck(&["explain"]);
    assert_eq!(all.code, Some(0));
    for line in all.out.lines() {
        let code = line.split_whitespace().next().unwrap();
        let one = fsmcheck(&["explain", code]);
        assert_eq!(one.code, Some(0));
        assert!(
            one.out.starts_with(code) && one.out.contains("What to do: "),
            "{}",
            one.out
        );
    }
    refused(&["explain", "trap-sate"], "did you mean `trap-state`?");
    let (_, document) = json(&["explain"]);
    assert_eq!(
        document["codes"].as_array().unwrap().len(),
        all.out.lines().count()
    );
}

#[test]
fn completions_and_help_and_bad_usage() {
    assert!(fsmcheck(&["completions", "bash"]).out.contains("fsmcheck"));
    let help = fsmcheck(&["--help"]);
    assert_eq!(help.code, Some(0));
    assert!(help.out.contains(
        "Exit codes: 0 holds, 1 violation found, 2 bad usage or input, 3 undecided (check)."
    ));
    refused(&["verfy"], "verify");
    refused(&["can", "worker"], "Usage");
}

#[test]
fn nothing_is_coloured_in_a_pipe() {
    for arguments in [
        &["verify"][..],
        &["can", "master", "init", "init"],
        &["list"],
    ] {
        assert!(!fsmcheck(arguments).out.contains('\u{1b}'));
    }
}

/// The example of a program of one's own, with its own machine.
#[test]
fn a_program_of_ones_own_has_all_commands() {
    let own = |arguments: &[&str]| -> Ran {
        Command::new(env!("CARGO"))
            .args([
                "run",
                "--quiet",
                "--all-features",
                "--example",
                "own_command_line",
                "--",
            ])
            .args(arguments)
            .output()
            .unwrap()
            .into()
    };
    let ran = own(&["verify"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(
        ran.out.starts_with("Turnstile: ok, 2 states"),
        "{}",
        ran.out
    );
    assert_eq!(
        own(&["can", "turnstile", "locked", "unlocked"]).code,
        Some(0)
    );
    assert!(own(&["draw", "turnstile"]).out.contains("Unlocked"));
}

/// A machine with a mistake, run in this process.
mod mistaken {
    use statig::prelude::*;

    #[derive(Clone, Debug)]
    pub(crate) enum Event {
        Fall,
    }

    #[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
    pub(crate) struct Cliff;

    #[state_machine(
        initial = "State::up()",
        state(derive(Clone, Debug, Eq, Hash, PartialEq)),
        superstate(derive(Debug)),
        visibility = "pub(crate)"
    )]
    impl Cliff {
        #[state]
        fn up(event: &Event) -> Outcome<State> {
            match event {
                Event::Fall => Transition(State::down()),
            }
        }

        #[state]
        fn down(event: &Event) -> Outcome<State> {
            match event {
                Event::Fall => Super,
            }
        }
    }

    impl fsmcheck::Machine for Cliff {
        fn alphabet() -> Vec<Event> {
            vec![Event::Fall]
        }
    }
}

#[test]
fn a_machine_with_a_mistake_makes_exit_1_unless_it_is_allowed() {
    use fsmcheck::cli::{machine, run_with};
    let verify = |arguments: &[&'static str]| {
        let all = ["cliff", "verify"].iter().chain(arguments).copied();
        format!("{:?}", run_with([machine::<mistaken::Cliff>()], all))
    };
    let code = |code: u8| format!("{:?}", std::process::ExitCode::from(code));
    assert_eq!(verify(&[]), code(1));
    assert_eq!(verify(&["--allow", "trap-state=down is down"]), code(0));
}
