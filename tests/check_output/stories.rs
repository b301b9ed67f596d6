//! Counterexamples as people, programs and Mermaid read them.

use expect_test::expect;
use fsmcheck::check::{Ending, Model, Property, check};

use crate::graph_model::{GraphModel, any_of};
use crate::models::{Channel, Lock, counterexample};

#[test]
fn a_broken_state() {
    let counterexample = counterexample(&Lock);
    expect![[r#"
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
    .assert_eq(&counterexample.to_string());
    expect![[r#"
        {
          "property": "both are inside",
          "kind": "never",
          "fairness": null,
          "ending": "broken",
          "repeats-from": null,
          "shortest": true,
          "initial": "LockState { taken: false, processes: [Idle, Idle] }",
          "steps": [
            {
              "action": "Look(0)",
              "state": "LockState { taken: false, processes: [SawItFree, Idle] }",
              "changes": [
                {
                  "path": "processes[0]",
                  "before": "Idle",
                  "after": "SawItFree"
                }
              ]
            },
            {
              "action": "Look(1)",
              "state": "LockState { taken: false, processes: [SawItFree, SawItFree] }",
              "changes": [
                {
                  "path": "processes[1]",
                  "before": "Idle",
                  "after": "SawItFree"
                }
              ]
            },
            {
              "action": "Enter(0)",
              "state": "LockState { taken: true, processes: [Inside, SawItFree] }",
              "changes": [
                {
                  "path": "taken",
                  "before": "false",
                  "after": "true"
                },
                {
                  "path": "processes[0]",
                  "before": "SawItFree",
                  "after": "Inside"
                }
              ]
            },
            {
              "action": "Enter(1)",
              "state": "LockState { taken: true, processes: [Inside, Inside] }",
              "changes": [
                {
                  "path": "processes[1]",
                  "before": "SawItFree",
                  "after": "Inside"
                }
              ]
            }
          ],
          "line": "counterexample/1 0 0,1,0,1 broken \"both are inside\""
        }
    "#]]
    .assert_eq(&counterexample.to_json());
    expect![[r#"
        sequenceDiagram
            participant p_model as model
            p_model->>p_model: Look(0)
            p_model->>p_model: Look(1)
            p_model->>p_model: Enter(0)
            p_model->>p_model: Enter(1)
            Note over p_model: never #34;both are inside#34; is broken
    "#]]
    .assert_eq(&counterexample.mermaid());
    expect![[r#"counterexample/1 0 0,1,0,1 broken "both are inside""#]]
        .assert_eq(&counterexample.line());
}

#[test]
fn a_run_that_repeats_itself() {
    let counterexample = counterexample(&Channel { may_give_up: false });
    assert!(matches!(counterexample.ending(), Ending::RepeatsFrom(_)));
    expect![[r#"
        leads-to "what is sent is got" does not hold
          fairness: progress, weak(delivery)
          found: a run of 1 step, and then 2 steps for ever
          0  ChannelState { sent: 0, flying: {}, got: {}, gave_up: false }
          1  Send
               sent: 0 → 1
               flying: + "hello"
             --- from here on for ever ---
          2  Lose
               flying: - "hello"
          3  Send
               flying: + "hello"
             … and again from step 2
    "#]]
    .assert_eq(&counterexample.to_string());
    expect![[r#"
        {
          "property": "what is sent is got",
          "kind": "leads-to",
          "fairness": "progress, weak(delivery)",
          "ending": "repeats",
          "repeats-from": 1,
          "shortest": true,
          "initial": "ChannelState { sent: 0, flying: {}, got: {}, gave_up: false }",
          "steps": [
            {
              "action": "Send",
              "state": "ChannelState { sent: 1, flying: {\"hello\"}, got: {}, gave_up: false }",
              "changes": [
                {
                  "path": "sent",
                  "before": "0",
                  "after": "1"
                },
                {
                  "path": "flying",
                  "before": null,
                  "after": "\"hello\""
                }
              ]
            },
            {
              "action": "Lose",
              "state": "ChannelState { sent: 1, flying: {}, got: {}, gave_up: false }",
              "changes": [
                {
                  "path": "flying",
                  "before": "\"hello\"",
                  "after": null
                }
              ]
            },
            {
              "action": "Send",
              "state": "ChannelState { sent: 1, flying: {\"hello\"}, got: {}, gave_up: false }",
              "changes": [
                {
                  "path": "flying",
                  "before": null,
                  "after": "\"hello\""
                }
              ]
            }
          ],
          "line": "counterexample/1 0 0,0,0 repeats-from-1 \"what is sent is got\""
        }
    "#]]
    .assert_eq(&counterexample.to_json());
    expect![[r#"
        sequenceDiagram
            participant p_sender as sender
            participant p_channel as channel
            p_sender->>p_channel: #34;hello#34;#59; again
            loop for ever
                p_channel->>p_channel: Lose
                p_sender->>p_channel: #34;hello#34;#59; again
            end
            Note over p_sender,p_channel: leads#45;to #34;what is sent is got#34; is broken
    "#]]
    .assert_eq(&counterexample.mermaid());
    expect![[r#"counterexample/1 0 0,0,0 repeats-from-1 "what is sent is got""#]]
        .assert_eq(&counterexample.line());
}

#[test]
fn a_run_that_stops() {
    let counterexample = counterexample(&Channel { may_give_up: true });
    assert_eq!(counterexample.ending(), Ending::Stops);
    expect![[r#"
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
    .assert_eq(&counterexample.to_string());
    expect![[r#"
        sequenceDiagram
            participant p_sender as sender
            participant p_channel as channel
            participant p_model as model
            p_sender->>p_channel: #34;hello#34;#59; again
            p_channel->>p_channel: Lose
            p_model->>p_model: GiveUp
            Note over p_sender,p_model: nothing more happens<br/>leads#45;to #34;what is sent is got#34; is broken
    "#]].assert_eq(&counterexample.mermaid());
    expect![[r#"counterexample/1 0 0,0,1 stops "what is sent is got""#]]
        .assert_eq(&counterexample.line());
}

#[test]
fn a_cycle_behind_a_stem_and_a_step_that_changes_nothing() {
    let model = GraphModel::new([(0, "go", 1), (1, "stay", 1)])
        .with(|| vec![Property::eventually("two", any_of(&[2]))]);
    let counterexample = counterexample(&model);
    expect![[r#"
        eventually "two" does not hold
          fairness: progress
          found: a run of 1 step, and then 1 step for ever
          0  0
          1  go
               0 → 1
             --- from here on for ever ---
          2  stay
               (changes nothing)
             … and again from step 2
    "#]]
    .assert_eq(&counterexample.to_string());
    expect![[r#"
        sequenceDiagram
            participant p_model as model
            p_model->>p_model: go
            loop for ever
                p_model->>p_model: stay
            end
            Note over p_model: eventually #34;two#34; is broken
    "#]]
    .assert_eq(&counterexample.mermaid());
}

#[test]
fn an_initial_state_can_be_enough() {
    let model = GraphModel::new([(0, "go", 1)])
        .starting_in(&[1, 0])
        .with(|| vec![Property::never("zero", any_of(&[0]))]);
    let counterexample = counterexample(&model);
    expect![[r#"
        never "zero" does not hold
          found: one of the shortest ways to break it, 0 steps
          0  0
    "#]]
    .assert_eq(&counterexample.to_string());
    expect![[r#"
        sequenceDiagram
            participant p_model as model
            Note over p_model: never #34;zero#34; is broken
    "#]]
    .assert_eq(&counterexample.mermaid());
    expect![[r#"counterexample/1 1 - broken "zero""#]].assert_eq(&counterexample.line());
}

#[test]
fn a_walk_by_itself() {
    let counterexample = counterexample(&Lock);
    expect![[r#"
        walk
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
    .assert_eq(&format!("walk\n{}", counterexample.walk()));
    expect![[r#"{"initial":"LockState { taken: false, processes: [Idle, Idle] }","steps":[{"action":"Look(0)","state":"LockState { taken: false, processes: [SawItFree, Idle] }","changes":[{"path":"processes[0]","before":"Idle","after":"SawItFree"}]},{"action":"Look(1)","state":"LockState { taken: false, processes: [SawItFree, SawItFree] }","changes":[{"path":"processes[1]","before":"Idle","after":"SawItFree"}]},{"action":"Enter(0)","state":"LockState { taken: true, processes: [Inside, SawItFree] }","changes":[{"path":"taken","before":"false","after":"true"},{"path":"processes[0]","before":"SawItFree","after":"Inside"}]},{"action":"Enter(1)","state":"LockState { taken: true, processes: [Inside, Inside] }","changes":[{"path":"processes[1]","before":"SawItFree","after":"Inside"}]}]}"#]].assert_eq(&serde_json::to_string(counterexample.walk()).unwrap());
}

/// A state of several pages, of which little changes at a time.
struct Wide;

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
struct Page {
    numbers: Vec<u32>,
    text: String,
    rows: Vec<Row>,
    counter: (u8, Option<Row>),
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
struct Row {
    name: String,
    cells: Vec<u8>,
}

impl Model for Wide {
    type State = Page;
    type Action = u8;

    fn initial_states(&self) -> Vec<Page> {
        let row = |index: usize| Row {
            name: format!("row {index} with a name that takes room, \u{1b}[31m"),
            cells: vec![0; 4],
        };
        vec![Page {
            numbers: (1_000..1_060).collect(),
            text: "word ".repeat(60),
            rows: (0..3).map(row).collect(),
            counter: (0, None),
        }]
    }

    fn actions(&self, state: &Page, actions: &mut Vec<u8>) {
        actions.push(state.counter.0);
    }

    fn next(&self, state: &Page, action: &u8) -> Option<Page> {
        let mut state = state.clone();
        match action {
            0 => state.text.insert_str(150, "NEW"),
            1 => state.numbers.iter_mut().for_each(|number| *number += 1),
            2 => drop(state.rows.remove(1)),
            3 => state.counter.1 = Some(state.rows[0].clone()),
            _ => return None,
        }
        state.counter.0 += 1;
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::<Self>::never("four\nsteps", |_, state| {
            state.counter.0 == 4
        })]
    }

    fn action_name(&self, action: &u8) -> String {
        format!("step {action}\u{202e}")
    }
}

#[test]
fn a_page_long_state_does_not_drown_the_story() {
    let text = counterexample(&Wide).to_string();
    expect![[r#"
        never "four\nsteps" does not hold
          found: one of the shortest ways to break it, 4 steps
          0  Page {
               numbers: [
                 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014,
                 1015, 1016, 1017, 1018, 1019, 1020, 1021, 1022, 1023, 1024, 1025, 1026, 1027, 1028, 1029,
                 1030, 1031, 1032, 1033, 1034, 1035, 1036, 1037, 1038, 1039, 1040, 1041, 1042, 1043, 1044,
                 1045, 1046, 1047, 1048, 1049, 1050, 1051, 1052, 1053, 1054, 1055, 1056, 1057, 1058, 1059,
               ],
               text: "word word word word word word word word word word word word word word word word word
                 word word word word word word word word word word word word word word word word word word
                 word word word word word word word word word word word word word word word word word word
                 word word word word word word word ",
               rows: [
                 Row { name: "row 0 with a name that takes room, \u{1b}[31m", cells: [0, 0, 0, 0] },
                 Row { name: "row 1 with a name that takes room, \u{1b}[31m", cells: [0, 0, 0, 0] },
                 Row { name: "row 2 with a name that takes room, \u{1b}[31m", cells: [0, 0, 0, 0] },
               ],
               counter: (0, None),
             }
          1  step 0\u{202e}
               text: …word word word word word word word word word word word word word word word word word
                 word word word word word word word word word word word word word word word … (302
                 characters) → …word word word word word word word word NEWword word word word word word
                 word word word word word word word word word word word word word word word word word wo…
                 (305 characters)
               counter: (0, None) → (1, None)
          2  step 1\u{202e}
               numbers[0]: 1000 → 1001
               numbers[1]: 1001 → 1002
               numbers[2]: 1002 → 1003
               numbers[3]: 1003 → 1004
               numbers[4]: 1004 → 1005
               numbers[5]: 1005 → 1006
               numbers[6]: 1006 → 1007
               numbers[7]: 1007 → 1008
               numbers[8]: 1008 → 1009
               numbers[9]: 1009 → 1010
               numbers[10]: 1010 → 1011
               numbers[11]: 1011 → 1012
               and 49 more changes
          3  step 2\u{202e}
               rows[1]: - Row { name: "row 1 with a name that takes room, \u{1b}[31m", cells: [0, 0, 0, 0] }
               counter: (2, None) → (3, None)
          4  step 3\u{202e}
               counter.0: 3 → 4
               counter.1: None → Some(Row { name: "row 0 with a name that takes room, \u{1b}[31m", cells:
                 [0, 0, 0, 0] })
    "#]].assert_eq(&text);
    assert!(text.lines().all(|line| line.chars().count() <= 100));
}

/// A state whose `Debug` form says nothing.
#[derive(Clone, Eq, Hash, PartialEq)]
struct Secret(u8);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret { ( }")
    }
}

struct Hidden;

impl Model for Hidden {
    type State = Secret;
    type Action = ();

    fn initial_states(&self) -> Vec<Secret> {
        vec![Secret(0)]
    }

    fn actions(&self, _: &Secret, actions: &mut Vec<()>) {
        actions.push(());
    }

    fn next(&self, state: &Secret, _: &()) -> Option<Secret> {
        Some(Secret(state.0 + 1))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::<Self>::never("", |_, state| state.0 == 1)]
    }
}

#[test]
fn what_cannot_be_read_is_shown_as_it_is() {
    expect![[r#"
        never "" does not hold
          found: one of the shortest ways to break it, 1 step
          0  Secret { ( }
          1  ()
               (changes nothing that is shown)
    "#]]
    .assert_eq(&counterexample(&Hidden).to_string());
}

#[test]
fn what_should_be_reachable_has_no_counterexample() {
    let model =
        GraphModel::new([(0, "go", 1)]).with(|| vec![Property::sometimes("two", any_of(&[2]))]);
    let report = check(&model);
    assert_eq!((report.violations().count(), report.exit_code()), (0, 1));
    assert!(
        report
            .to_string()
            .contains("violated   sometimes \"two\" (no state has it)")
    );
}
