//! Peterson's lock, every interleaving of reads and writes.
//!
//! ```sh
//! cargo run --release --example lock -- 3
//! cargo run --release --example lock -- 2 --broken
//! ```

mod command_line;
#[path = "models/lock.rs"]
mod lock;

use std::process::ExitCode;

use lock::{Lock, SIZES};

fn main() -> ExitCode {
    command_line::run("processes", SIZES, 3, |processes, is_broken| Lock {
        processes,
        swaps_writes: is_broken,
    })
}
