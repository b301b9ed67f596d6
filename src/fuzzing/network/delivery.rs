//! Messages arrive.

use super::WORKERS;
use super::log::Log;
use super::master::Master;
use super::names::{dropped, name};
use super::parcel::{Message, Parcel};
use super::world::World;
use crate::framework::Policy;
use crate::framework::manager::{ManagerError, Receipt, WorkerManager};

impl World {
    /// A message arrives: with an odd number at the master that is no longer one.
    pub(super) fn deliver(&mut self, how: u8) {
        let Some(place) = self.pick(how) else {
            return;
        };
        let Parcel { message, forged } = self.network.remove(place);
        match message {
            Message::Pong {
                from,
                pong,
                worker_epoch,
                answered,
            } => {
                let worker = WORKERS.iter().position(|id| *id == pong.to_worker_id);
                if let Some(Some(worker)) = worker.and_then(|place| self.workers.get_mut(place)) {
                    worker.pong(&from, pong, worker_epoch, answered, &mut self.log);
                }
            }
            Message::Ping(ping) => {
                let (worker, now) = (known(&ping.from_worker_id), self.time());
                let mut pong = None;
                self.at_master(how, forged, worker, |master, log| {
                    let (result, answer) = master.ping(worker, &ping, now, log);
                    pong = answer;
                    result.map(|_| ())
                });
                if let Some(pong) = pong {
                    self.send(pong);
                }
            }
            Message::Status(message) => {
                let worker = known(&message.worker);
                self.at_master(how, forged, worker, |master, log| {
                    master.status(worker, &message, 1, log)
                });
            }
        }
    }

    /// A message arrives where a master is, or was. With every rule in force, no
    /// message that nobody has forged makes the newest master fail an assertion.
    fn at_master(
        &mut self,
        how: u8,
        forged: bool,
        worker: &str,
        act: impl FnOnce(&mut Master, &mut Log) -> Result<(), ManagerError>,
    ) {
        let mut result = Ok(());
        if self.masters.is_empty() {
            match WorkerManager::message_before_start(self.policy, worker) {
                Ok(Receipt::Dropped(why)) => self.log.meet(dropped(why)),
                Ok(receipt) => panic!("{receipt:?} where nobody is"),
                Err(error) => result = Err(error),
            }
            if let Err(error) = &result {
                self.log.meet(name(error));
            }
        } else {
            self.with_master(how, |master, log| result = act(master, log));
        }
        let is_newest = self.masters.len() < 2 || how & 1 == 0;
        if let Err(error) = result
            && self.policy == Policy::hardened()
            && is_newest
            && !forged
        {
            assert_eq!(error.assertion(), None, "{error}");
        }
    }

    /// All pings that are under way arrive at once.
    pub(super) fn deliver_pings(&mut self, how: u8) {
        let is_ping = |parcel: &Parcel| matches!(parcel.message, Message::Ping(_));
        let (pings, rest) = self.network.drain(..).partition(is_ping);
        self.network = rest;
        let pings: Vec<_> = <Vec<Parcel> as IntoIterator>::into_iter(pings)
            .filter_map(|parcel| match parcel.message {
                Message::Ping(ping) => Some((known(&ping.from_worker_id), ping)),
                _ => None,
            })
            .collect();
        let now = self.time();
        let mut pongs = Vec::new();
        self.with_master(how, |master, log| pongs = master.pings(&pings, now, log));
        for pong in pongs {
            self.send(pong);
        }
    }
}

/// The id as the one of the list.
fn known(worker: &str) -> &'static str {
    let known = WORKERS.iter().find(|id| **id == worker);
    known.expect("only they send messages")
}
