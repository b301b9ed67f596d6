//! A machine of one's own: guarded, explored, checked and drawn.
//!
//! ```sh
//! cargo run --example door
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
    Open,
    Close,
    Lock,
    Unlock,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Door;

#[state_machine(
    initial = "State::closed()",
    state(derive(Clone, Debug, PartialEq, Eq, Hash)),
    superstate(derive(Debug))
)]
impl Door {
    #[state]
    fn closed(event: &Event) -> Outcome<State> {
        match event {
            Event::Open => Transition(State::opened()),
            Event::Lock => Transition(State::locked()),
            _ => Super,
        }
    }

    #[state]
    fn opened(event: &Event) -> Outcome<State> {
        match event {
            Event::Close => Transition(State::closed()),
            _ => Super,
        }
    }

    #[state]
    fn locked(event: &Event) -> Outcome<State> {
        match event {
            Event::Unlock => Transition(State::closed()),
            _ => Super,
        }
    }
}

// All that fsmcheck asks for: the events.
impl fsmcheck::Machine for Door {
    fn alphabet() -> Vec<Event> {
        vec![Event::Open, Event::Close, Event::Lock, Event::Unlock]
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Import: a machine that refuses what is not legal.
    let mut door = fsmcheck::Guarded::new(Door);
    door.handle(&Event::Lock)?;
    if let Err(refused) = door.handle(&Event::Open) {
        println!("{refused}");
    }

    // Verify: run everything there is to run.
    let explored = fsmcheck::explore::<Door>(Default::default())?;
    let report = explored.graph().lint();
    println!("clean: {}", report.is_clean());

    // Draw: what the code does, because the code was run to get it.
    println!("{}", fsmcheck::draw::mermaid(explored.graph()));
    Ok(())
}
