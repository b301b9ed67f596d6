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

/// Runs a process to its end; `read` finds in what it prints what it has found.
pub(crate) fn measure<F>(
    mut command: Command,
    read: impl FnOnce(&str) -> Option<F>,
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
