//! A chain and a cycle of a million states: whatever calls itself for each state
//! would end the process.

use std::time::{Duration, Instant};

use fsmcheck::graph::lint::Code;
use fsmcheck::graph::{Bounds, Graph, GraphBuilder, StateId};

/// A million, and a fifth of that without optimisation, where it would take longest of
/// all tests; the stack of a test would hold neither.
const N: usize = if cfg!(debug_assertions) {
    200_000
} else {
    1_000_000
};

/// Each state leads to the next one, the last one back to the first in a cycle.
fn ring(is_cycle: bool) -> Graph {
    let mut builder = GraphBuilder::new("ring", ["next"]);
    let states: Vec<_> = (0..N)
        .map(|state| builder.state(state.to_string(), None))
        .collect();
    builder.start(states[0]);
    for pair in states.windows(2) {
        builder.moved(pair[0], "next", pair[1]);
    }
    if is_cycle {
        builder.moved(states[N - 1], "next", states[0]);
    } else {
        builder.declare_terminal([(N - 1).to_string()]);
    }
    builder.build().unwrap()
}

/// The result, unless it takes as long as something quadratic would.
fn timed<T>(what: &str, run: impl FnOnce() -> T) -> T {
    let begin = Instant::now();
    let result = run();
    let elapsed = begin.elapsed();
    assert!(elapsed < Duration::from_secs(60), "{what} took {elapsed:?}");
    result
}

#[test]
fn a_long_chain() {
    let chain = timed("build", || ring(false));
    let (first, last) = (StateId::new(0), StateId::new(N as u32 - 1));
    assert_eq!(timed("reach", || chain.reachable_from(first)).len(), N);
    assert_eq!(timed("reaching", || chain.states_reaching([last])).len(), N);
    let walk = timed("shortest", || chain.shortest_walk(first, last)).unwrap();
    assert_eq!(walk.steps.len(), N - 1);
    let walks = timed("simple", || {
        chain.simple_walks(first, last, &Bounds::default())
    });
    assert_eq!((walks.walks.len(), walks.cut_off), (1, None));
    let components = timed("components", || chain.strongly_connected_components());
    assert_eq!(components.len(), N);
    assert!(
        timed("cycles", || chain.cycles(&Bounds::default()))
            .walks
            .is_empty()
    );
    let dominators = timed("dominators", || chain.dominators());
    assert_eq!(dominators.of(last).unwrap().len(), N - 1);
    // From the end, each state is one step further away.
    assert_eq!(timed("classes", || chain.bisimilar_classes()).len(), N);
    let findings = timed("lint", || chain.lint());
    assert!(findings.is_clean(), "{findings}");
}

#[test]
fn a_long_cycle() {
    let cycle = timed("build", || ring(true));
    let first = StateId::new(0);
    assert_eq!(timed("reach", || cycle.reachable_states()).len(), N);
    let components = timed("components", || cycle.strongly_connected_components());
    assert_eq!(
        (components.len(), components[0].configurations.len()),
        (1, N)
    );
    let cycles = timed("cycles", || cycle.cycles(&Bounds::default()));
    assert_eq!((cycles.walks.len(), cycles.cut_off), (1, None));
    assert_eq!(cycles.walks[0].steps.len(), N);
    let through = timed("cycle through", || cycle.cycle_through(first));
    assert_eq!(through.unwrap().steps.len(), N);
    let dominators = timed("dominators", || cycle.dominators());
    assert_eq!(
        dominators.of(StateId::new(N as u32 - 1)).unwrap().len(),
        N - 1
    );
    assert_eq!(timed("classes", || cycle.bisimilar_classes()).len(), 1);
    let findings = timed("lint", || cycle.lint());
    assert!(findings.is_clean(), "{findings}");
}

#[test]
fn a_report_of_many_findings_does_not_write_a_long_walk_for_each() {
    let mut builder = GraphBuilder::new("pairs", ["next", "back", "aside"]);
    let states: Vec<_> = (0..N)
        .map(|state| builder.state(state.to_string(), None))
        .collect();
    builder.start(states[0]);
    // A chain from the side of which pairs of states lead nowhere.
    let (chain, pairs) = states.split_at(N / 3);
    for two in chain.windows(2) {
        builder.moved(two[0], "next", two[1]);
    }
    for (from, pair) in chain.iter().zip(pairs.chunks_exact(2)) {
        builder
            .moved(*from, "aside", pair[0])
            .moved(pair[0], "next", pair[1])
            .moved(pair[1], "back", pair[0]);
    }
    builder.declare_terminal(chain.iter().map(|state| state.index().to_string()));
    let graph = builder.build().unwrap();
    let findings = timed("lint", || graph.lint());
    assert_eq!(findings.of(Code::TerminalLeft).count(), chain.len());
    assert_eq!(findings.of(Code::Livelock).count(), chain.len());
    let steps = |finding: &fsmcheck::graph::lint::Finding| {
        finding.walk.as_ref().map_or(0, |walk| walk.steps.len())
    };
    assert!(findings.findings.iter().map(steps).sum::<usize>() <= 1_000_000);
    assert!(findings.findings[0].walk.is_some());
}
