//! A check that ends early says so, and says nothing of what it has not seen.

use std::ops::ControlFlow;
use std::time::Duration;

use fsmcheck::check::{Check, Completeness, Limits, Model, Outcome, Report, Stop};

use crate::{STORES, alternating_bit, two_phase_commit};

/// The check of a model that has more to see is stopped, and what must hold
/// everywhere is not known to hold.
fn is_undecided<M: Model>(report: &Report<M>, stop: Stop, properties: &[&str]) {
    assert_eq!(report.completeness(), Completeness::Bounded(stop));
    assert!(!report.holds());
    for property in properties {
        let outcome = report.verdict(property).unwrap().outcome();
        assert!(
            matches!(outcome, Outcome::Undecided(why) if *why == stop),
            "{property}: {outcome:?}"
        );
    }
}

fn with_each_store_and_thread(limits: Limits, expected: impl Fn(&Report<crate::TwoPhaseCommit>)) {
    let model = two_phase_commit(5);
    for store in STORES {
        for threads in 1..=3 {
            let check = Check::new(&model).store(store).threads(threads);
            expected(&check.limits(limits).run());
        }
    }
}

#[test]
fn of_states() {
    with_each_store_and_thread(Limits::default().states(1_000), |report| {
        is_undecided(report, Stop::States(1_000), &["consistent"]);
        assert!(report.unique() <= 1_000);
    });
    with_each_store_and_thread(Limits::default().states(8_832), |report| {
        assert!(report.holds());
    });
}

#[test]
fn of_depth() {
    with_each_store_and_thread(Limits::default().depth(6), |report| {
        // The transaction manager may have aborted, but nobody can have committed.
        is_undecided(report, Stop::Depth(6), &["consistent", "commit agreement"]);
        assert!(report.verdict("abort agreement").unwrap().holds());
        assert_eq!(report.depth(), 6);
    });
}

#[test]
fn of_time() {
    with_each_store_and_thread(Limits::default().time(Duration::ZERO), |report| {
        is_undecided(
            report,
            Stop::Time(Duration::ZERO),
            &["consistent", "commit agreement", "abort agreement"],
        );
    });
}

#[test]
fn of_memory() {
    with_each_store_and_thread(Limits::default().memory(20_000), |report| {
        is_undecided(report, Stop::Memory(20_000), &["consistent"]);
    });
}

#[test]
fn of_patience() {
    let model = two_phase_commit(9);
    for threads in 1..=2 {
        let mut told = 0;
        let report = Check::new(&model)
            .threads(threads)
            .on_progress(|progress| {
                told += 1;
                assert!(progress.unique > 0 && progress.generated > 0);
                ControlFlow::Break(())
            })
            .run();
        is_undecided(&report, Stop::Interrupted, &["consistent"]);
        assert_eq!(told, 1);
    }
}

#[test]
fn of_depth_where_whole_runs_are_judged() {
    let model = alternating_bit(2);
    let report = Check::new(&model).limits(Limits::default().depth(5)).run();
    is_undecided(
        &report,
        Stop::Depth(5),
        &["in order, each once", "all are taken", "all are confirmed"],
    );
}
