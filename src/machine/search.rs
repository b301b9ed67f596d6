//! The breadth-first search behind [`explore`](super::explore).

use std::collections::BTreeMap;
use std::time::Instant;

use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

use super::catch::{Panic, catch};
use super::names::{Names, note};
use super::{Explorable, ExploreError, Invariant, Limits, StepKind};
use crate::graph::{Completeness, EventId, ObservationKind, StateId, TransitionKind};

/// A step between configurations, as it was taken.
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) event: EventId,
    pub(super) kind: TransitionKind,
    pub(super) level: usize,
    pub(super) to: usize,
}

/// What a step made of a configuration.
#[derive(PartialEq)]
struct Taken<M: Explorable> {
    kind: StepKind,
    level: usize,
    after: (M, M::State),
}

/// A search under way, or what it has found.
pub(super) struct Search<M: Explorable> {
    limits: Limits,
    invariants: Vec<Invariant<M>>,
    pub(super) events: Vec<M::Event<'static>>,
    pub(super) configurations: IndexSet<(M, M::State), FxBuildHasher>,
    pub(super) n_starts: usize,
    /// For each configuration the one before it and the event between.
    pub(super) came_from: Vec<Option<(usize, EventId)>>,
    depth: Vec<usize>,
    pub(super) edges: Vec<Edge>,
    pub(super) names: Names<M>,
    pub(super) sightings: BTreeMap<(StateId, Option<EventId>, ObservationKind, String), Sighting>,
    pub(super) completeness: Completeness,
}

/// An observation before the graph that it refers to is there.
pub(super) struct Sighting {
    pub(super) configuration: usize,
    pub(super) detail: String,
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
