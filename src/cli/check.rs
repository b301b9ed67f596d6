//! `check`: every interleaving of a model, or of a machine with its events.

use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;

use derive_where::derive_where;
use serde::Serialize;

use super::check_options::CheckOptions;
use super::disk::OnDisk;
use super::format::Format;
use super::memory::Meter;
use super::{Answer, CliError, Machines, model, report, watch};
use crate::check::{
    Audited, Check, Counterexample, Model, Property, Report, StateGraph, audit, state_graph,
};
use crate::protocol::Emitted;

/// What is to be checked, and how.
pub(super) struct Request<'r> {
    name: &'r str,
    /// What the model is given, as it is written.
    parameters: Vec<(String, String)>,
    options: &'r CheckOptions,
}

/// The answer as a document: see docs/json.md.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Document<'d, R> {
    model: &'d str,
    parameters: serde_json::Map<String, serde_json::Value>,
    audit: Option<AuditDocument>,
    report: &'d R,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequences: Option<Vec<String>>,
}

#[derive(Serialize)]
struct AuditDocument {
    states: usize,
    exhaustive: bool,
    canonical: Option<usize>,
}

pub(super) fn check(
    options: &CheckOptions,
    machines: &Machines,
    out: &mut dyn Write,
) -> Result<Answer, CliError> {
    let entry = machines.to_check(options.model.as_deref())?;
    let values = model::values(&entry.name, &entry.parameters, &options.parameters)?;
    let request = Request {
        name: &entry.name,
        parameters: model::named(&entry.parameters, &values),
        options,
    };
    (entry.check)(&values, &request, out)
}

/// Tells a counterexample for other readers.
type Emit<'e, M> = dyn Fn(&Counterexample<M>) -> Emitted + 'e;

/// What can be done with some models and not with others.
#[derive_where(Default)]
pub(super) struct Extras<'e, M: Model> {
    pub(super) emit: Option<&'e Emit<'e, M>>,
    pub(super) on_disk: Option<OnDisk<M>>,
}

/// Checks a model as it was asked for.
pub(super) fn run<M: Model>(
    model: &M,
    request: &Request<'_>,
    Extras { emit, on_disk }: Extras<'_, M>,
    out: &mut dyn Write,
) -> Result<Answer, CliError> {
    let options = request.options;
    if options.emit.is_asked_for() && emit.is_none() {
        return Err(CliError::NotEmitted(request.name.to_owned()));
    }
    if options.disk.are_asked_for() && on_disk.is_none() {
        return Err(CliError::NotOnDisk(request.name.to_owned()));
    }
    let properties = selected(model, request)?;
    let symmetry_is_asked_for = options.symmetric || options.verify_symmetry;
    let is_symmetric = |state| model.canonical(state).is_some();
    if symmetry_is_asked_for && !model.initial_states().iter().any(is_symmetric) {
        return Err(CliError::NoSymmetry(request.name.to_owned()));
    }
    let audited = (options.verify_model || options.verify_symmetry)
        .then(|| audit(model, options.audited()))
        .transpose()?;
    let dump = options
        .dump_graph
        .as_deref()
        .map(|path| Dump::new(path, model, options))
        .transpose()?;

    let progress = watch::states();
    // From here on Ctrl-C ends the check and not the program.
    watch::interrupted();
    let mut check = Check::new(model)
        .store(options.store.into())
        .search(options.search)
        .limits(options.limits())
        .on_progress(|now| {
            watch::show(&progress, now);
            if watch::interrupted() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
    // What states own on the heap is taken, too. States that wait on disk are to make room
    // when those that were seen come near the limit, and the process may be past it then.
    if !options.disk.spills() {
        let mut meter = Meter::new();
        check = check.measure_memory(move || meter.taken());
    }
    if let Some(threads) = options.threads {
        check = check.threads(threads.into());
    }
    if options.all {
        check = check.all_violations();
    }
    if options.symmetric {
        check = check.symmetric();
    }
    let report = match on_disk {
        Some(on_disk) => on_disk(check, &options.disk, &properties),
        None => Ok(check.run_for(&properties)),
    };
    progress.finish_and_clear();
    let report = report?;

    if let Some(dump) = dump {
        dump.write(&report)?;
    }
    match (options.emit.is_asked_for(), emit) {
        (true, Some(emit)) => emitted(request, emit, &report, out)?,
        _ => answer(request, audited, &report, out)?,
    }
    Ok(match report.exit_code() {
        0 => Answer::Yes,
        1 => Answer::No,
        _ => Answer::Undecided,
    })
}

/// Writes the counterexamples for other readers.
fn emitted<M: Model>(
    request: &Request<'_>,
    emit: &Emit<'_, M>,
    report: &Report<M>,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    let options = request.options.emit;
    if report.violations().next().is_none() {
        nothing_to_show();
    }
    for counterexample in report.violations() {
        write!(out, "{}", options.chosen(&emit(counterexample)))?;
    }
    Ok(())
}

fn nothing_to_show() {
    let _ = writeln!(
        anstream::stderr().lock(),
        "there is no counterexample to show"
    );
}

/// The properties that are asked for, all unless some are named.
fn selected<M: Model>(model: &M, request: &Request<'_>) -> Result<Vec<Property<M>>, CliError> {
    let mut properties = model.properties();
    let names = &request.options.properties;
    // The first word is enough where it is a number such as `S10`.
    let is_named = |property: &Property<M>, name: &String| {
        let first = property.name().split(' ').next();
        property.name() == name || first == Some(name)
    };
    let is_known = |name: &String| properties.iter().any(|property| is_named(property, name));
    if let Some(unknown) = names.iter().find(|name| !is_known(name)) {
        let known = properties.iter().map(|property| property.name().to_owned());
        return Err(CliError::UnknownProperty {
            model: request.name.to_owned(),
            name: unknown.clone(),
            known: known.collect(),
        });
    }
    if !names.is_empty() {
        properties.retain(|property| names.iter().any(|name| is_named(property, name)));
    }
    Ok(properties)
}

fn answer<M: Model>(
    request: &Request<'_>,
    audited: Option<Audited>,
    report: &Report<M>,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    let options = request.options;
    let sequences = || report.violations().map(|violation| violation.mermaid());
    if options.format == Format::Json {
        let parameters = request.parameters.iter();
        let document = Document {
            model: request.name,
            parameters: parameters
                .map(|(name, value)| (name.clone(), value.clone().into()))
                .collect(),
            audit: audited.map(|audited| AuditDocument {
                states: audited.states,
                exhaustive: audited.is_exhaustive,
                canonical: audited.canonical,
            }),
            report,
            sequences: options.sequence.then(|| sequences().collect()),
        };
        return report::json(&document, out);
    }
    if options.sequence {
        if report.violations().next().is_none() {
            nothing_to_show();
        }
        for sequence in sequences() {
            write!(out, "{sequence}")?;
        }
        return Ok(());
    }
    write!(out, "{}", request.name)?;
    for (name, value) in &request.parameters {
        write!(out, " {name}={value}")?;
    }
    writeln!(out)?;
    if let Some(audited) = audited {
        let reach = if audited.is_exhaustive {
            "all"
        } else {
            "the first"
        };
        write!(out, "sound in {reach} {} states", audited.states)?;
        match audited.canonical {
            Some(canonical) => writeln!(out, ", {canonical} of which stand for the others")?,
            None => writeln!(out)?,
        }
    }
    write!(out, "\n{report}")?;
    Ok(())
}

/// A graph on its way into a file.
struct Dump<'d, M: Model> {
    path: &'d Path,
    graph: StateGraph<M>,
    text: fn(&StateGraph<M>) -> String,
}

impl<'d, M: Model> Dump<'d, M> {
    fn new(path: &'d Path, model: &M, options: &CheckOptions) -> Result<Self, CliError> {
        let extension = path.extension().and_then(|extension| extension.to_str());
        let text = match extension {
            Some("dot" | "gv") => StateGraph::to_dot,
            Some("graphml") => StateGraph::to_graphml,
            Some("json") => StateGraph::to_json,
            _ => return Err(CliError::GraphFormat(path.display().to_string())),
        };
        let mut graph = state_graph(model, options.drawn())?;
        if !options.group_by.is_empty() {
            graph = graph.grouped_by_fields(&options.group_by)?;
        }
        Ok(Self { path, graph, text })
    }

    /// Writes the graph with the first counterexample marked.
    fn write(self, report: &Report<M>) -> Result<(), CliError> {
        let graph = match report.violations().next() {
            Some(counterexample) => self.graph.highlighting(counterexample),
            None => self.graph,
        };
        std::fs::write(self.path, (self.text)(&graph)).map_err(|error| CliError::File {
            path: self.path.display().to_string(),
            error,
        })
    }
}
