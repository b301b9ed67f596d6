//! `outages`: the catalogue, found again, and its stories.

mod document;
mod markdown;
mod text;

use std::io::Write;
use std::ops::ControlFlow;

use self::document::Document;
use super::arguments::{OutageFormat, OutageOptions};
use super::emit::EmitOptions;
use super::{Answer, CliError, report, watch};
use crate::check::Progress;
use crate::protocol::outage::{Checked, Judge, Judged, Need, Outage, Verdict, judge_all};

pub(super) fn outages(options: &OutageOptions, out: &mut dyn Write) -> Result<Answer, CliError> {
    let mut wanted: Vec<&'static Outage> = Vec::new();
    for name in &options.outages {
        wanted.extend(Outage::named(name)?);
    }
    let in_full = !wanted.is_empty();
    if !in_full {
        wanted.extend(Outage::ALL);
    }
    let progress = watch::Lines::new();
    watch::interrupted();
    let show = |model: &str, now: &Progress| {
        progress.show(model, now);
        if watch::interrupted() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let threads = options.threads.map_or_else(watch::cores, usize::from);
    if options.emit.is_asked_for() {
        let mut judge = Judge::new().threads(threads).on_progress(show);
        let found: Vec<_> = wanted.iter().map(|outage| judge.before(outage)).collect();
        progress.clear();
        return emit(options.emit, &found, out);
    }
    let judged = judge_all(&wanted, threads, show);
    progress.clear();

    match options.format {
        OutageFormat::Json => report::json(&Document::new(&judged, in_full), out)?,
        OutageFormat::Markdown if in_full => markdown::page(&judged, out)?,
        OutageFormat::Markdown => markdown::table(&judged, out)?,
        OutageFormat::Human if in_full => text::stories(&judged, out)?,
        OutageFormat::Human => text::table(&judged, out)?,
    }
    let is_undecided = |found: &Judged| {
        let verdicts = [&found.before, &found.original, &found.hardened];
        let mut verdicts = verdicts.iter().map(|checked| &checked.verdict);
        matches!(found.need, Need::Undecided)
            || verdicts.any(|verdict| matches!(verdict, Verdict::Undecided))
    };
    Ok(if judged.iter().all(Judged::is_as_expected) {
        Answer::Yes
    } else if judged.iter().any(is_undecided) {
        Answer::Undecided
    } else {
        Answer::No
    })
}

/// Writes how entries come about, for other readers.
fn emit(options: EmitOptions, found: &[Checked], out: &mut dyn Write) -> Result<Answer, CliError> {
    for story in found.iter().filter_map(|checked| checked.verdict.story()) {
        write!(out, "{}", options.chosen(&story.emitted))?;
    }
    let is_found = |checked: &Checked| checked.verdict.story().is_some();
    Ok(Answer::from(found.iter().all(is_found)))
}
