//! A condition on labels as it travels.

use serde::{Deserialize, Serialize};

use crate::wire::json::record;
use crate::wire::label::{self, LabelError};

/// A condition on one label, as text that nobody has checked yet.
#[derive(Clone, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(default)]
#[expect(
    clippy::exhaustive_structs,
    reason = "its members are fixed by the wire, and users fill them in"
)]
pub struct Selector {
    /// The label's key.
    #[serde(rename = "label")]
    pub key: String,
    /// What the label's value is compared with.
    pub target: String,
    /// How they are compared: `eq`, `neq` or `regex`.
    pub op: String,
}

record!(Selector, usually 96 bytes {
    "label": key,
    "target": target,
    "op": op,
});

impl Selector {
    /// The selector with its key checked, its operator known and its regular
    /// expression ready.
    ///
    /// # Errors
    ///
    /// When the key is not a label's key, the operator is unknown, or the regular
    /// expression is none.
    pub fn validate(&self) -> Result<label::Selector, LabelError> {
        label::Selector::new(&self.key, &self.target, &self.op)
    }

    /// Whether labels match, without checking the selector first: any key is
    /// looked up, and a regular expression that is none matches nothing.
    ///
    /// [`validate`](Self::validate) is the better way; this one answers as the
    /// original does for a selector that is already in use somewhere.
    ///
    /// # Errors
    ///
    /// Where the original panics: [`LabelError::NoLabel`] if the key is `~`,
    /// [`LabelError::UnknownOp`]. Also [`LabelError::Pattern`] if the regular
    /// expression is too large for this crate, so that its answer is not known.
    ///
    /// # Examples
    ///
    /// ```
    /// use fsmcheck::wire::{Selector, label::Set};
    ///
    /// let mut labels = Set::new();
    /// labels.add("not a key", "1")?;
    /// let selector = |target: &str, op: &str| Selector {
    ///     key: "not a key".to_owned(),
    ///     target: target.to_owned(),
    ///     op: op.to_owned(),
    /// };
    /// assert!(selector("1", "eq").matches(&labels)?);
    /// assert!(!selector("(", "regex").matches(&labels)?);
    /// assert!(selector("1", "eq").validate().is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn matches(&self, labels: &label::Set) -> Result<bool, LabelError> {
        label::matches_unvalidated(&self.key, &self.target, &self.op, labels)
    }
}

impl TryFrom<&Selector> for label::Selector {
    type Error = LabelError;

    fn try_from(record: &Selector) -> Result<Self, LabelError> {
        record.validate()
    }
}
