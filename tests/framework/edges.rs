//! Every pair of state and event of each machine, written by hand: what the
//! machines are meant to do, not what they were seen to do.

use std::sync::Arc;

use fsmcheck::framework::{
    ExitReason, ManagerRecovery, ManagerRecoveryEvent, ManagerState, Master, MasterEvent,
    MasterState, Worker, WorkerEntry, WorkerEntryEvent, WorkerEntryState, WorkerEvent, WorkerState,
};
use fsmcheck::machine::{Explorable, Guarded, StepKind};
use fsmcheck::wire::Timestamp;

/// What an event is meant to do in a state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cell<S> {
    Refused,
    Stays,
    To(S),
}

use Cell::{Refused, Stays, To};

/// Takes one step from a configuration, holds it against the cell and returns
/// the machine after it.
#[track_caller]
pub(crate) fn check<M>(
    storage: M,
    state: M::State,
    event: &M::Event<'_>,
    cell: Cell<M::State>,
) -> Guarded<M>
where
    M: Explorable<State: Copy>,
{
    let before = Guarded::at(storage, state);
    let mut machine = before.clone();
    let result = machine.handle(event);
    let seen = match &result {
        Err(_) => Refused,
        Ok(step) if step.kind == StepKind::Stayed => Stays,
        Ok(step) => To(step.to),
    };
    assert_eq!(seen, cell, "{before:?} on {}", M::name_of_event(event));
    match cell {
        Refused => assert_eq!(machine, before, "a refusal leaves no trace"),
        Stays => assert_eq!(machine.state(), before.state()),
        To(state) => assert_eq!(*machine.state(), state),
    }
    machine
}

/// The rows are exactly the alphabet, in its order and under its names.
#[track_caller]
pub(crate) fn check_rows<M>(rows: &[(&str, M::Event<'static>)])
where
    M: Explorable<Event<'static>: PartialEq>,
{
    assert!(
        M::alphabet().iter().eq(rows.iter().map(|(_, event)| event)),
        "the rows are not the alphabet"
    );
    for (name, event) in rows {
        assert_eq!(M::event_name(event).as_deref(), Some(*name));
    }
}

fn master_exit(reason: ExitReason) -> MasterEvent {
    MasterEvent::Exit {
        reason,
        error: String::new(),
        detail: None,
    }
}

fn worker_exit(reason: ExitReason) -> WorkerEvent {
    WorkerEvent::Exit {
        reason,
        error: String::new(),
        detail: None,
    }
}

fn update(state: WorkerState) -> WorkerEvent {
    WorkerEvent::Update {
        state,
        error: String::new(),
        detail: None,
    }
}

#[test]
fn master() {
    use MasterState::{Failed, Finished, Init, Stopped, Uninit};
    /// Sets the deleted mark and stays.
    const MARKS: Cell<MasterState> = Stays;
    let at = Timestamp::default();
    let columns = [Uninit, Init, Finished, Stopped, Failed];
    let refused = MasterEvent::DispatchRefused {
        error: String::new(),
    };
    #[rustfmt::skip]
    let rows = [
        //                                                                                       Uninit        Init          Finished Stopped  Failed
        (("initialised", MasterEvent::Initialised),                    [To(Init),     Refused,      Refused, Refused, Refused]),
        (("recovered", MasterEvent::Recovered),                        [Refused,      Stays,        Refused, Refused, Refused]),
        (("exit finished", master_exit(ExitReason::Finished)),         [To(Finished), To(Finished), Refused, Refused, Refused]),
        (("exit canceled", master_exit(ExitReason::Canceled)),         [To(Stopped),  To(Stopped),  Refused, Refused, Refused]),
        (("exit failed", master_exit(ExitReason::Failed)),             [To(Failed),   To(Failed),   Refused, Refused, Refused]),
        (("exit unknown", master_exit(ExitReason::Unknown)),           [To(Failed),   To(Failed),   Refused, Refused, Refused]),
        (("dispatch refused", refused),                                [To(Failed),   To(Failed),   Refused, Refused, Refused]),
        (("back-off exhausted", MasterEvent::BackOffExhausted),        [To(Failed),   To(Failed),   Refused, Refused, Refused]),
        (("canceled while pending", MasterEvent::CanceledWhilePending),[To(Stopped),  To(Stopped),  Refused, Refused, Refused]),
        (("deleted", MasterEvent::Deleted { at }),                     [Refused,      Refused,      MARKS,   MARKS,   MARKS]),
        (("creation rolled back", MasterEvent::CreationRolledBack { at }),[MARKS,        Refused,      Refused, Refused, Refused]),
    ];
    check_rows::<Master>(&rows.clone().map(|(event, _)| event));
    for ((_, event), cells) in &rows {
        for (state, cell) in columns.into_iter().zip(cells) {
            let after = check(Master::new(false), state, event, *cell);
            let marks = matches!(
                event,
                MasterEvent::Deleted { .. } | MasterEvent::CreationRolledBack { .. }
            );
            assert_eq!(
                after.storage().is_deleted(),
                marks && *cell == MARKS,
                "{state} on {event:?}"
            );
            check(Master::new(true), state, event, Refused);
        }
    }
}

#[test]
fn worker() {
    use WorkerState::{Created, Error, Finished, Init, Normal, Stopped};
    let columns = [Created, Init, Normal, Error, Finished, Stopped];
    #[rustfmt::skip]
    let rows = [
        //                                                                              Created       Init          Normal        Error    Finished Stopped
        (("initialised", WorkerEvent::Initialised),                   [To(Init),     Refused,      Refused,      Refused, Refused, Refused]),
        (("update Normal", update(Normal)),                           [Refused,      To(Normal),   Stays,        Refused, Refused, Refused]),
        (("update Created", update(Created)),                         [Refused,      Refused,      Refused,      Refused, Refused, Refused]),
        (("update Init", update(Init)),                               [Refused,      Refused,      Refused,      Refused, Refused, Refused]),
        (("update Error", update(Error)),                             [Refused,      To(Error),    To(Error),    Stays,   Refused, Refused]),
        (("update Finished", update(Finished)),                       [Refused,      To(Finished), To(Finished), Refused, Stays,   Refused]),
        (("update Stopped", update(Stopped)),                         [Refused,      To(Stopped),  To(Stopped),  Refused, Refused, Stays]),
        (("exit finished", worker_exit(ExitReason::Finished)),        [To(Finished), To(Finished), To(Finished), Refused, Stays,   Refused]),
        (("exit canceled", worker_exit(ExitReason::Canceled)),        [To(Stopped),  To(Stopped),  To(Stopped),  Refused, Refused, Stays]),
        (("exit failed", worker_exit(ExitReason::Failed)),            [To(Error),    To(Error),    To(Error),    Stays,   Refused, Refused]),
        (("exit unknown", worker_exit(ExitReason::Unknown)),          [To(Error),    To(Error),    To(Error),    Stays,   Refused, Refused]),
    ];
    check_rows::<Worker>(&rows.clone().map(|(event, _)| event));
    for ((_, event), cells) in &rows {
        for (state, cell) in columns.into_iter().zip(cells) {
            check(Worker, state, event, *cell);
        }
    }
}

#[test]
fn worker_entry() {
    use WorkerEntryState::{Created, Normal, Offline, Tombstone, Wait};
    let columns = [Wait, Created, Normal, Offline, Tombstone];
    let online = |executor: &str, expires_at| WorkerEntryEvent::MarkAsOnline {
        executor: Arc::from(executor),
        expires_at,
    };
    let refresh = |expires_at| WorkerEntryEvent::RefreshExpiry { expires_at };
    #[rustfmt::skip]
    let rows = [
        //                                                                      Wait           Created        Normal         Offline        Tombstone
        (("mark as online", online("", 0)), false,                            [To(Normal),    To(Normal),    Refused,       Refused,       Refused]),
        (("mark as online", online("", 0)), true,                             [To(Normal),    To(Normal),    Refused,       Refused,       Refused]),
        (("mark as offline", WorkerEntryEvent::MarkAsOffline), false,         [Refused,       To(Offline),   To(Offline),   Refused,       Refused]),
        (("mark as offline", WorkerEntryEvent::MarkAsOffline), true,          [Refused,       To(Offline),   To(Offline),   Refused,       Refused]),
        (("mark as tombstone", WorkerEntryEvent::MarkAsTombstone), false,     [To(Tombstone), Refused,       Refused,       To(Tombstone), Refused]),
        (("mark as tombstone", WorkerEntryEvent::MarkAsTombstone), true,      [To(Tombstone), To(Tombstone), To(Tombstone), To(Tombstone), Stays]),
        (("set finished", WorkerEntryEvent::SetFinished), false,              [Stays,         Stays,         Stays,         Stays,         Stays]),
        (("set finished", WorkerEntryEvent::SetFinished), true,               [Stays,         Stays,         Stays,         Stays,         Stays]),
        (("refresh expiry", refresh(0)), false,                               [Stays,         Stays,         Stays,         Stays,         Stays]),
        (("refresh expiry", refresh(0)), true,                                [Stays,         Stays,         Stays,         Stays,         Stays]),
        (("update status", WorkerEntryEvent::UpdateStatus { status: None }), false, [Stays,      Stays,         Stays,         Stays,         Refused]),
        (("update status", WorkerEntryEvent::UpdateStatus { status: None }), true,  [Stays,      Stays,         Stays,         Stays,         Refused]),
    ];
    let unfinished: Vec<_> = rows
        .iter()
        .filter(|(_, finished, _)| !finished)
        .map(|(event, _, _)| event.clone())
        .collect();
    check_rows::<WorkerEntry>(&unfinished);
    for ((_, event), finished, cells) in &rows {
        for (state, cell) in columns.into_iter().zip(cells) {
            let before = entry(state, *finished);
            check(before.storage().clone(), state, event, *cell);
        }
    }

    // What the operations do to the data.
    for start in [Wait, Created] {
        let mut heard = entry(start, false);
        heard.handle(&online("executor-1", 9)).unwrap();
        assert_eq!(heard.storage().executor(), "executor-1");
        assert_eq!(heard.storage().expires_at(), Some(9));
        assert!(!heard.storage().is_finished());
        heard.handle(&refresh(12)).unwrap();
        assert_eq!(heard.storage().expires_at(), Some(12));
        assert!(!heard.storage().is_finished());
        heard.handle(&WorkerEntryEvent::SetFinished).unwrap();
        assert!(heard.storage().is_finished());
        assert_eq!(heard.storage().expires_at(), Some(12));
        assert_eq!(heard.storage().worker(), "w");
    }
}

#[test]
fn worker_manager() {
    use ManagerRecoveryEvent::{Begin, Check, Fail, Heard, Loaded, Ping, TimedOut};
    use ManagerState::{LoadingMeta, Ready, WaitingHeartbeat};
    let loaded = |any| Loaded { any, until: 0 };
    // Each state, and in the second column of a pair with recovery under way.
    #[rustfmt::skip]
    let rows = [
        //                                                  LoadingMeta                       WaitingHeartbeat      Ready
        (("recovery begins", Begin),                       [Stays,   Refused,                Refused, Refused,     Refused]),
        (("loaded no worker", loaded(false)),              [Refused, To(Ready),              Refused, Refused,     Refused]),
        (("loaded workers", loaded(true)),                 [Refused, To(WaitingHeartbeat),   Refused, Refused,     Refused]),
        (("one was heard", Heard { last: false }),         [Refused, Refused,                Stays,   Stays,       Refused]),
        (("all were heard", Heard { last: true }),         [Refused, Refused,                Stays,   To(Ready),   Refused]),
        (("wait timed out", TimedOut),                     [Refused, Refused,                Refused, To(Ready),   Refused]),
        (("recovery failed", Fail),                        [Refused, Stays,                  Refused, Stays,       Refused]),
        (("ping", Ping),                                   [Refused, Refused,                Stays,   Stays,       Stays]),
        (("check", Check),                                 [Refused, Refused,                Refused, Refused,     Stays]),
    ];
    check_rows::<ManagerRecovery>(&rows.map(|(event, _)| event));
    let begun = |events: &[ManagerRecoveryEvent]| {
        let mut machine = Guarded::at(ManagerRecovery::default(), LoadingMeta);
        for event in events {
            machine.handle(event).unwrap();
        }
        machine.into_parts()
    };
    let columns = [
        begun(&[]),
        begun(&[Begin]),
        begun(&[Begin, loaded(true), Fail]),
        begun(&[Begin, loaded(true)]),
        (ManagerRecovery::default(), Ready),
    ];
    for ((_, event), cells) in &rows {
        for ((storage, state), cell) in columns.iter().zip(cells) {
            let after = check(storage.clone(), *state, event, *cell);
            let under_way = match event {
                Begin => *cell == Stays,
                Loaded { any: true, .. } => *cell != Refused,
                _ => *cell != To(Ready) && *event != Fail && storage.is_under_way(),
            };
            if *cell != Refused {
                assert_eq!(after.storage().is_under_way(), under_way, "{event:?}");
            }
            let waits = *after.state() == WaitingHeartbeat && after.storage().is_under_way();
            assert_eq!(after.storage().until().is_some(), waits);
        }
    }
}

fn entry(state: WorkerEntryState, finished: bool) -> Guarded<WorkerEntry> {
    let mut entry = Guarded::at(WorkerEntry::new("w", "executor-0", None), state);
    if finished {
        entry.handle(&WorkerEntryEvent::SetFinished).unwrap();
    }
    assert_eq!(entry.storage().is_finished(), finished);
    entry
}

#[test]
fn machines_start_where_they_should() {
    let start = |graph: &fsmcheck::graph::Graph| -> Vec<String> {
        graph
            .starts()
            .map(|state| graph.state(state).name.clone())
            .collect()
    };
    assert_eq!(start(Master::graph()), ["Uninit"]);
    assert_eq!(start(Worker::graph()), ["Created"]);
    assert_eq!(start(WorkerEntry::graph()), ["Wait", "Created"]);
    assert_eq!(start(ManagerRecovery::graph()), ["LoadingMeta", "Ready"]);
}

#[test]
fn superstates_contain_what_they_should() {
    fn inside<M: Explorable>(superstate: &str) -> Vec<String> {
        let explored = fsmcheck::explore::<M>(Default::default()).unwrap();
        let graph = explored.graph();
        let mut names: Vec<_> = graph
            .states()
            .filter(|(id, _)| {
                graph
                    .superstates_of(*id)
                    .any(|outer| graph.superstate(outer).name == superstate)
            })
            .map(|(_, state)| state.name.clone())
            .collect();
        names.sort();
        names
    }
    assert_eq!(inside::<Master>("Live"), ["Init", "Uninit"]);
    assert_eq!(
        inside::<Master>("Terminated"),
        ["Failed", "Finished", "Stopped"]
    );
    assert_eq!(inside::<Worker>("Live"), ["Created", "Init", "Normal"]);
    assert_eq!(
        inside::<Worker>("Terminated"),
        ["Error", "Finished", "Stopped"]
    );
    assert_eq!(inside::<WorkerEntry>("Tracked").len(), 5);
}
