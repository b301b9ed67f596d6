//! Plans of walks, and how they shrink.

use std::fmt;

use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;

/// What a walk is made of, in places of the lists of starts and of the alphabet.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Plan {
    pub(super) start: usize,
    pub(super) events: Vec<usize>,
    /// An event that is refused, and before which of the others it is taken.
    pub(super) refused: Option<(usize, usize)>,
}

impl Plan {
    /// What shrinking makes smaller.
    fn size(&self) -> impl Ord + '_ {
        (self.events.len(), self.start, &self.events, self.refused)
    }
}

/// Plans that are drawn somehow and stay of one shape when they shrink: whatever
/// shrinking proposes is settled, that is, made a plan of that shape.
pub(super) struct Plans<D, B, S> {
    pub(super) draw: D,
    /// The plan that is made of what was drawn.
    pub(super) begin: B,
    /// The plan of the right shape that is nearest to another.
    pub(super) settle: S,
    pub(super) min_len: usize,
    /// Why there may be no plan.
    pub(super) why_none: &'static str,
}

impl<D, B, S> fmt::Debug for Plans<D, B, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plans").finish_non_exhaustive()
    }
}

impl<D, B, S> Strategy for Plans<D, B, S>
where
    D: Strategy,
    B: Fn(D::Value) -> Option<Plan>,
    S: Fn(&Plan) -> Option<Plan> + Clone,
{
    type Tree = PlanTree<S>;
    type Value = Plan;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        loop {
            let drawn = self.draw.new_tree(runner)?.current();
            if let Some(plan) = (self.begin)(drawn) {
                return Ok(PlanTree {
                    settle: self.settle.clone(),
                    min_len: self.min_len,
                    proposal: Proposal::first(&plan),
                    has_lowered: false,
                    plan,
                    before: None,
                });
            }
            runner.reject_local(self.why_none)?;
        }
    }
}

/// A plan that shrinks: first steps are left out, many at a time and then fewer;
/// then each event is replaced by an earlier one of the alphabet, and the one that
/// is refused comes earlier.
pub(super) struct PlanTree<S> {
    settle: S,
    min_len: usize,
    plan: Plan,
    /// The plan of which `plan` is a smaller one that was not tried yet, and
    /// `has_lowered` as it was then.
    before: Option<(Plan, bool)>,
    proposal: Proposal,
    has_lowered: bool,
}

/// What to try next.
#[derive(Clone, Copy)]
enum Proposal {
    Start(usize),
    Cut { len: usize, at: usize },
    Lower { at: usize, to: usize },
    Position { to: usize },
    Refused { to: usize },
    Nothing,
}

impl Proposal {
    fn first(plan: &Plan) -> Self {
        if plan.start > 0 {
            Self::Start(0)
        } else {
            Self::cut(plan.events.len())
        }
    }

    fn cut(len: usize) -> Self {
        match len {
            0 => Self::Lower { at: 0, to: 0 },
            len => Self::Cut { len, at: 0 },
        }
    }
}

impl<S: Fn(&Plan) -> Option<Plan>> PlanTree<S> {
    /// The plan that is proposed now, and what to propose when it is no good;
    /// `None` when there is nothing more to propose.
    fn propose(&self) -> Option<(Option<Plan>, Proposal)> {
        let n_events = self.plan.events.len();
        let mut plan = self.plan.clone();
        Some(match self.proposal {
            Proposal::Start(to) if to < plan.start => {
                plan.start = to;
                (Some(plan), Proposal::Start(to + 1))
            }
            Proposal::Start(_) => (None, Proposal::cut(n_events)),
            Proposal::Cut { len, at } if at < n_events => {
                let end = n_events.min(at + len);
                plan.events.drain(at..end);
                if let Some((position, _)) = &mut plan.refused
                    && *position > at
                {
                    *position = at.max(position.saturating_sub(end - at));
                }
                let long_enough = plan.events.len() >= self.min_len;
                (
                    long_enough.then_some(plan),
                    Proposal::Cut { len, at: at + len },
                )
            }
            Proposal::Cut { len, .. } => (None, Proposal::cut(len / 2)),
            Proposal::Lower { at, to } if at < n_events => {
                if to >= plan.events[at] {
                    return Some((None, Proposal::Lower { at: at + 1, to: 0 }));
                }
                plan.events[at] = to;
                (Some(plan), Proposal::Lower { at, to: to + 1 })
            }
            Proposal::Lower { .. } => (None, Proposal::Position { to: 0 }),
            Proposal::Position { to } => match &mut plan.refused {
                Some((position, _)) if to < *position => {
                    *position = to;
                    (Some(plan), Proposal::Position { to: to + 1 })
                }
                _ => (None, Proposal::Refused { to: 0 }),
            },
            Proposal::Refused { to } => match &mut plan.refused {
                Some((_, event)) if to < *event => {
                    *event = to;
                    (Some(plan), Proposal::Refused { to: to + 1 })
                }
                // Other events may have made steps superfluous.
                _ if self.has_lowered => (None, Proposal::cut(1)),
                _ => (None, Proposal::Nothing),
            },
            Proposal::Nothing => return None,
        })
    }
}

impl<S: Fn(&Plan) -> Option<Plan>> ValueTree for PlanTree<S> {
    type Value = Plan;

    fn current(&self) -> Plan {
        self.plan.clone()
    }

    fn simplify(&mut self) -> bool {
        self.before = None;
        while let Some((plan, otherwise)) = self.propose() {
            let lowers = matches!(
                self.proposal,
                Proposal::Lower { .. } | Proposal::Position { .. } | Proposal::Refused { .. }
            );
            if matches!(self.proposal, Proposal::Cut { .. }) {
                self.has_lowered = false;
            }
            let settled = plan.and_then(|plan| (self.settle)(&plan));
            // A smaller plan each time, or this would not end.
            match settled.filter(|settled| settled.size() < self.plan.size()) {
                Some(settled) => {
                    let before = std::mem::replace(&mut self.plan, settled);
                    self.before = Some((before, self.has_lowered));
                    self.has_lowered |= lowers;
                    return true;
                }
                None => self.proposal = otherwise,
            }
        }
        false
    }

    /// Takes the last proposal back and makes the next one, so that no plan is
    /// tried twice. The last plan of all is the one that is known to fail.
    fn complicate(&mut self) -> bool {
        let Some((before, has_lowered)) = self.before.take() else {
            return false;
        };
        self.plan = before;
        // What was taken back is no reason to try the cuts once more.
        self.has_lowered = has_lowered;
        if let Some((_, otherwise)) = self.propose() {
            self.proposal = otherwise;
        }
        self.simplify();
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::test_runner::{Config, TestCaseError, TestError};

    use super::*;

    /// The smallest plan of even numbers that still fails.
    fn minimal(min_len: usize, fails: impl Fn(&Plan) -> bool) -> Plan {
        let even = |events: &[usize]| events.iter().map(|event| event & !1).collect();
        let strategy = Plans {
            draw: (
                0..3_usize,
                vec(0..40_usize, min_len..40),
                0..40_usize,
                0..40_usize,
            ),
            begin: |(start, events, position, event): (_, Vec<usize>, usize, _)| {
                Some(Plan {
                    start,
                    refused: Some((position.min(events.len()), event)),
                    events: even(&events),
                })
            },
            settle: |plan: &Plan| {
                Some(Plan {
                    events: even(&plan.events),
                    ..plan.clone()
                })
            },
            min_len,
            why_none: "there always is one",
        };
        let config = Config {
            cases: 2_000,
            failure_persistence: None,
            ..Config::default()
        };
        let result = TestRunner::new(config).run(&strategy, |plan| {
            assert!(plan.events.iter().all(|event| event % 2 == 0));
            assert!(
                plan.refused
                    .is_some_and(|(position, _)| position <= plan.events.len())
            );
            if fails(&plan) {
                Err(TestCaseError::fail("found"))
            } else {
                Ok(())
            }
        });
        match result {
            Err(TestError::Fail(_, plan)) => plan,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_does_not_matter_goes() {
        let plan = minimal(0, |plan| plan.events.contains(&12));
        assert_eq!(
            (plan.start, &plan.events[..], plan.refused),
            (0, &[12][..], Some((0, 0)))
        );
        let plan = minimal(3, |plan| plan.events.iter().any(|event| *event >= 9));
        let mut events = plan.events;
        events.sort_unstable();
        assert_eq!(events, [0, 0, 10], "one of them matters, whichever");
        let plan = minimal(0, |plan| plan.start > 0 && plan.events.len() > 6);
        assert_eq!((plan.start, &plan.events[..]), (1, &[0; 7][..]));
        let plan = minimal(0, |plan| {
            plan.refused
                .is_some_and(|(position, event)| position >= 2 && event > 4)
        });
        assert_eq!(
            (&plan.events[..], plan.refused),
            (&[0, 0][..], Some((2, 5)))
        );
    }

    #[test]
    fn shrinking_ends() {
        let plan = minimal(0, |_| true);
        assert_eq!(
            (plan.start, plan.events.len(), plan.refused),
            (0, 0, Some((0, 0)))
        );
    }
}
