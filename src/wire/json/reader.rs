//! The walk over JSON text: white space, tokens, nesting, and the errors met.

use super::MAX_DEPTH;
use super::error::DecodeError;
use super::text::{Token, special_byte};
use crate::wire::selector::Selector;

/// Reading has ended early; the reader holds the reason.
#[derive(Debug)]
pub(crate) struct Stop;

/// A position in a JSON text, and what has gone wrong so far.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    pub(super) input: &'a [u8],
    pub(super) position: usize,
    /// How many lists and objects are open here.
    depth: usize,
    /// Which of the lists and objects being skipped are objects.
    skipped: Vec<bool>,
    /// The member whose value is read, below those of `path`.
    pub(super) member: &'static str,
    pub(super) path: Vec<&'static str>,
    /// What ended the reading, or else the first error that did not.
    pub(super) error: Option<DecodeError>,
    pub(super) tails: Tails,
}

/// What a repeated list left behind: the original keeps the items that a
/// shorter list cut off in its slice's spare room, and a longer one that
/// follows is read over them. Here they are kept the other way round, the
/// first of them last.
#[derive(Debug, Default)]
pub(super) struct Tails {
    /// By the path of the member.
    pub(super) bytes: Vec<(Vec<&'static str>, Vec<u8>)>,
    /// No record has more than one list of these.
    pub(super) selectors: Vec<Option<Selector>>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(input: &'a [u8]) -> Self {
        Self {
            input,
            position: 0,
            depth: 0,
            skipped: Vec::new(),
            member: "",
            path: Vec::new(),
            error: None,
            tails: Tails::default(),
        }
    }

    /// The error to report, if there is one.
    pub(super) fn into_error(self) -> Option<DecodeError> {
        self.error
    }

    /// Looks at the whole text for broken JSON alone.
    pub(super) fn check(mut self) -> Option<DecodeError> {
        match self.skip().and_then(|()| self.end()) {
            Ok(()) => None,
            Err(Stop) => self.error,
        }
    }

    /// Nothing but white space may follow.
    pub(super) fn end(&mut self) -> Result<(), Stop> {
        match self.peek() {
            None => Ok(()),
            Some(_) => self.broken("the end of the text"),
        }
    }

    /// The next byte that is not white space.
    #[inline]
    pub(super) fn peek(&mut self) -> Option<u8> {
        loop {
            match self.input.get(self.position) {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.position += 1,
                other => return other.copied(),
            }
        }
    }

    /// The byte with which a value begins. It may begin none: skipping it
    /// tells.
    #[inline]
    pub(crate) fn begin(&mut self) -> Result<u8, Stop> {
        match self.peek() {
            Some(byte) => Ok(byte),
            None => self.broken("a value"),
        }
    }

    /// What was read since `start`.
    pub(super) fn since(&self, start: usize) -> &'a [u8] {
        &self.input[start..self.position]
    }

    /// Whether `text` stands here; if so it is read.
    #[inline]
    fn takes(&mut self, text: &[u8]) -> bool {
        let found = self.input[self.position..].starts_with(text);
        if found {
            self.position += text.len();
        }
        found
    }

    /// Enters the list or object whose bracket stands here.
    #[inline]
    pub(super) fn open(&mut self) -> Result<(), Stop> {
        self.position += 1;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.error = Some(DecodeError::Depth {
                offset: self.position,
            });
            return Err(Stop);
        }
        Ok(())
    }

    /// Whether the list or object just entered ends at once.
    #[inline]
    pub(super) fn closes(&mut self, bracket: u8) -> bool {
        let closes = self.peek() == Some(bracket);
        if closes {
            self.position += 1;
            self.depth -= 1;
        }
        closes
    }

    /// After a value: whether another follows in the list or object that
    /// `bracket` closes.
    #[inline]
    pub(super) fn another(&mut self, bracket: u8) -> Result<bool, Stop> {
        if self.peek() == Some(b',') {
            self.position += 1;
            return Ok(true);
        }
        if self.closes(bracket) {
            return Ok(false);
        }
        self.broken(if bracket == b'}' {
            "`,` or `}` after a member"
        } else {
            "`,` or `]` after an item"
        })
    }

    /// Whether the member `name` comes next, spelt exactly so and without
    /// white space before its colon; if so both are read.
    #[inline]
    pub(super) fn takes_name(&mut self, name: &str) -> bool {
        self.peek();
        let rest = self.input[self.position..].strip_prefix(b"\"");
        let rest = rest.and_then(|rest| rest.strip_prefix(name.as_bytes()));
        let found = rest.is_some_and(|rest| rest.starts_with(b"\":"));
        if found {
            self.position += name.len() + 3;
        }
        found
    }

    /// A member's name and its colon.
    #[inline]
    pub(super) fn name(&mut self) -> Result<Token<'a>, Stop> {
        if self.peek() != Some(b'"') {
            return self.broken("the name of a member");
        }
        let name = self.string()?;
        if self.peek() != Some(b':') {
            return self.broken("`:` after the name of a member");
        }
        self.position += 1;
        Ok(name)
    }

    /// The string whose quote stands here.
    #[inline]
    pub(crate) fn string(&mut self) -> Result<Token<'a>, Stop> {
        let start = self.position + 1;
        self.position = start;
        let mut escaped = false;
        loop {
            self.position += special_byte(&self.input[self.position..]);
            match self.input.get(self.position) {
                Some(b'"') => {
                    let raw = self.since(start);
                    self.position += 1;
                    return Ok(Token { raw, escaped });
                }
                Some(b'\\') => {
                    escaped = true;
                    self.position += 1;
                    self.escape()?;
                }
                _ => return self.broken("a string to go on without control characters"),
            }
        }
    }

    /// What follows a backslash.
    fn escape(&mut self) -> Result<(), Stop> {
        match self.input.get(self.position) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.position += 1;
                Ok(())
            }
            Some(b'u') => {
                self.position += 1;
                for _ in 0..4 {
                    if !matches!(self.input.get(self.position), Some(digit) if digit.is_ascii_hexdigit())
                    {
                        return self.broken("four hexadecimal digits after `\\u`");
                    }
                    self.position += 1;
                }
                Ok(())
            }
            _ => self.broken("one of `\"\\/bfnrtu` after a backslash"),
        }
    }

    /// The number whose first byte, a digit or minus, stands here.
    #[inline]
    pub(super) fn number(&mut self) -> Result<&'a [u8], Stop> {
        let start = self.position;
        if self.input[start] == b'-' {
            self.position += 1;
        }
        match self.input.get(self.position) {
            Some(b'0') => self.position += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return self.broken("a digit after `-`"),
        }
        if self.input.get(self.position) == Some(&b'.') {
            self.position += 1;
            self.some_digits("a digit after the decimal point")?;
        }
        if let Some(b'e' | b'E') = self.input.get(self.position) {
            self.position += 1;
            if let Some(b'+' | b'-') = self.input.get(self.position) {
                self.position += 1;
            }
            self.some_digits("a digit in the exponent")?;
        }
        Ok(self.since(start))
    }

    #[inline]
    fn digits(&mut self) {
        while let Some(b'0'..=b'9') = self.input.get(self.position) {
            self.position += 1;
        }
    }

    fn some_digits(&mut self, expected: &'static str) -> Result<(), Stop> {
        let start = self.position;
        self.digits();
        if self.position == start {
            return self.broken(expected);
        }
        Ok(())
    }

    /// `null`, of which the first letter stands here.
    pub(crate) fn null(&mut self) -> Result<(), Stop> {
        self.word(b"null", "`null`")
    }

    pub(super) fn word(&mut self, word: &[u8], expected: &'static str) -> Result<(), Stop> {
        if self.takes(word) {
            return Ok(());
        }
        // The error is where the text leaves the word.
        let same = word.iter().zip(&self.input[self.position..]);
        self.position += same.take_while(|(a, b)| a == b).count();
        self.broken(expected)
    }

    /// Passes over the next value, whatever it is.
    pub(crate) fn skip(&mut self) -> Result<(), Stop> {
        let outer = self.skipped.len();
        loop {
            match self.begin()? {
                b'{' => {
                    self.open()?;
                    if !self.closes(b'}') {
                        self.skipped.push(true);
                        self.name()?;
                        continue;
                    }
                }
                b'[' => {
                    self.open()?;
                    if !self.closes(b']') {
                        self.skipped.push(false);
                        continue;
                    }
                }
                b'"' => {
                    self.string()?;
                }
                b'-' | b'0'..=b'9' => {
                    self.number()?;
                }
                b't' => self.word(b"true", "`true`")?,
                b'f' => self.word(b"false", "`false`")?,
                b'n' => self.null()?,
                _ => return self.broken("a value"),
            }
            // A value has ended, and so may those around it.
            while self.skipped.len() > outer {
                let object = self.skipped[self.skipped.len() - 1];
                if self.another(if object { b'}' } else { b']' })? {
                    if object {
                        self.name()?;
                    }
                    break;
                }
                self.skipped.pop();
            }
            if self.skipped.len() == outer {
                return Ok(());
            }
        }
    }
}
