//! Why a text could not be read, or a record not be written.

use std::fmt;

use crate::wire::time::{ParseTimeError, TimeRangeError};
use crate::wire::worker_type::UnknownWorkerType;

/// Why a JSON text is not the record it was read as.
///
/// Broken JSON anywhere in the text is reported before anything else; then
/// the first bad time stamp or worker type; then the first value of a wrong
/// kind or bad byte string.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The text is not JSON, is cut off, or goes on after the value.
    #[error("byte {offset}: expected {expected}, found {found}")]
    Syntax {
        /// How many bytes had been read when it was found.
        offset: usize,
        /// What could have stood there.
        expected: &'static str,
        /// What stood there.
        found: Found,
    },
    /// Lists and objects are nested deeper than [`MAX_DEPTH`](super::MAX_DEPTH).
    #[error("byte {offset}: nested deeper than {} levels", super::MAX_DEPTH)]
    Depth {
        /// How many bytes had been read when it was found.
        offset: usize,
    },
    /// JSON, but of the wrong kind, or a number out of range.
    #[error("byte {offset}: {}expected {expected}, found {found}", Member(.member))]
    Type {
        /// How many bytes had been read when it was found.
        offset: usize,
        /// The path of the member, such as `status.epoch`; empty for the
        /// whole value.
        member: String,
        /// What the member takes.
        expected: &'static str,
        /// What was given.
        found: Found,
    },
    /// Not a time stamp.
    #[error("byte {offset}: {}{problem}", Member(.member))]
    Time {
        /// Where the value ends.
        offset: usize,
        /// The path of the member.
        member: String,
        /// What is wrong with it.
        problem: ParseTimeError,
    },
    /// Not a byte string in base64.
    #[error(
        "byte {offset}: {}expected padded base64 in the standard alphabet, found other text",
        Member(.member)
    )]
    Base64 {
        /// Where the value ends.
        offset: usize,
        /// The path of the member.
        member: String,
    },
    /// Not the name of a worker type.
    #[error("byte {offset}: {}{problem}", Member(.member))]
    WorkerType {
        /// Where the value ends.
        offset: usize,
        /// The path of the member; empty for the whole value.
        member: String,
        /// The name given.
        problem: UnknownWorkerType,
    },
}

impl DecodeError {
    /// The class of the error, by which callers can branch.
    #[must_use]
    pub fn kind(&self) -> DecodeErrorKind {
        match self {
            Self::Syntax { .. } | Self::Depth { .. } => DecodeErrorKind::Syntax,
            Self::Type { .. } => DecodeErrorKind::Type,
            Self::Time { .. } => DecodeErrorKind::Time,
            Self::Base64 { .. } => DecodeErrorKind::Base64,
            Self::WorkerType { .. } => DecodeErrorKind::WorkerType,
        }
    }

    /// How many bytes of the input had been read when the error was found.
    #[must_use]
    pub fn offset(&self) -> usize {
        match self {
            Self::Syntax { offset, .. }
            | Self::Depth { offset }
            | Self::Type { offset, .. }
            | Self::Time { offset, .. }
            | Self::Base64 { offset, .. }
            | Self::WorkerType { offset, .. } => *offset,
        }
    }
}

/// The class of a [`DecodeError`].
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// Not JSON, cut off, something after the value, or nested too deep.
    Syntax,
    /// JSON of the wrong kind, or a number out of range.
    Type,
    /// A bad time stamp.
    Time,
    /// A bad byte string.
    Base64,
    /// An unknown worker type.
    WorkerType,
}

impl DecodeErrorKind {
    /// A stable name: `syntax`, `type`, `time`, `base64` or `worker_type`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::Type => "type",
            Self::Time => "time",
            Self::Base64 => "base64",
            Self::WorkerType => "worker_type",
        }
    }
}

impl fmt::Display for DecodeErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a text held in place of what was expected.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Found {
    /// The text ends here.
    End,
    /// A byte.
    Byte(u8),
    /// `true` or `false`.
    Bool,
    /// A string.
    String,
    /// A number, as it was written (at most its first 32 characters).
    Number(String),
    /// A list.
    List,
    /// An object.
    Object,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::End => f.write_str("the end of the text"),
            Self::Byte(byte) if byte.is_ascii_graphic() => write!(f, "`{}`", char::from(*byte)),
            Self::Byte(byte) => write!(f, "the byte {byte:#04x}"),
            Self::Bool => f.write_str("true or false"),
            Self::String => f.write_str("a string"),
            Self::Number(digits) => write!(f, "the number {digits}"),
            Self::List => f.write_str("a list"),
            Self::Object => f.write_str("an object"),
        }
    }
}

/// Why a record has no JSON form: a time stamp that RFC 3339 cannot hold.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}{problem}", Member(.member))]
#[non_exhaustive]
pub struct EncodeError {
    /// The path of the member, such as `status.created-at`.
    pub member: String,
    /// What is wrong with its time.
    pub problem: TimeRangeError,
}

impl EncodeError {
    /// The same error, seen from the record that holds the value as `member`.
    pub(crate) fn inside(mut self, member: &'static str) -> Self {
        if !self.member.is_empty() {
            self.member.insert(0, '.');
        }
        self.member.insert_str(0, member);
        self
    }
}

impl From<TimeRangeError> for EncodeError {
    fn from(problem: TimeRangeError) -> Self {
        Self {
            member: String::new(),
            problem,
        }
    }
}

/// A member's path as the beginning of a message; nothing for the whole value.
struct Member<'a>(&'a str);

impl fmt::Display for Member<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            Ok(())
        } else {
            write!(f, "member `{}`: ", self.0)
        }
    }
}
