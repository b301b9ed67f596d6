//! Two-phase commit, as J. Gray and L. Lamport write it down in "Consensus on
//! Transaction Commit" (ACM TODS 31, 2006), section 3.
//!
//! A transaction manager asks resource managers to commit together or not at all.
//! Messages stay once they are sent, so that they may be received late, again, or
//! never.

use std::ops::RangeInclusive;

use fsmcheck::check::{Model, Number, Property};
use fsmcheck::numbered;
use serde::{Deserialize, Serialize};

/// How many resource managers there may be.
pub(crate) const SIZES: RangeInclusive<usize> = 1..=12;

/// The model.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TwoPhaseCommit {
    /// How many resource managers take part.
    pub(crate) managers: usize,
    /// Whether a resource manager goes back on its word: it aborts on its own after
    /// it has said that it is prepared.
    pub(crate) breaks_its_word: bool,
}

/// What a resource manager has come to.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub(crate) enum Manager {
    Working,
    Prepared,
    Committed,
    Aborted,
}

/// What the transaction manager has decided.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub(crate) enum Decision {
    None,
    Commit,
    Abort,
}

numbered!(
    enum Decision {
        None,
        Commit,
        Abort,
    }
);

/// What all of them are in.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub(crate) struct State {
    /// Those that there are not stay as they begin.
    pub(crate) managers: [Manager; *SIZES.end()],
    /// What was decided. The message that tells it is sent in the same step.
    pub(crate) decision: Decision,
    /// Who has sent that it is prepared, a bit for each.
    pub(crate) sent: u16,
    /// Of whom the transaction manager has received that.
    pub(crate) received: u16,
}

/// What may happen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Action {
    ReceivePrepared(usize),
    DecideCommit,
    DecideAbort,
    Prepare(usize),
    ChooseToAbort(usize),
    ReceiveCommit(usize),
    ReceiveAbort(usize),
}

impl TwoPhaseCommit {
    fn all_are(&self, state: &State, what: Manager) -> bool {
        state.managers[..self.managers]
            .iter()
            .all(|manager| *manager == what)
    }
}

impl Model for TwoPhaseCommit {
    type State = State;
    type Action = Action;

    fn initial_states(&self) -> Vec<State> {
        vec![State {
            managers: [Manager::Working; *SIZES.end()],
            decision: Decision::None,
            sent: 0,
            received: 0,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        if state.decision == Decision::None {
            if state.received.count_ones() as usize == self.managers {
                actions.push(Action::DecideCommit);
            }
            actions.push(Action::DecideAbort);
        }
        for manager in 0..self.managers {
            let has_sent = state.sent & 1 << manager != 0;
            if state.decision == Decision::None && has_sent {
                actions.push(Action::ReceivePrepared(manager));
            }
            match state.managers[manager] {
                Manager::Working => {
                    actions.push(Action::Prepare(manager));
                    actions.push(Action::ChooseToAbort(manager));
                }
                Manager::Prepared if self.breaks_its_word => {
                    actions.push(Action::ChooseToAbort(manager));
                }
                _ => {}
            }
            match state.decision {
                Decision::None => {}
                Decision::Commit => actions.push(Action::ReceiveCommit(manager)),
                Decision::Abort => actions.push(Action::ReceiveAbort(manager)),
            }
        }
    }

    fn next(&self, state: &State, action: &Action) -> Option<State> {
        let mut state = *state;
        match *action {
            Action::ReceivePrepared(manager) => state.received |= 1 << manager,
            Action::DecideCommit => state.decision = Decision::Commit,
            Action::DecideAbort => state.decision = Decision::Abort,
            Action::Prepare(manager) => {
                state.managers[manager] = Manager::Prepared;
                state.sent |= 1 << manager;
            }
            Action::ChooseToAbort(manager) | Action::ReceiveAbort(manager) => {
                state.managers[manager] = Manager::Aborted;
            }
            Action::ReceiveCommit(manager) => state.managers[manager] = Manager::Committed,
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::<Self>::sometimes("abort agreement", |model, state| {
                model.all_are(state, Manager::Aborted)
            }),
            Property::<Self>::sometimes("commit agreement", |model, state| {
                model.all_are(state, Manager::Committed)
            }),
            Property::<Self>::always("consistent", |_, state| {
                !(state.managers.contains(&Manager::Aborted)
                    && state.managers.contains(&Manager::Committed))
            }),
        ]
    }

    /// What a resource manager has come to, has sent, and was received from it are one
    /// digit: of the 16 that there could be, 7 ever are together.
    fn number(&self, state: &State) -> Option<Number> {
        const NEVER: u64 = 7;
        // By what a resource manager has come to, then by what was received and sent.
        const TOGETHER: [[u64; 4]; 4] = [
            [0, NEVER, NEVER, NEVER],
            [NEVER, 1, NEVER, 2],
            [NEVER, NEVER, NEVER, 3],
            [4, 5, NEVER, 6],
        ];
        let mut number = Number::new().part(&state.decision);
        let (mut sent, mut received) = (state.sent, state.received);
        for manager in &state.managers[..self.managers] {
            let messages = sent & 1 | (received & 1) << 1;
            number = number.digit(TOGETHER[*manager as usize][messages as usize], NEVER);
            (sent, received) = (sent >> 1, received >> 1);
        }
        Some(number)
    }

    /// Nobody knows a resource manager by its place: sorted by all that there is of
    /// each, they stand for any other order.
    fn canonical(&self, state: &State) -> Option<State> {
        let bit = |bits: u16, place: usize| bits >> place & 1;
        let mut all = [(Manager::Working, 0, 0); *SIZES.end()];
        for (place, one) in all.iter_mut().enumerate() {
            *one = (
                state.managers[place],
                bit(state.sent, place),
                bit(state.received, place),
            );
        }
        all[..self.managers].sort_unstable();
        let mut state = State {
            sent: 0,
            received: 0,
            ..*state
        };
        for (place, (manager, sent, received)) in all.into_iter().enumerate() {
            state.managers[place] = manager;
            state.sent |= sent << place;
            state.received |= received << place;
        }
        Some(state)
    }
}
