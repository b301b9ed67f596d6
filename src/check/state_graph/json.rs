//! A graph of states in JSON.

use super::StateGraph;
use super::picture::Picture;
use crate::check::{Model, json};

impl<M: Model> StateGraph<M> {
    /// The graph as one JSON document, which `docs/json.md` describes.
    #[must_use]
    pub fn to_json(&self) -> String {
        json::pretty(&Picture::new(self))
    }
}
