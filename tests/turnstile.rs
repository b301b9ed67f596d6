//! A machine with data, and nothing but the macro to test it.

use statig::prelude::*;

#[derive(Clone, Debug)]
enum Event {
    Coin(u8),
    Push,
    Reset,
}

/// Opens for three coins' worth and keeps no change.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
struct Turnstile {
    paid: u8,
}

#[state_machine(
    initial = "State::locked()",
    state(derive(Clone, Debug, Eq, Hash, PartialEq)),
    superstate(derive(Debug)),
    visibility = "pub(crate)"
)]
impl Turnstile {
    #[state]
    fn locked(&mut self, event: &Event) -> Outcome<State> {
        match event {
            Event::Coin(worth) if self.paid + worth >= 3 => {
                self.paid = 0;
                Transition(State::unlocked())
            }
            Event::Coin(worth) => {
                self.paid += worth;
                Handled
            }
            Event::Reset => {
                self.paid = 0;
                Handled
            }
            Event::Push => Super,
        }
    }

    #[state]
    fn unlocked(event: &Event) -> Outcome<State> {
        match event {
            Event::Push => Transition(State::locked()),
            _ => Super,
        }
    }
}

impl fsmcheck::Machine for Turnstile {
    fn alphabet() -> Vec<Event> {
        vec![Event::Coin(1), Event::Coin(2), Event::Push, Event::Reset]
    }

    fn returns_to_start() -> bool {
        true
    }

    fn declared_states() -> &'static [&'static str] {
        &["Locked", "Unlocked"]
    }

    fn invariants() -> Vec<fsmcheck::machine::Invariant<Self>> {
        vec![fsmcheck::machine::Invariant::new(
            "less is paid than opens it",
            |turnstile, _| turnstile.paid < 3,
        )]
    }
}

fsmcheck::test_suite!(Turnstile);
