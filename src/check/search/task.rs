//! What a search is to do.

use std::time::{Duration, Instant};

use super::teller::Teller;
use crate::check::Limits;

/// What the search is to do.
pub(in crate::check) struct Task<'a> {
    pub(in crate::check) threads: usize,
    pub(in crate::check) limits: Limits,
    /// Whether to go on behind the first violation.
    pub(in crate::check) all_violations: bool,
    pub(in crate::check) started: Instant,
    /// How long it took before that, if it was resumed.
    pub(in crate::check) before: Duration,
    pub(in crate::check) teller: Teller<'a>,
}

impl Task<'_> {
    /// How long it has taken.
    pub(in crate::check) fn elapsed(&self) -> Duration {
        self.before + self.started.elapsed()
    }
}
