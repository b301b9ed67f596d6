//! The election of a leader, and its service.
//!
//! Two servers stand for election. Who holds the lease runs a service, that is the managers
//! of the executors and of the jobs, and offers their interfaces one by one. The service may
//! fail, the lease be lost, a server crash. Each server holds the framework's
//! [`Leader`](crate::framework::Leader).
//!
//! # Time
//!
//! There is no clock. A leader that cannot renew its lease gives up before the lease has
//! run out, since its deadline is that much shorter
//! ([`LeaderTimes::check`](crate::framework::LeaderTimes::check)); so a lease runs out only
//! when its holder has crashed or has given up. How long a canceled service takes to end
//! is not bounded, and it is awaited: the lease may run out before, and another server be
//! elected. So two services may exist at once, one of them canceled, but never do both
//! servers offer an interface.
//!
//! # Bounds
//!
//! None but the number of servers: a third one would do what the second does. Faults may
//! happen again and again.
//!
//! # What is assumed of runs
//!
//! Whatever goes on all the time happens in the end: a canceled service ends, a lease that
//! is not renewed runs out, a server that crashed starts again. What could happen again and
//! again happens in the end: each server that may be elected is, and its managers start;
//! that is, faults do not prevent it for ever.
//!
//! # What it leaves behind
//!
//! No record and no line of a log that tells of a worker or of a master: a lease is none.
//! What a job manager stores is in the model [`jobs`](super::jobs).

mod action;
mod state;
mod step;

pub use self::action::{Action, Failure};
pub use self::state::{Process, Server, Service, State};

use super::transcript::policy_code;
use super::{Configuration, ModelName, Promise, ProtocolModel, Transcript};
use crate::check::{Fairness, Model, Participants, Property};

/// The election of a leader, and its service.
#[derive(Clone, Debug)]
pub struct LeaderModel {
    configuration: Configuration,
}

impl Model for LeaderModel {
    type State = State;
    type Action = Action;

    fn initial_states(&self) -> Vec<State> {
        let server = || Some(Process::new(&self.configuration));
        vec![State {
            servers: [server(), server()],
            lease: None,
            trail: super::Trail::default(),
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        self.offer(state, actions);
    }

    fn next(&self, state: &State, action: &Action) -> Option<State> {
        self.step(state, *action, &mut ())
    }

    /// The servers are alike, so what is promised of the first holds of the second.
    fn properties(&self) -> Vec<Property<Self>> {
        let first = |_: &Self, state: &State| state.service(Server::A).has_failed();
        let second = |_: &Self, state: &State| {
            !state.service(Server::A).has_failed()
                && Server::ALL.iter().any(|server| state.serves(*server))
        };
        vec![Promise::L7.leads_to(first, second)]
    }

    fn fairness(&self) -> Fairness<Self> {
        let mut fairness = Fairness::progress();
        for server in Server::ALL {
            let of = move |action: &Action| action.server() == server;
            fairness = fairness
                .weak("service ends", move |_, _, action| {
                    of(action) && matches!(action, Action::EndService(_))
                })
                .weak("lease runs out", move |_, _, action| {
                    of(action) && matches!(action, Action::ExpireLease(_))
                })
                .weak("server starts again", move |_, _, action| {
                    of(action) && matches!(action, Action::Restart(_))
                })
                .strong("server is elected", move |_, _, action| {
                    of(action) && matches!(action, Action::Elect(_))
                })
                .strong("executor manager starts", move |_, _, action| {
                    of(action) && matches!(action, Action::MakeExecutorManager(_))
                })
                .strong("job manager starts", move |_, _, action| {
                    of(action) && matches!(action, Action::StartJobManager(_))
                });
        }
        fairness
    }

    fn action_name(&self, action: &Action) -> String {
        action.tells()
    }

    fn participants(&self, action: &Action) -> Option<Participants> {
        Some(action.participants())
    }
}

impl ProtocolModel for LeaderModel {
    const NAME: ModelName = ModelName::Leader;

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
        format!(
            "use fsmcheck::Guarded;
use fsmcheck::framework::*;
use fsmcheck::wire::MonotonicTime;

fn server() -> Guarded<Leader> {{
    let policy = {};
    Guarded::new(Leader::new(policy, LeaderTimes::default()))
}}

/// Where the leader then stands, and what it wants.
fn tell(leader: &mut Guarded<Leader>, event: LeaderEvent) -> (LeaderState, Vec<LeaderEffect>) {{
    let mut effects = Vec::new();
    leader.handle_with_context(&event, &mut effects).unwrap();
    (*leader.state(), effects)
}}

let [mut a, mut b] = [server(), server()];
",
            policy_code(self.configuration.policy)
        )
    }
}
