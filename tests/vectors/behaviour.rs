//! Behaviour of the machines as it was recorded.

use fsmcheck::Guarded;
use fsmcheck::framework::{WorkerEntry, WorkerEntryEvent, WorkerEntryState};
use serde_json::{Value, json};

use crate::reader::Line;

const SECOND: i64 = 1_000_000_000;

fn entry(state: &Value, finished: bool) -> Guarded<WorkerEntry> {
    let state: WorkerEntryState = text(state).parse().expect("a state of an entry");
    let storage = WorkerEntry::new("w1", "executor-0", Some(5 * SECOND));
    let mut entry = Guarded::at(storage, state);
    if finished {
        entry
            .handle(&WorkerEntryEvent::SetFinished)
            .expect("legal in every state");
    }
    entry
}

fn operation(op: &Value) -> WorkerEntryEvent {
    match text(op) {
        "mark_as_online" => WorkerEntryEvent::MarkAsOnline {
            executor: "executor-1".into(),
            expires_at: 9 * SECOND,
        },
        "mark_as_offline" => WorkerEntryEvent::MarkAsOffline,
        "mark_as_tombstone" => WorkerEntryEvent::MarkAsTombstone,
        "set_finished" => WorkerEntryEvent::SetFinished,
        other => panic!("unknown operation {other}"),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn flag(value: &Value) -> bool {
    value.as_bool().expect("true or false")
}

fn state_of(entry: &Guarded<WorkerEntry>) -> String {
    entry.state().name().to_lowercase()
}

/// Takes the step and says whether it went as recorded: what ended the original
/// by a panic is refused and changes nothing.
fn step(entry: &mut Guarded<WorkerEntry>, line: &Value) -> Line {
    let before = entry.clone();
    let refused = entry.handle(&operation(&line["op"])).is_err();
    let panicked = line.get("panic").is_some();
    Line::compare("refused", &panicked, &refused)
        .and(|| Line::compare("unchanged", &true, &(!refused || *entry == before)))
}

/// A line of `worker_entry.jsonl`: one operation on one entry.
pub(crate) fn worker_entry(line: &Value) -> Line {
    let mut entry = entry(&line["state"], flag(&line["finished"]));
    step(&mut entry, line).and(|| {
        let storage = entry.storage();
        let after = json!({
            "state": state_of(&entry),
            "finished": storage.is_finished(),
            "executor": storage.executor(),
            "expire_s": storage.expires_at().map(|expires_at| expires_at / SECOND),
            "is_tombstone": *entry.state() == WorkerEntryState::Tombstone,
            "string": entry.to_string(),
        });
        Line::compare("after", &line["after"], &after)
    })
}

/// A line of `worker_entry_seq.jsonl`: a sequence of operations on one entry.
pub(crate) fn worker_entry_seq(line: &Value) -> Line {
    let mut entry = entry(&line["start"], false);
    let steps = line["steps"].as_array().expect("a list of steps");
    steps.iter().fold(Line::Agrees, |so_far, expected| {
        so_far.and(|| step(&mut entry, expected)).and(|| {
            Line::compare(
                "state and finished",
                &(&expected["state"], &expected["finished"]),
                &(
                    &json!(state_of(&entry)),
                    &json!(entry.storage().is_finished()),
                ),
            )
        })
    })
}
