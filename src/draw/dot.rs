//! Graphviz DOT.

use std::fmt::Write as _;

use super::fold::Folding;
use super::outcome::{Label, written};
use super::picture::{NO_STATES, PartKind, Picture, Tail};
use super::text::visible;
use crate::graph::Graph;

/// The graph in the language of Graphviz: `dot -Tsvg` draws it.
///
/// The drawing runs from top to bottom; `dot -Grankdir=LR` turns it.
///
/// # Examples
///
/// ```
/// use fsmcheck::draw;
/// use fsmcheck::graph::GraphBuilder;
///
/// let mut lamp = GraphBuilder::new("lamp", ["Toggle"]);
/// let off = lamp.state("Off", None);
/// let on = lamp.state("On", None);
/// lamp.start(off).moved(off, "Toggle", on).moved(on, "Toggle", off);
/// let dot = draw::dot(&lamp.build()?);
/// assert!(dot.contains(r#"s_Off -> s_On [label="Toggle"]"#));
/// # Ok::<(), fsmcheck::graph::BuildError>(())
/// ```
#[must_use]
pub fn dot(graph: &Graph) -> String {
    let picture = Picture::new(graph, Folding::All);
    let mut out = String::from("digraph machine {\n");
    write(&mut out, &picture).unwrap_or_else(|_| unreachable!("a string takes all text"));
    out.push_str("}\n");
    out
}

/// How a drawing looks.
pub(crate) const STYLE: &str = r#"    compound=true
    graph [fontname="Helvetica", style=rounded]
    node [fontname="Helvetica", shape=box, style=rounded]
    edge [fontname="Helvetica", fontsize=11]
"#;

fn write(out: &mut String, picture: &Picture<'_>) -> std::fmt::Result {
    for remark in &picture.remarks {
        writeln!(
            out,
            "    // {}",
            remark.written(|text| visible(text).into_owned())
        )?;
    }
    out.push_str(STYLE);
    for part in &picture.parts {
        let indent = part.indent();
        match &part.kind {
            PartKind::Open { id, name, stays } => {
                let mut label = quoted(name);
                if !stays.is_empty() {
                    label = label + r"\n" + &joined(stays);
                }
                writeln!(out, "{indent}subgraph cluster_{id} {{")?;
                writeln!(out, "{indent}    label=\"{label}\"")?;
            }
            PartKind::Close => writeln!(out, "{indent}}}")?,
            PartKind::Empty { id, name } => {
                writeln!(
                    out,
                    r#"{indent}{id} [label="{}\n{NO_STATES}"]"#,
                    quoted(name)
                )?;
            }
            PartKind::State {
                id,
                name,
                note,
                terminal,
                stays,
            } => {
                let mut label = quoted(name);
                if let Some(note) = note {
                    label = label + r"\n" + &quoted(note);
                }
                if !stays.is_empty() {
                    label = label + r"\n" + &joined(stays);
                }
                let border = if *terminal { ", peripheries=2" } else { "" };
                writeln!(out, r#"{indent}{id} [label="{label}"{border}]"#)?;
            }
        }
    }
    if !picture.starts.is_empty() {
        out.push_str("    start [label=\"\", shape=point, width=0.12]\n");
    }
    for id in &picture.starts {
        writeln!(out, "    start -> {id}")?;
    }
    for arrow in &picture.arrows {
        let (from, to) = (&arrow.from, &arrow.to);
        let label = joined(&arrow.labels);
        match from {
            Tail::State { id } => writeln!(out, r#"    {id} -> {to} [label="{label}"]"#)?,
            Tail::Border { id, inside } => writeln!(
                out,
                r#"    {inside} -> {to} [label="{label}", ltail=cluster_{id}]"#
            )?,
        }
    }
    Ok(())
}

fn joined(labels: &[Label<'_>]) -> String {
    written(labels, r"\n", quoted)
}

/// A name as part of a quoted label, in which Graphviz knows escapes such as `\N`
/// and entities.
pub(crate) fn quoted(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for c in visible(name).chars() {
        match c {
            '"' => text.push_str(r#"\""#),
            '\\' => text.push_str(r"\\"),
            '&' => text.push_str("&amp;"),
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::LazyLock;

    use expect_test::expect;

    use super::*;
    use crate::draw::grammar::Grammar;
    use crate::draw::sample;

    #[test]
    fn all_that_can_be_drawn() {
        expect![[r#"
            digraph machine {
                // Machine oven
                // [n of m]: in n of the m configurations (state and data) of the state
                compound=true
                graph [fontname="Helvetica", style=rounded]
                node [fontname="Helvetica", shape=box, style=rounded]
                edge [fontname="Helvetica", fontsize=11]
                s_Off [label="Off"]
                subgraph cluster_c_On {
                    label="On\nEject (stays)"
                    s_Idle [label="Idle"]
                    subgraph cluster_c_Heating {
                        label="Heating"
                        s_Ramp [label="Ramp\nTick [2 of 3] (stays, data changes)"]
                        s_Hold [label="Hold\nTick (stays)"]
                    }
                }
                s_Scrapped [label="Scrapped", peripheries=2]
                c_Cleaning [label="Cleaning\n(no states)"]
                start [label="", shape=point, width=0.12]
                start -> s_Off
                s_Off -> s_Idle [label="Power"]
                s_Off -> s_Scrapped [label="Eject"]
                s_Idle -> s_Off [label="Power", ltail=cluster_c_On]
                s_Idle -> s_Ramp [label="Heat"]
                s_Idle -> s_Idle [label="Reset"]
                s_Ramp -> s_Hold [label="Tick [1 of 3]"]
                s_Ramp -> s_Idle [label="Open\nStop", ltail=cluster_c_Heating]
                s_Ramp -> s_Idle [label="Reset"]
                s_Hold -> s_Hold [label="Heat"]
                s_Hold -> s_Idle [label="Reset"]
            }
        "#]]
        .assert_eq(&dot(&sample::oven()));
    }

    #[test]
    fn an_incomplete_graph_says_so() {
        expect![[r#"
            digraph machine {
                // Machine counter
                // Explored under the abstraction counts above 3 are alike
                // Incomplete: exploration reached its limit on configurations
                compound=true
                graph [fontname="Helvetica", style=rounded]
                node [fontname="Helvetica", shape=box, style=rounded]
                edge [fontname="Helvetica", fontsize=11]
                s_Low [label="Low"]
                s_High [label="High"]
                start [label="", shape=point, width=0.12]
                start -> s_Low
                s_Low -> s_High [label="Add"]
            }
        "#]]
        .assert_eq(&dot(&sample::cut_off()));
    }

    #[test]
    fn names_are_text() {
        let names: Vec<_> = sample::HOSTILE.iter().map(|name| quoted(name)).collect();
        expect![[r#"
            \"quoted\"
            a::b::C
            a;b
            #65; # tag #lt;
            Some<Vec<T>>
            <b>bold</b><br/>
            <script>alert(1)</script>
            Ev { n: 1, s: [2] }
            state
            end
            End
            class
            note right of x
            default
            node
            edge
            graph
            subgraph
            [*]
            [[fork]]
            <<choice>>
            --> x
            --
            style a:#b;
            classDef a:#b;
            %% comment
            %%{init: {}}%%
            %date()
            !define X
            ' remark
            /' block '/
            @enduml
            $x$ $$y$$
            **b** *i*
            __u__ _i_
            //i// ~~s~~ --s--
            `code`
            1. one
            - item
            == title ==
            ..
            | bar | bar \\| bar
            \\
            \\N\\G\\l\\n
            &amp;lt; &amp;amp; &amp;#65;
            [link](https://a.b) [[link]]
            https://a.b/c?d=e
            :smile: @user #12
            <:smile:> <U+0041> <&amp;heart>
            fa:fa-car
            line\\nbreak\\r\\ttab
            \\u{1b}[31m\\u{0}
            \"\"
            \" \"
             two  spaces 
            Größe ﬂ°65¶ß
            日本語
            שלום مرحبا
            \\u{202e}turned
            👩‍🚀🇺🇳
            é
            snake_case a__b
            it's 100% (a=b)!?"#]]
        .assert_eq(&names.join("\n"));
        check(&dot(&sample::hostile()));
    }

    static GRAMMAR: LazyLock<Grammar> = LazyLock::new(|| {
        Grammar::new(
            r#"(?:[^"\\&\p{Cc}]|\\["\\n]|&amp;)+"#,
            r"// \P{Cc}*",
            r"subgraph cluster_ID \{",
            r#"ID \[label="TEXT"(?:, peripheries=2)?\]"#,
            r#"label="TEXT""#,
            &[
                r#"start \[label="", shape=point, width=0.12\]"#,
                "start -> ID",
                r#"ID -> ID \[label="TEXT"(?:, ltail=cluster_ID)?\]"#,
            ],
        )
    });

    #[track_caller]
    pub(in crate::draw) fn check(source: &str) {
        let body = source.strip_prefix("digraph machine {\n").unwrap();
        let body = body.strip_suffix("}\n").unwrap();
        let is_style = |line: &&str| STYLE.lines().any(|style| style == *line);
        let (style, lines): (Vec<_>, Vec<_>) = body.lines().partition(is_style);
        assert_eq!(style, STYLE.lines().collect::<Vec<_>>());
        GRAMMAR.check(lines);
    }
}
