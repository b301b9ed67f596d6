//! What an event does in a state, and how that is said.

use crate::graph::{Condition, EventId, Graph, StateId, Transition, TransitionKind};

/// What an event does in a state, whoever answers it.
pub(super) struct Outcome {
    pub(super) event: EventId,
    pub(super) to: StateId,
    pub(super) stays: bool,
    /// Whether data changes although no transition is taken.
    pub(super) changes_data: bool,
    /// In how many of how many configurations; `None` when always.
    share: Option<(u32, u32)>,
}

impl Outcome {
    pub(super) fn new(transition: &Transition, to: StateId) -> Self {
        let share = |condition: &Condition| (condition.holds_in, condition.of);
        Self {
            event: transition.event,
            to,
            stays: transition.kind == TransitionKind::Stayed,
            changes_data: transition.changes_data,
            share: transition.condition.as_ref().map(share),
        }
    }

    pub(super) fn label<'g>(&self, graph: &'g Graph) -> Label<'g> {
        let remark = match (self.stays, self.changes_data) {
            (true, true) => " (stays, data changes)",
            (true, false) => " (stays)",
            (false, true) => " (data changes)",
            (false, false) => "",
        };
        Label {
            event: graph.event(self.event),
            qualifier: self.condition() + remark,
        }
    }

    /// Under which condition it happens, with a space before it, or nothing.
    pub(super) fn condition(&self) -> String {
        self.share
            .map(|(holds_in, of)| format!(" [{holds_in} of {of}]"))
            .unwrap_or_default()
    }

    /// Takes in another case of the same thing, answered at another level.
    fn absorb(&mut self, other: &Self) {
        self.share = match (self.share, other.share) {
            (Some((some, of)), Some((more, _))) if some.saturating_add(more) < of => {
                Some((some + more, of))
            }
            _ => None,
        };
    }

    fn looks_like(&self, other: &Self) -> bool {
        (self.event, self.to, self.stays, self.changes_data)
            == (other.event, other.to, other.stays, other.changes_data)
    }
}

/// What the events do in a state, in the order of the alphabet.
pub(super) fn outcomes<'a>(
    transitions: impl IntoIterator<Item = (&'a Transition, StateId)>,
) -> Vec<Outcome> {
    let mut outcomes: Vec<Outcome> = Vec::new();
    for (transition, to) in transitions {
        let outcome = Outcome::new(transition, to);
        match outcomes.last_mut() {
            Some(last) if last.looks_like(&outcome) => last.absorb(&outcome),
            _ => outcomes.push(outcome),
        }
    }
    outcomes
}

/// One event at an arrow or in a box.
pub(super) struct Label<'g> {
    event: &'g str,
    /// What is said after the event, such as ` [2 of 3] (stays, data changes)`:
    /// characters that mean nothing in any format.
    qualifier: String,
}

/// The labels of one arrow or box, the events quoted.
pub(super) fn written(
    labels: &[Label<'_>],
    line_break: &str,
    quote: impl Fn(&str) -> String,
) -> String {
    let line = |label: &Label<'_>| quote(label.event) + &label.qualifier;
    let lines: Vec<_> = labels.iter().map(line).collect();
    lines.join(line_break)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::sample;
    use crate::graph::{GraphBuilder, SuperstateId};

    #[test]
    fn cases_of_one_outcome_are_counted_together() {
        let case = |by: Option<u32>, holds_in| Transition {
            event: EventId::new(0),
            kind: TransitionKind::Stayed,
            by: by.map(SuperstateId::new),
            condition: Some(sample::condition(holds_in, 3)),
            changes_data: false,
        };
        let mut builder = GraphBuilder::new("m", ["e"]);
        let superstate = builder.superstate("up", None);
        let state = builder.state("s", Some(superstate));
        builder.start(state);
        builder.transition(state, case(None, 1), state);
        let mut always = builder.clone();
        builder.transition(state, case(Some(0), 1), state);
        always.transition(state, case(Some(0), 2), state);

        let shares = |graph: &Graph| -> Vec<_> {
            let outcomes = outcomes(graph.transitions_from(state));
            outcomes.iter().map(|outcome| outcome.share).collect()
        };
        assert_eq!(shares(&builder.build().unwrap()), [Some((2, 3))]);
        assert_eq!(shares(&always.build().unwrap()), [None]);
    }
}
