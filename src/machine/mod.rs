//! Any statig machine as a machine that can be explored, guarded and tested.
//!
//! A type on which `#[state_machine]` is put becomes a [`Machine`] by saying what
//! its events are. Everything else follows from running it:
//!
//! | I want to… | look at |
//! |---|---|
//! | refuse what is not legal, and stay as I was | [`Guarded`] |
//! | get every state and transition | [`explore`] |
//! | check, look up, draw | the [`Graph`](crate::graph::Graph) of an [`Explored`] machine |
//! | take one step from any configuration | [`step`] |
//!
//! # An event that nobody handles is refused
//!
//! A statig handler answers an event with `Transition`, `Handled` or `Super`. An
//! event that is passed up with `Super` until there is no superstate left was
//! handled by nobody. statig drops it in silence; here it is *refused*, and that
//! alone makes every statig machine a validated one.
//!
//! # What is in, and what is not
//!
//! | a machine with… | |
//! |---|---|
//! | hierarchy, entry and exit actions, hooks | behaves as in statig's own `StateMachine` |
//! | state-local data, shared storage | the configuration; explored as far as it is finite |
//! | several starting configurations | [`Machine::starts`] |
//! | unbounded data (a counter) | [`Machine::abstracted`], or a limit |
//! | events that borrow | [`Guarded::handle`] takes them; the alphabet lists owned samples |
//! | a context that has a `Default` (a list of effects, say) | [`Guarded::handle_with_context`]; exploring gives each step a fresh one |
//! | a context that borrows | refused by the compiler: make it own its buffer, and drain it after each step |
//! | storage or state without `Clone`, `Eq`, `Hash` (an `f32`, a closure) | refused by the compiler: wrap the field in a type that compares by a key, or move it to the context |
//! | storage behind `Rc`, `Arc` or `Cell` | compiles, but clones share it: steps would disturb each other; own the data instead |
//! | async handlers | refused by the compiler: only blocking machines |
//!
//! Handlers, actions and hooks run many times during exploration, each on a copy
//! of the machine; whatever they do outside of it (printing, sending) is done as
//! many times.

mod catch;
mod explore;
mod fold;
mod guarded;
mod names;
mod search;
mod step;

use std::fmt::Debug;
use std::hash::Hash;

use statig::blocking::{IntoStateMachine, State};

use crate::graph::Property;
use crate::graph::lint::Code;

pub(crate) use self::catch::{Panic, catch};
pub use self::explore::{ExploreError, Explored, Limits, explore};
pub use self::guarded::{Guarded, Refused};
#[cfg(feature = "proptest")]
pub(crate) use self::names::note;
pub use self::step::{Explorable, Step, StepKind, step};

/// A statig machine with a finite alphabet.
///
/// Only [`alphabet`](Machine::alphabet) has to be written. What else can be said
/// of a machine makes more checks possible; a check that needs a declaration is
/// silent without it.
///
/// The storage needs `Clone`, `Debug`, `Default`, `Eq` and `Hash`, its states `Clone`,
/// `Eq`, `Hash` and `Debug`, its superstates `Debug`, its events `Clone` and
/// `Debug`.
///
/// # Examples
///
/// ```
/// use statig::prelude::*;
///
/// #[derive(Clone, Debug)]
/// pub enum Event {
///     Open,
///     Close,
/// }
///
/// #[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
/// pub struct Door;
///
/// #[state_machine(
///     initial = "State::closed()",
///     state(derive(Clone, Debug, PartialEq, Eq, Hash)),
///     superstate(derive(Debug))
/// )]
/// impl Door {
///     #[state]
///     fn closed(event: &Event) -> Outcome<State> {
///         match event {
///             Event::Open => Transition(State::opened()),
///             Event::Close => Super,
///         }
///     }
///
///     #[state]
///     fn opened(event: &Event) -> Outcome<State> {
///         match event {
///             Event::Close => Transition(State::closed()),
///             Event::Open => Super,
///         }
///     }
/// }
///
/// impl fsmcheck::Machine for Door {
///     fn alphabet() -> Vec<Event> {
///         vec![Event::Open, Event::Close]
///     }
/// }
///
/// let door = fsmcheck::explore::<Door>(Default::default())?;
/// assert_eq!(door.graph().states().len(), 2);
/// # Ok::<(), fsmcheck::machine::ExploreError>(())
/// ```
pub trait Machine:
    IntoStateMachine<State: State<Self> + Clone + Debug + Eq + Hash>
    + Clone
    + Debug
    + Default
    + Eq
    + Hash
{
    /// Every event, in the order in which tables list them. For an event that
    /// carries data: one sample for each case that handlers tell apart.
    fn alphabet() -> Vec<Self::Event<'static>>;

    /// Name of the machine; its type's name unless given.
    #[must_use]
    fn name() -> String {
        let name = std::any::type_name::<Self>();
        let generics = name.find('<').unwrap_or(name.len());
        let path = name[..generics]
            .rfind("::")
            .map_or(0, |position| position + 2);
        name[path..].to_owned()
    }

    /// The configurations in which it can start; statig's one unless given.
    ///
    /// Entry actions of the starting state run as in statig.
    #[must_use]
    fn starts() -> Vec<(Self, Self::State)> {
        vec![(Self::default(), Self::initial())]
    }

    /// The names of all its states: lets a state that is never reached be found.
    ///
    /// `strum::VariantNames` in statig's `state(derive(..))` gives the list.
    #[must_use]
    fn declared_states() -> &'static [&'static str] {
        &[]
    }

    /// The names of the states in which its life may end.
    #[must_use]
    fn terminal_states() -> &'static [&'static str] {
        &[]
    }

    /// Whether its life may end in this configuration although the state is not
    /// one of the [terminal](Machine::terminal_states) ones: data can be an end
    /// too, such as a mark that the thing was deleted.
    #[must_use]
    fn is_end(storage: &Self, state: &Self::State) -> bool {
        let _ = (storage, state);
        false
    }

    /// Warnings that are meant to be as they are, each with the reason.
    #[must_use]
    fn allowances() -> &'static [(Code, &'static str)] {
        &[]
    }

    /// Whether it must be able to return to a start from everywhere.
    #[must_use]
    fn returns_to_start() -> bool {
        false
    }

    /// What must hold in every reachable configuration.
    #[must_use]
    fn invariants() -> Vec<Invariant<Self>> {
        Vec::new()
    }

    /// What must hold of the machine as a whole.
    #[must_use]
    fn properties() -> Vec<Property> {
        Vec::new()
    }

    /// The abstraction under which it is explored, in words; `None` when
    /// [`abstracted`](Machine::abstracted) changes nothing.
    #[must_use]
    fn abstraction() -> Option<&'static str> {
        None
    }

    /// The configuration that stands for this one when the machine is explored.
    ///
    /// A counter that grows for ever makes the number of configurations
    /// infinite; cut it off here where a larger value makes no difference.
    #[must_use]
    fn abstracted(storage: Self, state: Self::State) -> (Self, Self::State) {
        (storage, state)
    }

    /// Name of a state: its `Debug` form up to the first character that cannot
    /// be in an identifier, unless given. States of one name are one state with
    /// different data.
    #[must_use]
    fn state_name(state: &Self::State) -> String {
        identifier(&format!("{state:?}"))
    }

    /// Name of a configuration in the graph of configurations, where its state's
    /// name with a number is not the best one.
    #[must_use]
    fn configuration_name(storage: &Self, state: &Self::State) -> Option<String> {
        let _ = (storage, state);
        None
    }

    /// The number that stands for a state where it is stored or sent, if it has
    /// one.
    #[must_use]
    fn state_code(state: &Self::State) -> Option<i64> {
        let _ = state;
        None
    }

    /// Name of an event, where its `Debug` form is not the best one.
    #[must_use]
    fn event_name(event: &Self::Event<'_>) -> Option<String> {
        let _ = event;
        None
    }
}

/// Something that must hold in every reachable configuration of a machine.
#[derive(Debug)]
#[non_exhaustive]
pub struct Invariant<M: IntoStateMachine> {
    /// What it says, in a few words.
    pub name: &'static str,
    /// Whether a configuration has it.
    pub holds: fn(&M, &M::State) -> bool,
}

impl<M: IntoStateMachine> Invariant<M> {
    /// An invariant of this name.
    pub fn new(name: &'static str, holds: fn(&M, &M::State) -> bool) -> Self {
        Self { name, holds }
    }
}

impl<M: IntoStateMachine> Clone for Invariant<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: IntoStateMachine> Copy for Invariant<M> {}

/// The leading identifier of a `Debug` form, all of it when there is none.
fn identifier(debug: &str) -> String {
    let end = debug
        .find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .unwrap_or(debug.len());
    debug[..if end == 0 { debug.len() } else { end }].to_owned()
}
