//! How many states there are, and that all is as it should be in them.

use std::collections::HashSet;

use fsmcheck::check::{Audited, Check, Model, Report, audit};

use crate::{
    STORES, alternating_bit, counts, heartbeat_machines, lock, paxos, philosophers, report,
    two_phase_commit, two_phase_commit_machines,
};

/// Counts as simply as it can be done.
fn naive_counts<M: Model>(model: &M) -> (usize, u64, usize) {
    let mut level: Vec<_> = model.initial_states();
    let mut seen: HashSet<_> = level.iter().cloned().collect();
    let (mut generated, mut levels) = (level.len() as u64, 0);
    while !level.is_empty() {
        levels += 1;
        let mut next_level = Vec::new();
        for state in level {
            let mut actions = Vec::new();
            model.actions(&state, &mut actions);
            for next in actions
                .iter()
                .filter_map(|action| model.next(&state, action))
            {
                generated += 1;
                if seen.insert(next.clone()) {
                    next_level.push(next);
                }
            }
        }
        level = next_level;
    }
    (seen.len(), generated, levels)
}

/// All holds, and every action changed something somewhere.
fn holds<M: Model>(report: &Report<M>) {
    assert!(report.holds(), "{:?}", report.verdicts());
    assert!(report.completeness().is_exhaustive());
    for action in &report.coverage().actions {
        assert!(action.changed > 0, "{action:?}");
    }
}

fn is<M: Model>(model: &M, expected: (usize, u64, usize)) {
    let report = report(model);
    assert_eq!(counts(&report), expected);
    holds(&report);
    assert_eq!(naive_counts(model), expected);
}

// The counts for N = 3 and 5 to 9 are those of stateright's example `2pc`, of TLC and of
// Spin.
#[test]
fn two_phase_commit_has_the_states_that_other_checkers_find() {
    is(&two_phase_commit(3), (288, 1_146, 11));
    is(&two_phase_commit(5), (8_832, 58_146, 17));
}

#[test]
fn two_phase_commit_of_six_has_fifty_thousand_states() {
    let report = report(&two_phase_commit(6));
    assert_eq!(counts(&report), (50_816, 402_306, 20));
    holds(&report);
}

#[test]
fn two_phase_commit_of_seven_has_three_hundred_thousand_states() {
    let report = fsmcheck::check::check(&two_phase_commit(7));
    assert_eq!(counts(&report), (296_448, 2_744_706, 23));
    holds(&report);
}

// The orbits that TLC and rumur find under the symmetry of resource managers, too.
#[test]
fn resource_managers_can_be_interchanged() {
    for (managers, states, canonical) in [(5, 8_832, 314), (6, 50_816, 553)] {
        let audited = audit(&two_phase_commit(managers), usize::MAX).unwrap();
        assert_eq!(audited.states, states);
        assert_eq!(audited.canonical, Some(canonical));
        assert!(audited.is_exhaustive);
    }
}

// The counts of the orbits and of the steps between them, by the same checkers.
#[test]
fn under_symmetry_two_phase_commit_is_small() {
    for (managers, expected) in [
        (5, (314, 2_048, 17)),
        (6, (553, 4_328, 20)),
        (7, (920, 8_410, 23)),
    ] {
        for store in STORES {
            for threads in 1..=2 {
                let model = two_phase_commit(managers);
                let check = Check::new(&model).symmetric().store(store).threads(threads);
                let report = check.run();
                assert_eq!(counts(&report), expected);
                holds(&report);
            }
        }
    }
}

#[test]
fn two_phase_commit_of_machines_has_the_same_states() {
    for (managers, expected) in [
        (3, (288, 1_146, 11)),
        (5, (8_832, 58_146, 17)),
        (6, (50_816, 402_306, 20)),
    ] {
        assert!(two_phase_commit_machines::SIZES.contains(&managers));
        let composition = two_phase_commit_machines::two_phase_commit(managers, false).unwrap();
        let report = report(&composition);
        assert_eq!(counts(&report), expected);
        holds(&report);
        assert!(composition.states_at_most().unwrap() >= expected.0 as u64);

        let reduced = composition.reduced().unwrap();
        let report = Check::new(&reduced).run();
        assert!(report.holds());
        assert!(report.unique() <= expected.0);
    }
}

#[test]
fn heartbeats_of_the_frameworks_machines_have_these_states() {
    assert!(heartbeat_machines::SIZES.contains(&1));
    let one = heartbeat_machines::heartbeat(1, false).unwrap();
    is(&one, (2_215, 14_586, 18));
    // Two workers know nothing of each other: all pairs of states are states.
    let two = heartbeat_machines::heartbeat(2, false).unwrap();
    assert!(two.states_at_most().unwrap() >= 2_215 * 2_215);
    let reduced = Check::new(&one.reduced().unwrap()).run();
    assert!(reduced.holds());
    assert!(reduced.unique() <= 2_215);
}

#[test]
fn machines_that_are_alike_are_found_to_be() {
    for (managers, expected) in [
        (5, (314, 2_048, 17)),
        (6, (553, 4_328, 20)),
        (10, (3_300, 43_298, 32)),
    ] {
        let composition = two_phase_commit_machines::two_phase_commit(managers, false).unwrap();
        let report = Check::new(&composition).symmetric().run();
        assert_eq!(counts(&report), expected);
        holds(&report);
    }
    for (managers, orbits, levels) in [(7, 920, 23), (8, 1_461, 26), (9, 2_232, 29)] {
        let composition = two_phase_commit_machines::two_phase_commit(managers, false).unwrap();
        let report = Check::new(&composition).symmetric().run();
        assert_eq!((counts(&report).0, counts(&report).2), (orbits, levels));
        holds(&report);
    }
    let composition = two_phase_commit_machines::two_phase_commit(4, false).unwrap();
    assert!(audit(&composition, usize::MAX).unwrap().is_exhaustive);
}

// The counts are those of stateright's example `paxos`.
#[test]
fn paxos_has_the_states_that_another_checker_finds() {
    is(&paxos(1), (265, 482, 14));
    is(&paxos(2), (16_668, 32_971, 21));
}

#[test]
fn lock_has_these_states() {
    is(&lock(2), (48, 97, 11));
    is(&lock(3), (2_208, 6_625, 29));
}

#[test]
fn dining_philosophers_have_these_states() {
    // Both take fork 0 first: nobody has one and each thinks or is hungry, or one has one or
    // two and the other thinks or is hungry.
    is(&philosophers(2), (4 + 2 * 2 * 2, 21, 5));
    is(&philosophers(5), (534, 2_196, 11));
}

#[test]
fn alternating_bit_has_these_states() {
    is(&alternating_bit(1), (46, 172, 13));
    is(&alternating_bit(2), (129, 636, 15));
}

#[test]
fn no_model_depends_on_anything_but_its_state() {
    fn audited<M: Model>(model: &M) -> Audited {
        audit(model, 20_000).unwrap()
    }
    assert_eq!(audited(&paxos(2)).states, 16_668);
    assert_eq!(audited(&lock(3)).states, 2_208);
    assert_eq!(audited(&philosophers(5)).states, 534);
    assert_eq!(audited(&alternating_bit(2)).states, 129);
}
