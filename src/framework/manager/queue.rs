//! The events that wait for a tick.

use std::collections::VecDeque;
use std::sync::Arc;

use super::OfflineReason;
use crate::wire::WorkerStatus;

/// How many events may wait for a tick.
pub(super) const CAPACITY: usize = 1024;

/// An event that waits for a tick. What it says of the worker is what was known
/// when it was put in the queue.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct Event {
    pub(super) worker: Arc<str>,
    pub(super) what: What,
}

/// What an event is about; `serial` is that of the entry that it refers to.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) enum What {
    Online {
        executor: Arc<str>,
    },
    Offline {
        serial: u16,
        reason: Option<OfflineReason>,
    },
    Status {
        serial: u16,
        executor: Arc<str>,
        status: Option<Arc<WorkerStatus>>,
    },
    DispatchFailed {
        error: Arc<str>,
    },
}

impl Event {
    /// The serial of the entry that the event refers to.
    pub(super) fn serial(&self) -> Option<u16> {
        match self.what {
            What::Offline { serial, .. } | What::Status { serial, .. } => Some(serial),
            What::Online { .. } | What::DispatchFailed { .. } => None,
        }
    }
}

/// The queue, first in, first out.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub(super) struct Queue(VecDeque<Event>);

impl Queue {
    /// Adds an event; whether there was room for it.
    pub(super) fn push(&mut self, event: Event) -> bool {
        let room = self.0.len() < CAPACITY;
        if room {
            self.0.push_back(event);
        }
        room
    }

    pub(super) fn first(&self) -> Option<&Event> {
        self.0.front()
    }

    pub(super) fn pop(&mut self) -> Option<Event> {
        self.0.pop_front()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Event> {
        self.0.iter()
    }

    /// The events of the same workers under other ids.
    pub(super) fn renamed(&self, name: &impl Fn(&str) -> String) -> Self {
        let events = self.0.iter().cloned().map(|mut event| {
            event.worker = name(&event.worker).into();
            if let What::Status {
                status: Some(status),
                ..
            } = &mut event.what
            {
                let status = Arc::make_mut(status);
                status.id = name(&status.id);
            }
            event
        });
        Self(events.collect())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}
