//! Names and ids of the states that a search has met, and configurations in
//! words.

use indexmap::IndexSet;
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::Explorable;
use crate::graph::{GraphBuilder, StateId, SuperstateId};

/// The states by name, and the superstates around them.
pub(super) struct Names<M: Explorable> {
    pub(super) ids: FxHashMap<M::State, StateId>,
    by_name: FxHashMap<String, StateId>,
    pub(super) states: Vec<(String, Option<SuperstateId>, M::State)>,
    superstates: IndexSet<(String, Option<SuperstateId>), FxBuildHasher>,
}

impl<M: Explorable> Default for Names<M> {
    fn default() -> Self {
        Self {
            ids: FxHashMap::default(),
            by_name: FxHashMap::default(),
            states: Vec::new(),
            superstates: IndexSet::default(),
        }
    }
}

impl<M: Explorable> Names<M> {
    pub(super) fn state(&mut self, state: &M::State) -> StateId {
        if let Some(id) = self.ids.get(state) {
            return *id;
        }
        let name = M::state_name(state);
        let id = match self.by_name.get(&name) {
            Some(id) => *id,
            None => {
                let mut superstate = None;
                for outer in M::superstate_names(state).into_iter().rev() {
                    let (index, _) = self.superstates.insert_full((outer, superstate));
                    superstate = Some(SuperstateId::at(index));
                }
                let id = StateId::at(self.states.len());
                self.states.push((name.clone(), superstate, state.clone()));
                self.by_name.insert(name, id);
                id
            }
        };
        self.ids.insert(state.clone(), id);
        id
    }

    /// The superstate this many levels above a state; `None` for the state.
    pub(super) fn answering(&self, state: StateId, level: usize) -> Option<SuperstateId> {
        let outer = |superstate: &SuperstateId| self.superstates[superstate.index()].1;
        std::iter::successors(self.states[state.index()].1, outer).nth(level.checked_sub(1)?)
    }

    pub(super) fn add_superstates(&self, builder: &mut GraphBuilder) {
        for (name, parent) in &self.superstates {
            builder.superstate(name.as_str(), *parent);
        }
    }
}

/// A configuration in words: its given name, or the local data of its state and the storage, as far
/// as they hold anything.
pub(crate) fn note<M: Explorable>((storage, state): &(M, M::State)) -> String {
    if let Some(name) = M::configuration_name(storage, state) {
        return name;
    }
    let (storage, state_text) = (format!("{storage:?}"), format!("{state:?}"));
    let holds_data = |text: &str| text.contains(['{', '(', '[']);
    match (holds_data(&state_text), holds_data(&storage)) {
        (true, true) => format!("{state_text}, {storage}"),
        (true, false) => state_text,
        (false, true) => storage,
        (false, false) => M::state_name(state),
    }
}
