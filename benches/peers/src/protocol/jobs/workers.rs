//! What the job manager knows of the job's masters, and hears of them.

use super::{Code, Done, Entry, Gone, Jobs, Manager, News, Phase, Row, State, Status};

/// Who is not heard of for so many ages is silent for too long.
const TOO_LONG: u8 = 2;

impl Jobs {
    /// Whether the ping is answered.
    pub(super) fn take_ping(
        &self,
        state: &mut State,
        manager: &mut Manager,
        epoch: u8,
        is_last: bool,
    ) -> Result<bool, Gone> {
        let is_ready = manager.is_ready();
        let is_answered = !self.has("pong_after_acceptance");
        let Some(entry) = &mut manager.entry else {
            return Ok(is_answered);
        };
        if entry.status.epoch != epoch && self.has("ping_worker_epoch_checked") {
            return if epoch < entry.status.epoch {
                Ok(is_answered)
            } else {
                Err(self.fails(state))
            };
        }
        entry.has_finished |= is_last;
        entry.silent = Some(0);
        if entry.is_unheard() {
            entry.phase = Phase::Online;
            entry.is_known_where = true;
            if is_ready {
                manager.news.push(News::Online);
            } else {
                self.end_wait(state.visible(), manager);
            }
        }
        Ok(true)
    }

    pub(super) fn take_status(&self, manager: &mut Manager, status: Status) {
        let is_checked = self.has("status_epoch_checked");
        let takes = |entry: &Entry| entry.status.epoch == status.epoch || !is_checked;
        if let Some(entry) = manager.entry.filter(takes) {
            let is_known_where = entry.is_known_where;
            manager.news.push(News::Status {
                status,
                is_known_where,
            });
        }
    }

    /// A new job manager knows who is there, and takes over.
    pub(super) fn end_wait(&self, row: Option<Row>, manager: &mut Manager) {
        manager.waits = None;
        let is_to_go = |entry: &Entry| entry.phase == Phase::WaitedFor || entry.has_finished;
        if manager.entry.as_ref().is_some_and(is_to_go) {
            if self.has("statuses_kept_while_recovering") {
                for news in manager.news.clone() {
                    if let News::Status { status, .. } = news {
                        note(manager, status);
                    }
                }
            }
            if let Some(entry) = &mut manager.entry {
                entry.phase = Phase::Tombstone;
            }
        }
        self.take_over(row, manager);
    }

    pub(super) fn check(&self, state: &mut State, manager: &mut Manager) -> Done {
        if !manager.is_ready() {
            if self.has("checker_gated_by_ready") {
                return Ok(());
            }
            let phase = manager.entry.map(|entry| entry.phase);
            if phase == Some(Phase::WaitedFor) {
                return Err(self.fails(state));
            }
        }
        if let Some(entry) = &mut manager.entry
            && matches!(entry.phase, Phase::Ordered | Phase::Online)
            && (entry.has_finished || entry.silent >= Some(TOO_LONG))
        {
            entry.phase = Phase::Offline;
            let known = entry.status.code.end();
            manager.news.push(News::Offline(known));
        }
        Ok(())
    }

    /// All news is delivered.
    pub(super) fn deliver(&self, state: &mut State, manager: &mut Manager) -> Done {
        while !manager.news.is_empty() {
            match manager.news.remove(0) {
                News::Online => self.is_online(state, manager)?,
                News::Status { status, .. } => note(manager, status),
                News::DispatchFailed(failure) => {
                    manager.forget_entry();
                    self.dispatch_failed(state, manager, failure)?;
                }
                News::Offline(known) => self.deliver_offline(state, manager, known)?,
            }
        }
        Ok(())
    }

    fn deliver_offline(
        &self,
        state: &mut State,
        manager: &mut Manager,
        known: Option<Code>,
    ) -> Done {
        let mut reason = known;
        if self.has("offline_reason_at_delivery") {
            let known = manager.referred().map(|entry| entry.status);
            let is_told = |record: &Status| {
                record.code.end().is_some() && known.is_none_or(|it| it.epoch == record.epoch)
            };
            if let Some(record) = state.record.filter(is_told) {
                note(manager, record);
            }
            let entry = manager.referred();
            reason = entry.and_then(|entry| entry.status.code.end());
        }
        if !self.has("tombstone_before_callback") {
            self.is_offline(state, manager, reason)?;
        }
        if let Some(entry) = manager.referred() {
            if entry.phase != Phase::Offline && !entry.has_finished {
                return Err(self.fails(state));
            }
            entry.phase = Phase::Tombstone;
        }
        if self.has("tombstone_before_callback") {
            self.is_offline(state, manager, reason)?;
        }
        Ok(())
    }

    /// The entry is cleaned, and with it what is stored of the job's master.
    pub(super) fn clean(&self, state: &mut State, manager: &mut Manager) -> Done {
        let phase = manager.entry.map(|entry| entry.phase);
        if phase.is_some_and(|phase| phase != Phase::Tombstone) {
            self.needs_if_lacking(state, "tombstone_before_callback");
            return Err(self.fails(state));
        }
        if self.has("clean_forgets_entry") {
            manager.forget_entry();
        } else if manager.entry.is_some() {
            self.needs(state, "clean_forgets_entry");
        }
        state.record = None;
        Ok(())
    }
}

/// The entry takes over a status, if it is not too late for that.
fn note(manager: &mut Manager, status: Status) {
    let entry = manager.referred();
    if let Some(entry) = entry.filter(|entry| entry.phase != Phase::Tombstone) {
        entry.status = status;
    }
}
