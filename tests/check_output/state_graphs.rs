//! Graphs of all states: as text for Graphviz, in GraphML, in JSON.

use expect_test::expect;
use fsmcheck::check::{Property, StateGraphError, check, state_graph};

use crate::graph_model::{GraphModel, any_of};
use crate::models::{Lock, Process};

/// What may stand in the name of an action or a label.
const HOSTILE: [&str; 8] = [
    r#"a "quoted" one"#,
    r"back\slash \N \n",
    "</data><node id=\"x\">",
    "a & b &lt; c",
    "]]> --> //",
    "line\nbreak\t\u{0}\u{202e}",
    "",
    "日本語 👩‍🚀",
];

fn diamond() -> GraphModel {
    GraphModel::new([
        (0, "left", 1),
        (0, "right", 2),
        (1, "on", 3),
        (2, "on", 3),
        (2, "stay", 2),
        (2, "out", 9),
    ])
    .with_beyond(&[9])
    .with(|| {
        vec![
            Property::no_deadlock(),
            Property::sometimes("three", any_of(&[3])),
            Property::always("small", any_of(&[0, 1, 2])),
        ]
    })
}

#[test]
fn graphviz() {
    let model = diamond();
    let report = check(&model);
    let counterexample = report.verdict("small").unwrap().counterexample().unwrap();
    let graph = state_graph(&model, 4).unwrap();
    assert_eq!((graph.states().len(), graph.step_count()), (4, 5));
    expect![[r#"
        digraph states {
            compound=true
            graph [fontname="Helvetica", style=rounded]
            node [fontname="Helvetica", shape=box, style=rounded]
            edge [fontname="Helvetica", fontsize=11]
            // 1 step led beyond the model's own bounds
            start [label="", shape=point, width=0.12]
            n0 [label="0", color=red, penwidth=2.5]
            start -> n0
            n1 [label="1", color=red, penwidth=2.5]
            n2 [label="2"]
            n3 [label="3\nbreaks no deadlock\nbreaks small", peripheries=2, style="rounded,filled", fillcolor=mistyrose, color=red, penwidth=2.5]
            n0 -> n1 [label="left", color=red, penwidth=2.5]
            n0 -> n2 [label="right"]
            n1 -> n3 [label="on", color=red, penwidth=2.5]
            n2 -> n3 [label="on"]
            n2 -> n2 [label="stay"]
        }
    "#]].assert_eq(&graph.highlighting(counterexample).to_dot());
}

#[test]
fn json() {
    expect![[r#"
        {
          "grouped": false,
          "beyond-bounds": 1,
          "states": [
            {
              "label": "0",
              "count": 1,
              "depth": 0,
              "initial": true,
              "end": false,
              "violates": [],
              "in-counterexample": false
            },
            {
              "label": "1",
              "count": 1,
              "depth": 1,
              "initial": false,
              "end": false,
              "violates": [],
              "in-counterexample": false
            },
            {
              "label": "2",
              "count": 1,
              "depth": 1,
              "initial": false,
              "end": false,
              "violates": [],
              "in-counterexample": false
            },
            {
              "label": "3",
              "count": 1,
              "depth": 2,
              "initial": false,
              "end": true,
              "violates": [
                "no deadlock",
                "small"
              ],
              "in-counterexample": false
            }
          ],
          "steps": [
            {
              "from": 0,
              "to": 1,
              "action": "left",
              "count": 1,
              "in-counterexample": false
            },
            {
              "from": 0,
              "to": 2,
              "action": "right",
              "count": 1,
              "in-counterexample": false
            },
            {
              "from": 1,
              "to": 3,
              "action": "on",
              "count": 1,
              "in-counterexample": false
            },
            {
              "from": 2,
              "to": 3,
              "action": "on",
              "count": 1,
              "in-counterexample": false
            },
            {
              "from": 2,
              "to": 2,
              "action": "stay",
              "count": 1,
              "in-counterexample": false
            }
          ]
        }
    "#]]
    .assert_eq(&state_graph(&diamond(), 4).unwrap().to_json());
}

#[test]
fn states_of_one_label_are_one_node() {
    let report = check(&Lock);
    let graph = state_graph(&Lock, 100)
        .unwrap()
        .highlighting(report.violations().next().unwrap())
        .grouped_by(|state| {
            let inside = state.processes.iter();
            let inside = inside.filter(|process| **process == Process::Inside);
            format!("{} inside", inside.count())
        });
    expect![[r#"
        digraph states {
            compound=true
            graph [fontname="Helvetica", style=rounded]
            node [fontname="Helvetica", shape=box, style=rounded]
            edge [fontname="Helvetica", fontsize=11]
            start [label="", shape=point, width=0.12]
            n0 [label="0 inside\n(4 states)", color=red, penwidth=2.5]
            start -> n0
            n1 [label="1 inside\n(8 states)", color=red, penwidth=2.5]
            n2 [label="2 inside\n(1 state)\nbreaks both are inside", style="rounded,filled", fillcolor=mistyrose, color=red, penwidth=2.5]
            n0 -> n0 [label="Look(0)\nLook(1)", color=red, penwidth=2.5]
            n0 -> n1 [label="Enter(0)\nEnter(1)", color=red, penwidth=2.5]
            n1 -> n0 [label="Leave(0)\nLeave(1)"]
            n1 -> n2 [label="Enter(1)\nEnter(0)", color=red, penwidth=2.5]
            n2 -> n1 [label="Leave(0)\nLeave(1)"]
            n1 -> n1 [label="Look(0)\nLook(1)"]
        }
    "#]].assert_eq(&graph.to_dot());
    expect![[r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <graphml xmlns="http://graphml.graphdrawing.org/xmlns">
          <key id="node-label" for="node" attr.name="label" attr.type="string"/>
          <key id="node-count" for="node" attr.name="count" attr.type="long"/>
          <key id="node-depth" for="node" attr.name="depth" attr.type="long"/>
          <key id="node-initial" for="node" attr.name="initial" attr.type="boolean"/>
          <key id="node-end" for="node" attr.name="end" attr.type="boolean"/>
          <key id="node-violates" for="node" attr.name="violates" attr.type="string"/>
          <key id="node-in-counterexample" for="node" attr.name="in-counterexample" attr.type="boolean"/>
          <key id="edge-action" for="edge" attr.name="action" attr.type="string"/>
          <key id="edge-count" for="edge" attr.name="count" attr.type="long"/>
          <key id="edge-in-counterexample" for="edge" attr.name="in-counterexample" attr.type="boolean"/>
          <graph id="states" edgedefault="directed">
            <node id="n0">
              <data key="node-label">0 inside</data>
              <data key="node-count">4</data>
              <data key="node-depth">0</data>
              <data key="node-initial">true</data>
              <data key="node-end">false</data>
              <data key="node-violates"></data>
              <data key="node-in-counterexample">true</data>
            </node>
            <node id="n1">
              <data key="node-label">1 inside</data>
              <data key="node-count">8</data>
              <data key="node-depth">2</data>
              <data key="node-initial">false</data>
              <data key="node-end">false</data>
              <data key="node-violates"></data>
              <data key="node-in-counterexample">true</data>
            </node>
            <node id="n2">
              <data key="node-label">2 inside</data>
              <data key="node-count">1</data>
              <data key="node-depth">4</data>
              <data key="node-initial">false</data>
              <data key="node-end">false</data>
              <data key="node-violates">both are inside</data>
              <data key="node-in-counterexample">true</data>
            </node>
            <edge source="n0" target="n0">
              <data key="edge-action">Look(0)</data>
              <data key="edge-count">2</data>
              <data key="edge-in-counterexample">true</data>
            </edge>
            <edge source="n0" target="n0">
              <data key="edge-action">Look(1)</data>
              <data key="edge-count">2</data>
              <data key="edge-in-counterexample">true</data>
            </edge>
            <edge source="n0" target="n1">
              <data key="edge-action">Enter(0)</data>
              <data key="edge-count">2</data>
              <data key="edge-in-counterexample">true</data>
            </edge>
            <edge source="n0" target="n1">
              <data key="edge-action">Enter(1)</data>
              <data key="edge-count">2</data>
              <data key="edge-in-counterexample">false</data>
            </edge>
            <edge source="n1" target="n0">
              <data key="edge-action">Leave(0)</data>
              <data key="edge-count">4</data>
              <data key="edge-in-counterexample">false</data>
            </edge>
            <edge source="n1" target="n0">
              <data key="edge-action">Leave(1)</data>
              <data key="edge-count">4</data>
              <data key="edge-in-counterexample">false</data>
            </edge>
            <edge source="n1" target="n2">
              <data key="edge-action">Enter(1)</data>
              <data key="edge-count">2</data>
              <data key="edge-in-counterexample">true</data>
            </edge>
            <edge source="n1" target="n2">
              <data key="edge-action">Enter(0)</data>
              <data key="edge-count">2</data>
              <data key="edge-in-counterexample">false</data>
            </edge>
            <edge source="n2" target="n1">
              <data key="edge-action">Leave(0)</data>
              <data key="edge-count">1</data>
              <data key="edge-in-counterexample">false</data>
            </edge>
            <edge source="n2" target="n1">
              <data key="edge-action">Leave(1)</data>
              <data key="edge-count">1</data>
              <data key="edge-in-counterexample">false</data>
            </edge>
            <edge source="n1" target="n1">
              <data key="edge-action">Look(0)</data>
              <data key="edge-count">1</data>
              <data key="edge-in-counterexample">false</data>
            </edge>
            <edge source="n1" target="n1">
              <data key="edge-action">Look(1)</data>
              <data key="edge-count">1</data>
              <data key="edge-in-counterexample">false</data>
            </edge>
          </graph>
        </graphml>
    "#]].assert_eq(&graph.to_graphml());
}

#[test]
fn a_run_that_repeats_is_marked() {
    let model = GraphModel::new([(0, "begin", 1), (1, "go", 2), (2, "back", 1), (1, "end", 3)])
        .with(|| vec![Property::eventually("end", any_of(&[3]))]);
    let report = check(&model);
    let counterexample = report.violations().next().unwrap();
    let graph = state_graph(&model, 10)
        .unwrap()
        .highlighting(counterexample);
    let document: serde_json::Value = serde_json::from_str(&graph.to_json()).unwrap();
    let steps = document["steps"].as_array().unwrap();
    let marked = steps
        .iter()
        .filter(|step| step["in-counterexample"] == true);
    let marked: Vec<_> = marked
        .map(|step| step["action"].as_str().unwrap())
        .collect();
    assert_eq!(marked, ["begin", "go", "back"]);
}

#[test]
fn hostile_names_are_text() {
    let arrows = HOSTILE.iter().map(|name| (0, *name, 1));
    let model = GraphModel::new(arrows);
    let graph = state_graph(&model, 10)
        .unwrap()
        .grouped_by(|state| HOSTILE[*state].to_owned());
    let dot = graph.to_dot();
    for line in dot.lines().filter(|line| line.contains("label")) {
        let plain = line.replace(r"\\", "").replace(r#"\""#, "");
        assert_eq!(plain.matches('"').count() % 2, 0, "{line}");
        assert!(line.ends_with(']'), "{line}");
    }
    expect![[r#"
        digraph states {
            compound=true
            graph [fontname="Helvetica", style=rounded]
            node [fontname="Helvetica", shape=box, style=rounded]
            edge [fontname="Helvetica", fontsize=11]
            start [label="", shape=point, width=0.12]
            n0 [label="a \"quoted\" one\n(1 state)"]
            start -> n0
            n1 [label="back\\slash \\N \\n\n(1 state)", peripheries=2]
            n0 -> n1 [label="a \"quoted\" one\nback\\slash \\N \\n\n</data><node id=\"x\">\na &amp; b &amp;lt; c\n]]> --> //\nline\\nbreak\\t\\u{0}\\u{202e}\n\"\"\n日本語 👩‍🚀"]
        }
    "#]].assert_eq(&dot);
    let graphml = graph.to_graphml();
    assert_eq!(graphml.matches("<node ").count(), 2);
    assert_eq!(graphml.matches("<edge ").count(), HOSTILE.len());
    assert!(!graphml.contains('\u{0}') && !graphml.contains('\u{202e}'));
    let document: serde_json::Value = serde_json::from_str(&graph.to_json()).unwrap();
    let names = document["steps"].as_array().unwrap().iter();
    let names: Vec<_> = names.map(|step| step["action"].as_str().unwrap()).collect();
    assert_eq!(names, HOSTILE);
}

#[test]
fn too_many_states_are_refused() {
    let refused = state_graph(&diamond(), 3).unwrap_err();
    assert_eq!(refused, StateGraphError::TooLarge { limit: 3 });
    assert!(
        refused.to_string().contains("more than 3 states"),
        "{refused}"
    );
}

#[test]
fn every_member_is_documented() {
    let page = include_str!("../../docs/json.md");
    let (_, section) = page.split_once("## Graphs of states").unwrap();
    let document = state_graph(&diamond(), 10).unwrap().to_json();
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    let objects = [&document, &document["states"][0], &document["steps"][0]];
    for name in objects
        .iter()
        .flat_map(|object| object.as_object().unwrap().keys())
    {
        assert!(section.contains(&format!("\"{name}\"")), "{name}");
    }
}
