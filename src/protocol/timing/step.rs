//! The steps in time.

use super::scenario::Scenario;
use super::state::{Event, State, Who};
use super::{Action, Timing, nanos};
use crate::framework::manager::{TickInput, Ticked};
use crate::framework::{
    ClientEffect, ClientEvent, ExecutorEffect, ExecutorEvent, ExecutorState, HeartbeatAnswer,
    LoopError, RegisteredExecutorEvent, RegisteredExecutorState, Rule, RunLoopEffect, RunLoopEvent,
    RunLoopState, WorkerEntryState,
};
use crate::protocol::clock::NOW;
use crate::protocol::{Call, Promise, Recorder, Shared, log};
use crate::wire::HeartbeatPong;

impl Timing {
    pub(super) fn offer(&self, state: &State, actions: &mut Vec<Action>) {
        if state.scenario.is_none() {
            actions.extend(self.scenarios.iter().map(|it| Action::Begin(*it)));
            return;
        }
        let now = state.now.0;
        let due = state.plans.iter().filter(|plan| plan.earliest <= now);
        actions.extend(due.clone().map(|plan| Action::Happen(plan.event, now)));
        let may_wait = due.clone().all(|plan| plan.latest > now);
        if let Some(next) = state.next_instant().filter(|_| may_wait) {
            actions.push(Action::Wait(next));
        }
    }

    pub(super) fn step(
        &self,
        state: &State,
        action: Action,
        recorder: &mut impl Recorder,
    ) -> Option<State> {
        let mut state = state.clone();
        state.trail.begin();
        match action {
            Action::Begin(scenario) => {
                self.start(scenario, &mut state);
                recorder.call(|| Call::statement(super::transcript::beginning(scenario)));
            }
            Action::Wait(until) => {
                state.now.0 = until;
                recorder.call(|| Call::statement(format!("now = MonotonicTime({until});")));
            }
            Action::Happen(event, _) => {
                let position = state.plans.iter().position(|plan| plan.event == event)?;
                state.plans.remove(position);
                self.happen(&mut state, event, recorder)?;
            }
        }
        Some(state)
    }

    fn happen(&self, state: &mut State, event: Event, recorder: &mut impl Recorder) -> Option<()> {
        match event {
            Event::Start => self.starts(state, recorder),
            Event::Look(who) => self.look(state, who, recorder)?,
            Event::Round(who) => {
                let round = RunLoopEvent::Tick { now: state.now };
                let effects = self.tell_loop(state, who, &round, recorder)?;
                let stops = effects.contains(&RunLoopEffect::StopAnswering);
                if who == Who::JobMaster && !stops {
                    let rule = Rule::HandlersRemovedBeforeClose;
                    state.trail.needs(rule, &self.configuration);
                }
            }
            Event::Close(who) => {
                state.party_mut(who)?.change(|party| party.holds = false);
                self.tell_loop(state, who, &RunLoopEvent::BusinessClosed, recorder)?;
            }
            Event::End => {
                let message = "failed".into();
                let error = Some(LoopError::Other { message });
                let now = state.now;
                let ended = RunLoopEvent::Ended { error, now };
                self.tell_loop(state, Who::Worker, &ended, recorder)?;
            }
            Event::WaitOver => {
                let timer = ClientEvent::Timer { now: state.now };
                let effects = tell_client(state, Who::Worker, &timer, recorder)?;
                if matches!(effects[..], [ClientEffect::WaitEnded { .. }]) {
                    let ended = RunLoopEvent::HandshakeEnded;
                    self.tell_loop(state, Who::Worker, &ended, recorder)?;
                }
            }
            Event::Check(who) => self.check(state, who, recorder),
            Event::Wake => {
                let now = state.now;
                state
                    .manager
                    .change(|manager| manager.wake(now, &mut Vec::new()));
                recorder.call(|| Call::statement("manager.wake(now, &mut Vec::new());"));
                record_entry(state, Who::Worker, recorder);
                if is_given_away(state, Who::Worker) {
                    give_away(state, Who::Worker);
                }
            }
            Event::Answer => {
                let answer = HeartbeatAnswer::Ok;
                let now = state.now;
                tell_executor(state, &ExecutorEvent::Answered { answer, now }, recorder)?;
                let timeouts = self.configuration.timeouts;
                let beat = nanos(timeouts.executor_heartbeat).max(1);
                let timeout = nanos(timeouts.executor);
                state.plan(
                    Event::Beat,
                    timeout.saturating_add(1),
                    timeout.saturating_add(beat),
                );
            }
            Event::Beat => {
                let now = state.now;
                tell_executor(state, &ExecutorEvent::Ticked { now }, recorder)?;
            }
            Event::Sweep => sweep(state, recorder)?,
        }
        Some(())
    }

    fn starts(&self, state: &mut State, recorder: &mut impl Recorder) {
        let party = self.party(Who::Worker, state.now);
        if party.client.storage().acknowledged() != NOW {
            let rule = Rule::AckBaselineAtSubmit;
            state.trail.needs(rule, &self.configuration);
        }
        state.worker = Some(Shared::new(party));
        recorder.call(|| Call::statement("w = party(\"w\", \"j\", now);"));
        if is_given_away(state, Who::Worker) {
            state.trail.broke(Promise::S2);
        }
        self.plan_look(state, Who::Worker);
    }

    /// A loop that finds its master silent for too long is ended at its next round.
    fn look(&self, state: &mut State, who: Who, recorder: &mut impl Recorder) -> Option<()> {
        let look = ClientEvent::CheckMaster { now: state.now };
        let effects = tell_client(state, who, &look, recorder)?;
        if effects.contains(&ClientEffect::MasterTimedOut) {
            let error = LoopError::Suicide;
            self.tell_loop(state, who, &RunLoopEvent::Fail { error }, recorder)?;
            state.plan(
                Event::Round(who),
                0,
                nanos(self.configuration.timeouts.poll),
            );
        }
        Some(())
    }

    fn tell_loop(
        &self,
        state: &mut State,
        who: Who,
        event: &RunLoopEvent,
        recorder: &mut impl Recorder,
    ) -> Option<Vec<RunLoopEffect>> {
        let mut effects = Vec::new();
        let party = state.party_mut(who)?;
        let before = *party.run_loop.state();
        party
            .change(|party| party.run_loop.apply(event, &mut effects).map(|_| ()))
            .ok()?;
        let now = *party.run_loop.state();
        recorder.sent_if_any(|| log::of_loop(who.role(), before, &party.run_loop));
        recorder.call(|| {
            let code = format!("tell_loop(&mut {}, &RunLoopEvent::{event:?})", who.name());
            // The text of an error is shared.
            let code = code.replace("\"failed\"", "\"failed\".into()");
            Call::new(code, (now, &effects))
        });
        for effect in &effects {
            match effect {
                RunLoopEffect::CallCloseImpl { within } => {
                    state.plan(Event::Close(who), 0, within.map_or(i64::MAX, nanos));
                }
                RunLoopEffect::WaitClosed => {
                    let wait = ClientEvent::WaitClosed { now: state.now };
                    tell_client(state, who, &wait, recorder)?;
                    let wait = nanos(self.configuration.timeouts.wait_closed);
                    state.plan(Event::WaitOver, wait, wait);
                }
                RunLoopEffect::StopAnswering => self.stop_answering(state, recorder),
                // Handlers that are still there are removed; it may happen at once.
                RunLoopEffect::Release if who == Who::JobMaster => {
                    let rule = Rule::HandlersRemovedBeforeClose;
                    if !self.configuration.policy.has(rule) {
                        self.stop_answering(state, recorder);
                    }
                }
                _ => {}
            }
        }
        Some(effects)
    }

    /// The last ping of the worker that is answered was sent now.
    fn stop_answering(&self, state: &mut State, recorder: &mut impl Recorder) {
        let answer = HeartbeatPong {
            send_time: state.now,
            to_worker_id: Who::Worker.name().to_owned(),
            epoch: 1,
            ..HeartbeatPong::default()
        };
        let pong = ClientEvent::Pong {
            from: "x".into(),
            pong: answer.clone(),
            worker_epoch: Some(super::scenario::WORKER_EPOCH),
        };
        if let Some(worker) = &mut state.worker {
            let taken = worker.change(|party| party.client.apply(&pong, &mut Vec::new()));
            recorder.call(|| Call::new("pong(&mut w, now)", taken.is_ok()));
            recorder.sent(|| log::pong_received("j", &answer));
        }
        self.plan_look(state, Who::Worker);
    }

    fn check(&self, state: &mut State, who: Who, recorder: &mut impl Recorder) {
        let now = state.now;
        let checked = state.manager.change(|manager| {
            manager.check(now, &mut Vec::new())?;
            let mut input = TickInput::Start;
            loop {
                input = match manager.tick(input, &mut Vec::new())? {
                    Ticked::Callback => TickInput::CallbackDone,
                    Ticked::Row => TickInput::Row(Ok(None)),
                    Ticked::Done => return Ok::<_, crate::framework::manager::ManagerError>(()),
                };
            }
        });
        recorder.call(|| Call::new("check(&mut manager, now)", &checked));
        record_entry(state, who, recorder);
        if !is_given_away(state, who) {
            return;
        }
        give_away(state, who);
        if state.scenario == Some(Scenario::Held) && who == Who::JobMaster {
            self.fail_over(state);
            recorder.call(|| Call::statement("manager = failed_over(now);"));
        }
    }
}

fn tell_client(
    state: &mut State,
    who: Who,
    event: &ClientEvent,
    recorder: &mut impl Recorder,
) -> Option<Vec<ClientEffect>> {
    let mut effects = Vec::new();
    let party = state.party_mut(who)?;
    party
        .change(|party| party.client.apply(event, &mut effects).map(|_| ()))
        .ok()?;
    recorder.call(|| {
        let code = format!("tell_client(&mut {}, &ClientEvent::{event:?})", who.name());
        Call::new(code, &effects)
    });
    Some(effects)
}

fn tell_executor(
    state: &mut State,
    event: &ExecutorEvent,
    recorder: &mut impl Recorder,
) -> Option<Vec<ExecutorEffect>> {
    let mut effects = Vec::new();
    let node = state.node.as_mut()?;
    node.change(|node| {
        node.own
            .handle_with_context(event, &mut effects)
            .map(|_| ())
    })
    .ok()?;
    recorder.call(|| {
        let code = format!("tell_executor(&mut x, &ExecutorEvent::{event:?})")
            .replace("answer: Ok", "answer: HeartbeatAnswer::Ok");
        Call::new(code, &effects)
    });
    Some(effects)
}

/// The tasks of an executor that the server gives up may be run elsewhere.
fn sweep(state: &mut State, recorder: &mut impl Recorder) -> Option<()> {
    let checked = RegisteredExecutorEvent::Checked { now: state.now };
    let node = state.node.as_mut()?;
    node.change(|node| node.registered.handle(&checked).map(|_| ()))
        .ok()?;
    let registered = *node.registered.state();
    recorder.call(|| Call::new("sweep(&mut registered, now)", registered));
    let lives = *node.own.state() == ExecutorState::Alive;
    if registered == RegisteredExecutorState::Tombstone && lives {
        state.trail.broke(Promise::S2);
    }
    Some(())
}

fn record_entry(state: &State, who: Who, recorder: &mut impl Recorder) {
    recorder.call(|| {
        let entry = state.manager.entry(who.name()).map(|(_, entry)| entry);
        Call::new(format!("entry(&manager, {:?})", who.name()), entry)
    });
}

fn is_given_away(state: &State, who: Who) -> bool {
    let entry = state.manager.entry(who.name());
    entry.is_some_and(|(_, entry)| entry == WorkerEntryState::Tombstone)
}

/// The work is given to another one: what must be over by then.
fn give_away(state: &mut State, who: Who) {
    let Some(party) = state.party_mut(who) else {
        return;
    };
    let (holds, run_loop) = (party.holds, *party.run_loop.state());
    match run_loop {
        RunLoopState::Init | RunLoopState::Poll => state.trail.broke(Promise::S2),
        RunLoopState::ClosingBusiness | RunLoopState::Handshake => {
            state.trail.broke(Promise::S16);
        }
        _ => {}
    }
    // A job master that gives up has no bound on its closing.
    if holds && who == Who::Worker {
        state.trail.broke(Promise::S3);
    }
}
