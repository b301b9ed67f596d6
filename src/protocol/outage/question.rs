//! What is asked of a model, and how a check answers it.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Checked, Needed, Story, Verdict};
use crate::check::{AnyModel, AnyState, Check, Model as _, Progress, Property, Store};
use crate::framework::Rule;
use crate::protocol::{AnyProtocol, Configuration, ModelName, Promise};

/// What is told of a check while it runs; a break ends it.
pub(super) type OnProgress<'p> = dyn FnMut(&str, &Progress) -> ControlFlow<()> + 'p;

/// A question that a check answers.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct Question {
    pub(super) model: ModelName,
    pub(super) configuration: Configuration,
    pub(super) asked: Asked,
    /// The rules that may be missed: a step in which another one is needed is not taken.
    pub(super) missed: Option<Vec<Rule>>,
}

/// What is asked of a model.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Asked {
    /// A single promise.
    Promise(Promise),
    /// Each promise that speaks of single states, and which rules are needed anywhere.
    States,
    /// The first promise that is broken, of states or of runs.
    First,
}

/// What a check has answered.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) promises: HashMap<Promise, Verdict>,
    pub(super) needed: HashMap<Rule, Needed>,
    states: usize,
    depth: usize,
    took: Duration,
}

impl Question {
    pub(super) fn new(model: ModelName, configuration: Configuration, asked: Asked) -> Self {
        Self {
            model,
            configuration,
            asked,
            missed: None,
        }
    }

    /// Has it answered by the model that it is about, by so many threads or by all cores.
    pub(super) fn ask(&self, threads: Option<usize>, on_progress: &mut OnProgress<'_>) -> Answer {
        let started = Instant::now();
        let mut protocol = AnyProtocol::new(self.model, self.configuration);
        if let Some(missed) = self.missed.clone() {
            let trail = protocol.trail();
            let is_within = move |state: &AnyState| trail(state).needs_only(&missed);
            protocol.model = protocol.model.within(is_within);
        }
        let asked = self.asked;
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
            let mut check = Check::new(&protocol.model)
                .store(Store::WideFingerprint)
                .on_progress(|progress| on_progress(protocol.name.as_str(), progress));
            if let Some(threads) = threads {
                check = check.threads(threads);
            }
            if asked != Asked::First {
                check = check.all_violations();
            }
            let report = check.run_for(&properties);
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
}

impl Answer {
    fn is_broken(&self) -> bool {
        let mut verdicts = self.promises.values();
        verdicts.any(|verdict| matches!(verdict, Verdict::Broken(_)))
    }

    /// What it says of a promise.
    pub(super) fn checked(&self, promise: Promise) -> Checked {
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
