//! The catalogue for pages of documentation.

use std::io::Write;

use crate::cli::CliError;
use crate::protocol::outage::{Judged, Need};

/// The table of the README.
pub(super) fn table(judged: &[Judged], out: &mut dyn Write) -> Result<(), CliError> {
    writeln!(out, "| entry | what happened | rule | steps | ms |")?;
    writeln!(out, "|---|---|---|---|---|")?;
    for found in judged {
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
pub(super) fn page(judged: &[Judged], out: &mut dyn Write) -> Result<(), CliError> {
    for found in judged {
        let outage = found.outage;
        writeln!(out, "## {} {}\n", outage.id, outage.title)?;
        writeln!(out, "{} ({})\n", outage.users, outage.source)?;
        writeln!(
            out,
            "The rule that ends it is `{}`. {}{}\n",
            outage.rule,
            outage.rule.without().trim(),
            worth(&found.need)
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

/// What a rule is worth beside all others, as the end of a paragraph.
fn worth(need: &Need) -> String {
    match need {
        Need::Necessary(story) => format!(
            " With every other rule in force, {} steps break \"{}\" without it.",
            story.steps.len(),
            story.promise
        ),
        Need::Covered { with, story } => {
            let with: Vec<_> = with.iter().map(|rule| format!("`{rule}`")).collect();
            format!(
                " The other rules do its work as long as {} is among them: else {} steps break \"{}\".",
                with.join(" or "),
                story.steps.len(),
                story.promise
            )
        }
        Need::Questioned => " The other rules do its work.".to_owned(),
        Need::Undecided => String::new(),
    }
}
