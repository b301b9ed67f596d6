//! Grouping states by some of their fields, as the forms in which they are shown have them.

use std::collections::BTreeSet;

use super::{StateGraph, StateGraphError};
use crate::check::Model;
use crate::check::form::{Form, Kind};

impl<M: Model> StateGraph<M> {
    /// The graph in which all states that agree in these fields are one node, by the
    /// [forms](Model::state_form) of the states. [`grouped_by`](StateGraph::grouped_by) takes any
    /// label.
    ///
    /// # Errors
    ///
    /// When no state has a field of one of these names.
    pub fn grouped_by_fields(self, fields: &[impl AsRef<str>]) -> Result<Self, StateGraphError> {
        let forms: Vec<_> = self
            .notes
            .iter()
            .map(|note| Form::read(&note.form))
            .collect();
        let known: BTreeSet<_> = forms.iter().flat_map(fields_of).collect();
        let wanted = fields.iter().map(AsRef::as_ref);
        if let Some(field) = wanted.clone().find(|field| !known.contains(field)) {
            return Err(StateGraphError::UnknownField {
                field: field.to_owned(),
                known: known.into_iter().map(str::to_owned).collect(),
            });
        }
        let labels = forms.iter().map(|form| {
            let values = wanted.clone().filter_map(|field| value_of(form, field));
            values.collect::<Vec<_>>().join(", ")
        });
        let labels = labels.collect();
        Ok(self.grouped(labels))
    }
}

fn fields_of<'t>(form: &Form<'t>) -> Vec<&'t str> {
    match &form.kind {
        Kind::Struct(_, fields) => fields.iter().map(|(name, _)| *name).collect(),
        _ => Vec::new(),
    }
}

/// A field with its value, if there is one of this name.
fn value_of(form: &Form<'_>, field: &str) -> Option<String> {
    let Kind::Struct(_, fields) = &form.kind else {
        return None;
    };
    let (name, value) = fields.iter().find(|(name, _)| *name == field)?;
    Some(format!("{name}: {}", value.text))
}
