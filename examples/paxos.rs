//! Single-decree Paxos, every order of delivery.
//!
//! ```sh
//! cargo run --release --example paxos -- 2
//! cargo run --release --example paxos -- 2 --broken
//! ```

mod command_line;
#[path = "models/paxos.rs"]
mod paxos;

use std::process::ExitCode;

use paxos::{Paxos, SIZES};

fn main() -> ExitCode {
    command_line::run("clients", SIZES, 2, |clients, is_broken| Paxos {
        clients,
        forgets: is_broken,
    })
}
