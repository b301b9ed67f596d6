//! Which columns of a row are to be written, and with what.

use crate::wire::time::Timestamp;

/// What is written to a column.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// A number; states and worker types are stored as theirs.
    Int(i64),
    /// A text.
    Text(String),
    /// Bytes, perhaps none at all.
    Bytes(Vec<u8>),
    /// A time stamp.
    Time(Timestamp),
    /// No value.
    Null,
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Timestamp> for Value {
    fn from(time: Timestamp) -> Self {
        Self::Time(time)
    }
}

impl From<&Option<Vec<u8>>> for Value {
    fn from(bytes: &Option<Vec<u8>>) -> Self {
        bytes.clone().map_or(Self::Null, Self::Bytes)
    }
}

/// The columns of a row that are to be written, each with its value, in an
/// order that never changes.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Update(Vec<(&'static str, Value)>);

impl Update {
    /// The columns and their values.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&'static str, &Value)> {
        self.0.iter().map(|(column, value)| (*column, value))
    }

    /// What is to be written to `column`, if it is among them.
    #[must_use]
    pub fn value(&self, column: &str) -> Option<&Value> {
        self.iter()
            .find_map(|(name, value)| (name == column).then_some(value))
    }

    /// How many columns are to be written.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is to be written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(&'static str, Value)> for Update {
    fn from_iter<I: IntoIterator<Item = (&'static str, Value)>>(columns: I) -> Self {
        Self(columns.into_iter().collect())
    }
}

impl IntoIterator for Update {
    type Item = (&'static str, Value);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_keeps_its_order_and_finds_columns() {
        let update: Update = [
            ("state", Value::from(3)),
            ("detail", Value::from(&None)),
            ("config", Value::from(&Some(Vec::new()))),
            ("id", Value::from("a")),
        ]
        .into_iter()
        .collect();
        let columns: Vec<_> = update.iter().map(|(column, _)| column).collect();
        assert_eq!(columns, ["state", "detail", "config", "id"]);
        assert_eq!(update.value("detail"), Some(&Value::Null));
        assert_eq!(update.value("config"), Some(&Value::Bytes(Vec::new())));
        assert_eq!(update.value("epoch"), None);
        assert_eq!(update.len(), update.into_iter().count());
        assert!(Update::default().is_empty());
    }
}
