//! What must hold of a machine as a whole, checked on its graph.

use super::{Graph, NamedWalk, StateId, Transition, Walk};

/// A property of one machine, checked on its explored graph.
///
/// # Examples
///
/// ```
/// use fsmcheck::graph::{GraphBuilder, Property};
///
/// let mut task = GraphBuilder::new("task", ["end", "restart"]);
/// let running = task.state("running", None);
/// let done = task.state("done", None);
/// task.start(running).moved(running, "end", done).moved(done, "restart", running);
/// task.declare_terminal(["done"]);
/// let task = task.build()?;
///
/// let property = Property::terminal_states_absorb("T1", "a task that is done stays done");
/// assert_eq!(
///     property.check(&task).unwrap_err().to_string(),
///     "task breaks T1 (a task that is done stays done): running --end--> done --restart--> running"
/// );
/// # Ok::<(), fsmcheck::graph::BuildError>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Property {
    /// Its short name, `S4` for example.
    pub id: &'static str,
    /// What it says.
    pub title: &'static str,
    claim: Claim,
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
        missing: String,
    },
}

/// Whether a step from a state to a state is as it should be.
type StepHolds = fn(&Graph, StateId, &Transition, StateId) -> bool;

#[derive(Clone, Copy, Debug)]
enum Claim {
    /// A terminal state is never left.
    TerminalStatesAbsorb,
    /// Every step is as it should be; the states named must be there.
    EveryStep {
        speaks_of: &'static [&'static str],
        holds: StepHolds,
    },
}

impl Property {
    /// A terminal state is never left for another.
    #[must_use]
    pub const fn terminal_states_absorb(id: &'static str, title: &'static str) -> Self {
        Self {
            id,
            title,
            claim: Claim::TerminalStatesAbsorb,
        }
    }

    /// Every step that the machine can take satisfies `holds`, which is handed
    /// the graph, the state before, what happens, and the state after. The states
    /// that it speaks of are named, so that it cannot hold for want of them.
    #[must_use]
    pub const fn every_step(
        id: &'static str,
        title: &'static str,
        speaks_of: &'static [&'static str],
        holds: StepHolds,
    ) -> Self {
        Self {
            id,
            title,
            claim: Claim::EveryStep { speaks_of, holds },
        }
    }

    /// Checks it on the graph of a machine.
    ///
    /// # Errors
    ///
    /// When it does not hold, with a shortest walk that shows it, or when what it
    /// speaks of is not there.
    pub fn check(&self, graph: &Graph) -> Result<(), PropertyBroken> {
        let (machine, property, title) = (graph.machine().to_owned(), self.id, self.title);
        let missing = |missing: &str| {
            let missing = missing.to_owned();
            Err(PropertyBroken::Missing {
                machine: machine.clone(),
                property,
                title,
                missing,
            })
        };
        let broken = match self.claim {
            Claim::TerminalStatesAbsorb => {
                if !graph.states().any(|(_, state)| state.terminal) {
                    return missing("terminal state");
                }
                shortest_to(graph, |from, _, to| {
                    graph.state(from).terminal && to != from
                })
            }
            Claim::EveryStep { speaks_of, holds } => {
                if let Some(state) = speaks_of
                    .iter()
                    .find(|state| graph.state_named(state).is_none())
                {
                    return missing(&format!("state `{state}`"));
                }
                shortest_to(graph, |from, transition, to| {
                    !holds(graph, from, transition, to)
                })
            }
        };
        match broken {
            None => Ok(()),
            Some(walk) => Err(PropertyBroken::Step {
                machine,
                property,
                title,
                walk: walk.named(graph),
            }),
        }
    }
}

/// A shortest walk from a start that ends with a bad step, if there is one.
///
/// Looks at each configuration, so a step that some data allows is found, with a
/// walk that brings this data about.
fn shortest_to(graph: &Graph, bad: impl Fn(StateId, &Transition, StateId) -> bool) -> Option<Walk> {
    let exact = graph.exact();
    let mut shortest = exact
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
        .min_by_key(|walk| walk.steps.len())?;
    shortest.start = graph.state_of_exact(shortest.start);
    for (_, state) in &mut shortest.steps {
        *state = graph.state_of_exact(*state);
    }
    Some(shortest)
}
