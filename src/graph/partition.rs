//! Partition refinement: which states behave alike.

use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::{Graph, ObservationKind, StateId, TransitionKind};

impl Graph {
    /// The classes of bisimilar states: two states are in one class when no
    /// sequence of events tells them apart by what is refused, stays or moves, or
    /// by the end that it leads to. Declared terminal states differ by name.
    ///
    /// Where data decides, two states are alike when each configuration of one has
    /// its like among those of the other. Classes come in order of their first
    /// state, states in order of id.
    ///
    /// # Complexity
    ///
    /// O((configurations + transitions) × log² configurations) time and
    /// O(configurations + transitions) space.
    ///
    /// # Examples
    ///
    /// ```
    /// use fsmcheck::graph::GraphBuilder;
    ///
    /// let mut order = GraphBuilder::new("order", ["by card", "in cash", "ship"]);
    /// let new = order.state("new", None);
    /// let card = order.state("paid by card", None);
    /// let cash = order.state("paid in cash", None);
    /// let shipped = order.state("shipped", None);
    /// order
    ///     .start(new)
    ///     .moved(new, "by card", card)
    ///     .moved(new, "in cash", cash)
    ///     .moved(card, "ship", shipped)
    ///     .moved(cash, "ship", shipped);
    /// let order = order.build()?;
    ///
    /// assert_eq!(order.bisimilar_classes(), [vec![new], vec![card, cash], vec![shipped]]);
    /// # Ok::<(), fsmcheck::graph::BuildError>(())
    /// ```
    #[must_use]
    pub fn bisimilar_classes(&self) -> Vec<Vec<StateId>> {
        let class_of = Refinement::new(self).run();
        let mut behaviour: Vec<Vec<u32>> = vec![Vec::new(); self.nodes.node_count()];
        for (node, class) in class_of.into_iter().enumerate() {
            behaviour[self.state_of_exact(StateId::at(node)).index()].push(class);
        }
        let mut classes: IndexMap<Vec<u32>, Vec<StateId>, FxBuildHasher> = IndexMap::default();
        for (state, mut behaviour) in behaviour.into_iter().enumerate() {
            behaviour.sort_unstable();
            behaviour.dedup();
            classes
                .entry(behaviour)
                .or_default()
                .push(StateId::at(state));
        }
        classes.into_values().collect()
    }

    /// For each node of the exact graph what alone tells it apart: the answers it
    /// has, the events that panic, and the terminal state that it belongs to.
    fn apparent(&self) -> Vec<(Option<StateId>, Vec<usize>)> {
        let exact = self.exact();
        let mut panics: FxHashMap<StateId, Vec<usize>> = FxHashMap::default();
        for observation in self.observations() {
            if let (ObservationKind::Panicked, Some(event)) = (observation.kind, observation.event)
            {
                let answers = panics.entry(observation.state).or_default();
                answers.push(2 * self.events.len() + event.index());
            }
        }
        let of_node = |node: StateId| {
            let state = self.state_of_exact(node);
            let answers = exact.transitions_from(node);
            let mut answers: Vec<_> = answers.map(|(answer, _)| label(answer)).collect();
            answers.extend(panics.get(&state).into_iter().flatten());
            answers.sort_unstable();
            answers.dedup();
            (self.state(state).terminal.then_some(state), answers)
        };
        exact.states().map(|(node, _)| of_node(node)).collect()
    }
}

fn label(transition: &super::Transition) -> usize {
    2 * transition.event.index() + usize::from(transition.kind == TransitionKind::Moved)
}

struct Edge {
    from: usize,
    label: usize,
    /// Which of the counts it is counted in.
    count: usize,
}

/// Paige and Tarjan's algorithm.
///
/// Blocks are split until all nodes of a block have the same answers into each
/// block. Blocks belong to families; all nodes of a block have the same answers
/// into each family. A family of several blocks is work to do: its smaller block
/// becomes a family of its own, and blocks are split by who has answers into it and
/// who has answers into the rest.
struct Refinement {
    blocks: Blocks,
    family_of: Vec<usize>,
    families: Vec<Vec<usize>>,
    to_do: Vec<usize>,
    /// The edges, ordered by the node that they lead to.
    edges: Vec<Edge>,
    first_edge: Vec<usize>,
    /// How many edges of a label lead from a node into a family.
    counts: Vec<u32>,
}

impl Refinement {
    fn new(graph: &Graph) -> Self {
        let exact = graph.exact();
        let blocks = Blocks::new(graph.apparent());
        let n_blocks = blocks.ranges.len();

        let mut edges = Vec::with_capacity(exact.nodes.edge_count());
        let mut counts: Vec<u32> = Vec::new();
        for (from, _) in exact.states() {
            let mut outgoing: Vec<_> = exact.transitions_from(from).collect();
            outgoing.sort_by_key(|(transition, _)| label(transition));
            for alike in outgoing.chunk_by(|a, b| label(a.0) == label(b.0)) {
                for (transition, to) in alike {
                    let edge = Edge {
                        from: from.index(),
                        label: label(transition),
                        count: counts.len(),
                    };
                    edges.push((*to, edge));
                }
                counts.push(alike.len() as u32);
            }
        }
        edges.sort_by_key(|(to, _)| *to);
        let mut first_edge = vec![0; exact.nodes.node_count() + 1];
        for (to, _) in &edges {
            first_edge[to.index() + 1] += 1;
        }
        for node in 1..first_edge.len() {
            first_edge[node] += first_edge[node - 1];
        }
        Self {
            blocks,
            family_of: vec![0; n_blocks],
            families: vec![(0..n_blocks).collect()],
            to_do: vec![0],
            edges: edges.into_iter().map(|(_, edge)| edge).collect(),
            first_edge,
            counts,
        }
    }

    /// The class of each node.
    fn run(mut self) -> Vec<u32> {
        while let Some(family) = self.to_do.pop() {
            if let Some(block) = self.take_smaller_block(family) {
                self.split_by(block);
            }
        }
        self.blocks.block_of
    }

    /// Makes a block of a family with several, no larger than half of it, a family
    /// of its own.
    fn take_smaller_block(&mut self, family: usize) -> Option<usize> {
        let blocks = &mut self.families[family];
        let [.., a, b] = blocks[..] else { return None };
        let smaller = if self.blocks.len(a) < self.blocks.len(b) {
            blocks.swap_remove(blocks.len() - 2)
        } else {
            blocks.swap_remove(blocks.len() - 1)
        };
        self.to_do.push(family);
        self.family_of[smaller] = self.families.len();
        self.families.push(vec![smaller]);
        Some(smaller)
    }

    /// Splits all blocks by their answers into a block and into what was its
    /// family.
    fn split_by(&mut self, block: usize) {
        let mut incoming: Vec<usize> = Vec::new();
        for node in self.blocks.members(block) {
            let node = *node as usize;
            incoming.extend(self.first_edge[node]..self.first_edge[node + 1]);
        }
        incoming.sort_by_key(|edge| (self.edges[*edge].label, self.edges[*edge].from));
        let edges = &self.edges;
        let by_label: Vec<&[usize]> = incoming
            .chunk_by(|a, b| edges[*a].label == edges[*b].label)
            .collect();
        let mut groups: Vec<Vec<(usize, usize, usize)>> = Vec::with_capacity(by_label.len());
        for alike in by_label {
            let mut group = Vec::new();
            for of_node in alike.chunk_by(|a, b| edges[*a].from == edges[*b].from) {
                let before = edges[of_node[0]].count;
                group.push((edges[of_node[0]].from, before, of_node.len()));
            }
            groups.push(group);
        }
        let mut edge = incoming.into_iter();
        for group in groups {
            for (_, before, n_edges) in &group {
                self.counts[*before] -= *n_edges as u32;
                for edge in edge.by_ref().take(*n_edges) {
                    self.edges[edge].count = self.counts.len();
                }
                self.counts.push(*n_edges as u32);
            }
            self.split(group.iter().map(|(node, ..)| *node));
            let only_here = |(node, before, _): &(usize, usize, usize)| {
                (self.counts[*before] == 0).then_some(*node)
            };
            let only_here: Vec<_> = group.iter().filter_map(only_here).collect();
            self.split(only_here.into_iter());
        }
    }

    /// Splits each block into the nodes given and the others.
    fn split(&mut self, nodes: impl Iterator<Item = usize>) {
        for (old, new) in self.blocks.split(nodes) {
            let family = self.family_of[old];
            debug_assert_eq!(new, self.family_of.len());
            self.family_of.push(family);
            self.families[family].push(new);
            if self.families[family].len() == 2 {
                self.to_do.push(family);
            }
        }
    }
}

/// A partition of nodes whose blocks can be split in time proportional to the
/// smaller part.
struct Blocks {
    /// The nodes, those of a block next to each other.
    nodes: Vec<u32>,
    position: Vec<usize>,
    block_of: Vec<u32>,
    ranges: Vec<std::ops::Range<usize>>,
    /// How many nodes at the front of each block are to be split off.
    marked: Vec<usize>,
}

impl Blocks {
    /// One block for each different key.
    fn new<K: Eq + std::hash::Hash>(keys: Vec<K>) -> Self {
        let mut members: IndexMap<K, Vec<u32>, FxBuildHasher> = IndexMap::default();
        for (node, key) in keys.into_iter().enumerate() {
            members.entry(key).or_default().push(node as u32);
        }
        let n_nodes = members.values().map(Vec::len).sum();
        let mut blocks = Self {
            nodes: Vec::with_capacity(n_nodes),
            position: vec![0; n_nodes],
            block_of: vec![0; n_nodes],
            marked: vec![0; members.len()],
            ranges: Vec::with_capacity(members.len()),
        };
        for members in members.into_values() {
            let start = blocks.nodes.len();
            for node in members {
                blocks.position[node as usize] = blocks.nodes.len();
                blocks.block_of[node as usize] = blocks.ranges.len() as u32;
                blocks.nodes.push(node);
            }
            blocks.ranges.push(start..blocks.nodes.len());
        }
        blocks
    }

    fn len(&self, block: usize) -> usize {
        self.ranges[block].len()
    }

    fn members(&self, block: usize) -> &[u32] {
        &self.nodes[self.ranges[block].clone()]
    }

    /// Splits the given nodes, each given once, off their blocks; gives each block
    /// that was split with the new one.
    fn split(&mut self, nodes: impl Iterator<Item = usize>) -> Vec<(usize, usize)> {
        let mut touched = Vec::new();
        for node in nodes {
            let block = self.block_of[node] as usize;
            if self.marked[block] == 0 {
                touched.push(block);
            }
            let front = self.ranges[block].start + self.marked[block];
            let (here, other) = (self.position[node], self.nodes[front] as usize);
            self.nodes.swap(front, here);
            self.position[node] = front;
            self.position[other] = here;
            self.marked[block] += 1;
        }
        let mut pairs = Vec::new();
        for block in touched {
            let marked = std::mem::take(&mut self.marked[block]);
            if marked == self.len(block) {
                continue;
            }
            let start = self.ranges[block].start;
            let new = self.ranges.len();
            self.ranges[block].start = start + marked;
            self.ranges.push(start..start + marked);
            self.marked.push(0);
            for position in start..start + marked {
                self.block_of[self.nodes[position] as usize] = new as u32;
            }
            pairs.push((block, new));
        }
        pairs
    }
}
