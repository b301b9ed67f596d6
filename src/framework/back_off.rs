//! How long a job that fails has to wait before it is run again.
//!
//! | of the back-off | shown by |
//! |---|---|
//! | 5 s, then ×1.2 each time up to 5 min, and half of it more or less by chance | [`BackOffTimes`], [`Jitter`], [`BackOff::interval`] |
//! | a job that was online for 10 min begins anew at the next event | [`BackOffTimes::reset_after`] |
//! | a job may run when its last failure is an interval ago | [`BackOff::allows`] |
//! | after 600 failures it is given up | `Exhausted`, [`BackOff::is_exhausted`] |
//! | none of it is stored: a new job manager begins anew | [`BackOff::new`] |
//!
//! The edges are held by the test `framework::jobs::back_off`, the numbers by the
//! tests of this file.

use statig::prelude::*;

use super::states::closed_states;
use crate::machine::{Guarded, Machine};
use crate::wire::MonotonicTime;

const SECOND: i64 = 1_000_000_000;

/// Where a job stands with its failures.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(i8)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a new state changes what every user of the machine has to handle"
)]
pub enum BackOffState {
    /// Nothing has happened yet.
    Fresh = 0,
    /// It has failed last.
    Failing = 1,
    /// It has got online last.
    Online = 2,
    /// It has failed as often as is allowed.
    Exhausted = 3,
}

closed_states! {
    BackOffState { Fresh, Failing, Online, Exhausted } of BackOff named "back_off"
}

impl BackOffState {
    /// Whether the job has failed as often as is allowed.
    #[must_use]
    pub fn is_exhausted(self) -> bool {
        self == Self::Exhausted
    }
}

/// The numbers of the back-off; durations are in nanoseconds.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a configuration, which users fill in"
)]
pub struct BackOffTimes {
    /// The interval after the first failure.
    pub initial: i64,
    /// No interval is longer, but for the jitter.
    pub max: i64,
    /// By how much an interval is longer than the one before, in percent of it.
    pub growth_percent: u32,
    /// How long a job has to be online for its failures to be forgotten.
    pub reset_after: i64,
    /// After so many failures the job is given up.
    pub max_failures: u32,
}

/// Those of the original.
impl Default for BackOffTimes {
    fn default() -> Self {
        Self {
            initial: 5 * SECOND,
            max: 300 * SECOND,
            growth_percent: 20,
            reset_after: 600 * SECOND,
            max_failures: 600,
        }
    }
}

/// The part of chance in an interval, drawn by whoever embeds the machine.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Jitter(u16);

impl Jitter {
    /// The interval as it is.
    pub const NONE: Self = Self(500);
    /// Half the interval.
    pub const LEAST: Self = Self(0);
    /// One and a half times the interval.
    pub const MOST: Self = Self(1000);

    /// The jitter at this place between the least (0) and the most (1000); more
    /// is taken as the most.
    #[must_use]
    pub fn new(per_mille: u16) -> Self {
        Self(per_mille.min(Self::MOST.0))
    }

    fn apply(self, interval: i64) -> i64 {
        let scaled = i128::from(interval) * (500 + i128::from(self.0)) / 1000;
        i64::try_from(scaled).unwrap_or(i64::MAX)
    }
}

/// The interval as it is.
impl Default for Jitter {
    fn default() -> Self {
        Self::NONE
    }
}

/// What happens to a job, as far as its back-off is concerned.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the events of a back-off, all of them"
)]
pub enum BackOffEvent {
    /// The job got online.
    Succeeded {
        /// The present time.
        now: MonotonicTime,
    },
    /// The job went offline without having ended, or could not be dispatched.
    Failed {
        /// The present time.
        now: MonotonicTime,
        /// The part of chance in the next interval.
        jitter: Jitter,
    },
}

/// The machine of a job's back-off.
///
#[doc = include_str!("back_off.md")]
///
/// # Examples
///
/// ```
/// use fsmcheck::Guarded;
/// use fsmcheck::framework::{BackOff, BackOffEvent, BackOffTimes, Jitter};
/// use fsmcheck::wire::MonotonicTime;
///
/// let mut back_off = Guarded::new(BackOff::new(BackOffTimes::default()));
/// let now = MonotonicTime(0);
/// back_off.handle(&BackOffEvent::Failed { now, jitter: Jitter::NONE })?;
/// assert!(!back_off.storage().allows(MonotonicTime(4_999_999_999)));
/// assert!(back_off.storage().allows(MonotonicTime(5_000_000_000)));
/// # Ok::<(), fsmcheck::machine::Refused>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct BackOff {
    times: BackOffTimes,
    n_failures: u32,
    failed_at: Option<MonotonicTime>,
    /// When the last event was that the job got online: when.
    online_since: Option<MonotonicTime>,
    /// The next interval before jitter.
    next: i64,
    interval: i64,
}

impl BackOff {
    /// The back-off of a job of which nothing is known.
    #[must_use]
    pub fn new(times: BackOffTimes) -> Self {
        Self {
            times,
            n_failures: 0,
            failed_at: None,
            online_since: None,
            next: times.initial.min(times.max),
            interval: 0,
        }
    }

    /// How long the job has to wait after its last failure, in nanoseconds.
    #[must_use]
    pub fn interval(&self) -> i64 {
        self.interval
    }

    /// How often the job has failed since it was last online for long.
    #[must_use]
    pub fn n_failures(&self) -> u32 {
        self.n_failures
    }

    /// Whether the job may be run now.
    #[must_use]
    pub fn allows(&self, now: MonotonicTime) -> bool {
        self.failed_at
            .is_none_or(|failed_at| elapsed(failed_at, now) >= self.interval)
    }

    /// Whether the job has failed as often as is allowed.
    #[must_use]
    pub fn is_exhausted(back_off: &Guarded<Self>) -> bool {
        back_off.state().is_exhausted()
    }

    /// Forgets the failures when the job was online for long until now.
    fn forget(&mut self, now: MonotonicTime) -> bool {
        let long = self
            .online_since
            .is_some_and(|since| elapsed(since, now) >= self.times.reset_after);
        if long {
            *self = Self::new(self.times);
        }
        long
    }

    fn succeed(&mut self, now: MonotonicTime) {
        self.online_since = Some(now);
    }

    /// Counts a failure; returns whether that was the last one allowed.
    fn fail(&mut self, now: MonotonicTime, jitter: Jitter) -> bool {
        self.n_failures = self.n_failures.saturating_add(1);
        self.failed_at = Some(now);
        self.online_since = None;
        self.interval = jitter.apply(self.next);
        let grown = i128::from(self.next) * (100 + i128::from(self.times.growth_percent)) / 100;
        self.next = i64::try_from(grown).map_or(self.times.max, |grown| grown.min(self.times.max));
        self.n_failures >= self.times.max_failures
    }
}

/// With the original's numbers.
impl Default for BackOff {
    fn default() -> Self {
        Self::new(BackOffTimes::default())
    }
}

fn elapsed(from: MonotonicTime, now: MonotonicTime) -> i64 {
    now.0.saturating_sub(from.0)
}

#[state_machine(
    initial = "BackOffState::Fresh",
    state(name = "BackOffState", custom),
    superstate(name = "BackOffSuperstate", derive(Debug))
)]
impl BackOff {
    #[state(superstate = "counting")]
    fn fresh() -> Outcome<BackOffState> {
        Super
    }

    #[state(superstate = "counting")]
    fn failing() -> Outcome<BackOffState> {
        Super
    }

    #[state(superstate = "counting")]
    fn online() -> Outcome<BackOffState> {
        Super
    }

    /// A job that may still be run again.
    #[superstate]
    fn counting(&mut self, event: &BackOffEvent) -> Outcome<BackOffState> {
        match event {
            BackOffEvent::Succeeded { now } => {
                self.forget(*now);
                self.succeed(*now);
                Transition(BackOffState::Online)
            }
            BackOffEvent::Failed { now, jitter } => {
                self.forget(*now);
                if self.fail(*now, *jitter) {
                    Transition(BackOffState::Exhausted)
                } else {
                    Transition(BackOffState::Failing)
                }
            }
        }
    }

    /// The job manager gives such a job up; only if it runs all the same and is
    /// online for long are its failures forgotten.
    #[state]
    fn exhausted(&mut self, event: &BackOffEvent) -> Outcome<BackOffState> {
        match event {
            BackOffEvent::Succeeded { now } => {
                let forgotten = self.forget(*now);
                self.succeed(*now);
                if forgotten {
                    Transition(BackOffState::Online)
                } else {
                    Handled
                }
            }
            BackOffEvent::Failed { now, jitter } => {
                self.forget(*now);
                if self.fail(*now, *jitter) {
                    Handled
                } else {
                    Transition(BackOffState::Failing)
                }
            }
        }
    }
}

impl Machine for BackOff {
    fn alphabet() -> Vec<BackOffEvent> {
        let jitter = Jitter::NONE;
        [0, BackOffTimes::default().reset_after]
            .map(MonotonicTime)
            .into_iter()
            .flat_map(|now| {
                [
                    BackOffEvent::Succeeded { now },
                    BackOffEvent::Failed { now, jitter },
                ]
            })
            .collect()
    }

    fn name() -> String {
        Self::NAME.to_owned()
    }

    fn starts() -> Vec<(Self, BackOffState)> {
        let times = BackOffTimes {
            max_failures: 2,
            ..BackOffTimes::default()
        };
        vec![(Self::new(times), BackOffState::Fresh)]
    }

    fn declared_states() -> &'static [&'static str] {
        BackOffState::NAMES
    }

    fn abstraction() -> Option<&'static str> {
        Some(
            "at most 2 failures instead of 600, intervals left out, \
             and the last event always at the time 0",
        )
    }

    fn abstracted(back_off: Self, state: BackOffState) -> (Self, BackOffState) {
        let now = |time: Option<MonotonicTime>| time.map(|_| MonotonicTime(0));
        let abstracted = Self {
            n_failures: back_off.n_failures.min(2),
            failed_at: now(back_off.failed_at),
            online_since: now(back_off.online_since),
            ..Self::new(back_off.times)
        };
        (abstracted, state)
    }

    fn configuration_name(back_off: &Self, state: &BackOffState) -> Option<String> {
        let online = match back_off.online_since {
            Some(_) if state.is_exhausted() => ", online",
            _ => "",
        };
        Some(format!("{state} ({} failed{online})", back_off.n_failures))
    }

    fn state_code(state: &BackOffState) -> Option<i64> {
        Some(i64::from(state.code()))
    }

    fn event_name(event: &BackOffEvent) -> Option<String> {
        let (name, now) = match event {
            BackOffEvent::Succeeded { now } => ("succeeded", now),
            BackOffEvent::Failed { now, .. } => ("failed", now),
        };
        let long = now.0 >= BackOffTimes::default().reset_after;
        let when = if long { ", 10 min later" } else { "" };
        Some(format!("{name}{when}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fail(back_off: &mut Guarded<BackOff>, now: i64, jitter: Jitter) {
        let now = MonotonicTime(now);
        back_off
            .handle(&BackOffEvent::Failed { now, jitter })
            .unwrap();
    }

    fn succeed(back_off: &mut Guarded<BackOff>, now: i64) {
        let now = MonotonicTime(now);
        back_off.handle(&BackOffEvent::Succeeded { now }).unwrap();
    }

    #[test]
    fn intervals_grow_by_a_fifth_up_to_five_minutes() {
        let mut back_off = Guarded::new(BackOff::default());
        assert!(back_off.storage().allows(MonotonicTime(i64::MIN)));
        let mut milliseconds = Vec::new();
        for _ in 0..30 {
            fail(&mut back_off, 0, Jitter::NONE);
            milliseconds.push(back_off.storage().interval() / 1_000_000);
        }
        assert_eq!(milliseconds[..5], [5_000, 6_000, 7_200, 8_640, 10_368]);
        assert_eq!(milliseconds[22], 276_030);
        assert_eq!(milliseconds[23..], [300_000; 7]);
    }

    #[test]
    fn jitter_is_half_the_interval_either_way() {
        for (jitter, seconds) in [
            (Jitter::LEAST, 2_500),
            (Jitter::new(250), 3_750),
            (Jitter::NONE, 5_000),
            (Jitter::MOST, 7_500),
            (Jitter::new(u16::MAX), 7_500),
        ] {
            let mut back_off = Guarded::new(BackOff::default());
            fail(&mut back_off, 0, jitter);
            assert_eq!(back_off.storage().interval(), seconds * 1_000_000);
            // The jitter of one interval is not part of the next.
            fail(&mut back_off, 0, Jitter::NONE);
            assert_eq!(back_off.storage().interval(), 6_000 * 1_000_000);
        }
    }

    #[test]
    fn ten_minutes_online_and_the_failures_are_forgotten() {
        let mut back_off = Guarded::new(BackOff::default());
        fail(&mut back_off, 0, Jitter::NONE);
        succeed(&mut back_off, 0);
        fail(&mut back_off, 600 * SECOND - 1, Jitter::NONE);
        assert_eq!(back_off.storage().n_failures(), 2);
        succeed(&mut back_off, 0);
        fail(&mut back_off, 600 * SECOND, Jitter::NONE);
        assert_eq!(back_off.storage().n_failures(), 1);
        assert_eq!(back_off.storage().interval(), 5 * SECOND);
    }

    #[test]
    fn six_hundred_failures_are_too_many() {
        let mut back_off = Guarded::new(BackOff::default());
        for _ in 0..599 {
            fail(&mut back_off, 0, Jitter::NONE);
            succeed(&mut back_off, 0);
        }
        assert!(!BackOff::is_exhausted(&back_off));
        fail(&mut back_off, 0, Jitter::NONE);
        assert!(BackOff::is_exhausted(&back_off));
        succeed(&mut back_off, 0);
        fail(&mut back_off, 1, Jitter::NONE);
        assert!(BackOff::is_exhausted(&back_off));
        succeed(&mut back_off, 1);
        succeed(&mut back_off, 1 + 600 * SECOND);
        assert_eq!(*back_off.state(), BackOffState::Online);
        assert_eq!(back_off.storage().n_failures(), 0);
    }
}
