//! The table of workers, and which of them may have expired.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use super::entry::{Entry, NOT_FILED};
use super::key::{Id, Key};
use crate::framework::WorkerEntryEvent;

/// The entries of a manager by worker id.
///
/// Each entry with an expiry is filed once under an expiry that is not later than
/// its own. A ping only puts its own expiry off; when the time comes under which
/// it is filed, it is filed anew. So a check looks at an entry once per time-out,
/// not once per check.
///
/// Where an order shows, it is that of the ids: the hash table's own never does.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    entries: IndexMap<Key, Entry, FxBuildHasher>,
    /// Entries that left while events in the queue refer to them.
    detached: Vec<Entry>,
    filed: BinaryHeap<Filed>,
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
        // At most as many have left as there are events, so that one is free.
        while self
            .detached
            .iter()
            .any(|detached| detached.is(&worker, entry.serial))
        {
            entry.serial = entry.serial.wrapping_add(1);
        }
        self.waited_for += usize::from(entry.state().is_waited_for());
        self.entries.insert(Key::new(&worker), entry);
        self.file(&worker);
    }

    /// Takes an entry out.
    pub(super) fn remove(&mut self, worker: &str) {
        let Some(entry) = self.entries.swap_remove(&Id(worker)) else {
            return;
        };
        self.waited_for -= usize::from(entry.state().is_waited_for());
        if entry.queued > 0 {
            self.detached.push(entry);
        }
    }

    #[inline]
    pub(super) fn get(&self, worker: &str) -> Option<&Entry> {
        self.entries.get(&Id(worker))
    }

    #[inline]
    pub(super) fn get_mut(&mut self, worker: &str) -> Option<&mut Entry> {
        self.entries.get_mut(&Id(worker))
    }

    /// Where a worker's entry is, as long as none is added or taken out.
    #[inline]
    pub(super) fn position(&self, worker: &str) -> Option<usize> {
        self.entries.get_index_of(&Id(worker))
    }

    #[inline]
    pub(super) fn at_mut(&mut self, position: usize) -> Option<&mut Entry> {
        self.entries.get_index_mut(position).map(|(_, entry)| entry)
    }

    /// The entry that an event refers to, in the table or not.
    pub(super) fn referred(&mut self, worker: &str, serial: u16) -> Option<&mut Entry> {
        match self.entries.get_mut(&Id(worker)) {
            Some(entry) if entry.serial == serial => Some(entry),
            _ => self
                .detached
                .iter_mut()
                .find(|entry| entry.is(worker, serial)),
        }
    }

    /// Notes that an event which refers to an entry has left the queue.
    pub(super) fn release(&mut self, worker: &str, serial: u16) {
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
        if let Some(entry) = self.get(worker) {
            let worker = Arc::clone(entry.machine().worker_shared());
            self.finished.push(worker);
        }
    }

    /// Files an entry under its expiry where it is not filed, or too late.
    #[inline]
    pub(super) fn file(&mut self, worker: &str) {
        let Some(entry) = self.get(worker) else {
            return;
        };
        let Some(expires_at) = entry.machine().expires_at() else {
            return;
        };
        if expires_at < entry.filed {
            let worker = Arc::clone(entry.machine().worker_shared());
            self.file_under(worker, expires_at);
        }
    }

    fn file_under(&mut self, worker: Arc<str>, expires_at: i64) {
        if let Some(entry) = self.entries.get_mut(&Id(&worker)) {
            entry.filed = expires_at;
            self.filed.push(Filed { expires_at, worker });
        }
        // What is left behind by entries that are gone must not pile up between
        // two checks.
        if self.filed.len() > 2 * self.entries.len() + 64 {
            let entries = &self.entries;
            self.filed.retain(|filed| {
                let entry = entries.get(&Id(&filed.worker));
                entry.map(|entry| entry.filed) == Some(filed.expires_at)
            });
        }
    }

    /// The workers that have expired before `now` or have finished, in the order
    /// of their ids. Which of them a check concerns, their entries decide.
    pub(super) fn due(&mut self, now: i64) -> Vec<Arc<str>> {
        let mut due = std::mem::take(&mut self.finished);
        due.retain(|worker| {
            self.entries
                .get(&Id(worker))
                .is_some_and(|entry| entry.machine().is_finished())
        });
        while self
            .filed
            .peek()
            .is_some_and(|filed| filed.expires_at < now)
            && let Some(Filed { expires_at, worker }) = self.filed.pop()
        {
            let Some(entry) = self.entries.get_mut(&Id(&worker)) else {
                continue;
            };
            if entry.filed != expires_at {
                continue;
            }
            entry.filed = NOT_FILED;
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

    /// Moves every expiry back, and files all entries anew.
    pub(super) fn set_back(&mut self, by: i64, now: i64) {
        self.filed.clear();
        for entry in self.entries.values_mut().chain(&mut self.detached) {
            entry.set_back(by, now);
        }
        let entries = self.entries.values();
        let workers: Vec<_> = entries
            .map(|entry| Arc::clone(entry.machine().worker_shared()))
            .collect();
        for worker in workers {
            self.file(&worker);
        }
    }

    /// The table of the same workers under other ids.
    pub(super) fn renamed(&self, name: &impl Fn(&str) -> String) -> Self {
        let finished = self.finished.iter();
        let mut renamed = Self {
            finished: finished.map(|worker| name(worker).into()).collect(),
            ..Self::default()
        };
        for entry in self.entries.values() {
            renamed.insert(entry.renamed(name));
        }
        let detached = self.detached.iter();
        renamed.detached = detached.map(|entry| entry.renamed(name)).collect();
        renamed
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The entries in the order of their ids.
    pub(super) fn in_order(&self) -> Vec<&Entry> {
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

/// A worker under an expiry. The earliest is the greatest, as a heap wants it;
/// which of two comes first at the same time decides nothing.
#[derive(Clone, Debug)]
struct Filed {
    expires_at: i64,
    worker: Arc<str>,
}

impl Ord for Filed {
    fn cmp(&self, other: &Self) -> Ordering {
        other.expires_at.cmp(&self.expires_at)
    }
}

impl PartialOrd for Filed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Filed {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Filed {}
