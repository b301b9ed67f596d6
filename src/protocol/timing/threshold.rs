//! How far a constant may go.

use std::time::Duration;

use super::{Scenario, Timing};
use crate::check::Check;
use crate::check::Property;
use crate::framework::{Inequality, Timeouts};
use crate::protocol::{Configuration, Trailed as _};

/// A constant that an inequality is about.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(
    clippy::exhaustive_enums,
    reason = "those that the inequalities are about, all of them"
)]
pub enum Constant {
    /// [`Timeouts::heartbeat`].
    Heartbeat,
    /// [`Timeouts::poll`].
    Poll,
    /// [`Timeouts::close`].
    Close,
    /// [`Timeouts::grace`].
    Grace,
    /// [`Timeouts::wait_closed`].
    WaitClosed,
    /// [`Timeouts::executor_heartbeat`].
    ExecutorHeartbeat,
    /// [`Timeouts::executor_grace`].
    ExecutorGrace,
}

impl Constant {
    /// Those that an inequality is about, but for what is on both of its sides.
    #[must_use]
    pub const fn of(inequality: Inequality) -> &'static [Self] {
        match inequality {
            Inequality::I1 => &[Self::Heartbeat, Self::Poll, Self::Grace],
            Inequality::I2 => &[Self::Heartbeat, Self::Poll, Self::Close, Self::Grace],
            Inequality::I3 => &[Self::WaitClosed, Self::Grace],
            Inequality::I4 => &[Self::Heartbeat, Self::Grace],
            Inequality::I5 => &[Self::ExecutorHeartbeat, Self::ExecutorGrace],
        }
    }

    /// Whether the inequality needs it to be small.
    const fn is_on_the_left(self) -> bool {
        !matches!(self, Self::Grace | Self::ExecutorGrace)
    }

    /// Where it is among the times.
    pub const fn of_timeouts(self, timeouts: &mut Timeouts) -> &mut Duration {
        match self {
            Self::Heartbeat => &mut timeouts.heartbeat,
            Self::Poll => &mut timeouts.poll,
            Self::Close => &mut timeouts.close,
            Self::Grace => &mut timeouts.grace,
            Self::WaitClosed => &mut timeouts.wait_closed,
            Self::ExecutorHeartbeat => &mut timeouts.executor_heartbeat,
            Self::ExecutorGrace => &mut timeouts.executor_grace,
        }
    }
}

/// How far a constant may go before what an inequality is for breaks: by the inequality
/// itself, and by what the machines do.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Threshold {
    /// The inequality.
    pub inequality: Inequality,
    /// The constant; all others are as they are.
    pub constant: Constant,
    /// The last value at which the inequality holds; `None` if it never does.
    pub said: Option<Duration>,
    /// The last value at which nothing is broken; `None` if there is none.
    pub found: Option<Duration>,
}

/// The longest time that is tried.
const LONGEST: Duration = Duration::from_secs(600);

/// For each inequality and each of its constants, how far the constant may go: by bisection,
/// to the nanosecond, with a run of the model for each value.
#[must_use]
pub fn thresholds(configuration: &Configuration) -> Vec<Threshold> {
    let with = |constant: Constant, value| {
        let mut timeouts = configuration.timeouts;
        *constant.of_timeouts(&mut timeouts) = value;
        timeouts
    };
    let of_one = |inequality: Inequality, constant: Constant| Threshold {
        inequality,
        constant,
        said: last_good(constant, |value| {
            let checks = with(constant, value).checks();
            checks
                .iter()
                .any(|check| check.inequality == inequality && check.holds())
        }),
        found: last_good(constant, |value| {
            let timeouts = with(constant, value);
            keeps(
                inequality,
                Configuration {
                    timeouts,
                    ..*configuration
                },
            )
        }),
    };
    let all = Inequality::ALL.into_iter();
    all.flat_map(|inequality| {
        let constants = Constant::of(inequality).iter();
        constants.map(move |constant| of_one(inequality, *constant))
    })
    .collect()
}

/// Whether what an inequality is for is kept.
fn keeps(inequality: Inequality, configuration: Configuration) -> bool {
    let (scenario, promise) = Scenario::of(inequality);
    let model = Timing::of(configuration, &[scenario]);
    let kept = Property::never(
        promise.to_string(),
        move |_: &Timing, state: &super::State| state.trail().is_broken(promise),
    );
    Check::new(&model).threads(1).run_for(&[kept]).holds()
}

/// The largest value that is good where small ones are, the smallest where large ones are.
fn last_good(constant: Constant, is_good: impl Fn(Duration) -> bool) -> Option<Duration> {
    let (mut good, mut bad) = if constant.is_on_the_left() {
        (Duration::ZERO, LONGEST)
    } else {
        (LONGEST, Duration::ZERO)
    };
    if !is_good(good) {
        return None;
    }
    if is_good(bad) {
        return Some(bad);
    }
    while good.abs_diff(bad) > Duration::from_nanos(1) {
        let middle = good.min(bad) + good.abs_diff(bad) / 2;
        if is_good(middle) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    Some(good)
}
