//! Long work under the eyes of its user: progress on a terminal, and Ctrl-C.

use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often the terminal is written to, in times a second.
const REFRESH: u8 = 4;

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
