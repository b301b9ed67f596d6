//! One worker: its loop, its view of its master, and the writing of its status.

use std::net::SocketAddr;
use std::sync::Arc;

use fsmcheck::Guarded;
use fsmcheck::framework::{
    ClientEffect, ClientEvent, ClientStart, ExitReason, LoopError, MasterClient, MasterInfo,
    Policy, Role, RunLoop, RunLoopEffect, RunLoopEvent, StatusWriter, StatusWriterEffect,
    StatusWriterEvent,
};
use fsmcheck::wire::{
    Epoch, HeartbeatPong, MonotonicTime, WorkerStateCode, WorkerStatus, WorkerStatusMessage,
    WorkerType, topic,
};

use crate::Result;
use crate::network::Frame;
use crate::node::{Every, MASTER_ID, Node, timeouts};

pub(crate) struct Worker {
    pub(crate) id: String,
    run_loop: Guarded<RunLoop>,
    client: Guarded<MasterClient>,
    writer: Guarded<StatusWriter>,
    status: WorkerStatus,
    master_address: Option<SocketAddr>,
    heartbeat: Every,
    watchdog: Every,
    /// Frames that are held back, while they are.
    held: Option<Vec<(String, Frame)>>,
    has_ended: bool,
}

impl Worker {
    pub(crate) fn new(id: &str, epoch: Epoch, submitted: MonotonicTime, node: &Node) -> Self {
        let (policy, timeouts) = (Policy::hardened(), timeouts());
        let start = ClientStart {
            master: MASTER_ID.into(),
            worker: id.into(),
            worker_epoch: epoch,
            submitted,
            started: node.now(),
        };
        Self {
            id: id.to_owned(),
            run_loop: Guarded::new(RunLoop::new(Role::Worker, policy, timeouts)),
            client: Guarded::new(MasterClient::new(&start, policy, timeouts)),
            writer: Guarded::new(StatusWriter::new(Role::Worker, policy, timeouts)),
            status: WorkerStatus {
                job_id: MASTER_ID.to_owned(),
                id: id.to_owned(),
                kind: WorkerType::CVS_TASK,
                epoch,
                ..WorkerStatus::default()
            },
            master_address: None,
            heartbeat: Every::new(timeouts.heartbeat),
            watchdog: Every::new(timeouts.check),
            held: None,
            has_ended: false,
        }
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// Holds back what the worker sends from now on, and drops what it is sent, as if
    /// the network was slow.
    pub(crate) fn hold(&mut self) {
        self.held.get_or_insert_default();
    }

    /// Sends what was held back.
    pub(crate) fn release(&mut self, node: &mut Node) {
        for (to, frame) in self.held.take().unwrap_or_default() {
            node.network.send(&to, self.master_address, &frame);
        }
    }

    pub(crate) fn begin(&mut self, node: &mut Node) -> Result {
        self.step(RunLoopEvent::Run, node)
    }

    /// Does what the time asks for.
    pub(crate) fn pulse(&mut self, node: &mut Node) -> Result {
        let now = node.now();
        if self.heartbeat.is_due() {
            self.tell_client(ClientEvent::SendPing { now }, node)?;
        }
        if self.watchdog.is_due() {
            self.tell_client(ClientEvent::CheckMaster { now }, node)?;
        }
        self.tell_client(ClientEvent::Timer { now }, node)?;
        self.tell_writer(StatusWriterEvent::Timer { now }, node)?;
        if self.run_loop.can(&RunLoopEvent::Tick { now }) {
            self.step(RunLoopEvent::Tick { now }, node)?;
        }
        if self.run_loop.can(&RunLoopEvent::Timer { now }) {
            self.step(RunLoopEvent::Timer { now }, node)?;
        }
        Ok(())
    }

    /// Takes a pong that is for this worker, whichever incarnation it answers.
    pub(crate) fn pong(&mut self, frame: &Frame, node: &mut Node) -> Result {
        if self.held.is_some() {
            return Ok(());
        }
        let pong = HeartbeatPong::from_json(frame.json.as_bytes())?;
        let fields = [("master-id", MASTER_ID), ("msg", &*frame.json)];
        let message = if pong.epoch < self.client.storage().master_epoch() {
            "epoch does not match, ignore stale heartbeat"
        } else {
            "heartbeat pong received"
        };
        node.log.info(message, &fields);
        let event = ClientEvent::Pong {
            from: frame.from.as_str().into(),
            pong,
            worker_epoch: frame.worker_epoch,
        };
        self.tell_client(event, node)
    }

    /// One round of the business logic: it works until the work is done.
    fn poll(&mut self, node: &mut Node) -> Result {
        let now = node.now();
        if self.status.state == WorkerStateCode::INIT {
            self.status.state = WorkerStateCode::NORMAL;
            let status = Arc::new(self.status.clone());
            return self.tell_writer(StatusWriterEvent::Update { status, now }, node);
        }
        if !self.status.is_terminated() && node.store.is_work_done()? {
            let status = Arc::new(self.status.clone());
            self.status.state = WorkerStateCode::FINISHED;
            let exit = StatusWriterEvent::Exit {
                reason: ExitReason::Finished,
                error: None,
                status,
                now,
            };
            return self.tell_writer(exit, node);
        }
        Ok(())
    }

    fn step(&mut self, event: RunLoopEvent, node: &mut Node) -> Result {
        let mut effects = Vec::new();
        self.run_loop.apply(&event, &mut effects)?;
        for effect in effects {
            let now = node.now();
            match effect {
                RunLoopEffect::CallInit => {
                    self.tell_client(ClientEvent::ReadMasterInfo, node)?;
                    self.status.state = WorkerStateCode::INIT;
                    let status = Arc::new(self.status.clone());
                    self.tell_writer(StatusWriterEvent::Update { status, now }, node)?;
                    self.step(RunLoopEvent::Initialised { now }, node)?;
                }
                RunLoopEffect::CallPoll => self.poll(node)?,
                RunLoopEffect::StopAnswering => {}
                RunLoopEffect::CallCloseImpl { .. } => {
                    let cause = self.run_loop.storage().ended_by().map(LoopError::to_string);
                    let cause = cause.unwrap_or_default();
                    let fields = [("id", &*self.id), ("cause", &*cause)];
                    node.log.info("worker start exiting", &fields);
                    self.step(RunLoopEvent::BusinessClosed, node)?;
                }
                RunLoopEffect::WaitClosed => {
                    self.tell_client(ClientEvent::WaitClosed { now }, node)?;
                }
                RunLoopEffect::CallStopImpl { .. } => {
                    self.step(RunLoopEvent::BusinessStopped, node)?;
                }
                RunLoopEffect::Release => self.step(RunLoopEvent::Released, node)?,
                RunLoopEffect::Return { error } => {
                    let cause = error.to_string();
                    let fields = [("id", &*self.id), ("caused", &*cause)];
                    node.log.info("worker finished exiting", &fields);
                    self.has_ended = true;
                }
            }
        }
        Ok(())
    }

    fn tell_client(&mut self, event: ClientEvent, node: &mut Node) -> Result {
        let mut effects = Vec::new();
        self.client.apply(&event, &mut effects)?;
        for effect in effects {
            match effect {
                ClientEffect::Send {
                    node: to,
                    topic,
                    ping,
                } => {
                    let json = ping.to_json()?;
                    let has_left = self.send(&to, node.network.frame(&*topic, json), node);
                    if !has_left {
                        self.tell_client(ClientEvent::PingNotSent, node)?;
                        continue;
                    }
                    let (epoch, own) = (ping.epoch.to_string(), ping.worker_epoch.to_string());
                    let time = ping.send_time.0.to_string();
                    let fields = [
                        ("worker", &*self.id),
                        ("master-id", MASTER_ID),
                        ("epoch", &*epoch),
                        ("worker-epoch", &*own),
                        ("sendTime", &*time),
                    ];
                    node.log.info("sending heartbeat success", &fields);
                }
                ClientEffect::ReadMasterInfo { .. } => {
                    let master = node.store.master(MASTER_ID)?;
                    self.master_address = match &master {
                        Some(master) => Some(master.addr.parse()?),
                        None => None,
                    };
                    let info = master.map(|master| MasterInfo {
                        node: master.node_id.into(),
                        epoch: master.epoch,
                    });
                    self.tell_client(ClientEvent::MasterInfoRead { info }, node)?;
                }
                ClientEffect::MasterInfoUnread { error } => return Err(error.into()),
                ClientEffect::MasterTimedOut => {
                    let error = LoopError::Suicide;
                    if self.run_loop.can(&RunLoopEvent::Fail {
                        error: error.clone(),
                    }) {
                        self.step(RunLoopEvent::Fail { error }, node)?;
                    }
                }
                ClientEffect::WaitEnded { .. } => {
                    // The loop may have waited long enough before.
                    if self.run_loop.can(&RunLoopEvent::HandshakeEnded) {
                        self.step(RunLoopEvent::HandshakeEnded, node)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn tell_writer(&mut self, event: StatusWriterEvent, node: &mut Node) -> Result {
        let mut effects = Vec::new();
        self.writer.apply(&event, &mut effects)?;
        for effect in effects {
            match effect {
                StatusWriterEffect::WriteMaster { .. } => {}
                StatusWriterEffect::Persist { status } => {
                    if node.store.write_status(&status)? {
                        let now = node.now();
                        self.tell_writer(StatusWriterEvent::Written { now }, node)?;
                    } else {
                        // A later incarnation has written: this one is to end.
                        let error = LoopError::Suicide;
                        self.tell_writer(StatusWriterEvent::Canceled, node)?;
                        self.step(RunLoopEvent::Fail { error }, node)?;
                    }
                }
                StatusWriterEffect::Notify { status } => {
                    let message = WorkerStatusMessage {
                        worker: self.id.clone(),
                        master_epoch: self.client.storage().master_epoch(),
                        status: Some(WorkerStatus::clone(&status)),
                    };
                    let frame = node
                        .network
                        .frame(topic::worker_status(MASTER_ID), message.to_json()?);
                    let to = self.client.storage().master_node().to_owned();
                    let told = if self.send(&to, frame, node) {
                        StatusWriterEvent::Notified
                    } else {
                        let status = status.to_json()?;
                        let fields = [
                            ("worker-id", &*self.id),
                            ("master-id", MASTER_ID),
                            ("status", &*status),
                        ];
                        let message = "failed to send status to master. Retrying...";
                        node.log.warn(message, &fields);
                        StatusWriterEvent::NotNotified
                    };
                    self.tell_writer(told, node)?;
                }
                StatusWriterEffect::Done { .. } => {}
                StatusWriterEffect::Exited { error } => {
                    self.step(RunLoopEvent::Exited { error }, node)?;
                }
            }
        }
        Ok(())
    }

    fn send(&mut self, to: &str, frame: Frame, node: &mut Node) -> bool {
        match &mut self.held {
            Some(held) => {
                held.push((to.to_owned(), frame));
                true
            }
            None => node.network.send(to, self.master_address, &frame),
        }
    }
}
