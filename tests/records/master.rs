//! Job masters' records taken through steps of their machine.

use fsmcheck::Guarded;
use fsmcheck::framework::{ExitReason, Master, MasterEvent, MasterState, TransitionError};
use fsmcheck::machine::Explorable;
use fsmcheck::wire::{MasterMeta, MasterStateCode, Value, WorkerType, table};
use proptest::prelude::*;

use super::{columns, job, master_events, time};

use MasterStateCode as Code;

fn exit(reason: ExitReason) -> MasterEvent {
    MasterEvent::Exit {
        reason,
        error: "why".into(),
        detail: Some(b"result".to_vec()),
    }
}

fn refused_for_good() -> MasterEvent {
    MasterEvent::DispatchRefused { error: "no".into() }
}

fn deleted() -> MasterEvent {
    MasterEvent::Deleted { at: time(5) }
}

fn rolled_back() -> MasterEvent {
    MasterEvent::CreationRolledBack { at: time(6) }
}

/// Takes one step from a state; the record after it and the columns written are
/// those of `expected`.
#[track_caller]
fn accepts(
    state: Code,
    event: &MasterEvent,
    expected: impl FnOnce(&mut MasterMeta) -> Vec<(&'static str, Value)>,
) {
    let mut record = job(state, false);
    let update = record.transition(event).unwrap();
    let mut after = job(state, false);
    let written = expected(&mut after);
    assert_eq!(columns(&update), written, "{state} on {event:?}");
    assert_eq!(record, after, "{state} on {event:?}");
}

#[track_caller]
fn refuses(state: Code, deleted: bool, event: &MasterEvent) {
    let before = job(state, deleted);
    let mut record = before.clone();
    match record.transition(event) {
        Err(TransitionError::Refused(refused)) => {
            assert_eq!(refused.machine, "master");
            assert_eq!(Some(refused.state.as_str()), state.name());
            assert_eq!(refused.event, Master::name_of_event(event));
        }
        other => panic!("{state} on {event:?}: {other:?}"),
    }
    assert_eq!(record, before);
}

fn state(code: i64) -> (&'static str, Value) {
    ("state", Value::Int(code))
}

#[test]
fn initialised_writes_the_state() {
    accepts(Code::UNINIT, &MasterEvent::Initialised, |after| {
        after.state = Code::INIT;
        vec![state(2)]
    });
    refuses(Code::INIT, false, &MasterEvent::Initialised);
}

#[test]
fn recovered_writes_nothing() {
    accepts(Code::INIT, &MasterEvent::Recovered, |_| vec![]);
    refuses(Code::UNINIT, false, &MasterEvent::Recovered);
}

#[test]
fn an_exit_writes_the_state_and_what_it_carries() {
    for from in [Code::UNINIT, Code::INIT] {
        for (reason, to) in [
            (ExitReason::Finished, Code::FINISHED),
            (ExitReason::Canceled, Code::STOPPED),
            (ExitReason::Failed, Code::FAILED),
            (ExitReason::Unknown, Code::FAILED),
        ] {
            accepts(from, &exit(reason), |after| {
                after.state = to;
                after.error_message = "why".into();
                after.detail = Some(b"result".to_vec());
                vec![
                    state(to.0.into()),
                    ("error_message", Value::from("why")),
                    ("detail", Value::Bytes(b"result".to_vec())),
                ]
            });
            accepts(from, &MasterEvent::exit(reason), |after| {
                after.state = to;
                after.error_message.clear();
                after.detail = None;
                vec![
                    state(to.0.into()),
                    ("error_message", Value::from("")),
                    ("detail", Value::Null),
                ]
            });
        }
    }
}

#[test]
fn a_dispatch_refused_for_good_writes_the_state_and_the_error() {
    for from in [Code::UNINIT, Code::INIT] {
        accepts(from, &refused_for_good(), |after| {
            after.state = Code::FAILED;
            after.error_message = "no".into();
            vec![state(5), ("error_message", Value::from("no"))]
        });
    }
}

#[test]
fn what_ends_a_pending_job_writes_the_state_and_keeps_the_error() {
    for from in [Code::UNINIT, Code::INIT] {
        accepts(from, &MasterEvent::BackOffExhausted, |after| {
            after.state = Code::FAILED;
            vec![state(5)]
        });
        accepts(from, &MasterEvent::CanceledWhilePending, |after| {
            after.state = Code::STOPPED;
            vec![state(4)]
        });
    }
}

#[test]
fn deletion_writes_the_mark_and_not_the_state() {
    for from in [Code::FINISHED, Code::STOPPED, Code::FAILED] {
        accepts(from, &deleted(), |after| {
            after.deleted = Some(time(5));
            vec![("deleted", Value::Time(time(5)))]
        });
    }
    accepts(Code::UNINIT, &rolled_back(), |after| {
        after.deleted = Some(time(6));
        vec![("deleted", Value::Time(time(6)))]
    });
    for from in [Code::UNINIT, Code::INIT] {
        refuses(from, false, &deleted());
    }
    for from in [Code::INIT, Code::FINISHED, Code::STOPPED, Code::FAILED] {
        refuses(from, false, &rolled_back());
    }
}

fn every_event() -> Vec<MasterEvent> {
    let mut events = vec![
        MasterEvent::Initialised,
        MasterEvent::Recovered,
        refused_for_good(),
        MasterEvent::BackOffExhausted,
        MasterEvent::CanceledWhilePending,
        rolled_back(),
        deleted(),
    ];
    events.extend(ExitReason::ALL.map(exit));
    events
}

#[test]
fn what_has_ended_refuses_all_but_its_deletion_and_what_is_deleted_everything() {
    for event in every_event() {
        for ended in [Code::FINISHED, Code::STOPPED, Code::FAILED] {
            if event != deleted() {
                refuses(ended, false, &event);
            }
        }
        for any in Code::NAMED {
            refuses(any, true, &event);
        }
    }
}

#[test]
fn the_job_managers_own_record_is_no_matter_of_the_machine() {
    for event in every_event() {
        let mut record = job(Code::INIT, false);
        record.kind = WorkerType::JOB_MANAGER;
        let before = record.clone();
        let error = record.transition(&event).unwrap_err();
        assert_eq!(error, TransitionError::JobManager { id: "job-1".into() });
        assert_eq!(
            error.to_string(),
            "`job-1` is the job manager's own record; only those of job masters change their state"
        );
        assert_eq!(record, before);
    }
}

#[test]
fn a_code_that_stands_for_no_state_is_an_error_that_lists_those_that_do() {
    for code in (i8::MIN..=i8::MAX).filter(|code| !(1..=5).contains(code)) {
        let before = job(Code(code), false);
        let mut record = before.clone();
        let error = record.transition(&MasterEvent::Initialised).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "`{code}` is no state of master; \
                 legal: Uninit (1), Init (2), Finished (3), Stopped (4), Failed (5)"
            )
        );
        assert_eq!(record, before);
    }
}

proptest! {
    /// The record goes where the machine goes, writes columns of its table, and
    /// is the same to the byte where the machine refuses.
    #[test]
    fn a_record_follows_its_machine_or_stays_as_it_was(
        code in -1_i8..8,
        deleted in any::<bool>(),
        manager in prop::bool::weighted(0.1),
        events in prop::collection::vec(master_events(), 1..8),
    ) {
        let mut record = job(Code(code), deleted);
        if manager {
            record.kind = WorkerType::JOB_MANAGER;
        }
        let mut machine = MasterState::try_from(code)
            .ok()
            .filter(|_| !manager)
            .map(|state| Guarded::at(Master::new(deleted), state));
        for event in events {
            let before = record.clone();
            let legal = machine.as_mut().is_some_and(|machine| machine.handle(&event).is_ok());
            match record.transition(&event) {
                Ok(update) => {
                    prop_assert!(legal);
                    for (column, value) in update.iter() {
                        prop_assert!(
                            table::MASTER_META.columns.iter().any(|known| known.name == column)
                        );
                        let all = [
                            record.exit_values().value(column).cloned(),
                            record.deleted.map(Value::Time).filter(|_| column == "deleted"),
                        ];
                        prop_assert!(all.contains(&Some(value.clone())), "{column}");
                    }
                    // What is written is all that has changed.
                    let mut rest = record.clone();
                    for (column, _) in update {
                        match column {
                            "state" => rest.state = before.state,
                            "error_message" => rest.error_message.clone_from(&before.error_message),
                            "detail" => rest.detail.clone_from(&before.detail),
                            _ => rest.deleted = before.deleted,
                        }
                    }
                    prop_assert_eq!(rest, before);
                }
                Err(_) => {
                    prop_assert!(!legal);
                    prop_assert_eq!(record.to_json(), before.to_json());
                    prop_assert_eq!(&record, &before);
                }
            }
            if let Some(machine) = &machine {
                prop_assert_eq!(record.state, (*machine.state()).into());
                prop_assert_eq!(record.deleted.is_some(), machine.storage().is_deleted());
            }
        }
    }
}
