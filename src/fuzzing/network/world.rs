//! A master, its workers, the network between them and the store.

use std::collections::{BTreeMap, BTreeSet};

use super::WORKERS;
use super::input::{Kind, Operation};
use super::log::Log;
use super::master::Master;
use super::parcel::{Message, Parcel};
use super::worker::Worker;
use crate::framework::manager::{Effect, TickInput, Ticked, WorkerManager};
use crate::framework::{ClientEffect, ClientEvent, MasterInfo, Policy, ReadFor, Rule};
use crate::wire::{Epoch, MonotonicTime, WorkerStateCode, WorkerStatus, WorkerStatusMessage};

const SECOND: i64 = 1_000_000_000;

/// How many messages can be under way; the oldest is lost when there are more.
const CAPACITY: usize = 32;

/// A master, its workers, the network between them and the store.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct World {
    pub(super) policy: Policy,
    now: i64,
    /// The last epoch that was handed out, to masters and workers alike.
    epoch: Epoch,
    /// The newest master, behind one that it has taken the place of, which does
    /// not know that yet.
    pub(super) masters: Vec<Master>,
    pub(super) workers: Vec<Option<Worker>>,
    pub(super) network: Vec<Parcel>,
    store: BTreeMap<&'static str, WorkerStatus>,
    pub(super) log: Log,
}

impl World {
    /// Up to three workers, and a master that is fresh or has failed over.
    pub(super) fn new(policy: Policy, shape: u8) -> Self {
        let mut world = Self {
            policy,
            now: 0,
            epoch: 1,
            masters: Vec::new(),
            workers: vec![None; 1 + usize::from(shape & 3).min(WORKERS.len() - 1)],
            network: Vec::new(),
            store: BTreeMap::new(),
            log: Log::default(),
        };
        let epoch = world.next_epoch();
        let manager = if shape & 4 == 0 {
            WorkerManager::new(epoch, policy)
        } else {
            WorkerManager::after_failover(epoch, policy)
        };
        world.masters.push(Master::new(manager, policy));
        world
    }

    pub(super) fn met(self) -> BTreeSet<&'static str> {
        self.log.met
    }

    pub(super) fn run(&mut self, Operation { kind, how }: Operation) {
        let n_workers = self.workers.len();
        let place = usize::from(how) % n_workers;
        let way = how / n_workers as u8;
        match kind {
            Kind::Advance => self.advance(how),
            Kind::Start => self.start(place, way),
            Kind::Crash => self.workers[place] = None,
            Kind::SendPing => {
                let now = self.time();
                self.tell(place, &ClientEvent::SendPing { now });
            }
            Kind::Deliver => self.deliver(how),
            Kind::Duplicate => {
                if let Some(parcel) = self.pick(how).map(|place| self.network[place].clone()) {
                    self.send(parcel);
                }
            }
            Kind::Lose => {
                if let Some(place) = self.pick(how) {
                    self.network.remove(place);
                }
            }
            Kind::Forge => {
                if let Some(place) = self.pick(how) {
                    let parcel = self.network.remove(place);
                    self.network.insert(place, parcel.forged(how & 1 == 0));
                }
            }
            Kind::DeliverPings => self.deliver_pings(how),
            Kind::Report => self.report(place, way),
            Kind::WaitClosed => {
                let now = self.time();
                self.tell(place, &ClientEvent::WaitClosed { now });
            }
            Kind::CancelWait => self.tell(place, &ClientEvent::CancelWait),
            Kind::CheckMaster => {
                let now = self.time();
                self.tell(place, &ClientEvent::CheckMaster { now });
            }
            Kind::LookUpMaster => self.look_up_master(place, way),
            Kind::Check => {
                let now = self.time();
                self.with_master(how, |master, log| master.check(now, log));
            }
            Kind::Tick => self.tick(how),
            Kind::TickStep => self.tick_step(how),
            Kind::Clean => self.clean(place, way),
            Kind::Abort => {
                self.with_master(way, |master, log| master.abort(WORKERS[place], log));
            }
            Kind::CrashMaster => self.masters.clear(),
            Kind::FailOver => self.fail_over(),
            Kind::Recover => self.with_master(how, Master::recover),
            Kind::Load => self.load(how),
            Kind::Flood => self.flood(place, way),
        }
    }

    pub(super) fn time(&self) -> MonotonicTime {
        MonotonicTime(self.now)
    }

    fn next_epoch(&mut self) -> Epoch {
        self.epoch += 1;
        self.epoch
    }

    /// Mostly the newest master; with an odd number the one before it, if there
    /// is one.
    pub(super) fn with_master(&mut self, which: u8, act: impl FnOnce(&mut Master, &mut Log)) {
        let before = self.masters.len() > 1 && which & 1 == 1;
        let master = if before {
            self.masters.first_mut()
        } else {
            self.masters.last_mut()
        };
        if let Some(master) = master {
            act(master, &mut self.log);
        }
    }

    pub(super) fn pick(&self, how: u8) -> Option<usize> {
        usize::from(how / 2).checked_rem(self.network.len())
    }

    pub(super) fn send(&mut self, parcel: impl Into<Parcel>) {
        if self.network.len() == CAPACITY {
            self.network.remove(0);
        }
        self.network.push(parcel.into());
    }

    /// Lets time pass: mostly some seconds, sometimes an age.
    fn advance(&mut self, how: u8) {
        let nanos = match how {
            255 => i64::MAX / 2,
            254 => i64::MIN / 2,
            253 => -SECOND,
            _ => i64::from(how / 4) * SECOND + i64::from(how % 4),
        };
        self.now = self.now.wrapping_add(nanos);
        let now = self.time();
        for master in &mut self.masters {
            master.wake(now, &mut self.log);
        }
        for place in 0..self.workers.len() {
            // A timer for a goodbye means nothing before it, and does nothing.
            self.tell(place, &ClientEvent::Timer { now });
        }
    }

    /// The newest master starts a worker, whose task may get lost. It may only do
    /// so when it knows its workers.
    fn start(&mut self, place: usize, way: u8) {
        let Some(master) = self.masters.last_mut() else {
            return;
        };
        if !master.manager.state().is_ready() {
            return;
        }
        self.epoch += 1;
        let (worker, epoch, now) = (WORKERS[place], self.epoch, MonotonicTime(self.now));
        if master.start(worker, epoch, now, &mut self.log).is_err() {
            return;
        }
        self.log.meet("worker started");
        if self.policy.has(Rule::RowBeforeConfirm) {
            self.store.insert(worker, row(worker, 2, epoch));
        }
        if way & 1 == 1 {
            return;
        }
        let began = self.workers[place].replace(Worker::new(worker, epoch, now, self.policy));
        if began.is_some() {
            self.log.meet("worker started in the place of another one");
        }
        if way & 2 == 0 {
            self.look_up_master(place, 0);
        }
    }

    /// Hands an event to a worker, if there is one, and does what it wants done.
    fn tell(&mut self, place: usize, event: &ClientEvent) {
        let Some(worker) = &mut self.workers[place] else {
            return;
        };
        for effect in worker.apply(event, &mut self.log) {
            match effect {
                // Where the master is has to be known first.
                ClientEffect::Send { node, .. } if node.is_empty() => {
                    self.tell(place, &ClientEvent::PingNotSent);
                }
                ClientEffect::Send { ping, .. } => self.send(Message::Ping(ping)),
                ClientEffect::MasterTimedOut => self.workers[place] = None,
                _ => {}
            }
        }
    }

    /// A worker learns where one of the masters is, or does not.
    fn look_up_master(&mut self, place: usize, way: u8) {
        let master = match way % 8 {
            1 => self.masters.first(),
            _ => self.masters.last(),
        };
        let info = master.map(|master| MasterInfo {
            node: master.node().into(),
            epoch: master.manager.epoch(),
        });
        let unread = |purpose| ClientEvent::MasterInfoUnread {
            purpose,
            error: "away".to_owned(),
        };
        let event = match way % 8 {
            2 => ClientEvent::MasterInfoRead { info: None },
            3 => unread(ReadFor::Caller),
            4 => unread(ReadFor::Reload),
            5 => ClientEvent::ReadMasterInfo,
            _ => ClientEvent::MasterInfoRead { info },
        };
        self.tell(place, &event);
    }

    /// A worker reports a state, to the store, to its master or to both.
    fn report(&mut self, place: usize, way: u8) {
        let Some(worker) = &self.workers[place] else {
            return;
        };
        let (id, epoch) = (WORKERS[place], worker.epoch);
        let status = row(id, (way % 7).cast_signed(), epoch);
        let how = way / 7;
        if how & 1 == 0 {
            self.store.insert(id, status.clone());
        }
        if how & 2 == 0 {
            let known = self.masters.last();
            self.send(Message::Status(WorkerStatusMessage {
                worker: id.to_owned(),
                master_epoch: known.map_or(0, |master| master.manager.epoch()),
                status: (how & 4 == 0).then_some(status),
            }));
        }
    }

    /// A tick up to its end. Each bit of the number decides about a callback, the
    /// last one about all that follow: whether it succeeds.
    fn tick(&mut self, how: u8) {
        let (store, mut fails) = (self.store.clone(), how >> 1);
        self.with_master(how, |master, log| {
            let mut input = TickInput::Start;
            while let Ok((ticked, effect)) = master.tick(input, log) {
                input = match ticked {
                    Ticked::Done => return,
                    Ticked::Callback if fails & 1 == 1 => TickInput::CallbackFailed("no"),
                    Ticked::Callback => TickInput::CallbackDone,
                    Ticked::Row if fails & 3 == 2 => TickInput::Row(Err("away")),
                    Ticked::Row => match effect {
                        Some(Effect::ReadRow { worker }) => {
                            TickInput::Row(Ok(store.get(&*worker).cloned()))
                        }
                        other => panic!("a record is asked for by {other:?}"),
                    },
                };
                fails >>= 1;
            }
        });
    }

    /// A tick is told something, asked for or not.
    fn tick_step(&mut self, how: u8) {
        let row = self.store.values().nth(usize::from(how >> 4));
        let row = row.cloned();
        self.with_master(how, |master, log| {
            let input = match how / 2 % 7 {
                0 => TickInput::Start,
                1 => TickInput::Canceled,
                2 => TickInput::CallbackDone,
                3 => TickInput::CallbackFailed("no"),
                4 => TickInput::Row(Ok(row)),
                5 => TickInput::Row(Ok(None)),
                _ => TickInput::Row(Err("away")),
            };
            let _ = master.tick(input, log);
        });
    }

    /// The newest master cleans a worker; the store may fail, or the master before
    /// it hears of its success.
    fn clean(&mut self, place: usize, way: u8) {
        let worker = WORKERS[place];
        let Some(master) = self.masters.last_mut() else {
            return;
        };
        let log = &mut self.log;
        match way % 8 {
            1 => master.cleaned(worker, Err("away"), log),
            2 => master.cleaned(worker, Ok(()), log),
            how => {
                if master.clean(worker, log) {
                    self.store.remove(worker);
                    if how != 3 {
                        master.cleaned(worker, Ok(()), log);
                    }
                }
            }
        }
    }

    fn fail_over(&mut self) {
        let epoch = self.next_epoch();
        if self.masters.len() > 1 {
            self.masters.remove(0);
        }
        if !self.masters.is_empty() {
            self.log.meet("two masters");
        }
        let manager = WorkerManager::after_failover(epoch, self.policy);
        self.masters.push(Master::new(manager, self.policy));
        self.log.meet("failed over");
    }

    fn load(&mut self, how: u8) {
        let (rows, now) = (self.store.values().cloned().collect(), self.time());
        self.with_master(how, |master, log| match how / 2 % 8 {
            1 => master.load_failed(log),
            2 => master.cancel_recovery(log),
            _ => master.load(rows, now, log),
        });
    }

    /// A status comes hundreds of times.
    fn flood(&mut self, place: usize, way: u8) {
        let (worker, epoch) = (WORKERS[place], self.workers[place].as_ref());
        let epoch = epoch.map_or(0, |worker| worker.epoch);
        self.with_master(way, |master, log| {
            let message = WorkerStatusMessage {
                worker: worker.to_owned(),
                master_epoch: master.manager.epoch(),
                status: Some(row(worker, 1, epoch)),
            };
            let _ = master.status(worker, &message, 16 * (1 + usize::from(way)), log);
        });
    }
}

fn row(worker: &str, state: i8, epoch: Epoch) -> WorkerStatus {
    WorkerStatus {
        job_id: "master".to_owned(),
        id: worker.to_owned(),
        state: WorkerStateCode(state),
        epoch,
        ..WorkerStatus::default()
    }
}
