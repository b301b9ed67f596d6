//! What running the machine has shown, and how far it was run.

use super::subject::Subject;
use super::{Code, Finding};
use crate::graph::{Completeness, Observation, ObservationKind};

pub(super) fn lint(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let observations = subject.graph.observations().iter();
    findings.extend(observations.map(|observation| observed(subject, observation)));
    findings.extend(not_exhaustive(subject));
}

fn observed(subject: &Subject<'_>, observation: &Observation) -> Finding {
    let state = subject.name(observation.state);
    let event = observation.event.map(|event| subject.graph.event(event));
    let on_event = event.map_or_else(String::new, |event| format!(" on `{event}`"));
    let detail = &observation.detail;
    let (code, message) = match observation.kind {
        ObservationKind::Panicked => (
            Code::HandlerPanics,
            format!(
                "`{state}` panics{on_event}: {detail}; let it refuse the event (`Super`) or \
                 move to a state for what went wrong"
            ),
        ),
        ObservationKind::Nondeterministic => (
            Code::Nondeterministic,
            format!(
                "`{state}` does not always answer alike{on_event}: {detail}; put what decides \
                 (time, chance, anything outside of the machine) into the event or the storage"
            ),
        ),
        ObservationKind::RefusedButChanged => (
            Code::RefusedButChanged,
            format!(
                "`{state}` changes data{on_event} and then refuses it: {detail}; change nothing \
                 before it is sure that the event is handled"
            ),
        ),
        ObservationKind::EntryNotRepeatable => (
            Code::EntryNotRepeatable,
            format!(
                "the entry actions of `{state}` change data when they are repeated, as on \
                 restoring a saved machine: {detail}; set values instead of adding to them, or \
                 restore without entry actions"
            ),
        ),
        ObservationKind::InvariantBroken => (
            Code::InvariantBroken,
            format!("in `{state}` {detail}; mend the step that leads there or the invariant"),
        ),
    };
    let mut finding = subject.finding(code, [observation.state], observation.event, message);
    finding.walk = subject.write_down(&observation.walk);
    finding
}

fn not_exhaustive(subject: &Subject<'_>) -> Option<Finding> {
    let (limit, remedy) = match subject.graph.completeness() {
        Completeness::Exhaustive => return None,
        Completeness::ConfigurationLimit => (
            "number of configurations",
            "raise it, or tell the machine which data makes no difference (an abstraction)",
        ),
        Completeness::DepthLimit => ("depth", "raise it"),
        Completeness::TimeLimit => ("time", "raise it"),
    };
    let message = format!(
        "the limit on {limit} was reached after {} configurations, so what was not found may \
         still be there, and lints about what is missing are silent; {remedy}",
        subject.graph.configuration_count()
    );
    Some(subject.finding(Code::NotExhaustive, [], [], message))
}
