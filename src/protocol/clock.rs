//! What stands in the place of a clock.
//!
//! In a model it is always [`NOW`]. Time passes by *ages*: an age is longer than half a
//! master's expiry, and when one ends every time that anybody has noted moves back by
//! [`AGE`], where it is held at the last value that still makes a difference. So a model
//! has finitely many states however often time passes.
//!
//! What was noted in the age before last is older than an expiry (20 s) by the end of an
//! age; what was noted in this one or the last is not. When an age ends,
//!
//! 1. each loop whose master has not acknowledged any ping that was sent in the age that
//!    ends has been silent for longer than a worker's time-out (15 s and a heartbeat):
//!    its watchdog has ended it;
//! 2. after that a master's check *may* find an entry expired of which nothing was
//!    accepted in that age.
//!
//! # Nothing is lost by it
//!
//! Take any run of the real system in which a master finds an entry expired at a time t:
//! nothing was accepted of it since t − 20 s. Let an age end at t − 19 s and the next one
//! at t: the model can do the same. A loop that is alive at t was acknowledged for a ping
//! that was sent after t − 18 s (the time-out and a heartbeat), thus within that age, and
//! lives on in the model. So each order of expiries, ends and messages of the real system
//! is one of the model. The other way round, an age may be as long as it likes, so that
//! the model does nothing that the real system cannot do, as long as a worker's time-out
//! and a heartbeat are less than a master's expiry. Whether they are is what the model
//! `timing` is about.

use std::time::Duration;

use crate::wire::MonotonicTime;

/// The time, in a model.
pub const NOW: MonotonicTime = MonotonicTime(0);

/// By how much noted times move back when an age ends: two of them are longer than a
/// master's expiry, and one is shorter than a worker's time-out.
pub const AGE: Duration = Duration::from_nanos(10_000_000_001);

/// A send time of an earlier age, as it is in a message that is under way when an age
/// ends. What is older than that makes no other difference.
pub const LONG_AGO: MonotonicTime = MonotonicTime(-20_000_000_002);
