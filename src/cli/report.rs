//! Parts that several answers share: JSON and colours.

use std::fmt;
use std::io::Write;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::CliError;
use crate::graph::lint::Level;

/// One JSON document and a line end.
pub(super) fn json(document: &impl Serialize, out: &mut dyn Write) -> Result<(), CliError> {
    serde_json::to_writer_pretty(&mut *out, document)?;
    writeln!(out)?;
    Ok(())
}

/// A finding with its level in colour; its text begins with the level.
pub(super) fn finding(level: Level, finding: &impl fmt::Display) -> String {
    let text = finding.to_string();
    let name = level.to_string();
    let painted = match level {
        Level::Error => bad(&name),
        Level::Warning => doubtful(&name),
        Level::Note => plain(&name),
    };
    format!("{painted}{}", text.strip_prefix(&name).unwrap_or(&text))
}

pub(super) fn good(text: &str) -> Painted<'_> {
    Painted {
        text,
        style: AnsiColor::Green.on_default().bold(),
    }
}

pub(super) fn bad(text: &str) -> Painted<'_> {
    Painted {
        text,
        style: AnsiColor::Red.on_default().bold(),
    }
}

fn doubtful(text: &str) -> Painted<'_> {
    Painted {
        text,
        style: AnsiColor::Yellow.on_default().bold(),
    }
}

fn plain(text: &str) -> Painted<'_> {
    Painted {
        text,
        style: Style::new(),
    }
}

/// Coloured text; the stream that it is written to drops the colours where there
/// is no terminal.
pub(super) struct Painted<'a> {
    text: &'a str,
    style: Style,
}

impl fmt::Display for Painted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{:#}", self.style, self.text, self.style)
    }
}
