//! The alternating-bit protocol, every loss and every duplicate.
//!
//! ```sh
//! cargo run --release --example alternating_bit -- 2
//! cargo run --release --example alternating_bit -- 2 --broken
//! ```

#[path = "models/alternating_bit.rs"]
mod alternating_bit;
mod command_line;

use std::process::ExitCode;

use alternating_bit::{AlternatingBit, SIZES};

fn main() -> ExitCode {
    command_line::run("places in a channel", SIZES, 2, |capacity, is_broken| {
        AlternatingBit {
            capacity,
            messages: 4,
            takes_any: is_broken,
            is_strong: true,
        }
    })
}
