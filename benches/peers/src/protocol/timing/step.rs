//! What happens in its time.

use std::time::Duration;

use super::Timing;
use super::state::{Event, Loop, Stage, State, Who};

impl Timing {
    pub(super) fn happen(&self, state: &mut State, event: Event) -> Option<()> {
        let (now, times) = (state.now, &self.times);
        match event {
            Event::Start => self.start(state),
            Event::Look(who) => {
                state.loops.get_mut(&who)?.stage = Stage::IsToEnd;
                state.plan(Event::Round(who), Duration::ZERO, times.poll);
            }
            Event::Round(who) => {
                state.loops.get_mut(&who)?.left = Some(now);
                if who == Who::JobMaster {
                    if self.rules.handlers_removed_before_close {
                        self.stop_answering(state)?;
                    } else {
                        let rule = "handlers_removed_before_close";
                        state.trail.needs(rule, self.watched);
                    }
                }
                self.close(state, who, Stage::Closes)?;
            }
            Event::Close(who) => {
                let it = state.loops.get_mut(&who)?;
                it.holds = false;
                if it.stage == Stage::ClosesFirst {
                    self.say_goodbye(state)?;
                } else {
                    it.stage = Stage::Over;
                    if who == Who::JobMaster && !self.rules.handlers_removed_before_close {
                        self.stop_answering(state)?;
                    }
                }
            }
            Event::Fail => {
                state.loops.get_mut(&Who::Worker)?.left = Some(now);
                if self.rules.close_before_finish_handshake {
                    self.close(state, Who::Worker, Stage::ClosesFirst)?;
                } else {
                    self.say_goodbye(state)?;
                }
            }
            Event::WaitOver if self.rules.close_before_finish_handshake => {
                state.loops.get_mut(&Who::Worker)?.stage = Stage::Over;
            }
            Event::WaitOver => self.close(state, Who::Worker, Stage::Closes)?,
            Event::Check(who) => {
                give_away(state, who);
                if who == Who::JobMaster {
                    self.fail_over(state);
                }
            }
            Event::Wake => give_away(state, Who::Worker),
            Event::Answer => {
                state.executor.as_mut()?.answered = now;
                let (silence, period) = (times.executor, times.executor_heartbeat);
                state.plan_after(Event::Beat, silence, period);
            }
            Event::Beat => state.executor.as_mut()?.lives = false,
            Event::Sweep => {
                let executor = state.executor.as_mut()?;
                executor.is_given_up = true;
                if executor.lives {
                    state.trail.broke("S2");
                }
            }
        }
        Some(())
    }

    fn start(&self, state: &mut State) {
        let acknowledged = if self.rules.ack_baseline_at_submit {
            Duration::ZERO
        } else {
            state.now
        };
        if !acknowledged.is_zero() {
            state.trail.needs("ack_baseline_at_submit", self.watched);
        }
        if state.given_away.contains(&Who::Worker) {
            state.trail.broke("S2");
        }
        state.loops.insert(Who::Worker, Loop::since(acknowledged));
        self.plan_look(state, Who::Worker);
    }

    /// A job master may take as long as it likes.
    fn close(&self, state: &mut State, who: Who, stage: Stage) -> Option<()> {
        state.loops.get_mut(&who)?.stage = stage;
        let within = (who == Who::Worker).then_some(self.times.close);
        let to = within.map(|within| state.now + within);
        state.plan_at(Event::Close(who), state.now, to);
        Some(())
    }

    fn say_goodbye(&self, state: &mut State) -> Option<()> {
        state.loops.get_mut(&Who::Worker)?.stage = Stage::SaysGoodbye;
        let wait = self.times.wait_closed;
        state.plan(Event::WaitOver, wait, wait);
        Some(())
    }

    /// Up to now each ping of the worker was answered.
    fn stop_answering(&self, state: &mut State) -> Option<()> {
        state.loops.get_mut(&Who::Worker)?.acknowledged = state.now;
        self.plan_look(state, Who::Worker);
        Some(())
    }
}

fn give_away(state: &mut State, who: Who) {
    state.given_away.insert(who);
    let Some(it) = state.loops.get(&who) else {
        return;
    };
    match it.stage {
        Stage::Works | Stage::IsToEnd => state.trail.broke("S2"),
        Stage::ClosesFirst | Stage::SaysGoodbye => state.trail.broke("S16"),
        Stage::Closes | Stage::Over => {}
    }
    // Nobody waits for a job master to let go.
    if it.holds && who == Who::Worker {
        state.trail.broke("S3");
    }
}
