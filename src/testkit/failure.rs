//! What is wrong with a machine, with the way there and the line that goes it
//! again.

use std::error::Error;
use std::fmt;

use super::notation;
use super::run::{Configuration, starts, take};
use crate::graph::NamedWalk;
use crate::graph::lint::{Code, Finding};
use crate::machine::Explorable;

/// A machine does not pass a check.
///
/// Its `Debug` form is its `Display` form, because that is what a test that
/// returns it shows.
#[derive(Clone, Eq, PartialEq)]
pub struct Failure {
    machine: String,
    check: &'static str,
    troubles: Vec<Trouble>,
}

/// One thing that is wrong, as a part of a [`Failure`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Trouble {
    message: String,
    walk: Option<String>,
    rerun: Option<String>,
}

/// How many troubles are printed; more help nobody.
const SHOWN: usize = 20;

impl Failure {
    pub(super) fn new<M: Explorable>(check: &'static str, troubles: Vec<Trouble>) -> Self {
        Self {
            machine: M::name(),
            check,
            troubles,
        }
    }

    /// The same, or nothing when there is no trouble.
    pub(super) fn unless_empty<M: Explorable>(
        check: &'static str,
        troubles: Vec<Trouble>,
    ) -> Result<(), Self> {
        if troubles.is_empty() {
            Ok(())
        } else {
            Err(Self::new::<M>(check, troubles))
        }
    }

    /// Name of the machine.
    #[must_use]
    pub fn machine(&self) -> &str {
        &self.machine
    }

    /// What was checked, in a few words.
    #[must_use]
    pub fn check(&self) -> &'static str {
        self.check
    }

    /// What is wrong, at least one thing.
    #[must_use]
    pub fn troubles(&self) -> &[Trouble] {
        &self.troubles
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} fails the check \"{}\"", self.machine, self.check)?;
        for trouble in self.troubles.iter().take(SHOWN) {
            write!(f, "\n{trouble}")?;
        }
        if self.troubles.len() > SHOWN {
            write!(f, "\n- and {} more", self.troubles.len() - SHOWN)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for Failure {}

impl Trouble {
    /// Trouble to which no walk leads.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            walk: None,
            rerun: None,
        }
    }

    /// Trouble at the end of a walk, or when `last` happens there.
    pub(super) fn after<M: Explorable>(
        message: impl Into<String>,
        walk: &NamedWalk,
        last: Option<&str>,
    ) -> Self {
        let mut shown = walk.to_string();
        if let Some(last) = last {
            shown += &format!(", and then {last}");
        }
        let start = start_of::<M>(walk);
        let events = walk.steps.iter().map(|step| step.event.as_str());
        Self {
            message: message.into(),
            walk: Some(shown),
            rerun: Some(rerun_line::<M>(&notation::written(
                start.as_deref(),
                events.chain(last),
            ))),
        }
    }

    /// Trouble at the end of a walk that is given in the notation of
    /// [`rerun`](super::rerun()).
    pub(super) fn at<M: Explorable>(
        message: impl Into<String>,
        shown: impl Into<String>,
        walk: &str,
    ) -> Self {
        Self {
            message: message.into(),
            walk: Some(shown.into()),
            rerun: Some(rerun_line::<M>(walk)),
        }
    }

    pub(super) fn found<M: Explorable>(finding: &Finding) -> Self {
        let Finding {
            level,
            code,
            message,
            ..
        } = finding;
        let mut message = format!("{level}[{code}]: {message}");
        if let Some(cycle) = &finding.cycle {
            message += &format!("\n  for ever: {cycle}");
        }
        let last = match code {
            Code::HandlerPanics | Code::Nondeterministic | Code::RefusedButChanged => {
                finding.events.first()
            }
            _ => None,
        };
        match &finding.walk {
            Some(walk) => Self::after::<M>(message, walk, last.map(String::as_str)),
            None => Self::new(message),
        }
    }

    /// What is wrong, where, and what to do.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The shortest walk from a start to it, where a walk leads to it.
    #[must_use]
    pub fn walk(&self) -> Option<&str> {
        self.walk.as_deref()
    }

    /// The line that takes this walk again, to be put into a test.
    #[must_use]
    pub fn rerun(&self) -> Option<&str> {
        self.rerun.as_deref()
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "- {}", self.message)?;
        if let Some(walk) = &self.walk {
            write!(f, "\n  walk: {walk}")?;
        }
        if let Some(rerun) = &self.rerun {
            write!(f, "\n  rerun: {rerun}")?;
        }
        Ok(())
    }
}

/// The name of the start from which a machine takes a walk through these states;
/// `None` where there is only one.
fn start_of<M: Explorable>(walk: &NamedWalk) -> Option<String> {
    let starts = starts::<M>().ok().filter(|starts| starts.len() > 1)?;
    let alphabet = M::alphabet();
    let event_named = |name: &str| {
        let is_it = |event: &&M::Event<'static>| M::name_of_event(event) == name;
        alphabet.iter().find(is_it)
    };
    let is_at = |here: &Configuration<M>, name: &str| M::state_name(&here.1) == name;
    let follows = |start: &Configuration<M>| {
        let mut here = start.clone();
        walk.steps.iter().all(|step| {
            match event_named(&step.event).map(|event| take::<M>(&here, event)) {
                Some(Ok(taken)) => here = taken.after,
                _ => return false,
            }
            is_at(&here, &step.to)
        })
    };
    let begins = |start: &Configuration<M>| is_at(start, &walk.start) && follows(start);
    let start = starts
        .into_iter()
        .find(|start| begins(&start.configuration));
    Some(start.map_or_else(|| walk.start.clone(), |start| start.name))
}

/// The line that takes a walk again.
pub(super) fn rerun_line<M: Explorable>(walk: &str) -> String {
    format!(
        "fsmcheck::testkit::rerun::<{}>({})?;",
        without_paths(std::any::type_name::<M>()),
        notation::literal(walk)
    )
}

/// A type as one writes it where everything is imported.
fn without_paths(type_name: &str) -> String {
    type_name
        .split_inclusive(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'))
        .map(|part| part.rsplit("::").next().unwrap_or(part))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctest::door::Door;

    #[test]
    fn a_type_is_named_without_paths() {
        assert_eq!(without_paths("a::b::Door"), "Door");
        assert_eq!(
            without_paths("a::Pair<b::Left, c::d::Right<'_>>"),
            "Pair<Left, Right<'_>>"
        );
    }

    #[test]
    fn the_debug_form_is_for_reading_and_ends() {
        let troubles: Vec<_> = (0..25).map(|n| Trouble::new(format!("t{n}"))).collect();
        let failure = Failure::new::<Door>("all is well", troubles);
        let text = format!("{failure:?}");
        assert!(
            text.starts_with("Door fails the check \"all is well\"\n- t0\n- t1\n"),
            "{text}"
        );
        assert!(text.ends_with("- t19\n- and 5 more"), "{text}");
        assert_eq!(failure.troubles().len(), 25);
    }
}
