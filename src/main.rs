//! The bundled program: the command line over the framework's machines.

use fsmcheck::cli::{machine, run};
use fsmcheck::framework::{
    BackOff, Cancellation, DispatchRequest, Dispatcher, Executor, Job, JobMasterBusiness,
    JobOperation, Leader, ManagerRecovery, Master, MasterClient, RegisteredExecutor, RunLoop,
    StartUp, StatusWriter, Stream, Task, Worker, WorkerBusiness, WorkerEntry,
};

fn main() -> std::process::ExitCode {
    run([
        machine::<Master>(),
        machine::<Worker>(),
        machine::<WorkerEntry>(),
        machine::<ManagerRecovery>(),
        machine::<MasterClient>(),
        machine::<RunLoop>(),
        machine::<StartUp>(),
        machine::<StatusWriter>(),
        machine::<Cancellation>(),
        machine::<WorkerBusiness>(),
        machine::<JobMasterBusiness>(),
        machine::<Job>(),
        machine::<JobOperation>(),
        machine::<BackOff>(),
        machine::<Leader>(),
        machine::<Dispatcher>(),
        machine::<DispatchRequest>(),
        machine::<Task>(),
        machine::<Executor>(),
        machine::<RegisteredExecutor>(),
        machine::<Stream>(),
    ])
}
