//! Machines for the examples in the documentation.

#![allow(
    missing_docs,
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    reason = "examples, and enums made by statig's macro"
)]

/// A door that opens and closes.
pub mod door {
    use statig::prelude::*;

    #[derive(Clone, Copy, Debug)]
    pub enum Event {
        Open,
        Close,
    }

    #[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
    pub struct Door;

    #[state_machine(
        initial = "State::closed()",
        state(derive(Clone, Debug, Eq, Hash, PartialEq)),
        superstate(derive(Debug))
    )]
    impl Door {
        #[state]
        fn closed(event: &Event) -> Outcome<State> {
            match event {
                Event::Open => Transition(State::opened()),
                Event::Close => Super,
            }
        }

        #[state]
        fn opened(event: &Event) -> Outcome<State> {
            match event {
                Event::Close => Transition(State::closed()),
                Event::Open => Super,
            }
        }
    }

    impl crate::Machine for Door {
        fn alphabet() -> Vec<Event> {
            vec![Event::Open, Event::Close]
        }
    }
}

/// The examples of the page about the framework's machines.
#[cfg(doctest)]
#[doc = include_str!("../docs/framework.md")]
pub mod framework_page {}

/// The models of the pages about the model checker.
#[cfg(doctest)]
#[doc = include_str!("../docs/first-model.md")]
#[cfg_attr(feature = "cli", doc = include_str!("../docs/checking.md"))]
#[doc = include_str!("../docs/composition.md")]
#[doc = include_str!("../docs/coming-from.md")]
pub mod model_pages {}

/// A model that counts.
pub mod counter {
    use crate::check::{Model, Property};

    /// Counts from 0 on and starts again before it reaches `below`.
    #[derive(Debug)]
    pub struct Counter {
        /// What it stays below.
        pub below: u32,
    }

    /// One more.
    #[derive(Clone, Debug)]
    pub struct Tick;

    impl Model for Counter {
        type State = u32;
        type Action = Tick;

        fn initial_states(&self) -> Vec<u32> {
            vec![0]
        }

        fn actions(&self, _: &u32, actions: &mut Vec<Tick>) {
            actions.push(Tick);
        }

        fn next(&self, state: &u32, _: &Tick) -> Option<u32> {
            Some((state + 1) % self.below)
        }

        fn properties(&self) -> Vec<Property<Self>> {
            vec![Property::<Self>::always(
                "it stays below",
                |model, state| *state < model.below,
            )]
        }
    }
    /// A flight of stairs, which is said to have no end.
    #[derive(Debug)]
    pub struct Stairs {
        /// How many stairs there are.
        pub top: u32,
    }

    impl Model for Stairs {
        type State = u32;
        type Action = Tick;

        fn initial_states(&self) -> Vec<u32> {
            vec![0]
        }

        fn actions(&self, state: &u32, actions: &mut Vec<Tick>) {
            actions.extend((*state < self.top).then_some(Tick));
        }

        fn next(&self, state: &u32, _: &Tick) -> Option<u32> {
            Some(state + 1)
        }

        fn properties(&self) -> Vec<Property<Self>> {
            vec![Property::<Self>::always(
                "the top is out of reach",
                |model, state| *state < model.top,
            )]
        }
    }
}
