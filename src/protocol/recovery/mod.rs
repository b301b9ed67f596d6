//! A job master that starts, fails over and finds its workers again.
//!
//! Around the machines of the [`framework`](crate::framework) there are: the start of each
//! incarnation of the job master ([`StartUp`](crate::framework::StartUp)), its table of
//! workers ([`WorkerManager`](crate::framework::manager::WorkerManager)), its business logic
//! for each task ([`JobMasterBusiness`](crate::framework::JobMasterBusiness)), the record of
//! the job ([`JobRows`](crate::framework::JobRows)), and of each worker its view of the
//! master ([`MasterClient`](crate::framework::MasterClient)), its record, and what is under
//! way between the two.
//!
//! # What is bounded
//!
//! - There are one to three tasks, as many as the configuration has workers. That a worker
//!   pings twice while another one is waited for takes two. The workers of those beside the
//!   first are there to be waited for: there is one at a time, it reports nothing, and its
//!   pings and their pongs arrive in the step in which they are sent. All else is seen with
//!   one task.
//! - A job master has two incarnations, one after the other: all that a failover can do to
//!   its successor is seen in one. A second incarnation beside the first is what the models
//!   of jobs are about.
//! - Of each task two workers live at most. An id is given again once nothing is left of its
//!   worker, so that workers can be lost and replaced for ever.
//! - One message of each kind is under way from or to a worker. Orders within a kind are what
//!   the model of the heartbeat is about; here it is the order between kinds that matters.
//! - Of the messages only a ping comes twice. A pong and a status that do so are as good as
//!   one: no other one of the kind is under way that could come between.
//! - The story ends when both incarnations have gone: nobody hears of what the workers do.
//! - A worker does not crash: one that pings no more and is ended when an age has passed looks
//!   the same to everybody.
//! - Once the loop of a job master runs, it does a round after whatever happens to it. What
//!   comes of late rounds is what the models of the heartbeat and of the exit are about.
//! - The start of a worker is one step, with its record and its first status; that one says
//!   nothing of its own, and nobody is told of it. A record that comes late is what the
//!   model of the heartbeat is about.
//! - An id that is given again is one worker more, whose records and statuses are under the
//!   same id; a real one has another id.
//!
//! # What makes no difference
//!
//! - A message for an incarnation that has gone is forgotten at once where the rules let its
//!   successor do nothing but drop it. Without them it is kept: then it is answered, or ends
//!   a process.
//! - A pong that comes in a later age is forgotten where it tells the worker nothing: its
//!   ping was sent too long ago to count as acknowledged.
//!
//! Of S13 this model checks what a job master makes of the statuses that have arrived by the
//! end of its wait. One that is still under way then, because a finish ping has overtaken it,
//! is lost under all rules: only the record would tell.
//!
//! That a worker has finished is for the business logic to keep. Its row is not loaded, so a
//! successor that has heard nothing of it orders the work again; and a first start that failed
//! begins anew, whatever its workers have done since. No promise speaks of that.
//!
//! A successor may start at any time after its predecessor has gone: the job manager may have
//! lost sight of that one long before.

mod action;
mod master;
mod message;
mod promises;
mod start;
mod state;
mod step;
mod transcript;
mod worker;

pub use self::action::{Action, Next, WorkerAction};
pub use self::message::{Message, Ping, Pong, Status};
pub use self::state::{Report, State, WorkerNumber, WorkerPhase};

use self::step::Step;
use super::{Configuration, ModelName, ProtocolModel, Recorder, Trail, Trailed, Transcript};
use crate::check::{Fairness, Model, Participants, Property};

/// The model of a job master that starts, fails over and finds its workers again.
///
/// # Examples
///
/// ```
/// use fsmcheck::check::check;
/// use fsmcheck::protocol::{Configuration, Faults, ProtocolModel as _, Recovery};
///
/// let faults = Faults::NONE;
/// let model = Recovery::new(Configuration { faults, ..Configuration::default() });
/// assert!(check(&model).holds());
/// ```
#[derive(Clone, Debug)]
pub struct Recovery {
    configuration: Configuration,
}

impl Recovery {
    /// How many tasks the job has.
    fn tasks(&self) -> u8 {
        self.configuration.workers.clamp(1, 3)
    }

    fn step<R: Recorder>(&self, state: &State, action: &Action, recorder: &mut R) -> Option<State> {
        let mut state = state.clone();
        state.trail.begin();
        let mut step = Step {
            configuration: &self.configuration,
            state,
            recorder,
        };
        step.act(action)?;
        step.state.forget_passed_over(self.configuration.policy);
        Some(step.state)
    }
}

impl Trailed for State {
    fn trail(&self) -> &Trail {
        &self.trail
    }
}

impl Model for Recovery {
    type State = State;
    type Action = Action;

    fn initial_states(&self) -> Vec<State> {
        vec![State::new(&self.configuration, self.tasks())]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        action::push(&self.configuration, state, actions);
    }

    fn next(&self, state: &State, action: &Action) -> Option<State> {
        self.step(state, action, &mut ())
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

impl ProtocolModel for Recovery {
    const NAME: ModelName = ModelName::Recovery;

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
        self.step(state, action, transcript)
    }

    fn prelude(&self) -> String {
        transcript::prelude(self)
    }
}
