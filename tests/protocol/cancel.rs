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
    for (faults, states) in [("none", 62), ("all", 100)] {
        let hardened = configuration(Policy::hardened(), faults);
        assert_eq!(holds::<Cancel>(hardened), states);
    }
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
