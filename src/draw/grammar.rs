//! A check of sources line by line, for the tests of the formats.

use std::collections::HashSet;

use regex::Regex;

/// The few kinds of line that a source consists of.
///
/// Each is a regular expression in which `ID` stands for an id and `TEXT` for text
/// in the quoting of the format.
pub(super) struct Grammar {
    comment: Regex,
    /// Declares an id and opens a block.
    open: Regex,
    /// Declares an id.
    declaration: Regex,
    /// May stand in a block.
    inside: Regex,
    /// May stand outside of all blocks.
    outside: Vec<Regex>,
}

impl Grammar {
    pub(super) fn new(
        text: &str,
        comment: &str,
        open: &str,
        declaration: &str,
        inside: &str,
        outside: &[&str],
    ) -> Self {
        let line = |pattern: &str| {
            let pattern = pattern.replace("ID", "([sc]_?[a-zA-Z0-9_]+)");
            Regex::new(&format!("^ *{}$", pattern.replace("TEXT", text))).unwrap()
        };
        Self {
            comment: line(comment),
            open: line(open),
            declaration: line(declaration),
            inside: line(inside),
            outside: outside.iter().map(|pattern| line(pattern)).collect(),
        }
    }

    /// Holds a source against the grammar: no text gets out of its place, ids are
    /// declared once and before use, and what is opened is closed.
    #[track_caller]
    pub(super) fn check<'a>(&self, lines: impl IntoIterator<Item = &'a str>) {
        let mut ids = HashSet::new();
        let mut depth = 0;
        for line in lines {
            let opened = self.open.captures(line);
            depth += usize::from(opened.is_some());
            if let Some(found) = opened.or_else(|| self.declaration.captures(line)) {
                assert!(ids.insert(found[1].to_owned()), "declared twice: {line}");
            } else if line.trim() == "}" {
                assert_ne!(depth, 0, "closed twice");
                depth -= 1;
            } else if !self.comment.is_match(line) {
                let outside = self.outside.iter().filter(|_| depth == 0);
                let found = std::iter::once(&self.inside)
                    .chain(outside)
                    .find_map(|kind| kind.captures(line))
                    .unwrap_or_else(|| panic!("not a line of this format: {line}"));
                let mut used = found.iter().skip(1).flatten();
                assert!(
                    used.all(|id| ids.contains(id.as_str())),
                    "undeclared: {line}"
                );
            }
        }
        assert_eq!(depth, 0, "not closed");
    }
}
