//! Random graphs: built by hand, and got by running a machine that answers from a
//! random table.

use std::cell::RefCell;

use fsmcheck::graph::{Graph, GraphBuilder};
use fsmcheck::{Machine, explore};
use proptest::collection::vec;
use proptest::prelude::*;
use statig::prelude::*;

/// Either kind of random graph.
pub(crate) fn graph() -> impl Strategy<Value = Graph> {
    prop_oneof![built(), explored()]
}

/// With several starts, several targets of one event, states that are not reached.
fn built() -> impl Strategy<Value = Graph> {
    let edge = (0..6_usize, 0..3_usize, 0..6_usize, any::<bool>());
    let edges = vec(edge, 0..14);
    let terminal = vec(any::<bool>(), 6);
    (1..=6_usize, edges, vec(0..6_usize, 1..3), terminal).prop_map(
        |(n_states, edges, starts, terminal)| {
            let events = ["a", "b", "c"];
            let mut builder = GraphBuilder::new("random", events);
            let states: Vec<_> = (0..n_states)
                .map(|state| builder.state(format!("s{state}"), None))
                .collect();
            for start in starts {
                builder.start(states[start % n_states]);
            }
            for (from, event, to, moved) in edges {
                let (from, to) = (states[from % n_states], states[to % n_states]);
                if moved {
                    builder.moved(from, events[event], to);
                } else {
                    builder.stayed(from, events[event]);
                }
            }
            let ends = (0..n_states).filter(|state| terminal[*state] && terminal[0]);
            builder.declare_terminal(ends.map(|state| format!("s{state}")));
            builder.build().unwrap()
        },
    )
}

fn explored() -> impl Strategy<Value = Graph> {
    vec(answer(), N_STATES * N_DATA * N_EVENTS).prop_map(|table| {
        TABLE.set(table);
        explore::<ByTable>(Default::default())
            .unwrap()
            .graph()
            .clone()
    })
}

const N_STATES: usize = 4;
const N_DATA: usize = 3;
const N_EVENTS: usize = 2;

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Answer {
    Refuse,
    Stay { data: usize },
    Move { state: usize, data: usize },
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        2 => Just(Answer::Refuse),
        1 => (0..N_DATA).prop_map(|data| Answer::Stay { data }),
        3 => (0..N_STATES, 0..N_DATA).prop_map(|(state, data)| Answer::Move { state, data }),
    ]
}

thread_local! {
    /// The table of the machine that is explored next in this thread.
    static TABLE: RefCell<Vec<Answer>> = const { RefCell::new(Vec::new()) };
}

/// A machine whose storage says what each event does under each data.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
struct ByTable {
    data: usize,
    table: Vec<Answer>,
}

#[state_machine(
    initial = "State::s0()",
    state(derive(Clone, Debug, Eq, Hash, PartialEq)),
    superstate(derive(Debug))
)]
impl ByTable {
    fn answer(&mut self, state: usize, event: usize) -> Outcome<State> {
        match self.table[(state * N_DATA + self.data) * N_EVENTS + event] {
            Answer::Refuse => Super,
            Answer::Stay { data } => {
                self.data = data;
                Handled
            }
            Answer::Move { state, data } => {
                self.data = data;
                Transition(match state {
                    0 => State::s0(),
                    1 => State::s1(),
                    2 => State::s2(),
                    _ => State::s3(),
                })
            }
        }
    }

    #[state]
    fn s0(&mut self, event: &usize) -> Outcome<State> {
        self.answer(0, *event)
    }

    #[state]
    fn s1(&mut self, event: &usize) -> Outcome<State> {
        self.answer(1, *event)
    }

    #[state]
    fn s2(&mut self, event: &usize) -> Outcome<State> {
        self.answer(2, *event)
    }

    #[state]
    fn s3(&mut self, event: &usize) -> Outcome<State> {
        self.answer(3, *event)
    }
}

impl Machine for ByTable {
    fn alphabet() -> Vec<usize> {
        (0..N_EVENTS).collect()
    }

    fn starts() -> Vec<(Self, State)> {
        let table = TABLE.with_borrow(Clone::clone);
        vec![(Self { data: 0, table }, State::s0())]
    }

    fn terminal_states() -> &'static [&'static str] {
        &["S3"]
    }
}
