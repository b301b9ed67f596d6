//! What every process of the cluster has: a name, a log, the store, the network and a
//! clock.

use std::path::Path;
use std::time::{Duration, Instant};

use fsmcheck::framework::Timeouts;
use fsmcheck::wire::MonotonicTime;

use crate::Result;
use crate::log::Log;
use crate::network::Network;
use crate::store::Store;

/// The first argument of a process that is a master, or an executor.
pub(crate) const MASTER: &str = "--master";
pub(crate) const EXECUTOR: &str = "--executor";

/// The master, and the workers that it wants to have done their work.
pub(crate) const MASTER_ID: &str = "job-1";
pub(crate) const WORKERS: [&str; 3] = ["worker-1", "worker-2", "worker-3"];

/// How long a process waits for the next message before it looks at the clock.
pub(crate) const PULSE: Duration = Duration::from_millis(10);

/// A tenth of the original's times, and a grace that satisfies all inequalities.
pub(crate) fn timeouts() -> Timeouts {
    let ms = Duration::from_millis;
    Timeouts {
        heartbeat: ms(300),
        worker: ms(1500),
        grace: ms(700),
        reload: ms(1000),
        check: ms(100),
        close: ms(300),
        close_handlers: ms(300),
        stop: ms(500),
        wait_closed: ms(1500),
        graceful_exit: ms(3000),
        pre_dispatch: ms(1000),
        notify: ms(1500),
        poll: ms(10),
        ..Timeouts::default()
    }
}

pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) log: Log,
    pub(crate) store: Store,
    pub(crate) network: Network,
    started: Instant,
}

impl Node {
    pub(crate) fn new(directory: &Path, name: &str) -> Result<Self> {
        Ok(Self {
            name: name.to_owned(),
            log: Log::create(&directory.join(format!("{name}.log")))?,
            store: Store::open(&directory.join("store.db"))?,
            network: Network::listen(name)?,
            started: Instant::now(),
        })
    }

    /// The time on this process's own clock.
    pub(crate) fn now(&self) -> MonotonicTime {
        MonotonicTime(i64::try_from(self.started.elapsed().as_nanos()).unwrap_or(i64::MAX))
    }
}

/// A moment that comes again and again.
pub(crate) struct Every {
    period: Duration,
    next: Instant,
}

impl Every {
    pub(crate) fn new(period: Duration) -> Self {
        Self {
            period,
            next: Instant::now(),
        }
    }

    /// Whether the moment has come.
    pub(crate) fn is_due(&mut self) -> bool {
        let now = Instant::now();
        let is_due = now >= self.next;
        if is_due {
            self.next = now + self.period;
        }
        is_due
    }
}
