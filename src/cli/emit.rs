//! Counterexamples for other readers than people.

use clap::Args;

use crate::protocol::Emitted;

/// In which form a counterexample is written in the place of the answer.
#[derive(Args, Clone, Copy, Debug)]
#[group(multiple = false)]
pub(super) struct EmitOptions {
    /// Print counterexamples as Rust tests that take the same calls of the framework
    #[arg(long)]
    emit_test: bool,
    /// Print the records that counterexamples store and send (JSON Lines), for `replay`
    #[arg(long)]
    emit_records: bool,
    /// Print the log lines that the original writes in counterexamples
    #[arg(long)]
    emit_log: bool,
}

impl EmitOptions {
    pub(super) fn is_asked_for(self) -> bool {
        self.emit_test || self.emit_records || self.emit_log
    }

    /// The form that is asked for.
    pub(super) fn chosen(self, emitted: &Emitted) -> &str {
        if self.emit_test {
            &emitted.test
        } else if self.emit_records {
            &emitted.records
        } else {
            &emitted.log
        }
    }
}
