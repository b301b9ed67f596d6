//! A worker that is ordered from an executor.

use fsmcheck::check::Property;
use fsmcheck::framework::{DispatchError, Rule};
use fsmcheck::protocol::dispatch::{Dispatch, Job, Message, Phase, State, Task, is_heard};
use fsmcheck::protocol::{Configuration, ProtocolModel as _};
use fsmcheck_peers::protocol::dispatch as theirs;

use crate::{always, configurations, never_needed, not_needed, same, sometimes};

const RULES: [Rule; 4] = [
    Rule::AbortOnPredispatchError,
    Rule::TransientDispatchErrorRetried,
    Rule::DuplicateTaskReported,
    Rule::RowBeforeConfirm,
];

fn twin(configuration: &Configuration) -> theirs::Dispatch {
    let has = |rule| configuration.policy.has(rule);
    theirs::Dispatch {
        faults: crate::faults(configuration.faults),
        rules: theirs::Rules {
            abort_on_predispatch_error: has(Rule::AbortOnPredispatchError),
            transient_dispatch_error_retried: has(Rule::TransientDispatchErrorRetried),
            duplicate_task_reported: has(Rule::DuplicateTaskReported),
            row_before_confirm: has(Rule::RowBeforeConfirm),
        },
        watched: configuration.watched.map(Rule::as_str),
    }
}

fn epoch(state: &State) -> Option<u8> {
    state.order.as_ref().map(|order| order.epoch)
}

fn is_task(task: Option<Task>, epoch: u8, is_closing: bool) -> bool {
    task.is_some_and(|task| (task.epoch, task.is_closing) == (epoch, is_closing))
}

fn is_answered_with(state: &State, phase: Phase, wanted: DispatchError) -> bool {
    let mut messages = state.messages.iter();
    messages.any(|message| {
        matches!(*message, Message::Answer(of, _, Some(error)) if of == phase && error == wanted)
    })
}

fn facts() -> Vec<Property<Dispatch>> {
    let mut facts: Vec<_> = RULES[..3]
        .iter()
        .map(|rule| not_needed(rule.as_str(), *rule))
        .collect();
    facts.extend([
        never_needed("the rule was not needed"),
        always("who is heard has a record", |state: &State| {
            !is_heard(state) || state.row.is_some()
        }),
        always("the record is of the last order", |state: &State| {
            state.row.is_none() || state.row == epoch(state)
        }),
        sometimes("the job has failed", |state: &State| {
            state.job == Job::Failed
        }),
        sometimes("the second order is heard of", |state: &State| {
            is_heard(state) && epoch(state) == Some(2)
        }),
        sometimes("a task outlives its order", |state: &State| {
            is_task(state.executor.task, 1, false) && epoch(state) == Some(2)
        }),
        sometimes("a task waits behind one that closes", |state: &State| {
            is_task(state.executor.task, 1, true) && state.executor.queued == [2]
        }),
        sometimes("a request comes twice", |state: &State| {
            is_answered_with(state, Phase::PreDispatch, DispatchError::AlreadyPending)
        }),
        sometimes("the queue is full", |state: &State| {
            is_answered_with(state, Phase::Confirm, DispatchError::QueueFull)
        }),
    ]);
    facts
}

#[track_caller]
fn are_same(configuration: Configuration) -> u64 {
    let model = Dispatch::new(configuration);
    same(&model, facts(), twin(&configuration)).unique
}

#[test]
fn the_dispatch_is_the_same() {
    let faults = ["none", "store", "loss", "delay", "crash,store"];
    let configurations = configurations(&RULES, &faults);
    let counts: Vec<_> = configurations.iter().map(|it| are_same(*it)).collect();
    assert_eq!((counts[0], counts[5]), (89, 68));
}

#[test]
fn the_dispatch_is_the_same_under_all_faults() {
    for configuration in configurations(&RULES[..3], &["all"]) {
        are_same(configuration);
    }
}
