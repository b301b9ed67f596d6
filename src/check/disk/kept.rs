//! What stands in a checkpoint beside the states.

use std::fmt::Write as _;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::check::Model;
use crate::check::coverage::KeptTally;
use crate::check::search::Space;
use crate::check::store::hash_of;

/// What a checkpoint begins with.
pub(super) const MAGIC: &[u8; 20] = b"fsmcheck checkpoint\n";

/// The format that is written. It changes with what is written, and with how states
/// are hashed.
pub(super) const FORMAT: u32 = 1;

/// What has to be the same when a check goes on.
#[derive(Deserialize, Serialize)]
pub(super) struct Identity {
    pub(super) model: String,
    pub(super) properties: Vec<String>,
    pub(super) store: String,
    pub(super) is_symmetric: bool,
    /// The [`witness`] of each initial state.
    pub(super) initial_states: Vec<u64>,
}

impl Identity {
    pub(super) fn new<M: Model>(space: &Space<'_, M>, store: String) -> Self {
        let properties = space.properties.iter();
        let initial_states = space.model.initial_states();
        Self {
            model: std::any::type_name::<M>().to_owned(),
            properties: properties
                .map(|property| format!("{} {:?}", property.kind(), property.name()))
                .collect(),
            store,
            is_symmetric: space.is_symmetric,
            initial_states: initial_states
                .iter()
                .map(|state| witness(space.model, state))
                .collect(),
        }
    }
}

/// How far the search is.
#[derive(Deserialize, Serialize)]
pub(super) struct Kept {
    pub(super) levels: Vec<usize>,
    /// How many states were seen, those of the next level included.
    pub(super) states: usize,
    pub(super) elapsed: Duration,
    /// What was found in the levels, and then behind them.
    pub(super) found: [Found; 2],
}

/// What was found in a part of the search.
#[derive(Deserialize, Serialize)]
pub(super) struct Found {
    pub(super) tally: KeptTally,
    /// For each property a state that decides it, as a piece, and its distance.
    pub(super) decisive: Vec<Option<(Vec<u8>, usize)>>,
    /// Whether a state does not fit its number.
    pub(super) has_misfit: bool,
}

/// Tells a state and what comes after it by their names. A model whose states are
/// written as before, but mean something else, is told apart by that.
pub(super) fn witness<M: Model>(model: &M, state: &M::State) -> u64 {
    let (mut text, mut actions) = (format!("{state:?}"), Vec::new());
    model.actions(state, &mut actions);
    for action in actions {
        // Writing to a string does not fail.
        let _ = write!(text, " {:?}", model.next(state, &action));
    }
    hash_of(&text)
}
