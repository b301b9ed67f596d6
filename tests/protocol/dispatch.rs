//! A worker that is ordered from an executor.

use fsmcheck::check::{Property, audit};
use fsmcheck::framework::{Policy, Rule};
use fsmcheck::protocol::dispatch::{Dispatch, Job, State, is_heard};
use fsmcheck::protocol::{Configuration, Fault, Faults, Promise, ProtocolModel as _};

use crate::{broken, broken_for_lack_of, comes_to, holds, never_needed, report};

fn under(policy: Policy, faults: Faults) -> Configuration {
    Configuration {
        policy,
        faults,
        ..Configuration::default()
    }
}

/// How an order breaks for lack of a rule: under the original's other rules and under all
/// other rules.
fn breaks(rule: Rule, faults: Faults, promise: Promise, steps: [usize; 2]) {
    let policies = [
        Policy::original().without(rule),
        Policy::hardened().without(rule),
    ];
    for (policy, steps) in policies.into_iter().zip(steps) {
        let found = broken_for_lack_of::<Dispatch>(under(policy, faults), rule, promise).unwrap();
        assert_eq!(found.steps().len(), steps, "{found}");
    }
}

#[test]
fn an_error_of_the_first_phase_is_swallowed() {
    let rule = Rule::AbortOnPredispatchError;
    breaks(rule, Faults::NONE, Promise::L8, [3, 3]);
}

#[test]
fn a_transient_error_is_stored_as_a_failure_for_good() {
    let rule = Rule::TransientDispatchErrorRetried;
    breaks(rule, Faults::NONE.with(Fault::Store), Promise::S21, [4, 4]);
}

#[test]
fn a_refused_task_is_waited_for_until_it_times_out() {
    let rule = Rule::DuplicateTaskReported;
    breaks(rule, Faults::NONE, Promise::L8, [16, 18]);
}

#[test]
fn under_the_originals_rules_only_the_refusal_is_swallowed() {
    let original = under(Policy::original(), Faults::ALL);
    never_needed::<Dispatch>(
        original,
        &[
            Rule::AbortOnPredispatchError,
            Rule::TransientDispatchErrorRetried,
        ],
    );
    for promise in [Promise::S8, Promise::S21] {
        assert!(broken::<Dispatch>(original, promise).is_none());
    }
    assert!(broken::<Dispatch>(original, Promise::L8).is_some());
}

#[test]
fn under_all_rules_each_order_is_answered() {
    let lossy = Faults::NONE.with(Fault::Loss).with(Fault::Store);
    for (faults, states) in [(Faults::NONE, 89), (lossy, 439)] {
        assert_eq!(holds::<Dispatch>(under(Policy::hardened(), faults)), states);
    }
}

#[test]
#[ignore = "takes seconds"]
fn under_all_rules_and_faults_each_order_is_answered() {
    let states = holds::<Dispatch>(Configuration::default());
    assert_eq!(states, 33_462);
}

/// A successor of the master would find the worker.
#[test]
fn under_all_rules_a_worker_that_was_heard_of_has_a_record() {
    let has_none = |_: &Dispatch, state: &State| is_heard(state) && state.row.is_none();
    for (policy, holds) in [(Policy::hardened(), true), (Policy::original(), false)] {
        let model = Dispatch::new(under(policy, Faults::NONE.with(Fault::Loss)));
        let property = Property::never("heard without a record", has_none);
        assert_eq!(report(&model, &[property]).holds(), holds);
    }
}

/// What a state has, and a name for it.
type Fact = (&'static str, fn(&State) -> bool);

#[test]
fn whatever_can_happen_happens() {
    let all = Configuration::default();
    let reached: [Fact; 4] = [
        ("a job fails", |state| state.job == Job::Failed),
        ("a second order is heard of", |state| {
            is_heard(state) && state.order.as_ref().is_some_and(|order| order.epoch == 2)
        }),
        ("a task outlives its order", |state| {
            let order = state.order.as_ref().map(|order| order.epoch);
            state.executor.task.map(|task| task.epoch) < order
                && state.executor.task.is_some_and(|task| !task.is_closing)
        }),
        ("a queue is full behind an old task", |state| {
            state.executor.task.is_some() && !state.executor.queued.is_empty()
        }),
    ];
    for (name, wanted) in reached {
        assert!(comes_to::<Dispatch>(all, wanted), "{name}");
    }
}

#[test]
fn equal_states_have_equal_successors() {
    let model = Dispatch::new(Configuration::default());
    audit(&model, 1_000).unwrap();
}
