//! States of compositions, written and read again.

use std::fmt;

use serde::de::{Error, SeqAccess, Visitor};
use serde::ser::SerializeTuple as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Joint;

/// As the words that it consists of. What is read may be no state of a composition, or one
/// of another composition: only its own states are to be given to a composition.
impl<const WORDS: usize> Serialize for Joint<WORDS> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple(WORDS)?;
        self.0
            .iter()
            .try_for_each(|word| tuple.serialize_element(word))?;
        tuple.end()
    }
}

impl<'de, const WORDS: usize> Deserialize<'de> for Joint<WORDS> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_tuple(WORDS, Words).map(Self)
    }
}

/// Reads words, one after the other.
struct Words<const WORDS: usize>;

impl<'de, const WORDS: usize> Visitor<'de> for Words<WORDS> {
    type Value = [u64; WORDS];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{WORDS} words")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut words: A) -> Result<[u64; WORDS], A::Error> {
        let mut read = [0; WORDS];
        for (index, word) in read.iter_mut().enumerate() {
            let next = words.next_element()?;
            *word = next.ok_or_else(|| A::Error::invalid_length(index, &self))?;
        }
        Ok(read)
    }
}
