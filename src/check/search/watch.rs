//! An eye on the clock, and on whoever wants the check to end.

use super::task::Task;
use crate::check::estimate::all_states;
use crate::check::{Limits, Progress, Stop};

/// How many states are gone through between two looks at the clock.
const STRIDE: u32 = 256;

/// Ends a check in time, and tells how far it is.
pub(in crate::check) struct Watch<'w, 'a> {
    task: &'w mut Task<'a>,
    countdown: u32,
    pub(in crate::check) progress: Progress,
    /// The levels that are known, in a search that goes level by level.
    pub(in crate::check) levels: Vec<usize>,
}

impl<'w, 'a> Watch<'w, 'a> {
    pub(in crate::check) fn new(task: &'w mut Task<'a>) -> Self {
        Self {
            countdown: STRIDE,
            progress: Progress {
                elapsed: task.started.elapsed(),
                ..Progress::default()
            },
            levels: Vec::new(),
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
    /// When the time is over, the user wants an end, or more memory is in use than there
    /// may be.
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
        let limits = self.limits();
        let told = || Progress {
            projected: all_states(&self.levels, &limits),
            ..self.progress
        };
        self.task.teller.tell(&limits, told)
    }
}
