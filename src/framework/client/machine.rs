//! The machine of a worker's view of its master.

use std::sync::Arc;
use std::time::Duration;

use statig::prelude::*;

use super::event::{ClientEffect, ClientError, ClientEvent, MasterInfo, ReadFor, WaitEnd};
use crate::framework::states::closed_states;
use crate::framework::timeouts::nanos;
use crate::framework::{Policy, Rule, Timeouts};
use crate::machine::{Guarded, Step};
use crate::wire::{Epoch, HeartbeatPing, HeartbeatPong, MonotonicTime, topic};

/// How far a worker's goodbye to its master has come.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(i8)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a new state changes what every user of the machine has to handle"
)]
pub enum ClientState {
    /// The worker works.
    Normal = 0,
    /// The worker has ended and says so with each ping.
    Closing = 1,
    /// The master has taken note.
    Closed = 2,
}

closed_states! {
    ClientState { Normal, Closing, Closed } of MasterClient named "master_client"
}

/// Who a worker is and when it began.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "what a worker is told when it is made"
)]
pub struct ClientStart {
    /// The id of its master.
    pub master: Arc<str>,
    /// Its own id.
    pub worker: Arc<str>,
    /// Its own incarnation.
    pub worker_epoch: Epoch,
    /// When its task was handed to the executor.
    pub submitted: MonotonicTime,
    /// When it began to run.
    pub started: MonotonicTime,
}

/// What never changes in a client.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
struct Settings {
    policy: Policy,
    timeouts: Timeouts,
    worker: Arc<str>,
    worker_epoch: Epoch,
    topic: Arc<str>,
}

/// The machine of a worker's view of its master: who and where the master is,
/// when it last answered, and whether it has taken note of the worker's end.
///
#[doc = include_str!("../master_client.md")]
///
/// # Examples
///
/// ```
/// use fsmcheck::Guarded;
/// use fsmcheck::framework::{
///     ClientEffect, ClientEvent, ClientStart, ClientState, MasterClient, Policy, Timeouts,
/// };
/// use fsmcheck::wire::{HeartbeatPong, MonotonicTime};
///
/// let start = ClientStart { worker: "w1".into(), ..ClientStart::default() };
/// let client = MasterClient::new(&start, Policy::original(), Timeouts::default());
/// let mut client = Guarded::new(client);
/// let mut effects = Vec::new();
///
/// // An end that was not announced cannot be acknowledged.
/// let acknowledged = ClientEvent::Pong {
///     from: "node-1".into(),
///     pong: HeartbeatPong { to_worker_id: "w1".into(), is_finished: true, ..Default::default() },
///     worker_epoch: None,
/// };
/// assert!(client.apply(&acknowledged, &mut effects).is_err());
/// assert!(effects.is_empty());
///
/// client.apply(&ClientEvent::WaitClosed { now: MonotonicTime(0) }, &mut effects)?;
/// client.apply(&ClientEvent::SendPing { now: MonotonicTime(0) }, &mut effects)?;
/// assert!(matches!(&effects[0], ClientEffect::Send { ping, .. } if ping.is_finished));
/// client.apply(&acknowledged, &mut effects)?;
/// assert_eq!(*client.state(), ClientState::Closed);
/// # Ok::<(), fsmcheck::framework::ClientError>(())
/// ```
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct MasterClient {
    // Each step is taken on a copy: sharing keeps it free of allocations.
    settings: Arc<Settings>,
    node: Arc<str>,
    epoch: Epoch,
    acknowledged: MonotonicTime,
    pub(super) waiting_since: Option<MonotonicTime>,
}

impl MasterClient {
    /// A client that does not know yet where its master is.
    #[must_use]
    pub fn new(start: &ClientStart, policy: Policy, timeouts: Timeouts) -> Self {
        let acknowledged = if policy.has(Rule::AckBaselineAtSubmit) {
            start.submitted
        } else {
            start.started
        };
        Self {
            settings: Arc::new(Settings {
                policy,
                timeouts,
                worker: Arc::clone(&start.worker),
                worker_epoch: start.worker_epoch,
                topic: topic::heartbeat_ping(&start.master).into(),
            }),
            acknowledged,
            ..Self::default()
        }
    }

    /// The node on which the master is thought to be; empty when that is not
    /// known.
    #[must_use]
    pub fn master_node(&self) -> &str {
        &self.node
    }

    /// The newest incarnation of the master that is known; 0 when none is.
    #[must_use]
    pub fn master_epoch(&self) -> Epoch {
        self.epoch
    }

    /// When the newest acknowledged ping was sent.
    #[must_use]
    pub fn acknowledged(&self) -> MonotonicTime {
        self.acknowledged
    }

    /// Since when the master's acknowledgement of the end is waited for, if it
    /// is.
    #[must_use]
    pub fn waiting_since(&self) -> Option<MonotonicTime> {
        self.waiting_since
    }

    fn has(&self, rule: Rule) -> bool {
        self.settings.policy.has(rule)
    }

    /// Whether a pong is meant for this incarnation and comes from a master that
    /// is not outdated.
    fn accepts(&self, pong: &HeartbeatPong, worker_epoch: Option<Epoch>) -> bool {
        // Who does not say which incarnation is meant is the original; only the
        // finish in Normal is then known to be for another one.
        let for_another = self.has(Rule::PongWorkerEpoch)
            && worker_epoch.is_some_and(|epoch| epoch != self.settings.worker_epoch);
        *pong.to_worker_id == *self.settings.worker && pong.epoch >= self.epoch && !for_another
    }

    /// Takes note of a pong, if it is accepted.
    fn take(&mut self, from: &Arc<str>, pong: &HeartbeatPong, worker_epoch: Option<Epoch>) {
        if !self.accepts(pong, worker_epoch) {
            return;
        }
        if pong.epoch > self.epoch {
            self.learn(from, pong.epoch);
        }
        self.acknowledged = if self.has(Rule::AckTimeMonotone) {
            self.acknowledged.max(pong.send_time)
        } else {
            pong.send_time
        };
    }

    fn learn(&mut self, node: &Arc<str>, epoch: Epoch) {
        self.node = Arc::clone(node);
        self.epoch = epoch;
    }

    fn ping(&self, now: MonotonicTime, is_finished: bool) -> ClientEffect {
        ClientEffect::Send {
            node: Arc::clone(&self.node),
            topic: Arc::clone(&self.settings.topic),
            ping: HeartbeatPing {
                send_time: now,
                from_worker_id: self.settings.worker.to_string(),
                epoch: self.epoch,
                worker_epoch: self.settings.worker_epoch,
                is_finished,
            },
        }
    }

    fn end_wait(&mut self, end: WaitEnd, effects: &mut Vec<ClientEffect>) {
        if self.waiting_since.take().is_some() {
            effects.push(ClientEffect::WaitEnded { end });
        }
    }
}

impl Guarded<MasterClient> {
    /// Moves every time that is noted back by so much, so that a clock need not run on:
    /// then `now` stays what it is, however long the client is used. What is so long ago
    /// that every time-out has passed is held there.
    pub fn set_back(&mut self, by: Duration, now: MonotonicTime) {
        let (mut client, state) = self.clone().into_parts();
        let timeouts = client.settings.timeouts;
        let moved = |time: MonotonicTime, held: Duration| {
            let held = now.0.saturating_sub(nanos(held));
            MonotonicTime(time.0.saturating_sub(nanos(by)).max(held))
        };
        client.acknowledged = moved(client.acknowledged, timeouts.worker);
        client.waiting_since = client
            .waiting_since
            .map(|since| moved(since, timeouts.wait_closed));
        *self = Self::at(client, state);
    }

    /// A client as this one of a worker with another id: for models whose workers can be
    /// interchanged.
    #[must_use]
    pub fn renamed(&self, worker: impl Into<Arc<str>>) -> Self {
        let (mut client, state) = self.clone().into_parts();
        Arc::make_mut(&mut client.settings).worker = worker.into();
        Self::at(client, state)
    }

    /// Handles an event, adding what is to be done to `effects`.
    ///
    /// # Errors
    ///
    /// When the event breaks an assertion: the client is then as before, and
    /// `effects` too.
    pub fn apply(
        &mut self,
        event: &ClientEvent,
        effects: &mut Vec<ClientEffect>,
    ) -> Result<Step<ClientState>, ClientError> {
        self.handle_with_context(event, effects)
            .map_err(|refused| ClientError::of(event, refused))
    }
}

#[state_machine(
    initial = "ClientState::Normal",
    state(name = "ClientState", custom),
    superstate(name = "ClientSuperstate", derive(Debug))
)]
impl MasterClient {
    #[state(superstate = "attached")]
    fn normal(
        &mut self,
        context: &mut Vec<ClientEffect>,
        event: &ClientEvent,
    ) -> Outcome<ClientState> {
        match event {
            ClientEvent::SendPing { now } => {
                context.push(self.ping(*now, false));
                Handled
            }
            ClientEvent::Pong {
                pong, worker_epoch, ..
            } if pong.is_finished && self.accepts(pong, *worker_epoch) => {
                // It answers a ping of a predecessor under the same id.
                if self.has(Rule::PongWorkerEpoch) {
                    Handled
                } else {
                    Super
                }
            }
            ClientEvent::Pong {
                from,
                pong,
                worker_epoch,
            } => {
                self.take(from, pong, *worker_epoch);
                Handled
            }
            ClientEvent::WaitClosed { now } => {
                self.waiting_since = Some(*now);
                Transition(ClientState::Closing)
            }
            _ => Super,
        }
    }

    #[state(superstate = "attached")]
    fn closing(
        &mut self,
        context: &mut Vec<ClientEffect>,
        event: &ClientEvent,
    ) -> Outcome<ClientState> {
        match event {
            ClientEvent::SendPing { now } => {
                context.push(self.ping(*now, true));
                Handled
            }
            ClientEvent::Pong {
                from,
                pong,
                worker_epoch,
            } if pong.is_finished && self.accepts(pong, *worker_epoch) => {
                self.take(from, pong, *worker_epoch);
                self.end_wait(WaitEnd::Acknowledged, context);
                Transition(ClientState::Closed)
            }
            ClientEvent::Pong {
                from,
                pong,
                worker_epoch,
            } => {
                self.take(from, pong, *worker_epoch);
                Handled
            }
            ClientEvent::WaitClosed { now } if self.waiting_since.is_none() => {
                self.waiting_since = Some(*now);
                Handled
            }
            ClientEvent::CancelWait if self.waiting_since.is_some() => {
                self.end_wait(WaitEnd::Canceled, context);
                Handled
            }
            ClientEvent::Timer { now } => {
                let limit = nanos(self.settings.timeouts.wait_closed);
                if self
                    .waiting_since
                    .is_some_and(|since| now.since(since) >= limit)
                {
                    self.end_wait(WaitEnd::TimedOut, context);
                }
                Handled
            }
            _ => Super,
        }
    }

    #[state(superstate = "attached")]
    fn closed(
        &mut self,
        context: &mut Vec<ClientEffect>,
        event: &ClientEvent,
    ) -> Outcome<ClientState> {
        match event {
            // The original goes on pinging until it is closed down, no longer as
            // one that has finished.
            ClientEvent::SendPing { now } => {
                context.push(self.ping(*now, false));
                Handled
            }
            ClientEvent::WaitClosed { .. } => {
                let end = WaitEnd::Acknowledged;
                context.push(ClientEffect::WaitEnded { end });
                Handled
            }
            ClientEvent::Pong {
                from,
                pong,
                worker_epoch,
            } => {
                self.take(from, pong, *worker_epoch);
                Handled
            }
            _ => Super,
        }
    }

    /// What a client does however far its goodbye has come.
    #[superstate]
    fn attached(
        &mut self,
        context: &mut Vec<ClientEffect>,
        event: &ClientEvent,
    ) -> Outcome<ClientState> {
        match event {
            ClientEvent::PingNotSent => {
                let purpose = ReadFor::Reload;
                context.push(ClientEffect::ReadMasterInfo { purpose });
                Handled
            }
            ClientEvent::CheckMaster { now } => {
                let silence = now.since(self.acknowledged);
                let timeouts = &self.settings.timeouts;
                if silence >= nanos(timeouts.worker) {
                    context.push(ClientEffect::MasterTimedOut);
                } else if silence > nanos(timeouts.reload_after()) {
                    let purpose = ReadFor::Reload;
                    context.push(ClientEffect::ReadMasterInfo { purpose });
                }
                Handled
            }
            ClientEvent::ReadMasterInfo => {
                let purpose = ReadFor::Caller;
                context.push(ClientEffect::ReadMasterInfo { purpose });
                Handled
            }
            ClientEvent::MasterInfoRead { info } => {
                // A master that is not stored reads as one of epoch 0 nowhere.
                let (node, epoch) = match info {
                    Some(MasterInfo { node, epoch }) => (Arc::clone(node), *epoch),
                    None => (Arc::default(), 0),
                };
                // Of a master whose epoch is known the store knows the node better
                // than its pongs do.
                if epoch >= self.epoch {
                    self.learn(&node, epoch);
                }
                Handled
            }
            ClientEvent::MasterInfoUnread { purpose, error } => {
                if *purpose == ReadFor::Caller {
                    let error = error.clone();
                    context.push(ClientEffect::MasterInfoUnread { error });
                }
                Handled
            }
            ClientEvent::Timer { .. } => Handled,
            ClientEvent::SendPing { .. }
            | ClientEvent::Pong { .. }
            | ClientEvent::WaitClosed { .. }
            | ClientEvent::CancelWait => Super,
        }
    }
}
