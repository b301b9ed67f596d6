//! Small machines, each with one fault.

#![allow(
    dead_code,
    reason = "statig's macro makes a constructor for each state"
)]

/// Answers by what was asked before, outside of the machine.
pub(crate) mod dice {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use statig::prelude::*;

    #[derive(Clone, Debug)]
    pub(crate) enum Event {
        Pick,
        Roll,
    }

    static ROLLS: AtomicUsize = AtomicUsize::new(0);

    #[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
    pub(crate) struct Dice;

    #[state_machine(
        initial = "State::resting()",
        state(derive(Clone, Debug, Eq, Hash, PartialEq)),
        superstate(derive(Debug)),
        visibility = "pub(crate)"
    )]
    impl Dice {
        #[state]
        fn resting(event: &Event) -> Outcome<State> {
            match event {
                Event::Pick => Transition(State::in_hand()),
                Event::Roll => Super,
            }
        }

        #[state]
        fn in_hand(event: &Event) -> Outcome<State> {
            match event {
                Event::Roll if ROLLS.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) => {
                    Transition(State::resting())
                }
                Event::Roll => Handled,
                Event::Pick => Super,
            }
        }
    }

    impl fsmcheck::Machine for Dice {
        fn alphabet() -> Vec<Event> {
            vec![Event::Pick, Event::Roll]
        }
    }
}

/// Panics on its way, refuses with a trace, and cannot be left where it ends up.
pub(crate) mod parcel {
    use statig::prelude::*;

    #[derive(Clone, Debug)]
    pub(crate) enum Event {
        Send,
        Weigh,
        Recall,
    }

    #[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
    pub(crate) struct Parcel {
        pub(crate) weighed: bool,
    }

    #[state_machine(
        initial = "State::packed()",
        state(derive(Clone, Debug, Eq, Hash, PartialEq)),
        superstate(derive(Debug)),
        visibility = "pub(crate)"
    )]
    impl Parcel {
        #[state]
        fn packed(event: &Event) -> Outcome<State> {
            match event {
                Event::Send => Transition(State::sent()),
                _ => Super,
            }
        }

        #[state]
        fn sent(&mut self, event: &Event) -> Outcome<State> {
            match event {
                Event::Recall => panic!("too late"),
                Event::Weigh => {
                    self.weighed = true;
                    Super
                }
                Event::Send => Super,
            }
        }
    }

    impl fsmcheck::Machine for Parcel {
        fn alphabet() -> Vec<Event> {
            vec![Event::Send, Event::Weigh, Event::Recall]
        }

        fn declared_states() -> &'static [&'static str] {
            &["Packed", "Sent", "Lost"]
        }
    }
}

/// Leaves a terminal state; begins in one of two starts, and only from the second
/// does it get there at once.
pub(crate) mod task {
    use fsmcheck::graph::Property;
    use statig::prelude::*;

    #[derive(Clone, Debug)]
    pub(crate) enum Event {
        End,
        Set { retries: u8 },
    }

    #[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
    pub(crate) struct Task {
        retries: u8,
    }

    #[state_machine(
        initial = "State::running()",
        state(derive(Clone, Debug, Eq, Hash, PartialEq)),
        superstate(derive(Debug)),
        visibility = "pub(crate)"
    )]
    impl Task {
        #[state]
        fn running(event: &Event) -> Outcome<State> {
            match event {
                Event::End => Transition(State::done()),
                Event::Set { .. } => Super,
            }
        }

        #[state]
        fn done(&self, event: &Event) -> Outcome<State> {
            match event {
                Event::Set { retries } if self.retries == *retries => Transition(State::running()),
                _ => Super,
            }
        }
    }

    impl fsmcheck::Machine for Task {
        fn alphabet() -> Vec<Event> {
            vec![Event::End, Event::Set { retries: 1 }]
        }

        fn starts() -> Vec<(Self, State)> {
            vec![
                (Self { retries: 0 }, State::running()),
                (Self { retries: 1 }, State::running()),
            ]
        }

        fn terminal_states() -> &'static [&'static str] {
            &["Done"]
        }

        fn properties() -> Vec<Property> {
            vec![
                Property::terminal_states_absorb("T1", "done is done"),
                Property::every_step("T2", "nothing is lost", &["Lost"], |_, _, _, _| true),
            ]
        }
    }
}

/// Counts without end. The abstraction hides what only a large count shows.
pub(crate) mod meter {
    use fsmcheck::machine::Invariant;
    use statig::prelude::*;

    #[derive(Clone, Debug)]
    pub(crate) enum Event {
        Down,
        Up,
        Read,
    }

    #[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
    pub(crate) struct Meter {
        count: u8,
    }

    #[state_machine(
        initial = "State::counting()",
        state(derive(Clone, Debug, Eq, Hash, PartialEq)),
        superstate(derive(Debug)),
        visibility = "pub(crate)"
    )]
    impl Meter {
        #[state]
        fn counting(&mut self, event: &Event) -> Outcome<State> {
            match event {
                Event::Up => {
                    self.count = self.count.saturating_add(1);
                    Handled
                }
                Event::Read => Handled,
                Event::Down => Super,
            }
        }
    }

    impl fsmcheck::Machine for Meter {
        fn alphabet() -> Vec<Event> {
            vec![Event::Down, Event::Up, Event::Read]
        }

        fn abstraction() -> Option<&'static str> {
            Some("the count is cut off at 2")
        }

        fn abstracted(meter: Self, state: State) -> (Self, State) {
            let count = meter.count.min(2);
            (Self { count }, state)
        }

        fn invariants() -> Vec<Invariant<Self>> {
            vec![Invariant::new("the count has one digit", |meter, _| {
                meter.count < 5
            })]
        }
    }

    /// The same count, and what a step does depends on it.
    pub(crate) mod hidden {
        use statig::prelude::*;

        use super::Event;

        #[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
        pub(crate) struct Tank {
            level: u8,
        }

        #[state_machine(
            initial = "State::filling()",
            state(derive(Clone, Debug, Eq, Hash, PartialEq)),
            superstate(derive(Debug)),
            visibility = "pub(crate)"
        )]
        impl Tank {
            #[state]
            fn filling(&mut self, event: &Event) -> Outcome<State> {
                match event {
                    Event::Up if self.level >= 4 => Transition(State::full()),
                    Event::Up => {
                        self.level += 1;
                        Handled
                    }
                    _ => Super,
                }
            }

            #[state]
            fn full(event: &Event) -> Outcome<State> {
                match event {
                    Event::Down => Transition(State::filling()),
                    _ => Super,
                }
            }
        }

        impl fsmcheck::Machine for Tank {
            fn alphabet() -> Vec<Event> {
                vec![Event::Down, Event::Up, Event::Read]
            }

            fn abstracted(tank: Self, state: State) -> (Self, State) {
                let level = tank.level.min(2);
                (Self { level }, state)
            }
        }
    }
}

/// Too large for the limit on configurations; walks go deeper than the search.
pub(crate) mod maze {
    use fsmcheck::machine::Invariant;
    use statig::prelude::*;

    #[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
    pub(crate) struct Maze {
        turns: u8,
        way: u64,
    }

    #[state_machine(
        initial = "State::inside()",
        state(derive(Clone, Debug, Eq, Hash, PartialEq)),
        superstate(derive(Debug)),
        visibility = "pub(crate)"
    )]
    impl Maze {
        #[state]
        fn inside(&mut self, event: &bool) -> Outcome<State> {
            self.turns = self.turns.saturating_add(1);
            self.way = self.way << 1 | u64::from(*event);
            Handled
        }
    }

    impl fsmcheck::Machine for Maze {
        fn alphabet() -> Vec<bool> {
            vec![false, true]
        }

        fn declared_states() -> &'static [&'static str] {
            &["Inside"]
        }

        fn invariants() -> Vec<Invariant<Self>> {
            vec![Invariant::new("a way is short", |maze, _| maze.turns < 20)]
        }
    }
}

/// Has nothing that could happen to it.
pub(crate) mod stone {
    use statig::prelude::*;

    #[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
    pub(crate) struct Stone;

    #[state_machine(
        initial = "State::lying()",
        state(derive(Clone, Debug, Eq, Hash, PartialEq)),
        superstate(derive(Debug)),
        visibility = "pub(crate)"
    )]
    impl Stone {
        #[state]
        fn lying(event: &u8) -> Outcome<State> {
            let _ = event;
            Super
        }
    }

    impl fsmcheck::Machine for Stone {
        fn alphabet() -> Vec<u8> {
            Vec::new()
        }
    }
}
