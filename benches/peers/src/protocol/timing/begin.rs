//! How a run begins.

use std::time::Duration;

use super::Timing;
use super::state::{Event, Executor, Loop, Scenario, Stage, State, TICK, Who};

const START: Duration = Duration::ZERO;

impl Timing {
    pub(super) fn begin(&self, state: &mut State, scenario: Scenario) {
        state.scenario = Some(scenario);
        let times = &self.times;
        let worker = Loop::since(START);
        match scenario {
            Scenario::CutOff => {
                state.loops.insert(Who::Worker, worker);
                self.plan_look(state, Who::Worker);
                self.plan_check(state, Who::Worker);
            }
            Scenario::LateStart => {
                state.plan(Event::Start, Duration::ZERO, times.latest_start);
                self.plan_check(state, Who::Worker);
            }
            Scenario::Goodbye => {
                let worker = Loop {
                    stage: Stage::SaysGoodbye,
                    holds: false,
                    left: Some(START),
                    ..worker
                };
                state.loops.insert(Who::Worker, worker);
                state.plan(Event::WaitOver, times.wait_closed, times.wait_closed);
                self.plan_check(state, Who::Worker);
            }
            Scenario::LateGoodbye => {
                state.loops.insert(Who::Worker, worker);
                let before_next = times.heartbeat.saturating_sub(TICK);
                state.plan(Event::Fail, Duration::ZERO, before_next);
                self.plan_check(state, Who::Worker);
            }
            Scenario::Failover => {
                state.loops.insert(Who::Worker, worker);
                self.plan_look(state, Who::Worker);
                self.fail_over(state);
            }
            Scenario::Held => {
                state.loops.insert(Who::Worker, worker);
                state.loops.insert(Who::JobMaster, worker);
                self.plan_look(state, Who::JobMaster);
                self.plan_check(state, Who::JobMaster);
            }
            Scenario::ExecutorCutOff => {
                state.executor = Some(Executor {
                    answered: START,
                    lives: true,
                    is_given_up: false,
                });
                state.plan(Event::Answer, Duration::ZERO, times.call);
                let silence = times.executor + times.executor_grace;
                state.plan_after(Event::Sweep, silence, times.executor_heartbeat);
            }
        }
    }

    fn plan_check(&self, state: &mut State, who: Who) {
        let silence = self.times.worker + self.times.grace;
        state.plan_after(Event::Check(who), silence, self.times.check);
    }

    /// A silence as long as the time-out is too long for a loop, other than for a master. Who
    /// starts looks a heartbeat later for the first time.
    pub(super) fn plan_look(&self, state: &mut State, who: Who) {
        let Some(it) = state.loops.get(&who) else {
            return;
        };
        let heartbeat = self.times.heartbeat;
        let too_long = it.acknowledged + self.times.worker;
        let first_after = too_long + heartbeat.saturating_sub(TICK);
        let from = too_long.max(state.now);
        let to = first_after.max(state.now + heartbeat);
        state.plan_at(Event::Look(who), from, Some(to));
    }

    /// A new master waits for the worker as long as for one that it has heard of.
    pub(super) fn fail_over(&self, state: &mut State) {
        let wait = self.times.worker + self.times.grace;
        state.plan(Event::Wake, wait, wait);
    }
}
