//! Lines read as records, held against the machines and stepped by them.

use crate::framework::{MasterEvent, Record, read_record};
use crate::machine::Machine as _;
use crate::replay::{Place, Replay};
use crate::wire::{MasterMeta, WorkerStatus};

/// Each line that is a record can be replayed, to the same end each time; and
/// whatever happens to a record changes it as a whole or leaves it as it was.
pub fn record(input: &[u8]) {
    let records: Vec<_> = input
        .split(|byte| *byte == b'\n')
        .filter_map(|line| read_record(line).ok())
        .collect();
    assert_eq!(replay(&records), replay(&records));

    let mut workers = Vec::new();
    for record in &records {
        match record {
            Record::Master(meta) => step(meta),
            Record::Worker(status) => workers.push(status),
            Record::Message(message) => workers.extend(&message.status),
        }
    }
    for (held, seen) in workers.iter().zip(workers.iter().skip(1)) {
        advance(held, seen);
        // The same worker, whatever the ids in the input are.
        let same = WorkerStatus {
            job_id: held.job_id.clone(),
            id: held.id.clone(),
            ..(*seen).clone()
        };
        advance(held, &same);
    }
}

/// What a replay of the records reports and counts.
fn replay(records: &[Record]) -> (Vec<String>, u64) {
    let mut replay = Replay::new();
    let findings = records
        .iter()
        .zip(1..)
        .filter_map(|(record, line)| record.sighting(Place::new("input".into(), line)))
        .filter_map(|sighting| replay.see(sighting))
        .map(|finding| finding.to_string())
        .collect();
    (findings, replay.summary().records)
}

fn step(meta: &MasterMeta) {
    for event in crate::framework::Master::alphabet() {
        let mut after = meta.clone();
        let result = after.transition(&event);
        match result {
            Err(_) => assert_eq!(
                after, *meta,
                "{event:?} was refused, but changed the record"
            ),
            Ok(update) => {
                assert_eq!(update.is_empty(), event == MasterEvent::Recovered);
                assert_eq!(
                    update.value("state").is_none(),
                    after.state == meta.state,
                    "{event:?}"
                );
            }
        }
    }
}

fn advance(held: &WorkerStatus, seen: &WorkerStatus) {
    let mut after = held.clone();
    match after.advance(seen) {
        Err(_) => assert_eq!(after, *held, "refused, but the record has changed"),
        Ok(change) => {
            assert!(!change.verdict.is_violation());
            assert_eq!(change.update.is_empty(), !change.significant);
            assert_eq!(change.changed.is_empty(), after.map() == held.map());
            assert_eq!(after.map(), seen.map());
        }
    }
}
