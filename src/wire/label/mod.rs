//! Labels: keys with values, sets of them, and selectors that pick a set.
//!
//! A [`Key`] and a [`Value`] are short texts of a narrow alphabet. A [`Set`]
//! holds the labels of one node. A [`Selector`] asks one question of a set;
//! its regular expressions are in Go's dialect ([`Pattern`]).
//!
//! # Examples
//!
//! ```
//! use fsmcheck::wire::label::{Selector, Set};
//!
//! let labels = Set::from_map([("zone", "us-east-1"), ("tenant", "blue")])?;
//! assert!(Selector::new("zone", "^us-", "regex")?.matches(&labels));
//! assert!(!Selector::new("tenant", "red", "eq")?.matches(&labels));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod pattern;
mod selector;
mod set;
mod text;

pub use pattern::{Pattern, PatternError};
pub(in crate::wire) use selector::matches_unvalidated;
pub use selector::{Op, Selector};
pub use set::Set;
pub use text::{Key, Part, Value};

/// What can be wrong with a label, a set or a selector.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LabelError {
    /// A key or value without characters.
    #[error("label {part} is empty: it has 1 to {} characters", text::MAX_LENGTH)]
    Empty {
        /// Key or value.
        part: Part,
    },
    /// A key or value that is too long.
    #[error("label {part} `{text}` has {} bytes: it has 1 to {} characters", text.len(), text::MAX_LENGTH)]
    TooLong {
        /// Key or value.
        part: Part,
        /// The text that was given.
        text: String,
    },
    /// A key or value with a character that is not allowed there.
    #[error(
        "label {part} `{text}` has the wrong format: it has letters, digits, `-` and `.` of ASCII, \
         and begins and ends with a letter or digit"
    )]
    WrongFormat {
        /// Key or value.
        part: Part,
        /// The text that was given.
        text: String,
    },
    /// `~`, which the original's functions return in place of a key or value
    /// that they refuse: no set takes it in, no set is asked for it.
    #[error("label {part} `~` stands for no label: give a key or value of letters and digits")]
    NoLabel {
        /// Key or value.
        part: Part,
    },
    /// An operator that does not exist.
    #[error("selector on key `{key}` has operator `{op}`: it is one of `eq`, `neq`, `regex`")]
    UnknownOp {
        /// The selector's key.
        key: String,
        /// The operator that was given.
        op: String,
    },
    /// A regular expression that is none, or none that can be used.
    #[error("selector on key `{key}` has target `{target}` that is no regular expression")]
    Pattern {
        /// The selector's key.
        key: String,
        /// The expression that was given.
        target: String,
        /// What is wrong with it.
        source: PatternError,
    },
}
