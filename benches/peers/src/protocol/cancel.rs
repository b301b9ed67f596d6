//! A request to cancel, for stateright.

use stateright::{Model, Property};

use super::{Faults, Trail};

/// How many requests are under way at most.
const REQUESTS: u8 = 2;

/// A job manager and the master of its one job.
#[derive(Clone, Copy, Debug)]
pub struct Cancel {
    pub faults: Faults,
    pub rules: Rules,
    /// The rule of which it is remembered that it was needed.
    pub watched: Option<&'static str>,
}

/// The rules.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// The request is handled in a context that lives.
    pub cancel_on_live_context: bool,
    /// A cancellation that takes too long is given up, and the job's master exits.
    pub cancel_bounded: bool,
    /// A job that is to be canceled is not dispatched again.
    pub canceling_stops_redispatch: bool,
    /// A cancellation that has failed can be asked for again.
    pub cancel_retried_after_failure: bool,
    /// What is stored of a job that has ended is not replaced.
    pub state_writes_conditional: bool,
    /// A job that is stored as ended is not dispatched again.
    pub stored_state_rechecked: bool,
}

/// What the job manager knows of the job.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Job {
    Pending,
    Awaited,
    Online,
    Gone,
}

/// What it remembers of earlier dispatches.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Past {
    Nothing,
    Success,
    /// The job has to wait.
    Failure,
}

/// What the user has asked for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Wish {
    Nothing,
    ToCancel,
    Fulfilled,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Stored {
    Uninit,
    Init,
    Finished,
    Stopped,
}

impl Stored {
    fn is_end(self) -> bool {
        matches!(self, Self::Finished | Self::Stopped)
    }
}

/// How far a cancellation is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Stage {
    Listening,
    Calling,
    Called,
    /// It has taken too long.
    GivenUp,
}

/// What the one worker of the job does.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Worker {
    Works,
    /// Its end is awaited.
    IsToEnd,
    HasEnded,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Master {
    pub stage: Stage,
    pub worker: Worker,
    /// Of a call that is not answered: whether its context lives.
    pub call: Option<bool>,
    pub is_to_exit: bool,
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct State {
    pub job: Job,
    pub past: Past,
    pub wish: Wish,
    /// Whether the job manager has looked after its jobs before.
    pub has_polled: bool,
    pub stored: Stored,
    pub is_ordered: bool,
    pub master: Option<Master>,
    /// Whether the master is gone and nobody knows.
    pub is_lost: bool,
    pub requests: u8,
    pub trail: Trail,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Step {
    Ask,
    Operate,
    Poll,
    Deliver,
    Lose,
    Start,
    Refuse,
    Notice,
    EndBackOff,
    Succeed,
    Hang,
    Fail,
    EndWorker,
    TimeOut,
    StoreExit,
    LoseExit,
    Finish,
    /// It finishes and crashes, so that nobody hears of it.
    FinishUnheard,
    Crash,
}

impl Cancel {
    /// The cancellation has failed.
    fn fail(&self, master: &mut Master, trail: &mut Trail) {
        master.stage = if self.rules.cancel_retried_after_failure {
            Stage::Listening
        } else {
            trail.needs("cancel_retried_after_failure", self.watched);
            Stage::Called
        };
    }

    fn of_master(&self, master: &Master, steps: &mut Vec<Step>) {
        match master.call {
            Some(true) => {
                steps.push(Step::Succeed);
                if master.worker != Worker::HasEnded {
                    steps.push(Step::Hang);
                }
                if self.faults.store {
                    steps.push(Step::Fail);
                }
            }
            Some(false) => steps.push(Step::Fail),
            None => {}
        }
        if master.worker == Worker::IsToEnd {
            steps.push(Step::EndWorker);
            if master.stage == Stage::Calling {
                steps.push(Step::TimeOut);
            }
        }
        if master.is_to_exit {
            steps.push(Step::StoreExit);
            if self.faults.store {
                steps.push(Step::LoseExit);
            }
        }
        let is_done = master.worker == Worker::Works;
        if is_done {
            steps.push(Step::Finish);
        }
        if self.faults.crash {
            if is_done {
                steps.push(Step::FinishUnheard);
            }
            steps.push(Step::Crash);
        }
    }

    fn store(&self, state: &mut State, new: Stored) {
        if !state.stored.is_end() {
            state.stored = new;
        } else if state.stored != new && !self.rules.state_writes_conditional {
            state.stored = new;
            state.trail.broke("S4");
            state.trail.needs("state_writes_conditional", self.watched);
        }
    }

    /// The master ends, and the job manager hears what it has come to.
    fn end(&self, state: &mut State, stored: Stored) {
        self.store(state, stored);
        state.master = None;
        (state.job, state.past) = (Job::Gone, Past::Nothing);
    }

    /// A step of the job manager.
    fn manage(&self, state: &mut State, step: Step) {
        match step {
            Step::Ask => state.wish = Wish::ToCancel,
            Step::Operate if state.wish == Wish::ToCancel => {
                if state.stored.is_end() {
                    state.wish = Wish::Fulfilled;
                } else if state.job == Job::Online {
                    state.requests = REQUESTS.min(state.requests + 1);
                }
            }
            Step::Poll => {
                state.has_polled = true;
                self.look_after_pending(state);
            }
            Step::Refuse => {
                state.is_ordered = false;
                (state.job, state.past) = (Job::Pending, Past::Failure);
            }
            Step::Notice => {
                state.is_lost = false;
                (state.job, state.past) = (Job::Pending, Past::Failure);
            }
            Step::EndBackOff => state.past = Past::Nothing,
            _ => {}
        }
    }

    fn look_after_pending(&self, state: &mut State) {
        if state.job != Job::Pending {
            return;
        }
        let is_to_be_canceled = state.wish == Wish::ToCancel;
        if self.rules.stored_state_rechecked && state.stored.is_end() {
            (state.job, state.past) = (Job::Gone, Past::Nothing);
        } else if is_to_be_canceled && self.rules.canceling_stops_redispatch {
            self.store(state, Stored::Stopped);
            (state.job, state.past) = (Job::Gone, Past::Nothing);
        } else if state.past != Past::Failure {
            if is_to_be_canceled {
                let rule = "canceling_stops_redispatch";
                state.trail.needs(rule, self.watched);
            }
            state.job = Job::Awaited;
            state.is_ordered = true;
        }
    }

    /// A step of the job's master.
    fn act(&self, state: &mut State, step: Step) -> Option<()> {
        let master = state.master.as_mut()?;
        match step {
            Step::Hang => {
                master.call = None;
                master.worker = Worker::IsToEnd;
            }
            Step::Fail => {
                if master.call.take() == Some(false) {
                    state.trail.needs("cancel_on_live_context", self.watched);
                }
                self.fail(master, &mut state.trail);
            }
            Step::EndWorker => {
                master.worker = Worker::HasEnded;
                master.is_to_exit = true;
            }
            Step::TimeOut if self.rules.cancel_bounded => {
                master.stage = Stage::GivenUp;
                master.is_to_exit = true;
            }
            Step::TimeOut => state.trail.needs("cancel_bounded", self.watched),
            Step::LoseExit if master.stage == Stage::Calling => {
                master.is_to_exit = false;
                self.fail(master, &mut state.trail);
            }
            Step::LoseExit if !self.rules.cancel_retried_after_failure => {
                master.is_to_exit = false;
                let rule = "cancel_retried_after_failure";
                state.trail.needs(rule, self.watched);
            }
            Step::Succeed | Step::StoreExit => self.end(state, Stored::Stopped),
            Step::Finish => self.end(state, Stored::Finished),
            Step::Crash | Step::FinishUnheard => {
                if step == Step::FinishUnheard {
                    self.store(state, Stored::Finished);
                }
                state.master = None;
                state.is_lost = true;
            }
            _ => {}
        }
        Some(())
    }
}

impl Model for Cancel {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            job: Job::Awaited,
            past: Past::Nothing,
            wish: Wish::Nothing,
            has_polled: false,
            stored: Stored::Uninit,
            is_ordered: true,
            master: None,
            is_lost: false,
            requests: 0,
            trail: Trail::default(),
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        steps.extend([Step::Operate, Step::Poll]);
        if state.wish != Wish::ToCancel && !state.stored.is_end() {
            steps.push(Step::Ask);
        }
        if state.requests > 0 {
            steps.push(Step::Deliver);
            if self.faults.loss {
                steps.push(Step::Lose);
            }
        }
        if state.is_ordered {
            steps.extend([Step::Start, Step::Refuse]);
        }
        if state.is_lost {
            steps.push(Step::Notice);
        }
        if state.past == Past::Failure {
            steps.push(Step::EndBackOff);
        }
        if let Some(master) = &state.master {
            self.of_master(master, steps);
        }
    }

    /// What changes nothing is no step.
    fn next_state(&self, before: &State, step: Step) -> Option<State> {
        let mut before = before.clone();
        before.trail.begin();
        let mut state = before.clone();
        match step {
            Step::Ask
            | Step::Operate
            | Step::Poll
            | Step::Refuse
            | Step::Notice
            | Step::EndBackOff => self.manage(&mut state, step),
            Step::Lose => state.requests -= 1,
            Step::Deliver => {
                state.requests -= 1;
                let listens = |master: &&mut Master| master.stage == Stage::Listening;
                if let Some(master) = state.master.as_mut().filter(listens) {
                    master.stage = Stage::Calling;
                    master.call = Some(self.rules.cancel_on_live_context);
                }
            }
            Step::Start => {
                state.is_ordered = false;
                if state.stored == Stored::Uninit {
                    state.stored = Stored::Init;
                }
                state.master = Some(Master {
                    stage: Stage::Listening,
                    worker: Worker::Works,
                    call: None,
                    is_to_exit: false,
                });
                (state.job, state.past) = (Job::Online, Past::Success);
            }
            _ => self.act(&mut state, step)?,
        }
        (state != before).then_some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("anything", |_, _| true),
            Property::always("S4 stored end stays", |model: &Self, state: &State| {
                state.trail.kept("S4", model.watched)
            }),
            Property::always("cancel_on_live_context", |_, state: &State| {
                !state.trail.is_needed("cancel_on_live_context")
            }),
            Property::always("cancel_bounded", |_, state: &State| {
                !state.trail.is_needed("cancel_bounded")
            }),
            Property::always("canceling_stops_redispatch", |_, state: &State| {
                !state.trail.is_needed("canceling_stops_redispatch")
            }),
            Property::always("cancel_retried_after_failure", |_, state: &State| {
                !state.trail.is_needed("cancel_retried_after_failure")
            }),
            Property::always("state_writes_conditional", |_, state: &State| {
                !state.trail.is_needed("state_writes_conditional")
            }),
            Property::always("the rule was not needed", |_, state: &State| {
                !state.trail.was_needed()
            }),
        ]
    }
}
