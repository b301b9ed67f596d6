//! Checks by stateright, of the models that are its own examples.

use std::fmt::Debug;
use std::hash::Hash;

use stateright::{Checker, Expectation, Model};

use crate::Found;

/// In which order states are looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Search {
    BreadthFirst,
    DepthFirst,
}

#[allow(unused, clippy::all, reason = "the peer's own code")]
mod example_two_phase_commit {
    include!(concat!(env!("OUT_DIR"), "/2pc.rs"));

    pub(super) fn check(managers: usize, search: super::Search, threads: usize) -> super::Found {
        super::check(TwoPhaseSys { rms: 0..managers }, search, threads)
    }
}

#[allow(unused, clippy::all, reason = "the peer's own code")]
mod example_paxos {
    include!(concat!(env!("OUT_DIR"), "/paxos.rs"));

    pub(super) fn check(clients: usize, search: super::Search, threads: usize) -> super::Found {
        let configuration = PaxosModelCfg {
            client_count: clients,
            server_count: 3,
            network: Network::new_unordered_nonduplicating([]),
        };
        super::check(configuration.into_model(), search, threads)
    }
}

/// Checks stateright's example `2pc`.
#[must_use]
pub fn two_phase_commit(managers: usize, search: Search, threads: usize) -> Found {
    example_two_phase_commit::check(managers, search, threads)
}

/// Checks stateright's example `paxos`.
#[must_use]
pub fn paxos(clients: usize, search: Search, threads: usize) -> Found {
    example_paxos::check(clients, search, threads)
}

/// Checks a model.
pub fn check<M>(model: M, search: Search, threads: usize) -> Found
where
    M: Model + Send + Sync + 'static,
    M::State: Clone + Debug + Hash + PartialEq + Send + Sync,
    M::Action: Clone + Debug + PartialEq + Send + Sync,
{
    let builder = model.checker().threads(threads);
    match search {
        Search::BreadthFirst => found(&builder.spawn_bfs().join()),
        Search::DepthFirst => found(&builder.spawn_dfs().join()),
    }
}

fn found<M: Model>(checker: &impl Checker<M>) -> Found
where
    M::State: Clone + Debug + Hash + PartialEq,
    M::Action: Clone + Debug + PartialEq,
{
    let discoveries = checker.discoveries();
    let properties = checker.model().properties().into_iter();
    let violated = properties.filter(|property| {
        // What is discovered is a state that breaks the property, or the one looked for.
        let is_sometimes = matches!(property.expectation, Expectation::Sometimes);
        discoveries.contains_key(property.name) != is_sometimes
    });
    Found {
        unique: checker.unique_state_count() as u64,
        generated: checker.state_count() as u64,
        violated: violated.map(|property| property.name.to_owned()).collect(),
    }
}
