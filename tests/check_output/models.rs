//! Models whose reports and counterexamples are shown.

use std::collections::{BTreeMap, BTreeSet};

use fsmcheck::check::{Counterexample, Fairness, Model, Participants, Property, check};

/// Two processes that look whether a lock is free first, and take it later.
pub(crate) struct Lock;

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Process {
    Idle,
    SawItFree,
    Inside,
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct LockState {
    pub(crate) taken: bool,
    pub(crate) processes: [Process; 2],
}

#[derive(Clone, Debug)]
pub(crate) enum LockAction {
    Look(usize),
    Enter(usize),
    Leave(usize),
}

impl Model for Lock {
    type State = LockState;
    type Action = LockAction;

    fn initial_states(&self) -> Vec<LockState> {
        vec![LockState {
            taken: false,
            processes: [Process::Idle; 2],
        }]
    }

    fn actions(&self, state: &LockState, actions: &mut Vec<LockAction>) {
        for (index, process) in state.processes.iter().enumerate() {
            actions.push(match process {
                Process::Idle => LockAction::Look(index),
                Process::SawItFree => LockAction::Enter(index),
                Process::Inside => LockAction::Leave(index),
            });
        }
    }

    fn next(&self, state: &LockState, action: &LockAction) -> Option<LockState> {
        let mut state = state.clone();
        match *action {
            LockAction::Look(_) if state.taken => return None,
            LockAction::Look(index) => state.processes[index] = Process::SawItFree,
            LockAction::Enter(index) => {
                state.taken = true;
                state.processes[index] = Process::Inside;
            }
            LockAction::Leave(index) => {
                state.taken = false;
                state.processes[index] = Process::Idle;
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::<Self>::never("both are inside", |_, state| {
                state.processes == [Process::Inside; 2]
            }),
            Property::<Self>::sometimes("one is inside", |_, state| {
                state.processes.contains(&Process::Inside)
            }),
        ]
    }
}

/// A sender that sends again, and a channel that loses messages.
pub(crate) struct Channel {
    /// Whether the sender may give up.
    pub(crate) may_give_up: bool,
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct ChannelState {
    pub(crate) sent: u8,
    pub(crate) flying: BTreeSet<&'static str>,
    pub(crate) got: BTreeMap<&'static str, u8>,
    pub(crate) gave_up: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ChannelAction {
    Send,
    Lose,
    Deliver,
    GiveUp,
}

impl Model for Channel {
    type State = ChannelState;
    type Action = ChannelAction;

    fn initial_states(&self) -> Vec<ChannelState> {
        vec![ChannelState {
            sent: 0,
            flying: BTreeSet::new(),
            got: BTreeMap::new(),
            gave_up: false,
        }]
    }

    fn actions(&self, state: &ChannelState, actions: &mut Vec<ChannelAction>) {
        if state.gave_up || !state.got.is_empty() {
            return;
        }
        if state.flying.is_empty() {
            actions.push(ChannelAction::Send);
            if self.may_give_up {
                actions.push(ChannelAction::GiveUp);
            }
        } else {
            actions.extend([ChannelAction::Lose, ChannelAction::Deliver]);
        }
    }

    fn next(&self, state: &ChannelState, action: &ChannelAction) -> Option<ChannelState> {
        let mut state = state.clone();
        match action {
            ChannelAction::Send => {
                state.sent = 1;
                state.flying.insert("hello");
            }
            ChannelAction::Lose => state.flying.clear(),
            ChannelAction::Deliver => {
                state.flying.clear();
                state.got.insert("hello", state.sent);
            }
            ChannelAction::GiveUp => state.gave_up = true,
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let is_delivery =
            |_: &Self, _: &ChannelState, action: &ChannelAction| *action == ChannelAction::Deliver;
        vec![
            Property::<Self>::leads_to(
                "what is sent is got",
                |_, state| state.sent > 0,
                |_, state| !state.got.is_empty(),
            )
            .under(if self.may_give_up {
                Fairness::progress().strong("delivery", is_delivery)
            } else {
                Fairness::progress().weak("delivery", is_delivery)
            }),
        ]
    }

    fn participants(&self, action: &ChannelAction) -> Option<Participants> {
        match action {
            ChannelAction::Send => {
                Some(Participants::between("sender", "channel").label("\"hello\"; again"))
            }
            ChannelAction::Deliver => Some(Participants::between("channel", "receiver 1")),
            ChannelAction::Lose => Some(Participants::alone("channel")),
            ChannelAction::GiveUp => None,
        }
    }
}

/// The only counterexample to a model.
pub(crate) fn counterexample<M: Model>(model: &M) -> Counterexample<M> {
    let report = check(model);
    let mut violations = report.violations();
    let first = violations.next().expect("something is broken").clone();
    assert_eq!(violations.count(), 0);
    first
}
