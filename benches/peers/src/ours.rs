//! Checks by fsmcheck.

use fsmcheck::check::{Check, Model, Property, Store};

use crate::Found;
use crate::paxos::{self, Paxos};
use crate::two_phase_commit::{self, TwoPhaseCommit};
use crate::two_phase_commit_machines;

/// The model of two-phase commit, which is the example of the same name.
///
/// # Panics
///
/// Panics if there are too many resource managers for the example.
#[must_use]
pub fn two_phase_commit(managers: usize) -> impl Model {
    assert!(
        two_phase_commit::SIZES.contains(&managers),
        "too many resource managers"
    );
    TwoPhaseCommit {
        managers,
        breaks_its_word: false,
    }
}

/// Two-phase commit as statig machines side by side.
///
/// # Panics
///
/// Panics if there are too many resource managers for the example.
#[must_use]
pub fn machines(managers: usize) -> impl Model {
    assert!(
        two_phase_commit_machines::SIZES.contains(&managers),
        "too many resource managers"
    );
    two_phase_commit_machines::two_phase_commit(managers, false).expect("they fit together")
}

/// The model of Paxos, which is the example of the same name.
///
/// # Panics
///
/// Panics if there are too many clients for the example.
#[must_use]
pub fn paxos(clients: usize) -> impl Model {
    assert!(paxos::SIZES.contains(&clients), "too many clients");
    Paxos {
        clients,
        forgets: false,
    }
}

/// Checks every property of a model to its end.
///
/// # Panics
///
/// Panics if it was not all seen.
pub fn check<M: Model>(model: &M, store: Store, threads: usize) -> Found {
    check_for(model, &model.properties(), store, threads)
}

/// Checks these properties of a model to its end.
///
/// # Panics
///
/// Panics if it was not all seen.
pub fn check_for<M: Model>(
    model: &M,
    properties: &[Property<M>],
    store: Store,
    threads: usize,
) -> Found {
    let check = Check::new(model).store(store).threads(threads);
    let report = check.all_violations().run_for(properties);
    assert!(report.completeness().is_exhaustive());
    let violated = report
        .verdicts()
        .iter()
        .filter(|verdict| verdict.is_violated());
    Found {
        unique: report.unique() as u64,
        generated: report.generated(),
        violated: violated
            .map(|verdict| verdict.property().to_owned())
            .collect(),
    }
}
