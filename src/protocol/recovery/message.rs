//! What is under way between a worker and its master.

use std::fmt;

use super::state::{MASTER_NODE, Report, WORKER_EPOCH, WorkerNumber};
use crate::framework::ClientEvent;
use crate::protocol::clock::{LONG_AGO, NOW};
use crate::wire::{
    Epoch, HeartbeatPing, HeartbeatPong, MonotonicTime, Timestamp, WorkerStatusMessage,
};

/// A message from or to a worker.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Message {
    /// A ping.
    Ping(Ping),
    /// A pong.
    Pong(Pong),
    /// A status message.
    Status(Status),
}

/// A ping under way.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Ping {
    /// The incarnation of the master that it is for.
    pub epoch: Epoch,
    /// Whether the worker says that it has finished.
    pub is_finished: bool,
    /// Whether it was sent in an earlier age.
    pub is_old: bool,
}

/// A pong under way.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Pong {
    /// The incarnation of the master that it comes from.
    pub epoch: Epoch,
    /// Whether the end of the worker is acknowledged.
    pub is_finished: bool,
    /// Whether the ping that it answers was sent in an earlier age.
    pub is_old: bool,
    /// The worker epoch, if the master tells.
    pub worker_epoch: Option<Epoch>,
}

/// A status message under way.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Status {
    /// The incarnation of the master that it is for.
    pub epoch: Epoch,
    /// What is reported.
    pub report: Report,
}

/// When a message was sent, as far as it matters.
pub(super) fn sent(is_old: bool) -> MonotonicTime {
    if is_old { LONG_AGO } else { NOW }
}

impl Ping {
    pub(super) fn wire(self, worker: WorkerNumber) -> HeartbeatPing {
        HeartbeatPing {
            send_time: sent(self.is_old),
            from_worker_id: worker.id().to_owned(),
            epoch: self.epoch,
            worker_epoch: WORKER_EPOCH,
            is_finished: self.is_finished,
        }
    }
}

impl Pong {
    pub(super) fn wire(self, worker: WorkerNumber) -> HeartbeatPong {
        HeartbeatPong {
            send_time: sent(self.is_old),
            reply_time: Timestamp::default(),
            to_worker_id: worker.id().to_owned(),
            epoch: self.epoch,
            is_finished: self.is_finished,
        }
    }

    pub(super) fn event(self, worker: WorkerNumber) -> ClientEvent {
        ClientEvent::Pong {
            from: MASTER_NODE.into(),
            pong: self.wire(worker),
            worker_epoch: self.worker_epoch,
        }
    }
}

impl Status {
    pub(super) fn wire(self, worker: WorkerNumber) -> WorkerStatusMessage {
        WorkerStatusMessage {
            worker: worker.id().to_owned(),
            master_epoch: self.epoch,
            status: Some(self.report.status(worker)),
        }
    }
}

impl Message {
    /// A word for what it is.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Ping(Ping {
                is_finished: true, ..
            }) => "finish ping",
            Self::Ping(_) => "ping",
            Self::Pong(Pong {
                is_finished: true, ..
            }) => "finish pong",
            Self::Pong(_) => "pong",
            Self::Status(_) => "status",
        }
    }
}

/// What is added to the name of the kind in stories: `for jm1`, `of jm2`.
impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ping(Ping { epoch: 0, .. }) => f.write_str("for an unknown master"),
            Self::Ping(Ping { epoch, .. }) => write!(f, "for jm{epoch}"),
            Self::Pong(Pong { epoch, .. }) => write!(f, "of jm{epoch}"),
            Self::Status(Status { epoch, report }) => write!(f, "{report} for jm{epoch}"),
        }
    }
}
