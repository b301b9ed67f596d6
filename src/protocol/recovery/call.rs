//! The calls of the framework as Rust, for transcripts.

/// Values as Rust.
pub(super) mod var {
    use crate::framework::MasterInfo;
    use crate::protocol::recovery::message::{Ping, Pong, Status};
    use crate::protocol::recovery::state::WorkerNumber;

    fn time(is_old: bool) -> &'static str {
        if is_old { "LONG_AGO" } else { "NOW" }
    }

    pub(in crate::protocol::recovery) fn ping(worker: WorkerNumber, ping: Ping) -> String {
        let (id, time) = (worker.id(), time(ping.is_old));
        format!("ping({id:?}, {}, {}, {time})", ping.epoch, ping.is_finished)
    }

    pub(in crate::protocol::recovery) fn pong(worker: WorkerNumber, pong: Pong) -> String {
        let (id, time) = (worker.id(), time(pong.is_old));
        format!(
            "pong({id:?}, {}, {}, {time}, {:?})",
            pong.epoch, pong.is_finished, pong.worker_epoch
        )
    }

    pub(in crate::protocol::recovery) fn status(worker: WorkerNumber, status: Status) -> String {
        format!(
            "message({:?}, {}, Report::{:?})",
            worker.id(),
            status.epoch,
            status.report
        )
    }

    pub(in crate::protocol::recovery) fn master_info(info: Option<&MasterInfo>) -> String {
        let info = info.map(|info| (&*info.node, info.epoch));
        format!("master_info({info:?})")
    }
}
