//! Whom an answer is for.

use clap::ValueEnum;

/// For people or for programs.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub(super) enum Format {
    /// Text for people
    #[default]
    #[value(alias = "text")]
    Human,
    /// One JSON document
    Json,
}
