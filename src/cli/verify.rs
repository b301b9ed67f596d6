//! `verify`: explore machines and check what is to be checked.

use std::io::Write;

use serde::Serialize;

use super::arguments::VerifyOptions;
use super::format::Format;
use super::{Answer, CliError, Machines, OfMachine, report, verify_models};
use crate::graph::lint::{Allowance, Allowed, Finding, Level};
use crate::graph::{Completeness, Graph, Property};

/// The answer as a document: see docs/json.md.
#[derive(Serialize)]
struct Document {
    clean: bool,
    machines: Vec<Verified>,
}

#[derive(Serialize)]
struct Verified {
    machine: String,
    clean: bool,
    states: usize,
    configurations: usize,
    events: usize,
    transitions: usize,
    refusals: usize,
    completeness: Completeness,
    abstraction: Option<String>,
    properties: Vec<Checked>,
    findings: Vec<Finding>,
    allowed: Vec<Allowed>,
}

#[derive(Serialize)]
struct Checked {
    id: &'static str,
    title: &'static str,
    holds: bool,
}

pub(super) fn verify(
    options: &VerifyOptions,
    machines: &Machines,
    out: &mut dyn Write,
) -> Result<Answer, CliError> {
    if options.models {
        return verify_models::verify(options.format, out);
    }
    let allowances = options
        .allow
        .iter()
        .map(|text| allowance(text))
        .collect::<Result<Vec<_>, CliError>>()?;
    let limits = options.limits.limits();
    let mut document = Document {
        clean: true,
        machines: Vec::new(),
    };
    for (_, machine) in machines.selected(&options.machines)? {
        let verified = verified(machine, &machine.graph(limits)?, &allowances)?;
        document.clean &= verified.clean;
        document.machines.push(verified);
    }
    match options.format {
        Format::Json => report::json(&document, out)?,
        Format::Human => human(&document, out)?,
    }
    Ok(Answer::from(document.clean))
}

fn verified(
    machine: &OfMachine,
    graph: &Graph,
    allowances: &[Allowance],
) -> Result<Verified, CliError> {
    let properties = (machine.properties)();
    let mut allowances = allowances.to_vec();
    for (code, reason) in (machine.allowances)() {
        allowances.push(Allowance::new(*code, *reason)?);
    }
    let findings = graph
        .lint()
        .with_properties(graph, &properties)
        .allowing(&allowances);
    let checked = |property: &Property| Checked {
        id: property.id,
        title: property.title,
        holds: property.check(graph).is_ok(),
    };
    Ok(Verified {
        clean: findings.is_clean(),
        states: graph.states().len(),
        configurations: graph.configuration_count(),
        events: graph.events().len(),
        transitions: graph.transitions().len(),
        refusals: graph.refusal_count(),
        completeness: graph.completeness(),
        abstraction: graph.abstraction().map(str::to_owned),
        properties: properties.iter().map(checked).collect(),
        machine: findings.machine,
        findings: findings.findings,
        allowed: findings.allowed,
    })
}

fn human(document: &Document, out: &mut dyn Write) -> Result<(), CliError> {
    let mut counts = [(Level::Error, 0), (Level::Warning, 0), (Level::Note, 0)];
    let mut bounded = 0;
    for verified in &document.machines {
        machine(verified, out)?;
        for (level, count) in &mut counts {
            *count += verified
                .findings
                .iter()
                .filter(|finding| finding.level == *level)
                .count();
        }
        bounded += usize::from(verified.completeness != Completeness::Exhaustive);
    }
    let verdict = if document.clean {
        report::good("verified")
    } else {
        report::bad("not verified")
    };
    let counted: Vec<_> = counts
        .iter()
        .map(|(level, count)| counted(*count, &level.to_string()))
        .collect();
    let reach = match bounded {
        0 => "everything reachable was explored".to_owned(),
        _ => format!("{bounded} of them explored only up to a limit"),
    };
    let machines = counted_machines(document.machines.len());
    writeln!(out, "{machines} {verdict}: {}; {reach}", counted.join(", "))?;
    Ok(())
}

fn machine(verified: &Verified, out: &mut dyn Write) -> Result<(), CliError> {
    let Verified {
        states,
        configurations,
        events,
        transitions,
        refusals,
        ..
    } = verified;
    let mark = if verified.clean {
        report::good("ok")
    } else {
        report::bad("FAILED")
    };
    writeln!(
        out,
        "{}: {mark}, {}, {}, {}, {}, {}",
        verified.machine,
        counted(*states, "state"),
        counted(*configurations, "configuration"),
        counted(*events, "event"),
        counted(*transitions, "transition"),
        counted(*refusals, "refusal"),
    )?;
    if let Some(abstraction) = &verified.abstraction {
        writeln!(out, "  abstraction: {abstraction}")?;
    }
    for property in &verified.properties {
        let holds = if property.holds {
            report::good("holds")
        } else {
            report::bad("is broken")
        };
        writeln!(out, "  {} {holds}: {}", property.id, property.title)?;
    }
    for finding in &verified.findings {
        let text = report::finding(finding.level, finding).replace('\n', "\n  ");
        writeln!(out, "  {text}")?;
    }
    for allowed in &verified.allowed {
        let (code, message) = (allowed.finding.code, &allowed.finding.message);
        writeln!(
            out,
            "  allowed[{code}]: {message} (allowed: {})",
            allowed.reason
        )?;
    }
    Ok(())
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 {
        format!("1 {what}")
    } else {
        format!("{count} {what}s")
    }
}

fn counted_machines(count: usize) -> String {
    counted(count, "machine")
}

/// `CODE=REASON`.
fn allowance(text: &str) -> Result<Allowance, CliError> {
    let problem = |problem: String| CliError::Allow {
        text: text.to_owned(),
        problem,
    };
    let (code, reason) = text
        .split_once('=')
        .ok_or_else(|| problem("write CODE=REASON, and say why".to_owned()))?;
    let code = code
        .parse()
        .map_err(|error: crate::graph::lint::UnknownCode| problem(error.to_string()))?;
    Allowance::new(code, reason).map_err(|error| problem(error.to_string()))
}
