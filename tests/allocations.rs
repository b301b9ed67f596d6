//! A step of the model checker allocates nothing. What is counted here is of the whole
//! process, so there is one test.

#[path = "../examples/models/two_phase_commit.rs"]
mod two_phase_commit;
#[path = "../examples/models/two_phase_commit_machines.rs"]
mod two_phase_commit_machines;

use std::alloc::System;

use fsmcheck::check::{Check, Model, Store};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

use self::two_phase_commit::TwoPhaseCommit;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// How often a check asks for memory, and how many steps it takes.
fn allocations(model: &impl Model, store: Store, threads: usize) -> (usize, u64) {
    let region = Region::new(ALLOCATOR);
    let report = Check::new(model).store(store).threads(threads).run();
    assert!(report.completeness().is_exhaustive());
    let change = region.change();
    (
        change.allocations + change.reallocations,
        report.generated(),
    )
}

#[test]
fn a_step_allocates_nothing() {
    const MANAGERS: usize = 6;
    assert!(two_phase_commit_machines::SIZES.contains(&MANAGERS));
    let model = TwoPhaseCommit {
        managers: MANAGERS,
        breaks_its_word: false,
    };
    let machines = two_phase_commit_machines::two_phase_commit(MANAGERS, false).unwrap();
    let stores = [
        Store::Exact,
        Store::Fingerprint,
        Store::WideFingerprint,
        Store::Numbers,
    ];
    for threads in [1, 2] {
        for store in stores {
            let of_model = allocations(&model, store, threads);
            let of_machines = allocations(&machines, store, threads);
            for (allocations, steps) in [of_model, of_machines] {
                assert_eq!(steps, 402_306);
                // What is asked for is room for many states.
                assert!(
                    allocations < 4_000,
                    "{allocations} with {threads} threads, {store}"
                );
            }
        }
    }
}
