//! What can happen.

use super::{Code, Detail, JobMaster, Jobs, Manager, State, Step, Work};

/// How many job managers there may be, and of how many epochs masters where each write
/// counts.
const MANAGERS: u8 = 2;
const EPOCHS: u8 = 2;

/// After so many ages a wait is over.
const LONG_ENOUGH: u8 = 2;

/// As what a job's master ends by itself.
const ENDS: [Code; 2] = [Code::Finished, Code::Failed];

impl Jobs {
    pub(super) fn offer(&self, state: &State, steps: &mut Vec<Step>) {
        if let Some(manager) = &state.manager {
            self.offer_to_users(state, steps);
            self.offer_to_dispatches(state, steps);
            self.offer_to_manager(manager, steps);
        } else if state.incarnation < MANAGERS {
            steps.push(Step::Elect);
        }
        let is_quiet = |master: &JobMaster| master.is_acknowledged || master.is_late;
        let may_be_silent = self.faults.partition || state.masters.iter().all(is_quiet);
        if state.orders.is_empty() && may_be_silent {
            steps.push(Step::EndAge);
        }
        for master in &state.masters {
            match self.detail {
                Detail::Whole => self.offer_to_whole(state, master, steps),
                Detail::Writes if master.is_late => offer_late(master, steps),
                Detail::Writes => self.offer_writes(state, master, steps),
            }
        }
    }

    fn offer_to_users(&self, state: &State, steps: &mut Vec<Step>) {
        match state.visible() {
            None => steps.push(Step::Create),
            Some(row) if row.stored.is_end() => steps.push(Step::Delete),
            Some(_) if !state.is_canceling => steps.push(Step::Cancel),
            Some(_) => {}
        }
        if state.is_to_register {
            steps.push(Step::Register);
        }
    }

    fn offer_to_dispatches(&self, state: &State, steps: &mut Vec<Step>) {
        let is_free = self.detail == Detail::Whole || state.unused_epoch() <= EPOCHS;
        for (place, order) in state.orders.iter().enumerate() {
            if order.epoch.is_some() {
                steps.push(Step::Confirm { place });
                if self.faults.crash {
                    let is_sure = true;
                    steps.push(Step::LoseConfirm { place, is_sure });
                }
                if self.faults.loss {
                    let is_sure = false;
                    steps.push(Step::LoseConfirm { place, is_sure });
                }
                continue;
            }
            if is_free {
                let is_stored = true;
                steps.push(Step::PreDispatch { place, is_stored });
                if self.faults.store && self.has("row_before_confirm") {
                    let is_stored = false;
                    steps.push(Step::PreDispatch { place, is_stored });
                }
            }
            for is_transient in [false, true] {
                steps.push(Step::Refuse {
                    place,
                    is_transient,
                });
            }
        }
    }

    fn offer_to_manager(&self, manager: &Manager, steps: &mut Vec<Step>) {
        steps.extend([Step::Poll, Step::Check, Step::Operate]);
        if manager.waits.is_some_and(|ages| ages >= LONG_ENOUGH) {
            steps.push(Step::EndWait);
        }
        if self.faults.crash {
            steps.push(Step::CrashManager);
        }
        if manager.is_backing_off() {
            steps.push(Step::EndBackOff);
        }
    }

    fn offer_to_whole(&self, state: &State, master: &JobMaster, steps: &mut Vec<Step>) {
        let who = master.epoch;
        let has_manager = state.manager.is_some();
        if has_manager {
            steps.extend([Step::Ping(who), Step::Leave(who)]);
        }
        if master.is_running() {
            for end in ENDS {
                if has_manager {
                    steps.push(Step::Exit(who, end));
                }
                if self.faults.loss || !has_manager {
                    steps.push(Step::ExitUnheard(who, end));
                }
            }
        } else {
            steps.push(Step::Start(who));
        }
        if self.faults.crash {
            steps.push(Step::Crash(who));
        }
    }

    fn offer_writes(&self, state: &State, master: &JobMaster, steps: &mut Vec<Step>) {
        let who = master.epoch;
        let has_manager = state.manager.is_some();
        let mut is_ending = false;
        match master.work {
            Work::Running => steps.extend(ENDS.map(|end| Step::StoreEnd(who, end))),
            Work::Ending { is_recorded, .. } => {
                is_ending = true;
                if !is_recorded {
                    steps.push(Step::StoreOwnEnd(who));
                } else if has_manager {
                    steps.push(Step::ReportEnd(who));
                }
                if is_recorded && (self.faults.loss || !has_manager) {
                    steps.push(Step::EndUnheard(who));
                }
            }
            _ => steps.push(Step::GoOn(who)),
        }
        if has_manager && !is_ending {
            steps.extend([Step::Ping(who), Step::Leave(who)]);
        }
        if self.faults.crash {
            steps.push(Step::Crash(who));
        }
    }
}

/// A write that was under way when the loop ended.
fn offer_late(master: &JobMaster, steps: &mut Vec<Step>) {
    let who = master.epoch;
    match master.work {
        Work::Refresh | Work::Mark => steps.push(Step::WriteLate(who, Code::Failed)),
        Work::Running => steps.extend(ENDS.map(|end| Step::WriteLate(who, end))),
        Work::Record { .. } | Work::Ending { .. } => {}
    }
    steps.push(Step::Crash(who));
}
