//! Whether a rule is necessary beside all others.

use std::rc::Rc;

use super::{Judge, Outage, Story, Verdict};
use crate::framework::{Policy, Rule};
use crate::protocol::Configuration;

/// How many rules are taken away together at most.
const TOGETHER: usize = 3;

/// Whether a rule is necessary beside all others.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Need {
    /// Without it alone a promise is broken.
    Necessary(Rc<Story>),
    /// Without it alone every promise holds, since others do its work: only without all of
    /// these a promise is broken that holds as soon as any one of them is there.
    Covered {
        /// The others.
        with: Vec<Rule>,
        /// How the promise is broken without them.
        story: Rc<Story>,
    },
    /// No promise is broken without it, whichever few others are taken away as well.
    Questioned,
    /// The check ended before it was known.
    Undecided,
}

/// Takes the rule of an entry away, alone and then together with others of the same model.
pub(super) fn need(judge: &mut Judge<'_>, outage: &'static Outage) -> Need {
    match without(judge, outage, &[]) {
        Verdict::Broken(story) => return Need::Necessary(story),
        Verdict::Undecided => return Need::Undecided,
        Verdict::Holds => {}
    }
    // A rule that is necessary by itself is in no smallest set.
    let mut others = Vec::new();
    for other in Outage::ALL {
        if other.model == outage.model
            && other.rule != outage.rule
            && without_rules(judge, outage, &[other.rule]).holds()
        {
            others.push(other.rule);
        }
    }
    for size in 1..TOGETHER {
        for with in combinations(&others, size) {
            match without(judge, outage, &with) {
                // Smaller sets hold, so that this one is a smallest.
                Verdict::Broken(story) if without_rules(judge, outage, &with).holds() => {
                    return Need::Covered { with, story };
                }
                Verdict::Undecided => return Need::Undecided,
                _ => {}
            }
        }
    }
    Need::Questioned
}

/// The promises of an entry's model without its rule and some others.
fn without(judge: &mut Judge<'_>, outage: &Outage, with: &[Rule]) -> Verdict {
    let rules: Vec<_> = with.iter().copied().chain([outage.rule]).collect();
    without_rules(judge, outage, &rules)
}

fn without_rules(judge: &mut Judge<'_>, outage: &Outage, rules: &[Rule]) -> Verdict {
    let policy = rules
        .iter()
        .fold(Policy::hardened(), |policy, rule| policy.without(*rule));
    let configuration = Configuration {
        policy,
        ..outage.configuration()
    };
    if outage.promise.is_liveness() {
        let live = judge.promise(outage.model, configuration, outage.promise);
        if !live.verdict.holds() {
            return live.verdict;
        }
    }
    judge.any_broken(outage.model, configuration)
}

/// Every choice of so many of these, in order.
fn combinations(of: &[Rule], size: usize) -> Vec<Vec<Rule>> {
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
