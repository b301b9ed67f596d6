//! Making a [`Graph`] state by state.

use petgraph::graph::DiGraph;
use rustc_hash::FxHashMap;

use super::{
    Completeness, EventId, Expanded, Graph, Observation, State, StateId, Superstate, SuperstateId,
    Transition, TransitionKind,
};

/// Makes a [`Graph`] by hand or from a file.
///
/// # Examples
///
/// ```
/// use fsmcheck::graph::GraphBuilder;
///
/// let mut door = GraphBuilder::new("door", ["open", "close"]);
/// let closed = door.state("closed", None);
/// let opened = door.state("opened", None);
/// door.start(closed);
/// door.moved(closed, "open", opened);
/// door.moved(opened, "close", closed);
/// let door = door.build()?;
/// assert_eq!(door.refusal_count(), 2);
/// # Ok::<(), fsmcheck::graph::BuildError>(())
/// ```
#[derive(Clone, Debug)]
pub struct GraphBuilder {
    machine: String,
    states: Vec<State>,
    superstates: Vec<Superstate>,
    events: Vec<String>,
    transitions: Vec<(StateId, Transition, StateId)>,
    unknown_event: Option<(String, StateId)>,
    declared: Vec<String>,
    terminal: Vec<String>,
    returns_to_start: bool,
    pub(crate) abstraction: Option<String>,
    pub(crate) completeness: Completeness,
    pub(crate) observations: Vec<Observation>,
    pub(crate) expanded: Option<(Graph, Vec<StateId>)>,
}

/// Why a [`GraphBuilder`] could not make a graph.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// There is no state.
    #[error("machine `{machine}` has no state")]
    NoState {
        /// The machine.
        machine: String,
    },
    /// No state is a start.
    #[error("machine `{machine}` has no start: name a state in which it begins")]
    NoStart {
        /// The machine.
        machine: String,
    },
    /// Two states have one name.
    #[error("machine `{machine}` has two states named `{state}`; names of states must differ")]
    DuplicateState {
        /// The machine.
        machine: String,
        /// The name.
        state: String,
    },
    /// Two events have one name.
    #[error("machine `{machine}` has two events named `{event}`; names of events must differ")]
    DuplicateEvent {
        /// The machine.
        machine: String,
        /// The name.
        event: String,
    },
    /// A transition names an event that is not in the alphabet.
    #[error("machine `{machine}`: state `{state}` answers to `{event}`, which is not in its alphabet ({})", list(.alphabet))]
    UnknownEvent {
        /// The machine.
        machine: String,
        /// The state whose transition it is.
        state: String,
        /// The unknown event.
        event: String,
        /// The events of the machine.
        alphabet: Vec<String>,
    },
    /// An id is used that this builder did not give out.
    #[error("machine `{machine}`: id {id} is not one of its {what}")]
    UnknownId {
        /// The machine.
        machine: String,
        /// `states`, `superstates` or `events`.
        what: &'static str,
        /// The id.
        id: usize,
    },
}

impl GraphBuilder {
    /// A builder for a machine with this name and alphabet.
    #[must_use]
    pub fn new<E: Into<String>>(
        machine: impl Into<String>,
        alphabet: impl IntoIterator<Item = E>,
    ) -> Self {
        Self {
            machine: machine.into(),
            states: Vec::new(),
            superstates: Vec::new(),
            events: alphabet.into_iter().map(Into::into).collect(),
            transitions: Vec::new(),
            unknown_event: None,
            declared: Vec::new(),
            terminal: Vec::new(),
            returns_to_start: false,
            abstraction: None,
            completeness: Completeness::Exhaustive,
            observations: Vec::new(),
            expanded: None,
        }
    }

    /// Adds a superstate inside `parent`.
    pub fn superstate(
        &mut self,
        name: impl Into<String>,
        parent: Option<SuperstateId>,
    ) -> SuperstateId {
        self.superstates.push(Superstate {
            name: name.into(),
            parent,
        });
        SuperstateId::at(self.superstates.len() - 1)
    }

    /// Adds a state inside `superstate`.
    pub fn state(&mut self, name: impl Into<String>, superstate: Option<SuperstateId>) -> StateId {
        self.states.push(State {
            name: name.into(),
            code: None,
            superstate,
            initial: false,
            terminal: false,
            configurations: 1,
            note: None,
        });
        StateId::at(self.states.len() - 1)
    }

    /// The machine can start in this state.
    pub fn start(&mut self, state: StateId) -> &mut Self {
        if let Some(state) = self.states.get_mut(state.index()) {
            state.initial = true;
        }
        self
    }

    /// The event takes a transition.
    pub fn moved(&mut self, from: StateId, event: &str, to: StateId) -> &mut Self {
        self.named_transition(from, event, to, TransitionKind::Moved)
    }

    /// The event is handled without a transition.
    pub fn stayed(&mut self, state: StateId, event: &str) -> &mut Self {
        self.named_transition(state, event, state, TransitionKind::Stayed)
    }

    /// Declares the states by name, also those that no transition reaches.
    pub fn declare_states<N: Into<String>>(
        &mut self,
        names: impl IntoIterator<Item = N>,
    ) -> &mut Self {
        self.declared = names.into_iter().map(Into::into).collect();
        self
    }

    /// Declares which states, by name, are an end of the machine's life.
    pub fn declare_terminal<N: Into<String>>(
        &mut self,
        names: impl IntoIterator<Item = N>,
    ) -> &mut Self {
        self.terminal = names.into_iter().map(Into::into).collect();
        self
    }

    /// Declares that from everywhere the machine can return to a start.
    pub fn declare_returns_to_start(&mut self, returns: bool) -> &mut Self {
        self.returns_to_start = returns;
        self
    }

    /// The finished graph: its transitions are ordered by state and event, and
    /// one that was given twice is there once.
    ///
    /// # Errors
    ///
    /// When there is no state or no start, when two states or two events share a
    /// name, or when something names a state, superstate or event that is not
    /// there.
    pub fn build(mut self) -> Result<Graph, BuildError> {
        self.check_ids()?;
        let index = self.index_names()?;
        if self.states.is_empty() {
            return Err(BuildError::NoState {
                machine: self.machine,
            });
        }
        if !self.states.iter().any(|state| state.initial) {
            return Err(BuildError::NoStart {
                machine: self.machine,
            });
        }

        for name in &self.terminal {
            if let Some(id) = index.get(name) {
                self.states[id.index()].terminal = true;
            }
        }
        let order = |(from, transition, to): &(StateId, Transition, StateId)| {
            (*from, transition.event, *to, transition.kind, transition.by)
        };
        self.transitions.sort_by_key(order);
        self.transitions.dedup_by_key(|entry| order(entry));

        let mut nodes = DiGraph::with_capacity(self.states.len(), self.transitions.len());
        for state in self.states {
            nodes.add_node(state);
        }
        let mut first_transition = vec![0; nodes.node_count() + 1];
        for (from, transition, to) in self.transitions {
            first_transition[from.index() + 1] += 1;
            nodes.add_edge(from.index_in_petgraph(), to.index_in_petgraph(), transition);
        }
        for state in 0..nodes.node_count() {
            first_transition[state + 1] += first_transition[state];
        }
        Ok(Graph {
            machine: self.machine,
            nodes,
            first_transition: first_transition.into(),
            index,
            superstates: self.superstates,
            events: self.events,
            declared: self.declared,
            terminal: self.terminal,
            returns_to_start: self.returns_to_start,
            abstraction: self.abstraction,
            completeness: self.completeness,
            observations: self.observations,
            expanded: self
                .expanded
                .map(|(graph, state_of)| Box::new(Expanded { graph, state_of })),
        })
    }

    /// The state with this id, to fill in what the plain methods do not set.
    pub(crate) fn state_mut(&mut self, state: StateId) -> &mut State {
        &mut self.states[state.index()]
    }

    pub(crate) fn transition(&mut self, from: StateId, transition: Transition, to: StateId) {
        self.transitions.push((from, transition, to));
    }

    fn named_transition(
        &mut self,
        from: StateId,
        event: &str,
        to: StateId,
        kind: TransitionKind,
    ) -> &mut Self {
        match self.events.iter().position(|name| name == event) {
            Some(position) => {
                let event = EventId::at(position);
                let transition = Transition {
                    event,
                    kind,
                    by: None,
                    condition: None,
                    changes_data: false,
                };
                self.transition(from, transition, to);
            }
            None => {
                self.unknown_event
                    .get_or_insert_with(|| (event.to_owned(), from));
            }
        }
        self
    }

    fn check_ids(&self) -> Result<(), BuildError> {
        let unknown = |what, id| {
            Err(BuildError::UnknownId {
                machine: self.machine.clone(),
                what,
                id,
            })
        };
        let check = |what, id: usize, length| {
            if id < length {
                Ok(())
            } else {
                unknown(what, id)
            }
        };
        for (position, superstate) in self.superstates.iter().enumerate() {
            // A parent comes before its children, which also keeps out circles.
            superstate.parent.map_or(Ok(()), |parent| {
                check("superstates", parent.index(), position)
            })?;
        }
        for state in &self.states {
            state.superstate.map_or(Ok(()), |id| {
                check("superstates", id.index(), self.superstates.len())
            })?;
        }
        for (from, transition, to) in &self.transitions {
            check("states", from.index(), self.states.len())?;
            check("states", to.index(), self.states.len())?;
            check("events", transition.event.index(), self.events.len())?;
            transition.by.map_or(Ok(()), |id| {
                check("superstates", id.index(), self.superstates.len())
            })?;
        }
        if let Some((event, state)) = &self.unknown_event {
            check("states", state.index(), self.states.len())?;
            return Err(BuildError::UnknownEvent {
                machine: self.machine.clone(),
                state: self.states[state.index()].name.clone(),
                event: event.clone(),
                alphabet: self.events.clone(),
            });
        }
        Ok(())
    }

    fn index_names(&self) -> Result<FxHashMap<String, StateId>, BuildError> {
        let mut events: Vec<_> = self.events.iter().collect();
        events.sort_unstable();
        if let Some(pair) = events.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(BuildError::DuplicateEvent {
                machine: self.machine.clone(),
                event: pair[0].clone(),
            });
        }
        let mut index = FxHashMap::default();
        for (position, state) in self.states.iter().enumerate() {
            if index
                .insert(state.name.clone(), StateId::at(position))
                .is_some()
            {
                return Err(BuildError::DuplicateState {
                    machine: self.machine.clone(),
                    state: state.name.clone(),
                });
            }
        }
        Ok(index)
    }
}

fn list(names: &[String]) -> String {
    if names.is_empty() {
        "no events".to_owned()
    } else {
        names.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_graph_needs_a_state_and_a_start() {
        let mut builder = GraphBuilder::new("m", ["e"]);
        assert_eq!(
            builder.clone().build().unwrap_err(),
            BuildError::NoState {
                machine: "m".into()
            }
        );
        builder.state("a", None);
        assert_eq!(
            builder.build().unwrap_err(),
            BuildError::NoStart {
                machine: "m".into()
            }
        );
    }

    #[test]
    fn names_must_differ() {
        let mut builder = GraphBuilder::new("m", ["e", "f", "e"]);
        builder.state("a", None);
        let error = builder.build().unwrap_err();
        assert_eq!(
            error,
            BuildError::DuplicateEvent {
                machine: "m".into(),
                event: "e".into()
            }
        );

        let mut builder = GraphBuilder::new("m", ["e"]);
        builder.state("a", None);
        builder.state("a", None);
        let error = builder.build().unwrap_err();
        assert_eq!(
            error,
            BuildError::DuplicateState {
                machine: "m".into(),
                state: "a".into()
            }
        );
    }

    #[test]
    fn an_unknown_event_is_named_with_the_alphabet() {
        let mut builder = GraphBuilder::new("door", ["open", "close"]);
        let closed = builder.state("closed", None);
        builder.start(closed).moved(closed, "opne", closed);
        assert_eq!(
            builder.build().unwrap_err().to_string(),
            "machine `door`: state `closed` answers to `opne`, which is not in its alphabet (open, close)"
        );
    }

    #[test]
    fn ids_of_elsewhere_are_refused() {
        let mut builder = GraphBuilder::new("m", ["e"]);
        let a = builder.state("a", None);
        builder.start(a).moved(a, "e", StateId::new(7));
        let error = builder.build().unwrap_err();
        assert_eq!(
            error,
            BuildError::UnknownId {
                machine: "m".into(),
                what: "states",
                id: 7
            }
        );
    }
}
