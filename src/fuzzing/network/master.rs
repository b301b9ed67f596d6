//! A master's side: its table of workers, with what must hold of it.

use super::log::Log;
use super::names::{dropped, name};
use super::parcel::{Answered, Message};
use super::queue::{Queue, What};
use crate::framework::manager::{
    Effect, ManagerError, OfflineReason, Receipt, TickInput, Ticked, WorkerManager,
};
use crate::framework::{Policy, Rule, WorkerEntryState};
use crate::wire::{
    Epoch, HeartbeatPing, MonotonicTime, Timestamp, WorkerStateCode, WorkerStatusMessage,
};

/// How long a silent worker is kept.
const EXPIRY: i64 = 20_000_000_000;

/// How many events may wait.
const CAPACITY: usize = 1024;

/// One incarnation of a master.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Master {
    pub(super) manager: WorkerManager,
    policy: Policy,
    pub(super) queue: Queue,
    recovery_has_ended: bool,
}

impl Master {
    pub(super) fn new(manager: WorkerManager, policy: Policy) -> Self {
        Self {
            manager,
            policy,
            queue: Queue::default(),
            recovery_has_ended: false,
        }
    }

    pub(super) fn node(&self) -> String {
        format!("node of {}", self.manager.epoch())
    }

    /// Lets something happen, and looks at what must hold whatever it is.
    pub(super) fn call<'m, T>(
        &mut self,
        log: &mut Log,
        act: impl FnOnce(&mut WorkerManager, &mut Vec<Effect<'m>>) -> Result<T, ManagerError>,
    ) -> (Result<T, ManagerError>, Vec<Effect<'m>>) {
        let before = self.manager.clone();
        let mut effects = Vec::new();
        let result = act(&mut self.manager, &mut effects);
        log.add(&effects);
        if let Err(error) = &result {
            log.add(error);
            log.meet(name(error));
            if error.assertion().is_some() || matches!(error, ManagerError::OutOfTurn { .. }) {
                assert!(self.manager == before, "{error} has left a trace");
                let only_pongs = effects.iter().all(|e| matches!(e, Effect::Pong(_)));
                assert!(only_pongs, "{error} has had effects");
            }
        }
        self.hold(&before, &effects, log);
        (result, effects)
    }

    fn hold(&mut self, before: &WorkerManager, effects: &[Effect<'_>], log: &mut Log) {
        for effect in effects {
            match effect {
                Effect::RecoveryEnded { error } => {
                    assert!(!self.recovery_has_ended, "recovery ends twice");
                    self.recovery_has_ended = true;
                    assert_eq!(error.is_none(), self.manager.state().is_ready());
                    log.meet(match error {
                        None => "recovered",
                        Some(_) => "recovery failed",
                    });
                }
                Effect::Failed { error } => {
                    assert!(before.failure().is_none(), "it fails twice");
                    assert_eq!(self.manager.failure(), Some(error));
                    log.meet("master failed");
                }
                _ => {}
            }
        }
        if before.failure().is_some() {
            assert_eq!(before.failure(), self.manager.failure());
        }
        assert!(self.manager.pending_events() <= CAPACITY);
        assert!(!before.state().is_ready() || self.manager.state().is_ready());

        for handle in before.workers() {
            let (Some((then, was)), Some((now, is))) = (
                before.entry(handle.worker()),
                self.manager.entry(handle.worker()),
            ) else {
                continue;
            };
            assert!(now.is_finished() || !then.is_finished());
            match was {
                WorkerEntryState::Tombstone => assert_eq!(is, was),
                WorkerEntryState::Offline => assert!(is == was || is.is_tombstone()),
                _ => assert!(is == was || was.may_become(is)),
            }
            let epoch_is_kept = self.policy.has(Rule::StatusEpochChecked)
                && self.policy.has(Rule::StatusBodyRequired);
            if epoch_is_kept {
                assert_eq!(
                    now.epoch(),
                    then.epoch(),
                    "an entry changes its incarnation"
                );
            }
        }
        for worker in super::WORKERS {
            let Some((_, state)) = self.manager.entry(worker) else {
                continue;
            };
            if state.is_tombstone() {
                log.meet("tombstone");
                self.queue.is_tombstone(worker);
            }
            let is_waited_for = state == WorkerEntryState::Wait;
            assert!(!(is_waited_for && self.manager.state().is_ready()));
        }
    }

    /// Notes that callbacks are owed since there were fewer events.
    fn owes(&mut self, worker: &'static str, what: &What) -> usize {
        let more = self.manager.pending_events() - self.queue.len();
        for _ in 0..more {
            self.queue.owe(worker, what.clone());
        }
        more
    }

    /// Hands a ping over and returns the pong, if there is one.
    pub(super) fn ping(
        &mut self,
        worker: &'static str,
        ping: &HeartbeatPing,
        now: MonotonicTime,
        log: &mut Log,
    ) -> (Result<Receipt, ManagerError>, Option<Message>) {
        let before = self.manager.clone();
        let node = format!("node of {worker}");
        let (result, effects) = self.call(log, |manager, effects| {
            manager.heartbeat(ping, &node, now, effects)
        });
        let pongs: Vec<_> = effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::Pong(pong) => Some(pong),
                _ => None,
            })
            .collect();
        let accepted = matches!(result, Ok(Receipt::Accepted));
        let late = self.policy.has(Rule::PongAfterAcceptance);
        assert_eq!(pongs.len(), usize::from(accepted || !late));

        let entry = self.manager.entry(worker);
        let known = before.entry(worker);
        if let Ok(receipt) = &result {
            log.meet(match receipt {
                Receipt::Accepted => "ping accepted",
                Receipt::Kept => panic!("a ping is never kept"),
                Receipt::Dropped(why) => dropped(*why),
            });
            let epoch = known.and_then(|(entry, _)| entry.epoch());
            let fits = ping.epoch == before.epoch()
                && known.is_some()
                && before.state().name() != "LoadingMeta"
                && (epoch == Some(ping.worker_epoch)
                    || !self.policy.has(Rule::PingWorkerEpochChecked));
            assert_eq!(accepted, fits, "{receipt:?}");
        }
        if accepted {
            let (entry, state) = entry.expect("it was accepted from somebody known");
            assert_eq!(entry.expires_at(), Some(now.0.saturating_add(EXPIRY)));
            assert!(entry.is_finished() || !ping.is_finished);
            assert!(!matches!(
                state,
                WorkerEntryState::Wait | WorkerEntryState::Created
            ));
        } else {
            assert!(
                self.manager == before,
                "a ping that was dropped leaves a trace"
            );
        }
        let finish_noted = entry.is_some_and(|(entry, _)| entry.is_finished());
        let first = known.is_some_and(|(_, state)| state == WorkerEntryState::Created);
        let owed = self.owes(worker, &What::Online);
        let told = before.state().is_ready() && first && accepted;
        assert!(owed == usize::from(told) || self.manager.failure().is_some());

        let pong = pongs.first().map(|pong| {
            assert_eq!(pong.epoch, self.manager.epoch());
            assert_eq!((pong.node, pong.worker), (&*node, worker));
            assert_eq!(pong.send_time, ping.send_time);
            assert_eq!(pong.is_finished, ping.is_finished);
            let answers = self.policy.has(Rule::PongWorkerEpoch);
            assert_eq!(pong.worker_epoch, answers.then_some(ping.worker_epoch));
            Message::Pong {
                from: self.node(),
                pong: pong.message(Timestamp::default()),
                worker_epoch: pong.worker_epoch,
                answered: Answered {
                    worker_epoch: ping.worker_epoch,
                    accepted,
                    finish_noted,
                },
            }
        });
        (result, pong)
    }

    /// Hands pings over at once: as one after the other.
    pub(super) fn pings(
        &mut self,
        pings: &[(&'static str, HeartbeatPing)],
        now: MonotonicTime,
        log: &mut Log,
    ) -> Vec<Message> {
        let mut together = self.manager.clone();
        let with_nodes: Vec<_> = pings
            .iter()
            .map(|(worker, ping)| (ping, format!("node of {worker}")))
            .collect();
        let with_nodes = with_nodes.iter().map(|(ping, node)| (*ping, node.as_str()));
        let at_once = together.heartbeats(with_nodes, now, &mut Vec::new());

        let mut pongs = Vec::new();
        let mut one_by_one = Ok(0);
        for (worker, ping) in pings {
            let (result, pong) = self.ping(worker, ping, now, log);
            pongs.extend(pong);
            match (result, &mut one_by_one) {
                (Ok(receipt), Ok(accepted)) => {
                    *accepted += usize::from(receipt == Receipt::Accepted);
                }
                (Err(error), _) => {
                    one_by_one = Err(error);
                    break;
                }
                (Ok(_), Err(_)) => {}
            }
        }
        assert_eq!(at_once, one_by_one);
        assert!(together == self.manager);
        pongs
    }

    /// Hands a status over, as often as it comes.
    pub(super) fn status(
        &mut self,
        worker: &'static str,
        message: &WorkerStatusMessage,
        times: usize,
        log: &mut Log,
    ) -> Result<(), ManagerError> {
        let (result, _) = self.call(log, |manager, effects| {
            let mut last = manager.status_message(message.clone(), effects)?;
            for _ in 1..times {
                last = manager.status_message(message.clone(), effects)?;
            }
            Ok(last)
        });
        let owed = self.owes(worker, &What::Status);
        let receipt = result?;
        log.meet(match receipt {
            Receipt::Accepted => "status accepted",
            Receipt::Kept => "status kept",
            Receipt::Dropped(why) => dropped(why),
        });
        let expected = if receipt == Receipt::Accepted {
            times
        } else {
            0
        };
        assert!(owed == expected || self.manager.failure().is_some());
        Ok(())
    }

    /// Checks the workers: those are offline afterwards who are due, and are told
    /// of in the order of their ids.
    pub(super) fn check(&mut self, now: MonotonicTime, log: &mut Log) {
        let before = self.manager.clone();
        let (result, _) = self.call(log, |manager, effects| manager.check(now, effects));
        if before.failure().is_some() || !before.state().is_ready() {
            self.owes_of_check(&before);
            return;
        }
        for worker in super::WORKERS {
            let Some((entry, state)) = before.entry(worker) else {
                continue;
            };
            let is_watched = matches!(state, WorkerEntryState::Created | WorkerEntryState::Normal);
            let is_due = entry.is_finished() || entry.expires_at().is_none_or(|at| at < now.0);
            let is = self.manager.entry(worker).map(|(_, state)| state);
            if result.is_ok() {
                let offline = is == Some(WorkerEntryState::Offline) && is != Some(state);
                assert_eq!(offline, is_watched && is_due);
            }
        }
        self.owes_of_check(&before);
    }

    fn owes_of_check(&mut self, before: &WorkerManager) {
        let mut workers = super::WORKERS;
        workers.sort_unstable();
        for worker in workers {
            let was = before.entry(worker).map(|(_, state)| state);
            let Some((entry, WorkerEntryState::Offline)) = self.manager.entry(worker) else {
                continue;
            };
            let room = self.queue.len() < self.manager.pending_events();
            if was != Some(WorkerEntryState::Offline) && room {
                let reason = entry.status().map(|status| reason_of(status.state));
                self.queue.owe(worker, What::Offline(reason));
            }
        }
        assert_eq!(self.queue.len(), self.manager.pending_events());
    }

    /// One step of a tick.
    pub(super) fn tick(
        &mut self,
        input: TickInput<'_>,
        log: &mut Log,
    ) -> Result<(Ticked, Option<Effect<'static>>), ManagerError> {
        let failed = self.manager.failure().cloned();
        let (result, mut effects) = self.call(log, |manager, effects| manager.tick(input, effects));
        let left = self.queue.len() - self.manager.pending_events();
        if let Some(failed) = failed {
            assert!(result.is_err());
            assert!(left == 0 && self.manager.failure() == Some(&failed));
        }
        let made = match result {
            Ok(Ticked::Callback) => effects.last(),
            _ => None,
        };
        self.queue.leave(left, made, self.policy, log);
        Ok((result?, effects.pop()))
    }

    pub(super) fn start(
        &mut self,
        worker: &'static str,
        epoch: Epoch,
        now: MonotonicTime,
        log: &mut Log,
    ) -> Result<(), ManagerError> {
        let free = self.manager.entry(worker).is_none();
        let (result, _) = self.call(log, |manager, _| {
            manager.before_start(worker, "executor", epoch, now)
        });
        assert_eq!(result.is_ok(), free);
        if free {
            let (entry, state) = self.manager.entry(worker).expect("it is in the table");
            assert_eq!(state, WorkerEntryState::Created);
            assert_eq!(entry.epoch(), Some(epoch));
            self.queue.enters(worker);
        }
        result
    }

    pub(super) fn abort(&mut self, worker: &'static str, log: &mut Log) {
        let _ = self.call(log, |manager, effects| {
            manager.abort(worker, "no place", effects);
            Ok(())
        });
        self.owes(worker, &What::DispatchFailed);
    }

    /// Whether a record is to be deleted.
    pub(super) fn clean(&mut self, worker: &'static str, log: &mut Log) -> bool {
        let (result, _) = self.call(log, |manager, effects| manager.clean(worker, effects));
        let (entry, ok) = (self.manager.entry(worker), result.is_ok());
        assert_eq!(ok, entry.is_none_or(|(_, state)| state.is_tombstone()));
        ok
    }

    pub(super) fn cleaned(
        &mut self,
        worker: &'static str,
        deleted: Result<(), &str>,
        log: &mut Log,
    ) {
        let before = self.manager.clone();
        let (result, _) = self.call(log, |manager, _| manager.cleaned(worker, deleted));
        if result.is_err() {
            assert!(self.manager == before);
        } else if before.entry(worker).is_some() && self.manager.entry(worker).is_none() {
            self.queue.entries.remove(worker);
            log.meet("cleaned");
        }
    }
}

fn reason_of(state: WorkerStateCode) -> OfflineReason {
    match state {
        WorkerStateCode::FINISHED => OfflineReason::Finished,
        WorkerStateCode::STOPPED => OfflineReason::Canceled,
        WorkerStateCode::ERROR => OfflineReason::Failed,
        _ => OfflineReason::Lost,
    }
}
