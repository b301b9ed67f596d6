//! All states of a small model and all steps between them, for other programs to draw or
//! to look into.
//!
//! | step | module |
//! |---|---|
//! | the states and steps, and which states are one node | here, `fields` |
//! | what is drawn of them: a node for each state, or for each group | `picture` |
//! | as text for Graphviz, in GraphML, in JSON | `dot`, `graphml`, `json` |

mod dot;
mod fields;
mod graphml;
mod json;
mod picture;

use std::fmt;

use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

use super::search::Space;
use super::{Counterexample, Model, Property};

/// All states of a model, in the order in which a breadth-first search comes to them, and
/// all steps between them.
///
/// # Examples
///
/// Three states, of which the two that are not the top are drawn as one:
///
/// ```
/// # use fsmcheck::doctest::counter::Stairs;
/// use fsmcheck::check::{check, state_graph};
///
/// let stairs = Stairs { top: 2 };
/// let report = check(&stairs);
/// let graph = state_graph(&stairs, 1_000)?
///     .highlighting(report.violations().next().unwrap())
///     .grouped_by(|stair| if *stair == 2 { "top".into() } else { "below".into() });
/// let dot = graph.to_dot();
/// assert!(dot.contains(r#"n0 [label="below\n(2 states)""#), "{dot}");
/// assert!(dot.contains(r#"n0 -> n1 [label="Tick""#), "{dot}");
/// # Ok::<(), fsmcheck::check::StateGraphError>(())
/// ```
pub struct StateGraph<M: Model> {
    states: IndexSet<M::State, FxBuildHasher>,
    notes: Vec<Note>,
    steps: Vec<Step>,
    /// The names of the actions.
    actions: IndexSet<String, FxBuildHasher>,
    /// The names of the properties of single states.
    properties: Vec<String>,
    beyond_bounds: usize,
    /// The labels of the groups, and the group of each state.
    groups: Option<(IndexSet<String, FxBuildHasher>, Vec<usize>)>,
}

/// What there is to say of a state.
#[derive(Clone, Default)]
struct Note {
    /// How the state is shown.
    form: String,
    depth: usize,
    is_initial: bool,
    /// Nothing can happen in it.
    is_end: bool,
    /// The positions of the properties that it breaks.
    breaks: Vec<usize>,
    is_highlighted: bool,
}

/// A step, with states and action by their numbers.
struct Step {
    from: usize,
    to: usize,
    action: usize,
    is_highlighted: bool,
}

/// Why there is no graph of the states of a model.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StateGraphError {
    /// There are too many states.
    #[error(
        "the model has more than {limit} states, and a graph has them all: allow more, or make \
         the model smaller"
    )]
    TooLarge {
        /// At most so many were allowed.
        limit: usize,
    },
    /// States have no such field.
    #[error("no state has a field `{field}`; {}", listed(.known))]
    UnknownField {
        /// What was asked for.
        field: String,
        /// The fields that there are.
        known: Vec<String>,
    },
}

fn listed(fields: &[String]) -> String {
    if fields.is_empty() {
        "states have no fields".to_owned()
    } else {
        format!("there are: {}", fields.join(", "))
    }
}

/// The graph of all states of a model within its own
/// [bounds](Model::is_within_bounds), of which there are at most `limit`. A symmetry of
/// the model is not used.
///
/// # Errors
///
/// When there are more states.
///
/// # Complexity
///
/// Every state and every step is kept, by one thread.
pub fn state_graph<M: Model>(model: &M, limit: usize) -> Result<StateGraph<M>, StateGraphError> {
    let all = model.properties();
    let space = Space {
        model,
        properties: &all,
        is_symmetric: false,
    };
    let is_of_states = |property: &&Property<M>| {
        let kind = property.kind();
        !kind.is_liveness() && kind != super::PropertyKind::Sometimes
    };
    let properties: Vec<_> = all.iter().filter(is_of_states).collect();
    let mut graph = StateGraph {
        states: IndexSet::default(),
        notes: Vec::new(),
        steps: Vec::new(),
        actions: IndexSet::default(),
        properties: properties
            .iter()
            .map(|property| property.name().to_owned())
            .collect(),
        beyond_bounds: 0,
        groups: None,
    };
    for state in model.initial_states() {
        if let Some(number) = graph.add(model, state, 0, limit)? {
            graph.notes[number].is_initial = true;
        }
    }
    let (mut number, mut actions) = (0, Vec::new());
    while let Some(state) = graph.states.get_index(number).cloned() {
        let breaks = properties.iter().zip(0..);
        graph.notes[number].breaks = breaks
            .filter(|(property, _)| space.is_broken(property, &state))
            .map(|(_, position)| position)
            .collect();
        graph.notes[number].is_end = true;
        actions.clear();
        model.actions(&state, &mut actions);
        for action in &actions {
            let Some(next) = model.next(&state, action) else {
                continue;
            };
            graph.notes[number].is_end = false;
            let depth = graph.notes[number].depth + 1;
            let Some(to) = graph.add(model, next, depth, limit)? else {
                continue;
            };
            let (action, _) = graph.actions.insert_full(model.action_name(action));
            graph.steps.push(Step {
                from: number,
                to,
                action,
                is_highlighted: false,
            });
        }
        number += 1;
    }
    Ok(graph)
}

impl<M: Model> StateGraph<M> {
    /// The number of a state, if it is within the model's bounds.
    fn add(
        &mut self,
        model: &M,
        state: M::State,
        depth: usize,
        limit: usize,
    ) -> Result<Option<usize>, StateGraphError> {
        if !model.is_within_bounds(&state) {
            self.beyond_bounds += 1;
            return Ok(None);
        }
        let (number, is_new) = self.states.insert_full(state);
        if is_new {
            if number >= limit {
                return Err(StateGraphError::TooLarge { limit });
            }
            let form = model.state_form(&self.states[number]);
            self.notes.push(Note {
                form,
                depth,
                ..Note::default()
            });
        }
        Ok(Some(number))
    }

    /// The states, in order.
    pub fn states(&self) -> impl ExactSizeIterator<Item = &M::State> {
        self.states.iter()
    }

    /// How many steps there are.
    #[must_use]
    pub fn step_count(&self) -> usize {
        self.steps.len()
    }

    /// The graph with the states and steps of a counterexample marked.
    #[must_use]
    pub fn highlighting(mut self, counterexample: &Counterexample<M>) -> Self {
        let walk = counterexample.walk();
        let numbers = walk.states().map(|state| self.states.get_index_of(state));
        let numbers: Option<Vec<_>> = numbers.collect();
        let Some(numbers) = numbers else {
            // It is one of another model.
            return self;
        };
        for number in &numbers {
            self.notes[*number].is_highlighted = true;
        }
        for (pair, name) in numbers.windows(2).zip(counterexample.names()) {
            let action = self.actions.get_index_of(name);
            // Steps are in the order of the states from which they lead.
            let first = self.steps.partition_point(|step| step.from < pair[0]);
            let from_there = self.steps[first..]
                .iter_mut()
                .take_while(|step| step.from == pair[0]);
            for step in from_there {
                step.is_highlighted |= step.to == pair[1] && Some(step.action) == action;
            }
        }
        self
    }

    /// The graph in which all states of one label are one node, so that people can read
    /// it. Steps with the same action between two nodes are then one step. `label` may
    /// leave out what does not matter; it decides nothing else.
    #[must_use]
    pub fn grouped_by(self, label: impl Fn(&M::State) -> String) -> Self {
        let labels = self.states.iter().map(label).collect();
        self.grouped(labels)
    }

    /// The graph in which these are the labels of its states.
    fn grouped(self, of_states: Vec<String>) -> Self {
        let mut labels = IndexSet::default();
        let groups = of_states.into_iter();
        let groups = groups.map(|label| labels.insert_full(label).0).collect();
        Self {
            groups: Some((labels, groups)),
            ..self
        }
    }
}

impl<M: Model> fmt::Debug for StateGraph<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StateGraph")
            .field("states", &self.states.len())
            .field("steps", &self.steps.len())
            .finish_non_exhaustive()
    }
}
