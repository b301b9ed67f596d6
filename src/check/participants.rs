//! Who takes part in an action, for sequence diagrams.

/// Who takes part in an action, as a sequence diagram shows it.
///
/// # Examples
///
/// ```
/// use fsmcheck::check::Participants;
///
/// let delivered = Participants::between("manager", "worker 1").label("prepare");
/// let crashed = Participants::alone("worker 1");
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Participants {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) label: Option<String>,
}

impl Participants {
    /// One of the system's parts acts for itself.
    #[must_use]
    pub fn alone(name: impl Into<String>) -> Self {
        let name = name.into();
        Self {
            from: name.clone(),
            to: name,
            label: None,
        }
    }

    /// Something goes from one part to another.
    #[must_use]
    pub fn between(from: impl Into<String>, to: impl Into<String>) -> Self {
        Self {
            from: from.into(),
            to: to.into(),
            label: None,
        }
    }

    /// What is written at the arrow, in place of the action's name.
    #[must_use]
    pub fn label(self, label: impl Into<String>) -> Self {
        Self {
            label: Some(label.into()),
            ..self
        }
    }
}
