//! The times for which everybody waits, and who is first.
//!
//! A worker `w` of a job master `j`, which is a worker of the job manager `jm`; or an executor
//! `x` and the server. From the beginning on somebody is not heard of any more
//! ([`Scenario`]). Who is silent has to end before its work is given away: that is what the
//! [inequalities](crate::framework::Inequality) between the [times](crate::framework::Timeouts)
//! are for. Whether they are right is found out here by the framework's machines, which are
//! told the time: [`MasterClient`](crate::framework::MasterClient),
//! [`RunLoop`](crate::framework::RunLoop),
//! [`WorkerManager`](crate::framework::manager::WorkerManager),
//! [`Executor`](crate::framework::Executor),
//! [`RegisteredExecutor`](crate::framework::RegisteredExecutor).
//!
//! # Time
//!
//! The clock is exact to the nanosecond, and jumps. Whatever is to happen has an earliest and
//! a latest time ([`Plan`]), counted from what it follows; time jumps to the next of these
//! bounds, and at each of them what may happen happens, or not yet. This loses no order of
//! events: the times of a given order are the solutions of differences between them, all with
//! bounds that are whole numbers. If there is a solution, there is one at a corner, where each
//! time is a bound or equal to another one.
//!
//! Looks that find nothing are left out. A look that is repeated every so often finds a
//! time-out when it comes for the first time after it, which is less than one period later.
//!
//! # Bounds
//!
//! Each run comes to its end. A task starts at most as long after its dispatch as a worker
//! lives without its master ([`Timing::starting_within`]): one that starts later runs for a
//! heartbeat beside its successor, under any rules. A goodbye begins when the last ping is
//! accepted.
//!
//! It is silence that is looked at, so it does not matter which faults may happen.
//!
//! # What it leaves behind
//!
//! No record: who is silent stores and tells nothing. Of a loop that ends there are lines of
//! a log, which have the times of steps as those of all models, not those of this clock.

mod action;
mod scenario;
mod state;
mod step;
mod threshold;
mod transcript;

use std::time::Duration;

pub use self::action::Action;
pub use self::scenario::Scenario;
pub use self::state::{Event, Node, Party, Plan, State, Who};
pub use self::threshold::{Constant, Threshold, thresholds};

use super::{Configuration, ModelName, Promise, ProtocolModel, Transcript};
use crate::check::{Model, Participants, Property};
use crate::framework::Timeouts;

/// The times for which everybody waits, and who is first.
#[derive(Clone, Debug)]
pub struct Timing {
    configuration: Configuration,
    scenarios: Vec<Scenario>,
    call: Duration,
    latest_start: Duration,
}

impl Timing {
    /// The model with these beginnings only.
    #[must_use]
    pub fn of(configuration: Configuration, scenarios: &[Scenario]) -> Self {
        Self {
            configuration,
            scenarios: scenarios.to_vec(),
            call: Duration::ZERO,
            latest_start: configuration.timeouts.worker,
        }
    }

    /// With a heartbeat of an executor that is answered within this time; at once unless
    /// given.
    #[must_use]
    pub fn with_call(self, call: Duration) -> Self {
        Self { call, ..self }
    }

    /// With tasks that start within this time after their dispatch.
    #[must_use]
    pub fn starting_within(self, latest_start: Duration) -> Self {
        Self {
            latest_start,
            ..self
        }
    }
}

/// A duration in the unit of clocks, held at the end of their range.
fn nanos(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

impl Model for Timing {
    type State = State;
    type Action = Action;

    fn initial_states(&self) -> Vec<State> {
        vec![self.before()]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        self.offer(state, actions);
    }

    fn next(&self, state: &State, action: &Action) -> Option<State> {
        self.step(state, *action, &mut ())
    }

    fn properties(&self) -> Vec<Property<Self>> {
        [Promise::S2, Promise::S3, Promise::S16]
            .map(Promise::never_broken)
            .into()
    }

    fn action_name(&self, action: &Action) -> String {
        action.tells()
    }

    fn participants(&self, action: &Action) -> Option<Participants> {
        Some(action.participants())
    }
}

impl ProtocolModel for Timing {
    const NAME: ModelName = ModelName::Timing;

    /// With a grace that is long enough: under the original's 5 s a worker may still hold what
    /// it held when its work is given away, whatever the rules.
    fn usual() -> Configuration {
        Configuration {
            timeouts: Timeouts {
                grace: Duration::from_millis(6_051),
                ..Timeouts::default()
            },
            ..Configuration::default()
        }
    }

    fn new(configuration: Configuration) -> Self {
        Self::of(configuration, &Scenario::ALL)
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
        transcript::prelude(&self.configuration)
    }
}
