//! Counterexamples for other readers: as a Rust test, as records, as log lines.

use std::fmt::Write as _;

use super::{Call, ProtocolModel, Sent, Transcript};
use crate::check::Counterexample;
use crate::framework::Record;

/// A counterexample for other readers.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Emitted {
    /// A Rust test that takes the same calls of the [`framework`](crate::framework) once
    /// more, without the model and without the checker, and holds every answer against
    /// what it was.
    pub test: String,
    /// The records that are stored and sent, one JSON document a line, for `replay`.
    pub records: String,
    /// The lines that the original writes to its logs.
    pub log: String,
}

/// A counterexample for other readers.
///
/// # Panics
///
/// Never, if the counterexample is of this model.
#[must_use]
pub fn emit<M: ProtocolModel>(model: &M, counterexample: &Counterexample<M>) -> Emitted {
    let mut emitted = Emitted::default();
    let mut body = String::new();
    let states = counterexample.walk().states();
    let steps = states.zip(counterexample.walk().actions());
    for (number, ((state, action), name)) in (1..).zip(steps.zip(counterexample.names())) {
        let mut transcript = Transcript::default();
        // The step was taken before, so it is possible.
        let _ = model.transcribe(state, action, &mut transcript);
        let _ = writeln!(body, "\n    // {number}. {name}");
        for call in &transcript.calls {
            statement(call, &mut body);
        }
        for sent in &transcript.sent {
            if let Some(record) = &sent.record {
                emitted.records.extend(json(record));
            }
            emitted.log.extend(log_line(number, sent));
        }
    }
    emitted.test = format!(
        "// {}: {}\n// Policy: {}\n\n#[test]\nfn {}() {{\n{}{body}}}\n",
        M::NAME,
        counterexample.property(),
        model.configuration().policy,
        identifier(counterexample.property()),
        indented(&model.prelude()),
    );
    emitted
}

fn indented(text: &str) -> String {
    text.lines().fold(String::new(), |mut out, line| {
        let indent = if line.is_empty() { "" } else { "    " };
        let _ = writeln!(out, "{indent}{line}");
        out
    })
}

fn statement(call: &Call, body: &mut String) {
    let _ = match &call.answer {
        Some(answer) => writeln!(
            body,
            "    assert_eq!(format!(\"{{:?}}\", {}), {answer:?});",
            call.code
        ),
        None => {
            let code = call.code.trim_end();
            let end = if code.ends_with([';', '}']) { "" } else { ";" };
            write!(body, "{}", indented(&format!("{code}{end}")))
        }
    };
}

/// The name of a property as that of a function.
fn identifier(name: &str) -> String {
    let word = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '_'
        }
    };
    name.chars().map(word).collect()
}

/// A record as a line; nothing for one that JSON cannot hold.
fn json(record: &Record) -> Option<String> {
    let json = match record {
        Record::Worker(worker) => worker.to_json(),
        Record::Master(master) => master.to_json(),
        Record::Message(message) => message.to_json(),
    };
    json.ok().map(|json| json + "\n")
}

/// A line as the original's log has it. Each step takes a second of a day that is as good
/// as any.
fn log_line(step: usize, sent: &Sent) -> Option<String> {
    let message = sent.message?;
    let (minute, second) = (step / 60 % 60, step % 60);
    let mut line = format!(
        "[2024/01/01 00:{minute:02}:{second:02}.000 +00:00] [{}] [<unknown>] [{}]",
        sent.level,
        bare_or_quoted(message)
    );
    for (name, value) in &sent.fields {
        let _ = write!(
            line,
            " [{}={}]",
            bare_or_quoted(name),
            bare_or_quoted(value)
        );
    }
    Some(line + "\n")
}

/// A part of a log line: as it is, or as a JSON string where it holds what the form of the
/// line itself is made of.
fn bare_or_quoted(text: &str) -> String {
    let is_special = |c: char| c.is_control() || matches!(c, ' ' | '"' | '=' | '[' | ']');
    if text.is_empty() || text.contains(is_special) {
        serde_json::Value::from(text).to_string()
    } else {
        text.to_owned()
    }
}
