//! Mutual exclusion by reads and writes alone, for any number of processes: G. L.
//! Peterson, "Myths about the mutual exclusion problem" (Information Processing
//! Letters 12, 1981).
//!
//! A process goes through levels, one fewer than there are processes. At each it says
//! that it is there, lets everybody else go first, and waits until nobody else is as
//! far, or somebody has come after it. Each read and each write is a step of its own.

use std::ops::RangeInclusive;

use fsmcheck::check::{Fairness, Model, Property};

/// How many processes there may be.
pub(crate) const SIZES: RangeInclusive<usize> = 2..=4;

const MOST: usize = *SIZES.end();

/// The model.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lock {
    /// How many processes there are.
    pub(crate) processes: usize,
    /// Whether a process lets the others go first before it says how far it is, as a
    /// compiler or a processor makes it that swaps two writes.
    pub(crate) swaps_writes: bool,
}

/// What a process does next.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) enum Next {
    /// It may try to get in, or never again.
    #[default]
    Try,
    /// The first of the two writes.
    WriteFirst,
    /// The second one.
    WriteSecond,
    /// Look how far this other process is.
    LookAt(u8),
    /// Look who came last.
    LookWhoIsLast,
    /// It is inside.
    Leave,
}

/// What all of them are in.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) struct State {
    pub(crate) next: [Next; MOST],
    /// The level that each process is at; it knows its own without looking.
    at: [u8; MOST],
    /// How far each process says it is: shared.
    level: [u8; MOST],
    /// Who came last to each level: shared.
    last: [u8; MOST],
}

/// A process does what it does next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Action {
    Try(u8),
    SayLevel(u8),
    LetOthersGoFirst(u8),
    Look(u8),
    Leave(u8),
}

impl Action {
    fn process(self) -> u8 {
        match self {
            Self::Try(process)
            | Self::SayLevel(process)
            | Self::LetOthersGoFirst(process)
            | Self::Look(process)
            | Self::Leave(process) => process,
        }
    }
}

impl Lock {
    /// What a process does that has got past its level.
    fn pass(&self, state: &mut State, process: usize) {
        if usize::from(state.at[process]) == self.processes - 1 {
            state.next[process] = Next::Leave;
        } else {
            state.at[process] += 1;
            state.next[process] = Next::WriteFirst;
        }
    }
}

impl Model for Lock {
    type State = State;
    type Action = Action;

    fn initial_states(&self) -> Vec<State> {
        vec![State::default()]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        for process in 0..self.processes as u8 {
            actions.push(match state.next[usize::from(process)] {
                Next::Try => Action::Try(process),
                Next::WriteFirst if self.swaps_writes => Action::LetOthersGoFirst(process),
                Next::WriteFirst => Action::SayLevel(process),
                Next::WriteSecond if self.swaps_writes => Action::SayLevel(process),
                Next::WriteSecond => Action::LetOthersGoFirst(process),
                Next::LookAt(_) | Next::LookWhoIsLast => Action::Look(process),
                Next::Leave => Action::Leave(process),
            });
        }
    }

    fn next(&self, state: &State, action: &Action) -> Option<State> {
        let mut next = *state;
        let name = action.process();
        let process = usize::from(name);
        let at = usize::from(state.at[process]);
        match *action {
            Action::Try(_) => {
                next.at[process] = 1;
                next.next[process] = Next::WriteFirst;
            }
            Action::SayLevel(_) => next.level[process] = state.at[process],
            Action::LetOthersGoFirst(_) => next.last[at] = name,
            Action::Look(_) => match state.next[process] {
                Next::LookAt(other) => {
                    let is_as_far = state.level[usize::from(other)] >= state.at[process];
                    let others = other + 1..self.processes as u8;
                    let mut others = others.filter(|other| *other != name);
                    match others.next() {
                        _ if is_as_far => next.next[process] = Next::LookWhoIsLast,
                        Some(other) => next.next[process] = Next::LookAt(other),
                        None => self.pass(&mut next, process),
                    }
                }
                _ if state.last[at] == name => next.next[process] = first_other(name),
                _ => self.pass(&mut next, process),
            },
            Action::Leave(_) => {
                next.level[process] = 0;
                next.at[process] = 0;
                next.next[process] = Next::Try;
            }
        }
        match state.next[process] {
            Next::WriteFirst => next.next[process] = Next::WriteSecond,
            Next::WriteSecond => next.next[process] = first_other(name),
            _ => {}
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = vec![
            Property::never("two are inside", |_, state: &State| {
                let inside = state.next.iter().filter(|next| **next == Next::Leave);
                inside.count() > 1
            }),
            Property::no_deadlock(),
        ];
        properties.extend((0..self.processes).map(|process| {
            Property::leads_to(
                format!("process {process} gets in"),
                move |_, state: &State| state.next[process] == Next::WriteFirst,
                move |_, state: &State| state.next[process] == Next::Leave,
            )
        }));
        properties
    }

    /// Every process goes on, except that none has to try.
    fn fairness(&self) -> Fairness<Self> {
        (0..self.processes).fold(Fairness::progress(), |fairness, process| {
            fairness.weak(
                format!("process {process}"),
                move |_, _, action: &Action| {
                    usize::from(action.process()) == process && !matches!(action, Action::Try(_))
                },
            )
        })
    }
}

fn first_other(process: u8) -> Next {
    Next::LookAt(u8::from(process == 0))
}
