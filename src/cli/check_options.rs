//! What `check` accepts beside a model and its parameters.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::disk::DiskOptions;
use super::emit::EmitOptions;
use super::format::Format;
use super::memory;
use super::quantity::{amount, duration};
use crate::check::{Limits, Search, Store};

/// How many states an audit looks at, unless a limit is given.
const AUDITED: usize = 100_000;

/// How many states a graph may have, unless a limit is given.
const DRAWN: usize = 10_000;

#[derive(Debug, Args)]
pub(super) struct CheckOptions {
    /// The model or machine; `list` has them all. May be left out if there is only one
    pub(super) model: Option<String>,
    /// What the model is given, such as `size=3`; `list` says what it knows
    #[arg(value_name = "NAME=VALUE")]
    pub(super) parameters: Vec<String>,
    /// For people or for programs
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
    /// How many threads take part; all cores unless given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) threads: Option<u16>,
    /// What is kept of the states
    #[arg(long, value_enum, default_value_t)]
    pub(super) store: StoreName,
    /// In which order: breadth, depth, deepening, or random:SEED,WALKS,STEPS
    #[arg(long, value_name = "ORDER", default_value = "breadth", value_parser = search)]
    pub(super) search: Search,
    /// See at most this many states, such as 500k or 2M
    #[arg(long, value_name = "N", value_parser = amount)]
    max_states: Option<usize>,
    /// Go at most this many actions away from an initial state
    #[arg(long, value_name = "N", value_parser = amount)]
    max_depth: Option<usize>,
    /// Take at most this long, such as 90s, 15m or 2h
    #[arg(long, value_name = "TIME", value_parser = duration)]
    max_time: Option<Duration>,
    /// Take at most this much memory, in bytes, such as 500M or 2G; nine tenths of what is
    /// free unless given
    #[arg(long, value_name = "BYTES", value_parser = amount)]
    max_memory: Option<usize>,
    #[command(flatten)]
    pub(super) disk: DiskOptions,
    /// Go on behind the first violation
    #[arg(long)]
    pub(super) all: bool,
    /// Look at one of all states that are like each other
    #[arg(long)]
    pub(super) symmetric: bool,
    /// Look first whether the model is one: whether its answers are always the same
    #[arg(long)]
    pub(super) verify_model: bool,
    /// Look first whether the model's symmetry is one
    #[arg(long)]
    pub(super) verify_symmetry: bool,
    /// Write all states and steps to a file, with the counterexample marked: .dot,
    /// .graphml or .json
    #[arg(long, value_name = "FILE")]
    pub(super) dump_graph: Option<PathBuf>,
    /// In the graph, put together the states that agree in these fields
    #[arg(long, value_name = "FIELD", num_args = 1.., requires = "dump_graph")]
    pub(super) group_by: Vec<String>,
    /// Print counterexamples as sequence diagrams (Mermaid) in place of the report
    #[arg(long)]
    pub(super) sequence: bool,
    #[command(flatten)]
    pub(super) emit: EmitOptions,
    /// Check these properties alone
    #[arg(long, value_name = "NAME", num_args = 1..)]
    pub(super) properties: Vec<String>,
}

impl CheckOptions {
    pub(super) fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        limits.states = self.max_states.unwrap_or(limits.states);
        limits.depth = self.max_depth.unwrap_or(limits.depth);
        let memory = self.max_memory.or_else(memory::limit);
        limits.memory = memory.unwrap_or(limits.memory);
        limits.time = self.max_time;
        limits
    }

    /// How many states an audit looks at.
    pub(super) fn audited(&self) -> usize {
        self.max_states.unwrap_or(AUDITED)
    }

    /// How many states a graph may have.
    pub(super) fn drawn(&self) -> usize {
        self.max_states.unwrap_or(DRAWN)
    }
}

/// What is kept of the states.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub(super) enum StoreName {
    /// The numbers that the model gives them, or else the states themselves
    #[default]
    Numbers,
    /// The states themselves
    Exact,
    /// 64 bits of each
    Fingerprint,
    /// 128 bits of each
    WideFingerprint,
}

impl From<StoreName> for Store {
    fn from(name: StoreName) -> Self {
        match name {
            StoreName::Numbers => Self::Numbers,
            StoreName::Exact => Self::Exact,
            StoreName::Fingerprint => Self::Fingerprint,
            StoreName::WideFingerprint => Self::WideFingerprint,
        }
    }
}

/// `breadth`, `depth`, `deepening`, `random:SEED,WALKS,STEPS`.
fn search(text: &str) -> Result<Search, String> {
    let random = |numbers: &str| {
        let mut numbers = numbers.split(',');
        let mut number = || numbers.next()?.trim().parse::<u64>().ok();
        let (seed, walks, steps) = (number()?, number()?, number()?);
        let steps = usize::try_from(steps).ok()?;
        numbers
            .next()
            .is_none()
            .then_some(Search::RandomWalks { seed, walks, steps })
    };
    match text {
        "breadth" => Some(Search::BreadthFirst),
        "depth" => Some(Search::DepthFirst),
        "deepening" => Some(Search::IterativeDeepening),
        _ => text.strip_prefix("random:").and_then(random),
    }
    .ok_or_else(|| {
        "write breadth, depth, deepening, or random:SEED,WALKS,STEPS with three numbers".to_owned()
    })
}
