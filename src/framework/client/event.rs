//! What a worker's view of its master takes and gives.

use std::sync::Arc;

use crate::machine::Refused;
use crate::wire::{Epoch, HeartbeatPing, HeartbeatPong, MonotonicTime};

/// Where a master is, as it is stored.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "what is read of a master, all of it"
)]
pub struct MasterInfo {
    /// The node on which it runs.
    pub node: Arc<str>,
    /// Its incarnation.
    pub epoch: Epoch,
}

/// What a reading of the master's whereabouts is for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the two ways of the original: somebody waits for it or nobody does"
)]
pub enum ReadFor {
    /// The caller waits for it: a failure is told.
    Caller,
    /// Nobody waits for it: a failure is dropped, the next occasion reads anew.
    Reload,
}

/// What happens to a worker's view of its master.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the operations of the client, all of them"
)]
pub enum ClientEvent {
    /// It is time for a ping.
    SendPing {
        /// The time, by the worker's clock.
        now: MonotonicTime,
    },
    /// The ping could not be sent now, because the node is not known or too much
    /// waits for it. A sender that *fails* is none of the client's business: the
    /// error ends the worker.
    PingNotSent,
    /// A master has answered a ping.
    Pong {
        /// The node from which the pong came.
        from: Arc<str>,
        /// The pong.
        pong: HeartbeatPong,
        /// The worker epoch of the ping that it answers, where the master tells.
        worker_epoch: Option<Epoch>,
    },
    /// It is time to look how long the master has been silent.
    CheckMaster {
        /// The time, by the worker's clock.
        now: MonotonicTime,
    },
    /// Somebody needs to know where the master is.
    ReadMasterInfo,
    /// Where the master is has been read; `None` when the store does not know it.
    MasterInfoRead {
        /// What was read.
        info: Option<MasterInfo>,
    },
    /// Where the master is could not be read.
    MasterInfoUnread {
        /// What it was read for.
        purpose: ReadFor,
        /// What went wrong.
        error: String,
    },
    /// The worker has ended, and waits for its master to take note. There is one
    /// such wait at a time.
    WaitClosed {
        /// The time, by the worker's clock.
        now: MonotonicTime,
    },
    /// Nobody waits any longer.
    CancelWait,
    /// Time has passed.
    Timer {
        /// The time, by the worker's clock.
        now: MonotonicTime,
    },
}

/// How the wait for the master's acknowledgement ended.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a wait ends with what it waits for, by its time or by its caller"
)]
pub enum WaitEnd {
    /// The master has taken note of the end.
    Acknowledged,
    /// The master did not answer in time; the worker closes all the same.
    TimedOut,
    /// The caller has given up.
    Canceled,
}

/// What is to be done for a worker's view of its master.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "whoever runs the client has to do all of it"
)]
pub enum ClientEffect {
    /// Send a ping; tell with [`ClientEvent::PingNotSent`] if that cannot be done
    /// now.
    Send {
        /// To this node; empty while the master is unknown.
        node: Arc<str>,
        /// Under this topic.
        topic: Arc<str>,
        /// The ping.
        ping: HeartbeatPing,
    },
    /// Read where the master is, and tell.
    ReadMasterInfo {
        /// What it is read for.
        purpose: ReadFor,
    },
    /// Where the master is could not be read, and the caller waits for it.
    MasterInfoUnread {
        /// What went wrong.
        error: String,
    },
    /// The master has been silent for too long: the worker gives up.
    MasterTimedOut,
    /// The wait for the master's acknowledgement has ended.
    WaitEnded {
        /// How.
        end: WaitEnd,
    },
}

/// What must not happen to a worker's view of its master: the client refuses and
/// is as before.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The master acknowledges an end that the worker has not announced. The
    /// original ends its process: "unexpected master client close state".
    #[error("a finish is acknowledged that was not announced: {0}")]
    FinishNotAnnounced(Refused),
    /// A second wait beside the first. The original's worker never does that.
    #[error("the master's acknowledgement is already waited for: {0}")]
    AlreadyWaiting(Refused),
    /// A wait is given up, and there is none.
    #[error("nobody waits for the master's acknowledgement: {0}")]
    NobodyWaits(Refused),
    /// An event that is refused without an assertion of its own.
    #[error(transparent)]
    Refused(#[from] Refused),
}

impl ClientError {
    /// The assertion that an event breaks when it is refused.
    pub(super) fn of(event: &ClientEvent, refused: Refused) -> Self {
        match event {
            ClientEvent::Pong { .. } => Self::FinishNotAnnounced(refused),
            ClientEvent::WaitClosed { .. } => Self::AlreadyWaiting(refused),
            ClientEvent::CancelWait => Self::NobodyWaits(refused),
            _ => Self::Refused(refused),
        }
    }
}
