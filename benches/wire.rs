//! How fast a typical `WorkerStatus` is read and written, beside serde_json on
//! a struct that does the same work: borrowed strings, RFC 3339 times by the
//! `time` crate, bytes by `base64`.
//!
//! The two take turns, so that whatever else the machine does slows both; the
//! last column is the median of the ratios of one round each.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use fsmcheck::wire::{WorkerStateCode, WorkerStatus, WorkerType};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The yardstick.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Peer<'a> {
    seq_id: u64,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    updated_at: OffsetDateTime,
    project_id: &'a str,
    job_id: &'a str,
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    state: i8,
    epoch: i64,
    error_message: &'a str,
    #[serde(with = "as_base64")]
    extend_bytes: Option<Vec<u8>>,
}

mod as_base64 {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(
        bytes: &Option<Vec<u8>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match bytes {
            Some(bytes) => serializer.serialize_str(&STANDARD.encode(bytes)),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Vec<u8>>, D::Error> {
        let text = Option::<&str>::deserialize(deserializer)?;
        text.map(|text| STANDARD.decode(text))
            .transpose()
            .map_err(D::Error::custom)
    }
}

const ROUNDS: usize = 301;
const RUNS_A_ROUND: u32 = 2_000;

fn main() -> Result<(), Box<dyn Error>> {
    let status = WorkerStatus {
        seq_id: 48_213,
        created_at: "2024-05-06T07:08:09.123456789+08:00".parse()?,
        updated_at: "2024-05-06T09:10:11.987654321+08:00".parse()?,
        project_id: "3f2504e0-4f89-11d3-9a0c-0305e82c3301".into(),
        job_id: "7d444840-9dc0-11d1-b245-5ffdce74fad2".into(),
        id: "e902893a-9d22-3c7e-a7b8-d6e313b71d9f".into(),
        kind: WorkerType::DM_TASK,
        state: WorkerStateCode::NORMAL,
        epoch: 1_715_000_123,
        error_message: String::new(),
        extend_bytes: Some((0..100_u8).map(|byte| byte.wrapping_mul(37)).collect()),
    };
    let text = status.to_json()?;
    let peer: Peer<'_> = serde_json::from_str(&text)?;
    assert_eq!(serde_json::to_string(&peer)?, text, "both do the same work");
    assert_eq!(WorkerStatus::from_json(text.as_bytes())?, status);

    compare(
        "decode",
        || WorkerStatus::from_json(black_box(text.as_bytes())),
        || serde_json::from_slice::<Peer<'_>>(black_box(text.as_bytes())),
    );
    compare(
        "encode",
        || black_box(&status).to_json(),
        || serde_json::to_string(black_box(&peer)),
    );
    Ok(())
}

/// Prints the median times of both for one run, and the median ratio.
fn compare<A, B>(what: &str, ours: impl Fn() -> A, theirs: impl Fn() -> B) {
    let mut rounds: Vec<_> = (0..ROUNDS)
        .map(|_| (round(&ours), round(&theirs)))
        .map(|(ours, theirs)| (ours, theirs, ours / theirs))
        .collect();
    let mut median = |key: fn(&(f64, f64, f64)) -> f64| {
        rounds.sort_by(|a, b| key(a).total_cmp(&key(b)));
        key(&rounds[ROUNDS / 2])
    };
    println!(
        "{what}: {:6.0} ns, serde_json {:6.0} ns, ratio {:.2}",
        median(|round| round.0),
        median(|round| round.1),
        median(|round| round.2),
    );
}

/// Nanoseconds for one run, averaged over a round.
fn round<T>(run: &impl Fn() -> T) -> f64 {
    let start = Instant::now();
    for _ in 0..RUNS_A_ROUND {
        black_box(run());
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(RUNS_A_ROUND)
}
