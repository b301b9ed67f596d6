//! What the last step has left behind.

use std::collections::BTreeSet;

/// The promises that the last step has broken, and the rules that would have made it go
/// otherwise.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Trail {
    broken: BTreeSet<&'static str>,
    needed: BTreeSet<&'static str>,
    /// Whether the rule that is watched was ever needed.
    was_needed: bool,
}

impl Trail {
    /// A step begins.
    pub fn begin(&mut self) {
        self.broken.clear();
        self.needed.clear();
    }

    /// The step breaks a promise.
    pub fn broke(&mut self, promise: &'static str) {
        self.broken.insert(promise);
    }

    /// The step would go otherwise under a rule.
    pub fn needs(&mut self, rule: &'static str, watched: Option<&str>) {
        self.needed.insert(rule);
        self.was_needed |= watched == Some(rule);
    }

    /// Whether what is done to a promise counts.
    #[must_use]
    pub fn counts(&self, watched: Option<&str>) -> bool {
        watched.is_none() || self.was_needed
    }

    /// Whether a promise was kept, or what has been done to it does not count.
    #[must_use]
    pub fn kept(&self, promise: &str, watched: Option<&str>) -> bool {
        !(self.counts(watched) && self.broken.contains(promise))
    }

    /// Whether the last step would have gone otherwise under a rule.
    #[must_use]
    pub fn is_needed(&self, rule: &str) -> bool {
        self.needed.contains(rule)
    }

    /// Whether the rule that is watched was ever needed.
    #[must_use]
    pub fn was_needed(&self) -> bool {
        self.was_needed
    }
}

/// Properties of a model, one a promise: no step breaks it. Each is named by what the
/// promise says, and says its id first. Stands in `impl Model`, beside a `State` that has
/// a `trail`.
macro_rules! kept {
    ($($says:literal)*) => { [$(
        Property::always($says, |model: &Self, state: &State| {
            let (id, _) = $says.split_once(' ').unwrap_or_default();
            state.trail.kept(id, model.watched)
        }),
    )*] };
}
pub(crate) use kept;

/// Properties of a model, one a rule: no step would go otherwise under it.
macro_rules! not_needed {
    ($($rule:literal)*) => { [$(
        Property::always($rule, |_: &Self, state: &State| {
            !state.trail.is_needed($rule)
        }),
    )*] };
}
pub(crate) use not_needed;
