//! Names, codes and the look-ups of the closed enums of states.

use std::fmt::Debug;
use std::str::FromStr;

use fsmcheck::framework::{
    Cancellation, CancellationState, ClientState, JobMasterBusiness, JobMasterBusinessState,
    ManagerRecovery, ManagerState, Master, MasterClient, MasterState, RunLoop, RunLoopState,
    StartUp, StartUpState, StatusWriter, StatusWriterState, UnknownState, Worker, WorkerBusiness,
    WorkerBusinessState, WorkerEntry, WorkerEntryState, WorkerState,
};
use fsmcheck::graph::{Graph, IllegalChange, StateId, Table};
use fsmcheck::machine::Explorable;

#[test]
fn codes_are_for_ever() {
    let master = MasterState::ALL.map(|state| (state.name(), state.code()));
    assert_eq!(
        master,
        [
            ("Uninit", 1),
            ("Init", 2),
            ("Finished", 3),
            ("Stopped", 4),
            ("Failed", 5)
        ]
    );
    let worker = WorkerState::ALL.map(|state| (state.name(), state.code()));
    assert_eq!(
        worker,
        [
            ("Normal", 1),
            ("Created", 2),
            ("Init", 3),
            ("Error", 4),
            ("Finished", 5),
            ("Stopped", 6)
        ]
    );
    let entry = WorkerEntryState::ALL.map(|state| (state.name(), state.code()));
    assert_eq!(
        entry,
        [
            ("Wait", 1),
            ("Created", 2),
            ("Normal", 3),
            ("Offline", 4),
            ("Tombstone", 5)
        ]
    );
}

/// Names and codes read back, everything else is refused.
fn check_reading<S>(all: &[S])
where
    S: Copy + Debug + PartialEq + ToString + Into<i8>,
    S: FromStr<Err = UnknownState> + TryFrom<i8, Error = UnknownState>,
{
    for state in all {
        let name = state.to_string();
        let code: i8 = (*state).into();
        assert_eq!(name.parse(), Ok(*state));
        assert_eq!(name.to_uppercase().parse(), Ok(*state));
        assert_eq!(name.to_lowercase().parse(), Ok(*state));
        assert_eq!(code.to_string().parse(), Ok(*state));
        assert_eq!(S::try_from(code), Ok(*state));
    }
    let known: Vec<i8> = all.iter().map(|state| (*state).into()).collect();
    for code in i8::MIN..=i8::MAX {
        assert_eq!(S::try_from(code).is_ok(), known.contains(&code), "{code}");
        let text = code.to_string();
        assert_eq!(S::from_str(&text).is_ok(), known.contains(&code), "{code}");
    }
    for text in ["", " ", "Nope", "Ini", "Init ", "258", "1.0", "0x1"] {
        assert!(S::from_str(text).is_err(), "{text:?}");
    }
}

#[test]
fn names_and_codes_are_read() {
    check_reading(&MasterState::ALL);
    check_reading(&WorkerState::ALL);
    check_reading(&WorkerEntryState::ALL);
    check_reading(&ClientState::ALL);
    check_reading(&RunLoopState::ALL);
    check_reading(&StartUpState::ALL);
    check_reading(&StatusWriterState::ALL);
    check_reading(&CancellationState::ALL);
    check_reading(&WorkerBusinessState::ALL);
    check_reading(&JobMasterBusinessState::ALL);
    check_reading(&ManagerState::ALL);
}

#[test]
fn an_unknown_state_says_what_is_legal() {
    let legal = "Uninit (1), Init (2), Finished (3), Stopped (4), Failed (5)";
    assert_eq!(
        MasterState::try_from(0).unwrap_err().to_string(),
        format!("`0` is no state of master; legal: {legal}")
    );
    assert_eq!(
        "uninitialised"
            .parse::<MasterState>()
            .unwrap_err()
            .to_string(),
        format!("`uninitialised` is no state of master; legal: {legal}")
    );
    assert_eq!(
        WorkerState::try_from(-7).unwrap_err().to_string(),
        "`-7` is no state of worker; legal: \
         Normal (1), Created (2), Init (3), Error (4), Finished (5), Stopped (6)"
    );
}

#[test]
fn display_pads() {
    assert_eq!(format!("[{:>9}]", MasterState::Init), "[     Init]");
}

#[test]
fn the_ends_are_known() {
    assert_eq!(
        MasterState::ALL.map(MasterState::is_terminated),
        [false, false, true, true, true]
    );
    assert_eq!(
        WorkerState::ALL.map(WorkerState::is_terminated),
        [false, false, false, true, true, true]
    );
    assert_eq!(
        WorkerEntryState::ALL.map(WorkerEntryState::is_terminated),
        [false, false, false, false, true]
    );
}

#[test]
fn a_master_may_become() {
    use MasterState::{Failed, Finished, Init, Stopped, Uninit};
    // Of a state to itself: an event is taken there that does not write it.
    let legal = [
        (Uninit, vec![Uninit, Init, Finished, Stopped, Failed]),
        (Init, vec![Init, Finished, Stopped, Failed]),
        (Finished, vec![Finished]),
        (Stopped, vec![Stopped]),
        (Failed, vec![Failed]),
    ];
    for (from, targets) in legal {
        assert_eq!(from.legal_next().collect::<Vec<_>>(), targets, "{from}");
        for to in MasterState::ALL {
            assert_eq!(from.may_become(to), targets.contains(&to), "{from} {to}");
        }
    }
}

#[test]
fn a_worker_may_become() {
    use WorkerState::{Created, Error, Finished, Init, Normal, Stopped};
    let legal = [
        (Created, vec![Init, Error, Finished, Stopped]),
        (Init, vec![Normal, Error, Finished, Stopped]),
        (Normal, vec![Normal, Error, Finished, Stopped]),
        (Error, vec![Error]),
        (Finished, vec![Finished]),
        (Stopped, vec![Stopped]),
    ];
    for (from, targets) in legal {
        assert_eq!(from.legal_next().collect::<Vec<_>>(), targets, "{from}");
        for to in WorkerState::ALL {
            assert_eq!(from.may_become(to), targets.contains(&to), "{from} {to}");
        }
    }
}

#[test]
fn an_entry_may_become() {
    use WorkerEntryState::{Created, Normal, Offline, Tombstone, Wait};
    let legal = [
        (Wait, vec![Wait, Normal, Tombstone]),
        (Created, vec![Created, Normal, Offline, Tombstone]),
        (Normal, vec![Normal, Offline, Tombstone]),
        (Offline, vec![Offline, Tombstone]),
        (Tombstone, vec![Tombstone]),
    ];
    for (from, targets) in legal {
        assert_eq!(from.legal_next().collect::<Vec<_>>(), targets, "{from}");
    }
}

/// What the look-ups say of a change.
struct Change {
    from: StateId,
    to: StateId,
    may: bool,
    tried: Result<(), IllegalChange>,
}

macro_rules! check_agreement {
    ($machine:ty, $state:ident) => {
        let graph = <$machine>::graph();
        assert_eq!(graph.states().len(), $state::ALL.len(), "all are reached");
        assert_eq!(graph.declared_states().len(), $state::ALL.len());
        for state in $state::ALL {
            let node = graph.state(state.id());
            assert_eq!(node.name, state.name());
            assert_eq!(node.code, Some(i64::from(state.code())));
            assert_eq!(node.terminal, state.is_terminated(), "{state}");
        }
        let changes = $state::ALL.into_iter().flat_map(|from| {
            $state::ALL.into_iter().map(move |to| Change {
                from: from.id(),
                to: to.id(),
                may: from.may_become(to),
                tried: from.try_become(to),
            })
        });
        check_changes::<$machine>(graph, changes);
    };
}

fn check_changes<M: Explorable>(graph: &Graph, changes: impl Iterator<Item = Change>) {
    let table = Table::new(graph);
    let explored = fsmcheck::explore::<M>(Default::default()).unwrap();
    assert_eq!(table, explored.table());
    for change in changes {
        let (from, to) = (change.from, change.to);
        assert_eq!(table.may_become(from, to), change.may);
        assert_eq!(graph.check_change(from, to).map(|_| ()), change.tried);
    }
}

#[test]
fn look_ups_agree_with_the_graph_and_its_table() {
    check_agreement!(Master, MasterState);
    check_agreement!(Worker, WorkerState);
    check_agreement!(WorkerEntry, WorkerEntryState);
    check_agreement!(MasterClient, ClientState);
    check_agreement!(RunLoop, RunLoopState);
    check_agreement!(StartUp, StartUpState);
    check_agreement!(StatusWriter, StatusWriterState);
    check_agreement!(Cancellation, CancellationState);
    check_agreement!(WorkerBusiness, WorkerBusinessState);
    check_agreement!(JobMasterBusiness, JobMasterBusinessState);
}

#[test]
fn an_illegal_change_says_what_is_legal_and_the_way() {
    let refused = WorkerState::Created
        .try_become(WorkerState::Normal)
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "worker never goes from `Created` to `Normal` with one event \
         (it takes Created --initialised--> Init --update Normal--> Normal); \
         legal from `Created`: Init, Finished, Stopped, Error"
    );
    let refused = MasterState::Init
        .try_become(MasterState::Uninit)
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "master never goes from `Init` to `Uninit` by any events; \
         legal from `Init`: Init, Finished, Stopped, Failed"
    );
}

#[test]
fn the_machines_show_nothing_odd_when_they_run() {
    for graph in [
        Master::graph(),
        Worker::graph(),
        WorkerEntry::graph(),
        MasterClient::graph(),
        RunLoop::graph(),
        StartUp::graph(),
        StatusWriter::graph(),
        Cancellation::graph(),
        WorkerBusiness::graph(),
        JobMasterBusiness::graph(),
        ManagerRecovery::graph(),
    ] {
        assert_eq!(graph.observations(), []);
        assert_eq!(
            graph.completeness(),
            fsmcheck::graph::Completeness::Exhaustive
        );
    }
    assert_eq!(Master::graph().configuration_count(), 9);
    assert_eq!(Worker::graph().configuration_count(), 6);
    assert_eq!(WorkerEntry::graph().configuration_count(), 10);
    assert_eq!(MasterClient::graph().configuration_count(), 42);
    assert_eq!(RunLoop::graph().configuration_count(), 140);
    assert_eq!(StartUp::graph().configuration_count(), 53);
    assert_eq!(StatusWriter::graph().configuration_count(), 138);
    assert_eq!(Cancellation::graph().configuration_count(), 8);
    assert_eq!(WorkerBusiness::graph().configuration_count(), 16);
    assert_eq!(JobMasterBusiness::graph().configuration_count(), 26);
    assert_eq!(ManagerRecovery::graph().configuration_count(), 5);
}
