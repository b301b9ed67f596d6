//! What a process takes.

use std::error::Error;
use std::io::Read as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4 as _;

/// What a process has found and taken.
pub(crate) struct Measured<F> {
    pub(crate) found: F,
    pub(crate) wall: Duration,
    pub(crate) cpu: Duration,
    /// The most bytes that it had at once.
    pub(crate) peak: u64,
}

/// How often a process is run at most.
const MOST_RUNS: usize = 9;

/// How long the runs take together before no other one is begun.
const ENOUGH: Duration = Duration::from_secs(20);

/// Runs a process, again and again if it is a short one: what else a machine does can take a
/// tenth from it. Of the runs it is that in the middle by what they take. `read` finds in
/// what it prints what it has found.
pub(crate) fn measure<F>(
    mut command: Command,
    read: impl Fn(&str) -> Option<F>,
) -> Result<Measured<F>, Box<dyn Error>> {
    let started = Instant::now();
    let mut runs = vec![measure_once(&mut command, &read)?];
    while runs.len() < MOST_RUNS && started.elapsed() < ENOUGH {
        runs.push(measure_once(&mut command, &read)?);
    }
    runs.sort_by_key(|run| run.cpu);
    Ok(runs.swap_remove(runs.len() / 2))
}

fn measure_once<F>(
    command: &mut Command,
    read: impl Fn(&str) -> Option<F>,
) -> Result<Measured<F>, Box<dyn Error>> {
    let started = Instant::now();
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let mut output = String::new();
    if let Some(mut stdout) = child.stdout.take() {
        stdout.read_to_string(&mut output)?;
    }
    let ended = child.wait4()?;
    let wall = started.elapsed();
    if !ended.status.success() {
        return Err(format!("{command:?} failed: {}\n{output}", ended.status).into());
    }
    let found = read(&output).ok_or_else(|| format!("{command:?} printed\n{output}"))?;
    Ok(Measured {
        found,
        wall,
        cpu: ended.rusage.utime + ended.rusage.stime,
        peak: ended.rusage.maxrss,
    })
}
