//! Making a walk shorter that was not found by the shortest way.

use std::collections::HashMap;

use super::Model;
use super::walk::{Step, Walk};

/// A walk to a state that `breaks`, made of steps of the given one: without the steps
/// between two equal states, and without each step that can be left out, from the last
/// to the first, until none can.
///
/// # Complexity
///
/// O(n³) steps for n steps at worst, O(n²) as a rule.
pub(super) fn shortened<M: Model>(
    model: &M,
    walk: Walk<M>,
    breaks: impl Fn(&M::State) -> bool,
) -> Walk<M> {
    let mut walk = cut(without_loops(walk), &breaks);
    loop {
        let before = walk.steps.len();
        for left_out in (0..before).rev() {
            if left_out < walk.steps.len()
                && let Some(shorter) = without(model, &walk, left_out, &breaks)
            {
                walk = shorter;
            }
        }
        if walk.steps.len() == before {
            return walk;
        }
    }
}

/// The walk up to the first state that breaks.
fn cut<M: Model>(mut walk: Walk<M>, breaks: impl Fn(&M::State) -> bool) -> Walk<M> {
    let first = walk.states().position(breaks);
    if let Some(first) = first {
        walk.steps.truncate(first);
    }
    walk
}

/// The walk without the steps between two equal states.
fn without_loops<M: Model>(walk: Walk<M>) -> Walk<M> {
    let last: HashMap<M::State, usize> = walk.states().cloned().zip(0..).collect();
    let Walk { initial, steps } = walk;
    let mut shorter = Walk {
        initial,
        steps: Vec::new(),
    };
    let mut next = last.get(&shorter.initial).copied().unwrap_or_default();
    for (number, step) in steps.into_iter().enumerate() {
        if number == next {
            next = last.get(&step.state).copied().unwrap_or(number + 1);
            shorter.steps.push(step);
        }
    }
    shorter
}

/// The walk without one step, if the others can be taken all the same and lead to a
/// state that breaks.
fn without<M: Model>(
    model: &M,
    walk: &Walk<M>,
    left_out: usize,
    breaks: impl Fn(&M::State) -> bool,
) -> Option<Walk<M>> {
    let mut shorter = Walk {
        initial: walk.initial.clone(),
        steps: walk.steps[..left_out].to_vec(),
    };
    let mut offered = Vec::new();
    for step in &walk.steps[left_out + 1..] {
        let state = shorter.last();
        offered.clear();
        model.actions(state, &mut offered);
        // Actions need not be comparable, but they can be shown.
        let wanted = format!("{:?}", step.action);
        let action = offered
            .drain(..)
            .find(|action| format!("{action:?}") == wanted)?;
        let next = model.next(state, &action)?;
        if !model.is_within_bounds(&next) {
            return None;
        }
        shorter.steps.push(Step {
            action,
            state: next,
        });
        if shorter.steps.last().is_some_and(|step| breaks(&step.state)) {
            return Some(shorter);
        }
    }
    breaks(shorter.last()).then_some(shorter)
}
