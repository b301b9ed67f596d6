//! Whether a rule is necessary beside all others.

use std::iter;
use std::sync::Arc;

use super::{Judge, Outage, Story, Verdict};
use crate::framework::{Policy, Rule};
use crate::protocol::{Configuration, ModelName};

/// Whether a rule is necessary beside all others.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Need {
    /// Without it alone a promise is broken.
    Necessary(Arc<Story>),
    /// Without it alone every promise holds, since others do its work: the promise of its
    /// entry is broken only without all of these, and holds as soon as one of them is there.
    Covered {
        /// The others: of the sets that there are, a smallest.
        with: Vec<Rule>,
        /// How the promise is broken without them.
        story: Arc<Story>,
    },
    /// No promise is broken without it, whichever few others are taken away as well.
    Questioned,
    /// The check ended before it was known.
    Undecided,
}

impl Need {
    /// How a promise is broken where the rule is missed.
    #[must_use]
    pub fn story(&self) -> Option<&Story> {
        match self {
            Self::Necessary(story) | Self::Covered { story, .. } => Some(story),
            Self::Questioned | Self::Undecided => None,
        }
    }
}

/// Takes the rule of an entry away, alone in each model and then together with others in
/// its own.
pub(super) fn need(judge: &mut Judge<'_>, outage: &'static Outage) -> Need {
    let elsewhere = ModelName::ALL.iter().filter(|name| **name != outage.model);
    let elsewhere = elsewhere.map(|name| (*name, name.usual()));
    for (model, configuration) in
        iter::once((outage.model, outage.configuration())).chain(elsewhere)
    {
        let configuration = without(configuration, &[outage.rule]);
        match judge.first_broken(model, configuration) {
            Verdict::Broken(story) => return Need::Necessary(story),
            Verdict::Undecided => return Need::Undecided,
            Verdict::Holds => {}
        }
    }
    covered(judge, outage)
}

/// The smallest set of rules that break an entry's promise when they are gone together with
/// its own. Of two rules any will be tried; of more, those that are needed where the
/// original breaks the promise.
fn covered(judge: &mut Judge<'_>, outage: &'static Outage) -> Need {
    let before = judge.before_missing(outage, None).verdict;
    let story = before.story();
    let needed = story.map_or_else(Vec::new, |story| story.missed_beside(outage.rule));
    let is_other = |rule: &Rule| *rule != outage.rule;
    let of_model = Outage::ALL
        .iter()
        .filter(|other| other.model == outage.model);
    let mut of_model: Vec<_> = of_model.map(|other| other.rule).filter(is_other).collect();
    // What is missed where the promise is broken is the likeliest to do its work.
    of_model.sort_by_key(|rule| !needed.contains(rule));
    let pairs = combinations(&of_model, 1);
    let sets = (1..=needed.len()).flat_map(|size| combinations(&needed, size));
    for with in pairs.into_iter().chain(sets) {
        let mut promise = |rules: &[Rule]| {
            let configuration = without(outage.configuration(), rules);
            judge
                .promise(outage.model, configuration, outage.promise)
                .verdict
        };
        let all: Vec<_> = with.iter().copied().chain([outage.rule]).collect();
        match promise(&all) {
            Verdict::Broken(story) if promise(&with).holds() => {
                return Need::Covered { with, story };
            }
            Verdict::Undecided => return Need::Undecided,
            _ => {}
        }
    }
    Need::Questioned
}

/// A configuration with every rule but some.
fn without(configuration: Configuration, rules: &[Rule]) -> Configuration {
    let without = |policy: Policy, rule: &Rule| policy.without(*rule);
    Configuration {
        policy: rules.iter().fold(Policy::hardened(), without),
        ..configuration
    }
}

/// Every choice of so many of these, in order.
pub(super) fn combinations(of: &[Rule], size: usize) -> Vec<Vec<Rule>> {
    match (size, of) {
        (0, _) => vec![Vec::new()],
        (_, []) => Vec::new(),
        (_, [first, rest @ ..]) => {
            let with_first = combinations(rest, size - 1).into_iter().map(|mut chosen| {
                chosen.insert(0, *first);
                chosen
            });
            with_first.chain(combinations(rest, size)).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn combinations_are_all_there_once() {
        let rules = &Rule::ALL[..4];
        let counts = [0, 1, 2, 3, 4, 5].map(|size| combinations(rules, size).len());
        assert_eq!(counts, [1, 4, 6, 4, 1, 0]);
        assert_eq!(combinations(rules, 2)[1], [rules[0], rules[2]]);
    }
}
