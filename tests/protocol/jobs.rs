//! The job manager's jobs.

use fsmcheck::check::{Model as _, audit};
use fsmcheck::framework::{Policy, Rule};
use fsmcheck::protocol::jobs::Jobs;
use fsmcheck::protocol::{Configuration, Promise, Transcript};

use super::*;

/// The rules of the original that the model is about, each with the promise that is broken
/// without it, and after how many steps.
const ORIGINAL: [(Rule, Promise, usize); 8] = [
    (Rule::TombstoneBeforeCallback, Promise::S8, 7),
    (Rule::CleanForgetsEntry, Promise::S8, 9),
    (Rule::RecoveryCleansTombstones, Promise::S8, 9),
    (Rule::OfflineBeforeOnlineHandled, Promise::S18, 8),
    (Rule::RedispatchOnlyAfterFailover, Promise::S8, 5),
    (Rule::CancelingStopsRedispatch, Promise::L4, 11),
    (Rule::CreateIsInsert, Promise::S20, 5),
    (Rule::TransientDispatchErrorRetried, Promise::S21, 3),
];

/// The same of rules that the original lacks.
const LACKING: [(Rule, Promise, usize); 3] = [
    (Rule::OnlineOnlyIfHeard, Promise::S17, 4),
    (Rule::RegisteredBeforeDispatch, Promise::S17, 3),
    (Rule::StoredStateRechecked, Promise::S5, 9),
];

fn configuration(policy: Policy, faults: &str) -> Configuration {
    Configuration {
        policy,
        faults: faults.parse().unwrap(),
        ..Configuration::default()
    }
}

#[test]
fn each_outage_comes_back_without_its_rule() {
    for (rule, promise, steps) in ORIGINAL.into_iter().chain(LACKING) {
        if promise.is_liveness() {
            continue;
        }
        let before = configuration(Policy::before(rule), "all");
        let found = broken_for_lack_of::<Jobs>(before, rule, promise);
        assert_eq!(found.map(|it| it.steps().len()), Some(steps), "{rule}");
    }
}

#[test]
fn a_job_that_is_to_be_canceled_is_dispatched_for_ever() {
    let rule = Rule::CancelingStopsRedispatch;
    for policy in [Policy::before(rule), Policy::hardened().without(rule)] {
        let found = broken_for_lack_of::<Jobs>(configuration(policy, "none"), rule, Promise::L4);
        assert!(found.is_some());
    }
}

#[test]
fn with_all_rules_every_promise_holds() {
    assert_eq!(
        holds::<Jobs>(configuration(Policy::hardened(), "none")),
        645
    );
    assert_eq!(
        holds::<Jobs>(configuration(Policy::hardened(), "all")),
        4322
    );
}

#[test]
fn each_rule_but_one_is_necessary() {
    for (rule, promise, _) in ORIGINAL.into_iter().chain(LACKING) {
        if promise.is_liveness() {
            continue;
        }
        let without = configuration(Policy::hardened().without(rule), "all");
        let found = broken_for_lack_of::<Jobs>(without, rule, promise);
        // A job master that was stored as ended is not created again when the last status
        // was read from the store.
        let is_covered = rule == Rule::StoredStateRechecked;
        assert_eq!(found.is_none(), is_covered, "{rule}");
    }
}

#[test]
fn the_original_never_lacks_its_own_rules() {
    let rules = ORIGINAL.map(|(rule, ..)| rule);
    never_needed::<Jobs>(configuration(Policy::original(), "none"), &rules);
}

#[test]
fn equal_states_have_equal_successors() {
    let model = Jobs::new(configuration(Policy::original(), "crash"));
    audit(&model, 2_000).unwrap();
}

/// Every fault, in a minute when not optimised.
#[test]
#[ignore = "takes a minute"]
fn the_original_never_lacks_its_own_rules_whatever_goes_wrong() {
    let rules = ORIGINAL.map(|(rule, ..)| rule);
    never_needed::<Jobs>(configuration(Policy::original(), "all"), &rules);
}

#[test]
fn jobs_come_to_be_online_taken_over_and_ended() {
    let configuration = configuration(Policy::hardened(), "crash");
    assert!(comes_to::<Jobs>(configuration, |state| state.is_online(0)));
    assert!(comes_to::<Jobs>(configuration, |state| {
        state.is_online(0) && state.incarnation() == 2
    }));
    assert!(comes_to::<Jobs>(configuration, |state| {
        state.stored(0).is_some_and(|stored| stored.is_terminated())
    }));
}

#[test]
fn a_transcript_takes_the_same_steps() {
    let rule = Rule::RecoveryCleansTombstones;
    let configuration = Configuration {
        watched: Some(rule),
        ..configuration(Policy::before(rule), "all")
    };
    let found = broken::<Jobs>(configuration, Promise::S8).unwrap();
    let model = Jobs::new(configuration);
    let mut transcript = Transcript::default();
    let mut state = model.initial_states().remove(0);
    for step in found.steps() {
        let next = model.transcribe(&state, &step.action, &mut transcript);
        assert_eq!(next.as_ref(), Some(&step.state));
        state = step.state.clone();
    }
    let last = transcript.calls.last().unwrap();
    assert!(last.code.starts_with("jm2.workers.before_start("));
    assert!(last.answer.as_ref().unwrap().contains("WorkerExists"));
    assert!(!transcript.sent.is_empty());
    assert!(
        model
            .prelude()
            .contains("let mut jm1 = manager(1, policy);")
    );
}
