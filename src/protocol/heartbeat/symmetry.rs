//! The calm workers are alike: which of them is called how makes no difference.

use std::hash::BuildHasher as _;

use foldhash::quality::FixedState;

use super::state::{HeartbeatState, Incarnation, Manager, Names, Worker, ids};
use crate::protocol::Shared;
use crate::wire::Epoch;

/// The calm workers, if there are two.
const CALM: [usize; 2] = [1, 2];

/// The one of a state and its like that stands for both; none where no two are alike.
pub(super) fn canonical(names: Names, state: &HeartbeatState) -> Option<HeartbeatState> {
    if state.workers.len() <= CALM[1] {
        return None;
    }
    let swapped = swapped(names, state);
    let hash = |state| FixedState::with_seed(0).hash_one(state);
    let is_first = hash(state) <= hash(&swapped);
    Some(if is_first { state.clone() } else { swapped })
}

/// The state with the calm workers in each other's places.
fn swapped(names: Names, state: &HeartbeatState) -> HeartbeatState {
    let [one, other] = CALM;
    let name = |id: &str| {
        let there = |worker| ids(names, worker).position(|it| it == id);
        let partner = |worker, epoch| names.id(worker, epoch as Epoch + 1).to_owned();
        match (there(one), there(other)) {
            (Some(epoch), _) => partner(other, epoch),
            (_, Some(epoch)) => partner(one, epoch),
            _ => id.to_owned(),
        }
    };
    let moved = |from: usize, to: usize| {
        let mut of = Worker::clone(&state.workers[from]);
        for who in of.incarnations.iter_mut().flatten() {
            let client = who.client.renamed(names.id(to, who.epoch));
            *who = Shared::new(Incarnation {
                client,
                ..Incarnation::clone(who)
            });
        }
        Shared::new(of)
    };
    let mut workers: Vec<_> = state.workers.iter().cloned().collect();
    workers[one] = moved(other, one);
    workers[other] = moved(one, other);
    let master = state.master.as_ref();
    HeartbeatState {
        master: master.map(|master| Shared::new(Manager(master.renamed(name)))),
        workers: workers.into(),
        executors: std::array::from_fn(|place| Shared::new(state.executors[place].renamed(name))),
        ..state.clone()
    }
}
