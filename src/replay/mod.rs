//! Holding a trace, recorded by somebody who may have missed steps, against a
//! machine.
//!
//! An [`Observer`] judges what is seen of one key (a worker, a job), one record
//! after the other. A [`Replay`] keeps an observer for each key of a whole trace
//! and reports what is illegal with the places of both ends.

mod observer;
mod trace;

pub use self::observer::{Epochs, Observer, Seen, Verdict};
pub use self::trace::{Finding, Place, Replay, Sighting, Summary};
