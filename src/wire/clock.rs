//! Readings of the sender's clock in messages.

use serde::{Deserialize, Serialize};

use crate::wire::json::{Decode, Encode, EncodeError, Reader, Stop};
use crate::wire::time::Timestamp;

/// A reading of the sender's monotonic clock, in nanoseconds. Readings of one
/// sender can be compared, those of two cannot.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
)]
#[serde(transparent)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a reading is nothing but its number"
)]
pub struct MonotonicTime(pub i64);

impl MonotonicTime {
    /// The nanoseconds from `earlier` to here, wrapping around at the ends of
    /// the range as the original does.
    #[must_use]
    pub fn since(self, earlier: Self) -> i64 {
        self.0.wrapping_sub(earlier.0)
    }
}

impl Timestamp {
    /// The nanoseconds since 1970-01-01T00:00:00Z, held at the ends of the
    /// range.
    #[must_use]
    pub fn to_mono(self) -> MonotonicTime {
        let nanos = i128::from(self.unix_seconds()) * 1_000_000_000 + i128::from(self.nanos());
        let ends = i128::from(i64::MIN)..=i128::from(i64::MAX);
        MonotonicTime(nanos.clamp(*ends.start(), *ends.end()) as i64)
    }
}

impl Decode for MonotonicTime {
    fn decode(&mut self, reader: &mut Reader<'_>) -> Result<(), Stop> {
        self.0.decode(reader)
    }
}

impl Encode for MonotonicTime {
    fn encode(&self, out: &mut String) -> Result<(), EncodeError> {
        self.0.encode(out)
    }
}
