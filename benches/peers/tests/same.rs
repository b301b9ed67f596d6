//! What both checkers say of the same model is the same.

use std::collections::BTreeSet;

use fsmcheck::check::Store;
use fsmcheck_peers::theirs::Search;
use fsmcheck_peers::{Found, ours, theirs};
use proptest::collection::vec;
use proptest::prelude::*;

/// Ours with each store and one and two threads.
fn all_of_ours<M: fsmcheck::check::Model>(model: &M) -> Vec<Found> {
    let mut all = Vec::new();
    let stores = [
        Store::Numbers,
        Store::Exact,
        Store::Fingerprint,
        Store::WideFingerprint,
    ];
    for store in stores {
        for threads in 1..=2 {
            all.push(ours::check(model, store, threads));
        }
    }
    all
}

/// Theirs in each order.
fn all_of_theirs(check: impl Fn(Search) -> Found) -> Vec<Found> {
    vec![check(Search::BreadthFirst), check(Search::DepthFirst)]
}

#[track_caller]
fn are_same(ours: Vec<Found>, theirs: Vec<Found>, expected: (u64, u64)) {
    for found in ours.into_iter().chain(theirs) {
        let expected = Found {
            unique: expected.0,
            generated: expected.1,
            violated: Vec::new(),
        };
        assert_eq!(found, expected);
    }
}

#[test]
fn two_phase_commit() {
    for (managers, expected) in [
        (1, None),
        (2, None),
        (3, Some((288, 1_146))),
        (5, Some((8_832, 58_146))),
    ] {
        let theirs = all_of_theirs(|search| theirs::two_phase_commit(managers, search, 1));
        let expected = expected.unwrap_or((theirs[0].unique, theirs[0].generated));
        let mut ours = all_of_ours(&ours::two_phase_commit(managers));
        ours.extend(all_of_ours(&ours::machines(managers)));
        are_same(ours, theirs, expected);
    }
}

#[test]
fn paxos() {
    for (clients, expected) in [(1, (265, 482)), (2, (16_668, 32_971))] {
        let theirs = all_of_theirs(|search| theirs::paxos(clients, search, 1));
        are_same(all_of_ours(&ours::paxos(clients)), theirs, expected);
    }
}

type State = u8;

/// A graph of which the checkers are asked the same.
#[derive(Clone, Debug)]
struct Graph {
    starts: BTreeSet<State>,
    /// For each state where it leads, with repetitions.
    arrows: Vec<Vec<State>>,
    /// For each state whether it has what the properties ask for.
    marked: Vec<bool>,
}

/// What is asked: the name, whether it is `always` or `sometimes`, and whether of
/// marked states or of the others. The first one has no state that decides it, so that
/// no checker ends early.
const ASKED: [(&str, bool, Option<bool>); 5] = [
    ("always anything", true, None),
    ("always marked", true, Some(true)),
    ("always unmarked", true, Some(false)),
    ("sometimes marked", false, Some(true)),
    ("sometimes unmarked", false, Some(false)),
];

impl Graph {
    fn has(&self, state: State, asked: Option<bool>) -> bool {
        asked.is_none_or(|asked| self.marked[state as usize] == asked)
    }
}

impl fsmcheck::check::Model for Graph {
    type State = State;
    type Action = usize;

    fn initial_states(&self) -> Vec<State> {
        self.starts.iter().copied().collect()
    }

    fn actions(&self, state: &State, actions: &mut Vec<usize>) {
        actions.extend(0..self.arrows[*state as usize].len());
    }

    fn next(&self, state: &State, action: &usize) -> Option<State> {
        Some(self.arrows[*state as usize][*action])
    }

    fn properties(&self) -> Vec<fsmcheck::check::Property<Self>> {
        let property = |(name, is_always, asked)| {
            let holds = move |graph: &Self, state: &State| graph.has(*state, asked);
            if is_always {
                fsmcheck::check::Property::always(name, holds)
            } else {
                fsmcheck::check::Property::sometimes(name, holds)
            }
        };
        ASKED.map(property).into()
    }
}

impl stateright::Model for Graph {
    type State = State;
    type Action = usize;

    fn init_states(&self) -> Vec<State> {
        self.starts.iter().copied().collect()
    }

    fn actions(&self, state: &State, actions: &mut Vec<usize>) {
        actions.extend(0..self.arrows[*state as usize].len());
    }

    fn next_state(&self, state: &State, action: usize) -> Option<State> {
        Some(self.arrows[*state as usize][action])
    }

    fn properties(&self) -> Vec<stateright::Property<Self>> {
        use stateright::Property;
        // stateright takes plain functions, which know nothing of the loop around them.
        vec![
            Property::always(ASKED[0].0, |graph: &Self, state| {
                graph.has(*state, ASKED[0].2)
            }),
            Property::always(ASKED[1].0, |graph: &Self, state| {
                graph.has(*state, ASKED[1].2)
            }),
            Property::always(ASKED[2].0, |graph: &Self, state| {
                graph.has(*state, ASKED[2].2)
            }),
            Property::sometimes(ASKED[3].0, |graph: &Self, state| {
                graph.has(*state, ASKED[3].2)
            }),
            Property::sometimes(ASKED[4].0, |graph: &Self, state| {
                graph.has(*state, ASKED[4].2)
            }),
        ]
    }
}

fn graphs() -> impl Strategy<Value = Graph> {
    (1..40_u8).prop_flat_map(|states| {
        let number = usize::from(states);
        (
            prop::collection::btree_set(0..states, 1..3),
            vec(vec(0..states, 0..4), number),
            // Mostly all or none: a violation is to be rare.
            prop_oneof![
                vec(any::<bool>(), number),
                vec(prop::bool::weighted(0.02), number),
                vec(prop::bool::weighted(0.98), number),
            ],
        )
            .prop_map(|(starts, arrows, marked)| Graph {
                starts,
                arrows,
                marked,
            })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..<_>::default() })]

    #[test]
    fn random_graphs(graph in graphs()) {
        let ours = all_of_ours(&graph);
        let theirs = all_of_theirs(|search| theirs::check(graph.clone(), search, 1));
        for found in &ours[1..] {
            prop_assert_eq!(found, &ours[0]);
        }
        for found in theirs {
            prop_assert_eq!(&found, &ours[0]);
        }
    }
}

/// What `docs/coming-from.md` says of limits.
#[test]
fn a_limit_is_a_pass_there_and_undecided_here() {
    use fsmcheck::check::{Check, Limits, Outcome};
    use stateright::{Checker as _, Model as _};

    let last = 9;
    let graph = Graph {
        starts: [0].into(),
        arrows: (0..=last).map(|state| vec![last.min(state + 1)]).collect(),
        marked: (0..=last).map(|state| state == last).collect(),
    };
    let name = "always unmarked";

    let ended = graph
        .clone()
        .checker()
        .target_max_depth(5)
        .spawn_bfs()
        .join();
    ended.assert_no_discovery(name);
    assert!(
        graph
            .clone()
            .checker()
            .spawn_bfs()
            .join()
            .discovery(name)
            .is_some()
    );

    let report = Check::new(&graph)
        .limits(Limits::default().depth(5))
        .all_violations()
        .run();
    let outcome = report.verdict(name).unwrap().outcome();
    assert!(matches!(outcome, Outcome::Undecided(_)), "{outcome:?}");
}
