//! What one who sees only some of a worker's states may see.

use std::fmt;

use statig::blocking::IntoStateMachine as _;

use super::{UnknownState, Worker, WorkerState};
use crate::graph::{IllegalChange, NamedWalk};

/// The code that a worker's record holds between being written first and the
/// worker's first report of a state.
const NO_STATE_YET: i8 = 0;

/// What one record of a worker says.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "the two members of a record that the rule is about"
)]
pub struct Seen {
    /// The worker epoch.
    pub epoch: i64,
    /// The code of the state, whatever the record holds.
    pub code: i8,
}

/// Holds what is seen of one worker, record by record, against the worker's
/// machine.
///
/// A store, a master or a log misses steps, so within one worker epoch a state
/// may follow another when the machine has any walk between them. What is legal
/// is read off the machine's graph.
///
/// A record of an older worker epoch than the newest one seen is a finding and
/// changes nothing; after an illegal step the observer goes on from the state
/// that was seen.
///
/// # Examples
///
/// ```
/// use fsmcheck::framework::{Observer, Seen, Verdict, WorkerState};
///
/// let mut observer = Observer::default();
/// let mut see = |epoch, state: WorkerState| observer.see(Seen { epoch, code: state.code() });
///
/// assert_eq!(see(7, WorkerState::Init), Verdict::First);
/// assert_eq!(see(7, WorkerState::Normal), Verdict::Legal);
/// assert_eq!(see(7, WorkerState::Finished), Verdict::Legal);
/// assert_eq!(
///     see(7, WorkerState::Normal).to_string(),
///     "worker never goes from `Finished` to `Normal` by any events; legal from `Finished`: Finished"
/// );
/// assert_eq!(see(9, WorkerState::Created), Verdict::Restarted { from: 7 });
/// assert_eq!(
///     see(9, WorkerState::Normal).to_string(),
///     "skipped: Created --initialised--> Init --update Normal--> Normal"
/// );
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Observer {
    newest: Option<(i64, Known)>,
}

/// What is known of the worker in the newest worker epoch.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Known {
    /// Only records whose codes stand for nothing.
    Nothing,
    /// A record that holds no state yet.
    NoStateYet,
    State(WorkerState),
}

/// What an [`Observer`] makes of a record.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Verdict {
    /// Nothing was known of the worker in its first worker epoch: any state is
    /// legal.
    First,
    /// The worker epoch is larger than before: any state is legal.
    Restarted {
        /// The worker epoch before.
        from: i64,
    },
    /// Once more a record that holds no state yet (code 0).
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
    /// The worker epoch is smaller than one seen before.
    EpochWentBack {
        /// The largest worker epoch seen.
        from: i64,
        /// The worker epoch of the record.
        to: i64,
    },
    /// The code is neither that of a state nor 0, whatever the worker epoch.
    UnknownCode(UnknownState),
}

impl Observer {
    /// Takes in the next record and says what to make of it.
    pub fn see(&mut self, seen: Seen) -> Verdict {
        let known = match seen.code {
            NO_STATE_YET => Ok(Known::NoStateYet),
            code => WorkerState::try_from(code).map(Known::State),
        };
        let (newest, before) = match self.newest {
            Some((newest, before)) if newest == seen.epoch => (newest, before),
            Some((newest, _)) if newest > seen.epoch => {
                return match known {
                    Err(unknown) => Verdict::UnknownCode(unknown),
                    Ok(_) => Verdict::EpochWentBack {
                        from: newest,
                        to: seen.epoch,
                    },
                };
            }
            older => {
                self.newest = Some((
                    seen.epoch,
                    known.as_ref().copied().unwrap_or(Known::Nothing),
                ));
                return match (known, older) {
                    (Err(unknown), _) => Verdict::UnknownCode(unknown),
                    (Ok(_), None) => Verdict::First,
                    (Ok(_), Some((from, _))) => Verdict::Restarted { from },
                };
            }
        };
        let (verdict, after) = match (before, known) {
            (_, Err(unknown)) => (Verdict::UnknownCode(unknown), before),
            (Known::Nothing, Ok(now)) => (Verdict::First, now),
            (Known::NoStateYet, Ok(Known::State(to))) => (first_state(to), Known::State(to)),
            (Known::NoStateYet, Ok(now)) => (Verdict::NoStateYet, now),
            (Known::State(from), Ok(Known::State(to))) => (change(from, to), Known::State(to)),
            (Known::State(from), Ok(_)) => (Verdict::Illegal(state_lost(from)), before),
        };
        self.newest = Some((newest, after));
        verdict
    }

    /// The largest worker epoch seen.
    #[must_use]
    pub fn epoch(&self) -> Option<i64> {
        self.newest.map(|(epoch, _)| epoch)
    }

    /// The last state seen in the largest worker epoch.
    #[must_use]
    pub fn state(&self) -> Option<WorkerState> {
        match self.newest {
            Some((_, Known::State(state))) => Some(state),
            _ => None,
        }
    }
}

impl Verdict {
    /// Whether what was seen cannot have come about by the rules, not even with
    /// steps that were missed.
    #[must_use]
    pub fn is_violation(&self) -> bool {
        match self {
            Self::First
            | Self::Restarted { .. }
            | Self::NoStateYet
            | Self::Same
            | Self::Legal
            | Self::Skipped { .. } => false,
            Self::Illegal(_) | Self::EpochWentBack { .. } | Self::UnknownCode(_) => true,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::First => f.write_str("first record"),
            Self::Restarted { from } => write!(f, "restarted after worker epoch {from}"),
            Self::NoStateYet => f.write_str("no state yet"),
            Self::Same => f.write_str("same state"),
            Self::Legal => f.write_str("legal"),
            Self::Skipped { walk } => write!(f, "skipped: {walk}"),
            Self::Illegal(illegal) => illegal.fmt(f),
            Self::EpochWentBack { from, to } => {
                write!(f, "worker epoch went back from {from} to {to}")
            }
            Self::UnknownCode(unknown) => unknown.fmt(f),
        }
    }
}

fn change(from: WorkerState, to: WorkerState) -> Verdict {
    if from == to {
        Verdict::Same
    } else if from.may_become(to) {
        Verdict::Legal
    } else {
        let graph = Worker::graph();
        match graph.check_observed_change(from.id(), to.id()) {
            Ok(walk) => Verdict::Skipped {
                walk: walk.named(graph),
            },
            Err(illegal) => Verdict::Illegal(illegal),
        }
    }
}

/// The first state after a record without one: the worker was where its machine
/// starts, and may not have left it.
fn first_state(to: WorkerState) -> Verdict {
    let start = Worker::initial();
    if start == to {
        Verdict::Legal
    } else {
        change(start, to)
    }
}

fn state_lost(from: WorkerState) -> IllegalChange {
    IllegalChange {
        machine: Worker::NAME.to_owned(),
        from: from.to_string(),
        to: format!("{NO_STATE_YET}, no state yet"),
        legal: from.legal_next().map(|state| state.to_string()).collect(),
        walk: None,
    }
}
