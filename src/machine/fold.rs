//! Folding the steps between configurations, as a search has taken them, into the
//! graph of states.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::names::note;
use super::search::Search;
use super::{Explorable, ExploreError, Explored};
use crate::graph::{
    BuildError, Condition, EventId, Graph, GraphBuilder, Observation, StateId, SuperstateId,
    Transition, TransitionKind, Walk,
};

impl<M: Explorable> Search<M> {
    fn walk_to(&self, index: usize, state_of: &[StateId]) -> Walk {
        let mut steps = Vec::new();
        let mut node = index;
        while let Some((before, event)) = self.came_from[node] {
            steps.push((event, state_of[node]));
            node = before;
        }
        steps.reverse();
        Walk {
            start: state_of[node],
            steps,
        }
    }

    pub(super) fn finish(mut self) -> Result<Explored<M>, ExploreError> {
        let state_of: Vec<StateId> = (0..self.configurations.len())
            .map(|index| self.names.state(&self.configurations[index].1))
            .collect();
        let event_names: Vec<String> = self.events.iter().map(M::name_of_event).collect();
        let n_states = self.names.states.len();

        let mut builder = GraphBuilder::new(M::name(), event_names);
        self.declare(&mut builder);
        self.names.add_superstates(&mut builder);
        for (name, superstate, state) in &self.names.states {
            let id = builder.state(name.as_str(), *superstate);
            let node = builder.state_mut(id);
            node.code = M::state_code(state);
            node.configurations = 0;
        }
        for (index, state) in state_of.iter().enumerate() {
            let node = builder.state_mut(*state);
            node.configurations += 1;
            node.initial |= index < self.n_starts;
        }
        self.add_transitions(&mut builder, &state_of);
        builder.completeness = self.completeness;
        builder.abstraction = M::abstraction().map(str::to_owned);
        builder.observations = self
            .sightings
            .iter()
            .map(|((state, event, kind, _), sighting)| {
                let walk = self.walk_to(sighting.configuration, &state_of);
                Observation::new(*kind, *state, *event, sighting.detail.clone(), walk)
            })
            .collect();
        if n_states < self.configurations.len() {
            builder.expanded = Some((self.expanded(&state_of)?, state_of));
        }
        let graph = builder.build()?;
        let states = self
            .names
            .states
            .into_iter()
            .map(|(_, _, state)| state)
            .collect();
        Ok(Explored {
            graph,
            states,
            events: self.events,
            configurations: self.configurations,
            ids: self.names.ids,
        })
    }

    fn declare(&self, builder: &mut GraphBuilder) {
        builder.declare_states(M::declared_states().iter().copied());
        builder.declare_terminal(M::terminal_states().iter().copied());
        builder.declare_returns_to_start(M::returns_to_start());
    }

    /// Folds the steps between configurations into transitions between states.
    fn add_transitions(&self, builder: &mut GraphBuilder, state_of: &[StateId]) {
        type Key = (
            StateId,
            EventId,
            StateId,
            TransitionKind,
            Option<SuperstateId>,
        );
        struct Share {
            holds_in: u32,
            first: usize,
            changes_data: bool,
        }
        let mut folded: BTreeMap<Key, Share> = BTreeMap::new();
        for edge in &self.edges {
            let from = state_of[edge.from];
            let by = self.names.answering(from, edge.level);
            let key = (from, edge.event, state_of[edge.to], edge.kind, by);
            let share = folded.entry(key).or_insert(Share {
                holds_in: 0,
                first: edge.from,
                changes_data: false,
            });
            share.holds_in += 1;
            share.changes_data |= edge.kind == TransitionKind::Stayed && edge.from != edge.to;
        }
        for ((from, event, to, kind, by), share) in folded {
            let of = builder.state_mut(from).configurations;
            let condition = (share.holds_in < of).then(|| Condition {
                holds_in: share.holds_in,
                of,
                example: note::<M>(&self.configurations[share.first]),
            });
            let transition = Transition {
                event,
                kind,
                by,
                condition,
                changes_data: share.changes_data,
            };
            builder.transition(from, transition, to);
        }
    }

    /// The graph with a node for each configuration.
    fn expanded(&self, state_of: &[StateId]) -> Result<Graph, BuildError> {
        let event_names = self.events.iter().map(M::name_of_event);
        let mut builder = GraphBuilder::new(M::name(), event_names);
        self.names.add_superstates(&mut builder);
        let mut seen = vec![0_u32; self.names.states.len()];
        let terminal = M::terminal_states();
        let mut terminal_names = Vec::new();
        let mut taken = FxHashSet::default();
        for (index, state) in state_of.iter().enumerate() {
            let (name, superstate, _) = &self.names.states[state.index()];
            seen[state.index()] += 1;
            let (storage, typed) = &self.configurations[index];
            let given = M::configuration_name(storage, typed).filter(|name| !taken.contains(name));
            let unique = given.unwrap_or_else(|| format!("{name} #{}", seen[state.index()]));
            taken.insert(unique.clone());
            if terminal.contains(&name.as_str()) || M::is_end(storage, typed) {
                terminal_names.push(unique.clone());
            }
            let id = builder.state(unique, *superstate);
            let node = builder.state_mut(id);
            node.code = M::state_code(typed);
            node.initial = index < self.n_starts;
            node.note = Some(note::<M>(&self.configurations[index]));
        }
        for edge in &self.edges {
            let transition = Transition {
                event: edge.event,
                kind: edge.kind,
                by: self.names.answering(state_of[edge.from], edge.level),
                condition: None,
                changes_data: edge.kind == TransitionKind::Stayed && edge.from != edge.to,
            };
            builder.transition(StateId::at(edge.from), transition, StateId::at(edge.to));
        }
        builder.declare_terminal(terminal_names);
        builder.declare_returns_to_start(M::returns_to_start());
        builder.completeness = self.completeness;
        builder.abstraction = M::abstraction().map(str::to_owned);
        builder.build()
    }
}
