//! How the job manager looks after its job.

use super::user::ask_to_cancel;
use super::{
    BackOff, Code, Done, Entry, Failure, Gone, Jobs, Manager, Order, Phase, Registered, Row, State,
    Status, Stored, Wish,
};

impl Jobs {
    /// Registers the job as awaited. Whether it does.
    pub(super) fn register(
        &self,
        manager: &mut Manager,
        stored: Stored,
        is_from_failover: bool,
    ) -> bool {
        let known = [manager.pending, manager.awaited, manager.online];
        let is_known = known.iter().any(Option::is_some);
        if is_known && self.has("registered_before_dispatch") {
            return false;
        }
        manager.awaited = Some(Registered {
            stored,
            is_from_failover,
        });
        true
    }

    /// A new job manager takes over the job that it has found, if that has not ended.
    pub(super) fn take_over(&self, row: Option<Row>, manager: &mut Manager) {
        if let Some(row) = row.filter(|row| !row.stored.is_end()) {
            self.register(manager, row.stored, true);
        }
    }

    pub(super) fn elect(&self, state: &mut State) {
        state.incarnation += 1;
        let mut manager = Manager::default();
        let is_relevant = |record: &Status| record.code != Code::Finished;
        if let Some(status) = state.record.filter(is_relevant) {
            manager.waits = Some(0);
            manager.entry = Some(Entry {
                phase: Phase::WaitedFor,
                silent: None,
                is_known_where: false,
                has_finished: false,
                status,
            });
        } else {
            self.take_over(state.visible(), &mut manager);
        }
        if state.is_canceling {
            ask_to_cancel(state.visible(), &mut manager);
        }
        state.manager = Some(manager);
    }

    pub(super) fn is_online(&self, state: &mut State, manager: &mut Manager) -> Done {
        let back_off = manager.back_off.get_or_insert(BackOff::NEW);
        back_off.is_online = true;
        let Some(awaited) = manager.awaited.take() else {
            return Err(self.resigns(state, manager));
        };
        manager.online = Some(awaited.settled());
        Ok(())
    }

    pub(super) fn dispatch_failed(
        &self,
        state: &mut State,
        manager: &mut Manager,
        failure: Failure,
    ) -> Done {
        match failure {
            Failure::ForNow => {
                fail(manager);
                let Some(awaited) = manager.awaited.take() else {
                    return Err(self.resigns(state, manager));
                };
                manager.pending = Some(awaited.settled());
            }
            Failure::ForGood { is_transient } => {
                self.go_offline(manager, false);
                if is_transient {
                    self.needs(state, "transient_dispatch_error_retried");
                    state.trail.broke("S21");
                }
                self.store_state(state, Code::Failed);
            }
        }
        Ok(())
    }

    /// What the job manager itself stores of the job.
    fn store_state(&self, state: &mut State, end: Code) {
        let known = state.visible().map_or(0, |row| row.epoch);
        self.write(state, known, Stored::Ended(end));
    }

    /// The job is not where it should be.
    fn resigns(&self, state: &mut State, manager: &Manager) -> Gone {
        state.trail.broke("S17");
        if state.is_to_register {
            self.needs(state, "registered_before_dispatch");
        } else if manager.online.is_some() {
            self.needs_if_lacking(state, "online_only_if_heard");
        }
        Gone
    }

    pub(super) fn is_offline(
        &self,
        state: &mut State,
        manager: &mut Manager,
        end: Option<Code>,
    ) -> Done {
        if end.is_some() {
            manager.back_off = None;
        } else {
            fail(manager);
        }
        self.go_offline(manager, end.is_none());
        let is_pending = manager.pending.is_some();
        if !is_pending && (manager.awaited.is_some() || manager.online.is_some()) {
            state.trail.broke("S18");
            self.needs_if_lacking(state, "offline_before_online_handled");
        }
        self.clean(state, manager)
    }

    /// The job's master is gone, and the job is to be run again or not.
    fn go_offline(&self, manager: &mut Manager, again: bool) {
        let mut gone = manager.online.take();
        if gone.is_none() && self.has("offline_before_online_handled") {
            gone = manager.awaited.take();
        }
        if let Some(gone) = gone.filter(|_| again) {
            manager.pending = Some(gone.settled());
        }
    }

    pub(super) fn look_after(&self, state: &mut State, manager: &mut Manager) -> Done {
        let before = manager.clone();
        let mut orders = 0;
        let ends_pending = self.look_after_pending(state, manager, &mut orders);
        let takes_over = manager.is_ready() && !manager.has_taken_over;
        let mut is_to_clean = false;
        if takes_over {
            is_to_clean = self.finish_taking_over(state, manager, &mut orders);
            self.note_taking_over(state, &before, manager);
        }
        for _ in 0..orders {
            self.note_order(state, &before);
        }
        if ends_pending {
            self.store_state(state, Code::Stopped);
        }
        if is_to_clean {
            self.clean(state, manager)?;
        }
        let new = Order { epoch: None };
        state.orders.extend((0..orders).map(|_| new));
        Ok(())
    }

    /// Whether the job has ended, and that is looked at.
    fn must_not_run(&self, state: &State) -> bool {
        self.has("stored_state_rechecked") && !state.is_live()
    }

    /// Whether a pending job is to be stored as canceled.
    fn look_after_pending(&self, state: &State, manager: &mut Manager, orders: &mut usize) -> bool {
        let Some(pending) = manager.pending else {
            return false;
        };
        let is_to_be_canceled = manager.wish == Some(Wish::ToCancel);
        if self.must_not_run(state) {
            (manager.pending, manager.back_off) = (None, None);
        } else if is_to_be_canceled && self.has("canceling_stops_redispatch") {
            (manager.pending, manager.back_off) = (None, None);
            return true;
        } else if !manager.is_backing_off() {
            manager.pending = None;
            manager.awaited = Some(pending);
            *orders += 1;
        }
        false
    }

    /// Whether the entry is to be cleaned.
    fn finish_taking_over(&self, state: &State, manager: &mut Manager, orders: &mut usize) -> bool {
        let mut is_to_clean = false;
        if let Some(entry) = manager.entry {
            if entry.phase == Phase::Tombstone {
                is_to_clean = self.has("recovery_cleans_tombstones");
            } else if !(entry.is_unheard() && self.has("online_only_if_heard"))
                && let Some(awaited) = manager.awaited.take()
            {
                manager.online = Some(awaited.settled());
            }
        }
        let only_found = self.has("redispatch_only_after_failover");
        if let Some(awaited) = manager.awaited
            && (awaited.is_from_failover || !only_found)
        {
            if self.must_not_run(state) {
                manager.awaited = None;
            } else {
                manager.awaited = Some(awaited.settled());
                *orders += 1;
            }
        }
        manager.has_taken_over = true;
        is_to_clean
    }

    fn note_taking_over(&self, state: &mut State, before: &Manager, manager: &Manager) {
        let Some(entry) = before.entry else {
            return;
        };
        if entry.phase == Phase::Tombstone {
            self.needs_if_lacking(state, "recovery_cleans_tombstones");
        }
        if entry.is_unheard() && manager.online.is_some() {
            self.needs(state, "online_only_if_heard");
        }
    }

    /// Notes that the job is dispatched which should not be.
    fn note_order(&self, state: &mut State, before: &Manager) {
        if before.pending.is_some() {
            if before.wish == Some(Wish::ToCancel) {
                self.needs_if_lacking(state, "canceling_stops_redispatch");
            }
        } else if before.awaited.is_some_and(|it| !it.is_from_failover) {
            self.needs(state, "redispatch_only_after_failover");
        }
        if !state.is_live() {
            self.needs(state, "stored_state_rechecked");
        }
    }
}

impl Registered {
    /// It is no longer one that was found and of which nobody has heard.
    fn settled(self) -> Self {
        Self {
            is_from_failover: false,
            ..self
        }
    }
}

impl BackOff {
    const NEW: Self = Self {
        failures: 0,
        is_online: false,
    };
}

fn fail(manager: &mut Manager) {
    let back_off = manager.back_off.get_or_insert(BackOff::NEW);
    back_off.failures += 1;
    back_off.is_online = false;
}
