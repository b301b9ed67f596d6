//! The whole command line for a machine of one's own.
//!
//! ```sh
//! cargo run --features cli --example own_command_line -- verify
//! cargo run --features cli --example own_command_line -- draw turnstile --format table
//! ```

#![allow(
    missing_docs,
    clippy::exhaustive_enums,
    clippy::print_stdout,
    reason = "an example, and enums made by statig's macro"
)]

use statig::prelude::*;

#[derive(Clone, Debug)]
enum Event {
    Coin,
    Push,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Turnstile;

#[state_machine(
    initial = "State::locked()",
    state(derive(Clone, Debug, PartialEq, Eq, Hash)),
    superstate(derive(Debug))
)]
impl Turnstile {
    #[state]
    fn locked(event: &Event) -> Outcome<State> {
        match event {
            Event::Coin => Transition(State::unlocked()),
            Event::Push => Super,
        }
    }

    #[state]
    fn unlocked(event: &Event) -> Outcome<State> {
        match event {
            Event::Push => Transition(State::locked()),
            Event::Coin => Handled,
        }
    }
}

impl fsmcheck::Machine for Turnstile {
    fn alphabet() -> Vec<Event> {
        vec![Event::Coin, Event::Push]
    }
}

fn main() -> std::process::ExitCode {
    fsmcheck::cli::run([fsmcheck::cli::machine::<Turnstile>()])
}
