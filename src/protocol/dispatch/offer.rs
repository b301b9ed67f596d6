//! What may happen next.

use super::{Action, Dispatch, Job, Message, ORDERS, Order, Phase, State};
use crate::framework::{DispatcherState, WorkerEntryState};
use crate::protocol::Fault;

impl Dispatch {
    fn may(&self, fault: Fault) -> bool {
        self.configuration.faults.has(fault)
    }

    /// Whether messages may be lost.
    fn loses(&self) -> bool {
        self.may(Fault::Loss) || self.may(Fault::Partition)
    }

    pub(super) fn offer(&self, state: &State, actions: &mut Vec<Action>) {
        self.offer_to_master(state, actions);
        for message in &state.messages {
            actions.push(Action::Deliver(*message));
            if let Message::Call(Phase::PreDispatch, epoch) = *message {
                let transient = true;
                if self.may(Fault::Store) || self.loses() {
                    actions.push(Action::RefuseToMake { epoch, transient });
                }
                let transient = false;
                actions.push(Action::RefuseToMake { epoch, transient });
            }
            if self.loses() {
                actions.push(Action::Lose(*message));
            }
        }
        self.offer_to_executor(state, actions);
    }

    fn offer_to_master(&self, state: &State, actions: &mut Vec<Action>) {
        let Some(order) = &state.order else {
            actions.push(Action::Order(1));
            return;
        };
        let epoch = order.epoch;
        let entry = state.manager.entry("j");
        let may_order = order.is_answered && order.dispatch.is_none() && entry.is_none();
        if may_order && state.job == Job::Open && epoch < ORDERS {
            actions.push(Action::Order(epoch + 1));
        }
        let dispatch = order.dispatch.as_ref().map(|dispatch| *dispatch.state());
        if dispatch == Some(DispatcherState::StoringRow) {
            actions.push(Action::StoreRow(epoch));
            if self.may(Fault::Store) {
                actions.push(Action::FailToStore(epoch));
            }
        }
        if let Some((phase, epoch)) = state.awaited()
            && self.may_miss(state, phase, epoch)
        {
            actions.push(Action::Miss(phase, epoch));
            if phase == Phase::PreDispatch {
                actions.push(Action::GiveUp(epoch));
            }
        }
        let has_finished = entry.is_some_and(|(entry, _)| entry.is_finished());
        if state.manager.pending_events() > 0 || has_finished {
            actions.push(Action::Poll);
        }
        if self.may_time_out(state, order) {
            actions.push(Action::TimeOut(epoch));
        }
    }

    /// A call is missed when it or its answer was lost, or when either is late.
    fn may_miss(&self, state: &State, phase: Phase, epoch: u8) -> bool {
        let mut under_way = state.messages.iter().filter(|message| match **message {
            Message::Call(of, by) | Message::Answer(of, by, _) => (of, by) == (phase, epoch),
            Message::Refusal(_) => false,
        });
        match under_way.next() {
            // One more call of the first phase may be under way beside a late one.
            Some(_) => self.may(Fault::Delay) && under_way.next().is_none(),
            None => true,
        }
    }

    /// An entry times out when nothing is under way that would be heard of before, or when
    /// that is lost or late.
    fn may_time_out(&self, state: &State, order: &Order) -> bool {
        let Some((_, entry)) = state.manager.entry("j") else {
            return false;
        };
        let is_silent = matches!(entry, WorkerEntryState::Created | WorkerEntryState::Normal)
            && order.dispatch.is_none()
            && state.manager.pending_events() == 0;
        is_silent && (!is_coming(state, order.epoch) || self.loses() || self.may(Fault::Delay))
    }

    fn offer_to_executor(&self, state: &State, actions: &mut Vec<Action>) {
        let executor = &state.executor;
        if let Some(epoch) = executor.queued.first() {
            actions.push(Action::Launch(*epoch));
        }
        if executor.requests.pending().len() > 0
            && (state.awaited().is_none() || self.may(Fault::Delay))
        {
            actions.push(Action::Sweep);
        }
        if let Some(task) = executor.task {
            if task.is_closing {
                actions.push(Action::Return(task.epoch));
            } else {
                actions.push(Action::Ping(task.epoch));
                actions.push(Action::Close(task.epoch));
            }
        }
        if self.may(Fault::Crash) {
            actions.push(Action::Crash);
        }
    }
}

/// Whether something of the worker of this epoch is under way to the master: the call that
/// starts it, its task, or the refusal to run it.
pub(super) fn is_coming(state: &State, epoch: u8) -> bool {
    let executor = &state.executor;
    let is_message = |message: &Message| match *message {
        Message::Call(Phase::Confirm, by) | Message::Refusal(by) => by == epoch,
        _ => false,
    };
    state.messages.iter().any(is_message)
        || executor.queued.contains(&epoch)
        || executor
            .task
            .is_some_and(|task| task.epoch == epoch && !task.is_closing)
}
