//! The dispatch of a job's master.

use super::{Detail, Done, Gone, Step};
use crate::framework::{DispatchError, DispatcherEffect, DispatcherEvent, DispatcherState, Record};
use crate::protocol::clock::NOW;
use crate::protocol::jobs::action::Incarnation;
use crate::protocol::jobs::prelude::{self, Manager};
use crate::protocol::jobs::state::name;
use crate::protocol::{Call, Recorder, Sent};
use crate::wire::WorkerStateCode;

/// How many incarnations of one job's master may live; there are two executors.
const EXECUTORS: usize = 2;

/// Why a job's master cannot be dispatched, as the job manager is told.
#[derive(Clone, Copy)]
pub(super) struct Failure {
    /// Whether it is not to be tried again.
    pub(super) is_for_good: bool,
    /// Whether it would go away.
    pub(super) is_transient: bool,
}

impl Failure {
    fn text(self) -> &'static str {
        match (self.is_for_good, self.is_transient) {
            (true, true) => "create worker terminated: connection lost",
            (true, false) => "create worker terminated: bad configuration",
            (false, _) => "connection lost",
        }
    }

    pub(super) fn read(text: &str) -> Self {
        Self {
            is_for_good: text.starts_with("create worker terminated"),
            is_transient: text.ends_with("connection lost"),
        }
    }
}

impl<R: Recorder> Step<'_, R> {
    /// Takes a dispatch one step further, and does what it wants done. One that is over
    /// is forgotten.
    fn dispatch(
        &mut self,
        manager: &mut Manager,
        place: u8,
        event: DispatcherEvent,
        is_transient: bool,
        is_row_stored: bool,
    ) -> Done {
        let place = usize::from(place);
        let Some(mut order) = self.state.orders.get(place).cloned() else {
            return Ok(());
        };
        let (jm, id) = (self.jm(), name(order.job));
        let mut effects = Vec::new();
        // What an order is offered, it takes.
        let _ = order.dispatch.handle_with_context(&event, &mut effects);
        let mut next = 0;
        while let Some(effect) = effects.get(next).copied() {
            next += 1;
            match effect {
                DispatcherEffect::SendPreDispatch | DispatcherEffect::SendConfirm => {}
                DispatcherEffect::MakeEntry => {
                    let epoch = match self.detail {
                        Detail::Whole => self.state.next_epoch(order.job),
                        Detail::Writes => self.state.unused_epoch(order.job),
                    };
                    let made = manager.workers.before_start(id, "x", epoch, NOW);
                    self.recorder.call(|| {
                        let code =
                            format!("{jm}.workers.before_start({id:?}, \"x\", {epoch}, NOW)");
                        Call::new(code, &made)
                    });
                    made.map_err(|error| self.fails(&error))?;
                    order.epoch = Some(epoch);
                }
                DispatcherEffect::StoreRow => {
                    let event = if is_row_stored {
                        let epoch = order.epoch.unwrap_or(0);
                        let row = prelude::status(id, epoch, WorkerStateCode::CREATED);
                        self.recorder
                            .sent(|| Sent::record(Record::Worker(row.clone())));
                        self.store(|store| {
                            store.workers.insert(id, row);
                        });
                        DispatcherEvent::RowStored
                    } else {
                        DispatcherEvent::RowFailed
                    };
                    let _ = order.dispatch.handle_with_context(&event, &mut effects);
                }
                DispatcherEffect::DeleteRow => self.store(|store| {
                    store.workers.remove(id);
                }),
                DispatcherEffect::ReportFailure { for_good } => {
                    let failure = Failure {
                        is_for_good: for_good,
                        is_transient,
                    };
                    let text = failure.text();
                    prelude::abort(manager, id, text);
                    self.recorder
                        .call(|| Call::statement(format!("abort(&mut {jm}, {id:?}, {text:?});")));
                }
            }
        }
        if is_over(*order.dispatch.state()) {
            self.state.orders.remove(place);
        } else if let Some(kept) = self.state.orders.get_mut(place) {
            *kept = order;
        }
        Ok(())
    }

    pub(super) fn pre_dispatch(&mut self, place: u8, is_row_stored: bool) -> Done {
        let event = DispatcherEvent::PreDispatched;
        self.with(|step, manager| step.dispatch(manager, place, event, true, is_row_stored))
    }

    pub(super) fn refuse(&mut self, place: u8, error: DispatchError) -> Done {
        let is_transient = error != DispatchError::Business { transient: false };
        let event = DispatcherEvent::PreDispatchFailed { error, now: NOW };
        self.with(|step, manager| step.dispatch(manager, place, event, is_transient, true))
    }

    pub(super) fn confirm(&mut self, place: u8) -> Done {
        let order = self.state.orders.get(usize::from(place)).cloned();
        let event = DispatcherEvent::Confirmed;
        self.with(|step, manager| step.dispatch(manager, place, event, true, true))?;
        let Some((job, epoch)) = order.and_then(|order| Some((order.job, order.epoch?))) else {
            return Err(Gone);
        };
        let alive = self.state.masters.iter().filter(|it| it.job == job);
        if alive.count() < EXECUTORS {
            let launched = self.launched(Incarnation { job, epoch });
            self.state.masters.push(launched);
            self.state
                .masters
                .sort_unstable_by_key(|it| (it.job, it.epoch));
        }
        Ok(())
    }

    pub(super) fn lose_confirm(&mut self, place: u8, error: DispatchError) -> Done {
        let event = DispatcherEvent::ConfirmFailed(error);
        self.with(|step, manager| step.dispatch(manager, place, event, true, true))
    }
}

/// Whether nothing more is done for a dispatch.
fn is_over(dispatch: DispatcherState) -> bool {
    !matches!(
        dispatch,
        DispatcherState::PreDispatching | DispatcherState::StoringRow | DispatcherState::Confirming
    )
}
