//! Small typed indices: which state, superstate or event of one graph.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$docs:meta])* $name:ident) => {
        $(#[$docs])*
        #[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
        #[serde(transparent)]
        pub struct $name(u32);

        impl $name {
            /// The id with this index.
            ///
            /// An id is only meaningful for the graph whose list it indexes.
            #[must_use]
            pub const fn new(index: u32) -> Self {
                Self(index)
            }

            /// Position in the list of the graph, from 0.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }

            /// The id of a position in one of our own lists, whose lengths the
            /// graph keeps within 32 bits.
            pub(crate) const fn at(index: usize) -> Self {
                Self(index as u32)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id! {
    /// A state of a graph: its position in [`Graph::states`](super::Graph::states).
    StateId
}
id! {
    /// A superstate of a graph: its position in
    /// [`Graph::superstates`](super::Graph::superstates).
    SuperstateId
}
id! {
    /// An event of a graph: its position in [`Graph::events`](super::Graph::events),
    /// which is its position in the machine's alphabet.
    EventId
}

impl StateId {
    pub(crate) fn index_in_petgraph(self) -> petgraph::graph::NodeIndex {
        petgraph::graph::NodeIndex::new(self.index())
    }
}
