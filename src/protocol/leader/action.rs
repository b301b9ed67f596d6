//! What happens in an election.

use super::Server;
use crate::check::Participants;

/// Why a leader's service fails.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the model's own, all of them")]
pub enum Failure {
    /// A manager cannot be started.
    Start,
    /// More statuses have come than the job manager's queue of events holds.
    QueueFull,
    /// A round of the job manager has met an error.
    Poll,
}

/// What happens in an election.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the model's own, all of them")]
pub enum Action {
    /// A server gets the lease.
    Elect(Server),
    /// The manager of the executors exists.
    MakeExecutorManager(Server),
    /// The job manager is up.
    StartJobManager(Server),
    /// A leader renews its lease.
    Renew(Server),
    /// A leader's service fails.
    Fail(Server, Failure),
    /// A leader could not renew its lease for so long that it gives up.
    GiveUp(Server),
    /// A canceled service has ended.
    EndService(Server),
    /// The lease of a server that does not renew it any more has run out.
    ExpireLease(Server),
    /// A server crashes.
    Crash(Server),
    /// A server starts again.
    Restart(Server),
}

impl Action {
    /// In plain words.
    pub(super) fn tells(self) -> String {
        let server = self.server().name();
        match self {
            Self::Elect(_) => format!("{server} gets the lease, and starts its service"),
            Self::MakeExecutorManager(_) => format!("{server} has made its executor manager"),
            Self::StartJobManager(_) => format!("{server} has started its job manager"),
            Self::Renew(_) => format!("{server} renews its lease"),
            Self::Fail(_, Failure::Start) => format!("{server} cannot start its managers"),
            Self::Fail(_, Failure::QueueFull) => {
                format!("{server} has too many events in its job manager's queue")
            }
            Self::Fail(_, Failure::Poll) => {
                format!("{server} meets an error in a round of its job manager")
            }
            Self::GiveUp(_) => format!("{server} could not renew its lease for too long"),
            Self::EndService(_) => {
                format!("{server} has ended its service, and gives the lease up")
            }
            Self::ExpireLease(_) => format!("{server} holds the lease no longer: it has run out"),
            Self::Crash(_) => format!("{server} crashes"),
            Self::Restart(_) => format!("{server} starts again"),
        }
    }

    /// Whose it is.
    #[must_use]
    pub const fn server(self) -> Server {
        match self {
            Self::Elect(server)
            | Self::MakeExecutorManager(server)
            | Self::StartJobManager(server)
            | Self::Renew(server)
            | Self::Fail(server, _)
            | Self::GiveUp(server)
            | Self::EndService(server)
            | Self::ExpireLease(server)
            | Self::Crash(server)
            | Self::Restart(server) => server,
        }
    }

    pub(super) fn participants(self) -> Participants {
        let server = self.server().name();
        match self {
            Self::Elect(_) | Self::ExpireLease(_) => Participants::between("store", server),
            Self::Renew(_) | Self::GiveUp(_) | Self::EndService(_) => {
                Participants::between(server, "store")
            }
            _ => Participants::alone(server),
        }
    }
}
