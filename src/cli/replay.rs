//! `replay`: hold records against the framework's machines.

use std::fs::File;
use std::io::{BufRead, BufReader, Read as _, Write};
use std::path::Path;
use std::sync::Arc;

use indicatif::ProgressBar;
use serde::Serialize;

use super::arguments::ReplayOptions;
use super::format::Format;
use super::{Answer, CliError, report, watch};
use crate::framework::read_record;
use crate::replay::{Finding, Place, Replay, Summary};

/// The longest line that is read, in bytes: what is longer is no record.
const MAX_LINE: u64 = 1 << 26;

/// A line of the answer: see docs/json.md.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
enum Document<'a> {
    Finding(&'a Finding),
    Summary(Total),
}

/// What the whole trace came to.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Total {
    lines: u64,
    unreadable: u64,
    /// Messages that report no status.
    without_status: u64,
    #[serde(flatten)]
    summary: Summary,
}

pub(super) fn replay(options: &ReplayOptions, out: &mut dyn Write) -> Result<Answer, CliError> {
    let mut trace = Trace {
        replay: Replay::new(),
        lines: 0,
        unreadable: 0,
        without_status: 0,
        format: options.format,
        out,
    };
    if options.files.is_empty() {
        trace.read("standard input", &mut std::io::stdin().lock(), None)?;
    }
    for path in &options.files {
        if path == Path::new("-") {
            trace.read("standard input", &mut std::io::stdin().lock(), None)?;
        } else {
            let name = path.display().to_string();
            let file = File::open(path).map_err(|error| CliError::File {
                path: name.clone(),
                error,
            })?;
            let length = file
                .metadata()
                .ok()
                .filter(std::fs::Metadata::is_file)
                .map(|file| file.len());
            trace.read(&name, &mut BufReader::with_capacity(1 << 16, file), length)?;
        }
    }
    trace.finish()
}

/// A trace that is being read.
struct Trace<'a> {
    replay: Replay<'static>,
    lines: u64,
    unreadable: u64,
    without_status: u64,
    format: Format,
    out: &'a mut dyn Write,
}

impl Trace<'_> {
    fn read(
        &mut self,
        name: &str,
        input: &mut dyn BufRead,
        length: Option<u64>,
    ) -> Result<(), CliError> {
        let progress = watch::bytes(length, name);
        let file: Arc<str> = name.into();
        let in_file = |error| CliError::File {
            path: name.to_owned(),
            error,
        };
        let mut line = Vec::new();
        for number in 1.. {
            if watch::interrupted() {
                break;
            }
            line.clear();
            let read = (&mut *input)
                .take(MAX_LINE)
                .read_until(b'\n', &mut line)
                .map_err(in_file)?;
            if read == 0 {
                break;
            }
            progress.inc(read as u64);
            self.lines += 1;
            if !line.ends_with(b"\n") && line.len() as u64 == MAX_LINE {
                self.unreadable(name, number, &format!("longer than {MAX_LINE} bytes"));
                input.skip_until(b'\n').map_err(in_file)?;
                continue;
            }
            let text = line.trim_ascii();
            if !text.is_empty() {
                self.line(text, Place::new(Arc::clone(&file), number), &progress)?;
            }
        }
        progress.finish_and_clear();
        Ok(())
    }

    fn line(&mut self, text: &[u8], place: Place, progress: &ProgressBar) -> Result<(), CliError> {
        let record = match read_record(text) {
            Ok(record) => record,
            Err(error) => {
                self.unreadable(&place.file, place.line, &error.to_string());
                return Ok(());
            }
        };
        let Some(sighting) = record.sighting(place) else {
            self.without_status += 1;
            return Ok(());
        };
        let Some(finding) = self.replay.see(sighting) else {
            return Ok(());
        };
        progress.suspend(|| match self.format {
            Format::Json => json_line(&Document::Finding(&finding), self.out),
            Format::Human => Ok(writeln!(
                self.out,
                "{}",
                report::finding(finding.level, &finding)
            )?),
        })
    }

    /// A line that could not be read is told at once and costs the exit code, but
    /// the rest of the trace is still judged.
    fn unreadable(&mut self, name: &str, number: u64, problem: &str) {
        self.unreadable += 1;
        let _ = writeln!(
            anstream::stderr().lock(),
            "error: {name}:{number}: {problem}"
        );
    }

    fn finish(self) -> Result<Answer, CliError> {
        let summary = self.replay.summary();
        let total = Total {
            lines: self.lines,
            unreadable: self.unreadable,
            without_status: self.without_status,
            summary,
        };
        match self.format {
            Format::Json => json_line(&Document::Summary(total), self.out)?,
            Format::Human => {
                let verdict = match summary.violations {
                    0 => report::good("no violation"),
                    _ => report::bad("violations"),
                };
                writeln!(
                    self.out,
                    "{verdict}: {} records of {} keys, {} violations, {} with skipped steps",
                    summary.records, summary.keys, summary.violations, summary.skipped
                )?;
            }
        }
        match self.unreadable {
            0 if summary.violations == 0 && watch::interrupted() => Err(CliError::Interrupted),
            0 => Ok(Answer::from(summary.violations == 0)),
            unreadable => Err(CliError::Unreadable {
                unreadable,
                lines: self.lines,
            }),
        }
    }
}

fn json_line(document: &Document<'_>, out: &mut dyn Write) -> Result<(), CliError> {
    serde_json::to_writer(&mut *out, document)?;
    Ok(writeln!(out)?)
}
