//! What the command line accepts.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::check_options::CheckOptions;
use super::emit::EmitOptions;
use super::format::Format;

/// Verify, test and draw finite state machines written with statig.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true, propagate_version = true)]
#[command(
    after_help = "Exit codes: 0 holds, 1 violation found, 2 bad usage or input, 3 undecided (check)."
)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the machines and models
    List(ListOptions),
    /// Explore machines and check their structure, invariants and properties
    Verify(VerifyOptions),
    /// Check a model, or a machine as one: every interleaving, with counterexamples
    Check(CheckOptions),
    /// Draw a machine as a diagram or table
    Draw(DrawOptions),
    /// Ask whether a machine may go from one state to another
    Can(CanOptions),
    /// Hold records (JSON Lines) against the machines of the framework
    Replay(ReplayOptions),
    /// Explain the code of a finding
    Explain(ExplainOptions),
    /// Find every known outage of the master/worker framework again, or tell one of them
    Outages(OutageOptions),
    /// Print a script that completes this command line in a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Args)]
pub(super) struct ListOptions {
    /// For people or for programs
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}

#[derive(Debug, Args)]
pub(super) struct VerifyOptions {
    /// The machines, all when none is given
    pub(super) machines: Vec<String>,
    /// Check the models of the master/worker protocol in place of machines, under all rules
    #[arg(long, conflicts_with_all = ["machines", "allow", "max_configurations", "max_depth", "max_seconds"])]
    pub(super) models: bool,
    /// For people or for programs
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
    /// Accept warnings with this code, for a reason
    #[arg(long, value_name = "CODE=REASON")]
    pub(super) allow: Vec<String>,
    #[command(flatten)]
    pub(super) limits: LimitOptions,
}

/// How far a machine is explored.
#[derive(Debug, Args)]
pub(super) struct LimitOptions {
    /// Explore at most this many configurations (state and data)
    #[arg(long, value_name = "N")]
    max_configurations: Option<usize>,
    /// Explore at most this many events from a start
    #[arg(long, value_name = "N")]
    max_depth: Option<usize>,
    /// Explore for at most this many seconds
    #[arg(long, value_name = "SECONDS")]
    max_seconds: Option<u64>,
}

impl LimitOptions {
    pub(super) fn limits(&self) -> crate::machine::Limits {
        let mut limits = crate::machine::Limits::default();
        if let Some(configurations) = self.max_configurations {
            limits = limits.configurations(configurations);
        }
        if let Some(depth) = self.max_depth {
            limits = limits.depth(depth);
        }
        if let Some(seconds) = self.max_seconds {
            limits = limits.time(std::time::Duration::from_secs(seconds));
        }
        limits
    }
}

#[derive(Debug, Args)]
pub(super) struct DrawOptions {
    /// The machine
    pub(super) machine: String,
    /// The format of the drawing
    #[arg(long, value_parser = clap::value_parser!(crate::draw::Format), default_value_t = crate::draw::Format::Mermaid)]
    pub(super) format: crate::draw::Format,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Draw a node for each configuration (state and data)
    #[arg(long)]
    pub(super) expanded: bool,
    #[command(flatten)]
    pub(super) limits: LimitOptions,
}

#[derive(Debug, Args)]
pub(super) struct CanOptions {
    /// The machine
    pub(super) machine: String,
    /// The state before, by name or code
    #[arg(allow_negative_numbers = true)]
    pub(super) from: String,
    /// The state after, by name or code
    #[arg(allow_negative_numbers = true)]
    pub(super) to: String,
    /// Ask for an observer who misses steps: is there any way at all?
    #[arg(long)]
    pub(super) observed: bool,
    /// For people or for programs
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}

#[derive(Debug, Args)]
pub(super) struct ReplayOptions {
    /// Files of workers, masters and worker status messages, one JSON record a
    /// line; standard input when none is given, or for `-`
    pub(super) files: Vec<PathBuf>,
    /// For people or for programs
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}

#[derive(Debug, Args)]
pub(super) struct ExplainOptions {
    /// The code; all codes are listed when none is given
    pub(super) code: Option<String>,
    /// For people or for programs
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}

#[derive(Debug, Args)]
pub(super) struct OutageOptions {
    /// The entries to be told in full, such as A1; the whole catalogue when none is given
    pub(super) outages: Vec<String>,
    /// For people, for programs, or for a page of documentation
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: OutageFormat,
    /// How many threads take part; all cores unless given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) threads: Option<u16>,
    #[command(flatten)]
    pub(super) emit: EmitOptions,
}

/// For people, for programs, or for a page of documentation.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub(super) enum OutageFormat {
    /// Text for people
    #[default]
    #[value(alias = "text")]
    Human,
    /// One JSON document
    Json,
    /// A table in Markdown
    Markdown,
}
