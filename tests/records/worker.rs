//! Workers' records held against the record seen next.

use fsmcheck::framework::{AdvanceError, Worker, WorkerState};
use fsmcheck::replay::Verdict;
use fsmcheck::wire::{Update, WorkerStateCode, WorkerStatus, WorkerType};
use proptest::prelude::*;

use super::{bytes, time, worker};

const NORMAL: i8 = 1;
const CREATED: i8 = 2;
const INIT: i8 = 3;
const FINISHED: i8 = 5;
const STOPPED: i8 = 6;

#[track_caller]
fn fails(held: &WorkerStatus, seen: &WorkerStatus) -> AdvanceError {
    let mut record = held.clone();
    let error = record.advance(seen).unwrap_err();
    assert_eq!(&record, held, "half changed");
    error
}

#[test]
fn a_legal_change_of_state_writes_every_column() {
    let mut held = worker(7, INIT);
    let seen = worker(7, NORMAL);
    let change = held.advance(&seen).unwrap();
    assert_eq!(change.verdict, Verdict::Legal);
    assert!(change.significant);
    assert_eq!(change.changed, ["state"]);
    assert_eq!(change.update, seen.map());
    assert_eq!(held, seen);
}

#[test]
fn a_new_error_message_is_significant_and_new_bytes_are_not() {
    let mut held = worker(7, NORMAL);
    let mut seen = held.clone();
    seen.extend_bytes = None;
    let change = held.advance(&seen).unwrap();
    assert_eq!(change.verdict, Verdict::Same);
    assert!(!change.significant);
    assert_eq!(change.changed, ["extend_bytes"]);
    assert_eq!(change.update, Update::default());
    assert_eq!(held, seen, "it is taken over all the same");

    seen.error_message = "trouble".into();
    let change = held.advance(&seen).unwrap();
    assert!(change.significant);
    assert_eq!(change.changed, ["error_message"]);
    // The bytes of before, which were not worth storing, are stored with it.
    assert_eq!(change.update, seen.map());

    let change = held.advance(&seen).unwrap();
    assert_eq!((change.significant, change.changed.len()), (false, 0));
}

#[test]
fn the_row_keeps_its_number_and_times() {
    let mut held = worker(7, INIT);
    let seen = WorkerStatus {
        seq_id: 99,
        created_at: time(8),
        updated_at: time(9),
        kind: WorkerType::DM_LOAD,
        project_id: "other".into(),
        ..worker(7, FINISHED)
    };
    let change = held.advance(&seen).unwrap();
    assert_eq!(change.changed, ["project_id", "type", "state"]);
    assert_eq!(
        held,
        WorkerStatus {
            kind: WorkerType::DM_LOAD,
            project_id: "other".into(),
            ..worker(7, FINISHED)
        }
    );
}

#[test]
fn missed_steps_are_skipped() {
    let mut held = worker(7, CREATED);
    let change = held.advance(&worker(7, NORMAL)).unwrap();
    assert_eq!(
        change.verdict.to_string(),
        "skipped steps: Created --initialised--> Init --update Normal--> Normal"
    );
    assert!(change.significant);
}

#[test]
fn a_larger_epoch_restarts_and_is_worth_storing() {
    for before in [NORMAL, FINISHED, 0, 99] {
        for after in [0, CREATED, NORMAL, FINISHED] {
            let mut held = worker(7, before);
            let change = held.advance(&worker(8, after)).unwrap();
            assert_eq!(change.verdict, Verdict::Restarted { from: 7 });
            assert!(change.significant);
            assert!(change.changed.contains(&"epoch"));
            assert_eq!(held, worker(8, after));
        }
    }
}

#[test]
fn no_state_yet_comes_before_any_state() {
    let mut held = worker(7, 0);
    assert_eq!(
        held.advance(&worker(7, 0)).unwrap().verdict,
        Verdict::NoStateYet
    );
    assert_eq!(
        held.advance(&worker(7, INIT)).unwrap().verdict,
        Verdict::Legal
    );
    match fails(&held, &worker(7, 0)) {
        AdvanceError::Illegal(illegal) => assert_eq!(illegal.to, "no state"),
        other => panic!("{other}"),
    }
}

#[test]
fn an_illegal_change_is_an_error_that_says_what_is_legal() {
    let error = fails(&worker(7, FINISHED), &worker(7, STOPPED));
    assert_eq!(
        error.to_string(),
        "worker never goes from `Finished` to `Stopped` by any events; \
         legal from `Finished`: Finished"
    );
    assert!(matches!(error, AdvanceError::Illegal(_)));
}

#[test]
fn a_smaller_epoch_is_an_error() {
    let error = fails(&worker(7, NORMAL), &worker(6, NORMAL));
    assert_eq!(
        error,
        AdvanceError::EpochWentBack {
            worker: "worker-1".into(),
            from: 7,
            to: 6
        }
    );
    assert_eq!(
        error.to_string(),
        "the epoch of worker `worker-1` went back from 7 to 6"
    );
}

#[test]
fn another_workers_record_is_an_error() {
    let held = worker(7, NORMAL);
    let other = WorkerStatus {
        id: "worker-2".into(),
        ..held.clone()
    };
    assert_eq!(
        fails(&held, &other).to_string(),
        "the record is of worker `worker-2` of `job-1`, the one held of worker `worker-1` of `job-1`"
    );
    let other = WorkerStatus {
        job_id: "job-2".into(),
        epoch: 9,
        ..held.clone()
    };
    assert!(matches!(
        fails(&held, &other),
        AdvanceError::OtherWorker { .. }
    ));
}

#[test]
fn an_unknown_code_is_an_error_when_seen_and_says_nothing_when_held() {
    for epoch in [6, 7, 8] {
        assert_eq!(
            fails(&worker(7, NORMAL), &worker(epoch, 9)).to_string(),
            "`9` is no state of worker; legal: \
             Normal (1), Created (2), Init (3), Error (4), Finished (5), Stopped (6)"
        );
    }
    let mut held = worker(7, 9);
    assert_eq!(
        held.advance(&worker(7, STOPPED)).unwrap().verdict,
        Verdict::First
    );
}

#[test]
fn every_pair_of_states_by_the_closure_of_the_machine() {
    for before in WorkerState::ALL {
        for after in WorkerState::ALL {
            let mut held = worker(7, before.code());
            let result = held.advance(&worker(7, after.code()));
            assert_eq!(
                result.is_ok(),
                after.may_be_seen_after(before),
                "{before} {after}"
            );
            let expected = if result.is_ok() { after } else { before };
            assert_eq!(held.state, expected.into());
        }
    }
}

proptest! {
    /// Each step is judged as the observer judges the two records, and one that
    /// is refused leaves the record the same to the byte.
    #[test]
    fn a_record_advances_by_the_observers_rule_or_stays_as_it_was(
        seen in prop::collection::vec(
            (0_i64..3, -1_i8..8, "[ab]?", bytes(), prop::bool::weighted(0.9)),
            1..12,
        ),
    ) {
        let mut held = worker(1, 2);
        for (epoch, code, error_message, extend_bytes, same) in seen {
            let before = held.clone();
            let seen = WorkerStatus {
                id: if same { "worker-1" } else { "worker-2" }.into(),
                state: WorkerStateCode(code),
                error_message,
                extend_bytes,
                ..worker(epoch, code)
            };
            let mut observer = Worker::observer();
            observer.see(before.epoch, Worker::seen(before.state.0));
            let verdict = observer.see(epoch, Worker::seen(code));
            match held.advance(&seen) {
                Ok(change) => {
                    prop_assert!(same && !verdict.is_violation());
                    prop_assert_eq!(change.verdict, verdict);
                    prop_assert_eq!(
                        change.significant,
                        before.has_significant_change(&seen) || epoch > before.epoch
                    );
                    prop_assert_eq!(held.map(), seen.map());
                    let (old, new) = (before.map(), held.map());
                    for (column, value) in new.iter() {
                        let changed = change.changed.contains(&column);
                        prop_assert_eq!(old.value(column) != Some(value), changed);
                    }
                    let written = if change.significant { new } else { Update::default() };
                    prop_assert_eq!(change.update, written);
                }
                Err(_) => {
                    prop_assert!(!same || verdict.is_violation());
                    prop_assert_eq!(held.to_json(), before.to_json());
                    prop_assert_eq!(&held, &before);
                }
            }
        }
    }
}
