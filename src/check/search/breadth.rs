//! Level by level: everything at one distance from the initial states before
//! anything further away, so that the first violation is a nearest one.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use std::time::Instant;

use super::expand::{Decisive, Space, Worker};
use super::watch::Teller;
use crate::check::coverage::Tally;
use crate::check::estimate::all_states;
use crate::check::property::Claim;
use crate::check::store::Visited;
use crate::check::{Limits, Model, Progress, Property, Stop};

/// How many states a thread takes on at once. Neighbours lead to the same states, and
/// only the thread that has come to one remembers it.
const PIECE: usize = 2048;

/// After how many states a thread looks up from its work.
const STRIDE: usize = 256;

/// A level of fewer states than this is not worth waking other threads for.
const WORTH_SHARING: usize = 2 * PIECE;

/// What the search is to do.
pub(in crate::check) struct Task<'a> {
    pub(in crate::check) threads: usize,
    pub(in crate::check) limits: Limits,
    /// Whether to go on behind the first violation.
    pub(in crate::check) all_violations: bool,
    pub(in crate::check) started: Instant,
    pub(in crate::check) teller: Teller<'a>,
}

/// What the search has found.
pub(in crate::check) struct Searched<M: Model> {
    pub(in crate::check) tally: Tally<M>,
    pub(in crate::check) levels: Vec<usize>,
    /// For each property a state that decides it.
    pub(in crate::check) decisive: Vec<Option<Decisive<M::State>>>,
    pub(in crate::check) stop: Option<Stop>,
    /// The most bytes that were in use at once.
    pub(in crate::check) peak: usize,
}

/// Goes through the states of a model.
pub(in crate::check) fn breadth_first<M: Model, V: Visited<M::State>>(
    space: &Space<'_, M>,
    visited: &V,
    task: &mut Task<'_>,
) -> Searched<M> {
    let mut searched = Searched::new(space.properties.len());
    let mut workers: Vec<_> = (0..task.threads.max(1))
        .map(|_| Worker::new(space, visited))
        .collect();
    if !workers[0].begin() {
        searched.stop = Some(Stop::Memory(task.limits.memory));
    }
    loop {
        let depth = searched.levels.len();
        if visited.len() > task.limits.states {
            // Which states of a level are seen before the limit is passed is chance:
            // none of them counts.
            searched.stop = Some(Stop::States(task.limits.states));
            return searched;
        }
        let found = visited.len() - searched.levels.iter().sum::<usize>();
        for worker in &mut workers {
            searched.take_from(worker);
            worker.depth = depth + 1;
        }
        if found == 0 {
            return searched;
        }
        searched.levels.push(found);
        if searched.stop.is_none() {
            if searched.is_settled(space.properties, task.all_violations) {
                searched.stop = Some(Stop::Found);
            } else if depth >= task.limits.depth {
                searched.stop = Some(Stop::Depth(task.limits.depth));
            }
        }
        if searched.stop.is_some() {
            return searched;
        }
        let frontier: Vec<_> = workers
            .iter_mut()
            .map(|worker| std::mem::take(&mut worker.fresh))
            .collect();
        let level = Level {
            visited,
            limits: task.limits,
            started: task.started,
            depth,
            states: found,
            seen: searched.levels.iter().sum::<usize>() - found,
            levels: &searched.levels,
            pieces: frontier
                .iter()
                .flat_map(|states| states.chunks(PIECE))
                .collect(),
            next: AtomicUsize::new(0),
            generated: AtomicU64::new(searched.tally.generated),
            stop: OnceLock::new(),
        };
        level.expand(&mut workers, &mut task.teller);
        searched.stop = level.stop.get().copied();
        searched.peak = searched.peak.max(level.memory());
    }
}

impl<M: Model> Searched<M> {
    pub(in crate::check) fn new(properties: usize) -> Self {
        Self {
            tally: Tally::new(properties),
            levels: Vec::new(),
            decisive: (0..properties).map(|_| None).collect(),
            stop: None,
            peak: 0,
        }
    }

    /// Takes what a thread has counted and found in the level that has ended.
    fn take_from<V: Visited<M::State>>(&mut self, worker: &mut Worker<'_, M, V>) {
        self.take(&mut worker.tally, &mut worker.decisive);
        if worker.has_misfit {
            self.stop.get_or_insert(Stop::Misfit);
        }
    }

    /// Takes what was counted and found, and leaves nothing there.
    pub(in crate::check) fn take(
        &mut self,
        tally: &mut Tally<M>,
        decisive: &mut [Option<Decisive<M::State>>],
    ) {
        let empty = Tally::new(self.decisive.len());
        self.tally.add(std::mem::replace(tally, empty));
        for (kept, other) in self.decisive.iter_mut().zip(decisive) {
            Decisive::merge(kept, other.take());
        }
    }

    /// Whether nothing more is to be found out.
    pub(in crate::check) fn is_settled(
        &self,
        properties: &[Property<M>],
        all_violations: bool,
    ) -> bool {
        let mut decided = properties.iter().zip(&self.decisive);
        let is_violated = |(property, state): (&Property<M>, &Option<_>)| {
            state.is_some() && !matches!(property.claim, Claim::Sometimes(_))
        };
        if !all_violations && decided.clone().any(is_violated) {
            return true;
        }
        !properties.is_empty() && decided.all(|(_, state)| state.is_some())
    }
}

/// The states at one distance, as threads share them.
struct Level<'l, S, V> {
    visited: &'l V,
    limits: Limits,
    started: Instant,
    depth: usize,
    states: usize,
    /// How many states are nearer than these.
    seen: usize,
    /// How many states there are at each distance up to this one.
    levels: &'l [usize],
    pieces: Vec<&'l [S]>,
    /// The next piece that nobody has taken on.
    next: AtomicUsize,
    /// Steps taken so far.
    generated: AtomicU64,
    /// Why everybody is to end.
    stop: OnceLock<Stop>,
}

impl<S: Send + Sync, V: Visited<S>> Level<'_, S, V> {
    fn expand<M>(&self, workers: &mut [Worker<'_, M, V>], teller: &mut Teller<'_>)
    where
        M: Model<State = S>,
    {
        let Some((own, others)) = workers.split_first_mut() else {
            return;
        };
        if self.states < WORTH_SHARING {
            return self.work(own, Some(teller));
        }
        std::thread::scope(|scope| {
            for worker in others {
                scope.spawn(|| self.work(worker, None));
            }
            self.work(own, Some(teller));
        });
    }

    /// Takes on one piece after the other until there is none left.
    fn work<M>(&self, worker: &mut Worker<'_, M, V>, mut teller: Option<&mut Teller<'_>>)
    where
        M: Model<State = S>,
    {
        let mut counted = 0;
        let mut strides = [].chunks(STRIDE);
        while self.stop.get().is_none() {
            let Some(stride) = strides.next() else {
                if let Some(piece) = self.pieces.get(self.next.fetch_add(1, Relaxed)) {
                    strides = piece.chunks(STRIDE);
                    continue;
                }
                if !worker.flush() {
                    self.end(Stop::Memory(self.limits.memory));
                }
                return;
            };
            for state in stride {
                if !worker.expand(state) {
                    return self.end(Stop::Memory(self.limits.memory));
                }
            }
            let generated = worker.tally.generated - counted;
            counted += generated;
            self.generated.fetch_add(generated, Relaxed);
            if self.visited.len() > self.limits.states {
                self.end(Stop::States(self.limits.states));
            }
            if self.memory() > self.limits.memory {
                self.end(Stop::Memory(self.limits.memory));
            }
            if let Some(limit) = self.limits.time
                && self.started.elapsed() >= limit
            {
                self.end(Stop::Time(limit));
            }
            if let Some(teller) = &mut teller
                && teller.tell(|| self.progress()).is_break()
            {
                self.end(Stop::Interrupted);
            }
        }
        // What was come to is judged even if the search ends here.
        worker.flush();
    }

    /// Tells everybody to end; of several reasons the first one counts.
    fn end(&self, stop: Stop) {
        self.stop.get_or_init(|| stop);
    }

    fn progress(&self) -> Progress {
        let taken_on = self.next.load(Relaxed).saturating_mul(PIECE);
        Progress {
            unique: self.visited.len(),
            expanded: self.seen + taken_on.min(self.states),
            generated: self.generated.load(Relaxed),
            depth: self.depth,
            level: self.states,
            memory: self.memory(),
            elapsed: self.started.elapsed(),
            walks: None,
            projected: all_states(self.levels, &self.limits),
        }
    }

    /// The bytes of the states that were seen, of this level and of the next.
    fn memory(&self) -> usize {
        let waiting = self.visited.len().saturating_sub(self.seen);
        self.visited.bytes() + waiting * size_of::<S>()
    }
}
