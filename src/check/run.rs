//! How a check is set up and run.

use std::fmt;
use std::io;
use std::num::NonZero;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use super::property::Claim;
use super::search::{
    Begin, Disk, Initially, Keeper, Measure, OnProgress, Outside, Searched, Space, Spill, Task,
    Teller, breadth_first, depth_first, iterative_deepening, random_walks, walk_to,
};
use super::shorten::shortened;
use super::store::{Exact, Fingerprint, Keyed, Seen, Visited, WideFingerprint};
use super::{
    Completeness, Costs, Counterexample, Ending, Limits, Model, Outcome, Progress, Property,
    Report, Search, Stop, Store, Symmetry, Verdict, liveness,
};

/// The part of the memory limit that is for states that wait, if others go to disk.
const WAITING_SHARE: usize = 8;

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
    pub(super) model: &'m M,
    store: Store,
    search: Search,
    limits: Limits,
    threads: usize,
    all_violations: bool,
    is_symmetric: bool,
    on_progress: Box<OnProgress<'m>>,
    measure: Option<Box<Measure<'m>>>,
    pub(super) disk: Option<Box<dyn Disk<M::State>>>,
    pub(super) keeper: Option<Box<dyn Keeper<M>>>,
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
            measure: None,
            disk: None,
            keeper: None,
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

    /// Has the memory in use measured about ten times a second, in bytes, and ends the check
    /// when it is more than [`Limits::memory`]. What states own on the heap is not counted
    /// without it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use fsmcheck::doctest::counter::Counter;
    /// use fsmcheck::check::{Check, Completeness, Limits, Stop, Store};
    ///
    /// // What the allocator or the operating system would say.
    /// let in_use = || 5_000_000_000;
    /// let report = Check::new(&Counter { below: u32::MAX })
    ///     .store(Store::Fingerprint)
    ///     .limits(Limits::default().memory(4_000_000_000))
    ///     .measure_memory(in_use)
    ///     .run();
    /// let too_much = Completeness::Bounded(Stop::Memory(4_000_000_000));
    /// assert_eq!(report.completeness(), too_much);
    /// ```
    pub fn measure_memory(self, in_use: impl FnMut() -> usize + 'm) -> Self {
        Self {
            measure: Some(Box::new(in_use)),
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
    ///
    /// # Examples
    ///
    /// ```
    /// # use fsmcheck::doctest::counter::Counter;
    /// use fsmcheck::check::{Check, Property};
    ///
    /// let model = Counter { below: 10 };
    /// let five = Property::<Counter>::sometimes("it comes to five", |_, state| *state == 5);
    /// assert!(Check::new(&model).run_for(&[five]).holds());
    /// ```
    #[must_use]
    pub fn run_for(self, properties: &[Property<M>]) -> Report<M> {
        let Ok(report) = self.run_from(Initially, properties);
        report
    }

    /// Runs the check from where it is to begin.
    pub(super) fn run_from<B: Begin<M>>(
        mut self,
        begin: B,
        properties: &[Property<M>],
    ) -> Result<Report<M>, B::Error> {
        let is_sampling = matches!(self.search, Search::RandomWalks { .. });
        let is_live = |property: &Property<M>| property.kind().is_liveness();
        let is_live = properties.iter().any(is_live) && !is_sampling;
        if is_live {
            self.search = Search::BreadthFirst;
        }
        let is_by_level = !is_live && self.search == Search::BreadthFirst;
        if !is_by_level {
            begin.refuse_others()?;
            self.threads = 1;
        }
        let numbers = numbers(self.model);
        if is_live || self.store == Store::Numbers && numbers.is_none() {
            self.store = Store::Exact;
        }
        let spill = self.disk.as_deref().map(|disk| Spill {
            disk,
            share: self.limits.memory / WAITING_SHARE,
        });
        let memory = self.limits.memory - spill.map_or(0, |spill| spill.share);
        let measure = self.measure.as_mut();
        let measure = measure.map(|measure| &mut **measure as &mut Measure<'_>);
        let run = Run {
            space: Space {
                model: self.model,
                properties,
                is_symmetric: self.is_symmetric && !is_live,
            },
            search: self.search,
            store: self.store,
            symmetry: match (self.is_symmetric, is_live) {
                (false, _) => Symmetry::Off,
                (true, false) => Symmetry::Used,
                (true, true) => Symmetry::SetAside,
            },
            task: Task {
                threads: self.threads,
                limits: self.limits,
                all_violations: self.all_violations,
                started: Instant::now(),
                before: Duration::ZERO,
                teller: Teller::new(&mut *self.on_progress, measure, numbers),
            },
            outside: Outside {
                spill,
                keeper: self.keeper.as_deref_mut(),
            },
        };
        match (self.store, numbers) {
            _ if !is_by_level && run.outside.keeper.is_some() => Ok(run.refuse_to_keep()),
            _ if is_live => Ok(run.on_graph()),
            (Store::Numbers, Some(size)) => run.with(begin, |threads, links| {
                Keyed::by_number(size, threads, links, memory)
            }),
            (Store::Numbers, None) | (Store::Exact, _) => {
                run.with(begin, |threads, links| Exact::new(threads, links, memory))
            }
            (Store::Fingerprint, _) => run.with(begin, |threads, links| {
                Keyed::new(Fingerprint, threads, links, memory)
            }),
            (Store::WideFingerprint, _) => run.with(begin, |threads, links| {
                Keyed::new(WideFingerprint, threads, links, memory)
            }),
        }
    }
}

/// How many numbers there are for states, none at all if already the first state does
/// not fit. `None` when the model has no numbers.
fn numbers<M: Model>(model: &M) -> Option<u64> {
    let initial = model.initial_states();
    let number = model.number(initial.first()?)?;
    Some(number.size().unwrap_or(0))
}

/// A check as it runs.
struct Run<'r, M: Model> {
    space: Space<'r, M>,
    search: Search,
    store: Store,
    symmetry: Symmetry,
    task: Task<'r>,
    outside: Outside<'r, M>,
}

impl<M: Model> Run<'_, M> {
    /// Goes through the states, with sets of seen ones that are made for so many threads,
    /// with or without links.
    fn with<V: Visited<M::State>, B: Begin<M>>(
        self,
        begin: B,
        new: impl Fn(usize, bool) -> V,
    ) -> Result<Report<M>, B::Error> {
        match self.search {
            Search::BreadthFirst => self.by_level(begin, new),
            _ => Ok(self.along_walks(&new(1, false))),
        }
    }

    /// Nothing is looked at where what was asked for cannot be kept.
    fn refuse_to_keep(self) -> Report<M> {
        let properties = self.space.properties;
        let mut searched = Searched::new(properties.len());
        searched.fail(io::Error::new(
            io::ErrorKind::Unsupported,
            "there are no checkpoints where liveness is judged or the search is not breadth first",
        ));
        let undecided = |property| Verdict::of_states(property, false, None, searched.stop);
        let verdicts = properties.iter().map(undecided).collect();
        self.report(searched, verdicts, (Duration::ZERO, Duration::ZERO), 0)
    }

    /// Goes along one walk after the other, by one thread.
    fn along_walks(mut self, visited: &dyn Seen<M>) -> Report<M> {
        let (space, task) = (&self.space, &mut self.task);
        let (searched, walks) = match self.search {
            Search::RandomWalks { seed, walks, steps } => {
                random_walks(space, visited, task, (seed, walks, steps))
            }
            Search::IterativeDeepening => iterative_deepening(space, visited, task),
            _ => depth_first(space, visited, task),
        };
        let search = task.started.elapsed();
        let are_nearest = self.search == Search::IterativeDeepening;
        let verdicts = space
            .properties
            .iter()
            .zip(walks)
            .map(|(property, walk)| {
                let is_decided = walk.is_some();
                let walk = walk.filter(|_| !matches!(property.claim, Claim::Sometimes(_)));
                let walk = walk.map(|walk| {
                    if are_nearest {
                        return Counterexample::new(space.model, property, walk, Ending::Broken)
                            .shortest();
                    }
                    let is_broken = |state: &M::State| space.is_broken(property, state);
                    let walk = shortened(space.model, walk, is_broken);
                    Counterexample::new(space.model, property, walk, Ending::Broken)
                });
                Verdict::of_states(property, is_decided, walk, searched.stop)
            })
            .collect();
        let times = (search, task.started.elapsed() - search);
        self.report(searched, verdicts, times, visited.bytes())
    }

    /// Judges whole runs, which takes every state and every step: by one thread, and
    /// states are kept whatever the store.
    fn on_graph(mut self) -> Report<M> {
        let judged = liveness::judge(&self.space, &mut self.task);
        let search = self.task.started.elapsed();
        let times = (search, Duration::ZERO);
        self.report(judged.searched, judged.verdicts, times, judged.bytes)
    }

    fn by_level<V: Visited<M::State>, B: Begin<M>>(
        mut self,
        begin: B,
        new: impl Fn(usize, bool) -> V,
    ) -> Result<Report<M>, B::Error> {
        let (space, task) = (&self.space, &mut self.task);
        let (threads, spill) = (task.threads, self.outside.spill);
        let outside = Outside {
            spill,
            keeper: self.outside.keeper.take(),
        };
        // Links are left to a second search, by one thread and only as far as need be:
        // they take time and room, most checks find nothing, and which of several
        // threads comes to a state first is chance, and so would be the walk to it.
        let visited = new(threads, false);
        let searched = breadth_first(space, &visited, begin, task, outside)?;
        let search = task.started.elapsed();
        let bytes = visited.bytes();

        let violated = |property: &Property<M>| !matches!(property.claim, Claim::Sometimes(_));
        let properties = space.properties.iter().zip(&searched.decisive);
        let farthest = properties
            .clone()
            .filter_map(|(property, state)| state.as_ref().filter(|_| violated(property)))
            .map(|state| state.depth)
            .max();
        let visited = match farthest {
            Some(depth) => {
                drop(visited);
                retrace(space, depth, new(1, true), task, spill)
            }
            None => visited,
        };
        let verdicts = properties
            .map(|(property, state)| {
                let walk = state
                    .as_ref()
                    .filter(|_| violated(property))
                    .and_then(|state| walk_to(space, &visited, state))
                    .map(|walk| Counterexample::new(space.model, property, walk, Ending::Broken))
                    .map(|found| {
                        // A shorter way may be among the interleavings that were left out.
                        if space.model.is_reduced() {
                            found
                        } else {
                            found.shortest()
                        }
                    });
                Verdict::of_states(property, state.is_some(), walk, searched.stop)
            })
            .collect();
        task.threads = threads;
        let times = (task.before + search, task.started.elapsed() - search);
        Ok(self.report(searched, verdicts, times, bytes))
    }

    /// What has come of it: the time for the search and for traces, the bytes of the set
    /// of states at the end.
    fn report(
        self,
        searched: Searched<M>,
        verdicts: Vec<Verdict<M>>,
        (search, traces): (Duration, Duration),
        bytes: usize,
    ) -> Report<M> {
        let Self { space, task, .. } = self;
        let tally = searched.tally;
        Report {
            verdicts,
            completeness: match searched.stop {
                None => Completeness::Exhaustive,
                Some(stop) => Completeness::Bounded(stop),
            },
            search: self.search,
            store: self.store,
            symmetry: self.symmetry,
            is_reduced: space.model.is_reduced(),
            generated: tally.generated,
            coverage: tally.coverage(space.model, space.properties, searched.levels),
            costs: Costs {
                search,
                traces,
                store: bytes,
                peak: searched.peak.max(bytes).max(task.teller.peak),
                threads: task.threads,
            },
            failure: searched.failure.map(|error| error.to_string()),
        }
    }
}

/// The states up to a distance once more, by one thread and with links.
fn retrace<M: Model, V: Visited<M::State>>(
    space: &Space<'_, M>,
    depth: usize,
    visited: V,
    task: &mut Task<'_>,
    spill: Option<Spill<'_, M::State>>,
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
    let keeper = None;
    let Ok(_) = breadth_first(&space, &visited, Initially, task, Outside { spill, keeper });
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
            .field("spills", &self.disk.is_some())
            .field("is_kept", &self.keeper.is_some())
            .finish_non_exhaustive()
    }
}
