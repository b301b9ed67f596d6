//! A master and its workers, joined by a network that may do anything to their
//! messages.

mod delivery;
mod input;
mod log;
mod master;
mod names;
mod parcel;
mod queue;
mod recovery;
mod worker;
mod world;

use std::collections::BTreeSet;

use self::input::Input;
use self::world::World;

/// The ids of the workers; the last one does not fit into a key of the table.
const WORKERS: [&str; 3] = [
    "b",
    "a",
    "0f8fad5b-d9cb-469f-a165-70867728950e-with-a-long-tail",
];

/// How many operations of an input are carried out.
const OPERATIONS: usize = 256;

/// Every situation that an input can lead to, in order.
pub const SITUATIONS: &[&str] = &[
    "already waiting",
    "callback failed",
    "canceled",
    "cleaned",
    "closed",
    "dispatch failed",
    "dropped, loading",
    "dropped, no manager",
    "dropped, no status",
    "dropped, old master epoch",
    "dropped, other worker epoch",
    "dropped, unknown worker",
    "entry refuses",
    "failed over",
    "finish not announced",
    "goodbye acknowledged",
    "goodbye canceled",
    "goodbye timed out",
    "master failed",
    "master looked up",
    "master not found",
    "master timed out",
    "no manager",
    "no status",
    "nobody waits",
    "not a tombstone",
    "not recoverable",
    "offline, ended",
    "offline, lost",
    "online",
    "out of turn",
    "ping",
    "ping accepted",
    "ping says finished",
    "pong taken in",
    "recovered",
    "recovery failed",
    "stale entry",
    "stale master",
    "status accepted",
    "status delivered",
    "status kept",
    "status swallowed",
    "store failed",
    "tombstone",
    "too many pending events",
    "two masters",
    "unexpected ping",
    "wait timed out",
    "worker exists",
    "worker started",
    "worker started in the place of another one",
    "workers waited for",
];

/// Whatever is lost, repeated, late or out of order, whoever crashes when, and
/// whichever rules are in force: nothing panics, callbacks come in order, a
/// refusal leaves no trace, a tombstone stays one, no epoch goes back, and the
/// same inputs have the same effects. The first bytes choose the rules and the
/// number of workers, each two that follow say what happens.
pub fn network(input: &[u8]) {
    let _ = situations(input);
}

/// The situations that an input leads to.
#[must_use]
pub fn situations(input: &[u8]) -> BTreeSet<&'static str> {
    let mut input = Input(input);
    let policy = input.policy();
    let shape = input.byte().unwrap_or(0);
    let mut world = World::new(policy, shape);
    let mut twin = World::new(policy, shape);
    for turn in 0..OPERATIONS {
        let Some(operation) = input.operation() else {
            break;
        };
        world.run(operation);
        twin.run(operation);
        assert!(world == twin, "the same inputs have had different effects");
        // A copy knows all there is to know.
        if turn % 2 == 0 {
            twin = world.clone();
        }
    }
    world.met()
}
