//! What is bounded where there are several workers.

use super::Heartbeat;
use super::state::{HeartbeatState, N_INCARNATIONS, Worker};
use super::step::Step;
use crate::protocol::Recorder;
use crate::wire::Epoch;

/// How much may still go wrong where there are several workers; with one it is not counted.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct Budget {
    /// How many messages may be lost, repeated, or late with all that is under way then.
    messages: u8,
    /// How many workers may fail, or executors and masters crash.
    ends: u8,
}

fn env(name: &str, usual: u8) -> u8 {
    std::env::var(name).ok().and_then(|it| it.parse().ok()).unwrap_or(usual)
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            messages: env("HB_M", 1),
            ends: env("HB_E", 1),
        }
    }
}

/// What is drawn from the budget.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Trouble {
    /// A message is lost, repeated or late.
    Message,
    /// A worker fails, or a process crashes.
    End,
}

impl Heartbeat {
    /// Whether there are several workers, so that what goes wrong is bounded.
    pub(super) fn is_bounded(&self) -> bool {
        self.configuration.workers > 1
    }

    /// Whether one more thing of this kind may go wrong.
    pub(super) fn may_go_wrong(&self, state: &HeartbeatState, trouble: Trouble) -> bool {
        !self.is_bounded()
            || 0 < match trouble {
                Trouble::Message => state.budget.messages,
                Trouble::End => state.budget.ends,
            }
    }

    /// Whether a worker may be created again: with several, one of them may.
    pub(super) fn may_come_back(&self, state: &HeartbeatState, worker: usize) -> bool {
        let is_back = |of: &Worker| of.last >= N_INCARNATIONS as Epoch;
        let mut others = state.workers.iter().enumerate();
        !self.is_bounded() || !others.any(|(other, of)| other != worker && is_back(of))
    }

    pub(super) fn n_under_way(&self) -> usize {
        if self.is_bounded() { usize::from(env("HB_W", 1)) } else { 2 }
    }
}

impl<R: Recorder> Step<'_, R> {
    /// Something goes wrong.
    pub(super) fn goes_wrong(&mut self, trouble: Trouble) {
        if self.model.is_bounded() {
            let left = match trouble {
                Trouble::Message => &mut self.state.budget.messages,
                Trouble::End => &mut self.state.budget.ends,
            };
            *left = left.saturating_sub(1);
        }
    }
}
