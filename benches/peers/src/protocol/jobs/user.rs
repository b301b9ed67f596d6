//! What users ask for, and what becomes of that.

use super::{Code, Detail, Done, Jobs, Manager, Order, Row, State, Stored, Wish};

impl Jobs {
    pub(super) fn create(&self, state: &mut State) -> Done {
        let new = Row {
            stored: Stored::Uninit,
            epoch: 0,
            is_deleted: false,
        };
        state.row = match state.row {
            None => Some(new),
            Some(_) if self.has("create_is_insert") => return Ok(()),
            // It is written over, and stays deleted.
            Some(Row { is_deleted, .. }) => Some(Row { is_deleted, ..new }),
        };
        if state.visible().is_none() {
            self.needs(state, "create_is_insert");
            state.trail.broke("S20");
        }
        self.with(state, |state, manager| {
            if self.has("registered_before_dispatch") {
                if !self.register(manager, Stored::Uninit, false) {
                    return Ok(());
                }
            } else {
                state.is_to_register = true;
            }
            state.orders.push(Order { epoch: None });
            Ok(())
        })
    }

    /// The job manager notes that the job is to be canceled.
    pub(super) fn ask_to_cancel(&self, state: &State, manager: &mut Manager) {
        let Some(row) = state.visible() else {
            return;
        };
        let wish = manager.wish.get_or_insert(Wish::Nothing);
        if !row.stored.is_end() && *wish == Wish::Nothing {
            *wish = Wish::ToCancel;
        }
    }

    /// The operator tells the job's master if it is to be canceled.
    pub(super) fn operate(&self, state: &mut State) -> Done {
        let seen = state.visible().map(|row| row.stored);
        let Some(manager) = &mut state.manager else {
            return Ok(());
        };
        if manager.wish != Some(Wish::ToCancel) {
            return Ok(());
        }
        match seen {
            None => manager.wish = Some(Wish::Nothing),
            Some(Stored::Ended(_)) => manager.wish = Some(Wish::Fulfilled),
            Some(_) if manager.online.is_some() => {
                let mut newest = state.masters.iter().rev();
                let newest = newest.find(|master| master.is_running());
                match newest.map(|master| master.epoch) {
                    Some(who) if self.detail == Detail::Whole => {
                        return self.exit(state, who, Code::Stopped, true);
                    }
                    Some(who) => self.store_end(state, who, Code::Stopped),
                    None => {}
                }
            }
            Some(_) => {}
        }
        Ok(())
    }
}
