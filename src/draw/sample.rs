//! Graphs that the tests draw.

use proptest::collection::{hash_set, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::graph::{
    Completeness, Condition, EventId, Graph, GraphBuilder, StateId, SuperstateId, Transition,
    TransitionKind,
};

/// Names that mean something in one of the formats or cannot be seen.
pub(super) const HOSTILE: &[&str] = &[
    "\"quoted\"",
    "a::b::C",
    "a;b",
    "#65; # tag #lt;",
    "Some<Vec<T>>",
    "<b>bold</b><br/>",
    "<script>alert(1)</script>",
    "Ev { n: 1, s: [2] }",
    "state",
    "end",
    "End",
    "class",
    "note right of x",
    "default",
    "node",
    "edge",
    "graph",
    "subgraph",
    "[*]",
    "[[fork]]",
    "<<choice>>",
    "--> x",
    "--",
    "style a:#b;",
    "classDef a:#b;",
    "%% comment",
    "%%{init: {}}%%",
    "%date()",
    "!define X",
    "' remark",
    "/' block '/",
    "@enduml",
    "$x$ $$y$$",
    "**b** *i*",
    "__u__ _i_",
    "//i// ~~s~~ --s--",
    "`code`",
    "1. one",
    "- item",
    "== title ==",
    "..",
    "| bar | bar \\| bar",
    "\\",
    "\\N\\G\\l\\n",
    "&lt; &amp; &#65;",
    "[link](https://a.b) [[link]]",
    "https://a.b/c?d=e",
    ":smile: @user #12",
    "<:smile:> <U+0041> <&heart>",
    "fa:fa-car",
    "line\nbreak\r\ttab",
    "\u{1b}[31m\u{0}",
    "",
    " ",
    " two  spaces ",
    "Größe ﬂ°65¶ß",
    "日本語",
    "שלום مرحبا",
    "\u{202e}turned",
    "👩‍🚀🇺🇳",
    "e\u{301}",
    "snake_case a__b",
    "it's 100% (a=b)!?",
];

/// A machine whose names are all hostile: as states, superstates with and without
/// states, notes, and events that lead on, stay, and are answered by a superstate.
pub(super) fn hostile() -> Graph {
    let mut builder = GraphBuilder::new(HOSTILE.concat(), HOSTILE.iter().copied());
    builder.abstraction = Some(HOSTILE.concat());
    let outer = builder.superstate("end", None);
    let inner = builder.superstate("end", Some(outer));
    for name in ["first", "second"] {
        let state = builder.state(name, Some(inner));
        for event in 0..HOSTILE.len() {
            let stays = Transition {
                event: EventId::at(event),
                kind: TransitionKind::Stayed,
                by: Some(inner),
                condition: None,
                changes_data: false,
            };
            builder.transition(state, stays, state);
        }
    }
    let mut states = Vec::new();
    for name in HOSTILE {
        let superstate = builder.superstate(*name, None);
        builder.superstate(*name, Some(outer));
        let state = builder.state(*name, Some(superstate));
        builder.state_mut(state).note = Some((*name).to_owned());
        states.push(state);
    }
    builder.start(states[0]);
    for (index, event) in HOSTILE.iter().enumerate() {
        builder.moved(states[index], event, states[(index + 1) % states.len()]);
        builder.stayed(states[index], HOSTILE[(index + 2) % HOSTILE.len()]);
    }
    builder.declare_terminal(["end", "state"]);
    builder.build().unwrap()
}

/// An oven with all that can be drawn: two levels of superstates and what they
/// answer, conditions, events handled inside, a superstate without states.
pub(super) fn oven() -> Graph {
    let events = ["Power", "Heat", "Tick", "Open", "Stop", "Eject", "Reset"];
    let mut oven = GraphBuilder::new("oven", events);
    let on = oven.superstate("On", None);
    let heating = oven.superstate("Heating", Some(on));
    oven.superstate("Cleaning", None);
    let off = oven.state("Off", None);
    let idle = oven.state("Idle", Some(on));
    let ramp = oven.state("Ramp", Some(heating));
    let hold = oven.state("Hold", Some(heating));
    let scrapped = oven.state("Scrapped", None);
    oven.start(off).declare_terminal(["Scrapped"]);
    oven.moved(off, "Power", idle).moved(off, "Eject", scrapped);
    oven.moved(idle, "Heat", ramp).moved(hold, "Heat", hold);
    oven.stayed(hold, "Tick");
    let answer = |event: usize, by| Transition {
        event: EventId::at(event),
        kind: TransitionKind::Moved,
        by,
        condition: None,
        changes_data: false,
    };
    for state in [idle, ramp, hold] {
        oven.transition(state, answer(0, Some(on)), off);
        oven.transition(state, answer(6, Some(on)), idle);
        let mut eject = answer(5, Some(on));
        eject.kind = TransitionKind::Stayed;
        oven.transition(state, eject, state);
    }
    for state in [ramp, hold] {
        oven.transition(state, answer(3, Some(heating)), idle);
        oven.transition(state, answer(4, Some(heating)), idle);
    }
    let mut tick = answer(2, None);
    tick.condition = Some(condition(1, 3));
    oven.transition(ramp, tick.clone(), hold);
    tick.condition = Some(condition(2, 3));
    tick.kind = TransitionKind::Stayed;
    tick.changes_data = true;
    oven.transition(ramp, tick, ramp);
    oven.build().unwrap()
}

/// A machine of two states that was not explored to the end.
pub(super) fn cut_off() -> Graph {
    let mut builder = GraphBuilder::new("counter", ["Add"]);
    let low = builder.state("Low", None);
    let high = builder.state("High", None);
    builder.start(low).moved(low, "Add", high);
    builder.abstraction = Some("counts above 3 are alike".to_owned());
    builder.completeness = Completeness::ConfigurationLimit;
    builder.build().unwrap()
}

pub(super) fn condition(holds_in: u32, of: u32) -> Condition {
    Condition {
        holds_in,
        of,
        example: "left = 1".to_owned(),
    }
}

/// Any name, hostile ones preferred.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        select(HOSTILE).prop_map(str::to_owned),
        any::<String>(),
        "[a-c]{0,2}"
    ]
}

/// What is done to a builder: an event in some states leads somewhere.
#[derive(Clone, Debug)]
struct Step {
    /// All states of a superstate, or one state.
    everywhere: bool,
    by: Option<Index>,
    from: Index,
    event: Index,
    /// `None` stays.
    to: Option<Index>,
    condition: Option<u32>,
    changes_data: bool,
}

fn step() -> impl Strategy<Value = Step> {
    let option = || proptest::option::of(any::<Index>());
    (
        (any::<bool>(), option(), any::<Index>(), any::<Index>()),
        (option(), proptest::option::of(1..4_u32), any::<bool>()),
    )
        .prop_map(
            |((everywhere, by, from, event), (to, condition, changes_data))| Step {
                everywhere,
                by,
                from,
                event,
                to,
                condition,
                changes_data,
            },
        )
}

/// Graphs with any names, superstates in superstates, and answers of superstates,
/// some of them alike in all their states.
pub(super) fn graphs() -> impl Strategy<Value = Graph> {
    (
        (name(), hash_set(name(), 1..8), hash_set(name(), 1..5)),
        vec((name(), proptest::option::of(any::<Index>())), 0..6),
        vec(proptest::option::of(any::<Index>()), 8),
        vec(step(), 0..16),
    )
        .prop_map(|((machine, states, events), superstates, places, steps)| {
            let mut states: Vec<_> = states.into_iter().collect();
            states.sort_unstable();
            let mut events: Vec<_> = events.into_iter().collect();
            events.sort_unstable();
            let (n_states, n_events) = (states.len(), events.len());

            let mut builder = GraphBuilder::new(machine, events);
            let mut parents: Vec<Option<SuperstateId>> = Vec::new();
            for (name, parent) in superstates {
                let parent = parent.filter(|_| !parents.is_empty());
                let parent = parent.map(|parent| SuperstateId::at(parent.index(parents.len())));
                builder.superstate(name, parent);
                parents.push(parent);
            }
            let superstate = |index: Index| {
                (!parents.is_empty()).then(|| SuperstateId::at(index.index(parents.len())))
            };
            let mut homes = Vec::new();
            for (name, place) in states.into_iter().zip(places) {
                homes.push(place.and_then(superstate));
                builder.state(name, place.and_then(superstate));
            }
            builder.start(StateId::at(0));

            let lies_in = |state: usize, wanted| {
                std::iter::successors(homes[state], |home| parents[home.index()])
                    .any(|home| home == wanted)
            };
            for step in steps {
                let by = step.by.and_then(superstate);
                let from: Vec<_> = match by {
                    Some(by) if step.everywhere => {
                        (0..n_states).filter(|state| lies_in(*state, by)).collect()
                    }
                    _ => vec![step.from.index(n_states)],
                };
                for from in from.into_iter().map(StateId::at) {
                    let to = step.to.map(|to| StateId::at(to.index(n_states)));
                    let transition = Transition {
                        event: EventId::at(step.event.index(n_events)),
                        kind: match to {
                            Some(_) => TransitionKind::Moved,
                            None => TransitionKind::Stayed,
                        },
                        by,
                        condition: step.condition.map(|holds_in| condition(holds_in, 4)),
                        changes_data: step.changes_data,
                    };
                    builder.transition(from, transition, to.unwrap_or(from));
                }
            }
            builder.build().unwrap()
        })
}
