//! The rule by which an observer judges a sequence of records of one key.

use std::collections::BTreeSet;
use std::fmt;

use crate::graph::{Graph, IllegalChange, NamedWalk, StateId};

/// What a record says of the state of its key.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a code is a state, the mark for none, or neither"
)]
pub enum Seen {
    /// This state.
    State(StateId),
    /// The record is there, but holds no state yet.
    NoStateYet,
    /// A code that stands for no state.
    Unknown(i64),
}

impl Seen {
    /// What a code says: the state of the graph that it stands for, or nothing
    /// known.
    #[must_use]
    pub fn code(graph: &Graph, code: i64) -> Self {
        let found = graph.states().find(|(_, state)| state.code == Some(code));
        found.map_or(Self::Unknown(code), |(id, _)| Self::State(id))
    }
}

/// What the epoch of a record means.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Epochs {
    /// A larger epoch is a new incarnation, which may begin in any state.
    #[default]
    Restart,
    /// A larger epoch goes on with the state of the one before.
    Continue,
    /// Epochs mean nothing.
    Ignored,
}

/// Holds what is seen of one key, record by record, against a machine.
///
/// The observer may miss steps: a state may follow another when the machine has
/// any walk between them. The first record may show any state. A record of an
/// epoch smaller than one seen before is a violation and changes nothing; after
/// an illegal change the observer goes on from the state that was seen.
///
/// # Examples
///
/// ```
/// use fsmcheck::graph::GraphBuilder;
/// use fsmcheck::replay::{Epochs, Observer, Seen, Verdict};
///
/// let mut order = GraphBuilder::new("order", ["pay", "ship"]);
/// let new = order.state("new", None);
/// let paid = order.state("paid", None);
/// let shipped = order.state("shipped", None);
/// order.start(new).moved(new, "pay", paid).moved(paid, "ship", shipped);
/// let order = order.build()?;
///
/// let mut observer = Observer::new(&order, Epochs::Restart);
/// assert_eq!(observer.see(1, Seen::State(new)), Verdict::First);
/// let skipped = observer.see(1, Seen::State(shipped));
/// assert_eq!(skipped.to_string(), "skipped steps: new --pay--> paid --ship--> shipped");
/// assert!(observer.see(1, Seen::State(paid)).is_violation());
/// # Ok::<(), fsmcheck::graph::BuildError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Observer<'g> {
    graph: &'g Graph,
    epochs: Epochs,
    newest: Option<(i64, Known)>,
}

/// What is known of the key in its newest epoch.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Known {
    /// Only records whose codes stand for nothing.
    Nothing,
    NoStateYet,
    State(StateId),
}

/// What an [`Observer`] makes of a record.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Verdict {
    /// Nothing was known before: any state is legal.
    First,
    /// A larger epoch: a new incarnation, any state is legal.
    Restarted {
        /// The epoch before.
        from: i64,
    },
    /// Once more a record without a state.
    NoStateYet,
    /// The same state once more.
    Same,
    /// A change that the machine makes with one event.
    Legal,
    /// A change for which the machine takes several events: the states between
    /// were not seen. No violation.
    Skipped {
        /// A shortest walk that makes it.
        walk: NamedWalk,
    },
    /// A change that the machine does not make by any events.
    Illegal(IllegalChange),
    /// The epoch is smaller than one seen before.
    EpochWentBack {
        /// The largest epoch seen.
        from: i64,
        /// The epoch of the record.
        to: i64,
    },
    /// The code stands for no state.
    UnknownCode {
        /// The machine.
        machine: String,
        /// The code.
        code: i64,
        /// The states with their codes.
        known: Vec<String>,
    },
}

impl<'g> Observer<'g> {
    /// An observer that has seen nothing yet.
    #[must_use]
    pub fn new(graph: &'g Graph, epochs: Epochs) -> Self {
        Self {
            graph,
            epochs,
            newest: None,
        }
    }

    /// Takes in the next record and says what to make of it.
    ///
    /// # Panics
    ///
    /// When a state is not one of the graph.
    pub fn see(&mut self, epoch: i64, seen: Seen) -> Verdict {
        let now = match seen {
            Seen::State(state) => Ok(Known::State(state)),
            Seen::NoStateYet => Ok(Known::NoStateYet),
            Seen::Unknown(code) => Err(self.unknown(code)),
        };
        let Some((newest, before)) = self.newest else {
            self.newest = Some((epoch, *now.as_ref().unwrap_or(&Known::Nothing)));
            return now.map_or_else(|unknown| unknown, |_| Verdict::First);
        };
        if epoch < newest && self.epochs != Epochs::Ignored {
            return now.map_or_else(
                |unknown| unknown,
                |_| Verdict::EpochWentBack {
                    from: newest,
                    to: epoch,
                },
            );
        }
        if epoch > newest && self.epochs == Epochs::Restart {
            self.newest = Some((epoch, *now.as_ref().unwrap_or(&Known::Nothing)));
            return now.map_or_else(|unknown| unknown, |_| Verdict::Restarted { from: newest });
        }
        let (verdict, after) = match (before, now) {
            (_, Err(unknown)) => (unknown, before),
            (Known::Nothing, Ok(now)) => (Verdict::First, now),
            (Known::NoStateYet, Ok(Known::State(to))) => (self.first_state(to), Known::State(to)),
            (Known::NoStateYet, Ok(now)) => (Verdict::NoStateYet, now),
            (Known::State(from), Ok(Known::State(to))) => (self.change(from, to), Known::State(to)),
            (Known::State(from), Ok(_)) => (Verdict::Illegal(self.state_lost(from)), before),
        };
        self.newest = Some((epoch.max(newest), after));
        verdict
    }

    /// The largest epoch seen.
    #[must_use]
    pub fn epoch(&self) -> Option<i64> {
        self.newest.map(|(epoch, _)| epoch)
    }

    /// The last state seen in the largest epoch.
    #[must_use]
    pub fn state(&self) -> Option<StateId> {
        match self.newest {
            Some((_, Known::State(state))) => Some(state),
            _ => None,
        }
    }

    fn change(&self, from: StateId, to: StateId) -> Verdict {
        let nodes = self.graph.petgraph();
        if from == to {
            Verdict::Same
        } else if nodes
            .find_edge(from.index_in_petgraph(), to.index_in_petgraph())
            .is_some()
        {
            // The common case of a long trace needs no list of transitions.
            Verdict::Legal
        } else {
            match self.graph.check_observed_change(from, to) {
                Ok(walk) => Verdict::Skipped {
                    walk: walk.named(self.graph),
                },
                Err(illegal) => Verdict::Illegal(illegal),
            }
        }
    }

    /// The first state after a record without one: the key was where its machine
    /// starts.
    fn first_state(&self, to: StateId) -> Verdict {
        let starts: Vec<_> = self.graph.starts().collect();
        if starts.contains(&to) {
            return Verdict::Legal;
        }
        let mut verdicts: Vec<_> = starts
            .into_iter()
            .map(|start| self.change(start, to))
            .collect();
        let best = verdicts
            .iter()
            .position(|verdict| !verdict.is_violation())
            .unwrap_or(0);
        verdicts.swap_remove(best)
    }

    /// A record without a state is not legal after one with a state.
    fn state_lost(&self, from: StateId) -> IllegalChange {
        self.graph.illegal_change_to(from, "no state".to_owned())
    }

    fn unknown(&self, code: i64) -> Verdict {
        // Configurations of one state share its code.
        let mut codes = BTreeSet::new();
        let named = self.graph.states().filter_map(|(_, state)| {
            let code = state.code.filter(|code| codes.insert(*code))?;
            Some(format!("{} ({code})", state.name))
        });
        Verdict::UnknownCode {
            machine: self.graph.machine().to_owned(),
            code,
            known: named.collect(),
        }
    }
}

impl Verdict {
    /// Whether what was seen cannot have come about by the rules, not even with
    /// steps that were missed.
    #[must_use]
    pub fn is_violation(&self) -> bool {
        matches!(
            self,
            Self::Illegal(_) | Self::EpochWentBack { .. } | Self::UnknownCode { .. }
        )
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::First => f.write_str("first record"),
            Self::Restarted { from } => write!(f, "restarted after epoch {from}"),
            Self::NoStateYet => f.write_str("no state yet"),
            Self::Same => f.write_str("same state"),
            Self::Legal => f.write_str("legal"),
            Self::Skipped { walk } => write!(f, "skipped steps: {walk}"),
            Self::Illegal(illegal) => illegal.fmt(f),
            Self::EpochWentBack { from, to } => {
                write!(f, "the epoch went back from {from} to {to}")
            }
            Self::UnknownCode {
                machine,
                code,
                known,
            } => {
                write!(
                    f,
                    "{code} is no state of {machine}; its states are {}",
                    known.join(", ")
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::GraphBuilder;

    /// 1 created, 2 running, 3 done; no way back.
    fn task() -> Graph {
        let mut task = GraphBuilder::new("task", ["run", "end"]);
        let created = task.state("created", None);
        let running = task.state("running", None);
        let done = task.state("done", None);
        for (code, state) in [(1, created), (2, running), (3, done)] {
            task.state_mut(state).code = Some(code);
        }
        task.start(created)
            .moved(created, "run", running)
            .moved(running, "end", done);
        task.build().unwrap()
    }

    fn verdicts(epochs: Epochs, records: &[(i64, i64)]) -> Vec<String> {
        let task = task();
        let mut observer = Observer::new(&task, epochs);
        let seen = |code| {
            if code == 0 {
                Seen::NoStateYet
            } else {
                Seen::code(&task, code)
            }
        };
        records
            .iter()
            .map(|(epoch, code)| observer.see(*epoch, seen(*code)).to_string())
            .collect()
    }

    #[test]
    fn any_first_state_then_only_what_the_machine_can_do() {
        assert_eq!(
            verdicts(Epochs::Restart, &[(1, 2), (1, 2), (1, 3), (1, 2), (1, 3)]),
            [
                "first record",
                "same state",
                "legal",
                "task never goes from `done` to `running` by any events; legal from `done`: nothing",
                "legal",
            ]
        );
        assert_eq!(
            verdicts(Epochs::Restart, &[(1, 1), (1, 3)])[1],
            "skipped steps: created --run--> running --end--> done"
        );
    }

    #[test]
    fn a_larger_epoch_restarts_where_that_is_the_rule() {
        assert_eq!(
            verdicts(Epochs::Restart, &[(1, 3), (5, 1)])[1],
            "restarted after epoch 1"
        );
        assert_eq!(
            verdicts(Epochs::Continue, &[(1, 3), (5, 1)])[1],
            "task never goes from `done` to `created` by any events; legal from `done`: nothing"
        );
    }

    #[test]
    fn a_smaller_epoch_is_a_violation_and_changes_nothing() {
        let rule = [(5, 2), (4, 1), (5, 3)];
        assert_eq!(
            verdicts(Epochs::Restart, &rule)[1..],
            ["the epoch went back from 5 to 4", "legal"]
        );
        assert_eq!(
            verdicts(Epochs::Continue, &rule)[1..],
            ["the epoch went back from 5 to 4", "legal"]
        );
        assert_eq!(
            verdicts(Epochs::Ignored, &[(5, 2), (4, 2)])[1],
            "same state"
        );
    }

    #[test]
    fn no_state_is_legal_only_before_the_first() {
        assert_eq!(
            verdicts(
                Epochs::Restart,
                &[(1, 0), (1, 0), (1, 1), (1, 0), (2, 0), (2, 2)]
            ),
            [
                "first record",
                "no state yet",
                "legal",
                "task never goes from `created` to `no state` by any events; legal from `created`: running",
                "restarted after epoch 1",
                "legal",
            ]
        );
    }

    #[test]
    fn an_unknown_code_is_a_finding_and_changes_nothing() {
        let seen = verdicts(Epochs::Restart, &[(1, 2), (1, 9), (1, 3)]);
        assert_eq!(
            seen[1..],
            [
                "9 is no state of task; its states are created (1), running (2), done (3)",
                "legal"
            ]
        );
    }
}
