//! Where a machine ends, cannot end, or cannot go back: computed on
//! configurations, so that what only happens under some data is found as well.

use rustc_hash::{FxHashMap, FxHashSet};

use super::subject::Subject;
use super::{Code, Finding};
use crate::graph::reach::reaching;
use crate::graph::{Component, EventId, StateId};

pub(super) fn lint(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let exits = Exits::new(subject);
    terminal_left(subject, &exits, findings);
    if subject.is_exhaustive {
        trap_states(subject, &exits, findings);
        no_way_back(subject, findings);
        if !subject.graph.terminal_states().is_empty() {
            never_ending(subject, &exits, findings);
        }
    }
}

/// For each state the nearest configuration from which an event leads to another
/// state, and the events that do so.
struct Exits(FxHashMap<StateId, Exit>);

struct Exit {
    node: StateId,
    step: (EventId, StateId),
    events: Vec<EventId>,
}

impl Exits {
    fn new(subject: &Subject<'_>) -> Self {
        let mut exits: FxHashMap<StateId, Exit> = FxHashMap::default();
        for node in subject.reached() {
            let state = subject.graph.state_of_exact(*node);
            for (transition, to) in subject.exact.transitions_from(*node) {
                if subject.graph.state_of_exact(to) != state {
                    let exit = exits.entry(state).or_insert_with(|| Exit {
                        node: *node,
                        step: (transition.event, to),
                        events: Vec::new(),
                    });
                    exit.events.push(transition.event);
                }
            }
        }
        for exit in exits.values_mut() {
            exit.events.sort_unstable();
            exit.events.dedup();
        }
        Self(exits)
    }
}

fn terminal_left(subject: &Subject<'_>, exits: &Exits, findings: &mut Vec<Finding>) {
    for state in subject.reached_states() {
        let Some(exit) = exits.0.get(&state).filter(|_| subject.is_terminal(state)) else {
            continue;
        };
        let message = format!(
            "`{}` is declared terminal but can be left by {}; refuse this there, or do not \
             declare it terminal",
            subject.name(state),
            subject.list_events(&exit.events),
        );
        let events = exit.events.iter().copied();
        let mut finding = subject.finding(Code::TerminalLeft, [state], events, message);
        finding.walk = subject.walk_on(exit.node, Some(exit.step));
        findings.push(finding);
    }
    ends_left(subject, findings);
}

/// Configurations that are an end by their data, in states that are not terminal.
fn ends_left(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let mut seen = FxHashSet::default();
    for node in subject.reached() {
        let state = subject.graph.state_of_exact(*node);
        if subject.is_terminal(state) || !subject.is_end(*node) {
            continue;
        }
        let mut steps = subject.exact.transitions_from(*node);
        let leaves = steps.find(|(_, to)| subject.graph.state_of_exact(*to) != state);
        let Some((transition, to)) = leaves.filter(|_| seen.insert(state)) else {
            continue;
        };
        let message = format!(
            "`{}` is declared an end{} but can be left by {}; refuse this there, or do not declare \
             it an end",
            subject.name(state),
            under_data(subject, *node, " with"),
            subject.list_events(&[transition.event]),
        );
        let mut finding = subject.finding(Code::TerminalLeft, [state], [transition.event], message);
        finding.walk = subject.walk_on(*node, Some((transition.event, to)));
        findings.push(finding);
    }
}

fn trap_states(subject: &Subject<'_>, exits: &Exits, findings: &mut Vec<Finding>) {
    // A machine of one state has nowhere to go.
    if subject.graph.states().len() == 1 && subject.graph.declared_states().len() <= 1 {
        return;
    }
    for state in subject.reached_states() {
        let Some(node) = subject.nearest(state) else {
            continue;
        };
        if subject.is_terminal(state) || exits.0.contains_key(&state) {
            continue;
        }
        let message = format!(
            "no event leaves `{}`; declare it terminal if the machine's life may end there, or \
             handle an event that leaves it",
            subject.name(state)
        );
        let mut finding = subject.finding(Code::TrapState, [state], [], message);
        finding.walk = subject.walk_to(node);
        findings.push(finding);
    }
}

fn no_way_back(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let graph = subject.graph;
    if !graph.returns_to_start() {
        return;
    }
    let state_of = |node: StateId| graph.state(graph.state_of_exact(node));
    let nodes = subject.exact.states().map(|(node, _)| node);
    let can_return = reaching(subject.exact, nodes.filter(|node| state_of(*node).initial));
    let stuck: Vec<StateId> = subject
        .reached()
        .iter()
        .copied()
        .filter(|node| !can_return[node.index()] && !subject.is_end(*node))
        .collect();
    let Some(nearest) = stuck.first() else {
        return;
    };
    let states = graph.distinct_states(stuck.iter().copied());
    let message = format!(
        "the machine is declared to return to its start, but from {} there is no way back{}; add \
         one, or do not declare it",
        subject.list_states(&states),
        under_data(subject, *nearest, ", for instance with"),
    );
    let mut finding = subject.finding(Code::NoWayBack, states, [], message);
    finding.walk = subject.walk_to(*nearest);
    findings.push(finding);
}

/// What goes on for ever, or is stuck, away from every declared end. What is
/// confined to one state is a trap, what goes round several is a livelock.
fn never_ending(subject: &Subject<'_>, exits: &Exits, findings: &mut Vec<Finding>) {
    let graph = subject.graph;
    let nodes = subject.exact.states().map(|(node, _)| node);
    let can_end = reaching(subject.exact, nodes.filter(|node| subject.is_end(*node)));
    let mut place = vec![usize::MAX; subject.exact.states().len()];
    for (position, node) in subject.reached().iter().enumerate() {
        place[node.index()] = position;
    }
    let nearest = |component: &Component| {
        let nodes = component.configurations.iter().copied();
        nodes.min_by_key(|node| place[node.index()])
    };

    let mut components: Vec<_> = graph
        .strongly_connected_components()
        .into_iter()
        .filter_map(|component| nearest(&component).map(|node| (node, component)))
        .filter(|(node, _)| place[node.index()] != usize::MAX && !can_end[node.index()])
        .collect();
    components.sort_by_key(|(node, _)| place[node.index()]);

    let mut seen = FxHashSet::default();
    for (node, component) in components {
        let is_trap = component.states.len() == 1;
        let matters = if is_trap {
            component.closed && exits.0.contains_key(&component.states[0])
        } else {
            component.cyclic
        };
        if !matters || !seen.insert(component.states.clone()) {
            continue;
        }
        let states = subject.list_states(&component.states);
        let (code, message) = if is_trap {
            let message = format!(
                "no event leaves {states}{}, and it is not declared terminal; handle an event \
                 that leaves it, or end such a life in a terminal state",
                under_data(subject, node, " with")
            );
            (Code::TrapState, message)
        } else {
            let message = format!(
                "the machine can go round {states} for ever and never reach {}{}; add a way out, \
                 or declare terminal where its life may end",
                list_ends(subject),
                under_data(subject, node, ", for instance with")
            );
            (Code::Livelock, message)
        };
        let states = component.states.iter().copied();
        let mut finding = subject.finding(code, states, [], message);
        finding.walk = subject.walk_to(node);
        if !is_trap {
            finding.cycle = graph
                .shortest_cycle(node, &component.configurations)
                .and_then(|cycle| subject.write_down(&graph.in_states(cycle)));
        }
        findings.push(finding);
    }
}

fn list_ends(subject: &Subject<'_>) -> String {
    let names = subject.graph.terminal_states();
    match names {
        [only] => format!("`{only}`"),
        _ => "a terminal state".to_owned(),
    }
}

/// Under which data this is so, where data decides.
fn under_data(subject: &Subject<'_>, node: StateId, with: &str) -> String {
    let note = &subject.exact.state(node).note;
    note.as_ref()
        .map_or_else(String::new, |note| format!("{with} {note}"))
}
