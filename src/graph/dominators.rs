//! Dominators: what cannot be bypassed on the way to a state.

use petgraph::Direction;
use petgraph::graph::{DefaultIx, NodeIndex, WalkNeighbors};

use super::walk::ShortestWalks;
use super::{Graph, StateId};

/// Which states every walk from a start to a state passes through.
///
/// Got from [`Graph::dominators`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Dominators(Form);

#[derive(Clone, Debug, Eq, PartialEq)]
enum Form {
    /// For each state that is reached the dominator nearest to it, if any.
    Tree(Vec<Option<Option<StateId>>>),
    /// For each state that is reached all its dominators. Where data decides,
    /// they need not form a tree.
    Lists(Vec<Option<Vec<StateId>>>),
}

impl Dominators {
    /// The states other than this one that every walk from a start to this one
    /// passes through, in the order in which a shortest walk first meets them;
    /// `None` for a state that is never reached or an id of another graph.
    #[must_use]
    pub fn of(&self, state: StateId) -> Option<Vec<StateId>> {
        match &self.0 {
            Form::Lists(lists) => lists.get(state.index())?.clone(),
            Form::Tree(nearest) => {
                let mut chain = Vec::new();
                let mut next = *nearest.get(state.index())?.as_ref()?;
                while let Some(dominator) = next {
                    chain.push(dominator);
                    next = nearest[dominator.index()].flatten();
                }
                chain.reverse();
                Some(chain)
            }
        }
    }
}

impl Graph {
    /// The dominators of every state.
    ///
    /// # Complexity
    ///
    /// O((states + transitions) × log states) time and O(states + transitions)
    /// space where each state is one configuration; a chain of a million states
    /// takes seconds. Otherwise O(states × (configurations + transitions)) time and
    /// O(states²) space: meant for machines of up to some thousand states there.
    ///
    /// # Examples
    ///
    /// ```
    /// use fsmcheck::graph::GraphBuilder;
    ///
    /// let mut order = GraphBuilder::new("order", ["pay", "send", "collect"]);
    /// let new = order.state("new", None);
    /// let paid = order.state("paid", None);
    /// let sent = order.state("sent", None);
    /// let done = order.state("done", None);
    /// order
    ///     .start(new)
    ///     .moved(new, "pay", paid)
    ///     .moved(paid, "send", sent)
    ///     .moved(paid, "collect", done)
    ///     .moved(sent, "collect", done);
    /// let order = order.build()?;
    ///
    /// // An order can be done without being sent, but not without being paid.
    /// assert_eq!(order.dominators().of(done), Some(vec![new, paid]));
    /// # Ok::<(), fsmcheck::graph::BuildError>(())
    /// ```
    #[must_use]
    pub fn dominators(&self) -> Dominators {
        Dominators(if self.expanded().is_some() {
            Form::Lists(self.dominators_by_removal())
        } else {
            Form::Tree(DepthFirst::of(self).dominator_tree(self))
        })
    }

    /// A state dominates what cannot be reached when the state is forbidden.
    fn dominators_by_removal(&self) -> Vec<Option<Vec<StateId>>> {
        let exact = self.exact();
        let (walks, _) = ShortestWalks::search(exact, exact.starts(), |_| false);
        let mut nearest_of: Vec<Option<StateId>> = vec![None; self.nodes.node_count()];
        for node in walks.reached() {
            nearest_of[self.state_of_exact(*node).index()].get_or_insert(*node);
        }

        let mut dominators: Vec<Option<Vec<StateId>>> = nearest_of
            .iter()
            .map(|nearest| nearest.map(|_| Vec::new()))
            .collect();
        for (forbidden, _) in self.states() {
            let reached = self.reached_without(forbidden);
            for (state, list) in dominators.iter_mut().enumerate() {
                if let Some(list) = list
                    && !reached[state]
                    && state != forbidden.index()
                {
                    list.push(forbidden);
                }
            }
        }
        let mut met_at = vec![usize::MAX; self.nodes.node_count()];
        for (list, nearest) in dominators.iter_mut().zip(nearest_of) {
            let (Some(list), Some(nearest)) = (list, nearest) else {
                continue;
            };
            let walk = self.in_states(walks.to(nearest));
            let states = || std::iter::once(walk.start).chain(walk.steps.iter().map(|step| step.1));
            for (position, state) in states().enumerate() {
                met_at[state.index()] = met_at[state.index()].min(position);
            }
            list.sort_by_key(|state| met_at[state.index()]);
            for state in states() {
                met_at[state.index()] = usize::MAX;
            }
        }
        dominators
    }

    fn reached_without(&self, forbidden: StateId) -> Vec<bool> {
        let exact = self.exact();
        let is_forbidden = |node: &StateId| self.state_of_exact(*node) == forbidden;
        let mut seen = vec![false; exact.nodes.node_count()];
        let mut reached = vec![false; self.nodes.node_count()];
        let mut open: Vec<_> = exact.starts().filter(|node| !is_forbidden(node)).collect();
        while let Some(node) = open.pop() {
            if std::mem::replace(&mut seen[node.index()], true) {
                continue;
            }
            reached[self.state_of_exact(node).index()] = true;
            let next = exact.transitions_from(node).map(|(_, to)| to);
            open.extend(next.filter(|to| !is_forbidden(to) && !seen[to.index()]));
        }
        reached
    }
}

/// The nodes that are reached from the starts, in the order in which a depth-first
/// search first meets them. Number 0 is a root put before all starts.
struct DepthFirst {
    node: Vec<NodeIndex>,
    parent: Vec<usize>,
    /// For each node its number; 0 when it is not reached.
    number: Vec<usize>,
}

impl DepthFirst {
    fn of(graph: &Graph) -> Self {
        let mut search = Self {
            node: vec![NodeIndex::end()],
            parent: vec![0],
            number: vec![0; graph.nodes.node_count()],
        };
        let mut frames: Vec<(usize, WalkNeighbors<DefaultIx>)> = Vec::new();
        for start in graph.starts() {
            if search.number[start.index()] == 0 {
                frames.push(search.visit(graph, start.index_in_petgraph(), 0));
            }
            while let Some((number, edges)) = frames.last_mut() {
                match edges.next_node(&graph.nodes) {
                    None => drop(frames.pop()),
                    Some(next) if search.number[next.index()] == 0 => {
                        let parent = *number;
                        frames.push(search.visit(graph, next, parent));
                    }
                    Some(_) => {}
                }
            }
        }
        search
    }

    fn visit(
        &mut self,
        graph: &Graph,
        node: NodeIndex,
        parent: usize,
    ) -> (usize, WalkNeighbors<DefaultIx>) {
        let number = self.node.len();
        self.node.push(node);
        self.parent.push(parent);
        self.number[node.index()] = number;
        (number, graph.nodes.neighbors(node).detach())
    }

    /// Lengauer and Tarjan's algorithm with path compression. petgraph's own takes
    /// quadratic time in unfavourable cases.
    fn dominator_tree(&self, graph: &Graph) -> Vec<Option<Option<StateId>>> {
        let count = self.node.len();
        let mut forest = Forest {
            semi: (0..count).collect(),
            best: (0..count).collect(),
            above: vec![None; count],
        };
        let mut nearest = vec![0; count];
        let mut pending: Vec<Vec<usize>> = vec![Vec::new(); count];
        for number in (1..count).rev() {
            let node = self.node[number];
            if graph.nodes[node].initial {
                forest.semi[number] = 0;
            }
            for before in graph.nodes.neighbors_directed(node, Direction::Incoming) {
                let before = self.number[before.index()];
                if before != 0 {
                    let best = forest.best_above(before);
                    forest.semi[number] = forest.semi[number].min(forest.semi[best]);
                }
            }
            pending[forest.semi[number]].push(number);
            let parent = self.parent[number];
            forest.above[number] = Some(parent);
            for waiting in std::mem::take(&mut pending[parent]) {
                let best = forest.best_above(waiting);
                nearest[waiting] = if forest.semi[best] < forest.semi[waiting] {
                    best
                } else {
                    parent
                };
            }
        }

        let mut tree = vec![None; graph.nodes.node_count()];
        for number in 1..count {
            if nearest[number] != forest.semi[number] {
                nearest[number] = nearest[nearest[number]];
            }
            let dominator = nearest[number];
            let dominator = (dominator != 0).then(|| StateId::at(self.node[dominator].index()));
            tree[self.node[number].index()] = Some(dominator);
        }
        tree
    }
}

/// The part of the depth-first tree that has been dealt with.
struct Forest {
    semi: Vec<usize>,
    /// The node with the least `semi` on the compressed way up.
    best: Vec<usize>,
    above: Vec<Option<usize>>,
}

impl Forest {
    fn best_above(&mut self, node: usize) -> usize {
        let mut way = Vec::new();
        let mut top = node;
        while let Some(above) = self.above[top] {
            if self.above[above].is_none() {
                break;
            }
            way.push((top, above));
            top = above;
        }
        while let Some((node, above)) = way.pop() {
            if self.semi[self.best[above]] < self.semi[self.best[node]] {
                self.best[node] = self.best[above];
            }
            self.above[node] = self.above[above];
        }
        self.best[node]
    }
}
