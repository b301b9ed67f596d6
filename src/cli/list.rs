//! `list`: the machines of this program.

use std::io::Write;

use serde::Serialize;

use super::arguments::{Format, ListOptions};
use super::{Answer, CliError, Machines, report};
use crate::machine::Limits;

#[derive(Serialize)]
struct Document {
    machines: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    machine: String,
    states: usize,
    events: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    abstraction: Option<String>,
}

pub(super) fn list(
    options: &ListOptions,
    machines: &Machines,
    out: &mut dyn Write,
) -> Result<Answer, CliError> {
    let mut rows = Vec::new();
    for entry in &machines.0 {
        let graph = entry.graph(Limits::default())?;
        rows.push(Row {
            machine: entry.name.clone(),
            states: graph.states().len(),
            events: graph.events().len(),
            abstraction: graph.abstraction().map(str::to_owned),
        });
    }
    match options.format {
        Format::Json => report::json(&Document { machines: rows }, out)?,
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
        }
    }
    Ok(Answer::Yes)
}
