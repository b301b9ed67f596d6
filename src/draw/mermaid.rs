//! Mermaid's `stateDiagram-v2`.

use std::fmt::Write as _;

use super::fold::Folding;
use super::outcome::{Label, written};
use super::picture::{NO_STATES, PartKind, Picture};
use super::text::coded;
use crate::graph::Graph;

/// The graph as a Mermaid `stateDiagram-v2`, which GitHub, GitLab and many editors
/// draw in a Markdown block marked `mermaid`.
///
/// Mermaid draws at most 500 arrows and 50 000 characters unless it is configured
/// otherwise. Where a superstate contains an arrow from a state to itself, it may
/// draw arrows from the superstate's border with a gap between.
///
/// # Examples
///
/// ```
/// use fsmcheck::draw;
/// use fsmcheck::graph::GraphBuilder;
///
/// let mut door = GraphBuilder::new("door", ["Open", "Close"]);
/// let closed = door.state("Closed", None);
/// let opened = door.state("Opened", None);
/// door.start(closed).moved(closed, "Open", opened).moved(opened, "Close", closed);
/// assert_eq!(
///     draw::mermaid(&door.build()?),
///     r#"stateDiagram-v2
///     %% Machine door
///     state "Closed" as s_Closed
///     state "Opened" as s_Opened
///     [*] --> s_Closed
///     s_Closed --> s_Opened : Open
///     s_Opened --> s_Closed : Close
/// "#
/// );
/// # Ok::<(), fsmcheck::graph::BuildError>(())
/// ```
#[must_use]
pub fn mermaid(graph: &Graph) -> String {
    // A box around states has no place for text in Mermaid but its title, a note
    // would read Markdown, and a loop breaks the arrows that begin at the border.
    let picture = Picture::new(graph, Folding::Arrows);
    let mut out = String::from("stateDiagram-v2\n");
    write(&mut out, &picture).unwrap_or_else(|_| unreachable!("a string takes all text"));
    out
}

fn write(out: &mut String, picture: &Picture<'_>) -> std::fmt::Result {
    for remark in &picture.remarks {
        writeln!(out, "    %% {}", remark.written(quoted))?;
    }
    for part in &picture.parts {
        let indent = part.indent();
        match &part.kind {
            PartKind::Open { id, name, .. } => {
                writeln!(out, "{indent}state \"{}\" as {id} {{", quoted(name))?;
            }
            PartKind::Close => writeln!(out, "{indent}}}")?,
            PartKind::Empty { id, name } => {
                writeln!(out, "{indent}state \"{}\" as {id}", quoted(name))?;
                writeln!(out, "{indent}{id} : {NO_STATES}")?;
            }
            PartKind::State {
                id,
                name,
                note,
                stays,
                ..
            } => {
                writeln!(out, "{indent}state \"{}\" as {id}", quoted(name))?;
                if let Some(note) = note {
                    writeln!(out, "{indent}{id} : {}", quoted(note))?;
                }
                if !stays.is_empty() {
                    writeln!(out, "{indent}{id} : {}", joined(stays))?;
                }
            }
        }
    }
    for id in &picture.starts {
        writeln!(out, "    [*] --> {id}")?;
    }
    for arrow in &picture.arrows {
        let (from, to) = (arrow.from.id(), &arrow.to);
        writeln!(out, "    {from} --> {to} : {}", joined(&arrow.labels))?;
    }
    for id in &picture.ends {
        writeln!(out, "    {id} --> [*]")?;
    }
    Ok(())
}

fn joined(labels: &[Label<'_>]) -> String {
    written(labels, "<br/>", quoted)
}

/// A name as text that Mermaid shows and never reads as syntax.
pub(super) fn quoted(name: &str) -> String {
    let is_harmless = |c: char| match c {
        ' ' | ',' | '.' | '(' | ')' | '=' | '\'' | '!' | '?' => true,
        _ if c.is_ascii() => c.is_ascii_alphanumeric(),
        _ => !c.is_whitespace(),
    };
    // Mermaid keeps entities in a form of its own and looks for it even in what an
    // entity stood for, so an invisible character has to part these pairs.
    coded(name, is_harmless, |code| format!("#{code};"))
        .replace("ﬂ°", "ﬂ\u{2060}°")
        .replace("¶ß", "¶\u{2060}ß")
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
            stateDiagram-v2
                %% Machine oven
                %% [n of m]: in n of the m configurations (state and data) of the state
                state "Off" as s_Off
                state "On" as c_On {
                    state "Idle" as s_Idle
                    s_Idle : Eject (stays)
                    state "Heating" as c_Heating {
                        state "Ramp" as s_Ramp
                        s_Ramp : Tick [2 of 3] (stays, data changes)<br/>Eject (stays)
                        state "Hold" as s_Hold
                        s_Hold : Tick (stays)<br/>Eject (stays)
                    }
                }
                state "Scrapped" as s_Scrapped
                state "Cleaning" as c_Cleaning
                c_Cleaning : (no states)
                [*] --> s_Off
                s_Off --> s_Idle : Power
                s_Off --> s_Scrapped : Eject
                c_On --> s_Off : Power
                s_Idle --> s_Ramp : Heat
                s_Idle --> s_Idle : Reset
                s_Ramp --> s_Hold : Tick [1 of 3]
                c_Heating --> s_Idle : Open<br/>Stop
                s_Ramp --> s_Idle : Reset
                s_Hold --> s_Hold : Heat
                s_Hold --> s_Idle : Reset
                s_Scrapped --> [*]
        "#]]
        .assert_eq(&mermaid(&sample::oven()));
    }

    #[test]
    fn an_incomplete_graph_says_so() {
        expect![[r#"
            stateDiagram-v2
                %% Machine counter
                %% Explored under the abstraction counts above 3 are alike
                %% Incomplete: exploration reached its limit on configurations
                state "Low" as s_Low
                state "High" as s_High
                [*] --> s_Low
                s_Low --> s_High : Add
        "#]]
        .assert_eq(&mermaid(&sample::cut_off()));
    }

    #[test]
    fn names_are_text() {
        let names: Vec<_> = sample::HOSTILE.iter().map(|name| quoted(name)).collect();
        expect![[r#"
            #34;quoted#34;
            a#58;#58;b#58;#58;C
            a#59;b
            #35;65#59; #35; tag #35;lt#59;
            Some#60;Vec#60;T#62;#62;
            #60;b#62;bold#60;#47;b#62;#60;br#47;#62;
            #60;script#62;alert(1)#60;#47;script#62;
            Ev #123; n#58; 1, s#58; #91;2#93; #125;
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
            #91;#42;#93;
            #91;#91;fork#93;#93;
            #60;#60;choice#62;#62;
            #45;#45;#62; x
            #45;#45;
            style a#58;#35;b#59;
            classDef a#58;#35;b#59;
            #37;#37; comment
            #37;#37;#123;init#58; #123;#125;#125;#37;#37;
            #37;date()
            !define X
            ' remark
            #47;' block '#47;
            #64;enduml
            #36;x#36; #36;#36;y#36;#36;
            #42;#42;b#42;#42; #42;i#42;
            #95;#95;u#95;#95; #95;i#95;
            #47;#47;i#47;#47; #126;#126;s#126;#126; #45;#45;s#45;#45;
            #96;code#96;
            1. one
            #45; item
            == title ==
            ..
            #124; bar #124; bar #92;#124; bar
            #92;
            #92;N#92;G#92;l#92;n
            #38;lt#59; #38;amp#59; #38;#35;65#59;
            #91;link#93;(https#58;#47;#47;a.b) #91;#91;link#93;#93;
            https#58;#47;#47;a.b#47;c?d=e
            #58;smile#58; #64;user #35;12
            #60;#58;smile#58;#62; #60;U#43;0041#62; #60;#38;heart#62;
            fa#58;fa#45;car
            line#92;nbreak#92;r#92;ttab
            #92;u#123;1b#125;#91;31m#92;u#123;0#125;
            #34;#34;
            #34; #34;
            #160;two #160;spaces#160;
            Größe ﬂ<joiner>°65¶<joiner>ß
            日本語
            שלום مرحبا
            #92;u#123;202e#125;turned
            👩‍🚀🇺🇳
            é
            snake_case a#95;#95;b
            it's 100#37; (a=b)!?"#]]
        .assert_eq(&names.join("\n").replace('\u{2060}', "<joiner>"));
        check(&mermaid(&sample::hostile()));
    }

    static GRAMMAR: LazyLock<Grammar> = LazyLock::new(|| {
        Grammar::new(
            r"(?:[\w ,.()=\'!?\[\]&&[\x00-\x7f]]|[^\x00-\x7f\s\p{Cc}]|#[0-9]+;|<br/>)+",
            "%% TEXT|%% .n of m.: [a-z (),]+",
            r#"state "TEXT" as ID \{"#,
            r#"state "TEXT" as ID"#,
            "ID : TEXT",
            &[r"\[\*\] --> ID", "ID --> ID : TEXT", r"ID --> \[\*\]"],
        )
    });

    #[track_caller]
    pub(in crate::draw) fn check(source: &str) {
        GRAMMAR.check(source.strip_prefix("stateDiagram-v2\n").unwrap().lines());
    }
}
