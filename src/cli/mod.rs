//! The command line, for the bundled machines and for machines of your own.
//!
//! A program for machines of your own is three lines:
//!
//! ```no_run
//! # use fsmcheck::doctest::door::Door;
//! use fsmcheck::cli::{machine, run};
//!
//! fn main() -> std::process::ExitCode {
//!     run([machine::<Door>()])
//! }
//! ```
//!
//! Answers go to standard output, everything else to standard error. The exit
//! code answers the question that was asked: 0 yes (or: holds), 1 no (or: a
//! violation was found), 2 bad usage or input.

mod arguments;
mod can;
mod draw;
mod explain;
mod list;
mod replay;
mod report;
mod verify;
mod watch;

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use self::arguments::{Arguments, Command};
use crate::graph::lint::{AllowanceError, Code};
use crate::graph::{Graph, Property};
use crate::machine::{Explorable, ExploreError, Explored, Limits, explore};

/// A machine as the command line knows it: by name, explored on demand.
#[derive(Debug)]
pub struct Entry {
    name: String,
    explore: fn(Limits) -> Result<Graph, ExploreError>,
    properties: fn() -> Vec<Property>,
    allowances: fn() -> &'static [(Code, &'static str)],
}

/// The entry of a machine.
#[must_use]
pub fn machine<M: Explorable>() -> Entry {
    Entry {
        name: M::name(),
        explore: |limits| explore::<M>(limits).map(Explored::into_graph),
        properties: M::properties,
        allowances: M::allowances,
    }
}

/// Runs the command line over these machines with the arguments of the process.
#[must_use]
pub fn run(machines: impl IntoIterator<Item = Entry>) -> ExitCode {
    run_with(machines, std::env::args_os())
}

/// Runs the command line with these arguments, the first of which is the name of
/// the program.
#[must_use]
pub fn run_with<A: Into<OsString> + Clone>(
    machines: impl IntoIterator<Item = Entry>,
    arguments: impl IntoIterator<Item = A>,
) -> ExitCode {
    let machines = Machines(machines.into_iter().collect());
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are answers, and clap knows which stream they
            // belong to; if that stream is closed there is nobody to tell.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let mut out = anstream::AutoStream::auto(std::io::stdout().lock());
    let answer = execute(&arguments.command, &machines, &mut out).and_then(|answer| {
        out.flush()?;
        Ok(answer)
    });
    match answer {
        Ok(Answer::Yes) => ExitCode::SUCCESS,
        Ok(Answer::No) => ExitCode::from(1),
        // Whoever reads our output has seen enough.
        Err(CliError::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(anstream::stderr().lock(), "error: {error}");
            ExitCode::from(2)
        }
    }
}

fn execute(
    command: &Command,
    machines: &Machines,
    out: &mut dyn std::io::Write,
) -> Result<Answer, CliError> {
    match command {
        Command::List(options) => list::list(options, machines, out),
        Command::Verify(options) => verify::verify(options, machines, out),
        Command::Draw(options) => draw::draw(options, machines, out),
        Command::Can(options) => can::can(options, machines, out),
        Command::Replay(options) => replay::replay(options, out),
        Command::Explain(options) => explain::explain(options, out),
        Command::Completions { shell } => {
            let mut command = Arguments::command();
            let name = command.get_name().to_owned();
            clap_complete::generate(*shell, &mut command, name, &mut { out });
            Ok(Answer::Yes)
        }
    }
}

/// The answer to the question that was asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Answer {
    Yes,
    No,
}

impl From<bool> for Answer {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

/// The machines of this program.
struct Machines(Vec<Entry>);

impl Machines {
    fn named(&self, name: &str) -> Result<&Entry, CliError> {
        let wanted = folded(name);
        self.0
            .iter()
            .find(|entry| folded(&entry.name) == wanted)
            .ok_or_else(|| CliError::UnknownMachine {
                name: name.to_owned(),
                known: self.0.iter().map(|entry| entry.name.clone()).collect(),
            })
    }

    /// The machines with these names, all when none is given.
    fn selected(&self, names: &[String]) -> Result<Vec<&Entry>, CliError> {
        if names.is_empty() {
            return Ok(self.0.iter().collect());
        }
        names.iter().map(|name| self.named(name)).collect()
    }
}

impl Entry {
    fn graph(&self, limits: Limits) -> Result<Graph, CliError> {
        Ok((self.explore)(limits)?)
    }
}

/// A name without what is written differently in different places: case, `-`, `_`.
fn folded(name: &str) -> String {
    name.chars()
        .filter(|c| !matches!(c, '-' | '_'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Why a question could not be answered: bad usage or input.
#[derive(Debug, thiserror::Error)]
enum CliError {
    #[error("there is no machine `{name}`; the machines are: {}", .known.join(", "))]
    UnknownMachine { name: String, known: Vec<String> },
    #[error("machine `{machine}` has no state `{state}`; its states are: {}", .known.join(", "))]
    UnknownState {
        machine: String,
        state: String,
        known: Vec<String>,
    },
    #[error(transparent)]
    Explore(#[from] ExploreError),
    #[error("{path}: {error}")]
    File { path: String, error: std::io::Error },
    #[error("cannot write the answer: {0}")]
    Output(#[from] std::io::Error),
    #[error("cannot write the answer: {0}")]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Code(#[from] crate::graph::lint::UnknownCode),
    #[error("interrupted: what was read so far holds no violation")]
    Interrupted,
    #[error("{unreadable} of {lines} lines could not be read")]
    Unreadable { unreadable: u64, lines: u64 },
    #[error(transparent)]
    Allowance(#[from] AllowanceError),
    #[error("`--allow {text}`: {problem}")]
    Allow { text: String, problem: String },
}
