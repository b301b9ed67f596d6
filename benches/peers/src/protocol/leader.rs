//! The election of a leader, for stateright.

use stateright::{Model, Property};

use super::{Faults, Trail};

/// Two servers that stand for election.
#[derive(Clone, Copy, Debug)]
pub struct Election {
    pub faults: Faults,
    /// The rule: a leader whose service has failed gives its lease up.
    pub resigns_on_error: bool,
    /// The rule of which it is remembered that it was needed.
    pub watched: Option<&'static str>,
}

const RULE: &str = "leader_resigns_on_error";

/// How far a server is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Stage {
    /// It is not the leader.
    Stands,
    /// It has the lease, and no manager.
    Leads,
    /// It has the manager of the executors.
    HasExecutors,
    /// It has the manager of the jobs, too.
    HasJobs,
    /// Its service has failed, and it goes on renewing the lease.
    Hangs,
    /// Its service was canceled; the lease is given up when that has ended.
    Resigns,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Server {
    pub stage: Stage,
    /// Whether executors are answered.
    pub answers: bool,
    /// Whether there is a service that has not ended.
    pub has_service: bool,
    /// Whether that has failed.
    pub has_failed: bool,
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct State {
    /// Those that are up.
    pub servers: [Option<Server>; 2],
    /// Whose lease is stored.
    pub lease: Option<usize>,
    pub trail: Trail,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Step {
    Win,
    Advance,
    Renew,
    Fail(Reason),
    Lapse,
    EndService,
    ExpireLease,
    Crash,
    Start,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reason {
    Start,
    Queue,
    Round,
}

const STARTS: Server = Server {
    stage: Stage::Stands,
    answers: false,
    has_service: false,
    has_failed: false,
};

impl Server {
    /// Whether executors or users are answered.
    pub fn is_open(&self) -> bool {
        self.answers || self.stage == Stage::HasJobs
    }

    fn renews(&self) -> bool {
        use Stage::{Hangs, HasExecutors, HasJobs, Leads};
        matches!(self.stage, Leads | HasExecutors | HasJobs | Hangs)
    }

    fn reasons_to_fail(&self) -> &'static [Reason] {
        match self.stage {
            Stage::Leads | Stage::HasExecutors => &[Reason::Start],
            Stage::HasJobs => &[Reason::Queue, Reason::Round],
            Stage::Stands | Stage::Hangs | Stage::Resigns => &[],
        }
    }

    fn resign(&mut self) {
        self.stage = Stage::Resigns;
        self.answers = false;
    }
}

impl Election {
    fn of_server(&self, server: &Server, lease: Option<usize>, steps: &mut Vec<Step>) {
        if server.stage == Stage::Stands && lease.is_none() {
            steps.push(Step::Win);
        }
        if matches!(server.stage, Stage::Leads | Stage::HasExecutors) {
            steps.push(Step::Advance);
        }
        if server.stage == Stage::Resigns {
            steps.push(Step::EndService);
        }
        steps.extend(server.reasons_to_fail().iter().copied().map(Step::Fail));
        if server.renews() {
            steps.push(Step::Renew);
            if self.faults.store || self.faults.partition {
                steps.push(Step::Lapse);
            }
        }
        if self.faults.crash {
            steps.push(Step::Crash);
        }
    }
}

impl Model for Election {
    type State = State;
    type Action = (usize, Step);

    fn init_states(&self) -> Vec<State> {
        vec![State {
            servers: [Some(STARTS); 2],
            lease: None,
            trail: Trail::default(),
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<(usize, Step)>) {
        for (number, server) in state.servers.iter().enumerate() {
            let mut steps = Vec::new();
            match server {
                Some(server) => self.of_server(server, state.lease, &mut steps),
                None => steps.push(Step::Start),
            }
            let is_renewed = server.is_some_and(|server| server.renews());
            if state.lease == Some(number) && !is_renewed {
                steps.push(Step::ExpireLease);
            }
            actions.extend(steps.into_iter().map(|step| (number, step)));
        }
    }

    fn next_state(&self, state: &State, (number, step): (usize, Step)) -> Option<State> {
        let mut state = state.clone();
        state.trail.begin();
        match step {
            Step::ExpireLease => state.lease = None,
            Step::Crash => state.servers[number] = None,
            Step::Start => state.servers[number] = Some(STARTS),
            _ => {}
        }
        let Some(server) = &mut state.servers[number] else {
            return Some(state);
        };
        match step {
            Step::Win => {
                state.lease = Some(number);
                server.stage = Stage::Leads;
                server.has_service = true;
            }
            Step::Advance if server.stage == Stage::Leads => {
                server.stage = Stage::HasExecutors;
                server.answers = true;
            }
            Step::Advance => server.stage = Stage::HasJobs,
            Step::Fail(_) => {
                server.has_failed = true;
                if self.resigns_on_error {
                    server.resign();
                } else {
                    server.stage = Stage::Hangs;
                    state.trail.needs(RULE, self.watched);
                }
            }
            Step::Lapse => server.resign(),
            Step::EndService => {
                *server = STARTS;
                if state.lease == Some(number) {
                    state.lease = None;
                }
            }
            Step::Renew | Step::ExpireLease | Step::Crash | Step::Start => {}
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        fn any(state: &State, has: impl Fn(&Server) -> bool) -> bool {
            state.servers.iter().flatten().any(has)
        }
        fn both(state: &State, have: impl Fn(&Server) -> bool) -> bool {
            state.servers.iter().flatten().filter(|it| have(it)).count() == 2
        }
        vec![
            Property::always("anything", |_, _| true),
            Property::always("not both are open", |_, state: &State| {
                !both(state, Server::is_open)
            }),
            Property::always("not both serve", |_, state: &State| {
                !both(state, |server| server.stage == Stage::HasJobs)
            }),
            Property::always("not two services", |_, state: &State| {
                !both(state, |server| server.has_service)
            }),
            Property::always("who has failed is closed", |_, state: &State| {
                !any(state, |server| server.has_failed && server.is_open())
            }),
            Property::always("the rule is not needed", |_, state: &State| {
                !state.trail.is_needed(RULE)
            }),
            Property::always("the rule was not needed", |_, state: &State| {
                !state.trail.was_needed()
            }),
            Property::sometimes("one serves", |_, state: &State| {
                any(state, |server| server.stage == Stage::HasJobs)
            }),
            Property::sometimes("a sound service is canceled", |_, state: &State| {
                any(state, |server| {
                    server.stage == Stage::Resigns && !server.has_failed
                })
            }),
            Property::sometimes("no server is up", |_, state: &State| {
                state.servers == [None; 2]
            }),
            Property::sometimes("the lease is another's", |_, state: &State| {
                state.lease == Some(1) && state.servers[0].is_some_and(|it| it.has_service)
            }),
        ]
    }
}
