//! A whole trace: many keys, each with its own observer.

use std::fmt;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde::Serialize;

use super::{Epochs, Observer, Seen, Verdict};
use crate::graph::Graph;
use crate::graph::lint::{Code, Level};

/// Where in a trace something is.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[non_exhaustive]
pub struct Place {
    /// The file.
    pub file: Arc<str>,
    /// The line in it, from 1.
    pub line: u64,
}

impl Place {
    /// A line of a file.
    #[must_use]
    pub fn new(file: Arc<str>, line: u64) -> Self {
        Self { file, line }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// What one place of a trace says of one key.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by whoever reads a trace")]
pub struct Sighting<'g> {
    /// What it is about; what is seen of one key is judged together.
    pub key: String,
    /// The machine of the key.
    pub machine: &'g Graph,
    /// What epochs mean for the key.
    pub epochs: Epochs,
    /// The epoch.
    pub epoch: i64,
    /// The state.
    pub seen: Seen,
    /// Where this was seen.
    pub place: Place,
}

/// Something that a replay has to report.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Finding {
    /// What kind of thing.
    pub code: Code,
    /// How much it matters: an error cannot have come about by the rules.
    pub level: Level,
    /// The key.
    pub key: String,
    /// Where the key was seen before.
    pub before: Option<Place>,
    /// Where it was seen now.
    pub place: Place,
    /// What was seen, why it is reported, and what would have been legal.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            level,
            code,
            place,
            key,
            message,
            ..
        } = self;
        write!(f, "{level}[{code}] {place}: {key}: {message}")?;
        match &self.before {
            Some(before) => write!(f, " (seen before at {before})"),
            None => Ok(()),
        }
    }
}

/// How many records of a trace came to what.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Summary {
    /// Records that say something of a key.
    pub records: u64,
    /// Keys.
    pub keys: u64,
    /// First records of a key or of a new incarnation.
    pub first: u64,
    /// Legal changes by one event, and repetitions.
    pub legal: u64,
    /// Changes for which steps were skipped.
    pub skipped: u64,
    /// Violations.
    pub violations: u64,
}

/// Holds a trace against the machines of its keys.
#[derive(Clone, Debug, Default)]
pub struct Replay<'g> {
    keys: FxHashMap<String, (Observer<'g>, Place)>,
    summary: Summary,
}

impl<'g> Replay<'g> {
    /// A replay that has seen nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in the next sighting of the trace.
    pub fn see(&mut self, sighting: Sighting<'g>) -> Option<Finding> {
        let Sighting {
            key,
            machine,
            epochs,
            epoch,
            seen,
            place,
        } = sighting;
        // Most keys are there already: only a new one is copied.
        let (observer, last) = match self.keys.get_mut(&key) {
            Some(known) => known,
            None => {
                self.summary.keys += 1;
                let new = (Observer::new(machine, epochs), place.clone());
                self.keys.entry(key.clone()).or_insert(new)
            }
        };
        let seen_before = observer.epoch().is_some();
        let verdict = observer.see(epoch, seen);

        self.summary.records += 1;
        let count = match &verdict {
            Verdict::First | Verdict::Restarted { .. } => &mut self.summary.first,
            Verdict::NoStateYet | Verdict::Same | Verdict::Legal => &mut self.summary.legal,
            Verdict::Skipped { .. } => &mut self.summary.skipped,
            Verdict::Illegal(_) | Verdict::EpochWentBack { .. } | Verdict::UnknownCode { .. } => {
                &mut self.summary.violations
            }
        };
        *count += 1;
        let code = match &verdict {
            Verdict::Illegal(_) => Code::IllegalTransition,
            Verdict::EpochWentBack { .. } => Code::EpochWentBack,
            Verdict::UnknownCode { .. } => Code::UnknownCode,
            Verdict::Skipped { .. } => Code::SkippedSteps,
            _ => {
                *last = place;
                return None;
            }
        };
        let before = seen_before.then(|| last.clone());
        // What changes nothing is not what the next record is held against.
        let changes_nothing =
            matches!(code, Code::EpochWentBack | Code::UnknownCode) || seen == Seen::NoStateYet;
        if !changes_nothing {
            *last = place.clone();
        }
        Some(Finding {
            code,
            level: code.level(),
            key,
            before,
            place,
            message: verdict.to_string(),
        })
    }

    /// What the records so far came to.
    #[must_use]
    pub fn summary(&self) -> Summary {
        self.summary
    }
}
