//! Readers of the golden data about records, codes, topics and updates.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fsmcheck::wire::{
    ColumnValue, DecodeError, EncodeError, HeartbeatPing, HeartbeatPong, MASTER_UPDATE_COLUMNS,
    MasterMeta, MasterMetaExt, MasterStateCode, MonotonicTime, Selector, StatusChangeRequest,
    Timestamp, Update, WORKER_UPDATE_COLUMNS, WorkerStateCode, WorkerStatus, WorkerStatusMessage,
    WorkerType, topic,
};
use serde_json::Value;

use crate::reader::{Line, holds_non_utf8, text_bytes};

/// A Rust string cannot hold the line's value.
const NON_UTF8: Line = Line::Excepted("non-utf8 value");

pub(crate) fn states(line: &Value) -> Line {
    let state = int(&line["state"]);
    let master = MasterStateCode(state).is_terminated();
    let worker = WorkerStateCode(state).is_terminated();
    Line::compare(
        "as a master's",
        &flag(&line["master_is_terminated"]),
        &master,
    )
    .and(|| {
        Line::compare(
            "as a worker's",
            &flag(&line["worker_in_terminate"]),
            &worker,
        )
    })
}

pub(crate) fn wire_encode(line: &Value) -> Line {
    let fields = &line["fields"];
    if holds_non_utf8(fields) {
        return NON_UTF8;
    }
    let record = Record::of(line, fields);
    let encoded = Line::compare(
        "encoding",
        &line.get("json").map(text),
        &record.to_json().ok(),
    );
    match &record {
        Record::MasterMetaExt(ext) => {
            encoded.and(|| Line::compare("column value", &text(&line["value"]), &ext.value()))
        }
        _ => encoded,
    }
}

pub(crate) fn wire_decode(line: &Value) -> Line {
    let input = text_bytes(&line["input"]);
    let decoded = Record::decode(line, &input);
    if !flag(&line["ok"]) {
        return match decoded {
            Ok(record) => Line::Differs(format!("accepted as {record:?}")),
            Err(error) => Line::compare("kind", &text(&line["kind"]), &error.kind().to_string())
                .and(|| offset(line, &error)),
        };
    }
    if holds_non_utf8(&line["fields"]) {
        return NON_UTF8;
    }
    let record = match decoded {
        Ok(record) => record,
        Err(error) => return Line::Differs(format!("refused: {error}")),
    };
    Line::compare("value", &Record::of(line, &line["fields"]), &record).and(|| {
        Line::compare(
            "encoded again",
            &line.get("reencoded").map(text),
            &record.to_json().ok(),
        )
    })
}

/// The original counts the bytes of a worker type from where it begins.
fn offset(line: &Value, error: &DecodeError) -> Line {
    match (line.get("offset"), error) {
        (Some(offset), DecodeError::Type { expected, .. }) if !expected.contains("worker type") => {
            Line::compare("offset", &int(offset), &error.offset())
        }
        (Some(offset), DecodeError::Syntax { .. } | DecodeError::Depth { .. }) => {
            Line::compare("offset", &int(offset), &error.offset())
        }
        _ => Line::Agrees,
    }
}

pub(crate) fn ext_scan(line: &Value) -> Line {
    if holds_non_utf8(&line["selectors"]) {
        return NON_UTF8;
    }
    let mut ext = MasterMetaExt::default();
    if flag(&line["prior"]) {
        ext.selectors = Some(vec![Some(Selector {
            key: "old".into(),
            target: "t".into(),
            op: "neq".into(),
        })]);
    }
    let kind = text(&line["input_kind"]);
    let input = &line["input"];
    let scanned = match &*kind {
        "nil" => ext.scan(ColumnValue::Null),
        "string" => match std::str::from_utf8(&text_bytes(input)) {
            Ok(text) => ext.scan(ColumnValue::Text(text)),
            // A column's text need not be UTF-8: it is handed over as bytes.
            Err(_) => ext.scan(ColumnValue::Bytes(&text_bytes(input))),
        },
        "bytes" => ext.scan(ColumnValue::Bytes(&bytes(input).unwrap_or_default())),
        other => ext.scan(ColumnValue::Other(other)),
    };
    Line::compare("ok", &flag(&line["ok"]), &scanned.is_ok())
        .and(|| Line::compare("selectors", &selectors(&line["selectors"]), &ext.selectors))
        .and(|| Line::compare("encoding", &text(&line["json_after"]), &ext.value()))
}

pub(crate) fn topics(line: &Value) -> Line {
    if holds_non_utf8(line) {
        return NON_UTF8;
    }
    let (master, worker) = (&*text(&line["master"]), &*text(&line["worker"]));
    let seen = [
        ("ping", topic::heartbeat_ping(master)),
        ("pong", topic::heartbeat_pong(master, worker)),
        (
            "status_change_req",
            topic::status_change_request(master, worker),
        ),
        ("worker_status", topic::worker_status(master)),
    ];
    seen.into_iter()
        .fold(Line::Agrees, |so_far, (name, topic)| {
            so_far.and(|| Line::compare(name, &text(&line[name]), &topic))
        })
}

pub(crate) fn orm_maps(line: &Value) -> Line {
    if holds_non_utf8(line) {
        return NON_UTF8;
    }
    let method = text(&line["method"]);
    let update = match (Record::of(line, &line["fields"]), &*method) {
        (Record::MasterMeta(meta), "RefreshValues") => meta.refresh_values(),
        (Record::MasterMeta(meta), "UpdateStateValues") => meta.update_state_values(),
        (Record::MasterMeta(meta), "UpdateErrorValues") => meta.update_error_values(),
        (Record::MasterMeta(meta), "ExitValues") => meta.exit_values(),
        (Record::WorkerStatus(status), "Map") => status.map(),
        (other, _) => panic!("no method {method} for {other:?}"),
    };
    Line::compare(&method, &columns(&line["map"]), &sorted(update))
}

fn columns(map: &Value) -> Vec<(String, fsmcheck::wire::Value)> {
    use fsmcheck::wire::Value as Column;
    let mut columns: Vec<_> = object(map)
        .iter()
        .map(|(name, column)| {
            let value = &column["value"];
            let value = match column["go_type"].as_str() {
                Some("string") => Column::Text(text(value)),
                Some("bytes") => bytes(value).map_or(Column::Null, Column::Bytes),
                Some("int64" | "MasterState" | "WorkerState" | "WorkerType") => {
                    Column::Int(int(value))
                }
                other => panic!("unknown type {other:?}"),
            };
            (name.clone(), value)
        })
        .collect();
    columns.sort_by(|a, b| a.0.cmp(&b.0));
    columns
}

fn sorted(update: Update) -> Vec<(String, fsmcheck::wire::Value)> {
    let mut columns: Vec<_> = update
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    columns.sort_by(|a, b| a.0.cmp(&b.0));
    columns
}

pub(crate) fn orm_columns(line: &Value) -> Line {
    let seen = match line["list"].as_str() {
        Some("MasterUpdateColumns") => MASTER_UPDATE_COLUMNS.to_vec(),
        Some("WorkerUpdateColumns") => WORKER_UPDATE_COLUMNS.to_vec(),
        other => panic!("unknown list {other:?}"),
    };
    let expected: Vec<_> = array(&line["columns"]).iter().map(text).collect();
    Line::compare(
        "columns",
        &expected,
        &seen.into_iter().map(str::to_owned).collect(),
    )
}

pub(crate) fn worker_type_string(line: &Value) -> Line {
    let kind = WorkerType(int(&line["type"]));
    let decoded = WorkerType::from_json(text(&line["json"]).as_bytes());
    Line::compare("name", &text(&line["string"]), &kind.to_string())
        .and(|| Line::compare("encoding", &text(&line["json"]), &kind.to_json()))
        .and(|| Line::compare("decode_ok", &flag(&line["decode_ok"]), &decoded.is_ok()))
        .and(|| {
            let held = decoded.unwrap_or_default();
            Line::compare("decoded", &WorkerType(int(&line["decoded"])), &held)
        })
}

pub(crate) fn significant_change(line: &Value) -> Line {
    if holds_non_utf8(line) {
        return NON_UTF8;
    }
    let [a, b] = ["a", "b"].map(|name| worker_status(&line[name]));
    Line::compare(
        "changed",
        &flag(&line["changed"]),
        &a.has_significant_change(&b),
    )
}

pub(crate) fn clock(line: &Value) -> Line {
    match line["op"].as_str() {
        Some("ToMono") => Line::compare(
            "reading",
            &MonotonicTime(int(&line["mono_ns"])),
            &time(&line["time"]).to_mono(),
        ),
        Some("Sub") => {
            let [a, b] = ["a", "b"].map(|name| MonotonicTime(int(&line[name])));
            Line::compare("duration", &int(&line["duration_ns"]), &a.since(b))
        }
        other => panic!("unknown operation {other:?}"),
    }
}

/// Any of the values on the wire.
#[derive(Debug, PartialEq)]
enum Record {
    MasterMeta(MasterMeta),
    WorkerStatus(WorkerStatus),
    MasterMetaExt(MasterMetaExt),
    HeartbeatPing(HeartbeatPing),
    HeartbeatPong(HeartbeatPong),
    StatusChangeRequest(StatusChangeRequest),
    WorkerStatusMessage(WorkerStatusMessage),
    WorkerType(WorkerType),
}

impl Record {
    /// The value that `fields` describes.
    fn of(line: &Value, fields: &Value) -> Self {
        match line["type"].as_str() {
            Some("MasterMeta") => Self::MasterMeta(master_meta(fields)),
            Some("WorkerStatus") => Self::WorkerStatus(worker_status(fields)),
            Some("MasterMetaExt") => Self::MasterMetaExt(ext(fields)),
            Some("HeartbeatPingMessage") => {
                check_members(fields, 5);
                Self::HeartbeatPing(HeartbeatPing {
                    send_time: MonotonicTime(int(&fields["SendTime"])),
                    from_worker_id: text(&fields["FromWorkerID"]),
                    epoch: int(&fields["Epoch"]),
                    worker_epoch: int(&fields["WorkerEpoch"]),
                    is_finished: flag(&fields["IsFinished"]),
                })
            }
            Some("HeartbeatPongMessage") => {
                check_members(fields, 5);
                Self::HeartbeatPong(HeartbeatPong {
                    send_time: MonotonicTime(int(&fields["SendTime"])),
                    reply_time: time(&fields["ReplyTime"]),
                    to_worker_id: text(&fields["ToWorkerID"]),
                    epoch: int(&fields["Epoch"]),
                    is_finished: flag(&fields["IsFinished"]),
                })
            }
            Some("StatusChangeRequest") => {
                check_members(fields, 4);
                Self::StatusChangeRequest(StatusChangeRequest {
                    send_time: MonotonicTime(int(&fields["SendTime"])),
                    from_master_id: text(&fields["FromMasterID"]),
                    epoch: int(&fields["Epoch"]),
                    expect_state: WorkerStateCode(int(&fields["ExpectState"])),
                })
            }
            Some("WorkerStatusMessage") => {
                check_members(fields, 3);
                Self::WorkerStatusMessage(WorkerStatusMessage {
                    worker: text(&fields["Worker"]),
                    master_epoch: int(&fields["MasterEpoch"]),
                    status: present(&fields["Status"]).map(worker_status),
                })
            }
            Some("WorkerType") => Self::WorkerType(WorkerType(int(fields))),
            other => panic!("unknown type {other:?}"),
        }
    }

    fn decode(line: &Value, input: &[u8]) -> Result<Self, DecodeError> {
        match line["type"].as_str() {
            Some("MasterMeta") => MasterMeta::from_json(input).map(Self::MasterMeta),
            Some("WorkerStatus") => WorkerStatus::from_json(input).map(Self::WorkerStatus),
            Some("MasterMetaExt") => MasterMetaExt::from_json(input).map(Self::MasterMetaExt),
            Some("HeartbeatPingMessage") => {
                HeartbeatPing::from_json(input).map(Self::HeartbeatPing)
            }
            Some("HeartbeatPongMessage") => {
                HeartbeatPong::from_json(input).map(Self::HeartbeatPong)
            }
            Some("StatusChangeRequest") => {
                StatusChangeRequest::from_json(input).map(Self::StatusChangeRequest)
            }
            Some("WorkerStatusMessage") => {
                WorkerStatusMessage::from_json(input).map(Self::WorkerStatusMessage)
            }
            Some("WorkerType") => WorkerType::from_json(input).map(Self::WorkerType),
            other => panic!("unknown type {other:?}"),
        }
    }

    fn to_json(&self) -> Result<String, EncodeError> {
        match self {
            Self::MasterMeta(record) => record.to_json(),
            Self::WorkerStatus(record) => record.to_json(),
            Self::MasterMetaExt(record) => record.to_json(),
            Self::HeartbeatPing(record) => record.to_json(),
            Self::HeartbeatPong(record) => record.to_json(),
            Self::StatusChangeRequest(record) => record.to_json(),
            Self::WorkerStatusMessage(record) => record.to_json(),
            Self::WorkerType(record) => Ok(record.to_json()),
        }
    }
}

fn master_meta(fields: &Value) -> MasterMeta {
    check_members(fields, 15);
    MasterMeta {
        seq_id: int(&fields["SeqID"]),
        created_at: time(&fields["CreatedAt"]),
        updated_at: time(&fields["UpdatedAt"]),
        project_id: text(&fields["ProjectID"]),
        id: text(&fields["ID"]),
        kind: WorkerType(int(&fields["Type"])),
        state: MasterStateCode(int(&fields["State"])),
        node_id: text(&fields["NodeID"]),
        addr: text(&fields["Addr"]),
        epoch: int(&fields["Epoch"]),
        config: bytes(&fields["Config"]),
        error_message: text(&fields["ErrorMsg"]),
        detail: bytes(&fields["Detail"]),
        ext: ext(&fields["Ext"]),
        deleted: present(&fields["Deleted"]).map(time),
    }
}

fn worker_status(fields: &Value) -> WorkerStatus {
    check_members(fields, 11);
    WorkerStatus {
        seq_id: int(&fields["SeqID"]),
        created_at: time(&fields["CreatedAt"]),
        updated_at: time(&fields["UpdatedAt"]),
        project_id: text(&fields["ProjectID"]),
        job_id: text(&fields["JobID"]),
        id: text(&fields["ID"]),
        kind: WorkerType(int(&fields["Type"])),
        state: WorkerStateCode(int(&fields["State"])),
        epoch: int(&fields["Epoch"]),
        error_message: text(&fields["ErrorMsg"]),
        extend_bytes: bytes(&fields["ExtBytes"]),
    }
}

fn ext(fields: &Value) -> MasterMetaExt {
    check_members(fields, 1);
    MasterMetaExt {
        selectors: selectors(&fields["Selectors"]),
    }
}

fn selectors(value: &Value) -> Option<Vec<Option<Selector>>> {
    let items = array(present(value)?).iter();
    let selector = |fields| {
        check_members(fields, 3);
        Selector {
            key: text(&fields["Key"]),
            target: text(&fields["Target"]),
            op: text(&fields["Op"]),
        }
    };
    Some(items.map(|item| present(item).map(selector)).collect())
}

fn time(value: &Value) -> Timestamp {
    check_members(value, 3);
    Timestamp::new(int(&value["unix"]), int(&value["nsec"]), int(&value["off"]))
        .unwrap_or_else(|error| panic!("not a time: {value}: {error}"))
}

fn bytes(value: &Value) -> Option<Vec<u8>> {
    let text = text(present(value)?);
    Some(STANDARD.decode(text).expect("bytes are base64"))
}

/// A member that the reader does not know of would not be compared.
fn check_members(value: &Value, count: usize) {
    assert_eq!(object(value).len(), count, "members of {value}");
}

fn present(value: &Value) -> Option<&Value> {
    (!value.is_null()).then_some(value)
}

fn object(value: &Value) -> &serde_json::Map<String, Value> {
    value
        .as_object()
        .unwrap_or_else(|| panic!("not an object: {value}"))
}

fn array(value: &Value) -> &[Value] {
    value
        .as_array()
        .unwrap_or_else(|| panic!("not a list: {value}"))
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("not a text: {value}"))
        .to_owned()
}

fn flag(value: &Value) -> bool {
    value
        .as_bool()
        .unwrap_or_else(|| panic!("not a flag: {value}"))
}

fn int<T: TryFrom<i128>>(value: &Value) -> T {
    let number = value
        .as_i64()
        .map(i128::from)
        .or_else(|| value.as_u64().map(i128::from));
    number
        .and_then(|number| T::try_from(number).ok())
        .unwrap_or_else(|| panic!("not a number of the right size: {value}"))
}
