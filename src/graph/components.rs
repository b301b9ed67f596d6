//! Strongly connected components: what lies on cycles together.

use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;
use rustc_hash::FxHashMap;

use super::{EventId, Graph, StateId, Transition, TransitionKind};

/// Configurations each of which can be reached from each of the others.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Component {
    /// The states that the configurations belong to, in order of id. Where data
    /// decides, a state can be in several components.
    pub states: Vec<StateId>,
    /// The configurations, in order of id: states of the
    /// [expanded](Graph::expanded) graph, or of the graph itself where each state
    /// is one configuration.
    pub configurations: Vec<StateId>,
    /// Whether the machine can go round in it: a step leads from a configuration
    /// of it to another one, or takes a transition back to the same one.
    pub cyclic: bool,
    /// Whether no step leads out of it.
    pub closed: bool,
}

impl Graph {
    /// The strongly connected components, each after those that can be reached
    /// from it.
    ///
    /// # Complexity
    ///
    /// O(configurations + transitions) time and space.
    ///
    /// # Examples
    ///
    /// ```
    /// use fsmcheck::graph::GraphBuilder;
    ///
    /// let mut job = GraphBuilder::new("job", ["pause", "resume", "end"]);
    /// let running = job.state("running", None);
    /// let paused = job.state("paused", None);
    /// let ended = job.state("ended", None);
    /// job.start(running)
    ///     .moved(running, "pause", paused)
    ///     .moved(paused, "resume", running)
    ///     .moved(running, "end", ended);
    /// let job = job.build()?;
    ///
    /// let components = job.strongly_connected_components();
    /// assert_eq!(components[0].states, [ended]);
    /// assert_eq!(components[1].states, [running, paused]);
    /// assert!(components[1].cyclic && !components[1].closed);
    /// # Ok::<(), fsmcheck::graph::BuildError>(())
    /// ```
    #[must_use]
    pub fn strongly_connected_components(&self) -> Vec<Component> {
        let exact = self.exact();
        let groups = kosaraju_scc(&exact.nodes);
        let mut component_of = vec![0; exact.nodes.node_count()];
        for (number, group) in groups.iter().enumerate() {
            for node in group {
                component_of[node.index()] = number;
            }
        }
        let component = |(number, group): (usize, Vec<_>)| {
            let mut configurations: Vec<_> = group
                .into_iter()
                .map(|node: petgraph::graph::NodeIndex| StateId::at(node.index()))
                .collect();
            configurations.sort_unstable();
            let mut closed = true;
            let mut cyclic = configurations.len() > 1;
            for from in &configurations {
                for (transition, to) in exact.transitions_from(*from) {
                    closed &= component_of[to.index()] == number;
                    cyclic |= to == *from && !is_idle(transition);
                }
            }
            Component {
                states: self.distinct_states(configurations.iter().copied()),
                configurations,
                cyclic,
                closed,
            }
        };
        groups.into_iter().enumerate().map(component).collect()
    }
}

/// Whether a transition from a node of an exact graph to itself changes nothing:
/// the event is handled inside and no data changes.
pub(super) fn is_idle(transition: &Transition) -> bool {
    transition.kind == TransitionKind::Stayed && !transition.changes_data
}

/// The part of an exact graph that lies between some nodes, with one edge for all
/// events that lead the same way and without steps that change nothing. Nodes come
/// in the order given, a node's edges in the order of the alphabet.
pub(super) fn part_between(exact: &Graph, nodes: &[StateId]) -> DiGraph<StateId, EventId> {
    let mut part = DiGraph::with_capacity(nodes.len(), nodes.len());
    let mut position = FxHashMap::default();
    for node in nodes {
        position.insert(*node, part.add_node(*node));
    }
    let mut edges: Vec<(EventId, _)> = Vec::new();
    for from in nodes {
        edges.clear();
        for (transition, to) in exact.transitions_from(*from) {
            if let Some(inside) = position.get(&to)
                && !(to == *from && is_idle(transition))
            {
                edges.push((transition.event, *inside));
            }
        }
        edges.sort_by_key(|(_, to)| *to);
        edges.dedup_by_key(|(_, to)| *to);
        // petgraph hands out a node's newest edge first.
        edges.sort_by_key(|(event, to)| std::cmp::Reverse((*event, *to)));
        for (event, to) in &edges {
            part.add_edge(position[from], *to, *event);
        }
    }
    part
}
