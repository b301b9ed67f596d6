//! Which transitions are drawn once for a superstate instead of at each of its
//! states.

use rustc_hash::FxHashMap;

use super::nesting::Nesting;
use crate::graph::{EventId, Graph, StateId, SuperstateId, Transition, TransitionKind};

/// What may be drawn once for a superstate.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Folding {
    /// Only the arrows that leave it.
    Arrows,
    /// Also what it handles without a transition.
    All,
}

/// The events that a superstate answers alike, under all data, in every state in
/// it.
pub(super) struct Folds {
    /// For each superstate and event what it does, and in how many states.
    alike: FxHashMap<(SuperstateId, EventId), (Answer, usize)>,
}

/// What an event that can be folded does.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Answer {
    /// Leads to a state outside the superstate.
    Leave(StateId),
    /// Is handled without a transition; whether data changes.
    Stay(bool),
}

impl Folds {
    pub(super) fn new(graph: &Graph, nesting: &Nesting, folding: Folding) -> Self {
        let mut alike = FxHashMap::default();
        for (state, _) in graph.states() {
            let transitions: Vec<_> = graph.transitions_from(state).collect();
            for cases in transitions.chunk_by(|(a, _), (b, _)| a.event == b.event) {
                if let [(transition, to)] = cases
                    && let Some(superstate) = transition.by
                    && nesting.contains(superstate, state)
                    && (folding == Folding::All || transition.kind == TransitionKind::Moved)
                    && let Some(answer) = Answer::of(transition, *to, superstate, nesting)
                {
                    let key = (superstate, transition.event);
                    let (first, states) = alike.entry(key).or_insert((answer, 0));
                    // Once an answer differs, the count stays short.
                    *states += usize::from(*first == answer);
                }
            }
        }
        alike.retain(|(superstate, _), (_, states)| *states == nesting.state_count(*superstate));
        Self { alike }
    }

    /// The superstate at which a transition from a state is drawn.
    pub(super) fn superstate_of(
        &self,
        nesting: &Nesting,
        state: StateId,
        transition: &Transition,
    ) -> Option<SuperstateId> {
        let superstate = transition.by?;
        let folded = self.alike.contains_key(&(superstate, transition.event))
            && nesting.contains(superstate, state);
        folded.then_some(superstate)
    }
}

impl Answer {
    /// What a transition does, if it can be folded into the superstate.
    ///
    /// A transition to a state inside the same superstate cannot: Mermaid and
    /// Graphviz misdraw an arrow that leads from a border inwards.
    fn of(
        transition: &Transition,
        to: StateId,
        superstate: SuperstateId,
        nesting: &Nesting,
    ) -> Option<Self> {
        let leaves = !nesting.contains(superstate, to);
        match transition.kind {
            _ if transition.condition.is_some() => None,
            TransitionKind::Stayed => Some(Self::Stay(transition.changes_data)),
            TransitionKind::Moved => leaves.then_some(Self::Leave(to)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::sample::condition;
    use crate::graph::GraphBuilder;

    /// How many transitions are folded when a superstate answers an event alike in
    /// both of its states, but for a change to the answer in the second.
    fn folded(kind: TransitionKind, change: impl Fn(&mut Transition, &mut StateId)) -> usize {
        let mut builder = GraphBuilder::new("m", ["e"]);
        let around = builder.superstate("around", None);
        let inside = [0, 1].map(|index| builder.state(format!("inside {index}"), Some(around)));
        let outside = builder.state("outside", None);
        builder.start(outside);
        let answer = Transition {
            event: EventId::new(0),
            kind,
            by: Some(around),
            condition: None,
            changes_data: false,
        };
        for state in inside {
            let mut answer = answer.clone();
            let mut to = match kind {
                TransitionKind::Moved => outside,
                TransitionKind::Stayed => state,
            };
            if state == inside[1] {
                change(&mut answer, &mut to);
            }
            builder.transition(state, answer, to);
        }
        let graph = builder.build().unwrap();
        let nesting = Nesting::new(&graph);
        let folds = Folds::new(&graph, &nesting, Folding::All);
        let is_folded = |(from, transition, _): &(StateId, &Transition, StateId)| {
            folds.superstate_of(&nesting, *from, transition).is_some()
        };
        graph.transitions().filter(is_folded).count()
    }

    #[test]
    fn only_what_is_alike_in_every_state_is_folded() {
        use TransitionKind::{Moved, Stayed};
        assert_eq!(folded(Moved, |_, _| {}), 2);
        assert_eq!(folded(Stayed, |_, _| {}), 2);

        assert_eq!(folded(Moved, |_, to| *to = StateId::new(0)), 0);
        assert_eq!(folded(Moved, |answer, _| answer.by = None), 0);
        for kind in [Moved, Stayed] {
            let conditional =
                |answer: &mut Transition, _: &mut _| answer.condition = Some(condition(1, 2));
            assert_eq!(folded(kind, conditional), 0);
        }
        assert_eq!(folded(Moved, |answer, _| answer.kind = Stayed), 0);
        assert_eq!(folded(Stayed, |answer, _| answer.changes_data = true), 0);
    }
}
