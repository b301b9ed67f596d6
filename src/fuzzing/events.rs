//! Sequences of events, fed to the bundled machines.

use crate::framework::{Master, Worker, WorkerEntry};
use crate::graph::Table;
use crate::machine::{Explorable, Guarded, Limits, explore};

/// Whatever the sequence, no machine panics, a refusal leaves no trace, and every
/// step is one that the explored graph and its table have. The first byte picks
/// the machine, each other one an event.
pub fn events(input: &[u8]) {
    let Some((machine, picks)) = input.split_first() else {
        return;
    };
    match machine % 3 {
        0 => walk::<Master>(picks),
        1 => walk::<Worker>(picks),
        _ => walk::<WorkerEntry>(picks),
    }
}

fn walk<M: Explorable>(picks: &[u8]) {
    let explored = explore::<M>(Limits::default()).expect("a bundled machine can be explored");
    let table = Table::new(explored.graph());
    for (storage, state) in M::starts() {
        let mut guarded = Guarded::at(storage, state);
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
}
