//! Long work under the eyes of its user: progress on a terminal, and Ctrl-C.

use std::collections::HashMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::check::Progress;

/// How often the terminal is written to, in times a second.
const REFRESH: u8 = 4;

/// A check that has told nothing for so long is taken for ended, or for occupied with what
/// has no progress.
const SILENT_AFTER: Duration = Duration::from_secs(2);

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Whether the user has asked for the work to end. The first Ctrl-C lets it end
/// with what was found so far, the second ends the process.
pub(super) fn interrupted() -> bool {
    static LISTEN: Once = Once::new();
    LISTEN.call_once(|| {
        // Somebody else may already be listening in this process: then it is up
        // to them to end it.
        let _ = ctrlc::set_handler(|| {
            if INTERRUPTED.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
        });
    });
    INTERRUPTED.load(Ordering::Relaxed)
}

/// How many threads long work takes, unless the user says so.
pub(super) fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// Progress through something whose length in bytes may be known. Nothing is
/// shown where standard error is not a terminal.
pub(super) fn bytes(length: Option<u64>, what: &str) -> ProgressBar {
    let target = ProgressDrawTarget::stderr_with_hz(REFRESH);
    let (bar, template) = match length {
        Some(length) => {
            let template = "{msg} {wide_bar} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";
            (
                ProgressBar::with_draw_target(Some(length), target),
                template,
            )
        }
        None => (
            ProgressBar::with_draw_target(None, target),
            "{msg} {bytes}, {bytes_per_sec}",
        ),
    };
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.with_style(style).with_message(what.to_owned())
}

/// Progress of a check of a model. Nothing is shown where standard error is not a
/// terminal.
pub(super) fn states() -> ProgressBar {
    let target = ProgressDrawTarget::stderr_with_hz(REFRESH);
    let style = ProgressStyle::with_template("{spinner} {wide_msg}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner());
    ProgressBar::with_draw_target(None, target).with_style(style)
}

/// Shows how far a check has come.
pub(super) fn show(progress: &ProgressBar, now: &Progress) {
    if !progress.is_hidden() {
        progress.set_message(line(now));
        progress.tick();
    }
}

/// Progress of checks of several models at the same time, each in a line. Nothing is shown
/// where standard error is not a terminal.
pub(super) struct Lines {
    all: MultiProgress,
    /// For each thread that tells of a check its line, and when it told last.
    of_threads: Mutex<HashMap<ThreadId, (ProgressBar, Instant)>>,
}

impl Lines {
    pub(super) fn new() -> Self {
        let target = ProgressDrawTarget::stderr_with_hz(REFRESH);
        Self {
            all: MultiProgress::with_draw_target(target),
            of_threads: Mutex::default(),
        }
    }

    /// Shows how far this thread's check of a model has come.
    pub(super) fn show(&self, model: &str, now: &Progress) {
        if self.all.is_hidden() {
            return;
        }
        let mut lines = self.lock();
        let new = || (self.all.add(states()), Instant::now());
        let (own, told) = lines.entry(thread::current().id()).or_insert_with(new);
        own.set_message(format!("{model}: {}", line(now)));
        own.tick();
        *told = Instant::now();
        // Who has nothing more to do says nothing more.
        lines.retain(|_, (line, told)| {
            let goes_on = told.elapsed() < SILENT_AFTER;
            if !goes_on {
                line.finish_and_clear();
            }
            goes_on
        });
    }

    /// Leaves nothing on the terminal.
    pub(super) fn clear(&self) {
        for (_, (line, _)) in self.lock().drain() {
            line.finish_and_clear();
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ThreadId, (ProgressBar, Instant)>> {
        self.of_threads
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// `198k states, 454k/s, depth 11 (43k), 8.1MB, of 230k (210k to 250k), 5s left (3s to 8s)`.
fn line(now: &Progress) -> String {
    let speed = now.unique as f64 / now.elapsed.as_secs_f64().max(0.001);
    let (states, speed) = (short(now.unique as f64), short(speed));
    let mut line = format!("{states} states, {speed}/s, depth {}", now.depth);
    if now.level > 0 {
        line += &format!(" ({})", short(now.level as f64));
    }
    line += &format!(", {}B", short(now.memory as f64));
    if let Some(all) = now.estimate() {
        let [low, likely, high] =
            [all.low, all.likely, all.high].map(|states| short(states as f64));
        line += &format!(", of {likely} ({low} to {high})");
    }
    match now.time_left() {
        Some(left) => {
            let [low, likely, high] =
                [left.low, left.likely, left.high].map(|left| format!("{:#}", HumanDuration(left)));
            line += &format!(", {likely} left");
            if low != high {
                line += &format!(" ({low} to {high})");
            }
        }
        None => match now.at_most {
            Some(most) => line += &format!(", at most {} in all", short(most as f64)),
            None => line += ", no idea how many yet",
        },
    }
    line
}

/// A number in a few characters: `950`, `1.2k`, `43k`, `8.1M`.
fn short(number: f64) -> String {
    let (mut number, mut units) = (number, ["", "k", "M", "G"].into_iter().peekable());
    while let Some(unit) = units.next() {
        if number < 999.5 || units.peek().is_none() {
            let digits = usize::from(number < 9.95 && !unit.is_empty());
            return format!("{number:.digits$}{unit}");
        }
        number /= 1_000.0;
    }
    unreachable!("the last unit takes any number")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_is_known() {
        let mut now = Progress::default();
        (now.unique, now.expanded, now.depth, now.level) = (1_000, 500, 7, 300);
        (now.memory, now.elapsed) = (2_500_000, Duration::from_secs(2));
        assert_eq!(
            line(&now),
            "1.0k states, 500/s, depth 7 (300), 2.5MB, no idea how many yet"
        );
        now.at_most = Some(33_000_000);
        assert!(line(&now).ends_with(", 2.5MB, at most 33M in all"));
        now.walks = Some((1, 3));
        assert!(line(&now).ends_with(", 2.5MB, 4s left"), "{}", line(&now));
    }

    #[test]
    fn numbers_are_short() {
        let numbers = [0.0, 9.0, 999.0, 1_000.0, 9_960.0, 43_210.0, 999_600.0, 1e12];
        let short = numbers.map(short);
        assert_eq!(
            short,
            ["0", "9", "999", "1.0k", "10k", "43k", "1.0M", "1000G"]
        );
    }
}
