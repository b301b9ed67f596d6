//! A graph of states for Graphviz.

use std::fmt::{self, Write as _};

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use super::StateGraph;
use super::picture::{Arrow, Node, Picture};
use crate::check::Model;
use crate::check::story::Counted;
use crate::draw::{DOT_STYLE, dot_quoted};

impl<M: Model> StateGraph<M> {
    /// The graph in the language of Graphviz: `dot -Tsvg` draws it.
    ///
    /// An arrow from a dot leads to an initial state; where nothing can happen there is a
    /// double border; a state that breaks a property is filled, and says which; states
    /// and steps of the counterexample have thick red lines.
    #[must_use]
    pub fn to_dot(&self) -> String {
        let mut out = String::from("digraph states {\n");
        out.push_str(DOT_STYLE);
        write(&mut out, &Picture::new(self))
            .unwrap_or_else(|_| unreachable!("a string takes all text"));
        out.push_str("}\n");
        out
    }
}

/// How a counterexample is drawn.
const HIGHLIGHTED: &str = ", color=red, penwidth=2.5";

fn write(out: &mut String, picture: &Picture<'_>) -> fmt::Result {
    if picture.beyond_bounds > 0 {
        let steps = Counted(picture.beyond_bounds, "step");
        writeln!(out, "    // {steps} led beyond the model's own bounds")?;
    }
    if picture.states.iter().any(|node| node.initial) {
        out.push_str("    start [label=\"\", shape=point, width=0.12]\n");
    }
    for (number, node) in picture.states.iter().enumerate() {
        writeln!(out, "    n{number} [{}]", attributes(node, picture))?;
        if node.initial {
            writeln!(out, "    start -> n{number}")?;
        }
    }
    // All actions that lead from one node to another share an arrow.
    let mut arrows: IndexMap<_, Vec<&Arrow<'_>>, FxBuildHasher> = IndexMap::default();
    for arrow in &picture.steps {
        arrows
            .entry((arrow.from, arrow.to))
            .or_default()
            .push(arrow);
    }
    for ((from, to), arrows) in arrows {
        let names: Vec<_> = arrows
            .iter()
            .map(|arrow| dot_quoted(arrow.action))
            .collect();
        let is_highlighted = arrows.iter().any(|arrow| arrow.in_counterexample);
        let highlighted = if is_highlighted { HIGHLIGHTED } else { "" };
        let label = names.join(r"\n");
        writeln!(
            out,
            r#"    n{from} -> n{to} [label="{label}"{highlighted}]"#
        )?;
    }
    Ok(())
}

fn attributes(node: &Node<'_>, picture: &Picture<'_>) -> String {
    let mut label = dot_quoted(&node.label);
    if picture.grouped {
        label += &format!(r"\n({})", Counted(node.count, "state"));
    }
    for property in &node.violates {
        label += &format!(r"\nbreaks {}", dot_quoted(property));
    }
    let mut attributes = format!(r#"label="{label}""#);
    if node.end {
        attributes += ", peripheries=2";
    }
    if !node.violates.is_empty() {
        attributes += r#", style="rounded,filled", fillcolor=mistyrose"#;
    }
    if node.in_counterexample {
        attributes += HIGHLIGHTED;
    }
    attributes
}
