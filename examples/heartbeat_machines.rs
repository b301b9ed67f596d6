//! Heartbeats as statig machines side by side, checked in every interleaving.
//!
//! ```sh
//! cargo run --release --example heartbeat_machines -- 2
//! ```

mod command_line;
#[path = "models/heartbeat_machines.rs"]
mod heartbeat_machines;

use std::process::ExitCode;

use heartbeat_machines::{SIZES, heartbeat};

fn main() -> ExitCode {
    command_line::run("workers", SIZES, 2, |size, is_broken| {
        heartbeat(size, is_broken).expect("the machines fit together")
    })
}
