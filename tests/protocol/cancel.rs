//! A request to cancel.

use fsmcheck::check::audit;
use fsmcheck::framework::{Policy, Rule};
use fsmcheck::protocol::cancel::Cancel;
use fsmcheck::protocol::{Configuration, Promise};

use super::*;

/// The rules that the model is about.
const RULES: [Rule; 4] = [
    Rule::CancelOnLiveContext,
    Rule::CancelBounded,
    Rule::CancelingStopsRedispatch,
    Rule::CancelRetriedAfterFailure,
];

fn configuration(policy: Policy, faults: &str) -> Configuration {
    Configuration {
        policy,
        faults: faults.parse().unwrap(),
        ..Configuration::default()
    }
}

#[test]
fn a_request_is_lost_for_ever_without_each_rule() {
    for rule in RULES {
        for policy in [Policy::before(rule), Policy::hardened().without(rule)] {
            let configuration = configuration(policy, "all");
            let found = broken_for_lack_of::<Cancel>(configuration, rule, Promise::L4);
            assert!(found.is_some(), "{rule}");
        }
    }
}

#[test]
fn with_all_rules_a_job_that_is_to_be_canceled_ends() {
    for (faults, states) in [("none", 76), ("all", 156)] {
        let hardened = configuration(Policy::hardened(), faults);
        assert_eq!(holds::<Cancel>(hardened), states);
    }
}

/// A job that is done before anybody hears of it is canceled all the same, unless the job
/// manager looks at what is stored.
#[test]
fn a_stored_end_is_replaced_without_conditional_writes() {
    let rule = Rule::StateWritesConditional;
    let broken = |policy| {
        let configuration = configuration(policy, "all");
        let broken = broken_for_lack_of::<Cancel>(configuration, rule, Promise::S4)?;
        Some(broken.steps().len())
    };
    assert_eq!(broken(Policy::original()), Some(5));
    let without = Policy::hardened().without(rule);
    assert_eq!(broken(without), None);
    assert_eq!(broken(without.without(Rule::StoredStateRechecked)), Some(5));
}

#[test]
fn the_original_never_lacks_its_own_rules() {
    never_needed::<Cancel>(configuration(Policy::original(), "all"), &RULES[..3]);
}

#[test]
fn equal_states_have_equal_successors() {
    let model = Cancel::new(configuration(Policy::original(), "all"));
    audit(&model, 10_000).unwrap();
}
