//! What can happen in the model, and how it is told.

use super::message::{Ping, Pong, Status};
use super::state::{Names, executor};
use crate::check::Participants;
use crate::wire::Epoch;

/// What can happen next. Workers and executors are numbered from 0.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum HeartbeatAction {
    /// A master orders a worker from an executor.
    Order {
        /// The master's epoch.
        master: Epoch,
        /// Which worker.
        worker: usize,
        /// The epoch that it gets.
        epoch: Epoch,
        /// Which executor.
        executor: usize,
    },
    /// The order is confirmed, and the executor launches the task.
    Confirm {
        /// Which worker.
        worker: usize,
        /// Its epoch.
        epoch: Epoch,
        /// Which executor.
        executor: usize,
    },
    /// The confirmation of an order is lost.
    LoseOrder {
        /// Which worker.
        worker: usize,
        /// Its epoch.
        epoch: Epoch,
    },
    /// A worker pings.
    Ping {
        /// Which worker.
        worker: usize,
        /// Its epoch.
        epoch: Epoch,
    },
    /// A message arrives.
    Deliver(Delivery),
    /// A message arrives, and will arrive once more.
    Repeat(Delivery),
    /// A message is lost.
    Lose(Delivery),
    /// A status arrives, and its body is lost.
    DeliverEmpty(Delivery),
    /// The master looks for workers that have expired or finished.
    Check {
        /// The master's epoch.
        master: Epoch,
    },
    /// The master's wait for its workers ends.
    Wake {
        /// The master's epoch.
        master: Epoch,
    },
    /// A worker's start ends, and its row is written.
    Started {
        /// Which worker.
        worker: usize,
        /// Its epoch.
        epoch: Epoch,
    },
    /// A worker's business logic fails.
    Fail {
        /// Which worker.
        worker: usize,
        /// Its epoch.
        epoch: Epoch,
    },
    /// A worker looks how long its master has been silent, and looks it up.
    Watch {
        /// Which worker.
        worker: usize,
        /// Its epoch.
        epoch: Epoch,
    },
    /// A worker does not wait any longer for its goodbye to be noted.
    GiveUpGoodbye {
        /// Which worker.
        worker: usize,
        /// Its epoch.
        epoch: Epoch,
    },
    /// A worker has closed down: its task leaves the executor.
    Leave {
        /// Which worker.
        worker: usize,
        /// Its epoch.
        epoch: Epoch,
    },
    /// The master crashes.
    CrashMaster {
        /// Its epoch.
        master: Epoch,
    },
    /// The next master starts.
    StartMaster {
        /// Its epoch.
        master: Epoch,
    },
    /// An executor crashes, with all that runs there.
    CrashExecutor {
        /// Which executor.
        executor: usize,
    },
    /// An age ends.
    EndAge,
}

/// A message under way.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Delivery {
    /// Of or to which worker.
    pub worker: usize,
    /// From or to which executor.
    pub executor: usize,
    /// The epoch of the newest master.
    pub master: Epoch,
    /// The message.
    pub message: Message,
}

/// A message.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "what masters and workers tell each other in this model"
)]
pub enum Message {
    /// A worker is there.
    Ping(Ping),
    /// The master has heard it.
    Pong(Pong),
    /// A worker has started.
    Status(Status),
}

fn finish(is_finished: bool, what: &str) -> String {
    let finish = if is_finished { "finish " } else { "" };
    format!("{finish}{what}")
}

impl Delivery {
    fn told(&self, names: Names) -> String {
        let late = |is_late| if is_late { "late " } else { "" };
        match self.message {
            Message::Ping(ping) => format!(
                "the {}{} of {} (worker epoch {}, to jm{})",
                late(ping.is_late),
                finish(ping.is_finished, "ping"),
                names.id(self.worker, ping.worker_epoch),
                ping.worker_epoch,
                ping.master_epoch,
            ),
            Message::Pong(pong) => format!(
                "the {}{} of jm{} to {} (worker epoch {})",
                late(pong.is_late),
                finish(pong.is_finished, "pong"),
                pong.master_epoch,
                names.id(self.worker, pong.answers),
                pong.answers,
            ),
            Message::Status(status) => format!(
                "the status of {} (worker epoch {}, to jm{})",
                names.id(self.worker, status.worker_epoch),
                status.worker_epoch,
                status.master_epoch,
            ),
        }
    }

    fn receiver(&self) -> String {
        match self.message {
            Message::Ping(_) | Message::Status(_) => format!("jm{}", self.master),
            Message::Pong(_) => executor(self.executor).to_owned(),
        }
    }

    fn participants(&self) -> Participants {
        match self.message {
            Message::Ping(_) | Message::Status(_) => {
                Participants::between(executor(self.executor), self.receiver())
            }
            Message::Pong(pong) => {
                Participants::between(format!("jm{}", pong.master_epoch), self.receiver())
            }
        }
    }
}

impl HeartbeatAction {
    pub(super) fn told(&self, names: Names) -> String {
        let who = |worker: usize, epoch: Epoch| {
            format!("{} (worker epoch {epoch})", names.id(worker, epoch))
        };
        match *self {
            Self::Order {
                master,
                worker,
                epoch,
                executor: place,
            } => format!(
                "jm{master} orders {} from {}",
                who(worker, epoch),
                executor(place)
            ),
            Self::Confirm {
                worker,
                epoch,
                executor: place,
            } => format!(
                "{} gets the confirmation for {}",
                executor(place),
                who(worker, epoch)
            ),
            Self::LoseOrder { worker, epoch } => {
                format!("the confirmation for {} is lost", who(worker, epoch))
            }
            Self::Ping { worker, epoch } => format!("{} pings", who(worker, epoch)),
            Self::Deliver(delivery) => {
                format!("{} gets {}", delivery.receiver(), delivery.told(names))
            }
            Self::Repeat(delivery) => format!(
                "{} gets {} for the first of two times",
                delivery.receiver(),
                delivery.told(names)
            ),
            Self::Lose(delivery) => format!("{} is lost", delivery.told(names)),
            Self::DeliverEmpty(delivery) => format!(
                "{} gets {} without its body",
                delivery.receiver(),
                delivery.told(names)
            ),
            Self::Check { master } => format!("jm{master} looks for silent workers"),
            Self::Wake { master } => format!("jm{master} waits for its workers no longer"),
            Self::Started { worker, epoch } => format!("{} has started", who(worker, epoch)),
            Self::Fail { worker, epoch } => format!("{} fails", who(worker, epoch)),
            Self::Watch { worker, epoch } => {
                format!("{} looks for its silent master", who(worker, epoch))
            }
            Self::GiveUpGoodbye { worker, epoch } => {
                format!("{} ends its goodbye unheard", who(worker, epoch))
            }
            Self::Leave { worker, epoch } => format!("{} is gone", who(worker, epoch)),
            Self::CrashMaster { master } => format!("jm{master} crashes"),
            Self::StartMaster { master } => format!("jm{master} starts"),
            Self::CrashExecutor { executor: place } => format!("{} crashes", executor(place)),
            Self::EndAge => "time passes".to_owned(),
        }
    }

    pub(super) fn participants(&self, names: Names) -> Option<Participants> {
        let who = |worker: usize, epoch: Epoch| {
            Some(Participants::alone(format!(
                "{} (e{epoch})",
                names.id(worker, epoch)
            )))
        };
        match self {
            Self::Order {
                master,
                executor: place,
                ..
            } => Some(Participants::between(
                format!("jm{master}"),
                executor(*place),
            )),
            Self::Confirm {
                executor: place, ..
            } => Some(Participants::between("jm", executor(*place))),
            Self::CrashExecutor { executor: place } => Some(Participants::alone(executor(*place))),
            Self::LoseOrder { worker, epoch }
            | Self::Ping { worker, epoch }
            | Self::Started { worker, epoch }
            | Self::Fail { worker, epoch }
            | Self::Watch { worker, epoch }
            | Self::GiveUpGoodbye { worker, epoch }
            | Self::Leave { worker, epoch } => who(*worker, *epoch),
            Self::Deliver(delivery)
            | Self::Repeat(delivery)
            | Self::Lose(delivery)
            | Self::DeliverEmpty(delivery) => Some(delivery.participants()),
            Self::Check { master }
            | Self::Wake { master }
            | Self::CrashMaster { master }
            | Self::StartMaster { master } => Some(Participants::alone(format!("jm{master}"))),
            Self::EndAge => Some(Participants::alone("clock")),
        }
    }
}
