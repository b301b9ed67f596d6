//! What the strategies make, and what shrinking leaves of it.

use fsmcheck::Guarded;
use fsmcheck::framework::{Master, Worker, WorkerEntry};
use fsmcheck::machine::{Explorable, Refused};
use fsmcheck::testkit::proptest::prelude::*;
use fsmcheck::testkit::proptest::strategy::ValueTree;
use fsmcheck::testkit::proptest::test_runner::{Config, TestError, TestRunner};
use fsmcheck::testkit::{self, RandomWalk, legal_walk, walk_with_one_illegal_step};

use crate::broken::parcel::Parcel;
use crate::broken::stone::Stone;
use crate::broken::task::Task;

/// The places of the events that are refused.
fn refused<M: Explorable>(walk: &RandomWalk<M>) -> Vec<usize> {
    let mut machine: Guarded<M> = walk.start();
    let answers: Vec<Result<_, Refused>> = walk
        .events()
        .iter()
        .map(|event| machine.handle(event))
        .collect();
    (0..answers.len())
        .filter(|place| answers[*place].is_err())
        .collect()
}

/// Shrinks every which way and looks at each thing on the way.
fn every_shrunk<S: Strategy>(strategy: S, check: impl Fn(&S::Value)) {
    let mut runner = TestRunner::deterministic();
    let mut shrunk = 0;
    for case in 0..64 {
        let mut tree = strategy.new_tree(&mut runner).unwrap();
        check(&tree.current());
        for round in 0..200 {
            // Some are taken back, as when a simpler case does not fail.
            let goes_on = if (case + round) % 3 == 0 {
                tree.complicate()
            } else {
                tree.simplify()
            };
            if goes_on {
                shrunk += 1;
                check(&tree.current());
            }
        }
    }
    // Machines that soon come to an end have short walks.
    assert!(shrunk > 64, "only {shrunk} were shrunk");
}

fn legal_walks_stay_legal<M: Explorable>() {
    every_shrunk(legal_walk::<M>(0..20), |walk| {
        assert_eq!(refused(walk), [0; 0], "{walk:?}");
        assert_eq!(walk.illegal(), None);
        assert!(walk.events().len() < 20);
    });
}

fn walks_with_one_illegal_step_keep_it<M: Explorable>() {
    every_shrunk(walk_with_one_illegal_step::<M>(0..20), |walk| {
        assert_eq!(refused(walk), [walk.illegal().unwrap()], "{walk:?}");
        assert!((1..=20).contains(&walk.events().len()));
    });
}

#[test]
fn legal_walks_are_legal_and_stay_so() {
    legal_walks_stay_legal::<Master>();
    legal_walks_stay_legal::<Worker>();
    legal_walks_stay_legal::<WorkerEntry>();
    legal_walks_stay_legal::<Task>();
    // Its handler that panics is never asked to.
    legal_walks_stay_legal::<Parcel>();
}

#[test]
fn one_step_is_illegal_and_stays_the_only_one() {
    walks_with_one_illegal_step_keep_it::<Master>();
    walks_with_one_illegal_step_keep_it::<Worker>();
    walks_with_one_illegal_step_keep_it::<WorkerEntry>();
    walks_with_one_illegal_step_keep_it::<Task>();
    walks_with_one_illegal_step_keep_it::<Parcel>();
}

/// What a walk is shrunk to when it fails as long as it `fails`.
fn minimal<S: Strategy>(strategy: S, fails: impl Fn(&S::Value) -> bool) -> S::Value {
    let config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    let result = TestRunner::new(config).run(&strategy, |value| {
        prop_assert!(!fails(&value));
        Ok(())
    });
    match result {
        Err(TestError::Fail(_, value)) => value,
        other => panic!("did not fail: {other:?}"),
    }
}

#[test]
fn a_walk_shrinks_to_what_matters_and_prints_as_its_rerun() {
    let walk = minimal(legal_walk::<WorkerEntry>(0..20), |walk| {
        let mut entry = walk.start();
        for event in walk.events() {
            entry.handle(event).unwrap();
        }
        entry.storage().is_finished()
    });
    assert_eq!(
        format!("{walk:?}"),
        "fsmcheck::testkit::rerun::<WorkerEntry>(\"Wait: set finished\")?;"
    );

    let walk = minimal(walk_with_one_illegal_step::<Worker>(0..20), |walk| {
        walk.illegal().is_some()
    });
    assert_eq!(
        format!("{walk:?}"),
        "fsmcheck::testkit::rerun::<Worker>(\"update Normal\")?; // step 1 is refused"
    );
}

#[test]
fn every_start_and_every_event_turns_up() {
    let mut runner = TestRunner::deterministic();
    let mut starts = std::collections::BTreeSet::new();
    let mut events = std::collections::BTreeSet::new();
    for _ in 0..500 {
        let walk = legal_walk::<WorkerEntry>(1..3)
            .new_tree(&mut runner)
            .unwrap();
        starts.insert(*walk.current().start().state());
        let event = testkit::events::<WorkerEntry>()
            .new_tree(&mut runner)
            .unwrap();
        events.insert(format!("{:?}", event.current()));
    }
    let all = <WorkerEntry as fsmcheck::Machine>::alphabet().len();
    assert_eq!((starts.len(), events.len()), (2, all));
}

#[test]
fn where_there_is_nothing_to_choose_from_proptest_gives_up() {
    let mut runner = TestRunner::deterministic();
    let reasons = [
        testkit::events::<Stone>().new_tree(&mut runner).err(),
        legal_walk::<Stone>(0..5).new_tree(&mut runner).err(),
        walk_with_one_illegal_step::<Stone>(0..5)
            .new_tree(&mut runner)
            .err(),
    ];
    assert!(reasons.iter().all(Option::is_some), "{reasons:?}");
}
