//! An entry of the table: the machine at work and what the table notes of it.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::{Handle, ManagerError};
use crate::framework::{WorkerEntry, WorkerEntryEvent, WorkerEntryState};
use crate::machine::{Explorable as _, Guarded, StepKind};

/// Later than any expiry, so that any expiry is one to be filed under.
pub(super) const NOT_FILED: i64 = i64::MAX;

/// An entry of the table.
///
/// Events in the queue refer to an entry, not to an id: an entry that has left the
/// table while they wait is still theirs, whatever is in the table under its id
/// by then.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    machine: WorkerEntry,
    state: WorkerEntryState,
    /// Tells entries of one id apart that are there at the same time.
    pub(super) serial: u16,
    /// How many events in the queue refer to the entry.
    pub(super) queued: u16,
    /// Under which expiry the entry is filed, [`NOT_FILED`] if it is not; it may
    /// have been put off since.
    pub(super) filed: i64,
}

impl Entry {
    pub(super) fn new(machine: WorkerEntry, state: WorkerEntryState) -> Self {
        Self {
            machine,
            state,
            serial: 0,
            queued: 0,
            filed: NOT_FILED,
        }
    }

    /// Takes a step in place and says what came of it. No handler changes anything
    /// before it refuses, so that no copy is needed to take a step back.
    #[inline]
    pub(super) fn step(&mut self, event: &WorkerEntryEvent) -> StepKind {
        WorkerEntry::step_in_place(&mut self.machine, &mut self.state, event, &mut ()).0
    }

    /// Takes a step that the caller relies on.
    pub(super) fn handle(&mut self, event: &WorkerEntryEvent) -> Result<(), ManagerError> {
        let mut machine = Guarded::at(self.machine.clone(), self.state);
        match machine.handle(event) {
            Ok(_) => {
                (self.machine, self.state) = machine.into_parts();
                Ok(())
            }
            Err(refused) => Err(ManagerError::EntryRefuses {
                worker: Arc::clone(self.machine.worker_shared()),
                known: self.machine.epoch(),
                refused: Box::new(refused),
            }),
        }
    }

    #[inline]
    pub(super) fn machine(&self) -> &WorkerEntry {
        &self.machine
    }

    #[inline]
    pub(super) fn state(&self) -> WorkerEntryState {
        self.state
    }

    /// Moves the expiry back; it has to be filed anew.
    pub(super) fn set_back(&mut self, by: i64, now: i64) {
        self.machine.set_back(by, now);
        self.filed = NOT_FILED;
    }

    /// The entry of the same worker under another id; it has to be filed anew.
    pub(super) fn renamed(&self, name: &impl Fn(&str) -> String) -> Self {
        Self {
            machine: self.machine.renamed(name),
            filed: NOT_FILED,
            ..self.clone()
        }
    }

    pub(super) fn handle_to(&self) -> Handle {
        let worker = Arc::clone(self.machine.worker_shared());
        if self.state.is_tombstone() {
            Handle::Tombstone { worker }
        } else {
            Handle::Running {
                worker,
                executor: Arc::clone(self.machine.executor_shared()),
            }
        }
    }

    pub(super) fn is(&self, worker: &str, serial: u16) -> bool {
        self.serial == serial && self.machine.worker() == worker
    }

    fn compared(&self) -> (&WorkerEntry, WorkerEntryState, u16, u16) {
        (&self.machine, self.state, self.serial, self.queued)
    }
}

/// Where an entry is filed follows from how its expiry came about, and decides
/// nothing.
impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.compared() == other.compared()
    }
}

impl Eq for Entry {}

impl Hash for Entry {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.compared().hash(hasher);
    }
}
