//! What several lints need to know about a graph.

use std::cell::Cell;

use super::{Code, Finding};
use crate::graph::walk::ShortestWalks;
use crate::graph::{Completeness, EventId, Graph, NamedWalk, StateId, Walk};

/// At most so many steps are written down for a whole report: on a long chain each
/// finding's walk would otherwise be as long as the chain.
const MAX_STEPS: usize = 1_000_000;

/// A graph under the eyes of the lints.
pub(super) struct Subject<'a> {
    pub(super) graph: &'a Graph,
    pub(super) exact: &'a Graph,
    walks: ShortestWalks,
    /// For each state that is reached its nearest configuration.
    nearest: Vec<Option<StateId>>,
    /// Whether what is not there in the graph is not there in the machine.
    pub(super) is_exhaustive: bool,
    steps_left: Cell<usize>,
}

impl<'a> Subject<'a> {
    pub(super) fn new(graph: &'a Graph) -> Self {
        let exact = graph.exact();
        let (walks, _) = ShortestWalks::search(exact, exact.starts(), |_| false);
        let mut nearest = vec![None; graph.states().len()];
        for node in walks.reached() {
            nearest[graph.state_of_exact(*node).index()].get_or_insert(*node);
        }
        Self {
            graph,
            exact,
            walks,
            nearest,
            is_exhaustive: graph.completeness() == Completeness::Exhaustive,
            steps_left: Cell::new(MAX_STEPS),
        }
    }

    /// The configurations that are reached, nearest first.
    pub(super) fn reached(&self) -> &[StateId] {
        self.walks.reached()
    }

    /// The configuration of a state that is nearest to a start; `None` when the
    /// state is not reached.
    pub(super) fn nearest(&self, state: StateId) -> Option<StateId> {
        self.nearest[state.index()]
    }

    pub(super) fn is_reached(&self, state: StateId) -> bool {
        self.nearest(state).is_some()
    }

    /// The states that are reached, in order of id.
    pub(super) fn reached_states(&self) -> impl Iterator<Item = StateId> + '_ {
        let ids = self.graph.states().map(|(state, _)| state);
        ids.filter(|state| self.is_reached(*state))
    }

    pub(super) fn is_terminal(&self, state: StateId) -> bool {
        self.graph.state(state).terminal
    }

    /// Whether a configuration is declared an end: by its state or its data.
    pub(super) fn is_end(&self, node: StateId) -> bool {
        self.exact.state(node).terminal
    }

    /// A shortest walk from a start to a configuration.
    pub(super) fn walk_to(&self, node: StateId) -> Option<NamedWalk> {
        self.walk_on(node, None)
    }

    /// The same with one more step after it.
    pub(super) fn walk_on(
        &self,
        node: StateId,
        step: Option<(EventId, StateId)>,
    ) -> Option<NamedWalk> {
        if self.steps_left.get() == 0 {
            return None;
        }
        let mut walk = self.walks.to(node);
        walk.steps.extend(step);
        self.write_down(&self.graph.in_states(walk))
    }

    /// A walk in names, unless that is too much to write.
    pub(super) fn write_down(&self, walk: &Walk) -> Option<NamedWalk> {
        let left = self.steps_left.get().checked_sub(walk.steps.len());
        self.steps_left.set(left.unwrap_or(0));
        left.map(|_| walk.named(self.graph))
    }

    pub(super) fn finding(
        &self,
        code: Code,
        states: impl IntoIterator<Item = StateId>,
        events: impl IntoIterator<Item = EventId>,
        message: String,
    ) -> Finding {
        let states = states.into_iter().map(|state| self.name(state).to_owned());
        let events = events.into_iter().map(|event| self.graph.event(event));
        Finding {
            states: states.collect(),
            events: events.map(str::to_owned).collect(),
            ..Finding::new(code, self.graph.machine(), message)
        }
    }

    pub(super) fn name(&self, state: StateId) -> &'a str {
        &self.graph.state(state).name
    }

    /// Names of states for a sentence.
    pub(super) fn list_states(&self, states: &[StateId]) -> String {
        list(states.iter().map(|state| self.name(*state)))
    }

    /// Names of events for a sentence.
    pub(super) fn list_events(&self, events: &[EventId]) -> String {
        list(events.iter().map(|event| self.graph.event(*event)))
    }
}

/// Names for a sentence: `` `a`, `b` and `c` ``; of many the first ones.
fn list<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    const MANY: usize = 8;
    let n_names = names.len();
    let shown = if n_names > MANY { MANY - 1 } else { n_names };
    let mut text: Vec<String> = names.take(shown).map(|name| format!("`{name}`")).collect();
    if shown < n_names {
        text.push(format!("{} more", n_names - shown));
    }
    match text.pop() {
        Some(last) if text.is_empty() => last,
        Some(last) => format!("{} and {last}", text.join(", ")),
        None => "nothing".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_joined_and_many_are_cut_short() {
        assert_eq!(list(["a"].into_iter()), "`a`");
        assert_eq!(list(["a", "b", "c"].into_iter()), "`a`, `b` and `c`");
        assert_eq!(
            list(["x"; 100].into_iter()),
            format!("{} and 93 more", ["`x`"; 7].join(", "))
        );
    }
}
