//! `verify --models`: the models of the protocol, under all rules.

use std::io::Write;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::format::Format;
use super::{Answer, CliError, report, watch};
use crate::check::{AnyModel, Check, Counterexample, Model as _, Progress, Property, Report};
use crate::protocol::{AnyProtocol, ModelName, side_by_side};

/// The answer as a document: see docs/json.md.
#[derive(Serialize)]
struct Document {
    clean: bool,
    models: Vec<Verified>,
}

/// What was found out of a model.
#[derive(Serialize)]
struct Verified {
    model: &'static str,
    clean: bool,
    states: usize,
    depth: usize,
    exhaustive: bool,
    promises: Vec<Kept>,
    ms: u64,
    #[serde(skip)]
    stories: Vec<String>,
}

/// What was found out of a promise.
#[derive(Serialize)]
struct Kept {
    promise: String,
    verdict: &'static str,
}

pub(super) fn verify(format: Format, out: &mut dyn Write) -> Result<Answer, CliError> {
    let progress = watch::Lines::new();
    watch::interrupted();
    let models = side_by_side(ModelName::ALL, watch::cores(), |name, threads| {
        verified(*name, threads, |now| {
            progress.show(name.as_str(), now);
            if watch::interrupted() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
    });
    progress.clear();
    let document = Document {
        clean: models.iter().all(|model| model.clean),
        models,
    };
    match format {
        Format::Json => report::json(&document, out)?,
        Format::Human => human(&document, out)?,
    }
    let mut promises = document.models.iter().flat_map(|model| &model.promises);
    Ok(if document.clean {
        Answer::Yes
    } else if promises.any(|kept| kept.verdict == "violated") {
        Answer::No
    } else {
        Answer::Undecided
    })
}

fn verified(
    name: ModelName,
    threads: usize,
    mut show: impl FnMut(&Progress) -> ControlFlow<()>,
) -> Verified {
    let started = Instant::now();
    let model = AnyProtocol::new(name, name.usual()).model;
    // What speaks of single states takes less room, and all threads.
    let is_of_runs = |property: &Property<AnyModel>| property.kind().is_liveness();
    let (of_runs, of_states): (Vec<_>, Vec<_>) =
        model.properties().into_iter().partition(is_of_runs);
    let mut check = |properties: &[Property<AnyModel>]| {
        Check::new(&model)
            .all_violations()
            .threads(threads)
            .on_progress(&mut show)
            .run_for(properties)
    };
    let mut reports = vec![check(&of_states)];
    if !of_runs.is_empty() {
        reports.push(check(&of_runs));
    }
    Verified::new(name, &reports, started.elapsed())
}

impl Verified {
    fn new(name: ModelName, reports: &[Report<AnyModel>], took: Duration) -> Self {
        let verdicts = reports.iter().flat_map(Report::verdicts);
        let violations = reports.iter().flat_map(Report::violations);
        Self {
            model: name.as_str(),
            clean: reports.iter().all(Report::holds),
            states: reports.iter().map(Report::unique).max().unwrap_or(0),
            depth: reports.iter().map(Report::depth).max().unwrap_or(0),
            exhaustive: reports
                .iter()
                .all(|report| report.completeness().is_exhaustive()),
            promises: verdicts
                .map(|verdict| Kept {
                    promise: verdict.property().to_owned(),
                    verdict: if verdict.holds() {
                        "holds"
                    } else if verdict.is_violated() {
                        "violated"
                    } else {
                        "undecided"
                    },
                })
                .collect(),
            ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            stories: violations.map(Counterexample::to_string).collect(),
        }
    }
}

fn human(document: &Document, out: &mut dyn Write) -> Result<(), CliError> {
    for model in &document.models {
        let mark = if model.clean {
            report::good("ok")
        } else {
            report::bad("FAILED")
        };
        let reach = if model.exhaustive { "all" } else { "the first" };
        writeln!(
            out,
            "{}: {mark}, {reach} {} states, depth {}, {} ms",
            model.model, model.states, model.depth, model.ms
        )?;
        for Kept { promise, verdict } in &model.promises {
            writeln!(out, "  {verdict}: {promise}")?;
        }
        for story in &model.stories {
            writeln!(out, "\n{story}")?;
        }
    }
    let verdict = if document.clean {
        report::good("verified")
    } else {
        report::bad("not verified")
    };
    writeln!(
        out,
        "{} models {verdict} under all rules",
        document.models.len()
    )?;
    Ok(())
}
