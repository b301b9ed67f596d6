//! PlantUML's state diagrams.

use std::fmt::Write as _;

use super::fold::Folding;
use super::outcome::{Label, written};
use super::picture::{NO_STATES, PartKind, Picture};
use super::text::coded;
use crate::graph::Graph;

/// The graph as a PlantUML state diagram.
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
/// let plantuml = draw::plantuml(&lamp.build()?);
/// assert!(plantuml.contains("s_Off --> s_On : Toggle"));
/// # Ok::<(), fsmcheck::graph::BuildError>(())
/// ```
#[must_use]
pub fn plantuml(graph: &Graph) -> String {
    let picture = Picture::new(graph, Folding::All);
    let mut out = String::from("@startuml\n");
    write(&mut out, &picture).unwrap_or_else(|_| unreachable!("a string takes all text"));
    out.push_str("@enduml\n");
    out
}

fn write(out: &mut String, picture: &Picture<'_>) -> std::fmt::Result {
    for remark in &picture.remarks {
        writeln!(out, "' {}", remark.written(quoted))?;
    }
    out.push_str("hide empty description\n");
    let mut inside = String::new();
    for part in &picture.parts {
        // Nothing else is around the whole, so one level of white space goes.
        let indent = &part.indent()[4..];
        match &part.kind {
            PartKind::Open { id, name, stays } => {
                if !stays.is_empty() {
                    writeln!(inside, "{id} : {}", joined(stays))?;
                }
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
    out.push_str(&inside);
    for id in &picture.starts {
        writeln!(out, "[*] --> {id}")?;
    }
    for arrow in &picture.arrows {
        let (from, to) = (arrow.from.id(), &arrow.to);
        writeln!(out, "{from} --> {to} : {}", joined(&arrow.labels))?;
    }
    for id in &picture.ends {
        writeln!(out, "{id} --> [*]")?;
    }
    Ok(())
}

fn joined(labels: &[Label<'_>]) -> String {
    written(labels, r"\n", quoted)
}

/// A name as text that PlantUML shows and never reads as markup, macro or syntax.
fn quoted(name: &str) -> String {
    let is_harmless = |c: char| match c {
        ' ' | ',' | '(' | ')' | ':' => true,
        _ => !c.is_ascii() || c.is_ascii_alphanumeric(),
    };
    coded(name, is_harmless, |code| format!("<U+{code:04X}>"))
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
            @startuml
            ' Machine oven
            ' [n of m]: in n of the m configurations (state and data) of the state
            hide empty description
            state "Off" as s_Off
            state "On" as c_On {
                state "Idle" as s_Idle
                state "Heating" as c_Heating {
                    state "Ramp" as s_Ramp
                    s_Ramp : Tick [2 of 3] (stays, data changes)
                    state "Hold" as s_Hold
                    s_Hold : Tick (stays)
                }
            }
            state "Scrapped" as s_Scrapped
            state "Cleaning" as c_Cleaning
            c_Cleaning : (no states)
            c_On : Eject (stays)
            [*] --> s_Off
            s_Off --> s_Idle : Power
            s_Off --> s_Scrapped : Eject
            c_On --> s_Off : Power
            s_Idle --> s_Ramp : Heat
            s_Idle --> s_Idle : Reset
            s_Ramp --> s_Hold : Tick [1 of 3]
            c_Heating --> s_Idle : Open\nStop
            s_Ramp --> s_Idle : Reset
            s_Hold --> s_Hold : Heat
            s_Hold --> s_Idle : Reset
            s_Scrapped --> [*]
            @enduml
        "#]]
        .assert_eq(&plantuml(&sample::oven()));
    }

    #[test]
    fn an_incomplete_graph_says_so() {
        expect![[r#"
            @startuml
            ' Machine counter
            ' Explored under the abstraction counts above 3 are alike
            ' Incomplete: exploration reached its limit on configurations
            hide empty description
            state "Low" as s_Low
            state "High" as s_High
            [*] --> s_Low
            s_Low --> s_High : Add
            @enduml
        "#]]
        .assert_eq(&plantuml(&sample::cut_off()));
    }

    #[test]
    fn names_are_text() {
        let names: Vec<_> = sample::HOSTILE.iter().map(|name| quoted(name)).collect();
        expect![[r#"
            <U+0022>quoted<U+0022>
            a::b::C
            a<U+003B>b
            <U+0023>65<U+003B> <U+0023> tag <U+0023>lt<U+003B>
            Some<U+003C>Vec<U+003C>T<U+003E><U+003E>
            <U+003C>b<U+003E>bold<U+003C><U+002F>b<U+003E><U+003C>br<U+002F><U+003E>
            <U+003C>script<U+003E>alert(1)<U+003C><U+002F>script<U+003E>
            Ev <U+007B> n: 1, s: <U+005B>2<U+005D> <U+007D>
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
            <U+005B><U+002A><U+005D>
            <U+005B><U+005B>fork<U+005D><U+005D>
            <U+003C><U+003C>choice<U+003E><U+003E>
            <U+002D><U+002D><U+003E> x
            <U+002D><U+002D>
            style a:<U+0023>b<U+003B>
            classDef a:<U+0023>b<U+003B>
            <U+0025><U+0025> comment
            <U+0025><U+0025><U+007B>init: <U+007B><U+007D><U+007D><U+0025><U+0025>
            <U+0025>date()
            <U+0021>define X
            <U+0027> remark
            <U+002F><U+0027> block <U+0027><U+002F>
            <U+0040>enduml
            <U+0024>x<U+0024> <U+0024><U+0024>y<U+0024><U+0024>
            <U+002A><U+002A>b<U+002A><U+002A> <U+002A>i<U+002A>
            <U+005F><U+005F>u<U+005F><U+005F> <U+005F>i<U+005F>
            <U+002F><U+002F>i<U+002F><U+002F> <U+007E><U+007E>s<U+007E><U+007E> <U+002D><U+002D>s<U+002D><U+002D>
            <U+0060>code<U+0060>
            1<U+002E> one
            <U+002D> item
            <U+003D><U+003D> title <U+003D><U+003D>
            <U+002E><U+002E>
            <U+007C> bar <U+007C> bar <U+005C><U+007C> bar
            <U+005C>
            <U+005C>N<U+005C>G<U+005C>l<U+005C>n
            <U+0026>lt<U+003B> <U+0026>amp<U+003B> <U+0026><U+0023>65<U+003B>
            <U+005B>link<U+005D>(https:<U+002F><U+002F>a<U+002E>b) <U+005B><U+005B>link<U+005D><U+005D>
            https:<U+002F><U+002F>a<U+002E>b<U+002F>c<U+003F>d<U+003D>e
            :smile: <U+0040>user <U+0023>12
            <U+003C>:smile:<U+003E> <U+003C>U<U+002B>0041<U+003E> <U+003C><U+0026>heart<U+003E>
            fa:fa<U+002D>car
            line<U+005C>nbreak<U+005C>r<U+005C>ttab
            <U+005C>u<U+007B>1b<U+007D><U+005B>31m<U+005C>u<U+007B>0<U+007D>
            <U+0022><U+0022>
            <U+0022> <U+0022>
             two  spaces 
            Größe ﬂ°65¶ß
            日本語
            שלום مرحبا
            <U+005C>u<U+007B>202e<U+007D>turned
            👩‍🚀🇺🇳
            é
            snake_case a<U+005F><U+005F>b
            it<U+0027>s 100<U+0025> (a<U+003D>b)<U+0021><U+003F>"#]].assert_eq(&names.join("\n"));
        check(&plantuml(&sample::hostile()));
    }

    static GRAMMAR: LazyLock<Grammar> = LazyLock::new(|| {
        Grammar::new(
            r"(?:[\w ,():\[\]&&[\x00-\x7f]]|[^\x00-\x7f\p{Cc}]|<U\+00[0-9A-F]{2}>|\\n)+",
            "' TEXT|hide empty description",
            r#"state "TEXT" as ID \{"#,
            r#"state "TEXT" as ID"#,
            "ID : TEXT",
            &[r"\[\*\] --> ID", "ID --> ID : TEXT", r"ID --> \[\*\]"],
        )
    });

    #[track_caller]
    pub(in crate::draw) fn check(source: &str) {
        let body = source.strip_prefix("@startuml\n").unwrap();
        GRAMMAR.check(body.strip_suffix("@enduml\n").unwrap().lines());
    }
}
