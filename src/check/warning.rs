//! What makes a verdict worth less than it looks.

use std::fmt;

use super::coverage::PredicateCoverage;
use super::story::Claimed;
use super::{Model, PropertyKind, Report, Verdict};

/// What makes a verdict worth less than it looks: a property can hold because
/// nothing happens.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Warning {
    /// No state was seen, so that everything holds of all of them.
    NoStates,
    /// The model has no property.
    NoProperties,
    /// An action that the model [declares](Model::declared_actions) was never
    /// offered.
    NeverOffered {
        /// The [name of its kind](Model::kind_name).
        action: String,
    },
    /// An action was offered but never happened.
    NeverHappened {
        /// The [name of its kind](Model::kind_name).
        action: String,
        /// How often it was offered.
        offered: u64,
    },
    /// Nothing ever has to be answered, since the first predicate is never true.
    NeverAsked {
        /// The name of the property.
        property: String,
        /// Its kind.
        kind: PropertyKind,
    },
    /// What the property waits for or looks for is true in every state.
    AlwaysTrue {
        /// The name of the property.
        property: String,
        /// Its kind.
        kind: PropertyKind,
    },
    /// The disk failed: states could not be spilled or read back, or the last
    /// checkpoint could not be written, so that an older one is there.
    Disk {
        /// What was to be done, where, and why it failed.
        failure: String,
    },
}

impl Warning {
    /// Its name in output for programs: `never-happened`, …
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoStates => "no-states",
            Self::NoProperties => "no-properties",
            Self::NeverOffered { .. } => "never-offered",
            Self::NeverHappened { .. } => "never-happened",
            Self::NeverAsked { .. } => "never-asked",
            Self::AlwaysTrue { .. } => "always-true",
            Self::Disk { .. } => "disk",
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoStates => f.write_str("there is no state: every property holds of nothing"),
            Self::NoProperties => f.write_str("the model has no property"),
            Self::NeverOffered { action } => write!(f, "{action} was never offered"),
            Self::NeverHappened { action, offered } => {
                write!(f, "{action} was offered {offered} times and never happened")
            }
            Self::NeverAsked { property, kind } => {
                let claimed = Claimed(*kind, property);
                write!(f, "{claimed}: its first predicate was never true")
            }
            Self::AlwaysTrue { property, kind } => {
                let claimed = Claimed(*kind, property);
                write!(f, "{claimed}: what it asks for was true in every state")
            }
            Self::Disk { failure } => f.write_str(failure),
        }
    }
}

impl<M: Model> Report<M> {
    /// What makes the verdicts worth less than they look. Unless the check was
    /// [exhaustive](Report::completeness), all of this is so only as far as the check
    /// came.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if let Some(failure) = &self.failure {
            let failure = failure.clone();
            warnings.push(Warning::Disk { failure });
        }
        if self.unique() == 0 {
            warnings.push(Warning::NoStates);
        }
        if self.verdicts.is_empty() {
            warnings.push(Warning::NoProperties);
        }
        for action in &self.coverage.actions {
            if action.offered == 0 {
                warnings.push(Warning::NeverOffered {
                    action: action.name.clone(),
                });
            } else if action.happened == 0 {
                warnings.push(Warning::NeverHappened {
                    action: action.name.clone(),
                    offered: action.offered,
                });
            }
        }
        if self.unique() > 0 {
            let mut predicates = self.coverage.predicates.iter();
            for verdict in &self.verdicts {
                let own = predicates.by_ref().take(verdict.kind.predicates());
                let own: Vec<_> = own.collect();
                warnings.extend(vacuous(verdict, &own));
            }
        }
        warnings
    }
}

/// Why a property says little, if it does: none that is violated does.
fn vacuous<M: Model>(verdict: &Verdict<M>, own: &[&PredicateCoverage]) -> Option<Warning> {
    use PropertyKind::{AlwaysEventually, Eventually, LeadsTo, Sometimes, Until};
    let (property, kind) = (verdict.property.clone(), verdict.kind);
    let last = own.last()?;
    match kind {
        LeadsTo if own[0].held == 0 => Some(Warning::NeverAsked { property, kind }),
        Sometimes | Eventually | AlwaysEventually | LeadsTo | Until if last.failed == 0 => {
            Some(Warning::AlwaysTrue { property, kind })
        }
        _ => None,
    }
}
