//! Selectors: one question to a set of labels.

use std::fmt;

use super::{Key, LabelError, Pattern, PatternError, Set};

/// How a selector compares a label's value with its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the wire format has these three")]
pub enum Op {
    /// The label is there, and its value is the target.
    Eq,
    /// The label is not there, or its value is not the target.
    Neq,
    /// The label is there, and the target is a [`Pattern`] that matches
    /// somewhere in its value.
    Regex,
}

impl Op {
    /// The operator as it travels: `eq`, `neq` or `regex`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Neq => "neq",
            Self::Regex => "regex",
        }
    }

    fn parse(key: &str, op: &str) -> Result<Self, LabelError> {
        match op {
            "eq" => Ok(Self::Eq),
            "neq" => Ok(Self::Neq),
            "regex" => Ok(Self::Regex),
            _ => Err(LabelError::UnknownOp {
                key: key.to_owned(),
                op: op.to_owned(),
            }),
        }
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A selector that has been checked: its key is one, its operator exists, and
/// its regular expression is ready.
///
/// # Examples
///
/// ```
/// use fsmcheck::wire::label::{LabelError, Selector, Set};
///
/// let labels = Set::from_map([("zone", "us-east-1")])?;
/// assert!(Selector::new("zone", "east", "regex")?.matches(&labels));
/// assert!(Selector::new("tenant", "blue", "neq")?.matches(&labels));
///
/// assert!(matches!(
///     Selector::new("zone", "east", "in"),
///     Err(LabelError::UnknownOp { .. }),
/// ));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    key: Key,
    condition: Condition,
}

/// The operator with its target.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Condition {
    Eq(String),
    Neq(String),
    Regex(Pattern),
}

impl Selector {
    /// Checks the parts of a selector. The target of `eq` and `neq` may be
    /// any text, also one that is no label value.
    ///
    /// # Errors
    ///
    /// The first that applies: what [`Key::new`] says of the key;
    /// [`LabelError::UnknownOp`]; [`LabelError::Pattern`].
    pub fn new(key: &str, target: &str, op: &str) -> Result<Self, LabelError> {
        let checked = Key::new(key)?;
        let condition = match Op::parse(key, op)? {
            Op::Eq => Condition::Eq(target.to_owned()),
            Op::Neq => Condition::Neq(target.to_owned()),
            Op::Regex => Condition::Regex(pattern(key, target)?),
        };
        Ok(Self {
            key: checked,
            condition,
        })
    }

    /// Whether the set's label with this selector's key is as it asks.
    pub fn matches(&self, labels: &Set) -> bool {
        let value = labels.value(self.key.as_str());
        match &self.condition {
            Condition::Eq(target) => value == Some(target),
            Condition::Neq(target) => value != Some(target),
            Condition::Regex(pattern) => value.is_some_and(|value| pattern.is_match(value)),
        }
    }

    /// The key of the label that it looks at.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// What the label's value is compared with.
    pub fn target(&self) -> &str {
        match &self.condition {
            Condition::Eq(target) | Condition::Neq(target) => target,
            Condition::Regex(pattern) => pattern.as_str(),
        }
    }

    /// How the label's value is compared.
    pub fn op(&self) -> Op {
        match &self.condition {
            Condition::Eq(_) => Op::Eq,
            Condition::Neq(_) => Op::Neq,
            Condition::Regex(_) => Op::Regex,
        }
    }
}

/// Matches a selector that nobody has checked, as the original does. The method
/// of the record documents it.
pub(in crate::wire) fn matches_unvalidated(
    key: &str,
    target: &str,
    op: &str,
    labels: &Set,
) -> Result<bool, LabelError> {
    let value = labels.get(key)?;
    Ok(match (Op::parse(key, op)?, value) {
        (Op::Eq, value) => value == Some(target),
        (Op::Neq, value) => value != Some(target),
        (Op::Regex, None) => false,
        (Op::Regex, Some(value)) => match pattern(key, target) {
            Ok(pattern) => pattern.is_match(value),
            Err(
                too_large @ LabelError::Pattern {
                    source: PatternError::TooLarge,
                    ..
                },
            ) => return Err(too_large),
            Err(_) => false,
        },
    })
}

fn pattern(key: &str, target: &str) -> Result<Pattern, LabelError> {
    Pattern::new(target).map_err(|source| LabelError::Pattern {
        key: key.to_owned(),
        target: target.to_owned(),
        source,
    })
}
