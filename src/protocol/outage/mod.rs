//! The catalogue of outages: what has happened to users of the original, what still can,
//! and which rule prevents it.
//!
//! Each [`Outage`] is found again by a [`Judge`]: without its rule a promise of the protocol
//! is broken, and with all rules it holds. Numbers such as `A1` are of what happened and
//! was mended, `H-01` of what can still happen to the original.
//!
//! # For the right reason
//!
//! A promise may be broken in many ways. What counts here is a run with the *key step* of
//! the entry in it: one in which the rule was [needed](crate::protocol::Trail::is_needed).
//! The original as it was before must have such a run that breaks the promise; the
//! original of today, where it has the rule, must have no key step in any run. Since the
//! original lacks other rules, too, the run that is told is one in which none of them was
//! needed, or else as few as can be of those that a shortest run needs.

mod entries;
mod judge;
mod question;
mod story;
mod switch;
mod verdict;

use crate::framework::Rule;
use crate::protocol::{Configuration, ModelName, Promise};

pub use self::judge::{Judge, judge_all};
pub use self::story::Story;
pub use self::switch::Need;
pub use self::verdict::{Checked, Judged, Needed, Verdict};

/// Something that went wrong, or can.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Outage {
    /// Its number: `A1`, `H-01.1`. What follows a dot tells apart what has one cause and is
    /// prevented by several rules.
    pub id: &'static str,
    /// What it is, in few words.
    pub title: &'static str,
    /// Issues and pull requests of the original's repository; `mc#` of the one that its
    /// engine came from.
    pub source: &'static str,
    /// What it meant to users.
    pub users: &'static str,
    /// The rule that prevents it.
    pub rule: Rule,
    /// The promise that is broken.
    pub promise: Promise,
    /// The model in which it is found.
    pub model: ModelName,
    /// How the model is set up where it is not as usual.
    set_up: fn(Configuration) -> Configuration,
    /// Where the model is set up smaller than it usually is: why that is enough.
    pub less: Option<&'static str>,
}

/// An entry that does not exist.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("there is no entry `{given}` in the catalogue; there are {}", ids())]
#[non_exhaustive]
pub struct UnknownOutage {
    /// What was given.
    pub given: String,
}

fn ids() -> String {
    let ids: Vec<_> = Outage::ALL.iter().map(|outage| outage.id).collect();
    ids.join(", ")
}

impl Outage {
    /// The whole catalogue.
    pub const ALL: &'static [Self] = entries::ENTRIES;

    /// The entries of this number: one, or all those that differ behind the dot.
    ///
    /// # Errors
    ///
    /// When there is none.
    ///
    /// # Examples
    ///
    /// ```
    /// use fsmcheck::protocol::outage::Outage;
    ///
    /// assert_eq!(Outage::named("a5")?.len(), 2);
    /// assert_eq!(Outage::named("A5.2")?[0].rule.as_str(), "clean_forgets_entry");
    /// # Ok::<(), fsmcheck::protocol::outage::UnknownOutage>(())
    /// ```
    pub fn named(given: &str) -> Result<Vec<&'static Self>, UnknownOutage> {
        let wanted = given.trim();
        let is_wanted = |outage: &&Self| {
            let whole = outage.id.split('.').next().unwrap_or_default();
            outage.id.eq_ignore_ascii_case(wanted) || whole.eq_ignore_ascii_case(wanted)
        };
        let found: Vec<_> = Self::ALL.iter().filter(is_wanted).collect();
        if found.is_empty() {
            return Err(UnknownOutage {
                given: given.to_owned(),
            });
        }
        Ok(found)
    }

    /// How the model is set up, but for the policy.
    #[must_use]
    pub fn configuration(&self) -> Configuration {
        (self.set_up)(self.model.usual())
    }

    /// Whether it happened and was mended; otherwise it can still happen to the original.
    #[must_use]
    pub fn is_mended(&self) -> bool {
        self.rule.is_original()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_has_an_entry_of_its_number() {
        for rule in Rule::ALL {
            let mut entries = Outage::ALL.iter().filter(|outage| outage.rule == *rule);
            let entry = entries
                .next()
                .unwrap_or_else(|| panic!("{rule} has no entry"));
            assert_eq!(entry.id.split('.').next(), Some(rule.mends()), "{rule}");
            assert!(entries.next().is_none(), "{rule} has two entries");
        }
        assert_eq!(Outage::ALL.len(), Rule::ALL.len());
    }

    #[test]
    fn an_entry_that_does_not_exist_is_named() {
        let error = Outage::named("A99").unwrap_err().to_string();
        assert!(error.starts_with("there is no entry `A99` in the catalogue; there are A1, A2,"));
    }
}
