//! What must hold of a machine as a whole, checked on its graph.

use crate::graph::{Graph, NamedWalk, StateId, Transition, TransitionKind, Walk};

/// A property of one machine, checked on its explored graph.
///
/// # Examples
///
/// ```
/// use fsmcheck::framework::Master;
///
/// for property in Master::PROPERTIES {
///     property.check(Master::graph())?;
/// }
/// # Ok::<(), fsmcheck::framework::PropertyBroken>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Property {
    /// Its short name, `S4` for example.
    pub id: &'static str,
    /// What it says.
    pub title: &'static str,
    holds: fn(&Graph) -> Result<(), Breach>,
}

/// A property does not hold of a machine.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PropertyBroken {
    /// The machine can take a step that breaks it.
    #[error("{machine} breaks {property} ({title}): {walk}")]
    Step {
        /// The machine.
        machine: String,
        /// The short name of the property.
        property: &'static str,
        /// What the property says.
        title: &'static str,
        /// A shortest walk from a start that ends with this step.
        walk: NamedWalk,
    },
    /// The machine does not have what the property speaks of.
    #[error("{machine} has no {missing}, of which {property} ({title}) speaks")]
    Missing {
        /// The machine.
        machine: String,
        /// The short name of the property.
        property: &'static str,
        /// What the property says.
        title: &'static str,
        /// What is not there.
        missing: &'static str,
    },
}

/// What breaks a property, before it is put in names.
enum Breach {
    Step(Walk),
    Missing(&'static str),
}

impl Property {
    /// A terminal state is never left.
    pub(super) const fn terminal_states_absorb(id: &'static str, title: &'static str) -> Self {
        Self {
            id,
            title,
            holds: terminal_states_absorb,
        }
    }

    /// A tombstone is never left, and what is offline only becomes one.
    pub(super) const fn tombstones_absorb(id: &'static str, title: &'static str) -> Self {
        Self {
            id,
            title,
            holds: tombstones_absorb,
        }
    }

    /// Checks it on the graph of a machine.
    ///
    /// # Errors
    ///
    /// When it does not hold, with a shortest walk that shows it.
    pub fn check(&self, graph: &Graph) -> Result<(), PropertyBroken> {
        let (machine, property, title) = (graph.machine().to_owned(), self.id, self.title);
        (self.holds)(graph).map_err(|breach| match breach {
            Breach::Step(walk) => PropertyBroken::Step {
                machine,
                property,
                title,
                walk: walk.named(graph),
            },
            Breach::Missing(missing) => PropertyBroken::Missing {
                machine,
                property,
                title,
                missing,
            },
        })
    }
}

fn terminal_states_absorb(graph: &Graph) -> Result<(), Breach> {
    if !graph.states().any(|(_, state)| state.terminal) {
        return Err(Breach::Missing("terminal state"));
    }
    never(graph, |from, _, to| {
        graph.state(from).terminal && to != from
    })
}

fn tombstones_absorb(graph: &Graph) -> Result<(), Breach> {
    let offline = graph
        .state_named("Offline")
        .ok_or(Breach::Missing("state `Offline`"))?;
    let tombstone = graph
        .state_named("Tombstone")
        .ok_or(Breach::Missing("state `Tombstone`"))?;
    never(graph, |from, transition, to| {
        let moved = transition.kind == TransitionKind::Moved;
        (from == tombstone && to != tombstone) || (from == offline && moved && to != tombstone)
    })
}

/// Holds when no step that the machine can take from a start is `bad`.
///
/// Looks at each configuration, so a step that some data allows is found, with a
/// walk that brings this data about.
fn never(graph: &Graph, bad: impl Fn(StateId, &Transition, StateId) -> bool) -> Result<(), Breach> {
    let exact = graph.exact();
    let shortest = exact
        .transitions()
        .filter(|(from, transition, to)| {
            bad(
                graph.state_of_exact(*from),
                transition,
                graph.state_of_exact(*to),
            )
        })
        .filter_map(|(from, transition, to)| {
            let mut walk = exact.shortest_walk_from_start(from)?;
            walk.steps.push((transition.event, to));
            Some(walk)
        })
        .min_by_key(|walk| walk.steps.len());
    match shortest {
        None => Ok(()),
        Some(mut walk) => {
            walk.start = graph.state_of_exact(walk.start);
            for (_, state) in &mut walk.steps {
                *state = graph.state_of_exact(*state);
            }
            Err(Breach::Step(walk))
        }
    }
}
