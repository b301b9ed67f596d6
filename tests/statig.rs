//! What this crate relies on in statig 0.4.1. A test here that fails after an
//! update means that the code which names the behaviour has to be looked at.

use statig::Outcome;
use statig::blocking::{IntoStateMachineExt as _, StateExt as _};

mod lamp {
    use statig::prelude::*;

    #[derive(Clone, Copy, Debug, PartialEq)]
    pub(crate) enum Event {
        Toggle,
        Same,
        Touch,
        Unknown,
    }

    #[derive(Debug, Default)]
    pub(crate) struct Lamp {
        pub(crate) log: Vec<String>,
    }

    #[state_machine(
        initial = "State::off()",
        state(derive(Clone, Debug, Eq, Hash, PartialEq)),
        superstate(derive(Debug)),
        before_transition = "Self::before",
        after_transition = "Self::after",
        visibility = "pub(crate)"
    )]
    impl Lamp {
        #[superstate]
        fn mains(event: &Event) -> Outcome<State> {
            let _ = event;
            Super
        }

        #[state(superstate = "mains")]
        fn off(&mut self, event: &Event) -> Outcome<State> {
            match event {
                Event::Toggle => Transition(State::on(3)),
                _ => Super,
            }
        }

        #[state(
            superstate = "mains",
            entry_action = "enter_on",
            exit_action = "exit_on"
        )]
        fn on(&mut self, level: &mut u8, event: &Event) -> Outcome<State> {
            match event {
                Event::Toggle => Transition(State::off()),
                Event::Same => Transition(State::on(*level + 1)),
                Event::Touch => {
                    *level += 1;
                    Handled
                }
                Event::Unknown => Super,
            }
        }

        #[action]
        fn enter_on(&mut self) {
            self.log.push("enter".into());
        }

        #[action]
        fn exit_on(&mut self) {
            self.log.push("exit".into());
        }

        fn before(&mut self, source: &State, target: &State) {
            self.log.push(format!("before {source:?} {target:?}"));
        }

        fn after(&mut self, source: &State, target: &State) {
            self.log.push(format!("after {source:?} {target:?}"));
        }
    }
}

use lamp::{Event, Lamp, State};

#[test]
fn before_transition_is_handed_the_target_first() {
    let mut lamp = Lamp::default().state_machine();
    lamp.handle(&Event::Toggle);
    assert_eq!(
        lamp.inner().log,
        [
            "before On { level: 3 } Off",
            "enter",
            "after Off On { level: 3 }"
        ],
        "the order is mended in statig: mend `transition` in src/machine/step.rs with it"
    );
}

#[test]
fn an_event_that_nobody_handles_comes_out_as_super() {
    let outcome = State::Off {}.handle(&mut Lamp::default(), &Event::Unknown, &mut ());
    assert_eq!(outcome, Outcome::Super);
}

#[test]
fn the_same_variant_with_other_data_is_left_and_entered_once() {
    assert_eq!(
        State::On { level: 1 }.transition_path(&mut State::On { level: 2 }),
        (1, 1)
    );
    let mut lamp = Lamp::default().state_machine();
    lamp.handle(&Event::Toggle);
    let before = lamp.inner().log.len();
    lamp.handle(&Event::Same);
    assert_eq!(lamp.inner().log[before + 1..][..2], ["exit", "enter"]);
}

#[test]
fn handled_changes_local_data_in_place() {
    let mut state = State::On { level: 1 };
    assert_eq!(
        state.handle(&mut Lamp::default(), &Event::Touch, &mut ()),
        Outcome::Handled
    );
    assert_eq!(state, State::On { level: 2 });
}

#[test]
fn siblings_share_the_levels_above_them() {
    assert_eq!(
        State::Off {}.transition_path(&mut State::On { level: 1 }),
        (1, 1)
    );
    assert_eq!(State::Off {}.depth(), 2);
}
