//! A request to cancel, from the user to the business logic.
//!
//! It holds the [`JobManager`] with its operation, the [`Cancellation`] of the job's
//! master and its [business logic](crate::framework::JobMasterBusiness), which has one
//! worker. A request to stop goes from one to the other again and again, and may be lost;
//! the business logic may be unable to store its end, may have to wait for its worker, and
//! may crash, or never be there at all. The job may also be done before it is canceled, and
//! nobody may hear of that.
//!
//! There is one job and one job manager, and at most two requests are under way; the one
//! that sends does not wait for room, so that a third is as good as lost. What a new job
//! manager does is in the model [`jobs`](super::jobs).
//!
//! # What is assumed of the runs
//!
//! What the job manager and the clock do by themselves happens in the end, a request that
//! is sent again and again arrives, and the store works in the end. That a worker ends when
//! it is waited for is *not* assumed, nor that a job's master can ever be dispatched.
//!
//! [`JobManager`]: crate::framework::JobManager
//! [`Cancellation`]: crate::framework::Cancellation

mod action;
mod promises;
mod state;
mod step;

pub use self::action::Action;
pub use self::state::State;

use self::step::Step;
use super::transcript::policy_code;
use super::{Configuration, ModelName, ProtocolModel, Transcript};
use crate::check::{Model, Participants, Property};

/// The model of a request to cancel.
#[derive(Clone, Debug)]
pub struct Cancel {
    configuration: Configuration,
}

impl Model for Cancel {
    type State = State;
    type Action = Action;

    fn initial_states(&self) -> Vec<State> {
        vec![State::new(self.configuration.policy)]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        action::offer(&self.configuration, state, actions);
    }

    fn next(&self, state: &State, action: &Action) -> Option<State> {
        Step::take(&self.configuration, state, *action, &mut ())
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

impl ProtocolModel for Cancel {
    const NAME: ModelName = ModelName::Cancel;

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
        Step::take(&self.configuration, state, *action, transcript)
    }

    fn prelude(&self) -> String {
        let policy = policy_code(self.configuration.policy);
        format!(
            "use fsmcheck::Guarded;
use fsmcheck::framework::*;
use fsmcheck::wire::{{MonotonicTime, StatusChangeRequest, WorkerStateCode}};

fn apply(
    cancellation: &mut Guarded<Cancellation>,
    event: &CancellationEvent,
) -> Vec<CancellationEffect> {{
    let mut effects = Vec::new();
    let _ = cancellation.apply(event, &mut effects);
    effects
}}

fn request() -> CancellationEvent {{
    CancellationEvent::Request {{
        request: StatusChangeRequest {{
            expect_state: WorkerStateCode::STOPPED,
            ..StatusChangeRequest::default()
        }},
        now: MonotonicTime(0),
    }}
}}

let policy = {policy};
let new = || Guarded::new(Cancellation::new(policy, Timeouts::default()));
let mut cancellation = new();
"
        )
    }
}
