//! Reads a pattern in Go's dialect and writes it for the `regex` crate.
//!
//! One pass, no tree and no recursion: each construct is written as soon as
//! it is read, with the flags already worked in, so that the result holds
//! nothing that the two dialects read differently. What is kept beside the
//! text is the shape of the pattern, as far as Go's limits ask for it.

use regex_syntax::hir::ClassUnicodeRange;

use super::PatternError;
use super::class::{self, Chars};

/// The longest pattern that is read, in bytes.
pub(super) const MAX_LENGTH: usize = 1 << 16;
/// How many ranges of characters all classes of a pattern may have together.
const MAX_RANGES: usize = 1 << 18;
/// How deeply the parts of a pattern may nest, and how often one part may be
/// repeated by all its counted repetitions together. Both are Go's.
const MAX_HEIGHT: u32 = 1000;
const MAX_COUNT: u32 = 1000;

/// Writes `pattern`, which is in Go's dialect, in that of the `regex` crate.
pub(super) fn translate(pattern: &str) -> Result<String, PatternError> {
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
    translator.run()?;
    Ok(translator.out)
}

#[derive(Clone, Copy, Default)]
struct Flags {
    fold_case: bool,
    multi_line: bool,
    dot_takes_newline: bool,
    swap_greed: bool,
}

/// What a part of the pattern looks like in Go's tree.
#[derive(Clone, Copy)]
struct Part {
    kind: Kind,
    height: u32,
    /// The largest product of counted repetitions inside one another.
    count: u32,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Literal,
    Sequence,
    Choice,
    Other,
}

impl Part {
    fn leaf(kind: Kind) -> Self {
        Self {
            kind,
            height: 1,
            count: 1,
        }
    }
}

/// Parts that will become one sequence or one choice.
#[derive(Default)]
struct Parts {
    number: usize,
    last: Option<Part>,
    height: u32,
    count: u32,
}

impl Parts {
    /// Adds a part to what is becoming a part of kind `kind`. As in Go,
    /// neighbouring literals are one part, and a sequence in a sequence or a
    /// choice in a choice counts as its parts.
    fn add(&mut self, part: Part, kind: Kind) {
        let last = self.last.replace(part).map(|last| last.kind);
        if kind == Kind::Sequence && part.kind == Kind::Literal && last == Some(Kind::Literal) {
            return;
        }
        let inner = if part.kind == kind {
            part.height - 1
        } else {
            part.height
        };
        self.number += 1;
        self.height = self.height.max(inner);
        self.count = self.count.max(part.count);
    }

    fn join(self, kind: Kind) -> Result<Part, PatternError> {
        match (self.number, self.last) {
            (0, _) | (_, None) => Ok(Part::leaf(Kind::Other)),
            (1, Some(only)) => Ok(only),
            _ => higher(kind, self.height, self.count),
        }
    }
}

/// A part one higher than what it holds.
fn higher(kind: Kind, height: u32, count: u32) -> Result<Part, PatternError> {
    if height >= MAX_HEIGHT {
        return Err(PatternError::TooDeep);
    }
    Ok(Part {
        kind,
        height: height + 1,
        count,
    })
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
    fn run(&mut self) -> Result<(), PatternError> {
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
        std::mem::take(&mut self.level).end()?;
        Ok(())
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

    /// Reads `\d`, `\pL`, `\P{Greek}` and their like, if `rest` begins so.
    fn escaped_class(&mut self) -> Result<Option<Chars>, PatternError> {
        let before = self.rest;
        let Some(mut rest) = before.strip_prefix('\\') else {
            return Ok(None);
        };
        let Some(letter) = next(&mut rest) else {
            return Ok(None);
        };
        let mut negate = letter.is_ascii_uppercase();
        let chars = match letter.to_ascii_lowercase() {
            'p' => {
                let mut name = match next(&mut rest) {
                    Some('{') => {
                        let Some((name, after)) = rest.split_once('}') else {
                            return Err(PatternError::InvalidClass {
                                fragment: before.to_owned(),
                            });
                        };
                        rest = after;
                        name
                    }
                    _ => &before[2..before.len() - rest.len()],
                };
                if let Some(negated) = name.strip_prefix('^') {
                    name = negated;
                    negate = !negate;
                }
                class::unicode(name).ok_or_else(|| PatternError::InvalidClass {
                    fragment: up_to(before, rest),
                })?
            }
            letter => match class::perl(letter) {
                Some(chars) => chars,
                None => return Ok(None),
            },
        };
        self.rest = rest;
        self.named(chars, negate).map(Some)
    }

    /// A class known by name, with the flags applied: case is folded first,
    /// then the class is turned round.
    fn named(&mut self, mut chars: Chars, negate: bool) -> Result<Chars, PatternError> {
        self.spend(&chars)?;
        if self.flags.fold_case {
            chars = class::folded(&chars);
        }
        Ok(if negate { class::negated(chars) } else { chars })
    }

    /// Reads a class in brackets.
    fn bracketed(&mut self) -> Result<(), PatternError> {
        let whole = self.rest;
        self.rest = &whole[1..];
        let negate = self.rest.starts_with('^');
        if negate {
            self.rest = &self.rest[1..];
        }
        let mut named: Vec<ClassUnicodeRange> = Vec::new();
        let mut single: Vec<ClassUnicodeRange> = Vec::new();
        let mut first = true;
        while first || !self.rest.starts_with(']') {
            first = false;
            if let Some(chars) = self.posix_class()? {
                named.extend(chars.ranges());
            } else if let Some(chars) = self.escaped_class()? {
                named.extend(chars.ranges());
            } else {
                single.extend(self.bracketed_range(whole)?);
            }
        }
        self.rest = &self.rest[1..];

        let mut chars = Chars::new(single);
        if self.flags.fold_case {
            chars = class::folded(&chars);
        }
        chars.union(&Chars::new(named));
        if negate {
            chars.negate();
        }
        self.class(&chars)
    }

    /// Reads `[:alpha:]`, if `rest` begins so.
    fn posix_class(&mut self) -> Result<Option<Chars>, PatternError> {
        let before = self.rest;
        let Some((name, rest)) = before
            .strip_prefix("[:")
            .and_then(|rest| rest.split_once(":]"))
        else {
            return Ok(None);
        };
        let negated = name.strip_prefix('^');
        let Some(chars) = class::posix(negated.unwrap_or(name)) else {
            return Err(PatternError::InvalidClass {
                fragment: up_to(before, rest),
            });
        };
        self.rest = rest;
        self.named(chars, negated.is_some()).map(Some)
    }

    /// Reads a character or a range of them in the brackets that begin
    /// `whole`.
    fn bracketed_range(&mut self, whole: &str) -> Result<Option<ClassUnicodeRange>, PatternError> {
        let before = self.rest;
        let low = self.bracketed_char(whole)?;
        let mut high = low;
        if self.rest.len() > 1 && self.rest.starts_with('-') && !self.rest.starts_with("-]") {
            self.rest = &self.rest[1..];
            high = self.bracketed_char(whole)?;
            if high < low {
                return Err(PatternError::InvalidClass {
                    fragment: up_to(before, self.rest),
                });
            }
        }
        Ok(class::between(low, high))
    }

    fn bracketed_char(&mut self, whole: &str) -> Result<u32, PatternError> {
        if self.rest.starts_with('\\') {
            return escape(&mut self.rest);
        }
        next(&mut self.rest)
            .map(u32::from)
            .ok_or_else(|| PatternError::MissingBracket {
                fragment: whole.to_owned(),
            })
    }
}

/// Reads the escape that `rest` begins with and gives the code point it
/// stands for, which may be a surrogate.
fn escape(rest: &mut &str) -> Result<u32, PatternError> {
    let before = *rest;
    *rest = &before[1..];
    let Some(c) = next(rest) else {
        return Err(PatternError::TrailingBackslash);
    };
    let code = match c {
        'a' => Some(0x07),
        'f' => Some(0x0C),
        'n' => Some(0x0A),
        'r' => Some(0x0D),
        't' => Some(0x09),
        'v' => Some(0x0B),
        'x' => hexadecimal(rest),
        '0' => Some(octal(0, rest)),
        // A digit alone would refer back to a group.
        '1'..='7' if rest.starts_with(|c| matches!(c, '0'..='7')) => {
            Some(octal(u32::from(c) - u32::from('0'), rest))
        }
        c if c.is_ascii() && !c.is_ascii_alphanumeric() => Some(u32::from(c)),
        _ => None,
    };
    code.ok_or_else(|| PatternError::InvalidEscape {
        fragment: up_to(before, rest),
    })
}

/// Reads up to two more octal digits.
fn octal(first: u32, rest: &mut &str) -> u32 {
    let mut code = first;
    for _ in 0..2 {
        let Some(digit) = rest.chars().next().and_then(|c| c.to_digit(8)) else {
            break;
        };
        code = code * 8 + digit;
        *rest = &rest[1..];
    }
    code
}

/// Reads two hexadecimal digits, or any number of them in braces.
fn hexadecimal(rest: &mut &str) -> Option<u32> {
    let first = next(rest)?;
    if first != '{' {
        let second = next(rest)?;
        return Some(first.to_digit(16)? * 16 + second.to_digit(16)?);
    }
    let mut code = None;
    loop {
        match next(rest)? {
            '}' => return code,
            c => {
                let longer = code.unwrap_or(0) * 16 + c.to_digit(16)?;
                if longer > u32::from(char::MAX) {
                    return None;
                }
                code = Some(longer);
            }
        }
    }
}

/// Reads `{2}`, `{2,}` or `{2,5}`: least and most, and what follows. Anything
/// else makes the brace a character. A number too large to be read is given
/// as the largest.
fn counts(text: &str) -> Option<(u32, Option<u32>, &str)> {
    let (min, rest) = count(text.strip_prefix('{')?)?;
    let (max, rest) = match rest.strip_prefix(',') {
        None => (Some(min), rest),
        Some(rest) if rest.starts_with('}') => (None, rest),
        Some(rest) => count(rest).map(|(max, rest)| (Some(max), rest))?,
    };
    Some((min, max, rest.strip_prefix('}')?))
}

fn count(text: &str) -> Option<(u32, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(digits);
    if number.is_empty() || (number.len() > 1 && number.starts_with('0')) {
        return None;
    }
    Some((number.parse().unwrap_or(u32::MAX), rest))
}

/// Takes the next character off `rest`.
fn next(rest: &mut &str) -> Option<char> {
    let mut chars = rest.chars();
    let c = chars.next()?;
    *rest = chars.as_str();
    Some(c)
}

/// The part of `before` that lies in front of `after`, its own end.
fn up_to(before: &str, after: &str) -> String {
    before[..before.len() - after.len()].to_owned()
}
