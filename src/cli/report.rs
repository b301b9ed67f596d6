//! Parts that several answers share: JSON and colours.

use std::fmt;
use std::io::Write;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::CliError;

/// One JSON document and a line end.
pub(super) fn json(document: &impl Serialize, out: &mut dyn Write) -> Result<(), CliError> {
    serde_json::to_writer_pretty(&mut *out, document)?;
    writeln!(out)?;
    Ok(())
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

pub(super) fn doubtful(text: &str) -> Painted<'_> {
    Painted {
        text,
        style: AnsiColor::Yellow.on_default().bold(),
    }
}

pub(super) fn plain(text: &str) -> Painted<'_> {
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
