//! The checker against liveness by its definition, on random graphs.

use fsmcheck::check::{
    Check, Completeness, Ending, Fairness, Limits, Outcome, Property, PropertyKind, Report, Stop,
    check,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::graph_model::{Arrow, GraphModel, State, any_of};
use crate::naive::{Constraint, Question, shortest_stem, verify};

const KINDS: [PropertyKind; 5] = [
    PropertyKind::Eventually,
    PropertyKind::AlwaysEventually,
    PropertyKind::LeadsTo,
    PropertyKind::Until,
    PropertyKind::NoLivelock,
];

/// A graph, and a question of each kind.
#[derive(Clone, Debug)]
struct Case {
    starts: Vec<State>,
    arrows: Vec<(State, String, State)>,
    beyond: Vec<State>,
    first: Vec<State>,
    second: Vec<State>,
    may_stop: bool,
    constraints: Vec<Constraint>,
    /// Whether the model brings the assumption and not each property.
    by_model: bool,
}

/// Names made of letters, on which constraints and progress depend.
fn name() -> impl Strategy<Value = String> {
    vec(prop::sample::select(vec!['a', 'b', 'c', 'd']), 0..3)
        .prop_map(|letters| letters.into_iter().collect())
}

fn cases() -> impl Strategy<Value = Case> {
    (2..=7_usize).prop_flat_map(|states| {
        let some = |most| vec(0..states, 0..=most);
        let constraint = (prop::sample::select(vec!['a', 'b', 'c']), any::<bool>())
            .prop_map(|(letter, is_strong)| Constraint { letter, is_strong });
        (
            (
                vec(0..states, 1..=2),
                vec((0..states, name(), 0..states), 0..=9),
            ),
            prop_oneof![3 => Just(Vec::new()), 1 => some(2)],
            (some(3), some(3)),
            any::<bool>(),
            vec(constraint, 0..=3),
            any::<bool>(),
        )
            .prop_map(
                |((starts, arrows), beyond, (first, second), may_stop, constraints, by_model)| {
                    Case {
                        starts,
                        arrows,
                        beyond,
                        first,
                        second,
                        may_stop,
                        constraints,
                        by_model,
                    }
                },
            )
    })
}

impl Case {
    fn fairness(&self) -> Fairness<GraphModel> {
        let mut fairness = if self.may_stop {
            Fairness::none()
        } else {
            Fairness::progress()
        };
        for constraint in self.constraints.clone() {
            let concerns =
                move |_: &GraphModel, _: &State, arrow: &Arrow| constraint.concerns(arrow);
            let name = constraint.letter;
            fairness = if constraint.is_strong {
                fairness.strong(name, concerns)
            } else {
                fairness.weak(name, concerns)
            };
        }
        fairness
    }

    fn property(&self, kind: PropertyKind) -> Property<GraphModel> {
        let (first, second) = (any_of(&self.first), any_of(&self.second));
        let property = match kind {
            PropertyKind::Eventually => Property::eventually(kind.name(), first),
            PropertyKind::AlwaysEventually => Property::always_eventually(kind.name(), first),
            PropertyKind::LeadsTo => Property::leads_to(kind.name(), first, second),
            PropertyKind::Until => Property::until(kind.name(), first, second),
            PropertyKind::NoLivelock => {
                Property::no_livelock(kind.name(), |_, _, arrow: &Arrow| arrow.name.contains('d'))
            }
            kind => panic!("{kind} is no liveness"),
        };
        if self.by_model {
            property
        } else {
            property.under(self.fairness())
        }
    }

    fn model(&self) -> GraphModel {
        let arrows = self.arrows.iter();
        let (of_properties, of_fairness) = (self.clone(), self.clone());
        GraphModel::new(arrows.map(|(from, name, to)| (*from, name.as_str(), *to)))
            .starting_in(&self.starts)
            .with_beyond(&self.beyond)
            .with(move || KINDS.map(|kind| of_properties.property(kind)).into())
            .under(move || {
                if of_fairness.by_model {
                    of_fairness.fairness()
                } else {
                    // Would leave out every run that breaks anything.
                    Fairness::progress().strong("nothing", |_, _, _| true)
                }
            })
    }

    fn question(&self, kind: PropertyKind) -> Question {
        Question {
            kind,
            first: self.first.clone(),
            second: self.second.clone(),
            progress: 'd',
            may_stop: self.may_stop,
            constraints: self.constraints.clone(),
        }
    }
}

/// How often each kind held and was broken, in which way.
#[derive(Debug, Default)]
struct Counts {
    held: [usize; 5],
    broken: [usize; 5],
    stopped: [usize; 5],
    repeated: [usize; 5],
    undecided: usize,
}

fn compare(case: &Case, counts: &mut Counts) {
    let model = case.model();
    let report = check(&model);
    for (index, (kind, verdict)) in KINDS.into_iter().zip(report.verdicts()).enumerate() {
        assert_eq!(verdict.kind(), kind);
        let question = case.question(kind);
        let expected = shortest_stem(&model, &question);
        let Some(stem) = expected else {
            assert!(verdict.holds(), "{kind} holds: {verdict:?}");
            counts.held[index] += 1;
            continue;
        };
        let counterexample = verdict.counterexample();
        let counterexample = counterexample.unwrap_or_else(|| panic!("{kind} is broken"));
        assert_eq!(verify(&model, &question, counterexample), stem, "{kind}");
        match counterexample.ending() {
            Ending::Broken => counts.broken[index] += 1,
            Ending::Stops => counts.stopped[index] += 1,
            _ => counts.repeated[index] += 1,
        }
    }
}

/// A check that ends early says nothing wrong.
fn compare_bounded(case: &Case, limits: Limits, counts: &mut Counts) {
    let model = case.model();
    let report = Check::new(&model).limits(limits).run();
    if let Completeness::Bounded(Stop::States(_)) = report.completeness()
        && report.unique() > 0
    {
        // A level in which the limit is passed does not count, nor do steps to it.
        let limits = Limits::default().depth(report.depth());
        let same = Check::new(&model).limits(limits).run();
        assert_eq!(report.coverage(), same.coverage());
        let runs = |report: &Report<_>| format!("{:?}", report.violations().collect::<Vec<_>>());
        assert_eq!(runs(&report), runs(&same));
    }
    for (kind, verdict) in KINDS.into_iter().zip(report.verdicts()) {
        let question = case.question(kind);
        match verdict.outcome() {
            Outcome::Holds => {
                assert!(report.completeness().is_exhaustive());
                assert_eq!(shortest_stem(&model, &question), None, "{kind}");
            }
            Outcome::Violated(counterexample) => {
                verify(&model, &question, counterexample.as_ref().unwrap());
            }
            Outcome::Undecided(stop) => {
                assert_eq!(report.completeness(), Completeness::Bounded(*stop));
                counts.undecided += 1;
            }
            other => panic!("{other:?}"),
        }
    }
}

fn runner(cases: u32, is_fixed: bool) -> TestRunner {
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    if is_fixed {
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        TestRunner::new_with_rng(config, rng)
    } else {
        TestRunner::new(config)
    }
}

fn run(cases_: u32, is_fixed: bool) -> Counts {
    let counts = std::cell::RefCell::new(Counts::default());
    let outcome = runner(cases_, is_fixed).run(&(cases(), 0..4_usize), |(case, limit)| {
        let mut counts = counts.borrow_mut();
        compare(&case, &mut counts);
        compare_bounded(&case, Limits::default().depth(limit), &mut counts);
        compare_bounded(&case, Limits::default().states(limit), &mut counts);
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
    counts.into_inner()
}

#[test]
fn twenty_thousand_graphs_are_judged_as_the_definition_says() {
    let counts = run(20_000, true);
    // Nothing is compared if everything comes out the same way.
    for (index, kind) in KINDS.into_iter().enumerate() {
        let may_stop = kind != PropertyKind::NoLivelock;
        let may_break = kind == PropertyKind::Until;
        assert!(counts.held[index] > 1_000, "{kind}: {counts:?}");
        assert!(counts.repeated[index] > 300, "{kind}: {counts:?}");
        assert_eq!(counts.stopped[index] > 300, may_stop, "{kind}: {counts:?}");
        assert_eq!(counts.broken[index] > 300, may_break, "{kind}: {counts:?}");
    }
    assert!(counts.undecided > 1_000, "{counts:?}");
}

#[test]
fn other_graphs_each_time_are_judged_as_the_definition_says() {
    run(1_000, false);
}
