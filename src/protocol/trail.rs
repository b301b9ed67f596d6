//! What the last step has left behind.

use std::fmt;

use super::{Configuration, Promise};
use crate::framework::Rule;

/// What the last step has left behind: the promises that it broke, and the rules that
/// were needed in it and are not in force.
///
/// It is part of a state, so that a property of single states can speak of steps. In a
/// model in which nothing goes wrong it is always the same.
#[derive(Clone, Copy, Default, Eq, Hash, PartialEq)]
pub struct Trail {
    broken: u32,
    needed: u64,
    /// Whether the watched rule was needed up to now.
    was_needed: bool,
}

/// A state with a trail.
pub trait Trailed {
    /// What the last step has left behind.
    fn trail(&self) -> &Trail;
}

impl Trail {
    /// Begins a step: what the one before has left is forgotten.
    pub(super) fn begin(&mut self) {
        self.broken = 0;
        self.needed = 0;
    }

    /// Notes that a promise was broken in this step.
    pub(super) fn broke(&mut self, promise: Promise) {
        self.broken |= 1 << promise as u8;
    }

    /// Notes that the step went as it did because a rule is not in force. Where it is,
    /// this is a fault of the model.
    pub(super) fn needs(&mut self, rule: Rule, configuration: &Configuration) {
        debug_assert!(!configuration.policy.has(rule), "{rule} is in force");
        self.needed |= 1 << rule as u8;
        self.was_needed |= configuration.watched == Some(rule);
    }

    /// Whether the last step broke a promise.
    #[must_use]
    pub fn is_broken(&self, promise: Promise) -> bool {
        self.broken >> promise as u8 & 1 == 1
    }

    /// Whether a rule was needed in the last step that is not in force.
    #[must_use]
    pub fn is_needed(&self, rule: Rule) -> bool {
        self.needed >> rule as u8 & 1 == 1
    }

    /// Whether no other rules than these were needed in the last step.
    #[must_use]
    pub fn needs_only(&self, rules: &[Rule]) -> bool {
        let known = rules.iter().fold(0, |known, rule| known | 1 << *rule as u8);
        self.needed & !known == 0
    }

    /// Whether a broken promise counts: always, unless a rule is
    /// [watched](Configuration::watched) that was not needed yet.
    #[must_use]
    pub fn counts(&self, configuration: &Configuration) -> bool {
        configuration.watched.is_none() || self.was_needed
    }
}

/// The names of what it notes.
impl fmt::Debug for Trail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let broken = Promise::ALL.iter().filter(|it| self.is_broken(**it));
        let needed = Rule::ALL.iter().filter(|it| self.is_needed(**it));
        f.debug_struct("Trail")
            .field("broken", &broken.collect::<Vec<_>>())
            .field("needed", &needed.collect::<Vec<_>>())
            .field("was_needed", &self.was_needed)
            .finish()
    }
}
