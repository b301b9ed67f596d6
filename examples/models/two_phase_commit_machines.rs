//! Two-phase commit as statig machines side by side: what `two_phase_commit.rs` writes
//! down as one model, as a transaction manager and resource managers.

use std::ops::RangeInclusive;

use fsmcheck::check::compose::{Component, Compose, ComposeError, Composition, Formula};

use self::account::Account;
use self::resource::Resource;
use self::transaction::Transaction;

/// How many resource managers there may be.
pub(crate) const SIZES: RangeInclusive<usize> = 1..=12;

/// A resource manager.
pub(crate) mod resource {
    use statig::prelude::*;

    #[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
    pub(crate) struct Resource {
        /// Whether it goes back on its word: it aborts on its own after it has said that
        /// it is prepared.
        pub(crate) breaks_its_word: bool,
        pub(crate) has_said_prepared: bool,
    }

    #[derive(Clone, Copy, Debug)]
    pub(crate) enum Event {
        Prepare,
        ChooseToAbort,
        /// What it has said is received, once more or for the first time.
        BeHeard,
        Commit,
        Abort,
    }

    #[state_machine(
        initial = "State::working()",
        state(derive(Clone, Debug, Eq, Hash, PartialEq)),
        superstate(derive(Debug))
    )]
    impl Resource {
        #[state(superstate = "obedient")]
        fn working(&mut self, event: &Event) -> Outcome<State> {
            match event {
                Event::Prepare => {
                    self.has_said_prepared = true;
                    Transition(State::prepared())
                }
                Event::ChooseToAbort => Transition(State::aborted()),
                _ => Super,
            }
        }

        #[state(superstate = "obedient")]
        fn prepared(&mut self, event: &Event) -> Outcome<State> {
            match event {
                Event::ChooseToAbort if self.breaks_its_word => Transition(State::aborted()),
                _ => Super,
            }
        }

        #[state(superstate = "obedient")]
        fn committed() -> Outcome<State> {
            Super
        }

        #[state(superstate = "obedient")]
        fn aborted() -> Outcome<State> {
            Super
        }

        #[superstate]
        fn obedient(&mut self, event: &Event) -> Outcome<State> {
            match event {
                Event::Commit => Transition(State::committed()),
                Event::Abort => Transition(State::aborted()),
                Event::BeHeard if self.has_said_prepared => Handled,
                _ => Super,
            }
        }
    }

    impl fsmcheck::Machine for Resource {
        fn alphabet() -> Vec<Event> {
            vec![
                Event::Prepare,
                Event::ChooseToAbort,
                Event::BeHeard,
                Event::Commit,
                Event::Abort,
            ]
        }
    }
}

/// The transaction manager.
pub(crate) mod transaction {
    use statig::prelude::*;

    #[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
    pub(crate) struct Transaction;

    #[derive(Clone, Copy, Debug)]
    pub(crate) enum Event {
        Hear,
        DecideCommit,
        DecideAbort,
        TellCommit,
        TellAbort,
    }

    #[state_machine(
        initial = "State::waiting()",
        state(derive(Clone, Debug, Eq, Hash, PartialEq)),
        superstate(derive(Debug))
    )]
    impl Transaction {
        #[state]
        fn waiting(event: &Event) -> Outcome<State> {
            match event {
                Event::Hear => Handled,
                Event::DecideCommit => Transition(State::committed()),
                Event::DecideAbort => Transition(State::aborted()),
                _ => Super,
            }
        }

        #[state]
        fn committed(event: &Event) -> Outcome<State> {
            match event {
                Event::TellCommit => Handled,
                _ => Super,
            }
        }

        #[state]
        fn aborted(event: &Event) -> Outcome<State> {
            match event {
                Event::TellAbort => Handled,
                _ => Super,
            }
        }
    }

    impl fsmcheck::Machine for Transaction {
        fn alphabet() -> Vec<Event> {
            vec![
                Event::Hear,
                Event::DecideCommit,
                Event::DecideAbort,
                Event::TellCommit,
                Event::TellAbort,
            ]
        }
    }
}

/// The transaction manager's account of one resource manager.
pub(crate) mod account {
    use statig::prelude::*;

    #[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
    pub(crate) struct Account;

    #[derive(Clone, Copy, Debug)]
    pub(crate) enum Event {
        /// The resource manager has said that it is prepared.
        Hear,
        /// All have said it.
        Agree,
    }

    #[state_machine(
        initial = "State::open()",
        state(derive(Clone, Debug, Eq, Hash, PartialEq)),
        superstate(derive(Debug))
    )]
    impl Account {
        #[state]
        fn open(event: &Event) -> Outcome<State> {
            match event {
                Event::Hear => Transition(State::heard()),
                Event::Agree => Super,
            }
        }

        #[state]
        fn heard() -> Outcome<State> {
            Handled
        }
    }

    impl fsmcheck::Machine for Account {
        fn alphabet() -> Vec<Event> {
            vec![Event::Hear, Event::Agree]
        }
    }
}

/// One transaction manager and so many resource managers.
pub(crate) fn two_phase_commit(
    resources: usize,
    breaks_its_word: bool,
) -> Result<Composition, ComposeError> {
    use account::Event as Note;
    use resource::Event as Of;
    use transaction::Event as To;

    let mut compose = Compose::new();
    let manager = compose.machine::<Transaction>("manager");
    compose.spontaneous(manager, To::DecideAbort);
    let mut agreement = vec![manager.takes(To::DecideCommit)];
    let mut blocks = Vec::new();
    let resources: Vec<_> = (0..resources)
        .map(|number| {
            let resource = Resource {
                breaks_its_word,
                has_said_prepared: false,
            };
            let name = format!("resource_{number}");
            let resource = compose.machine_with(&name, resource);
            let account = compose.machine::<Account>(format!("account_{number}"));
            agreement.push(account.takes(Note::Agree));
            blocks.push(vec![resource.into(), account.into()]);
            compose.spontaneous(resource, Of::Prepare);
            compose.spontaneous(resource, Of::ChooseToAbort);
            compose.together(
                format!("Hear {name}"),
                [
                    resource.takes(Of::BeHeard),
                    account.takes(Note::Hear),
                    manager.takes(To::Hear),
                ],
            );
            for (what, tells, is_told) in [
                ("Commit", To::TellCommit, Of::Commit),
                ("Abort", To::TellAbort, Of::Abort),
            ] {
                let takes = [manager.takes(tells), resource.takes(is_told)];
                compose.together(format!("{what} {name}"), takes);
            }
            resource
        })
        .collect();
    compose.together("DecideCommit", agreement);
    compose.interchangeable(blocks);
    let aborted = |resource: &Component<Resource>| {
        resource.is(|_, state| matches!(state, resource::State::Aborted {}))
    };
    let committed = |resource: &Component<Resource>| {
        resource.is(|_, state| matches!(state, resource::State::Committed {}))
    };
    let all = |one: fn(&Component<Resource>) -> Formula| Formula::all(resources.iter().map(one));
    let any = |one: fn(&Component<Resource>) -> Formula| Formula::any(resources.iter().map(one));
    compose.sometimes("abort agreement", all(aborted));
    compose.sometimes("commit agreement", all(committed));
    let both = any(aborted) & any(committed);
    compose.always("consistent", !both);
    compose.close()
}
