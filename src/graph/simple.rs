//! All simple walks: those that visit no configuration twice.

use indexmap::IndexSet;
use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex, WalkNeighbors};
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::components::part_between;
use super::reach::reaching;
use super::walk::ShortestWalks;
use super::{EventId, Graph, StateId, Walk};

/// How many walks to list, how long, and at what price.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Bounds {
    /// At most this many steps in a walk; no bound unless given.
    pub length: usize,
    /// At most this many walks; 1 000 unless given.
    pub count: usize,
    /// At most this many steps tried; 10 million unless given, which takes about
    /// a second.
    pub effort: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            length: usize::MAX,
            count: 1_000,
            effort: 10_000_000,
        }
    }
}

impl Bounds {
    /// These bounds with at most this many steps in a walk.
    #[must_use]
    pub fn length(self, length: usize) -> Self {
        Self { length, ..self }
    }

    /// These bounds with at most this many walks.
    #[must_use]
    pub fn count(self, count: usize) -> Self {
        Self { count, ..self }
    }

    /// These bounds with at most this many steps tried.
    #[must_use]
    pub fn effort(self, effort: usize) -> Self {
        Self { effort, ..self }
    }
}

/// A list of walks, and whether it is all of them.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Walks {
    /// The walks, each once.
    pub walks: Vec<Walk>,
    /// Which bound left some out; `None` when these are all.
    pub cut_off: Option<CutOff>,
}

/// Why a list of [`Walks`] need not be all of them.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "one for each of the bounds")]
pub enum CutOff {
    /// A walk would have become too long, whether or not it would have arrived.
    Length,
    /// There are more walks than were asked for.
    Count,
    /// The search took too long.
    Effort,
}

impl Graph {
    /// The simple walks from a state to a state: those that visit no
    /// configuration twice and end where they first reach `to`. When the two are
    /// the same it is the walk of no steps.
    ///
    /// Where several events lead the same way, the first in the alphabet stands
    /// for all. Walks that differ in data alone are one. There can be
    /// exponentially many, hence the bounds.
    ///
    /// # Panics
    ///
    /// When an id is not of this graph.
    ///
    /// # Complexity
    ///
    /// O((configurations + transitions) × (walks + 1)) time for each
    /// configuration of `from`, unless a bound on length is given: then the time
    /// between two walks can be exponential, and the bound on effort matters.
    ///
    /// # Examples
    ///
    /// ```
    /// use fsmcheck::graph::{Bounds, GraphBuilder};
    ///
    /// let mut order = GraphBuilder::new("order", ["pay", "ship", "collect", "send"]);
    /// let new = order.state("new", None);
    /// let paid = order.state("paid", None);
    /// let sent = order.state("sent", None);
    /// let done = order.state("done", None);
    /// order
    ///     .start(new)
    ///     .moved(new, "pay", paid)
    ///     .moved(paid, "collect", done)
    ///     .moved(paid, "send", sent)
    ///     .moved(sent, "collect", done);
    /// let order = order.build()?;
    ///
    /// let found = order.simple_walks(new, done, &Bounds::default());
    /// assert_eq!(found.walks.len(), 2);
    /// assert!(found.cut_off.is_none());
    /// # Ok::<(), fsmcheck::graph::BuildError>(())
    /// ```
    #[must_use]
    pub fn simple_walks(&self, from: StateId, to: StateId, bounds: &Bounds) -> Walks {
        let mut enumeration = Enumeration::new(self, bounds);
        let exact = self.exact();
        let sources = self.nodes_of(from);
        if from == to {
            if let Some(node) = sources.first() {
                enumeration.found(Walk::at(*node));
            }
            return enumeration.finish();
        }
        let useful = reaching(exact, self.nodes_of(to));
        let (reached, _) = ShortestWalks::search(exact, sources.iter().copied(), |_| false);
        let mut between: Vec<_> = reached
            .reached()
            .iter()
            .copied()
            .filter(|node| useful[node.index()])
            .collect();
        between.sort_unstable();

        let part = part_between(exact, &between);
        let nodes_in = |state| {
            let is_in = |node: &NodeIndex| self.state_of_exact(part[*node]) == state;
            part.node_indices().filter(is_in).collect::<Vec<_>>()
        };
        let distance = distances(&part, nodes_in(to));
        for source in nodes_in(from) {
            if !enumeration.run(&part, source, &distance) {
                break;
            }
        }
        enumeration.finish()
    }
}

/// For each node the least number of steps to one of the targets; `usize::MAX`
/// where there is no way.
pub(super) fn distances(part: &DiGraph<StateId, EventId>, targets: Vec<NodeIndex>) -> Vec<usize> {
    let mut distance = vec![usize::MAX; part.node_count()];
    for target in &targets {
        distance[target.index()] = 0;
    }
    let mut open = targets;
    let mut next = 0;
    while let Some(&node) = open.get(next) {
        next += 1;
        for before in part.neighbors_directed(node, Direction::Incoming) {
            if distance[before.index()] == usize::MAX {
                distance[before.index()] = distance[node.index()] + 1;
                open.push(before);
            }
        }
    }
    distance
}

/// The walks found so far and what may still be spent on finding more.
pub(super) struct Enumeration<'a> {
    graph: &'a Graph,
    bounds: Bounds,
    effort_left: usize,
    found: IndexSet<Walk, FxBuildHasher>,
    cut_off: Option<CutOff>,
}

/// A node that is off limits.
enum Closed {
    /// It is on the walk being tried.
    OnWalk,
    /// From it every way to a target leads through the walk being tried.
    DeadEnd,
}

struct Frame {
    node: NodeIndex,
    edges: WalkNeighbors<petgraph::graph::DefaultIx>,
    /// Whether a walk to a target was found through this node.
    fruitful: bool,
}

impl<'a> Enumeration<'a> {
    pub(super) fn new(graph: &'a Graph, bounds: &Bounds) -> Self {
        Self {
            graph,
            bounds: *bounds,
            effort_left: bounds.effort,
            found: IndexSet::default(),
            cut_off: None,
        }
    }

    pub(super) fn finish(self) -> Walks {
        Walks {
            walks: self.found.into_iter().collect(),
            cut_off: self.cut_off,
        }
    }

    /// Takes account of some work; false when that was too much.
    pub(super) fn spend(&mut self, effort: usize) -> bool {
        match self.effort_left.checked_sub(effort) {
            Some(left) => {
                self.effort_left = left;
                true
            }
            None => {
                self.cut_off = Some(CutOff::Effort);
                false
            }
        }
    }

    /// Finds the simple walks from a node to the nodes of distance 0, which may be
    /// the node itself. False when a bound says to stop.
    ///
    /// Depth first. While no walk is too long, a node from which nothing was found
    /// stays closed until one that it depends on is opened again (Johnson's
    /// algorithm), so that no more than O(nodes + edges) is spent for a walk.
    pub(super) fn run(
        &mut self,
        part: &DiGraph<StateId, EventId>,
        source: NodeIndex,
        distance: &[usize],
    ) -> bool {
        let bounded = self.bounds.length < part.node_count();
        let mut closed = FxHashMap::from_iter([(source, Closed::OnWalk)]);
        let mut opens: FxHashMap<NodeIndex, Vec<NodeIndex>> = FxHashMap::default();
        let mut steps: Vec<(EventId, StateId)> = Vec::new();
        let mut frames = vec![Frame::new(part, source)];
        while let Some(frame) = frames.last_mut() {
            if let Some((edge, to)) = frame.edges.next(part) {
                if !self.spend(1) {
                    return false;
                }
                let step = (part[edge], part[to]);
                let is_target = distance[to.index()] == 0;
                if !is_target && closed.contains_key(&to) {
                    continue;
                }
                let length = (steps.len() + 1).saturating_add(distance[to.index()]);
                if length > self.bounds.length {
                    self.cut_off = Some(CutOff::Length);
                } else if is_target {
                    frame.fruitful = true;
                    let all = steps.iter().copied().chain([step]).collect();
                    let start = part[source];
                    if !self.spend(steps.len()) || !self.found(Walk { start, steps: all }) {
                        return false;
                    }
                } else {
                    closed.insert(to, Closed::OnWalk);
                    steps.push(step);
                    frames.push(Frame::new(part, to));
                }
                continue;
            }
            let Some(done) = frames.pop() else { break };
            steps.pop();
            if let Some(before) = frames.last_mut() {
                before.fruitful |= done.fruitful;
            }
            if bounded || done.fruitful {
                open(done.node, &mut closed, &mut opens);
            } else {
                closed.insert(done.node, Closed::DeadEnd);
                for after in part.neighbors(done.node) {
                    opens.entry(after).or_default().push(done.node);
                }
            }
        }
        true
    }

    /// Keeps a walk given in nodes of the exact graph; false when it is one too
    /// many.
    fn found(&mut self, walk: Walk) -> bool {
        let walk = self.graph.in_states(walk);
        if self.found.len() < self.bounds.count {
            self.found.insert(walk);
            return true;
        }
        let known = self.found.contains(&walk);
        if !known {
            self.cut_off = Some(CutOff::Count);
        }
        known
    }
}

impl Frame {
    fn new(part: &DiGraph<StateId, EventId>, node: NodeIndex) -> Self {
        Self {
            node,
            edges: part.neighbors(node).detach(),
            fruitful: false,
        }
    }
}

/// Opens a node that has left the walk, and the dead ends that depend on it.
fn open(
    node: NodeIndex,
    closed: &mut FxHashMap<NodeIndex, Closed>,
    opens: &mut FxHashMap<NodeIndex, Vec<NodeIndex>>,
) {
    closed.remove(&node);
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        for dead_end in opens.remove(&node).unwrap_or_default() {
            if let Some(Closed::DeadEnd) = closed.get(&dead_end) {
                closed.remove(&dead_end);
                open.push(dead_end);
            }
        }
    }
}
