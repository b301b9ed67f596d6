//! A run that breaks a property: the way to a cycle, and once round it.

use super::breach::Breach;
use super::components::Regions;
use super::fair::{Seen, fair_regions, is_fair};
use super::graph::Edge;
use super::sets;
use super::tails::Tails;
use crate::check::search::Watch;
use crate::check::{Ending, Stop};

/// A run by its states.
pub(super) struct Lasso {
    pub(super) states: Vec<u32>,
    /// The edges of the cycle; those before it are any.
    pub(super) cycle: Vec<Edge>,
    pub(super) ending: Ending,
}

/// A short run that breaks the property, if there is one.
pub(super) fn find<S: Eq>(
    breach: &Breach<'_, S>,
    levels: &[usize],
    watch: &mut Watch<'_, '_>,
) -> Result<Option<Lasso>, Stop> {
    let tails = Tails::new(breach, levels, watch)?;
    let lasso = |state, cycle: Vec<Edge>, ending| {
        let mut states = tails.way_to(breach, state);
        states.extend(cycle.iter().map(|edge| edge.target));
        Lasso {
            states,
            cycle,
            ending,
        }
    };
    if let Some(state) = tails.broken {
        return Ok(Some(lasso(state, Vec::new(), Ending::Broken)));
    }
    let regions = fair_regions(breach, &tails, watch)?;
    for state in tails.states.iter().copied() {
        if breach.stops(state) {
            return Ok(Some(lasso(state, Vec::new(), Ending::Stops)));
        }
        if is_fair(&regions, state) {
            let cycle = Round::new(breach, &regions, state).close(watch)?;
            let stem = tails.way_to(breach, state).len() - 1;
            return Ok(Some(lasso(state, cycle, Ending::RepeatsFrom(stem))));
        }
    }
    Ok(None)
}

/// A way round a region, from a state back to it, that becomes longer until a run
/// that repeats it is fair.
struct Round<'r, S> {
    breach: &'r Breach<'r, S>,
    regions: &'r Regions,
    start: u32,
    way: Vec<Edge>,
    search: Search,
}

impl<'r, S: Eq> Round<'r, S> {
    fn new(breach: &'r Breach<'r, S>, regions: &'r Regions, start: u32) -> Self {
        Self {
            breach,
            regions,
            start,
            way: Vec::new(),
            search: Search::new(breach.graph.len()),
        }
    }

    /// Goes to what is nearest of all that fairness still asks for, as long as the
    /// shortest way back to the start does not come across it anyway.
    ///
    /// Each time one constraint more is met for good, so it ends.
    fn close(mut self, watch: &mut Watch<'_, '_>) -> Result<Vec<Edge>, Stop> {
        loop {
            let way_back = if self.way.is_empty() || self.end() != self.start {
                let start = self.start;
                self.shortest(watch, |edge| edge.target == start)?
            } else {
                Vec::new()
            };
            let seen = self.seen(&way_back);
            let weak = seen.unmet_weak(self.breach);
            let strong = seen.unmet_strong(self.breach);
            let graph = self.breach.graph;
            let detour = self.shortest(watch, |edge| {
                let labels = graph.labels.get(edge.labels);
                sets::meet(labels, &weak)
                    || sets::meet(labels, &strong)
                    || sets::exceeds(&weak, graph.enabled(edge.target))
            })?;
            if detour.is_empty() {
                self.way.extend(way_back);
                return Ok(self.way);
            }
            self.way.extend(detour);
        }
    }

    fn end(&self) -> u32 {
        self.way.last().map_or(self.start, |edge| edge.target)
    }

    fn seen(&self, way_back: &[Edge]) -> Seen {
        let graph = self.breach.graph;
        let mut seen = Seen::new(self.breach);
        for edge in self.way.iter().chain(way_back) {
            seen.take(graph.labels.get(edge.labels));
            seen.see(graph.enabled(edge.target));
        }
        seen
    }

    /// A shortest way from the end that stays in the region, its last edge being one
    /// that is looked for. Empty when there is none.
    fn shortest(
        &mut self,
        watch: &mut Watch<'_, '_>,
        is_goal: impl Fn(Edge) -> bool,
    ) -> Result<Vec<Edge>, Stop> {
        let from = self.end();
        let region = self.regions.of(self.start);
        self.search.begin(from);
        let mut next = 0;
        while let Some(state) = self.search.reached.get(next).copied() {
            watch.tick()?;
            next += 1;
            for edge in self.breach.graph.edges(state).iter().copied() {
                if !self.breach.takes(edge) || self.regions.of(edge.target) != region {
                    continue;
                }
                if is_goal(edge) {
                    return Ok(self.search.way(from, state, edge));
                }
                self.search.reach(state, edge);
            }
        }
        Ok(Vec::new())
    }
}

/// What a breadth-first search has reached.
struct Search {
    /// For each state the one before it and the labels of the edge between them.
    by: Vec<(u32, u32)>,
    reached: Vec<u32>,
}

/// Marks a state that was not reached.
const NOT_REACHED: (u32, u32) = (u32::MAX, u32::MAX);

impl Search {
    fn new(states: usize) -> Self {
        Self {
            by: vec![NOT_REACHED; states],
            reached: Vec::new(),
        }
    }

    fn begin(&mut self, from: u32) {
        for state in self.reached.drain(..) {
            self.by[state as usize] = NOT_REACHED;
        }
        self.by[from as usize] = (from, 0);
        self.reached.push(from);
    }

    fn reach(&mut self, before: u32, edge: Edge) {
        let by = &mut self.by[edge.target as usize];
        if *by == NOT_REACHED {
            *by = (before, edge.labels);
            self.reached.push(edge.target);
        }
    }

    /// The edges to a state, and one more.
    fn way(&self, from: u32, state: u32, last: Edge) -> Vec<Edge> {
        let mut way = vec![last];
        let mut target = state;
        while target != from {
            let (before, labels) = self.by[target as usize];
            way.push(Edge { target, labels });
            target = before;
        }
        way.reverse();
        way
    }
}
