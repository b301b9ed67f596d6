//! A request to cancel.

use fsmcheck::check::Property;
use fsmcheck::framework::Rule;
use fsmcheck::protocol::cancel::Cancel;
use fsmcheck::protocol::{Configuration, ProtocolModel as _};
use fsmcheck_peers::protocol::cancel as theirs;

use crate::{configurations, never_needed, not_needed, same};

/// The rules that the model notes to be needed.
const NOTED: [Rule; 5] = [
    Rule::CancelOnLiveContext,
    Rule::CancelBounded,
    Rule::CancelingStopsRedispatch,
    Rule::CancelRetriedAfterFailure,
    Rule::StateWritesConditional,
];

fn twin(configuration: &Configuration) -> theirs::Cancel {
    let has = |rule| configuration.policy.has(rule);
    theirs::Cancel {
        faults: crate::faults(configuration.faults),
        rules: theirs::Rules {
            cancel_on_live_context: has(Rule::CancelOnLiveContext),
            cancel_bounded: has(Rule::CancelBounded),
            canceling_stops_redispatch: has(Rule::CancelingStopsRedispatch),
            cancel_retried_after_failure: has(Rule::CancelRetriedAfterFailure),
            state_writes_conditional: has(Rule::StateWritesConditional),
            stored_state_rechecked: has(Rule::StoredStateRechecked),
        },
        watched: configuration.watched.map(Rule::as_str),
    }
}

fn facts() -> Vec<Property<Cancel>> {
    let noted = NOTED.iter();
    let mut facts: Vec<_> = noted.map(|rule| not_needed(rule.as_str(), *rule)).collect();
    facts.push(never_needed("the rule was not needed"));
    facts
}

#[test]
fn the_request_is_the_same() {
    let faults = ["none", "crash", "loss", "store", "all"];
    let configurations = configurations(&NOTED, &faults);
    let counts: Vec<_> = configurations
        .iter()
        .map(|it| same(&Cancel::new(*it), facts(), twin(it)).unique)
        .collect();
    assert_eq!((counts[0], counts[4]), (76, 156));
}

/// What is stored is looked at before a job is dispatched again, or when it is written.
#[test]
fn a_stored_end_is_replaced_in_the_same_way() {
    let mut all = configurations(&[Rule::StoredStateRechecked], &["crash", "all"]);
    all.retain(|it| it.watched.is_none());
    for configuration in all {
        for rule in [Rule::StateWritesConditional, Rule::StoredStateRechecked] {
            let policy = configuration.policy.without(rule);
            let configuration = Configuration {
                policy,
                ..configuration
            };
            same(&Cancel::new(configuration), facts(), twin(&configuration));
        }
    }
}
