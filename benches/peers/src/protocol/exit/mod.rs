//! The end of a worker, and its successor, for stateright.

mod master;
mod worker;

use stateright::{Model, Property};

use super::{Faults, Trail, kept, not_needed};

/// How many statuses are under way at most.
const STATUSES: usize = 2;

/// With how many events waiting the master takes no further status.
const EVENTS: usize = 3;

/// The worker epoch of the worker, and that of its successor.
const WORKER_EPOCH: u8 = 2;
const SUCCESSOR_EPOCH: u8 = 3;

/// A worker and its master.
#[derive(Clone, Copy, Debug)]
pub struct Exit {
    pub faults: Faults,
    pub rules: Rules,
    /// Whether the successor has the id of the worker.
    pub same_id: bool,
    /// The rule of which it is remembered that it was needed.
    pub watched: Option<&'static str>,
}

/// The rules.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// The loop ends when the business logic has said that it exits.
    pub exit_ends_loop: bool,
    /// The business logic lets go before the worker says goodbye.
    pub close_before_finish_handshake: bool,
    /// Why a worker is offline is looked up when that is told.
    pub offline_reason_at_delivery: bool,
    /// A status that tells of an end is not followed by another one.
    pub terminal_status_latched: bool,
    /// An entry is a tombstone before the business logic is told.
    pub tombstone_before_callback: bool,
    /// An entry that is cleaned is forgotten.
    pub clean_forgets_entry: bool,
    /// Only a ping that is accepted is answered.
    pub pong_after_acceptance: bool,
    /// A pong does not move the acknowledgement back.
    pub ack_time_monotone: bool,
    /// Only a ping of the worker epoch that is known is accepted.
    pub ping_worker_epoch_checked: bool,
    /// Only a status of the worker epoch that is known is accepted.
    pub status_epoch_checked: bool,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Status {
    Created,
    Init,
    Normal,
    Finished,
    Stopped,
}

impl Status {
    fn is_end(self) -> bool {
        matches!(self, Self::Finished | Self::Stopped)
    }

    /// The end that it tells of, if it does.
    fn end(self) -> Option<Self> {
        self.is_end().then_some(self)
    }
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Stage {
    Working,
    /// The business logic lets go, and the goodbye comes after that.
    LettingGo,
    /// It waits until its end is noted.
    Goodbye,
    Closing,
}

/// Why a loop is to end, or has ended.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Cause {
    Exit,
    Silence,
}

/// What the business logic was asked for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Logic {
    Working,
    Exited,
    Closed,
}

/// How far a worker's goodbye has come.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Farewell {
    Unsaid,
    Said,
    Noted,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Worker {
    pub stage: Stage,
    /// Why the loop is to end.
    pub failed: Option<Cause>,
    /// Why it has ended.
    pub ended_by: Option<Cause>,
    /// Whether the loop has asked the business logic to let go.
    pub is_asked: bool,
    pub logic: Logic,
    /// The status that it has reported last.
    pub reported: Option<Status>,
    pub farewell: Farewell,
    /// How many ages ago the newest acknowledged ping was sent.
    pub silent: u8,
    /// For how many ages it waits until its end is noted.
    pub waits: Option<u8>,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Phase {
    Ordered,
    Online,
    Offline,
    Tombstone,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Entry {
    /// Tells it from one before it of which news still waits.
    pub serial: u8,
    pub epoch: u8,
    pub phase: Phase,
    /// For how many ages it was not heard of.
    pub silent: u8,
    pub has_finished: bool,
    pub status: Status,
}

impl Entry {
    fn new(serial: u8, epoch: u8) -> Self {
        Self {
            serial,
            epoch,
            phase: Phase::Ordered,
            silent: 0,
            has_finished: false,
            status: Status::Created,
        }
    }
}

/// What the master has to tell its business logic.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum News {
    Online,
    /// Of the entry with this number.
    Status(u8, Status),
    /// With the end that was known of at that time.
    Offline(Option<Status>),
}

/// A ping or a pong.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Beat {
    pub is_last: bool,
    pub is_old: bool,
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct State {
    pub worker: Option<Worker>,
    pub holds: bool,
    pub is_canceled: bool,
    pub row: Status,
    pub ping: Option<Beat>,
    pub pong: Option<Beat>,
    pub statuses: Vec<Status>,
    pub entry: Option<Entry>,
    pub news: Vec<News>,
    pub has_successor: bool,
    /// Whether an assertion has failed.
    pub is_over: bool,
    pub trail: Trail,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Step {
    /// The loop finds that it is to end.
    End,
    Work,
    Finish,
    Cancel,
    LetGo,
    Ping,
    Crash,
    TakePing,
    RepeatPing,
    TakePong,
    TakeStatus,
    LosePing,
    LosePong,
    LoseStatus,
    Check,
    Tell,
    EndAge,
}

impl Exit {
    fn needs_unless(&self, state: &mut State, is_in_force: bool, rule: &'static str) {
        if !is_in_force {
            state.trail.needs(rule, self.watched);
        }
    }

    /// The worker says goodbye, or is taken to have done so, while it holds on.
    fn note_early_goodbye(&self, state: &mut State) {
        state.trail.broke("S16");
        let is_in_force = self.rules.close_before_finish_handshake;
        self.needs_unless(state, is_in_force, "close_before_finish_handshake");
    }

    fn offer_to_worker(&self, state: &State, worker: &Worker, steps: &mut Vec<Step>) {
        let has_room = state.statuses.len() < STATUSES;
        if worker.stage == Stage::Working {
            match worker.failed {
                Some(_) => steps.push(Step::End),
                None if has_room => {
                    steps.push(Step::Finish);
                    if state.row != Status::Normal {
                        steps.push(Step::Work);
                    }
                }
                None => {}
            }
            if has_room && !state.is_canceled {
                steps.push(Step::Cancel);
            }
        }
        if state.holds && matches!(worker.stage, Stage::LettingGo | Stage::Closing) {
            steps.push(Step::LetGo);
        }
        if state.ping.is_none() && worker.farewell != Farewell::Noted {
            steps.push(Step::Ping);
        }
        if self.faults.crash {
            steps.push(Step::Crash);
        }
    }
}

impl Model for Exit {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            worker: Some(Worker {
                stage: Stage::Working,
                failed: None,
                ended_by: None,
                is_asked: false,
                logic: Logic::Working,
                reported: None,
                farewell: Farewell::Unsaid,
                silent: 0,
                waits: None,
            }),
            holds: true,
            is_canceled: false,
            row: Status::Init,
            ping: None,
            pong: None,
            statuses: Vec::new(),
            entry: Some(Entry::new(0, WORKER_EPOCH)),
            news: Vec::new(),
            has_successor: false,
            is_over: false,
            trail: Trail::default(),
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        if state.is_over {
            return;
        }
        if let Some(worker) = &state.worker {
            self.offer_to_worker(state, worker, steps);
        }
        if state.ping.is_some() && state.pong.is_none() {
            steps.push(Step::TakePing);
            if self.faults.duplication {
                steps.push(Step::RepeatPing);
            }
        }
        if state.pong.is_some() {
            steps.push(Step::TakePong);
        }
        let has_status = !state.statuses.is_empty();
        if has_status && state.news.len() < EVENTS {
            steps.push(Step::TakeStatus);
        }
        if self.faults.loss || self.faults.partition {
            let losses = [
                (state.ping.is_some(), Step::LosePing),
                (state.pong.is_some(), Step::LosePong),
                (has_status, Step::LoseStatus),
            ];
            let losses = losses.into_iter().filter(|(is_there, _)| *is_there);
            steps.extend(losses.map(|(_, step)| step));
        }
        if !state.has_successor && state.entry.as_ref().is_some_and(master::is_due) {
            steps.push(Step::Check);
        }
        if !state.news.is_empty() {
            steps.push(Step::Tell);
        }
        let is_quiet = state.ping.is_none() && state.pong.is_none() && !has_status;
        if is_quiet || self.faults.delay {
            steps.push(Step::EndAge);
        }
    }

    fn next_state(&self, state: &State, step: Step) -> Option<State> {
        let mut state = state.clone();
        state.trail.begin();
        match step {
            Step::TakePing => {
                let ping = state.ping.take()?;
                self.take_ping(&mut state, ping);
            }
            Step::RepeatPing => {
                let ping = state.ping?;
                self.take_ping(&mut state, ping);
            }
            Step::TakeStatus => self.take_status(&mut state),
            Step::LosePing => state.ping = None,
            Step::LosePong => state.pong = None,
            Step::LoseStatus => drop(state.statuses.remove(0)),
            Step::Check => self.check(&mut state)?,
            Step::Tell => self.tell(&mut state),
            Step::Crash => state.end_worker(),
            Step::EndAge => self.end_age(&mut state),
            _ => self.work(&mut state, step)?,
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = vec![
            Property::always("anything", |_, _| true),
            Property::always("the rule was not needed", |_, state: &State| {
                !state.trail.was_needed()
            }),
            Property::always("nobody holds on beside a successor", |_, state: &State| {
                !(state.has_successor && state.holds)
            }),
            Property::sometimes("a successor is there first", |_, state: &State| {
                state.has_successor && state.worker.is_some()
            }),
            Property::sometimes("it is stored as canceled", |_, state: &State| {
                state.row == Status::Stopped
            }),
            Property::sometimes("it waits, and holds on", |_, state: &State| {
                let waits = |worker: Worker| worker.stage == Stage::Goodbye;
                state.holds && state.worker.is_some_and(waits)
            }),
        ];
        properties.extend(kept!(
            "S6 reported end stays"
            "S8 no assertion fails"
            "S12 callbacks in order"
            "S13 offline for the last reason"
            "S16 let go before goodbye"
        ));
        properties.extend(not_needed!(
            "exit_ends_loop"
            "close_before_finish_handshake"
            "offline_reason_at_delivery"
            "terminal_status_latched"
            "ping_worker_epoch_checked"
            "status_epoch_checked"
        ));
        properties
    }
}
