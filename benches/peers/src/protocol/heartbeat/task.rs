//! What an incarnation of the worker does, and what the end of an age does to all.

use super::{
    Cause, Farewell, Grip, Heartbeat, Kind, Ping, Pong, Row, Stage, State, Status, Step, Task,
    Wire, place,
};
use crate::protocol::age::{LONG_AGO, TOO_LONG, older};

impl Wire {
    pub(super) fn clear(&mut self, kind: Kind) {
        match kind {
            Kind::Ping => self.ping = None,
            Kind::Pong => self.pong = None,
            Kind::Status => self.status = None,
        }
    }
}

impl State {
    /// An executor crashes: what runs there is gone, with what was kept for it.
    pub(super) fn crash(&mut self, executor: usize) {
        for task in &mut self.tasks {
            *task = task.filter(|task| task.executor != executor);
        }
        let is_lost = self.order.is_some_and(|order| order.executor == executor);
        self.is_spent |= is_lost;
        self.order = self.order.filter(|_| !is_lost);
        self.wires[executor].pong = None;
    }
}

impl Task {
    /// The loop ends.
    fn end(&mut self, cause: Cause, lets_go_first: bool) {
        self.cause = Some(cause);
        if cause == Cause::Silence {
            self.grip = Grip::LetsGo;
            self.stage = Stage::Closing;
            return;
        }
        if lets_go_first {
            self.grip = Grip::HasLetGo;
        }
        self.stage = Stage::Goodbye;
        self.farewell = Farewell::Said;
        self.waits = Some(0);
    }

    /// It does not wait any longer until its end is noted.
    fn end_goodbye(&mut self) {
        if self.waits.take().is_none() {
            return;
        }
        self.stage = Stage::Closing;
        if self.grip == Grip::Holds {
            self.grip = Grip::LetsGo;
        }
    }
}

impl Heartbeat {
    pub(super) fn deliver(
        &self,
        state: &mut State,
        executor: usize,
        kind: Kind,
        stays: bool,
    ) -> Option<()> {
        let wire = state.wires[executor];
        if !stays {
            state.wires[executor].clear(kind);
        }
        match kind {
            Kind::Ping => self.take_ping(state, executor, wire.ping?),
            Kind::Pong => self.take_pong(state, executor, wire.pong?),
            Kind::Status => self.take_status(state, wire.status?, true),
        }
    }

    pub(super) fn confirm(&self, state: &mut State) -> Option<()> {
        let order = state.order.take()?;
        let is_taken = [1, 2].into_iter().any(|epoch| {
            let task = state.tasks[place(epoch)];
            let is_there = task.is_some_and(|task| task.executor == order.executor);
            is_there && self.id(epoch) == self.id(order.epoch)
        });
        if is_taken {
            self.refuse(state, order);
            return Some(());
        }
        let is_since_order = self.rules.ack_baseline_at_submit;
        state.is_spent = true;
        state.tasks[place(order.epoch)] = Some(Task {
            executor: order.executor,
            stage: Stage::Starting,
            cause: None,
            grip: Grip::Holds,
            farewell: Farewell::Unsaid,
            master: state.newest,
            silent: u8::from(order.is_old && is_since_order),
            waits: None,
            pings: 0,
        });
        Some(())
    }

    /// A step of an incarnation alone.
    pub(super) fn work(&self, state: &mut State, step: Step, epoch: u8) -> Option<()> {
        let mut task = state.tasks[place(epoch)]?;
        let lets_go_first = self.rules.close_before_finish_handshake;
        match step {
            Step::Ping(_) => {
                task.pings += u8::from(!self.delays());
                state.wires[task.executor].ping = Some(Ping {
                    master: task.master,
                    worker: epoch,
                    is_last: task.farewell == Farewell::Said,
                    is_late: false,
                });
            }
            Step::Begin(_) => self.begin(state, &mut task, epoch),
            Step::Fail(_) => {
                task.end(Cause::Failure, lets_go_first);
                task.pings = 0;
            }
            Step::Watch(_) if task.silent < TOO_LONG => {
                if task.master != state.newest {
                    task.pings = 0;
                }
                task.master = state.newest;
            }
            Step::Watch(_) if task.is_live() => task.end(Cause::Silence, lets_go_first),
            Step::GiveUpGoodbye(_) => task.end_goodbye(),
            Step::Leave(_) => {
                let pong = &mut state.wires[task.executor].pong;
                *pong = pong.filter(|pong| self.same_id || pong.worker != epoch);
                state.tasks[place(epoch)] = None;
                return Some(());
            }
            _ => {}
        }
        state.tasks[place(epoch)] = Some(task);
        Some(())
    }

    /// The start ends: the row is written and the master told.
    fn begin(&self, state: &mut State, task: &mut Task, epoch: u8) {
        let row = state.rows[self.id(epoch)];
        // One that its master has inserted and that is gone was cleaned.
        let is_outdated = row.map_or(self.rules.row_before_confirm, |row| row.epoch > epoch);
        if is_outdated && self.rules.state_writes_conditional {
            task.end(Cause::Fenced, self.rules.close_before_finish_handshake);
            return;
        }
        if is_outdated {
            self.needs(state, "state_writes_conditional");
        }
        state.rows[self.id(epoch)] = Some(Row {
            epoch,
            is_of_worker: true,
        });
        state.wires[task.executor].status = Some(Status {
            master: task.master,
            worker: epoch,
        });
        task.stage = Stage::Working;
    }

    fn take_pong(&self, state: &mut State, executor: usize, pong: Pong) -> Option<()> {
        let epoch = self.listener(state, executor, pong.worker)?;
        let before = state.tasks[place(epoch)]?;
        let mut task = before;
        let is_own = pong.worker == epoch;
        // How long ago the ping was sent. One that is late is of any earlier age, but an
        // own one is not older than what it has noted.
        let sent = match (pong.is_late, is_own) {
            (false, _) => 0,
            (true, true) => task.silent,
            (true, false) => LONG_AGO,
        };
        let is_for_it = is_own || !self.rules.pong_worker_epoch;
        if pong.master < task.master || !is_for_it {
            return Some(());
        }
        if pong.is_last && task.farewell == Farewell::Unsaid {
            if self.rules.pong_worker_epoch {
                return Some(());
            }
            // An end is acknowledged that was not announced.
            if !is_own {
                self.needs(state, "pong_worker_epoch");
            }
            state.trail.broke("S8");
            state.crash(executor);
            return Some(());
        }
        task.master = pong.master;
        task.silent = if self.rules.ack_time_monotone {
            task.silent.min(sent)
        } else {
            sent
        };
        if pong.is_last && task.farewell == Farewell::Said {
            task.farewell = Farewell::Noted;
            task.end_goodbye();
            if !is_own {
                state.trail.broke("S11");
            }
        }
        if task.silent > before.silent {
            state.trail.broke("S14");
            self.needs(state, "ack_time_monotone");
        }
        if !is_own && task != before {
            self.needs(state, "pong_worker_epoch");
        }
        state.tasks[place(epoch)] = Some(task);
        Some(())
    }

    /// Time passes. Nothing happens if it makes no difference.
    pub(super) fn end_age(&self, before: State) -> Option<State> {
        let mut state = before.clone();
        if let Some(master) = &mut state.master {
            master.waits = master.waits.map(older);
            for entry in master.entries.iter_mut().flatten() {
                entry.silent = entry.silent.map(older);
            }
        }
        for wire in &mut state.wires {
            if let Some(ping) = &mut wire.ping {
                ping.is_late = true;
            }
            if let Some(pong) = &mut wire.pong {
                pong.is_late = true;
            }
        }
        // Whom no executor has answered for two ages has let the time for it pass.
        state.is_spent |= state.order.is_some_and(|order| order.is_old);
        state.order = state.order.filter(|order| !order.is_old);
        if let Some(order) = &mut state.order {
            order.is_old = true;
        }
        for task in state.tasks.iter_mut().flatten() {
            task.pings = 0;
            if task.is_live() || task.stage == Stage::Goodbye {
                task.silent = older(task.silent);
                task.waits = task.waits.map(older);
            }
            if task.is_live() && task.silent >= TOO_LONG {
                let lets_go_first = self.rules.close_before_finish_handshake;
                task.end(Cause::Silence, lets_go_first);
            }
        }
        (state != before).then_some(state)
    }
}
