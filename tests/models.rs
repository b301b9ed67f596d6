//! The models of `examples/`, with all that is known of them: how many states there
//! are, what holds, and how their broken twins fail.

#[path = "../examples/models/alternating_bit.rs"]
mod alternating_bit;
#[path = "../examples/models/dining_philosophers.rs"]
mod dining_philosophers;
#[path = "../examples/models/heartbeat_machines.rs"]
mod heartbeat_machines;
#[path = "../examples/models/lock.rs"]
mod lock;
#[path = "../examples/models/paxos.rs"]
mod paxos;
#[path = "../examples/models/two_phase_commit.rs"]
mod two_phase_commit;
#[path = "../examples/models/two_phase_commit_machines.rs"]
mod two_phase_commit_machines;

#[path = "models/broken.rs"]
mod broken;
#[path = "models/counts.rs"]
mod counts;
#[path = "models/limits.rs"]
mod limits;
#[path = "models/liveness.rs"]
mod liveness;

use alternating_bit::AlternatingBit;
use dining_philosophers::Philosophers;
use fsmcheck::check::{Check, Model, Report, Store};
use lock::Lock;
use paxos::Paxos;
use two_phase_commit::TwoPhaseCommit;

fn two_phase_commit(managers: usize) -> TwoPhaseCommit {
    assert!(two_phase_commit::SIZES.contains(&managers));
    TwoPhaseCommit {
        managers,
        breaks_its_word: false,
    }
}

fn paxos(clients: usize) -> Paxos {
    assert!(paxos::SIZES.contains(&clients));
    Paxos {
        clients,
        forgets: false,
    }
}

fn lock(processes: usize) -> Lock {
    assert!(lock::SIZES.contains(&processes));
    Lock {
        processes,
        swaps_writes: false,
    }
}

fn philosophers(number: usize) -> Philosophers {
    assert!(dining_philosophers::SIZES.contains(&number));
    Philosophers {
        number,
        is_left_first: false,
        is_strong: true,
    }
}

fn alternating_bit(capacity: usize) -> AlternatingBit {
    assert!(alternating_bit::SIZES.contains(&capacity));
    AlternatingBit {
        capacity,
        messages: 4,
        takes_any: false,
        is_strong: true,
    }
}

/// All there are.
const STORES: [Store; 4] = [
    Store::Numbers,
    Store::Exact,
    Store::Fingerprint,
    Store::WideFingerprint,
];

/// The reports of all stores, on one, two and three threads each, after making sure
/// that they say the same but for what they cost.
fn report<M: Model>(model: &M) -> Report<M> {
    let run = |store, threads| Check::new(model).store(store).threads(threads).run();
    let first = run(Store::Exact, 1);
    for store in STORES {
        for threads in 1..=3 {
            let other = run(store, threads);
            assert_eq!(other.generated(), first.generated());
            assert_eq!(other.coverage(), first.coverage());
            assert_eq!(other.completeness(), first.completeness());
            assert_eq!(
                format!("{:?}", other.verdicts()),
                format!("{:?}", first.verdicts()),
                "{store}, {threads} threads"
            );
        }
    }
    first
}

/// Unique states, generated ones, and levels.
fn counts<M: Model>(report: &Report<M>) -> (usize, u64, usize) {
    let coverage = report.coverage();
    (report.unique(), report.generated(), coverage.levels.len())
}
