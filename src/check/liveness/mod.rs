//! Whether every run does what it should: all states and steps of a model as a
//! graph, and in it a search for a run that does not.
//!
//! | step | module |
//! |---|---|
//! | the graph of states, with what properties ask | `explore` → `graph` |
//! | what a run looks like that breaks a property | `breach` |
//! | where such runs can be | `tails` |
//! | where they can go on for ever and be fair | `components`, `fair` |
//! | a short one | `lasso` |

mod breach;
mod components;
mod explore;
mod fair;
mod graph;
mod labels;
mod lasso;
mod sets;
mod tails;

use self::breach::Breach;
use self::explore::explore;
use self::graph::RunGraph;
use self::labels::Labels;
use self::lasso::Lasso;
use super::property::Claim;
use super::search::Watch;
use super::search::{Searched, Space, Task};
use super::walk::Walk;
use super::{Counterexample, Ending, Model, Outcome, Verdict};

/// The number of the mark of a property's predicate, the first being 0.
const fn mark_of(property: usize, predicate: usize) -> usize {
    2 * property + predicate
}

/// What a check of a model with liveness properties has found.
pub(super) struct Judged<M: Model> {
    pub(super) searched: Searched<M>,
    pub(super) verdicts: Vec<Verdict<M>>,
    /// How many bytes the graph takes.
    pub(super) bytes: usize,
}

/// Judges all properties of a model on the graph of its states.
pub(super) fn judge<M: Model>(space: &Space<'_, M>, task: &mut Task<'_>) -> Judged<M> {
    let labels = Labels::new(space.model, space.properties);
    let mut watch = Watch::new(task);
    let (graph, mut searched) = explore(space, &labels, &mut watch);
    let mut verdicts = Vec::with_capacity(space.properties.len());
    // What was explored is judged for every property, wherever it ended.
    let explored = searched.stop;
    for (position, property) in space.properties.iter().enumerate() {
        let Some(assumption) = labels.assumption_of(position) else {
            let decisive = searched.decisive[position].as_ref();
            let walk = decisive
                .filter(|_| !matches!(property.claim, Claim::Sometimes(_)))
                .and_then(|decisive| walk_to(space.model, &graph, &decisive.state))
                .map(|walk| Counterexample::new(space.model, property, walk, Ending::Broken))
                .map(Counterexample::shortest);
            verdicts.push(Verdict::of_states(
                property,
                decisive.is_some(),
                walk,
                explored,
            ));
            continue;
        };
        let breach = Breach::new(&graph, property, position, assumption);
        let outcome = match lasso::find(&breach, &searched.levels, &mut watch) {
            Ok(Some(lasso)) => {
                let walk = walk_along(space.model, &labels, &graph, &lasso);
                let ending = lasso.ending;
                Outcome::Violated(
                    walk.map(|walk| Counterexample::new(space.model, property, walk, ending))
                        .map(Counterexample::shortest),
                )
            }
            Ok(None) => explored.map_or(Outcome::Holds, Outcome::Undecided),
            Err(stop) => {
                searched.stop.get_or_insert(stop);
                Outcome::Undecided(stop)
            }
        };
        verdicts.push(Verdict {
            property: property.name().to_owned(),
            kind: property.kind(),
            fairness: Some(assumption.text.clone()),
            outcome,
        });
    }
    Judged {
        searched,
        verdicts,
        bytes: graph.bytes(),
    }
}

/// A shortest walk to a state.
fn walk_to<M: Model>(model: &M, graph: &RunGraph<M::State>, state: &M::State) -> Option<Walk<M>> {
    let number = graph.number_of(state)?;
    graph.walk(model, &graph.way_to(number), |_, _, _| true)
}

/// The walk along a run. Round the cycle each action has the labels that make the
/// run a fair one.
fn walk_along<M: Model>(
    model: &M,
    labels: &Labels<M>,
    graph: &RunGraph<M::State>,
    lasso: &Lasso,
) -> Option<Walk<M>> {
    let stem = lasso.states.len() - 1 - lasso.cycle.len();
    let mut set = graph.labels.empty();
    graph.walk(model, &lasso.states, |step, state, action| {
        let Some(edge) = step.checked_sub(stem).map(|step| lasso.cycle[step]) else {
            return true;
        };
        labels.write(model, state, action, &mut set);
        *set == *graph.labels.get(edge.labels)
    })
}
