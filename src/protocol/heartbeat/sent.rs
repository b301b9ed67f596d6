//! What is stored, sent and logged, for other readers.

use super::Heartbeat;
use super::state::Row;
use super::step::Step;
use crate::framework::Record;
use crate::framework::manager::{Effect, Handle};
use crate::protocol::{Recorder, Sent};
use crate::wire::{HeartbeatPing, HeartbeatPong, MasterMeta, WorkerStatus, WorkerStatusMessage};

/// The master's id.
const MASTER: &str = "jm";

impl Heartbeat {
    /// The row of a worker as the store gives it.
    pub(super) fn row(&self, worker: usize, row: Row) -> WorkerStatus {
        WorkerStatus {
            id: self.names.id(worker, row.epoch).to_owned(),
            state: row.state,
            epoch: row.epoch,
            ..WorkerStatus::default()
        }
    }
}

impl<R: Recorder> Step<'_, R> {
    /// A worker's row is written.
    pub(super) fn row_is_written(&mut self, worker: usize, row: Row) {
        let model = self.model;
        self.recorder
            .sent(|| Sent::record(Record::Worker(model.row(worker, row))));
    }

    /// The row of a master that starts is written.
    pub(super) fn master_is_written(&mut self) {
        let epoch = self.state.master_epoch;
        self.recorder.sent(|| {
            let id = MASTER.to_owned();
            Sent::record(Record::Master(MasterMeta {
                id,
                epoch,
                ..MasterMeta::default()
            }))
        });
    }

    /// A status is sent to a master.
    pub(super) fn status_is_sent(&mut self, worker: usize, row: Row, master_epoch: i64) {
        let model = self.model;
        self.recorder.sent(|| {
            let status = model.row(worker, row);
            Sent::record(Record::Message(WorkerStatusMessage {
                worker: status.id.clone(),
                master_epoch,
                status: Some(status),
            }))
        });
    }

    /// A master gets a ping.
    pub(super) fn ping_is_logged(&mut self, ping: &HeartbeatPing) {
        self.recorder.sent(|| {
            let json = ping.to_json().unwrap_or_default();
            let fields = [("msg", json), ("master-id", MASTER.to_owned())];
            Sent::line("Heartbeat Ping received", fields)
        });
    }

    /// A worker gets a pong.
    pub(super) fn pong_is_logged(&mut self, pong: &HeartbeatPong) {
        self.recorder.sent(|| {
            let json = pong.to_json().unwrap_or_default();
            let fields = [("master-id", MASTER.to_owned()), ("msg", json)];
            Sent::line("heartbeat pong received", fields)
        });
    }

    /// A master tells its business logic of a worker.
    pub(super) fn callback_is_logged(&mut self, effect: &Effect<'_>) {
        let master = self.state.master.as_ref();
        let id = |handle: &Handle| handle.worker().to_owned();
        let sent = match effect {
            Effect::Online { handle } => Sent::line("on worker online", [("id", id(handle))]),
            Effect::Offline { handle, reason } => {
                let reason = reason.as_ref().map(ToString::to_string);
                let fields = [("id", id(handle)), ("reason", reason.unwrap_or_default())];
                Sent::line("on worker offline", fields)
            }
            Effect::StatusUpdated { handle } => {
                let entry = master.and_then(|master| master.entry(handle.worker()));
                let status = entry.and_then(|(entry, _)| entry.status());
                let status = status.and_then(|status| status.to_json().ok());
                let fields = [
                    ("worker-id", id(handle)),
                    ("status", status.unwrap_or_default()),
                ];
                Sent::line("on worker status updated", fields)
            }
            _ => return,
        };
        self.recorder.sent(|| sent);
    }
}
