//! Reads a pattern in Go's dialect and writes it for the `regex` crate.
//!
//! One pass, no tree and no recursion: each construct is written as soon as
//! it is read, with the flags already worked in, so that the result holds
//! nothing that the two dialects read differently. What is kept beside the
//! text is the shape of the pattern, as far as Go's limits ask for it.

mod classes;

use super::PatternError;
use super::class::{self, Chars};
use super::shape::{Kind, MAX_COUNT, Part, Parts, higher};
use super::token::{counts, escape, next, up_to};

/// The longest pattern that is read, in bytes.
pub(super) const MAX_LENGTH: usize = 1 << 16;
/// How many ranges of characters all classes of a pattern may have together.
const MAX_RANGES: usize = 1 << 18;

/// A pattern in the dialect of the `regex` crate.
#[derive(Debug)]
pub(super) struct Translated {
    pub(super) text: String,
    /// How deeply its parts nest.
    pub(super) height: u32,
}

/// Writes `pattern`, which is in Go's dialect, in that of the `regex` crate.
pub(super) fn translate(pattern: &str) -> Result<Translated, PatternError> {
    if pattern.len() > MAX_LENGTH {
        return Err(PatternError::TooLarge);
    }
    let mut translator = Translator {
        whole: pattern,
        rest: pattern,
        flags: Flags::default(),
        out: String::with_capacity(2 * pattern.len()),
        level: Level::default(),
        outer: Vec::new(),
        ranges: 0,
    };
    let part = translator.run()?;
    Ok(Translated {
        text: translator.out,
        height: part.height,
    })
}

#[derive(Clone, Copy, Default)]
struct Flags {
    fold_case: bool,
    multi_line: bool,
    dot_takes_newline: bool,
    swap_greed: bool,
}

/// What a repetition would repeat.
struct Operand {
    part: Part,
    /// Where its text begins in the output.
    start: usize,
    repeated: bool,
}

/// A group that is being read; the outermost level is the whole pattern.
#[derive(Default)]
struct Level {
    /// The flags outside, which come back when the group ends.
    flags: Flags,
    captures: bool,
    start: usize,
    choice: Parts,
    sequence: Parts,
    operand: Option<Operand>,
}

impl Level {
    fn end_operand(&mut self) {
        if let Some(operand) = self.operand.take() {
            self.sequence.add(operand.part, Kind::Sequence);
        }
    }

    fn end_alternative(&mut self) -> Result<(), PatternError> {
        self.end_operand();
        let alternative = std::mem::take(&mut self.sequence).join(Kind::Sequence)?;
        self.choice.add(alternative, Kind::Choice);
        Ok(())
    }

    fn end(mut self) -> Result<Part, PatternError> {
        self.end_alternative()?;
        let part = self.choice.join(Kind::Choice)?;
        if self.captures {
            higher(Kind::Other, part.height, part.count)
        } else {
            Ok(part)
        }
    }
}

struct Translator<'p> {
    whole: &'p str,
    rest: &'p str,
    flags: Flags,
    out: String,
    level: Level,
    outer: Vec<Level>,
    ranges: usize,
}

impl<'p> Translator<'p> {
    fn run(&mut self) -> Result<Part, PatternError> {
        // The text from the latest repetition on, while nothing follows it.
        let mut repetition = None;
        while let Some(first) = self.rest.chars().next() {
            let before = self.rest;
            let mut repeated = None;
            match first {
                '(' if before.starts_with("(?") => self.flags_or_group()?,
                '(' => {
                    self.rest = &before[1..];
                    self.open(true);
                }
                ')' => self.close()?,
                '|' => {
                    self.rest = &before[1..];
                    self.level.end_alternative()?;
                    self.out.push('|');
                }
                '^' if self.flags.multi_line => self.atom(1, "(?m:^)"),
                '^' => self.atom(1, r"\A"),
                '$' if self.flags.multi_line => self.atom(1, "(?m:$)"),
                '$' => self.atom(1, r"\z"),
                '.' if self.flags.dot_takes_newline => self.atom(1, "(?s:.)"),
                '.' => self.atom(1, r"[^\n]"),
                '[' => self.bracketed()?,
                '*' | '+' | '?' => {
                    self.rest = &before[1..];
                    self.repeat(before, repetition, None)?;
                    repeated = Some(before);
                }
                '{' => match counts(before) {
                    Some((min, max, after)) => {
                        let fits = |n: u32| n <= MAX_COUNT;
                        if !fits(min) || max.is_some_and(|max| !fits(max) || max < min) {
                            return Err(PatternError::InvalidCount {
                                fragment: up_to(before, after),
                            });
                        }
                        self.rest = after;
                        self.repeat(before, repetition, Some((min, max)))?;
                        repeated = Some(before);
                    }
                    None => {
                        self.rest = &before[1..];
                        self.literal(u32::from('{'));
                    }
                },
                '\\' => self.escaped()?,
                _ => {
                    self.rest = &before[first.len_utf8()..];
                    self.literal(u32::from(first));
                }
            }
            repetition = repeated;
        }
        if !self.outer.is_empty() {
            return Err(PatternError::MissingParenthesis {
                fragment: self.whole.to_owned(),
            });
        }
        std::mem::take(&mut self.level).end()
    }

    /// Writes something that a repetition could follow and that is no
    /// character, for the next `length` bytes of the pattern.
    fn atom(&mut self, length: usize, text: &str) {
        self.rest = &self.rest[length..];
        self.begin_operand(Part::leaf(Kind::Other));
        self.out.push_str(text);
    }

    fn literal(&mut self, code: u32) {
        self.begin_operand(Part::leaf(Kind::Literal));
        match char::from_u32(code) {
            Some(c) if self.flags.fold_case => {
                let chars = class::folded(&class::of(&[(c, c)]));
                if chars.ranges().len() == 1 && chars.ranges()[0].len() == 1 {
                    class::write_char(c, &mut self.out);
                } else {
                    class::write_class(&chars, &mut self.out);
                }
            }
            Some(c) => class::write_char(c, &mut self.out),
            // A surrogate: no text holds one.
            None => class::write_class(&Chars::empty(), &mut self.out),
        }
    }

    fn class(&mut self, chars: &Chars) -> Result<(), PatternError> {
        self.spend(chars)?;
        self.begin_operand(Part::leaf(Kind::Other));
        class::write_class(chars, &mut self.out);
        Ok(())
    }

    fn begin_operand(&mut self, part: Part) {
        self.level.end_operand();
        self.level.operand = Some(Operand {
            part,
            start: self.out.len(),
            repeated: false,
        });
    }

    fn spend(&mut self, chars: &Chars) -> Result<(), PatternError> {
        self.ranges += chars.ranges().len();
        if self.ranges > MAX_RANGES {
            return Err(PatternError::TooLarge);
        }
        Ok(())
    }

    fn open(&mut self, captures: bool) {
        self.level.end_operand();
        let inner = Level {
            flags: self.flags,
            captures,
            start: self.out.len(),
            ..Level::default()
        };
        self.outer.push(std::mem::replace(&mut self.level, inner));
        // Nobody asks for what a group captured, so no group captures.
        self.out.push_str("(?:");
    }

    fn close(&mut self) -> Result<(), PatternError> {
        let Some(outer) = self.outer.pop() else {
            return Err(PatternError::UnexpectedParenthesis {
                fragment: self.whole.to_owned(),
            });
        };
        self.rest = &self.rest[1..];
        let group = std::mem::replace(&mut self.level, outer);
        self.flags = group.flags;
        let start = group.start;
        self.level.operand = Some(Operand {
            part: group.end()?,
            start,
            repeated: false,
        });
        self.out.push(')');
        Ok(())
    }

    /// Repeats the latest operand. `before` begins with the operator, whose
    /// text up to `rest` is already read; `latest` is where the repetition
    /// just before it begins, if there is one.
    fn repeat(
        &mut self,
        before: &str,
        latest: Option<&str>,
        counts: Option<(u32, Option<u32>)>,
    ) -> Result<(), PatternError> {
        let operator = &before[..before.len() - self.rest.len()];
        let lazy = self.rest.starts_with('?');
        if lazy {
            self.rest = &self.rest[1..];
        }
        if let Some(latest) = latest {
            return Err(PatternError::NestedRepetition {
                fragment: up_to(latest, self.rest),
            });
        }
        let Some(operand) = &mut self.level.operand else {
            return Err(PatternError::MissingOperand {
                fragment: up_to(before, self.rest),
            });
        };
        let mut part = higher(Kind::Other, operand.part.height, operand.part.count)?;
        if let Some((min, max)) = counts {
            part.count = match max.unwrap_or(min) {
                // What is repeated no times does not count, however large.
                0 if max.is_some() => 1,
                times => part.count * times.max(1),
            };
            if part.count > MAX_COUNT {
                return Err(PatternError::InvalidCount {
                    fragment: up_to(before, self.rest),
                });
            }
        }
        operand.part = part;
        if operand.repeated {
            // `a*(?i)?` repeats `a*`; written side by side it would be lazy.
            self.out.insert_str(operand.start, "(?:");
            self.out.push(')');
        }
        operand.repeated = true;
        self.out.push_str(operator);
        if lazy != self.flags.swap_greed {
            self.out.push('?');
        }
        Ok(())
    }

    /// Reads what begins with `(?`.
    fn flags_or_group(&mut self) -> Result<(), PatternError> {
        let before = self.rest;
        let name = if before.len() > 4 && before.starts_with("(?P<") {
            Some(4)
        } else if before.len() > 3 && before.starts_with("(?<") {
            Some(3)
        } else {
            None
        };
        if let Some(start) = name {
            let Some(end) = before.find('>') else {
                return Err(PatternError::InvalidName {
                    fragment: before.to_owned(),
                });
            };
            let name = &before[start..end];
            if name.is_empty() || !name.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric()) {
                return Err(PatternError::InvalidName {
                    fragment: before[..=end].to_owned(),
                });
            }
            self.rest = &before[end + 1..];
            self.open(true);
            return Ok(());
        }

        let mut rest = &before[2..];
        let mut flags = self.flags;
        let mut set = true;
        let mut seen = false;
        while let Some(c) = next(&mut rest) {
            match c {
                'i' => flags.fold_case = set,
                'm' => flags.multi_line = set,
                's' => flags.dot_takes_newline = set,
                'U' => flags.swap_greed = set,
                '-' if set => {
                    set = false;
                    seen = false;
                    continue;
                }
                ':' | ')' if set || seen => {
                    self.rest = rest;
                    if c == ':' {
                        self.open(false);
                    }
                    self.flags = flags;
                    return Ok(());
                }
                _ => break,
            }
            seen = true;
        }
        Err(PatternError::InvalidGroup {
            fragment: up_to(before, rest),
        })
    }

    /// Reads what begins with a backslash, outside brackets.
    fn escaped(&mut self) -> Result<(), PatternError> {
        let before = self.rest;
        match before.as_bytes().get(1) {
            Some(b'A') => self.atom(2, r"\A"),
            Some(b'b') => self.atom(2, r"(?-u:\b)"),
            Some(b'B') => self.atom(2, r"(?-u:\B)"),
            Some(b'z') => self.atom(2, r"\z"),
            Some(b'Q') => {
                let quoted = &before[2..];
                let (literals, rest) = quoted.split_once(r"\E").unwrap_or((quoted, ""));
                for c in literals.chars() {
                    self.literal(u32::from(c));
                }
                self.rest = rest;
            }
            _ => match self.escaped_class()? {
                Some(chars) => self.class(&chars)?,
                None => {
                    let code = escape(&mut self.rest)?;
                    self.literal(code);
                }
            },
        }
        Ok(())
    }
}
