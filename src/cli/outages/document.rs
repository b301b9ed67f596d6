//! The catalogue for programs.

use serde::Serialize;

use crate::protocol::outage::{Checked, Judged, Need, Needed, Verdict};

/// The answer as a document: see docs/json.md.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Document {
    expected: bool,
    outages: Vec<Row>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Row {
    id: &'static str,
    title: &'static str,
    users: &'static str,
    source: &'static str,
    switch: &'static str,
    property: String,
    model: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    less: Option<&'static str>,
    verdicts: Verdicts,
    steps: Option<usize>,
    ms: u64,
    expected: bool,
    need: NeedRow,
    #[serde(skip_serializing_if = "Option::is_none")]
    counterexample: Option<serde_json::Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Verdicts {
    before: VerdictRow,
    original: VerdictRow,
    /// In which step the original of today comes to a key step, if it does.
    original_key_step: Option<usize>,
    hardened: VerdictRow,
}

#[derive(Serialize)]
struct VerdictRow {
    verdict: &'static str,
    steps: Option<usize>,
    states: usize,
    depth: usize,
    ms: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct NeedRow {
    need: &'static str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    with: Vec<&'static str>,
    model: Option<&'static str>,
    property: Option<String>,
    steps: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    counterexample: Option<serde_json::Value>,
}

impl Document {
    pub(super) fn new(judged: &[Judged], in_full: bool) -> Self {
        let rows = judged.iter().map(|found| Row::new(found, in_full));
        Self {
            expected: judged.iter().all(Judged::is_as_expected),
            outages: rows.collect(),
        }
    }
}

impl Row {
    fn new(found: &Judged, in_full: bool) -> Self {
        let outage = found.outage;
        let story = found.before.verdict.story();
        Self {
            id: outage.id,
            title: outage.title,
            users: outage.users,
            source: outage.source,
            switch: outage.rule.as_str(),
            property: outage.promise.to_string(),
            model: outage.model.as_str(),
            less: outage.less,
            steps: story.map(|story| story.steps.len()),
            ms: millis(&found.before),
            verdicts: Verdicts {
                before: VerdictRow::new(&found.before),
                original: VerdictRow::new(&found.original),
                original_key_step: match found.original_needs {
                    Needed::InStep(step) => Some(step),
                    Needed::Never | Needed::Undecided => None,
                },
                hardened: VerdictRow::new(&found.hardened),
            },
            expected: found.is_as_expected(),
            need: NeedRow::new(&found.need, in_full),
            counterexample: story.filter(|_| in_full).map(|story| story.json.clone()),
        }
    }
}

impl VerdictRow {
    fn new(checked: &Checked) -> Self {
        Self {
            verdict: match checked.verdict {
                Verdict::Holds => "holds",
                Verdict::Broken(_) => "violated",
                Verdict::Undecided => "undecided",
            },
            steps: checked.verdict.story().map(|story| story.steps.len()),
            states: checked.states,
            depth: checked.depth,
            ms: millis(checked),
        }
    }
}

impl NeedRow {
    fn new(need: &Need, in_full: bool) -> Self {
        let (name, with) = match need {
            Need::Necessary(_) => ("necessary", [].as_slice()),
            Need::Covered { with, .. } => ("covered", with.as_slice()),
            Need::Questioned => ("questioned", [].as_slice()),
            Need::Undecided => ("undecided", [].as_slice()),
        };
        let story = need.story();
        Self {
            need: name,
            with: with.iter().map(|rule| rule.as_str()).collect(),
            model: story.map(|story| story.model.as_str()),
            property: story.map(|story| story.promise.to_string()),
            steps: story.map(|story| story.steps.len()),
            counterexample: story.filter(|_| in_full).map(|story| story.json.clone()),
        }
    }
}

fn millis(checked: &Checked) -> u64 {
    u64::try_from(checked.took.as_millis()).unwrap_or(u64::MAX)
}
