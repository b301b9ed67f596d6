//! What users ask for, and what becomes of that.

use super::{Code, Detail, Jobs, Manager, Order, Row, State, Stored, Wish};

impl Jobs {
    pub(super) fn create(&self, state: &mut State) {
        let new = Row {
            stored: Stored::Uninit,
            epoch: 0,
            is_deleted: false,
        };
        state.row = match state.row {
            None => Some(new),
            Some(_) if self.has("create_is_insert") => return,
            // It is written over, and stays deleted.
            Some(Row { is_deleted, .. }) => Some(Row { is_deleted, ..new }),
        };
        if state.visible().is_none() {
            self.needs(state, "create_is_insert");
            state.trail.broke("S20");
        }
        if !self.has("registered_before_dispatch") {
            state.is_to_register = true;
        } else if let Some(manager) = &mut state.manager
            && !self.register(manager, Stored::Uninit, false)
        {
            return;
        }
        state.orders.push(Order { epoch: None });
    }

    /// Whoever has created the job registers it only now.
    pub(super) fn register_created(&self, state: &mut State) {
        state.is_to_register = false;
        if let Some(manager) = &mut state.manager {
            self.register(manager, Stored::Uninit, false);
        }
    }

    /// The operator tells the job's master if it is to be canceled.
    pub(super) fn operate(&self, state: &mut State) {
        let seen = state.visible().map(|row| row.stored);
        let to_be_canceled = |it: &&mut Manager| it.wish == Some(Wish::ToCancel);
        let Some(manager) = state.manager.as_mut().filter(to_be_canceled) else {
            return;
        };
        match seen {
            None => manager.wish = Some(Wish::Nothing),
            Some(Stored::Ended(_)) => manager.wish = Some(Wish::Fulfilled),
            Some(_) if manager.online.is_some() => {
                let mut newest = state.masters.iter().rev();
                let newest = newest.find(|master| master.is_running());
                match newest.map(|master| master.epoch) {
                    Some(who) if self.detail == Detail::Whole => {
                        self.exit(state, who, Code::Stopped, true);
                    }
                    Some(who) => self.store_end(state, who, Code::Stopped),
                    None => {}
                }
            }
            Some(_) => {}
        }
    }
}

pub(super) fn cancel(state: &mut State) {
    state.is_canceling = true;
    let row = state.visible();
    if let Some(manager) = &mut state.manager {
        ask_to_cancel(row, manager);
    }
}

/// The job manager notes that the job is to be canceled, if it has not ended.
pub(super) fn ask_to_cancel(row: Option<Row>, manager: &mut Manager) {
    let Some(row) = row else {
        return;
    };
    let wish = manager.wish.get_or_insert(Wish::Nothing);
    if !row.stored.is_end() && *wish == Wish::Nothing {
        *wish = Wish::ToCancel;
    }
}

pub(super) fn delete(state: &mut State) {
    if let Some(row) = &mut state.row {
        row.is_deleted = true;
    }
}
