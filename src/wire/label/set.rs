//! The labels of one node.

use std::collections::BTreeMap;

use super::{Key, LabelError, Part, Value};

/// Keys, each with a value, in the order of the keys.
///
/// # Examples
///
/// ```
/// use fsmcheck::wire::label::Set;
///
/// let mut labels = Set::from_map([("zone", "us-east-1")])?;
/// assert!(labels.add("tenant", "blue")?);
/// assert_eq!(labels.get("zone")?, Some("us-east-1"));
/// assert_eq!(labels.iter().next(), Some(("tenant", "blue")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Set(BTreeMap<String, String>);

impl Set {
    /// A set without labels.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a set of keys and values, checking both; of two labels with the
    /// same key the later one stays.
    ///
    /// # Errors
    ///
    /// What [`Key::new`] or [`Value::new`] says of the first text that is
    /// wrong, in the order given.
    pub fn from_map<K, V>(labels: impl IntoIterator<Item = (K, V)>) -> Result<Self, LabelError>
    where
        K: AsRef<str>,
        V: AsRef<str>,
    {
        labels
            .into_iter()
            .map(|(key, value)| {
                let key = Key::new(key.as_ref())?;
                let value = Value::new(value.as_ref())?;
                Ok((key.into(), value.into()))
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Adds a label, unless its key is there already: then the set stays as
    /// it is. Gives whether the label was added.
    ///
    /// The texts are taken as they are, like those of a node that reports
    /// its labels; [`Key::new`] and [`Value::new`] check them.
    ///
    /// # Errors
    ///
    /// [`LabelError::NoLabel`] if a text is `~`; the set stays as it is.
    pub fn add(
        &mut self,
        key: impl Into<String>,
        value: impl Into<String>,
    ) -> Result<bool, LabelError> {
        use std::collections::btree_map::Entry;

        let (key, value) = (key.into(), value.into());
        refuse_no_label(Part::Key, &key)?;
        refuse_no_label(Part::Value, &value)?;
        match self.0.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(value);
                Ok(true)
            }
            Entry::Occupied(_) => Ok(false),
        }
    }

    /// The value of a key, if the set has that key.
    ///
    /// # Errors
    ///
    /// [`LabelError::NoLabel`] if the key is `~`.
    pub fn get(&self, key: &str) -> Result<Option<&str>, LabelError> {
        refuse_no_label(Part::Key, key)?;
        Ok(self.value(key))
    }

    /// The labels in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// How many labels the set has.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the set has no label.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn value(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }
}

/// Takes the labels as they are, even `~`; of two with the same key the later
/// one stays. [`Set::from_map`] checks them.
///
/// ```
/// # use fsmcheck::wire::label::Set;
/// let labels: Set = [("zone", "somewhere else")].into_iter().collect();
/// assert_eq!(labels.get("zone")?, Some("somewhere else"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Set {
    fn from_iter<T: IntoIterator<Item = (K, V)>>(labels: T) -> Self {
        let labels = labels.into_iter();
        Self(
            labels
                .map(|(key, value)| (key.into(), value.into()))
                .collect(),
        )
    }
}

/// What the original's functions return in place of a key or value that they
/// refuse.
const NO_LABEL: &str = "~";

fn refuse_no_label(part: Part, text: &str) -> Result<(), LabelError> {
    if text == NO_LABEL {
        return Err(LabelError::NoLabel { part });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_label_leaves_the_set_as_it_was() {
        let mut labels = Set::new();
        assert_eq!(labels.add("a", "1"), Ok(true));
        let before = labels.clone();
        let no_label = |part| Err(LabelError::NoLabel { part });
        assert_eq!(labels.add("~", "1"), no_label(Part::Key));
        assert_eq!(labels.add("b", "~"), no_label(Part::Value));
        assert_eq!(labels.add("a", "2"), Ok(false));
        assert_eq!(labels, before);
        assert_eq!(labels.len(), 1);
    }

    #[test]
    fn labels_come_in_the_order_of_their_keys() {
        let labels = Set::from_map([("b", "1"), ("a", "2"), ("B", "3")]).unwrap();
        let keys: Vec<_> = labels.iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["B", "a", "b"]);
    }
}
