//! The states of masters and workers as the numbers that travel.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::wire::json::{Decode, Encode, EncodeError, Reader, Stop};

/// A job master's state as it travels: any number may arrive, and none is
/// changed on the way.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
)]
#[serde(transparent)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a code is nothing but its number"
)]
pub struct MasterStateCode(pub i8);

/// A worker's state as it travels: any number may arrive, and none is changed
/// on the way.
///
/// The numbers do not follow the life cycle, and 0, which has no name, is
/// really stored for a moment.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
)]
#[serde(transparent)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a code is nothing but its number"
)]
pub struct WorkerStateCode(pub i8);

impl MasterStateCode {
    /// Created, and not initialised yet.
    pub const UNINIT: Self = Self(1);
    /// Initialised.
    pub const INIT: Self = Self(2);
    /// Ended by itself.
    pub const FINISHED: Self = Self(3);
    /// Ended on request.
    pub const STOPPED: Self = Self(4);
    /// Ended by an error.
    pub const FAILED: Self = Self(5);

    /// Every code that has a name, in ascending order.
    pub const NAMED: [Self; 5] = [
        Self::UNINIT,
        Self::INIT,
        Self::FINISHED,
        Self::STOPPED,
        Self::FAILED,
    ];

    /// The name of the code, if it has one.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::UNINIT => Some("Uninit"),
            Self::INIT => Some("Init"),
            Self::FINISHED => Some("Finished"),
            Self::STOPPED => Some("Stopped"),
            Self::FAILED => Some("Failed"),
            _ => None,
        }
    }

    /// Whether the master has ended: finished, stopped or failed.
    #[must_use]
    pub fn is_terminated(self) -> bool {
        matches!(self, Self::FINISHED | Self::STOPPED | Self::FAILED)
    }
}

impl WorkerStateCode {
    /// Running.
    pub const NORMAL: Self = Self(1);
    /// Created, and not initialised yet.
    pub const CREATED: Self = Self(2);
    /// Being initialised.
    pub const INIT: Self = Self(3);
    /// Ended by an error.
    pub const ERROR: Self = Self(4);
    /// Ended by itself.
    pub const FINISHED: Self = Self(5);
    /// Ended on request.
    pub const STOPPED: Self = Self(6);

    /// Every code that has a name, in ascending order.
    pub const NAMED: [Self; 6] = [
        Self::NORMAL,
        Self::CREATED,
        Self::INIT,
        Self::ERROR,
        Self::FINISHED,
        Self::STOPPED,
    ];

    /// The name of the code, if it has one.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::NORMAL => Some("Normal"),
            Self::CREATED => Some("Created"),
            Self::INIT => Some("Init"),
            Self::ERROR => Some("Error"),
            Self::FINISHED => Some("Finished"),
            Self::STOPPED => Some("Stopped"),
            _ => None,
        }
    }

    /// Whether the worker has ended: with an error, finished or stopped.
    #[must_use]
    pub fn is_terminated(self) -> bool {
        matches!(self, Self::ERROR | Self::FINISHED | Self::STOPPED)
    }
}

macro_rules! code {
    ($code:ty) => {
        /// The name, or the bare number where there is none.
        impl fmt::Display for $code {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self.name() {
                    Some(name) => f.pad(name),
                    None => self.0.fmt(f),
                }
            }
        }

        impl Decode for $code {
            fn decode(&mut self, reader: &mut Reader<'_>) -> Result<(), Stop> {
                self.0.decode(reader)
            }
        }

        impl Encode for $code {
            fn encode(&self, out: &mut String) -> Result<(), EncodeError> {
                self.0.encode(out)
            }
        }
    };
}

code!(MasterStateCode);
code!(WorkerStateCode);

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! pinned {
        ($($test:ident: $code:expr, $number:literal, $name:literal, $terminated:literal;)*) => {
            $(
                #[test]
                fn $test() {
                    assert_eq!($code.0, $number);
                    assert_eq!($code.name(), Some($name));
                    assert_eq!($code.to_string(), $name);
                    assert_eq!($code.is_terminated(), $terminated);
                }
            )*
        };
    }

    pinned! {
        master_uninit_is_1: MasterStateCode::UNINIT, 1, "Uninit", false;
        master_init_is_2: MasterStateCode::INIT, 2, "Init", false;
        master_finished_is_3: MasterStateCode::FINISHED, 3, "Finished", true;
        master_stopped_is_4: MasterStateCode::STOPPED, 4, "Stopped", true;
        master_failed_is_5: MasterStateCode::FAILED, 5, "Failed", true;
        worker_normal_is_1: WorkerStateCode::NORMAL, 1, "Normal", false;
        worker_created_is_2: WorkerStateCode::CREATED, 2, "Created", false;
        worker_init_is_3: WorkerStateCode::INIT, 3, "Init", false;
        worker_error_is_4: WorkerStateCode::ERROR, 4, "Error", true;
        worker_finished_is_5: WorkerStateCode::FINISHED, 5, "Finished", true;
        worker_stopped_is_6: WorkerStateCode::STOPPED, 6, "Stopped", true;
    }

    #[test]
    fn a_number_without_a_name_is_kept_and_not_terminated() {
        for number in i8::MIN..=i8::MAX {
            let (master, worker) = (MasterStateCode(number), WorkerStateCode(number));
            let named = MasterStateCode::NAMED.contains(&master);
            assert_eq!(master.name().is_some(), named);
            assert_eq!(named, (1..=5).contains(&number));
            assert_eq!(master.is_terminated(), (3..=5).contains(&number));
            let named = WorkerStateCode::NAMED.contains(&worker);
            assert_eq!(worker.name().is_some(), named);
            assert_eq!(named, (1..=6).contains(&number));
            assert_eq!(worker.is_terminated(), (4..=6).contains(&number));
        }
        assert_eq!(WorkerStateCode(-7).to_string(), "-7");
    }
}
