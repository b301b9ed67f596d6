//! Printing a time stamp.

use super::calendar::{SECONDS_A_DAY, civil_from_days};
use super::{TimeRangeError, Timestamp};

impl Timestamp {
    /// Appends the text that travels.
    pub(crate) fn write(self, out: &mut String) -> Result<(), TimeRangeError> {
        let Civil {
            year,
            month,
            day,
            second,
        } = self.civil();
        if !(0..=9999).contains(&year) {
            return Err(TimeRangeError::Year(year));
        }
        let zone = self.offset / 60;
        if zone.unsigned_abs() >= 24 * 60 {
            return Err(TimeRangeError::Offset(self.offset));
        }

        // The longest form, 2006-01-02T15:04:05.123456789+08:00.
        let mut text = [0; 35];
        let mut end = 19;
        let year = year.unsigned_abs() as u32;
        text[..2].copy_from_slice(&two_digits(year / 100));
        text[2..4].copy_from_slice(&two_digits(year % 100));
        text[4] = b'-';
        text[5..7].copy_from_slice(&two_digits(month));
        text[7] = b'-';
        text[8..10].copy_from_slice(&two_digits(day));
        text[10] = b'T';
        text[11..13].copy_from_slice(&two_digits(second / 3600));
        text[13] = b':';
        text[14..16].copy_from_slice(&two_digits(second / 60 % 60));
        text[16] = b':';
        text[17..19].copy_from_slice(&two_digits(second % 60));
        if self.nanos != 0 {
            text[19] = b'.';
            let mut rest = self.nanos;
            for digit in text[20..29].iter_mut().rev() {
                *digit = b'0' + (rest % 10) as u8;
                rest /= 10;
            }
            end = 29;
            while text[end - 1] == b'0' {
                end -= 1;
            }
        }
        if self.offset == 0 {
            text[end] = b'Z';
            end += 1;
        } else {
            text[end] = if zone < 0 { b'-' } else { b'+' };
            let zone = zone.unsigned_abs();
            text[end + 1..end + 3].copy_from_slice(&two_digits(zone / 60));
            text[end + 3] = b':';
            text[end + 4..end + 6].copy_from_slice(&two_digits(zone % 60));
            end += 6;
        }
        out.push_str(std::str::from_utf8(&text[..end]).unwrap_or_default());
        Ok(())
    }

    /// The calendar's view of the instant in its own zone.
    fn civil(self) -> Civil {
        // The days are split off first, so that no sum can overflow.
        let second = self.seconds.rem_euclid(SECONDS_A_DAY) + i64::from(self.offset);
        let days = self.seconds.div_euclid(SECONDS_A_DAY) + second.div_euclid(SECONDS_A_DAY);
        let (year, month, day) = civil_from_days(days);
        Civil {
            year,
            month,
            day,
            second: second.rem_euclid(SECONDS_A_DAY) as u32,
        }
    }
}

struct Civil {
    year: i64,
    month: u32,
    day: u32,
    /// Of the day.
    second: u32,
}

fn two_digits(number: u32) -> [u8; 2] {
    [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]
}
