//! What was added to a job's record later, kept as JSON in one column.

use serde::{Deserialize, Serialize};

use crate::wire::json::{self, DecodeError, record};
use crate::wire::selector::Selector;
use crate::wire::update::Value;

/// What was added to [`MasterMeta`](crate::wire::MasterMeta) later.
#[derive(Clone, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(default)]
#[expect(
    clippy::exhaustive_structs,
    reason = "its members are fixed by the wire, and users fill them in"
)]
pub struct MasterMetaExt {
    /// Which executors the job may run on. No list differs from an empty one,
    /// and an item may be absent.
    pub selectors: Option<Vec<Option<Selector>>>,
}

record!(MasterMetaExt, usually 128 bytes {
    "selectors": selectors,
});

/// What a database hands over for a column.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ColumnValue<'a> {
    /// No value.
    Null,
    /// A text.
    Text(&'a str),
    /// Bytes, which need not be UTF-8.
    Bytes(&'a [u8]),
    /// A value of another type, by the name of that type.
    Other(&'a str),
}

impl<'a> From<&'a Value> for ColumnValue<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Int(_) => Self::Other("int64"),
            Value::Text(text) => Self::Text(text),
            Value::Bytes(bytes) => Self::Bytes(bytes),
            Value::Time(_) => Self::Other("time.Time"),
            Value::Null => Self::Null,
        }
    }
}

/// Why a column does not hold a [`MasterMetaExt`].
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ScanError {
    /// The column's value is of a type that holds no JSON.
    #[error("expected text or bytes in the column `ext`, found {0}")]
    Type(String),
    /// The JSON in the column cannot be read.
    #[error("cannot read the JSON in the column `ext`: {0}")]
    Json(DecodeError),
}

impl MasterMetaExt {
    /// The JSON text for the column.
    #[must_use]
    pub fn value(&self) -> String {
        // Only time stamps can lack a JSON form, and there are none here.
        self.to_json().unwrap_or_default()
    }

    /// Reads the column. Nothing of what was here before is kept, and after an
    /// error what could be read stands here, as in the original.
    ///
    /// # Errors
    ///
    /// When the value is neither absent, text nor bytes, or does not hold the
    /// JSON of this record. Empty text or bytes are the same as no value.
    pub fn scan(&mut self, column: ColumnValue<'_>) -> Result<(), ScanError> {
        *self = Self::default();
        let text = match column {
            ColumnValue::Null => return Ok(()),
            ColumnValue::Text(text) => text.as_bytes(),
            ColumnValue::Bytes(bytes) => bytes,
            ColumnValue::Other(name) => return Err(ScanError::Type(name.to_owned())),
        };
        if text.is_empty() {
            return Ok(());
        }
        let (ext, error) = json::decode(text);
        *self = ext;
        error.map_or(Ok(()), |error| Err(ScanError::Json(error)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_handed_to_a_column_is_scanned_back() {
        let ext = MasterMetaExt {
            selectors: Some(vec![None, Some(Selector::default())]),
        };
        let value = Value::Text(ext.value());
        let mut scanned = MasterMetaExt::default();
        assert_eq!(scanned.scan((&value).into()), Ok(()));
        assert_eq!(scanned, ext);
    }

    #[test]
    fn other_types_are_named() {
        let mut ext = MasterMetaExt {
            selectors: Some(Vec::new()),
        };
        let error = ext.scan((&Value::Int(5)).into()).unwrap_err();
        assert_eq!(error, ScanError::Type("int64".into()));
        assert_eq!(ext, MasterMetaExt::default());
    }

    #[test]
    fn items_that_a_shorter_list_cut_off_come_back_in_a_longer_one() {
        let read = |text: &str| MasterMetaExt::from_json(text.as_bytes()).unwrap().value();
        let first = r#""selectors":[{"label":"a"},{"label":"b","op":"eq"}]"#;
        assert_eq!(
            read(&format!(
                r#"{{{first},"selectors":[{{"target":"x"}}],"selectors":[{{}},{{"label":"c"}}]}}"#
            )),
            r#"{"selectors":[{"label":"a","target":"x","op":""},{"label":"c","target":"","op":"eq"}]}"#
        );
        for nothing in ["null", "[]"] {
            assert_eq!(
                read(&format!(
                    r#"{{{first},"selectors":{nothing},"selectors":[{{}}]}}"#
                )),
                r#"{"selectors":[{"label":"","target":"","op":""}]}"#
            );
        }
    }
}
