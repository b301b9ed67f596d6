//! What a state consists of.

use super::TWO;
use crate::protocol::Trail;

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Row {
    pub epoch: u8,
    /// Whether the worker has written it, and not its master.
    pub is_of_worker: bool,
}

/// What a master knows of how far a worker is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Known {
    pub row: Row,
    /// Whether it comes from a row or a status, and not from the order.
    pub is_read: bool,
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
    pub phase: Phase,
    /// For how many ages it was not heard of; nothing if it was loaded and not heard of.
    pub silent: Option<u8>,
    pub has_finished: bool,
    pub executor: Option<usize>,
    pub known: Option<Known>,
}

impl Entry {
    pub(super) fn epoch(&self) -> Option<u8> {
        self.known.map(|known| known.row.epoch)
    }

    /// What is gone does not come back.
    pub(super) fn turn(&mut self, phase: Phase, trail: &mut Trail) {
        let stays = match self.phase {
            Phase::Tombstone => phase == Phase::Tombstone,
            Phase::Offline => matches!(phase, Phase::Offline | Phase::Tombstone),
            _ => true,
        };
        if !stays {
            trail.broke("S7");
        }
        self.phase = phase;
    }

    /// Takes note of how far the worker is.
    pub(super) fn note(&mut self, known: Option<Known>, trail: &mut Trail) {
        let before = self.epoch();
        self.known = known;
        if self.epoch() != before {
            trail.broke("S9");
        }
    }
}

/// A status that waits until the master knows its workers.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Report {
    /// Under which of the worker's ids.
    pub id: usize,
    pub executor: Option<usize>,
    pub known: Option<Known>,
}

#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Master {
    /// For how many ages it has waited for its workers; nothing if it knows them.
    pub waits: Option<u8>,
    /// By the worker's ids.
    pub entries: [Option<Entry>; TWO],
    pub report: Option<Report>,
}

/// What an executor was asked to launch.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Order {
    pub executor: usize,
    pub epoch: u8,
    pub master: u8,
    pub is_old: bool,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Stage {
    Starting,
    Working,
    /// It waits until its end is noted.
    Goodbye,
    Closing,
}

/// Why a loop has ended.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Cause {
    Silence,
    Failure,
    /// The row is a later one's.
    Fenced,
}

/// Whether the business logic has let go.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Grip {
    Holds,
    LetsGo,
    HasLetGo,
}

/// How far a worker's goodbye has come.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Farewell {
    Unsaid,
    Said,
    Noted,
}

/// An incarnation of the worker.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Task {
    pub executor: usize,
    pub stage: Stage,
    pub cause: Option<Cause>,
    pub grip: Grip,
    pub farewell: Farewell,
    /// The newest master that it knows of.
    pub master: u8,
    /// How many ages ago the newest acknowledged ping was sent.
    pub silent: u8,
    /// For how many ages it waits until its end is noted.
    pub waits: Option<u8>,
    /// Pings of this age, where none is late.
    pub pings: u8,
}

impl Task {
    pub(super) fn is_live(&self) -> bool {
        matches!(self.stage, Stage::Starting | Stage::Working)
    }
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Ping {
    pub master: u8,
    pub worker: u8,
    pub is_last: bool,
    pub is_late: bool,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Pong {
    pub master: u8,
    /// The worker epoch of the ping.
    pub worker: u8,
    pub is_last: bool,
    pub is_late: bool,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Status {
    pub master: u8,
    pub worker: u8,
}

/// What is under way between the master and the worker on one executor.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Wire {
    pub ping: Option<Ping>,
    pub pong: Option<Pong>,
    pub status: Option<Status>,
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct State {
    /// The epoch of the newest master.
    pub newest: u8,
    pub master: Option<Master>,
    /// The last worker epoch that was given out.
    pub given: u8,
    /// Whether a task of it was launched, the order is lost, or nobody heard its refusal.
    pub is_spent: bool,
    pub rows: [Option<Row>; TWO],
    pub order: Option<Order>,
    /// By worker epoch.
    pub tasks: [Option<Task>; TWO],
    pub wires: [Wire; TWO],
    pub trail: Trail,
}

impl State {
    pub(super) fn n_live(&self) -> usize {
        self.tasks
            .iter()
            .flatten()
            .filter(|it| it.is_live())
            .count()
    }
}
