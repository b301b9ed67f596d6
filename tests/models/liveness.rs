//! What comes about sooner or later, and on which assumptions.

use fsmcheck::check::{Ending, Model, Report, check};

use crate::alternating_bit::AlternatingBit;
use crate::dining_philosophers::{Philosopher, Philosophers};
use crate::{alternating_bit, lock, philosophers};

/// Every liveness property of the model holds, and there are as many.
fn all_hold<M: Model>(report: &Report<M>, number: usize) {
    let of_runs = report
        .verdicts()
        .iter()
        .filter(|verdict| verdict.kind().is_liveness());
    assert_eq!(of_runs.clone().count(), number);
    for verdict in of_runs {
        assert!(verdict.holds(), "{verdict:?}");
    }
}

#[test]
fn whoever_tries_gets_in() {
    all_hold(&check(&lock(2)), 2);
    all_hold(&check(&lock(3)), 3);
}

#[test]
fn whoever_is_hungry_gets_to_eat() {
    all_hold(&check(&philosophers(2)), 2);
    all_hold(&check(&philosophers(5)), 5);
}

#[test]
fn a_fork_that_is_free_again_and_again_is_not_enough_under_weak_fairness() {
    let model = Philosophers {
        is_strong: false,
        ..philosophers(3)
    };
    let report = check(&model);
    let verdict = report.verdict("philosopher 1 gets to eat").unwrap();
    let found = verdict.counterexample().unwrap();
    let Ending::RepeatsFrom(first) = found.ending() else {
        panic!("{found:?}");
    };
    let states: Vec<_> = found.walk().states().collect();
    assert_eq!(states[first], found.walk().last());
    let round = &states[first..];
    assert!(
        round
            .iter()
            .all(|state| state.philosophers[1] != Philosopher::Eats)
    );
    // Somebody else eats again and again.
    assert!(
        round
            .iter()
            .any(|state| state.philosophers.contains(&Philosopher::Eats))
    );
}

#[test]
fn philosophers_who_wait_for_each_other_wait_for_ever() {
    let model = Philosophers {
        is_left_first: true,
        ..philosophers(3)
    };
    let report = check(&model);
    for philosopher in 0..3 {
        let name = format!("philosopher {philosopher} gets to eat");
        let found = report.verdict(&name).unwrap().counterexample().unwrap();
        assert_eq!(found.ending(), Ending::Stops);
        assert_eq!(found.walk().last().taken, 0b111);
    }
}

#[test]
fn every_message_comes_through() {
    for capacity in 1..=3 {
        all_hold(&check(&alternating_bit(capacity)), 2);
    }
}

#[test]
fn a_channel_that_may_lose_everything_brings_nothing() {
    let model = AlternatingBit {
        is_strong: false,
        ..alternating_bit(1)
    };
    let report = check(&model);
    let verdict = report.verdict("all are taken").unwrap();
    let found = verdict.counterexample().unwrap();
    assert!(
        matches!(found.ending(), Ending::RepeatsFrom(_)),
        "{found:?}"
    );
    assert!(found.walk().last().taken < model.messages);
    // What is sound stays sound.
    assert!(report.verdict("in order, each once").unwrap().holds());
}
