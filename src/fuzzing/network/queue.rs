//! What the master's business logic is owed: the oracle for the callbacks.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::log::Log;
use crate::framework::manager::{Effect, Handle, OfflineReason};
use crate::framework::{Policy, Rule};

/// Names an entry of the table: another worker under the same id has another one.
pub(super) type EntryNumber = u32;

/// A callback that is owed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Owed {
    pub(super) worker: &'static str,
    /// The entry that it is about, if there was one.
    pub(super) entry: Option<EntryNumber>,
    pub(super) what: What,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum What {
    Online,
    /// The reason is that of the time of the check.
    Offline(Option<OfflineReason>),
    Status,
    DispatchFailed,
}

/// The callbacks that are owed, in order, and what was delivered of each entry.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Queue {
    owed: VecDeque<Owed>,
    online: BTreeSet<EntryNumber>,
    offline: BTreeSet<EntryNumber>,
    tombstones: BTreeSet<EntryNumber>,
    /// The entry of each worker in the table.
    pub(super) entries: BTreeMap<&'static str, EntryNumber>,
    next: EntryNumber,
}

impl Queue {
    pub(super) fn len(&self) -> usize {
        self.owed.len()
    }

    /// A worker has a new entry.
    pub(super) fn enters(&mut self, worker: &'static str) {
        self.entries.insert(worker, self.next);
        self.next += 1;
    }

    pub(super) fn is_tombstone(&mut self, worker: &'static str) {
        self.tombstones.extend(self.entries.get(worker));
    }

    pub(super) fn owe(&mut self, worker: &'static str, what: What) {
        let entry = match what {
            What::DispatchFailed => None,
            _ => self.entries.get(worker).copied(),
        };
        self.owed.push_back(Owed {
            worker,
            entry,
            what,
        });
    }

    /// As many callbacks have left the queue; the last one was made, if one was.
    pub(super) fn leave(
        &mut self,
        count: usize,
        made: Option<&Effect<'_>>,
        policy: Policy,
        log: &mut Log,
    ) {
        assert!(made.is_none() || count > 0, "{made:?} stays owed");
        for left in (0..count).rev() {
            let owed = self.owed.pop_front().expect("it was owed");
            match made.filter(|_| left == 0) {
                Some(callback) => self.made(&owed, callback, policy, log),
                None => self.swallowed(&owed, policy, log),
            }
        }
    }

    fn made(&mut self, owed: &Owed, callback: &Effect<'_>, policy: Policy, log: &mut Log) {
        let (handle, running) = match (&owed.what, callback) {
            (What::Online, Effect::Online { handle }) => {
                let entry = owed.entry.expect("who is online has an entry");
                assert!(self.online.insert(entry), "online twice");
                assert!(!self.offline.contains(&entry), "online after offline");
                log.meet("online");
                (handle, true)
            }
            (What::Status, Effect::StatusUpdated { handle }) => {
                let entry = owed.entry.expect("who reports has an entry");
                assert!(!self.offline.contains(&entry), "a status after offline");
                assert!(!self.tombstones.contains(&entry), "a tombstone reports");
                log.meet("status delivered");
                (handle, true)
            }
            (What::Offline(expected), Effect::Offline { handle, reason }) => {
                let entry = owed.entry.expect("who is offline has an entry");
                assert!(self.offline.insert(entry), "offline twice");
                if !policy.has(Rule::OfflineReasonAtDelivery) {
                    assert_eq!(reason, expected);
                }
                log.meet(match reason {
                    Some(OfflineReason::Lost) | None => "offline, lost",
                    Some(_) => "offline, ended",
                });
                (handle, false)
            }
            (What::DispatchFailed, Effect::DispatchFailed { handle, .. }) => {
                self.entries.remove(owed.worker);
                log.meet("dispatch failed");
                (handle, false)
            }
            _ => panic!("{owed:?} is owed, but {callback:?} was made"),
        };
        assert_eq!(handle.worker(), owed.worker);
        assert_eq!(matches!(handle, Handle::Running { .. }), running);
    }

    /// Only a status may go unheard: of a tombstone, or one that takes an end back.
    fn swallowed(&self, owed: &Owed, policy: Policy, log: &mut Log) {
        assert_eq!(owed.what, What::Status);
        let entry = owed.entry.expect("who reports has an entry");
        let is_gone = self.tombstones.contains(&entry) || self.offline.contains(&entry);
        assert!(is_gone || policy.has(Rule::TerminalStatusLatched));
        log.meet("status swallowed");
    }
}
