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
