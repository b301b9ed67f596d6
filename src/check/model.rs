//! What is checked: a closed system.

use std::fmt::Debug;
use std::hash::Hash;

use super::coverage::first_word;
use super::{Fairness, Number, Participants, Property};

/// A closed system: where it begins, what can happen next, what must hold.
///
/// Only the first four methods have to be written.
///
/// # Determinism
///
/// What a method answers may depend on its arguments and on fields of the model
/// that never change, and on nothing else: a clock, a random number or a counter
/// outside of the state makes every verdict meaningless. Equal states must have
/// equal successors.
///
/// # Examples
///
/// A lock that two processes try to take by looking first and writing later:
///
/// ```
/// use fsmcheck::check::{Model, Property, check};
///
/// #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
/// enum Process { Idle, SawItFree, Inside }
///
/// #[derive(Clone, Debug, Eq, Hash, PartialEq)]
/// struct State { taken: bool, processes: [Process; 2] }
///
/// #[derive(Clone, Debug)]
/// enum Action { Look(usize), Enter(usize), Leave(usize) }
///
/// struct Lock;
///
/// impl Model for Lock {
///     type State = State;
///     type Action = Action;
///
///     fn initial_states(&self) -> Vec<State> {
///         vec![State { taken: false, processes: [Process::Idle; 2] }]
///     }
///
///     fn actions(&self, state: &State, actions: &mut Vec<Action>) {
///         for (index, process) in state.processes.iter().enumerate() {
///             actions.push(match process {
///                 Process::Idle => Action::Look(index),
///                 Process::SawItFree => Action::Enter(index),
///                 Process::Inside => Action::Leave(index),
///             });
///         }
///     }
///
///     fn next(&self, state: &State, action: &Action) -> Option<State> {
///         let mut state = state.clone();
///         match *action {
///             Action::Look(_) if state.taken => return None,
///             Action::Look(index) => state.processes[index] = Process::SawItFree,
///             Action::Enter(index) => {
///                 state.taken = true;
///                 state.processes[index] = Process::Inside;
///             }
///             Action::Leave(index) => {
///                 state.taken = false;
///                 state.processes[index] = Process::Idle;
///             }
///         }
///         Some(state)
///     }
///
///     fn properties(&self) -> Vec<Property<Self>> {
///         vec![Property::never("both are inside", |_, state: &State| {
///             state.processes == [Process::Inside; 2]
///         })]
///     }
/// }
///
/// let report = check(&Lock);
/// let counterexample = report.violations().next().unwrap();
/// assert_eq!(counterexample.steps().len(), 4);
/// ```
pub trait Model: Sync {
    /// What the system is in at a moment. Two states are the same when they are
    /// equal.
    type State: Clone + Debug + Eq + Hash + Send + Sync;

    /// What can happen next: an event delivered, a message lost, a crash, a tick.
    type Action: Clone + Debug + Send + Sync;

    /// The states in which the system may begin.
    fn initial_states(&self) -> Vec<Self::State>;

    /// Adds what may happen in a state to `actions`, which is empty. Their order
    /// decides which of several shortest counterexamples is shown.
    fn actions(&self, state: &Self::State, actions: &mut Vec<Self::Action>);

    /// The state after an action, `None` when the action cannot happen after all.
    fn next(&self, state: &Self::State, action: &Self::Action) -> Option<Self::State>;

    /// Takes every step from a state: calls `take` with each action and what
    /// [`next`](Model::next) answers, in the order of [`actions`](Model::actions).
    /// `actions` has room for them. Only a model that can take all steps together faster
    /// than one by one writes this.
    #[inline]
    fn steps(
        &self,
        state: &Self::State,
        actions: &mut Vec<Self::Action>,
        mut take: impl FnMut(&Self::Action, Option<Self::State>),
    ) {
        actions.clear();
        self.actions(state, actions);
        for action in actions {
            take(action, self.next(state, action));
        }
    }

    /// What must hold. Writing `Property::<Self>::always(…)` lets the compiler know the
    /// types of a closure's arguments.
    fn properties(&self) -> Vec<Property<Self>>;

    /// Whether the system may end in a state: no action there is then no deadlock.
    fn is_end(&self, state: &Self::State) -> bool {
        let _ = state;
        false
    }

    /// Whether a state is looked at. What lies beyond the model's own bounds is
    /// left out, and the report counts the steps that led there. A state from which
    /// all steps lead there is no end, neither for a deadlock nor for a run.
    fn is_within_bounds(&self, state: &Self::State) -> bool {
        let _ = state;
        true
    }

    /// What is assumed of the runs when liveness is checked, for properties that
    /// do not bring an [assumption of their own](Property::under): that the system
    /// goes on as long as it can, unless given.
    fn fairness(&self) -> Fairness<Self> {
        Fairness::progress()
    }

    /// The state that stands for a state and for all that are like it, for models whose
    /// components can be interchanged; `None` when the model has no symmetry.
    ///
    /// It is used when [asked for](super::Check::symmetric). A wrong one makes verdicts
    /// wrong; [`audit`](super::audit) finds it. Where components do not know each
    /// other's places, sorting them is a canonical form; where another field names
    /// them, it has to be renamed with them.
    fn canonical(&self, state: &Self::State) -> Option<Self::State> {
        let _ = state;
        None
    }

    /// The number of a state, for models whose states can be numbered: no two states have
    /// the same one, and all are below the same size. `None` when the model has none.
    ///
    /// Numbers are [kept](super::Store::Numbers) in the place of states: nothing is
    /// overlooked, and it is faster and smaller. It is asked for each step, so it should
    /// be quick. A state that does not fit its number ends the check and leaves
    /// undecided what it has not seen; two states with the same number make verdicts
    /// wrong. [`audit`](super::audit) finds both.
    ///
    /// # Examples
    ///
    /// For the lock above, with [`numbered!`](crate::numbered) for its processes:
    ///
    /// ```
    /// # use fsmcheck::check::Number;
    /// # #[derive(Clone, Copy)] enum Process { Idle, SawItFree, Inside }
    /// # struct State { taken: bool, processes: [Process; 2] }
    /// fsmcheck::numbered!(enum Process { Idle, SawItFree, Inside });
    ///
    /// # struct Lock;
    /// # impl Lock {
    /// fn number(&self, state: &State) -> Option<Number> {
    ///     Some(Number::new().part(&state.taken).part(&state.processes))
    /// }
    /// # }
    /// # let state = State { taken: false, processes: [Process::Idle; 2] };
    /// # assert_eq!(Lock.number(&state).unwrap().size(), Ok(18));
    /// ```
    #[inline]
    fn number(&self, state: &Self::State) -> Option<Number> {
        let _ = state;
        None
    }

    /// Whether only some of the interleavings are offered, since the others make no
    /// difference to the properties. The report says so.
    fn is_reduced(&self) -> bool {
        false
    }

    /// How an action is called where steps are shown; its `Debug` form unless given.
    fn action_name(&self, action: &Self::Action) -> String {
        format!("{action:?}")
    }

    /// The kind of an action, where that is not the variant of its type: actions of one
    /// kind are counted together. Kinds are small numbers.
    #[inline]
    fn action_kind(&self, action: &Self::Action) -> Option<usize> {
        let _ = action;
        None
    }

    /// How the kind of an action is called where actions are counted: all actions of a kind
    /// alike. The first word of its `Debug` form unless given, which is the variant of its
    /// type.
    fn kind_name(&self, action: &Self::Action) -> String {
        first_word(&format!("{action:?}")).to_owned()
    }

    /// How a state is shown; its `Debug` form unless given. Where it looks like a
    /// derived `Debug` form, differences between states are shown part by part.
    fn state_form(&self, state: &Self::State) -> String {
        format!("{state:?}")
    }

    /// Who takes part in an action, for sequence diagrams: the model as a whole,
    /// unless given.
    fn participants(&self, action: &Self::Action) -> Option<Participants> {
        let _ = action;
        None
    }

    /// The kinds of action that should be seen, by their [names](Model::kind_name): the
    /// report warns of one that was never even offered. None unless given.
    fn declared_actions(&self) -> Vec<String> {
        Vec::new()
    }
}
