//! A suite as the macro makes it, run with each fault that its machine can be given
//! from outside: the tests of the suite are wired to the right checks.

#![allow(
    dead_code,
    reason = "statig's macro makes a constructor for each state"
)]

use std::collections::BTreeSet;
use std::env;
use std::process::Command;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use fsmcheck::graph::{Property, TransitionKind};
use fsmcheck::machine::Invariant;
use statig::prelude::*;

const FAULT: &str = "FSMCHECK_TESTED_FAULT";

fn has(fault: &str) -> bool {
    static GIVEN: LazyLock<String> = LazyLock::new(|| env::var(FAULT).unwrap_or_default());
    *GIVEN == fault
}

#[derive(Clone, Debug)]
enum Event {
    Open,
    Close,
    Remove,
    Paint,
}

/// The number of times that it was opened, up to 3, and whether it was tampered
/// with.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
struct Gate {
    opened: u8,
    tampered: bool,
}

#[state_machine(
    initial = "State::closed()",
    state(derive(Clone, Debug, Eq, Hash, PartialEq)),
    superstate(derive(Debug)),
    visibility = "pub(crate)"
)]
impl Gate {
    #[state]
    fn closed(&mut self, event: &Event) -> Outcome<State> {
        static STICKS: AtomicBool = AtomicBool::new(false);
        match event {
            Event::Open if has("nondeterministic") && STICKS.fetch_not(Ordering::Relaxed) => Super,
            Event::Open => {
                self.opened += 1;
                Transition(State::opened())
            }
            Event::Close if has("panic") => panic!("closed twice"),
            Event::Close if has("trace") => {
                self.tampered = true;
                Super
            }
            Event::Close => Super,
            Event::Remove if has("unreached") => Super,
            Event::Remove => Transition(State::removed()),
            Event::Paint => Super,
        }
    }

    #[state]
    fn opened(event: &Event) -> Outcome<State> {
        match event {
            Event::Close => Transition(State::closed()),
            Event::Open if has("property") => Handled,
            Event::Remove if has("changed") => Transition(State::removed()),
            _ => Super,
        }
    }

    #[state]
    fn removed(event: &Event) -> Outcome<State> {
        match event {
            Event::Open if has("terminal") => Transition(State::opened()),
            _ => Super,
        }
    }
}

impl fsmcheck::Machine for Gate {
    fn alphabet() -> Vec<Event> {
        let mut events = vec![Event::Open, Event::Close, Event::Remove, Event::Paint];
        if has("explore") {
            events.clear();
        }
        events
    }

    fn declared_states() -> &'static [&'static str] {
        &["Closed", "Opened", "Removed"]
    }

    fn terminal_states() -> &'static [&'static str] {
        if has("lint") { &[] } else { &["Removed"] }
    }

    fn abstracted(gate: Self, state: State) -> (Self, State) {
        let opened = 0;
        (Self { opened, ..gate }, state)
    }

    fn abstraction() -> Option<&'static str> {
        Some("how often it was opened is left out")
    }

    fn invariants() -> Vec<Invariant<Self>> {
        vec![Invariant::new("opened at most three times", |gate, _| {
            gate.opened <= 3 || !has("walk")
        })]
    }

    fn properties() -> Vec<Property> {
        vec![Property::every_step(
            "G1",
            "every step moves",
            &["Closed"],
            |_, _, transition, _| transition.kind == TransitionKind::Moved,
        )]
    }
}

fsmcheck::test_suite!(mod suite, Gate, allow = [
    "event-never-handled" = "a gate has the colour that it has",
]);

/// The tests of the suite that fail when the machine has a fault.
fn failing(fault: &str) -> BTreeSet<String> {
    let output = Command::new(env::current_exe().unwrap())
        // One after the other: the fault that answers differently each time counts calls.
        .args(["gate::suite::", "--test-threads=1"])
        .env(FAULT, fault)
        .env_remove("FSMCHECK_ACCEPT")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("running 9 tests"), "{text}");
    let failing = text.lines().filter_map(|line| {
        let name = line.strip_prefix("test gate::suite::")?;
        Some(name.strip_suffix(" ... FAILED")?.to_owned())
    });
    let failing: BTreeSet<_> = failing.collect();
    assert_eq!(output.status.success(), failing.is_empty(), "{text}");
    failing
}

#[test]
fn each_test_of_a_suite_fails_with_its_fault() {
    let check = |fault: &str, expected: &[&str]| {
        let failing = failing(fault);
        let failing: Vec<_> = failing.iter().map(String::as_str).collect();
        assert_eq!(failing, expected, "{fault}");
    };
    const GRAPH: &str = "graph_is_the_one_checked_in";
    const LINTS: &str = "lints_find_nothing";
    check("", &[]);
    check("panic", &[LINTS, "no_handler_panics", "random_walks_agree"]);
    check("trace", &[LINTS, "refusals_leave_no_trace"]);
    check("lint", &[GRAPH, LINTS]);
    check("unreached", &["declared_states_are_reached", GRAPH, LINTS]);
    check("terminal", &[GRAPH, LINTS, "terminal_states_absorb"]);
    check("property", &[GRAPH, "properties_hold"]);
    check("changed", &[GRAPH]);
    check("walk", &["random_walks_agree"]);
    assert!(failing("nondeterministic").contains("every_step_is_repeatable"));
    assert_eq!(failing("explore").len(), 9);
}
