//! What running a machine shows beyond its transitions.

use serde::{Deserialize, Serialize};

use super::{EventId, StateId, Walk};

/// Something that running the machine brought to light and that the transitions
/// alone do not show.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Observation {
    /// What was seen.
    pub kind: ObservationKind,
    /// The state in which it was seen.
    pub state: StateId,
    /// The event, where one brought it about.
    pub event: Option<EventId>,
    /// The particulars: the message of a panic, the two different answers, what
    /// data changed, the name of the invariant.
    pub detail: String,
    /// A shortest walk to the state in the configuration where it was seen.
    pub walk: Walk,
}

/// The kinds of [`Observation`].
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ObservationKind {
    /// A handler, action or hook panicked.
    Panicked,
    /// The same event in the same configuration gave two different results.
    Nondeterministic,
    /// The event was refused, but data was changed first.
    RefusedButChanged,
    /// Repeating the entry actions of the state changes data.
    EntryNotRepeatable,
    /// A declared invariant does not hold.
    InvariantBroken,
}

impl Observation {
    pub(crate) fn new(
        kind: ObservationKind,
        state: StateId,
        event: Option<EventId>,
        detail: String,
        walk: Walk,
    ) -> Self {
        Self {
            kind,
            state,
            event,
            detail,
            walk,
        }
    }
}
