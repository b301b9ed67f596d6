//! Machines that between them use what statig offers. Their storage logs every
//! handler, action and hook, so that comparing storage compares their order.

#![allow(
    dead_code,
    reason = "statig's macro makes a constructor for each state"
)]

/// No hierarchy.
pub(crate) mod flat {
    use statig::prelude::*;

    #[derive(Clone, Debug)]
    pub(crate) enum Event {
        Pay,
        Ship,
        Cancel,
        Note,
    }

    #[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
    pub(crate) struct Order {
        pub(crate) log: Vec<&'static str>,
    }

    #[state_machine(
        initial = "State::placed()",
        state(derive(Clone, Debug, Eq, Hash, PartialEq)),
        superstate(derive(Debug)),
        after_transition = "Self::arrived",
        before_transition = "Self::leaving",
        visibility = "pub(crate)"
    )]
    impl Order {
        #[state(entry_action = "open")]
        fn placed(&mut self, event: &Event) -> Outcome<State> {
            self.log.push("placed");
            match event {
                Event::Pay => Transition(State::paid()),
                Event::Cancel => Transition(State::cancelled()),
                Event::Note => Handled,
                Event::Ship => Super,
            }
        }

        #[state(exit_action = "receipt")]
        fn paid(&mut self, event: &Event) -> Outcome<State> {
            self.log.push("paid");
            match event {
                Event::Ship => Transition(State::shipped()),
                Event::Pay => Transition(State::paid()),
                _ => Super,
            }
        }

        #[state]
        fn shipped(event: &Event) -> Outcome<State> {
            let _ = event;
            Super
        }

        #[state]
        fn cancelled(event: &Event) -> Outcome<State> {
            match event {
                Event::Pay => Transition(State::placed()),
                _ => Super,
            }
        }

        #[action]
        fn open(&mut self) {
            self.log.push("enter placed");
        }

        #[action]
        fn receipt(&mut self) {
            self.log.push("exit paid");
        }

        fn leaving(&mut self, source: &State, target: &State) {
            self.log.push(if matches!(source, State::Placed {}) {
                "from placed"
            } else {
                "from other"
            });
            self.log.push(if matches!(target, State::Placed {}) {
                "to placed"
            } else {
                "to other"
            });
        }

        fn arrived(&mut self, source: &State, target: &State) {
            self.log.push(if matches!(source, State::Paid {}) {
                "was paid"
            } else {
                "was other"
            });
            self.log.push(if matches!(target, State::Paid {}) {
                "is paid"
            } else {
                "is other"
            });
        }
    }

    impl fsmcheck::Machine for Order {
        fn alphabet() -> Vec<Event> {
            vec![Event::Pay, Event::Ship, Event::Cancel, Event::Note]
        }

        fn abstracted(mut order: Self, state: State) -> (Self, State) {
            order.log.clear();
            (order, state)
        }
    }
}

/// Two levels of superstates, with actions on each and all dispatch hooks.
pub(crate) mod hierarchy {
    use statig::prelude::*;

    #[derive(Clone, Debug)]
    pub(crate) enum Event {
        Power,
        Play,
        Pause,
        Stop,
        Eject,
    }

    #[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
    pub(crate) struct Player {
        pub(crate) log: Vec<String>,
    }

    #[state_machine(
        initial = "State::off()",
        state(derive(Clone, Debug, Eq, Hash, PartialEq)),
        superstate(derive(Debug)),
        before_dispatch = "Self::before",
        after_dispatch = "Self::after",
        visibility = "pub(crate)"
    )]
    impl Player {
        #[state]
        fn off(event: &Event) -> Outcome<State> {
            match event {
                Event::Power => Transition(State::stopped()),
                _ => Super,
            }
        }

        #[superstate(entry_action = "enter_on", exit_action = "exit_on")]
        fn on(event: &Event) -> Outcome<State> {
            match event {
                Event::Power => Transition(State::off()),
                _ => Super,
            }
        }

        #[state(superstate = "on", entry_action = "enter_stopped")]
        fn stopped(event: &Event) -> Outcome<State> {
            match event {
                Event::Play => Transition(State::playing()),
                _ => Super,
            }
        }

        #[superstate(
            superstate = "on",
            entry_action = "enter_active",
            exit_action = "exit_active"
        )]
        fn active(event: &Event) -> Outcome<State> {
            match event {
                Event::Stop => Transition(State::stopped()),
                Event::Eject => Handled,
                _ => Super,
            }
        }

        #[state(superstate = "active", exit_action = "exit_playing")]
        fn playing(event: &Event) -> Outcome<State> {
            match event {
                Event::Pause => Transition(State::paused()),
                Event::Play => Transition(State::playing()),
                _ => Super,
            }
        }

        #[state(superstate = "active")]
        fn paused(event: &Event) -> Outcome<State> {
            match event {
                Event::Play => Transition(State::playing()),
                _ => Super,
            }
        }

        #[action]
        fn enter_on(&mut self) {
            self.log.push("enter on".into());
        }

        #[action]
        fn exit_on(&mut self) {
            self.log.push("exit on".into());
        }

        #[action]
        fn enter_stopped(&mut self) {
            self.log.push("enter stopped".into());
        }

        #[action]
        fn enter_active(&mut self) {
            self.log.push("enter active".into());
        }

        #[action]
        fn exit_active(&mut self) {
            self.log.push("exit active".into());
        }

        #[action]
        fn exit_playing(&mut self) {
            self.log.push("exit playing".into());
        }

        fn before(&mut self, level: StateOrSuperstate<'_, State, Superstate>, event: &Event) {
            self.log.push(format!("before {level:?} {event:?}"));
        }

        fn after(&mut self, level: StateOrSuperstate<'_, State, Superstate>, event: &Event) {
            self.log.push(format!("after {level:?} {event:?}"));
        }
    }

    impl fsmcheck::Machine for Player {
        fn alphabet() -> Vec<Event> {
            vec![
                Event::Power,
                Event::Play,
                Event::Pause,
                Event::Stop,
                Event::Eject,
            ]
        }

        fn abstracted(mut player: Self, state: State) -> (Self, State) {
            player.log.clear();
            (player, state)
        }
    }
}

/// Data kept in the state, changed with and without a transition.
pub(crate) mod local {
    use statig::prelude::*;

    #[derive(Clone, Debug)]
    pub(crate) enum Event {
        Heat(u8),
        Tick,
        Open,
        Close,
    }

    #[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
    pub(crate) struct Oven {
        pub(crate) rings: u8,
    }

    #[state_machine(
        initial = "State::idle(false)",
        state(derive(Clone, Debug, Eq, Hash, PartialEq)),
        superstate(derive(Debug)),
        visibility = "pub(crate)"
    )]
    impl Oven {
        #[superstate]
        fn shut(is_hot: &mut bool, event: &Event) -> Outcome<State> {
            match event {
                Event::Open => {
                    *is_hot = false;
                    Transition(State::open())
                }
                _ => Super,
            }
        }

        #[state(superstate = "shut")]
        fn idle(is_hot: &mut bool, event: &Event) -> Outcome<State> {
            match event {
                Event::Heat(seconds) => Transition(State::heating(*seconds, true)),
                Event::Tick if *is_hot => {
                    *is_hot = false;
                    Handled
                }
                _ => Super,
            }
        }

        #[state(superstate = "shut", entry_action = "hum")]
        fn heating(&mut self, left: &mut u8, is_hot: &mut bool, event: &Event) -> Outcome<State> {
            match event {
                Event::Tick if *left > 0 => {
                    *left -= 1;
                    Handled
                }
                Event::Tick => {
                    self.rings = (self.rings + 1) % 3;
                    Transition(State::idle(*is_hot))
                }
                Event::Heat(more) if *left + *more < 5 => {
                    Transition(State::heating(*left + *more, *is_hot))
                }
                _ => Super,
            }
        }

        #[state]
        fn open(event: &Event) -> Outcome<State> {
            match event {
                Event::Close => Transition(State::idle(false)),
                _ => Super,
            }
        }

        #[action]
        fn hum(left: &mut u8) {
            *left = left.saturating_sub(1);
        }
    }

    impl fsmcheck::Machine for Oven {
        fn alphabet() -> Vec<Event> {
            vec![
                Event::Heat(2),
                Event::Heat(3),
                Event::Tick,
                Event::Open,
                Event::Close,
            ]
        }
    }
}

/// A counter shared by the states; one handler writes it before it refuses.
pub(crate) mod turnstile {
    use statig::prelude::*;

    #[derive(Clone, Debug)]
    pub(crate) enum Event {
        Coin,
        Push,
        Kick,
        Reset,
    }

    #[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
    pub(crate) struct Turnstile {
        pub(crate) kicks: u8,
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
                Event::Coin => Transition(State::unlocked()),
                Event::Kick if self.kicks == 2 => Transition(State::alarm()),
                Event::Kick => {
                    self.kicks += 1;
                    Handled
                }
                _ => Super,
            }
        }

        #[state]
        fn unlocked(&mut self, event: &Event) -> Outcome<State> {
            match event {
                Event::Push => Transition(State::locked()),
                Event::Kick => {
                    self.kicks = 0;
                    Super
                }
                _ => Super,
            }
        }

        #[state]
        fn alarm(&mut self, event: &Event) -> Outcome<State> {
            match event {
                Event::Reset => {
                    self.kicks = 0;
                    Transition(State::locked())
                }
                _ => Super,
            }
        }
    }

    impl fsmcheck::Machine for Turnstile {
        fn alphabet() -> Vec<Event> {
            vec![Event::Coin, Event::Push, Event::Kick, Event::Reset]
        }
    }
}
