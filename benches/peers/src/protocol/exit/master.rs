//! What the master does.

use super::{Beat, Entry, Exit, News, Phase, SUCCESSOR_EPOCH, State, Status, WORKER_EPOCH};
use crate::protocol::age::TOO_LONG;

/// Whether a check would find an entry.
pub(super) fn is_due(entry: &Entry) -> bool {
    let is_watched = matches!(entry.phase, Phase::Ordered | Phase::Online);
    is_watched && (entry.has_finished || entry.silent >= TOO_LONG)
}

impl Exit {
    pub(super) fn take_ping(&self, state: &mut State, ping: Beat) {
        let is_checked = self.rules.ping_worker_epoch_checked;
        let takes = |entry: &&mut Entry| entry.epoch == WORKER_EPOCH || !is_checked;
        let taker = state.entry.as_mut().filter(takes);
        let is_answered = taker.is_some() || !self.rules.pong_after_acceptance;
        if let Some(entry) = taker {
            entry.has_finished |= ping.is_last;
            entry.silent = 0;
            if entry.phase == Phase::Ordered {
                entry.phase = Phase::Online;
                state.news.push(News::Online);
            }
            if state.has_successor {
                self.needs_unless(state, is_checked, "ping_worker_epoch_checked");
            }
        }
        if is_answered && state.worker.is_some() {
            state.pong = Some(ping);
        }
    }

    pub(super) fn take_status(&self, state: &mut State) {
        let status = state.statuses.remove(0);
        let is_checked = self.rules.status_epoch_checked;
        let takes = |entry: &Entry| entry.epoch == WORKER_EPOCH || !is_checked;
        if let Some(entry) = state.entry.filter(takes) {
            state.news.push(News::Status(entry.serial, status));
            if state.has_successor {
                self.needs_unless(state, is_checked, "status_epoch_checked");
            }
        }
    }

    pub(super) fn check(&self, state: &mut State) -> Option<()> {
        let entry = state.entry.as_mut()?;
        entry.phase = Phase::Offline;
        state.news.push(News::Offline(entry.status.end()));
        Some(())
    }

    /// The business logic hears of all that there is.
    pub(super) fn tell(&self, state: &mut State) {
        while !state.news.is_empty() {
            let is_told = match state.news.remove(0) {
                News::Online => true,
                News::Status(serial, status) => self.note(state, serial, status),
                News::Offline(known) => {
                    self.lose(state, known);
                    false
                }
            };
            // It was told before that the worker is offline.
            if is_told && state.has_successor {
                state.trail.broke("S12");
            }
        }
    }

    /// The entry takes over a status, if it is still there and it is not too late for that.
    /// Whether it does.
    fn note(&self, state: &mut State, serial: u8, status: Status) -> bool {
        let is_latched =
            |known: Status| self.rules.terminal_status_latched && known.is_end() && known != status;
        let takes = |entry: &&mut Entry| {
            entry.serial == serial && entry.phase != Phase::Tombstone && !is_latched(entry.status)
        };
        let Some(entry) = state.entry.as_mut().filter(takes) else {
            return false;
        };
        entry.status = status;
        entry.epoch = WORKER_EPOCH;
        true
    }

    /// The worker is offline, for a reason that was known or is looked up.
    fn lose(&self, state: &mut State, known: Option<Status>) {
        let mut reason = known;
        if self.rules.offline_reason_at_delivery {
            if let (Some(entry), Some(end)) = (state.entry, state.row.end()) {
                self.note(state, entry.serial, end);
            }
            reason = state.entry.and_then(|entry| entry.status.end());
        }
        if reason != state.row.end() {
            state.trail.broke("S13");
            let is_in_force = self.rules.offline_reason_at_delivery;
            self.needs_unless(state, is_in_force, "offline_reason_at_delivery");
        }
        if state.entry.is_some_and(|entry| entry.has_finished) && state.holds {
            self.note_early_goodbye(state);
        }
        self.replace(state);
    }

    /// The entry is cleaned, and one for the successor made.
    fn replace(&self, state: &mut State) {
        state.has_successor = true;
        if let Some(entry) = &mut state.entry {
            entry.phase = Phase::Tombstone;
        }
        let is_forgotten = self.rules.tombstone_before_callback && self.rules.clean_forgets_entry;
        // It was no tombstone yet when it was cleaned, or is in the way of the successor's.
        if !self.rules.tombstone_before_callback || (self.same_id && !is_forgotten) {
            state.trail.broke("S8");
            state.is_over = true;
        }
        if is_forgotten {
            let waits = |news: &News| matches!(news, News::Status(..));
            let serial = u8::from(state.news.iter().any(waits));
            let successor = Entry::new(serial, SUCCESSOR_EPOCH);
            state.entry = self.same_id.then_some(successor);
        }
    }
}
