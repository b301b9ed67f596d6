//! The stored records of jobs, as far as their writers matter.
//!
//! | of the writers | shown by |
//! |---|---|
//! | a job is created by an insert, which a deleted record of the same id stands in the way of ([`Rule::CreateIsInsert`]) | [`JobRows::create`] |
//! | a deleted record stays where it is, and nobody sees it | [`JobRows::delete`], [`JobRows::load`] |
//! | a record that nobody sees is loaded as one that was never initialised, of epoch 0 | [`JobRows::load_or_uninit`] |
//! | a new incarnation writes its epoch, node and address, never a state | [`JobRows::refresh`] |
//! | a state is written over whatever is there; with [`Rule::StateWritesConditional`] only where the machine of a stored job master has that step, and for the epoch that the writer knows | [`JobRows::write_state`] |
//! | writing a record that is not there is no error | [`JobRows::write_state`] returns `false` |
//!
//! All of it is held by the tests of this file.

use std::collections::BTreeMap;

use super::MasterState;
use super::policy::{Policy, Rule};
use crate::graph::IllegalChange;
use crate::wire::{Epoch, MasterId, MasterMeta, MasterStateCode, Timestamp};

/// Why a write to a job's record was refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is a record of this id, deleted or not.
    #[error("there is a record of job `{job}` already; the id of a job is never used again")]
    AlreadyExists {
        /// The job.
        job: MasterId,
    },
    /// There is no record of this id that can be seen.
    #[error("there is no record of job `{job}`")]
    NotFound {
        /// The job.
        job: MasterId,
    },
    /// The job has not ended.
    #[error("job `{job}` has not ended; only one that has can be deleted")]
    NotTerminated {
        /// The job.
        job: MasterId,
    },
    /// Another incarnation has written the record since.
    #[error(
        "the record of job `{job}` is of epoch {stored}, not {known}; only its own epoch may write a state"
    )]
    OtherEpoch {
        /// The job.
        job: MasterId,
        /// The epoch that the writer knows.
        known: Epoch,
        /// The epoch in the record.
        stored: Epoch,
    },
    /// The state in the record, or the new one, has no name.
    #[error("job `{job}` cannot go from state code {} to {}: legal are 1 to 5", .from.0, .to.0)]
    UnknownState {
        /// The job.
        job: MasterId,
        /// The state in the record.
        from: MasterStateCode,
        /// The new state.
        to: MasterStateCode,
    },
    /// A stored job master never makes this step.
    #[error("job `{job}`: {change}")]
    IllegalChange {
        /// The job.
        job: MasterId,
        /// What is wrong with it.
        change: Box<IllegalChange>,
    },
}

impl StoreError {
    /// The rule that refused, for what the original lets pass.
    #[must_use]
    pub fn rule(&self) -> Option<Rule> {
        match self {
            Self::AlreadyExists { .. } => Some(Rule::CreateIsInsert),
            Self::OtherEpoch { .. } | Self::UnknownState { .. } | Self::IllegalChange { .. } => {
                Some(Rule::StateWritesConditional)
            }
            Self::NotFound { .. } | Self::NotTerminated { .. } => None,
        }
    }
}

/// The stored records of jobs.
///
/// # Examples
///
/// ```
/// use fsmcheck::framework::{JobRows, Policy};
/// use fsmcheck::wire::{MasterMeta, MasterStateCode};
///
/// let job = MasterMeta { id: "a".to_owned(), ..MasterMeta::default() };
/// let mut rows = JobRows::new(Policy::original());
/// rows.create(job.clone())?;
/// rows.write_state("a", 0, MasterStateCode::STOPPED)?;
/// // Nothing keeps the original from this.
/// rows.write_state("a", 0, MasterStateCode::INIT)?;
///
/// let mut rows = JobRows::new(Policy::hardened());
/// rows.create(job)?;
/// rows.write_state("a", 0, MasterStateCode::STOPPED)?;
/// assert!(rows.write_state("a", 0, MasterStateCode::INIT).is_err());
/// # Ok::<(), fsmcheck::framework::StoreError>(())
/// ```
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct JobRows {
    policy: Policy,
    rows: BTreeMap<MasterId, MasterMeta>,
}

impl JobRows {
    /// No records.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            rows: BTreeMap::new(),
        }
    }

    /// Creates the record of a new job, whose state is then uninitialised.
    ///
    /// Without [`Rule::CreateIsInsert`] the record of a deleted job is written
    /// over, and stays marked as deleted.
    ///
    /// # Errors
    ///
    /// When there is a record of the same id.
    pub fn create(&mut self, job: MasterMeta) -> Result<(), StoreError> {
        let uninit = MasterMeta {
            state: MasterStateCode::UNINIT,
            deleted: None,
            ..job
        };
        match self.rows.get_mut(&uninit.id) {
            None => {
                self.rows.insert(uninit.id.clone(), uninit);
                Ok(())
            }
            Some(row) if row.deleted.is_some() && !self.policy.has(Rule::CreateIsInsert) => {
                let deleted = row.deleted;
                *row = MasterMeta { deleted, ..uninit };
                Ok(())
            }
            Some(_) => Err(StoreError::AlreadyExists { job: uninit.id }),
        }
    }

    /// Marks the record of a job that has ended as deleted.
    ///
    /// # Errors
    ///
    /// When there is no record, or the job has not ended.
    pub fn delete(&mut self, job: &str, now: Timestamp) -> Result<(), StoreError> {
        let row = self.row(job)?;
        if !row.state.is_terminated() {
            return Err(StoreError::NotTerminated {
                job: job.to_owned(),
            });
        }
        row.deleted = Some(now);
        Ok(())
    }

    /// Marks the record of a job that could not be created as deleted, whatever
    /// its state.
    ///
    /// # Errors
    ///
    /// When there is no record.
    pub fn roll_back(&mut self, job: &str, now: Timestamp) -> Result<(), StoreError> {
        self.row(job)?.deleted = Some(now);
        Ok(())
    }

    /// The record of a job, unless it is marked as deleted.
    #[must_use]
    pub fn load(&self, job: &str) -> Option<&MasterMeta> {
        self.rows.get(job).filter(|row| row.deleted.is_none())
    }

    /// The record of a job as its master loads it when it starts: where there is
    /// none to be seen, one that was never initialised.
    #[must_use]
    pub fn load_or_uninit(&self, job: &str) -> MasterMeta {
        self.load(job).cloned().unwrap_or_else(|| MasterMeta {
            id: job.to_owned(),
            state: MasterStateCode::UNINIT,
            ..MasterMeta::default()
        })
    }

    /// Every record that is not marked as deleted, by the ids.
    pub fn iter(&self) -> impl Iterator<Item = &MasterMeta> {
        self.rows.values().filter(|row| row.deleted.is_none())
    }

    /// A new incarnation of a job's master writes where it is. Returns whether
    /// there is a record and, under [`Rule::StateWritesConditional`], no later
    /// incarnation has written it.
    pub fn refresh(&mut self, job: &str, epoch: Epoch, node: &str, addr: &str) -> bool {
        let conditional = self.policy.has(Rule::StateWritesConditional);
        self.row(job).is_ok_and(|row| {
            if conditional && epoch < row.epoch {
                return false;
            }
            row.epoch = epoch;
            node.clone_into(&mut row.node_id);
            addr.clone_into(&mut row.addr);
            true
        })
    }

    /// Writes the state of a job, by one who knows it in this epoch. Returns
    /// whether there is a record.
    ///
    /// # Errors
    ///
    /// Under [`Rule::StateWritesConditional`], when the record is of another epoch
    /// or a stored job master never makes this step; writing a state anew is fine.
    pub fn write_state(
        &mut self,
        job: &str,
        known: Epoch,
        to: MasterStateCode,
    ) -> Result<bool, StoreError> {
        let conditional = self.policy.has(Rule::StateWritesConditional);
        let Ok(row) = self.row(job) else {
            return Ok(false);
        };
        if conditional {
            check_write(row, known, to)?;
        }
        row.state = to;
        Ok(true)
    }

    fn row(&mut self, job: &str) -> Result<&mut MasterMeta, StoreError> {
        self.rows
            .get_mut(job)
            .filter(|row| row.deleted.is_none())
            .ok_or_else(|| StoreError::NotFound {
                job: job.to_owned(),
            })
    }
}

fn check_write(row: &MasterMeta, known: Epoch, to: MasterStateCode) -> Result<(), StoreError> {
    let job = || row.id.clone();
    if row.epoch != known {
        return Err(StoreError::OtherEpoch {
            job: job(),
            known,
            stored: row.epoch,
        });
    }
    if row.state == to {
        return Ok(());
    }
    let (Ok(before), Ok(after)) = (
        MasterState::try_from(row.state.0),
        MasterState::try_from(to.0),
    ) else {
        return Err(StoreError::UnknownState {
            job: job(),
            from: row.state,
            to,
        });
    };
    before
        .try_become(after)
        .map_err(|change| StoreError::IllegalChange {
            job: job(),
            change: Box::new(change),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job() -> MasterMeta {
        MasterMeta {
            id: "a".to_owned(),
            ..MasterMeta::default()
        }
    }

    fn rows(policy: Policy) -> JobRows {
        let mut rows = JobRows::new(policy);
        rows.create(job()).unwrap();
        rows
    }

    #[test]
    fn the_id_of_a_deleted_job_is_taken_but_for_the_rule() {
        let now = Timestamp::default();
        let deleted = |policy| {
            let mut rows = rows(policy);
            assert!(matches!(
                rows.delete("a", now),
                Err(StoreError::NotTerminated { .. })
            ));
            rows.write_state("a", 0, MasterStateCode::STOPPED).unwrap();
            rows.delete("a", now).unwrap();
            assert_eq!(rows.load("a"), None);
            assert!(matches!(
                rows.delete("a", now),
                Err(StoreError::NotFound { .. })
            ));
            rows
        };
        for policy in [Policy::original(), Policy::hardened()] {
            let refused = deleted(policy).create(job()).unwrap_err();
            assert_eq!(refused.rule(), Some(Rule::CreateIsInsert));
        }
        let mut rows = deleted(Policy::before(Rule::CreateIsInsert));
        rows.create(job()).unwrap();
        assert_eq!(rows.load("a"), None, "created, and nobody sees it");
        assert_eq!(rows.iter().count(), 0);
        assert_eq!(rows.load_or_uninit("a").state, MasterStateCode::UNINIT);
        assert_eq!(
            rows.write_state("a", 0, MasterStateCode::INIT),
            Ok(false),
            "writing what is not there is no error"
        );
        // A live record is in the way without the rule, too.
        let mut live = self::rows(Policy::before(Rule::CreateIsInsert));
        assert!(live.create(job()).is_err());
    }

    #[test]
    fn a_state_is_written_over_anything_but_for_the_rule() {
        let legal = [
            (MasterStateCode::UNINIT, MasterStateCode::INIT),
            (MasterStateCode::UNINIT, MasterStateCode::STOPPED),
            (MasterStateCode::INIT, MasterStateCode::FINISHED),
            (MasterStateCode::FINISHED, MasterStateCode::FINISHED),
        ];
        let illegal = [
            (MasterStateCode::STOPPED, MasterStateCode::INIT),
            (MasterStateCode::FAILED, MasterStateCode::FINISHED),
            (MasterStateCode::INIT, MasterStateCode::UNINIT),
            (MasterStateCode::INIT, MasterStateCode(9)),
        ];
        let write = |policy, (from, to): (_, _)| {
            let mut rows = JobRows::new(policy);
            rows.create(job()).unwrap();
            rows.row("a").unwrap().state = from;
            let before = rows.clone();
            let written = rows.write_state("a", 0, to);
            let expected = if written.is_ok() { to } else { from };
            assert_eq!(rows.load("a").unwrap().state, expected);
            assert!(written.is_ok() || rows == before);
            written
        };
        // Today's original is what was before the rule.
        for policy in [
            Policy::original(),
            Policy::before(Rule::StateWritesConditional),
        ] {
            for change in legal.iter().chain(&illegal) {
                assert_eq!(write(policy, *change), Ok(true));
            }
        }
        for change in legal {
            assert_eq!(write(Policy::hardened(), change), Ok(true));
        }
        for change in illegal {
            let refused = write(Policy::hardened(), change).unwrap_err();
            assert_eq!(refused.rule(), Some(Rule::StateWritesConditional));
        }
    }

    #[test]
    fn an_old_incarnation_writes_no_state_under_the_rule() {
        for (policy, writes) in [(Policy::original(), true), (Policy::hardened(), false)] {
            let mut rows = rows(policy);
            assert!(rows.refresh("a", 7, "node", "addr"));
            let row = rows.load("a").unwrap();
            assert_eq!((row.epoch, row.node_id.as_str()), (7, "node"));
            assert_eq!(row.state, MasterStateCode::UNINIT);
            let old = rows.write_state("a", 6, MasterStateCode::INIT);
            assert_eq!(old.is_ok(), writes);
            assert_eq!(rows.write_state("a", 7, MasterStateCode::INIT), Ok(true));
        }
        assert!(!rows(Policy::original()).refresh("b", 7, "node", "addr"));
    }

    #[test]
    fn a_creation_is_rolled_back_whatever_the_state() {
        let mut rows = rows(Policy::hardened());
        rows.roll_back("a", Timestamp::default()).unwrap();
        assert_eq!(rows.load("a"), None);
        assert!(rows.create(job()).is_err());
        assert!(rows.roll_back("a", Timestamp::default()).is_err());
    }
}
