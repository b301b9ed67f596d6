//! The master: has its workers run, and knows who of them lives.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use fsmcheck::Guarded;
use fsmcheck::framework::manager::{
    Dropped, Effect, Handle, OfflineReason, Receipt, TickInput, Ticked, WorkerManager,
};
use fsmcheck::framework::{DispatchError, Dispatcher, DispatcherEffect, DispatcherEvent, Policy};
use fsmcheck::wire::{
    Epoch, HeartbeatPing, MasterMeta, MasterStateCode, Timestamp, WorkerStateCode, WorkerStatus,
    WorkerStatusMessage, WorkerType, topic,
};

use crate::Result;
use crate::executor::{ANSWER, Answer, CONFIRM, Order, PRE_DISPATCH, Refusal};
use crate::network::{Frame, Received};
use crate::node::{Every, MASTER_ID, Node, PULSE, WORKERS, timeouts};
use crate::store::Call;

struct Master {
    node: Node,
    epoch: Epoch,
    manager: WorkerManager,
    /// The workers that have done their work.
    finished: BTreeSet<String>,
    /// What is under way, by its request.
    dispatches: BTreeMap<String, Dispatch>,
    /// How many dispatches there were: which executor comes next.
    n_dispatches: usize,
    recovering_since: Option<Instant>,
}

struct Dispatch {
    order: Order,
    executor: String,
    machine: Guarded<Dispatcher>,
    /// The call that is not answered yet, and since when.
    call: Option<(&'static str, Instant)>,
}

/// Runs until every worker has done its work.
pub(crate) fn run(node: Node) -> Result {
    let epoch = node.store.next_epoch()?;
    node.store.take_over(&MasterMeta {
        id: MASTER_ID.to_owned(),
        node_id: node.name.clone(),
        addr: node.network.address().to_string(),
        epoch,
        ..MasterMeta::default()
    })?;
    let manager = WorkerManager::after_failover(epoch, Policy::hardened())
        .with_worker_expiry(timeouts().expiry());
    let mut master = Master {
        node,
        epoch,
        manager,
        finished: BTreeSet::new(),
        dispatches: BTreeMap::new(),
        n_dispatches: 0,
        recovering_since: Some(Instant::now()),
    };
    master.recover()?;
    let mut check = Every::new(timeouts().check);
    while !master.is_done() {
        if let Received::Frame(frame) = master.node.network.receive(PULSE) {
            master.take(&frame)?;
        }
        master.pulse(check.is_due())?;
    }
    master.node.store.end_master(&MasterMeta {
        id: MASTER_ID.to_owned(),
        epoch,
        state: MasterStateCode::FINISHED,
        ..MasterMeta::default()
    })
}

impl Master {
    fn is_done(&self) -> bool {
        self.finished.len() == WORKERS.len() && self.manager.is_empty()
    }

    /// Looks in the store for the workers of an earlier incarnation.
    fn recover(&mut self) -> Result {
        let mut effects = Vec::new();
        self.manager.recover(&mut effects)?;
        let rows = self.node.store.statuses(MASTER_ID)?;
        for row in rows
            .iter()
            .filter(|row| row.state == WorkerStateCode::FINISHED)
        {
            self.finished.insert(row.id.clone());
        }
        let now = self.node.now();
        self.manager.rows_loaded(rows, now, &mut effects)?;
        self.carry_out(effects)
    }

    fn take(&mut self, frame: &Frame) -> Result {
        if frame.topic == topic::heartbeat_ping(MASTER_ID) {
            let ping = HeartbeatPing::from_json(frame.json.as_bytes())?;
            self.take_ping(frame, &ping)
        } else if frame.topic == topic::worker_status(MASTER_ID) {
            let message = WorkerStatusMessage::from_json(frame.json.as_bytes())?;
            let mut effects = Vec::new();
            let receipt = self.manager.status_message(message, &mut effects)?;
            if receipt == Receipt::Dropped(Dropped::UnknownWorker) {
                let fields = [("master-id", MASTER_ID), ("message", &*frame.json)];
                self.node
                    .log
                    .warn("WorkerStatusMessage dropped for unknown worker", &fields);
            }
            self.carry_out(effects)
        } else if frame.topic == ANSWER {
            let answer: Answer = serde_json::from_str(&frame.json)?;
            let now = self.node.now();
            let error = answer.refusal.map(|refusal| match refusal {
                Refusal::AlreadyPending => DispatchError::AlreadyPending,
                Refusal::RequestNotFound => DispatchError::RequestNotFound,
                Refusal::QueueFull => DispatchError::QueueFull,
                Refusal::Other => DispatchError::Other,
            });
            let event = match (answer.is_confirmation, error) {
                (false, None) => DispatcherEvent::PreDispatched,
                (false, Some(error)) => DispatcherEvent::PreDispatchFailed { error, now },
                (true, None) => DispatcherEvent::Confirmed,
                (true, Some(error)) => DispatcherEvent::ConfirmFailed(error),
            };
            self.dispatch(&answer.request, event)
        } else {
            Ok(())
        }
    }

    fn take_ping(&mut self, frame: &Frame, ping: &HeartbeatPing) -> Result {
        let fields = [("msg", &*frame.json), ("master-id", MASTER_ID)];
        self.node.log.info("Heartbeat Ping received", &fields);
        let was_known = self
            .manager
            .entry(&ping.from_worker_id)
            .map(|(_, state)| state);
        let (mut effects, now) = (Vec::new(), self.node.now());
        let receipt = self
            .manager
            .heartbeat(ping, &frame.from, now, &mut effects)?;
        match receipt {
            Receipt::Dropped(Dropped::OldMasterEpoch) => {
                let (seen, own) = (ping.epoch.to_string(), self.epoch.to_string());
                let fields = [
                    ("master-id", MASTER_ID),
                    ("msg-epoch", &*seen),
                    ("own-epoch", &*own),
                ];
                self.node
                    .log
                    .warn("Message from smaller epoch dropped", &fields);
            }
            Receipt::Dropped(Dropped::UnknownWorker) => {
                let fields = [
                    ("master-id", MASTER_ID),
                    ("message", &*frame.json),
                    ("from-node", &*frame.from),
                ];
                self.node
                    .log
                    .warn("Message from stale worker dropped", &fields);
            }
            Receipt::Dropped(Dropped::OtherWorkerEpoch) => {
                let known = self.manager.entry(&ping.from_worker_id);
                let known = known
                    .and_then(|(entry, _)| entry.epoch())
                    .unwrap_or_default();
                let (known, seen) = (known.to_string(), ping.worker_epoch.to_string());
                let fields = [
                    ("master-id", MASTER_ID),
                    ("own-worker-epoch", &*known),
                    ("msg-worker-epoch", &*seen),
                ];
                self.node
                    .log
                    .warn("Message from small worker epoch dropped", &fields);
            }
            _ => {
                if was_known.is_some_and(|state| state.is_unheard())
                    && let Some((entry, state)) = self.manager.entry(&ping.from_worker_id)
                    && !state.is_unheard()
                {
                    let entry = Guarded::at(entry.clone(), state).to_string();
                    let fields = [("master-id", MASTER_ID), ("worker-entry", &*entry)];
                    self.node.log.info("Worker discovered", &fields);
                }
            }
        }
        self.carry_out(effects)
    }

    /// Does what the time asks for.
    fn pulse(&mut self, is_check_due: bool) -> Result {
        let now = self.node.now();
        let mut effects = Vec::new();
        self.manager.wake(now, &mut effects);
        if is_check_due {
            self.manager.check(now, &mut effects)?;
        }
        self.carry_out(effects)?;
        if self.recovering_since.is_some() {
            return Ok(());
        }
        self.give_up_calls()?;
        self.tick()?;
        for worker in WORKERS {
            let is_wanted = !self.finished.contains(worker)
                && self.manager.entry(worker).is_none()
                && !self.dispatches.values().any(|it| it.order.worker == worker);
            if is_wanted {
                self.create(worker)?;
            }
        }
        Ok(())
    }

    /// Calls the business logic with what has happened.
    fn tick(&mut self) -> Result {
        let mut input = TickInput::Start;
        loop {
            let mut effects: Vec<Effect<'static>> = Vec::new();
            let ticked = self.manager.tick(input, &mut effects)?;
            input = match (ticked, effects.pop()) {
                (Ticked::Row, Some(Effect::ReadRow { worker })) => {
                    let rows = self.node.store.statuses(MASTER_ID)?;
                    TickInput::Row(Ok(rows.into_iter().find(|row| row.id == *worker)))
                }
                (Ticked::Callback, Some(callback)) => {
                    self.call_back(callback)?;
                    TickInput::CallbackDone
                }
                _ => return Ok(()),
            };
        }
    }

    /// The business logic.
    fn call_back(&mut self, callback: Effect<'static>) -> Result {
        match callback {
            Effect::Online { handle } => {
                self.node
                    .log
                    .info("on worker online", &[("id", handle.worker())]);
                self.note(&handle, "online")
            }
            Effect::Offline { handle, reason } => {
                let what = reason.map_or_else(String::new, |reason| reason.to_string());
                let fields = [("id", handle.worker()), ("reason", &*what)];
                self.node.log.info("on worker offline", &fields);
                self.note(&handle, "offline")?;
                if reason == Some(OfflineReason::Finished) {
                    self.finished.insert(handle.worker().to_owned());
                }
                let mut effects = Vec::new();
                self.manager.clean(handle.worker(), &mut effects)?;
                self.carry_out(effects)
            }
            Effect::StatusUpdated { handle } => {
                let status = self.manager.status(&handle)?.map(WorkerStatus::to_json);
                let status = status.transpose()?.unwrap_or_default();
                let fields = [("worker-id", handle.worker()), ("status", &*status)];
                self.node.log.info("on worker status updated", &fields);
                Ok(())
            }
            Effect::DispatchFailed { handle, error } => {
                let fields = [("worker-id", handle.worker()), ("error", &*error)];
                self.node.log.warn("DispatchTask failed", &fields);
                self.note(&handle, "dispatch failed")
            }
            _ => Ok(()),
        }
    }

    fn note(&self, handle: &Handle, what: &str) -> Result {
        let entry = self.manager.entry(handle.worker());
        self.node.store.note_call(&Call {
            master_epoch: self.epoch,
            worker: handle.worker().to_owned(),
            epoch: entry
                .and_then(|(entry, _)| entry.epoch())
                .unwrap_or_default(),
            what: what.to_owned(),
            executor: entry.map_or("", |(entry, _)| entry.executor()).to_owned(),
        })
    }

    /// Carries out what the manager wants beside its callbacks.
    fn carry_out(&mut self, effects: Vec<Effect<'_>>) -> Result {
        for effect in effects {
            match effect {
                Effect::Pong(pong) => {
                    let topic = topic::heartbeat_pong(MASTER_ID, pong.worker);
                    let json = pong.message(Timestamp::default()).to_json()?;
                    let mut frame = self.node.network.frame(topic, json);
                    frame.worker_epoch = pong.worker_epoch;
                    self.node.network.send(pong.node, None, &frame);
                }
                Effect::DeleteRow { worker } => {
                    self.node.store.delete_status(MASTER_ID, &worker)?;
                    self.manager.cleaned(&worker, Ok(()))?;
                    let fields = [("worker-id", &*worker)];
                    self.node.log.info("Worker tombstone is cleaned", &fields);
                }
                Effect::RecoveryEnded { error: None } => {
                    let since = self.recovering_since.take();
                    let duration =
                        since.map_or_else(String::new, |it| format!("{:?}", it.elapsed()));
                    let message = "All workers have sent heartbeats after master failover. \
                                   Resuming right now.";
                    self.node.log.info(message, &[("duration", &*duration)]);
                    self.clean_up_after_recovery()?;
                }
                Effect::RecoveryEnded { error: Some(error) } | Effect::Failed { error } => {
                    return Err(error.into());
                }
                // The rows are read where recovery begins.
                _ => {}
            }
        }
        Ok(())
    }

    /// Nobody is told of the workers that were not heard of: what is left of them is
    /// cleaned, so that they can be created anew.
    fn clean_up_after_recovery(&mut self) -> Result {
        let workers: Vec<_> = self.manager.workers().collect();
        for handle in workers {
            if let Handle::Tombstone { worker } = handle {
                let mut effects = Vec::new();
                self.manager.clean(&worker, &mut effects)?;
                self.carry_out(effects)?;
            }
        }
        let epoch = self.epoch;
        self.node.store.note_call(&Call {
            master_epoch: epoch,
            worker: String::new(),
            epoch,
            what: "recovered".to_owned(),
            executor: String::new(),
        })
    }

    /// Begins to create a worker, on one executor after the other.
    fn create(&mut self, worker: &str) -> Result {
        let executors = self.node.store.executors()?;
        if executors.is_empty() {
            return Ok(());
        }
        let (executor, _) = &executors[self.n_dispatches % executors.len()];
        self.n_dispatches += 1;
        let request = format!("{}-{}", self.epoch, self.n_dispatches);
        let order = Order {
            request: request.clone(),
            worker: worker.to_owned(),
            worker_epoch: self.node.store.next_epoch()?,
        };
        let retry_for = i64::try_from(timeouts().pre_dispatch.as_nanos())?;
        let machine = Dispatcher::new(Policy::hardened(), self.node.now(), retry_for);
        let dispatch = Dispatch {
            order,
            executor: executor.clone(),
            machine: Guarded::new(machine),
            call: None,
        };
        self.dispatches.insert(request.clone(), dispatch);
        self.carry_out_dispatch(&request, vec![DispatcherEffect::SendPreDispatch])
    }

    fn dispatch(&mut self, request: &str, event: DispatcherEvent) -> Result {
        let Some(dispatch) = self.dispatches.get_mut(request) else {
            return Ok(());
        };
        dispatch.call = None;
        let mut effects = Vec::new();
        // An answer that comes twice, or too late, is refused and changes nothing.
        let Ok(step) = dispatch.machine.handle_with_context(&event, &mut effects) else {
            return Ok(());
        };
        self.carry_out_dispatch(request, effects)?;
        if let Some(dispatch) = self.dispatches.get(request)
            && step.to.is_terminated()
        {
            if event == DispatcherEvent::Confirmed {
                let args = serde_json::to_string(&dispatch.order)?;
                self.node
                    .log
                    .info("Dispatch Worker succeeded", &[("args", &*args)]);
            }
            self.dispatches.remove(request);
        }
        Ok(())
    }

    fn carry_out_dispatch(&mut self, request: &str, effects: Vec<DispatcherEffect>) -> Result {
        for effect in effects {
            let Some(Dispatch {
                order, executor, ..
            }) = self.dispatches.get(request)
            else {
                return Ok(());
            };
            let (order, executor, now) = (order.clone(), executor.clone(), self.node.now());
            let worker = &*order.worker;
            let error = DispatchError::Unavailable;
            match effect {
                DispatcherEffect::SendPreDispatch => {
                    if !self.order(PRE_DISPATCH, &order, &executor)? {
                        // An executor that is not there will not be there in a moment.
                        let late = i64::try_from(timeouts().pre_dispatch.as_nanos())?;
                        let now = fsmcheck::wire::MonotonicTime(now.0 + late);
                        self.dispatch(request, DispatcherEvent::PreDispatchFailed { error, now })?;
                    }
                }
                DispatcherEffect::MakeEntry => {
                    self.manager
                        .before_start(worker, &executor, order.worker_epoch, now)?;
                }
                DispatcherEffect::StoreRow => {
                    let stored = self.node.store.write_status(&WorkerStatus {
                        job_id: MASTER_ID.to_owned(),
                        id: worker.to_owned(),
                        kind: WorkerType::CVS_TASK,
                        state: WorkerStateCode::CREATED,
                        epoch: order.worker_epoch,
                        ..WorkerStatus::default()
                    })?;
                    let event = if stored {
                        DispatcherEvent::RowStored
                    } else {
                        DispatcherEvent::RowFailed
                    };
                    self.dispatch(request, event)?;
                }
                DispatcherEffect::SendConfirm => {
                    if !self.order(CONFIRM, &order, &executor)? {
                        self.dispatch(request, DispatcherEvent::ConfirmFailed(error))?;
                    }
                }
                DispatcherEffect::DeleteRow => self.node.store.delete_status(MASTER_ID, worker)?,
                DispatcherEffect::ReportFailure { .. } => {
                    let mut effects = Vec::new();
                    let why = format!("executor {executor} did not take it");
                    self.manager.abort(worker, &why, &mut effects);
                    self.carry_out(effects)?;
                }
            }
        }
        Ok(())
    }

    /// Calls that are not answered have failed.
    fn give_up_calls(&mut self) -> Result {
        let patience = timeouts().pre_dispatch;
        let late = self.dispatches.iter().filter_map(|(request, dispatch)| {
            let (topic, since) = dispatch.call?;
            (since.elapsed() >= patience).then(|| (request.clone(), topic))
        });
        let (error, now) = (DispatchError::DeadlineExceeded, self.node.now());
        for (request, topic) in late.collect::<Vec<_>>() {
            let event = if topic == CONFIRM {
                DispatcherEvent::ConfirmFailed(error)
            } else {
                DispatcherEvent::PreDispatchFailed { error, now }
            };
            self.dispatch(&request, event)?;
        }
        Ok(())
    }

    /// Calls an executor. Whether the call has left.
    fn order(&mut self, topic: &'static str, order: &Order, executor: &str) -> Result<bool> {
        if let Some(dispatch) = self.dispatches.get_mut(&order.request) {
            dispatch.call = Some((topic, Instant::now()));
        }
        let executors = self.node.store.executors()?;
        let known = executors.into_iter().find(|(id, _)| id == executor);
        let frame = self
            .node
            .network
            .frame(topic, serde_json::to_string(order)?);
        let address = known.map(|(_, address)| address);
        Ok(self.node.network.send(executor, address, &frame))
    }
}
