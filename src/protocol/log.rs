//! The lines that the original writes to its logs of what several models do.

use super::Sent;
use crate::framework::manager::{Dropped, ManagerError, OfflineReason, Receipt, WorkerManager};
use crate::framework::{ExitReason, Role, RunLoop, RunLoopState};
use crate::machine::Guarded;
use crate::wire::{Epoch, HeartbeatPing, HeartbeatPong, WorkerStatusMessage};

/// The master id of the job manager.
pub(super) const JOB_MANAGER: &str = "dataflow-engine-job-manager";

/// What became of a message.
type Received<'r> = &'r Result<Receipt, ManagerError>;

fn master_id(master: &str) -> (&'static str, String) {
    ("master-id", master.to_owned())
}

/// A worker has sent a ping.
pub(super) fn ping_sent(master: &str, ping: &HeartbeatPing) -> Sent {
    Sent::line(
        "sending heartbeat success",
        [
            ("worker", ping.from_worker_id.clone()),
            master_id(master),
            ("epoch", ping.epoch.to_string()),
            ("worker-epoch", ping.worker_epoch.to_string()),
            ("sendTime", ping.send_time.0.to_string()),
        ],
    )
}

/// A worker has been sent a pong.
pub(super) fn pong_received(master: &str, pong: &HeartbeatPong) -> Sent {
    // A pong of text and numbers has a JSON form.
    let text = pong.to_json().unwrap_or_default();
    Sent::line(
        "heartbeat pong received",
        [master_id(master), ("msg", text)],
    )
}

/// A master has been sent a ping.
pub(super) fn ping_received(master: &str, ping: &HeartbeatPing) -> Sent {
    let text = ping.to_json().unwrap_or_default();
    Sent::line(
        "Heartbeat Ping received",
        [("msg", text), master_id(master)],
    )
}

/// A master has looked at a ping, and may not have taken it.
pub(super) fn ping_refused(
    master: &str,
    manager: &WorkerManager,
    (ping, node): (&HeartbeatPing, &str),
    received: Received<'_>,
) -> Option<Sent> {
    match received {
        Ok(Receipt::Dropped(Dropped::UnknownWorker)) => {
            let message = ping.to_json().unwrap_or_default();
            let fields = [
                master_id(master),
                ("message", message),
                ("from-node", node.to_owned()),
            ];
            Some(Sent::line("Message from stale worker dropped", fields))
        }
        Ok(Receipt::Dropped(Dropped::OtherWorkerEpoch)) => {
            let entry = manager.entry(&ping.from_worker_id);
            let own = entry.and_then(|(entry, _)| entry.epoch());
            let own = own.map_or_else(String::new, |own| own.to_string());
            let fields = [
                master_id(master),
                ("own-worker-epoch", own),
                ("msg-worker-epoch", ping.worker_epoch.to_string()),
            ];
            Some(Sent::line(
                "Message from small worker epoch dropped",
                fields,
            ))
        }
        other => of_another_epoch(master, manager, ping.epoch, other),
    }
}

/// A master has looked at a status, and may not have taken it.
pub(super) fn status_refused(
    master: &str,
    manager: &WorkerManager,
    message: &WorkerStatusMessage,
    received: Received<'_>,
) -> Option<Sent> {
    match received {
        Ok(Receipt::Dropped(Dropped::UnknownWorker)) => {
            let text = message.to_json().unwrap_or_default();
            Some(Sent::line(
                "WorkerStatusMessage dropped for unknown worker",
                [master_id(master), ("message", text)],
            ))
        }
        other => of_another_epoch(master, manager, message.master_epoch, other),
    }
}

/// A message for another incarnation of the master, or of a later one of the worker.
fn of_another_epoch(
    master: &str,
    manager: &WorkerManager,
    epoch: Epoch,
    received: Received<'_>,
) -> Option<Sent> {
    match received {
        Ok(Receipt::Dropped(Dropped::OldMasterEpoch)) => {
            let fields = [
                master_id(master),
                ("msg-epoch", epoch.to_string()),
                ("own-epoch", manager.epoch().to_string()),
            ];
            Some(Sent::line("Message from smaller epoch dropped", fields))
        }
        Err(ManagerError::StaleMaster { seen, own, .. }) => {
            let fields = [
                master_id(master),
                ("msg-epoch", seen.to_string()),
                ("own-epoch", own.to_string()),
            ];
            Some(Sent::panic(STALE_MASTER, fields))
        }
        Err(ManagerError::StaleEntry { seen, known, .. }) => {
            let fields = [
                master_id(master),
                ("own-worker-epoch", known.to_string()),
                ("msg-worker-epoch", seen.to_string()),
            ];
            Some(Sent::panic(STALE_MASTER, fields))
        }
        _ => None,
    }
}

const STALE_MASTER: &str = "We are a stale master still running";

/// The job manager hears that a job's master is there.
pub(super) fn job_online(job: &str) -> Sent {
    Sent::line("on worker online", [("id", job.to_owned())])
}

/// The job manager hears that a job's master is gone.
pub(super) fn job_offline(job: &str, reason: Option<OfflineReason>) -> Sent {
    let reason = reason.map_or_else(String::new, |reason| reason.to_string());
    Sent::line(
        "on worker offline",
        [("id", job.to_owned()), ("reason", reason)],
    )
}

/// The job manager has learned of the end of a job, if it is one.
pub(super) fn job_ended(job: &str, ended: Option<ExitReason>) -> Option<Sent> {
    let message = match ended? {
        ExitReason::Finished => "job master finished",
        ExitReason::Canceled => "job master canceled",
        ExitReason::Failed | ExitReason::Unknown => "job master failed permanently",
    };
    Some(Sent::line(message, [("id", job.to_owned())]))
}

/// A master has cleaned up after a worker.
pub(super) fn cleaned(worker: &str) -> Sent {
    let worker = ("worker-id", worker.to_owned());
    Sent::line("Worker tombstone is cleaned", [worker])
}

/// The last of the workers has pinged for which a master has waited. How long that took is
/// told by the original alone.
pub(super) fn all_heard() -> Sent {
    Sent::line(
        "All workers have sent heartbeats after master failover. Resuming right now.",
        [],
    )
}

/// A loop has taken an event: it may have begun to end by it, or have come to its end.
pub(super) fn of_loop(role: Role, before: RunLoopState, after: &Guarded<RunLoop>) -> Option<Sent> {
    let cause = after.storage().ended_by()?;
    let was_running = matches!(before, RunLoopState::Init | RunLoopState::Poll);
    let has_ended = *after.state() == RunLoopState::Returned && before != RunLoopState::Returned;
    let message = match role {
        Role::Worker if was_running => "worker start exiting",
        Role::Worker if has_ended => "worker finished exiting",
        Role::JobMaster if has_ended => "job master finished exiting",
        _ => return None,
    };
    Some(Sent::line(message, [("caused", cause.to_string())]))
}
