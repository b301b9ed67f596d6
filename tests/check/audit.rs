//! Models that answer differently the second time.

use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use fsmcheck::check::{Flaw, Model, Number, Property, audit};

/// What changes outside of the state.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Leak {
    Nothing,
    InitialStates,
    Actions,
    Next,
    /// Whether a step can happen at all.
    Happening,
    Property,
    Hash,
    Number,
}

struct Leaky {
    leak: Leak,
    outside: AtomicU32,
}

/// Equal by its number, whatever the rest.
#[derive(Clone, Debug)]
struct State {
    number: u32,
    hashed: u32,
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for State {}

impl Hash for State {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.hashed.hash(hasher);
    }
}

impl Leaky {
    fn outside(&self, leak: Leak) -> u32 {
        if self.leak == leak {
            self.outside.fetch_add(1, Relaxed)
        } else {
            0
        }
    }
}

impl Model for Leaky {
    type State = State;
    type Action = u32;

    fn initial_states(&self) -> Vec<State> {
        let number = self.outside(Leak::InitialStates);
        vec![State { number, hashed: 0 }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<u32>) {
        let outside = if state.number > 2 {
            self.outside(Leak::Actions)
        } else {
            0
        };
        actions.extend([1, 2 + outside]);
    }

    fn next(&self, state: &State, action: &u32) -> Option<State> {
        if self.outside(Leak::Happening) % 2 == 1 {
            return None;
        }
        let outside = self.outside(Leak::Next);
        let number = (state.number + action + outside) % 10;
        let hashed = number + self.outside(Leak::Hash);
        Some(State { number, hashed })
    }

    fn number(&self, state: &State) -> Option<Number> {
        let number = state.number + self.outside(Leak::Number);
        Some(Number::of(number.into(), 1000))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::<Self>::always("nothing changes", |model, _| {
            model.outside(Leak::Property) % 2 == 0
        })]
    }
}

#[track_caller]
fn check(leak: Leak, is_it: impl Fn(&Flaw) -> bool) {
    let model = Leaky {
        leak,
        outside: AtomicU32::new(0),
    };
    let flaw = audit(&model, 1000).unwrap_err();
    assert!(is_it(&flaw), "{flaw}");
}

#[test]
fn what_depends_on_more_than_the_state_is_found() {
    check(Leak::InitialStates, |flaw| {
        matches!(flaw, Flaw::InitialStates { .. })
    });
    check(Leak::Actions, |flaw| matches!(flaw, Flaw::Actions { .. }));
    check(Leak::Next, |flaw| matches!(flaw, Flaw::Step { .. }));
    check(Leak::Happening, |flaw| matches!(flaw, Flaw::Step { .. }));
    check(Leak::Property, |flaw| {
        matches!(flaw, Flaw::Predicate { .. })
    });
    check(Leak::Hash, |flaw| matches!(flaw, Flaw::Hash { .. }));
    check(Leak::Number, |flaw| matches!(flaw, Flaw::Number { .. }));
}

#[test]
fn a_flaw_says_where_it_is() {
    let model = Leaky {
        leak: Leak::Next,
        outside: AtomicU32::new(0),
    };
    assert_eq!(
        audit(&model, 1000).unwrap_err().to_string(),
        "in state State { number: 0, hashed: 0 }, action 1 leads to Some(State { number: 1, \
         hashed: 1 }) the first time and to Some(State { number: 2, hashed: 2 }) the second: \
         what comes next may depend on the state and the action alone"
    );
}

#[test]
fn a_sound_model_has_no_flaw() {
    let model = Leaky {
        leak: Leak::Nothing,
        outside: AtomicU32::new(0),
    };
    let audited = audit(&model, 1000).unwrap();
    assert_eq!((audited.states, audited.is_exhaustive), (10, true));
}
