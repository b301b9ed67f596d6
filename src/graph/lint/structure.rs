//! What the transitions themselves show: what is missing, contradictory or
//! written down more often than needed.

use std::collections::BTreeMap;

use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

use super::subject::Subject;
use super::{Code, Finding};
use crate::graph::{EventId, StateId, SuperstateId, Transition, TransitionKind};

pub(super) fn lint(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    nondeterministic(subject, findings);
    if subject.is_exhaustive {
        unreachable_states(subject, findings);
        events_never_handled(subject, findings);
        superstate_candidates(subject, findings);
        duplicate_states(subject, findings);
    }
}

/// Contradictions that a graph from elsewhere can hold; what running a machine
/// shows is an observation.
fn nondeterministic(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for (state, _) in subject.graph.states() {
        let always: Vec<_> = subject
            .graph
            .transitions_from(state)
            .filter(|(transition, _)| transition.condition.is_none())
            .collect();
        for alike in always.chunk_by(|a, b| a.0.event == b.0.event) {
            let answers: IndexSet<_, FxBuildHasher> =
                alike.iter().map(|(what, to)| (what.kind, *to)).collect();
            if answers.len() < 2 {
                continue;
            }
            let event = alike[0].0.event;
            let described: Vec<_> = answers
                .iter()
                .map(|(kind, to)| describe(subject, *kind, *to))
                .collect();
            let message = format!(
                "`{}` in `{}` {}, and nothing says when; give it one result or conditions",
                subject.graph.event(event),
                subject.name(state),
                described.join(" or ")
            );
            let mut finding = subject.finding(Code::Nondeterministic, [state], [event], message);
            finding.walk = subject
                .nearest(state)
                .and_then(|node| subject.walk_to(node));
            findings.push(finding);
        }
    }
}

fn describe(subject: &Subject<'_>, kind: TransitionKind, to: StateId) -> String {
    match kind {
        TransitionKind::Moved => format!("leads to `{}`", subject.name(to)),
        TransitionKind::Stayed => "stays".to_owned(),
    }
}

fn unreachable_states(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let graph = subject.graph;
    let listed = graph.states().map(|(_, state)| &state.name);
    let names: IndexSet<&String, FxBuildHasher> = graph
        .declared_states()
        .iter()
        .chain(graph.terminal_states())
        .chain(listed)
        .collect();
    let declared: IndexSet<&String, FxBuildHasher> = graph.declared_states().iter().collect();
    for name in names {
        let id = graph.state_named(name);
        if id.is_some_and(|state| subject.is_reached(state)) {
            continue;
        }
        let message = if id.is_none() && !declared.is_empty() && !declared.contains(name) {
            format!(
                "`{name}` is declared terminal but is not among the declared states; mind the spelling"
            )
        } else {
            format!("no sequence of events leads to `{name}`; add a way to it, or take it out")
        };
        let mut finding = Finding::new(Code::UnreachableState, graph.machine(), message);
        finding.states.push(name.clone());
        findings.push(finding);
    }
}

fn events_never_handled(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let graph = subject.graph;
    let mut handled = vec![false; graph.events().len()];
    for (from, transition, _) in graph.transitions() {
        handled[transition.event.index()] |= subject.is_reached(from);
    }
    // A handler that panics is there, and is reported as such.
    for observation in graph.observations() {
        if let Some(event) = observation.event {
            handled[event.index()] = true;
        }
    }
    for (event, name) in graph.events().filter(|(event, _)| !handled[event.index()]) {
        let message = format!(
            "`{name}` is refused in every state; handle it somewhere, or take it out of the \
             alphabet"
        );
        findings.push(subject.finding(Code::EventNeverHandled, [], [event], message));
    }
}

/// What a state does with an event under all data, as far as it can be written in
/// one place for several states.
type Answer = (TransitionKind, Option<StateId>);

/// At most so many pairs of a state and a superstate around it are looked at: a
/// hierarchy that has more was not written by anyone who could mend it.
const MAX_INSIDE: usize = 10_000_000;

/// Who gives an answer.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
enum Answering {
    State(StateId),
    Superstate(SuperstateId),
}

fn superstate_candidates(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let graph = subject.graph;
    let mut inside: Vec<Vec<StateId>> = vec![Vec::new(); graph.superstates().len()];
    let mut room = MAX_INSIDE;
    for state in subject.reached_states() {
        for superstate in graph.superstates_of(state) {
            inside[superstate.index()].push(state);
            room -= 1;
            if room == 0 {
                return;
            }
        }
    }

    // Two states of a machine alike are a coincidence, three a pattern.
    let live: Vec<_> = subject
        .reached_states()
        .filter(|state| !subject.is_terminal(*state))
        .collect();
    let everywhere = if live.len() < 3 {
        Vec::new()
    } else {
        answered_alike(subject, &live, None)
    };
    if !everywhere.is_empty() {
        let message = format!(
            "every state that is not terminal answers {} alike; a superstate around them could \
             do it once",
            subject.list_events(&everywhere)
        );
        let events = everywhere.iter().copied();
        findings.push(subject.finding(Code::SuperstateCandidate, live, events, message));
    }

    // A superstate comes after the one around it.
    let mut known: Vec<Vec<EventId>> = Vec::new();
    for (id, superstate) in graph.superstates() {
        let outside = superstate
            .parent
            .map_or(&everywhere, |parent| &known[parent.index()]);
        let mut events = answered_alike(subject, &inside[id.index()], Some(id));
        events.retain(|event| !outside.contains(event));
        if !events.is_empty() {
            let message = format!(
                "every state in `{}` answers {} alike; the superstate could do it once",
                superstate.name,
                subject.list_events(&events)
            );
            let states = inside[id.index()].iter().copied();
            let on = events.iter().copied();
            findings.push(subject.finding(Code::SuperstateCandidate, states, on, message));
        }
        events.extend(outside);
        known.push(events);
    }
}

/// The events that all the states answer alike without the superstate around them.
fn answered_alike(
    subject: &Subject<'_>,
    states: &[StateId],
    around: Option<SuperstateId>,
) -> Vec<EventId> {
    let [first, others @ ..] = states else {
        return Vec::new();
    };
    let mut alike: BTreeMap<EventId, (Answer, IndexSet<Answering, FxBuildHasher>)> =
        answers(subject, *first, around)
            .into_iter()
            .map(|(event, (answer, by))| (event, (answer, IndexSet::from_iter([by]))))
            .collect();
    for state in others {
        if alike.is_empty() {
            break;
        }
        let answers = answers(subject, *state, around);
        alike.retain(|event, (answer, answering)| match answers.get(event) {
            Some((same, by)) if same == answer => {
                answering.insert(*by);
                true
            }
            _ => false,
        });
    }
    let in_several_places = |(_, answering): &(Answer, IndexSet<_, _>)| answering.len() > 1;
    alike.retain(|_, answered| in_several_places(answered));
    alike.into_keys().collect()
}

/// The answers of a state that do not depend on data, change none, and are given
/// inside `around`.
fn answers(
    subject: &Subject<'_>,
    state: StateId,
    around: Option<SuperstateId>,
) -> BTreeMap<EventId, (Answer, Answering)> {
    let graph = subject.graph;
    let is_inside = |by: SuperstateId| {
        let parent = |inner: &SuperstateId| graph.superstate(*inner).parent;
        let mut outer = std::iter::successors(parent(&by), parent);
        around.is_none_or(|around| outer.any(|superstate| superstate == around))
    };
    let all: Vec<(&Transition, StateId)> = graph.transitions_from(state).collect();
    all.chunk_by(|a, b| a.0.event == b.0.event)
        .filter_map(|answers| match answers {
            [(only, to)] if only.condition.is_none() && !only.changes_data => {
                let target = (only.kind == TransitionKind::Moved).then_some(*to);
                let by = only
                    .by
                    .map_or(Answering::State(state), Answering::Superstate);
                let fits = only.by.is_none_or(is_inside);
                fits.then_some((only.event, ((only.kind, target), by)))
            }
            _ => None,
        })
        .collect()
}

fn duplicate_states(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for mut class in subject.graph.bisimilar_classes() {
        class.retain(|state| subject.is_reached(*state));
        if class.len() > 1 {
            let message = format!(
                "no sequence of events tells {} apart; make them one state, or declare those \
                 terminal whose names matter",
                subject.list_states(&class)
            );
            findings.push(subject.finding(Code::DuplicateState, class, [], message));
        }
    }
}
