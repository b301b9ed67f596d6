//! What a job's master does.

use super::{Code, Detail, Done, Jobs, Manager, State, Status, Stored, Work};

impl Jobs {
    /// The start goes on, to its end or to its next write.
    pub(super) fn go_on(&self, state: &mut State, who: u8, to_the_end: bool) {
        loop {
            let Some(work) = state.master(who).map(|master| master.work) else {
                return;
            };
            let next = match work {
                Work::Refresh => {
                    let stored = state.visible().map_or(Stored::Uninit, |row| row.stored);
                    self.refresh(state, who);
                    if stored.is_end() {
                        if self.has("stored_state_rechecked") {
                            return state.remove_master(who);
                        }
                        self.needs(state, "stored_state_rechecked");
                        state.trail.broke("S5");
                    }
                    if stored == Stored::Uninit {
                        Work::Mark
                    } else {
                        Work::Record { is_recovery: true }
                    }
                }
                Work::Mark => {
                    self.write(state, who, Stored::Init);
                    Work::Record { is_recovery: false }
                }
                Work::Record { .. } => {
                    let code = Code::Init;
                    state.record = Some(Status { code, epoch: who });
                    Work::Running
                }
                Work::Running | Work::Ending { .. } => return,
            };
            set_work(state, who, next);
            if !to_the_end {
                return;
            }
        }
    }

    fn refresh(&self, state: &mut State, who: u8) {
        let Some(row) = state.row.as_mut().filter(|row| !row.is_deleted) else {
            return;
        };
        let goes_back = who < row.epoch;
        if goes_back && self.has("state_writes_conditional") {
            return;
        }
        row.epoch = who;
        if goes_back {
            self.needs(state, "state_writes_conditional");
            state.trail.broke("S15");
        }
    }

    /// The state of the job is written by one who knows it in this epoch.
    pub(super) fn write(&self, state: &mut State, known: u8, new: Stored) {
        let is_conditional = self.has("state_writes_conditional");
        let Some(row) = state.row.as_mut().filter(|row| !row.is_deleted) else {
            return;
        };
        let flips = row.stored.is_end() && row.stored != new;
        let is_of_another = row.epoch != known;
        if is_conditional && (flips || is_of_another) {
            return;
        }
        row.stored = new;
        if flips {
            state.trail.broke("S4");
        }
        if flips || is_of_another {
            self.needs(state, "state_writes_conditional");
        }
    }

    pub(super) fn store_end(&self, state: &mut State, who: u8, end: Code) {
        self.write(state, who, Stored::Ended(end));
        let is_recorded = false;
        set_work(state, who, Work::Ending { end, is_recorded });
    }

    /// Tells the job manager, and is gone.
    pub(super) fn report_end(&self, state: &mut State, who: u8, is_heard: bool) {
        let Some(code) = end_of(state, who) else {
            return;
        };
        state.remove_master(who);
        if let Some(manager) = state.manager.as_mut().filter(|_| is_heard) {
            self.take_status(manager, Status { code, epoch: who });
        }
    }

    /// All that an end takes at once.
    pub(super) fn exit(&self, state: &mut State, who: u8, end: Code, is_heard: bool) {
        self.store_end(state, who, end);
        store_own_end(state, who);
        self.report_end(state, who, is_heard);
    }

    /// The last write of one whose loop has ended.
    pub(super) fn write_late(&self, state: &mut State, who: u8, end: Code) {
        match state.master(who).map(|master| master.work) {
            Some(Work::Refresh) => self.refresh(state, who),
            Some(Work::Mark) => self.write(state, who, Stored::Init),
            Some(Work::Running) => self.store_end(state, who, end),
            _ => {}
        }
        state.remove_master(who);
    }

    pub(super) fn ping(&self, state: &mut State, who: u8, is_last: bool) -> Done {
        let mut is_answered = false;
        self.with(state, |state, manager| {
            is_answered = self.take_ping(state, manager, who, is_last)?;
            Ok(())
        })?;
        if is_last {
            state.remove_master(who);
        } else if is_answered && let Some(master) = state.master(who) {
            master.is_acknowledged = true;
        }
        Ok(())
    }

    /// Who was not acknowledged in the age that ends has given up.
    pub(super) fn end_age(&self, state: &mut State) {
        let may_write = self.faults.delay && self.detail == Detail::Writes;
        state
            .masters
            .retain(|master| may_write || master.is_acknowledged);
        for master in &mut state.masters {
            master.is_late |= !master.is_acknowledged;
            master.is_acknowledged = false;
        }
        if let Some(manager) = &mut state.manager {
            let Manager { waits, entry, .. } = manager;
            let silent = entry.as_mut().and_then(|entry| entry.silent.as_mut());
            for ages in [waits.as_mut(), silent].into_iter().flatten() {
                *ages = 2.min(*ages + 1);
            }
        }
    }
}

/// Where there is no record, there is nothing to write.
pub(super) fn store_own_end(state: &mut State, who: u8) {
    let Some(end) = end_of(state, who) else {
        return;
    };
    if let Some(record) = &mut state.record {
        let (code, epoch) = (end, who);
        *record = Status { code, epoch };
    }
    let is_recorded = true;
    set_work(state, who, Work::Ending { end, is_recorded });
}

fn set_work(state: &mut State, who: u8, work: Work) {
    if let Some(master) = state.master(who) {
        master.work = work;
    }
}

fn end_of(state: &mut State, who: u8) -> Option<Code> {
    match state.master(who)?.work {
        Work::Ending { end, .. } => Some(end),
        _ => None,
    }
}
