//! Machines side by side, written down once more as simply as it can be done: as a model
//! whose states are the machines and what is under way.

use fsmcheck::check::{Model, Property};

use super::table_machine::{EVENTS, TableMachine};

/// What a link is like.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) from: Vec<usize>,
    pub(crate) to: usize,
    pub(crate) order: Order,
    pub(crate) capacity: usize,
    pub(crate) full: Full,
    pub(crate) is_lossy: bool,
    pub(crate) is_duplicating: bool,
    pub(crate) is_prompt: bool,
    pub(crate) drops_refused: bool,
    pub(crate) is_lost_with_crash: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Order {
    Whole,
    OfEachSender,
    None,
    Board,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Full {
    Waits,
    Loses,
    LeavesBounds,
}

/// Machines, and what is between them.
#[derive(Clone, Debug)]
pub(crate) struct Naive {
    pub(crate) machines: Vec<TableMachine>,
    pub(crate) lines: Vec<Line>,
    /// Machine and event.
    pub(crate) spontaneous: Vec<(usize, u8)>,
    pub(crate) together: Vec<[(usize, u8); 2]>,
    /// Which machine may crash how often, and whether it keeps where it was.
    pub(crate) crashes: Vec<(usize, u32, bool)>,
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Whole {
    pub(crate) machines: Vec<One>,
    /// Who has sent which event; `None` when it has overflown.
    pub(crate) lines: Vec<Option<Vec<(usize, u8)>>>,
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct One {
    pub(crate) at: u8,
    pub(crate) is_down: bool,
    pub(crate) crashes: u32,
}

#[derive(Clone, Debug)]
pub(crate) enum Action {
    Take(Vec<(usize, u8)>),
    Crash(usize),
    Restart(usize),
    Deliver(usize, usize),
    Drop(usize, usize),
    Lose(usize, usize),
    Duplicate(usize, usize),
}

impl Naive {
    /// What a machine does with an event, and what it says.
    fn take(&self, state: &mut Whole, machine: usize, event: u8) -> Option<Option<u8>> {
        let one = &mut state.machines[machine];
        if one.is_down {
            return None;
        }
        let table = &self.machines[machine].table;
        let (to, says) = table[usize::from(one.at)][usize::from(event)]?;
        one.at = to;
        Some(says)
    }

    /// What a machine says goes over all lines that begin at it.
    fn say(&self, state: &mut Whole, machine: usize, says: Option<u8>) -> Option<()> {
        let Some(event) = says else {
            return Some(());
        };
        let event = event % EVENTS as u8;
        for (line, content) in self.lines.iter().zip(&mut state.lines) {
            if !line.from.contains(&machine) {
                continue;
            }
            let Some(under_way) = content else {
                continue;
            };
            if line.order == Order::Board && under_way.contains(&(machine, event)) {
                continue;
            }
            if under_way.len() < line.capacity {
                under_way.push((machine, event));
                put_in_order(line.order, under_way);
                continue;
            }
            match line.full {
                Full::Waits => return None,
                Full::Loses => {}
                Full::LeavesBounds => *content = None,
            }
        }
        Some(())
    }

    /// The places of which something can be lost or come twice.
    fn places(&self, line: usize, under_way: &[(usize, u8)]) -> Vec<usize> {
        let is_ordered = matches!(self.lines[line].order, Order::Whole | Order::OfEachSender);
        let places = 0..under_way.len();
        places
            .filter(|place| is_ordered || !under_way[..*place].contains(&under_way[*place]))
            .collect()
    }

    /// The places of what can be delivered.
    fn deliverable(&self, line: usize, under_way: &[(usize, u8)]) -> Vec<usize> {
        let places = 0..under_way.len();
        places
            .filter(|place| {
                let before = &under_way[..*place];
                match self.lines[line].order {
                    Order::Whole => before.is_empty(),
                    Order::OfEachSender => before
                        .iter()
                        .all(|(sender, _)| *sender != under_way[*place].0),
                    Order::None | Order::Board => !before.contains(&under_way[*place]),
                }
            })
            .collect()
    }
}

fn put_in_order(order: Order, under_way: &mut [(usize, u8)]) {
    match order {
        Order::Whole => {}
        Order::OfEachSender => under_way.sort_by_key(|(sender, _)| *sender),
        Order::None | Order::Board => under_way.sort_unstable(),
    }
}

impl Model for Naive {
    type State = Whole;
    type Action = Action;

    fn initial_states(&self) -> Vec<Whole> {
        let machines = self.machines.iter().map(|machine| One {
            at: machine.at,
            is_down: false,
            crashes: 0,
        });
        let mut state = Whole {
            machines: machines.collect(),
            lines: vec![Some(Vec::new()); self.lines.len()],
        };
        for (number, machine) in self.machines.iter().enumerate() {
            self.say(&mut state, number, machine.greeting).unwrap();
        }
        vec![state]
    }

    fn actions(&self, state: &Whole, actions: &mut Vec<Action>) {
        let spontaneous = self.spontaneous.iter();
        actions.extend(spontaneous.map(|one| Action::Take(vec![*one])));
        let together = self.together.iter();
        actions.extend(together.map(|both| Action::Take(both.to_vec())));
        for (machine, _, _) in &self.crashes {
            actions.push(Action::Crash(*machine));
            actions.push(Action::Restart(*machine));
        }
        let is_busy = |(line, content): (&Line, &Option<Vec<_>>)| {
            line.is_prompt && content.as_ref().is_some_and(|content| !content.is_empty())
        };
        let is_prompt = self.lines.iter().zip(&state.lines).any(is_busy);
        if is_prompt {
            actions.clear();
        }
        for (number, content) in state.lines.iter().enumerate() {
            let line = &self.lines[number];
            let Some(under_way) = content.as_ref().filter(|_| line.is_prompt || !is_prompt) else {
                continue;
            };
            for place in self.deliverable(number, under_way) {
                actions.push(Action::Deliver(number, place));
                if line.drops_refused {
                    actions.push(Action::Drop(number, place));
                }
            }
            for place in self.places(number, under_way) {
                if line.is_lossy {
                    actions.push(Action::Lose(number, place));
                }
                let has_room = line.order != Order::Board && under_way.len() < line.capacity;
                if line.is_duplicating && has_room {
                    actions.push(Action::Duplicate(number, place));
                }
            }
        }
    }

    fn next(&self, state: &Whole, action: &Action) -> Option<Whole> {
        if state.lines.iter().any(Option::is_none) {
            return None;
        }
        let mut state = state.clone();
        match action {
            Action::Take(takes) => {
                let mut said = Vec::new();
                for (machine, event) in takes {
                    said.push((*machine, self.take(&mut state, *machine, *event)?));
                }
                for (machine, says) in said {
                    self.say(&mut state, machine, says)?;
                }
            }
            Action::Crash(machine) => {
                let (_, at_most, keeps) = self.crashes.iter().find(|one| one.0 == *machine)?;
                let one = &mut state.machines[*machine];
                if one.is_down || one.crashes >= *at_most {
                    return None;
                }
                one.is_down = true;
                one.crashes += 1;
                if !keeps {
                    one.at = self.machines[*machine].at;
                }
                for (line, content) in self.lines.iter().zip(&mut state.lines) {
                    let is_at_an_end = line.to == *machine || line.from.contains(machine);
                    if line.is_lost_with_crash && is_at_an_end {
                        *content = Some(Vec::new());
                    }
                }
            }
            Action::Restart(machine) => {
                let one = &mut state.machines[*machine];
                if !std::mem::take(&mut one.is_down) {
                    return None;
                }
                self.say(&mut state, *machine, self.machines[*machine].greeting)?;
            }
            Action::Deliver(number, place) => {
                let line = &self.lines[*number];
                let event = remove(&mut state, *number, *place, line.order == Order::Board)?;
                let says = self.take(&mut state, line.to, event)?;
                self.say(&mut state, line.to, says)?;
            }
            Action::Drop(number, place) => {
                let line = &self.lines[*number];
                let event = remove(&mut state, *number, *place, line.order == Order::Board)?;
                if self.take(&mut state.clone(), line.to, event).is_some() {
                    return None;
                }
            }
            Action::Lose(number, place) => {
                remove(&mut state, *number, *place, false)?;
            }
            Action::Duplicate(number, place) => {
                let under_way = state.lines[*number].as_mut()?;
                under_way.insert(*place, under_way[*place]);
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let is = |machine: usize, at: u8| {
            move |state: &Whole| {
                let one = &state.machines[machine];
                !one.is_down && one.at == at
            }
        };
        let (first, last) = (is(0, 1), is(self.machines.len() - 1, 2));
        vec![
            Property::<Self>::sometimes("both", move |_, state| first(state) && last(state)),
            Property::<Self>::never("neither", move |_, state| {
                !first(state) && !last(state) && state.machines.iter().any(|one| one.is_down)
            }),
            Property::no_deadlock(),
        ]
    }

    fn is_within_bounds(&self, state: &Whole) -> bool {
        state.lines.iter().all(Option::is_some)
    }
}

/// Takes something out of a line, or leaves it where everything stays.
fn remove(state: &mut Whole, line: usize, place: usize, stays: bool) -> Option<u8> {
    let under_way = state.lines[line].as_mut()?;
    let (_, event) = under_way[place];
    if !stays {
        under_way.remove(place);
    }
    Some(event)
}
