//! The framework's records through the public API: stepped by their machines,
//! held against each other, and read as traces.

#[path = "records/master.rs"]
mod master;
#[path = "records/trace.rs"]
mod trace;
#[path = "records/worker.rs"]
mod worker;

use fsmcheck::framework::{ExitReason, MasterEvent, MasterState, WorkerState};
use fsmcheck::wire::{
    MasterMeta, MasterStateCode, Timestamp, Update, Value, WorkerStateCode, WorkerStatus,
    WorkerType,
};
use proptest::prelude::*;

#[test]
fn states_and_codes_stand_for_each_other() {
    for number in i8::MIN..=i8::MAX {
        let code = MasterStateCode(number);
        match MasterState::try_from(code) {
            Ok(state) => {
                assert_eq!(MasterStateCode::from(state), code);
                assert_eq!(Some(state.name()), code.name());
                assert_eq!(state.is_terminated(), code.is_terminated());
            }
            Err(unknown) => {
                assert_eq!(code.name(), None);
                assert_eq!(
                    unknown.to_string(),
                    format!(
                        "`{number}` is no state of master; \
                         legal: Uninit (1), Init (2), Finished (3), Stopped (4), Failed (5)"
                    )
                );
            }
        }
        let code = WorkerStateCode(number);
        match WorkerState::try_from(code) {
            Ok(state) => {
                assert_eq!(WorkerStateCode::from(state), code);
                assert_eq!(Some(state.name()), code.name());
                assert_eq!(state.is_terminated(), code.is_terminated());
            }
            Err(unknown) => {
                assert_eq!(code.name(), None);
                assert_eq!(unknown.given, number.to_string());
                assert_eq!(unknown.machine, "worker");
            }
        }
    }
}

/// The columns of an update with their values.
fn columns(update: &Update) -> Vec<(&'static str, Value)> {
    update
        .iter()
        .map(|(column, value)| (column, value.clone()))
        .collect()
}

/// A record in which no member is empty, so that one that is lost shows.
fn job(state: MasterStateCode, deleted: bool) -> MasterMeta {
    MasterMeta {
        seq_id: 17,
        created_at: time(1),
        updated_at: time(2),
        project_id: "project".into(),
        id: "job-1".into(),
        kind: WorkerType::DM_JOB_MASTER,
        state,
        node_id: "node".into(),
        addr: "host:1".into(),
        epoch: 9,
        config: Some(b"config".to_vec()),
        error_message: "before".into(),
        detail: Some(b"before".to_vec()),
        deleted: deleted.then(|| time(3)),
        ..MasterMeta::default()
    }
}

fn worker(epoch: i64, state: i8) -> WorkerStatus {
    WorkerStatus {
        seq_id: 17,
        created_at: time(1),
        updated_at: time(2),
        project_id: "project".into(),
        job_id: "job-1".into(),
        id: "worker-1".into(),
        kind: WorkerType::DM_SYNC,
        state: WorkerStateCode(state),
        epoch,
        error_message: "before".into(),
        extend_bytes: Some(b"before".to_vec()),
    }
}

fn time(seconds: i64) -> Timestamp {
    Timestamp::new(seconds, 0, 3600).expect("there are no nanoseconds")
}

fn bytes() -> impl Strategy<Value = Option<Vec<u8>>> {
    prop::option::of(prop::collection::vec(any::<u8>(), 0..4))
}

fn master_events() -> impl Strategy<Value = MasterEvent> {
    prop_oneof![
        Just(MasterEvent::Initialised),
        Just(MasterEvent::Recovered),
        (
            prop::sample::select(ExitReason::ALL.to_vec()),
            "[a-z]{0,3}",
            bytes()
        )
            .prop_map(|(reason, error, detail)| MasterEvent::Exit {
                reason,
                error,
                detail
            }),
        "[a-z]{0,3}".prop_map(|error| MasterEvent::DispatchRefused { error }),
        Just(MasterEvent::BackOffExhausted),
        Just(MasterEvent::CanceledWhilePending),
        (0_i64..9).prop_map(|at| MasterEvent::Deleted { at: time(at) }),
        (0_i64..9).prop_map(|at| MasterEvent::CreationRolledBack { at: time(at) }),
    ]
}
