//! `explain`: what the code of a finding means.

use std::io::Write;

use serde::Serialize;

use super::arguments::ExplainOptions;
use super::format::Format;
use super::{Answer, CliError, report};
use crate::graph::lint::{Code, Explanation};

/// The answer as a document: see docs/json.md.
#[derive(Serialize)]
struct Document {
    codes: Vec<Explanation>,
}

pub(super) fn explain(options: &ExplainOptions, out: &mut dyn Write) -> Result<Answer, CliError> {
    let code = options
        .code
        .as_deref()
        .map(str::parse::<Code>)
        .transpose()?;
    match (options.format, code) {
        (Format::Json, _) => {
            let codes = code.map_or(Code::ALL.to_vec(), |code| vec![code]);
            report::json(
                &Document {
                    codes: codes.into_iter().map(Code::explanation).collect(),
                },
                out,
            )?;
        }
        (Format::Human, Some(code)) => write!(out, "{}", code.explanation())?,
        (Format::Human, None) => {
            let width = Code::ALL
                .iter()
                .map(|code| code.as_str().len())
                .max()
                .unwrap_or(0);
            for code in Code::ALL {
                let meaning = code.explanation().meaning;
                let first = meaning
                    .split_inclusive(". ")
                    .next()
                    .unwrap_or(meaning)
                    .trim_end();
                writeln!(
                    out,
                    "{code:width$}  {:7}  {first}",
                    code.level().to_string()
                )?;
            }
        }
    }
    Ok(Answer::Yes)
}
