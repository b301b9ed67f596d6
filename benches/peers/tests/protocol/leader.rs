//! The election of a leader.

use fsmcheck::framework::{Feature, Leader, LeaderState, Rule};
use fsmcheck::protocol::leader::{LeaderModel, Server, Service, State};
use fsmcheck::protocol::{Configuration, ProtocolModel as _};
use fsmcheck_peers::protocol::leader::Election;

use crate::{always, configurations, never_needed, not_needed, same, sometimes};

const RULE: Rule = Rule::LeaderResignsOnError;

fn is_open(state: &State, server: Server) -> bool {
    let leader = state.process(server).map(|process| &process.leader);
    let features = [Feature::Executors, Feature::Jobs];
    leader.is_some_and(|leader| features.iter().any(|it| Leader::is_open(leader, *it)))
}

fn both(state: &State, have: impl Fn(&State, Server) -> bool) -> bool {
    Server::ALL.iter().all(|server| have(state, *server))
}

fn any(state: &State, has: impl Fn(&State, Server) -> bool) -> bool {
    Server::ALL.iter().any(|server| has(state, *server))
}

fn is_cut_off(state: &State, server: Server) -> bool {
    let process = state.process(server);
    process.is_some_and(|process| *process.leader.state() == LeaderState::Resigning)
        && !state.service(server).has_failed()
}

fn twin(configuration: &Configuration) -> Election {
    Election {
        faults: crate::faults(configuration.faults),
        resigns_on_error: configuration.policy.has(RULE),
        watched: configuration.watched.map(Rule::as_str),
    }
}

#[test]
fn the_election_is_the_same() {
    let faults = ["none", "crash", "store", "partition", "loss", "all"];
    let mut counts = Vec::new();
    for configuration in configurations(&[RULE], &faults) {
        let facts = vec![
            always("not both are open", |state: &State| !both(state, is_open)),
            always("not both serve", |state: &State| {
                !both(state, State::serves)
            }),
            always("not two services", |state: &State| {
                !both(state, |state, server| {
                    state.service(server) != Service::None
                })
            }),
            always("who has failed is closed", |state: &State| {
                !any(state, |state, server| {
                    state.service(server).has_failed() && is_open(state, server)
                })
            }),
            not_needed("the rule is not needed", RULE),
            never_needed("the rule was not needed"),
            sometimes("one serves", |state: &State| any(state, State::serves)),
            sometimes("a sound service is canceled", |state: &State| {
                any(state, is_cut_off)
            }),
            sometimes("no server is up", |state: &State| {
                Server::ALL
                    .iter()
                    .all(|server| state.process(*server).is_none())
            }),
            sometimes("the lease is another's", |state: &State| {
                state.lease == Some(Server::B) && state.service(Server::A) != Service::None
            }),
        ];
        let model = LeaderModel::new(configuration);
        counts.push(same(&model, facts, twin(&configuration)).unique);
    }
    assert_eq!((counts[0], counts[5]), (20, 72));
}
