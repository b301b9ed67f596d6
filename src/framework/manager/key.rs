//! The id of a worker as a key of the table.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use indexmap::Equivalent;

/// What fits into a key beside its length. A UUID has 36 bytes.
const ROOM: usize = 38;

/// The id of a worker as a key. An id of the usual length lies in the table itself:
/// finding the worker of a ping then takes one access to cold memory less.
#[derive(Clone, Debug)]
pub(super) enum Key {
    Inline { length: u8, bytes: [u8; ROOM] },
    Shared(Arc<str>),
}

impl Key {
    pub(super) fn new(worker: &Arc<str>) -> Self {
        let mut bytes = [0; ROOM];
        match (bytes.get_mut(..worker.len()), u8::try_from(worker.len())) {
            (Some(part), Ok(length)) => {
                part.copy_from_slice(worker.as_bytes());
                Self::Inline { length, bytes }
            }
            _ => Self::Shared(Arc::clone(worker)),
        }
    }

    #[inline]
    fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Inline { length, bytes } => &bytes[..ROOM.min(usize::from(*length))],
            Self::Shared(worker) => worker.as_bytes(),
        }
    }
}

/// A text to find a key by.
#[derive(Clone, Copy)]
pub(super) struct Id<'a>(pub(super) &'a str);

impl Hash for Id<'_> {
    #[inline]
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        hasher.write(self.0.as_bytes());
    }
}

impl Equivalent<Key> for Id<'_> {
    #[inline]
    fn equivalent(&self, key: &Key) -> bool {
        self.0.as_bytes() == key.as_bytes()
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        hasher.write(self.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use std::hash::BuildHasher as _;

    use super::*;

    #[test]
    fn a_key_is_its_text_whatever_its_length() {
        for length in 0..80 {
            let text: String = "äbcdefghij".chars().cycle().take(length).collect();
            let key = Key::new(&text.as_str().into());
            assert_eq!(key.as_bytes(), text.as_bytes());
            let hasher = rustc_hash::FxBuildHasher;
            assert_eq!(hasher.hash_one(&key), hasher.hash_one(Id(&text)));
            assert!(Id(&text).equivalent(&key));
            assert_eq!(matches!(key, Key::Inline { .. }), text.len() <= ROOM);
        }
    }
}
