//! What is drawn of a graph of states: a node for each state, or for each group.

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use serde::Serialize;

use super::StateGraph;
use crate::check::Model;

/// The nodes and arrows, with the members that `docs/json.md` describes.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Picture<'g> {
    pub(super) grouped: bool,
    pub(super) beyond_bounds: usize,
    pub(super) states: Vec<Node<'g>>,
    pub(super) steps: Vec<Arrow<'g>>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Node<'g> {
    /// The `Debug` form of the state, or the label of the group.
    pub(super) label: String,
    /// How many states it stands for.
    pub(super) count: usize,
    /// The least distance from an initial state.
    pub(super) depth: usize,
    pub(super) initial: bool,
    /// In one of its states nothing can happen.
    pub(super) end: bool,
    /// The properties that one of its states breaks.
    pub(super) violates: Vec<&'g str>,
    pub(super) in_counterexample: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Arrow<'g> {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) action: &'g str,
    /// How many steps it stands for.
    pub(super) count: usize,
    pub(super) in_counterexample: bool,
}

impl<'g> Picture<'g> {
    pub(super) fn new<M: Model>(graph: &'g StateGraph<M>) -> Self {
        let node_of = |state: usize| match &graph.groups {
            Some((_, groups)) => groups[state],
            None => state,
        };
        let mut states: Vec<Node<'g>> = Vec::new();
        for (number, note) in graph.notes.iter().enumerate() {
            // Groups are numbered in the order of their first states.
            if node_of(number) == states.len() {
                states.push(Node {
                    label: match &graph.groups {
                        Some((labels, groups)) => labels[groups[number]].clone(),
                        None => note.form.clone(),
                    },
                    count: 0,
                    depth: note.depth,
                    initial: false,
                    end: false,
                    violates: Vec::new(),
                    in_counterexample: false,
                });
            }
            let node = &mut states[node_of(number)];
            node.count += 1;
            node.initial |= note.is_initial;
            node.end |= note.is_end;
            node.in_counterexample |= note.is_highlighted;
            for property in &note.breaks {
                let name = graph.properties[*property].as_str();
                if !node.violates.contains(&name) {
                    node.violates.push(name);
                }
            }
        }
        let mut arrows: IndexMap<_, (usize, bool), FxBuildHasher> = IndexMap::default();
        for step in &graph.steps {
            let key = (node_of(step.from), node_of(step.to), step.action);
            let (count, is_highlighted) = arrows.entry(key).or_default();
            *count += 1;
            *is_highlighted |= step.is_highlighted;
        }
        let steps = arrows
            .into_iter()
            .map(|((from, to, action), (count, in_counterexample))| Arrow {
                from,
                to,
                action: &graph.actions[action],
                count,
                in_counterexample,
            });
        Self {
            grouped: graph.groups.is_some(),
            beyond_bounds: graph.beyond_bounds,
            states,
            steps: steps.collect(),
        }
    }
}
