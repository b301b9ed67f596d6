//! The catalogue for people.

use std::io::Write;

use crate::cli::{CliError, report};
use crate::protocol::outage::{Checked, Judged, Need, Needed, Verdict};

/// A line for each entry.
pub(super) fn table(judged: &[Judged], out: &mut dyn Write) -> Result<(), CliError> {
    let rows: Vec<_> = judged
        .iter()
        .map(|found| {
            [
                found.outage.id.to_owned(),
                found.outage.title.to_owned(),
                found.outage.rule.to_string(),
                found.outage.promise.id().to_owned(),
                before(&found.before),
                original(found),
                hardened(&found.hardened),
                needed(found),
            ]
        })
        .collect();
    let titles = [
        "",
        "what",
        "rule",
        "promise",
        "before",
        "original",
        "hardened",
        "the rule is",
    ];
    let mut widths = titles.map(str::len);
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &[String]| {
        let cells = cells.iter().zip(widths);
        let padded: Vec<_> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        padded.join("  ").trim_end().to_owned()
    };
    writeln!(out, "{}", line(&titles.map(str::to_owned)))?;
    for (found, row) in judged.iter().zip(&rows) {
        write!(out, "{}", line(row))?;
        if !found.is_as_expected() {
            write!(out, "  {}", report::bad("NOT AS EXPECTED"))?;
        }
        writeln!(out)?;
    }
    let expected = judged.iter().filter(|found| found.is_as_expected());
    let (expected, all) = (expected.count(), judged.len());
    let verdict = if expected == all {
        report::good("found again")
    } else {
        report::bad("not found as they should be")
    };
    writeln!(
        out,
        "\n{all} entries {verdict}: {expected} as the catalogue says"
    )?;
    Ok(())
}

/// How it went before the rule was there.
fn before(checked: &Checked) -> String {
    match &checked.verdict {
        Verdict::Broken(story) => {
            format!(
                "{} steps, {} ms",
                story.steps.len(),
                checked.took.as_millis()
            )
        }
        Verdict::Holds => "not found".to_owned(),
        Verdict::Undecided => "undecided".to_owned(),
    }
}

/// How it is in the original of today.
fn original(found: &Judged) -> String {
    match found.original_needs {
        Needed::Never => "no key step".to_owned(),
        Needed::InStep(step) => format!("key step {step}"),
        Needed::Undecided => "undecided".to_owned(),
    }
}

fn hardened(checked: &Checked) -> String {
    match &checked.verdict {
        Verdict::Broken(story) => format!("broken, {} steps", story.steps.len()),
        Verdict::Holds => format!("holds, {} states", checked.states),
        Verdict::Undecided => "undecided".to_owned(),
    }
}

/// What the rule of an entry is beside all others.
fn needed(found: &Judged) -> String {
    match &found.need {
        Need::Necessary(story) => format!("necessary, {} steps", story.steps.len()),
        Need::Covered { with, story } => {
            let with: Vec<_> = with.iter().map(|rule| rule.as_str()).collect();
            format!(
                "covered by {}, {} steps",
                with.join(" and "),
                story.steps.len()
            )
        }
        Need::Questioned => "questioned".to_owned(),
        Need::Undecided => "undecided".to_owned(),
    }
}

/// The rules without which the rule of an entry is missed.
fn but(found: &Judged) -> String {
    let with = match &found.need {
        Need::Covered { with, .. } => with.as_slice(),
        Need::Necessary(_) | Need::Questioned | Need::Undecided => &[],
    };
    let rules = std::iter::once(&found.outage.rule).chain(with);
    let rules: Vec<_> = rules.map(|rule| format!("`{rule}`")).collect();
    rules.join(" and ")
}

/// Each entry in full.
pub(super) fn stories(judged: &[Judged], out: &mut dyn Write) -> Result<(), CliError> {
    for found in judged {
        tell(found, out)?;
    }
    Ok(())
}

/// An entry in full: what happened, how it is found, and where it is not.
fn tell(found: &Judged, out: &mut dyn Write) -> Result<(), CliError> {
    let outage = found.outage;
    writeln!(out, "{}  {} ({})\n", outage.id, outage.title, outage.source)?;
    writeln!(out, "  {}\n", outage.users)?;
    writeln!(out, "  rule      {}", outage.rule)?;
    writeln!(out, "            {}", outage.rule.without().trim())?;
    writeln!(out, "  promise   {}", outage.promise)?;
    let configuration = outage.configuration();
    writeln!(
        out,
        "  model     {} workers={} faults={}",
        outage.model, configuration.workers, configuration.faults
    )?;
    if let Some(less) = outage.less {
        writeln!(out, "            {less}")?;
    }
    writeln!(out, "  before    {}", before(&found.before))?;
    writeln!(out, "  original  {}", original(found))?;
    writeln!(out, "  hardened  {}", hardened(&found.hardened))?;
    writeln!(out, "  the rule  is {}", needed(found))?;
    if let Some(story) = found.before.verdict.story() {
        writeln!(out, "\n{story}\n{}", story.sequence)?;
    }
    if let Some(story) = found.need.story() {
        writeln!(out, "with every rule but {}:\n\n{story}", but(found))?;
    }
    if let Verdict::Broken(story) = &found.hardened.verdict {
        writeln!(out, "under all rules:\n\n{story}")?;
    }
    Ok(())
}
