//! Parts of states that most steps leave as they are.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use crate::check::Hashers;

/// A part of a state that most steps leave as it is: copying it copies a pointer, and its
/// hash is made once.
///
/// # Examples
///
/// ```
/// use fsmcheck::protocol::Shared;
///
/// let before = Shared::new(vec![1, 2]);
/// let mut after = before.clone();
/// after.change(|list| list.push(3));
/// assert_eq!((before.len(), after.len()), (2, 3));
/// after.change(|list| list.truncate(2));
/// assert_eq!(before, after);
/// ```
pub struct Shared<T>(Arc<Part<T>>);

struct Part<T> {
    /// Twice 64 bits: as much as the widest fingerprint of a state.
    hash: [u64; 2],
    part: T,
}

impl<T: Hash> Shared<T> {
    /// A part of a state.
    pub fn new(part: T) -> Self {
        let mut hashers = Hashers::seeded([0, 1]);
        part.hash(&mut hashers);
        let hash = hashers.all();
        Self(Arc::new(Part { hash, part }))
    }

    /// Changes the part, in this state alone, and returns what `change` does.
    pub fn change<A>(&mut self, change: impl FnOnce(&mut T) -> A) -> A
    where
        T: Clone,
    {
        let mut part = self.0.part.clone();
        let answer = change(&mut part);
        *self = Self::new(part);
        answer
    }
}

impl<T: Hash + Default> Default for Shared<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.part
    }
}

impl<T: PartialEq> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.hash == other.0.hash && self.0.part == other.0.part
    }
}

impl<T: Eq> Eq for Shared<T> {}

impl<T> Hash for Shared<T> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.0.hash.hash(hasher);
    }
}

impl<T: fmt::Debug> fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.part.fmt(f)
    }
}
