//! Who tells the user how far a search is, and hears whether it goes on.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use crate::check::{Limits, Progress, Stop};

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
