//! From a model to the graph of its states, level by level.

use super::graph::{Edge, RunGraph};
use super::labels::Labels;
use super::{mark_of, sets};
use crate::check::coverage::Tally;
use crate::check::search::Watch;
use crate::check::search::{Decisive, Searched, Space, judge, judge_end};
use crate::check::{Model, Stop};

/// What an exploration holds while it goes on.
struct Explorer<'e, M: Model> {
    space: &'e Space<'e, M>,
    labels: &'e Labels<M>,
    graph: RunGraph<M::State>,
    /// What was counted and found in the level that is gone through.
    tally: Tally<M>,
    decisive: Vec<Option<Decisive<M::State>>>,
    /// How many actions the states that are come to are away from an initial one.
    depth: usize,
    // What is used again for each state.
    actions: Vec<M::Action>,
    edges: Vec<Edge>,
    set: Box<[u64]>,
    enabled: Box<[u64]>,
    marks: Box<[u64]>,
}

/// There is no room within the memory limit.
struct NoRoom;

/// Goes through the states of a model as the breadth-first search does, with the
/// same limits, counts and findings, and keeps the steps, too.
pub(super) fn explore<M: Model>(
    space: &Space<'_, M>,
    labels: &Labels<M>,
    watch: &mut Watch<'_, '_>,
) -> (RunGraph<M::State>, Searched<M>) {
    let limits = watch.limits();
    let properties = space.properties.len();
    let graph = RunGraph::new(labels.len(), 2 * properties, limits.memory);
    let mut explorer = Explorer {
        space,
        labels,
        set: graph.labels.empty(),
        enabled: graph.labels.empty(),
        marks: graph.marks.empty(),
        graph,
        tally: Tally::new(properties),
        decisive: (0..properties).map(|_| None).collect(),
        depth: 0,
        actions: Vec::new(),
        edges: Vec::new(),
    };
    let mut searched = Searched::new(properties);
    if explorer.begin().is_err() {
        searched.stop = Some(Stop::Memory(limits.memory));
    }
    // Where the last level that was gone through begins.
    let mut last = 0;
    // How many states are in whole levels.
    let mut seen = 0;
    loop {
        let depth = searched.levels.len();
        if explorer.graph.len() > limits.states {
            // A level in which the limit is passed does not count.
            explorer.graph.truncate(seen, last);
            searched.stop = Some(Stop::States(limits.states));
            break;
        }
        let found = explorer.graph.len() - seen;
        searched.take(&mut explorer.tally, &mut explorer.decisive);
        if found == 0 {
            break;
        }
        searched.levels.push(found);
        if searched.stop.is_none() {
            if searched.is_settled(space.properties, watch.all_violations()) {
                searched.stop = Some(Stop::Found);
            } else if depth >= limits.depth {
                searched.stop = Some(Stop::Depth(limits.depth));
            }
        }
        if searched.stop.is_some() {
            break;
        }
        explorer.depth = depth + 1;
        (last, seen) = (seen, explorer.graph.len());
        watch.progress.depth = depth;
        watch.progress.level = found;
        watch.levels.push(found);
        searched.stop = explorer.expand_all(last, seen, searched.tally.generated, watch);
        searched.peak = searched.peak.max(explorer.graph.bytes());
    }
    watch.progress.unique = explorer.graph.len();
    watch.progress.expanded = explorer.graph.len();
    watch.levels.clear();
    watch.progress.generated = searched.tally.generated;
    searched.peak = searched.peak.max(explorer.graph.bytes());
    (explorer.graph, searched)
}

impl<M: Model> Explorer<'_, M> {
    fn begin(&mut self) -> Result<(), NoRoom> {
        for state in self.space.model.initial_states() {
            self.tally.generated += 1;
            if self.space.model.is_within_bounds(&state) {
                self.come_to(state, None)?;
            } else {
                self.tally.beyond_bounds += 1;
            }
        }
        Ok(())
    }

    /// Takes every step from the states of a level. Says why it ended before.
    fn expand_all(
        &mut self,
        from: usize,
        to: usize,
        generated: u64,
        watch: &mut Watch<'_, '_>,
    ) -> Option<Stop> {
        let limits = watch.limits();
        for number in from..to {
            watch.progress.unique = self.graph.len();
            watch.progress.expanded = number;
            watch.progress.generated = generated + self.tally.generated;
            watch.progress.memory = self.graph.bytes();
            if let Err(stop) = watch.tick() {
                return Some(stop);
            }
            if self.expand(number as u32).is_err() || self.graph.bytes() > limits.memory {
                return Some(Stop::Memory(limits.memory));
            }
            if self.graph.len() > limits.states {
                return Some(Stop::States(limits.states));
            }
        }
        None
    }

    /// Takes every step from a state.
    fn expand(&mut self, number: u32) -> Result<(), NoRoom> {
        let model = self.space.model;
        let state = self.graph.states.get(number).clone();
        let mut actions = std::mem::take(&mut self.actions);
        actions.clear();
        model.actions(&state, &mut actions);
        self.edges.clear();
        self.enabled.fill(0);
        let mut happened = 0;
        for action in &actions {
            let tally = self.tally.action(model, action);
            tally.offered += 1;
            let Some(next) = model.next(&state, action) else {
                tally.refused += 1;
                continue;
            };
            happened += 1;
            let changes = next != state;
            tally.idle += u64::from(!changes);
            self.labels.write(model, &state, action, &mut self.set);
            sets::add(&mut self.enabled, &self.set);
            let target = if !changes {
                number
            } else if model.is_within_bounds(&next) {
                self.come_to(next, Some(number))?
            } else {
                self.tally.beyond_bounds += 1;
                continue;
            };
            let labels = self.graph.labels.number_of(&self.set);
            self.edges.push(Edge { target, labels });
        }
        self.actions = actions;
        self.tally.count_steps(happened);
        if happened == 0 {
            judge_end(
                self.space,
                &state,
                self.depth - 1,
                &mut self.tally,
                &mut self.decisive,
            );
        }
        if self.graph.add_edges(&mut self.edges, &self.enabled) {
            Ok(())
        } else {
            Err(NoRoom)
        }
    }

    /// The number of a state. One that is new is judged.
    #[inline]
    fn come_to(&mut self, state: M::State, parent: Option<u32>) -> Result<u32, NoRoom> {
        let (number, is_new) = self.graph.add_state(state, parent).ok_or(NoRoom)?;
        if !is_new {
            return Ok(number);
        }
        let state = self.graph.states.get(number);
        judge(
            self.space,
            state,
            self.depth,
            &mut self.tally,
            &mut self.decisive,
        );
        self.marks.fill(0);
        for (property, held) in self.space.properties.iter().zip(0..) {
            if !property.kind().is_liveness() {
                continue;
            }
            for (position, predicate) in property.predicates().into_iter().enumerate() {
                if predicate(self.space.model, state) {
                    self.tally.held[held][position] += 1;
                    sets::insert(&mut self.marks, mark_of(held, position));
                }
            }
        }
        self.graph.mark(number, &self.marks);
        Ok(number)
    }
}
