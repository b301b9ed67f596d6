//! Level by level: everything at one distance from the initial states before
//! anything further away, so that the first violation is a nearest one.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};

use super::expand::{Space, Worker};
use super::level::Level;
use super::moment::{Begin, Distance, Keeper, Moment, Resumed};
use super::searched::Searched;
use super::spill::Spill;
use super::task::Task;
use super::waiting::{Room, Waiting};
use crate::check::store::Visited;
use crate::check::{Model, Stop};

/// What a search leaves to the disk.
pub(in crate::check) struct Outside<'d, M: Model> {
    pub(in crate::check) spill: Option<Spill<'d, M::State>>,
    pub(in crate::check) keeper: Option<&'d mut (dyn Keeper<M> + 'static)>,
}

/// Goes through the states of a model.
///
/// # Errors
///
/// When it cannot begin where it is to begin.
pub(in crate::check) fn breadth_first<M: Model, V: Visited<M::State>, B: Begin<M>>(
    space: &Space<'_, M>,
    visited: &V,
    begin: B,
    task: &mut Task<'_>,
    outside: Outside<'_, M>,
) -> Result<Searched<M>, B::Error> {
    let room = Room::new(outside.spill);
    let (waiting, next) = (Waiting::new(&room), Waiting::new(&room));
    let resumed = begin.begin(space, visited, &mut |at, piece| match at {
        Distance::Last => waiting.take_in(piece),
        Distance::Next => next.take_in(piece),
    })?;
    let mut search = BreadthFirst {
        space,
        visited,
        keeper: outside.keeper,
        workers: (0..task.threads.max(1))
            .map(|_| Worker::new(space, visited))
            .collect(),
        searched: Searched::new(space.properties.len()),
        states: 0,
        task,
    };
    let is_resumed = resumed.is_some();
    let keeper = search.keeper.as_mut();
    match (keeper.map(|keeper| keeper.begin(is_resumed)), resumed) {
        // What cannot be kept now could not be kept later, after much work.
        (Some(Err(error)), _) => search.searched.fail(error),
        (_, Some(resumed)) => search.resume(resumed),
        (_, None) => search.begin(&room, &next),
    }
    search.run(&room, waiting, next);
    if let (None | Some(Stop::Found | Stop::Misfit), Some(keeper)) =
        (search.searched.stop, &mut search.keeper)
    {
        keeper.finish();
    }
    Ok(search.searched)
}

/// A search under way.
struct BreadthFirst<'b, 'a, 'k, M: Model, V: Visited<M::State>> {
    space: &'b Space<'b, M>,
    visited: &'b V,
    task: &'b mut Task<'a>,
    keeper: Option<&'k mut (dyn Keeper<M> + 'static)>,
    workers: Vec<Worker<'b, M, V>>,
    searched: Searched<M>,
    /// How many states there are in the levels that are complete.
    states: usize,
}

impl<M: Model, V: Visited<M::State>> BreadthFirst<'_, '_, '_, M, V> {
    /// Comes to the initial states.
    fn begin(&mut self, room: &Room<'_, M::State>, next: &Waiting<'_, M::State>) {
        let own = &mut self.workers[0];
        let had_room = own.begin();
        room.add(own.fresh.bytes());
        if !had_room {
            self.searched.stop = Some(Stop::Memory(self.task.limits.memory));
        }
        if let Err(error) = own.fresh.hand_over(next) {
            self.searched.fail(error);
        }
        if self.searched.stop.is_some() {
            self.complete_level();
        }
    }

    fn resume(&mut self, resumed: Resumed<M>) {
        self.task.before = resumed.elapsed;
        self.searched = resumed.searched;
        self.states = self.searched.levels.iter().sum();
        self.take_up(resumed.further);
    }

    /// Has a thread go on with what was found in a level that is not complete.
    fn take_up(&mut self, further: Searched<M>) {
        self.workers[0].tally = further.tally;
        self.workers[0].decisive = further.decisive;
        self.workers[0].has_misfit |= further.stop == Some(Stop::Misfit);
    }

    /// Goes on with the states that wait at the last distance and at the next one.
    fn run<'r>(
        &mut self,
        room: &'r Room<'r, M::State>,
        mut waiting: Waiting<'r, M::State>,
        mut next: Waiting<'r, M::State>,
    ) {
        while self.searched.stop.is_none() {
            let limits = self.task.limits;
            if self.is_settled() {
                self.searched.stop = Some(Stop::Found);
                return;
            }
            if self.searched.levels.len() > limits.depth {
                self.searched.stop = Some(Stop::Depth(limits.depth));
                return self.keep(&waiting, &next);
            }
            let left = self.expand(room, &waiting, &next);
            if self.visited.len() > limits.states {
                self.searched.stop = Some(Stop::States(limits.states));
            }
            if left == Left::Open || left == Left::Complete && self.searched.stop.is_some() {
                self.keep(&waiting, &next);
            }
            if self.searched.stop.is_none() && left == Left::Open {
                continue;
            }
            // Which states of a level are seen before the limit is passed is chance:
            // none of them counts.
            if matches!(self.searched.stop, Some(Stop::States(_))) || !self.complete_level() {
                return;
            }
            waiting = std::mem::replace(&mut next, Waiting::new(room));
        }
    }

    /// Takes every step from the states that wait.
    fn expand(
        &mut self,
        room: &Room<'_, M::State>,
        waiting: &Waiting<'_, M::State>,
        next: &Waiting<'_, M::State>,
    ) -> Left {
        let (levels, tally) = (&self.searched.levels, &self.searched.tally);
        for worker in &mut self.workers {
            worker.depth = levels.len();
        }
        let further = self.workers.iter().map(|worker| worker.tally.generated);
        let level = Level {
            visited: self.visited,
            limits: self.task.limits,
            started: self.task.started,
            before: self.task.before,
            levels,
            room,
            waiting,
            next,
            peak: AtomicUsize::new(self.searched.peak),
            generated: AtomicU64::new(tally.generated + further.sum::<u64>()),
            due: self.keeper.as_ref().and_then(|keeper| keeper.due()),
            is_paused: AtomicBool::new(false),
            stop: OnceLock::new(),
            failure: OnceLock::new(),
            is_torn: AtomicBool::new(false),
        };
        level.expand(&mut self.workers, &mut self.task.teller);
        self.searched.peak = level.peak.into_inner();
        self.searched.stop = level.stop.into_inner();
        if let Some(error) = level.failure.into_inner() {
            self.searched.failure = Some(error);
        }
        match (level.is_torn.into_inner(), level.is_paused.into_inner()) {
            (true, _) => Left::Torn,
            (false, true) => Left::Open,
            (false, false) => Left::Complete,
        }
    }

    /// Closes the level to which the steps have led. Whether there is anything in it.
    fn complete_level(&mut self) -> bool {
        let found = self.visited.len() - self.states;
        self.states += found;
        for worker in &mut self.workers {
            self.searched.take_from(worker);
        }
        if found > 0 {
            self.searched.levels.push(found);
        }
        found > 0
    }

    fn is_settled(&self) -> bool {
        let Self { space, task, .. } = self;
        self.searched
            .is_settled(space.properties, task.all_violations)
    }

    /// Keeps this moment, if moments are kept.
    fn keep(&mut self, waiting: &Waiting<'_, M::State>, next: &Waiting<'_, M::State>) {
        let Some(keeper) = &mut self.keeper else {
            return;
        };
        let mut further = Searched::new(self.space.properties.len());
        for worker in &mut self.workers {
            further.take_from(worker);
        }
        let kept = keeper.keep(&Moment {
            space: self.space,
            visited: self.visited,
            searched: &self.searched,
            further: &further,
            waiting,
            next,
            elapsed: self.task.elapsed(),
        });
        self.take_up(further);
        self.searched.failure = kept.err();
    }
}

/// How the threads leave a level.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Left {
    /// All that was to be done is done, or everybody was told to end.
    Complete,
    /// It is to be gone on with.
    Open,
    /// States that were come to are lost.
    Torn,
}
