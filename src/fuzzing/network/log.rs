//! What has come of the operations so far.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher as _};

/// What has come of the operations so far: a digest of it all, and which of the
/// situations were met that an input can lead to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Log {
    digest: u64,
    pub(super) met: BTreeSet<&'static str>,
}

impl Log {
    pub(super) fn add(&mut self, result: &impl Hash) {
        let mut hasher = DefaultHasher::new();
        (self.digest, result).hash(&mut hasher);
        self.digest = hasher.finish();
    }

    pub(super) fn meet(&mut self, situation: &'static str) {
        self.met.insert(situation);
    }
}
