//! Liveness within limits: a model's own bounds, and those of a check.

use std::ops::ControlFlow;
use std::time::Duration;

use fsmcheck::check::{
    Check, Completeness, Ending, Fairness, Limits, Model, Outcome, Property, Search, Stop, check,
};

use crate::graph_model::{GraphModel, any_of, named};

/// Counts up to a number, then jumps back to another one. Long enough for recursion
/// to overflow.
struct Counter {
    up_to: u32,
    back_to: u32,
    constraints: usize,
}

impl Model for Counter {
    type State = u32;
    type Action = u32;

    fn initial_states(&self) -> Vec<u32> {
        vec![0]
    }

    fn actions(&self, state: &u32, actions: &mut Vec<u32>) {
        actions.push(if *state == self.up_to {
            self.back_to
        } else {
            state + 1
        });
    }

    fn next(&self, _: &u32, action: &u32) -> Option<u32> {
        Some(*action)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always_eventually(
            "back at the start",
            |_, state| *state == 0,
        )]
    }

    fn fairness(&self) -> Fairness<Self> {
        (0..self.constraints).fold(Fairness::progress(), |fairness, number| {
            fairness.strong(number.to_string(), move |model: &Self, state, _| {
                *state as usize % model.constraints == number
            })
        })
    }
}

const LONG: Counter = Counter {
    up_to: 300_000,
    back_to: 1,
    constraints: 0,
};

#[test]
fn a_long_cycle_overflows_nothing() {
    let report = check(&LONG);
    let counterexample = report.violations().next().unwrap();
    assert_eq!(counterexample.ending(), Ending::RepeatsFrom(1));
    assert_eq!(counterexample.steps().len(), 300_001);

    let model = Counter { back_to: 0, ..LONG };
    assert!(check(&model).holds());
    let model = Counter {
        constraints: 70,
        ..LONG
    };
    assert_eq!(check(&model).violations().count(), 1);
}

#[test]
fn a_limit_leaves_undecided_what_lies_behind_it() {
    let limited = |limits| {
        let report = Check::new(&LONG).limits(limits).run();
        match report.verdicts()[0].outcome() {
            Outcome::Undecided(stop) => {
                assert_eq!(report.completeness(), Completeness::Bounded(*stop));
                *stop
            }
            outcome => panic!("{outcome:?}"),
        }
    };
    let limits = Limits::default();
    assert_eq!(limited(limits.states(1_000)), Stop::States(1_000));
    assert_eq!(limited(limits.depth(1_000)), Stop::Depth(1_000));
    assert_eq!(
        limited(limits.time(Duration::ZERO)),
        Stop::Time(Duration::ZERO)
    );
    for bytes in [0, 50_000, 1_000_000, 10_000_000] {
        assert_eq!(limited(limits.memory(bytes)), Stop::Memory(bytes));
    }
}

#[test]
fn memory_stays_within_its_limit() {
    let full = check(&LONG);
    // Arrays grow at other sizes each.
    let mut bytes = 60_000;
    while bytes < 10_000_000 {
        let limits = Limits::default().memory(bytes);
        let report = Check::new(&LONG).limits(limits).run();
        let peak = report.costs().peak;
        // A state more than there is room for is noticed.
        assert!(peak <= bytes + 200, "{peak} of {bytes}");
        assert!(peak > bytes / 3, "{peak} of {bytes}");
        assert!(report.unique() < full.unique());
        bytes += bytes / 6;
    }
    let needed = 2 * full.costs().peak;
    let report = Check::new(&LONG)
        .limits(Limits::default().memory(needed))
        .run();
    assert_eq!(report.completeness(), Completeness::Exhaustive);
}

#[test]
fn steps_that_nothing_tells_apart_are_kept_once() {
    let bytes = |times| {
        let arrows = [(0, "a", 1), (0, "b", 1), (1, "a", 1)];
        let model = GraphModel::new(arrows.repeat(times))
            .with(|| vec![Property::eventually("goal", any_of(&[1]))])
            .under(|| Fairness::progress().weak("a", named("a")));
        let report = check(&model);
        assert_eq!(report.generated(), 1 + 3 * times as u64);
        report.costs().store
    };
    assert_eq!(bytes(1), bytes(100));
}

#[test]
fn the_user_may_end_it() {
    let mut told = 0;
    let endless = Counter {
        up_to: u32::MAX,
        ..LONG
    };
    let report = Check::new(&endless)
        .on_progress(|progress| {
            told += 1;
            assert!(progress.unique > 0 && progress.generated > 0 && progress.memory > 0);
            ControlFlow::Break(())
        })
        .run();
    assert_eq!(
        report.completeness(),
        Completeness::Bounded(Stop::Interrupted)
    );
    assert_eq!(told, 1);
}

#[test]
fn memory_that_is_measured_is_within_the_limit_too() {
    let endless = Counter {
        up_to: u32::MAX,
        ..LONG
    };
    let never = || Property::<Counter>::never("at the end", |model, state| *state == model.up_to);
    let back = endless.properties().remove(0);
    for (property, search) in [
        (never(), Search::BreadthFirst),
        (never(), Search::DepthFirst),
        (never(), Search::IterativeDeepening),
        (back, Search::BreadthFirst),
    ] {
        let mut measured = 3_000_000_000;
        let mut told = Vec::new();
        let report = Check::new(&endless)
            .search(search)
            .limits(Limits::default().memory(5_000_000_000))
            .measure_memory(|| {
                measured += 1_000_000_000;
                measured
            })
            .on_progress(|progress| {
                told.push(progress.memory);
                ControlFlow::Continue(())
            })
            .run_for(&[property]);
        let stop = Stop::Memory(5_000_000_000);
        assert_eq!(report.completeness(), Completeness::Bounded(stop));
        assert_eq!(told, [4_000_000_000, 5_000_000_000], "{search:?}");
        assert_eq!(report.costs().peak, 6_000_000_000);
    }
}

/// Takes its time at the last state, so that time is over when runs are looked for.
struct Slow(Counter);

impl Model for Slow {
    type State = u32;
    type Action = u32;

    fn initial_states(&self) -> Vec<u32> {
        self.0.initial_states()
    }

    fn actions(&self, state: &u32, actions: &mut Vec<u32>) {
        if *state == self.0.up_to {
            std::thread::sleep(Duration::from_millis(300));
        }
        self.0.actions(state, actions);
    }

    fn next(&self, state: &u32, action: &u32) -> Option<u32> {
        self.0.next(state, action)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let at_start = |_: &Self, state: &u32| *state == 0;
        vec![
            Property::always_eventually("back at the start", at_start),
            Property::sometimes("at the start", at_start),
        ]
    }
}

#[test]
fn the_search_for_runs_may_be_ended_too() {
    let model = Slow(Counter {
        up_to: 2_000,
        ..LONG
    });
    let all_steps = 2_002;
    let is_told_after = std::cell::Cell::new(false);
    let report = Check::new(&model)
        .on_progress(|progress| {
            is_told_after.set(progress.generated == all_steps);
            if is_told_after.get() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
        .run();
    assert!(is_told_after.get());
    let limit = Duration::from_millis(250);
    let limits = Limits::default().time(limit);
    let in_time = Check::new(&model).limits(limits).run();
    for (report, stop) in [(report, Stop::Interrupted), (in_time, Stop::Time(limit))] {
        assert_eq!(report.completeness(), Completeness::Bounded(stop));
        assert!(matches!(
            report.verdicts()[0].outcome(),
            Outcome::Undecided(by) if *by == stop
        ));
        assert!(report.verdicts()[1].holds());
    }
}

#[test]
fn a_run_that_was_seen_whole_breaks_a_property_behind_which_a_limit_lies() {
    let arrows = [(0, "round", 0), (0, "on", 1), (1, "on", 2), (2, "on", 3)];
    let model = GraphModel::new(arrows).with(|| vec![Property::eventually("goal", any_of(&[9]))]);
    let report = Check::new(&model).limits(Limits::default().depth(1)).run();
    assert_eq!(report.violations().count(), 1);
    // What can happen in state 1 is not known, nor whether a run may stop there.
    let fair = model.under(|| Fairness::progress().strong("on", named("on")));
    let report = Check::new(&fair).limits(Limits::default().depth(1)).run();
    assert!(matches!(
        report.verdicts()[0].outcome(),
        Outcome::Undecided(Stop::Depth(1))
    ));
}

#[test]
fn a_run_out_of_the_models_bounds_is_not_looked_at() {
    // Out of bounds the goal may well be reached, so 1 is no end.
    let model = GraphModel::new([(0, "on", 1), (1, "on", 2)])
        .with_beyond(&[2])
        .with(|| vec![Property::eventually("goal", any_of(&[9]))]);
    let report = check(&model);
    assert!(report.holds() && report.coverage().beyond_bounds == 1);
    // Where a run may stop anywhere, it may stop before.
    let report = check(&model.under(Fairness::none));
    assert_eq!(report.violations().count(), 1);
}

#[test]
fn an_action_out_of_the_models_bounds_can_happen() {
    // Round and round in 0 is unfair: leaving could happen all the time.
    let model = GraphModel::new([(0, "round", 0), (0, "leave", 1)])
        .with_beyond(&[1])
        .with(|| vec![Property::eventually("goal", any_of(&[9]))]);
    assert_eq!(check(&model).violations().count(), 1);
    let fair = model.under(|| Fairness::progress().weak("leave", named("leave")));
    assert!(check(&fair).holds());
}

#[test]
fn a_check_says_the_same_each_time() {
    let arrows = (0..40)
        .flat_map(|state| [3, 7, 11].map(|factor| (state, "step", (state * factor + 5) % 40)));
    let model = GraphModel::new(arrows)
        .with(|| vec![Property::always_eventually("goal", any_of(&[0, 9, 17]))])
        .under(|| {
            Fairness::progress().strong("even", |_, _, arrow: &crate::graph_model::Arrow| {
                arrow.to.is_multiple_of(2)
            })
        });
    let once = format!("{:?}", check(&model).verdicts());
    assert!(once.contains("RepeatsFrom"), "{once}");
    for _ in 0..10 {
        assert_eq!(format!("{:?}", check(&model).verdicts()), once);
    }
}
