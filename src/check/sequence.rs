//! Counterexamples as sequence diagrams.

use super::story::Claimed;
use super::{Counterexample, Ending, Model};
use crate::draw::Sequence;

/// The lane of a model that does not say who acts.
const MODEL: &str = "model";

impl<M: Model> Counterexample<M> {
    /// The counterexample as a Mermaid `sequenceDiagram`: an arrow for each step,
    /// between those whom [`Model::participants`] names, a box around what is repeated
    /// for ever, and a note that says what is broken.
    ///
    /// # Examples
    ///
    /// ```
    /// # use fsmcheck::doctest::counter::Stairs;
    /// use fsmcheck::check::check;
    ///
    /// let report = check(&Stairs { top: 1 });
    /// assert_eq!(
    ///     report.violations().next().unwrap().mermaid(),
    ///     "sequenceDiagram
    ///     participant p_model as model
    ///     p_model->>p_model: Tick
    ///     Note over p_model: always #34;the top is out of reach#34; is broken
    /// "
    /// );
    /// ```
    #[must_use]
    pub fn mermaid(&self) -> String {
        let mut sequence = Sequence::default();
        let cycle = match self.ending {
            Ending::RepeatsFrom(from) => Some(from),
            Ending::Broken | Ending::Stops => None,
        };
        for (number, step) in self.labels().iter().enumerate() {
            if cycle == Some(number) {
                sequence.begin_loop("for ever");
            }
            let (from, to, label) = match &step.participants {
                Some(who) => (&*who.from, &*who.to, who.label.as_deref()),
                None => (MODEL, MODEL, None),
            };
            let (from, to) = (sequence.lane(from), sequence.lane(to));
            sequence.arrow(from, to, label.unwrap_or(&step.name));
        }
        if cycle.is_some_and(|from| from < self.steps().len()) {
            sequence.end_loop();
        }
        if self.steps().is_empty() {
            sequence.lane(MODEL);
        }
        let mut note = vec![format!("{} is broken", Claimed(self.kind, &self.property))];
        if self.ending == Ending::Stops {
            note.insert(0, "nothing more happens".to_owned());
        }
        sequence.note(note);
        sequence.mermaid()
    }
}
