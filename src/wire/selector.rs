//! A condition on labels as it travels.

use serde::{Deserialize, Serialize};

use crate::wire::json::record;

/// A condition on one label, as text that nobody has checked yet.
#[derive(Clone, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(default)]
#[expect(
    clippy::exhaustive_structs,
    reason = "its members are fixed by the wire, and users fill them in"
)]
pub struct Selector {
    /// The label's key.
    #[serde(rename = "label")]
    pub key: String,
    /// What the label's value is compared with.
    pub target: String,
    /// How they are compared: `eq`, `neq` or `regex`.
    pub op: String,
}

record!(Selector, usually 96 bytes {
    "label": key,
    "target": target,
    "op": op,
});
