//! How each kind of value is written.

use super::error::EncodeError;
use super::text::push_string;
use crate::wire::time::Timestamp;

/// A value that can be written as JSON text.
pub(crate) trait Encode {
    /// A length, in bytes, that most values of the type stay below.
    const USUAL_LENGTH: usize = 32;

    /// Appends the text.
    fn encode(&self, out: &mut String) -> Result<(), EncodeError>;
}

impl Encode for bool {
    fn encode(&self, out: &mut String) -> Result<(), EncodeError> {
        out.push_str(if *self { "true" } else { "false" });
        Ok(())
    }
}

impl Encode for str {
    fn encode(&self, out: &mut String) -> Result<(), EncodeError> {
        push_string(out, self);
        Ok(())
    }
}

impl Encode for String {
    fn encode(&self, out: &mut String) -> Result<(), EncodeError> {
        push_string(out, self);
        Ok(())
    }
}

impl Encode for u64 {
    fn encode(&self, out: &mut String) -> Result<(), EncodeError> {
        // 20 digits are as many as there can be.
        let mut digits = [0; 20];
        let mut start = digits.len();
        let mut rest = *self;
        loop {
            start -= 1;
            digits[start] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        out.push_str(std::str::from_utf8(&digits[start..]).unwrap_or_default());
        Ok(())
    }
}

impl Encode for i64 {
    fn encode(&self, out: &mut String) -> Result<(), EncodeError> {
        if *self < 0 {
            out.push('-');
        }
        self.unsigned_abs().encode(out)
    }
}

impl Encode for i8 {
    fn encode(&self, out: &mut String) -> Result<(), EncodeError> {
        i64::from(*self).encode(out)
    }
}

impl Encode for Timestamp {
    fn encode(&self, out: &mut String) -> Result<(), EncodeError> {
        out.push('"');
        self.write(out)?;
        out.push('"');
        Ok(())
    }
}

impl<T: Encode> Encode for Option<T> {
    fn encode(&self, out: &mut String) -> Result<(), EncodeError> {
        match self {
            Some(value) => value.encode(out),
            None => {
                out.push_str("null");
                Ok(())
            }
        }
    }
}
