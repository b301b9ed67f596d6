//! Sequence diagrams: who does what to whom, one after the other.
//!
//! More than 60 hostile names, each as a lane, a label, a loop's title and a note, were
//! read by Mermaid 11.17.2 and found unchanged in what it had read.

use std::fmt::Write as _;

use super::mermaid::quoted;
use super::text::is_identifier;

/// What a sequence diagram shows.
#[derive(Debug, Default)]
pub(crate) struct Sequence {
    /// The names of those who take part, each once, from left to right.
    lanes: Vec<String>,
    items: Vec<Item>,
}

#[derive(Debug)]
enum Item {
    /// From one lane to another, or to itself.
    Arrow(usize, usize, String),
    /// Lines of text across all lanes.
    Note(Vec<String>),
    /// Begins a box around what is repeated.
    Loop(String),
    /// Ends the box.
    End,
}

impl Sequence {
    /// The lane of this name; a new one to the right if there is none.
    pub(crate) fn lane(&mut self, name: &str) -> usize {
        let known = self.lanes.iter().position(|lane| lane == name);
        known.unwrap_or_else(|| {
            self.lanes.push(name.to_owned());
            self.lanes.len() - 1
        })
    }

    pub(crate) fn arrow(&mut self, from: usize, to: usize, label: &str) {
        self.items.push(Item::Arrow(from, to, label.to_owned()));
    }

    pub(crate) fn note(&mut self, lines: Vec<String>) {
        self.items.push(Item::Note(lines));
    }

    pub(crate) fn begin_loop(&mut self, title: &str) {
        self.items.push(Item::Loop(title.to_owned()));
    }

    pub(crate) fn end_loop(&mut self) {
        self.items.push(Item::End);
    }

    /// As a Mermaid `sequenceDiagram`.
    pub(crate) fn mermaid(&self) -> String {
        let mut out = String::from("sequenceDiagram\n");
        self.write(&mut out)
            .unwrap_or_else(|_| unreachable!("a string takes all text"));
        out
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        let id = |lane: usize| match &self.lanes[lane] {
            name if is_identifier(name) => format!("p_{name}"),
            _ => format!("p{lane}"),
        };
        for (lane, name) in self.lanes.iter().enumerate() {
            writeln!(out, "    participant {} as {}", id(lane), quoted(name))?;
        }
        let mut indent = "    ";
        for item in &self.items {
            match item {
                Item::Arrow(from, to, label) => {
                    let (from, to) = (id(*from), id(*to));
                    writeln!(out, "{indent}{from}->>{to}: {}", quoted(label))?;
                }
                Item::Note(lines) => {
                    let over = match self.lanes.len() {
                        0 => continue,
                        1 => id(0),
                        lanes => format!("{},{}", id(0), id(lanes - 1)),
                    };
                    let lines: Vec<_> = lines.iter().map(|line| quoted(line)).collect();
                    writeln!(out, "{indent}Note over {over}: {}", lines.join("<br/>"))?;
                }
                Item::Loop(title) => {
                    writeln!(out, "{indent}loop {}", quoted(title))?;
                    indent = "        ";
                }
                Item::End => {
                    indent = "    ";
                    writeln!(out, "{indent}end")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use regex::Regex;

    use super::*;
    use crate::draw::sample::HOSTILE;

    #[test]
    fn names_are_text() {
        let text = r"(?:[\w ,.()=\'!?&&[\x00-\x7f]]|[^\x00-\x7f\s\p{Cc}]|#[0-9]+;)+";
        let line = Regex::new(
            &r"^(?: {4}participant ID as TEXT|( {4}){1,2}ID->>ID: TEXT|( {4}){1,2}Note over ID(,ID)?: TEXT(<br/>TEXT)*| {4}loop TEXT| {4}end)$"
                .replace("ID", "p(?:[0-9]+|_[a-zA-Z][a-zA-Z0-9_]*)")
                .replace("TEXT", text),
        )
        .unwrap();
        let mut sequence = Sequence::default();
        for name in HOSTILE {
            let lane = sequence.lane(name);
            sequence.arrow(0, lane, name);
            sequence.begin_loop(name);
            sequence.arrow(lane, 0, name);
            sequence.note(vec![(*name).to_owned(), (*name).to_owned()]);
            sequence.end_loop();
        }
        let source = sequence.mermaid();
        let mut lines = source.lines();
        assert_eq!(lines.next(), Some("sequenceDiagram"));
        let mut count = 0;
        for found in lines {
            count += 1;
            assert!(line.is_match(found), "not a line of this format: {found}");
        }
        assert_eq!(count, 6 * HOSTILE.len());
    }

    #[test]
    fn ids_are_names_where_that_is_safe() {
        let mut sequence = Sequence::default();
        for name in ["worker", "worker 2", "end", "p1"] {
            let lane = sequence.lane(name);
            sequence.arrow(lane, lane, "end");
        }
        expect![[r#"
            sequenceDiagram
                participant p_worker as worker
                participant p1 as worker 2
                participant p_end as end
                participant p_p1 as p1
                p_worker->>p_worker: end
                p1->>p1: end
                p_end->>p_end: end
                p_p1->>p_p1: end
        "#]]
        .assert_eq(&sequence.mermaid());
    }
}
