//! The algorithms on graphs against naive ones, on random graphs and on random
//! machines whose data decides; and on a million states.

#[path = "algorithms/naive.rs"]
mod naive;
#[path = "algorithms/random.rs"]
mod random;
#[path = "algorithms/size.rs"]
mod size;

use std::collections::BTreeSet;

use fsmcheck::graph::{Bounds, CutOff, Graph, StateId, Walk};
use proptest::prelude::*;

use self::naive::Naive;

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn reachability_is_that_of_a_fixpoint(graph in random::graph()) {
        let naive = Naive::new(&graph);
        let starts = naive.nodes().filter(|node| naive.exact.state(*node).initial).collect();
        prop_assert_eq!(graph.reachable_states(), naive.states(&naive.forward(starts)));
        for (state, _) in graph.states() {
            let nodes = naive.nodes_of(state);
            prop_assert_eq!(
                graph.reachable_from(state),
                naive.states(&naive.forward(nodes.clone()))
            );
            prop_assert_eq!(graph.states_reaching([state]), naive.states(&naive.backward(nodes)));
        }
    }

    #[test]
    fn components_are_those_of_mutual_reachability(graph in random::graph()) {
        let naive = Naive::new(&graph);
        let components = graph.strongly_connected_components();
        let mut found = BTreeSet::new();
        for component in &components {
            found.insert(component.configurations.clone());
            let inside: BTreeSet<_> = component.configurations.iter().copied().collect();
            prop_assert_eq!(&component.states, &naive.states(&inside));
            prop_assert_eq!(component.closed, naive.forward(inside.clone()) == inside);
            let goes_round = inside.iter().any(|node| naive.on_cycle(*node));
            prop_assert_eq!(component.cyclic, goes_round);
        }
        prop_assert_eq!(found, naive.components());
        for (later, component) in components.iter().enumerate() {
            let reached = naive.forward(component.configurations.iter().copied().collect());
            for after in &components[later + 1..] {
                prop_assert!(!reached.contains(&after.configurations[0]));
            }
        }
        prop_assert_eq!(graph.has_cycle(), naive.nodes().any(|node| naive.on_cycle(node)));
    }

    #[test]
    fn simple_walks_are_those_of_recursion(graph in random::graph()) {
        let naive = Naive::new(&graph);
        for (from, _) in graph.states() {
            for (to, _) in graph.states() {
                let all = naive.simple_walks(from, to);
                let found = graph.simple_walks(from, to, &Bounds::default().count(usize::MAX));
                prop_assert_eq!(found.cut_off, None);
                prop_assert_eq!(found.walks.len(), all.len(), "a walk is listed twice");
                prop_assert_eq!(&found.walks.into_iter().collect::<BTreeSet<_>>(), &all);

                for length in 0..6 {
                    let bounds = Bounds::default().count(usize::MAX).length(length);
                    let short = graph.simple_walks(from, to, &bounds);
                    let is_short = |walk: &&Walk| walk.steps.len() <= length;
                    let expected: BTreeSet<_> = all.iter().filter(is_short).cloned().collect();
                    prop_assert!(short.cut_off.is_some() || expected.len() == all.len());
                    prop_assert_eq!(short.walks.into_iter().collect::<BTreeSet<_>>(), expected);
                }

                let two = graph.simple_walks(from, to, &Bounds::default().count(2));
                prop_assert_eq!(two.walks.len(), all.len().min(2));
                prop_assert_eq!(two.cut_off, (all.len() > 2).then_some(CutOff::Count));
            }
        }
    }

    #[test]
    fn cycles_are_those_of_recursion(graph in random::graph()) {
        let naive = Naive::new(&graph);
        let all = naive.cycles();
        let found = graph.cycles(&Bounds::default().count(usize::MAX));
        prop_assert_eq!(found.cut_off, None);
        prop_assert_eq!(found.walks.len(), all.len(), "a cycle is listed twice");
        prop_assert_eq!(&found.walks.into_iter().collect::<BTreeSet<_>>(), &all);

        let short = graph.cycles(&Bounds::default().count(usize::MAX).length(2));
        let expected: BTreeSet<_> =
            all.iter().filter(|walk| walk.steps.len() <= 2).cloned().collect();
        prop_assert_eq!(&short.walks.into_iter().collect::<BTreeSet<_>>(), &expected);
        prop_assert!(short.cut_off.is_some() || expected.len() == all.len());
    }

    #[test]
    fn a_cycle_through_a_state_is_one_and_is_found(graph in random::graph()) {
        let naive = Naive::new(&graph);
        for (state, _) in graph.states() {
            let nodes = naive.nodes_of(state);
            let first = nodes.iter().copied().find(|node| naive.on_cycle(*node));
            let cycle = graph.cycle_through(state);
            prop_assert_eq!(cycle.is_some(), first.is_some());
            if let (Some(cycle), Some(first)) = (cycle, first) {
                prop_assert_eq!((cycle.start, cycle.end()), (state, state));
                prop_assert_eq!(cycle.steps.len(), naive.shortest_cycle(first));
                prop_assert!(naive.can_be_taken(&cycle));
            }
        }
    }

    #[test]
    fn shortest_walks_are_shortest(graph in random::graph()) {
        let naive = Naive::new(&graph);
        for (from, _) in graph.states() {
            for (to, _) in graph.states() {
                let least = naive.simple_walks(from, to).iter().map(|walk| walk.steps.len()).min();
                let found = graph.shortest_walk(from, to);
                prop_assert_eq!(found.as_ref().map(|walk| walk.steps.len()), least);
                prop_assert!(found.is_none_or(|walk| naive.can_be_taken(&walk)));
            }
        }
    }

    #[test]
    fn dominators_are_those_of_removal(graph in random::graph()) {
        let naive = Naive::new(&graph);
        let dominators = graph.dominators();
        for (state, _) in graph.states() {
            let found = dominators.of(state);
            let expected = naive.dominators(state);
            let as_set = |list: Vec<StateId>| list.into_iter().collect::<BTreeSet<_>>();
            prop_assert_eq!(found.clone().map(as_set), expected);
            if let Some(found) = found {
                let walk = graph.shortest_walk_from_start(state).unwrap();
                let met = |wanted: &StateId| position_on(&walk, *wanted);
                prop_assert!(found.is_sorted_by_key(met));
            }
        }
    }

    #[test]
    fn bisimilar_classes_are_those_of_naive_refinement(graph in random::graph()) {
        let naive = Naive::new(&graph);
        prop_assert_eq!(graph.bisimilar_classes(), naive.bisimilar_classes());
    }
}

fn position_on(walk: &Walk, state: StateId) -> usize {
    let mut states = std::iter::once(walk.start).chain(walk.steps.iter().map(|step| step.1));
    states.position(|on_walk| on_walk == state).unwrap()
}

/// The complete graph on `n` states.
fn complete(n: usize) -> Graph {
    let events: Vec<String> = (0..n).map(|event| format!("e{event}")).collect();
    let mut builder = fsmcheck::graph::GraphBuilder::new("complete", events.clone());
    let states: Vec<_> = (0..n)
        .map(|state| builder.state(format!("s{state}"), None))
        .collect();
    builder.start(states[0]);
    for from in &states {
        for (to, event) in states.iter().zip(&events) {
            if from != to {
                builder.moved(*from, event, *to);
            }
        }
    }
    builder.build().unwrap()
}

#[test]
fn what_is_exponential_is_cut_off_and_says_so() {
    let graph = complete(30);
    let cycles = graph.cycles(&Bounds::default());
    assert_eq!(
        (cycles.walks.len(), cycles.cut_off),
        (1_000, Some(CutOff::Count))
    );
    let cycles = graph.cycles(&Bounds::default().count(usize::MAX).effort(50_000));
    assert_eq!(cycles.cut_off, Some(CutOff::Effort));
    assert!(!cycles.walks.is_empty());

    let (from, to) = (StateId::new(0), StateId::new(29));
    let walks = graph.simple_walks(from, to, &Bounds::default().count(usize::MAX).length(2));
    assert_eq!(
        (walks.walks.len(), walks.cut_off),
        (29, Some(CutOff::Length))
    );
    assert!(walks.walks.iter().all(|walk| walk.steps.len() <= 2));
    assert!(
        graph
            .simple_walks(from, to, &Bounds::default().length(0))
            .walks
            .is_empty()
    );
}

#[test]
fn events_that_lead_the_same_way_are_one_walk() {
    let mut builder = fsmcheck::graph::GraphBuilder::new("twice", ["second", "first"]);
    let a = builder.state("a", None);
    let b = builder.state("b", None);
    builder
        .start(a)
        .moved(a, "first", b)
        .moved(a, "second", b)
        .stayed(a, "first");
    let graph = builder.build().unwrap();
    let found = graph.simple_walks(a, b, &Bounds::default());
    assert_eq!(found.walks.len(), 1);
    assert_eq!(found.walks[0].named(&graph).to_string(), "a --second--> b");
    assert_eq!(
        graph.cycle_through(a),
        None,
        "a step that changes nothing is no cycle"
    );
}

#[test]
fn what_is_too_far_by_one_way_is_tried_by_a_shorter_one() {
    let mut builder = fsmcheck::graph::GraphBuilder::new("detour", ["first", "second"]);
    let [from, detour, middle, before, last, to] =
        ["from", "detour", "middle", "before", "last", "to"].map(|name| builder.state(name, None));
    builder
        .start(from)
        .moved(from, "first", detour)
        .moved(from, "second", middle)
        .moved(from, "second", to)
        .moved(detour, "first", middle)
        // The nearest way on from the middle leads over what was visited.
        .moved(middle, "first", from)
        .moved(middle, "second", before)
        .moved(before, "first", last)
        .moved(last, "first", to);
    let graph = builder.build().unwrap();
    let found = graph.simple_walks(from, to, &Bounds::default().length(4));
    let lengths: BTreeSet<_> = found.walks.iter().map(|walk| walk.steps.len()).collect();
    assert_eq!(lengths, [1, 4].into());
}
