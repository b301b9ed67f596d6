//! The bundled program: the command line over the framework's machines.

use fsmcheck::cli::{machine, run};
use fsmcheck::framework::{
    BackOff, DispatchRequest, Dispatcher, Executor, Job, JobOperation, Leader, ManagerRecovery,
    Master, MasterClient, RegisteredExecutor, Stream, Task, Worker, WorkerEntry,
};

fn main() -> std::process::ExitCode {
    run([
        machine::<Master>(),
        machine::<Worker>(),
        machine::<WorkerEntry>(),
        machine::<ManagerRecovery>(),
        machine::<MasterClient>(),
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
