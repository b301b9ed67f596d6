//! What was found out of an entry.

use std::sync::Arc;
use std::time::Duration;

use super::switch::Need;
use super::{Outage, Story};

/// What is known of a promise in one configuration.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Verdict {
    /// It holds: every state was seen.
    Holds,
    /// It is broken.
    Broken(Arc<Story>),
    /// The check ended before it was known.
    Undecided,
}

impl Verdict {
    /// How the promise is broken, if it is.
    #[must_use]
    pub fn story(&self) -> Option<&Story> {
        match self {
            Self::Broken(story) => Some(story),
            Self::Holds | Self::Undecided => None,
        }
    }

    /// Whether it is known that the promise holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        matches!(self, Self::Holds)
    }
}

/// What was found out of a promise in one configuration, and at what cost.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Checked {
    /// What is known.
    pub verdict: Verdict,
    /// How many states were seen.
    pub states: usize,
    /// How many steps away the farthest of them is.
    pub depth: usize,
    /// How long it took. Entries that ask for the same are answered together.
    pub took: Duration,
}

/// Whether some step needs a rule that is not in force.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "it is so, or not, or not known")]
pub enum Needed {
    /// No step of any run does.
    Never,
    /// One does, and no earlier one than this.
    InStep(usize),
    /// The check ended before it was known.
    Undecided,
}

/// What was found out of an entry.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Judged {
    /// The entry.
    pub outage: &'static Outage,
    /// The promise under the original's rules without that of the entry, where the rule was
    /// needed before.
    pub before: Checked,
    /// The promise under the original's rules of today. Where the original lacks the rule
    /// this is the same question without its last part.
    pub original: Checked,
    /// Whether the original of today comes to a key step. It may where it lacks the rule.
    pub original_needs: Needed,
    /// The promise under all rules.
    pub hardened: Checked,
    /// Whether the rule is necessary beside all others.
    pub need: Need,
}

impl Judged {
    /// Whether all is as the catalogue says: broken before, with a key step; no key step in
    /// the original that has the rule; all is well under all rules; and the rule is worth
    /// something beside the others.
    #[must_use]
    pub fn is_as_expected(&self) -> bool {
        let is_found = self.before.verdict.story().is_some();
        let is_mended = !self.outage.is_mended() || self.original_needs == Needed::Never;
        let is_worth_it = matches!(self.need, Need::Necessary(_) | Need::Covered { .. });
        is_found && is_mended && is_worth_it && self.hardened.verdict.holds()
    }
}
