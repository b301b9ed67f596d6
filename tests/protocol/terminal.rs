//! The records of a job that ends.

use fsmcheck::check::audit;
use fsmcheck::framework::{Policy, Rule};
use fsmcheck::protocol::terminal::Terminal;
use fsmcheck::protocol::{Configuration, Promise};

use super::*;

fn configuration(policy: Policy, faults: &str) -> Configuration {
    Configuration {
        policy,
        faults: faults.parse().unwrap(),
        ..Configuration::default()
    }
}

/// The rules that the model is about, each with a promise that is broken without it.
const RULES: [(Rule, Promise); 4] = [
    (Rule::StoredStateRechecked, Promise::S5),
    (Rule::StateWritesConditional, Promise::S4),
    (Rule::StateWritesConditional, Promise::S15),
    (Rule::CreateIsInsert, Promise::S20),
];

#[test]
fn each_outage_comes_back_without_its_rule() {
    for (rule, promise) in RULES {
        for policy in [Policy::before(rule), Policy::hardened().without(rule)] {
            let faults = "crash,delay,partition";
            let configuration = configuration(policy, faults);
            let found = broken_for_lack_of::<Terminal>(configuration, rule, promise);
            assert!(found.is_some(), "{rule} {promise}");
        }
    }
}

#[test]
fn with_all_rules_every_promise_holds() {
    let states = holds::<Terminal>(configuration(Policy::hardened(), "none"));
    assert_eq!(states, 1772);
}

#[test]
#[ignore = "takes a minute when not optimised"]
fn with_all_rules_and_all_faults_every_promise_holds() {
    let states = holds::<Terminal>(configuration(Policy::hardened(), "all"));
    assert_eq!(states, 91_662);
}

#[test]
fn equal_states_have_equal_successors() {
    let model = Terminal::new(configuration(Policy::original(), "all"));
    audit(&model, 1_000).unwrap();
}
