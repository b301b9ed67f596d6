//! `list`: the machines and models of this program.

use std::io::Write;

use serde::Serialize;

use super::arguments::ListOptions;
use super::format::Format;
use super::model::{Described, Parameter};
use super::{Answer, CliError, Machines, report};
use crate::machine::Limits;

#[derive(Serialize)]
struct Document<'d> {
    machines: Vec<Row<'d>>,
    models: Vec<ModelRow<'d>>,
}

#[derive(Serialize)]
struct Row<'d> {
    machine: &'d str,
    states: usize,
    events: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    abstraction: Option<String>,
}

#[derive(Serialize)]
struct ModelRow<'d> {
    model: &'d str,
    about: &'d str,
    parameters: Vec<Described<'d>>,
}

pub(super) fn list(
    options: &ListOptions,
    machines: &Machines,
    out: &mut dyn Write,
) -> Result<Answer, CliError> {
    let mut rows = Vec::new();
    for (machine, explored) in machines.iter() {
        let graph = explored.graph(Limits::default())?;
        rows.push(Row {
            machine,
            states: graph.states().len(),
            events: graph.events().len(),
            abstraction: graph.abstraction().map(str::to_owned),
        });
    }
    let models = machines.0.iter().filter(|entry| entry.machine.is_none());
    let models = models.map(|entry| ModelRow {
        model: &entry.name,
        about: &entry.about,
        parameters: entry.parameters.iter().map(Parameter::described).collect(),
    });
    match options.format {
        Format::Json => {
            let document = Document {
                machines: rows,
                models: models.collect(),
            };
            report::json(&document, out)?;
        }
        Format::Human => {
            let width = rows
                .iter()
                .map(|row| row.machine.chars().count())
                .max()
                .unwrap_or(0);
            for row in rows {
                write!(
                    out,
                    "{:width$}  {} states, {} events",
                    row.machine, row.states, row.events
                )?;
                match row.abstraction {
                    Some(abstraction) => writeln!(out, ", explored with {abstraction}")?,
                    None => writeln!(out)?,
                }
            }
            for ModelRow {
                model,
                about,
                parameters,
            } in models
            {
                writeln!(out, "{model}: {about}")?;
                for Described {
                    name,
                    about,
                    usual,
                    allowed,
                } in parameters
                {
                    writeln!(out, "  {name}={usual}  {about} ({allowed})")?;
                }
            }
        }
    }
    Ok(Answer::Yes)
}
