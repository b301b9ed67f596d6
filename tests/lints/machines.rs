//! Machines such as a user might write, each with a mistake that is in while
//! `FAULTY` is true.

#![allow(
    dead_code,
    reason = "statig's macro makes a constructor for each state"
)]

/// A heater that is cut off from anywhere by its superstate. Faulty: its states
/// also do alike, each by itself, what otherwise depends on data.
pub(crate) mod heater {
    use statig::prelude::*;

    use super::super::FAULTY;

    #[derive(Clone, Copy, Debug)]
    pub(crate) enum Event {
        Up,
        Down,
        Cut,
        Wind,
    }

    #[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
    pub(crate) struct Heater {
        windy: bool,
    }

    #[state_machine(
        initial = "State::off()",
        state(derive(Clone, Debug, Eq, Hash, PartialEq)),
        superstate(derive(Debug)),
        visibility = "pub(crate)"
    )]
    impl Heater {
        #[superstate]
        fn powered(event: &Event) -> Outcome<State> {
            match event {
                Event::Cut => Transition(State::off()),
                _ => Super,
            }
        }

        #[state(superstate = "powered")]
        fn off(&mut self, event: &Event) -> Outcome<State> {
            match event {
                Event::Up => Transition(State::low()),
                Event::Wind => self.blow(),
                _ => Super,
            }
        }

        #[state(superstate = "powered")]
        fn low(&mut self, event: &Event) -> Outcome<State> {
            match event {
                Event::Up => Transition(State::high()),
                Event::Down => Transition(State::off()),
                Event::Wind => self.blow(),
                Event::Cut => Super,
            }
        }

        #[state(superstate = "powered")]
        fn high(&mut self, event: &Event) -> Outcome<State> {
            match event {
                Event::Down => Transition(State::low()),
                Event::Wind => self.blow(),
                _ => Super,
            }
        }

        /// The states hand on to this one by one.
        fn blow(&mut self) -> Outcome<State> {
            if !FAULTY {
                self.windy = !self.windy;
            }
            Handled
        }
    }

    impl fsmcheck::Machine for Heater {
        fn alphabet() -> Vec<Event> {
            vec![Event::Up, Event::Down, Event::Cut, Event::Wind]
        }
    }
}

/// An order that is paid and shipped. Faulty: a second report of the payment
/// brings a finished one back, and nothing leads to `Refunded`.
pub(crate) mod order {
    use statig::prelude::*;

    use super::super::FAULTY;

    #[derive(Clone, Copy, Debug)]
    pub(crate) enum Event {
        Pay,
        Ship,
        Refund,
    }

    #[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
    pub(crate) struct Order;

    #[state_machine(
        initial = "State::placed()",
        state(derive(Clone, Debug, Eq, Hash, PartialEq)),
        superstate(derive(Debug)),
        visibility = "pub(crate)"
    )]
    impl Order {
        #[state]
        fn placed(event: &Event) -> Outcome<State> {
            match event {
                Event::Pay => Transition(State::paid()),
                _ => Super,
            }
        }

        #[state]
        fn paid(event: &Event) -> Outcome<State> {
            match event {
                Event::Ship => Transition(State::shipped()),
                Event::Refund if !FAULTY => Transition(State::refunded()),
                _ => Super,
            }
        }

        #[state]
        fn shipped(event: &Event) -> Outcome<State> {
            match event {
                Event::Pay if FAULTY => Transition(State::paid()),
                _ => Super,
            }
        }

        #[state]
        fn refunded(event: &Event) -> Outcome<State> {
            let _ = event;
            Super
        }
    }

    impl fsmcheck::Machine for Order {
        fn alphabet() -> Vec<Event> {
            vec![Event::Pay, Event::Ship, Event::Refund]
        }

        fn declared_states() -> &'static [&'static str] {
            &["Placed", "Paid", "Shipped", "Refunded"]
        }

        fn terminal_states() -> &'static [&'static str] {
            &["Shipped", "Refunded"]
        }
    }
}

/// A job that can fail. Faulty: nothing leaves `Failed`.
pub(crate) mod job {
    use statig::prelude::*;

    use super::super::FAULTY;

    #[derive(Clone, Copy, Debug)]
    pub(crate) enum Event {
        Start,
        Fail,
        Retry,
    }

    #[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
    pub(crate) struct Job;

    #[state_machine(
        initial = "State::idle()",
        state(derive(Clone, Debug, Eq, Hash, PartialEq)),
        superstate(derive(Debug)),
        visibility = "pub(crate)"
    )]
    impl Job {
        #[state]
        fn idle(event: &Event) -> Outcome<State> {
            match event {
                Event::Start => Transition(State::running()),
                _ => Super,
            }
        }

        #[state]
        fn running(event: &Event) -> Outcome<State> {
            match event {
                Event::Fail => Transition(State::failed()),
                Event::Retry => Handled,
                Event::Start => Super,
            }
        }

        #[state]
        fn failed(event: &Event) -> Outcome<State> {
            match event {
                Event::Retry if !FAULTY => Transition(State::running()),
                Event::Fail => Handled,
                _ => Super,
            }
        }
    }

    impl fsmcheck::Machine for Job {
        fn alphabet() -> Vec<Event> {
            vec![Event::Start, Event::Fail, Event::Retry]
        }
    }
}

/// A gate that takes three tries. Faulty: it does not count the last one as the
/// end, so that it stays locked and refuses everything.
pub(crate) mod gate {
    use statig::prelude::*;

    use super::super::FAULTY;

    #[derive(Clone, Copy, Debug)]
    pub(crate) enum Event {
        Wrong,
        Right,
    }

    #[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
    pub(crate) struct Gate {
        tries: u8,
    }

    #[state_machine(
        initial = "State::locked()",
        state(derive(Clone, Debug, Eq, Hash, PartialEq)),
        superstate(derive(Debug)),
        visibility = "pub(crate)"
    )]
    impl Gate {
        #[state]
        fn locked(&mut self, event: &Event) -> Outcome<State> {
            match event {
                Event::Wrong | Event::Right if self.tries == 3 => Super,
                Event::Right if self.tries == 2 && FAULTY => Super,
                Event::Right => Transition(State::open()),
                Event::Wrong if self.tries == 2 && !FAULTY => Transition(State::alarm()),
                Event::Wrong => {
                    self.tries += 1;
                    Handled
                }
            }
        }

        #[state]
        fn open(event: &Event) -> Outcome<State> {
            let _ = event;
            Super
        }

        #[state]
        fn alarm(event: &Event) -> Outcome<State> {
            let _ = event;
            Super
        }
    }

    impl fsmcheck::Machine for Gate {
        fn alphabet() -> Vec<Event> {
            vec![Event::Wrong, Event::Right]
        }

        fn terminal_states() -> &'static [&'static str] {
            &["Open", "Alarm"]
        }
    }
}

/// A download that tries again. Faulty: after the third failure it goes on
/// waiting and trying without ever finishing.
pub(crate) mod download {
    use statig::prelude::*;

    use super::super::FAULTY;

    #[derive(Clone, Copy, Debug)]
    pub(crate) enum Event {
        Finished,
        Failed,
        Elapsed,
    }

    #[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
    pub(crate) struct Download {
        failures: u8,
    }

    #[state_machine(
        initial = "State::trying()",
        state(derive(Clone, Debug, Eq, Hash, PartialEq)),
        superstate(derive(Debug)),
        visibility = "pub(crate)"
    )]
    impl Download {
        #[state]
        fn trying(&mut self, event: &Event) -> Outcome<State> {
            let exhausted = self.failures == 3;
            match event {
                Event::Finished if exhausted => Super,
                Event::Finished => Transition(State::done()),
                Event::Failed if exhausted && !FAULTY => Transition(State::broken()),
                Event::Failed => {
                    self.failures = (self.failures + 1).min(3);
                    Transition(State::waiting())
                }
                Event::Elapsed => Super,
            }
        }

        #[state]
        fn waiting(event: &Event) -> Outcome<State> {
            match event {
                Event::Elapsed => Transition(State::trying()),
                _ => Super,
            }
        }

        #[state]
        fn done(event: &Event) -> Outcome<State> {
            let _ = event;
            Super
        }

        #[state]
        fn broken(event: &Event) -> Outcome<State> {
            let _ = event;
            Super
        }
    }

    impl fsmcheck::Machine for Download {
        fn alphabet() -> Vec<Event> {
            vec![Event::Finished, Event::Failed, Event::Elapsed]
        }

        fn terminal_states() -> &'static [&'static str] {
            if FAULTY {
                &["Done"]
            } else {
                &["Done", "Broken"]
            }
        }
    }
}

/// A session with a deadline. Faulty: it reads a clock instead of being told
/// the time.
pub(crate) mod session {
    use statig::prelude::*;

    use super::super::FAULTY;

    #[derive(Clone, Copy, Debug)]
    pub(crate) enum Event {
        Tick,
        Touch,
        Login,
    }

    #[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
    pub(crate) struct Session {
        idle: u8,
    }

    #[state_machine(
        initial = "State::active()",
        state(derive(Clone, Debug, Eq, Hash, PartialEq)),
        superstate(derive(Debug)),
        visibility = "pub(crate)"
    )]
    impl Session {
        fn is_over(&mut self) -> bool {
            if FAULTY {
                use std::sync::atomic::{AtomicU64, Ordering};
                static CLOCK: AtomicU64 = AtomicU64::new(0);
                CLOCK.fetch_add(1, Ordering::Relaxed) % 2 == 1
            } else {
                self.idle = (self.idle + 1).min(2);
                self.idle == 2
            }
        }

        #[state]
        fn active(&mut self, event: &Event) -> Outcome<State> {
            match event {
                Event::Tick if self.is_over() => Transition(State::expired()),
                Event::Tick => Handled,
                Event::Touch => {
                    self.idle = 0;
                    Handled
                }
                Event::Login => Super,
            }
        }

        #[state]
        fn expired(&mut self, event: &Event) -> Outcome<State> {
            match event {
                Event::Login => {
                    self.idle = 0;
                    Transition(State::active())
                }
                _ => Super,
            }
        }
    }

    impl fsmcheck::Machine for Session {
        fn alphabet() -> Vec<Event> {
            vec![Event::Tick, Event::Touch, Event::Login]
        }
    }
}

/// A parcel. Faulty: whoever calls it back after it was delivered is shouted at.
pub(crate) mod parcel {
    use statig::prelude::*;

    use super::super::FAULTY;

    #[derive(Clone, Copy, Debug)]
    pub(crate) enum Event {
        Deliver,
        Recall,
    }

    #[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
    pub(crate) struct Parcel;

    #[state_machine(
        initial = "State::sent()",
        state(derive(Clone, Debug, Eq, Hash, PartialEq)),
        superstate(derive(Debug)),
        visibility = "pub(crate)"
    )]
    impl Parcel {
        #[state]
        fn sent(event: &Event) -> Outcome<State> {
            match event {
                Event::Deliver => Transition(State::delivered()),
                Event::Recall => Transition(State::sent()),
            }
        }

        #[state]
        fn delivered(event: &Event) -> Outcome<State> {
            match event {
                Event::Recall if FAULTY => panic!("too late"),
                _ => Super,
            }
        }
    }

    impl fsmcheck::Machine for Parcel {
        fn alphabet() -> Vec<Event> {
            vec![Event::Deliver, Event::Recall]
        }

        fn terminal_states() -> &'static [&'static str] {
            &["Delivered"]
        }
    }
}

/// A combination lock. Faulty: it counts tries before it knows whether it may.
pub(crate) mod lock {
    use statig::prelude::*;

    use super::super::FAULTY;

    #[derive(Clone, Copy, Debug)]
    pub(crate) enum Event {
        Code,
        Close,
    }

    #[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
    pub(crate) struct Lock {
        tries: u8,
    }

    #[state_machine(
        initial = "State::locked()",
        state(derive(Clone, Debug, Eq, Hash, PartialEq)),
        superstate(derive(Debug)),
        visibility = "pub(crate)"
    )]
    impl Lock {
        #[state]
        fn locked(&mut self, event: &Event) -> Outcome<State> {
            match event {
                Event::Code => {
                    self.tries = 0;
                    Transition(State::open())
                }
                Event::Close => {
                    if FAULTY {
                        self.tries += 1;
                    }
                    Super
                }
            }
        }

        #[state]
        fn open(event: &Event) -> Outcome<State> {
            match event {
                Event::Close => Transition(State::locked()),
                Event::Code => Super,
            }
        }
    }

    impl fsmcheck::Machine for Lock {
        fn alphabet() -> Vec<Event> {
            vec![Event::Code, Event::Close]
        }
    }
}

/// A smoke detector. Faulty: entering the alarm adds to a count.
pub(crate) mod detector {
    use statig::prelude::*;

    use super::super::FAULTY;

    #[derive(Clone, Copy, Debug)]
    pub(crate) enum Event {
        Smoke,
        Reset,
    }

    #[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
    pub(crate) struct Detector {
        alarms: u8,
    }

    #[state_machine(
        initial = "State::quiet()",
        state(derive(Clone, Debug, Eq, Hash, PartialEq)),
        superstate(derive(Debug)),
        visibility = "pub(crate)"
    )]
    impl Detector {
        #[action]
        fn ring(&mut self) {
            if FAULTY {
                self.alarms = (self.alarms + 1).min(5);
            } else {
                self.alarms = 1;
            }
        }

        #[state]
        fn quiet(event: &Event) -> Outcome<State> {
            match event {
                Event::Smoke => Transition(State::alarm()),
                Event::Reset => Super,
            }
        }

        #[state(entry_action = "ring")]
        fn alarm(event: &Event) -> Outcome<State> {
            match event {
                Event::Reset => Transition(State::quiet()),
                Event::Smoke => Super,
            }
        }
    }

    impl fsmcheck::Machine for Detector {
        fn alphabet() -> Vec<Event> {
            vec![Event::Smoke, Event::Reset]
        }
    }
}

/// A controller that must recover by itself. Faulty: the third failure locks it.
pub(crate) mod controller {
    use statig::prelude::*;

    use super::super::FAULTY;

    #[derive(Clone, Copy, Debug)]
    pub(crate) enum Event {
        Start,
        Fail,
        Reset,
    }

    #[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
    pub(crate) struct Controller {
        failures: u8,
    }

    #[state_machine(
        initial = "State::ready()",
        state(derive(Clone, Debug, Eq, Hash, PartialEq)),
        superstate(derive(Debug)),
        visibility = "pub(crate)"
    )]
    impl Controller {
        #[state]
        fn ready(event: &Event) -> Outcome<State> {
            match event {
                Event::Start => Transition(State::working()),
                _ => Super,
            }
        }

        #[state]
        fn working(&mut self, event: &Event) -> Outcome<State> {
            match event {
                Event::Fail => {
                    self.failures = (self.failures + 1).min(3);
                    Transition(State::failed())
                }
                _ => Super,
            }
        }

        #[state]
        fn failed(&mut self, event: &Event) -> Outcome<State> {
            match event {
                Event::Reset if FAULTY && self.failures == 3 => Super,
                Event::Reset => Transition(State::ready()),
                _ => Super,
            }
        }
    }

    impl fsmcheck::Machine for Controller {
        fn alphabet() -> Vec<Event> {
            vec![Event::Start, Event::Fail, Event::Reset]
        }

        fn returns_to_start() -> bool {
            true
        }
    }
}

/// A turnstile that must not be open unpaid. Faulty: a push leaves it open.
pub(crate) mod turnstile {
    use statig::prelude::*;

    use super::super::FAULTY;

    #[derive(Clone, Copy, Debug)]
    pub(crate) enum Event {
        Coin,
        Push,
    }

    #[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
    pub(crate) struct Turnstile {
        paid: bool,
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
                Event::Coin => {
                    self.paid = true;
                    Transition(State::open())
                }
                Event::Push => Super,
            }
        }

        #[state]
        fn open(&mut self, event: &Event) -> Outcome<State> {
            match event {
                Event::Push => {
                    self.paid = false;
                    if FAULTY {
                        Handled
                    } else {
                        Transition(State::locked())
                    }
                }
                Event::Coin => Transition(State::locked()),
            }
        }
    }

    impl fsmcheck::Machine for Turnstile {
        fn alphabet() -> Vec<Event> {
            vec![Event::Coin, Event::Push]
        }

        fn invariants() -> Vec<fsmcheck::machine::Invariant<Self>> {
            vec![fsmcheck::machine::Invariant::new(
                "open only when paid",
                |turnstile: &Self, state| turnstile.paid || *state != State::Open {},
            )]
        }
    }
}

/// A player. Faulty: both playing and paused handle `Eject` themselves, and
/// `Record` is never handled.
pub(crate) mod player {
    use statig::prelude::*;

    use super::super::FAULTY;

    #[derive(Clone, Copy, Debug)]
    pub(crate) enum Event {
        Play,
        Pause,
        Eject,
        Record,
    }

    #[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
    pub(crate) struct Player;

    #[state_machine(
        initial = "State::stopped()",
        state(derive(Clone, Debug, Eq, Hash, PartialEq)),
        superstate(derive(Debug)),
        visibility = "pub(crate)"
    )]
    impl Player {
        #[superstate]
        fn active(event: &Event) -> Outcome<State> {
            match event {
                Event::Eject => Transition(State::stopped()),
                Event::Record if !FAULTY => Handled,
                _ => Super,
            }
        }

        #[state(superstate = "active")]
        fn playing(event: &Event) -> Outcome<State> {
            match event {
                Event::Pause => Transition(State::paused()),
                Event::Eject if FAULTY => Transition(State::stopped()),
                _ => Super,
            }
        }

        #[state(superstate = "active")]
        fn paused(event: &Event) -> Outcome<State> {
            match event {
                Event::Play => Transition(State::playing()),
                Event::Eject if FAULTY => Transition(State::stopped()),
                _ => Super,
            }
        }

        #[state]
        fn stopped(event: &Event) -> Outcome<State> {
            match event {
                Event::Play => Transition(State::playing()),
                _ => Super,
            }
        }
    }

    impl fsmcheck::Machine for Player {
        fn alphabet() -> Vec<Event> {
            vec![Event::Play, Event::Pause, Event::Eject, Event::Record]
        }
    }
}

/// A checkout. Faulty: paying by card and in cash make no difference.
pub(crate) mod checkout {
    use statig::prelude::*;

    use super::super::FAULTY;

    #[derive(Clone, Copy, Debug)]
    pub(crate) enum Event {
        Card,
        Cash,
        Ship,
        Reverse,
    }

    #[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
    pub(crate) struct Checkout;

    #[state_machine(
        initial = "State::open()",
        state(derive(Clone, Debug, Eq, Hash, PartialEq)),
        superstate(derive(Debug)),
        visibility = "pub(crate)"
    )]
    impl Checkout {
        #[state]
        fn open(event: &Event) -> Outcome<State> {
            match event {
                Event::Card => Transition(State::paid_by_card()),
                Event::Cash => Transition(State::paid_in_cash()),
                _ => Super,
            }
        }

        #[state]
        fn paid_by_card(event: &Event) -> Outcome<State> {
            match event {
                Event::Ship => Transition(State::shipped()),
                Event::Reverse if !FAULTY => Transition(State::open()),
                _ => Super,
            }
        }

        #[state]
        fn paid_in_cash(event: &Event) -> Outcome<State> {
            match event {
                Event::Ship => Transition(State::shipped()),
                _ => Super,
            }
        }

        #[state]
        fn shipped(event: &Event) -> Outcome<State> {
            let _ = event;
            Super
        }
    }

    impl fsmcheck::Machine for Checkout {
        fn alphabet() -> Vec<Event> {
            vec![Event::Card, Event::Cash, Event::Ship, Event::Reverse]
        }

        fn terminal_states() -> &'static [&'static str] {
            &["Shipped"]
        }
    }
}

/// A receiver of packets. Faulty: it counts all of them.
pub(crate) mod receiver {
    use statig::prelude::*;

    use super::super::FAULTY;

    #[derive(Clone, Copy, Debug)]
    pub(crate) enum Event {
        Packet,
        Close,
        Open,
    }

    #[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
    pub(crate) struct Receiver {
        packets: u64,
    }

    #[state_machine(
        initial = "State::listening()",
        state(derive(Clone, Debug, Eq, Hash, PartialEq)),
        superstate(derive(Debug)),
        visibility = "pub(crate)"
    )]
    impl Receiver {
        #[state]
        fn listening(&mut self, event: &Event) -> Outcome<State> {
            match event {
                Event::Packet => {
                    self.packets += 1;
                    Handled
                }
                Event::Close => Transition(State::closed()),
                Event::Open => Super,
            }
        }

        #[state]
        fn closed(event: &Event) -> Outcome<State> {
            let _ = event;
            Super
        }
    }

    impl fsmcheck::Machine for Receiver {
        fn alphabet() -> Vec<Event> {
            vec![Event::Packet, Event::Close, Event::Open]
        }

        fn abstracted(storage: Self, state: State) -> (Self, State) {
            if FAULTY {
                return (storage, state);
            }
            (
                Self {
                    packets: storage.packets.min(1),
                },
                state,
            )
        }
    }
}

/// A support ticket that can be deleted, which is an end by its data. Faulty: a
/// deleted ticket can be reopened, and so can a closed one.
pub(crate) mod ticket {
    use fsmcheck::graph::Property;
    use statig::prelude::*;

    use super::super::FAULTY;

    #[derive(Clone, Copy, Debug)]
    pub(crate) enum Event {
        Close,
        Reopen,
        Delete,
    }

    #[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
    pub(crate) struct Ticket {
        deleted: bool,
    }

    #[state_machine(
        initial = "State::open()",
        state(derive(Clone, Debug, Eq, Hash, PartialEq)),
        superstate(derive(Debug)),
        visibility = "pub(crate)"
    )]
    impl Ticket {
        #[state]
        fn open(&mut self, event: &Event) -> Outcome<State> {
            match event {
                Event::Close if FAULTY || !self.deleted => Transition(State::closed()),
                Event::Delete if !self.deleted => {
                    self.deleted = true;
                    Handled
                }
                _ => Super,
            }
        }

        #[state]
        fn closed(event: &Event) -> Outcome<State> {
            match event {
                Event::Reopen if FAULTY => Transition(State::open()),
                Event::Reopen => Handled,
                _ => Super,
            }
        }
    }

    impl fsmcheck::Machine for Ticket {
        fn alphabet() -> Vec<Event> {
            vec![Event::Close, Event::Reopen, Event::Delete]
        }

        fn terminal_states() -> &'static [&'static str] {
            &["Closed"]
        }

        fn is_end(ticket: &Self, _: &State) -> bool {
            ticket.deleted
        }

        fn properties() -> Vec<Property> {
            vec![Property::terminal_states_absorb(
                "T1",
                "a closed ticket stays closed",
            )]
        }
    }
}
