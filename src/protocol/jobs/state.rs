//! What the jobs and those around them are in at a moment.

use std::collections::{BTreeMap, BTreeSet};

use super::action::Incarnation;
use super::prelude::{self, Manager};
use crate::framework::{Dispatcher, ExitReason, JobRows, Policy, StartUp, StartUpEffect};
use crate::machine::Guarded;
use crate::protocol::{Shared, Trail, Trailed};
use crate::wire::{Epoch, MasterStateCode, WorkerStatus};

/// What the jobs' masters are called, and the jobs themselves.
pub(super) const JOBS: [&str; 3] = ["j", "k", "l"];

/// A state of the model [`Jobs`](super::Jobs).
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct State {
    /// The job manager, while there is one.
    pub(super) manager: Option<Shared<Manager>>,
    /// Which one it is, or was.
    pub(in crate::protocol) incarnation: u8,
    /// Job masters that are being dispatched, in the order in which they were ordered.
    pub(super) orders: Vec<Order>,
    /// Jobs whose creation was accepted, and which are still to be registered.
    pub(super) to_register: BTreeSet<u8>,
    /// The job masters that live, by job and worker epoch.
    pub(in crate::protocol) masters: Vec<JobMaster>,
    pub(super) store: Shared<Store>,
    pub(super) trail: Trail,
}

/// A job master that is being dispatched.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct Order {
    pub(super) job: u8,
    /// Its worker epoch; none before its entry is made.
    pub(super) epoch: Option<Epoch>,
    pub(super) dispatch: Guarded<Dispatcher>,
}

/// A job master that lives, as far as the job manager has to do with it.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(in crate::protocol) struct JobMaster {
    pub(in crate::protocol) job: u8,
    pub(in crate::protocol) epoch: Epoch,
    pub(in crate::protocol) work: Work,
    /// Whether a ping of it was acknowledged in this age.
    pub(in crate::protocol) is_acknowledged: bool,
    /// Whether its loop has ended, and only its last write is still under way.
    pub(in crate::protocol) is_late: bool,
}

/// What a job's master does.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(in crate::protocol) enum Work {
    /// It starts.
    Starting {
        start: Guarded<StartUp>,
        /// What is to be done next for that.
        next: StartUpEffect,
    },
    /// It runs.
    Running,
    /// It has stored the end of its job.
    Ending {
        reason: ExitReason,
        /// Whether it has stored its own end as a worker, too.
        is_row_written: bool,
    },
}

impl JobMaster {
    /// Whether it can be told to stop.
    pub(super) fn is_running(&self) -> bool {
        self.work == Work::Running && !self.is_late
    }

    pub(in crate::protocol) fn incarnation(&self) -> Incarnation {
        Incarnation {
            job: self.job,
            epoch: self.epoch,
        }
    }
}

/// What is stored.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct Store {
    /// The jobs.
    pub(super) jobs: JobRows,
    /// The job masters, as workers of the job manager.
    pub(super) workers: BTreeMap<&'static str, WorkerStatus>,
    /// The jobs that are to be canceled, and have not ended.
    pub(super) canceling: BTreeSet<u8>,
}

impl State {
    /// Nothing is there but a job manager.
    pub(in crate::protocol) fn new(policy: Policy) -> Self {
        let mut manager = prelude::manager(1, policy);
        if !manager.workers.state().is_ready() {
            // There is nothing to load.
            let _ = prelude::recover(&mut manager, Vec::new());
        }
        Self {
            manager: Some(Shared::new(manager)),
            incarnation: 1,
            orders: Vec::new(),
            to_register: BTreeSet::new(),
            masters: Vec::new(),
            store: Shared::new(Store {
                jobs: JobRows::new(policy),
                workers: BTreeMap::new(),
                canceling: BTreeSet::new(),
            }),
            trail: Trail::default(),
        }
    }

    /// Whether there is a job manager.
    pub(in crate::protocol) fn has_manager(&self) -> bool {
        self.manager.is_some()
    }

    /// The stored state of a job that can be seen; jobs are counted from 0.
    #[must_use]
    pub fn stored(&self, job: u8) -> Option<MasterStateCode> {
        let row = self.store.jobs.load(name(job))?;
        Some(row.state)
    }

    /// Whether a job can be seen and has not ended.
    pub(super) fn is_live(&self, job: u8) -> bool {
        self.stored(job).is_some_and(|state| !state.is_terminated())
    }

    /// Whether the job manager counts a job as online.
    #[must_use]
    pub fn is_online(&self, job: u8) -> bool {
        let online = |manager: &Shared<Manager>| {
            let table = manager.jobs.table();
            table.query_online(name(job)).is_some()
        };
        self.manager.as_ref().is_some_and(online)
    }

    /// The incarnation of the job manager that there is, or was last.
    #[must_use]
    pub fn incarnation(&self) -> u8 {
        self.incarnation
    }

    /// Whether another job manager can come.
    pub(super) fn may_elect(&self) -> bool {
        self.manager.is_none() && self.incarnation < MAX_INCARNATIONS
    }

    pub(super) fn master(&mut self, who: Incarnation) -> Option<&mut JobMaster> {
        self.masters
            .iter_mut()
            .find(|master| master.incarnation() == who)
    }

    /// A worker epoch that a job's masters have never stored.
    pub(in crate::protocol) fn unused_epoch(&self, job: u8) -> Epoch {
        let stored = self.store.jobs.load(name(job)).map_or(0, |row| row.epoch);
        self.next_epoch(job).max(stored + 1)
    }

    /// The worker epoch that a job's next master gets: a later one than any that is still
    /// spoken of. Of those that are not, nobody can tell that it comes again.
    pub(in crate::protocol) fn next_epoch(&self, job: u8) -> Epoch {
        let entry = self.manager.as_ref().and_then(|manager| {
            let (entry, _) = manager.workers.entry(name(job))?;
            entry.epoch()
        });
        let row = self.store.workers.get(name(job)).map(|row| row.epoch);
        let alive = self.masters.iter().filter(|master| master.job == job);
        let ordered = self.orders.iter().filter(|order| order.job == job);
        entry
            .into_iter()
            .chain(row)
            .chain(alive.map(|master| master.epoch))
            .chain(ordered.filter_map(|order| order.epoch))
            .max()
            .unwrap_or(0)
            + 1
    }
}

/// How many job managers there may be, one after the other.
pub(super) const MAX_INCARNATIONS: u8 = 2;

/// What a job and its master are called.
pub(super) fn name(job: u8) -> &'static str {
    JOBS[usize::from(job) % JOBS.len()]
}

impl Trailed for State {
    fn trail(&self) -> &Trail {
        &self.trail
    }
}
