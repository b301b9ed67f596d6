//! A graph of states in GraphML, which yEd, Gephi, NetworkX and others read.

use std::fmt::Write as _;

use super::StateGraph;
use super::picture::Picture;
use crate::check::Model;
use crate::draw::visible_line;

/// What is said of nodes and edges: for which of them, its name, its type.
const KEYS: [(&str, &str, &str); 10] = [
    ("node", "label", "string"),
    ("node", "count", "long"),
    ("node", "depth", "long"),
    ("node", "initial", "boolean"),
    ("node", "end", "boolean"),
    ("node", "violates", "string"),
    ("node", "in-counterexample", "boolean"),
    ("edge", "action", "string"),
    ("edge", "count", "long"),
    ("edge", "in-counterexample", "boolean"),
];

impl<M: Model> StateGraph<M> {
    /// The graph in [GraphML](http://graphml.graphdrawing.org), with the members of the
    /// JSON document as data of nodes and edges; what a node violates is in one text.
    #[must_use]
    pub fn to_graphml(&self) -> String {
        let mut out = String::from(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n",
        );
        write(&mut out, &Picture::new(self))
            .unwrap_or_else(|_| unreachable!("a string takes all text"));
        out.push_str("  </graph>\n</graphml>\n");
        out
    }
}

fn write(out: &mut String, picture: &Picture<'_>) -> std::fmt::Result {
    for (domain, name, kind) in KEYS {
        writeln!(
            out,
            r#"  <key id="{domain}-{name}" for="{domain}" attr.name="{name}" attr.type="{kind}"/>"#
        )?;
    }
    writeln!(out, r#"  <graph id="states" edgedefault="directed">"#)?;
    for (number, node) in picture.states.iter().enumerate() {
        writeln!(out, r#"    <node id="n{number}">"#)?;
        let data = [
            ("label", escaped(&node.label)),
            ("count", node.count.to_string()),
            ("depth", node.depth.to_string()),
            ("initial", node.initial.to_string()),
            ("end", node.end.to_string()),
            ("violates", escaped(&node.violates.join(", "))),
            ("in-counterexample", node.in_counterexample.to_string()),
        ];
        for (name, value) in data {
            writeln!(out, r#"      <data key="node-{name}">{value}</data>"#)?;
        }
        out.push_str("    </node>\n");
    }
    for arrow in &picture.steps {
        let (from, to) = (arrow.from, arrow.to);
        writeln!(out, r#"    <edge source="n{from}" target="n{to}">"#)?;
        let data = [
            ("action", escaped(arrow.action)),
            ("count", arrow.count.to_string()),
            ("in-counterexample", arrow.in_counterexample.to_string()),
        ];
        for (name, value) in data {
            writeln!(out, r#"      <data key="edge-{name}">{value}</data>"#)?;
        }
        out.push_str("    </edge>\n");
    }
    Ok(())
}

/// A text as XML has it. What XML forbids is written as in a Rust literal.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible_line(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
    }
    out
}
