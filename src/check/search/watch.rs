//! An eye on the clock, and on whoever wants the check to end.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use super::breadth::Task;
use crate::check::estimate::all_states;
use crate::check::{Limits, Progress, Stop};

/// How many states are gone through between two looks at the clock.
const STRIDE: u32 = 256;

/// How often progress is told.
const TOLD_EVERY: Duration = Duration::from_millis(100);

/// Whether the search goes on, as the user says when told how far it is.
pub(in crate::check) type OnProgress<'a> = dyn FnMut(&Progress) -> ControlFlow<()> + 'a;

/// How many bytes are in use, as somebody measures it who knows more than the search.
pub(in crate::check) type Measure<'a> = dyn FnMut() -> usize + 'a;

/// Tells the user now and then how far the search is.
pub(in crate::check) struct Teller<'a> {
    on_progress: &'a mut OnProgress<'a>,
    measure: Option<&'a mut Measure<'a>>,
    /// The most that was measured.
    pub(in crate::check) peak: usize,
    last_told: Instant,
    /// How many states there can be at most, if the model knows.
    at_most: Option<u64>,
}

impl<'a> Teller<'a> {
    pub(in crate::check) fn new(
        on_progress: &'a mut OnProgress<'a>,
        measure: Option<&'a mut Measure<'a>>,
        at_most: Option<u64>,
    ) -> Self {
        Self {
            on_progress,
            measure,
            peak: 0,
            last_told: Instant::now(),
            at_most,
        }
    }

    /// Tells it if it is time to.
    ///
    /// # Errors
    ///
    /// When the user wants an end, or more memory is in use than there may be.
    pub(super) fn tell(
        &mut self,
        limits: &Limits,
        progress: impl FnOnce() -> Progress,
    ) -> Result<(), Stop> {
        if self.last_told.elapsed() < TOLD_EVERY {
            return Ok(());
        }
        self.last_told = Instant::now();
        let mut progress = Progress {
            at_most: self.at_most,
            ..progress()
        };
        if let Some(measure) = &mut self.measure {
            progress.memory = measure();
            self.peak = self.peak.max(progress.memory);
            if progress.memory > limits.memory {
                return Err(Stop::Memory(limits.memory));
            }
        }
        match (self.on_progress)(&progress) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Stop::Interrupted),
        }
    }
}

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
