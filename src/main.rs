//! The bundled program: the command line over the framework's machines.

use fsmcheck::cli::{machine, run};
use fsmcheck::framework::{
    Cancellation, JobMasterBusiness, Master, MasterClient, RunLoop, StartUp, StatusWriter, Worker,
    WorkerBusiness, WorkerEntry,
};

fn main() -> std::process::ExitCode {
    run([
        machine::<Master>(),
        machine::<Worker>(),
        machine::<WorkerEntry>(),
        machine::<MasterClient>(),
        machine::<RunLoop>(),
        machine::<StartUp>(),
        machine::<StatusWriter>(),
        machine::<Cancellation>(),
        machine::<WorkerBusiness>(),
        machine::<JobMasterBusiness>(),
    ])
}
