//! The catalogue for pages of documentation.

use std::io::Write;

use super::Found;
use crate::cli::CliError;

/// The table of the README.
pub(super) fn table(judged: &[Found], out: &mut dyn Write) -> Result<(), CliError> {
    writeln!(out, "| entry | what happened | rule | steps | ms |")?;
    writeln!(out, "|---|---|---|---|---|")?;
    for (found, _) in judged {
        let steps = found.before.verdict.story();
        let steps = steps.map_or_else(|| "-".to_owned(), |story| story.steps.len().to_string());
        writeln!(
            out,
            "| {} | {} | `{}` | {steps} | {} |",
            found.outage.id,
            found.outage.users,
            found.outage.rule,
            found.before.took.as_millis()
        )?;
    }
    Ok(())
}

/// A section for each entry: what happens, the shortest way there, and the rule that ends it.
pub(super) fn page(judged: &[Found], out: &mut dyn Write) -> Result<(), CliError> {
    for (found, _) in judged {
        let outage = found.outage;
        writeln!(out, "## {} {}\n", outage.id, outage.title)?;
        writeln!(out, "{} ({})\n", outage.users, outage.source)?;
        writeln!(
            out,
            "The rule that ends it is `{}`. {}\n",
            outage.rule,
            outage.rule.without().trim()
        )?;
        let Some(story) = found.before.verdict.story() else {
            writeln!(out, "It was not found.\n")?;
            continue;
        };
        writeln!(
            out,
            "{} steps of the model `{}` break \"{}\":\n",
            story.steps.len(),
            outage.model,
            outage.promise
        )?;
        for (number, step) in (1..).zip(&story.steps) {
            write!(out, "{number}. {step}")?;
            if story.needed.contains(&(number, outage.rule)) {
                write!(out, " **(here the rule is missing)**")?;
            }
            writeln!(out)?;
        }
        writeln!(out, "\n```mermaid\n{}```\n", story.sequence)?;
    }
    Ok(())
}
