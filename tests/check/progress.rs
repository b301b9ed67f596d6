//! What a check tells while it goes on, and what it expects.

use std::ops::ControlFlow;
use std::time::Duration;

use fsmcheck::check::{Check, Limits, Model, Number, Progress, Property, Search};

/// Three counters that each go up to a number, slowly: the levels grow and shrink.
#[derive(Debug)]
struct Counters {
    up_to: u8,
    is_live: bool,
}

impl Model for Counters {
    type State = [u8; 3];
    type Action = usize;

    fn initial_states(&self) -> Vec<[u8; 3]> {
        vec![[0; 3]]
    }

    fn actions(&self, state: &[u8; 3], actions: &mut Vec<usize>) {
        std::thread::sleep(Duration::from_micros(100));
        actions.extend((0..3).filter(|counter| state[*counter] < self.up_to));
    }

    fn next(&self, state: &[u8; 3], counter: &usize) -> Option<[u8; 3]> {
        let mut next = *state;
        next[*counter] += 1;
        Some(next)
    }

    fn number(&self, state: &[u8; 3]) -> Option<Number> {
        let values = u64::from(self.up_to) + 1;
        let digits = state.iter().map(|counter| u64::from(*counter));
        Some(digits.fold(Number::new(), |number, digit| number.digit(digit, values)))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let at_the_end = |model: &Self, state: &[u8; 3]| *state == [model.up_to; 3];
        if self.is_live {
            vec![Property::eventually("at the end", at_the_end)]
        } else {
            // Not decided before all was seen.
            vec![Property::<Self>::never("beyond the end", |model, state| {
                state[0] > model.up_to
            })]
        }
    }
}

#[test]
fn how_many_states_there_can_be_is_known_at_once() {
    for progress in told(false, |check| check) {
        assert_eq!(progress.at_most, Some(8_000));
    }
}

/// All that is told in a check, which is made ready by `with`.
fn told(is_live: bool, with: impl Fn(Check<'_, Counters>) -> Check<'_, Counters>) -> Vec<Progress> {
    let model = Counters { up_to: 19, is_live };
    let mut told = Vec::new();
    let check = Check::new(&model).threads(1).on_progress(|progress| {
        told.push(*progress);
        ControlFlow::Continue(())
    });
    let _ = with(check).run();
    assert!(told.len() > 5, "{told:?}");
    told
}

#[test]
fn estimates_come_behind_the_peak_and_have_the_truth_in_them() {
    let all = 20 * 20 * 20;
    for is_live in [false, true] {
        let told = told(is_live, |check| check);
        // The largest level is the 28th.
        let (early, late): (Vec<_>, Vec<_>) =
            told.into_iter().partition(|progress| progress.depth <= 28);
        assert!(!early.is_empty());
        for progress in early {
            assert_eq!((progress.estimate(), progress.time_left()), (None, None));
        }
        let known = late.iter().filter_map(Progress::estimate);
        let known: Vec<_> = known.collect();
        assert!(!known.is_empty(), "{late:?}");
        for estimate in &known {
            assert!(
                (estimate.low..=estimate.high).contains(&all),
                "{estimate:?}"
            );
        }
        let left = late.iter().filter_map(Progress::time_left);
        let left: Vec<_> = left.map(|left| left.likely).collect();
        assert_eq!(left.len(), known.len());
        assert!(left.first() > left.last() || left.len() == 1, "{left:?}");
    }
}

#[test]
fn limits_are_expected_too() {
    let limits = Limits::default().states(5_000);
    for progress in told(false, |check| check.limits(limits)) {
        assert!(progress.expanded <= progress.unique && progress.unique <= 5_200);
        assert_eq!(progress.estimate(), None);
    }
}

#[test]
fn walks_are_counted_and_a_search_in_depth_expects_nothing() {
    let search = Search::RandomWalks {
        seed: 1,
        walks: 200,
        steps: 30,
    };
    for progress in told(false, |check| check.search(search)) {
        let (done, all) = progress.walks.unwrap();
        assert!(done < all && all == 200, "{progress:?}");
        assert_eq!(progress.estimate(), None);
        if done > 0 {
            let left = progress.time_left().unwrap();
            assert_eq!((left.low, left.high), (left.likely, left.likely));
            let expected = progress.elapsed.as_secs_f64() * (all - done) as f64 / done as f64;
            assert!((left.likely.as_secs_f64() - expected).abs() < 1e-6);
        }
    }
    for progress in told(false, |check| check.search(Search::DepthFirst)) {
        assert_eq!((progress.estimate(), progress.time_left()), (None, None));
    }
}
