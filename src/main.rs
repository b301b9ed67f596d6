//! The bundled program: the command line over the framework's machines.

use fsmcheck::cli::{machine, run};

fn main() -> std::process::ExitCode {
    run(fsmcheck::bundled_machines!(machine).map(|machine| machine()))
}
