//! The times for which everybody waits, for stateright.
//!
//! What happens has a window of time, and time jumps from one edge of a window to the next.

mod begin;
mod state;
mod step;

use std::time::Duration;

use stateright::{Model, Property};

pub use self::state::{Event, Executor, Loop, Scenario, Stage, State, Who, Window};

/// Somebody is not heard of any more, and its work is given away.
#[derive(Clone, Debug)]
pub struct Timing {
    pub rules: Rules,
    pub times: Times,
    pub scenarios: Vec<Scenario>,
    /// The rule of which it is remembered that it was needed.
    pub watched: Option<&'static str>,
}

/// The rules.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// A worker counts the silence of its master from its dispatch on, not from its start.
    pub ack_baseline_at_submit: bool,
    /// Who ends answers nobody while it closes.
    pub handlers_removed_before_close: bool,
    /// Who ends lets go of what it holds before it says goodbye.
    pub close_before_finish_handshake: bool,
}

/// For how long.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// Between two looks of a worker.
    pub heartbeat: Duration,
    /// A worker whose master is silent ends after this.
    pub worker: Duration,
    /// So much later its master gives its work away.
    pub grace: Duration,
    /// Between two looks of a master.
    pub check: Duration,
    /// A worker lets go within this time.
    pub close: Duration,
    /// It says goodbye for so long.
    pub wait_closed: Duration,
    /// Between two rounds of a loop.
    pub poll: Duration,
    /// An executor without an answer ends after this.
    pub executor: Duration,
    /// So much later the server gives it up.
    pub executor_grace: Duration,
    /// Between two looks of either.
    pub executor_heartbeat: Duration,
    /// An answer takes so long at most.
    pub call: Duration,
    /// So does the start of a worker.
    pub latest_start: Duration,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Step {
    Begin(Scenario),
    Wait,
    Happen(Event),
}

impl Model for Timing {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State::default()]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        if state.scenario.is_none() {
            steps.extend(self.scenarios.iter().copied().map(Step::Begin));
            return;
        }
        let plans = state.plans.iter();
        let due = plans.filter(|(_, plan)| plan.from <= state.now);
        steps.extend(due.map(|(event, _)| Step::Happen(*event)));
        if !state.is_urgent() && state.next_edge().is_some() {
            steps.push(Step::Wait);
        }
    }

    fn next_state(&self, state: &State, step: Step) -> Option<State> {
        let mut state = state.clone();
        state.trail.begin();
        match step {
            Step::Begin(scenario) => self.begin(&mut state, scenario),
            Step::Wait => state.now = state.next_edge()?,
            Step::Happen(event) => {
                state.plans.remove(&event)?;
                self.happen(&mut state, event)?;
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        fn is(state: &State, who: Who, has: impl Fn(&Loop) -> bool) -> bool {
            state.loops.get(&who).is_some_and(has)
        }
        vec![
            Property::always("anything", |_, _| true),
            Property::always("S2 given away when ended", |model: &Self, state: &State| {
                state.trail.kept("S2", model.watched)
            }),
            Property::always(
                "S3 given away when let go",
                |model: &Self, state: &State| state.trail.kept("S3", model.watched),
            ),
            Property::always(
                "S16 let go before goodbye",
                |model: &Self, state: &State| state.trail.kept("S16", model.watched),
            ),
            Property::always("ack_baseline_at_submit", |_, state: &State| {
                !state.trail.is_needed("ack_baseline_at_submit")
            }),
            Property::always("handlers_removed_before_close", |_, state: &State| {
                !state.trail.is_needed("handlers_removed_before_close")
            }),
            Property::always("the rule was not needed", |_, state: &State| {
                !state.trail.was_needed()
            }),
            Property::sometimes("a worker outlives its job master", |_, state: &State| {
                is(state, Who::JobMaster, |it| it.stage == Stage::Over)
                    && is(state, Who::Worker, |it| it.stage == Stage::Works)
            }),
            Property::sometimes("a worker still has to let go", |_, state: &State| {
                state.given_away.contains(&Who::Worker) && is(state, Who::Worker, |it| it.holds)
            }),
            Property::sometimes("an executor outlives its entry", |_, state: &State| {
                let mut executors = state.executor.iter();
                executors.any(|it| it.lives && it.is_given_up)
            }),
            Property::sometimes("it takes more than a minute", |_, state: &State| {
                state.now > Duration::from_secs(60)
            }),
        ]
    }
}
