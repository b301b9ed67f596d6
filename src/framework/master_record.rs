//! The record of a job master, stepped by its machine.

use super::{Master, MasterEvent, MasterState, UnknownState};
use crate::machine::{Guarded, Refused};
use crate::wire::{MasterId, MasterMeta, MasterStateCode, Update, Value, WorkerType};

impl TryFrom<MasterStateCode> for MasterState {
    type Error = UnknownState;

    fn try_from(code: MasterStateCode) -> Result<Self, UnknownState> {
        code.0.try_into()
    }
}

impl From<MasterState> for MasterStateCode {
    fn from(state: MasterState) -> Self {
        Self(state.code())
    }
}

/// Why an event does not change the record of a job master.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TransitionError {
    /// The record is the job manager's own, which never changes its state.
    #[error("`{id}` is the job manager's own record; only those of job masters change their state")]
    JobManager {
        /// The id in the record.
        id: MasterId,
    },
    /// The code in the record stands for no state.
    #[error(transparent)]
    UnknownState(#[from] UnknownState),
    /// The machine refuses the event in the record's state.
    #[error(transparent)]
    Refused(#[from] Refused),
}

/// Methods by the machine of a job master.
impl MasterMeta {
    /// Takes the record through one step of the job master's machine, and says
    /// which columns of its row are to be written.
    ///
    /// | event | columns |
    /// |---|---|
    /// | initialised | `state` |
    /// | recovered | none |
    /// | exit | `state`, `error_message`, `detail` |
    /// | dispatch refused | `state`, `error_message` |
    /// | back-off exhausted, canceled while pending | `state` |
    /// | deleted, creation rolled back | `deleted` |
    ///
    /// Where the job manager ends a job, the original writes every column of the
    /// row back as it has read it, and so may undo what others have written
    /// since. Here it is the columns that change.
    ///
    /// # Errors
    ///
    /// When the record is the job manager's own, its code stands for no state,
    /// or the machine refuses the event. The record is then as it was.
    ///
    /// # Examples
    ///
    /// ```
    /// use fsmcheck::framework::{ExitReason, MasterEvent};
    /// use fsmcheck::wire::{MasterMeta, MasterStateCode, Value};
    ///
    /// let mut job = MasterMeta::from_json(br#"{"id":"job-1","type":"DMJobMaster","state":2}"#)?;
    /// let update = job.transition(&MasterEvent::exit(ExitReason::Canceled))?;
    /// assert_eq!(job.state, MasterStateCode::STOPPED);
    /// assert_eq!(update.value("state"), Some(&Value::Int(4)));
    ///
    /// let refused = job.transition(&MasterEvent::Initialised).unwrap_err();
    /// assert_eq!(
    ///     refused.to_string(),
    ///     "master refuses `initialised` in state `Stopped`; legal there: deleted"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn transition(&mut self, event: &MasterEvent) -> Result<Update, TransitionError> {
        if self.kind == WorkerType::JOB_MANAGER {
            return Err(TransitionError::JobManager {
                id: self.id.clone(),
            });
        }
        let state = MasterState::try_from(self.state)?;
        let mut master = Guarded::at(Master::new(self.deleted.is_some()), state);
        master.handle(event)?;

        self.state = (*master.state()).into();
        Ok(match event {
            MasterEvent::Initialised
            | MasterEvent::BackOffExhausted
            | MasterEvent::CanceledWhilePending => self.update_state_values(),
            MasterEvent::Recovered => Update::default(),
            MasterEvent::Exit { error, detail, .. } => {
                self.error_message.clone_from(error);
                self.detail.clone_from(detail);
                self.exit_values()
            }
            MasterEvent::DispatchRefused { error } => {
                self.error_message.clone_from(error);
                self.update_state_values()
                    .into_iter()
                    .chain(self.update_error_values())
                    .collect()
            }
            MasterEvent::Deleted { at } | MasterEvent::CreationRolledBack { at } => {
                self.deleted = Some(*at);
                Update::from_iter([("deleted", Value::from(*at))])
            }
        })
    }
}
