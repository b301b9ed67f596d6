//! The job manager's jobs: created, dispatched, lost, taken over, canceled, deleted.
//!
//! It holds the machines of the job manager: the [`WorkerManager`] for the entries of the
//! job masters, the [`JobManager`] with its table, back-offs and operations, and for each
//! dispatch a [`Dispatcher`]. A job's master is what the job manager sees of it: it starts,
//! pings, and ends in one way or another.
//!
//! # What is left out
//!
//! | left out | because |
//! |---|---|
//! | messages under way between a job's master and the job manager | they are in the model `heartbeat`; here a ping arrives and is answered, or is not sent |
//! | a third job manager | what a new one finds it finds in the store, as the second does |
//! | when a back-off is over, and that a job is given up after 600 failures | a job that is backing off may go on when it likes; so its failures need not be counted |
//! | worker epochs that nobody speaks of any more | they can come again, and nobody can tell |
//! | an age that ends while a job's master is being dispatched | a dispatch takes 10 s at most, and no entry expires in the age after |
//!
//! A job may fail to be dispatched, and its master may crash, as often as they like.
//!
//! # How many states there are
//!
//! Finitely many under all rules and under those of the original. Not so where two orders of
//! one job can be under way for ever: without `create_is_insert` under the original's other
//! rules they pile up, and under all others, or without `redispatch_only_after_failover`,
//! each gets a worker epoch above the other's while processes crash. A promise is broken
//! there before long, which ends a check; one that goes on behind it needs a limit.
//!
//! [`WorkerManager`]: crate::framework::manager::WorkerManager
//! [`JobManager`]: crate::framework::JobManager
//! [`Dispatcher`]: crate::framework::Dispatcher

pub(super) mod action;
pub(super) mod offer;
pub(super) mod prelude;
pub(super) mod promises;
pub(super) mod state;
pub(super) mod step;

pub use self::action::{Action, Incarnation, Jm, JobName, Ordered};
pub use self::state::State;

use self::step::{Detail, Step};
use super::transcript::policy_code;
use super::{Configuration, ModelName, ProtocolModel, Transcript};
use crate::check::{Model, Participants, Property};

/// The model of the job manager's jobs.
#[derive(Clone, Debug)]
pub struct Jobs {
    configuration: Configuration,
}

impl Model for Jobs {
    type State = State;
    type Action = Action;

    fn initial_states(&self) -> Vec<State> {
        vec![State::new(self.configuration.policy)]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        offer::actions(&self.configuration, state, actions);
    }

    fn next(&self, state: &State, action: &Action) -> Option<State> {
        Step::take(Detail::Whole, &self.configuration, state, *action, &mut ())
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

impl ProtocolModel for Jobs {
    const NAME: ModelName = ModelName::Jobs;

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
        Step::take(
            Detail::Whole,
            &self.configuration,
            state,
            *action,
            transcript,
        )
    }

    fn prelude(&self) -> String {
        prelude_of(&self.configuration)
    }
}

/// The text of [`prelude`], for a test outside of this crate, and what there is at first.
pub(super) fn prelude_of(configuration: &Configuration) -> String {
    let items = include_str!("prelude.rs");
    let items: Vec<_> = items.lines().filter(|it| !it.starts_with("//!")).collect();
    let items = items
        .join("\n")
        .replace("crate::", "fsmcheck::")
        .replace("pub(super) ", "");
    let policy = policy_code(configuration.policy);
    format!(
        "{items}
use fsmcheck::framework::Rule;
use fsmcheck::wire::Timestamp;

const AGE: std::time::Duration = std::time::Duration::from_nanos(10_000_000_001);

let policy = {policy};
let mut rows = JobRows::new(policy);
let mut jm1 = manager(1, policy);
if !jm1.workers.state().is_ready() {{
    let _ = recover(&mut jm1, Vec::new());
}}
"
    )
}
