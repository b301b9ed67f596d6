//! From a state back to an initial one, by what little the set of seen states keeps.

use super::expand::{Decisive, Space};
use crate::check::Model;
use crate::check::store::Visited;
use crate::check::walk::{Step, Walk};

/// A shortest walk to a state that a breadth-first search with links has come to, or
/// under symmetry to one that is like it.
///
/// Links lead back to the initial states. Since a link is only half a hash, there
/// may be several at each distance; going forward through them, taking the steps
/// once more, leaves those that are real.
pub(in crate::check) fn walk_to<M: Model, V: Visited<M::State>>(
    space: &Space<'_, M>,
    visited: &V,
    goal: &Decisive<M::State>,
) -> Option<Walk<M>> {
    let link_to = |state: &M::State| visited.key(space.model, state).map(V::link_to);
    // At each distance the links that lead to the goal, the goal's own last.
    let mut levels = vec![vec![link_to(&goal.state)?]];
    for _ in 0..goal.depth {
        let mut links = Vec::new();
        for link in levels.last().into_iter().flatten() {
            visited.links_of(*link, &mut links);
        }
        links.sort_unstable();
        links.dedup();
        levels.push(links);
    }
    levels.reverse();

    // The walk is one of real states, whatever stood for them in the search.
    let on_the_way = |state: &M::State, depth: usize| {
        let state = space.representative(state.clone());
        if depth == goal.depth {
            state == goal.state
        } else {
            link_to(&state).is_some_and(|link| levels[depth].binary_search(&link).is_ok())
        }
    };
    for initial in space.model.initial_states() {
        if !on_the_way(&initial, 0) {
            continue;
        }
        // Depth first, each entry being a step with the distance at which it ends.
        let mut walk = Walk {
            initial,
            steps: Vec::new(),
        };
        let mut open: Vec<(usize, Step<M>)> = Vec::new();
        loop {
            let depth = walk.steps.len();
            if depth == goal.depth {
                return Some(walk);
            }
            let state = walk.last();
            let mut actions = Vec::new();
            space.model.actions(state, &mut actions);
            // The first of them is to be looked at first.
            for action in actions.into_iter().rev() {
                if let Some(next) = space.model.next(state, &action)
                    && on_the_way(&next, depth + 1)
                {
                    open.push((
                        depth,
                        Step {
                            action,
                            state: next,
                        },
                    ));
                }
            }
            let Some((depth, step)) = open.pop() else {
                break;
            };
            walk.steps.truncate(depth);
            walk.steps.push(step);
        }
    }
    None
}
