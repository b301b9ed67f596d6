//! Drawings of a [`Graph`] as text: for README files, for Graphviz and PlantUML,
//! for people and for programs.
//!
//! A graph is got by running its machine, so a drawing shows what the code does.
//!
//! | I want… | look at |
//! |---|---|
//! | a picture on GitHub or GitLab | [`mermaid()`] |
//! | a picture made by Graphviz | [`dot()`] |
//! | a picture made by PlantUML | [`plantuml()`] |
//! | to see what every event does in every state | [`table()`] |
//! | the graph for another program | [`json()`] |
//! | to choose by name | [`Format`] and [`draw`] |
//!
//! # What is drawn
//!
//! States are boxes, nested in their superstates. An arrow from a dot marks a
//! state in which the machine can start; a terminal state has an arrow to a
//! ringed dot, or a double border. What is refused is not drawn.
//!
//! An arrow is a transition. All events that lead from one state to another share
//! an arrow, one line each; an arrow from a state to itself means that the state
//! is left and entered again. An event that is handled without a transition is no
//! arrow but a line in the box of the state.
//!
//! | line | means |
//! |---|---|
//! | `Open` | the event takes this transition |
//! | `Open [2 of 3]` | it does so only in 2 of the state's 3 configurations (the state with its data) |
//! | `Open (stays)` | the event is handled, but no transition is taken |
//! | `Open (stays, data changes)` | and data kept in the state or beside it changes |
//!
//! When a superstate answers an event for every state in it, always, and alike,
//! this is drawn once: as an arrow from the border of the superstate, if it leads
//! outside, or as a line in its box, if no transition is taken (except by
//! [`mermaid()`], where there is no place for such a line).
//!
//! A superstate in which there is no state is a box that says so. Comments at the
//! beginning name the machine and say when the graph is incomplete or explored
//! under an abstraction.
//!
//! The same graph always gives the same text, in the order of the graph.
//!
//! # Names
//!
//! Any text can be a name; it is shown, and never read as syntax. Ids in a source
//! are made from the names where that is safe (`s_Closed` for the state `Closed`)
//! and are numbers otherwise. What cannot be seen in a name is written as in a
//! Rust literal, such as `\n` or `\u{202e}`; a name without visible characters is
//! put in quotes.
//!
//! More than 60 hostile names, each as a state, superstate, note and event, were
//! drawn by the programs themselves and found unchanged in what they drew: by
//! Mermaid 10.9.8 and 11.17.2 in Chromium, Graphviz 2.43.0, PlantUML 1.2020.02, and
//! cmark-gfm for the table. Mermaid 11.4.1 refuses to show a superstate whose name
//! begins like a numbered list (`1. one`).
//!
//! # Examples
//!
//! ```
//! use fsmcheck::draw;
//! use fsmcheck::graph::GraphBuilder;
//!
//! let mut player = GraphBuilder::new("player", ["Power", "Play", "Stop"]);
//! let on = player.superstate("On", None);
//! let off = player.state("Off", None);
//! let stopped = player.state("Stopped", Some(on));
//! let playing = player.state("Playing", Some(on));
//! player.start(off);
//! player.moved(off, "Power", stopped);
//! player.moved(stopped, "Play", playing);
//! player.moved(playing, "Stop", stopped);
//! player.stayed(playing, "Play");
//! assert_eq!(
//!     draw::mermaid(&player.build()?),
//!     r#"stateDiagram-v2
//!     %% Machine player
//!     state "Off" as s_Off
//!     state "On" as c_On {
//!         state "Stopped" as s_Stopped
//!         state "Playing" as s_Playing
//!         s_Playing : Play (stays)
//!     }
//!     [*] --> s_Off
//!     s_Off --> s_Stopped : Power
//!     s_Stopped --> s_Playing : Play
//!     s_Playing --> s_Stopped : Stop
//! "#
//! );
//! # Ok::<(), fsmcheck::graph::BuildError>(())
//! ```

mod dot;
mod fold;
mod format;
#[cfg(test)]
mod grammar;
mod json;
mod mermaid;
mod nesting;
mod outcome;
mod picture;
mod plantuml;
#[cfg(test)]
mod sample;
mod sequence;
mod table;
mod text;

pub use self::dot::dot;
pub(crate) use self::dot::{STYLE as DOT_STYLE, quoted as dot_quoted};
pub use self::format::{Format, UnknownFormat};
pub use self::json::json;
pub use self::mermaid::mermaid;
pub use self::plantuml::plantuml;
pub(crate) use self::sequence::Sequence;
pub use self::table::table;
pub(crate) use self::text::visible_line;
use crate::graph::Graph;

/// The graph in a format.
///
/// # Examples
///
/// ```
/// use fsmcheck::draw::{self, Format};
/// use fsmcheck::graph::GraphBuilder;
///
/// let mut lamp = GraphBuilder::new("lamp", ["Toggle"]);
/// let off = lamp.state("Off", None);
/// lamp.start(off).stayed(off, "Toggle");
/// let lamp = lamp.build()?;
///
/// let format: Format = "mermaid".parse()?;
/// assert_eq!(draw::draw(&lamp, format), draw::mermaid(&lamp));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn draw(graph: &Graph, format: Format) -> String {
    match format {
        Format::Mermaid => mermaid(graph),
        Format::Dot => dot(graph),
        Format::PlantUml => plantuml(graph),
        Format::Table => table(graph),
        Format::Json => json(graph),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::graph::GraphBuilder;

    proptest! {
        #[test]
        fn any_graph_is_drawn_well_and_always_alike(graph in sample::graphs()) {
            super::mermaid::tests::check(&mermaid(&graph));
            super::dot::tests::check(&dot(&graph));
            super::plantuml::tests::check(&plantuml(&graph));
            let again: Graph = serde_json::from_str(&json(&graph)).unwrap();
            for format in Format::ALL {
                prop_assert_eq!(draw(&graph, *format), draw(&again, *format));
            }
        }
    }

    #[test]
    fn a_deep_hierarchy_is_drawn_in_little_space() {
        let depth = 100_000;
        let mut builder = GraphBuilder::new("deep", ["e"]);
        let mut innermost = None;
        for _ in 0..depth {
            innermost = Some(builder.superstate("level", innermost));
        }
        let state = builder.state("bottom", innermost);
        builder.start(state).moved(state, "e", state);
        let graph = builder.build().unwrap();
        for format in Format::ALL {
            assert!(draw(&graph, *format).len() < depth * 300, "{format}");
        }
    }
}
