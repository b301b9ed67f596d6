//! The sets of jobs, and the walks over them.

use std::collections::BTreeMap;

use super::job::{Job, JobEvent, JobState};
use crate::framework::policy::{Policy, Rule};
use crate::machine::Guarded;
use crate::wire::{MasterId, MasterMeta};

/// A job as the job manager has registered it.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct RegisteredJob {
    meta: MasterMeta,
    machine: Guarded<Job>,
}

impl RegisteredJob {
    /// The record of the job, as it was when the job was registered; its id is
    /// the one under which it was dispatched last.
    #[must_use]
    pub fn meta(&self) -> &MasterMeta {
        &self.meta
    }

    /// Where the job stands.
    #[must_use]
    pub fn state(&self) -> JobState {
        *self.machine.state()
    }

    /// Whether a new job manager found the job in the store and has not yet
    /// dispatched it itself.
    #[must_use]
    pub fn is_from_failover(&self) -> bool {
        self.machine.storage().is_from_failover()
    }

    /// Whether a walk would have the job dispatched.
    #[must_use]
    pub fn is_to_be_dispatched(&self) -> bool {
        self.machine.can(&JobEvent::DispatchedAgain)
    }

    /// Whether the job's master can be spoken to.
    #[must_use]
    pub fn has_handle(&self) -> bool {
        self.state().is_online()
    }
}

/// What came of dispatching a job during a walk.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the answers that a walk tells apart, all of them"
)]
pub enum DispatchAnswer {
    /// It was dispatched under its own id.
    Dispatched,
    /// It was dispatched under another id.
    DispatchedAs(MasterId),
    /// It must not be dispatched yet.
    BackOff,
    /// It must never be dispatched again.
    GiveUp,
    /// Too many jobs are being dispatched already.
    QuotaExceeded,
    /// It could not be dispatched.
    Failed(String),
}

/// Why an operation on the table was refused or a walk ended early.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum JobTableError {
    /// Only an awaited job gets online or fails to be dispatched. The original
    /// ends the leader when this comes from a worker's callback.
    #[error("job `{job}` is not awaited; only an awaited job can get online or fail to start")]
    NotAwaited {
        /// The job.
        job: MasterId,
    },
    /// An entry for a job's master brings the job online only when the master was
    /// heard of.
    #[error("the master of job `{job}` was not heard of; only then is the job online")]
    NotHeard {
        /// The job.
        job: MasterId,
    },
    /// A job is registered once.
    #[error("job `{job}` is registered already, in state `{state}`; only an unknown job can be")]
    AlreadyRegistered {
        /// The job.
        job: MasterId,
        /// Where it stands.
        state: JobState,
    },
    /// A walk came to a job that must not be dispatched yet.
    #[error("job `{job}` must not be dispatched yet; try it later")]
    BackOff {
        /// The job.
        job: MasterId,
    },
    /// A walk came to a job that must never be dispatched again.
    #[error("job `{job}` must never be dispatched again; only a pending job can be given up")]
    GivenUp {
        /// The job.
        job: MasterId,
    },
    /// A walk came to a job when too many were being dispatched.
    #[error("too many jobs are being dispatched to add `{job}`; try it later")]
    QuotaExceeded {
        /// The job.
        job: MasterId,
    },
    /// A walk came to a job that could not be dispatched.
    #[error("job `{job}` cannot be dispatched: {error}")]
    DispatchFailed {
        /// The job.
        job: MasterId,
        /// What went wrong.
        error: String,
    },
}

impl JobTableError {
    /// The code under which the original registered the error, if it did.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::NotAwaited { .. } => Some("DFLOW:ErrWorkerNotFound"),
            Self::BackOff { .. } => Some("DFLOW:ErrMasterCreateWorkerBackoff"),
            Self::GivenUp { .. } => Some("DFLOW:ErrMasterCreateWorkerTerminate"),
            Self::QuotaExceeded { .. } => Some("DFLOW:ErrMasterConcurrencyExceeded"),
            Self::NotHeard { .. }
            | Self::AlreadyRegistered { .. }
            | Self::DispatchFailed { .. } => None,
        }
    }

    /// The rule that refused, for what the original lets pass.
    #[must_use]
    pub fn rule(&self) -> Option<Rule> {
        match self {
            Self::NotHeard { .. } => Some(Rule::OnlineOnlyIfHeard),
            Self::AlreadyRegistered { .. } => Some(Rule::RegisteredBeforeDispatch),
            _ => None,
        }
    }
}

type Jobs = BTreeMap<MasterId, RegisteredJob>;
/// One of the sets of a table.
type Set = fn(&mut JobTable) -> &mut Jobs;

/// The job manager's jobs, by where they stand.
///
/// Walks go by the order of the ids, so they are the same each time.
///
/// # Examples
///
/// ```
/// use fsmcheck::framework::{DispatchAnswer, JobState, JobTable, Policy};
/// use fsmcheck::wire::MasterMeta;
///
/// let mut jobs = JobTable::new(Policy::original());
/// jobs.dispatched(MasterMeta { id: "a".to_owned(), ..MasterMeta::default() }, false)?;
/// jobs.online("a", true)?;
/// let again = jobs.online("a", true).unwrap_err();
/// assert_eq!(again.code(), Some("DFLOW:ErrWorkerNotFound"));
///
/// assert!(jobs.offline("a", true));
/// jobs.dispatch_pending(|meta| {
///     assert_eq!(meta.id, "a");
///     DispatchAnswer::Dispatched
/// })?;
/// assert_eq!(jobs.query("a").map(|job| job.state()), Some(JobState::WaitAck));
/// # Ok::<(), fsmcheck::framework::JobTableError>(())
/// ```
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct JobTable {
    policy: Policy,
    pending: Jobs,
    wait_ack: Jobs,
    online: Jobs,
}

impl JobTable {
    /// A table without jobs.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            ..Self::default()
        }
    }

    /// Registers a job as awaited: it was dispatched, or a new job manager found
    /// it in the store (`from_failover`).
    ///
    /// # Errors
    ///
    /// Under [`Rule::RegisteredBeforeDispatch`], when the job is known already.
    pub fn dispatched(
        &mut self,
        meta: MasterMeta,
        from_failover: bool,
    ) -> Result<(), JobTableError> {
        self.check_unknown(&meta.id)?;
        let id = meta.id.clone();
        let mut job = self.wait_ack.remove(&id).unwrap_or_else(|| RegisteredJob {
            meta: MasterMeta::default(),
            machine: Guarded::new(Job::new(self.policy)),
        });
        job.meta = meta;
        // A new registration and, where the rule is off, an awaited one take it.
        let _ = job.machine.handle(&JobEvent::Dispatched { from_failover });
        self.keep(id, job);
        Ok(())
    }

    /// An awaited job gets online: there is an entry for its master, which was
    /// `heard` of or not.
    ///
    /// # Errors
    ///
    /// When the job is not awaited or, under [`Rule::OnlineOnlyIfHeard`], was not
    /// heard of.
    pub fn online(&mut self, job: &str, heard: bool) -> Result<(), JobTableError> {
        if self.step(|jobs| &mut jobs.wait_ack, job, JobEvent::Online { heard }) {
            Ok(())
        } else if self.wait_ack.contains_key(job) {
            Err(JobTableError::NotHeard {
                job: job.to_owned(),
            })
        } else {
            Err(JobTableError::NotAwaited {
                job: job.to_owned(),
            })
        }
    }

    /// An awaited job could not be dispatched: it becomes pending.
    ///
    /// # Errors
    ///
    /// When the job is not awaited.
    pub fn dispatch_failed(&mut self, job: &str) -> Result<(), JobTableError> {
        if self.step(|jobs| &mut jobs.wait_ack, job, JobEvent::DispatchFailed) {
            Ok(())
        } else {
            Err(JobTableError::NotAwaited {
                job: job.to_owned(),
            })
        }
    }

    /// A job's master is gone; `failover` says whether the job is to be run again.
    ///
    /// Returns whether the table knew of the job's master; if not, the call is
    /// ignored.
    pub fn offline(&mut self, job: &str, failover: bool) -> bool {
        let event = JobEvent::Offline { failover };
        self.step(|jobs| &mut jobs.online, job, event)
            || self.step(|jobs| &mut jobs.wait_ack, job, event)
    }

    /// A job that was registered before it was dispatched could not be created
    /// after all: it is forgotten. Returns whether it was awaited.
    pub fn roll_back(&mut self, job: &str) -> bool {
        self.step(|jobs| &mut jobs.wait_ack, job, JobEvent::CreationRolledBack)
    }

    /// Gives up an awaited job that a new job manager was about to dispatch.
    /// Returns whether it was awaited.
    pub fn give_up_awaited(&mut self, job: &str) -> bool {
        self.step(|jobs| &mut jobs.wait_ack, job, JobEvent::GivenUp)
    }

    /// Walks over the pending jobs, in the order of their ids, and has each one
    /// dispatched. A job that must wait is passed over, one that is given up is
    /// forgotten.
    ///
    /// # Errors
    ///
    /// The first answer that is neither of these nor a success; the jobs after it
    /// are not visited.
    pub fn dispatch_pending(
        &mut self,
        mut dispatch: impl FnMut(&MasterMeta) -> DispatchAnswer,
    ) -> Result<(), JobTableError> {
        let visited: Vec<_> = self.pending.keys().cloned().collect();
        for job in visited {
            self.dispatch_one_pending(&job, &mut dispatch)?;
        }
        Ok(())
    }

    /// Visits one pending job, as [`dispatch_pending`](Self::dispatch_pending)
    /// does; a job that is not pending is not visited.
    ///
    /// # Errors
    ///
    /// As the walk.
    pub fn dispatch_one_pending(
        &mut self,
        job: &str,
        dispatch: &mut impl FnMut(&MasterMeta) -> DispatchAnswer,
    ) -> Result<(), JobTableError> {
        let Some(pending) = self.pending.get(job) else {
            return Ok(());
        };
        let id = match dispatch(&pending.meta) {
            DispatchAnswer::Dispatched => pending.meta.id.clone(),
            DispatchAnswer::DispatchedAs(id) => id,
            DispatchAnswer::BackOff => return Ok(()),
            DispatchAnswer::GiveUp => {
                self.step(|jobs| &mut jobs.pending, job, JobEvent::GivenUp);
                return Ok(());
            }
            DispatchAnswer::QuotaExceeded => {
                return Err(JobTableError::QuotaExceeded {
                    job: job.to_owned(),
                });
            }
            DispatchAnswer::Failed(error) => {
                return Err(JobTableError::DispatchFailed {
                    job: job.to_owned(),
                    error,
                });
            }
        };
        if id != job {
            self.check_unknown(&id)?;
        }
        if let Some(mut pending) = self.pending.remove(job) {
            pending.meta.id.clone_from(&id);
            // A pending job takes it in any case.
            let _ = pending.machine.handle(&JobEvent::DispatchedAgain);
            self.keep(id, pending);
        }
        Ok(())
    }

    /// Walks over the awaited jobs that a new job manager found in the store, in
    /// the order of their ids, and has each one dispatched.
    ///
    /// # Errors
    ///
    /// The first answer that is no success; the jobs after it are not visited.
    pub fn dispatch_awaited(
        &mut self,
        mut dispatch: impl FnMut(&MasterMeta) -> DispatchAnswer,
    ) -> Result<(), JobTableError> {
        let visited: Vec<_> = self.wait_ack.keys().cloned().collect();
        for job in visited {
            self.dispatch_one_awaited(&job, &mut dispatch)?;
        }
        Ok(())
    }

    /// Visits one awaited job, as [`dispatch_awaited`](Self::dispatch_awaited)
    /// does; one that the walk passes over is not visited.
    ///
    /// # Errors
    ///
    /// As the walk.
    pub fn dispatch_one_awaited(
        &mut self,
        job: &str,
        dispatch: &mut impl FnMut(&MasterMeta) -> DispatchAnswer,
    ) -> Result<(), JobTableError> {
        let Some(awaited) = self
            .wait_ack
            .get(job)
            .filter(|awaited| awaited.is_to_be_dispatched())
        else {
            return Ok(());
        };
        let job = job.to_owned();
        match dispatch(&awaited.meta) {
            // The original does not look at the id that it gets here.
            DispatchAnswer::Dispatched | DispatchAnswer::DispatchedAs(_) => {
                self.step(|jobs| &mut jobs.wait_ack, &job, JobEvent::DispatchedAgain);
                Ok(())
            }
            DispatchAnswer::BackOff => Err(JobTableError::BackOff { job }),
            DispatchAnswer::GiveUp => Err(JobTableError::GivenUp { job }),
            DispatchAnswer::QuotaExceeded => Err(JobTableError::QuotaExceeded { job }),
            DispatchAnswer::Failed(error) => Err(JobTableError::DispatchFailed { job, error }),
        }
    }

    /// The job of this id, looked for among the pending, then the awaited, then
    /// the jobs that are online.
    #[must_use]
    pub fn query(&self, job: &str) -> Option<&RegisteredJob> {
        self.pending
            .get(job)
            .or_else(|| self.wait_ack.get(job))
            .or_else(|| self.online.get(job))
    }

    /// The job of this id, if it is online.
    #[must_use]
    pub fn query_online(&self, job: &str) -> Option<&RegisteredJob> {
        self.online.get(job)
    }

    /// The jobs that wait to be dispatched again, by their ids.
    pub fn pending(&self) -> impl ExactSizeIterator<Item = (&str, &RegisteredJob)> {
        self.pending.iter().map(|(id, job)| (id.as_str(), job))
    }

    /// The jobs that are awaited, by their ids.
    pub fn wait_ack(&self) -> impl ExactSizeIterator<Item = (&str, &RegisteredJob)> {
        self.wait_ack.iter().map(|(id, job)| (id.as_str(), job))
    }

    /// The jobs that are online, by their ids.
    pub fn online_jobs(&self) -> impl ExactSizeIterator<Item = (&str, &RegisteredJob)> {
        self.online.iter().map(|(id, job)| (id.as_str(), job))
    }

    /// How many jobs count as created: those that are pending or awaited.
    #[must_use]
    pub fn n_created(&self) -> usize {
        self.pending.len() + self.wait_ack.len()
    }

    /// How many jobs count as running: those that are online.
    #[must_use]
    pub fn n_running(&self) -> usize {
        self.online.len()
    }

    /// Hands an event to a job in one of the sets and moves the job to the set of
    /// its new state. Returns whether the job is there and takes the event.
    fn step(&mut self, set: Set, job: &str, event: JobEvent) -> bool {
        let Some((id, mut registered)) = set(self).remove_entry(job) else {
            return false;
        };
        let taken = registered.machine.handle(&event).is_ok();
        self.keep(id, registered);
        taken
    }

    /// Puts a job into the set of its state, over another one of the same id.
    fn keep(&mut self, id: MasterId, job: RegisteredJob) {
        let state = job.state();
        if state.is_pending() {
            self.pending.insert(id, job);
        } else if state.is_awaited() {
            self.wait_ack.insert(id, job);
        } else if state.is_online() {
            self.online.insert(id, job);
        }
    }

    fn check_unknown(&self, id: &str) -> Result<(), JobTableError> {
        match self.query(id) {
            Some(known) if self.policy.has(Rule::RegisteredBeforeDispatch) => {
                Err(JobTableError::AlreadyRegistered {
                    job: id.to_owned(),
                    state: known.state(),
                })
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meta(job: &str) -> MasterMeta {
        MasterMeta {
            id: job.to_owned(),
            ..MasterMeta::default()
        }
    }

    /// The original as it is or was before a rule, and all rules.
    fn policies(rule: Rule) -> [(Policy, bool); 3] {
        [
            (Policy::before(rule), false),
            (Policy::original(), rule.is_original()),
            (Policy::hardened(), true),
        ]
    }

    #[test]
    fn offline_before_online_handled() {
        for (policy, on) in policies(Rule::OfflineBeforeOnlineHandled) {
            let mut jobs = JobTable::new(policy);
            jobs.dispatched(meta("a"), true).unwrap();
            assert_eq!(jobs.offline("a", false), on);
            // Without the rule a job that has ended is dispatched again.
            let mut visited = 0;
            jobs.dispatch_awaited(|_| {
                visited += 1;
                DispatchAnswer::Dispatched
            })
            .unwrap();
            assert_eq!(visited, usize::from(!on));
        }
    }

    #[test]
    fn redispatch_only_after_failover() {
        for (policy, on) in policies(Rule::RedispatchOnlyAfterFailover) {
            let mut jobs = JobTable::new(policy);
            jobs.dispatched(meta("created"), false).unwrap();
            jobs.dispatched(meta("found"), true).unwrap();
            let mut visited = Vec::new();
            jobs.dispatch_awaited(|meta| {
                visited.push(meta.id.clone());
                DispatchAnswer::Dispatched
            })
            .unwrap();
            let expected: &[_] = if on {
                &["found"]
            } else {
                &["created", "found"]
            };
            assert_eq!(visited, expected);
        }
    }

    #[test]
    fn a_job_is_registered_once_under_the_rule() {
        for (policy, on) in policies(Rule::RegisteredBeforeDispatch) {
            let mut jobs = JobTable::new(policy);
            jobs.dispatched(meta("a"), false).unwrap();
            jobs.online("a", true).unwrap();
            jobs.dispatched(meta("b"), false).unwrap();
            jobs.dispatch_failed("b").unwrap();
            let before = jobs.clone();
            let again = jobs.dispatched(meta("a"), false);
            let renamed = jobs.dispatch_pending(|_| DispatchAnswer::DispatchedAs("a".to_owned()));
            assert_eq!(again.is_err(), on);
            assert_eq!(renamed.is_err(), on);
            assert_eq!(jobs == before, on);
            // The original now has the job twice.
            assert_eq!(jobs.n_created() + jobs.n_running(), 2);
        }
    }

    #[test]
    fn an_error_says_what_would_have_been_legal() {
        let mut jobs = JobTable::new(Policy::hardened());
        assert_eq!(
            jobs.online("a", true).unwrap_err().to_string(),
            "job `a` is not awaited; only an awaited job can get online or fail to start"
        );
        jobs.dispatched(meta("a"), true).unwrap();
        let unheard = jobs.online("a", false).unwrap_err();
        assert_eq!(unheard.rule(), Some(Rule::OnlineOnlyIfHeard));
        let again = jobs.dispatched(meta("a"), true).unwrap_err();
        assert_eq!(
            again.to_string(),
            "job `a` is registered already, in state `WaitAck`; only an unknown job can be"
        );
        for (answer, code) in [
            (
                DispatchAnswer::BackOff,
                Some("DFLOW:ErrMasterCreateWorkerBackoff"),
            ),
            (
                DispatchAnswer::GiveUp,
                Some("DFLOW:ErrMasterCreateWorkerTerminate"),
            ),
            (
                DispatchAnswer::QuotaExceeded,
                Some("DFLOW:ErrMasterConcurrencyExceeded"),
            ),
            (DispatchAnswer::Failed("away".to_owned()), None),
        ] {
            let before = jobs.clone();
            let ended = jobs.dispatch_awaited(|_| answer.clone()).unwrap_err();
            assert_eq!(ended.code(), code);
            assert_eq!(jobs, before);
        }
    }
}
