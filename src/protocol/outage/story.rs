//! How a promise is broken, told.

use std::fmt::{self, Write as _};

use crate::check::{AnyModel, Counterexample, Ending};
use crate::framework::Rule;
use crate::protocol::{AnyProtocol, Emitted, ModelName, Promise};

/// How a promise is broken: a counterexample, whatever model it is of.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Story {
    /// The model.
    pub model: ModelName,
    /// The promise.
    pub promise: Promise,
    /// The steps, in plain words.
    pub steps: Vec<String>,
    /// The rules that were needed and are not in force, each with the number of the step,
    /// from 1 on.
    pub needed: Vec<(usize, Rule)>,
    /// How it goes on behind the last step.
    pub ending: Ending,
    /// As a Mermaid sequence diagram.
    pub sequence: String,
    /// As one line that the model reads again.
    pub line: String,
    /// As the document that `docs/json.md` describes.
    pub json: serde_json::Value,
    /// As a Rust test, as records and as log lines.
    pub emitted: Emitted,
}

impl Story {
    pub(super) fn of(
        protocol: &AnyProtocol,
        promise: Promise,
        counterexample: &Counterexample<AnyModel>,
    ) -> Self {
        let trail = protocol.trail();
        let states = counterexample.walk().states().enumerate();
        let needed = states.flat_map(|(step, state)| {
            let rules = Rule::ALL.iter().copied();
            rules
                .filter(|rule| trail(state).is_needed(*rule))
                .map(move |rule| (step, rule))
        });
        Self {
            model: protocol.name,
            promise,
            steps: counterexample.names().map(str::to_owned).collect(),
            needed: needed.collect(),
            ending: counterexample.ending(),
            sequence: counterexample.mermaid(),
            line: counterexample.line(),
            json: serde_json::to_value(counterexample).unwrap_or_default(),
            emitted: protocol.emit(counterexample),
        }
    }

    /// The rules that were needed beside this one.
    pub(super) fn missed_beside(&self, rule: Rule) -> Vec<Rule> {
        let needed = self.needed.iter().map(|(_, needed)| *needed);
        let mut others: Vec<_> = needed.filter(|needed| *needed != rule).collect();
        others.sort_unstable();
        others.dedup();
        others
    }
}

/// Numbered steps, each with the rules that were needed in it.
impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.steps.len().to_string().len();
        for (number, step) in (1..).zip(&self.steps) {
            if self.ending == Ending::RepeatsFrom(number - 1) {
                writeln!(f, "  for ever:")?;
            }
            writeln!(f, "  {number:width$}  {step}")?;
            for (_, rule) in self.needed.iter().filter(|(at, _)| *at == number) {
                writeln!(f, "  {:width$}    here `{rule}` is needed", "")?;
            }
        }
        let after = match self.ending {
            Ending::Stops => "nothing more happens: ",
            Ending::RepeatsFrom(from) if from == self.steps.len() => "it stays so for ever: ",
            _ => "",
        };
        let mut last = String::new();
        write!(last, "{after}{} is broken", self.promise)?;
        writeln!(f, "  {:width$}  {last}", "")
    }
}
