//! A machine as a model: nothing has to be written to check it.

use std::fmt::Debug;

use derive_where::derive_where;
use statig::blocking::IntoStateMachine;

use super::coverage::first_word;
use super::{Model, Property};
use crate::machine::{Explorable, ExploreError, Invariant, Panic, StepKind, catch};

/// A machine that several threads may look at: there is nothing to implement.
pub trait ShareableMachine:
    Explorable
    + IntoStateMachine<State: Send + Sync + 'static, Event<'static>: Clone + Debug + Send + Sync>
    + Send
    + Sync
    + 'static
{
}

impl<M> ShareableMachine for M
where
    M: Explorable + Send + Sync + 'static,
    M::State: Send + Sync + 'static,
    M::Event<'static>: Clone + Debug + Send + Sync,
{
}

/// A machine as a closed model: the events of its alphabet are what can happen, in any
/// order.
///
/// | of the machine | in the model |
/// |---|---|
/// | state and storage, under its [abstraction](crate::Machine::abstracted) | a state |
/// | an event that is refused | no step |
/// | an event that is handled without a transition | a step, which may change nothing |
/// | an [invariant](crate::Machine::invariants) | a property `always` |
/// | a handler that panics | breaks the property `never "a handler panics"` |
/// | a state in which everything is refused | a deadlock, unless its life [may end](crate::Machine::terminal_states) there |
///
/// [`explore`](crate::explore) finds more out about a machine; a model goes through larger
/// ones, faster, and is judged along the way.
///
/// # Examples
///
/// ```
/// # use fsmcheck::doctest::door::Door;
/// use fsmcheck::check::{OfMachine, check};
///
/// let report = check(&OfMachine::<Door>::new()?);
/// assert!(report.holds());
/// assert_eq!(report.unique(), 2);
/// # Ok::<(), fsmcheck::machine::ExploreError>(())
/// ```
#[derive_where(Debug)]
pub struct OfMachine<M: ShareableMachine> {
    events: Vec<M::Event<'static>>,
    starts: Vec<Configuration<M>>,
    invariants: Vec<Invariant<M>>,
}

/// What a machine is in.
#[derive_where(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Configuration<M: ShareableMachine> {
    /// It waits for an event.
    At {
        /// Its state.
        state: M::State,
        /// What its states share.
        storage: M,
    },
    /// A handler has panicked, and said this.
    Panicked(String),
}

impl<M: ShareableMachine> OfMachine<M> {
    /// The model of a machine.
    ///
    /// # Errors
    ///
    /// When the alphabet is empty, or when the machine panics before it has started.
    pub fn new() -> Result<Self, ExploreError> {
        let in_declaration = |panic: Panic| ExploreError::PanicInDeclaration {
            machine: M::name(),
            panic: panic.to_string(),
        };
        let events = catch(M::alphabet).map_err(in_declaration)?;
        if events.is_empty() {
            return Err(ExploreError::EmptyAlphabet { machine: M::name() });
        }
        let starts = catch(M::starts).map_err(in_declaration)?;
        let starts = starts.into_iter().map(|(mut storage, mut state)| {
            let name = M::state_name(&state);
            let entered = catch(move || {
                M::with_context(|context| M::enter_in_place(&mut storage, &mut state, context));
                M::abstracted(storage, state)
            });
            match entered {
                Ok((storage, state)) => Ok(Configuration::At { state, storage }),
                Err(panic) => Err(ExploreError::PanicAtStart {
                    machine: M::name(),
                    state: name,
                    panic: panic.to_string(),
                }),
            }
        });
        Ok(Self {
            starts: starts.collect::<Result<_, _>>()?,
            invariants: catch(M::invariants).map_err(in_declaration)?,
            events,
        })
    }
}

impl<M: ShareableMachine> Model for OfMachine<M> {
    type State = Configuration<M>;
    type Action = M::Event<'static>;

    fn initial_states(&self) -> Vec<Configuration<M>> {
        self.starts.clone()
    }

    fn actions(&self, state: &Configuration<M>, actions: &mut Vec<M::Event<'static>>) {
        if matches!(state, Configuration::At { .. }) {
            actions.extend(self.events.iter().cloned());
        }
    }

    fn next(&self, from: &Configuration<M>, event: &M::Event<'static>) -> Option<Self::State> {
        let Configuration::At { state, storage } = from else {
            return None;
        };
        let taken = catch(|| {
            let (mut state, mut storage) = (state.clone(), storage.clone());
            let (kind, _) = M::with_context(|context| {
                M::step_in_place(&mut storage, &mut state, event, context)
            });
            (kind != StepKind::Refused).then(|| M::abstracted(storage, state))
        });
        match taken {
            Ok(after) => after.map(|(storage, state)| Configuration::At { state, storage }),
            Err(panic) => Some(Configuration::Panicked(panic.to_string())),
        }
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let invariants = self.invariants.iter().map(|invariant| {
            let holds = invariant.holds;
            Property::<Self>::always(
                invariant.name,
                move |_, configuration| match configuration {
                    Configuration::At { state, storage } => {
                        catch(|| holds(storage, state)).unwrap_or(false)
                    }
                    Configuration::Panicked(_) => true,
                },
            )
        });
        let panics = Property::<Self>::never("a handler panics", |_, configuration| {
            matches!(configuration, Configuration::Panicked(_))
        });
        invariants
            .chain([Property::no_deadlock(), panics])
            .collect()
    }

    fn is_end(&self, configuration: &Configuration<M>) -> bool {
        match configuration {
            Configuration::At { state, storage } => {
                M::terminal_states().contains(&M::state_name(state).as_str())
                    || M::is_end(storage, state)
            }
            Configuration::Panicked(_) => true,
        }
    }

    fn action_name(&self, event: &M::Event<'static>) -> String {
        M::name_of_event(event)
    }

    fn kind_name(&self, event: &M::Event<'static>) -> String {
        first_word(&M::name_of_event(event)).to_owned()
    }
}
