//! Properties of single states beside liveness: as without it.

use fsmcheck::check::{Check, Limits, Outcome, Property, Report, Store, check};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::graph_model::{GraphModel, State, any_of};

const STATES: State = 24;

fn of_states(first: &[State], second: &[State]) -> Vec<Property<GraphModel>> {
    vec![
        Property::always("always", any_of(first)),
        Property::never("never", any_of(second)),
        Property::sometimes("sometimes", any_of(second)),
        Property::sometimes("nowhere", |_, _| false),
        Property::no_deadlock(),
    ]
}

/// A verdict in a form that can be compared: of counterexamples the length.
fn said(report: &Report<GraphModel>) -> Vec<String> {
    let of_states = report.verdicts().iter().take(5);
    of_states
        .map(|verdict| match verdict.outcome() {
            Outcome::Violated(Some(counterexample)) => {
                let end = *counterexample.walk().last();
                format!(
                    "{}: {} steps to {end}",
                    verdict.property(),
                    counterexample.steps().len()
                )
            }
            outcome => format!("{}: {outcome:?}", verdict.property()),
        })
        .collect()
}

/// What a report says of the search.
fn counted(report: &Report<GraphModel>) -> impl PartialEq + std::fmt::Debug {
    let mut coverage = report.coverage().clone();
    coverage.predicates.truncate(4);
    (
        report.unique(),
        report.generated(),
        report.completeness(),
        coverage,
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..<_>::default() })]

    #[test]
    fn is_judged_and_counted_as_without_liveness(
        starts in vec(0..STATES, 1..3),
        arrows in vec((0..STATES, prop::sample::select(vec!["a", "b c", "d"]), 0..STATES), 0..60),
        beyond in vec(0..STATES, 0..3),
        first in vec(0..STATES, 0..40),
        second in vec(0..STATES, 0..3),
        depth in prop_oneof![Just(usize::MAX), 0..6_usize],
        states in prop_oneof![Just(usize::MAX), 0..20_usize],
        all_violations: bool,
    ) {
        let model = GraphModel::new(arrows).starting_in(&starts).with_beyond(&beyond);
        let limits = Limits::default().depth(depth).states(states);
        let run = |model: &GraphModel| {
            let check = Check::new(model).limits(limits).threads(1);
            if all_violations { check.all_violations().run() } else { check.run() }
        };
        let alone = run(&model.clone().with({
            let (first, second) = (first.clone(), second.clone());
            move || of_states(&first, &second)
        }));
        let beside = run(&model.with(move || {
            let mut properties = of_states(&first, &second);
            properties.push(Property::eventually("liveness", any_of(&second)));
            properties
        }));
        prop_assert_eq!(said(&alone), said(&beside));
        prop_assert_eq!(counted(&alone), counted(&beside));
    }
}

#[test]
fn states_are_kept_whatever_the_store() {
    let model =
        GraphModel::new([(0, "go", 1)]).with(|| vec![Property::eventually("goal", any_of(&[1]))]);
    let report = Check::new(&model)
        .store(Store::Fingerprint)
        .threads(2)
        .run();
    assert!(report.holds());
    assert_eq!((report.store(), report.costs().threads), (Store::Exact, 1));
}

#[test]
fn what_liveness_asks_of_states_is_counted() {
    let model = GraphModel::new([(0, "a", 1), (1, "b", 2), (2, "c", 2)]).with(|| {
        vec![
            Property::leads_to("vacuous", |_, _| false, any_of(&[2])),
            Property::until("until", any_of(&[0, 1]), any_of(&[2])),
        ]
    });
    let report = check(&model);
    assert!(report.holds());
    let counts: Vec<_> = report
        .coverage()
        .predicates
        .iter()
        .map(|predicate| {
            (
                predicate.property.as_str(),
                predicate.position,
                predicate.held,
                predicate.failed,
            )
        })
        .collect();
    assert_eq!(
        counts,
        [
            ("vacuous", 1, 0, 3),
            ("vacuous", 2, 1, 2),
            ("until", 1, 2, 1),
            ("until", 2, 1, 2)
        ]
    );
}
