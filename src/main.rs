//! The bundled program: the command line over the framework's machines.

use fsmcheck::cli::{machine, protocol_models, run};
use mimalloc::MiMalloc;

// Steps of the framework's machines copy lists and records.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> std::process::ExitCode {
    let machines = fsmcheck::bundled_machines!(machine).map(|machine| machine());
    run(machines.into_iter().chain(protocol_models()))
}
