//! Single-decree Paxos, after L. Lamport, "Paxos Made Simple" (ACM SIGACT News 32,
//! 2001), as a register that clients write once and read once.
//!
//! The steps are those of the example `paxos` of the model checker stateright 0.31,
//! message by message, so that there are as many states: three servers, each of which
//! leads, accepts and learns; a network that delivers in any order, each message
//! once, and holds those that nobody waits for any more for ever; and clients whose
//! operations are recorded, with what was over when each began. What they record must
//! be linearizable (M. Herlihy and J. Wing, ACM TOPLAS 12, 1990).

use std::num::NonZero;
use std::ops::RangeInclusive;

use fsmcheck::check::{Model, Property};

/// How many clients there may be.
pub(crate) const SIZES: RangeInclusive<usize> = 1..=CLIENTS;

/// With as many clients as servers at most, each server is asked to write by one of
/// them at most, and leads one ballot at most.
const CLIENTS: usize = SERVERS;
const SERVERS: usize = 3;
const MAJORITY: usize = SERVERS / 2 + 1;

/// The model.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paxos {
    /// How many clients there are.
    pub(crate) clients: usize,
    /// Whether a leader pays no heed to what others have accepted before, and
    /// proposes what its own client wrote.
    pub(crate) forgets: bool,
}

/// A server by its place.
type Server = u8;

/// A client by its place, and what it writes.
type Client = u8;

/// An attempt to come to a decision. The later one is the larger.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct Ballot {
    round: NonZero<u8>,
    leader: Server,
}

/// What was accepted, and in which ballot. The later one is the larger.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct Accepted {
    ballot: Ballot,
    proposal: Client,
}

/// What a server knows.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) struct Knowledge {
    /// The latest ballot that it takes part in.
    ballot: Option<Ballot>,
    /// As a leader: what it proposes.
    proposal: Option<Client>,
    /// As a leader: who has promised to take part, with what each had accepted.
    promises: [Option<Option<Accepted>>; SERVERS],
    /// As a leader: who has accepted, a bit for each.
    accepts: u8,
    /// As an acceptor: what it has accepted last.
    accepted: Option<Accepted>,
    is_decided: bool,
}

/// How far a client is. `over` says how many operations of each other client were over
/// when it began to read; when it began to write, none was.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) enum Progress {
    #[default]
    Writing,
    Reading {
        over: [u8; CLIENTS],
    },
    HasRead {
        over: [u8; CLIENTS],
        value: Client,
    },
}

impl Progress {
    fn operations_over(self) -> u8 {
        match self {
            Self::Writing => 0,
            Self::Reading { .. } => 1,
            Self::HasRead { .. } => 2,
        }
    }

    /// What was read.
    pub(crate) fn value_read(self) -> Option<Client> {
        match self {
            Self::HasRead { value, .. } => Some(value),
            Self::Writing | Self::Reading { .. } => None,
        }
    }
}

/// The messages on their way between a leader and one peer: one of each kind at most.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) struct Link {
    prepare: Option<Ballot>,
    promise: Option<(Ballot, Option<Accepted>)>,
    accept: Option<Accepted>,
    has_accepted: Option<Ballot>,
    decided: Option<Accepted>,
}

/// What all of them are in.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) struct State {
    pub(crate) servers: [Knowledge; SERVERS],
    pub(crate) clients: [Progress; CLIENTS],
    /// For each leader the links to its peers, in the order of their distance.
    links: [[Link; SERVERS - 1]; SERVERS],
    /// Who has asked to write and was not heard yet.
    writes: [bool; CLIENTS],
    /// Whom a leader tells that its write is done.
    written: [Option<Client>; SERVERS],
    /// Who has asked to read and was not heard yet.
    reads: [bool; CLIENTS],
    /// The answers on their way.
    answers: [Option<Client>; CLIENTS],
}

impl State {
    fn link(&mut self, leader: Server, peer: Server) -> &mut Link {
        let distance = (peer + SERVERS as u8 - leader - 1) % SERVERS as u8;
        &mut self.links[leader as usize][distance as usize]
    }

    /// Whether the operations of the clients, each taking effect at one moment between
    /// its beginning and its end, make one sequence in which each read has what was
    /// written last.
    fn is_linearizable(&self) -> bool {
        self.can_go_on([0; CLIENTS], None)
    }

    /// The same, of what is left behind the first operations of each client.
    fn can_go_on(&self, placed: [u8; CLIENTS], value: Option<Client>) -> bool {
        let has_all = |(progress, placed): (&Progress, &u8)| progress.operations_over() <= *placed;
        if self.clients.iter().zip(&placed).all(has_all) {
            return true;
        }
        let mut clients = self.clients.iter().zip(0..);
        clients.any(|(progress, client)| {
            let mut then = placed;
            then[client as usize] += 1;
            match (placed[client as usize], *progress) {
                (0, _) => self.can_go_on(then, Some(client)),
                (1, Progress::HasRead { over, .. }) => {
                    let in_time = over
                        .iter()
                        .zip(&placed)
                        .all(|(over, placed)| over <= placed);
                    in_time && value == progress.value_read() && self.can_go_on(then, value)
                }
                // A read that is not over can be left out.
                _ => false,
            }
        })
    }
}

/// A message is delivered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Action {
    Write { client: Client },
    Prepare { leader: Server, peer: Server },
    Promise { leader: Server, peer: Server },
    Accept { leader: Server, peer: Server },
    Accepted { leader: Server, peer: Server },
    Decided { leader: Server, peer: Server },
    Written { leader: Server, client: Client },
    Read { client: Client },
    Answer { client: Client },
}

/// The server that a client asks to write.
fn writes_to(client: Client) -> Server {
    client % SERVERS as u8
}

/// The server that a client asks afterwards to read.
fn reads_from(client: Client) -> Server {
    (client + 1) % SERVERS as u8
}

fn peers_of(leader: Server) -> impl Iterator<Item = Server> {
    (1..SERVERS as u8).map(move |distance| (leader + distance) % SERVERS as u8)
}

impl Model for Paxos {
    type State = State;
    type Action = Action;

    fn initial_states(&self) -> Vec<State> {
        let mut state = State::default();
        state.writes[..self.clients].fill(true);
        vec![state]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        for client in 0..self.clients as Client {
            if state.writes[client as usize] {
                actions.push(Action::Write { client });
            }
            if state.reads[client as usize] {
                actions.push(Action::Read { client });
            }
            if state.answers[client as usize].is_some() {
                actions.push(Action::Answer { client });
            }
        }
        for leader in 0..SERVERS as Server {
            if let Some(client) = state.written[leader as usize] {
                actions.push(Action::Written { leader, client });
            }
            for (peer, link) in peers_of(leader).zip(&state.links[leader as usize]) {
                if link.prepare.is_some() {
                    actions.push(Action::Prepare { leader, peer });
                }
                if link.promise.is_some() {
                    actions.push(Action::Promise { leader, peer });
                }
                if link.accept.is_some() {
                    actions.push(Action::Accept { leader, peer });
                }
                if link.has_accepted.is_some() {
                    actions.push(Action::Accepted { leader, peer });
                }
                if link.decided.is_some() {
                    actions.push(Action::Decided { leader, peer });
                }
            }
        }
    }

    fn next(&self, state: &State, action: &Action) -> Option<State> {
        let mut next = *state;
        match *action {
            Action::Write { client } => {
                let leader = writes_to(client);
                let own = &mut next.servers[leader as usize];
                if own.is_decided || own.proposal.is_some() {
                    return None;
                }
                let round = match own.ballot {
                    Some(ballot) => ballot.round.checked_add(1)?,
                    None => NonZero::<u8>::MIN,
                };
                let ballot = Ballot { round, leader };
                own.ballot = Some(ballot);
                own.proposal = Some(client);
                own.promises = [None; SERVERS];
                own.promises[leader as usize] = Some(own.accepted);
                own.accepts = 0;
                for peer in peers_of(leader) {
                    next.link(leader, peer).prepare = Some(ballot);
                }
                next.writes[client as usize] = false;
            }
            Action::Prepare { leader, peer } => {
                let ballot = next.link(leader, peer).prepare.take()?;
                let own = &mut next.servers[peer as usize];
                if own.is_decided || own.ballot >= Some(ballot) {
                    return None;
                }
                own.ballot = Some(ballot);
                let accepted = own.accepted;
                next.link(leader, peer).promise = Some((ballot, accepted));
            }
            Action::Promise { leader, peer } => {
                let (ballot, accepted) = next.link(leader, peer).promise.take()?;
                let own = &mut next.servers[leader as usize];
                if own.is_decided || own.ballot != Some(ballot) {
                    return None;
                }
                own.promises[peer as usize] = Some(accepted);
                if own.promises.iter().flatten().count() == MAJORITY {
                    // What may have been decided before is among what the majority
                    // has accepted, in the latest ballot.
                    let latest = own.promises.iter().flatten().flatten().max();
                    let proposal = match latest {
                        Some(latest) if !self.forgets => latest.proposal,
                        _ => own.proposal?,
                    };
                    let accepted = Accepted { ballot, proposal };
                    own.proposal = Some(proposal);
                    own.accepted = Some(accepted);
                    own.accepts |= 1 << leader;
                    for peer in peers_of(leader) {
                        next.link(leader, peer).accept = Some(accepted);
                    }
                }
            }
            Action::Accept { leader, peer } => {
                let accepted = next.link(leader, peer).accept.take()?;
                let own = &mut next.servers[peer as usize];
                if own.is_decided || own.ballot > Some(accepted.ballot) {
                    return None;
                }
                own.ballot = Some(accepted.ballot);
                own.accepted = Some(accepted);
                next.link(leader, peer).has_accepted = Some(accepted.ballot);
            }
            Action::Accepted { leader, peer } => {
                let ballot = next.link(leader, peer).has_accepted.take()?;
                let own = &mut next.servers[leader as usize];
                if own.is_decided || own.ballot != Some(ballot) {
                    return None;
                }
                own.accepts |= 1 << peer;
                if own.accepts.count_ones() as usize == MAJORITY {
                    own.is_decided = true;
                    let proposal = own.proposal?;
                    for peer in peers_of(leader) {
                        next.link(leader, peer).decided = Some(Accepted { ballot, proposal });
                    }
                    next.written[leader as usize] = Some(proposal);
                }
            }
            Action::Decided { leader, peer } => {
                let accepted = next.link(leader, peer).decided.take()?;
                let own = &mut next.servers[peer as usize];
                if own.is_decided {
                    return None;
                }
                own.ballot = Some(accepted.ballot);
                own.accepted = Some(accepted);
                own.is_decided = true;
            }
            Action::Written { leader, client } => {
                if state.clients[client as usize] != Progress::Writing {
                    return None;
                }
                let mut over = state.clients.map(Progress::operations_over);
                over[client as usize] = 0;
                next.written[leader as usize] = None;
                next.clients[client as usize] = Progress::Reading { over };
                next.reads[client as usize] = true;
            }
            Action::Read { client } => {
                let own = &state.servers[reads_from(client) as usize];
                if !own.is_decided {
                    return None;
                }
                next.reads[client as usize] = false;
                next.answers[client as usize] = Some(own.accepted?.proposal);
            }
            Action::Answer { client } => {
                let value = next.answers[client as usize].take()?;
                let Progress::Reading { over } = state.clients[client as usize] else {
                    return None;
                };
                next.clients[client as usize] = Progress::HasRead { over, value };
            }
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("linearizable", |_, state: &State| state.is_linearizable()),
            Property::sometimes("value chosen", |_, state: &State| {
                state.answers.iter().any(Option::is_some)
            }),
        ]
    }
}
