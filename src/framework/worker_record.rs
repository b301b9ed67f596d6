//! The record of a worker, held against the next one by the observer's rule.

use super::{UnknownState, Worker, WorkerState};
use crate::graph::IllegalChange;
use crate::replay::Verdict;
use crate::wire::{Epoch, MasterId, Update, WorkerId, WorkerStateCode, WorkerStatus};

impl TryFrom<WorkerStateCode> for WorkerState {
    type Error = UnknownState;

    fn try_from(code: WorkerStateCode) -> Result<Self, UnknownState> {
        code.0.try_into()
    }
}

impl From<WorkerState> for WorkerStateCode {
    fn from(state: WorkerState) -> Self {
        Self(state.code())
    }
}

/// What came of holding a worker's record against the one seen next.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// What the observer makes of it; never a violation.
    pub verdict: Verdict,
    /// Whether it is worth storing: the state or the error message differs, or
    /// the worker is a new incarnation.
    pub significant: bool,
    /// The columns of which the value differs.
    pub changed: Vec<&'static str>,
    /// What is to be written: all columns of a significant change, since those
    /// of earlier ones that were not worth storing have never been written, and
    /// none of another.
    pub update: Update,
}

/// Why a record cannot follow the one that is held.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AdvanceError {
    /// The two records are of different workers.
    #[error(
        "the record is of worker `{}` of `{}`, the one held of worker `{}` of `{}`",
        .seen.1, .seen.0, .held.1, .held.0
    )]
    OtherWorker {
        /// The master and the worker of the record held.
        held: (MasterId, WorkerId),
        /// The master and the worker of the record seen.
        seen: (MasterId, WorkerId),
    },
    /// The record is of an earlier incarnation.
    #[error("the epoch of worker `{worker}` went back from {from} to {to}")]
    EpochWentBack {
        /// The worker.
        worker: WorkerId,
        /// The epoch of the record held.
        from: Epoch,
        /// The epoch of the record seen.
        to: Epoch,
    },
    /// The code in the record seen stands for no state.
    #[error(transparent)]
    UnknownState(#[from] UnknownState),
    /// The worker never gets from the state held to the state seen.
    #[error(transparent)]
    Illegal(#[from] IllegalChange),
}

/// Methods by the rule for whoever sees a worker's records and may miss some.
impl WorkerStatus {
    /// Moves on to the record of the same worker that was seen next.
    ///
    /// The rule is that of [`Worker::observer`]: within a worker epoch, anything
    /// that the worker's machine can come to by any number of events; in a larger
    /// epoch, anything. A record held whose code stands for no state says nothing
    /// that the next one could contradict.
    ///
    /// The number and the times of the row stay those of the record held.
    ///
    /// # Errors
    ///
    /// When the record seen is of another worker, of an earlier epoch, without a
    /// known state, or in a state that cannot follow. The record is then as it
    /// was.
    ///
    /// # Examples
    ///
    /// ```
    /// use fsmcheck::replay::Verdict;
    /// use fsmcheck::wire::{WorkerStateCode, WorkerStatus};
    ///
    /// let mut held = WorkerStatus::from_json(br#"{"job-id":"j","id":"w","epoch":7,"state":3}"#)?;
    /// let mut seen = WorkerStatus { state: WorkerStateCode::NORMAL, ..held.clone() };
    /// let change = held.advance(&seen)?;
    /// assert_eq!(change.verdict, Verdict::Legal);
    /// assert_eq!(change.changed, ["state"]);
    /// assert!(change.significant);
    ///
    /// seen.extend_bytes = Some(b"42 %".to_vec());
    /// let change = held.advance(&seen)?;
    /// assert!(!change.significant && change.update.is_empty());
    ///
    /// seen.state = WorkerStateCode::INIT;
    /// assert!(held.advance(&seen).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn advance(&mut self, seen: &Self) -> Result<Change, AdvanceError> {
        if (&self.job_id, &self.id) != (&seen.job_id, &seen.id) {
            return Err(AdvanceError::OtherWorker {
                held: (self.job_id.clone(), self.id.clone()),
                seen: (seen.job_id.clone(), seen.id.clone()),
            });
        }
        let mut observer = Worker::observer();
        observer.see(self.epoch, Worker::seen(self.state.0));
        let verdict = observer.see(seen.epoch, Worker::seen(seen.state.0));
        match verdict {
            Verdict::EpochWentBack { from, to } => {
                return Err(AdvanceError::EpochWentBack {
                    worker: self.id.clone(),
                    from,
                    to,
                });
            }
            Verdict::Illegal(illegal) => return Err(illegal.into()),
            Verdict::UnknownCode { .. } => {
                WorkerState::try_from(seen.state)?;
            }
            _ => {}
        }

        let (before, after) = (self.map(), seen.map());
        let significant =
            self.has_significant_change(seen) || matches!(verdict, Verdict::Restarted { .. });
        *self = Self {
            seq_id: self.seq_id,
            created_at: self.created_at,
            updated_at: self.updated_at,
            ..seen.clone()
        };
        Ok(Change {
            verdict,
            significant,
            changed: after
                .iter()
                .filter(|(column, value)| before.value(column) != Some(*value))
                .map(|(column, _)| column)
                .collect(),
            update: if significant {
                after
            } else {
                Update::default()
            },
        })
    }
}
