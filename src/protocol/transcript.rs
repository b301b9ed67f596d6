//! What is written down while a counterexample is taken once more.

use std::time::Duration;

use crate::framework::{Policy, Record, Timeouts};

/// What is written down while steps are taken: nothing, `()`, when a model is checked; a
/// [`Transcript`] when a counterexample is told.
pub trait Recorder {
    /// A call of the framework.
    fn call(&mut self, call: impl FnOnce() -> Call);

    /// Something that was stored, sent or logged.
    fn sent(&mut self, sent: impl FnOnce() -> Sent) {
        self.sent_if_any(|| Some(sent()));
    }

    /// Something that may have been stored, sent or logged.
    fn sent_if_any(&mut self, sent: impl FnOnce() -> Option<Sent>);
}

impl Recorder for () {
    fn call(&mut self, _: impl FnOnce() -> Call) {}

    fn sent_if_any(&mut self, _: impl FnOnce() -> Option<Sent>) {}
}

/// A call of the framework.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Call {
    /// The call as Rust: an expression whose value has a `Debug` form, in the terms of the
    /// model's [prelude](super::ProtocolModel::prelude). Of a call without an answer that
    /// is told of, a statement.
    pub code: String,
    /// The `Debug` form of its value, if it has one.
    pub answer: Option<String>,
}

impl Call {
    /// A call that answers.
    pub(super) fn new(code: impl Into<String>, answer: impl std::fmt::Debug) -> Self {
        Self {
            code: code.into(),
            answer: Some(format!("{answer:?}")),
        }
    }

    /// A statement.
    pub(super) fn statement(code: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            answer: None,
        }
    }
}

/// Something that was stored, sent or logged.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Sent {
    /// The record, if it is one that a trace can hold.
    pub record: Option<Record>,
    /// The message of the log line that the original writes here, if it writes one.
    pub message: Option<&'static str>,
    /// The level of that line.
    pub level: &'static str,
    /// The fields of that line, by name.
    pub fields: Vec<(&'static str, String)>,
}

impl Sent {
    /// A record that was stored or sent.
    pub(super) fn record(record: Record) -> Self {
        Self {
            record: Some(record),
            message: None,
            level: "INFO",
            fields: Vec::new(),
        }
    }

    /// A line of the original's log.
    pub(super) fn line(
        message: &'static str,
        fields: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Self {
        Self {
            record: None,
            message: Some(message),
            level: "INFO",
            fields: fields.into_iter().collect(),
        }
    }

    /// A line by which a process of the original ends.
    pub(super) fn panic(
        message: &'static str,
        fields: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Self {
        Self {
            level: "PANIC",
            ..Self::line(message, fields)
        }
    }
}

/// What was written down.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Transcript {
    /// The calls of the framework, in order.
    pub calls: Vec<Call>,
    /// What was stored, sent or logged, in order.
    pub sent: Vec<Sent>,
}

impl Recorder for Transcript {
    fn call(&mut self, call: impl FnOnce() -> Call) {
        self.calls.push(call());
    }

    fn sent_if_any(&mut self, sent: impl FnOnce() -> Option<Sent>) {
        self.sent.extend(sent());
    }
}

/// A policy as Rust.
pub(super) fn policy_code(policy: Policy) -> String {
    format!("\"{policy}\".parse::<Policy>().unwrap()")
}

/// The times that a run depends on, as Rust.
pub(super) fn timeouts_code(timeouts: &Timeouts) -> String {
    let members: [(&str, Duration); 8] = [
        ("heartbeat", timeouts.heartbeat),
        ("worker", timeouts.worker),
        ("grace", timeouts.grace),
        ("close", timeouts.close),
        ("wait_closed", timeouts.wait_closed),
        ("graceful_exit", timeouts.graceful_exit),
        ("executor", timeouts.executor),
        ("executor_grace", timeouts.executor_grace),
    ];
    let members = members.map(|(name, time)| {
        let nanos = time.as_nanos();
        format!("        {name}: Duration::from_nanos({nanos}),\n")
    });
    format!(
        "Timeouts {{\n{}        ..Timeouts::default()\n    }}",
        members.concat()
    )
}
