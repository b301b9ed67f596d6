//! The names of the topics under which messages travel.

/// Where a master listens for the heartbeats of its workers.
#[must_use]
pub fn heartbeat_ping(master: &str) -> String {
    format!("heartbeat-ping-{master}")
}

/// Where a worker listens for its master's answers to heartbeats.
#[must_use]
pub fn heartbeat_pong(master: &str, worker: &str) -> String {
    format!("heartbeat-pong-{master}-{worker}")
}

/// Where a worker listens for its master's requests to change state.
#[must_use]
pub fn status_change_request(master: &str, worker: &str) -> String {
    format!("worker-status-change-req-{master}-{worker}")
}

/// Where a master listens for its workers' reports of their status.
#[must_use]
pub fn worker_status(master: &str) -> String {
    format!("worker-status-{master}")
}
