//! Heartbeats between a master and its workers as statig machines side by side: each worker
//! is the framework's own [`MasterClient`], and what the master keeps of it the framework's
//! [`WorkerEntry`], at a desk that answers pings.

use std::ops::RangeInclusive;

use fsmcheck::Guarded;
use fsmcheck::check::compose::{Channel, Compose, ComposeError, Composition, Formula};
use fsmcheck::framework::{
    ClientEffect, ClientEvent, ClientStart, ClientState, MasterClient, Policy, Rule, Timeouts,
};
use fsmcheck::wire::{Epoch, HeartbeatPing, HeartbeatPong, MonotonicTime};

use self::desk::{Desk, Event};

/// How many workers there may be.
pub(crate) const SIZES: RangeInclusive<usize> = 1..=3;

/// Everything happens at one moment: who is too slow is decided by events.
const NOW: MonotonicTime = MonotonicTime(0);

/// How often a worker comes back after a crash, under the same id.
const CRASHES: u32 = 1;

/// What a master keeps of one worker.
pub(crate) mod desk {
    use fsmcheck::Guarded;
    use fsmcheck::framework::{WorkerEntry, WorkerEntryEvent, WorkerEntryState};
    use fsmcheck::wire::Epoch;
    use statig::prelude::*;

    use super::Pong;

    #[derive(Clone, Debug, Eq, Hash, PartialEq)]
    pub(crate) struct Desk {
        /// The worker's incarnation.
        pub(crate) epoch: Epoch,
        pub(crate) entry: WorkerEntry,
        pub(crate) state: WorkerEntryState,
    }

    impl Default for Desk {
        fn default() -> Self {
            Self {
                epoch: 1,
                entry: WorkerEntry::new("w", "x", Some(0)),
                state: WorkerEntryState::Created,
            }
        }
    }

    #[derive(Clone, Copy, Debug)]
    pub(crate) enum Event {
        Ping {
            epoch: Epoch,
            is_finished: bool,
        },
        /// The worker was silent for too long, or has finished.
        Lose,
        /// The business logic is told of it.
        Tell,
        /// The worker is ordered again, under the same id.
        OrderAgain,
    }

    impl Desk {
        /// Hands an event to the entry; whether it took it.
        fn hand(&mut self, event: &WorkerEntryEvent) -> bool {
            let mut entry = Guarded::at(self.entry.clone(), self.state);
            let is_taken = entry.handle(event).is_ok();
            (self.entry, self.state) = entry.into_parts();
            is_taken
        }

        fn hear(&mut self, epoch: Epoch, is_finished: bool) -> Option<Pong> {
            if epoch != self.epoch {
                return None;
            }
            if is_finished {
                self.hand(&WorkerEntryEvent::SetFinished);
            }
            let expires_at = 0;
            if self.state == WorkerEntryState::Created {
                let executor = "x".into();
                self.hand(&WorkerEntryEvent::MarkAsOnline {
                    executor,
                    expires_at,
                });
            } else {
                self.hand(&WorkerEntryEvent::RefreshExpiry { expires_at });
            }
            Some(Pong { epoch, is_finished })
        }
    }

    #[state_machine(
        initial = "State::open()",
        state(derive(Clone, Debug, Eq, Hash, PartialEq)),
        superstate(derive(Debug))
    )]
    impl Desk {
        #[state]
        fn open(&mut self, context: &mut Vec<Pong>, event: &Event) -> Outcome<State> {
            let is_taken = match *event {
                Event::Ping { epoch, is_finished } => {
                    context.extend(self.hear(epoch, is_finished));
                    true
                }
                Event::Lose => self.hand(&WorkerEntryEvent::MarkAsOffline),
                Event::Tell => {
                    self.state == WorkerEntryState::Offline
                        && self.hand(&WorkerEntryEvent::MarkAsTombstone)
                }
                Event::OrderAgain if self.state.is_tombstone() && self.epoch == 1 => {
                    *self = Self {
                        epoch: 2,
                        ..Self::default()
                    };
                    true
                }
                Event::OrderAgain => false,
            };
            if is_taken { Handled } else { Super }
        }
    }

    impl fsmcheck::Machine for Desk {
        fn alphabet() -> Vec<Event> {
            vec![Event::Lose, Event::Tell, Event::OrderAgain]
        }
    }
}

/// An answer to a ping.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Pong {
    epoch: Epoch,
    is_finished: bool,
}

impl Pong {
    /// As it reaches the worker. With the rule it says which incarnation it answers.
    fn event(self, policy: Policy) -> ClientEvent {
        ClientEvent::Pong {
            from: "m".into(),
            pong: HeartbeatPong {
                to_worker_id: "w".to_owned(),
                is_finished: self.is_finished,
                ..HeartbeatPong::default()
            },
            worker_epoch: policy.has(Rule::PongWorkerEpoch).then_some(self.epoch),
        }
    }
}

fn client(epoch: Epoch, policy: Policy) -> MasterClient {
    let start = ClientStart {
        master: "m".into(),
        worker: "w".into(),
        worker_epoch: epoch,
        ..ClientStart::default()
    };
    MasterClient::new(&start, policy, Timeouts::default())
}

fn ping(ping: &HeartbeatPing) -> Event {
    Event::Ping {
        epoch: ping.worker_epoch,
        is_finished: ping.is_finished,
    }
}

/// One master and so many workers. Without the rule, a pong does not say which incarnation
/// it answers.
pub(crate) fn heartbeat(workers: usize, lacks_rule: bool) -> Result<Composition, ComposeError> {
    let policy = if lacks_rule {
        Policy::hardened().without(Rule::PongWorkerEpoch)
    } else {
        Policy::hardened()
    };
    let mut compose = Compose::new();
    let mut blocks = Vec::new();
    let (mut goodbyes, mut surprises, mut unnoted) = (Vec::new(), Vec::new(), Vec::new());
    for number in 1..=workers {
        let worker = compose.machine_with(format!("worker_{number}"), client(1, policy));
        let desk = compose.machine::<Desk>(format!("desk_{number}"));
        let channel = || Channel::in_order(2).lossy().duplicating().drops_refused();
        let pings = compose.link(format!("pings_{number}"), desk, channel());
        let pongs = compose.link(format!("pongs_{number}"), worker, channel());
        blocks.push(vec![worker.into(), desk.into(), pings.into(), pongs.into()]);

        compose.spontaneous(worker, ClientEvent::SendPing { now: NOW });
        compose.spontaneous(worker, ClientEvent::WaitClosed { now: NOW });
        compose.sends(worker, pings, |after| {
            let effects = after.context.iter();
            effects
                .filter_map(|effect| match effect {
                    ClientEffect::Send { ping: sent, .. } => Some(ping(sent)),
                    _ => None,
                })
                .collect()
        });
        compose.crashes(worker, CRASHES, move |_, _| {
            (client(2, policy), ClientState::Normal)
        });
        for event in [Event::Lose, Event::Tell, Event::OrderAgain] {
            compose.spontaneous(desk, event);
        }
        compose.sends(desk, pongs, move |after| {
            let said = after.context.iter();
            said.map(|pong| pong.event(policy)).collect()
        });

        goodbyes.push(worker.is(|_, state| *state == ClientState::Closed));
        let is_noted = desk.is(|desk, _| desk.entry.is_finished() || desk.epoch == 2);
        unnoted.push(worker.is(|_, state| *state == ClientState::Closed) & !is_noted);
        for epoch in [1, 2] {
            let finish = Pong {
                epoch,
                is_finished: true,
            }
            .event(policy);
            let is_it = finish.clone();
            let is_refused = worker.is(move |client, state| {
                let mut client = Guarded::at(client.clone(), *state);
                client.apply(&finish, &mut Vec::new()).is_err()
            });
            surprises.push(pongs.holds(move |event| *event == is_it) & is_refused);
        }
    }
    compose.interchangeable(blocks);
    compose.never("a finish comes as a surprise", Formula::any(surprises));
    compose.never("a goodbye is taken and not noted", Formula::any(unnoted));
    compose.sometimes("all have said goodbye", Formula::all(goodbyes));
    compose.close()
}
