//! The dispatch of a job's master.

use super::{
    Code, Detail, Done, Entry, Failure, JobMaster, Jobs, Manager, News, Order, Phase, State,
    Status, Work,
};

/// How many masters of the job may live.
const EXECUTORS: usize = 2;

impl Jobs {
    /// The job's master gets an entry and a record, or that one cannot be stored.
    pub(super) fn pre_dispatch(
        &self,
        state: &mut State,
        manager: &mut Manager,
        place: usize,
        is_stored: bool,
    ) -> Done {
        if manager.entry.is_some() {
            return Err(self.fails(state));
        }
        let epoch = match self.detail {
            Detail::Whole => state.next_epoch(),
            Detail::Writes => state.unused_epoch(),
        };
        let code = Code::Ordered;
        manager.entry = Some(Entry {
            phase: Phase::Ordered,
            silent: Some(0),
            is_known_where: true,
            has_finished: false,
            status: Status { code, epoch },
        });
        if !is_stored {
            state.orders.remove(place);
            manager.news.push(News::DispatchFailed(Failure::ForNow));
            return Ok(());
        }
        if self.has("row_before_confirm") {
            let code = Code::Created;
            state.record = Some(Status { code, epoch });
        }
        state.orders[place] = Order { epoch: Some(epoch) };
        Ok(())
    }

    pub(super) fn refuse(&self, state: &mut State, place: usize, is_transient: bool) {
        state.orders.remove(place);
        let is_for_now = is_transient && self.has("transient_dispatch_error_retried");
        let failure = if is_for_now {
            Failure::ForNow
        } else {
            Failure::ForGood { is_transient }
        };
        if self.has("abort_on_predispatch_error")
            && let Some(manager) = &mut state.manager
        {
            manager.news.push(News::DispatchFailed(failure));
        }
    }

    /// Who is not sure that it has failed waits until the entry expires.
    pub(super) fn lose_confirm(&self, state: &mut State, place: usize, is_sure: bool) {
        state.orders.remove(place);
        if !is_sure {
            return;
        }
        if self.has("row_before_confirm") {
            state.record = None;
        }
        if let Some(manager) = &mut state.manager {
            manager.news.push(News::DispatchFailed(Failure::ForNow));
        }
    }
}

pub(super) fn confirm(state: &mut State, place: usize) {
    let order = state.orders.remove(place);
    if let Some(epoch) = order.epoch
        && state.masters.len() < EXECUTORS
    {
        state.masters.push(JobMaster {
            epoch,
            work: Work::Refresh,
            is_acknowledged: true,
            is_late: false,
        });
        state.masters.sort_by_key(|master| master.epoch);
    }
}
