//! Looking at one state of all that are like each other, and finding out when they are
//! not.

use fsmcheck::check::{Check, Flaw, Model, Number, Property, Symmetry, audit};

use super::STORES;

/// How a model stands for a state by another one.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Canonical {
    None,
    Sorted,
    /// Only the first two are sorted, which is right and finds less.
    Partly,
    /// Not its own canonical form.
    Reversed,
    /// Forgets where the token is.
    TokenLost,
    /// Sorts what a property tells apart.
    AgainstProperty,
}

/// Wheels that turn by themselves; a token that stops the wheel that has it.
struct Wheels {
    canonical: Canonical,
    is_live: bool,
}

const WHEELS: usize = 5;
const POSITIONS: u8 = 4;

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
struct State {
    positions: [u8; WHEELS],
    token: Option<u8>,
}

#[derive(Clone, Debug)]
enum Action {
    Turn(usize),
    Give(u8),
}

impl Model for Wheels {
    type State = State;
    type Action = Action;

    fn initial_states(&self) -> Vec<State> {
        vec![State {
            positions: [0; WHEELS],
            token: None,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        let free = (0..WHEELS).filter(|wheel| state.token != Some(*wheel as u8));
        actions.extend(free.map(Action::Turn));
        if self.canonical == Canonical::TokenLost {
            actions.extend((0..WHEELS as u8).map(Action::Give));
        }
    }

    fn next(&self, state: &State, action: &Action) -> Option<State> {
        let mut state = state.clone();
        match action {
            Action::Turn(wheel) => {
                state.positions[*wheel] = (state.positions[*wheel] + 1) % POSITIONS;
            }
            Action::Give(wheel) => state.token = Some(*wheel),
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = vec![
            Property::<Self>::never("all are at the end", |_, state| {
                state.positions == [POSITIONS - 1; WHEELS]
            }),
            Property::<Self>::always("no more than three turns", |_, state| {
                state.positions.iter().all(|position| *position < POSITIONS)
            }),
        ];
        if self.canonical == Canonical::AgainstProperty {
            properties.push(Property::<Self>::always(
                "the first is never ahead",
                |_, state| {
                    state.positions[0] < POSITIONS
                        && (state.positions[0] == 0 || state.positions[1] > 0)
                },
            ));
        }
        if self.is_live {
            properties.push(Property::<Self>::eventually("someone turns", |_, state| {
                state.positions != [0; WHEELS]
            }));
        }
        properties
    }

    fn number(&self, state: &State) -> Option<Number> {
        let positions = state.positions.iter();
        let number = positions.fold(Number::new().part(&state.token), |number, position| {
            number.digit((*position).into(), POSITIONS.into())
        });
        Some(number)
    }

    fn canonical(&self, state: &State) -> Option<State> {
        let mut state = state.clone();
        match self.canonical {
            Canonical::None => return None,
            Canonical::Partly => state.positions[..2].sort_unstable(),
            Canonical::Reversed => state.positions.reverse(),
            Canonical::Sorted | Canonical::AgainstProperty | Canonical::TokenLost => {
                state.positions.sort_unstable();
            }
        }
        Some(state)
    }
}

fn wheels(canonical: Canonical) -> Wheels {
    Wheels {
        canonical,
        is_live: false,
    }
}

#[test]
fn fewer_states_have_the_same_verdicts() {
    let full = Check::new(&wheels(Canonical::Sorted))
        .all_violations()
        .run();
    assert_eq!((full.unique(), full.symmetry()), (1024, Symmetry::Off));
    for store in STORES {
        for threads in [1, 2, 3] {
            let sorted = wheels(Canonical::Sorted);
            let check = Check::new(&sorted).symmetric().store(store);
            let report = check.threads(threads).all_violations().run();
            // As many as there are ways to put 5 like things into 4 places.
            assert_eq!(report.unique(), 56);
            assert_eq!(report.symmetry(), Symmetry::Used);
            for (ours, theirs) in report.verdicts().iter().zip(full.verdicts()) {
                assert_eq!(ours.holds(), theirs.holds(), "{}", ours.property());
            }
            let counterexample = report.violations().next().unwrap();
            let shortest = full.violations().next().unwrap();
            assert_eq!(counterexample.steps().len(), shortest.steps().len());
            // It is a walk of real states, not of those that stand for them.
            let mut state = counterexample.walk().initial().clone();
            for step in counterexample.steps() {
                state = sorted.next(&state, &step.action).unwrap();
                assert_eq!(state, step.state);
            }
            assert_eq!(state.positions, [POSITIONS - 1; WHEELS]);
        }
    }
}

#[test]
fn a_model_without_symmetry_is_seen_whole() {
    let model = wheels(Canonical::None);
    assert_eq!(
        Check::new(&model)
            .symmetric()
            .all_violations()
            .run()
            .unique(),
        1024
    );
    let partly = wheels(Canonical::Partly);
    let report = Check::new(&partly).symmetric().all_violations().run();
    assert_eq!(report.unique(), 10 * 64);
}

#[test]
fn liveness_sets_symmetry_aside() {
    let model = Wheels {
        canonical: Canonical::Sorted,
        is_live: true,
    };
    let report = Check::new(&model).symmetric().all_violations().run();
    assert_eq!(
        (report.unique(), report.symmetry()),
        (1024, Symmetry::SetAside)
    );
}

#[test]
fn an_audit_tells_a_right_symmetry_from_a_wrong_one() {
    let audited = audit(&wheels(Canonical::Sorted), usize::MAX).unwrap();
    assert!(audited.is_exhaustive);
    assert_eq!((audited.states, audited.canonical), (1024, Some(56)));
    let audited = audit(&wheels(Canonical::Partly), usize::MAX).unwrap();
    assert_eq!(audited.canonical, Some(10 * 64));
    let audited = audit(&wheels(Canonical::None), usize::MAX).unwrap();
    assert_eq!(audited.canonical, None);
    let audited = audit(&wheels(Canonical::None), 100).unwrap();
    assert_eq!((audited.states, audited.is_exhaustive), (100, false));

    let flaw = audit(&wheels(Canonical::Reversed), usize::MAX).unwrap_err();
    assert!(matches!(flaw, Flaw::NotCanonical { .. }), "{flaw}");
    let flaw = audit(&wheels(Canonical::TokenLost), usize::MAX).unwrap_err();
    assert!(matches!(flaw, Flaw::NotSymmetric { .. }), "{flaw}");
    let flaw = audit(&wheels(Canonical::AgainstProperty), usize::MAX).unwrap_err();
    assert!(
        matches!(&flaw, Flaw::PropertyNotSymmetric { property, .. } if property == "the first is never ahead"),
        "{flaw}"
    );
}
