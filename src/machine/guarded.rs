//! A running machine that refuses what is not legal.

use std::fmt;
use std::hash::{Hash, Hasher};

use super::catch::catch;
use super::{Explorable, Step, StepKind};

/// A running machine that refuses an event which no handler accepts, and is
/// unchanged by the refusal.
///
/// Each step is taken on a copy that replaces the machine only when the event was
/// accepted. So a refusal leaves no trace, even when a handler had already
/// written to the storage.
///
/// # Examples
///
/// ```
/// # use fsmcheck::doctest::door::{Door, Event, State};
/// use fsmcheck::Guarded;
///
/// let mut door = Guarded::new(Door);
/// door.handle(&Event::Open)?;
/// assert_eq!(door.state(), &State::Opened {});
///
/// let refused = door.handle(&Event::Open).unwrap_err();
/// assert_eq!(
///     refused.to_string(),
///     "Door refuses `Open` in state `Opened`; legal there: Close"
/// );
/// assert_eq!(door.state(), &State::Opened {});
/// # Ok::<(), fsmcheck::machine::Refused>(())
/// ```
pub struct Guarded<M: Explorable> {
    storage: M,
    state: M::State,
}

impl<M: Explorable> Guarded<M> {
    /// Starts a machine in its initial state, running its entry actions.
    #[must_use]
    pub fn new(mut storage: M) -> Self {
        let mut state = M::initial();
        M::with_context(|context| M::enter_in_place(&mut storage, &mut state, context));
        Self { storage, state }
    }

    /// Starts a machine in its initial state, running its entry actions with a
    /// context.
    #[must_use]
    pub fn new_with_context(mut storage: M, context: &mut M::Context<'_>) -> Self {
        let mut state = M::initial();
        M::enter_in_place(&mut storage, &mut state, context);
        Self { storage, state }
    }

    /// A machine that already is in this state: no entry action runs.
    #[must_use]
    pub fn at(storage: M, state: M::State) -> Self {
        Self { storage, state }
    }

    /// Handles an event.
    ///
    /// # Errors
    ///
    /// When no handler accepts the event: the machine is then as before.
    pub fn handle(&mut self, event: &M::Event<'_>) -> Result<Step<M::State>, Refused> {
        M::with_context(|context| self.handle_with_context(event, context))
    }

    /// Handles an event with a context.
    ///
    /// The context is not copied: what handlers put into it before an event is
    /// refused stays there.
    ///
    /// # Errors
    ///
    /// When no handler accepts the event: the machine is then as before.
    pub fn handle_with_context(
        &mut self,
        event: &M::Event<'_>,
        context: &mut M::Context<'_>,
    ) -> Result<Step<M::State>, Refused> {
        let mut storage = self.storage.clone();
        let mut state = self.state.clone();
        let (kind, level) = M::step_in_place(&mut storage, &mut state, event, context);
        if kind == StepKind::Refused {
            return Err(Refused {
                machine: M::name(),
                state: M::state_name(&self.state),
                event: M::name_of_event(event),
                legal: self.legal_events().iter().map(M::name_of_event).collect(),
            });
        }
        self.storage = storage;
        let from = std::mem::replace(&mut self.state, state);
        Ok(Step {
            kind,
            from,
            to: self.state.clone(),
            level,
        })
    }

    /// Whether the event would be accepted now. A handler that would panic does
    /// not accept.
    #[must_use]
    pub fn can(&self, event: &M::Event<'_>) -> bool {
        catch(|| super::step(&self.storage, &self.state, event).0.kind)
            .is_ok_and(|kind| kind != StepKind::Refused)
    }

    /// The events of the alphabet that would be accepted now.
    #[must_use]
    pub fn legal_events(&self) -> Vec<M::Event<'static>> {
        M::alphabet()
            .into_iter()
            .filter(|event| self.can(event))
            .collect()
    }

    /// The state that the machine is in.
    #[must_use]
    pub fn state(&self) -> &M::State {
        &self.state
    }

    /// The storage shared by the states.
    #[must_use]
    pub fn storage(&self) -> &M {
        &self.storage
    }

    /// The storage and the state.
    #[must_use]
    pub fn into_parts(self) -> (M, M::State) {
        (self.storage, self.state)
    }
}

impl<M: Explorable> Clone for Guarded<M> {
    fn clone(&self) -> Self {
        Self {
            storage: self.storage.clone(),
            state: self.state.clone(),
        }
    }
}

impl<M: Explorable> PartialEq for Guarded<M> {
    fn eq(&self, other: &Self) -> bool {
        self.storage == other.storage && self.state == other.state
    }
}

impl<M: Explorable> Eq for Guarded<M> {}

impl<M: Explorable> Hash for Guarded<M> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.storage.hash(hasher);
        self.state.hash(hasher);
    }
}

impl<M: Explorable> Default for Guarded<M> {
    fn default() -> Self {
        Self::new(M::default())
    }
}

impl<M: Explorable + fmt::Debug> fmt::Debug for Guarded<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guarded")
            .field("storage", &self.storage)
            .field("state", &self.state)
            .finish()
    }
}

/// An event was refused: no handler accepts it in this state.
#[derive(Clone, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[error("{machine} refuses `{event}` in state `{state}`; legal there: {}", listed(.legal))]
#[non_exhaustive]
pub struct Refused {
    /// The machine.
    pub machine: String,
    /// The state that it was in and still is in.
    pub state: String,
    /// The event.
    pub event: String,
    /// The events that it would have accepted.
    pub legal: Vec<String>,
}

fn listed(names: &[String]) -> String {
    if names.is_empty() {
        "nothing".to_owned()
    } else {
        names.join(", ")
    }
}
