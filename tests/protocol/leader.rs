//! The election of a leader.

use fsmcheck::check::{Ending, Property, audit};
use fsmcheck::framework::{Feature, Leader, Policy, Rule};
use fsmcheck::protocol::leader::{LeaderModel, Server, Service, State};
use fsmcheck::protocol::{Configuration, Fault, Faults, Promise, ProtocolModel as _};

use crate::{broken, broken_for_lack_of, comes_to, holds, never_needed, report};

const RULE: Rule = Rule::LeaderResignsOnError;

fn under(policy: Policy) -> Configuration {
    Configuration {
        policy,
        ..Configuration::default()
    }
}

#[test]
fn a_leader_that_does_not_resign_is_stuck_for_ever() {
    let lacking = [Policy::before(RULE), Policy::hardened().without(RULE)];
    for policy in lacking {
        let found = broken_for_lack_of::<LeaderModel>(under(policy), RULE, Promise::L7).unwrap();
        // It fails, and renews its lease again and again.
        assert!(matches!(found.ending(), Ending::RepeatsFrom(_)), "{found}");
        assert_eq!(found.steps().len(), 4, "{found}");
        let stuck = found.walk().last().process(Server::A).unwrap();
        assert!(Leader::holds_lease(&stuck.leader));
        // It may even answer executors then.
        assert!(comes_to::<LeaderModel>(under(policy), |state| {
            is_open(state, Server::A) && state.service(Server::A) == Service::Failed
        }));
    }
}

#[test]
fn with_the_rule_a_failed_leader_is_replaced() {
    for policy in [Policy::original(), Policy::hardened()] {
        assert_eq!(holds::<LeaderModel>(under(policy)), 72);
        never_needed::<LeaderModel>(under(policy), &[RULE]);
    }
    let without_faults = Configuration {
        faults: Faults::NONE,
        ..Configuration::default()
    };
    assert_eq!(holds::<LeaderModel>(without_faults), 20);
}

fn is_open(state: &State, server: Server) -> bool {
    let leader = state.process(server).map(|process| &process.leader);
    let features = [Feature::Executors, Feature::Jobs];
    leader.is_some_and(|leader| features.iter().any(|it| Leader::is_open(leader, *it)))
}

/// Under any rules: who gives its lease up closes its interfaces first.
#[test]
fn two_servers_never_offer_anything_at_once() {
    for policy in [Policy::hardened(), Policy::before(RULE)] {
        let model = LeaderModel::new(under(policy));
        let both = Property::never("both are open", |_: &LeaderModel, state: &State| {
            is_open(state, Server::A) && is_open(state, Server::B)
        });
        report(&model, &[both]).assert_holds();
    }
}

/// A service that was canceled is awaited without a bound. Meanwhile the lease may run out,
/// so that another server is elected: no rule can promise one service at a time.
#[test]
fn a_canceled_service_may_overlap_with_the_next() {
    let overlaps = |state: &State| {
        matches!(state.service(Server::A), Service::Ends { .. }) && state.serves(Server::B)
    };
    assert!(comes_to::<LeaderModel>(Configuration::default(), overlaps));
    assert!(!comes_to::<LeaderModel>(
        Configuration::default(),
        |state| { Server::ALL.iter().all(|server| state.serves(*server)) }
    ));
}

#[test]
fn the_lease_is_lost_only_by_a_fault() {
    let is_cut_off =
        |state: &State| matches!(state.service(Server::A), Service::Ends { failed: false });
    let with = |faults| Configuration {
        faults,
        ..Configuration::default()
    };
    let crash = Faults::NONE.with(Fault::Crash);
    assert!(!comes_to::<LeaderModel>(with(crash), is_cut_off));
    for fault in [Fault::Store, Fault::Partition] {
        assert!(comes_to::<LeaderModel>(
            with(Faults::NONE.with(fault)),
            is_cut_off
        ));
    }
    assert!(broken::<LeaderModel>(with(crash), Promise::L7).is_none());
}

#[test]
fn equal_states_have_equal_successors() {
    for policy in [Policy::original(), Policy::before(RULE)] {
        let model = LeaderModel::new(under(policy));
        assert!(audit(&model, usize::MAX).unwrap().states > 0);
    }
}
