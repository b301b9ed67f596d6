//! The bundled program: the command line over the framework's machines.

use fsmcheck::cli::{machine, run};
use fsmcheck::framework::{ManagerRecovery, Master, Worker, WorkerEntry};

fn main() -> std::process::ExitCode {
    run([
        machine::<Master>(),
        machine::<Worker>(),
        machine::<WorkerEntry>(),
        machine::<ManagerRecovery>(),
    ])
}
