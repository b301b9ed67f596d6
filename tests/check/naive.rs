//! Liveness by its definition, on graphs so small that every set of edges can be
//! tried as what a run does for ever. Nothing here knows of components.

use fsmcheck::check::{Counterexample, Ending, PropertyKind};

use crate::graph_model::{Arrow, GraphModel, State};

/// An assumption on the arrows whose names contain a letter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Constraint {
    pub(crate) letter: char,
    pub(crate) is_strong: bool,
}

impl Constraint {
    pub(crate) fn concerns(self, arrow: &Arrow) -> bool {
        arrow.name.contains(self.letter)
    }
}

/// What is asked of a graph.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) kind: PropertyKind,
    /// The states that have what is asked first, and second. Kinds with one predicate
    /// ask for the first.
    pub(crate) first: Vec<State>,
    pub(crate) second: Vec<State>,
    /// The letter in the names of arrows that are progress.
    pub(crate) progress: char,
    pub(crate) may_stop: bool,
    pub(crate) constraints: Vec<Constraint>,
}

/// What a monitor that reads a run state by state has to say so far.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Said {
    /// It is over, and the property holds.
    Fine,
    /// The property is broken if nothing more happens.
    Waiting,
    /// It holds if nothing more happens, but may be broken.
    Idle,
    /// It is broken.
    Broken,
}

impl Question {
    fn read(&self, before: Option<Said>, state: State) -> Said {
        let first = self.first.contains(&state);
        let second = self.second.contains(&state);
        match (self.kind, before) {
            (_, Some(Said::Fine)) => Said::Fine,
            (_, Some(Said::Broken)) => Said::Broken,
            (PropertyKind::Eventually, _) if first => Said::Fine,
            (PropertyKind::Eventually, _) => Said::Waiting,
            (PropertyKind::AlwaysEventually, _) if first => Said::Idle,
            (PropertyKind::AlwaysEventually, _) => Said::Waiting,
            (PropertyKind::LeadsTo, _) if second => Said::Idle,
            (PropertyKind::LeadsTo, before) if first || before == Some(Said::Waiting) => {
                Said::Waiting
            }
            (PropertyKind::LeadsTo, _) => Said::Idle,
            (PropertyKind::Until, _) if second => Said::Fine,
            (PropertyKind::Until, _) if first => Said::Waiting,
            (PropertyKind::Until, _) => Said::Broken,
            (PropertyKind::NoLivelock, _) => Said::Idle,
            (kind, _) => panic!("{kind} is no liveness"),
        }
    }

    /// Whether a run breaks the property that sees and does just this for ever.
    fn is_broken_by(&self, waits: bool, taken: &[&Arrow]) -> bool {
        if self.kind == PropertyKind::NoLivelock {
            !taken.iter().any(|arrow| arrow.name.contains(self.progress))
        } else {
            waits
        }
    }

    /// Whether a run is fair that sees and does just this for ever. One that stops
    /// takes nothing.
    fn is_fair(&self, model: &GraphModel, seen: &[State], taken: &[&Arrow]) -> bool {
        self.constraints.iter().all(|constraint| {
            let can_happen = |state: &State| {
                let mut arrows = model.arrows.iter();
                arrows.any(|arrow| arrow.from == *state && constraint.concerns(arrow))
            };
            let assumed = if constraint.is_strong {
                seen.iter().any(can_happen)
            } else {
                seen.iter().all(can_happen)
            };
            !assumed || taken.iter().any(|arrow| constraint.concerns(arrow))
        })
    }

    fn may_stop_in(&self, model: &GraphModel, state: State) -> bool {
        let nothing_can_happen = !model.arrows.iter().any(|arrow| arrow.from == state);
        (self.may_stop || nothing_can_happen) && self.is_fair(model, &[state], &[])
    }
}

fn inner(model: &GraphModel) -> Vec<&Arrow> {
    let arrows = model.arrows.iter();
    arrows
        .filter(|arrow| !model.beyond.contains(&arrow.from) && !model.beyond.contains(&arrow.to))
        .collect()
}

/// How many steps a shortest way takes to where a run that breaks the property ends,
/// begins to repeat itself, or is broken. `None` when no run breaks it.
///
/// A way that breaks the property whatever comes next is preferred.
pub(crate) fn shortest_stem(model: &GraphModel, question: &Question) -> Option<usize> {
    let arrows = inner(model);
    let mut at_distance: Vec<(State, Said)> = model
        .starts
        .iter()
        .filter(|start| !model.beyond.contains(start))
        .map(|start| (*start, question.read(None, *start)))
        .collect();
    let mut known: Vec<(usize, State, Said)> = Vec::new();
    for distance in 0.. {
        at_distance.retain(|(state, said)| {
            let is_new = !known.iter().any(|(_, s, d)| s == state && d == said);
            if is_new {
                known.push((distance, *state, *said));
            }
            is_new
        });
        if at_distance.is_empty() {
            break;
        }
        let from = std::mem::take(&mut at_distance);
        for (state, said) in from {
            for arrow in arrows.iter().filter(|arrow| arrow.from == state) {
                at_distance.push((arrow.to, question.read(Some(said), arrow.to)));
            }
        }
    }
    if let Some((distance, ..)) = known.iter().find(|(.., said)| *said == Said::Broken) {
        return Some(*distance);
    }
    let repeated = repeated(model, question, &arrows);
    let ends_there = |state: State, said: Said| {
        let waits = said == Said::Waiting;
        let stops = waits && question.may_stop_in(model, state);
        stops
            || repeated.iter().any(|(states, waits_all, taken)| {
                states.contains(&state) && question.is_broken_by(waits && *waits_all, taken)
            })
    };
    known
        .iter()
        .find(|(_, state, said)| ends_there(*state, *said))
        .map(|(distance, ..)| *distance)
}

/// All that a fair run can do for ever: the states, whether a monitor that waits
/// would wait on, the arrows.
fn repeated<'m>(
    model: &GraphModel,
    question: &Question,
    arrows: &[&'m Arrow],
) -> Vec<(Vec<State>, bool, Vec<&'m Arrow>)> {
    assert!(arrows.len() <= 10, "too many sets of arrows");
    let mut repeated = Vec::new();
    for set in 1..1_u32 << arrows.len() {
        let taken: Vec<_> = (0..arrows.len())
            .filter(|index| set >> index & 1 == 1)
            .map(|index| arrows[index])
            .collect();
        let mut states: Vec<_> = taken.iter().flat_map(|a| [a.from, a.to]).collect();
        states.sort_unstable();
        states.dedup();
        if all_reach_all(&states, &taken) && question.is_fair(model, &states, &taken) {
            let waits = states
                .iter()
                .all(|state| question.read(Some(Said::Waiting), *state) == Said::Waiting);
            repeated.push((states, waits, taken));
        }
    }
    repeated
}

fn all_reach_all(states: &[State], taken: &[&Arrow]) -> bool {
    states.iter().all(|from| {
        let mut reached = vec![*from];
        loop {
            let next = taken
                .iter()
                .find(|a| reached.contains(&a.from) && !reached.contains(&a.to));
            match next {
                Some(arrow) => reached.push(arrow.to),
                None => break reached.len() == states.len(),
            }
        }
    })
}

/// Holds a counterexample against the definition of what it is to show.
///
/// Returns the length of its stem.
pub(crate) fn verify(
    model: &GraphModel,
    question: &Question,
    counterexample: &Counterexample<GraphModel>,
) -> usize {
    let states: Vec<State> = counterexample.walk().states().copied().collect();
    assert!(model.starts.contains(&states[0]), "{counterexample:?}");
    assert!(!states.iter().any(|state| model.beyond.contains(state)));
    let steps = counterexample.steps();
    for (from, step) in states.iter().zip(steps) {
        let is_real = step.action.from == *from
            && step.action.to == step.state
            && model.arrows.contains(&step.action);
        assert!(is_real, "{:?} is no step", step.action);
    }
    let mut said = vec![question.read(None, states[0])];
    for state in &states[1..] {
        said.push(question.read(said.last().copied(), *state));
    }
    let last = *said.last().unwrap();
    match counterexample.ending() {
        Ending::Broken => {
            assert_eq!(last, Said::Broken);
            steps.len()
        }
        Ending::Stops => {
            assert_eq!(last, Said::Waiting);
            let state = *states.last().unwrap();
            assert!(question.may_stop_in(model, state), "it cannot stop there");
            steps.len()
        }
        Ending::RepeatsFrom(begin) => {
            assert!(begin < steps.len(), "a cycle has a step");
            assert_eq!(states[begin], *states.last().unwrap(), "the cycle is open");
            let taken: Vec<_> = steps[begin..].iter().map(|step| &step.action).collect();
            let waits = said[begin..].iter().all(|said| *said == Said::Waiting);
            assert!(question.is_broken_by(waits, &taken), "{counterexample:?}");
            assert!(
                question.is_fair(model, &states[begin..], &taken),
                "not fair: {counterexample:?}"
            );
            if question.constraints.is_empty() {
                let mut distinct = states[begin + 1..].to_vec();
                distinct.sort_unstable();
                distinct.dedup();
                assert_eq!(distinct.len(), taken.len(), "a detour without a reason");
            }
            begin
        }
        other => panic!("{other:?}"),
    }
}
