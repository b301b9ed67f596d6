//! Runs the checkers one after the other, each as a process of its own, and prints what
//! each of them took. `run` beside this package calls it.

mod growth;
mod measured;

use std::error::Error;
use std::process::{Command, ExitCode};

use fsmcheck::check::Store;
use fsmcheck_peers::theirs::Search;
use fsmcheck_peers::{Found, ours, theirs};

use self::measured::measure;

/// A check that is run as a process.
struct Job {
    checker: &'static str,
    /// How it goes about it.
    way: &'static str,
    threads: usize,
}

/// The first is what the others are compared with.
const JOBS: [Job; 12] = [
    job("stateright", "breadth first", 1),
    job("stateright", "breadth first", 2),
    job("stateright", "depth first", 1),
    job("stateright", "depth first", 2),
    job("fsmcheck", "exact", 1),
    job("fsmcheck", "exact", 2),
    job("fsmcheck", "fingerprints", 1),
    job("fsmcheck", "fingerprints", 2),
    job("fsmcheck", NUMBERS, 1),
    job("fsmcheck", NUMBERS, 2),
    job("fsmcheck", MACHINES, 1),
    job("fsmcheck", MACHINES, 2),
];

/// By the numbers of states, for models that have them.
const NUMBERS: &str = "numbers";

/// As statig machines put together, for what there are such of.
const MACHINES: &str = "machines put together";

const fn job(checker: &'static str, way: &'static str, threads: usize) -> Job {
    Job {
        checker,
        way,
        threads,
    }
}

type Measured = measured::Measured<Found>;

/// Does what a process of its own is to do, and prints the counts.
fn work(checker: &str, way: &str, threads: usize, model: &str, size: usize) -> Option<Found> {
    Some(match (checker, way, model) {
        ("stateright", way, model) => {
            let search = match way {
                "breadth first" => Search::BreadthFirst,
                "depth first" => Search::DepthFirst,
                _ => return None,
            };
            match model {
                "2pc" => theirs::two_phase_commit(size, search, threads),
                "paxos" => theirs::paxos(size, search, threads),
                _ => return None,
            }
        }
        ("fsmcheck", MACHINES, "2pc") => {
            ours::check(&ours::machines(size), Store::Numbers, threads)
        }
        ("fsmcheck", way, model) => {
            let store = match way {
                "exact" => Store::Exact,
                "fingerprints" => Store::Fingerprint,
                NUMBERS => Store::Numbers,
                _ => return None,
            };
            match model {
                "2pc" => ours::check(&ours::two_phase_commit(size), store, threads),
                "paxos" => ours::check(&ours::paxos(size), store, threads),
                _ => return None,
            }
        }
        _ => return None,
    })
}

/// The counts that a process of our own prints.
fn read_own(output: &str) -> Option<Found> {
    let mut words = output.split_whitespace();
    Some(Found {
        unique: words.next()?.parse().ok()?,
        generated: words.next()?.parse().ok()?,
        violated: words.map(str::to_owned).collect(),
    })
}

/// The counts that a verifier made by Spin prints; the initial state is among its
/// transitions. It prints large numbers with eight digits: one that agrees as far with
/// what is `expected` is taken for that.
fn read_spin(output: &str, expected: &Found) -> Option<Found> {
    let count = |what: &str, expected: u64| {
        let line = output.lines().find(|line| line.contains(what))?;
        let count = line.split_whitespace().next()?.parse::<f64>().ok()?;
        let agrees = (count / expected as f64 - 1.0).abs() < 1e-7;
        Some(if agrees { expected } else { count as u64 })
    };
    let has_all = !output.contains("max search depth too small") && output.contains("errors: 0");
    has_all.then_some(Found {
        unique: count("states, stored", expected.unique)?,
        generated: count("transitions (= ", expected.generated)?,
        violated: Vec::new(),
    })
}

fn print_row(name: &str, measured: &Measured, base: &Measured) {
    let rate = |of: &Measured| of.found.unique as f64 / of.cpu.as_secs_f64();
    println!(
        "| {name} | {:.2} | {:.2} | {:.2} | {:.1} | {:.0} | {:.0} | {:.1} |",
        measured.wall.as_secs_f64(),
        measured.cpu.as_secs_f64(),
        rate(measured) / 1e6,
        measured.found.generated as f64 / measured.cpu.as_secs_f64() / 1e6,
        measured.peak as f64 / f64::from(1 << 20),
        measured.peak as f64 / measured.found.unique as f64,
        rate(measured) / rate(base),
    );
}

/// Runs every checker on a model and prints a table. `spin` is a verifier made by Spin
/// for this model and size.
fn table(model: &str, size: usize, spin: Option<&str>) -> Result<(), Box<dyn Error>> {
    let run = |job: &Job| {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["work", job.checker, job.way, &job.threads.to_string()]);
        command.args([model, &size.to_string()]);
        measure(command, read_own)
    };
    let base = run(&JOBS[0])?;
    println!(
        "\n{model} {size}: {} states, {} generated\n",
        base.found.unique, base.found.generated
    );
    println!(
        "| checker | wall s | CPU s | M states / CPU s | M generated / CPU s | peak MiB | peak B / state | states / CPU s, of {} {} |",
        JOBS[0].checker, JOBS[0].way
    );
    println!("|---|---|---|---|---|---|---|---|");
    let name = |job: &Job| format!("{}, {}, {} thread(s)", job.checker, job.way, job.threads);
    print_row(&name(&JOBS[0]), &base, &base);
    let row = |name: &str, measured: Measured| {
        if measured.found != base.found {
            return Err(format!(
                "{name} found {:?}, not {:?}",
                measured.found, base.found
            ));
        }
        print_row(name, &measured, &base);
        Ok(())
    };
    let has_all = model == "2pc";
    let is_for_it = |job: &&Job| has_all || ![NUMBERS, MACHINES].contains(&job.way);
    for job in JOBS[1..].iter().filter(is_for_it) {
        row(&name(job), run(job)?)?;
    }
    if let Some(spin) = spin {
        let mut command = Command::new(spin);
        // Deep enough for these models; a search that is not would be refused.
        command.args(["-m10000", "-w25"]);
        let measured = measure(command, |output| read_spin(output, &base.found))?;
        row("Spin, depth first, 1 thread(s)", measured)?;
    }
    Ok(())
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["work", checker, way, threads, model, size] => {
            let found = work(checker, way, threads.parse()?, model, size.parse()?);
            let found = found.ok_or("no such work")?;
            println!(
                "{} {} {}",
                found.unique,
                found.generated,
                found.violated.join(" ")
            );
        }
        ["table", model, size] => table(model, size.parse()?, None)?,
        ["table", model, size, spin] => table(model, size.parse()?, Some(spin))?,
        ["grow", managers, threads] => growth::work(managers.parse()?, threads.parse()?),
        ["growth", from, to] => growth::table(from.parse()?, to.parse()?)?,
        _ => {
            eprintln!("usage: table 2pc|paxos SIZE [VERIFIER MADE BY SPIN] | growth FROM TO");
            return Ok(ExitCode::from(2));
        }
    }
    Ok(ExitCode::SUCCESS)
}
