//! The dining philosophers, every order of hunger.
//!
//! ```sh
//! cargo run --release --example dining_philosophers -- 5
//! cargo run --release --example dining_philosophers -- 5 --broken
//! ```

mod command_line;
#[path = "models/dining_philosophers.rs"]
mod dining_philosophers;

use std::process::ExitCode;

use dining_philosophers::{Philosophers, SIZES};

fn main() -> ExitCode {
    command_line::run("philosophers", SIZES, 5, |number, is_broken| Philosophers {
        number,
        is_left_first: is_broken,
        is_strong: true,
    })
}
