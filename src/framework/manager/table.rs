//! The table of workers, and which of them may have expired.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use super::entry::Entry;
use crate::framework::WorkerEntryEvent;

/// The entries of a manager by worker id.
///
/// Each entry with an expiry is filed once under an expiry that is not later than
/// its own. A ping only puts its own expiry off; when the time comes under which
/// it is filed, it is filed anew. So a check looks at an entry once per time-out,
/// not once per check.
///
/// The order of the entries depends on what was put in and taken out, and on
/// nothing else.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    entries: IndexMap<Arc<str>, Entry, FxBuildHasher>,
    /// Entries that left while events in the queue refer to them.
    detached: Vec<Entry>,
    filed: BinaryHeap<Reverse<(i64, Arc<str>)>>,
    /// The workers that have said that they have finished since the last check.
    finished: Vec<Arc<str>>,
    /// How many entries are waited for.
    waited_for: usize,
}

impl Table {
    /// Adds an entry; one of the same id gives way to it.
    pub(super) fn insert(&mut self, mut entry: Entry) {
        let worker = Arc::clone(entry.machine().worker_shared());
        self.remove(&worker);
        let same_id = self
            .detached
            .iter()
            .filter(|detached| *detached.machine().worker() == *worker);
        entry.serial = same_id
            .map(|detached| detached.serial.wrapping_add(1))
            .max()
            .unwrap_or(0);
        self.waited_for += usize::from(entry.state().is_waited_for());
        self.entries.insert(Arc::clone(&worker), entry);
        self.file(&worker);
    }

    /// Takes an entry out.
    pub(super) fn remove(&mut self, worker: &str) {
        let Some(entry) = self.entries.swap_remove(worker) else {
            return;
        };
        self.waited_for -= usize::from(entry.state().is_waited_for());
        if entry.queued > 0 {
            self.detached.push(entry);
        }
    }

    #[inline]
    pub(super) fn get(&self, worker: &str) -> Option<&Entry> {
        self.entries.get(worker)
    }

    #[inline]
    pub(super) fn get_mut(&mut self, worker: &str) -> Option<&mut Entry> {
        self.entries.get_mut(worker)
    }

    /// The entry that an event refers to, in the table or not.
    pub(super) fn referred(&mut self, worker: &str, serial: u32) -> Option<&mut Entry> {
        match self.entries.get_mut(worker) {
            Some(entry) if entry.serial == serial => Some(entry),
            _ => self
                .detached
                .iter_mut()
                .find(|entry| entry.is(worker, serial)),
        }
    }

    /// Notes that an event which refers to an entry has left the queue.
    pub(super) fn release(&mut self, worker: &str, serial: u32) {
        if let Some(entry) = self.referred(worker, serial) {
            entry.queued = entry.queued.saturating_sub(1);
        }
        self.detached.retain(|entry| entry.queued > 0);
    }

    /// Tells that a waited-for worker was heard; whether it was the last one.
    pub(super) fn heard(&mut self, worker: &str) -> bool {
        self.waited_for -= 1;
        self.file(worker);
        self.waited_for == 0
    }

    /// Tells that a worker has said that it has finished.
    pub(super) fn finished(&mut self, worker: &str) {
        if let Some((worker, _)) = self.entries.get_key_value(worker) {
            self.finished.push(Arc::clone(worker));
        }
    }

    /// Files an entry under its expiry where it is not filed, or too late.
    #[inline]
    pub(super) fn file(&mut self, worker: &str) {
        let Some((worker, entry)) = self.entries.get_key_value(worker) else {
            return;
        };
        let Some(expires_at) = entry.machine().expires_at() else {
            return;
        };
        if entry.filed.is_none_or(|filed| expires_at < filed) {
            let worker = Arc::clone(worker);
            self.file_under(worker, expires_at);
        }
    }

    fn file_under(&mut self, worker: Arc<str>, expires_at: i64) {
        if let Some(entry) = self.entries.get_mut(&worker) {
            entry.filed = Some(expires_at);
            self.filed.push(Reverse((expires_at, worker)));
        }
        // What is left behind by entries that are gone must not pile up between
        // two checks.
        if self.filed.len() > 2 * self.entries.len() + 64 {
            let entries = &self.entries;
            self.filed.retain(|Reverse((expires_at, worker))| {
                entries.get(worker).map(|entry| entry.filed) == Some(Some(*expires_at))
            });
        }
    }

    /// The workers that have expired before `now` or have finished, in the order
    /// of their ids. Which of them a check concerns, their entries decide.
    pub(super) fn due(&mut self, now: i64) -> Vec<Arc<str>> {
        let mut due = std::mem::take(&mut self.finished);
        due.retain(|worker| {
            self.entries
                .get(worker)
                .is_some_and(|entry| entry.machine().is_finished())
        });
        while let Some(Reverse((filed, _))) = self.filed.peek()
            && *filed < now
            && let Some(Reverse((filed, worker))) = self.filed.pop()
        {
            let Some(entry) = self.entries.get_mut(&worker) else {
                continue;
            };
            if entry.filed != Some(filed) {
                continue;
            }
            entry.filed = None;
            match entry.machine().expires_at() {
                Some(expires_at) if expires_at >= now => self.file_under(worker, expires_at),
                _ => due.push(worker),
            }
        }
        due.sort_unstable();
        due.dedup();
        due
    }

    /// Ends the wait: who is still waited for, or has finished, becomes a
    /// tombstone.
    pub(super) fn give_up_waiting(&mut self) {
        self.waited_for = 0;
        for entry in self.entries.values_mut() {
            if entry.state().is_waited_for() || entry.machine().is_finished() {
                entry.step(&WorkerEntryEvent::MarkAsTombstone);
            }
        }
    }

    /// A worker that is still waited for, the first one in the order of ids.
    pub(super) fn first_waited_for(&self) -> Option<&Entry> {
        self.entries
            .values()
            .filter(|entry| entry.state().is_waited_for())
            .min_by_key(|entry| entry.machine().worker_shared())
    }

    pub(super) fn values(&self) -> impl ExactSizeIterator<Item = &Entry> {
        self.entries.values()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    fn in_order(&self) -> Vec<&Entry> {
        let mut entries: Vec<_> = self.entries.values().collect();
        entries.sort_unstable_by_key(|entry| entry.machine().worker_shared());
        entries
    }
}

/// Tables are equal when their entries are: what is filed where only decides how
/// much a check has to look at.
impl PartialEq for Table {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries && self.detached == other.detached
    }
}

impl Eq for Table {}

impl Hash for Table {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.in_order().hash(hasher);
        self.detached.hash(hasher);
    }
}
