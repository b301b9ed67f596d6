//! An eye on the clock, and on whoever wants the check to end.

use std::time::Instant;

use super::breadth::{TOLD_EVERY, Task};
use crate::check::{Limits, Progress, Stop};

/// How many states are gone through between two looks at the clock.
const STRIDE: u32 = 256;

/// Ends a check in time, and tells how far it is.
pub(in crate::check) struct Watch<'w, 'a> {
    task: &'w mut Task<'a>,
    last_told: Instant,
    countdown: u32,
    pub(in crate::check) progress: Progress,
}

impl<'w, 'a> Watch<'w, 'a> {
    pub(in crate::check) fn new(task: &'w mut Task<'a>) -> Self {
        Self {
            last_told: Instant::now(),
            countdown: STRIDE,
            progress: Progress {
                unique: 0,
                generated: 0,
                depth: 0,
                level: 0,
                memory: 0,
                elapsed: task.started.elapsed(),
            },
            task,
        }
    }

    pub(in crate::check) fn limits(&self) -> Limits {
        self.task.limits
    }

    pub(in crate::check) fn all_violations(&self) -> bool {
        self.task.all_violations
    }

    /// Counts one state. Now and then it looks at the clock.
    ///
    /// # Errors
    ///
    /// When the time is over, or the user wants an end.
    #[inline]
    pub(in crate::check) fn tick(&mut self) -> Result<(), Stop> {
        self.countdown -= 1;
        if self.countdown == 0 {
            self.countdown = STRIDE;
            self.look()?;
        }
        Ok(())
    }

    #[cold]
    fn look(&mut self) -> Result<(), Stop> {
        self.progress.elapsed = self.task.started.elapsed();
        if let Some(limit) = self.task.limits.time
            && self.progress.elapsed >= limit
        {
            return Err(Stop::Time(limit));
        }
        if self.last_told.elapsed() >= TOLD_EVERY {
            self.last_told = Instant::now();
            if (self.task.on_progress)(&self.progress).is_break() {
                return Err(Stop::Interrupted);
            }
        }
        Ok(())
    }
}
