//! Strategies of proptest for the events of a machine and walks through it.
//!
//! A walk is generated as a list of numbers and the machine says what they stand
//! for: a number picks the first fitting event from its place in the alphabet on.
//! So whatever shrinking makes of the numbers is a walk of the same shape.

use std::fmt;
use std::sync::Arc;

use proptest::collection::{SizeRange, vec};
use proptest::strategy::Strategy;

use super::failure::rerun_line;
use super::notation;
use super::plan::{Plan, Plans};
use super::run::{Configuration, Start, accepts, starts, take};
use crate::machine::{Explorable, Guarded};

/// A random walk through a machine.
///
/// Prints as the line that [takes it again](super::rerun()).
pub struct RandomWalk<M: Explorable> {
    start: Start<M>,
    is_only_start: bool,
    events: Vec<M::Event<'static>>,
    illegal: Option<usize>,
}

impl<M: Explorable> RandomWalk<M> {
    /// A machine at the start of the walk.
    #[must_use]
    pub fn start(&self) -> Guarded<M> {
        let (storage, state) = self.start.configuration.clone();
        Guarded::at(storage, state)
    }

    /// The events in order.
    #[must_use]
    pub fn events(&self) -> &[M::Event<'static>] {
        &self.events
    }

    /// The place in [`events`](RandomWalk::events) of the one that is refused.
    #[must_use]
    pub fn illegal(&self) -> Option<usize> {
        self.illegal
    }
}

impl<M: Explorable> Clone for RandomWalk<M> {
    fn clone(&self) -> Self {
        Self {
            start: self.start.clone(),
            is_only_start: self.is_only_start,
            events: self.events.iter().map(M::clone_event).collect(),
            illegal: self.illegal,
        }
    }
}

impl<M: Explorable> fmt::Debug for RandomWalk<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.events.iter().map(M::name_of_event).collect();
        let start = (!self.is_only_start).then_some(&self.start.name[..]);
        let walk = notation::written(start, names.iter().map(String::as_str));
        f.write_str(&rerun_line::<M>(&walk))?;
        match self.illegal {
            Some(index) => write!(f, " // step {} is refused", index + 1),
            None => Ok(()),
        }
    }
}

/// One event of the machine's alphabet; shrinks towards the first.
///
/// # Examples
///
/// ```
/// # use fsmcheck::doctest::door::Door;
/// use fsmcheck::testkit::{self, proptest::prelude::*};
///
/// proptest! {
///     fn an_event_has_a_short_name(event in testkit::events::<Door>()) {
///         let name = format!("{event:?}");
///         prop_assert!(name.len() < 10);
///     }
/// }
/// an_event_has_a_short_name();
/// ```
pub fn events<M>() -> impl Strategy<Value = M::Event<'static>>
where
    M: Explorable<Event<'static>: fmt::Debug>,
{
    let alphabet = M::alphabet();
    (0..alphabet.len().max(1)).prop_filter_map("the alphabet is empty", move |place| {
        alphabet.get(place).map(M::clone_event)
    })
}

/// A walk of so many steps from a start, every one accepted; shrinks to fewer and
/// earlier events, and stays legal.
///
/// It is shorter where it comes to a state that accepts nothing. A step that
/// panics does not count as accepted.
///
/// # Examples
///
/// ```
/// # use fsmcheck::doctest::door::Door;
/// use fsmcheck::testkit::{self, proptest::prelude::*};
///
/// proptest! {
///     fn a_legal_walk_is_accepted(walk in testkit::legal_walk::<Door>(0..20)) {
///         let mut door = walk.start();
///         for event in walk.events() {
///             door.handle(event)?;
///         }
///     }
/// }
/// a_legal_walk_is_accepted();
/// ```
pub fn legal_walk<M: Explorable>(
    len: impl Into<SizeRange>,
) -> impl Strategy<Value = RandomWalk<M>> {
    walks::<M>(len.into(), Shape::Legal)
}

/// A walk in which exactly one event is refused and so many are accepted; shrinks
/// to fewer and earlier events, and still has exactly one that is refused.
///
/// A walk on which nothing can be refused is thrown away; proptest gives up when
/// there are too many of them.
///
/// # Examples
///
/// ```
/// # use fsmcheck::doctest::door::Door;
/// use fsmcheck::testkit::{self, proptest::prelude::*};
///
/// proptest! {
///     fn one_step_is_refused(walk in testkit::walk_with_one_illegal_step::<Door>(0..20)) {
///         let mut door = walk.start();
///         for (index, event) in walk.events().iter().enumerate() {
///             prop_assert_eq!(door.handle(event).is_err(), walk.illegal() == Some(index));
///         }
///     }
/// }
/// one_step_is_refused();
/// ```
pub fn walk_with_one_illegal_step<M: Explorable>(
    len: impl Into<SizeRange>,
) -> impl Strategy<Value = RandomWalk<M>> {
    walks::<M>(len.into(), Shape::OneRefused)
}

#[derive(Clone, Copy)]
enum Shape {
    Legal,
    OneRefused,
}

fn walks<M: Explorable>(len: SizeRange, shape: Shape) -> impl Strategy<Value = RandomWalk<M>> {
    let ground = Arc::new(Ground::<M>::new());
    let (here, there) = (Arc::clone(&ground), Arc::clone(&ground));
    let (starts, picks) = (ground.starts.len().max(1), ground.alphabet.len().max(1));
    let positions = 0..=len.end_incl();
    let plans = Plans {
        min_len: len.start(),
        draw: (0..starts, vec(0..picks, len), positions, 0..picks),
        begin: move |(start, events, position, refused)| {
            let refused = Some((position, refused));
            here.settle(
                &Plan {
                    start,
                    events,
                    refused,
                },
                shape,
            )
        },
        settle: move |plan: &Plan| there.settle(plan, shape),
        why_none: match shape {
            Shape::Legal => "the machine has no start or no events",
            Shape::OneRefused => "nothing is refused anywhere on the walk",
        },
    };
    plans.prop_map(move |plan| ground.walk(plan))
}

/// Where walks are made: the starts and the alphabet of a machine.
struct Ground<M: Explorable> {
    starts: Vec<Start<M>>,
    alphabet: Vec<M::Event<'static>>,
}

impl<M: Explorable> Ground<M> {
    fn new() -> Self {
        Self {
            starts: starts::<M>().unwrap_or_default(),
            alphabet: M::alphabet(),
        }
    }

    /// The plan of this shape that is nearest to another; `None` when there is
    /// none.
    fn settle(&self, plan: &Plan, shape: Shape) -> Option<Plan> {
        let start = self.starts.get(plan.start)?;
        if self.alphabet.is_empty() {
            return None;
        }
        let (events, places) = self.legal(start, &plan.events);
        let refused = match shape {
            Shape::Legal => None,
            Shape::OneRefused => Some(self.refused(&places, plan.refused?)?),
        };
        Some(Plan {
            start: plan.start,
            events,
            refused,
        })
    }

    /// The events of a legal walk, and the configurations that it leads through.
    fn legal(&self, start: &Start<M>, picks: &[usize]) -> (Vec<usize>, Vec<Configuration<M>>) {
        let mut events = Vec::new();
        let mut places = vec![start.configuration.clone()];
        let mut here = start.configuration.clone();
        for pick in picks {
            let legal = self.first_from(*pick, |event| accepts::<M>(&here, event) == Some(true));
            let Some(event) = legal else { break };
            match take::<M>(&here, &self.alphabet[event]) {
                Ok(taken) => here = taken.after,
                Err(_) => break,
            }
            events.push(event);
            places.push(here.clone());
        }
        (events, places)
    }

    /// The first event that is refused, from a place on the walk and a place in the
    /// alphabet on.
    fn refused(
        &self,
        places: &[Configuration<M>],
        (position, pick): (usize, usize),
    ) -> Option<(usize, usize)> {
        around(position, places.len()).find_map(|position| {
            let here = &places[position];
            let refuses = |event: &_| accepts::<M>(here, event) == Some(false);
            Some((position, self.first_from(pick, refuses)?))
        })
    }

    fn first_from(&self, pick: usize, fits: impl Fn(&M::Event<'static>) -> bool) -> Option<usize> {
        around(pick, self.alphabet.len()).find(|place| fits(&self.alphabet[*place]))
    }

    fn walk(&self, plan: Plan) -> RandomWalk<M> {
        let mut events = plan.events;
        if let Some((position, event)) = plan.refused {
            events.insert(position, event);
        }
        let event = |place: usize| M::clone_event(&self.alphabet[place]);
        RandomWalk {
            start: self.starts[plan.start].clone(),
            is_only_start: self.starts.len() == 1,
            events: events.into_iter().map(event).collect(),
            illegal: plan.refused.map(|(position, _)| position),
        }
    }
}

/// All places of a list, beginning at one.
pub(super) fn around(place: usize, len: usize) -> impl Iterator<Item = usize> {
    (place..place + len).map(move |place| place % len)
}
