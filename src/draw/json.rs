//! The graph itself in JSON.

use crate::graph::Graph;

/// The graph as one JSON document, from which serde reads the same graph again.
///
/// Everything is in the graph's own order. An optional member may be missing
/// when a document is read.
///
/// | member | is |
/// |---|---|
/// | `machine` | name of the machine |
/// | `completeness` | `"exhaustive"`, `"configuration-limit"`, `"depth-limit"` or `"time-limit"` |
/// | `abstraction` | text or null: the abstraction of the machine's data |
/// | `events` | names, in the order of the alphabet |
/// | `superstates` | objects of `name` and `parent` (index into `superstates`, or null), a parent before its children |
/// | `states` | objects of `name`, `superstate` (index or null), `initial`, `terminal`, `configurations`, and `note` where there is one |
/// | `transitions` | objects of `from`, `event`, `to` (names) and `kind` (`"moved"` or `"stayed"`); where it applies `by` (index of the superstate that answers), `condition` (`holds_in`, `of`, `example`) and `changes-data` (true) |
/// | `declared-states` | names of states that the machine declares |
/// | `terminal-states` | names of states that it declares to be an end |
/// | `returns-to-start` | whether it declares that it can always return to a start |
/// | `observations` | what running the machine showed beside its transitions, states and events by index |
/// | `expanded` | where states stand for several configurations: such a document of the graph of configurations, and the index of the state of each |
///
/// # Examples
///
/// ```
/// use fsmcheck::draw;
/// use fsmcheck::graph::{Graph, GraphBuilder};
///
/// let mut lamp = GraphBuilder::new("lamp", ["Toggle"]);
/// let off = lamp.state("Off", None);
/// let on = lamp.state("On", None);
/// lamp.start(off).moved(off, "Toggle", on).moved(on, "Toggle", off);
/// let json = draw::json(&lamp.build()?);
/// let again: Graph = serde_json::from_str(&json)?;
/// assert_eq!(draw::json(&again), json);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn json(graph: &Graph) -> String {
    let mut out = serde_json::to_string_pretty(graph)
        .unwrap_or_else(|error| unreachable!("a graph holds nothing that JSON cannot: {error}"));
    out.push('\n');
    out
}
