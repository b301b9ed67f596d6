//! How long masters, workers and executors wait, and what must hold between
//! these times.
//!
//! Every constant of the original is a member of [`Timeouts`], with the
//! original's value as its default. Whether two of them fit is a [`InequalityCheck`]:
//!
//! | inequality | what it is for | with the defaults |
//! |---|---|---|
//! | [`I1`](Inequality::I1) | a silent worker ends its loop before its master gives its work away | holds, 1.95 s to spare |
//! | [`I2`](Inequality::I2) | … and has let go of what it held by then | **broken** by 1.05 s |
//! | [`I3`](Inequality::I3) | a worker gives up saying goodbye before its master has forgotten it | holds, 5 s to spare |
//! | [`I4`](Inequality::I4) | a new master waits until workers that ignore it are dead | holds, 2 s to spare |
//! | [`I5`](Inequality::I5) | a cut-off executor ends before the server gives it up | holds, if one call takes less than 2.5 s |
//!
//! The original checks none of them. It only raises a worker timeout that is too
//! short for the heartbeat, as [`Timeouts::adjusted`] does.

use std::fmt;
use std::time::Duration;

/// Every time that the framework waits. The defaults are the original's.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use fsmcheck::framework::{Inequality, Timeouts};
///
/// let timeouts = Timeouts::default();
/// let warnings = timeouts.validate()?;
/// assert_eq!(warnings.len(), 1);
/// assert_eq!(
///     warnings[0].to_string(),
///     "I2 is broken: heartbeat + poll + close = 6.05s must be less than grace = 5s, \
///      and is 1.05s too much"
/// );
///
/// let hasty = Timeouts { grace: Duration::from_secs(3), ..timeouts };
/// assert_eq!(hasty.validate().unwrap_err().broken[0].inequality, Inequality::I1);
/// # Ok::<(), fsmcheck::framework::TimeoutsBroken>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "users fill in single members and take the others from the default"
)]
pub struct Timeouts {
    /// Between two pings of a worker, and between two of its looks at how long
    /// its master has been silent; 3 s.
    pub heartbeat: Duration,
    /// A worker that has not been acknowledged for this long gives up; 15 s.
    pub worker: Duration,
    /// How much longer than [`worker`](Self::worker) a master waits before it
    /// takes a silent worker for dead; 5 s.
    pub grace: Duration,
    /// A reading of where the master is may take this long; 10 s.
    pub reload: Duration,
    /// Between two looks of a master at who has timed out; 1 s.
    pub check: Duration,
    /// The business logic has this long to let go of what it holds; 3 s. A job
    /// master that gives up has no such bound.
    pub close: Duration,
    /// Removing the message handlers may take this long; 3 s.
    pub close_handlers: Duration,
    /// The business logic of a job master that has ended has this long to clean
    /// up; 5 s.
    pub stop: Duration,
    /// A worker waits this long for its end to be acknowledged; 15 s.
    pub wait_closed: Duration,
    /// The whole of a graceful exit may take this long; 30 s.
    pub graceful_exit: Duration,
    /// A new worker waits this long for one of
    /// [`MAX_CREATING`](Self::MAX_CREATING) places; 5 s.
    pub create_quota: Duration,
    /// Creating a worker may take this long; 10 s.
    pub create_worker: Duration,
    /// Taking the next epoch may take this long; 5 s.
    pub epoch: Duration,
    /// Finding the client of an executor may take this long; 1 s.
    pub executor_client: Duration,
    /// An executor keeps a task that was announced and not confirmed this long,
    /// and a master repeats the announcement this long; 10 s.
    pub pre_dispatch: Duration,
    /// Telling the master of a status may take this long; 15 s.
    pub notify: Duration,
    /// Canceling a job may take this long, then it ends without its workers;
    /// 30 s.
    pub cancel: Duration,
    /// Between two looks of the job manager and the leader at what has happened;
    /// 200 ms.
    pub leader_poll: Duration,
    /// Between two rounds of the loop of a job master or a worker; 50 ms.
    pub poll: Duration,
    /// An executor that has had no answer for this long ends; 20 s.
    pub executor: Duration,
    /// Between two heartbeats of an executor; 500 ms.
    pub executor_heartbeat: Duration,
    /// How much longer than [`executor`](Self::executor) the server waits before
    /// it gives an executor up; 3 s.
    pub executor_grace: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            heartbeat: Duration::from_secs(3),
            worker: Duration::from_secs(15),
            grace: Duration::from_secs(5),
            reload: Duration::from_secs(10),
            check: Duration::from_secs(1),
            close: Duration::from_secs(3),
            close_handlers: Duration::from_secs(3),
            stop: Duration::from_secs(5),
            wait_closed: Duration::from_secs(15),
            graceful_exit: Duration::from_secs(30),
            create_quota: Duration::from_secs(5),
            create_worker: Duration::from_secs(10),
            epoch: Duration::from_secs(5),
            executor_client: Duration::from_secs(1),
            pre_dispatch: Duration::from_secs(10),
            notify: Duration::from_secs(15),
            cancel: Duration::from_secs(30),
            leader_poll: Duration::from_millis(200),
            poll: Duration::from_millis(50),
            executor: Duration::from_secs(20),
            executor_heartbeat: Duration::from_millis(500),
            executor_grace: Duration::from_secs(3),
        }
    }
}

impl Timeouts {
    /// At most this many workers are being created by one master at a time.
    pub const MAX_CREATING: usize = 100;

    /// What the worker timeout must leave beside two heartbeats.
    const BESIDE_TWO_HEARTBEATS: Duration = Duration::from_secs(3);

    /// These times with a worker timeout that leaves room for two heartbeats:
    /// at least twice [`heartbeat`](Self::heartbeat) and 3 s.
    #[must_use]
    pub fn adjusted(self) -> Self {
        let least = self
            .reload_after()
            .saturating_add(Self::BESIDE_TWO_HEARTBEATS);
        Self {
            worker: self.worker.max(least),
            ..self
        }
    }

    /// A worker that has not been acknowledged for longer than this reads anew
    /// where its master is: two heartbeats.
    #[must_use]
    pub fn reload_after(&self) -> Duration {
        self.heartbeat.saturating_mul(2)
    }

    /// A master takes a worker for dead that has been silent for longer than
    /// this, and a new master waits this long for the workers that it has found.
    #[must_use]
    pub fn expiry(&self) -> Duration {
        self.worker.saturating_add(self.grace)
    }

    /// Every inequality with its numbers, whether it holds or not.
    #[must_use]
    pub fn checks(&self) -> [InequalityCheck; 5] {
        let sum = |terms: &[Duration]| terms.iter().copied().fold(Duration::ZERO, add);
        Inequality::ALL.map(|inequality| {
            let (left, right) = match inequality {
                Inequality::I1 => (sum(&[self.heartbeat, self.poll]), self.grace),
                Inequality::I2 => (sum(&[self.heartbeat, self.poll, self.close]), self.grace),
                Inequality::I3 => (self.wait_closed, self.expiry()),
                Inequality::I4 => (sum(&[self.worker, self.heartbeat]), self.expiry()),
                Inequality::I5 => (
                    sum(&[self.executor, self.executor_heartbeat]),
                    sum(&[self.executor, self.executor_grace]),
                ),
            };
            InequalityCheck {
                inequality,
                left,
                right,
            }
        })
    }

    /// Checks what must hold between these times, and returns what is broken
    /// but only to be warned of.
    ///
    /// # Errors
    ///
    /// When an inequality is broken that is more than a warning.
    pub fn validate(&self) -> Result<Vec<InequalityCheck>, TimeoutsBroken> {
        let (warnings, broken): (Vec<_>, Vec<_>) = self
            .checks()
            .into_iter()
            .filter(|check| !check.holds())
            .partition(|check| check.inequality.is_warning());
        if broken.is_empty() {
            Ok(warnings)
        } else {
            Err(TimeoutsBroken { broken })
        }
    }
}

fn add(left: Duration, right: Duration) -> Duration {
    left.saturating_add(right)
}

/// A duration in the unit of clocks, held at the end of their range.
pub(super) fn nanos(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

/// What must hold between the times of a configuration.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(
    clippy::exhaustive_enums,
    reason = "each is derived from the protocol, and so are all"
)]
pub enum Inequality {
    /// A worker that hears nothing ends its loop before its master gives its
    /// work to another: at the latest it notices one heartbeat and one round of
    /// the loop after its timeout, and its master waits for the grace longer.
    /// Work that does not look at its context while it is under way still
    /// breaks this.
    I1,
    /// … and it has also let go of what it held by then. The original's own
    /// times do not give this, so it is a warning. A job master that gives up
    /// has no bound on its closing and never has it.
    I2,
    /// A worker that has ended gives up waiting for the acknowledgement before
    /// its master takes it for dead.
    I3,
    /// A new master waits long enough that every worker which does not turn to
    /// it is dead; this needs that nobody else acknowledges their pings.
    I4,
    /// An executor that cannot reach the server ends before the server gives it
    /// up. One call between the two may still be under way: what is to spare is
    /// what that call may take.
    I5,
}

impl Inequality {
    /// Every inequality.
    pub const ALL: [Self; 5] = [Self::I1, Self::I2, Self::I3, Self::I4, Self::I5];

    /// Whether to break it is only to be warned of.
    #[must_use]
    pub const fn is_warning(self) -> bool {
        matches!(self, Self::I2)
    }

    /// Whether the two sides may be equal.
    const fn allows_equality(self) -> bool {
        matches!(self, Self::I4)
    }

    /// The two sides in words.
    const fn sides(self) -> (&'static str, &'static str) {
        match self {
            Self::I1 => ("heartbeat + poll", "grace"),
            Self::I2 => ("heartbeat + poll + close", "grace"),
            Self::I3 => ("wait closed", "worker + grace"),
            Self::I4 => ("worker + heartbeat", "worker + grace"),
            Self::I5 => (
                "executor + executor heartbeat + one call",
                "executor + executor grace",
            ),
        }
    }
}

/// One inequality with the numbers of a configuration.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct InequalityCheck {
    /// Which one.
    pub inequality: Inequality,
    /// What must be less; without the one call of [`Inequality::I5`].
    pub left: Duration,
    /// What must be more.
    pub right: Duration,
}

impl InequalityCheck {
    /// Whether it holds; [`Inequality::I5`]: whether a call that takes no time
    /// fits.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.left < self.right || self.inequality.allows_equality() && self.left == self.right
    }

    /// By how many nanoseconds the right side is larger; negative when it is
    /// smaller. Of [`Inequality::I5`] it is what one call may take.
    #[must_use]
    pub fn slack(&self) -> i128 {
        // A duration has less than 2^94 nanoseconds.
        self.right.as_nanos() as i128 - self.left.as_nanos() as i128
    }
}

impl fmt::Display for InequalityCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            inequality,
            left,
            right,
        } = self;
        let (left_side, right_side) = inequality.sides();
        let relation = if inequality.allows_equality() {
            "at most"
        } else {
            "less than"
        };
        let verdict = if self.holds() { "holds" } else { "is broken" };
        write!(
            f,
            "{inequality:?} {verdict}: {left_side} = {left:?} must be {relation} \
             {right_side} = {right:?}, and "
        )?;
        match right.checked_sub(*left) {
            Some(spare) if self.holds() => write!(f, "has {spare:?} to spare"),
            Some(_) => write!(f, "leaves nothing to spare"),
            None => write!(f, "is {:?} too much", left.abs_diff(*right)),
        }
    }
}

/// Times between which something does not hold that must.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}", listed(.broken))]
#[non_exhaustive]
pub struct TimeoutsBroken {
    /// What is broken, in the order of the inequalities.
    pub broken: Vec<InequalityCheck>,
}

fn listed(checks: &[InequalityCheck]) -> String {
    let checks: Vec<_> = checks.iter().map(InequalityCheck::to_string).collect();
    checks.join("; ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NANO: Duration = Duration::from_nanos(1);

    fn broken(timeouts: &Timeouts) -> Vec<Inequality> {
        let checks = timeouts.checks().into_iter();
        checks
            .filter(|check| !check.holds())
            .map(|check| check.inequality)
            .collect()
    }

    #[test]
    fn the_defaults_are_the_originals() {
        let Timeouts {
            heartbeat,
            worker,
            grace,
            reload,
            check,
            close,
            close_handlers,
            stop,
            wait_closed,
            graceful_exit,
            create_quota,
            create_worker,
            epoch,
            executor_client,
            pre_dispatch,
            notify,
            cancel,
            leader_poll,
            poll,
            executor,
            executor_heartbeat,
            executor_grace,
        } = Timeouts::default();
        let workers = [heartbeat, worker, grace, reload, check, notify, poll];
        let ends = [
            close,
            close_handlers,
            stop,
            wait_closed,
            graceful_exit,
            cancel,
        ];
        let creation = [create_quota, create_worker, epoch, executor_client];
        let executors = [pre_dispatch, executor, executor_heartbeat, executor_grace];
        let millis =
            |times: &[Duration]| -> Vec<_> { times.iter().map(Duration::as_millis).collect() };
        assert_eq!(
            millis(&workers),
            [3_000, 15_000, 5_000, 10_000, 1_000, 15_000, 50]
        );
        assert_eq!(millis(&ends), [3_000, 3_000, 5_000, 15_000, 30_000, 30_000]);
        assert_eq!(millis(&creation), [5_000, 10_000, 5_000, 1_000]);
        assert_eq!(millis(&executors), [10_000, 20_000, 500, 3_000]);
        assert_eq!(leader_poll, Duration::from_millis(200));
        assert_eq!(Timeouts::MAX_CREATING, 100);
        assert_eq!(Timeouts::default().expiry(), Duration::from_secs(20));
        assert_eq!(Timeouts::default().reload_after(), Duration::from_secs(6));
    }

    #[test]
    fn the_defaults_break_i2_alone() {
        let timeouts = Timeouts::default();
        let slacks = timeouts.checks().map(|check| check.slack() / 1_000_000);
        assert_eq!(slacks, [1_950, -1_050, 5_000, 2_000, 2_500]);
        assert_eq!(broken(&timeouts), [Inequality::I2]);
        assert_eq!(timeouts.validate().unwrap().len(), 1);
        assert_eq!(timeouts.adjusted(), timeouts);
    }

    /// The defaults with a closing that is short enough, in which nothing is
    /// broken.
    fn sound() -> Timeouts {
        Timeouts {
            close: Duration::from_secs(1),
            ..Timeouts::default()
        }
    }

    /// Sets each inequality to its limit: there it holds, and one nanosecond
    /// further it is the one that is broken.
    #[test]
    fn one_nanosecond_breaks_each() {
        type Change = fn(&mut Timeouts, Duration);
        let limits: [(Inequality, Duration, Change); 5] = [
            (
                Inequality::I1,
                Duration::from_millis(1_950) - NANO,
                |timeouts, by| {
                    timeouts.poll += by;
                    timeouts.close = Duration::ZERO;
                },
            ),
            (
                Inequality::I2,
                Duration::from_millis(950) - NANO,
                |timeouts, by| timeouts.close += by,
            ),
            (
                Inequality::I3,
                Duration::from_secs(5) - NANO,
                |timeouts, by| timeouts.wait_closed += by,
            ),
            (Inequality::I4, Duration::from_secs(2), |timeouts, by| {
                timeouts.heartbeat += by;
            }),
            (
                Inequality::I5,
                Duration::from_millis(2_500) - NANO,
                |timeouts, by| timeouts.executor_heartbeat += by,
            ),
        ];
        for (inequality, at_most, change) in limits {
            let mut timeouts = sound();
            change(&mut timeouts, at_most);
            assert!(!broken(&timeouts).contains(&inequality), "{inequality:?}");
            let mut timeouts = sound();
            change(&mut timeouts, at_most + NANO);
            let expected: &[Inequality] = match inequality {
                // A loop that ends too late also closes too late, and a
                // heartbeat as long as the grace leaves no room for the rest.
                Inequality::I1 => &[Inequality::I1, Inequality::I2],
                Inequality::I4 => &[Inequality::I1, Inequality::I2, Inequality::I4],
                Inequality::I2 => &[Inequality::I2],
                Inequality::I3 => &[Inequality::I3],
                Inequality::I5 => &[Inequality::I5],
            };
            assert_eq!(broken(&timeouts), expected);
            let refused = timeouts.validate();
            assert_eq!(refused.is_err(), inequality != Inequality::I2);
        }
    }

    #[test]
    fn a_check_says_its_numbers() {
        let texts = Timeouts::default().checks().map(|check| check.to_string());
        assert_eq!(
            texts[3],
            "I4 holds: worker + heartbeat = 18s must be at most worker + grace = 20s, \
             and has 2s to spare"
        );
        assert_eq!(
            texts[4],
            "I5 holds: executor + executor heartbeat + one call = 20.5s must be less than \
             executor + executor grace = 23s, and has 2.5s to spare"
        );
        let exact = Timeouts {
            wait_closed: Duration::from_secs(20),
            ..sound()
        };
        assert_eq!(
            exact.validate().unwrap_err().to_string(),
            "I3 is broken: wait closed = 20s must be less than worker + grace = 20s, \
             and leaves nothing to spare"
        );
    }

    #[test]
    fn adjusting_raises_the_worker_timeout_alone() {
        let slow = Timeouts {
            heartbeat: Duration::from_secs(10),
            ..Timeouts::default()
        };
        let expected = Timeouts {
            worker: Duration::from_secs(23),
            ..slow
        };
        assert_eq!(slow.adjusted(), expected);
    }

    fn duration() -> impl Strategy<Value = Duration> {
        prop_oneof![
            (0_u64..60_000).prop_map(Duration::from_millis),
            (any::<u64>(), 0_u32..1_000_000_000)
                .prop_map(|(seconds, nanos)| Duration::new(seconds, nanos)),
        ]
    }

    proptest! {
        #[test]
        fn any_times_can_be_checked(
            heartbeat in duration(), worker in duration(), grace in duration(),
            close in duration(), executor in duration(),
        ) {
            let timeouts = Timeouts {
                heartbeat, worker, grace, close, executor, ..Timeouts::default()
            };
            for check in timeouts.checks() {
                prop_assert_eq!(check.holds(), check.slack() > 0
                    || check.slack() == 0 && check.inequality == Inequality::I4);
                prop_assert!(!check.to_string().is_empty());
            }
            let adjusted = timeouts.adjusted();
            prop_assert!(adjusted.worker >= timeouts.worker);
            prop_assert_eq!(adjusted.adjusted(), adjusted);
            prop_assert!(adjusted.worker > adjusted.heartbeat || adjusted.worker == Duration::MAX);
        }
    }
}
