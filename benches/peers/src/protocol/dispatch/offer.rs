//! What may happen next to an order.

use super::{Dispatch, Failure, Message, ORDERS, Stage, State, Step};

impl Dispatch {
    fn loses(&self) -> bool {
        self.faults.loss || self.faults.partition
    }

    pub(super) fn offer(&self, state: &State, steps: &mut Vec<Step>) {
        for message in &state.messages {
            steps.push(Step::Deliver(*message));
            if let Message::Prepare(epoch) = *message {
                steps.push(Step::RefuseToMake(epoch, Failure::Never));
                if self.faults.store || self.loses() {
                    steps.push(Step::RefuseToMake(epoch, Failure::NotNow));
                }
            }
            if self.loses() {
                steps.push(Step::Lose(*message));
            }
        }
        self.offer_to_master(state, steps);

        let executor = &state.executor;
        if !executor.queue.is_empty() {
            steps.push(Step::Launch);
        }
        // A request is kept for as long as the master may confirm it, if nothing is late.
        let is_awaited = state
            .order
            .is_some_and(|order| matches!(order.stage, Some(Stage::Preparing | Stage::Confirming)));
        if executor.prepared.is_some() && (!is_awaited || self.faults.delay) {
            steps.push(Step::Sweep);
        }
        match executor.task {
            Some((_, true)) => steps.push(Step::Return),
            Some((_, false)) => steps.extend([Step::Ping, Step::Close]),
            None => {}
        }
        if self.faults.crash {
            steps.push(Step::Crash);
        }
    }

    fn offer_to_master(&self, state: &State, steps: &mut Vec<Step>) {
        let Some(order) = state.order else {
            steps.push(Step::Order);
            return;
        };
        let is_over = order.is_answered && order.stage.is_none() && state.entry.is_none();
        if is_over && !state.job_has_failed && order.epoch < ORDERS {
            steps.push(Step::Order);
        }
        match order.stage {
            Some(Stage::Storing) => {
                steps.push(Step::Store);
                if self.faults.store {
                    steps.push(Step::FailToStore);
                }
            }
            Some(Stage::Preparing) if self.misses(state, Stage::Preparing) => {
                steps.extend([Step::MissPrepared, Step::GiveUpPreparing]);
            }
            Some(Stage::Confirming) if self.misses(state, Stage::Confirming) => {
                steps.push(Step::MissConfirmed);
            }
            _ => {}
        }
        let has_finished = state.entry.is_some_and(|entry| entry.has_finished);
        if has_finished || !state.news.is_empty() {
            steps.push(Step::Poll);
        }
        let may_be_late = self.loses() || self.faults.delay;
        if state.entry.is_some()
            && order.stage.is_none()
            && state.news.is_empty()
            && (may_be_late || !state.is_coming(order.epoch))
        {
            steps.push(Step::TimeOut);
        }
    }

    /// Whether the master may wait in vain: since neither call nor answer is under way, or
    /// since the only one that is comes late.
    fn misses(&self, state: &State, stage: Stage) -> bool {
        let epoch = state.order.map(|order| order.epoch);
        let is_of_it = |message: &&Message| {
            let of = match message {
                Message::Prepare(_) | Message::Prepared(..) => Stage::Preparing,
                Message::Confirm(_) | Message::Confirmed(..) => Stage::Confirming,
                Message::Refused(_) => return false,
            };
            of == stage && Some(message.epoch()) == epoch
        };
        match state.messages.iter().filter(is_of_it).count() {
            0 => true,
            1 => self.faults.delay,
            _ => false,
        }
    }
}
