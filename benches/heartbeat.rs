//! How many pings a worker manager handles on one core, beside a bare hash map
//! that only finds the worker and writes its expiry: `cargo bench --bench
//! heartbeat`. And what a check costs, and what an entry takes.
//!
//! The candidates take turns within each round, so that whatever else the machine
//! does hits all of them; the median counts, and the best is what the machine can do
//! when nobody else is there.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use fsmcheck::framework::Policy;
use fsmcheck::framework::manager::{Effect, Receipt, TickInput, Ticked, WorkerManager};
use fsmcheck::wire::{Epoch, HeartbeatPing, MonotonicTime};
use rustc_hash::FxHashMap;

const WORKERS: usize = 100_000;
const ROUNDS: usize = 21;
const PASSES: usize = 5;
const MASTER_EPOCH: Epoch = 5;
/// After how many pings their effects are carried out.
const BATCH: usize = 1000;
const NODE: &str = "executor-1";
const SECOND: i64 = 1_000_000_000;

/// Numbers that are the same in each run (xorshift).
fn numbers() -> impl Iterator<Item = u64> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    })
}

fn uuid(numbers: &mut impl Iterator<Item = u64>) -> Option<String> {
    let (a, b) = (numbers.next()?, numbers.next()?);
    Some(format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        a >> 32,
        a >> 16 & 0xffff,
        a & 0xfff,
        b >> 52,
        b & 0xffff_ffff_ffff
    ))
}

fn shuffle<T>(items: &mut [T], numbers: &mut impl Iterator<Item = u64>) {
    for (last, number) in (1..items.len()).rev().zip(numbers) {
        items.swap(last, (number % (last as u64 + 1)) as usize);
    }
}

/// A manager whose workers have all pinged once, at second 0.
fn manager(
    policy: Policy,
    pings: &[HeartbeatPing],
    in_order: &[usize],
) -> Result<WorkerManager, Box<dyn Error>> {
    let mut manager = WorkerManager::after_failover(MASTER_EPOCH, policy);
    let mut effects = Vec::new();
    manager.recover(&mut effects)?;
    manager.rows_loaded(Vec::new(), MonotonicTime(0), &mut effects)?;
    for some in in_order.chunks(1000) {
        for index in some {
            let ping = &pings[*index];
            let (worker, epoch) = (&ping.from_worker_id, ping.worker_epoch);
            manager.before_start(worker, NODE, epoch, MonotonicTime(0))?;
            manager.heartbeat(ping, NODE, MonotonicTime(0), &mut effects)?;
        }
        let mut input = TickInput::Start;
        while manager.tick(input, &mut effects)? != Ticked::Done {
            input = TickInput::CallbackDone;
        }
        effects.clear();
    }
    Ok(manager)
}

/// Hands all pings to a manager: nanoseconds for each.
#[inline(never)]
fn measure<'m>(
    manager: &mut WorkerManager,
    pings: &'m [HeartbeatPing],
    now: i64,
    effects: &mut Vec<Effect<'m>>,
) -> Result<f64, Box<dyn Error>> {
    effects.clear();
    let start = Instant::now();
    let (mut accepted, mut pongs) = (0, 0);
    for batch in black_box(pings).chunks(BATCH) {
        let batch = batch.iter().map(|ping| (ping, NODE));
        accepted += manager.heartbeats(batch, MonotonicTime(now), effects)?;
        pongs += black_box(&*effects).len();
        effects.clear();
    }
    let time = start.elapsed().as_secs_f64() * 1e9 / pings.len() as f64;
    assert_eq!((accepted, pongs), (WORKERS, WORKERS));
    Ok(time)
}

/// The same, one ping at a time.
#[inline(never)]
fn measure_single<'m>(
    manager: &mut WorkerManager,
    pings: &'m [HeartbeatPing],
    now: i64,
    effects: &mut Vec<Effect<'m>>,
) -> Result<f64, Box<dyn Error>> {
    effects.clear();
    let start = Instant::now();
    let mut accepted = 0;
    for batch in black_box(pings).chunks(BATCH) {
        for ping in batch {
            let receipt = manager.heartbeat(ping, NODE, MonotonicTime(now), effects)?;
            accepted += usize::from(receipt == Receipt::Accepted);
        }
        black_box(&*effects);
        effects.clear();
    }
    let time = start.elapsed().as_secs_f64() * 1e9 / pings.len() as f64;
    assert_eq!(accepted, WORKERS);
    Ok(time)
}

/// The same by a map that does nothing but find the worker.
#[inline(never)]
fn measure_bare(map: &mut FxHashMap<String, i64>, pings: &[HeartbeatPing], now: i64) -> f64 {
    let start = Instant::now();
    for ping in black_box(pings) {
        if let Some(expires_at) = map.get_mut(&ping.from_worker_id) {
            *expires_at = now;
        }
    }
    start.elapsed().as_secs_f64() * 1e9 / pings.len() as f64
}

fn check(manager: &mut WorkerManager, now: i64) -> Result<f64, Box<dyn Error>> {
    let start = Instant::now();
    manager.check(MonotonicTime(now), &mut Vec::new())?;
    Ok(start.elapsed().as_secs_f64() * 1e6)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The memory of this process, where the system tells it.
fn resident() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kibibytes: usize = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes * 1024)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut numbers = numbers();
    let mut pings = Vec::with_capacity(WORKERS);
    while let Some(from_worker_id) = uuid(&mut numbers).filter(|_| pings.len() < WORKERS) {
        pings.push(HeartbeatPing {
            from_worker_id,
            epoch: MASTER_EPOCH,
            worker_epoch: 100 + pings.len() as i64,
            ..HeartbeatPing::default()
        });
    }
    let mut in_order: Vec<usize> = (0..WORKERS).collect();
    shuffle(&mut in_order, &mut numbers);
    // The buffer of effects is there before memory is measured.
    let mut effects = vec![Effect::LoadRows; BATCH];

    let before = resident();
    let mut original = manager(Policy::original(), &pings, &in_order)?;
    if let (Some(before), Some(after)) = (before, resident()) {
        let each = after.saturating_sub(before) / WORKERS;
        println!("{each} bytes for an entry with its id, status and expiry");
    }
    let mut hardened = manager(Policy::hardened(), &pings, &in_order)?;
    let mut bare: FxHashMap<String, i64> = in_order
        .iter()
        .map(|index| (pings[*index].from_worker_id.clone(), 0))
        .collect();

    let mut times = [const { Vec::new() }; 4];
    for round in 1..=ROUNDS {
        // Several passes, so that a candidate does not pay for what the one before
        // it has left in the caches.
        for now in (0..PASSES).map(|pass| (round * PASSES + pass) as i64) {
            times[0].push(measure_bare(&mut bare, &pings, now));
        }
        for now in (0..PASSES).map(|pass| (round * PASSES + pass) as i64) {
            times[1].push(measure(&mut original, &pings, now, &mut effects)?);
        }
        for now in (0..PASSES).map(|pass| (round * PASSES + pass) as i64) {
            times[2].push(measure(&mut hardened, &pings, now, &mut effects)?);
        }
        for now in (0..PASSES).map(|pass| (round * PASSES + pass) as i64) {
            times[3].push(measure_single(&mut original, &pings, now, &mut effects)?);
        }
    }
    let medians = times.each_ref().map(|times| median(times.clone()));
    println!(
        "{:>9} {:>9} {:>6} {:>9}",
        "ns/ping", "M/s", "ratio", "best M/s"
    );
    for ((name, time), times) in [
        "bare hash map",
        "worker manager, original",
        "worker manager, hardened",
        "worker manager, original, one at a time",
    ]
    .into_iter()
    .zip(medians)
    .zip(&times)
    {
        let best = times.iter().copied().fold(f64::INFINITY, f64::min);
        println!(
            "{time:>9.1} {:>9.2} {:>6.2} {:>9.2}  {name}",
            1e3 / time,
            time / medians[0],
            1e3 / best
        );
    }

    // Pinged a second ago; the time-out under which all are filed has not passed,
    // has passed, and has been renewed.
    measure(&mut original, &pings, 19 * SECOND, &mut effects)?;
    for (when, now) in [
        ("before the first time-out", 19 * SECOND),
        ("when all have to be filed anew", 21 * SECOND),
        ("right after that", 22 * SECOND),
    ] {
        let time = check(&mut original, now)?;
        println!("{time:>9.1} µs for a check {when}");
    }
    assert_eq!(original.pending_events(), 0);
    Ok(())
}
