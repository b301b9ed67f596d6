//! A request to cancel.

use fsmcheck::check::Property;
use fsmcheck::framework::Rule;
use fsmcheck::protocol::cancel::Cancel;
use fsmcheck::protocol::{Configuration, ProtocolModel as _};
use fsmcheck_peers::protocol::cancel as theirs;

use crate::{configurations, never_needed, not_needed, same};

const RULES: [Rule; 4] = [
    Rule::CancelOnLiveContext,
    Rule::CancelBounded,
    Rule::CancelingStopsRedispatch,
    Rule::CancelRetriedAfterFailure,
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
        },
        watched: configuration.watched.map(Rule::as_str),
    }
}

fn facts() -> Vec<Property<Cancel>> {
    let mut facts: Vec<_> = RULES
        .iter()
        .map(|rule| not_needed(rule.as_str(), *rule))
        .collect();
    facts.push(never_needed("the rule was not needed"));
    facts
}

#[test]
fn the_request_is_the_same() {
    let faults = ["none", "crash", "loss", "store", "all"];
    let configurations = configurations(&RULES, &faults);
    let counts: Vec<_> = configurations
        .iter()
        .map(|it| same(&Cancel::new(*it), facts(), twin(it)).unique)
        .collect();
    assert_eq!((counts[0], counts[4]), (62, 100));
}
