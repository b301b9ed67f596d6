//! What one who misses steps may see of a worker.

use fsmcheck::framework::{Worker, WorkerState};
use fsmcheck::replay::{Observer, Verdict};
use proptest::prelude::*;

use WorkerState::{Created, Error, Finished, Init, Normal, Stopped};

fn see(observer: &mut Observer<'_>, epoch: i64, code: i8) -> Verdict {
    observer.see(epoch, Worker::seen(code))
}

#[test]
fn the_closure_of_the_machine() {
    let closure = [
        (
            Created,
            vec![Normal, Created, Init, Error, Finished, Stopped],
        ),
        (Init, vec![Normal, Init, Error, Finished, Stopped]),
        (Normal, vec![Normal, Error, Finished, Stopped]),
        (Error, vec![Error]),
        (Finished, vec![Finished]),
        (Stopped, vec![Stopped]),
    ];
    for (before, after) in closure {
        for state in WorkerState::ALL {
            assert_eq!(
                state.may_be_seen_after(before),
                after.contains(&state),
                "{before} {state}"
            );
        }
    }
}

/// What the observer says to records, in short.
fn said(records: &[(i64, i8)]) -> Vec<&'static str> {
    let mut observer = Worker::observer();
    records
        .iter()
        .map(|(epoch, code)| {
            let verdict = see(&mut observer, *epoch, *code);
            match verdict {
                Verdict::First => "first",
                Verdict::Restarted { .. } => "restarted",
                Verdict::NoStateYet => "no state yet",
                Verdict::Same => "same",
                Verdict::Legal => "legal",
                Verdict::Skipped { .. } => "skipped",
                Verdict::Illegal(_) => "illegal",
                Verdict::EpochWentBack { .. } => "epoch went back",
                Verdict::UnknownCode { .. } => "unknown code",
                other => panic!("{other:?}"),
            }
        })
        .collect()
}

#[test]
fn every_pair_of_states_of_one_epoch() {
    #[rustfmt::skip]
    let expected = [
        //           Normal     Created    Init       Error      Finished   Stopped
        (Normal,  ["same",    "illegal", "illegal", "legal",   "legal",   "legal"]),
        (Created, ["skipped", "same",    "legal",   "legal",   "legal",   "legal"]),
        (Init,    ["legal",   "illegal", "same",    "legal",   "legal",   "legal"]),
        (Error,   ["illegal", "illegal", "illegal", "same",    "illegal", "illegal"]),
        (Finished,["illegal", "illegal", "illegal", "illegal", "same",    "illegal"]),
        (Stopped, ["illegal", "illegal", "illegal", "illegal", "illegal", "same"]),
    ];
    for (before, row) in expected {
        for (after, verdict) in WorkerState::ALL.into_iter().zip(row) {
            let said = said(&[(7, before.code()), (7, after.code())]);
            assert_eq!(said, ["first", verdict], "{before} {after}");
        }
    }
}

#[test]
fn the_first_record_may_be_any_state_and_so_may_the_first_of_a_larger_epoch() {
    for state in WorkerState::ALL {
        for before in WorkerState::ALL {
            assert_eq!(
                said(&[(2, before.code()), (5, state.code())]),
                ["first", "restarted"]
            );
        }
    }
    assert_eq!(
        said(&[(2, 5), (5, 0), (5, 3)]),
        ["first", "restarted", "legal"]
    );
    assert_eq!(said(&[(0, 1)]), ["first"]);
    assert_eq!(
        said(&[(i64::MIN, 1), (i64::MAX, 1)]),
        ["first", "restarted"]
    );
}

#[test]
fn a_smaller_epoch_went_back_and_changes_nothing() {
    assert_eq!(
        said(&[(5, 1), (3, 1), (3, 5), (5, 2), (5, 2)]),
        [
            "first",
            "epoch went back",
            "epoch went back",
            "illegal",
            "same"
        ]
    );
    let mut observer = Worker::observer();
    see(&mut observer, 5, 1);
    let back = see(&mut observer, 3, 5);
    assert_eq!(back, Verdict::EpochWentBack { from: 5, to: 3 });
    assert_eq!(back.to_string(), "the epoch went back from 5 to 3");
    assert_eq!(
        (observer.epoch(), observer.state()),
        (Some(5), Some(Normal.id()))
    );
}

#[test]
fn code_0_is_legal_only_before_any_named_state_of_its_epoch() {
    assert_eq!(
        said(&[(5, 0), (5, 0), (5, 3), (5, 0), (5, 0), (5, 1)]),
        [
            "first",
            "no state yet",
            "legal",
            "illegal",
            "illegal",
            "legal"
        ]
    );
    // The next epoch's row begins without a state again.
    assert_eq!(
        said(&[(5, 1), (8, 0), (8, 0), (8, 1)]),
        ["first", "restarted", "no state yet", "skipped"]
    );
    let first_named = WorkerState::ALL.map(|state| said(&[(5, 0), (5, state.code())])[1]);
    assert_eq!(
        first_named,
        ["skipped", "legal", "legal", "legal", "legal", "legal"]
    );

    let mut observer = Worker::observer();
    see(&mut observer, 5, 3);
    let lost = see(&mut observer, 5, 0);
    assert_eq!(
        lost.to_string(),
        "worker never goes from `Init` to `no state` by any events; \
         legal from `Init`: Finished, Stopped, Error, Normal"
    );
    assert_eq!(observer.state(), Some(Init.id()));
}

#[test]
fn any_other_code_is_a_finding_of_its_own() {
    for code in (i8::MIN..=i8::MAX).filter(|code| !(0..=6).contains(code)) {
        assert_eq!(said(&[(5, code)]), ["unknown code"]);
        // It neither hides nor forgets what was known before.
        assert_eq!(
            said(&[
                (5, 5),
                (5, code),
                (5, 1),
                (3, code),
                (9, code),
                (9, 2),
                (5, 1)
            ]),
            [
                "first",
                "unknown code",
                "illegal",
                "unknown code",
                "unknown code",
                "first",
                "epoch went back"
            ]
        );
        assert_eq!(
            said(&[(5, code), (5, 0), (5, code), (5, 0), (5, 1)]),
            [
                "unknown code",
                "first",
                "unknown code",
                "no state yet",
                "skipped"
            ]
        );
    }
}

#[test]
fn violations_and_no_violations() {
    let mut observer = Worker::observer();
    let violations: Vec<bool> = [
        (5, 0),
        (5, 0),
        (5, 1),
        (5, 1),
        (5, 5),
        (7, 2),
        (7, 5),
        (7, 4),
        (6, 1),
        (7, 99),
    ]
    .into_iter()
    .map(|(epoch, code)| see(&mut observer, epoch, code).is_violation())
    .collect();
    assert_eq!(
        violations,
        [
            false, false, false, false, false, false, false, true, true, true
        ]
    );
}

#[test]
fn a_skip_shows_the_way_and_an_illegal_step_what_was_legal() {
    let mut observer = Worker::observer();
    see(&mut observer, 1, 2);
    assert_eq!(
        see(&mut observer, 1, 1).to_string(),
        "skipped steps: Created --initialised--> Init --update Normal--> Normal"
    );
    assert_eq!(
        see(&mut observer, 1, 3).to_string(),
        "worker never goes from `Normal` to `Init` by any events; \
         legal from `Normal`: Finished, Stopped, Error, Normal"
    );
}

proptest! {
    /// Whoever sees any part of a worker's life sees nothing illegal, and each
    /// verdict follows from the two states alone.
    #[test]
    fn a_part_of_a_life_is_no_violation(
        events in prop::collection::vec(0_usize..11, 0..30),
        seen in prop::collection::vec(any::<bool>(), 31),
    ) {
        use fsmcheck::{Guarded, Machine as _};
        let alphabet = Worker::alphabet();
        let mut worker = Guarded::new(Worker);
        let mut life = vec![*worker.state()];
        for event in events {
            if worker.handle(&alphabet[event]).is_ok() {
                life.push(*worker.state());
            }
        }
        let mut observer = Worker::observer();
        for (state, seen) in life.iter().zip(seen) {
            if seen {
                let verdict = see(&mut observer, 3, state.code() );
                prop_assert!(!verdict.is_violation(), "{verdict}");
            }
        }
    }

    /// The state and the epoch that an observer holds are those of the last
    /// record that counts.
    #[test]
    fn an_observer_knows_the_newest_state(
        records in prop::collection::vec((0_i64..4, -1_i8..8), 0..30),
    ) {
        let mut observer = Worker::observer();
        let mut epoch: Option<i64> = None;
        let mut state = None;
        for (seen, code) in records {
            see(&mut observer, seen, code);
            if epoch.is_none_or(|epoch| seen > epoch) {
                epoch = Some(seen);
                state = None;
            }
            if epoch == Some(seen) {
                state = WorkerState::try_from(code).ok().or(state);
            }
            prop_assert_eq!(observer.epoch(), epoch);
            prop_assert_eq!(observer.state(), state.map(WorkerState::id));
        }
    }
}
