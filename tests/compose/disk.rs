//! Checks of compositions that are ended and go on another time.

use std::time::Duration;

use fsmcheck::check::{Check, Completeness, Limits, Stop, Store};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;

use super::random::{composition_of, figures, naive};

#[test]
fn a_check_of_any_composition_goes_on_from_any_level() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("check");
    let mut runner = TestRunner::deterministic();
    let mut cuts = 0;
    for _ in 0..50 {
        let composition = composition_of(&naive().new_tree(&mut runner).unwrap().current());
        for store in [Store::Numbers, Store::Exact] {
            let all_within = |depth| {
                Check::new(&composition)
                    .store(store)
                    .limits(Limits::default().depth(depth))
                    .threads(1)
                    .all_violations()
            };
            // Some have more states than anybody would wait for.
            let most = 8;
            let all = all_within(most).run();
            for depth in 0..most {
                let kept = all_within(depth).checkpoint(&file, Duration::MAX).run();
                if kept.completeness() == Completeness::Bounded(Stop::Depth(depth)) {
                    cuts += 1;
                    let resumed = all_within(most).resume(&file).unwrap();
                    assert_eq!(figures(&resumed), figures(&all));
                    assert_eq!(resumed.coverage(), all.coverage());
                    std::fs::remove_file(&file).unwrap();
                }
            }
        }
    }
    assert!(cuts > 300, "{cuts} cuts");
}
