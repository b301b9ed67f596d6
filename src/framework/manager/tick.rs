//! A tick: delivers the events that wait to the business logic.

use std::sync::Arc;

use super::queue::{Event, What};
use super::{Effect, Handle, ManagerError, OfflineReason, WorkerManager};
use crate::framework::{Rule, WorkerEntryEvent};
use crate::machine::StepKind;
use crate::wire::WorkerStatus;

/// What a tick is told.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "what a tick asks for has exactly these answers"
)]
pub enum TickInput<'a> {
    /// It begins. What an earlier one has asked for is not waited for any longer.
    Start,
    /// It begins, but whoever wants it has been canceled.
    Canceled,
    /// The callback that it asked for has succeeded.
    CallbackDone,
    /// The callback that it asked for has failed, and so has the tick. The event is
    /// used up.
    CallbackFailed(&'a str),
    /// The record that it asked for, `None` when there is none, or what the store
    /// said.
    Row(Result<Option<WorkerStatus>, &'a str>),
}

/// What a tick wants next.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[must_use]
#[expect(
    clippy::exhaustive_enums,
    reason = "a tick asks for one of these or has ended"
)]
pub enum Ticked {
    /// A callback, which is the last effect; the tick goes on with
    /// [`TickInput::CallbackDone`] or [`TickInput::CallbackFailed`].
    Callback,
    /// A record, which is the last effect; the tick goes on with
    /// [`TickInput::Row`].
    Row,
    /// Nothing: all events are delivered.
    Done,
}

/// What a tick waits for.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) enum Turn {
    /// A callback, after which an entry becomes a tombstone, if one is named here
    /// by its worker and serial.
    Callback { then: Option<(Arc<str>, u16)> },
    /// The record of the worker whose going offline is the first event.
    Row,
}

impl WorkerManager {
    /// Delivers the events that wait, in order, one callback at a time.
    ///
    /// What has to happen before a callback is done when its effect is pushed: who
    /// went offline is a tombstone, a status is taken over, a worker that could not
    /// be started is out of the table. A status for a tombstone is not delivered.
    ///
    /// # Errors
    ///
    /// The error that the master has failed by, if it has; that of the callback or
    /// of the store; or when the input is none that was asked for.
    ///
    /// # Examples
    ///
    /// ```
    /// use fsmcheck::framework::Policy;
    /// use fsmcheck::framework::manager::{ManagerError, TickInput, Ticked, WorkerManager};
    ///
    /// fn tick_to_the_end(manager: &mut WorkerManager) -> Result<(), ManagerError> {
    ///     let mut effects = Vec::new();
    ///     let mut input = TickInput::Start;
    ///     loop {
    ///         input = match manager.tick(input, &mut effects)? {
    ///             Ticked::Done => return Ok(()),
    ///             // Call back what `effects.pop()` says.
    ///             Ticked::Callback => TickInput::CallbackDone,
    ///             // Read the record that `effects.pop()` names.
    ///             Ticked::Row => TickInput::Row(Ok(None)),
    ///         };
    ///     }
    /// }
    /// # tick_to_the_end(&mut WorkerManager::new(1, Policy::original()))?;
    /// # Ok::<(), ManagerError>(())
    /// ```
    pub fn tick(
        &mut self,
        input: TickInput<'_>,
        effects: &mut Vec<Effect<'_>>,
    ) -> Result<Ticked, ManagerError> {
        match input {
            TickInput::Start => self.settle(),
            TickInput::Canceled => {
                self.settle();
                return Err(self.failure.clone().unwrap_or(ManagerError::Canceled));
            }
            TickInput::CallbackDone => {
                self.expect_callback()?;
                self.settle();
            }
            TickInput::CallbackFailed(message) => {
                self.expect_callback()?;
                self.settle();
                return Err(ManagerError::Callback {
                    message: message.into(),
                });
            }
            TickInput::Row(row) => return self.go_on_with_row(row, effects),
        }
        if let Some(error) = &self.failure {
            return Err(error.clone());
        }
        self.deliver(effects)
    }

    /// Delivers events up to the first that has a callback.
    fn deliver(&mut self, effects: &mut Vec<Effect<'_>>) -> Result<Ticked, ManagerError> {
        while let Some(event) = self.queue.first() {
            if let What::Offline { serial, reason } = event.what {
                let worker = Arc::clone(&event.worker);
                if self.policy.has(Rule::OfflineReasonAtDelivery) {
                    effects.push(Effect::ReadRow { worker });
                    self.turn = Some(Turn::Row);
                    return Ok(Ticked::Row);
                }
                return self.deliver_offline(worker, serial, reason, effects);
            }
            if let Some(event) = self.queue.pop()
                && let Some(callback) = self.before_callback(event)
            {
                effects.push(callback);
                self.turn = Some(Turn::Callback { then: None });
                return Ok(Ticked::Callback);
            }
        }
        Ok(Ticked::Done)
    }

    /// Does what comes before the callback of an event, and says what that is.
    fn before_callback(&mut self, Event { worker, what }: Event) -> Option<Effect<'static>> {
        match what {
            What::Online { executor } => Some(Effect::Online {
                handle: Handle::Running { worker, executor },
            }),
            What::Status {
                serial,
                executor,
                status,
            } => {
                let taken = self.update_status(&worker, serial, status);
                self.table.release(&worker, serial);
                taken.then_some(Effect::StatusUpdated {
                    handle: Handle::Running { worker, executor },
                })
            }
            What::DispatchFailed { error } => {
                self.table.remove(&worker);
                Some(Effect::DispatchFailed {
                    handle: Handle::Tombstone { worker },
                    error,
                })
            }
            // Going offline may need a record first.
            What::Offline { .. } => None,
        }
    }

    fn deliver_offline(
        &mut self,
        worker: Arc<str>,
        serial: u16,
        reason: Option<OfflineReason>,
        effects: &mut Vec<Effect<'_>>,
    ) -> Result<Ticked, ManagerError> {
        let mut then = Some((Arc::clone(&worker), serial));
        if self.policy.has(Rule::TombstoneBeforeCallback) {
            if let Some(entry) = self.table.referred(&worker, serial) {
                entry.handle(&WorkerEntryEvent::MarkAsTombstone)?;
            }
            self.table.release(&worker, serial);
            then = None;
        }
        self.queue.pop();
        effects.push(Effect::Offline {
            handle: Handle::Tombstone { worker },
            reason,
        });
        self.turn = Some(Turn::Callback { then });
        Ok(Ticked::Callback)
    }

    /// The record tells why a worker went offline when no status did.
    fn go_on_with_row(
        &mut self,
        row: Result<Option<WorkerStatus>, &str>,
        effects: &mut Vec<Effect<'_>>,
    ) -> Result<Ticked, ManagerError> {
        let (Some(Turn::Row), Some(first)) = (&self.turn, self.queue.first()) else {
            return Err(self.out_of_turn("a record"));
        };
        let What::Offline { serial, .. } = first.what else {
            return Err(self.out_of_turn("a record"));
        };
        let worker = Arc::clone(&first.worker);
        self.turn = None;
        let row = row.map_err(|message| ManagerError::Store {
            message: message.into(),
        })?;
        if let Some(error) = &self.failure {
            return Err(error.clone());
        }
        let entry = self.table.referred(&worker, serial);
        let epoch = entry.and_then(|entry| entry.machine().epoch());
        if let Some(row) = row
            && row.is_terminated()
            && epoch.is_none_or(|epoch| epoch == row.epoch)
        {
            self.update_status(&worker, serial, Some(Arc::new(row)));
        }
        let reason = self
            .table
            .referred(&worker, serial)
            .and_then(|entry| entry.machine().status())
            .map(|status| OfflineReason::after(status.state));
        self.deliver_offline(worker, serial, reason, effects)
    }

    /// Takes a status over; whether it was taken.
    fn update_status(
        &mut self,
        worker: &str,
        serial: u16,
        status: Option<Arc<WorkerStatus>>,
    ) -> bool {
        let entry = self.table.referred(worker, serial);
        let known = entry.and_then(|entry| entry.machine().status().cloned());
        if !self.may_replace(known.as_ref(), status.as_deref()) {
            return false;
        }
        self.table.referred(worker, serial).is_some_and(|entry| {
            entry.step(&WorkerEntryEvent::UpdateStatus { status }) != StepKind::Refused
        })
    }

    /// Ends what the last callback has left to be done.
    fn settle(&mut self) {
        if let Some(Turn::Callback {
            then: Some((worker, serial)),
        }) = self.turn.take()
        {
            if let Some(entry) = self.table.referred(&worker, serial) {
                entry.step(&WorkerEntryEvent::MarkAsTombstone);
            }
            self.table.release(&worker, serial);
        }
    }

    fn expect_callback(&self) -> Result<(), ManagerError> {
        match self.turn {
            Some(Turn::Callback { .. }) => Ok(()),
            _ => Err(self.out_of_turn("the end of a callback")),
        }
    }

    fn out_of_turn(&self, given: &'static str) -> ManagerError {
        let legal = match self.turn {
            None => "a start",
            Some(Turn::Callback { .. }) => "a start, the end of the callback",
            Some(Turn::Row) => "a start, the record",
        };
        ManagerError::OutOfTurn { given, legal }
    }
}
