//! The state of one dispatch, as the master sees it.

use statig::prelude::*;

use crate::framework::policy::{Policy, Rule};
use crate::framework::states::closed_states;
use crate::machine::{Guarded, Machine};
use crate::wire::MonotonicTime;

/// For how long the first phase is tried, in nanoseconds.
pub const RETRY_FOR: i64 = 10_000_000_000;

/// Where a dispatch stands.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(i8)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a new state changes what every user of the machine has to handle"
)]
pub enum DispatcherState {
    /// The first phase is under way.
    PreDispatching = 0,
    /// The worker has an entry; its record is being stored.
    StoringRow = 1,
    /// The second phase is under way.
    Confirming = 2,
    /// The executor has taken the task.
    Dispatched = 3,
    /// Nobody knows whether the executor has taken the task: either the worker
    /// pings, or its entry times out.
    Unsure = 4,
    /// The dispatch has failed, and the master was told.
    Aborted = 5,
    /// The dispatch has failed, and the master waits for ever.
    Forgotten = 6,
}

closed_states! {
    DispatcherState {
        PreDispatching, StoringRow, Confirming, Dispatched, Unsure, Aborted, Forgotten,
    }
    of Dispatcher named "dispatcher"
}

/// What went wrong with a call to an executor.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the errors that a dispatch tells apart, all of them"
)]
pub enum DispatchError {
    /// The executor could not be reached.
    Unavailable,
    /// The executor did not answer in time.
    DeadlineExceeded,
    /// The executor has this very request already.
    AlreadyPending,
    /// The executor does not know the request.
    RequestNotFound,
    /// The executor's queue is full.
    QueueFull,
    /// The business logic could not make the task.
    Business {
        /// Whether another try may succeed.
        transient: bool,
    },
    /// Anything else.
    Other,
}

impl DispatchError {
    /// Every error.
    pub const ALL: [Self; 8] = [
        Self::Unavailable,
        Self::DeadlineExceeded,
        Self::AlreadyPending,
        Self::RequestNotFound,
        Self::QueueFull,
        Self::Business { transient: true },
        Self::Business { transient: false },
        Self::Other,
    ];

    /// Whether the trouble is with the connection.
    fn is_of_connection(self) -> bool {
        matches!(self, Self::Unavailable | Self::DeadlineExceeded)
    }

    /// Whether the second phase has failed for sure.
    fn is_sure(self) -> bool {
        matches!(self, Self::QueueFull | Self::RequestNotFound)
    }
}

/// What happens to a dispatch.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the events of a dispatch, all of them"
)]
pub enum DispatcherEvent {
    /// The first phase has succeeded.
    PreDispatched,
    /// The first phase has failed.
    PreDispatchFailed {
        /// What went wrong.
        error: DispatchError,
        /// The present time.
        now: MonotonicTime,
    },
    /// The worker's record is stored.
    RowStored,
    /// The worker's record could not be stored.
    RowFailed,
    /// The second phase has succeeded.
    Confirmed,
    /// The second phase has failed.
    ConfirmFailed(DispatchError),
}

/// What a master does to dispatch a task.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "whoever embeds the machine has to do all of them"
)]
pub enum DispatcherEffect {
    /// Call the executor for the first phase, under the same request id each time.
    SendPreDispatch,
    /// Make an entry for the worker, with its worker epoch.
    MakeEntry,
    /// Store the worker's record, with its worker epoch.
    StoreRow,
    /// Call the executor for the second phase, once.
    SendConfirm,
    /// Delete the worker's record again.
    DeleteRow,
    /// Tell the master that the worker was not dispatched.
    ReportFailure {
        /// Whether the job has failed for good: it is not run again.
        for_good: bool,
    },
}

/// The machine of one dispatch, as the master sees it.
///
/// It is explored under the rules of the original, under all rules, and under the
/// original's without [`Rule::AbortOnPredispatchError`].
///
#[doc = include_str!("../dispatcher.md")]
///
/// # Examples
///
/// ```
/// use fsmcheck::framework::{
///     DispatchError, Dispatcher, DispatcherEffect, DispatcherEvent, DispatcherState, Policy,
/// };
/// use fsmcheck::wire::MonotonicTime;
///
/// let mut effects = Vec::new();
/// let mut dispatch = Dispatcher::start(Policy::original(), MonotonicTime(0), &mut effects);
/// let error = DispatchError::Unavailable;
/// let again = DispatcherEvent::PreDispatchFailed { error, now: MonotonicTime(1_000_000_000) };
/// dispatch.handle_with_context(&again, &mut effects)?;
/// assert_eq!(effects, [DispatcherEffect::SendPreDispatch; 2]);
///
/// dispatch.handle(&DispatcherEvent::PreDispatched)?;
/// dispatch.handle(&DispatcherEvent::ConfirmFailed(DispatchError::Unavailable))?;
/// assert_eq!(*dispatch.state(), DispatcherState::Unsure);
/// # Ok::<(), fsmcheck::machine::Refused>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Dispatcher {
    policy: Policy,
    started_at: MonotonicTime,
    retry_for: i64,
}

impl Dispatcher {
    /// A dispatch that starts now, whose first phase is tried for `retry_for`
    /// nanoseconds.
    #[must_use]
    pub fn new(policy: Policy, now: MonotonicTime, retry_for: i64) -> Self {
        Self {
            policy,
            started_at: now,
            retry_for,
        }
    }

    /// Starts a dispatch with the original's [`RETRY_FOR`].
    #[must_use]
    pub fn start(
        policy: Policy,
        now: MonotonicTime,
        effects: &mut Vec<DispatcherEffect>,
    ) -> Guarded<Self> {
        effects.push(DispatcherEffect::SendPreDispatch);
        Guarded::new(Self::new(policy, now, RETRY_FOR))
    }

    fn may_retry(&self, now: MonotonicTime) -> bool {
        now.0.saturating_sub(self.started_at.0) < self.retry_for
    }

    /// Whether an error of the first phase ends the job for good.
    fn is_for_good(&self, error: DispatchError) -> bool {
        match error {
            DispatchError::Business { transient } => {
                !(transient && self.policy.has(Rule::TransientDispatchErrorRetried))
            }
            _ => false,
        }
    }
}

impl Default for Dispatcher {
    fn default() -> Self {
        Self::new(Policy::default(), MonotonicTime::default(), RETRY_FOR)
    }
}

#[state_machine(
    initial = "DispatcherState::PreDispatching",
    state(name = "DispatcherState", custom),
    superstate(name = "DispatcherSuperstate", derive(Debug))
)]
impl Dispatcher {
    #[state]
    fn pre_dispatching(
        &self,
        event: &DispatcherEvent,
        context: &mut Vec<DispatcherEffect>,
    ) -> Outcome<DispatcherState> {
        match event {
            DispatcherEvent::PreDispatched => {
                context.push(DispatcherEffect::MakeEntry);
                if self.policy.has(Rule::RowBeforeConfirm) {
                    context.push(DispatcherEffect::StoreRow);
                    Transition(DispatcherState::StoringRow)
                } else {
                    context.push(DispatcherEffect::SendConfirm);
                    Transition(DispatcherState::Confirming)
                }
            }
            DispatcherEvent::PreDispatchFailed { error, now } => {
                if error.is_of_connection() && self.may_retry(*now) {
                    context.push(DispatcherEffect::SendPreDispatch);
                    Handled
                } else if self.policy.has(Rule::AbortOnPredispatchError) {
                    let for_good = self.is_for_good(*error);
                    context.push(DispatcherEffect::ReportFailure { for_good });
                    Transition(DispatcherState::Aborted)
                } else {
                    Transition(DispatcherState::Forgotten)
                }
            }
            _ => Super,
        }
    }

    #[state(superstate = "between")]
    fn storing_row(
        event: &DispatcherEvent,
        context: &mut Vec<DispatcherEffect>,
    ) -> Outcome<DispatcherState> {
        match event {
            DispatcherEvent::RowStored => {
                context.push(DispatcherEffect::SendConfirm);
                Transition(DispatcherState::Confirming)
            }
            DispatcherEvent::RowFailed => {
                context.push(DispatcherEffect::ReportFailure { for_good: false });
                Transition(DispatcherState::Aborted)
            }
            _ => Super,
        }
    }

    #[state(superstate = "between")]
    fn confirming(
        &self,
        event: &DispatcherEvent,
        context: &mut Vec<DispatcherEffect>,
    ) -> Outcome<DispatcherState> {
        match event {
            DispatcherEvent::Confirmed => Transition(DispatcherState::Dispatched),
            DispatcherEvent::ConfirmFailed(error) if error.is_sure() => {
                if self.policy.has(Rule::RowBeforeConfirm) {
                    context.push(DispatcherEffect::DeleteRow);
                }
                context.push(DispatcherEffect::ReportFailure { for_good: false });
                Transition(DispatcherState::Aborted)
            }
            DispatcherEvent::ConfirmFailed(_) => Transition(DispatcherState::Unsure),
            _ => Super,
        }
    }

    /// The worker has an entry, and may be running or not.
    #[superstate]
    fn between() -> Outcome<DispatcherState> {
        Super
    }

    #[state(superstate = "over")]
    fn dispatched() -> Outcome<DispatcherState> {
        Super
    }

    #[state(superstate = "over")]
    fn unsure() -> Outcome<DispatcherState> {
        Super
    }

    #[state(superstate = "over")]
    fn aborted() -> Outcome<DispatcherState> {
        Super
    }

    #[state(superstate = "over")]
    fn forgotten() -> Outcome<DispatcherState> {
        Super
    }

    /// Nothing more is done for the dispatch.
    #[superstate]
    fn over() -> Outcome<DispatcherState> {
        Super
    }
}

impl Machine for Dispatcher {
    fn alphabet() -> Vec<DispatcherEvent> {
        let mut events = vec![DispatcherEvent::PreDispatched];
        for error in DispatchError::ALL {
            let now = MonotonicTime(0);
            events.push(DispatcherEvent::PreDispatchFailed { error, now });
            if error.is_of_connection() {
                let now = MonotonicTime(RETRY_FOR);
                events.push(DispatcherEvent::PreDispatchFailed { error, now });
            }
        }
        events.extend([
            DispatcherEvent::RowStored,
            DispatcherEvent::RowFailed,
            DispatcherEvent::Confirmed,
        ]);
        events.extend(DispatchError::ALL.map(DispatcherEvent::ConfirmFailed));
        events
    }

    fn name() -> String {
        Self::NAME.to_owned()
    }

    fn starts() -> Vec<(Self, DispatcherState)> {
        [
            Policy::original(),
            Policy::hardened(),
            Policy::before(Rule::AbortOnPredispatchError),
        ]
        .map(|policy| {
            let dispatch = Self::new(policy, MonotonicTime(0), RETRY_FOR);
            (dispatch, DispatcherState::PreDispatching)
        })
        .into()
    }

    fn declared_states() -> &'static [&'static str] {
        DispatcherState::NAMES
    }

    fn terminal_states() -> &'static [&'static str] {
        &["Dispatched", "Unsure", "Aborted", "Forgotten"]
    }

    fn abstraction() -> Option<&'static str> {
        Some("the dispatch started at the time 0")
    }

    fn configuration_name(dispatch: &Self, state: &DispatcherState) -> Option<String> {
        let policy = if dispatch.policy.has(Rule::RowBeforeConfirm) {
            ", all rules"
        } else if dispatch.policy.has(Rule::AbortOnPredispatchError) {
            ""
        } else {
            ", forgetting failures"
        };
        Some(format!("{state}{policy}"))
    }

    fn state_code(state: &DispatcherState) -> Option<i64> {
        Some(i64::from(state.code()))
    }

    fn event_name(event: &DispatcherEvent) -> Option<String> {
        let named = |error: &DispatchError| match error {
            DispatchError::Unavailable => "unavailable",
            DispatchError::DeadlineExceeded => "no answer",
            DispatchError::AlreadyPending => "already pending",
            DispatchError::RequestNotFound => "request not found",
            DispatchError::QueueFull => "queue full",
            DispatchError::Business { transient: true } => "business, transient",
            DispatchError::Business { transient: false } => "business, lasting",
            DispatchError::Other => "other",
        };
        Some(match event {
            DispatcherEvent::PreDispatched => "pre-dispatched".to_owned(),
            DispatcherEvent::PreDispatchFailed { error, now } => {
                let late = if now.0 >= RETRY_FOR {
                    ", 10 s later"
                } else {
                    ""
                };
                format!("pre-dispatch failed: {}{late}", named(error))
            }
            DispatcherEvent::RowStored => "row stored".to_owned(),
            DispatcherEvent::RowFailed => "row failed".to_owned(),
            DispatcherEvent::Confirmed => "confirmed".to_owned(),
            DispatcherEvent::ConfirmFailed(error) => format!("confirm failed: {}", named(error)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: MonotonicTime = MonotonicTime(0);

    fn run(policy: Policy, events: &[DispatcherEvent]) -> (DispatcherState, Vec<DispatcherEffect>) {
        let mut effects = Vec::new();
        let mut dispatch = Dispatcher::start(policy, NOW, &mut effects);
        for event in events {
            dispatch.handle_with_context(event, &mut effects).unwrap();
        }
        (*dispatch.state(), effects)
    }

    fn failed(error: DispatchError) -> DispatcherEvent {
        DispatcherEvent::PreDispatchFailed { error, now: NOW }
    }

    #[test]
    fn an_early_failure_is_reported_but_for_the_rule() {
        let other = [failed(DispatchError::Other)];
        let reported = DispatcherEffect::ReportFailure { for_good: false };
        for policy in [Policy::original(), Policy::hardened()] {
            let (state, effects) = run(policy, &other);
            assert_eq!(state, DispatcherState::Aborted);
            assert_eq!(effects[1..], [reported]);
        }
        let (state, effects) = run(Policy::before(Rule::AbortOnPredispatchError), &other);
        assert_eq!(state, DispatcherState::Forgotten);
        assert_eq!(effects[1..], []);
    }

    #[test]
    fn a_transient_error_does_not_end_the_job_but_for_the_rule() {
        let for_good = |policy, transient| {
            let (_, effects) = run(policy, &[failed(DispatchError::Business { transient })]);
            effects[1] == DispatcherEffect::ReportFailure { for_good: true }
        };
        for policy in [Policy::original(), Policy::hardened()] {
            assert!(!for_good(policy, true));
            assert!(for_good(policy, false));
        }
        let before = Policy::before(Rule::TransientDispatchErrorRetried);
        assert!(for_good(before, true));
        assert!(for_good(before, false));
    }

    #[test]
    fn the_row_is_stored_before_the_second_phase_under_the_rule() {
        use DispatcherEffect::{
            DeleteRow, MakeEntry, ReportFailure, SendConfirm, SendPreDispatch, StoreRow,
        };
        use DispatcherEvent::{ConfirmFailed, Confirmed, PreDispatched, RowFailed, RowStored};
        let report = ReportFailure { for_good: false };
        let full = ConfirmFailed(DispatchError::QueueFull);

        // Today's original is what was before the rule.
        for policy in [Policy::original(), Policy::before(Rule::RowBeforeConfirm)] {
            let (state, effects) = run(policy, &[PreDispatched, Confirmed]);
            assert_eq!(state, DispatcherState::Dispatched);
            assert_eq!(effects, [SendPreDispatch, MakeEntry, SendConfirm]);
            let (_, effects) = run(policy, &[PreDispatched, full]);
            assert_eq!(effects[3..], [report]);
        }

        let hardened = Policy::hardened();
        let (state, effects) = run(hardened, &[PreDispatched, RowStored, Confirmed]);
        assert_eq!(state, DispatcherState::Dispatched);
        assert_eq!(effects, [SendPreDispatch, MakeEntry, StoreRow, SendConfirm]);
        let (state, effects) = run(hardened, &[PreDispatched, RowFailed]);
        assert_eq!(state, DispatcherState::Aborted);
        assert_eq!(effects[3..], [report]);
        let (_, effects) = run(hardened, &[PreDispatched, RowStored, full]);
        assert_eq!(effects[4..], [DeleteRow, report]);
    }

    #[test]
    fn the_first_phase_is_tried_for_ten_seconds() {
        let at = |now| DispatcherEvent::PreDispatchFailed {
            error: DispatchError::DeadlineExceeded,
            now: MonotonicTime(now),
        };
        let (state, effects) = run(Policy::original(), &[at(0), at(RETRY_FOR - 1)]);
        assert_eq!(state, DispatcherState::PreDispatching);
        assert_eq!(effects, [DispatcherEffect::SendPreDispatch; 3]);
        let (state, _) = run(Policy::original(), &[at(RETRY_FOR)]);
        assert_eq!(state, DispatcherState::Aborted);
    }
}
