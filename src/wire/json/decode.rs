//! How each kind of value is read over what a record holds already.

use super::error::DecodeError;
use super::reader::{Reader, Stop};
use crate::wire::time::{ParseTimeError, Timestamp};

/// A value that can be read from JSON text.
pub(crate) trait Decode {
    /// Reads the next value over this one, as the original does: `null`
    /// leaves it unless said otherwise, and so does a value of the wrong
    /// kind, which the reader notes.
    fn decode(&mut self, reader: &mut Reader<'_>) -> Result<(), Stop>;
}

impl Decode for bool {
    fn decode(&mut self, reader: &mut Reader<'_>) -> Result<(), Stop> {
        match reader.begin()? {
            b't' => {
                reader.word(b"true", "`true`")?;
                *self = true;
                Ok(())
            }
            b'f' => {
                reader.word(b"false", "`false`")?;
                *self = false;
                Ok(())
            }
            b'n' => reader.null(),
            _ => reader.mismatch("true or false"),
        }
    }
}

impl Decode for String {
    #[inline]
    fn decode(&mut self, reader: &mut Reader<'_>) -> Result<(), Stop> {
        match reader.begin()? {
            b'"' => {
                *self = reader.string()?.text().into_owned();
                Ok(())
            }
            b'n' => reader.null(),
            _ => reader.mismatch("a string"),
        }
    }
}

macro_rules! whole_number {
    ($type:ty, $expected:literal) => {
        impl Decode for $type {
            #[inline]
            fn decode(&mut self, reader: &mut Reader<'_>) -> Result<(), Stop> {
                match reader.begin()? {
                    b'-' | b'0'..=b'9' => {
                        let digits = reader.number()?;
                        let number = std::str::from_utf8(digits).ok();
                        match number.and_then(|digits| digits.parse().ok()) {
                            Some(number) => *self = number,
                            None => reader.out_of_range(digits, $expected),
                        }
                        Ok(())
                    }
                    b'n' => reader.null(),
                    _ => reader.mismatch($expected),
                }
            }
        }
    };
}

whole_number!(i8, "a whole number in -128..=127");
whole_number!(u8, "a whole number in 0..=255");
whole_number!(
    i64,
    "a whole number in -9223372036854775808..=9223372036854775807"
);
whole_number!(u64, "a whole number in 0..=18446744073709551615");

/// `null` means none; anything else is read over what is there, or over the
/// default.
impl<T: Decode + Default> Decode for Option<T> {
    fn decode(&mut self, reader: &mut Reader<'_>) -> Result<(), Stop> {
        if reader.begin()? == b'n' {
            *self = None;
            return reader.null();
        }
        if self.is_none() {
            reader.forget_tails();
        }
        self.get_or_insert_default().decode(reader)
    }
}

/// The escapes of a time stamp are not taken out, so a text with one is no
/// time stamp; and a bad one ends the reading.
impl Decode for Timestamp {
    fn decode(&mut self, reader: &mut Reader<'_>) -> Result<(), Stop> {
        let parsed = match reader.begin()? {
            b'"' => Self::parse(reader.string()?.raw),
            b'n' => return reader.null(),
            _ => {
                reader.skip()?;
                Err(ParseTimeError::NotAString)
            }
        };
        match parsed {
            Ok(time) => {
                *self = time;
                Ok(())
            }
            Err(problem) => reader.stop(|offset, member| DecodeError::Time {
                offset,
                member,
                problem,
            }),
        }
    }
}
