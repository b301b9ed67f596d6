//! The records of a job that ends, with a crash between two writes.
//!
//! It is the model [`jobs`](super::jobs) with the start and the end of a job's master
//! taken apart, write by write: where the job runs, that it has started, the master as a
//! worker; then the end of the job, the end of its master, and the status that tells of
//! it. A master may crash between any two of them, and the last write of one whose loop
//! has ended may arrive late.
//!
//! Here no worker epoch comes again, since stored ones are compared; there are two of
//! them for each job: a late write of the first meets the second. A third meets what the
//! second has left as the second meets what the first has.

mod offer;
mod promises;

use super::jobs::step::{Detail, Step};
pub use super::jobs::{Action, State};
use super::{Configuration, ModelName, ProtocolModel, Transcript};
use crate::check::{Model, Participants, Property};

/// The model of the records of a job that ends.
#[derive(Clone, Debug)]
pub struct Terminal {
    configuration: Configuration,
}

impl Model for Terminal {
    type State = State;
    type Action = Action;

    fn initial_states(&self) -> Vec<State> {
        vec![State::new(self.configuration.policy)]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        offer::actions(&self.configuration, state, actions);
    }

    fn next(&self, state: &State, action: &Action) -> Option<State> {
        Step::take(Detail::Writes, &self.configuration, state, *action, &mut ())
    }

    fn properties(&self) -> Vec<Property<Self>> {
        promises::properties()
    }

    fn action_name(&self, action: &Action) -> String {
        action.to_string()
    }

    fn participants(&self, action: &Action) -> Option<Participants> {
        Some(action.participants())
    }
}

impl ProtocolModel for Terminal {
    const NAME: ModelName = ModelName::Terminal;

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
        let detail = Detail::Writes;
        Step::take(detail, &self.configuration, state, *action, transcript)
    }

    fn prelude(&self) -> String {
        super::jobs::prelude_of(&self.configuration)
    }
}
