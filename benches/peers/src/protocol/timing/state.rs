//! What is so, and what is to come.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::super::Trail;

/// The unit of time.
pub const TICK: Duration = Duration::from_nanos(1);

/// Who is not heard of any more.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Scenario {
    /// A worker that works.
    CutOff,
    /// A worker that was dispatched and has not started.
    LateStart,
    /// A worker that has ended.
    Goodbye,
    /// A worker that is about to fail.
    LateGoodbye,
    /// The master, which has a successor.
    Failover,
    /// A job master, which its own worker still hears.
    Held,
    /// An executor.
    ExecutorCutOff,
}

#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Who {
    Worker,
    JobMaster,
}

/// What happens once, in its time.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Event {
    /// The worker starts.
    Start,
    /// Somebody finds its master silent.
    Look(Who),
    /// … and ends at its next round.
    Round(Who),
    /// It has let go of what it held.
    Close(Who),
    /// The worker fails.
    Fail,
    /// It says goodbye no longer.
    WaitOver,
    /// Its master finds it silent, and gives its work away.
    Check(Who),
    /// A new master has waited for the worker in vain.
    Wake,
    /// The executor has its heartbeat answered.
    Answer,
    /// It finds the server silent.
    Beat,
    /// The server finds it silent.
    Sweep,
}

/// From when on it may happen, and by when it has.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Window {
    pub from: Duration,
    /// Never, if it has no bound.
    pub to: Option<Duration>,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Stage {
    Works,
    /// It works until its next round.
    IsToEnd,
    /// It lets go of what it holds before it says goodbye.
    ClosesFirst,
    SaysGoodbye,
    /// It lets go, and says nothing any more.
    Closes,
    Over,
}

/// A worker or a job master.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Loop {
    pub stage: Stage,
    /// Whether it holds what only one may hold.
    pub holds: bool,
    /// When the last ping was sent that was answered.
    pub acknowledged: Duration,
    /// When it has ceased to work.
    pub left: Option<Duration>,
}

impl Loop {
    pub fn since(acknowledged: Duration) -> Self {
        Self {
            stage: Stage::Works,
            holds: true,
            acknowledged,
            left: None,
        }
    }
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Executor {
    pub answered: Duration,
    pub lives: bool,
    pub is_given_up: bool,
}

#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct State {
    /// Once it has begun.
    pub scenario: Option<Scenario>,
    pub now: Duration,
    pub plans: BTreeMap<Event, Window>,
    pub loops: BTreeMap<Who, Loop>,
    /// Whose work was given away.
    pub given_away: BTreeSet<Who>,
    pub executor: Option<Executor>,
    pub trail: Trail,
}

impl State {
    /// Plans something for so long after now.
    pub fn plan(&mut self, event: Event, from: Duration, to: Duration) {
        self.plan_at(event, self.now + from, Some(self.now + to));
    }

    /// Plans what is looked for every so often: it is found at the first look after more than
    /// this silence.
    pub fn plan_after(&mut self, event: Event, silence: Duration, period: Duration) {
        self.plan(event, silence + TICK, silence + period.max(TICK));
    }

    pub fn plan_at(&mut self, event: Event, from: Duration, to: Option<Duration>) {
        self.plans.insert(event, Window { from, to });
    }

    /// Whether something has to happen before time goes on.
    pub fn is_urgent(&self) -> bool {
        self.plans.values().any(|plan| plan.to == Some(self.now))
    }

    /// The next edge of a window.
    pub fn next_edge(&self) -> Option<Duration> {
        let plans = self.plans.values();
        let edges = plans.flat_map(|plan| [Some(plan.from), plan.to]).flatten();
        edges.filter(|edge| *edge > self.now).min()
    }
}
