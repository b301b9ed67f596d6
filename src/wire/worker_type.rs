//! The kinds of worker: numbers in a table's row, names in JSON.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::wire::json::{Decode, DecodeError, Encode, EncodeError, Reader, Stop};

/// What a worker does.
///
/// Any number is kept, but only 1 to 12 have a name, and 0 has the empty one;
/// the others print as `Unknown WorkerType N`, which can't be read back.
///
/// # Examples
///
/// ```
/// use fsmcheck::wire::WorkerType;
///
/// let kind: WorkerType = "DMTask".parse()?;
/// assert_eq!(kind, WorkerType::DM_TASK);
/// assert_eq!(WorkerType(13).to_string(), "Unknown WorkerType 13");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a code is nothing but its number"
)]
pub struct WorkerType(pub i16);

/// A text that names no worker type.
#[derive(Clone, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[error("unknown worker type `{0}`, expected a name such as `DMTask`, or none")]
#[expect(clippy::exhaustive_structs, reason = "it says all there is to say")]
pub struct UnknownWorkerType(pub String);

impl WorkerType {
    /// The master of all job masters.
    pub const JOB_MANAGER: Self = Self(1);
    /// Master of a job that copies CSV files, an example.
    pub const CVS_JOB_MASTER: Self = Self(2);
    /// Master of a job that does nothing, for tests.
    pub const FAKE_JOB_MASTER: Self = Self(3);
    /// Master of a data migration job.
    pub const DM_JOB_MASTER: Self = Self(4);
    /// Master of a change data capture job.
    pub const CDC_JOB_MASTER: Self = Self(5);
    /// Worker of a job that copies CSV files.
    pub const CVS_TASK: Self = Self(6);
    /// Worker of a job that does nothing.
    pub const FAKE_TASK: Self = Self(7);
    /// Worker of a data migration job.
    pub const DM_TASK: Self = Self(8);
    /// Worker of a change data capture job.
    pub const CDC_TASK: Self = Self(9);
    /// The dump phase of a data migration.
    pub const DM_DUMP: Self = Self(10);
    /// The load phase of a data migration.
    pub const DM_LOAD: Self = Self(11);
    /// The replication phase of a data migration.
    pub const DM_SYNC: Self = Self(12);

    /// The name by which the type travels; 0 has the empty one.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        let index = usize::try_from(self.0).ok()?;
        NAMES.get(index).copied()
    }

    fn from_name(name: &str) -> Option<Self> {
        let index = NAMES.iter().position(|known| *known == name)?;
        i16::try_from(index).ok().map(Self)
    }
}

/// By number.
const NAMES: [&str; 13] = [
    "",
    "JobManager",
    "CVSJobMaster",
    "FakeJobMaster",
    "DMJobMaster",
    "CDCJobMaster",
    "CVSTask",
    "FakeTask",
    "DMTask",
    "CDCTask",
    "DMDumpTask",
    "DMLoadTask",
    "DMSyncTask",
];

impl fmt::Display for WorkerType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => write!(f, "Unknown WorkerType {}", self.0),
        }
    }
}

impl FromStr for WorkerType {
    type Err = UnknownWorkerType;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::from_name(name).ok_or_else(|| UnknownWorkerType(name.to_owned()))
    }
}

/// The name, as in JSON; see [`WorkerType`] for numbers that have none.
impl Serialize for WorkerType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for WorkerType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        name.parse().map_err(serde::de::Error::custom)
    }
}

/// Unlike other members, a worker type given as `null` becomes 0, and one of
/// the wrong kind ends the reading.
impl Decode for WorkerType {
    fn decode(&mut self, reader: &mut Reader<'_>) -> Result<(), Stop> {
        match reader.begin()? {
            b'"' => {
                let name = reader.string()?.text();
                match Self::from_name(&name) {
                    Some(kind) => {
                        *self = kind;
                        Ok(())
                    }
                    None => reader.stop(|offset, member| DecodeError::WorkerType {
                        offset,
                        member,
                        problem: UnknownWorkerType(name.into_owned()),
                    }),
                }
            }
            b'n' => {
                *self = Self(0);
                reader.null()
            }
            _ => reader.mismatch_stops("the name of a worker type"),
        }
    }
}

impl Encode for WorkerType {
    fn encode(&self, out: &mut String) -> Result<(), EncodeError> {
        out.push('"');
        match self.name() {
            Some(name) => out.push_str(name),
            None => out.push_str(&self.to_string()),
        }
        out.push('"');
        Ok(())
    }
}

impl WorkerType {
    /// The JSON text, the same to the byte as the original's: the name in
    /// quotes.
    #[must_use]
    pub fn to_json(self) -> String {
        format!("\"{self}\"")
    }

    /// Reads what the original reads: a name in quotes, or `null`, which is 0.
    ///
    /// # Errors
    ///
    /// When the text is not JSON, not a string, or no known name.
    pub fn from_json(input: &[u8]) -> Result<Self, DecodeError> {
        crate::wire::json::from_json(input)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! pinned {
        ($($test:ident: $kind:expr, $number:literal, $name:literal;)*) => {
            $(
                #[test]
                fn $test() {
                    assert_eq!($kind.0, $number);
                    assert_eq!($kind.name(), Some($name));
                    assert_eq!($kind.to_string(), $name);
                    assert_eq!($name.parse(), Ok($kind));
                    assert_eq!(serde_json::to_value($kind).unwrap(), $name);
                }
            )*
        };
    }

    pinned! {
        the_zero_type_has_the_empty_name: WorkerType::default(), 0, "";
        job_manager_is_1: WorkerType::JOB_MANAGER, 1, "JobManager";
        cvs_job_master_is_2: WorkerType::CVS_JOB_MASTER, 2, "CVSJobMaster";
        fake_job_master_is_3: WorkerType::FAKE_JOB_MASTER, 3, "FakeJobMaster";
        dm_job_master_is_4: WorkerType::DM_JOB_MASTER, 4, "DMJobMaster";
        cdc_job_master_is_5: WorkerType::CDC_JOB_MASTER, 5, "CDCJobMaster";
        cvs_task_is_6: WorkerType::CVS_TASK, 6, "CVSTask";
        fake_task_is_7: WorkerType::FAKE_TASK, 7, "FakeTask";
        dm_task_is_8: WorkerType::DM_TASK, 8, "DMTask";
        cdc_task_is_9: WorkerType::CDC_TASK, 9, "CDCTask";
        dm_dump_is_10: WorkerType::DM_DUMP, 10, "DMDumpTask";
        dm_load_is_11: WorkerType::DM_LOAD, 11, "DMLoadTask";
        dm_sync_is_12: WorkerType::DM_SYNC, 12, "DMSyncTask";
    }

    #[test]
    fn numbers_without_a_name_are_kept_but_cannot_be_read_back() {
        for number in [i16::MIN, -1, 13, 1000, i16::MAX] {
            let kind = WorkerType(number);
            assert_eq!(kind.name(), None);
            let text = format!("Unknown WorkerType {number}");
            assert_eq!(kind.to_string(), text);
            assert_eq!(text.parse::<WorkerType>(), Err(UnknownWorkerType(text)));
        }
    }

    #[test]
    fn null_is_the_zero_type_and_other_kinds_are_refused() {
        let mut kind = WorkerType::DM_TASK;
        assert!(kind.decode(&mut Reader::new(b"null")).is_ok());
        assert_eq!(kind, WorkerType(0));
        for (text, kind) in [
            ("8", "type"),
            ("\"dmtask\"", "worker_type"),
            ("DMTask", "syntax"),
        ] {
            let error = WorkerType::from_json(text.as_bytes()).unwrap_err();
            assert_eq!(error.kind().name(), kind, "{text}");
        }
    }
}
