//! What there is: an incarnation of the job master, its workers, and what is stored.

use super::{Kind, Recovery, TWO, Trail};

/// What is stored or told of a worker, in the order in which it comes.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Report {
    Started,
    /// It has something of its own to say.
    Working,
    Finished,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Stage {
    Silent,
    /// It has reported what it does.
    Working,
    /// Its loop has ended, and it says goodbye.
    Closing,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Worker {
    pub stage: Stage,
    /// The newest master that it knows of.
    pub master: u8,
    /// How many ages ago the newest acknowledged ping was sent.
    pub silent: u8,
    /// For how many ages it waits until its end is noted.
    pub waits: u8,
}

/// A ping or a pong.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Beat {
    pub master: u8,
    pub is_last: bool,
    /// Whether the ping was sent in an earlier age.
    pub is_old: bool,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Status {
    pub master: u8,
    pub report: Report,
}

/// A worker with all that there is of it, or what is left.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Place {
    pub worker: Option<Worker>,
    pub row: Option<Report>,
    pub ping: Option<Beat>,
    pub pong: Option<Beat>,
    pub status: Option<Status>,
}

impl Place {
    pub(super) fn is_live(&self) -> bool {
        self.worker
            .is_some_and(|worker| worker.stage != Stage::Closing)
    }

    pub(super) fn lose(&mut self, kind: Kind) {
        match kind {
            Kind::Ping => self.ping = None,
            Kind::Pong => self.pong = None,
            Kind::Status => self.status = None,
        }
    }

    /// The worker is gone, with what is under way to it.
    pub(super) fn end_worker(&mut self) {
        self.worker = None;
        self.pong = None;
    }
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Phase {
    /// The entry was loaded, and its worker is waited for.
    Awaited,
    Ordered,
    Online,
    Offline,
    Tombstone,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Entry {
    /// Tells it from one before it of which news still waits.
    pub serial: u8,
    pub phase: Phase,
    /// For how many ages it was not heard of; nothing if it was loaded and not heard of.
    pub silent: Option<u8>,
    pub has_finished: bool,
    /// Whether it is known where the worker is.
    pub is_located: bool,
    /// What is known of the worker; nothing if it was only ordered.
    pub status: Option<Report>,
}

impl Entry {
    /// Whether a wait that ends makes it a tombstone.
    pub(super) fn is_given_up(&self) -> bool {
        self.phase == Phase::Awaited || self.has_finished
    }
}

/// What a master has to tell its business logic once that runs, of a worker.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum News {
    Status {
        /// Of the entry with this number.
        serial: u8,
        was_located: bool,
        report: Report,
    },
    /// The worker is offline. Whether it was known then that it has finished.
    Offline { has_finished: bool },
}

/// How far a master knows its workers.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Knowledge {
    /// It is to read their rows.
    Unread,
    /// The rows as they were read are on their way.
    Read(Vec<Option<Report>>),
    /// For how many ages it has waited to hear of them.
    Waits(u8),
    Complete,
}

/// What has become of the status that tells a master of an end.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum EndTold {
    No,
    /// It was put aside or dropped.
    NotNoted,
    /// It is among the news.
    Noted,
}

/// A master's table of its workers.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Table {
    pub knowledge: Knowledge,
    /// By workers, as all of these.
    pub entries: Vec<Option<Entry>>,
    /// Statuses that have come before the rows.
    pub kept: Vec<Option<Report>>,
    /// Until it knows its workers.
    pub ends_told: Vec<EndTold>,
    pub news: Vec<(usize, News)>,
}

impl Table {
    pub(super) fn new(knowledge: Knowledge, n_workers: usize) -> Self {
        Self {
            knowledge,
            entries: vec![None; n_workers],
            kept: vec![None; n_workers],
            ends_told: vec![EndTold::No; n_workers],
            news: Vec::new(),
        }
    }

    pub(super) fn is_complete(&self) -> bool {
        self.knowledge == Knowledge::Complete
    }
}

/// The next thing that a master does in its start.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Next {
    /// Its table of workers.
    Build,
    Listen,
    /// Its business logic.
    Begin,
}

/// What the business logic thinks of a task.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Logic {
    pub knows_worker: bool,
    /// How many workers live for it; two stands for more.
    pub n_live: u8,
}

impl Logic {
    pub(super) fn gain_worker(&mut self) {
        self.knows_worker = true;
        self.n_live = 2.min(self.n_live + 1);
    }

    pub(super) fn lose_worker(&mut self) {
        self.knows_worker = false;
        self.n_live = self.n_live.saturating_sub(1);
    }
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Master {
    /// Whether no start before it has succeeded.
    pub is_first: bool,
    pub to_do: Vec<Next>,
    pub has_started: bool,
    pub listens: bool,
    pub table: Option<Table>,
    /// By tasks.
    pub logic: Vec<Logic>,
}

impl Master {
    pub(super) fn entry(&self, worker: usize) -> Option<Entry> {
        self.table.as_ref()?.entries[worker]
    }
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct State {
    /// The epoch of the last master, 0 before the first.
    pub epoch: u8,
    pub master: Option<Master>,
    /// Whether it is stored that the job has started.
    pub is_marked: bool,
    /// By workers.
    pub places: Vec<Place>,
    /// By tasks: whether it is known that they are done.
    pub done: Vec<bool>,
    /// Whether an assertion has failed.
    pub is_over: bool,
    pub trail: Trail,
}

impl State {
    /// An assertion of the master fails.
    pub(super) fn fail(&mut self) -> Option<()> {
        self.trail.broke("S8");
        self.is_over = true;
        None
    }

    pub(super) fn has_successor_started(&self) -> bool {
        self.epoch == TWO && self.master.as_ref().is_some_and(|it| it.has_started)
    }

    /// How many workers live for a task.
    pub(super) fn n_live(&self, task: usize) -> usize {
        super::workers_of(task)
            .filter(|worker| self.places[*worker].is_live())
            .count()
    }
}

impl Recovery {
    /// Whether nothing comes of what is sent to this master: it is gone, and its successor
    /// only drops it.
    pub(super) fn is_in_vain(&self, state: &State, master: u8) -> bool {
        let next = state.epoch + u8::from(state.master.is_none());
        let drops = self.rules.pong_after_acceptance && self.rules.handlers_after_manager;
        drops && master < next
    }

    pub(super) fn forget_what_is_in_vain(&self, state: &mut State) {
        for worker in 0..state.places.len() {
            let Place { ping, status, .. } = state.places[worker];
            let ping = ping.filter(|ping| !self.is_in_vain(state, ping.master));
            let status = status.filter(|status| !self.is_in_vain(state, status.master));
            let place = &mut state.places[worker];
            (place.ping, place.status) = (ping, status);
        }
    }
}
