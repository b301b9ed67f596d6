//! The dining philosophers of E. W. Dijkstra, "Hierarchical ordering of sequential
//! processes" (Acta Informatica 1, 1971), where forks have an order: each philosopher
//! takes the lower of the two first.

use std::ops::RangeInclusive;

use fsmcheck::check::{Fairness, Model, Property};

/// How many philosophers there may be.
pub(crate) const SIZES: RangeInclusive<usize> = 2..=12;

const MOST: usize = *SIZES.end();

/// The model.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Philosophers {
    /// How many there are.
    pub(crate) number: usize,
    /// Whether everybody takes the left fork first, whatever the order.
    pub(crate) is_left_first: bool,
    /// Whether a philosopher gets a fork that is free again and again; if not, only
    /// one that stays free.
    pub(crate) is_strong: bool,
}

/// What a philosopher does.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) enum Philosopher {
    #[default]
    Thinks,
    IsHungry,
    HasFirst,
    Eats,
}

/// What all of them do.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) struct State {
    pub(crate) philosophers: [Philosopher; MOST],
    /// The forks that are taken, a bit for each.
    pub(crate) taken: u16,
}

/// What may happen. Each is of one philosopher.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Action {
    GetHungry(usize),
    TakeFirst(usize),
    TakeSecond(usize),
    Leave(usize),
}

impl Philosophers {
    /// The forks of a philosopher in the order in which they are taken, a bit for each.
    fn forks(&self, philosopher: usize) -> [u16; 2] {
        let left = 1 << philosopher;
        let right = 1 << ((philosopher + 1) % self.number);
        if left < right || self.is_left_first {
            [left, right]
        } else {
            [right, left]
        }
    }
}

impl Model for Philosophers {
    type State = State;
    type Action = Action;

    fn initial_states(&self) -> Vec<State> {
        vec![State::default()]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        for philosopher in 0..self.number {
            let [first, second] = self.forks(philosopher);
            match state.philosophers[philosopher] {
                Philosopher::Thinks => actions.push(Action::GetHungry(philosopher)),
                Philosopher::IsHungry if state.taken & first == 0 => {
                    actions.push(Action::TakeFirst(philosopher));
                }
                Philosopher::HasFirst if state.taken & second == 0 => {
                    actions.push(Action::TakeSecond(philosopher));
                }
                Philosopher::IsHungry | Philosopher::HasFirst => {}
                Philosopher::Eats => actions.push(Action::Leave(philosopher)),
            }
        }
    }

    fn next(&self, state: &State, action: &Action) -> Option<State> {
        let mut state = *state;
        match *action {
            Action::GetHungry(philosopher) => {
                state.philosophers[philosopher] = Philosopher::IsHungry;
            }
            Action::TakeFirst(philosopher) => {
                state.taken |= self.forks(philosopher)[0];
                state.philosophers[philosopher] = Philosopher::HasFirst;
            }
            Action::TakeSecond(philosopher) => {
                state.taken |= self.forks(philosopher)[1];
                state.philosophers[philosopher] = Philosopher::Eats;
            }
            Action::Leave(philosopher) => {
                let [first, second] = self.forks(philosopher);
                state.taken &= !(first | second);
                state.philosophers[philosopher] = Philosopher::Thinks;
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = vec![
            Property::no_deadlock(),
            Property::<Self>::never("neighbours eat together", |model, state| {
                let eats = |place: usize| state.philosophers[place] == Philosopher::Eats;
                (0..model.number).any(|place| eats(place) && eats((place + 1) % model.number))
            }),
        ];
        properties.extend((0..self.number).map(|philosopher| {
            Property::leads_to(
                format!("philosopher {philosopher} gets to eat"),
                move |_, state: &State| state.philosophers[philosopher] == Philosopher::IsHungry,
                move |_, state: &State| state.philosophers[philosopher] == Philosopher::Eats,
            )
        }));
        properties
    }

    /// Who eats stops some time, and who waits gets the fork. Nobody has to be hungry.
    fn fairness(&self) -> Fairness<Self> {
        (0..self.number).fold(Fairness::progress(), |fairness, philosopher| {
            let name = format!("philosopher {philosopher}");
            let concerns = move |_: &Self, _: &State, action: &Action| match *action {
                Action::GetHungry(_) => false,
                Action::TakeFirst(of) | Action::TakeSecond(of) | Action::Leave(of) => {
                    of == philosopher
                }
            };
            if self.is_strong {
                fairness.strong(name, concerns)
            } else {
                fairness.weak(name, concerns)
            }
        })
    }
}
