//! The steps of an order.

use super::master::ordered;
use super::{Action, Dispatch, Message, Phase, State};
use crate::framework::{DispatchError, DispatcherEvent, RETRY_FOR, Record};
use crate::protocol::clock::NOW;
use crate::protocol::{Recorder, Sent};
use crate::wire::MonotonicTime;

impl Dispatch {
    pub(super) fn step(
        &self,
        state: &State,
        action: Action,
        recorder: &mut impl Recorder,
    ) -> Option<State> {
        let mut state = state.clone();
        state.trail.begin();
        let error = DispatchError::DeadlineExceeded;
        match action {
            Action::Order(epoch) => self.order(&mut state, epoch, recorder),
            Action::Deliver(message) => match state.take(message)? {
                Message::Call(phase, epoch) => self.called(&mut state, phase, epoch, recorder),
                Message::Answer(phase, epoch, error) => {
                    self.answered(&mut state, phase, epoch, error, recorder)?;
                }
                Message::Refusal(epoch) => self.refused(&mut state, epoch, recorder),
            },
            Action::RefuseToMake { epoch, transient } => {
                state.take(Message::Call(Phase::PreDispatch, epoch))?;
                self.refused_to_make(&mut state, epoch, transient);
            }
            Action::Lose(message) => {
                state.take(message)?;
                state.disturb(message.epoch());
            }
            Action::Miss(Phase::PreDispatch, epoch) => {
                state.disturb(epoch);
                let event = DispatcherEvent::PreDispatchFailed { error, now: NOW };
                self.tell(&mut state, event, recorder)?;
            }
            Action::Miss(Phase::Confirm, epoch) => {
                state.disturb(epoch);
                let event = DispatcherEvent::ConfirmFailed(error);
                self.tell(&mut state, event, recorder)?;
            }
            Action::GiveUp(epoch) => {
                state.disturb(epoch);
                let now = MonotonicTime(NOW.0 + RETRY_FOR);
                let event = DispatcherEvent::PreDispatchFailed { error, now };
                self.tell(&mut state, event, recorder)?;
            }
            Action::StoreRow(epoch) => {
                state.row = Some(epoch);
                recorder.sent(|| Sent::record(Record::Worker(ordered(epoch))));
                self.tell(&mut state, DispatcherEvent::RowStored, recorder)?;
            }
            Action::FailToStore(_) => {
                self.tell(&mut state, DispatcherEvent::RowFailed, recorder)?;
            }
            Action::Launch(_) => self.launch(&mut state, recorder)?,
            Action::Sweep => self.sweep(&mut state, recorder),
            Action::Ping(epoch) => self.hear(&mut state, epoch, false, recorder),
            Action::Close(epoch) => self.close(&mut state, epoch, recorder),
            Action::Return(_) => self.returned(&mut state, recorder),
            Action::Poll => self.poll(&mut state, recorder),
            Action::TimeOut(_) => self.time_out(&mut state, recorder)?,
            Action::Crash => self.crash(&mut state, recorder),
        }
        Some(state)
    }
}
