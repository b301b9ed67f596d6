//! The breadth-first search behind [`explore`](super::explore) and the folding of
//! its steps into a graph.

use std::collections::BTreeMap;
use std::time::Instant;

use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

use super::catch::{Panic, catch};
use super::names::Names;
use super::{Explorable, ExploreError, Explored, Invariant, Limits, StepKind};
use crate::graph::{
    BuildError, Completeness, Condition, EventId, Graph, GraphBuilder, Observation,
    ObservationKind, StateId, SuperstateId, Transition, TransitionKind, Walk,
};

/// A step between configurations, as it was taken.
struct Edge {
    from: usize,
    event: EventId,
    kind: TransitionKind,
    level: usize,
    to: usize,
}

/// What a step made of a configuration.
#[derive(PartialEq)]
struct Taken<M: Explorable> {
    kind: StepKind,
    level: usize,
    after: (M, M::State),
}

pub(super) struct Search<M: Explorable> {
    limits: Limits,
    invariants: Vec<Invariant<M>>,
    events: Vec<M::Event<'static>>,
    configurations: IndexSet<(M, M::State), FxBuildHasher>,
    n_starts: usize,
    /// For each configuration the one before it and the event between.
    came_from: Vec<Option<(usize, EventId)>>,
    depth: Vec<usize>,
    edges: Vec<Edge>,
    names: Names<M>,
    sightings: BTreeMap<(StateId, Option<EventId>, ObservationKind, String), Sighting>,
    completeness: Completeness,
}

/// An observation before the graph that it refers to is there.
struct Sighting {
    configuration: usize,
    detail: String,
}

impl<M: Explorable> Search<M> {
    pub(super) fn start(limits: Limits) -> Result<Self, ExploreError> {
        let in_declaration = |panic: Panic| ExploreError::PanicInDeclaration {
            machine: M::name(),
            panic: panic.to_string(),
        };
        let events = catch(M::alphabet).map_err(in_declaration)?;
        if events.is_empty() {
            return Err(ExploreError::EmptyAlphabet { machine: M::name() });
        }
        let mut search = Self {
            limits,
            invariants: catch(M::invariants).map_err(in_declaration)?,
            events,
            configurations: IndexSet::default(),
            n_starts: 0,
            came_from: Vec::new(),
            depth: Vec::new(),
            edges: Vec::new(),
            names: Names::default(),
            sightings: BTreeMap::new(),
            completeness: Completeness::Exhaustive,
        };
        for (storage, state) in catch(M::starts).map_err(in_declaration)? {
            let entered = catch(|| {
                let (mut storage, mut state) = (storage.clone(), state.clone());
                M::with_context(|context| M::enter_in_place(&mut storage, &mut state, context));
                M::abstracted(storage, state)
            });
            let configuration = entered.map_err(|panic| ExploreError::PanicAtStart {
                machine: M::name(),
                state: M::state_name(&state),
                panic: panic.to_string(),
            })?;
            search.add(configuration, None);
        }
        search.n_starts = search.configurations.len();
        Ok(search)
    }

    pub(super) fn run(&mut self) {
        let deadline = self.limits.time.map(|time| Instant::now() + time);
        let mut next = 0;
        while next < self.configurations.len() {
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                self.completeness = Completeness::TimeLimit;
                return;
            }
            if self.depth[next] >= self.limits.depth {
                self.completeness = Completeness::DepthLimit;
                return;
            }
            self.expand(next);
            next += 1;
        }
    }

    /// Takes every event from one configuration.
    fn expand(&mut self, index: usize) {
        for position in 0..self.events.len() {
            let event = EventId::at(position);
            let first = self.take(index, position);
            let second = self.take(index, position);
            if first != second {
                let detail = match (&first, &second) {
                    (Ok(first), Ok(second)) => {
                        format!("{}, then {}", described(first), described(second))
                    }
                    (Ok(first), Err(panic)) | (Err(panic), Ok(first)) => {
                        format!("{}, and a panic: {panic}", described(first))
                    }
                    (Err(first), Err(second)) => {
                        format!("a panic: {first}, then a panic: {second}")
                    }
                };
                self.saw(
                    ObservationKind::Nondeterministic,
                    index,
                    Some(event),
                    "",
                    detail,
                );
            }
            match first {
                Err(panic) => self.saw(
                    ObservationKind::Panicked,
                    index,
                    Some(event),
                    "",
                    panic.to_string(),
                ),
                Ok(Taken {
                    kind: StepKind::Refused,
                    after,
                    ..
                }) => {
                    if self.configurations[index] != after {
                        let detail = format!(
                            "{} became {}",
                            note::<M>(&self.configurations[index]),
                            note::<M>(&after)
                        );
                        self.saw(
                            ObservationKind::RefusedButChanged,
                            index,
                            Some(event),
                            "",
                            detail,
                        );
                    }
                }
                Ok(Taken { kind, level, after }) => {
                    let Some(to) = self.add(after, Some((index, event))) else {
                        continue;
                    };
                    let kind = match kind {
                        StepKind::Moved => TransitionKind::Moved,
                        StepKind::Stayed | StepKind::Refused => TransitionKind::Stayed,
                    };
                    self.edges.push(Edge {
                        from: index,
                        event,
                        kind,
                        level,
                        to,
                    });
                }
            }
        }
    }

    fn take(&self, index: usize, event: usize) -> Result<Taken<M>, Panic> {
        let (storage, state) = &self.configurations[index];
        catch(|| {
            let (mut storage, mut state) = (storage.clone(), state.clone());
            let (kind, level) = M::with_context(|context| {
                M::step_in_place(&mut storage, &mut state, &self.events[event], context)
            });
            let after = match kind {
                StepKind::Refused => (storage, state),
                StepKind::Moved | StepKind::Stayed => M::abstracted(storage, state),
            };
            Taken { kind, level, after }
        })
    }

    /// Holds a configuration against the declared invariants and repeats its
    /// state's entry actions.
    fn check_configuration(&mut self, index: usize) {
        for invariant in self.invariants.clone() {
            let (storage, state) = &self.configurations[index];
            let broken = match catch(|| (invariant.holds)(storage, state)) {
                Ok(true) => continue,
                Ok(false) => format!(
                    "{} does not hold in {}",
                    invariant.name,
                    note::<M>(&self.configurations[index])
                ),
                Err(panic) => format!("{} panics: {panic}", invariant.name),
            };
            self.saw(
                ObservationKind::InvariantBroken,
                index,
                None,
                invariant.name,
                broken,
            );
        }
        let entered = catch(|| {
            let (mut storage, mut state) = self.configurations[index].clone();
            M::with_context(|context| M::enter_in_place(&mut storage, &mut state, context));
            (storage, state)
        });
        let detail = match entered {
            Ok(after) if after == self.configurations[index] => return,
            Ok(after) => format!(
                "{} became {}",
                note::<M>(&self.configurations[index]),
                note::<M>(&after)
            ),
            Err(panic) => format!("panics: {panic}"),
        };
        self.saw(ObservationKind::EntryNotRepeatable, index, None, "", detail);
    }

    /// The index of a configuration, which is checked when it is new; `None` when
    /// there is no room for it.
    fn add(
        &mut self,
        configuration: (M, M::State),
        before: Option<(usize, EventId)>,
    ) -> Option<usize> {
        if before.is_some() && self.configurations.len() >= self.limits.configurations {
            let known = self.configurations.get_index_of(&configuration);
            if known.is_none() {
                self.completeness = Completeness::ConfigurationLimit;
            }
            return known;
        }
        let (index, new) = self.configurations.insert_full(configuration);
        if new {
            self.names.state(&self.configurations[index].1);
            self.came_from.push(before);
            self.depth
                .push(before.map_or(0, |(before, _)| self.depth[before] + 1));
            self.check_configuration(index);
        }
        Some(index)
    }

    /// Notes an observation; of the same one in several configurations the first,
    /// which has a shortest walk.
    fn saw(
        &mut self,
        kind: ObservationKind,
        index: usize,
        event: Option<EventId>,
        which: &str,
        detail: String,
    ) {
        let state = self.names.state(&self.configurations[index].1);
        self.sightings
            .entry((state, event, kind, which.to_owned()))
            .or_insert(Sighting {
                configuration: index,
                detail,
            });
    }

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
        for (index, state) in state_of.iter().enumerate() {
            let (name, superstate, _) = &self.names.states[state.index()];
            seen[state.index()] += 1;
            let numbered = format!("{name} #{}", seen[state.index()]);
            if terminal.contains(&name.as_str()) {
                terminal_names.push(numbered.clone());
            }
            let id = builder.state(numbered, *superstate);
            let node = builder.state_mut(id);
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

/// A configuration in words: the local data of its state and the storage, as far
/// as they hold anything.
fn note<M: Explorable>((storage, state): &(M, M::State)) -> String {
    let (storage, state_text) = (format!("{storage:?}"), format!("{state:?}"));
    let holds_data = |text: &str| text.contains(['{', '(', '[']);
    match (holds_data(&state_text), holds_data(&storage)) {
        (true, true) => format!("{state_text}, {storage}"),
        (true, false) => state_text,
        (false, true) => storage,
        (false, false) => M::state_name(state),
    }
}

fn described<M: Explorable>(taken: &Taken<M>) -> String {
    match taken.kind {
        StepKind::Refused => format!("refused in {}", note::<M>(&taken.after)),
        StepKind::Stayed => format!("stayed with {}", note::<M>(&taken.after)),
        StepKind::Moved => format!(
            "moved to {} with {}",
            M::state_name(&taken.after.1),
            note::<M>(&taken.after)
        ),
    }
}
