//! What the closed enums of states have in common: names, codes, and look-ups
//! that are computed once by exploring the machine.

use crate::graph::{Graph, IllegalChange, StateId};
use crate::machine::{Explorable, Limits, explore};

/// A name or a code that stands for no state of a machine.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{given}` is no state of {machine}; legal: {}", listed(.legal))]
#[non_exhaustive]
pub struct UnknownState {
    /// The machine.
    pub machine: &'static str,
    /// The name or the code that was given.
    pub given: String,
    /// The name and the code of each state.
    pub legal: &'static [(&'static str, i8)],
}

fn listed(legal: &[(&str, i8)]) -> String {
    let states: Vec<_> = legal
        .iter()
        .map(|(name, code)| format!("{name} ({code})"))
        .collect();
    states.join(", ")
}

/// Room for the codes of a closed enum, which are at least 0 and below this.
const CODES: usize = 8;

/// Which state may follow which, as the machine's graph has it.
///
/// Row and bit are the codes of the states, so that a look-up is one index.
pub(super) struct Relation {
    graph: Graph,
    ids: [StateId; CODES],
    by_one_event: [u8; CODES],
    by_walk: [u8; CODES],
    terminal: u8,
}

impl Relation {
    /// Explores the machine; `states` are all of its states with their codes.
    ///
    /// # Panics
    ///
    /// When the machine cannot be explored, does not reach one of the states or
    /// has a code that does not fit: mistakes in our own machines, which their
    /// tests show.
    pub(super) fn of<M: Explorable>(states: &[(&str, i8)]) -> Self {
        let graph = explore::<M>(Limits::default())
            .unwrap_or_else(|error| panic!("{error}"))
            .into_graph();
        let mut relation = Self {
            graph,
            ids: [StateId::new(0); CODES],
            by_one_event: [0; CODES],
            by_walk: [0; CODES],
            terminal: 0,
        };
        for (name, code) in states {
            let id = relation.graph.state_named(name);
            relation.ids[*code as usize] =
                id.unwrap_or_else(|| panic!("{} never reaches {name}", relation.graph.machine()));
            relation.terminal |=
                u8::from(relation.graph.state(relation.id(*code)).terminal) << code;
        }
        for (_, from) in states {
            for (_, to) in states {
                let (row, bit) = (*from as usize, 1 << to);
                let (from, to) = (relation.id(*from), relation.id(*to));
                if relation.graph.check_change(from, to).is_ok() {
                    relation.by_one_event[row] |= bit;
                }
                if relation.graph.shortest_walk(from, to).is_some() {
                    relation.by_walk[row] |= bit;
                }
            }
        }
        relation
    }

    pub(super) fn graph(&self) -> &Graph {
        &self.graph
    }

    pub(super) fn id(&self, code: i8) -> StateId {
        self.ids[slot(code)]
    }

    /// Whether one event leads from a state to a state.
    #[inline]
    pub(super) fn may_become(&self, from: i8, to: i8) -> bool {
        self.by_one_event[slot(from)] >> slot(to) & 1 == 1
    }

    /// Whether a walk, perhaps of no steps, leads from a state to a state.
    #[inline]
    pub(super) fn leads_to(&self, from: i8, to: i8) -> bool {
        self.by_walk[slot(from)] >> slot(to) & 1 == 1
    }

    #[inline]
    pub(super) fn is_terminal(&self, state: i8) -> bool {
        self.terminal >> slot(state) & 1 == 1
    }

    /// What is wrong with a change that no event makes.
    #[cold]
    pub(super) fn explain(&self, from: i8, to: i8) -> Result<(), IllegalChange> {
        self.graph
            .check_change(self.id(from), self.id(to))
            .map(|_| ())
    }
}

/// The mask tells the compiler what the codes of a closed enum are anyway: in
/// range.
#[inline]
fn slot(code: i8) -> usize {
    code as usize % CODES
}

/// Gives a closed enum of states, whose discriminants are the codes on the wire,
/// its names, codes and look-ups, and its machine its graph.
macro_rules! closed_states {
    ($state:ident { $($variant:ident),+ $(,)? } of $machine:ident named $name:literal) => {
        impl $state {
            /// Every state, in the order of the codes.
            pub const ALL: [Self; <[&str]>::len(&[$(stringify!($variant)),+])] =
                [$(Self::$variant),+];

            pub(in crate::framework) const NAMES: &'static [&'static str] =
                &[$(stringify!($variant)),+];

            const LEGAL: &'static [(&'static str, i8)] =
                &[$((stringify!($variant), Self::$variant as i8)),+];

            /// The number that stands for the state in records.
            #[inline]
            #[must_use]
            pub const fn code(self) -> i8 {
                self as i8
            }

            /// The name of the state.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($variant),)+
                }
            }

            /// The id of the state in the machine's graph.
            #[must_use]
            pub fn id(self) -> $crate::graph::StateId {
                $machine::relation().id(self.code())
            }

            /// Whether the state is an end of the machine's life.
            #[inline]
            #[must_use]
            pub fn is_terminated(self) -> bool {
                $machine::relation().is_terminal(self.code())
            }

            /// Whether the machine makes this change with one event; of a state
            /// to itself, whether there is an event that it takes and stays.
            #[inline]
            #[must_use]
            pub fn may_become(self, to: Self) -> bool {
                $machine::relation().may_become(self.code(), to.code())
            }

            /// Checks that the machine makes this change with one event.
            ///
            /// # Errors
            ///
            /// When it does not: the error names the legal states and the
            /// shortest legal way, if there is one.
            #[inline]
            pub fn try_become(self, to: Self) -> Result<(), $crate::graph::IllegalChange> {
                if self.may_become(to) {
                    Ok(())
                } else {
                    $machine::relation().explain(self.code(), to.code())
                }
            }

            /// The states that one event leads to, in the order of the codes.
            pub fn legal_next(self) -> impl Iterator<Item = Self> {
                Self::ALL
                    .into_iter()
                    .filter(move |to| self.may_become(*to))
            }
        }

        impl std::fmt::Display for $state {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }

        impl From<$state> for i8 {
            fn from(state: $state) -> Self {
                state.code()
            }
        }

        impl TryFrom<i8> for $state {
            type Error = $crate::framework::UnknownState;

            fn try_from(code: i8) -> Result<Self, $crate::framework::UnknownState> {
                Self::ALL
                    .into_iter()
                    .find(|state| state.code() == code)
                    .ok_or_else(|| $crate::framework::UnknownState {
                        machine: $name,
                        given: code.to_string(),
                        legal: Self::LEGAL,
                    })
            }
        }

        /// Reads a name in any case, or a code.
        impl std::str::FromStr for $state {
            type Err = $crate::framework::UnknownState;

            fn from_str(text: &str) -> Result<Self, $crate::framework::UnknownState> {
                Self::ALL
                    .into_iter()
                    .find(|state| {
                        state.name().eq_ignore_ascii_case(text)
                            || text.parse() == Ok(state.code())
                    })
                    .ok_or_else(|| $crate::framework::UnknownState {
                        machine: $name,
                        given: text.to_owned(),
                        legal: Self::LEGAL,
                    })
            }
        }

        impl $machine {
            /// Name of the machine.
            pub const NAME: &'static str = $name;

            /// The graph of the machine, got by exploring it once.
            #[must_use]
            pub fn graph() -> &'static $crate::graph::Graph {
                Self::relation().graph()
            }

            #[inline]
            fn relation() -> &'static $crate::framework::states::Relation {
                static RELATION: std::sync::LazyLock<$crate::framework::states::Relation> =
                    std::sync::LazyLock::new(|| {
                        $crate::framework::states::Relation::of::<$machine>($state::LEGAL)
                    });
                &RELATION
            }
        }
    };
}
pub(super) use closed_states;
