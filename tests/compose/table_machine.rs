//! A machine that does what a table says, so that machines can be random.

use statig::prelude::*;

pub(crate) const STATES: usize = 3;
pub(crate) const EVENTS: usize = 3;

/// What it does in one state with one event: where it goes, and what it says. `None`
/// where it refuses.
pub(crate) type Entry = Option<(u8, Option<u8>)>;

#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) struct TableMachine {
    pub(crate) at: u8,
    pub(crate) table: [[Entry; EVENTS]; STATES],
    /// What it says when it is entered.
    pub(crate) greeting: Option<u8>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Event(pub(crate) u8);

/// What was said.
#[derive(Debug, Default)]
pub(crate) struct Said(pub(crate) Vec<u8>);

#[state_machine(
    initial = "State::only()",
    state(derive(Clone, Debug, Eq, Hash, PartialEq)),
    superstate(derive(Debug))
)]
impl TableMachine {
    #[state(entry_action = "greet")]
    fn only(&mut self, context: &mut Said, event: &Event) -> Outcome<State> {
        match self.table[usize::from(self.at)][usize::from(event.0)] {
            Some((to, says)) => {
                self.at = to;
                context.0.extend(says);
                Handled
            }
            None => Super,
        }
    }

    #[action]
    fn greet(&mut self, context: &mut Said) {
        context.0.extend(self.greeting);
    }
}

impl fsmcheck::Machine for TableMachine {
    fn alphabet() -> Vec<Event> {
        (0..EVENTS as u8).map(Event).collect()
    }
}

impl TableMachine {
    /// The state in which statig begins.
    pub(crate) fn begin() -> State {
        State::only()
    }
}

pub(crate) use self::counting::{Count, Counter};

/// Says again what it is told.
mod counting {
    use statig::prelude::*;

    #[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
    pub(crate) struct Counter;

    #[derive(Clone, Copy, Debug)]
    pub(crate) struct Count(pub(crate) u32);

    #[derive(Debug, Default)]
    pub(crate) struct Last(pub(crate) Option<u32>);

    #[state_machine(
        initial = "State::only()",
        state(derive(Clone, Debug, Eq, Hash, PartialEq)),
        superstate(derive(Debug))
    )]
    impl Counter {
        #[state]
        fn only(context: &mut Last, event: &Count) -> Outcome<State> {
            context.0 = Some(event.0);
            Handled
        }
    }

    impl fsmcheck::Machine for Counter {
        fn alphabet() -> Vec<Count> {
            vec![Count(0)]
        }
    }
}
