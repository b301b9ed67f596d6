//! `check` as its users see it: answers, exit codes, files, mistakes.

#[expect(dead_code, reason = "its `main` is for the example")]
#[path = "../examples/own_models.rs"]
mod own_models;

use std::io::{BufRead as _, BufReader, Write as _, stderr, stdout};
use std::process::{Command, Stdio};

use expect_test::expect;
use fsmcheck::check::{Model, Property};
use fsmcheck::cli::{Entry, machine, model, run_to};
use serde_json::Value;

struct Ran {
    code: u8,
    out: String,
    err: String,
}

fn ran(entries: impl IntoIterator<Item = Entry>, arguments: &[&str]) -> Ran {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let all = ["own_models"].iter().chain(arguments).copied();
    let code = run_to(entries, all, &mut out, &mut err);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran {
        code,
        out: text(out),
        err: text(err),
    }
}

/// Checks one of the examples.
fn check(arguments: &[&str]) -> Ran {
    ran(own_models::models(), &[&["check"], arguments].concat())
}

fn json(arguments: &[&str]) -> (u8, Value) {
    let ran = check(&[arguments, &["--format", "json"]].concat());
    let document = serde_json::from_str(&ran.out);
    (
        ran.code,
        document.unwrap_or_else(|error| panic!("{error}: {}{}", ran.out, ran.err)),
    )
}

/// The part of a text that is the same each time.
fn lasting(text: &str) -> &str {
    text.split_once("\nThis run\n")
        .expect("the costs are last")
        .0
}

#[track_caller]
fn refused(arguments: &[&str], says: &str) {
    let ran = check(arguments);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{}", ran.err);
    assert!(ran.err.contains(says), "{}", ran.err);
}

#[test]
fn list_says_what_models_can_be_given() {
    let ran = ran(own_models::models(), &["list"]);
    expect![[r#"
        alternating_bit: the alternating-bit protocol over channels that lose and duplicate
          capacity=2  messages in a channel (1 to 8)
          messages=4  messages to be brought (1 to 100)
          fairness=strong  what is assumed of the runs (strong, weak)
          broken=no  any confirmation is taken for the right one (no, yes)
        dining_philosophers: philosophers who share forks
          philosophers=5  how many there are (2 to 12)
          fairness=strong  what is assumed of the runs (strong, weak)
          broken=no  everybody takes the left fork first (no, yes)
        lock: Peterson's lock for any number of processes
          processes=3  how many there are (2 to 4)
          broken=no  a process swaps its two writes (no, yes)
        paxos: single-decree Paxos, after the repository of stateright
          clients=2  how many clients write (1 to 3)
          broken=no  a leader pays no heed to what others accepted (no, yes)
        two_phase_commit: two-phase commit, after Gray and Lamport
          managers=7  how many resource managers (1 to 12)
          broken=no  a manager goes back on its word (no, yes)
    "#]]
    .assert_eq(&ran.out);
    assert_eq!(ran.code, 0);
}

#[test]
fn a_model_that_holds() {
    let ran = check(&["lock", "processes=2"]);
    expect![[r#"
        lock processes=2 broken=no

        4 properties: 4 held, 0 violated, 0 undecided
          held       never "two are inside"
          held       no-deadlock "no deadlock"
          held       leads-to "process 0 gets in", fairness: progress, weak(process 0, process 1)
          held       leads-to "process 1 gets in", fairness: progress, weak(process 0, process 1)

        Search: breadth first, exhaustive
          48 states, 97 steps, depth 10
          states kept whole: none can be overlooked
          by depth: ▁▂▃▄▅▅██▆▃▂, at most 9 states at depth 7
          0 states where nothing can happen, 2 steps from each

        Actions
          Leave             offered 10, happened 10, changed the state 10
          LetOthersGoFirst  offered 18, happened 18, changed the state 18
          Look              offered 32, happened 32, changed the state 32
          SayLevel          offered 18, happened 18, changed the state 18
          Try               offered 18, happened 18, changed the state 18
    "#]]
    .assert_eq(lasting(&ran.out));
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
}

#[test]
fn a_model_that_is_broken() {
    let broken = ["two_phase_commit", "managers=2", "broken"];
    let ran = check(&broken);
    expect![[r#"
        two_phase_commit managers=2 broken=yes

        3 properties: 2 held, 1 violated, 0 undecided
          held       sometimes "abort agreement"
          held       sometimes "commit agreement"
          violated   always "consistent" (7 steps)

        Search: breadth first, bounded by the first violation
          81 states, 271 steps, depth 7
          states kept by number: none can be overlooked
          by depth: ▁▃▆██▆▄▃, at most 18 states at depth 3
          0 states where nothing can happen, 1 to 6 steps from a state, 3.6 on average

        Actions
          ChooseToAbort    offered 78, happened 78, changed the state 78
          DecideAbort      offered 36, happened 36, changed the state 36
          DecideCommit     offered 4, happened 4, changed the state 4
          Prepare          offered 24, happened 24, changed the state 24
          ReceiveAbort     offered 70, happened 70, changed the state 36
          ReceiveCommit    offered 10, happened 10, changed the state 8
          ReceivePrepared  offered 48, happened 48, changed the state 24

        always "consistent" does not hold
          found: one of the shortest ways to break it, 7 steps
          0  State {
               managers: [
                 Working, Working, Working, Working, Working, Working, Working, Working, Working, Working,
                 Working, Working,
               ],
               decision: None,
               sent: 0,
               received: 0,
             }
          1  Prepare(0)
               managers[0]: Working → Prepared
               sent: 0 → 1
          2  ReceivePrepared(0)
               received: 0 → 1
          3  Prepare(1)
               managers[1]: Working → Prepared
               sent: 1 → 3
          4  ReceivePrepared(1)
               received: 1 → 3
          5  DecideCommit
               decision: None → Commit
          6  ReceiveCommit(0)
               managers[0]: Prepared → Committed
          7  ChooseToAbort(1)
               managers[1]: Prepared → Aborted
    "#]].assert_eq(lasting(&ran.out));
    assert_eq!(ran.code, 1);

    let (code, document) = json(&broken);
    assert_eq!(code, 1);
    assert_eq!(document["model"], "two_phase_commit");
    assert_eq!(document["parameters"]["managers"], "2");
    assert_eq!(document["parameters"]["broken"], "yes");
    assert_eq!(document["report"]["holds"], false);
    assert_eq!(
        (&document["audit"], &document["sequences"]),
        (&Value::Null, &Value::Null)
    );

    let sequence = check(&[&broken[..], &["--sequence"]].concat());
    assert!(
        sequence.out.starts_with("sequenceDiagram\n"),
        "{}",
        sequence.out
    );
    assert_eq!(sequence.code, 1);
    let (_, document) = json(&[&broken[..], &["--sequence"]].concat());
    assert_eq!(document["sequences"][0], sequence.out);
}

#[test]
fn a_limit_leaves_it_undecided() {
    for limit in [
        &["--max-states", "1k"][..],
        &["--max-depth", "3"],
        &["--max-time", "0s"],
        &["--max-memory", "100k"],
        &["--search", "random:1,10,20"],
    ] {
        let ran = check(&[&["paxos", "clients=2", "--threads", "1"], limit].concat());
        assert_eq!(ran.code, 3, "{limit:?}: {}{}", ran.out, ran.err);
        assert!(ran.out.contains("undecided"), "{}", ran.out);
    }
}

#[test]
fn the_search_is_the_one_that_was_asked_for() {
    let order = |search: &str| {
        let (_, document) = json(&["two_phase_commit", "managers=3", "--search", search]);
        document["report"]["search"].to_string()
    };
    assert_eq!(order("breadth"), r#"{"order":"breadth-first"}"#);
    assert_eq!(order("depth"), r#"{"order":"depth-first"}"#);
    assert_eq!(
        order("random:7,100,50"),
        r#"{"order":"random-walks","seed":7,"steps":50,"walks":100}"#
    );
    let (_, document) = json(&[
        "lock",
        "--store",
        "fingerprint",
        "--properties",
        "no deadlock",
    ]);
    assert_eq!(document["report"]["store"], "fingerprint");
}

#[test]
fn symmetry_and_the_model_itself_can_be_verified() {
    let sound = [
        "two_phase_commit",
        "managers=3",
        "--verify-symmetry",
        "--symmetric",
    ];
    let ran = check(&sound);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.out.contains("\nsound in all 288 states, "),
        "{}",
        ran.out
    );
    let (_, document) = json(&sound);
    assert_eq!(document["audit"]["exhaustive"], true);
    assert_eq!(document["report"]["symmetry"], "used");
    assert_eq!(document["report"]["states"], document["audit"]["canonical"]);

    let ran = check(&[
        "lock",
        "processes=2",
        "--verify-model",
        "--max-states",
        "10",
    ]);
    assert!(
        ran.out.contains("\nsound in the first 10 states\n"),
        "{}",
        ran.out
    );
    refused(&["lock", "--symmetric"], "`lock` has no symmetry");
    refused(&["lock", "--verify-symmetry"], "`lock` has no symmetry");
}

#[test]
fn properties_can_be_selected() {
    let (_, all) = json(&["alternating_bit"]);
    let names = all["report"]["properties"].as_array().unwrap().iter();
    let names: Vec<_> = names.map(|one| one["property"].as_str().unwrap()).collect();
    assert!(names.len() > 2, "{names:?}");
    let (_, two) = json(&["alternating_bit", "--properties", names[2], names[0]]);
    let selected = two["report"]["properties"].as_array().unwrap().iter();
    let selected: Vec<_> = selected
        .map(|one| one["property"].as_str().unwrap())
        .collect();
    assert_eq!(selected, [names[0], names[2]]);
    refused(
        &["alternating_bit", "--properties", "none such"],
        &format!(
            "has no property `none such`; its properties are: {}",
            names.join(", ")
        ),
    );
}

#[test]
fn the_graph_is_written_with_the_counterexample() {
    let folder = std::env::temp_dir().join(format!("fsmcheck-graph-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let dump = |name: &str| {
        let file = folder.join(name);
        let file = file.to_str().unwrap();
        let ran = check(&[
            "two_phase_commit",
            "managers=2",
            "broken",
            "--dump-graph",
            file,
        ]);
        assert_eq!(ran.code, 1, "{}", ran.err);
        std::fs::read_to_string(file).unwrap()
    };
    assert!(dump("graph.dot").starts_with("digraph states {\n"));
    assert!(dump("graph.graphml").contains("<graphml "));
    let document: Value = serde_json::from_str(&dump("graph.json")).unwrap();
    let states = document["states"].as_array().unwrap();
    assert!(
        states
            .iter()
            .any(|state| state["in-counterexample"] == true)
    );

    let file = folder.join("grouped.json");
    let file = file.to_str().unwrap();
    let model = ["two_phase_commit", "managers=2", "--dump-graph", file];
    let grouped = check(&[&model[..], &["--group-by", "decision"]].concat());
    assert_eq!(grouped.code, 0, "{}", grouped.err);
    let document: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let labels = document["states"].as_array().unwrap().iter();
    let labels: Vec<_> = labels
        .map(|state| state["label"].as_str().unwrap())
        .collect();
    assert_eq!(
        labels,
        ["decision: None", "decision: Abort", "decision: Commit"]
    );
    refused(
        &[&model[..], &["--group-by", "color"]].concat(),
        "no state has a field `color`; there are: decision, managers, received, sent",
    );
    refused(&["lock", "--group-by", "next"], "--dump-graph");
    std::fs::remove_dir_all(folder).unwrap();

    refused(
        &["lock", "--dump-graph", "lock.svg"],
        "may end in .dot, .graphml or .json",
    );
    refused(
        &["lock", "--dump-graph", "lock.dot", "--max-states", "9"],
        "more than 9 states",
    );
    refused(
        &["lock", "--dump-graph", "/no/such/folder/lock.dot"],
        "/no/such/folder/lock.dot: ",
    );
}

#[test]
fn mistakes_are_answered_with_what_is_allowed() {
    refused(
        &[],
        "say which model or machine is to be checked; there are: alternating_bit, \
         dining_philosophers, lock, paxos, two_phase_commit",
    );
    refused(
        &["locks"],
        "there is no model or machine `locks`; there are: alternating_bit",
    );
    refused(
        &["lock", "size=3"],
        "`lock` has no parameter `size`; its parameters are: processes",
    );
    refused(
        &["lock", "processes=9"],
        "`processes` cannot be `9`: it can be 2 to 4",
    );
    refused(
        &["lock", "processes"],
        "`processes` cannot be ``: it can be 2 to 4",
    );
    refused(&["lock", "broken=perhaps"], "it can be no, yes");
    refused(&["alternating_bit", "fairness"], "it can be strong, weak");
    refused(&["lock", "--threads", "0"], "0 is not in 1..");
    refused(&["lock", "--store", "none"], "fingerprint");
    refused(
        &["lock", "--search", "random:1,2"],
        "random:SEED,WALKS,STEPS",
    );
    refused(
        &["lock", "--search", "random:1,2,3,4"],
        "random:SEED,WALKS,STEPS",
    );
    refused(
        &["lock", "--max-states", "many"],
        "a number such as 1000, 500k",
    );
    refused(
        &["lock", "--max-memory", "99999999999G"],
        "a number such as",
    );
    for time in ["soon", "-1s", "", "1é", "NaN", "1e999h"] {
        refused(
            &["lock", &format!("--max-time={time}")],
            "a time such as 90s",
        );
    }
}

mod machines {
    use statig::prelude::*;

    #[derive(Clone, Debug)]
    pub(crate) enum Event {
        Insert,
        Return,
    }

    /// Gives back a coin more than it got.
    #[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
    pub(crate) struct Till {
        coins: i8,
    }

    #[state_machine(
        initial = "State::open()",
        state(derive(Clone, Debug, PartialEq, Eq, Hash)),
        superstate(derive(Debug))
    )]
    impl Till {
        #[state]
        fn open(&mut self, event: &Event) -> Outcome<State> {
            match event {
                Event::Insert if self.coins == 3 => panic!("no room for a coin"),
                Event::Insert => self.coins += 1,
                Event::Return => self.coins -= 2,
            }
            Handled
        }
    }

    impl fsmcheck::Machine for Till {
        fn alphabet() -> Vec<Event> {
            vec![Event::Insert, Event::Return]
        }

        fn invariants() -> Vec<fsmcheck::machine::Invariant<Self>> {
            let is_solvent = |till: &Self, _: &State| till.coins >= 0;
            vec![fsmcheck::machine::Invariant::new(
                "nothing is owed",
                is_solvent,
            )]
        }
    }
}

#[test]
fn a_machine_is_a_model_whose_actions_are_its_events() {
    let check = |more: &[&str]| {
        let till = [machine::<machines::Till>()];
        ran(till, &[&["check", "--max-depth", "6"], more].concat())
    };
    let found = check(&["--properties", "nothing is owed"]);
    expect![[r#"
        Till

        1 property: 0 held, 1 violated, 0 undecided
          violated   always "nothing is owed" (1 step)

        Search: breadth first, bounded by the first violation
          3 states, 3 steps, depth 1
          states kept whole: none can be overlooked
          by depth: ▄█, at most 2 states at depth 1
          0 states where nothing can happen, 2 steps from each

        Actions
          Insert  offered 1, happened 1, changed the state 1
          Return  offered 1, happened 1, changed the state 1

        always "nothing is owed" does not hold
          found: one of the shortest ways to break it, 1 step
          0  At { state: Open, storage: Till { coins: 0 } }
          1  Return
               storage.coins: 0 → -2
    "#]]
    .assert_eq(lasting(&found.out));
    assert_eq!(found.code, 1);
    let panics = check(&["--properties", "a handler panics"]);
    assert_eq!(panics.code, 1);
    assert!(panics.out.contains("no room for a coin"), "{}", panics.out);
}

/// Has no end, and says when it begins.
struct Endless;

impl Model for Endless {
    type State = u64;
    type Action = ();

    fn initial_states(&self) -> Vec<u64> {
        stdout().write_all(b"begins\n").unwrap();
        vec![0]
    }

    fn actions(&self, _: &u64, actions: &mut Vec<()>) {
        actions.push(());
    }

    fn next(&self, state: &u64, (): &()) -> Option<u64> {
        Some(state + 1)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::<Self>::never("the end", |_, state| {
            *state == u64::MAX
        })]
    }
}

/// This test once more, as a program of its own that is interrupted.
const AS_CHILD: &str = "FSMCHECK_TEST_IS_INTERRUPTED";

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_check_with_what_was_seen() {
    if std::env::var_os(AS_CHILD).is_some() {
        let endless = [model("endless", "counts", [], |[]| Endless)];
        let code = run_to(endless, ["own", "check"], &mut stdout(), &mut stderr());
        std::process::exit(code.into());
    }
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "ctrl_c_ends_a_check_with_what_was_seen",
            "--exact",
            "--nocapture",
        ])
        .env(AS_CHILD, "")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines
        .by_ref()
        .find(|line| line.as_ref().unwrap().ends_with("begins"))
        .unwrap()
        .unwrap();
    let interrupted = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(interrupted.unwrap().success());
    let report: Vec<_> = lines.map(Result::unwrap).collect();
    let ran = child.wait_with_output().unwrap();
    assert_eq!(ran.status.code(), Some(3), "{report:?}");
    assert!(
        report
            .iter()
            .any(|line| line == "Search: breadth first, bounded by an interruption"),
        "{report:?}"
    );
    // Standard error is no terminal: no progress is shown.
    assert!(ran.stderr.is_empty(), "{:?}", String::from_utf8(ran.stderr));
}

#[cfg(feature = "disk")]
#[test]
fn a_check_goes_on_where_it_was_ended() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("2pc.checkpoint");
    let spill = folder.path().to_str().unwrap();
    let file = file.to_str().unwrap();
    let of = ["two_phase_commit", "managers=5", "--checkpoint", file];
    let (code, whole) = json(&["two_phase_commit", "managers=5", "--spill", spill]);
    assert_eq!(code, 0);
    let (code, begun) = json(&[&of[..], &["--max-depth", "9"]].concat());
    assert_eq!(code, 3);
    assert!(begun["report"]["states"].as_u64() < whole["report"]["states"].as_u64());

    // What may be the work of days is not begun anew.
    let again = check(&of);
    assert_eq!(again.code, 3, "{}", again.out);
    assert!(again.out.contains("2pc.checkpoint"), "{}", again.out);

    let (code, resumed) = json(&[&of[..], &["--resume"]].concat());
    assert_eq!(code, 0);
    assert_eq!(resumed["report"]["states"], whole["report"]["states"]);
    assert_eq!(resumed["report"]["generated"], whole["report"]["generated"]);
    refused(
        &[&of[..], &["--resume"]].concat(),
        "2pc.checkpoint cannot be read",
    );
}

#[test]
fn what_cannot_be_written_is_not_checkpointed() {
    refused(
        &["lock", "--checkpoint", "lock.checkpoint"],
        "the states of `lock` cannot be written to disk",
    );
    refused(&["two_phase_commit", "--resume"], "--checkpoint <FILE>");
}

#[test]
fn iterative_deepening_finds_a_nearest_violation() {
    let of = ["two_phase_commit", "managers=3", "broken"];
    let [breadth, deepening] = ["breadth", "deepening"].map(|search| {
        let (code, document) = json(&[&of[..], &["--search", search]].concat());
        assert_eq!(code, 1);
        let properties = document["report"]["properties"].as_array().unwrap();
        let mut found = properties
            .iter()
            .map(|property| &property["counterexample"]);
        let counterexample = found
            .find(|counterexample| !counterexample.is_null())
            .unwrap();
        assert_eq!(counterexample["shortest"], true, "{document}");
        counterexample["steps"].as_array().unwrap().len()
    });
    assert_eq!(breadth, deepening);
}
