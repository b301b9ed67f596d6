//! How time and memory grow with the number of states.

use std::error::Error;
use std::process::Command;

use fsmcheck::check::{Check, Limits, Store};
use fsmcheck_peers::ours;

use crate::measured::{Measured, measure};

/// A check that is larger ends when it has taken this much.
const MEMORY: usize = 3_500_000_000;

/// What a check has found and taken.
struct Grown {
    unique: u64,
    generated: u64,
    /// The most states at one distance.
    widest_level: u64,
    /// Bytes of the set of states.
    set: u64,
    /// The most bytes of the set and of the states that wait.
    most: u64,
    is_exhaustive: bool,
}

/// Checks two-phase commit with fingerprints, and prints what it has found and taken.
pub(crate) fn work(managers: usize, threads: usize) {
    let model = ours::two_phase_commit(managers);
    let report = Check::new(&model)
        .store(Store::Fingerprint)
        .threads(threads)
        .limits(Limits::default().memory(MEMORY))
        .run();
    let (coverage, costs) = (report.coverage(), report.costs());
    println!(
        "{} {} {} {} {} {}",
        report.unique(),
        report.generated(),
        coverage.levels.iter().max().unwrap_or(&0),
        costs.store,
        costs.peak,
        report.completeness().is_exhaustive()
    );
}

fn read(output: &str) -> Option<Grown> {
    let mut words = output.split_whitespace();
    let mut number = || words.next()?.parse().ok();
    Some(Grown {
        unique: number()?,
        generated: number()?,
        widest_level: number()?,
        set: number()?,
        most: number()?,
        is_exhaustive: words.next()? == "true",
    })
}

/// Prints a table of two-phase commit from one number of resource managers to another
/// one, by one thread and by two.
pub(crate) fn table(from: usize, to: usize) -> Result<(), Box<dyn Error>> {
    println!(
        "\n| managers | threads | states | generated | most at one distance | wall s | CPU s | \
         M states / CPU s | M generated / CPU s | set B / state | peak B / state | \
         peak of the process MiB |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|");
    for managers in from..=to {
        for threads in [1, 2] {
            let mut command = Command::new(std::env::current_exe()?);
            command.args(["grow", &managers.to_string(), &threads.to_string()]);
            print_row(managers, threads, &measure(command, read)?);
        }
    }
    Ok(())
}

fn print_row(managers: usize, threads: usize, measured: &Measured<Grown>) {
    let found = &measured.found;
    let (states, cpu) = (found.unique as f64, measured.cpu.as_secs_f64());
    println!(
        "| {managers}{} | {threads} | {} | {} | {} | {:.2} | {cpu:.2} | {:.2} | {:.1} | {:.1} | {:.1} | {:.0} |",
        if found.is_exhaustive { "" } else { ", not all" },
        found.unique,
        found.generated,
        found.widest_level,
        measured.wall.as_secs_f64(),
        states / cpu / 1e6,
        found.generated as f64 / cpu / 1e6,
        found.set as f64 / states,
        found.most as f64 / states,
        measured.peak as f64 / f64::from(1 << 20),
    );
}
