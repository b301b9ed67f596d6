//! Entries of several models, judged side by side.

use std::ops::ControlFlow;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::{Judge, Judged, Outage};
use crate::check::Progress;

/// Judges entries, those of different models at the same time, on so many threads. The
/// answers are in the order of the entries, and as those of a single [`Judge`].
///
/// Tells about ten times a second what is being checked and how far it is, and leaves what
/// is undecided when the answer is a break.
///
/// # Examples
///
/// ```
/// use std::ops::ControlFlow;
///
/// use fsmcheck::protocol::outage::{Outage, judge_all};
///
/// let entries = [Outage::named("A13")?, Outage::named("A18")?].concat();
/// let judged = judge_all(&entries, 2, |_, _| ControlFlow::Continue(()));
/// assert!(judged.iter().all(|entry| entry.is_as_expected()));
/// # Ok::<(), fsmcheck::protocol::outage::UnknownOutage>(())
/// ```
///
/// # Panics
///
/// When `on_progress` does.
#[must_use]
pub fn judge_all(
    outages: &[&'static Outage],
    threads: usize,
    on_progress: impl Fn(&str, &Progress) -> ControlFlow<()> + Sync,
) -> Vec<Judged> {
    let mut models: Vec<_> = outages.iter().map(|outage| outage.model).collect();
    models.sort_unstable();
    models.dedup();
    let judges = threads.clamp(1, models.len().max(1));
    let threads_of_each = (threads / judges).max(1);
    let next = AtomicUsize::new(0);
    // What entries of one model ask is often the same, and one judge answers it once.
    let judge_models = || {
        let mut judged = Vec::new();
        while let Some(model) = models.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut judge = Judge::new()
                .threads(threads_of_each)
                .on_progress(&on_progress);
            let entries = outages.iter().enumerate();
            let entries = entries.filter(|(_, outage)| outage.model == *model);
            judged.extend(entries.map(|(place, outage)| (place, judge.judge(outage))));
        }
        judged
    };
    let mut judged = thread::scope(|scope| {
        let others: Vec<_> = (1..judges).map(|_| scope.spawn(judge_models)).collect();
        let mut judged = judge_models();
        for other in others {
            judged.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        judged
    });
    judged.sort_by_key(|(place, _)| *place);
    judged.into_iter().map(|(_, judged)| judged).collect()
}
