//! Two servers, and who holds the lease.

use crate::framework::{Leader, LeaderTimes};
use crate::machine::Guarded;
use crate::protocol::{Configuration, Trail, Trailed};

/// One of the two servers.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "there are two")]
pub enum Server {
    /// The first.
    A,
    /// The second.
    B,
}

impl Server {
    /// Both.
    pub const ALL: [Self; 2] = [Self::A, Self::B];

    /// Its name: `a`, `b`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
        }
    }
}

/// The service of a leader: the managers of executors and jobs, and the loop that polls
/// them.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the model's own, all of them")]
pub enum Service {
    /// There is none.
    None,
    /// It starts or runs.
    Runs,
    /// A part of it has failed; what is left of it waits, answers, and polls nothing.
    Failed,
    /// It was canceled, and lets go of what it has.
    Ends {
        /// Whether it had failed.
        failed: bool,
    },
}

impl Service {
    /// Whether it has failed and has not ended yet.
    #[must_use]
    pub const fn has_failed(self) -> bool {
        matches!(self, Self::Failed | Self::Ends { failed: true })
    }
}

/// A server that runs.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Process {
    /// Where it stands in the election.
    pub leader: Guarded<Leader>,
    /// What it does as a leader.
    pub service: Service,
}

impl Process {
    pub(super) fn new(configuration: &Configuration) -> Self {
        let leader = Leader::new(configuration.policy, LeaderTimes::default());
        Self {
            leader: Guarded::new(leader),
            service: Service::None,
        }
    }
}

/// Two servers, and who holds the lease.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct State {
    /// The processes of the servers that are up.
    pub servers: [Option<Process>; 2],
    /// Who holds the lease, by what is stored.
    pub lease: Option<Server>,
    pub(super) trail: Trail,
}

impl State {
    /// The process of a server, if it is up.
    #[must_use]
    pub fn process(&self, server: Server) -> Option<&Process> {
        self.servers[server as usize].as_ref()
    }

    pub(super) fn process_mut(&mut self, server: Server) -> Option<&mut Process> {
        self.servers[server as usize].as_mut()
    }

    /// What a server does as a leader.
    #[must_use]
    pub fn service(&self, server: Server) -> Service {
        self.process(server)
            .map_or(Service::None, |process| process.service)
    }

    /// Whether a server is a leader whose managers are up and sound.
    #[must_use]
    pub fn serves(&self, server: Server) -> bool {
        self.process(server)
            .is_some_and(|process| process.leader.state().is_serving())
    }
}

impl Trailed for State {
    fn trail(&self) -> &Trail {
        &self.trail
    }
}
