//! What the master does.

use super::{Beat, Entry, Exit, News, Phase, State, Status, TOO_LONG};

/// Whether a check would find an entry.
pub(super) fn is_due(entry: &Entry) -> bool {
    let is_watched = matches!(entry.phase, Phase::Ordered | Phase::Online);
    is_watched && (entry.has_finished || entry.silent >= TOO_LONG)
}

impl Exit {
    pub(super) fn take_ping(&self, state: &mut State, ping: Beat) {
        if let Some(entry) = &mut state.entry {
            entry.has_finished |= ping.is_last;
            entry.silent = 0;
            if entry.phase == Phase::Ordered {
                entry.phase = Phase::Online;
                state.news.push(News::Online);
            }
        }
        let is_answered = state.entry.is_some() || !self.rules.pong_after_acceptance;
        if is_answered && state.worker.is_some() {
            state.pong = Some(ping);
        }
    }

    pub(super) fn take_status(&self, state: &mut State) {
        let status = state.statuses.remove(0);
        if state.entry.is_some() {
            state.news.push(News::Status(status));
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
        for news in std::mem::take(&mut state.news) {
            match news {
                News::Online => {}
                News::Status(status) => self.note(state, status),
                News::Offline(known) => {
                    let mut reason = known;
                    if self.rules.offline_reason_at_delivery {
                        if state.row.is_end() {
                            self.note(state, state.row);
                        }
                        reason = state.entry.and_then(|entry| entry.status.end());
                    }
                    self.tell_offline(state, reason);
                }
            }
        }
    }

    /// The entry takes over a status, if it is not too late for that.
    fn note(&self, state: &mut State, status: Status) {
        let Some(entry) = &mut state.entry else {
            return;
        };
        let is_latched = self.rules.terminal_status_latched && entry.status.is_end();
        if entry.phase != Phase::Tombstone && !is_latched {
            entry.status = status;
        }
    }

    fn tell_offline(&self, state: &mut State, reason: Option<Status>) {
        if reason != state.row.end() {
            state.trail.broke("S13");
            let is_in_force = self.rules.offline_reason_at_delivery;
            self.needs_unless(state, is_in_force, "offline_reason_at_delivery");
        }
        if state.entry.is_some_and(|entry| entry.has_finished) && state.holds {
            self.note_early_goodbye(state);
        }
        state.has_successor = true;
        if let Some(entry) = &mut state.entry {
            entry.phase = Phase::Tombstone;
        }
        if !self.rules.tombstone_before_callback {
            // It was none yet when it was cleaned.
            state.trail.broke("S8");
            state.is_over = true;
        } else if self.rules.clean_forgets_entry {
            state.entry = None;
        }
    }
}
