//! Walks, counterexamples and reports for programs: `docs/json.md` describes the
//! documents.

use std::borrow::Cow;

use serde::{Serialize, Serializer};

use super::coverage::{ActionCoverage, PredicateCoverage};
use super::difference::{Change, of_texts};
use super::{
    Completeness, Counterexample, Ending, Model, Outcome, Report, Search, Stop, Store, Symmetry,
    Verdict, Walk,
};

#[derive(Serialize)]
struct WalkDocument<'w> {
    initial: String,
    steps: Vec<StepDocument<'w>>,
}

#[derive(Serialize)]
struct StepDocument<'w> {
    action: Cow<'w, str>,
    state: String,
    changes: Vec<Change>,
}

impl<'w> WalkDocument<'w> {
    /// `forms` are those of the states, from the initial one on.
    fn new(forms: &[String], names: impl Iterator<Item = Cow<'w, str>>) -> Self {
        let steps = forms
            .windows(2)
            .zip(names)
            .map(|(two, action)| StepDocument {
                action,
                state: two[1].clone(),
                changes: of_texts(&two[0], &two[1]),
            });
        Self {
            steps: steps.collect(),
            initial: forms.first().cloned().unwrap_or_default(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct CounterexampleDocument<'c> {
    property: &'c str,
    kind: &'static str,
    fairness: Option<&'c str>,
    ending: &'static str,
    repeats_from: Option<usize>,
    shortest: bool,
    #[serde(flatten)]
    walk: WalkDocument<'c>,
    line: String,
}

impl<'c> CounterexampleDocument<'c> {
    fn new<M: Model>(counterexample: &'c Counterexample<M>) -> Self {
        let (ending, repeats_from) = match counterexample.ending() {
            Ending::Broken => ("broken", None),
            Ending::Stops => ("stops", None),
            Ending::RepeatsFrom(from) => ("repeats", Some(from)),
        };
        Self {
            property: counterexample.property(),
            kind: counterexample.kind().name(),
            fairness: counterexample.fairness(),
            ending,
            repeats_from,
            shortest: counterexample.is_shortest(),
            walk: WalkDocument::new(
                counterexample.forms(),
                counterexample.names().map(Cow::Borrowed),
            ),
            line: counterexample.line(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct VerdictDocument<'r> {
    property: &'r str,
    kind: &'static str,
    fairness: Option<&'r str>,
    outcome: &'static str,
    ended_by: Option<&'static str>,
    counterexample: Option<CounterexampleDocument<'r>>,
}

impl<'r> VerdictDocument<'r> {
    fn new<M: Model>(verdict: &'r Verdict<M>) -> Self {
        Self {
            property: verdict.property(),
            kind: verdict.kind().name(),
            fairness: verdict.fairness(),
            outcome: verdict.outcome().name(),
            ended_by: match verdict.outcome() {
                Outcome::Undecided(stop) => Some(stop.name()),
                Outcome::Holds | Outcome::Violated(_) => None,
            },
            counterexample: verdict.counterexample().map(CounterexampleDocument::new),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct ReportDocument<'r> {
    holds: bool,
    properties: Vec<VerdictDocument<'r>>,
    completeness: &'static str,
    limit: Option<Limit>,
    search: Search,
    store: &'static str,
    collision_odds: f64,
    symmetry: &'static str,
    reduced: bool,
    states: usize,
    steps: u64,
    depth: usize,
    coverage: CoverageDocument<'r>,
    warnings: Vec<WarningDocument>,
    costs: CostsDocument,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct CoverageDocument<'r> {
    levels: &'r [usize],
    actions: Vec<ActionDocument<'r>>,
    predicates: Vec<PredicateDocument<'r>>,
    ends: u64,
    out_degrees: &'r [u64],
    beyond_bounds: u64,
}

#[derive(Serialize)]
struct ActionDocument<'r> {
    action: &'r str,
    offered: u64,
    happened: u64,
    changed: u64,
}

impl<'r> ActionDocument<'r> {
    fn new(action: &'r ActionCoverage) -> Self {
        Self {
            action: &action.name,
            offered: action.offered,
            happened: action.happened,
            changed: action.changed,
        }
    }
}

#[derive(Serialize)]
struct PredicateDocument<'r> {
    property: &'r str,
    position: usize,
    held: u64,
    failed: u64,
}

impl<'r> PredicateDocument<'r> {
    fn new(predicate: &'r PredicateCoverage) -> Self {
        Self {
            property: &predicate.property,
            position: predicate.position,
            held: predicate.held,
            failed: predicate.failed,
        }
    }
}

#[derive(Serialize)]
struct WarningDocument {
    code: &'static str,
    message: String,
}

/// What differs from run to run.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct CostsDocument {
    search_seconds: f64,
    traces_seconds: f64,
    store_bytes: usize,
    peak_bytes: usize,
    threads: usize,
}

/// The number behind a stop: states, actions, bytes or walks, or else seconds.
#[derive(Serialize)]
#[serde(untagged)]
enum Limit {
    Count(u64),
    Seconds(f64),
}

fn limit(stop: Stop) -> Option<Limit> {
    match stop {
        Stop::States(limit) | Stop::Depth(limit) | Stop::Memory(limit) => {
            Some(Limit::Count(limit as u64))
        }
        Stop::Walks(walks) => Some(Limit::Count(walks)),
        Stop::Time(limit) => Some(Limit::Seconds(limit.as_secs_f64())),
        Stop::Misfit | Stop::Interrupted | Stop::Disk(_) | Stop::Found => None,
    }
}

impl<'r> ReportDocument<'r> {
    fn new<M: Model>(report: &'r Report<M>) -> Self {
        let (completeness, limit) = match report.completeness() {
            Completeness::Exhaustive => ("exhaustive", None),
            Completeness::Bounded(stop) => (stop.name(), limit(stop)),
        };
        let (coverage, costs) = (report.coverage(), report.costs());
        let warnings = report
            .warnings()
            .into_iter()
            .map(|warning| WarningDocument {
                code: warning.code(),
                message: warning.to_string(),
            });
        Self {
            holds: report.exit_code() == 0,
            properties: report.verdicts().iter().map(VerdictDocument::new).collect(),
            completeness,
            limit,
            search: report.search(),
            store: match report.store() {
                Store::Numbers => "numbers",
                Store::Exact => "exact",
                Store::Fingerprint => "fingerprint",
                Store::WideFingerprint => "wide-fingerprint",
            },
            collision_odds: report.store().collision_odds(report.unique()),
            symmetry: match report.symmetry() {
                Symmetry::Off => "off",
                Symmetry::Used => "used",
                Symmetry::SetAside => "set-aside",
            },
            reduced: report.is_reduced(),
            states: report.unique(),
            steps: report.generated(),
            depth: report.depth(),
            coverage: CoverageDocument {
                levels: &coverage.levels,
                actions: coverage.actions.iter().map(ActionDocument::new).collect(),
                predicates: coverage
                    .predicates
                    .iter()
                    .map(PredicateDocument::new)
                    .collect(),
                ends: coverage.ends,
                out_degrees: &coverage.out_degrees,
                beyond_bounds: coverage.beyond_bounds,
            },
            warnings: warnings.collect(),
            costs: CostsDocument {
                search_seconds: costs.search.as_secs_f64(),
                traces_seconds: costs.traces.as_secs_f64(),
                store_bytes: costs.store,
                peak_bytes: costs.peak,
                threads: costs.threads,
            },
        }
    }
}

/// The document that `docs/json.md` describes; states and actions are in their `Debug`
/// form.
impl<M: Model + ?Sized> Serialize for Walk<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names = self.actions().map(|action| format!("{action:?}").into());
        WalkDocument::new(&self.forms(), names).serialize(serializer)
    }
}

/// The document that `docs/json.md` describes.
impl<M: Model> Serialize for Counterexample<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        CounterexampleDocument::new(self).serialize(serializer)
    }
}

/// The document that `docs/json.md` describes. Only the member `costs` differs from
/// run to run.
impl<M: Model> Serialize for Report<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ReportDocument::new(self).serialize(serializer)
    }
}

impl<M: Model> Report<M> {
    /// The report as one JSON document, which `docs/json.md` describes.
    #[must_use]
    pub fn to_json(&self) -> String {
        pretty(self)
    }
}

impl<M: Model> Counterexample<M> {
    /// The counterexample as one JSON document, which `docs/json.md` describes.
    #[must_use]
    pub fn to_json(&self) -> String {
        pretty(self)
    }
}

pub(super) fn pretty(document: &impl Serialize) -> String {
    let mut out = serde_json::to_string_pretty(document)
        .unwrap_or_else(|error| unreachable!("texts and numbers are JSON: {error}"));
    out.push('\n');
    out
}
