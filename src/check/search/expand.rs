//! What one thread does with one state: judge it, take every step from it.

use std::hash::Hash;

use super::waiting::Fresh;
use crate::check::coverage::Tally;
use crate::check::property::Claim;
use crate::check::store::{Arrival, Visited, hash_of};
use crate::check::{Model, Property};

/// How many states go into the set together.
const BATCH: usize = 256;

/// A model with its properties, as threads share it.
pub(in crate::check) struct Space<'m, M: Model> {
    pub(in crate::check) model: &'m M,
    pub(in crate::check) properties: &'m [Property<M>],
    /// Whether states that are like each other are looked at once.
    pub(in crate::check) is_symmetric: bool,
}

impl<M: Model> Space<'_, M> {
    /// The state that is looked at in the place of a state.
    #[inline]
    pub(super) fn representative(&self, state: M::State) -> M::State {
        if self.is_symmetric {
            self.model.canonical(&state).unwrap_or(state)
        } else {
            state
        }
    }

    /// Whether a state breaks a property of single states.
    pub(in crate::check) fn is_broken(&self, property: &Property<M>, state: &M::State) -> bool {
        match &property.claim {
            Claim::Always(holds) => !holds(self.model, state),
            Claim::Never(holds) => holds(self.model, state),
            Claim::NoDeadlock => {
                let mut actions = Vec::new();
                self.model.actions(state, &mut actions);
                let happens = |action| self.model.next(state, action).is_some();
                !self.model.is_end(state) && !actions.iter().any(happens)
            }
            _ => false,
        }
    }
}

/// A state that decides a property: it breaks it, or it is what was looked for.
pub(in crate::check) struct Decisive<S> {
    pub(in crate::check) state: S,
    hash: u64,
    /// How many actions it is away from an initial state.
    pub(in crate::check) depth: usize,
}

impl<S: Clone + Hash> Decisive<S> {
    /// Keeps of two states the one that is nearer; of two as near, the one whose
    /// hash is smaller, which does not depend on who came first.
    #[inline]
    fn keep(kept: &mut Option<Self>, state: &S, depth: usize) {
        if kept.as_ref().is_some_and(|kept| kept.depth < depth) {
            return;
        }
        let hash = hash_of(state);
        if kept
            .as_ref()
            .is_none_or(|kept| (depth, hash) < (kept.depth, kept.hash))
        {
            *kept = Some(Self {
                state: state.clone(),
                hash,
                depth,
            });
        }
    }

    /// A state that decides a property at this distance.
    pub(in crate::check) fn new(state: S, depth: usize) -> Self {
        let hash = hash_of(&state);
        Self { state, hash, depth }
    }

    /// Keeps of two the one that [`keep`](Self::keep) would.
    pub(super) fn merge(kept: &mut Option<Self>, other: Option<Self>) {
        if let Some(other) = other {
            let is_better = kept
                .as_ref()
                .is_none_or(|kept| (other.depth, other.hash) < (kept.depth, kept.hash));
            if is_better {
                *kept = Some(other);
            }
        }
    }
}

/// What is on its way into a part of the set. It is written to in nearly every step, so it
/// has lines of memory of its own, too.
#[repr(align(128))]
struct Batch<K, S>(Vec<Arrival<K, S>>);

/// What one thread holds, in lines of memory of its own: processors would hand a line
/// that two of them write to and fro. They fetch two lines at once.
#[repr(align(128))]
pub(super) struct Worker<'s, M: Model, V: Visited<M::State>> {
    space: &'s Space<'s, M>,
    visited: &'s V,
    recent: V::Recent,
    actions: Vec<M::Action>,
    /// What is on its way into each part of the set.
    batches: Vec<Batch<V::Key, M::State>>,
    /// The states of the next level.
    pub(super) fresh: Fresh<M::State>,
    pub(super) tally: Tally<M>,
    /// For each property a state that decides it.
    pub(super) decisive: Vec<Option<Decisive<M::State>>>,
    /// How many actions the states in `fresh` are away from an initial one.
    pub(super) depth: usize,
    /// Whether a state was come to that does not fit its number.
    pub(super) has_misfit: bool,
}

impl<'s, M: Model, V: Visited<M::State>> Worker<'s, M, V> {
    pub(super) fn new(space: &'s Space<'s, M>, visited: &'s V) -> Self {
        Self {
            space,
            visited,
            recent: visited.recent(),
            actions: Vec::new(),
            batches: (0..visited.parts()).map(|_| Batch(Vec::new())).collect(),
            fresh: Fresh::new(),
            tally: Tally::new(space.properties.len()),
            decisive: space.properties.iter().map(|_| None).collect(),
            depth: 0,
            has_misfit: false,
        }
    }

    /// Begins with the initial states. Whether there was room for them.
    pub(super) fn begin(&mut self) -> bool {
        for state in self.space.model.initial_states() {
            self.tally.generated += 1;
            let state = self.space.representative(state);
            if !self.space.model.is_within_bounds(&state) {
                self.tally.beyond_bounds += 1;
                continue;
            }
            let Some(key) = self.visited.key(self.space.model, &state) else {
                self.has_misfit = true;
                continue;
            };
            let arrival = Arrival {
                key,
                link: V::link_to(key),
                state,
            };
            if !self.send(arrival) {
                return false;
            }
        }
        self.flush()
    }

    /// Takes every step from a state. Whether there was room for what it leads to.
    #[inline]
    pub(super) fn expand(&mut self, state: &M::State) -> bool {
        let model = self.space.model;
        let mut actions = std::mem::take(&mut self.actions);
        let mut happened = 0;
        let mut has_room = true;
        let link = if self.visited.has_links() {
            self.visited.key(model, state).map_or(0, V::link_to)
        } else {
            0
        };
        model.steps(state, &mut actions, |action, mut came_to| {
            let tally = self.tally.action(model, action);
            tally.offered += 1;
            let Some(next) = &came_to else {
                tally.refused += 1;
                return;
            };
            happened += 1;
            if self.space.is_symmetric
                && let Some(canonical) = model.canonical(next)
            {
                came_to = Some(canonical);
            }
            // Looked at where it is: a copy has to wait for what was just written of it.
            let Some(next) = &came_to else {
                return;
            };
            if *next == *state {
                tally.idle += 1;
                return;
            }
            if !model.is_within_bounds(next) {
                self.tally.beyond_bounds += 1;
                return;
            }
            let Some(key) = self.visited.key(model, next) else {
                self.has_misfit = true;
                return;
            };
            if V::is_recent(&mut self.recent, key, next) {
                return;
            }
            let Some(next) = came_to else {
                return;
            };
            has_room &= self.send(Arrival {
                key,
                link,
                state: next,
            });
        });
        self.actions = actions;
        self.tally.count_steps(happened);
        if happened == 0 {
            judge_end(
                self.space,
                state,
                self.depth - 1,
                &mut self.tally,
                &mut self.decisive,
            );
        }
        has_room
    }

    /// Sends a state on its way into the set. Whether there was room.
    #[inline]
    fn send(&mut self, arrival: Arrival<V::Key, M::State>) -> bool {
        let part = self.visited.part_of(arrival.key);
        let Batch(batch) = &mut self.batches[part];
        batch.push(arrival);
        batch.len() < BATCH || self.insert(part)
    }

    /// Puts everything that was come to into the set. Whether there was room.
    pub(super) fn flush(&mut self) -> bool {
        (0..self.batches.len()).all(|part| self.insert(part))
    }

    /// Puts what was come to into a part of the set, and judges what is new.
    fn insert(&mut self, part: usize) -> bool {
        let Batch(batch) = &mut self.batches[part];
        let fresh = self.fresh.with_room(batch.len());
        let judged = fresh.len();
        let had_room = self.visited.insert(part, batch, fresh);
        for state in fresh.iter().skip(judged) {
            judge(
                self.space,
                state,
                self.depth,
                &mut self.tally,
                &mut self.decisive,
            );
        }
        had_room
    }
}

/// Judges a state from which nothing can happen.
#[cold]
pub(in crate::check) fn judge_end<M: Model>(
    space: &Space<'_, M>,
    state: &M::State,
    depth: usize,
    tally: &mut Tally<M>,
    decisive: &mut [Option<Decisive<M::State>>],
) {
    tally.ends += 1;
    if space.model.is_end(state) {
        return;
    }
    for (property, decisive) in space.properties.iter().zip(decisive) {
        if matches!(property.claim, Claim::NoDeadlock) {
            Decisive::keep(decisive, state, depth);
        }
    }
}

/// Holds a state against every property of single states.
#[inline]
pub(in crate::check) fn judge<M: Model>(
    space: &Space<'_, M>,
    state: &M::State,
    depth: usize,
    tally: &mut Tally<M>,
    decisive: &mut [Option<Decisive<M::State>>],
) {
    for (index, property) in space.properties.iter().enumerate() {
        let (holds, decides_when) = match &property.claim {
            Claim::Always(holds) => (holds, false),
            Claim::Never(holds) | Claim::Sometimes(holds) => (holds, true),
            _ => continue,
        };
        let holds = holds(space.model, state);
        tally.held[index][0] += u64::from(holds);
        if holds == decides_when {
            Decisive::keep(&mut decisive[index], state, depth);
        }
    }
}
