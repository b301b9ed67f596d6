//! Depth first and by random walks: what they find, and what they do not claim.

use fsmcheck::check::{
    Check, Counterexample, Limits, Model as _, Outcome, Property, Report, Search, Stop,
};

use super::STORES;
use super::graph_model::{GraphModel, any_of};

const SEED: Search = Search::RandomWalks {
    seed: 1,
    walks: 50,
    steps: 100,
};

/// Numbers that are the same in each run (xorshift).
fn numbers(mut state: u64) -> impl FnMut(u64) -> usize {
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below) as usize
    }
}

/// A graph of up to 12 states with a property of each kind.
pub(crate) fn graph(seed: u64) -> GraphModel {
    let mut number = numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let states = 1 + number(12);
    let arrows: Vec<_> = (0..number(30))
        .map(|_| (number(states as u64), "go", number(states as u64)))
        .collect();
    let (bad, wanted) = (number(14), number(14));
    GraphModel::new(arrows).numbered(14).with(move || {
        vec![
            Property::never("bad", any_of(&[bad])),
            Property::sometimes("wanted", any_of(&[wanted])),
            Property::no_deadlock(),
        ]
    })
}

/// Whether a counterexample is one: real steps, from a start, to what breaks.
fn is_real(model: &GraphModel, counterexample: &Counterexample<GraphModel>) -> bool {
    let walk = counterexample.walk();
    let mut state = *walk.initial();
    let starts = model.initial_states();
    starts.contains(&state)
        && walk.steps().iter().all(|step| {
            let mut actions = Vec::new();
            model.actions(&state, &mut actions);
            let is_offered = actions.contains(&step.action);
            let next = model.next(&state, &step.action);
            state = step.state;
            is_offered && next == Some(step.state)
        })
}

fn holds(report: &Report<GraphModel>) -> Vec<bool> {
    report
        .verdicts()
        .iter()
        .map(|verdict| verdict.holds())
        .collect()
}

#[test]
fn depth_first_says_what_breadth_first_says() {
    for seed in 0..2000 {
        let model = graph(seed);
        let breadth = Check::new(&model).all_violations().run();
        for store in STORES {
            let check = Check::new(&model).search(Search::DepthFirst).store(store);
            let depth = check.all_violations().run();
            assert_eq!(holds(&depth), holds(&breadth), "seed {seed}");
            // Where everything is decided early, they have seen different parts.
            if breadth.completeness().is_exhaustive() && depth.completeness().is_exhaustive() {
                assert_eq!(depth.unique(), breadth.unique());
                assert_eq!(depth.generated(), breadth.generated());
                let happened = |report: &Report<GraphModel>| {
                    report
                        .coverage()
                        .actions
                        .iter()
                        .map(|it| it.happened)
                        .sum::<u64>()
                };
                assert_eq!(happened(&depth), happened(&breadth));
            }
            for (long, short) in depth.violations().zip(breadth.violations()) {
                assert_eq!(long.property(), short.property());
                assert!(is_real(&model, long), "seed {seed}: {long:?}");
                assert!(long.steps().len() >= short.steps().len());
                let last = |it: &Counterexample<GraphModel>| *it.walk().last();
                match long.property() {
                    "bad" => assert_eq!(last(long), last(short)),
                    _ => assert!(model.arrows.iter().all(|arrow| arrow.from != last(long))),
                }
            }
        }
    }
}

#[test]
fn iterative_deepening_says_what_breadth_first_says_and_as_shortly() {
    for seed in 0..2000 {
        let model = graph(seed);
        let breadth = Check::new(&model).all_violations().run();
        let lengths = |report: &Report<GraphModel>| {
            let violations = report.violations();
            let lengths = violations.map(|it| (it.property().to_owned(), it.steps().len()));
            lengths.collect::<Vec<_>>()
        };
        for store in STORES {
            let check = || {
                let check = Check::new(&model).search(Search::IterativeDeepening);
                check.store(store).all_violations()
            };
            let deepening = check().run();
            assert_eq!(holds(&deepening), holds(&breadth), "seed {seed}");
            assert_eq!(lengths(&deepening), lengths(&breadth), "seed {seed}");
            for violation in deepening.violations() {
                assert!(is_real(&model, violation), "seed {seed}: {violation:?}");
            }
            let completeness = [&deepening, &breadth].map(Report::completeness);
            if completeness.iter().all(|it| it.is_exhaustive()) {
                // What is gone through again is not counted again.
                assert_eq!(deepening.generated(), breadth.generated());
                assert_eq!(deepening.coverage(), breadth.coverage(), "seed {seed}");
            }
            // Within a limit it sees what is within it, and no ends too many.
            let limits = Limits::default().depth(3);
            let near = Check::new(&model).limits(limits).all_violations().run();
            let within = check().limits(limits).run();
            assert!(within.depth() <= 3 && within.unique() <= near.unique());
            for (deep, broad) in within.verdicts().iter().zip(breadth.verdicts()) {
                let is_known = !matches!(deep.outcome(), Outcome::Undecided(_));
                assert!(!is_known || deep.holds() == broad.holds(), "seed {seed}");
            }
        }
    }
}

#[test]
fn iterative_deepening_does_not_fall_for_a_short_cut_seen_late() {
    // Depth first comes to 2 by the long way within two steps and goes no further.
    let model = GraphModel::new([(0, "a", 1), (1, "b", 2), (0, "c", 2), (2, "d", 3)])
        .with(|| vec![Property::never("three", any_of(&[3]))]);
    let limits = Limits::default().depth(2);
    let check = Check::new(&model).search(Search::IterativeDeepening);
    let report = check.limits(limits).run();
    assert_eq!(report.violations().next().unwrap().steps().len(), 2);
    let little = Limits::default().memory(1);
    let check = Check::new(&model).search(Search::IterativeDeepening);
    let report = check.limits(little).run();
    assert!(matches!(
        report.verdicts()[0].outcome(),
        Outcome::Undecided(Stop::Memory(1))
    ));
}

#[test]
fn a_detour_is_cut_off() {
    // The way depth first goes round a loop of 100 states and back before it falls.
    let mut arrows: Vec<(usize, &str, usize)> = (0..100)
        .map(|state| (state, "go", (state + 1) % 100))
        .collect();
    arrows.push((50, "fall", 100));
    let model = GraphModel::new(arrows).with(|| vec![Property::never("fallen", any_of(&[100]))]);
    let report = Check::new(&model).search(Search::DepthFirst).run();
    assert_eq!(report.violations().next().unwrap().steps().len(), 51);
    let walks = Search::RandomWalks {
        seed: 7,
        walks: 10,
        steps: 10_000,
    };
    let report = Check::new(&model).search(walks).run();
    assert_eq!(report.violations().next().unwrap().steps().len(), 51);
}

#[test]
fn a_cut_walk_is_no_exhaustive_search() {
    // Within two steps depth first comes to 2 by the long way and goes no further.
    let model = GraphModel::new([(0, "a", 1), (1, "b", 2), (0, "c", 2), (2, "d", 3)])
        .with(|| vec![Property::never("three", any_of(&[3]))]);
    let check = |depth| {
        Check::new(&model)
            .search(Search::DepthFirst)
            .limits(Limits::default().depth(depth))
            .run()
    };
    let outcome = |report: &Report<GraphModel>| match report.verdicts()[0].outcome() {
        Outcome::Undecided(stop) => Some(*stop),
        _ => None,
    };
    assert_eq!(outcome(&check(2)), Some(Stop::Depth(2)));
    assert!(check(3).verdicts()[0].is_violated());
    // What is not cut is exhaustive, whatever the limit.
    let short = GraphModel::new([(0, "a", 1)]).with(|| vec![Property::never("two", any_of(&[2]))]);
    let limits = Limits::default().depth(1);
    let report = Check::new(&short)
        .search(Search::DepthFirst)
        .limits(limits)
        .run();
    assert!(report.holds() && report.completeness().is_exhaustive());
}

#[test]
fn random_walks_never_claim_that_something_holds_everywhere() {
    for seed in 0..500 {
        let model = graph(seed);
        let full = Check::new(&model).all_violations().run();
        let report = Check::new(&model).search(SEED).all_violations().run();
        assert!(!report.completeness().is_exhaustive());
        for (sampled, full) in report.verdicts().iter().zip(full.verdicts()) {
            match sampled.outcome() {
                Outcome::Holds => {
                    assert!(full.holds() && sampled.property() == "wanted");
                }
                Outcome::Violated(counterexample) => {
                    let counterexample = counterexample.as_ref().unwrap();
                    assert!(full.is_violated());
                    assert!(is_real(&model, counterexample), "seed {seed}");
                }
                _ => {}
            }
        }
        // So small a graph is seen whole by so many walks, bar what is left of it
        // behind the last violation.
        assert!(report.unique() <= full.unique());
        let again = Check::new(&model).search(SEED).all_violations().run();
        assert_eq!(report.generated(), again.generated());
        assert_eq!(report.coverage(), again.coverage());
    }
}

#[test]
fn another_seed_goes_other_ways() {
    let arrows: Vec<_> = (0..1000)
        .flat_map(|state| [(state, "a", 2 * state + 1), (state, "b", 2 * state + 2)])
        .collect();
    let model = GraphModel::new(arrows).with(Vec::new);
    let seen = |seed| {
        let walks = Search::RandomWalks {
            seed,
            walks: 3,
            steps: 8,
        };
        let report = Check::new(&model).search(walks).run();
        assert_eq!(report.depth(), 8);
        report.coverage().levels.clone()
    };
    assert_eq!(seen(1), seen(1));
    let different: std::collections::BTreeSet<_> = (0..20).map(seen).collect();
    assert!(different.len() > 3);
}

#[test]
fn limits_end_walks_too() {
    let arrows: Vec<_> = (0..10_000).map(|state| (state, "go", state + 1)).collect();
    let model = GraphModel::new(arrows).with(|| vec![Property::never("far", any_of(&[9_999]))]);
    let walks = Search::RandomWalks {
        seed: 0,
        walks: 1,
        steps: usize::MAX,
    };
    for search in [Search::DepthFirst, Search::IterativeDeepening, walks] {
        let limits = Limits::default().states(100);
        let report = Check::new(&model).search(search).limits(limits).run();
        assert!(matches!(
            report.verdicts()[0].outcome(),
            Outcome::Undecided(Stop::States(100))
        ));
        let limits = Limits::default().memory(20_000);
        let report = Check::new(&model).search(search).limits(limits).run();
        assert!(matches!(
            report.verdicts()[0].outcome(),
            Outcome::Undecided(Stop::Memory(20_000))
        ));
    }
}
