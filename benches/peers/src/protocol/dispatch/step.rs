//! The steps of an order.

use super::{Dispatch, Entry, Executor, Failure, Message, News, Order, QUEUED, Stage, State, Step};

impl Dispatch {
    pub(super) fn take(&self, state: &mut State, step: Step) -> Option<()> {
        match step {
            Step::Order => {
                let epoch = state.order.map_or(1, |order| order.epoch + 1);
                state.order = Some(Order {
                    epoch,
                    stage: Some(Stage::Preparing),
                    is_answered: false,
                    is_disturbed: false,
                    might_succeed: false,
                });
                state.messages.push(Message::Prepare(epoch));
            }
            Step::Deliver(message) => {
                remove(state, message)?;
                self.deliver(state, message)?;
            }
            Step::RefuseToMake(epoch, failure) => {
                remove(state, Message::Prepare(epoch))?;
                answer(state, Message::Prepared(epoch, Err(failure)));
            }
            Step::Lose(message) => {
                remove(state, message)?;
                disturb(state, message.epoch());
            }
            Step::MissPrepared => {
                let order = state.order.as_mut()?;
                order.is_disturbed = true;
                state.messages.push(Message::Prepare(order.epoch));
            }
            Step::GiveUpPreparing => {
                state.order.as_mut()?.is_disturbed = true;
                self.not_prepared(state, Failure::Silent)?;
            }
            Step::MissConfirmed => {
                state.order.as_mut()?.is_disturbed = true;
                self.not_confirmed(state, Failure::Silent)?;
            }
            Step::Store => {
                let order = state.order.as_mut()?;
                order.stage = Some(Stage::Confirming);
                state.row = Some(order.epoch);
                state.messages.push(Message::Confirm(order.epoch));
            }
            Step::FailToStore => {
                state.order.as_mut()?.stage = None;
                state.news.push(News::Failed { for_good: false });
            }
            Step::Launch => self.launch(state),
            Step::Sweep => state.executor.prepared = None,
            Step::Ping => hear(state, false)?,
            Step::Close => {
                hear(state, true)?;
                state.executor.task.as_mut()?.1 = true;
            }
            Step::Return => state.executor.task = None,
            Step::Poll => poll(state)?,
            Step::TimeOut => {
                let epoch = state.order?.epoch;
                if state.is_coming(epoch) {
                    disturb(state, epoch);
                }
                go_offline(state)?;
            }
            Step::Crash => {
                state.executor = Executor::default();
                state.messages.clear();
                if let Some(order) = &mut state.order {
                    order.is_disturbed = true;
                }
            }
        }
        Some(())
    }

    fn deliver(&self, state: &mut State, message: Message) -> Option<()> {
        let executor = &mut state.executor;
        match message {
            Message::Prepare(epoch) if executor.prepared == Some(epoch) => {
                answer(state, Message::Prepared(epoch, Err(Failure::Twice)));
            }
            Message::Prepare(epoch) => {
                executor.prepared = Some(epoch);
                answer(state, Message::Prepared(epoch, Ok(())));
            }
            Message::Confirm(epoch) if executor.prepared != Some(epoch) => {
                answer(state, Message::Confirmed(epoch, Err(Failure::Unknown)));
            }
            Message::Confirm(epoch) => {
                executor.prepared = None;
                let taken = if executor.queue.len() < QUEUED {
                    executor.queue.push(epoch);
                    Ok(())
                } else {
                    Err(Failure::Full)
                };
                answer(state, Message::Confirmed(epoch, taken));
            }
            Message::Prepared(epoch, prepared) if state.is_at(epoch, Stage::Preparing) => {
                match prepared {
                    Ok(()) => self.prepared(state, epoch)?,
                    Err(failure) => self.not_prepared(state, failure)?,
                }
            }
            Message::Confirmed(epoch, confirmed) if state.is_at(epoch, Stage::Confirming) => {
                match confirmed {
                    Ok(()) => state.order.as_mut()?.stage = None,
                    Err(failure) => self.not_confirmed(state, failure)?,
                }
            }
            // Nobody waits for it any more.
            Message::Prepared(..) | Message::Confirmed(..) => {}
            Message::Refused(epoch) => {
                if state.entry.is_some_and(|entry| entry.epoch == epoch) {
                    state.news.push(News::Failed { for_good: false });
                }
            }
        }
        Some(())
    }

    fn prepared(&self, state: &mut State, epoch: u8) -> Option<()> {
        if state.entry.is_some() {
            state.trail.broke("S8");
        } else {
            state.entry = Some(Entry {
                epoch,
                is_heard: false,
                has_finished: false,
            });
        }
        state.order.as_mut()?.stage = Some(if self.rules.row_before_confirm {
            Stage::Storing
        } else {
            state.messages.push(Message::Confirm(epoch));
            Stage::Confirming
        });
        Some(())
    }

    fn not_prepared(&self, state: &mut State, failure: Failure) -> Option<()> {
        let order = state.order.as_mut()?;
        order.stage = None;
        order.might_succeed |= failure == Failure::NotNow;
        if !self.rules.abort_on_predispatch_error {
            state
                .trail
                .needs("abort_on_predispatch_error", self.watched);
            return Some(());
        }
        let is_mistaken =
            failure == Failure::NotNow && !self.rules.transient_dispatch_error_retried;
        if is_mistaken {
            let rule = "transient_dispatch_error_retried";
            state.trail.needs(rule, self.watched);
        }
        let for_good = failure == Failure::Never || is_mistaken;
        state.news.push(News::Failed { for_good });
        Some(())
    }

    fn not_confirmed(&self, state: &mut State, failure: Failure) -> Option<()> {
        state.order.as_mut()?.stage = None;
        // Otherwise the task may run all the same.
        if matches!(failure, Failure::Unknown | Failure::Full) {
            if self.rules.row_before_confirm {
                state.row = None;
            }
            state.news.push(News::Failed { for_good: false });
        }
        Some(())
    }

    fn launch(&self, state: &mut State) {
        let epoch = state.executor.queue.remove(0);
        if state.executor.task.is_none() {
            state.executor.task = Some((epoch, false));
        } else if self.rules.duplicate_task_reported {
            state.messages.push(Message::Refused(epoch));
        } else {
            let is_awaited = state.entry.is_some_and(|entry| entry.epoch == epoch)
                && state.order.is_some_and(|order| !order.is_answered);
            if is_awaited {
                state.trail.needs("duplicate_task_reported", self.watched);
            }
        }
    }
}

fn remove(state: &mut State, message: Message) -> Option<()> {
    let position = state.messages.iter().position(|it| *it == message)?;
    state.messages.remove(position);
    Some(())
}

/// The executor answers, if somebody waits for it.
fn answer(state: &mut State, answer: Message) {
    let stage = match answer {
        Message::Prepared(..) => Stage::Preparing,
        _ => Stage::Confirming,
    };
    if state.is_at(answer.epoch(), stage) {
        state.messages.push(answer);
    }
}

fn disturb(state: &mut State, epoch: u8) {
    if let Some(order) = state.order.as_mut().filter(|order| order.epoch == epoch) {
        order.is_disturbed = true;
    }
}

/// The master hears of the task that runs.
fn hear(state: &mut State, has_finished: bool) -> Option<()> {
    let (epoch, _) = state.executor.task?;
    let Some(entry) = &mut state.entry else {
        return Some(());
    };
    if epoch > entry.epoch {
        state.trail.broke("S8");
    }
    if epoch == entry.epoch {
        entry.has_finished |= has_finished;
        if !entry.is_heard {
            entry.is_heard = true;
            state.news.push(News::Online);
        }
    }
    Some(())
}

/// The master tells its business logic what has happened.
fn poll(state: &mut State) -> Option<()> {
    for news in std::mem::take(&mut state.news) {
        let order = state.order.as_mut()?;
        order.is_answered = true;
        if let News::Failed { for_good } = news {
            state.entry = None;
            state.job_has_failed |= for_good;
            if for_good && order.might_succeed {
                state.trail.broke("S21");
            }
        }
    }
    if state.entry.is_some_and(|entry| entry.has_finished) {
        go_offline(state)?;
    }
    Some(())
}

/// The worker is gone: so are its entry and its record.
fn go_offline(state: &mut State) -> Option<()> {
    let order = state.order.as_mut()?;
    order.is_answered |= order.is_disturbed;
    (state.entry, state.row) = (None, None);
    Some(())
}
