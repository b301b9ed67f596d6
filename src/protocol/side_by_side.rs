//! What is done with several models at the same time.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Does something with each of several things, on so many threads in all, and tells each
/// time how many of them there are for it. The answers are in the order of the things.
pub(crate) fn side_by_side<T: Sync, A: Send>(
    things: &[T],
    threads: usize,
    act: impl Fn(&T, usize) -> A + Sync,
) -> Vec<A> {
    let at_once = threads.clamp(1, things.len().max(1));
    let threads_of_each = (threads / at_once).max(1);
    let next = AtomicUsize::new(0);
    let go_on = || {
        let mut answers = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(thing) = things.get(place) else {
                return answers;
            };
            answers.push((place, act(thing, threads_of_each)));
        }
    };
    let mut answers = thread::scope(|scope| {
        let others: Vec<_> = (1..at_once).map(|_| scope.spawn(go_on)).collect();
        let mut answers = go_on();
        for other in others {
            answers.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        answers
    });
    answers.sort_by_key(|(place, _)| *place);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_in_the_order_of_the_things() {
        let things: Vec<_> = (0..50).collect();
        for threads in [0, 1, 2, 7] {
            let answers = side_by_side(&things, threads, |thing, of_each| (thing * 2, of_each));
            let expected: Vec<_> = things.iter().map(|thing| (thing * 2, 1)).collect();
            assert_eq!(answers, expected);
        }
        assert_eq!(side_by_side(&[1, 2], 5, |_, of_each| of_each), [2, 2]);
        assert!(side_by_side(&[0; 0], 2, |_, _| ()).is_empty());
    }
}
