//! The end of a worker, and its successor.
//!
//! Around the machines of the [`framework`](crate::framework) of one worker (its loop, its
//! business logic, its status writer, its view of the master) there are its record, what is
//! under way, and the table of its master, which looks for silent workers and delivers
//! events at its own pace. When the worker has gone offline the master cleans up and starts
//! a successor, which takes hold of what the worker held.
//!
//! # What is bounded
//!
//! - There is one worker; of its successor only the start is looked at, since its own end is
//!   like this one. It has the same id, as that of a job master has, unless it is set up to
//!   have another one: what is under way of the worker then arrives at its entry.
//! - The master does not fail; failovers are what the model of the recovery is about.
//! - The worker is asked to stop once.
//! - The master takes no more statuses while three events wait for its tick.
//! - A status is stored and sent within the step that brings it about. One ping, one pong and
//!   two statuses are under way at most; a ping may overtake a status.

mod action;
mod master;
mod promises;
mod state;
mod step;
mod transcript;

pub use self::action::Action;
pub use self::state::State;

use super::{Configuration, ModelName, ProtocolModel, Recorder, Trail, Trailed, Transcript};
use crate::check::{Fairness, Model, Participants, Property};

/// The model of the end of a worker, and its successor.
///
/// # Examples
///
/// ```
/// use fsmcheck::check::check;
/// use fsmcheck::protocol::{Configuration, Exit, Faults, ProtocolModel as _};
///
/// let faults = Faults::NONE;
/// let model = Exit::new(Configuration { faults, ..Configuration::default() });
/// assert!(check(&model).holds());
/// ```
#[derive(Clone, Debug)]
pub struct Exit {
    configuration: Configuration,
}

impl Exit {
    fn step<R: Recorder>(&self, state: &State, action: Action, recorder: &mut R) -> Option<State> {
        let mut state = state.clone();
        state.trail.begin();
        let mut step = step::Step {
            configuration: &self.configuration,
            state,
            recorder,
        };
        step.act(action);
        Some(step.state)
    }
}

impl Trailed for State {
    fn trail(&self) -> &Trail {
        &self.trail
    }
}

impl Model for Exit {
    type State = State;
    type Action = Action;

    fn initial_states(&self) -> Vec<State> {
        vec![State::new(&self.configuration)]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        action::push(&self.configuration, state, actions);
    }

    fn next(&self, state: &State, action: &Action) -> Option<State> {
        self.step(state, *action, &mut ())
    }

    fn properties(&self) -> Vec<Property<Self>> {
        promises::properties()
    }

    fn fairness(&self) -> Fairness<Self> {
        promises::fairness()
    }

    fn is_end(&self, _: &State) -> bool {
        true
    }

    fn action_name(&self, action: &Action) -> String {
        action.to_string()
    }

    fn participants(&self, action: &Action) -> Option<Participants> {
        Some(action.participants())
    }
}

impl ProtocolModel for Exit {
    const NAME: ModelName = ModelName::Exit;

    fn new(configuration: Configuration) -> Self {
        Self { configuration }
    }

    fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    fn transcribe(
        &self,
        state: &State,
        action: &Action,
        transcript: &mut Transcript,
    ) -> Option<State> {
        self.step(state, *action, transcript)
    }

    fn prelude(&self) -> String {
        transcript::prelude(self)
    }
}
