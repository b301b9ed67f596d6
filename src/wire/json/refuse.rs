//! What the reader does about a value that it refuses: note an error and go
//! on, or end the reading.

use super::error::{DecodeError, Found};
use super::reader::{Reader, Stop};

impl Reader<'_> {
    /// Ends the reading: the text is not JSON, since something else than
    /// `expected` stands here.
    #[cold]
    pub(super) fn broken<T>(&mut self, expected: &'static str) -> Result<T, Stop> {
        let found = self.input.get(self.position);
        self.error = Some(DecodeError::Syntax {
            offset: (self.position + 1).min(self.input.len()),
            expected,
            found: found.map_or(Found::End, |byte| Found::Byte(*byte)),
        });
        Err(Stop)
    }

    /// Passes over the next value, which is of the wrong kind. Reading goes
    /// on, and the error is reported unless a graver one follows.
    #[cold]
    pub(super) fn mismatch(&mut self, expected: &'static str) -> Result<(), Stop> {
        let first = self.begin()?;
        let start = self.position;
        // The original counts no further than the bracket.
        let bracket = self.position + 1;
        self.skip()?;
        let (offset, found) = match first {
            b'[' => (bracket, Found::List),
            b'{' => (bracket, Found::Object),
            b'"' => (self.position, Found::String),
            b't' | b'f' => (self.position, Found::Bool),
            _ => (self.position, number_found(self.since(start))),
        };
        let member = self.member_path();
        self.error.get_or_insert(DecodeError::Type {
            offset,
            member,
            expected,
            found,
        });
        Ok(())
    }

    /// The number just read, `digits`, does not fit. Reading goes on.
    #[cold]
    pub(super) fn out_of_range(&mut self, digits: &[u8], expected: &'static str) {
        let member = self.member_path();
        let offset = self.position;
        self.error.get_or_insert(DecodeError::Type {
            offset,
            member,
            expected,
            found: number_found(digits),
        });
    }

    /// The string just read is not base64. Reading goes on.
    #[cold]
    pub(super) fn not_base64(&mut self) {
        let member = self.member_path();
        let offset = self.position;
        self.error
            .get_or_insert(DecodeError::Base64 { offset, member });
    }

    /// Ends the reading with an error about the value just read.
    #[cold]
    pub(crate) fn stop(
        &mut self,
        error: impl FnOnce(usize, String) -> DecodeError,
    ) -> Result<(), Stop> {
        self.error = Some(error(self.position, self.member_path()));
        Err(Stop)
    }

    /// Like [`mismatch`](Self::mismatch), but ends the reading.
    #[cold]
    pub(crate) fn mismatch_stops(&mut self, expected: &'static str) -> Result<(), Stop> {
        self.error = None;
        self.mismatch(expected)?;
        Err(Stop)
    }

    /// The path of the member whose value is read.
    pub(super) fn full_path(&self) -> Vec<&'static str> {
        let mut path = self.path.clone();
        path.push(self.member);
        path
    }

    fn member_path(&self) -> String {
        self.full_path()
            .into_iter()
            .filter(|name| !name.is_empty())
            .collect::<Vec<_>>()
            .join(".")
    }
}

fn number_found(digits: &[u8]) -> Found {
    let shown = &digits[..digits.len().min(32)];
    Found::Number(String::from_utf8_lossy(shown).into_owned())
}
