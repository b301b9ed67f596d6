//! Pings, pongs and statuses between a master and its workers, through every fault.
//!
//! The master is the job manager or a job master, `jm1` and after a crash `jm2`, each a
//! [`WorkerManager`]. It has up to three workers. It orders each from one of two
//! executors, `x` and `y`, and orders it again, in the next worker epoch, when it is lost.
//! An incarnation of a worker is a
//! [`MasterClient`](crate::framework::MasterClient) and the loop around it, a
//! [`StartUp`](crate::framework::StartUp) and a [`RunLoop`](crate::framework::RunLoop).
//! Executors launch tasks by their [`TaskRunner`].
//!
//! # What is stored, and what is under way
//!
//! The store has the master's epoch and a row for each worker id. Pings, pongs and statuses
//! are under way for each worker and executor. A pong that nobody listens
//! to stays where it is, and is handed to the next incarnation under that id on that
//! executor. Each master runs at the same place: what was sent to `jm1` reaches `jm2`.
//!
//! # Faults
//!
//! - [Crash](Fault::Crash): of `jm1`, and of executors. An executor that crashes is there
//!   again at once, with nothing running.
//! - [Loss](Fault::Loss): of any message, of the confirmation of an order, and of the body
//!   of a status, as by a faulty sender.
//! - [Duplication](Fault::Duplication): of any message.
//! - [Delay](Fault::Delay) and [Partition](Fault::Partition): a message is under way when
//!   an age ends. That is all that a partition does to others: what it holds up arrives
//!   when it has healed. Without both an age ends only when whoever can ping has pinged and
//!   all has arrived. An order that its master has not confirmed when it crashes can still
//!   be confirmed when messages can be late.
//!
//! # What is bounded, and why that is enough
//!
//! Two masters, for a third meets what the second does; two worker epochs, for each
//! outage is about an incarnation and its successor. What a worker's business logic
//! does is to fail, as long as the worker can be created again. A worker epoch that was refused by the
//! executor is given out again: nobody has heard of it. The first task goes to
//! `x`, since the executors are alike.
//!
//! For each worker two messages may be under way, or one if there are several workers, and
//! one of a kind on each executor beside them: a pong that is kept, or what waits for room.
//! That is one that belongs to each incarnation, or one too many. There is one ping, pong or
//! status for each worker and executor: a second one behind it tells nothing else, or can
//! be sent when the first one has arrived; and a pong that would be kept behind another one
//! is lost. Where no message is late, a worker pings twice in an age, and anew when it has
//! something else to say: for ever, and the age would never end.
//!
//! # Several workers
//!
//! Workers share their master and the executors, and nothing else: a master's answer to
//! one does not depend on its entries for others, but where all are waited for, where a
//! process crashes, and where a check finds several. So it is the first worker with which
//! everything goes wrong that may. The others are calm: they make a master's table one of
//! several, and see what happens to master and executors. A calm worker is online in the
//! step in which it is ordered; its messages arrive in the step in which they are sent. It
//! pings before each age ends, and where its master has not heard it or its end. It
//! does not fail, but ends when its master is silent or its executor crashes, and is not
//! created again. The calm workers are [alike](Model::canonical). Which worker is the first
//! makes no difference, since all are alike before.
//!
//! # The store
//!
//! [`Fault::Store`] does nothing here: a row that is not written is one that is written
//! later, or never as by a [crash](Fault::Crash). What a failed write between two others
//! does is what the model `terminal` is about.
//!
//! # Steps that are taken as one
//!
//! A ping is answered in the step in which it arrives, as one handler does both. A master
//! that knows its workers ticks as soon as there is something to tell of: what happens when
//! it does not is what the model `exit` is about. A master
//! that starts has loaded its rows in the same step; what comes in between is what the
//! models `recovery` and `terminal` are about. The business logic of the master cleans
//! what has gone offline, or was given up in the wait, where it is told of it; when it
//! orders the worker again is open. A job master takes its own epoch as it is launched.

mod action;
mod age;
mod calm;
mod master;
mod message;
mod offered;
mod promises;
mod sent;
mod state;
mod step;
mod symmetry;
mod transcript;
mod worker;

pub use self::action::{Delivery, HeartbeatAction, Message};
pub use self::message::{Ping, Pong, Status};
pub use self::state::HeartbeatState;

use self::state::{Manager, N_EXECUTORS, Names, Worker};
use self::step::Step;
use super::{Configuration, ModelName, ProtocolModel, Shared, Transcript};
use crate::check::{Model, Participants, Property};
use crate::framework::TaskRunner;
use crate::framework::manager::WorkerManager;

#[cfg(doc)]
use super::Fault;

/// Pings, pongs and statuses between a master and its workers.
#[derive(Clone, Debug)]
pub struct Heartbeat {
    configuration: Configuration,
    names: Names,
}

impl ProtocolModel for Heartbeat {
    const NAME: ModelName = ModelName::Heartbeat;

    fn new(configuration: Configuration) -> Self {
        let workers = configuration.workers.clamp(1, 3);
        let configuration = Configuration {
            workers,
            ..configuration
        };
        Self {
            configuration,
            names: Names::of(&configuration),
        }
    }

    fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    fn transcribe(
        &self,
        state: &HeartbeatState,
        action: &HeartbeatAction,
        transcript: &mut Transcript,
    ) -> Option<HeartbeatState> {
        Step::new(self, state, transcript).take(action)
    }

    fn prelude(&self) -> String {
        transcript::prelude(self)
    }
}

impl Model for Heartbeat {
    type State = HeartbeatState;
    type Action = HeartbeatAction;

    fn initial_states(&self) -> Vec<HeartbeatState> {
        let policy = self.configuration.policy;
        let mut master = WorkerManager::new(1, policy);
        if !master.state().is_ready() {
            let _ = master.recover(&mut Vec::new());
            let _ = master.rows_loaded(Vec::new(), super::clock::NOW, &mut Vec::new());
        }
        let worker = Shared::new(Worker::default());
        let executor = Shared::new(TaskRunner::new(policy));
        vec![HeartbeatState {
            master_epoch: 1,
            master: Some(Shared::new(Manager(master))),
            workers: vec![worker; usize::from(self.configuration.workers)].into(),
            executors: std::array::from_fn::<_, N_EXECUTORS, _>(|_| executor.clone()),
            trail: super::Trail::default(),
        }]
    }

    fn actions(&self, state: &HeartbeatState, actions: &mut Vec<HeartbeatAction>) {
        offered::actions(self, state, actions);
    }

    fn next(&self, state: &HeartbeatState, action: &HeartbeatAction) -> Option<HeartbeatState> {
        Step::new(self, state, &mut ()).take(action)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        promises::properties(self)
    }

    fn is_end(&self, _: &HeartbeatState) -> bool {
        true
    }

    fn canonical(&self, state: &HeartbeatState) -> Option<HeartbeatState> {
        symmetry::canonical(self.names, state)
    }

    fn action_name(&self, action: &HeartbeatAction) -> String {
        action.told(self.names)
    }

    fn participants(&self, action: &HeartbeatAction) -> Option<Participants> {
        action.participants(self.names)
    }
}
