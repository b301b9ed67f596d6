//! The states at one distance, as threads share them.

use std::io;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use super::expand::Worker;
use super::teller::Teller;
use super::waiting::{PIECE, Room, Waiting};
use crate::check::estimate::all_states;
use crate::check::store::Visited;
use crate::check::{Limits, Model, Progress, Stop};

/// After how many states a thread looks up from its work.
const STRIDE: usize = 256;

/// A level of fewer states than this is not worth waking other threads for.
const WORTH_SHARING: usize = 2 * PIECE;

/// The states at one distance, as threads share them.
pub(super) struct Level<'l, S, V> {
    pub(super) visited: &'l V,
    pub(super) limits: Limits,
    pub(super) started: Instant,
    /// How long it took before that.
    pub(super) before: Duration,
    /// How many states there are at each distance up to this one.
    pub(super) levels: &'l [usize],
    pub(super) room: &'l Room<'l, S>,
    /// Those that nobody has taken on.
    pub(super) waiting: &'l Waiting<'l, S>,
    /// The states at the next distance.
    pub(super) next: &'l Waiting<'l, S>,
    /// The most bytes that were in use at once.
    pub(super) peak: AtomicUsize,
    /// Steps taken so far.
    pub(super) generated: AtomicU64,
    /// When everybody is to pause.
    pub(super) due: Option<Instant>,
    pub(super) is_paused: AtomicBool,
    /// Why everybody is to end.
    pub(super) stop: OnceLock<Stop>,
    /// What went wrong with the disk.
    pub(super) failure: OnceLock<io::Error>,
    /// Whether states that were come to were lost, for lack of room.
    pub(super) is_torn: AtomicBool,
}

impl<S: Send + Sync, V: Visited<S>> Level<'_, S, V> {
    /// Takes every step from every state that waits, with all threads, until it is time
    /// to pause.
    pub(super) fn expand<M>(&self, workers: &mut [Worker<'_, M, V>], teller: &mut Teller<'_>)
    where
        M: Model<State = S>,
    {
        let Some((own, others)) = workers.split_first_mut() else {
            return;
        };
        if self.states() < WORTH_SHARING {
            return self.work(own, Some(teller));
        }
        std::thread::scope(|scope| {
            for worker in others {
                scope.spawn(|| self.work(worker, None));
            }
            self.work(own, Some(teller));
        });
    }

    fn work<M>(&self, worker: &mut Worker<'_, M, V>, teller: Option<&mut Teller<'_>>)
    where
        M: Model<State = S>,
    {
        if let Err(error) = self.work_through(worker, teller) {
            self.is_torn.store(true, Relaxed);
            self.end(Stop::Disk(error.kind()));
            self.failure.get_or_init(|| error);
        }
    }

    /// Takes on one piece after the other until there is none left.
    fn work_through<M>(
        &self,
        worker: &mut Worker<'_, M, V>,
        mut teller: Option<&mut Teller<'_>>,
    ) -> io::Result<()>
    where
        M: Model<State = S>,
    {
        while self.goes_on()
            && let Some(mut piece) = self.waiting.pop()?
        {
            let mut done = 0;
            while self.goes_on() && done < piece.len() {
                let end = piece.len().min(done + STRIDE);
                self.have(worker, |worker| {
                    let mut states = piece[done..end].iter();
                    states.all(|state| worker.expand(state))
                });
                done = end;
                worker.fresh.hand_over_full(self.next)?;
                self.look_at_limits();
                if let Some(teller) = &mut teller {
                    self.look_at_clock(teller);
                }
            }
            if done < piece.len() {
                piece.drain(..done);
                self.waiting.put_back(piece);
            } else {
                self.room.free(piece);
            }
        }
        // What was come to is judged even if the search ends here.
        self.have(worker, |worker| worker.flush());
        worker.fresh.hand_over(self.next)
    }

    /// Has a thread do something for which there may be no room, and counts what that
    /// led to.
    fn have<M>(
        &self,
        worker: &mut Worker<'_, M, V>,
        act: impl FnOnce(&mut Worker<'_, M, V>) -> bool,
    ) where
        M: Model<State = S>,
    {
        let (bytes, generated) = (worker.fresh.bytes(), worker.tally.generated);
        let had_room = act(worker);
        self.room.add(worker.fresh.bytes() - bytes);
        self.generated
            .fetch_add(worker.tally.generated - generated, Relaxed);
        let memory = self.memory();
        self.peak.fetch_max(memory, Relaxed);
        if !had_room {
            self.is_torn.store(true, Relaxed);
        }
        if !had_room || memory > self.limits.memory {
            self.end(Stop::Memory(self.limits.memory));
        }
    }

    fn look_at_limits(&self) {
        if self.visited.len() > self.limits.states {
            self.end(Stop::States(self.limits.states));
        }
        if let Some(limit) = self.limits.time
            && self.started.elapsed() >= limit
        {
            self.end(Stop::Time(limit));
        }
    }

    fn look_at_clock(&self, teller: &mut Teller<'_>) {
        if let Err(stop) = teller.tell(&self.limits, || self.progress()) {
            self.end(stop);
        }
        if self.due.is_some_and(|due| Instant::now() >= due) {
            self.is_paused.store(true, Relaxed);
        }
    }

    fn goes_on(&self) -> bool {
        self.stop.get().is_none() && !self.is_paused.load(Relaxed)
    }

    /// Tells everybody to end; of several reasons the first one counts.
    fn end(&self, stop: Stop) {
        self.stop.get_or_init(|| stop);
    }

    /// How many states there are at this distance.
    fn states(&self) -> usize {
        self.levels.last().copied().unwrap_or(0)
    }

    fn progress(&self) -> Progress {
        let states = self.levels.iter().sum::<usize>();
        Progress {
            unique: self.visited.len(),
            expanded: states.saturating_sub(self.waiting.states()),
            generated: self.generated.load(Relaxed),
            depth: self.levels.len().saturating_sub(1),
            level: self.states(),
            memory: self.memory(),
            elapsed: self.before + self.started.elapsed(),
            projected: all_states(self.levels, &self.limits),
            ..Progress::default()
        }
    }

    /// The bytes of the states that were seen and of those that wait.
    fn memory(&self) -> usize {
        self.visited.bytes() + self.room.bytes()
    }
}
