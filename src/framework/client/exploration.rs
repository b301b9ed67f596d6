//! How a worker's view of its master is explored.

use super::event::{ClientEvent, MasterInfo, ReadFor};
use super::machine::{ClientStart, ClientState, MasterClient};
use crate::framework::{Policy, Timeouts};
use crate::graph::Property;
use crate::graph::lint::Code;
use crate::machine::{Invariant, Machine};
use crate::wire::{Epoch, HeartbeatPong, MonotonicTime};

/// What the alphabet is made of: a worker in its second incarnation.
const WORKER_EPOCH: Epoch = 2;

const SECOND: i64 = 1_000_000_000;

fn sample_pong(epoch: Epoch, is_finished: bool, worker_epoch: Option<Epoch>) -> ClientEvent {
    ClientEvent::Pong {
        from: format!("node-{epoch}").into(),
        pong: HeartbeatPong {
            send_time: MonotonicTime(epoch * SECOND),
            to_worker_id: "worker".to_owned(),
            epoch,
            is_finished,
            ..HeartbeatPong::default()
        },
        worker_epoch,
    }
}

fn sample_info(epoch: Epoch) -> ClientEvent {
    let node = format!("node-{epoch}").into();
    ClientEvent::MasterInfoRead {
        info: Some(MasterInfo { node, epoch }),
    }
}

impl Machine for MasterClient {
    fn alphabet() -> Vec<ClientEvent> {
        let at = |seconds: i64| MonotonicTime(seconds * SECOND);
        vec![
            ClientEvent::SendPing { now: at(3) },
            ClientEvent::PingNotSent,
            sample_pong(1, false, None),
            sample_pong(2, false, None),
            sample_pong(1, true, None),
            sample_pong(2, true, None),
            sample_pong(2, true, Some(WORKER_EPOCH - 1)),
            sample_pong(2, true, Some(WORKER_EPOCH)),
            ClientEvent::CheckMaster { now: at(6) },
            ClientEvent::CheckMaster { now: at(10) },
            ClientEvent::CheckMaster { now: at(17) },
            ClientEvent::ReadMasterInfo,
            sample_info(1),
            sample_info(2),
            ClientEvent::MasterInfoRead { info: None },
            ClientEvent::MasterInfoUnread {
                purpose: ReadFor::Caller,
                error: String::new(),
            },
            ClientEvent::MasterInfoUnread {
                purpose: ReadFor::Reload,
                error: String::new(),
            },
            ClientEvent::WaitClosed { now: at(3) },
            ClientEvent::CancelWait,
            ClientEvent::Timer { now: at(10) },
            ClientEvent::Timer { now: at(18) },
        ]
    }

    fn name() -> String {
        Self::NAME.to_owned()
    }

    fn starts() -> Vec<(Self, ClientState)> {
        [Policy::original(), Policy::hardened()]
            .map(|policy| {
                let start = ClientStart {
                    master: "master".into(),
                    worker: "worker".into(),
                    worker_epoch: WORKER_EPOCH,
                    ..ClientStart::default()
                };
                let client = Self::new(&start, policy, Timeouts::default());
                (client, ClientState::Normal)
            })
            .into()
    }

    fn declared_states() -> &'static [&'static str] {
        ClientState::NAMES
    }

    fn terminal_states() -> &'static [&'static str] {
        &["Closed"]
    }

    fn allowances() -> &'static [(Code, &'static str)] {
        &[(
            Code::SuperstateCandidate,
            "what a ping says differs: only while closing that the worker has finished",
        )]
    }

    fn abstraction() -> Option<&'static str> {
        Some("two incarnations of the master, and the times of the alphabet")
    }

    fn invariants() -> Vec<Invariant<Self>> {
        vec![Invariant::new(
            "the acknowledgement is waited for only while closing",
            |client, state| client.waiting_since.is_none() || *state == ClientState::Closing,
        )]
    }

    fn properties() -> Vec<Property> {
        vec![Property::terminal_states_absorb(
            "closed-stays",
            "a client whose end the master has noted stays closed",
        )]
    }

    fn state_code(state: &ClientState) -> Option<i64> {
        Some(i64::from(state.code()))
    }

    fn event_name(event: &ClientEvent) -> Option<String> {
        let seconds = |now: &MonotonicTime| now.0 / SECOND;
        Some(match event {
            ClientEvent::SendPing { .. } => "send ping".to_owned(),
            ClientEvent::PingNotSent => "ping not sent".to_owned(),
            ClientEvent::Pong {
                pong, worker_epoch, ..
            } => {
                let what = if pong.is_finished {
                    "finish pong"
                } else {
                    "pong"
                };
                let of = match worker_epoch {
                    Some(epoch) => format!(" to epoch {epoch}"),
                    None => String::new(),
                };
                format!("{what} of master {}{of}", pong.epoch)
            }
            ClientEvent::CheckMaster { now } => format!("check at {} s", seconds(now)),
            ClientEvent::ReadMasterInfo => "read master info".to_owned(),
            ClientEvent::MasterInfoRead { info: Some(info) } => {
                format!("master {} read", info.epoch)
            }
            ClientEvent::MasterInfoRead { info: None } => "no master read".to_owned(),
            ClientEvent::MasterInfoUnread { purpose, .. } => match purpose {
                ReadFor::Caller => "master info unread".to_owned(),
                ReadFor::Reload => "reload failed".to_owned(),
            },
            ClientEvent::WaitClosed { .. } => "wait closed".to_owned(),
            ClientEvent::CancelWait => "cancel wait".to_owned(),
            ClientEvent::Timer { now } => format!("timer at {} s", seconds(now)),
        })
    }
}
