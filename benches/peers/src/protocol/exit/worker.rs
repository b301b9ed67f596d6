//! What the worker does, and what the end of an age does to all.

use super::{Beat, Cause, Exit, Farewell, Logic, Stage, State, Status, Step, Worker};
use crate::protocol::age::{LONG_AGO, TOO_LONG, older};

impl State {
    /// The worker is gone, with what it held and what is under way to it.
    pub(super) fn end_worker(&mut self) {
        self.worker = None;
        self.holds = false;
        self.pong = None;
    }
}

impl Exit {
    pub(super) fn work(&self, state: &mut State, step: Step) -> Option<()> {
        let mut worker = state.worker?;
        let mut is_gone = false;
        if matches!(step, Step::Work | Step::Finish) && worker.logic == Logic::Exited {
            // It goes on though it has exited.
            let is_in_force = self.rules.exit_ends_loop;
            self.needs_unless(state, is_in_force, "exit_ends_loop");
        }
        match step {
            Step::End => is_gone = self.leave(state, &mut worker),
            Step::Work => self.report(state, &mut worker, Status::Normal),
            Step::Finish => self.exit(state, &mut worker, Status::Finished),
            Step::Cancel => {
                state.is_canceled = true;
                self.exit(state, &mut worker, Status::Stopped);
            }
            Step::LetGo => {
                state.holds = false;
                worker.logic = Logic::Closed;
                if worker.stage == Stage::LettingGo {
                    worker.say_goodbye();
                } else {
                    is_gone = true;
                }
            }
            Step::Ping => {
                let is_last = worker.farewell == Farewell::Said;
                if is_last && state.holds {
                    self.note_early_goodbye(state);
                }
                let is_old = false;
                state.ping = Some(Beat { is_last, is_old });
            }
            Step::TakePong => {
                let pong = state.pong.take()?;
                is_gone = self.take_pong(state, &mut worker, pong);
            }
            _ => {}
        }
        state.worker = Some(worker);
        if is_gone {
            state.end_worker();
        }
        Some(())
    }

    /// The loop ends for what it is to end for. Whether the worker is gone by that.
    fn leave(&self, state: &State, worker: &mut Worker) -> bool {
        worker.ended_by = worker.failed;
        if worker.failed == Some(Cause::Silence) {
            return worker.close(state);
        }
        if self.rules.close_before_finish_handshake {
            worker.stage = Stage::LettingGo;
            worker.is_asked = true;
        } else {
            worker.say_goodbye();
        }
        false
    }

    /// The business logic exits.
    fn exit(&self, state: &mut State, worker: &mut Worker, end: Status) {
        worker.logic = Logic::Exited;
        self.report(state, worker, end);
        if self.rules.exit_ends_loop {
            worker.failed.get_or_insert(Cause::Exit);
        }
    }

    /// Stores a status if it tells something new, and sends it.
    fn report(&self, state: &mut State, worker: &mut Worker, status: Status) {
        let known_end = worker.reported.and_then(Status::end);
        let is_another = known_end.is_some_and(|end| end != status);
        if is_another && self.rules.terminal_status_latched {
            return;
        }
        if worker.reported != Some(status) {
            if state.row.is_end() && state.row != status {
                state.trail.broke("S6");
                let is_in_force = self.rules.terminal_status_latched;
                self.needs_unless(state, is_in_force, "terminal_status_latched");
            }
            state.row = status;
            worker.reported = Some(status);
        }
        state.statuses.push(status);
    }

    /// Whether the worker is gone by that.
    fn take_pong(&self, state: &State, worker: &mut Worker, pong: Beat) -> bool {
        let sent = if pong.is_old { LONG_AGO } else { 0 };
        worker.silent = if self.rules.ack_time_monotone {
            worker.silent.min(sent)
        } else {
            sent
        };
        if pong.is_last && worker.farewell == Farewell::Said {
            worker.farewell = Farewell::Noted;
            return worker.end_goodbye(state);
        }
        false
    }

    pub(super) fn end_age(&self, state: &mut State) {
        if self.faults.delay {
            for beat in [&mut state.ping, &mut state.pong].into_iter().flatten() {
                beat.is_old = true;
            }
        }
        // How long the successor lives is not looked at.
        let has_successor = state.has_successor;
        if let Some(entry) = state.entry.as_mut().filter(|_| !has_successor) {
            entry.silent = older(entry.silent);
        }
        let Some(mut worker) = state.worker else {
            return;
        };
        worker.silent = older(worker.silent);
        worker.waits = worker.waits.map(older);
        let is_gone = if worker.stage == Stage::Working && worker.silent >= TOO_LONG {
            worker.failed.get_or_insert(Cause::Silence);
            self.leave(state, &mut worker)
        } else if worker.waits == Some(TOO_LONG) {
            worker.end_goodbye(state)
        } else {
            false
        };
        state.worker = Some(worker);
        if is_gone {
            state.end_worker();
        }
    }
}

impl Worker {
    fn say_goodbye(&mut self) {
        self.stage = Stage::Goodbye;
        self.farewell = Farewell::Said;
        self.waits = Some(0);
    }

    /// Whether the worker is gone by that.
    fn end_goodbye(&mut self, state: &State) -> bool {
        self.waits.take().is_some() && self.close(state)
    }

    /// The last that a loop does; there is nothing left to do if the business logic has let
    /// go. Whether the worker is gone by that.
    fn close(&mut self, state: &State) -> bool {
        self.stage = Stage::Closing;
        self.is_asked = true;
        !state.holds
    }
}
