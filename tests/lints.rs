//! Each lint on a machine that has the mistake and on its twin that has not.

#![allow(
    clippy::duplicate_mod,
    reason = "each machine is there twice, with its mistake and without"
)]

#[path = "lints/faulty.rs"]
mod faulty;
#[path = "lints/mended.rs"]
mod mended;

use expect_test::{expect, expect_file};
use fsmcheck::graph::lint::{Allowance, AllowanceError, Code, Finding, Findings, Level};
use fsmcheck::graph::{Graph, GraphBuilder};
use fsmcheck::machine::{Explorable, Limits};
use fsmcheck::{Machine, explore};

fn lint<M: Explorable>() -> Findings {
    graph::<M>(Limits::default()).lint()
}

fn graph<M: Explorable>(limits: Limits) -> Graph {
    explore::<M>(limits).unwrap().graph().clone()
}

fn with_properties<M: Explorable>() -> Findings {
    let graph = graph::<M>(Limits::default());
    graph.lint().with_properties(&graph, &M::properties())
}

/// The only finding of a code.
fn only(findings: &Findings, code: Code) -> Finding {
    let found: Vec<_> = findings.of(code).collect();
    assert_eq!(found.len(), 1, "{findings}");
    found[0].clone()
}

fn has(findings: &Findings, code: Code) -> bool {
    findings.of(code).next().is_some()
}

#[test]
fn mended_machines_have_no_finding_at_all() {
    let all = [
        lint::<mended::order::Order>(),
        lint::<mended::job::Job>(),
        lint::<mended::gate::Gate>(),
        lint::<mended::download::Download>(),
        lint::<mended::session::Session>(),
        lint::<mended::parcel::Parcel>(),
        lint::<mended::lock::Lock>(),
        lint::<mended::detector::Detector>(),
        lint::<mended::controller::Controller>(),
        lint::<mended::turnstile::Turnstile>(),
        lint::<mended::player::Player>(),
        lint::<mended::checkout::Checkout>(),
        lint::<mended::heater::Heater>(),
        with_properties::<mended::ticket::Ticket>(),
    ];
    for findings in all {
        assert!(findings.is_clean());
        assert_eq!(findings.to_string(), "", "{}", findings.machine);
    }
}

#[test]
fn a_handler_that_panics() {
    let findings = lint::<faulty::parcel::Parcel>();
    let found = only(&findings, Code::HandlerPanics);
    assert_eq!(
        (&found.states[0][..], &found.events[0][..]),
        ("Delivered", "Recall")
    );
    assert!(found.message.contains("too late"));
    expect!["Sent --Deliver--> Delivered"].assert_eq(&found.walk.unwrap().to_string());
    assert!(!findings.is_clean());
}

#[test]
fn a_clock_makes_a_machine_nondeterministic() {
    let findings = lint::<faulty::session::Session>();
    let found = only(&findings, Code::Nondeterministic);
    assert_eq!(
        (&found.states[0][..], &found.events[0][..]),
        ("Active", "Tick")
    );
    assert_eq!(found.walk.unwrap().to_string(), "Active");
}

#[test]
fn a_file_can_contradict_itself() {
    let mut builder = GraphBuilder::new("door", ["open", "push"]);
    let closed = builder.state("closed", None);
    let opened = builder.state("opened", None);
    let broken = builder.state("broken", None);
    builder
        .start(closed)
        .moved(closed, "open", opened)
        .moved(opened, "push", broken)
        .moved(opened, "push", closed)
        .moved(broken, "push", closed);
    let found = only(&builder.build().unwrap().lint(), Code::Nondeterministic);
    expect![[r#"
        error[nondeterministic] door: `push` in `opened` leads to `closed` or leads to `broken`, and nothing says when; give it one result or conditions
          walk: closed --open--> opened"#]]
    .assert_eq(&found.to_string());
}

#[test]
fn data_that_decides_is_no_contradiction() {
    // `Wrong` in `Locked` stays or leads to `Alarm`, as the count of tries says.
    assert!(!has(&lint::<mended::gate::Gate>(), Code::Nondeterministic));
}

#[test]
fn an_invariant_that_does_not_hold() {
    let found = only(
        &lint::<faulty::turnstile::Turnstile>(),
        Code::InvariantBroken,
    );
    expect![[r#"
        error[invariant-broken] Turnstile: in `Open` open only when paid does not hold in Turnstile { paid: false }; mend the step that leads there or the invariant
          walk: Locked --Coin--> Open --Push--> Open"#]]
    .assert_eq(&found.to_string());
}

#[test]
fn a_terminal_state_that_can_be_left_and_a_state_that_is_never_reached() {
    let findings = lint::<faulty::order::Order>();
    expect![[r#"
        error[terminal-left] Order: `Shipped` is declared terminal but can be left by `Pay`; refuse this there, or do not declare it terminal
          walk: Placed --Pay--> Paid --Ship--> Shipped --Pay--> Paid
        warning[unreachable-state] Order: no sequence of events leads to `Refunded`; add a way to it, or take it out
        warning[event-never-handled] Order: `Refund` is refused in every state; handle it somewhere, or take it out of the alphabet
    "#]]
    .assert_eq(&findings.to_string());
}

#[test]
fn data_that_is_declared_an_end_can_be_left() {
    let findings = with_properties::<faulty::ticket::Ticket>();
    let left: Vec<_> = findings
        .of(Code::TerminalLeft)
        .map(|finding| finding.message.as_str())
        .collect();
    assert_eq!(
        left,
        [
            "`Closed` is declared terminal but can be left by `Reopen`; refuse this there, or do \
             not declare it terminal",
            "`Open` is declared an end with Ticket { deleted: true } but can be left by `Close`; \
             refuse this there, or do not declare it an end",
        ]
    );
}

#[test]
fn a_property_that_does_not_hold() {
    let broken = only(
        &with_properties::<faulty::ticket::Ticket>(),
        Code::PropertyBroken,
    );
    assert_eq!(
        broken.to_string(),
        "error[property-broken] Ticket: T1 does not hold: a closed ticket stays closed; the last \
         step breaks it\n  walk: Open --Close--> Closed --Reopen--> Open"
    );
}

#[test]
fn a_terminal_state_may_handle_events_inside_and_enter_itself_again() {
    let mut builder = GraphBuilder::new("order", ["ship", "look", "again"]);
    let new = builder.state("new", None);
    let shipped = builder.state("shipped", None);
    builder
        .start(new)
        .moved(new, "ship", shipped)
        .stayed(shipped, "look")
        .moved(shipped, "again", shipped)
        .declare_terminal(["shipped"]);
    assert_eq!(builder.build().unwrap().lint().findings, []);
}

#[test]
fn no_way_back_under_some_data() {
    let found = only(&lint::<faulty::controller::Controller>(), Code::NoWayBack);
    // After two failures and another start there is no way but the third.
    expect![[r#"
        error[no-way-back] Controller: the machine is declared to return to its start, but from `Working` and `Failed` there is no way back, for instance with Controller { failures: 2 }; add one, or do not declare it
          walk: Ready --Start--> Working --Fail--> Failed --Reset--> Ready --Start--> Working --Fail--> Failed --Reset--> Ready --Start--> Working"#]].assert_eq(&found.to_string());
    assert_eq!(found.states, ["Working", "Failed"]);
}

#[test]
fn a_terminal_state_need_not_lead_back() {
    let build = |terminal: &[&str]| {
        let mut builder = GraphBuilder::new("device", ["start", "stop", "scrap"]);
        let off = builder.state("off", None);
        let on = builder.state("on", None);
        let scrapped = builder.state("scrapped", None);
        builder
            .start(off)
            .moved(off, "start", on)
            .moved(on, "stop", off)
            .moved(off, "scrap", scrapped)
            .declare_terminal(terminal.iter().copied())
            .declare_returns_to_start(true);
        builder.build().unwrap().lint()
    };
    assert!(!has(&build(&["scrapped"]), Code::NoWayBack));
    assert_eq!(only(&build(&[]), Code::NoWayBack).states, ["scrapped"]);
}

#[test]
fn nothing_has_to_return_that_is_not_declared_to() {
    assert!(!has(&lint::<mended::order::Order>(), Code::NoWayBack));
}

#[test]
fn states_that_a_file_lists_and_never_reaches() {
    let mut builder = GraphBuilder::new("m", ["go"]);
    let a = builder.state("a", None);
    let b = builder.state("b", None);
    let island = builder.state("island", None);
    builder
        .start(a)
        .moved(a, "go", b)
        .moved(b, "go", a)
        .moved(island, "go", a);
    builder
        .declare_terminal(["ende"])
        .declare_states(["a", "b", "island"]);
    let findings = builder.build().unwrap().lint();
    let names: Vec<_> = findings
        .of(Code::UnreachableState)
        .map(|found| &found.states[0][..])
        .collect();
    assert_eq!(names, ["island", "ende"]);
    assert!(
        findings
            .to_string()
            .contains("`ende` is declared terminal but is not among the declared states")
    );
}

#[test]
fn a_state_that_cannot_be_left() {
    let findings = lint::<faulty::job::Job>();
    let found = only(&findings, Code::TrapState);
    expect![[r#"
        warning[trap-state] Job: no event leaves `Failed`; declare it terminal if the machine's life may end there, or handle an event that leaves it
          walk: Idle --Start--> Running --Fail--> Failed"#]]
    .assert_eq(&found.to_string());
    assert!(
        !has(&findings, Code::Livelock),
        "a trap is not a livelock as well"
    );
}

#[test]
fn a_state_that_some_data_makes_a_trap() {
    let findings = lint::<faulty::gate::Gate>();
    let found = only(&findings, Code::TrapState);
    expect![[r#"
        warning[trap-state] Gate: no event leaves `Locked` with Gate { tries: 3 }, and it is not declared terminal; handle an event that leaves it, or end such a life in a terminal state
          walk: Locked --Wrong--> Locked --Wrong--> Locked --Wrong--> Locked"#]]
    .assert_eq(&found.to_string());
    assert!(!has(&findings, Code::Livelock));
}

#[test]
fn a_livelock_under_some_data() {
    let findings = lint::<faulty::download::Download>();
    let found = only(&findings, Code::Livelock);
    expect![[r#"
        warning[livelock] Download: the machine can go round `Trying` and `Waiting` for ever and never reach `Done`, for instance with Download { failures: 3 }; add a way out, or declare terminal where its life may end
          walk: Trying --Failed--> Waiting --Elapsed--> Trying --Failed--> Waiting --Elapsed--> Trying --Failed--> Waiting
          then for ever: Waiting --Elapsed--> Trying --Failed--> Waiting"#]]
    .assert_eq(&found.to_string());
    assert!(
        !has(&findings, Code::TrapState),
        "a livelock is not a trap as well"
    );
}

#[test]
fn going_round_for_ever_is_fine_where_no_end_is_declared() {
    assert!(!has(&lint::<mended::session::Session>(), Code::Livelock));
}

#[test]
fn an_event_that_nobody_handles() {
    let found = only(&lint::<faulty::player::Player>(), Code::EventNeverHandled);
    assert_eq!(found.events, ["Record"]);
    // An event whose only handler panics is handled.
    assert!(!has(
        &lint::<faulty::parcel::Parcel>(),
        Code::EventNeverHandled
    ));
}

#[test]
fn refused_but_changed() {
    let found = only(&lint::<faulty::lock::Lock>(), Code::RefusedButChanged);
    expect![[r#"
        warning[refused-but-changed] Lock: `Locked` changes data on `Close` and then refuses it: Lock { tries: 0 } became Lock { tries: 1 }; change nothing before it is sure that the event is handled
          walk: Locked"#]]
    .assert_eq(&found.to_string());
}

#[test]
fn an_entry_action_that_counts() {
    let findings = lint::<faulty::detector::Detector>();
    let found = only(&findings, Code::EntryNotRepeatable);
    assert_eq!(found.states, ["Alarm"]);
    assert_eq!(found.walk.unwrap().to_string(), "Quiet --Smoke--> Alarm");
    assert!(findings.is_clean(), "it is a note");
}

#[test]
fn what_a_superstate_could_do_once() {
    let found = only(&lint::<faulty::player::Player>(), Code::SuperstateCandidate);
    expect!["note[superstate-candidate] Player: every state in `Active` answers `Eject` alike; the superstate could do it once"]
        .assert_eq(&found.to_string());
    assert_eq!(found.states, ["Playing", "Paused"]);
}

#[test]
fn what_depends_on_data_or_is_done_once_already_is_no_candidate() {
    let found = only(&lint::<faulty::heater::Heater>(), Code::SuperstateCandidate);
    assert_eq!(found.events, ["Wind"], "`Cut` is handled in one place");
    assert!(!has(
        &lint::<mended::heater::Heater>(),
        Code::SuperstateCandidate
    ));
}

#[test]
fn three_states_alike_may_want_a_superstate_around_them() {
    let ring = |n: usize, but: usize| {
        let mut builder = GraphBuilder::new("ring", ["next", "reset"]);
        let states: Vec<_> = (0..n)
            .map(|state| builder.state(format!("s{state}"), None))
            .collect();
        builder.start(states[0]);
        for (position, state) in states.iter().enumerate() {
            builder.moved(*state, "next", states[(position + 1) % n]);
            if position != but {
                builder.moved(*state, "reset", states[0]);
            }
        }
        builder.build().unwrap().lint()
    };
    let found = only(&ring(3, 9), Code::SuperstateCandidate);
    assert_eq!(
        (found.states.len(), &found.events[..]),
        (3, &["reset".to_owned()][..])
    );
    assert!(!has(&ring(2, 9), Code::SuperstateCandidate));
    assert!(!has(&ring(3, 1), Code::SuperstateCandidate));
}

#[test]
fn states_that_no_events_tell_apart() {
    let found = only(&lint::<faulty::checkout::Checkout>(), Code::DuplicateState);
    assert_eq!(found.states, ["PaidByCard", "PaidInCash"]);
    // Two terminal states refuse the same, but their names differ.
    assert!(!has(&lint::<mended::order::Order>(), Code::DuplicateState));
}

#[test]
fn a_limit_that_was_reached_silences_what_is_missing() {
    let limits = Limits::default().configurations(20);
    let findings = graph::<faulty::receiver::Receiver>(limits).lint();
    assert_eq!(only(&findings, Code::NotExhaustive).level, Level::Warning);
    // Neither `Closed` as a trap nor `Open` as an event without a handler.
    assert_eq!(findings.findings.len(), 1, "{findings}");

    let findings = graph::<mended::receiver::Receiver>(limits).lint();
    assert!(!has(&findings, Code::NotExhaustive));
    assert!(has(&findings, Code::TrapState) && has(&findings, Code::EventNeverHandled));
}

#[test]
fn what_is_allowed_is_set_aside_with_its_reason() {
    let trap = Allowance::new(Code::TrapState, "someone comes and restarts it").unwrap();
    let findings = lint::<faulty::job::Job>();
    assert!(!findings.is_clean());
    let allowed = findings.allowing(std::slice::from_ref(&trap));
    assert!(allowed.is_clean());
    assert_eq!(allowed.allowed[0].reason, "someone comes and restarts it");
    assert_eq!(allowed.allowed[0].finding.code, Code::TrapState);

    let unused = lint::<mended::job::Job>().allowing(std::slice::from_ref(&trap));
    assert!(unused.is_clean());
    assert!(
        only(&unused, Code::UnusedAllowance)
            .message
            .contains("someone comes")
    );

    let cut_short = graph::<faulty::receiver::Receiver>(Limits::default().depth(3));
    let cut_short = cut_short.lint().allowing(&[trap]);
    assert!(
        !has(&cut_short, Code::UnusedAllowance),
        "it may yet turn up"
    );
}

#[test]
fn an_allowance_needs_a_reason_and_no_error_has_one() {
    assert_eq!(
        Allowance::new(Code::TrapState, "  "),
        Err(AllowanceError::NoReason {
            code: Code::TrapState
        })
    );
    assert_eq!(
        Allowance::new(Code::HandlerPanics, "it never happens"),
        Err(AllowanceError::IsError {
            code: Code::HandlerPanics
        })
    );
}

#[test]
fn a_machine_of_one_state_has_nowhere_to_go() {
    let mut builder = GraphBuilder::new("counter", ["tick"]);
    let counting = builder.state("counting", None);
    builder.start(counting).stayed(counting, "tick");
    assert_eq!(builder.build().unwrap().lint().findings, []);
}

#[test]
fn findings_are_stable_json() {
    let findings = lint::<faulty::job::Job>();
    let json = serde_json::to_string_pretty(&findings).unwrap();
    expect![[r#"
        {
          "machine": "Job",
          "findings": [
            {
              "code": "trap-state",
              "level": "warning",
              "machine": "Job",
              "states": [
                "Failed"
              ],
              "events": [],
              "message": "no event leaves `Failed`; declare it terminal if the machine's life may end there, or handle an event that leaves it",
              "walk": {
                "start": "Idle",
                "steps": [
                  {
                    "event": "Start",
                    "to": "Running"
                  },
                  {
                    "event": "Fail",
                    "to": "Failed"
                  }
                ]
              }
            }
          ],
          "allowed": []
        }"#]]
    .assert_eq(&json);
    assert_eq!(serde_json::from_str::<Findings>(&json).unwrap(), findings);
}

#[test]
fn a_graph_read_back_has_the_same_findings() {
    let graph = graph::<faulty::download::Download>(Limits::default());
    let json = serde_json::to_string(&graph).unwrap();
    assert_eq!(
        serde_json::from_str::<Graph>(&json).unwrap().lint(),
        graph.lint()
    );
}

#[test]
fn every_code_is_found_by_some_machine_here() {
    let limits = Limits::default().configurations(20);
    let allowance = Allowance::new(Code::Livelock, "to be unused").unwrap();
    let reports = [
        lint::<faulty::order::Order>(),
        lint::<faulty::job::Job>().allowing(&[allowance]),
        lint::<faulty::download::Download>(),
        lint::<faulty::session::Session>(),
        lint::<faulty::parcel::Parcel>(),
        lint::<faulty::lock::Lock>(),
        lint::<faulty::detector::Detector>(),
        lint::<faulty::controller::Controller>(),
        lint::<faulty::turnstile::Turnstile>(),
        lint::<faulty::player::Player>(),
        lint::<faulty::checkout::Checkout>(),
        with_properties::<faulty::ticket::Ticket>(),
        graph::<faulty::receiver::Receiver>(limits).lint(),
    ];
    let of_replays = [
        Code::IllegalTransition,
        Code::EpochWentBack,
        Code::UnknownCode,
        Code::SkippedSteps,
    ];
    for code in Code::ALL.iter().filter(|code| !of_replays.contains(code)) {
        assert!(reports.iter().any(|report| has(report, *code)), "{code}");
    }
    for report in &reports {
        assert!(
            report
                .findings
                .is_sorted_by_key(|finding| (finding.level, finding.code))
        );
        assert!(
            report
                .findings
                .iter()
                .all(|finding| finding.level == finding.code.level())
        );
    }
}

#[test]
fn the_page_of_lints_says_what_the_code_says() {
    let mut page = String::from(
        "# Findings\n\n\
         What `verify`, `replay` and `Graph::lint` can find, by the code that a finding carries.\n\
         Errors and warnings make a machine unclean; a warning can be allowed with a reason, an\n\
         error cannot. `fsmcheck explain CODE` prints a section of this page, and\n\
         `UPDATE_EXPECT=1 cargo test --test lints` writes it from the library.\n\n\
         | code | level |\n|---|---|\n",
    );
    for code in Code::ALL {
        page += &format!("| [{code}](#{code}) | {} |\n", code.level());
    }
    for code in Code::ALL {
        let text = code.explanation();
        page += &format!(
            "\n## {code}\n\n*{}.* {}\n\n**Why it matters.** {}\n\n**Example.** {}\n\n**What to do.** {}\n",
            text.level, text.meaning, text.why, text.example, text.remedy
        );
    }
    expect_file!["../docs/findings.md"].assert_eq(&page);
}

#[test]
fn an_explanation_reads_as_a_page_of_text() {
    let text = Code::TerminalLeft.explanation().to_string();
    assert!(text.starts_with("terminal-left (error)\n\nA state that is declared terminal"));
    assert!(text.contains("\n\nWhat to do: Refuse the event"));
}

#[test]
fn names_are_those_of_the_types() {
    assert_eq!(lint::<mended::job::Job>().machine, mended::job::Job::name());
}
