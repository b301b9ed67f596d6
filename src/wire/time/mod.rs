//! Time stamps as the original's language holds, reads and prints them.

mod calendar;
mod parse;
mod print;

use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant with the zone offset it was written in.
///
/// Equality compares the offset too, since the offset is part of what travels.
/// The default is the original's zero time, midnight of 1 January of the year
/// 1, UTC.
///
/// Reading takes what Go's `time.Time.UnmarshalJSON` takes: RFC 3339 with
/// capital `T` and `Z`, but also a comma before the fraction, a single digit
/// for the hour, offsets of up to 24 hours and 60 minutes, and more than nine
/// digits of fraction, of which the rest is dropped. Printing drops trailing
/// zeros of the fraction and the seconds of the offset.
///
/// # Examples
///
/// ```
/// use fsmcheck::wire::Timestamp;
///
/// let time: Timestamp = "2024-05-06T07:08:09.500+08:00".parse()?;
/// assert_eq!(time.offset_seconds(), 8 * 3600);
/// assert_eq!(time.to_rfc3339()?, "2024-05-06T07:08:09.5+08:00");
/// assert_eq!(Timestamp::default().to_rfc3339()?, "0001-01-01T00:00:00Z");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Timestamp {
    seconds: i64,
    /// Below 1 000 000 000.
    nanos: u32,
    offset: i32,
}

/// Why a text is not a time stamp.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseTimeError {
    /// The value is not a string at all.
    #[error("expected a time stamp in a string")]
    NotAString,
    /// The text does not have the form of a time stamp.
    #[error("expected a time stamp such as 2006-01-02T15:04:05Z, no {0} could be read")]
    Form(&'static str),
    /// A part has the right form, but there is no such month, day, hour, ...
    #[error("the {0} of the time stamp is out of range")]
    Range(&'static str),
    /// Something follows the time stamp.
    #[error("extra text after the time stamp")]
    Trailing,
}

/// Why a time stamp cannot be printed.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TimeRangeError {
    /// In its zone, the time lies outside the years that RFC 3339 can write.
    #[error("the year {0} is outside 0..=9999")]
    Year(i64),
    /// The zone offset, in seconds, is a day or more.
    #[error("the zone offset of {0} s is not less than 24 hours")]
    Offset(i32),
}

/// The nanoseconds handed to [`Timestamp::new`] are not below 1 000 000 000.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[error("{0} nanoseconds, expected fewer than 1000000000")]
#[expect(clippy::exhaustive_structs, reason = "it says all there is to say")]
pub struct NanosError(pub u32);

impl Timestamp {
    /// The instant `seconds` after 1970-01-01T00:00:00Z (negative: before)
    /// plus `nanos` nanoseconds, in the zone `offset` seconds east of UTC.
    ///
    /// # Errors
    ///
    /// When `nanos` is a second or more.
    pub fn new(seconds: i64, nanos: u32, offset: i32) -> Result<Self, NanosError> {
        if nanos < 1_000_000_000 {
            Ok(Self {
                seconds,
                nanos,
                offset,
            })
        } else {
            Err(NanosError(nanos))
        }
    }

    /// Whole seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn unix_seconds(self) -> i64 {
        self.seconds
    }

    /// Nanoseconds to add to the whole seconds, below 1 000 000 000.
    #[must_use]
    pub fn nanos(self) -> u32 {
        self.nanos
    }

    /// The zone's offset in seconds east of UTC.
    #[must_use]
    pub fn offset_seconds(self) -> i32 {
        self.offset
    }

    /// The text that travels.
    ///
    /// # Errors
    ///
    /// When RFC 3339 has no form for it: a year outside 0..=9999 (in the
    /// time's own zone) or an offset of 24 hours or more.
    pub fn to_rfc3339(self) -> Result<String, TimeRangeError> {
        let mut out = String::with_capacity(35);
        self.write(&mut out)?;
        Ok(out)
    }
}

/// The original's zero time: year 1, not 1970.
impl Default for Timestamp {
    fn default() -> Self {
        Self {
            seconds: -62_135_596_800,
            nanos: 0,
            offset: 0,
        }
    }
}

/// The system's time in UTC, held at the ends of the range.
impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let (seconds, nanos) = match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => (
                i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
                after.subsec_nanos(),
            ),
            Err(error) => {
                let before = error.duration();
                let whole = i64::try_from(before.as_secs()).map_or(i64::MIN, |whole| -whole);
                match before.subsec_nanos() {
                    0 => (whole, 0),
                    nanos => (whole.saturating_sub(1), 1_000_000_000 - nanos),
                }
            }
        };
        Self {
            seconds,
            nanos,
            offset: 0,
        }
    }
}

impl FromStr for Timestamp {
    type Err = ParseTimeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text.as_bytes())
    }
}

/// The text that travels, or the plain numbers where there is none.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_rfc3339() {
            Ok(text) => f.pad(&text),
            Err(_) => write!(
                f,
                "{}.{:09} s since 1970 at offset {} s",
                self.seconds, self.nanos, self.offset
            ),
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.to_rfc3339().map_err(serde::ser::Error::custom)?;
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    fn time(seconds: i64, nanos: u32, offset: i32) -> Timestamp {
        Timestamp::new(seconds, nanos, offset).unwrap()
    }

    #[track_caller]
    fn refused(text: &str, error: ParseTimeError) {
        assert_eq!(text.parse::<Timestamp>(), Err(error), "{text}");
    }

    #[test]
    fn reads_what_the_original_reads() {
        for (text, expected) in [
            ("2024-05-06T07:08:09Z", time(1_714_979_289, 0, 0)),
            ("2024-05-06T7:08:09Z", time(1_714_979_289, 0, 0)),
            (
                "2024-05-06T07:08:09,5Z",
                time(1_714_979_289, 500_000_000, 0),
            ),
            (
                "2024-05-06T07:08:09.1234567899Z",
                time(1_714_979_289, 123_456_789, 0),
            ),
            ("2024-05-06T07:08:09-00:00", time(1_714_979_289, 0, 0)),
            ("2024-05-06T07:08:09+24:60", time(1_714_889_289, 0, 90_000)),
            ("0000-01-01T00:00:00Z", time(-62_167_219_200, 0, 0)),
        ] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn refuses_what_the_original_refuses() {
        use ParseTimeError::{Form, Range, Trailing};
        refused("", Form("year"));
        refused("+024-05-06T07:08:09Z", Form("year"));
        refused("2024-5-06T07:08:09Z", Form("month"));
        refused("2024-13-06T07:08:09Z", Range("month"));
        refused("2024-05-06t07:08:09Z", Form("`T` after the day"));
        refused("2024-05-06T24:00:00Z", Range("hour"));
        refused("2024-05-06T23:60:00Z", Range("minute"));
        refused("2024-05-06T23:59:60Z", Range("second"));
        refused("2024-05-06T23:59:59.Z", Form("zone offset"));
        refused("2024-05-06T23:59:59z", Form("zone offset"));
        refused("2024-05-06T23:59:59", Form("zone offset"));
        refused("2024-05-06T23:59:59+25:00", Range("zone offset's hour"));
        refused("2024-05-06T23:59:59+24:61", Range("zone offset's minute"));
        refused("2024-05-06T23:59:59*01:00", Form("zone offset"));
        refused("2024-05-06T23:59:59Z ", Trailing);
        refused("2023-02-29T00:00:00Z", Range("day"));
        refused("2024-05-00T00:00:00Z", Range("day"));
    }

    #[test]
    fn prints_as_the_original() {
        for (time, text) in [
            (
                time(1_714_979_289, 100_000_000, 0),
                "2024-05-06T07:08:09.1Z",
            ),
            (
                time(1_714_979_289, 1, -12_600),
                "2024-05-06T03:38:09.000000001-03:30",
            ),
            // The offset's seconds are dropped, and with them its sign.
            (time(0, 0, 30), "1970-01-01T00:00:30+00:00"),
            (time(0, 0, -30), "1969-12-31T23:59:30+00:00"),
            (time(0, 0, -86_399), "1969-12-31T00:00:01-23:59"),
        ] {
            assert_eq!(time.to_rfc3339().as_deref(), Ok(text));
            assert_eq!(time.to_string(), text);
        }
    }

    #[test]
    fn refuses_to_print_what_has_no_form() {
        use TimeRangeError::{Offset, Year};
        assert_eq!(time(253_402_300_800, 0, 0).to_rfc3339(), Err(Year(10_000)));
        assert_eq!(time(253_402_300_799, 0, 60).to_rfc3339(), Err(Year(10_000)));
        assert_eq!(time(-62_167_219_201, 0, 0).to_rfc3339(), Err(Year(-1)));
        assert_eq!(time(0, 0, 86_400).to_rfc3339(), Err(Offset(86_400)));
        assert_eq!(time(0, 0, i32::MIN).to_rfc3339(), Err(Offset(i32::MIN)));
        assert!(time(i64::MAX, 0, i32::MAX).to_rfc3339().is_err());
        assert!(time(i64::MIN, 0, i32::MIN).to_rfc3339().is_err());
        assert_eq!(
            time(0, 5, 86_400).to_string(),
            "0.000000005 s since 1970 at offset 86400 s"
        );
        assert_eq!(
            Timestamp::new(0, 1_000_000_000, 0),
            Err(NanosError(1_000_000_000))
        );
    }

    #[test]
    fn takes_the_systems_time() {
        let epoch = SystemTime::UNIX_EPOCH;
        assert_eq!(
            Timestamp::from(epoch + Duration::from_millis(1500)),
            time(1, 500_000_000, 0)
        );
        assert_eq!(
            Timestamp::from(epoch - Duration::from_millis(1500)),
            time(-2, 500_000_000, 0)
        );
        assert_eq!(
            Timestamp::from(epoch - Duration::from_secs(2)),
            time(-2, 0, 0)
        );
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(
            seconds in -62_167_219_200_i64 + 86_400..253_402_300_800 - 86_400,
            nanos in 0..1_000_000_000_u32,
            minutes in -1439..1440_i32,
        ) {
            let time = time(seconds, nanos, minutes * 60);
            prop_assert_eq!(time.to_rfc3339().unwrap().parse(), Ok(time));
        }

        #[test]
        fn reading_never_panics(text in "[-0-9TZ:.,+]{0,40}") {
            if let Ok(time) = text.parse::<Timestamp>()
                && let Ok(printed) = time.to_rfc3339()
            {
                prop_assert_eq!(printed.parse(), Ok(time));
            }
        }
    }
}
