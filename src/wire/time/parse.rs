//! Reading a time stamp.

use super::calendar::{SECONDS_A_DAY, days_from_civil, days_in};
use super::{ParseTimeError, Timestamp};

impl Timestamp {
    /// Reads a time stamp; see the type for what is accepted.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, ParseTimeError> {
        let mut rest = Rest(text);
        let year = rest.year()?;
        rest.mark(b'-', "`-` after the year")?;
        let month = rest.number(true, "month")?;
        if !(1..=12).contains(&month) {
            return Err(ParseTimeError::Range("month"));
        }
        rest.mark(b'-', "`-` after the month")?;
        let day = rest.number(true, "day")?;
        rest.mark(b'T', "`T` after the day")?;
        let hour = rest.number(false, "hour")?;
        if hour >= 24 {
            return Err(ParseTimeError::Range("hour"));
        }
        rest.mark(b':', "`:` after the hour")?;
        let minute = rest.number(true, "minute")?;
        if minute >= 60 {
            return Err(ParseTimeError::Range("minute"));
        }
        rest.mark(b':', "`:` after the minute")?;
        let second = rest.number(true, "second")?;
        if second >= 60 {
            return Err(ParseTimeError::Range("second"));
        }
        let nanos = rest.fraction();
        let offset = rest.offset()?;
        if !rest.0.is_empty() {
            return Err(ParseTimeError::Trailing);
        }
        if !(1..=days_in(year, month)).contains(&day) {
            return Err(ParseTimeError::Range("day"));
        }
        let local = days_from_civil(i64::from(year), month, day) * SECONDS_A_DAY
            + i64::from(hour * 3600 + minute * 60 + second);
        Ok(Self {
            seconds: local - i64::from(offset),
            nanos,
            offset,
        })
    }
}

/// What of a time stamp's text has not been read yet.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn year(&mut self) -> Result<u32, ParseTimeError> {
        let Some((digits, rest)) = self.0.split_first_chunk::<4>() else {
            return Err(ParseTimeError::Form("year"));
        };
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(ParseTimeError::Form("year"));
        }
        self.0 = rest;
        Ok(digits
            .iter()
            .fold(0, |year, digit| year * 10 + u32::from(digit - b'0')))
    }

    fn mark(&mut self, mark: u8, what: &'static str) -> Result<(), ParseTimeError> {
        match self.0 {
            [first, rest @ ..] if *first == mark => {
                self.0 = rest;
                Ok(())
            }
            _ => Err(ParseTimeError::Form(what)),
        }
    }

    /// Two digits, or one where `two` does not ask for both.
    fn number(&mut self, two: bool, what: &'static str) -> Result<u32, ParseTimeError> {
        match self.0 {
            [tens @ b'0'..=b'9', ones @ b'0'..=b'9', rest @ ..] => {
                self.0 = rest;
                Ok(u32::from(tens - b'0') * 10 + u32::from(ones - b'0'))
            }
            [ones @ b'0'..=b'9', rest @ ..] if !two => {
                self.0 = rest;
                Ok(u32::from(ones - b'0'))
            }
            _ => Err(ParseTimeError::Form(what)),
        }
    }

    /// Nanoseconds, 0 where there is no fraction.
    fn fraction(&mut self) -> u32 {
        let [b'.' | b',', digits @ ..] = self.0 else {
            return 0;
        };
        let length = digits
            .iter()
            .position(|byte| !byte.is_ascii_digit())
            .unwrap_or(digits.len());
        if length == 0 {
            return 0;
        }
        let shown = &digits[..length.min(9)];
        let nanos = shown
            .iter()
            .fold(0, |nanos, digit| nanos * 10 + u32::from(digit - b'0'));
        self.0 = &digits[length..];
        nanos * 10_u32.pow(9 - shown.len() as u32)
    }

    /// Seconds east of UTC.
    fn offset(&mut self) -> Result<i32, ParseTimeError> {
        const FORM: ParseTimeError = ParseTimeError::Form("zone offset");
        match self.0 {
            [b'Z', rest @ ..] => {
                self.0 = rest;
                Ok(0)
            }
            [sign, _, _, b':', _, _, ..] => {
                self.0 = &self.0[1..];
                let hour = self.number(true, "zone offset")?;
                self.0 = &self.0[1..];
                let minute = self.number(true, "zone offset")?;
                if hour > 24 {
                    return Err(ParseTimeError::Range("zone offset's hour"));
                }
                if minute > 60 {
                    return Err(ParseTimeError::Range("zone offset's minute"));
                }
                let seconds = (hour * 3600 + minute * 60) as i32;
                match sign {
                    b'+' => Ok(seconds),
                    b'-' => Ok(-seconds),
                    _ => Err(FORM),
                }
            }
            _ => Err(FORM),
        }
    }
}
