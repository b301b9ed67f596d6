//! The model checker through the public API.

#[path = "check/audit.rs"]
mod audit;
#[cfg(feature = "disk")]
#[path = "check/disk.rs"]
mod disk;
#[path = "check/graph_model.rs"]
mod graph_model;
#[path = "check/limits.rs"]
mod limits;
#[path = "check/naive.rs"]
mod naive;
#[path = "check/numbers.rs"]
mod numbers;
#[path = "check/progress.rs"]
mod progress;
#[path = "check/random.rs"]
mod random;
#[path = "check/safety.rs"]
mod safety;
#[path = "check/search.rs"]
mod search;
#[path = "check/symmetry.rs"]
mod symmetry;
#[path = "check/traps.rs"]
mod traps;

use fsmcheck::check::Store;

/// All there are.
const STORES: [Store; 4] = [
    Store::Numbers,
    Store::Exact,
    Store::Fingerprint,
    Store::WideFingerprint,
];
