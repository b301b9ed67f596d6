//! Reports, warnings, exit codes.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use expect_test::expect;
use fsmcheck::check::{Check, Limits, Model, Property, Report, Store, Warning, check};

use crate::graph_model::{GraphModel, any_of};
use crate::models::{Channel, Lock};

/// The part of a report that is the same each time.
fn findings<M: Model>(report: &Report<M>) -> String {
    let text = report.to_string();
    let (findings, costs) = text.split_once("\nThis run\n").expect("the costs are last");
    assert_eq!(costs.lines().count(), 1, "{costs}");
    assert!(
        costs.contains("B/state") && costs.contains("thread"),
        "{costs}"
    );
    findings.to_owned()
}

/// The JSON of a report without what differs from run to run.
fn json<M: Model>(report: &Report<M>) -> String {
    let mut document: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
    let costs = document.as_object_mut().unwrap().remove("costs").unwrap();
    let members: Vec<_> = costs.as_object().unwrap().keys().cloned().collect();
    assert_eq!(
        members,
        [
            "peak-bytes",
            "search-seconds",
            "store-bytes",
            "threads",
            "traces-seconds"
        ]
    );
    for verdict in document["properties"].as_array_mut().unwrap() {
        if verdict["counterexample"].is_object() {
            verdict["counterexample"] = "shown elsewhere".into();
        }
    }
    serde_json::to_string_pretty(&document).unwrap()
}

#[test]
fn a_violation() {
    let report = check(&Lock);
    expect![[r#"
        2 properties: 1 held, 1 violated, 0 undecided
          violated   never "both are inside" (4 steps)
          held       sometimes "one is inside"

        Search: breadth first, bounded by the first violation
          9 states, 15 steps, depth 4
          states kept whole: none can be overlooked
          by depth: ▃▆█▆▃, at most 3 states at depth 2
          0 states where nothing can happen, 1 to 2 steps from a state, 1.8 on average

        Actions
          Enter  offered 6, happened 6, changed the state 6
          Leave  offered 4, happened 4, changed the state 4
          Look   offered 6, happened 4, changed the state 4

        never "both are inside" does not hold
          found: one of the shortest ways to break it, 4 steps
          0  LockState { taken: false, processes: [Idle, Idle] }
          1  Look(0)
               processes[0]: Idle → SawItFree
          2  Look(1)
               processes[1]: Idle → SawItFree
          3  Enter(0)
               taken: false → true
               processes[0]: SawItFree → Inside
          4  Enter(1)
               processes[1]: SawItFree → Inside
    "#]]
    .assert_eq(&findings(&report));
    expect![[r#"
        {
          "collision-odds": 0.0,
          "completeness": "first-violation",
          "coverage": {
            "actions": [
              {
                "action": "Enter",
                "changed": 6,
                "happened": 6,
                "offered": 6
              },
              {
                "action": "Leave",
                "changed": 4,
                "happened": 4,
                "offered": 4
              },
              {
                "action": "Look",
                "changed": 4,
                "happened": 4,
                "offered": 6
              }
            ],
            "beyond-bounds": 0,
            "ends": 0,
            "levels": [
              1,
              2,
              3,
              2,
              1
            ],
            "out-degrees": [
              0,
              2,
              6
            ],
            "predicates": [
              {
                "failed": 8,
                "held": 1,
                "position": 1,
                "property": "both are inside"
              },
              {
                "failed": 4,
                "held": 5,
                "position": 1,
                "property": "one is inside"
              }
            ]
          },
          "depth": 4,
          "holds": false,
          "limit": null,
          "properties": [
            {
              "counterexample": "shown elsewhere",
              "ended-by": null,
              "fairness": null,
              "kind": "never",
              "outcome": "violated",
              "property": "both are inside"
            },
            {
              "counterexample": null,
              "ended-by": null,
              "fairness": null,
              "kind": "sometimes",
              "outcome": "held",
              "property": "one is inside"
            }
          ],
          "reduced": false,
          "search": {
            "order": "breadth-first"
          },
          "states": 9,
          "steps": 15,
          "store": "exact",
          "symmetry": "off",
          "warnings": []
        }"#]]
    .assert_eq(&json(&report));
    assert_eq!(report.exit_code(), 1);
}

#[test]
fn everything_with_fingerprints() {
    let model = GraphModel::new([(0, "go", 1), (1, "go on", 2), (2, "back", 0), (2, "out", 9)])
        .with_beyond(&[9])
        .with(|| {
            vec![
                Property::always("small", any_of(&[0, 1, 2])),
                Property::no_deadlock(),
            ]
        });
    let report = Check::new(&model)
        .store(Store::Fingerprint)
        .threads(1)
        .run();
    expect![[r#"
        2 properties: 2 held, 0 violated, 0 undecided
          held       always "small"
          held       no-deadlock "no deadlock"

        Search: breadth first, exhaustive
          3 states, 5 steps, depth 2
          64-bit fingerprints kept: the odds that a state was overlooked are at most 1.6e-19
          1 step led beyond the model's own bounds
          by depth: ███, at most 1 state at depth 0
          0 states where nothing can happen, 1 to 2 steps from a state, 1.3 on average

        Actions
          go  offered 4, happened 4, changed the state 4
    "#]]
    .assert_eq(&findings(&report));
    expect![[r#"
        {
          "collision-odds": 1.626303258728257e-19,
          "completeness": "exhaustive",
          "coverage": {
            "actions": [
              {
                "action": "go",
                "changed": 4,
                "happened": 4,
                "offered": 4
              }
            ],
            "beyond-bounds": 1,
            "ends": 0,
            "levels": [
              1,
              1,
              1
            ],
            "out-degrees": [
              0,
              2,
              1
            ],
            "predicates": [
              {
                "failed": 0,
                "held": 3,
                "position": 1,
                "property": "small"
              }
            ]
          },
          "depth": 2,
          "holds": true,
          "limit": null,
          "properties": [
            {
              "counterexample": null,
              "ended-by": null,
              "fairness": null,
              "kind": "always",
              "outcome": "held",
              "property": "small"
            },
            {
              "counterexample": null,
              "ended-by": null,
              "fairness": null,
              "kind": "no-deadlock",
              "outcome": "held",
              "property": "no deadlock"
            }
          ],
          "reduced": false,
          "search": {
            "order": "breadth-first"
          },
          "states": 3,
          "steps": 5,
          "store": "fingerprint",
          "symmetry": "off",
          "warnings": []
        }"#]]
    .assert_eq(&json(&report));
    assert_eq!(report.exit_code(), 0);
    report.assert_holds();
}

#[test]
fn a_limit_is_never_a_pass() {
    let model = GraphModel::new((0..9).map(|state| (state, "go", state + 1))).with(|| {
        vec![
            Property::always("small", |_, state| *state < 100),
            Property::sometimes("one", any_of(&[1])),
        ]
    });
    let report = Check::new(&model).limits(Limits::default().depth(3)).run();
    expect![[r#"
        2 properties: 1 held, 0 violated, 1 undecided
          undecided  always "small" (ended by the limit of 3 actions)
          held       sometimes "one"

        Search: breadth first, bounded by the limit of 3 actions
          4 states, 4 steps, depth 3
          states kept whole: none can be overlooked
          by depth: ████, at most 1 state at depth 0
          0 states where nothing can happen, 1 step from each

        Actions
          go  offered 3, happened 3, changed the state 3
    "#]]
    .assert_eq(&findings(&report));
    expect![[r#"
        {
          "collision-odds": 0.0,
          "completeness": "depth-limit",
          "coverage": {
            "actions": [
              {
                "action": "go",
                "changed": 3,
                "happened": 3,
                "offered": 3
              }
            ],
            "beyond-bounds": 0,
            "ends": 0,
            "levels": [
              1,
              1,
              1,
              1
            ],
            "out-degrees": [
              0,
              3
            ],
            "predicates": [
              {
                "failed": 0,
                "held": 4,
                "position": 1,
                "property": "small"
              },
              {
                "failed": 3,
                "held": 1,
                "position": 1,
                "property": "one"
              }
            ]
          },
          "depth": 3,
          "holds": false,
          "limit": 3,
          "properties": [
            {
              "counterexample": null,
              "ended-by": "depth-limit",
              "fairness": null,
              "kind": "always",
              "outcome": "undecided",
              "property": "small"
            },
            {
              "counterexample": null,
              "ended-by": null,
              "fairness": null,
              "kind": "sometimes",
              "outcome": "held",
              "property": "one"
            }
          ],
          "reduced": false,
          "search": {
            "order": "breadth-first"
          },
          "states": 4,
          "steps": 4,
          "store": "exact",
          "symmetry": "off",
          "warnings": []
        }"#]]
    .assert_eq(&json(&report));
    assert!(!report.holds());
    assert_eq!(report.exit_code(), 3);
    let panic = catch_unwind(AssertUnwindSafe(|| report.assert_holds())).unwrap_err();
    let message = panic.downcast_ref::<String>().unwrap();
    assert!(message.contains("undecided  always \"small\""), "{message}");

    // Without a property nothing is decided either, unless everything was seen.
    let nothing = GraphModel::new([(0, "go", 1), (1, "go", 2)]);
    let cut_off = Check::new(&nothing)
        .limits(Limits::default().depth(1))
        .run();
    assert_eq!(cut_off.exit_code(), 3);
    assert_eq!(check(&nothing).exit_code(), 0);
    // What was looked for and found is decided.
    let found = nothing.with(|| vec![Property::sometimes("one", any_of(&[1]))]);
    let found = Check::new(&found).limits(Limits::default().depth(1)).run();
    assert_eq!(found.exit_code(), 0);
}

#[test]
fn a_violation_counts_more_than_a_limit() {
    let model = GraphModel::new((0..9).map(|state| (state, "go", state + 1))).with(|| {
        vec![
            Property::always("small", |_, state| *state < 100),
            Property::never("one", any_of(&[1])),
        ]
    });
    let report = Check::new(&model)
        .all_violations()
        .limits(Limits::default().depth(3))
        .run();
    assert_eq!(report.exit_code(), 1);
    let panic = catch_unwind(AssertUnwindSafe(|| report.assert_holds())).unwrap_err();
    let message = panic.downcast_ref::<String>().unwrap();
    assert!(message.contains("never \"one\" does not hold"), "{message}");
    assert!(message.contains("  1  go\n       0 → 1\n"), "{message}");
}

#[test]
fn liveness_says_what_it_assumes() {
    let report = check(&Channel { may_give_up: true });
    expect![[r#"
        1 property: 0 held, 1 violated, 0 undecided
          violated   leads-to "what is sent is got", fairness: progress, strong(delivery) (3 steps)

        Search: breadth first, exhaustive
          6 states, 7 steps, depth 3
          states kept whole: none can be overlooked
          by depth: ▄██▄, at most 2 states at depth 1
          3 states where nothing can happen, 0 to 2 steps from a state, 1.0 on average

        Actions
          Deliver  offered 1, happened 1, changed the state 1
          GiveUp   offered 2, happened 2, changed the state 2
          Lose     offered 1, happened 1, changed the state 1
          Send     offered 2, happened 2, changed the state 2

        leads-to "what is sent is got" does not hold
          fairness: progress, strong(delivery)
          found: a run of 3 steps that then stops
          0  ChannelState { sent: 0, flying: {}, got: {}, gave_up: false }
          1  Send
               sent: 0 → 1
               flying: + "hello"
          2  Lose
               flying: - "hello"
          3  GiveUp
               gave_up: false → true
             … and nothing more happens
    "#]]
    .assert_eq(&findings(&report));
    expect![[r#"
        {
          "collision-odds": 0.0,
          "completeness": "exhaustive",
          "coverage": {
            "actions": [
              {
                "action": "Deliver",
                "changed": 1,
                "happened": 1,
                "offered": 1
              },
              {
                "action": "GiveUp",
                "changed": 2,
                "happened": 2,
                "offered": 2
              },
              {
                "action": "Lose",
                "changed": 1,
                "happened": 1,
                "offered": 1
              },
              {
                "action": "Send",
                "changed": 2,
                "happened": 2,
                "offered": 2
              }
            ],
            "beyond-bounds": 0,
            "ends": 3,
            "levels": [
              1,
              2,
              2,
              1
            ],
            "out-degrees": [
              3,
              0,
              3
            ],
            "predicates": [
              {
                "failed": 2,
                "held": 4,
                "position": 1,
                "property": "what is sent is got"
              },
              {
                "failed": 5,
                "held": 1,
                "position": 2,
                "property": "what is sent is got"
              }
            ]
          },
          "depth": 3,
          "holds": false,
          "limit": null,
          "properties": [
            {
              "counterexample": "shown elsewhere",
              "ended-by": null,
              "fairness": "progress, strong(delivery)",
              "kind": "leads-to",
              "outcome": "violated",
              "property": "what is sent is got"
            }
          ],
          "reduced": false,
          "search": {
            "order": "breadth-first"
          },
          "states": 6,
          "steps": 7,
          "store": "exact",
          "symmetry": "off",
          "warnings": []
        }"#]]
    .assert_eq(&json(&report));
}

/// A model in which much never happens.
struct Idle;

impl Model for Idle {
    type State = u8;
    type Action = &'static str;

    fn initial_states(&self) -> Vec<u8> {
        vec![0]
    }

    fn actions(&self, _: &u8, actions: &mut Vec<&'static str>) {
        actions.push("tick");
    }

    fn next(&self, state: &u8, action: &&'static str) -> Option<u8> {
        (*action == "tick" && *state < 3).then_some(state + 1)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let is = |wanted: u8| move |_: &Self, state: &u8| *state == wanted;
        let below = |limit: u8| move |_: &Self, state: &u8| *state < limit;
        vec![
            Property::leads_to("never asked", is(9), is(3)),
            Property::leads_to("asked and answered", is(1), is(3)),
            Property::leads_to("answered everywhere", is(1), below(9)),
            Property::eventually("at once", below(9)),
            Property::eventually("later", is(3)),
            Property::always_eventually("all the time", below(9)),
            Property::until("no wait", is(1), below(9)),
            Property::until("a wait", below(3), is(3)),
            Property::sometimes("anything", below(9)),
            Property::sometimes("the first", is(0)),
            Property::always("an invariant", below(9)),
            Property::never("what never happens", is(9)),
            Property::leads_to("broken", below(9), is(9)),
            Property::no_livelock("nothing to do", |_, _, _| true),
        ]
    }

    fn kind_name(&self, action: &&'static str) -> String {
        (*action).to_owned()
    }

    fn declared_actions(&self) -> Vec<String> {
        ["tick", "crash", "crash"].map(str::to_owned).into()
    }
}

#[test]
fn what_holds_of_nothing_is_a_warning() {
    let report = Check::new(&Idle).all_violations().run();
    let warnings = report.warnings();
    let codes: Vec<_> = warnings.iter().map(Warning::code).collect();
    assert_eq!(
        codes,
        [
            "never-offered",
            "never-asked",
            "always-true",
            "always-true",
            "always-true",
            "always-true",
            "always-true"
        ]
    );
    let text: Vec<_> = warnings.iter().map(ToString::to_string).collect();
    expect![[r#"
        crash was never offered
        leads-to "never asked": its first predicate was never true
        leads-to "answered everywhere": what it asks for was true in every state
        eventually "at once": what it asks for was true in every state
        always-eventually "all the time": what it asks for was true in every state
        until "no wait": what it asks for was true in every state
        sometimes "anything": what it asks for was true in every state"#]]
    .assert_eq(&text.join("\n"));
}

/// A model without anything.
struct Nothing(bool);

#[derive(Clone, Debug)]
enum Wish {
    Granted,
    Refused,
}

impl Model for Nothing {
    type State = u8;
    type Action = Wish;

    fn initial_states(&self) -> Vec<u8> {
        if self.0 { Vec::new() } else { vec![0, 1] }
    }

    fn actions(&self, _: &u8, actions: &mut Vec<Wish>) {
        actions.extend([Wish::Refused, Wish::Granted]);
    }

    fn next(&self, state: &u8, action: &Wish) -> Option<u8> {
        matches!(action, Wish::Granted).then_some(*state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        if self.0 {
            vec![Property::<Self>::leads_to("a", |_, _| false, |_, _| true)]
        } else {
            Vec::new()
        }
    }
}

#[test]
fn nothing_at_all_is_a_warning() {
    let codes = |model: &Nothing| {
        let warnings = check(model).warnings();
        warnings.iter().map(Warning::code).collect::<Vec<_>>()
    };
    assert_eq!(codes(&Nothing(true)), ["no-states"]);
    assert_eq!(codes(&Nothing(false)), ["no-properties", "never-happened"]);
    let text = findings(&check(&Nothing(false)));
    expect![[r#"
        0 properties: 0 held, 0 violated, 0 undecided

        Search: breadth first, exhaustive
          2 states, 4 steps, depth 0
          states kept whole: none can be overlooked
          by depth: █, at most 2 states at depth 0
          0 states where nothing can happen, 1 step from each

        Actions
          Granted  offered 2, happened 2, changed the state 0
          Refused  offered 2, happened 0, changed the state 0

        Warnings
          the model has no property
          Refused was offered 2 times and never happened
    "#]]
    .assert_eq(&text);
}

#[test]
fn a_warning_before_the_end_says_so() {
    let report = Check::new(&Idle).limits(Limits::default().depth(1)).run();
    let text = findings(&report);
    assert!(
        text.contains("\nWarnings so far: not everything was seen\n"),
        "{text}"
    );
}

/// The names of all members of a document.
fn members(document: &serde_json::Value, names: &mut BTreeSet<String>) {
    match document {
        serde_json::Value::Array(values) => {
            values.iter().for_each(|value| members(value, names));
        }
        serde_json::Value::Object(object) => {
            for (name, value) in object {
                names.insert(name.clone());
                members(value, names);
            }
        }
        _ => {}
    }
}

#[test]
fn every_member_and_code_is_documented() {
    let page = include_str!("../../docs/json.md");
    let (_, section) = page.split_once("## Reports of the model checker").unwrap();
    let mut names = BTreeSet::new();
    for report in [
        check(&Channel { may_give_up: false }).to_json(),
        check(&Channel { may_give_up: true }).to_json(),
    ] {
        members(&serde_json::from_str(&report).unwrap(), &mut names);
    }
    members(
        &serde_json::from_str(&check(&Nothing(false)).to_json()).unwrap(),
        &mut names,
    );
    assert!(names.len() > 40, "{names:?}");
    for name in &names {
        assert!(
            section.contains(&format!("\"{name}\":")),
            "{name} is not documented"
        );
    }
    let warnings = [
        check(&Nothing(true)).warnings(),
        check(&Nothing(false)).warnings(),
        Check::new(&Idle).all_violations().run().warnings(),
    ];
    for warning in warnings.iter().flatten() {
        assert!(
            section.contains(&format!("`{}`", warning.code())),
            "{warning}"
        );
    }
}
