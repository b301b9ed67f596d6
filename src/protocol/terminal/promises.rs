//! What is promised of the records of a job.

use super::{State, Terminal};
use crate::check::Property;
use crate::protocol::Promise;
use crate::protocol::jobs::promises::has_two_masters;

/// What must hold of the records.
pub(super) fn properties() -> Vec<Property<Terminal>> {
    vec![
        Promise::S1.never(|_, state: &State| has_two_masters(state)),
        Promise::S4.never_broken(),
        Promise::S5.never_broken(),
        Promise::S8.never_broken(),
        Promise::S15.never_broken(),
        Promise::S20.never_broken(),
    ]
}
