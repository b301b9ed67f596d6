//! What there is at a moment.

use crate::protocol::Trail;

/// The state of the job as it is stored.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Stored {
    Uninit,
    Init,
    Ended(Code),
}

impl Stored {
    pub(super) fn is_end(self) -> bool {
        matches!(self, Self::Ended(_))
    }
}

/// What a status of a job's master says.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Code {
    /// Nothing yet, the master was ordered.
    Ordered,
    /// Nothing yet, and it is stored that the master was ordered.
    Created,
    Init,
    Finished,
    Stopped,
    Failed,
}

impl Code {
    /// The end that it tells of, if it does.
    pub(super) fn end(self) -> Option<Self> {
        let is_end = matches!(self, Self::Finished | Self::Stopped | Self::Failed);
        is_end.then_some(self)
    }
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Status {
    pub code: Code,
    pub epoch: u8,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Phase {
    /// Its record was found in the store.
    WaitedFor,
    Ordered,
    Online,
    Offline,
    Tombstone,
}

/// What the job manager knows of the job's master.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Entry {
    pub phase: Phase,
    /// For how many ages it was not heard of; none for one that is waited for.
    pub silent: Option<u8>,
    pub is_known_where: bool,
    pub has_finished: bool,
    pub status: Status,
}

impl Entry {
    pub(super) fn is_unheard(&self) -> bool {
        matches!(self.phase, Phase::WaitedFor | Phase::Ordered)
    }
}

/// Why the job's master could not be dispatched.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Failure {
    ForNow,
    ForGood { is_transient: bool },
}

/// What waits for the next round of the job manager.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum News {
    Online,
    /// With the end that was known of at that time.
    Offline(Option<Code>),
    Status {
        status: Status,
        is_known_where: bool,
    },
    DispatchFailed(Failure),
}

/// A job that the job manager has registered.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Registered {
    /// How it was stored then.
    pub stored: Stored,
    pub is_from_failover: bool,
}

/// What is known of earlier runs of the job, which has to wait when it has failed. Since it
/// may go on when it likes, there are never many failures.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct BackOff {
    pub failures: u16,
    pub is_online: bool,
}

/// What the user has asked for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Wish {
    Nothing,
    ToCancel,
    Fulfilled,
}

#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Manager {
    /// For how many ages a new one waits for those that it has found in the store.
    pub waits: Option<u8>,
    pub entry: Option<Entry>,
    /// An entry that is forgotten while news of it waits, within a round.
    pub detached: Option<Entry>,
    pub news: Vec<News>,
    pub pending: Option<Registered>,
    pub awaited: Option<Registered>,
    pub online: Option<Registered>,
    pub back_off: Option<BackOff>,
    pub wish: Option<Wish>,
    pub has_taken_over: bool,
}

impl Manager {
    pub(super) fn is_ready(&self) -> bool {
        self.waits.is_none()
    }

    /// The entry of which news tells.
    pub(super) fn referred(&mut self) -> Option<&mut Entry> {
        self.entry.as_mut().or(self.detached.as_mut())
    }

    pub(super) fn forget_entry(&mut self) {
        self.detached = self.entry.take().or(self.detached);
    }

    pub(super) fn is_backing_off(&self) -> bool {
        self.back_off.is_some_and(|it| it.failures > 0)
    }
}

/// A job's master that is being dispatched: with its epoch as soon as it has an entry.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Order {
    pub epoch: Option<u8>,
}

/// What a job's master does.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Work {
    /// It is to note where the job runs.
    Refresh,
    /// It is to note that the job has started.
    Mark,
    /// It is to store its own record.
    Record {
        is_recovery: bool,
    },
    Running,
    /// It has stored the end of the job, and perhaps its own.
    Ending {
        end: Code,
        is_recorded: bool,
    },
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct JobMaster {
    pub epoch: u8,
    pub work: Work,
    pub is_acknowledged: bool,
    /// Whether only its last write is still under way.
    pub is_late: bool,
}

impl JobMaster {
    pub(super) fn is_running(&self) -> bool {
        self.work == Work::Running && !self.is_late
    }
}

/// What is stored of the job.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Row {
    pub stored: Stored,
    pub epoch: u8,
    pub is_deleted: bool,
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct State {
    pub manager: Option<Manager>,
    pub incarnation: u8,
    pub orders: Vec<Order>,
    pub is_to_register: bool,
    /// By their epochs.
    pub masters: Vec<JobMaster>,
    pub row: Option<Row>,
    /// What is stored of the job's master.
    pub record: Option<Status>,
    pub is_canceling: bool,
    pub trail: Trail,
}

impl State {
    pub(super) fn new() -> Self {
        Self {
            manager: Some(Manager::default()),
            incarnation: 1,
            orders: Vec::new(),
            is_to_register: false,
            masters: Vec::new(),
            row: None,
            record: None,
            is_canceling: false,
            trail: Trail::default(),
        }
    }

    /// The record of the job, if it can be seen.
    pub(super) fn visible(&self) -> Option<Row> {
        self.row.filter(|row| !row.is_deleted)
    }

    /// Whether the job can be seen and has not ended.
    pub(super) fn is_live(&self) -> bool {
        self.visible().is_some_and(|row| !row.stored.is_end())
    }

    pub(super) fn master(&mut self, epoch: u8) -> Option<&mut JobMaster> {
        self.masters.iter_mut().find(|it| it.epoch == epoch)
    }

    pub(super) fn remove_master(&mut self, epoch: u8) {
        self.masters.retain(|it| it.epoch != epoch);
    }

    /// Whether the job manager counts the job as online.
    pub(super) fn has_online(&self) -> bool {
        let manager = self.manager.as_ref();
        manager.is_some_and(|manager| manager.online.is_some())
    }

    pub(super) fn counts_unheard_as_online(&self) -> bool {
        self.manager.as_ref().is_some_and(|manager| {
            let is_unheard = manager.entry.is_none_or(|entry| entry.is_unheard());
            is_unheard && manager.online.is_some()
        })
    }

    /// A later epoch than any that is spoken of.
    pub(super) fn next_epoch(&self) -> u8 {
        let entry = self.manager.as_ref().and_then(|manager| manager.entry);
        let known = entry.map(|entry| entry.status.epoch);
        let recorded = self.record.map(|record| record.epoch);
        let alive = self.masters.iter().map(|master| master.epoch);
        let ordered = self.orders.iter().filter_map(|order| order.epoch);
        let all = known
            .into_iter()
            .chain(recorded)
            .chain(alive)
            .chain(ordered);
        all.max().unwrap_or(0) + 1
    }

    /// One that is later than the stored one, too.
    pub(super) fn unused_epoch(&self) -> u8 {
        let stored = self.visible().map_or(0, |row| row.epoch);
        self.next_epoch().max(stored + 1)
    }
}
