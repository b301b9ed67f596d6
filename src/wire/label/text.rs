//! The texts that make a label.

use std::fmt;

use super::LabelError;

/// The most characters that a key or a value has.
pub(super) const MAX_LENGTH: usize = 63;

/// The name of a label: 1 to 63 letters, digits, `-` and `.` of ASCII, the
/// first and the last a letter or digit.
///
/// # Examples
///
/// ```
/// use fsmcheck::wire::label::Key;
///
/// assert_eq!(Key::new("zone.Region-1")?.as_str(), "zone.Region-1");
/// assert!(Key::new("zone-").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

impl Key {
    /// Checks a text and makes it a key.
    ///
    /// # Errors
    ///
    /// [`LabelError::Empty`], [`LabelError::TooLong`] or
    /// [`LabelError::WrongFormat`], the first that applies.
    pub fn new(text: &str) -> Result<Self, LabelError> {
        check(Part::Key, text).map(Self)
    }

    /// The key's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a label says: a text by the same rules as a [`Key`].
///
/// # Examples
///
/// ```
/// use fsmcheck::wire::label::{LabelError, Part, Value};
///
/// assert_eq!(Value::new("us-east-1")?.as_str(), "us-east-1");
/// assert_eq!(Value::new(""), Err(LabelError::Empty { part: Part::Value }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Value(String);

impl Value {
    /// Checks a text and makes it a value.
    ///
    /// # Errors
    ///
    /// [`LabelError::Empty`], [`LabelError::TooLong`] or
    /// [`LabelError::WrongFormat`], the first that applies.
    pub fn new(text: &str) -> Result<Self, LabelError> {
        check(Part::Value, text).map(Self)
    }

    /// The value's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Key> for String {
    fn from(key: Key) -> Self {
        key.0
    }
}

impl From<Value> for String {
    fn from(value: Value) -> Self {
        value.0
    }
}

/// Which of a label's two texts an error speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a label has two texts")]
pub enum Part {
    /// The label's name.
    Key,
    /// What the label says.
    Value,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Key => "key",
            Self::Value => "value",
        })
    }
}

fn check(part: Part, text: &str) -> Result<String, LabelError> {
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else {
        return Err(LabelError::Empty { part });
    };
    if bytes.len() > MAX_LENGTH {
        return Err(LabelError::TooLong {
            part,
            text: text.to_owned(),
        });
    }
    let inside = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.');
    if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() && bytes.iter().all(inside) {
        Ok(text.to_owned())
    } else {
        Err(LabelError::WrongFormat {
            part,
            text: text.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_in_bytes_and_before_the_format() {
        let key = |text: &str| Key::new(text).map(String::from);
        assert!(key(&"a".repeat(63)).is_ok());
        assert!(matches!(
            key(&"a".repeat(64)),
            Err(LabelError::TooLong { .. })
        ));
        assert!(matches!(
            key(&"é".repeat(31)),
            Err(LabelError::WrongFormat { .. })
        ));
        assert!(matches!(
            key(&"é".repeat(32)),
            Err(LabelError::TooLong { .. })
        ));
    }

    #[test]
    fn messages_name_the_text_and_what_is_allowed() {
        assert_eq!(
            Value::new("a_b").unwrap_err().to_string(),
            "label value `a_b` has the wrong format: it has letters, digits, `-` and `.` of ASCII, \
             and begins and ends with a letter or digit"
        );
        assert_eq!(
            Key::new(&"k".repeat(64)).unwrap_err().to_string(),
            format!(
                "label key `{}` has 64 bytes: it has 1 to 63 characters",
                "k".repeat(64)
            )
        );
    }
}
