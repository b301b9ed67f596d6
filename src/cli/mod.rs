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
//! Models of your own come in the same way, with what they can be given:
//!
//! ```no_run
//! # use fsmcheck::doctest::{counter::Counter, door::Door};
//! use fsmcheck::cli::{machine, model, number, run};
//!
//! fn main() -> std::process::ExitCode {
//!     let below = number("below", 1..=1_000_000, 10, "what the counter stays below");
//!     let counter = model("counter", "counts and starts again", [below], |[below]| Counter {
//!         below: below as u32,
//!     });
//!     run([machine::<Door>(), counter])
//! }
//! ```
//!
//! Then `list` shows them, `check counter below=100` checks one, and `check door` checks the
//! machine with its events in any order.
//!
//! A check ends when the process takes more memory than there is for it. Which allocator that
//! comes from is up to your program: where steps copy lists and text, one that is quick at
//! small pieces takes a third off the time. The bundled program has mimalloc.
//!
//! Answers go to standard output, everything else to standard error. The exit
//! code answers the question that was asked: 0 yes (or: holds), 1 no (or: a
//! violation was found), 2 bad usage or input, 3 (of `check`) undecided: a limit was
//! reached before.

mod arguments;
mod can;
mod check;
mod check_options;
mod disk;
mod draw;
mod emit;
mod explain;
mod format;
mod list;
mod memory;
mod model;
mod outages;
mod protocol;
mod quantity;
mod replay;
mod report;
mod spelling;
mod verify;
mod verify_models;
mod watch;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use self::arguments::{Arguments, Command};
#[cfg(feature = "disk")]
pub use self::model::model_on_disk;
pub use self::model::{Parameter, choice, model, number, switch, word};
pub use self::protocol::protocol_models;
use crate::check::{AnyModel, Flaw, ShareableMachine, StateGraphError};
use crate::graph::lint::{AllowanceError, Code};
use crate::graph::{Graph, Property};
use crate::machine::{ExploreError, Explored, Limits, explore};

/// A machine or model as the command line knows it: by name, gone through on demand.
pub struct Entry {
    name: String,
    about: String,
    parameters: Vec<Parameter>,
    check: Box<CheckWith>,
    /// `None` for a model.
    machine: Option<OfMachine>,
}

/// Checks the model that has these values for its parameters.
type CheckWith = dyn Fn(&[u64], &check::Request<'_>, &mut dyn Write) -> Result<Answer, CliError>;

/// What there is of a machine and not of a model.
struct OfMachine {
    explore: fn(Limits) -> Result<Graph, ExploreError>,
    properties: fn() -> Vec<Property>,
    allowances: fn() -> &'static [(Code, &'static str)],
}

/// The entry of a machine.
#[must_use]
pub fn machine<M: ShareableMachine>() -> Entry {
    Entry {
        name: M::name(),
        about: "the machine, with its events in any order".to_owned(),
        parameters: Vec::new(),
        check: Box::new(|_, request, out| {
            let model = AnyModel::new(crate::check::OfMachine::<M>::new()?);
            check::run(&model, request, check::Extras::default(), out)
        }),
        machine: Some(OfMachine {
            explore: |limits| explore::<M>(limits).map(Explored::into_graph),
            properties: M::properties,
            allowances: M::allowances,
        }),
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
    let mut out = anstream::AutoStream::auto(std::io::stdout().lock());
    // Not locked: whoever else has something to say must not wait for the end.
    let mut err = anstream::AutoStream::auto(std::io::stderr());
    ExitCode::from(run_to(machines, arguments, &mut out, &mut err))
}

/// Runs the command line with these arguments, the first of which is the name of
/// the program. Answers are written to `out` and errors to `err`, in colours as for a
/// terminal; what is returned is the exit code.
pub fn run_to<A: Into<OsString> + Clone>(
    machines: impl IntoIterator<Item = Entry>,
    arguments: impl IntoIterator<Item = A>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> u8 {
    let machines = Machines(machines.into_iter().collect());
    let arguments = spelling::parameters_as_words(&machines, arguments);
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are answers, and clap knows where they belong; if that
            // stream is closed there is nobody to tell.
            let stream: &mut dyn Write = if error.use_stderr() { err } else { out };
            let _ = write!(stream, "{}", error.render().ansi());
            return u8::try_from(error.exit_code()).unwrap_or(2);
        }
    };
    let answer = execute(&arguments.command, &machines, out).and_then(|answer| {
        out.flush()?;
        Ok(answer)
    });
    match answer {
        Ok(Answer::Yes) => 0,
        Ok(Answer::No) => 1,
        Ok(Answer::Undecided) => 3,
        // Whoever reads our output has seen enough.
        Err(CliError::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => 0,
        Err(error) => {
            let _ = writeln!(err, "error: {error}");
            2
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
        Command::Check(options) => check::check(options, machines, out),
        Command::Draw(options) => draw::draw(options, machines, out),
        Command::Can(options) => can::can(options, machines, out),
        Command::Replay(options) => replay::replay(options, out),
        Command::Explain(options) => explain::explain(options, out),
        Command::Outages(options) => outages::outages(options, out),
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
    /// A limit was reached before.
    Undecided,
}

impl From<bool> for Answer {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

/// The machines and models of this program.
struct Machines(Vec<Entry>);

impl Machines {
    /// The machines alone, each with its name.
    fn iter(&self) -> impl Iterator<Item = (&str, &OfMachine)> {
        self.0.iter().filter_map(|entry| {
            let machine = entry.machine.as_ref()?;
            Some((entry.name.as_str(), machine))
        })
    }

    fn named(&self, name: &str) -> Result<(&str, &OfMachine), CliError> {
        let wanted = folded(name);
        self.iter()
            .find(|(known, _)| folded(known) == wanted)
            .ok_or_else(|| CliError::UnknownMachine {
                name: name.to_owned(),
                known: self.iter().map(|(known, _)| known.to_owned()).collect(),
            })
    }

    /// The machines with these names, all when none is given.
    fn selected(&self, names: &[String]) -> Result<Vec<(&str, &OfMachine)>, CliError> {
        if names.is_empty() {
            return Ok(self.iter().collect());
        }
        names.iter().map(|name| self.named(name)).collect()
    }

    /// What of this name can be checked; the only one when none is given.
    fn to_check(&self, name: Option<&str>) -> Result<&Entry, CliError> {
        let known = || self.0.iter().map(|entry| entry.name.clone()).collect();
        match (name, &*self.0) {
            (None, [only]) => Ok(only),
            (None, _) => Err(CliError::WhichModel(known())),
            // Where a machine has the name of a model, it is the model.
            (Some(name), all) => all
                .iter()
                .filter(|entry| folded(&entry.name) == folded(name))
                .min_by_key(|entry| entry.machine.is_some())
                .ok_or_else(|| CliError::UnknownModel {
                    name: name.to_owned(),
                    known: known(),
                }),
        }
    }
}

impl OfMachine {
    fn graph(&self, limits: Limits) -> Result<Graph, CliError> {
        Ok((self.explore)(limits)?)
    }
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry")
            .field("name", &self.name)
            .field("about", &self.about)
            .field("parameters", &self.parameters)
            .finish_non_exhaustive()
    }
}

/// The names of what there is, with an introduction.
fn listed(introduction: &str, names: &[String]) -> String {
    if names.is_empty() {
        "it has none".to_owned()
    } else {
        format!("{introduction}: {}", names.join(", "))
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
    #[error("there is no model or machine `{name}`; there are: {}", .known.join(", "))]
    UnknownModel { name: String, known: Vec<String> },
    #[error("say which model or machine is to be checked; there are: {}", .0.join(", "))]
    WhichModel(Vec<String>),
    #[error("`{model}` has no parameter `{name}`; {}", listed("its parameters are", .known))]
    UnknownParameter {
        model: String,
        name: String,
        known: Vec<String>,
    },
    #[error("`{name}` cannot be `{value}`: {problem}")]
    Parameter {
        name: String,
        value: String,
        problem: String,
    },
    #[error("`{model}` has no property `{name}`; {}", listed("its properties are", .known))]
    UnknownProperty {
        model: String,
        name: String,
        known: Vec<String>,
    },
    #[error("`{0}` does not write down what is asked for")]
    NotEmitted(String),
    #[error(
        "the states of `{0}` cannot be written to disk; those of a model that is listed by \
         `model_on_disk` (feature `disk`) can"
    )]
    NotOnDisk(String),
    #[cfg(feature = "disk")]
    #[error(transparent)]
    Checkpoint(#[from] crate::check::CheckpointError),
    #[error(transparent)]
    Outage(#[from] crate::protocol::outage::UnknownOutage),
    #[error("`{0}` has no symmetry: no state has a canonical form")]
    NoSymmetry(String),
    #[error("the model cannot be checked: {0}")]
    Flaw(#[from] Flaw),
    #[error("cannot write a graph to `{0}`: its name may end in .dot, .graphml or .json")]
    GraphFormat(String),
    #[error(transparent)]
    StateGraph(#[from] StateGraphError),
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
