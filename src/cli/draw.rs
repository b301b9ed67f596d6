//! `draw`: a machine as a diagram or table.

use std::io::Write;

use super::arguments::DrawOptions;
use super::{Answer, CliError, Machines};
use crate::graph::Expanded;

pub(super) fn draw(
    options: &DrawOptions,
    machines: &Machines,
    out: &mut dyn Write,
) -> Result<Answer, CliError> {
    let (_, machine) = machines.named(&options.machine)?;
    let graph = machine.graph(options.limits.limits())?;
    let drawn = if options.expanded {
        graph.expanded().map_or(&graph, Expanded::graph)
    } else {
        &graph
    };
    let drawing = crate::draw::draw(drawn, options.format);
    match &options.output {
        Some(path) => std::fs::write(path, drawing).map_err(|error| CliError::File {
            path: path.display().to_string(),
            error,
        })?,
        None => out.write_all(drawing.as_bytes())?,
    }
    Ok(Answer::Yes)
}
