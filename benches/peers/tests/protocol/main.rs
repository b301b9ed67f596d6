//! What is said of the protocol's small models is the same when they are written a second
//! time, for stateright.

mod cancel;
mod channel;
mod dispatch;
mod exit;
mod heartbeat;
mod jobs;
mod leader;
mod recovery;
mod timing;

use fsmcheck::check::{Property, Store};
use fsmcheck::framework::{Policy, Rule};
use fsmcheck::protocol::{Configuration, Fault, Faults, ProtocolModel, Trailed as _};
use fsmcheck_peers::theirs::Search;
use fsmcheck_peers::{Found, ours, protocol, theirs};

/// Asserts that both say the same: how many states and steps there are, which promises are
/// broken, and which of the facts do not hold. Returns what they say.
///
/// Of our promises those are left out that speak of the end of runs.
#[track_caller]
fn same<M, T>(model: &M, facts: Vec<Property<M>>, twin: T) -> Found
where
    M: ProtocolModel,
    T: stateright::Model + Clone + Send + Sync + 'static,
    T::State: Clone + std::fmt::Debug + std::hash::Hash + PartialEq + Send + Sync,
    T::Action: Clone + std::fmt::Debug + PartialEq + Send + Sync,
{
    let mut properties = facts;
    properties.extend(model.properties());
    properties.retain(|property| !property.kind().is_liveness());
    let asked = sorted(properties.iter().map(|it| it.name().to_owned()));
    let asked_there = twin.properties().into_iter().map(|it| it.name.to_owned());
    // It has one that always holds, so that it does not end before it has seen all.
    assert_eq!(
        asked,
        sorted(asked_there.filter(|name| *name != ANYTHING)),
        "both are asked the same"
    );
    let found = in_order(ours::check_for(model, &properties, Store::Exact, 1));
    let there = in_order(theirs::check(twin, Search::BreadthFirst, 1));
    assert_eq!(found, there, "{:?}", model.configuration());
    found
}

const ANYTHING: &str = "anything";

fn sorted(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut names: Vec<_> = names.into_iter().collect();
    names.sort();
    names
}

fn in_order(found: Found) -> Found {
    Found {
        violated: sorted(found.violated),
        ..found
    }
}

/// Every policy that matters to a model whose rules are these, with and without a watch
/// on one that is off.
fn policies(rules: &[Rule]) -> Vec<Configuration> {
    let configuration = |policy, watched| Configuration {
        policy,
        watched,
        ..Configuration::default()
    };
    let mut all = vec![
        configuration(Policy::hardened(), None),
        configuration(Policy::original(), None),
    ];
    for rule in rules {
        for policy in [Policy::before(*rule), Policy::hardened().without(*rule)] {
            all.push(configuration(policy, None));
            all.push(configuration(policy, Some(*rule)));
        }
    }
    all
}

/// Each policy with each of these sets of faults.
fn configurations(rules: &[Rule], faults: &[&str]) -> Vec<Configuration> {
    let with = |configuration| {
        faults.iter().map(move |faults| Configuration {
            faults: faults.parse().unwrap(),
            ..configuration
        })
    };
    policies(rules).into_iter().flat_map(with).collect()
}

/// The faults as a twin takes them.
fn faults(faults: Faults) -> protocol::Faults {
    protocol::Faults {
        crash: faults.has(Fault::Crash),
        loss: faults.has(Fault::Loss),
        duplication: faults.has(Fault::Duplication),
        delay: faults.has(Fault::Delay),
        partition: faults.has(Fault::Partition),
        store: faults.has(Fault::Store),
    }
}

/// The fact that a rule is not needed in the last step.
fn not_needed<M: ProtocolModel>(name: &str, rule: Rule) -> Property<M> {
    Property::never(name, move |_: &M, state: &M::State| {
        state.trail().is_needed(rule)
    })
}

/// The fact that the rule that is watched was not needed up to now.
fn never_needed<M: ProtocolModel>(name: &str) -> Property<M> {
    Property::never(name, |model: &M, state: &M::State| {
        let configuration = model.configuration();
        configuration.watched.is_some() && state.trail().counts(configuration)
    })
}

fn always<M: ProtocolModel>(
    name: &str,
    holds: impl Fn(&M::State) -> bool + Send + Sync + 'static,
) -> Property<M> {
    Property::always(name, move |_: &M, state: &M::State| holds(state))
}

fn sometimes<M: ProtocolModel>(
    name: &str,
    holds: impl Fn(&M::State) -> bool + Send + Sync + 'static,
) -> Property<M> {
    Property::sometimes(name, move |_: &M, state: &M::State| holds(state))
}
