//! How a check is set up and run.

use std::fmt;
use std::num::NonZero;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use super::property::Claim;
use super::search::{
    OnProgress, Searched, Space, Task, breadth_first, depth_first, random_walks, walk_to,
};
use super::shorten::shortened;
use super::store::{Exact, Fingerprint, Keyed, Visited, WideFingerprint};
use super::{
    Completeness, Costs, Counterexample, Ending, Limits, Model, Outcome, Progress, Property,
    Report, Search, Stop, Store, Symmetry, Verdict, liveness,
};

/// Checks a model: breadth first, every state kept, by its number where the model gives
/// numbers, on all cores, until the first violation. [`Check`] has the choices.
#[must_use]
pub fn check<M: Model>(model: &M) -> Report<M> {
    Check::new(model).run()
}

/// A check of a model, to be set up and [run](Check::run).
///
/// # Examples
///
/// ```
/// # use fsmcheck::doctest::counter::Counter;
/// use fsmcheck::check::{Check, Limits, Store};
///
/// // A counter from 0 to 9 that starts again.
/// let model = Counter { below: 10 };
/// let report = Check::new(&model)
///     .store(Store::Fingerprint)
///     .limits(Limits::default().states(1_000))
///     .threads(2)
///     .run();
/// assert!(report.holds());
/// assert_eq!((report.unique(), report.depth()), (10, 9));
/// ```
#[must_use = "a check does nothing until `run` is called"]
pub struct Check<'m, M: Model> {
    model: &'m M,
    store: Store,
    search: Search,
    limits: Limits,
    threads: usize,
    all_violations: bool,
    is_symmetric: bool,
    on_progress: Box<OnProgress<'m>>,
}

impl<'m, M: Model> Check<'m, M> {
    /// A check with the choices that [`check`] makes.
    pub fn new(model: &'m M) -> Self {
        Self {
            model,
            store: Store::default(),
            search: Search::BreadthFirst,
            limits: Limits::default(),
            threads: std::thread::available_parallelism().map_or(1, NonZero::get),
            all_violations: false,
            is_symmetric: false,
            on_progress: Box::new(|_| ControlFlow::Continue(())),
        }
    }

    /// What is kept of the states. Liveness takes the states themselves, whatever is
    /// said here; the report tells.
    pub fn store(self, store: Store) -> Self {
        Self { store, ..self }
    }

    /// In which order the states are gone through.
    pub fn search(self, search: Search) -> Self {
        Self { search, ..self }
    }

    /// How far it goes.
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// How many threads take part, at least one. The answer does not depend on it.
    /// Liveness is judged by one.
    pub fn threads(self, threads: usize) -> Self {
        Self {
            threads: threads.max(1),
            ..self
        }
    }

    /// Goes on behind the first violation, until every property is decided. Every
    /// liveness property is judged in any case, on all that was explored.
    pub fn all_violations(self) -> Self {
        Self {
            all_violations: true,
            ..self
        }
    }

    /// Looks at one state of all that are like each other, by their
    /// [canonical form](Model::canonical). Where liveness is judged, this is set aside:
    /// what is fair to a component is not fair to one that takes its place in turn.
    pub fn symmetric(self) -> Self {
        Self {
            is_symmetric: true,
            ..self
        }
    }

    /// Tells about ten times a second how far it is, and ends the check when the
    /// answer is a break.
    pub fn on_progress(self, on_progress: impl FnMut(&Progress) -> ControlFlow<()> + 'm) -> Self {
        Self {
            on_progress: Box::new(on_progress),
            ..self
        }
    }

    /// Runs the check.
    #[must_use]
    pub fn run(self) -> Report<M> {
        let properties = self.model.properties();
        self.run_for(&properties)
    }

    /// Runs the check for these properties in place of the model's.
    pub(super) fn run_for(self, properties: &[Property<M>]) -> Report<M> {
        let is_sampling = matches!(self.search, Search::RandomWalks { .. });
        let is_live = |property: &Property<M>| property.kind().is_liveness();
        if properties.iter().any(is_live) && !is_sampling {
            return self.run_on_graph(properties);
        }
        let memory = self.limits.memory;
        match self.store {
            Store::Numbers => match self.numbers() {
                Some(size) => self.run_in(properties, |threads, has_links| {
                    Keyed::by_number(size, threads, has_links, memory)
                }),
                None => self.store(Store::Exact).run_for(properties),
            },
            Store::Exact => self.run_in(properties, |threads, has_links| {
                Exact::new(threads, has_links, memory)
            }),
            Store::Fingerprint => self.run_in(properties, |threads, has_links| {
                Keyed::new(Fingerprint, threads, has_links, memory)
            }),
            Store::WideFingerprint => self.run_in(properties, |threads, has_links| {
                Keyed::new(WideFingerprint, threads, has_links, memory)
            }),
        }
    }

    /// How many numbers there are for states, none at all if already the first state does
    /// not fit. `None` when the model has no numbers.
    fn numbers(&self) -> Option<u64> {
        let initial = self.model.initial_states();
        let number = self.model.number(initial.first()?)?;
        Some(number.size().unwrap_or(0))
    }

    /// Runs the check with sets of seen states that are made for so many threads, with or
    /// without links.
    fn run_in<V: Visited<M::State>>(
        self,
        properties: &[Property<M>],
        new: impl Fn(usize, bool) -> V,
    ) -> Report<M> {
        match self.search {
            Search::BreadthFirst => self.run_by_levels(properties, new),
            _ => self.run_along_walks(properties, &new(1, false)),
        }
    }

    /// Goes along one walk after the other, by one thread.
    fn run_along_walks<V: Visited<M::State>>(
        mut self,
        properties: &[Property<M>],
        visited: &V,
    ) -> Report<M> {
        let started = Instant::now();
        let space = Space {
            model: self.model,
            properties,
            is_symmetric: self.is_symmetric,
        };
        let mut task = Task {
            threads: 1,
            limits: self.limits,
            all_violations: self.all_violations,
            started,
            on_progress: &mut *self.on_progress,
        };
        let (searched, walks) = match self.search {
            Search::RandomWalks { seed, walks, steps } => {
                random_walks(&space, visited, &mut task, (seed, walks, steps))
            }
            _ => depth_first(&space, visited, &mut task),
        };
        let search = started.elapsed();
        let verdicts = properties
            .iter()
            .zip(walks)
            .map(|(property, walk)| {
                let is_decided = walk.is_some();
                let walk = walk
                    .filter(|_| !matches!(property.claim, Claim::Sometimes(_)))
                    .map(|walk| {
                        shortened(self.model, walk, |state| space.is_broken(property, state))
                    })
                    .map(|walk| Counterexample::new(self.model, property, walk, Ending::Broken));
                Verdict::of_states(property, is_decided, walk, searched.stop)
            })
            .collect();
        let costs = Costs {
            search,
            traces: started.elapsed() - search,
            store: visited.bytes(),
            peak: searched.peak.max(visited.bytes()),
            threads: 1,
        };
        let symmetry = self.symmetry();
        report(&space, searched, verdicts, self.store, symmetry, costs)
    }

    fn symmetry(&self) -> Symmetry {
        if self.is_symmetric {
            Symmetry::Used
        } else {
            Symmetry::Off
        }
    }

    /// Judges whole runs, which takes every state and every step: by one thread, and
    /// states are kept whatever the store.
    fn run_on_graph(mut self, properties: &[Property<M>]) -> Report<M> {
        let started = Instant::now();
        let space = Space {
            model: self.model,
            properties,
            is_symmetric: false,
        };
        let mut task = Task {
            threads: 1,
            limits: self.limits,
            all_violations: self.all_violations,
            started,
            on_progress: &mut *self.on_progress,
        };
        let judged = liveness::judge(&space, &mut task);
        let costs = Costs {
            search: started.elapsed(),
            traces: Duration::ZERO,
            store: judged.bytes,
            peak: judged.searched.peak.max(judged.bytes),
            threads: 1,
        };
        report(
            &space,
            judged.searched,
            judged.verdicts,
            Store::Exact,
            if self.is_symmetric {
                Symmetry::SetAside
            } else {
                Symmetry::Off
            },
            costs,
        )
    }

    fn run_by_levels<V: Visited<M::State>>(
        mut self,
        properties: &[Property<M>],
        new: impl Fn(usize, bool) -> V,
    ) -> Report<M> {
        let started = Instant::now();
        let space = Space {
            model: self.model,
            properties,
            is_symmetric: self.is_symmetric,
        };
        // Links are left to a second search, by one thread and only as far as need be:
        // they take time and room, most checks find nothing, and which of several
        // threads comes to a state first is chance, and so would be the walk to it.
        let visited = new(self.threads, false);
        let mut task = Task {
            threads: self.threads,
            limits: self.limits,
            all_violations: self.all_violations,
            started,
            on_progress: &mut *self.on_progress,
        };
        let searched = breadth_first(&space, &visited, &mut task);
        let search = started.elapsed();
        let bytes = visited.bytes();

        let violated = |property: &Property<M>| !matches!(property.claim, Claim::Sometimes(_));
        let farthest = properties
            .iter()
            .zip(&searched.decisive)
            .filter_map(|(property, state)| state.as_ref().filter(|_| violated(property)))
            .map(|state| state.depth)
            .max();
        let visited = match farthest {
            Some(depth) => {
                drop(visited);
                retrace(&space, depth, new(1, true), &mut task)
            }
            None => visited,
        };
        let verdicts = properties
            .iter()
            .zip(&searched.decisive)
            .map(|(property, state)| {
                let walk = state
                    .as_ref()
                    .filter(|_| violated(property))
                    .and_then(|state| walk_to(&space, &visited, state))
                    .map(|walk| Counterexample::new(self.model, property, walk, Ending::Broken))
                    .map(Counterexample::shortest);
                Verdict::of_states(property, state.is_some(), walk, searched.stop)
            })
            .collect();
        let costs = Costs {
            search,
            traces: started.elapsed() - search,
            store: bytes,
            peak: searched.peak.max(bytes),
            threads: self.threads,
        };
        let symmetry = self.symmetry();
        report(&space, searched, verdicts, self.store, symmetry, costs)
    }
}

fn report<M: Model>(
    space: &Space<'_, M>,
    searched: Searched<M>,
    verdicts: Vec<Verdict<M>>,
    store: Store,
    symmetry: Symmetry,
    costs: Costs,
) -> Report<M> {
    Report {
        verdicts,
        completeness: match searched.stop {
            None => Completeness::Exhaustive,
            Some(stop) => Completeness::Bounded(stop),
        },
        store,
        symmetry,
        generated: searched.tally.generated,
        coverage: searched
            .tally
            .coverage(space.model, space.properties, searched.levels),
        costs,
    }
}

/// The states up to a distance once more, by one thread and with links.
fn retrace<M: Model, V: Visited<M::State>>(
    space: &Space<'_, M>,
    depth: usize,
    visited: V,
    task: &mut Task<'_>,
) -> V {
    let space = Space {
        properties: &[],
        ..*space
    };
    task.threads = 1;
    task.limits = Limits {
        depth,
        ..Limits::default()
    };
    breadth_first(&space, &visited, task);
    visited
}

impl<M: Model> Verdict<M> {
    /// What is said of a property of single states.
    pub(super) fn of_states(
        property: &Property<M>,
        is_decided: bool,
        counterexample: Option<Counterexample<M>>,
        stop: Option<Stop>,
    ) -> Self {
        let is_sometimes = matches!(property.claim, Claim::Sometimes(_));
        let outcome = match (is_decided, stop) {
            (true, _) if is_sometimes => Outcome::Holds,
            (true, _) => Outcome::Violated(counterexample),
            (false, Some(stop)) => Outcome::Undecided(stop),
            (false, None) if is_sometimes => Outcome::Violated(None),
            (false, None) => Outcome::Holds,
        };
        Self {
            property: property.name().to_owned(),
            kind: property.kind(),
            fairness: None,
            outcome,
        }
    }
}

impl<M: Model> fmt::Debug for Check<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check")
            .field("store", &self.store)
            .field("search", &self.search)
            .field("limits", &self.limits)
            .field("threads", &self.threads)
            .field("all_violations", &self.all_violations)
            .field("is_symmetric", &self.is_symmetric)
            .finish_non_exhaustive()
    }
}
