//! Walks and counterexamples as people read them.

use std::fmt::{self, Write};

use super::difference::{Change, of_texts};
use super::form::{Form, Kind};
use super::{Counterexample, Ending, Model, PropertyKind, Walk};
use crate::draw::visible_line;

/// How many characters a line has, as long as words are short enough.
const WIDTH: usize = 100;

/// How many changes of one step are shown.
const MAX_CHANGES: usize = 12;

/// How many characters of a value that changes are shown.
const MAX_VALUE: usize = 160;

/// How many of them stand before the first one that differs.
const CONTEXT: usize = 40;

/// Numbered steps, each with what it changes, behind the first state in full. Actions
/// are in their `Debug` form.
impl<M: Model + ?Sized> fmt::Display for Walk<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        tell(f, self, None, &self.forms(), |number| {
            format!("{:?}", self.steps()[number].action)
        })
    }
}

/// The property, what was assumed, what was found, then the [walk](Walk) and how it
/// goes on.
///
/// ```text
/// never "both are inside" does not hold
///   found: one of the shortest ways to break it, 4 steps
///   0  State { taken: false, processes: [Idle, Idle] }
///   1  Look(0)
///        processes[0]: Idle → SawItFree
///   …
/// ```
impl<M: Model + ?Sized> fmt::Display for Counterexample<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps = self.steps().len();
        let mut page = Page::new(f, 0);
        let claimed = Claimed(self.kind, &self.property);
        page.text(&format!("{claimed} does not hold"), 2)?;
        if let Some(fairness) = &self.fairness {
            page.line(2)?;
            page.text(&format!("fairness: {}", visible_line(fairness)), 4)?;
        }
        page.end()?;
        match self.ending {
            Ending::Broken => {
                let steps = Counted(steps, "step");
                let way = if self.is_shortest {
                    "one of the shortest ways"
                } else {
                    "a way"
                };
                writeln!(f, "  found: {way} to break it, {steps}")?;
            }
            Ending::Stops => {
                let steps = Counted(steps, "step");
                writeln!(f, "  found: a run of {steps} that then stops")?;
            }
            Ending::RepeatsFrom(from) => {
                let cycle = Counted(steps.saturating_sub(from), "step");
                let stem = Counted(from, "step");
                writeln!(f, "  found: a run of {stem}, and then {cycle} for ever")?;
            }
        }
        tell(f, &self.walk, Some(self.ending), self.forms(), |number| {
            self.labels()[number].name.clone()
        })
    }
}

/// A property with its kind.
pub(super) struct Claimed<'n>(pub(super) PropertyKind, pub(super) &'n str);

impl fmt::Display for Claimed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} \"{}\"", self.0, visible_line(self.1))
    }
}

/// A number of things.
pub(super) struct Counted<N>(pub(super) N, pub(super) &'static str);

impl<N: fmt::Display + PartialEq + From<u8>> fmt::Display for Counted<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.0 == N::from(1) { "" } else { "s" };
        write!(f, "{} {}{plural}", self.0, self.1)
    }
}

fn tell<M: Model + ?Sized>(
    f: &mut fmt::Formatter<'_>,
    walk: &Walk<M>,
    ending: Option<Ending>,
    forms: &[String],
    name: impl Fn(usize) -> String,
) -> fmt::Result {
    let digits = walk.steps().len().to_string().len();
    let indent = digits + 4;
    let cycle_begins = |number| match ending {
        Some(Ending::RepeatsFrom(from)) => from == number,
        _ => false,
    };
    let form = |number: usize| {
        let form = forms.get(number).map_or("", String::as_str);
        visible_line(form).into_owned()
    };
    let mut before = form(0);
    let mut state = walk.initial();
    write!(f, "  {:>digits$}  ", 0)?;
    let mut page = Page::new(f, indent);
    page.form(&Form::read(&before), indent)?;
    page.end()?;
    for (number, step) in (1..).zip(walk.steps()) {
        if cycle_begins(number - 1) {
            writeln!(f, "{:indent$}--- from here on for ever ---", "")?;
        }
        write!(f, "  {number:>digits$}  ")?;
        let mut page = Page::new(f, indent);
        page.text(&visible_line(&name(number - 1)), indent + 2)?;
        page.end()?;
        let after = form(number);
        let different = of_texts(&before, &after);
        if different.is_empty() {
            let shown = if step.state == *state {
                ""
            } else {
                " that is shown"
            };
            writeln!(f, "{:indent$}  (changes nothing{shown})", "")?;
        }
        changes(f, &different, indent + 2)?;
        (before, state) = (after, &step.state);
    }
    match ending {
        None | Some(Ending::Broken) => Ok(()),
        Some(Ending::Stops) => writeln!(f, "{:indent$}… and nothing more happens", ""),
        Some(Ending::RepeatsFrom(from)) => {
            writeln!(f, "{:indent$}… and again from step {}", "", from + 1)
        }
    }
}

fn changes(f: &mut fmt::Formatter<'_>, changes: &[Change], indent: usize) -> fmt::Result {
    for change in changes.iter().take(MAX_CHANGES) {
        write!(f, "{:indent$}", "")?;
        let mut page = Page::new(f, indent);
        page.text(&excerpt(change).to_string(), indent + 2)?;
        page.end()?;
    }
    if changes.len() > MAX_CHANGES {
        let more = changes.len() - MAX_CHANGES;
        writeln!(f, "{:indent$}and {more} more changes", "")?;
    }
    Ok(())
}

/// A change of which long values show only where they differ.
fn excerpt(change: &Change) -> Change {
    let common = match (&change.before, &change.after) {
        (Some(before), Some(after)) => {
            let same = before.chars().zip(after.chars());
            same.take_while(|(before, after)| before == after).count()
        }
        _ => 0,
    };
    let excerpt = |value: &String| {
        let length = value.chars().count();
        if length <= MAX_VALUE {
            return value.clone();
        }
        let start = common.saturating_sub(CONTEXT).min(length - MAX_VALUE);
        let part: String = value.chars().skip(start).take(MAX_VALUE).collect();
        let (before, after) = (start > 0, start + MAX_VALUE < length);
        let dots = |is_cut| if is_cut { "…" } else { "" };
        format!(
            "{}{part}{} ({length} characters)",
            dots(before),
            dots(after)
        )
    };
    Change {
        path: change.path.clone(),
        before: change.before.as_ref().map(excerpt),
        after: change.after.as_ref().map(excerpt),
    }
}

/// Text that is broken into lines.
struct Page<'f, 'b> {
    out: &'f mut fmt::Formatter<'b>,
    /// How many characters the line has.
    column: usize,
}

impl<'f, 'b> Page<'f, 'b> {
    const fn new(out: &'f mut fmt::Formatter<'b>, column: usize) -> Self {
        Self { out, column }
    }

    fn end(self) -> fmt::Result {
        self.out.write_char('\n')
    }

    fn line(&mut self, indent: usize) -> fmt::Result {
        self.column = indent;
        write!(self.out, "\n{:indent$}", "")
    }

    fn word(&mut self, word: &str) -> fmt::Result {
        self.column += word.chars().count();
        self.out.write_str(word)
    }

    /// Text, broken between words where it is too long.
    fn text(&mut self, text: &str, indent: usize) -> fmt::Result {
        for (index, word) in text.split(' ').enumerate() {
            if index > 0 {
                if self.column + 1 + word.chars().count() > WIDTH && self.column > indent {
                    self.line(indent)?;
                } else {
                    self.word(" ")?;
                }
            }
            self.word(word)?;
        }
        Ok(())
    }

    /// A value: in one line if there is room for it, or else a line for each part.
    fn form(&mut self, form: &Form<'_>, indent: usize) -> fmt::Result {
        if form.is_leaf() || self.column + form.text.chars().count() <= WIDTH {
            return self.text(form.text, indent + 2);
        }
        match &form.kind {
            Kind::Leaf => self.text(form.text, indent + 2),
            Kind::Struct(name, fields) => {
                self.word(name)?;
                self.word(" {")?;
                for (name, value) in fields {
                    self.line(indent + 2)?;
                    self.word(name)?;
                    self.word(": ")?;
                    self.form(value, indent + 2)?;
                    self.word(",")?;
                }
                self.close("}", indent)
            }
            Kind::Tuple(name, values) => self.group([name, "("], values, ")", indent),
            Kind::List(name, values) => self.group([name, "["], values, "]", indent),
            Kind::Set(values) => self.group(["", "{"], values, "}", indent),
            Kind::Map(entries) => {
                self.word("{")?;
                for (key, value) in entries {
                    self.line(indent + 2)?;
                    self.form(key, indent + 2)?;
                    self.word(": ")?;
                    self.form(value, indent + 2)?;
                    self.word(",")?;
                }
                self.close("}", indent)
            }
        }
    }

    /// Values, as many in a line as there is room for.
    fn group(
        &mut self,
        open: [&str; 2],
        values: &[Form<'_>],
        close: &str,
        indent: usize,
    ) -> fmt::Result {
        self.word(open[0])?;
        self.word(open[1])?;
        let indent_inside = indent + 2;
        for (index, value) in values.iter().enumerate() {
            let fits = self.column + 2 + value.text.chars().count() <= WIDTH;
            if index == 0 || !fits {
                self.line(indent_inside)?;
            } else {
                self.word(" ")?;
            }
            self.form(value, indent_inside)?;
            self.word(",")?;
        }
        self.close(close, indent)
    }

    fn close(&mut self, close: &str, indent: usize) -> fmt::Result {
        self.line(indent)?;
        self.word(close)
    }
}
