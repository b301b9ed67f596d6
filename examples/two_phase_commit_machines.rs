//! Two-phase commit as statig machines side by side, checked in every interleaving.
//!
//! ```sh
//! cargo run --release --example two_phase_commit_machines -- 8
//! ```

mod command_line;
#[path = "models/two_phase_commit_machines.rs"]
mod two_phase_commit_machines;

use std::process::ExitCode;

use two_phase_commit_machines::{SIZES, two_phase_commit};

fn main() -> ExitCode {
    command_line::run("resource managers", SIZES, 7, |size, is_broken| {
        two_phase_commit(size, is_broken).expect("the machines fit together")
    })
}
