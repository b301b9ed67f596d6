//! A worker's side: its view of the master, with what must hold of it.

use super::log::Log;
use super::parcel::Answered;
use crate::framework::{
    ClientEffect, ClientError, ClientEvent, ClientStart, ClientState, MasterClient, Policy, Rule,
    Timeouts, WaitEnd,
};
use crate::machine::Guarded;
use crate::wire::{Epoch, HeartbeatPong, MonotonicTime};

/// One incarnation of a worker.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Worker {
    client: Guarded<MasterClient>,
    pub(super) epoch: Epoch,
    policy: Policy,
}

impl Worker {
    pub(super) fn new(id: &str, epoch: Epoch, now: MonotonicTime, policy: Policy) -> Self {
        let start = ClientStart {
            master: "master".into(),
            worker: id.into(),
            worker_epoch: epoch,
            submitted: now,
            started: now,
        };
        let client = MasterClient::new(&start, policy, Timeouts::default());
        Self {
            client: Guarded::new(client),
            epoch,
            policy,
        }
    }

    /// Hands an event to the client, and returns what it wants done.
    pub(super) fn apply(&mut self, event: &ClientEvent, log: &mut Log) -> Vec<ClientEffect> {
        let before = self.client.clone();
        let mut effects = Vec::new();
        let result = self.client.apply(event, &mut effects);
        log.add(&effects);
        if let Err(error) = &result {
            log.add(&error.to_string());
            assert!(self.client == before, "a refusal leaves no trace");
            assert!(effects.is_empty(), "a refusal has no effects");
            log.meet(self.expected(error));
        }
        let (then, now) = (before.storage(), self.client.storage());
        assert!(now.master_epoch() >= then.master_epoch());
        if self.policy.has(Rule::AckTimeMonotone) {
            assert!(now.acknowledged() >= then.acknowledged());
        }
        let (was, is) = (*before.state(), *self.client.state());
        assert!(is >= was, "a goodbye is not taken back");
        assert!(now.waiting_since().is_none() || is == ClientState::Closing);
        for effect in &effects {
            log.meet(match effect {
                ClientEffect::Send { ping, .. } if ping.is_finished => {
                    assert_eq!(is, ClientState::Closing);
                    "ping says finished"
                }
                ClientEffect::Send { .. } => {
                    assert_ne!(is, ClientState::Closing);
                    "ping"
                }
                ClientEffect::ReadMasterInfo { .. } => "master looked up",
                ClientEffect::MasterInfoUnread { .. } => "master not found",
                ClientEffect::MasterTimedOut => "master timed out",
                ClientEffect::WaitEnded { end } => match end {
                    WaitEnd::Acknowledged => "goodbye acknowledged",
                    WaitEnd::TimedOut => "goodbye timed out",
                    WaitEnd::Canceled => "goodbye canceled",
                },
            });
        }
        effects
    }

    /// Which refusals there may be.
    fn expected(&self, error: &ClientError) -> &'static str {
        match error {
            ClientError::FinishNotAnnounced(_) => {
                assert!(!self.policy.has(Rule::PongWorkerEpoch), "{error}");
                "finish not announced"
            }
            ClientError::AlreadyWaiting(_) => "already waiting",
            ClientError::NobodyWaits(_) => "nobody waits",
            ClientError::Refused(_) => panic!("{error}"),
        }
    }

    /// Hands a pong over. With the rules for it, none is taken in that answers a
    /// ping which the master has dropped, or a ping of another incarnation.
    pub(super) fn pong(
        &mut self,
        from: &str,
        pong: HeartbeatPong,
        worker_epoch: Option<Epoch>,
        answered: Answered,
        log: &mut Log,
    ) {
        let before = self.client.clone();
        let epoch = pong.epoch;
        let event = ClientEvent::Pong {
            from: from.into(),
            pong,
            worker_epoch,
        };
        self.apply(&event, log);
        if self.client == before {
            return;
        }
        assert!(epoch >= before.storage().master_epoch(), "outdated");
        assert_eq!(self.client.storage().master_epoch(), epoch);
        log.meet("pong taken in");
        if self.policy.has(Rule::PongAfterAcceptance) {
            assert!(answered.accepted, "acknowledged, but dropped");
        }
        if self.policy.has(Rule::PongWorkerEpoch) {
            assert_eq!(answered.worker_epoch, self.epoch);
        }
        if *self.client.state() == ClientState::Closed && *before.state() == ClientState::Closing {
            log.meet("closed");
            if self.policy.has(Rule::PongAfterAcceptance) {
                assert!(answered.finish_noted, "the master has not noted the end");
            }
        }
    }
}
