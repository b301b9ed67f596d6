//! What must hold of a model.

use std::fmt;
use std::sync::Arc;

use derive_where::derive_where;

use super::fairness::{ActionPredicate, of_actions};
use super::{AnyModel, AnyState, Fairness, Model};

/// Whether a state has what is asked.
pub(super) type StatePredicate<M> = dyn Fn(&M, &<M as Model>::State) -> bool + Send + Sync;

/// What must hold of a model.
///
/// | property | says |
/// |---|---|
/// | [`always`](Property::always) | every reachable state has it: an invariant |
/// | [`never`](Property::never) | no reachable state has it |
/// | [`sometimes`](Property::sometimes) | some reachable state has it |
/// | [`no_deadlock`](Property::no_deadlock) | where nothing can happen any more, the model [may end](Model::is_end) |
/// | [`eventually`](Property::eventually) | every run comes to a state that has it |
/// | [`always_eventually`](Property::always_eventually) | every run comes to such states again and again, or stops in one |
/// | [`leads_to`](Property::leads_to) | whenever a state has the first, the run comes to one that has the second, or is in one |
/// | [`until`](Property::until) | every run comes to a state that has the second, and has the first in each state before |
/// | [`no_livelock`](Property::no_livelock) | no run goes on for ever without progress |
///
/// The last five are *liveness*: they speak of whole runs, and which runs there
/// are is what [`Fairness`] says.
#[derive_where(Clone)]
pub struct Property<M: Model + ?Sized> {
    name: String,
    pub(super) claim: Claim<M>,
    fairness: Option<Fairness<M>>,
}

/// What a property claims.
#[derive_where(Clone)]
pub(super) enum Claim<M: Model + ?Sized> {
    Always(Arc<StatePredicate<M>>),
    Never(Arc<StatePredicate<M>>),
    Sometimes(Arc<StatePredicate<M>>),
    NoDeadlock,
    Eventually(Arc<StatePredicate<M>>),
    AlwaysEventually(Arc<StatePredicate<M>>),
    LeadsTo(Arc<StatePredicate<M>>, Arc<StatePredicate<M>>),
    Until(Arc<StatePredicate<M>>, Arc<StatePredicate<M>>),
    NoLivelock(Arc<ActionPredicate<M>>),
}

/// What kind of property it is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum PropertyKind {
    /// An invariant.
    Always,
    /// What must not be reachable.
    Never,
    /// What must be reachable.
    Sometimes,
    /// Freedom from deadlocks.
    NoDeadlock,
    /// What every run comes to.
    Eventually,
    /// What every run comes to again and again.
    AlwaysEventually,
    /// What every run comes to after something else.
    LeadsTo,
    /// What every run comes to, and what it has until then.
    Until,
    /// Freedom from livelocks.
    NoLivelock,
}

impl PropertyKind {
    /// Whether it speaks of whole runs and not of single states.
    #[must_use]
    pub const fn is_liveness(self) -> bool {
        matches!(
            self,
            Self::Eventually
                | Self::AlwaysEventually
                | Self::LeadsTo
                | Self::Until
                | Self::NoLivelock
        )
    }

    /// How many predicates of states it has.
    pub(super) const fn predicates(self) -> usize {
        match self {
            Self::NoDeadlock | Self::NoLivelock => 0,
            Self::LeadsTo | Self::Until => 2,
            _ => 1,
        }
    }

    /// Its name in output: `always`, `leads-to`, …
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Never => "never",
            Self::Sometimes => "sometimes",
            Self::NoDeadlock => "no-deadlock",
            Self::Eventually => "eventually",
            Self::AlwaysEventually => "always-eventually",
            Self::LeadsTo => "leads-to",
            Self::Until => "until",
            Self::NoLivelock => "no-livelock",
        }
    }
}

impl fmt::Display for PropertyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl<M: Model + ?Sized> Property<M> {
    fn new(name: impl Into<String>, claim: Claim<M>) -> Self {
        Self {
            name: name.into(),
            claim,
            fairness: None,
        }
    }

    /// Every reachable state has this.
    #[must_use]
    pub fn always(
        name: impl Into<String>,
        holds: impl Fn(&M, &M::State) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, Claim::Always(Arc::new(holds)))
    }

    /// No reachable state has this.
    #[must_use]
    pub fn never(
        name: impl Into<String>,
        holds: impl Fn(&M, &M::State) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, Claim::Never(Arc::new(holds)))
    }

    /// Some reachable state has this. Guards against a model in which nothing
    /// worth checking happens.
    #[must_use]
    pub fn sometimes(
        name: impl Into<String>,
        holds: impl Fn(&M, &M::State) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, Claim::Sometimes(Arc::new(holds)))
    }

    /// In every reachable state something can happen, unless the model
    /// [may end](Model::is_end) there.
    #[must_use]
    pub fn no_deadlock() -> Self {
        Self::new("no deadlock", Claim::NoDeadlock)
    }

    /// Every run comes to a state that has this.
    #[must_use]
    pub fn eventually(
        name: impl Into<String>,
        holds: impl Fn(&M, &M::State) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, Claim::Eventually(Arc::new(holds)))
    }

    /// Every run comes to states that have this again and again; one that stops,
    /// stops in such a state.
    #[must_use]
    pub fn always_eventually(
        name: impl Into<String>,
        holds: impl Fn(&M, &M::State) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, Claim::AlwaysEventually(Arc::new(holds)))
    }

    /// From each state that has the first, every run comes to one that has the
    /// second; a state that has both answers itself.
    #[must_use]
    pub fn leads_to(
        name: impl Into<String>,
        first: impl Fn(&M, &M::State) -> bool + Send + Sync + 'static,
        second: impl Fn(&M, &M::State) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, Claim::LeadsTo(Arc::new(first), Arc::new(second)))
    }

    /// Every run comes to a state that has the second, and all states before it
    /// have the first. A run that loses the first too early breaks it under any
    /// [fairness](Fairness), for the actions of one can still happen afterwards.
    #[must_use]
    pub fn until(
        name: impl Into<String>,
        first: impl Fn(&M, &M::State) -> bool + Send + Sync + 'static,
        second: impl Fn(&M, &M::State) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, Claim::Until(Arc::new(first), Arc::new(second)))
    }

    /// No run goes on for ever without an action that is progress, from some point
    /// on. A run that stops is no livelock.
    #[must_use]
    pub fn no_livelock(
        name: impl Into<String>,
        is_progress: impl Fn(&M, &M::State, &M::Action) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, Claim::NoLivelock(Arc::new(is_progress)))
    }

    /// The property under an assumption of its own, in place of the
    /// [model's](Model::fairness). It decides nothing where the property speaks of
    /// single states.
    #[must_use]
    pub fn under(self, fairness: Fairness<M>) -> Self {
        Self {
            fairness: Some(fairness),
            ..self
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What kind of property it is.
    #[must_use]
    pub fn kind(&self) -> PropertyKind {
        match self.claim {
            Claim::Always(_) => PropertyKind::Always,
            Claim::Never(_) => PropertyKind::Never,
            Claim::Sometimes(_) => PropertyKind::Sometimes,
            Claim::NoDeadlock => PropertyKind::NoDeadlock,
            Claim::Eventually(_) => PropertyKind::Eventually,
            Claim::AlwaysEventually(_) => PropertyKind::AlwaysEventually,
            Claim::LeadsTo(..) => PropertyKind::LeadsTo,
            Claim::Until(..) => PropertyKind::Until,
            Claim::NoLivelock(_) => PropertyKind::NoLivelock,
        }
    }

    /// What it asks of states, in the order of its arguments.
    pub(super) fn predicates(&self) -> Vec<&StatePredicate<M>> {
        match &self.claim {
            Claim::Always(holds)
            | Claim::Never(holds)
            | Claim::Sometimes(holds)
            | Claim::Eventually(holds)
            | Claim::AlwaysEventually(holds) => vec![&**holds],
            Claim::LeadsTo(first, second) | Claim::Until(first, second) => {
                vec![&**first, &**second]
            }
            Claim::NoDeadlock | Claim::NoLivelock(_) => Vec::new(),
        }
    }

    /// What is assumed of the runs in place of what the model assumes.
    pub(super) fn own_fairness(&self) -> Option<&Fairness<M>> {
        self.fairness.as_ref()
    }
}

impl<M: Model + 'static> Property<M> {
    /// The property, of the model when its types are left out.
    pub(super) fn of_any_model(self) -> Property<AnyModel> {
        let asked = |holds: Arc<StatePredicate<M>>| -> Arc<StatePredicate<AnyModel>> {
            Arc::new(move |model, state: &AnyState| holds(model.of_type(), state.of_type()))
        };
        Property {
            name: self.name,
            claim: match self.claim {
                Claim::Always(holds) => Claim::Always(asked(holds)),
                Claim::Never(holds) => Claim::Never(asked(holds)),
                Claim::Sometimes(holds) => Claim::Sometimes(asked(holds)),
                Claim::NoDeadlock => Claim::NoDeadlock,
                Claim::Eventually(holds) => Claim::Eventually(asked(holds)),
                Claim::AlwaysEventually(holds) => Claim::AlwaysEventually(asked(holds)),
                Claim::LeadsTo(first, second) => Claim::LeadsTo(asked(first), asked(second)),
                Claim::Until(first, second) => Claim::Until(asked(first), asked(second)),
                Claim::NoLivelock(is_progress) => Claim::NoLivelock(of_actions(is_progress)),
            },
            fairness: self.fairness.map(Fairness::of_any_model),
        }
    }
}

impl<M: Model + ?Sized> fmt::Debug for Property<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Property({} {:?})", self.kind(), self.name)
    }
}
