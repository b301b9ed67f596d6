//! What a look-up costs, as a multiple of indexing a bare array with the same
//! states: `cargo bench --bench lookup`.
//!
//! The candidates take turns within each round, so that whatever else the machine
//! does hits all of them; the median of the rounds counts.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::hint::black_box;
use std::time::Instant;

use fsmcheck::framework::{MasterState, Worker, WorkerState};
use fsmcheck::graph::{EventId, StateId, Table};
use fsmcheck::machine::Explored;

const PAIRS: usize = 4096;
const ROUNDS: usize = 2001;

/// Counts how many of the pairs pass: nanoseconds for each.
#[inline(never)]
fn measure<A: Copy, B: Copy>(pairs: &[(A, B)], look_up: impl Fn(A, B) -> bool) -> f64 {
    let pairs = black_box(pairs);
    let start = Instant::now();
    let mut passed = 0_usize;
    for (a, b) in pairs {
        passed += usize::from(look_up(*a, *b));
    }
    black_box(passed);
    start.elapsed().as_secs_f64() * 1e9 / pairs.len() as f64
}

/// Numbers that are the same in each run (xorshift).
fn numbers() -> impl Iterator<Item = usize> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 33) as usize
    })
}

fn pairs<A: Copy, B: Copy>(a: &[A], b: &[B]) -> Vec<(A, B)> {
    let mut numbers = numbers();
    let mut pick = |length| numbers.next().map_or(0, |number| number % length);
    (0..PAIRS)
        .map(|_| (a[pick(a.len())], b[pick(b.len())]))
        .collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// What is measured: a name, the position of the bare array that it is a multiple
/// of, and one run.
type Candidate<'a> = (&'static str, usize, Box<dyn Fn() -> f64 + 'a>);

fn main() {
    let masters = pairs(&MasterState::ALL, &MasterState::ALL);
    let workers = pairs(&WorkerState::ALL, &WorkerState::ALL);
    let mut bare_master = [[false; 8]; 8];
    for (from, to) in &masters {
        bare_master[*from as usize][*to as usize] = from.may_become(*to);
    }
    let mut bare_worker = [[false; 8]; 8];
    for (from, to) in &workers {
        bare_worker[*from as usize][*to as usize] = from.may_become(*to);
    }
    let (bare_master, bare_worker) = (black_box(bare_master), black_box(bare_worker));
    let legal: Vec<_> = workers
        .iter()
        .copied()
        .filter(|(from, to)| from.may_become(*to))
        .collect();

    let table = Table::new(Worker::graph());
    let ids: Vec<StateId> = WorkerState::ALL.map(WorkerState::id).into();
    let events: Vec<EventId> = Worker::graph().events().map(|(event, _)| event).collect();
    let id_pairs = pairs(&ids, &ids);
    let event_pairs = pairs(&ids, &events);
    let n = ids.len();
    let mut bare_ids = vec![false; n * n];
    for (from, to) in &id_pairs {
        bare_ids[from.index() * n + to.index()] = table.may_become(*from, *to);
    }
    let bare_ids = black_box(bare_ids);
    let explored: Explored<Worker> =
        fsmcheck::explore(Default::default()).unwrap_or_else(|error| panic!("{error}"));

    let candidates: [Candidate<'_>; 10] = [
        (
            "bare array [[bool; 8]; 8] by MasterState",
            0,
            Box::new(|| measure(&masters, |from, to| bare_master[from as usize][to as usize])),
        ),
        (
            "MasterState::may_become",
            0,
            Box::new(|| measure(&masters, MasterState::may_become)),
        ),
        (
            "bare array [[bool; 8]; 8] by WorkerState",
            2,
            Box::new(|| measure(&workers, |from, to| bare_worker[from as usize][to as usize])),
        ),
        (
            "WorkerState::may_become",
            2,
            Box::new(|| measure(&workers, WorkerState::may_become)),
        ),
        (
            "WorkerState::may_be_seen_after",
            2,
            Box::new(|| measure(&workers, |from, to| to.may_be_seen_after(from))),
        ),
        (
            "WorkerState::try_become, legal changes",
            2,
            Box::new(|| measure(&legal, |from, to| from.try_become(to).is_ok())),
        ),
        (
            "bare array Vec<bool> by ids",
            6,
            Box::new(|| {
                measure(&id_pairs, |from, to| {
                    bare_ids[from.index() * n + to.index()]
                })
            }),
        ),
        (
            "Table::may_become by ids",
            6,
            Box::new(|| measure(&id_pairs, |from, to| table.may_become(from, to))),
        ),
        (
            "Table::may by ids",
            6,
            Box::new(|| measure(&event_pairs, |state, event| table.may(state, event))),
        ),
        (
            "Explored::state_id of both states (hash look-ups), then Table::may_become",
            6,
            Box::new(|| {
                measure(&workers, |from, to| {
                    match (explored.state_id(&from), explored.state_id(&to)) {
                        (Some(from), Some(to)) => table.may_become(from, to),
                        _ => false,
                    }
                })
            }),
        ),
    ];

    let mut times = vec![Vec::with_capacity(ROUNDS); candidates.len()];
    for _ in 0..ROUNDS {
        for ((_, _, run), times) in candidates.iter().zip(&mut times) {
            times.push(run());
        }
    }
    let medians: Vec<f64> = times.into_iter().map(median).collect();
    println!("{:>9} {:>6}", "ns", "ratio");
    for ((name, bare, _), time) in candidates.iter().zip(&medians) {
        println!("{time:>9.3} {:>6.2}  {name}", time / medians[*bare]);
    }
}
