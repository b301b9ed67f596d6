//! Random sequences of events: the running machine, the graph and the table say
//! the same, and a refusal leaves no trace.

use fsmcheck::framework::{
    Cancellation, ExitReason, JobMasterBusiness, ManagerRecovery, Master, MasterClient,
    MasterEvent, RunLoop, StartUp, StatusWriter, Worker, WorkerBusiness, WorkerEntry,
    WorkerEntryEvent, WorkerEntryState, WorkerEvent, WorkerState,
};
use fsmcheck::graph::{EventId, StateId};
use fsmcheck::machine::{Explorable, Guarded, Machine, StepKind};
use fsmcheck::wire::Timestamp;
use proptest::prelude::*;

/// Runs a machine from a start and holds each step against its exploration.
pub(crate) fn check<M: Explorable>(start: usize, events: &[usize]) -> Result<(), TestCaseError>
where
    M::State: Copy,
{
    let explored = fsmcheck::explore::<M>(Default::default()).unwrap();
    let (graph, table) = (explored.graph(), explored.table());
    let exact = graph.expanded().map_or(graph, |expanded| expanded.graph());
    let configuration = |machine: &Guarded<M>| {
        let now = M::abstracted(machine.storage().clone(), *machine.state());
        let index = explored.configurations().position(|known| *known == now);
        StateId::new(index.expect("the exploration reaches it") as u32)
    };

    let starts = M::starts();
    let (storage, state) = starts[start % starts.len()].clone();
    let mut machine = Guarded::at(storage, state);
    for event in events {
        let event = event % explored.events().len();
        let id = EventId::new(event as u32);
        let before = machine.clone();
        let (node, state) = (
            configuration(&machine),
            explored.state_id(machine.state()).unwrap(),
        );
        let in_graph: Vec<_> = exact
            .transitions_from(node)
            .filter(|(transition, _)| transition.event == id)
            .collect();
        prop_assert_eq!(machine.can(&explored.events()[event]), !in_graph.is_empty());
        match machine.handle(&explored.events()[event]) {
            Err(refused) => {
                prop_assert_eq!(&machine, &before);
                prop_assert!(in_graph.is_empty(), "{}", refused);
            }
            Ok(step) => {
                prop_assert_eq!(in_graph.len(), 1);
                let (transition, target) = in_graph[0];
                prop_assert_eq!(target, configuration(&machine));
                prop_assert_eq!(
                    transition.kind == fsmcheck::graph::TransitionKind::Moved,
                    step.kind == StepKind::Moved
                );
                let now = explored.state_id(machine.state()).unwrap();
                prop_assert!(table.may(state, id));
                prop_assert!(table.may_become(state, now));
                prop_assert!(table.next(state, id).contains(&now));
            }
        }
    }
    Ok(())
}

fn reason() -> impl Strategy<Value = ExitReason> {
    prop::sample::select(&ExitReason::ALL)
}

proptest! {
    // Each case explores every machine anew.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn machines_with_effects(
        start in 0_usize..4,
        events in prop::collection::vec(any::<usize>(), 0..40),
    ) {
        check::<MasterClient>(start, &events)?;
        check::<RunLoop>(start, &events)?;
        check::<StartUp>(start, &events)?;
        check::<StatusWriter>(start, &events)?;
        check::<Cancellation>(start, &events)?;
        check::<WorkerBusiness>(start, &events)?;
        check::<JobMasterBusiness>(start, &events)?;
    }
}

proptest! {
    #[test]
    fn master(events in prop::collection::vec(any::<usize>(), 0..40)) {
        check::<Master>(0, &events)?;
    }

    #[test]
    fn worker(events in prop::collection::vec(any::<usize>(), 0..40)) {
        check::<Worker>(0, &events)?;
    }

    #[test]
    fn worker_entry(start in 0_usize..2, events in prop::collection::vec(any::<usize>(), 0..40)) {
        check::<WorkerEntry>(start, &events)?;
    }

    #[test]
    fn worker_manager(
        start in 0_usize..2,
        events in prop::collection::vec(any::<usize>(), 0..40),
    ) {
        check::<ManagerRecovery>(start, &events)?;
    }

    /// The samples of the alphabet stand for all events: what an event carries
    /// besides does not decide.
    #[test]
    fn texts_decide_nothing(
        reason in reason(),
        update in prop::sample::select(&WorkerState::ALL),
        error in ".*",
        detail in any::<Option<Vec<u8>>>(),
        seconds in any::<i64>(),
        expires_at in any::<i64>(),
    ) {
        let at = Timestamp::new(seconds, 0, 0).expect("there are no nanoseconds");
        let pairs = [
            (
                MasterEvent::exit(reason),
                MasterEvent::Exit { reason, error: error.clone(), detail: detail.clone() },
            ),
            (
                MasterEvent::DispatchRefused { error: String::new() },
                MasterEvent::DispatchRefused { error: error.clone() },
            ),
            (
                MasterEvent::Deleted { at: Timestamp::default() },
                MasterEvent::Deleted { at },
            ),
            (
                MasterEvent::CreationRolledBack { at: Timestamp::default() },
                MasterEvent::CreationRolledBack { at },
            ),
        ];
        for (sample, event) in pairs {
            prop_assert!(Master::alphabet().contains(&sample));
            for state in fsmcheck::framework::MasterState::ALL {
                prop_assert_eq!(
                    Guarded::at(Master::new(false), state).handle(&sample),
                    Guarded::at(Master::new(false), state).handle(&event)
                );
            }
        }
        let pairs = [
            (
                WorkerEvent::exit(reason),
                WorkerEvent::Exit { reason, error: error.clone(), detail: detail.clone() },
            ),
            (
                WorkerEvent::update(update),
                WorkerEvent::Update { state: update, error: error.clone(), detail },
            ),
        ];
        for (sample, event) in pairs {
            prop_assert!(Worker::alphabet().contains(&sample));
            for state in WorkerState::ALL {
                prop_assert_eq!(
                    Guarded::at(Worker, state).handle(&sample),
                    Guarded::at(Worker, state).handle(&event)
                );
            }
        }
        let event = WorkerEntryEvent::MarkAsOnline { executor: error.clone().into(), expires_at };
        for state in WorkerEntryState::ALL {
            let mut entry = Guarded::at(WorkerEntry::new("w", "x", None), state);
            let may = state.may_become(WorkerEntryState::Normal) && state != WorkerEntryState::Normal;
            prop_assert_eq!(entry.handle(&event).is_ok(), may);
            prop_assert_eq!(entry.storage().executor(), if may { error.as_str() } else { "x" });
            prop_assert_eq!(entry.storage().expires_at(), may.then_some(expires_at));
        }
    }
}
