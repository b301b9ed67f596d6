//! How the situations are called that an answer of the table of workers is.

use crate::framework::manager::{Dropped, ManagerError};

pub(super) fn dropped(why: Dropped) -> &'static str {
    match why {
        Dropped::NoManager => "dropped, no manager",
        Dropped::Loading => "dropped, loading",
        Dropped::OldMasterEpoch => "dropped, old master epoch",
        Dropped::UnknownWorker => "dropped, unknown worker",
        Dropped::NoStatus => "dropped, no status",
        Dropped::OtherWorkerEpoch => "dropped, other worker epoch",
    }
}

pub(super) fn name(error: &ManagerError) -> &'static str {
    match error {
        ManagerError::StaleMaster { .. } => "stale master",
        ManagerError::StaleEntry { .. } => "stale entry",
        ManagerError::NoStatus { .. } => "no status",
        ManagerError::WorkerExists { .. } => "worker exists",
        ManagerError::NotATombstone { .. } => "not a tombstone",
        ManagerError::UnexpectedPing { .. } => "unexpected ping",
        ManagerError::NoManager { .. } => "no manager",
        ManagerError::NotRecoverable { .. } => "not recoverable",
        ManagerError::EntryRefuses { .. } => "entry refuses",
        ManagerError::StaleHandle { .. } => "stale handle",
        ManagerError::OutOfTurn { .. } => "out of turn",
        ManagerError::TooManyPendingEvents { .. } => "too many pending events",
        ManagerError::Canceled => "canceled",
        ManagerError::Store { .. } => "store failed",
        ManagerError::Callback { .. } => "callback failed",
    }
}
