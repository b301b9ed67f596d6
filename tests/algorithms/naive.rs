//! The same questions answered in the most obvious way.

use std::collections::{BTreeMap, BTreeSet};

use fsmcheck::graph::{EventId, Graph, StateId, TransitionKind, Walk};

type Nodes = BTreeSet<StateId>;

pub(crate) struct Naive<'a> {
    graph: &'a Graph,
    /// The graph of configurations.
    pub(crate) exact: &'a Graph,
    edges: Vec<(StateId, EventId, TransitionKind, StateId)>,
}

impl<'a> Naive<'a> {
    pub(crate) fn new(graph: &'a Graph) -> Self {
        let exact = graph.expanded().map_or(graph, |expanded| expanded.graph());
        let edges = exact
            .transitions()
            .map(|(from, transition, to)| (from, transition.event, transition.kind, to))
            .collect();
        Self {
            graph,
            exact,
            edges,
        }
    }

    pub(crate) fn nodes(&self) -> impl Iterator<Item = StateId> {
        self.exact.states().map(|(node, _)| node)
    }

    fn state_of(&self, node: StateId) -> StateId {
        self.graph
            .expanded()
            .map_or(node, |expanded| expanded.state_of(node))
    }

    pub(crate) fn nodes_of(&self, state: StateId) -> Nodes {
        self.nodes()
            .filter(|node| self.state_of(*node) == state)
            .collect()
    }

    pub(crate) fn states(&self, nodes: &Nodes) -> Vec<StateId> {
        let states: Nodes = nodes.iter().map(|node| self.state_of(*node)).collect();
        states.into_iter().collect()
    }

    pub(crate) fn forward(&self, mut nodes: Nodes) -> Nodes {
        loop {
            let before = nodes.len();
            for (from, _, _, to) in &self.edges {
                if nodes.contains(from) {
                    nodes.insert(*to);
                }
            }
            if nodes.len() == before {
                return nodes;
            }
        }
    }

    pub(crate) fn backward(&self, targets: Nodes) -> Nodes {
        self.nodes()
            .filter(|node| !self.forward([*node].into()).is_disjoint(&targets))
            .collect()
    }

    pub(crate) fn components(&self) -> BTreeSet<Vec<StateId>> {
        let reached: BTreeMap<_, _> = self
            .nodes()
            .map(|node| (node, self.forward([node].into())))
            .collect();
        self.nodes()
            .map(|a| {
                let with_a = |b: &StateId| reached[&a].contains(b) && reached[b].contains(&a);
                self.nodes().filter(with_a).collect()
            })
            .collect()
    }

    /// The steps that change something, each target once, with its first event.
    fn steps_from(&self, node: StateId) -> BTreeMap<StateId, EventId> {
        let mut steps = BTreeMap::new();
        for (from, event, kind, to) in &self.edges {
            if *from == node && (from != to || *kind == TransitionKind::Moved) {
                let first = steps.entry(*to).or_insert(*event);
                *first = (*first).min(*event);
            }
        }
        steps
    }

    pub(crate) fn on_cycle(&self, node: StateId) -> bool {
        let next: Nodes = self.steps_from(node).into_keys().collect();
        self.forward(next).contains(&node)
    }

    pub(crate) fn shortest_cycle(&self, node: StateId) -> usize {
        let mut cycles = BTreeSet::new();
        self.extend(
            node,
            &mut vec![node],
            &mut Vec::new(),
            &|to| to == node,
            &mut cycles,
        );
        cycles.into_iter().map(|cycle| cycle.len()).min().unwrap()
    }

    pub(crate) fn simple_walks(&self, from: StateId, to: StateId) -> BTreeSet<Walk> {
        if from == to {
            return [Walk::at(from)].into();
        }
        let mut walks = BTreeSet::new();
        for node in self.nodes_of(from) {
            let is_end = |node| self.state_of(node) == to;
            self.extend(node, &mut vec![node], &mut Vec::new(), &is_end, &mut walks);
        }
        walks
            .into_iter()
            .map(|steps| self.walk(from, steps))
            .collect()
    }

    pub(crate) fn cycles(&self) -> BTreeSet<Walk> {
        let mut cycles = BTreeSet::new();
        for first in self.nodes() {
            let mut found = BTreeSet::new();
            let is_end = |node| node == first;
            // Nodes before the first are left out, so that each cycle is met once.
            let mut visited: Vec<_> = self.nodes().filter(|node| *node <= first).collect();
            self.extend(first, &mut visited, &mut Vec::new(), &is_end, &mut found);
            let start = self.state_of(first);
            cycles.extend(found.into_iter().map(|steps| self.walk(start, steps)));
        }
        cycles
    }

    fn walk(&self, start: StateId, steps: Vec<(EventId, StateId)>) -> Walk {
        let mut walk = Walk::at(start);
        let in_states = |(event, node)| (event, self.state_of(node));
        walk.steps = steps.into_iter().map(in_states).collect();
        walk
    }

    fn extend(
        &self,
        node: StateId,
        visited: &mut Vec<StateId>,
        steps: &mut Vec<(EventId, StateId)>,
        is_end: &dyn Fn(StateId) -> bool,
        found: &mut BTreeSet<Vec<(EventId, StateId)>>,
    ) {
        for (to, event) in self.steps_from(node) {
            steps.push((event, to));
            if is_end(to) {
                found.insert(steps.clone());
            } else if !visited.contains(&to) {
                visited.push(to);
                self.extend(to, visited, steps, is_end, found);
                visited.pop();
            }
            steps.pop();
        }
    }

    /// Whether some configuration of the walk's start allows all of its steps.
    pub(crate) fn can_be_taken(&self, walk: &Walk) -> bool {
        let mut nodes = self.nodes_of(walk.start);
        for (event, state) in &walk.steps {
            nodes = self
                .edges
                .iter()
                .filter(|(from, by, _, to)| {
                    nodes.contains(from) && by == event && self.state_of(*to) == *state
                })
                .map(|(.., to)| *to)
                .collect();
        }
        !nodes.is_empty()
    }

    pub(crate) fn dominators(&self, state: StateId) -> Option<Nodes> {
        let starts: Nodes = self
            .nodes()
            .filter(|node| self.exact.state(*node).initial)
            .collect();
        let is_reached = |without: Option<StateId>| {
            let allowed = |node: &StateId| Some(self.state_of(*node)) != without;
            let mut reached: Nodes = starts.iter().copied().filter(allowed).collect();
            loop {
                let before = reached.len();
                for (from, _, _, to) in &self.edges {
                    if reached.contains(from) && allowed(to) {
                        reached.insert(*to);
                    }
                }
                if reached.len() == before {
                    return !reached.is_disjoint(&self.nodes_of(state));
                }
            }
        };
        let others = self.graph.states().map(|(other, _)| other);
        is_reached(None).then(|| {
            others
                .filter(|other| *other != state && !is_reached(Some(*other)))
                .collect()
        })
    }

    pub(crate) fn bisimilar_classes(&self) -> Vec<Vec<StateId>> {
        type Signature = (usize, BTreeSet<(EventId, TransitionKind, usize)>);
        let mut class_of: BTreeMap<StateId, usize> = self
            .nodes()
            .map(|node| {
                let state = self.state_of(node);
                let terminal = self.graph.state(state).terminal;
                (node, if terminal { 1 + state.index() } else { 0 })
            })
            .collect();
        let n_classes =
            |classes: &BTreeMap<StateId, usize>| classes.values().collect::<BTreeSet<_>>().len();
        loop {
            let signature = |node: StateId| -> Signature {
                let answers = self.edges.iter().filter(|edge| edge.0 == node);
                let answers = answers.map(|(_, event, kind, to)| (*event, *kind, class_of[to]));
                (class_of[&node], answers.collect())
            };
            let mut numbers: BTreeMap<Signature, usize> = BTreeMap::new();
            let mut next = BTreeMap::new();
            for node in self.nodes() {
                let number = numbers.len();
                next.insert(node, *numbers.entry(signature(node)).or_insert(number));
            }
            let stable = n_classes(&next) == n_classes(&class_of);
            class_of = next;
            if stable {
                break;
            }
        }
        let mut classes: Vec<(BTreeSet<usize>, Vec<StateId>)> = Vec::new();
        for (state, _) in self.graph.states() {
            let behaviour = self
                .nodes_of(state)
                .iter()
                .map(|node| class_of[node])
                .collect();
            match classes.iter_mut().find(|(known, _)| *known == behaviour) {
                Some((_, states)) => states.push(state),
                None => classes.push((behaviour, vec![state])),
            }
        }
        classes.into_iter().map(|(_, states)| states).collect()
    }
}
