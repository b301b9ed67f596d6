//! Messages under way.

use crate::wire::{Epoch, HeartbeatPing, HeartbeatPong, WorkerStatusMessage};

/// A message under way.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Parcel {
    pub(super) message: Message,
    /// Whether somebody has changed it on its way.
    pub(super) forged: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Message {
    Ping(HeartbeatPing),
    Pong {
        from: String,
        pong: HeartbeatPong,
        worker_epoch: Option<Epoch>,
        answered: Answered,
    },
    Status(WorkerStatusMessage),
}

/// What a pong answers; the worker cannot see this.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Answered {
    /// The worker epoch of the ping.
    pub(super) worker_epoch: Epoch,
    /// Whether the master has accepted the ping.
    pub(super) accepted: bool,
    /// Whether the master knows then that the worker has finished.
    pub(super) finish_noted: bool,
}

impl From<Message> for Parcel {
    fn from(message: Message) -> Self {
        Self {
            message,
            forged: false,
        }
    }
}

impl Parcel {
    /// The parcel with an epoch that is still to come. Pongs are left alone: what
    /// they bring about is not to be told from what the worker does by itself.
    pub(super) fn forged(mut self, of_master: bool) -> Self {
        let epoch = match &mut self.message {
            Message::Ping(ping) if of_master => &mut ping.epoch,
            Message::Ping(ping) => &mut ping.worker_epoch,
            Message::Pong { .. } => return self,
            Message::Status(message) => match &mut message.status {
                Some(status) if !of_master => &mut status.epoch,
                _ => &mut message.master_epoch,
            },
        };
        *epoch += 1;
        self.forged = true;
        self
    }
}
