//! A small cluster of real processes: one master, executors that run its workers, a
//! SQLite store, TCP on loopback. It kills and restarts parts of itself, and ends by
//! itself.
//!
//! ```text
//! cargo run --example cluster [DIRECTORY]
//! ```
//!
//! The machines of `fsmcheck::framework` know no socket, clock or store. This program
//! shows how they are put to work: something happens (a frame arrives, time passes),
//! a machine is told, and what it wants done comes back as effects, which are carried
//! out here. [`master`] does this with a [`WorkerManager`] and one [`Dispatcher`] for
//! each worker that is being started, [`executor`] with a [`TaskCommitter`] and a
//! [`TaskRunner`], [`worker`] with a [`RunLoop`], a [`MasterClient`] and a
//! [`StatusWriter`].
//!
//! What happens to the cluster is in [`scenario`]. Each process writes a log, in the
//! format of the TiDB family, into the directory: `master-1.log`, `executor-1.log`, ….
//!
//! [`WorkerManager`]: fsmcheck::framework::manager::WorkerManager
//! [`Dispatcher`]: fsmcheck::framework::Dispatcher
//! [`TaskCommitter`]: fsmcheck::framework::TaskCommitter
//! [`TaskRunner`]: fsmcheck::framework::TaskRunner
//! [`RunLoop`]: fsmcheck::framework::RunLoop
//! [`MasterClient`]: fsmcheck::framework::MasterClient
//! [`StatusWriter`]: fsmcheck::framework::StatusWriter

mod executor;
mod log;
mod master;
mod network;
mod node;
mod scenario;
mod store;
mod worker;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use self::node::Node;

type Result<T = (), E = Box<dyn Error>> = std::result::Result<T, E>;

fn main() -> ExitCode {
    match run(std::env::args().skip(1).collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "a program tells why it fails")]
            {
                eprintln!("error: {error}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Vec<String>) -> Result {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [] => {
            let name = format!("fsmcheck-cluster-{}", std::process::id());
            scenario::run(&std::env::temp_dir().join(name))
        }
        // The processes that the scenario starts.
        [node::MASTER, directory, name] => master::run(Node::new(&PathBuf::from(directory), name)?),
        [node::EXECUTOR, directory, name] => {
            executor::run(Node::new(&PathBuf::from(directory), name)?)
        }
        [directory] => scenario::run(&PathBuf::from(directory)),
        _ => Err("usage: cluster [DIRECTORY]".into()),
    }
}
