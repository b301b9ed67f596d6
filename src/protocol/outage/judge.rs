//! Whether an entry is found where it should be, and only there.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::question::{Answer, Asked, OnProgress, Question};
use super::switch::{self, combinations};
use super::{Checked, Judged, Needed, Outage, Verdict};
use crate::check::Progress;
use crate::framework::{Policy, Rule};
use crate::protocol::{Configuration, ModelName, Promise, side_by_side};

/// Judges entries of the catalogue. What several of them ask is answered once.
///
/// States are kept as fingerprints of 128 bits, since those of the original are many and
/// large: that one of a million is overlooked has odds of one to 10²⁶.
pub struct Judge<'p> {
    on_progress: Box<OnProgress<'p>>,
    threads: Option<usize>,
    answered: HashMap<Question, Arc<Answer>>,
}

impl Default for Judge<'_> {
    fn default() -> Self {
        Self {
            on_progress: Box::new(|_, _| ControlFlow::Continue(())),
            threads: None,
            answered: HashMap::new(),
        }
    }
}

impl<'p> Judge<'p> {
    /// A judge that knows nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Tells about ten times a second what is being checked and how far it is, and leaves
    /// what is undecided when the answer is a break.
    #[must_use]
    pub fn on_progress(
        self,
        on_progress: impl FnMut(&str, &Progress) -> ControlFlow<()> + 'p,
    ) -> Self {
        Self {
            on_progress: Box::new(on_progress),
            ..self
        }
    }

    /// How many threads take part; all cores unless given.
    #[must_use]
    pub fn threads(self, threads: usize) -> Self {
        Self {
            threads: Some(threads),
            ..self
        }
    }

    /// Judges an entry.
    pub fn judge(&mut self, outage: &'static Outage) -> Judged {
        let (original, original_needs) = self.under(outage, Policy::original());
        Judged {
            outage,
            before: self.before(outage),
            original,
            original_needs,
            hardened: self.under(outage, Policy::hardened()).0,
            need: switch::need(self, outage),
        }
    }

    /// How an entry comes about: its promise under the original's rules without that of the
    /// entry, where the rule was needed before. The story is one in which no other rule is
    /// missed, or else as few as can be of those that a shortest one misses.
    pub fn before(&mut self, outage: &Outage) -> Checked {
        let alone = self.before_missing(outage, Some(vec![outage.rule]));
        if !alone.verdict.holds() {
            return alone;
        }
        let any = self.before_missing(outage, None);
        let story = any.verdict.story();
        let others = story.map_or_else(Vec::new, |story| story.missed_beside(outage.rule));
        let mut took = alone.took + any.took;
        for size in 1..others.len() {
            for mut missed in combinations(&others, size) {
                missed.push(outage.rule);
                let few = self.before_missing(outage, Some(missed));
                took += few.took;
                if !few.verdict.holds() {
                    return Checked { took, ..few };
                }
            }
        }
        Checked { took, ..any }
    }

    /// The same, if these rules alone may be missed.
    pub(super) fn before_missing(&mut self, outage: &Outage, missed: Option<Vec<Rule>>) -> Checked {
        let configuration = Configuration {
            policy: Policy::before(outage.rule),
            watched: Some(outage.rule),
            ..outage.configuration()
        };
        let question = Question {
            missed,
            ..Question::new(outage.model, configuration, Asked::Promise(outage.promise))
        };
        self.answer(question).checked(outage.promise)
    }

    /// The entry's promise under a policy, and whether its rule is needed there.
    fn under(&mut self, outage: &Outage, policy: Policy) -> (Checked, Needed) {
        let configuration = Configuration {
            policy,
            ..outage.configuration()
        };
        let answer = self.states(outage.model, configuration);
        let needed = answer.needed.get(&outage.rule);
        let needed = needed.copied().unwrap_or(Needed::Undecided);
        let checked = if outage.promise.is_liveness() {
            self.promise(outage.model, configuration, outage.promise)
        } else {
            answer.checked(outage.promise)
        };
        (checked, needed)
    }

    /// A single promise.
    pub(super) fn promise(
        &mut self,
        model: ModelName,
        configuration: Configuration,
        promise: Promise,
    ) -> Checked {
        self.answer(Question::new(model, configuration, Asked::Promise(promise)))
            .checked(promise)
    }

    /// The first promise of a model that is broken, if one is.
    pub(super) fn first_broken(
        &mut self,
        model: ModelName,
        configuration: Configuration,
    ) -> Verdict {
        let answer = self.answer(Question::new(model, configuration, Asked::First));
        let mut is_undecided = false;
        for promise in Promise::ALL {
            match answer.promises.get(promise) {
                Some(broken @ Verdict::Broken(_)) => return broken.clone(),
                Some(Verdict::Undecided) => is_undecided = true,
                Some(Verdict::Holds) | None => {}
            }
        }
        if is_undecided {
            Verdict::Undecided
        } else {
            Verdict::Holds
        }
    }

    fn states(&mut self, model: ModelName, configuration: Configuration) -> Arc<Answer> {
        self.answer(Question::new(model, configuration, Asked::States))
    }

    fn answer(&mut self, question: Question) -> Arc<Answer> {
        if let Some(answer) = self.answered.get(&question) {
            return Arc::clone(answer);
        }
        let answer = Arc::new(question.ask(self.threads, &mut *self.on_progress));
        self.answered.insert(question, Arc::clone(&answer));
        answer
    }
}

/// Judges entries, those of different models at the same time, on so many threads. The
/// answers are in the order of the entries, and as those of a single [`Judge`].
///
/// Tells about ten times a second what is being checked and how far it is, and leaves what
/// is undecided when the answer is a break.
///
/// # Examples
///
/// ```
/// use std::ops::ControlFlow;
///
/// use fsmcheck::protocol::outage::{Outage, judge_all};
///
/// let entries = [Outage::named("A13")?, Outage::named("A18")?].concat();
/// let judged = judge_all(&entries, 2, |_, _| ControlFlow::Continue(()));
/// assert!(judged.iter().all(|entry| entry.is_as_expected()));
/// # Ok::<(), fsmcheck::protocol::outage::UnknownOutage>(())
/// ```
#[must_use]
pub fn judge_all(
    outages: &[&'static Outage],
    threads: usize,
    on_progress: impl Fn(&str, &Progress) -> ControlFlow<()> + Sync,
) -> Vec<Judged> {
    let mut models: Vec<_> = outages.iter().map(|outage| outage.model).collect();
    models.sort_unstable();
    models.dedup();
    // What entries of one model ask is often the same, and one judge answers it once.
    let judged = side_by_side(&models, threads, |model, threads| {
        let mut judge = Judge::new().threads(threads).on_progress(&on_progress);
        let entries = outages.iter().enumerate();
        let of_model = entries.filter(|(_, outage)| outage.model == *model);
        let judged = of_model.map(|(place, outage)| (place, judge.judge(outage)));
        judged.collect::<Vec<_>>()
    });
    let mut judged: Vec<_> = judged.into_iter().flatten().collect();
    judged.sort_by_key(|(place, _)| *place);
    judged.into_iter().map(|(_, judged)| judged).collect()
}

impl std::fmt::Debug for Judge<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Judge")
            .field("threads", &self.threads)
            .field("answered", &self.answered.len())
            .finish_non_exhaustive()
    }
}
