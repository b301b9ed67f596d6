//! Whether an entry is found where it should be, and only there.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::switch::{self, Need};
use super::{Outage, Story};
use crate::check::{AnyModel, AnyState, Check, Model as _, Progress, Property, Report, Store};
use crate::framework::{Policy, Rule};
use crate::protocol::{AnyProtocol, Configuration, ModelName, Promise, side_by_side};

/// What is known of a promise in one configuration.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Verdict {
    /// It holds: every state was seen.
    Holds,
    /// It is broken.
    Broken(Arc<Story>),
    /// The check ended before it was known.
    Undecided,
}

impl Verdict {
    /// How the promise is broken, if it is.
    #[must_use]
    pub fn story(&self) -> Option<&Story> {
        match self {
            Self::Broken(story) => Some(story),
            Self::Holds | Self::Undecided => None,
        }
    }

    /// Whether it is known that the promise holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        matches!(self, Self::Holds)
    }
}

/// What was found out of a promise in one configuration, and at what cost.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Checked {
    /// What is known.
    pub verdict: Verdict,
    /// How many states were seen.
    pub states: usize,
    /// How many steps away the farthest of them is.
    pub depth: usize,
    /// How long it took. Entries that ask for the same are answered together.
    pub took: Duration,
}

/// Whether some step needs a rule that is not in force.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "it is so, or not, or not known")]
pub enum Needed {
    /// No step of any run does.
    Never,
    /// One does, and no earlier one than this.
    InStep(usize),
    /// The check ended before it was known.
    Undecided,
}

/// What was found out of an entry.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Judged {
    /// The entry.
    pub outage: &'static Outage,
    /// The promise under the original's rules without that of the entry, where the rule was
    /// needed before.
    pub before: Checked,
    /// The promise under the original's rules of today. Where the original lacks the rule
    /// this is the same question without its last part.
    pub original: Checked,
    /// Whether the original of today comes to a key step. It may where it lacks the rule.
    pub original_needs: Needed,
    /// The promise under all rules.
    pub hardened: Checked,
    /// Whether the rule is necessary beside all others.
    pub need: Need,
}

impl Judged {
    /// Whether all is as the catalogue says: broken before, with a key step; no key step in
    /// the original that has the rule; all is well under all rules; and the rule is worth
    /// something beside the others.
    #[must_use]
    pub fn is_as_expected(&self) -> bool {
        let is_found = self.before.verdict.story().is_some();
        let is_mended = !self.outage.is_mended() || self.original_needs == Needed::Never;
        let is_worth_it = matches!(self.need, Need::Necessary(_) | Need::Covered { .. });
        is_found && is_mended && is_worth_it && self.hardened.verdict.holds()
    }
}

/// What is told of a check while it runs; a break ends it.
type OnProgress<'p> = dyn FnMut(&str, &Progress) -> ControlFlow<()> + 'p;

/// Judges entries of the catalogue. What several of them ask is answered once.
///
/// States are kept as fingerprints of 128 bits, since those of the original are many and
/// large: that one of a million is overlooked has odds of one to 10²⁶.
pub struct Judge<'p> {
    on_progress: Box<OnProgress<'p>>,
    threads: Option<usize>,
    answered: HashMap<Question, Arc<Answer>>,
}

/// A question that a check answers.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
struct Question {
    model: ModelName,
    configuration: Configuration,
    asked: Asked,
}

/// What is asked of a model.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Asked {
    /// A single promise.
    Promise(Promise),
    /// Each promise that speaks of single states, and which rules are needed anywhere.
    States,
    /// The first promise that is broken, of states or of runs.
    First,
}

/// What a check has answered.
#[derive(Debug, Default)]
struct Answer {
    promises: HashMap<Promise, Verdict>,
    needed: HashMap<Rule, Needed>,
    states: usize,
    depth: usize,
    took: Duration,
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
    /// entry, where the rule was needed before.
    pub fn before(&mut self, outage: &Outage) -> Checked {
        let configuration = Configuration {
            policy: Policy::before(outage.rule),
            watched: Some(outage.rule),
            ..outage.configuration()
        };
        self.promise(outage.model, configuration, outage.promise)
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
        let asked = Asked::Promise(promise);
        self.answer(Question {
            model,
            configuration,
            asked,
        })
        .checked(promise)
    }

    /// The first promise of a model that is broken, if one is.
    pub(super) fn first_broken(
        &mut self,
        model: ModelName,
        configuration: Configuration,
    ) -> Verdict {
        let answer = self.answer(Question {
            model,
            configuration,
            asked: Asked::First,
        });
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
        let asked = Asked::States;
        self.answer(Question {
            model,
            configuration,
            asked,
        })
    }

    fn answer(&mut self, question: Question) -> Arc<Answer> {
        if let Some(answer) = self.answered.get(&question) {
            return Arc::clone(answer);
        }
        let answer = Arc::new(self.ask(question));
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

impl Judge<'_> {
    /// Has a question answered by the model that it is about.
    fn ask(&mut self, question: Question) -> Answer {
        let started = Instant::now();
        let protocol = AnyProtocol::new(question.model, question.configuration);
        let asked = question.asked;
        let mut answer = Answer::default();
        // What speaks of single states takes less room, and all cores.
        for are_of_runs in [false, true] {
            let promises = asked.promises(&protocol.model, are_of_runs);
            let rules = asked.rules(are_of_runs);
            let is_answered = asked == Asked::First && answer.is_broken();
            if is_answered || promises.is_empty() && rules.is_empty() {
                continue;
            }
            let named = promises.iter().map(|(_, property)| property.clone());
            let spared = rules.iter().map(|rule| spares(&protocol, *rule));
            let properties: Vec<_> = named.chain(spared).collect();
            let report = self.check(&protocol, asked, &properties);
            let (of_promises, of_rules) = report.verdicts().split_at(promises.len());
            for ((promise, _), verdict) in promises.iter().zip(of_promises) {
                let told = told(&protocol, *promise, verdict);
                answer.promises.insert(*promise, told);
            }
            answer
                .needed
                .extend(rules.iter().copied().zip(of_rules.iter().map(first)));
            answer.states = report.unique();
            answer.depth = report.depth();
        }
        answer.took = started.elapsed();
        answer
    }

    fn check(
        &mut self,
        protocol: &AnyProtocol,
        asked: Asked,
        properties: &[Property<AnyModel>],
    ) -> Report<AnyModel> {
        let on_progress = &mut self.on_progress;
        let mut check = Check::new(&protocol.model)
            .store(Store::WideFingerprint)
            .on_progress(|progress| on_progress(protocol.name.as_str(), progress));
        if let Some(threads) = self.threads {
            check = check.threads(threads);
        }
        if asked != Asked::First {
            check = check.all_violations();
        }
        check.run_for(properties)
    }
}

impl std::fmt::Debug for Judge<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Judge")
            .field("threads", &self.threads)
            .field("answered", &self.answered.len())
            .finish_non_exhaustive()
    }
}

impl Answer {
    fn is_broken(&self) -> bool {
        let mut verdicts = self.promises.values();
        verdicts.any(|verdict| matches!(verdict, Verdict::Broken(_)))
    }

    fn checked(&self, promise: Promise) -> Checked {
        let verdict = self.promises.get(&promise).cloned();
        Checked {
            verdict: verdict.unwrap_or(Verdict::Undecided),
            states: self.states,
            depth: self.depth,
            took: self.took,
        }
    }
}

impl Asked {
    /// The promises that are asked for, those of runs or those of states.
    fn promises(self, model: &AnyModel, are_of_runs: bool) -> Vec<(Promise, Property<AnyModel>)> {
        let is_asked = |promise: Promise| {
            let is_wanted = match self {
                Self::Promise(wanted) => promise == wanted,
                Self::States => !are_of_runs,
                Self::First => true,
            };
            is_wanted && promise.is_liveness() == are_of_runs
        };
        let properties = model.properties().into_iter();
        properties
            .filter_map(|property| Some((property.name().parse().ok()?, property)))
            .filter(|(promise, _)| is_asked(*promise))
            .collect()
    }

    fn rules(self, are_of_runs: bool) -> &'static [Rule] {
        match self {
            Self::States if !are_of_runs => Rule::ALL,
            Self::States | Self::Promise(_) | Self::First => &[],
        }
    }
}

/// That no step needs a rule.
fn spares(protocol: &AnyProtocol, rule: Rule) -> Property<AnyModel> {
    let trail = protocol.trail();
    Property::never(format!("`{rule}` is needed"), move |_, state: &AnyState| {
        trail(state).is_needed(rule)
    })
}

/// The first step that needs the rule which a property says is not needed.
fn first(verdict: &crate::check::Verdict<AnyModel>) -> Needed {
    match verdict.counterexample() {
        Some(counterexample) => Needed::InStep(counterexample.steps().len()),
        None if verdict.holds() => Needed::Never,
        None => Needed::Undecided,
    }
}

fn told(
    protocol: &AnyProtocol,
    promise: Promise,
    verdict: &crate::check::Verdict<AnyModel>,
) -> Verdict {
    match verdict.counterexample() {
        Some(counterexample) => {
            let story = Story::of(protocol, promise, counterexample);
            Verdict::Broken(Arc::new(story))
        }
        None if verdict.holds() => Verdict::Holds,
        None => Verdict::Undecided,
    }
}
