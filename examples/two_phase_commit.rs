//! Two-phase commit, every interleaving.
//!
//! ```sh
//! cargo run --release --example two_phase_commit -- 7
//! cargo run --release --example two_phase_commit -- 3 --broken
//! ```

mod command_line;
#[path = "models/two_phase_commit.rs"]
mod two_phase_commit;

use std::process::ExitCode;

use two_phase_commit::{SIZES, TwoPhaseCommit};

fn main() -> ExitCode {
    command_line::run("resource managers", SIZES, 7, |managers, is_broken| {
        TwoPhaseCommit {
            managers,
            breaks_its_word: is_broken,
        }
    })
}
