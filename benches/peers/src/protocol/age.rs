//! Time passes by ages. How many ages ago something was is counted no further than it makes
//! a difference.

/// Who is not heard of for so many ages is silent for too long.
pub const TOO_LONG: u8 = 2;

/// How many ages ago that was of which it is only known that it is late.
pub const LONG_AGO: u8 = TOO_LONG + 1;

/// So many ages ago, when one more has ended.
pub fn older(ages: u8) -> u8 {
    TOO_LONG.min(ages + 1)
}
