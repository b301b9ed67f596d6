//! The steps of an election.

use super::{Action, Failure, LeaderModel, Process, Server, Service, State};
use crate::framework::{LeaderEffect, LeaderEvent, LeaderState, LeaderTimes, Rule};
use crate::protocol::clock::NOW;
use crate::protocol::{Call, Fault, Recorder};
use crate::wire::MonotonicTime;

/// A time at which a lease that was renewed now has not been renewed for too long.
fn too_late() -> MonotonicTime {
    MonotonicTime(LeaderTimes::default().deadline + 1)
}

impl LeaderModel {
    pub(super) fn offer(&self, state: &State, actions: &mut Vec<Action>) {
        for server in Server::ALL {
            let renews = match state.process(server) {
                Some(process) => self.offer_to(server, process, state.lease, actions),
                None => {
                    actions.push(Action::Restart(server));
                    false
                }
            };
            if state.lease == Some(server) && !renews {
                actions.push(Action::ExpireLease(server));
            }
        }
    }

    /// What a server that is up may do; returns whether it renews its lease.
    fn offer_to(
        &self,
        server: Server,
        process: &Process,
        lease: Option<Server>,
        actions: &mut Vec<Action>,
    ) -> bool {
        let faults = self.configuration.faults;
        let leader = *process.leader.state();
        match leader {
            LeaderState::Candidate if lease.is_none() => actions.push(Action::Elect(server)),
            LeaderState::Starting => actions.push(Action::MakeExecutorManager(server)),
            LeaderState::Preparing => actions.push(Action::StartJobManager(server)),
            LeaderState::Resigning => actions.push(Action::EndService(server)),
            LeaderState::Candidate | LeaderState::Serving | LeaderState::Stuck => {}
        }
        let failures: &[_] = match leader {
            LeaderState::Starting | LeaderState::Preparing => &[Failure::Start],
            LeaderState::Serving => &[Failure::QueueFull, Failure::Poll],
            LeaderState::Candidate | LeaderState::Stuck | LeaderState::Resigning => &[],
        };
        actions.extend(
            failures
                .iter()
                .map(|failure| Action::Fail(server, *failure)),
        );
        let renews = leader.is_leader() && leader != LeaderState::Resigning;
        if renews {
            actions.push(Action::Renew(server));
            if faults.has(Fault::Store) || faults.has(Fault::Partition) {
                actions.push(Action::GiveUp(server));
            }
        }
        if faults.has(Fault::Crash) {
            actions.push(Action::Crash(server));
        }
        renews
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
            Action::Elect(server) => {
                state.lease = Some(server);
                tell(
                    &mut state,
                    server,
                    LeaderEvent::Elected { now: NOW },
                    recorder,
                )?;
            }
            Action::MakeExecutorManager(server) => {
                tell(
                    &mut state,
                    server,
                    LeaderEvent::ExecutorManagerMade,
                    recorder,
                )?;
            }
            Action::StartJobManager(server) => {
                tell(&mut state, server, LeaderEvent::JobManagerReady, recorder)?;
            }
            Action::Renew(server) => {
                tell(
                    &mut state,
                    server,
                    LeaderEvent::Renewed { now: NOW },
                    recorder,
                )?;
            }
            Action::Fail(server, _) => {
                state.process_mut(server)?.service = Service::Failed;
                tell(&mut state, server, LeaderEvent::ServiceFailed, recorder)?;
                if state.service(server) == Service::Failed {
                    let rule = Rule::LeaderResignsOnError;
                    state.trail.needs(rule, &self.configuration);
                }
            }
            Action::GiveUp(server) => {
                let event = LeaderEvent::Ticked { now: too_late() };
                tell(&mut state, server, event, recorder)?;
            }
            Action::EndService(server) => {
                state.process_mut(server)?.service = Service::None;
                tell(&mut state, server, LeaderEvent::ServiceEnded, recorder)?;
            }
            Action::ExpireLease(_) => state.lease = None,
            Action::Crash(server) => state.servers[server as usize] = None,
            Action::Restart(server) => {
                let code = || Call::statement(format!("{} = server();", server.name()));
                recorder.call(code);
                state.servers[server as usize] = Some(Process::new(&self.configuration));
            }
        }
        Some(state)
    }
}

/// Tells a leader what has happened, and does what it wants.
fn tell(
    state: &mut State,
    server: Server,
    event: LeaderEvent,
    recorder: &mut impl Recorder,
) -> Option<()> {
    let process = state.servers[server as usize].as_mut()?;
    let mut effects = Vec::new();
    process
        .leader
        .handle_with_context(&event, &mut effects)
        .ok()?;
    recorder.call(|| {
        let answer = (process.leader.state(), &effects);
        let code = format!("tell(&mut {}, LeaderEvent::{event:?})", server.name());
        Call::new(code, answer)
    });
    for effect in effects {
        match effect {
            LeaderEffect::StartService => process.service = Service::Runs,
            LeaderEffect::CancelService => {
                process.service = Service::Ends {
                    failed: process.service.has_failed(),
                };
            }
            LeaderEffect::GiveUpLease if state.lease == Some(server) => state.lease = None,
            LeaderEffect::GiveUpLease => {}
        }
    }
    Some(())
}
