//! What a check has found out, and what that means.

use std::time::Duration;

use derive_where::derive_where;

use super::coverage::Coverage;
use super::{Completeness, Counterexample, Model, PropertyKind, Search, Stop, Store};

/// What a check has found out.
#[derive_where(Debug)]
pub struct Report<M: Model> {
    pub(super) verdicts: Vec<Verdict<M>>,
    pub(super) completeness: Completeness,
    pub(super) search: Search,
    pub(super) store: Store,
    pub(super) symmetry: Symmetry,
    pub(super) is_reduced: bool,
    pub(super) generated: u64,
    pub(super) coverage: Coverage,
    pub(super) costs: Costs,
    /// What went wrong with the disk last.
    pub(super) failure: Option<String>,
}

/// Whether states that are like each other were looked at once.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Symmetry {
    /// It was not asked for.
    #[default]
    Off,
    /// One state of all that are like each other was looked at.
    Used,
    /// It was asked for, but all states were looked at, since liveness was judged.
    SetAside,
}

/// What is said of one property.
#[derive_where(Debug)]
pub struct Verdict<M: Model> {
    pub(super) property: String,
    pub(super) kind: PropertyKind,
    pub(super) fairness: Option<String>,
    pub(super) outcome: Outcome<M>,
}

/// Whether a property holds.
#[derive_where(Debug)]
#[non_exhaustive]
pub enum Outcome<M: Model> {
    /// It holds: every state was seen, or what was looked for was found.
    Holds,
    /// It does not hold. There is no counterexample where nothing was found that
    /// should be reachable.
    Violated(Option<Counterexample<M>>),
    /// Nothing is known of what lies behind the limit.
    Undecided(Stop),
}

/// What a check has cost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Costs {
    /// The time for the search; for liveness with the search for runs.
    pub search: Duration,
    /// The time for finding the way to what was found, where that took a second
    /// search.
    pub traces: Duration,
    /// Bytes of the set of states at the end, without what states own on the heap; for
    /// liveness with the steps between them and what the search for runs takes.
    pub store: usize,
    /// The most bytes in use at once, states that wait in memory included; what they own on
    /// the heap only where that was [measured](super::Check::measure_memory).
    pub peak: usize,
    /// How many threads took part.
    pub threads: usize,
}

impl<M: Model> Report<M> {
    /// What is said of each property, in the model's order.
    #[must_use]
    pub fn verdicts(&self) -> &[Verdict<M>] {
        &self.verdicts
    }

    /// What is said of the property of this name.
    #[must_use]
    pub fn verdict(&self, property: &str) -> Option<&Verdict<M>> {
        self.verdicts
            .iter()
            .find(|verdict| verdict.property == property)
    }

    /// Whether every property holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.verdicts.iter().all(Verdict::holds)
    }

    /// The counterexamples, in the order of the properties.
    pub fn violations(&self) -> impl Iterator<Item = &Counterexample<M>> {
        self.verdicts.iter().filter_map(Verdict::counterexample)
    }

    /// How much of the model was seen.
    #[must_use]
    pub fn completeness(&self) -> Completeness {
        self.completeness
    }

    /// In which order the states were gone through; where liveness was judged, always
    /// breadth first.
    #[must_use]
    pub fn search(&self) -> Search {
        self.search
    }

    /// What was kept of the states.
    #[must_use]
    pub fn store(&self) -> Store {
        self.store
    }

    /// Whether states that are like each other were looked at once.
    #[must_use]
    pub fn symmetry(&self) -> Symmetry {
        self.symmetry
    }

    /// Whether [interleavings that make no difference](Model::is_reduced) were left out.
    #[must_use]
    pub fn is_reduced(&self) -> bool {
        self.is_reduced
    }

    /// How many different states were seen.
    #[must_use]
    pub fn unique(&self) -> usize {
        self.coverage.levels.iter().sum()
    }

    /// How many steps were taken, those that change nothing and the initial states
    /// counted.
    #[must_use]
    pub fn generated(&self) -> u64 {
        self.generated
    }

    /// How many actions the farthest state is away from an initial one.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.coverage.levels.len().saturating_sub(1)
    }

    /// What was come across.
    #[must_use]
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// What the check has cost.
    #[must_use]
    pub fn costs(&self) -> Costs {
        self.costs
    }
}

impl<M: Model> Verdict<M> {
    /// The name of the property.
    #[must_use]
    pub fn property(&self) -> &str {
        &self.property
    }

    /// What kind of property it is.
    #[must_use]
    pub fn kind(&self) -> PropertyKind {
        self.kind
    }

    /// What was assumed of the runs; `None` where single states decide.
    #[must_use]
    pub fn fairness(&self) -> Option<&str> {
        self.fairness.as_deref()
    }

    /// Whether the property holds.
    #[must_use]
    pub fn outcome(&self) -> &Outcome<M> {
        &self.outcome
    }

    /// Whether it is known that the property holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        matches!(self.outcome, Outcome::Holds)
    }

    /// Whether it is known that the property does not hold.
    #[must_use]
    pub fn is_violated(&self) -> bool {
        matches!(self.outcome, Outcome::Violated(_))
    }

    /// What shows that the property does not hold.
    #[must_use]
    pub fn counterexample(&self) -> Option<&Counterexample<M>> {
        match &self.outcome {
            Outcome::Violated(counterexample) => counterexample.as_ref(),
            Outcome::Holds | Outcome::Undecided(_) => None,
        }
    }
}
