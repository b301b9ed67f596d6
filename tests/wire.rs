//! Promises of the records that no single case can show: what is written is
//! read back, and no text whatever makes the reader panic, hang or overflow.

use std::time::{Duration, Instant};

use fsmcheck::wire::{
    DecodeError, DecodeErrorKind, HeartbeatPing, HeartbeatPong, MasterMeta, MasterMetaExt,
    MasterStateCode, MonotonicTime, Selector, StatusChangeRequest, Timestamp, WorkerStateCode,
    WorkerStatus, WorkerStatusMessage, WorkerType,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// Times that RFC 3339 can hold: whole minutes of offset, and no year beyond
/// 0..=9999 in any zone.
fn time() -> impl Strategy<Value = Timestamp> {
    let seconds = -62_167_219_200_i64 + 86_400..253_402_300_800 - 86_400;
    let nanos = prop_oneof![Just(0), 0..1_000_000_000_u32];
    (seconds, nanos, -1439..1440_i32).prop_map(|(seconds, nanos, minutes)| {
        Timestamp::new(seconds, nanos, minutes * 60).expect("less than a second")
    })
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9-]{0,36}",
        "[<>&\"\\\\/\u{0}-\u{1f}\u{2028}\u{2029}\u{fffd}\u{10ffff}é]{0,12}",
        any::<String>(),
    ]
}

fn bytes() -> impl Strategy<Value = Option<Vec<u8>>> {
    option::of(vec(any::<u8>(), 0..40))
}

/// Types that have a name; the others cannot be read back.
fn kind() -> impl Strategy<Value = WorkerType> {
    (0..=12_i16).prop_map(WorkerType)
}

fn ext() -> impl Strategy<Value = MasterMetaExt> {
    let selector =
        (text(), text(), text()).prop_map(|(key, target, op)| Selector { key, target, op });
    let selectors = option::of(vec(option::of(selector), 0..4));
    selectors.prop_map(|selectors| MasterMetaExt { selectors })
}

fn master_meta() -> impl Strategy<Value = MasterMeta> {
    let row = (any::<u64>(), time(), time(), option::of(time()));
    let texts = (text(), text(), text(), text(), text());
    let codes = (kind(), any::<i8>(), any::<i64>());
    (row, texts, codes, bytes(), bytes(), ext()).prop_map(
        |(row, texts, codes, config, detail, ext)| MasterMeta {
            seq_id: row.0,
            created_at: row.1,
            updated_at: row.2,
            project_id: texts.0,
            id: texts.1,
            kind: codes.0,
            state: MasterStateCode(codes.1),
            node_id: texts.2,
            addr: texts.3,
            epoch: codes.2,
            config,
            error_message: texts.4,
            detail,
            ext,
            deleted: row.3,
        },
    )
}

fn worker_status() -> impl Strategy<Value = WorkerStatus> {
    let row = (any::<u64>(), time(), time());
    let texts = (text(), text(), text(), text());
    let codes = (kind(), any::<i8>(), any::<i64>());
    (row, texts, codes, bytes()).prop_map(|(row, texts, codes, extend_bytes)| WorkerStatus {
        seq_id: row.0,
        created_at: row.1,
        updated_at: row.2,
        project_id: texts.0,
        job_id: texts.1,
        id: texts.2,
        kind: codes.0,
        state: WorkerStateCode(codes.1),
        epoch: codes.2,
        error_message: texts.3,
        extend_bytes,
    })
}

fn heartbeat_ping() -> impl Strategy<Value = HeartbeatPing> {
    let numbers = (any::<i64>(), any::<i64>(), any::<i64>());
    (numbers, text(), any::<bool>()).prop_map(|(numbers, from_worker_id, is_finished)| {
        HeartbeatPing {
            send_time: MonotonicTime(numbers.0),
            from_worker_id,
            epoch: numbers.1,
            worker_epoch: numbers.2,
            is_finished,
        }
    })
}

fn heartbeat_pong() -> impl Strategy<Value = HeartbeatPong> {
    let numbers = (any::<i64>(), any::<i64>());
    (numbers, time(), text(), any::<bool>()).prop_map(
        |(numbers, reply_time, to_worker_id, is_finished)| HeartbeatPong {
            send_time: MonotonicTime(numbers.0),
            reply_time,
            to_worker_id,
            epoch: numbers.1,
            is_finished,
        },
    )
}

fn status_change_request() -> impl Strategy<Value = StatusChangeRequest> {
    (any::<i64>(), text(), any::<i64>(), any::<i8>()).prop_map(
        |(send_time, from_master_id, epoch, state)| StatusChangeRequest {
            send_time: MonotonicTime(send_time),
            from_master_id,
            epoch,
            expect_state: WorkerStateCode(state),
        },
    )
}

fn worker_status_message() -> impl Strategy<Value = WorkerStatusMessage> {
    (text(), any::<i64>(), option::of(worker_status())).prop_map(
        |(worker, master_epoch, status)| WorkerStatusMessage {
            worker,
            master_epoch,
            status,
        },
    )
}

/// A test for each record: written and read back it is the same, also when one
/// of the two is done by serde_json.
mod written_and_read_back {
    use super::*;

    macro_rules! records {
        ($($name:ident: $record:ty;)*) => {
            $(
                proptest! {
                    #[test]
                    fn $name(record in super::$name()) {
                        let text = record.to_json().expect("every time has a form");
                        let read = <$record>::from_json(text.as_bytes());
                        prop_assert_eq!(read.as_ref(), Ok(&record));
                        let read: $record = serde_json::from_str(&text).expect("it is JSON");
                        prop_assert_eq!(&read, &record);

                        let pretty = serde_json::to_vec_pretty(&record).expect("as above");
                        let read = <$record>::from_json(&pretty);
                        prop_assert_eq!(read.as_ref(), Ok(&record));
                        let tree: serde_json::Value =
                            serde_json::from_str(&text).expect("it is JSON");
                        prop_assert_eq!(serde_json::to_value(&record).expect("as above"), tree);
                    }
                }
            )*
        };
    }

    records! {
        ext: MasterMetaExt;
        heartbeat_ping: HeartbeatPing;
        heartbeat_pong: HeartbeatPong;
        master_meta: MasterMeta;
        status_change_request: StatusChangeRequest;
        worker_status: WorkerStatus;
        worker_status_message: WorkerStatusMessage;
    }
}

/// Texts near to JSON: pieces of it in any order.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        " ",
        "\n",
        "null",
        "nul",
        "true",
        "0",
        "-",
        "1.5",
        "e9",
        "128",
        "\"\\ud83d\"",
        "\"YQ==\"",
        "\"DMTask\"",
        "\"2024-05-06T07:08:09Z\"",
        "\"status\":{",
        "\"STATUS\":",
        "\"ext\":{\"selectors\":[",
        "\"config\":[",
        "\"epoch\":",
        "\"created-at\":",
        "\"type\":",
        "\"id\":\"x\"",
        "\u{17f}",
        "\u{fffd}",
    ]);
    vec(piece, 0..40).prop_map(|pieces| pieces.concat().into_bytes())
}

/// A record's text with a few bytes changed, left out or put in.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let changes = vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..5);
    (worker_status_message(), changes).prop_map(|(record, changes)| {
        let mut text = record
            .to_json()
            .expect("every time has a form")
            .into_bytes();
        for (place, byte, change) in changes {
            let place = place.index(text.len());
            match change {
                0 => text[place] = byte,
                1 => text.insert(place, byte),
                _ => {
                    text.remove(place);
                }
            }
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn any_text_is_read_or_refused(
        text in prop_oneof![vec(any::<u8>(), 0..60), pieces(), mutated()],
    ) {
        fsmcheck::fuzzing::wire_decode(&text);
        fsmcheck::fuzzing::timestamp(&text);
    }

    /// serde_json knows as well what is JSON, as long as it does not have to
    /// make anything of it.
    #[test]
    fn broken_json_is_told_as_by_serde_json(text in prop_oneof![pieces(), mutated()]) {
        let broken = WorkerStatusMessage::from_json(&text)
            .is_err_and(|error| error.kind() == DecodeErrorKind::Syntax);
        let ignored = serde_json::from_slice::<serde::de::IgnoredAny>(&text);
        prop_assert_eq!(broken, ignored.is_err());
    }
}

#[track_caller]
fn refused_quickly(text: &[u8], kind: DecodeErrorKind) {
    let start = Instant::now();
    let error = MasterMeta::from_json(text).expect_err("the text is bad");
    assert_eq!(error.kind(), kind);
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn deep_nesting_neither_overflows_nor_takes_long() {
    let million = 1_000_000;
    let brackets = "[".repeat(million);
    let objects = r#"{"a":"#.repeat(million / 5);
    for text in [&brackets, &objects] {
        refused_quickly(text.as_bytes(), DecodeErrorKind::Syntax);
        let inside = format!(r#"{{"unknown":{text}"#);
        refused_quickly(inside.as_bytes(), DecodeErrorKind::Syntax);
        let wrong_kind = format!(r#"{{"epoch":{text}"#);
        refused_quickly(wrong_kind.as_bytes(), DecodeErrorKind::Syntax);
    }
}

#[test]
fn nesting_is_allowed_to_the_limit() {
    let nested = |depth| {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        MasterMeta::from_json(format!(r#"{{"unknown":{open}{close}}}"#).as_bytes())
    };
    let limit = fsmcheck::wire::MAX_DEPTH;
    assert_eq!(nested(limit - 1), Ok(MasterMeta::default()));
    let offset = limit + r#"{"unknown":"#.len();
    assert_eq!(nested(limit), Err(DecodeError::Depth { offset }));
}

#[test]
fn long_texts_take_time_in_proportion() {
    let million = 1_000_000;
    let digits = "9".repeat(million);
    refused_quickly(
        format!(r#"{{"epoch":{digits}}}"#).as_bytes(),
        DecodeErrorKind::Type,
    );
    refused_quickly(
        format!(r#"{{"config":[{}1,"x"]}}"#, "1,".repeat(million)).as_bytes(),
        DecodeErrorKind::Type,
    );
    // A long list, and then short ones over it.
    let short = r#""config":[2],"#.repeat(million / 13);
    refused_quickly(
        format!(
            r#"{{"config":[{}1],{short}"epoch":""}}"#,
            "1,".repeat(million)
        )
        .as_bytes(),
        DecodeErrorKind::Type,
    );
    let escapes = r"\ud83d\n".repeat(million / 8);
    refused_quickly(
        format!(r#"{{"id":"{escapes}","Deleted":""}}"#).as_bytes(),
        DecodeErrorKind::Time,
    );
}

/// The message says where, what was expected and what was found.
#[track_caller]
fn message(text: &str, expected: &str) {
    let error = WorkerStatusMessage::from_json(text.as_bytes()).expect_err("the text is bad");
    assert_eq!(error.to_string(), expected);
}

#[test]
fn errors_say_where_and_what() {
    message("", "byte 0: expected a value, found the end of the text");
    message(
        r#"{"worker":1,}"#,
        "byte 13: expected the name of a member, found `}`",
    );
    message(
        r#"{"status":{"epoch":1.5}}"#,
        "byte 22: member `status.epoch`: expected a whole number in \
         -9223372036854775808..=9223372036854775807, found the number 1.5",
    );
    message(
        r#"{"status":{"state":[]}}"#,
        "byte 20: member `status.state`: expected a whole number in -128..=127, found a list",
    );
    message("[]", "byte 1: expected an object, found a list");
    let ext = br#"{"ext":{"selectors":[{"op":"eq"},5]}}"#;
    assert_eq!(
        MasterMeta::from_json(ext).map_err(|error| error.to_string()),
        Err("byte 34: member `ext.selectors`: expected an object, found the number 5".into())
    );
    message(
        r#"{"status":{"created-at":"2024-13-01T00:00:00Z"}}"#,
        "byte 46: member `status.created-at`: the month of the time stamp is out of range",
    );
    message(
        r#"{"status":{"extend-bytes":"%"}}"#,
        "byte 29: member `status.extend-bytes`: expected padded base64 in the standard alphabet, \
         found other text",
    );
    message(
        r#"{"status":{"type":"Task"}}"#,
        "byte 24: member `status.type`: unknown worker type `Task`, expected a name such as \
         `DMTask`, or none",
    );
}

/// Of several errors, the one of this member is reported.
#[track_caller]
fn reported(text: &str, expected: &str) {
    let error = WorkerStatus::from_json(text.as_bytes()).expect_err("the text is bad");
    let member = match &error {
        DecodeError::Type { member, .. }
        | DecodeError::Time { member, .. }
        | DecodeError::Base64 { member, .. }
        | DecodeError::WorkerType { member, .. } => member,
        _ => "the text",
    };
    assert_eq!(member, expected, "{error}");
}

#[test]
fn of_several_errors_the_gravest_is_reported() {
    reported(r#"{"epoch":"x","extend-bytes":"%"}"#, "epoch");
    reported(r#"{"extend-bytes":"%","epoch":"x"}"#, "extend-bytes");
    reported(r#"{"epoch":"x","created-at":""}"#, "created-at");
    reported(r#"{"epoch":"x","type":"x"}"#, "type");
    reported(r#"{"epoch":"x","type":5}"#, "type");
    reported(r#"{"type":5,"created-at":""}"#, "type");
    reported(r#"{"created-at":"","type":5}"#, "created-at");
    reported(r#"{"type":5,"created-at":"",}"#, "the text");
    reported(r#"{"epoch":"x"} {"#, "the text");
}

#[test]
fn a_time_without_a_form_is_named_when_encoding() {
    let far = Timestamp::new(253_402_300_800, 0, 0).expect("less than a second");
    let message = WorkerStatusMessage {
        status: Some(WorkerStatus {
            updated_at: far,
            ..WorkerStatus::default()
        }),
        ..WorkerStatusMessage::default()
    };
    let error = message.to_json().expect_err("the year 10000");
    assert_eq!(
        error.to_string(),
        "member `status.updated-at`: the year 10000 is outside 0..=9999"
    );
}
