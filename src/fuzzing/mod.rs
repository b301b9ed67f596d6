//! The bodies of the fuzz targets, kept here so that ordinary tests can run
//! them over the corpus. Each panics when a promise is broken.

mod events;
mod network;
mod record;

pub use self::events::events;
pub use self::network::{SITUATIONS, network, situations};
pub use self::record::record;
use crate::wire::Timestamp;

/// A fuzz target: its name, which is also that of its corpus, and its body.
pub type Target = (&'static str, fn(&[u8]));

/// Every target, in the order of their names.
pub const TARGETS: &[Target] = &[
    ("events", events),
    ("network", network),
    ("record", record),
    ("selector", selector),
    ("timestamp", timestamp),
    ("wire_decode", wire_decode),
];

/// A checked selector answers as the unchecked record does. The input is key,
/// operator, target and value, a line each.
pub fn selector(input: &[u8]) {
    use crate::wire::{Selector, label};

    let text = String::from_utf8_lossy(input);
    let mut lines = text.splitn(4, '\n').map(str::to_owned);
    let mut line = || lines.next().unwrap_or_default();
    let (key, op, target, value) = (line(), line(), line(), line());
    let labels: label::Set = [(key.clone(), value)].into_iter().collect();
    let record = Selector { key, target, op };
    if let Ok(checked) = record.validate() {
        assert_eq!(record.matches(&labels), Ok(checked.matches(&labels)));
    }
}

/// What can be read as a record and written again is the same record when it
/// is read back, and is written the same again.
pub fn wire_decode(input: &[u8]) {
    use crate::wire::{
        HeartbeatPing, HeartbeatPong, MasterMeta, MasterMetaExt, StatusChangeRequest, WorkerStatus,
        WorkerStatusMessage, WorkerType,
    };

    macro_rules! round_trip {
        ($($record:ty),*) => {
            $(
                if let Ok(record) = <$record>::from_json(input)
                    && let Ok(text) = record.to_json()
                {
                    let again = <$record>::from_json(text.as_bytes());
                    assert_eq!(again.as_ref(), Ok(&record));
                    assert_eq!(again.and_then(|again| Ok(again.to_json())), Ok(Ok(text.clone())));
                    assert_eq!(serde_json::from_str::<$record>(&text).ok(), Some(record));
                }
            )*
        };
    }

    round_trip!(
        HeartbeatPing,
        HeartbeatPong,
        MasterMeta,
        MasterMetaExt,
        StatusChangeRequest,
        WorkerStatus,
        WorkerStatusMessage
    );
    if let Ok(kind) = WorkerType::from_json(input) {
        assert_eq!(WorkerType::from_json(kind.to_json().as_bytes()), Ok(kind));
    }
}

/// A time stamp that can be read and printed is read back the same.
pub fn timestamp(input: &[u8]) {
    if let Ok(text) = std::str::from_utf8(input)
        && let Ok(time) = text.parse::<Timestamp>()
        && let Ok(printed) = time.to_rfc3339()
    {
        assert_eq!(printed.parse(), Ok(time));
    }
}
