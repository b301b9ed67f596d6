//! Sequences of events, fed to the bundled machines.

use std::cell::OnceCell;

use crate::graph::Table;
use crate::machine::{Explorable, Explored, Guarded, Limits, explore};

/// A machine at work, as a function of the events that are picked.
type Walk = Box<dyn Fn(&[u8])>;

/// One for each bundled machine.
const WALKS: &[fn() -> Walk] = &crate::bundled_machines!(walk);

thread_local! {
    /// Exploring a machine takes far longer than a walk through it.
    static EXPLORED: [OnceCell<Walk>; WALKS.len()] = const { [const { OnceCell::new() }; WALKS.len()] };
}

/// Whatever the sequence, no machine panics, a refusal leaves no trace, and every
/// step is one that the explored graph and its table have. The first byte picks
/// the machine, each other one an event.
pub fn events(input: &[u8]) {
    let Some((machine, picks)) = input.split_first() else {
        return;
    };
    let machine = usize::from(*machine) % WALKS.len();
    EXPLORED.with(|explored| explored[machine].get_or_init(WALKS[machine])(picks));
}

fn walk<M: Explorable + 'static>() -> Walk {
    let explored = explore::<M>(Limits::default()).expect("a bundled machine can be explored");
    let table = Table::new(explored.graph());
    Box::new(move |picks| {
        for (storage, state) in M::starts() {
            follow(&explored, &table, Guarded::at(storage, state), picks);
        }
    })
}

fn follow<M: Explorable>(
    explored: &Explored<M>,
    table: &Table,
    mut guarded: Guarded<M>,
    picks: &[u8],
) {
    for pick in picks {
        let place = usize::from(*pick) % explored.events().len();
        let (event, before) = (&explored.events()[place], guarded.clone());
        let from = explored
            .state_id(before.state())
            .expect("it is a state of the graph");
        let legal = table.legal_events(from).any(|legal| legal.index() == place);
        match guarded.handle(event) {
            Ok(step) => {
                let to = explored
                    .state_id(&step.to)
                    .expect("it is a state of the graph");
                assert!(legal && before.can(event));
                assert!(table.may_become(from, to));
            }
            Err(_) => {
                assert!(guarded == before, "a refusal leaves no trace");
                assert!(!before.can(event));
            }
        }
    }
}
