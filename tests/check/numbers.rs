//! States that are kept by their numbers, and those that do not fit.

use fsmcheck::check::{
    Check, Completeness, Flaw, Model, Number, NumberError, Outcome, Property, Search, Stop, Store,
    audit, check,
};

use super::STORES;
use super::graph_model::{GraphModel, any_of};

/// What is wrong with the numbers of a [`Wheels`].
#[derive(Clone, Copy, Eq, PartialEq)]
enum Wrong {
    Nothing,
    /// One wheel less is counted than there is.
    Wheel,
    /// A wheel has fewer positions than it takes.
    Position,
    /// States differ in how many numbers there are.
    Size,
    /// Some states have none.
    None,
    /// There would be more numbers than there can be.
    TooMany,
}

/// Wheels with ten positions each, any of which goes on by one.
struct Wheels(Wrong);

impl Model for Wheels {
    type State = [u8; 3];
    type Action = usize;

    fn initial_states(&self) -> Vec<[u8; 3]> {
        vec![[0; 3]]
    }

    fn actions(&self, _: &[u8; 3], actions: &mut Vec<usize>) {
        actions.extend(0..3);
    }

    fn next(&self, state: &[u8; 3], wheel: &usize) -> Option<[u8; 3]> {
        let mut state = *state;
        state[*wheel] = (state[*wheel] + 1) % 10;
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::<Self>::never("near", |_, state| *state == [1, 2, 1]),
            Property::<Self>::never("far", |_, state| *state == [9, 9, 9]),
            Property::<Self>::sometimes("seen", |_, state| *state == [0, 0, 5]),
        ]
    }

    fn number(&self, state: &[u8; 3]) -> Option<Number> {
        let positions = |wheel| match self.0 {
            Wrong::Position if wheel == 1 => 7,
            Wrong::Size if state[1] == 7 => 11,
            _ => 10,
        };
        let wheels = if self.0 == Wrong::Wheel { 2 } else { 3 };
        let number = (0..wheels).fold(Number::new(), |number, wheel| {
            number.digit(state[wheel].into(), positions(wheel))
        });
        match self.0 {
            Wrong::None if state[1] == 7 => None,
            Wrong::TooMany => Some(number.part(&[0_u16; 3]).part(&[0_u8; 1])),
            _ => Some(number),
        }
    }
}

#[test]
fn numbers_are_used_where_there_are_some() {
    let report = Check::new(&Wheels(Wrong::Nothing)).all_violations().run();
    assert_eq!((report.store(), report.unique()), (Store::Numbers, 1000));
    assert!(
        report
            .to_string()
            .contains("states kept by number: none can be overlooked")
    );
    assert!(report.to_json().contains("\"store\": \"numbers\""));
    let without = GraphModel::new([(0, "go", 1)]).with(Vec::new);
    assert_eq!(check(&without).store(), Store::Exact);
    let nothing = GraphModel::new([(0, "go", 1)])
        .starting_in(&[])
        .numbered(2)
        .with(Vec::new);
    assert_eq!(check(&nothing).unique(), 0);
}

#[test]
fn what_is_not_kept_may_be_overlooked_and_the_odds_are_told() {
    let told = |store| {
        Check::new(&Wheels(Wrong::Nothing))
            .store(store)
            .run()
            .to_string()
    };
    assert!(told(Store::Exact).contains("states kept whole: none can be overlooked"));
    assert!(told(Store::Fingerprint).contains("64-bit fingerprints kept: the odds"));
    assert!(told(Store::WideFingerprint).contains("128-bit fingerprints kept: the odds"));
    let odds = |store: Store| store.collision_odds(1 << 30);
    assert_eq!(odds(Store::Numbers), 0.0);
    assert!(odds(Store::Fingerprint) > 0.01);
    assert!(odds(Store::WideFingerprint) < 1e-20 && odds(Store::WideFingerprint) > 0.0);
}

#[test]
fn every_store_says_the_same() {
    let said = |store, threads| {
        let model = Wheels(Wrong::Nothing);
        let check = Check::new(&model).store(store).threads(threads);
        let report = check.all_violations().run();
        assert_eq!(report.store(), store);
        (
            format!("{:?}", report.verdicts()),
            format!("{:?}", report.coverage()),
        )
    };
    for store in STORES {
        for threads in 1..=3 {
            assert_eq!(said(store, threads), said(Store::Exact, 1), "{store}");
        }
    }
}

#[test]
fn a_state_that_does_not_fit_leaves_undecided_what_was_not_seen() {
    for wrong in [Wrong::Position, Wrong::Size, Wrong::None] {
        for threads in 1..=3 {
            let model = Wheels(wrong);
            let check = Check::new(&model).threads(threads).all_violations();
            let report = check.run();
            let outcome = |property| report.verdict(property).unwrap().outcome();
            let Outcome::Violated(Some(near)) = outcome("near") else {
                panic!("{report}");
            };
            assert_eq!(near.steps().len(), 4);
            assert!(matches!(outcome("far"), Outcome::Undecided(Stop::Misfit)));
            assert!(matches!(outcome("seen"), Outcome::Holds));
            assert_eq!(report.completeness(), Completeness::Bounded(Stop::Misfit));
            // All that are as near as the first one that does not fit: as many as there are
            // ways to share up to seven steps among three wheels, but for that one.
            assert_eq!(report.unique(), 10 * 9 * 8 / 6 - 1);
        }
        for search in [
            Search::DepthFirst,
            Search::RandomWalks {
                seed: 1,
                walks: 100,
                steps: 100,
            },
        ] {
            let model = Wheels(wrong);
            let report = Check::new(&model).search(search).all_violations().run();
            assert_eq!(report.completeness(), Completeness::Bounded(Stop::Misfit));
            assert_eq!(
                report.exit_code(),
                if report.violations().count() > 0 {
                    1
                } else {
                    3
                }
            );
        }
        // Other stores do not ask for numbers.
        let report = Check::new(&Wheels(wrong))
            .store(Store::Exact)
            .all_violations()
            .run();
        assert_eq!(report.unique(), 1000);
    }
}

#[test]
fn a_start_that_does_not_fit_is_no_pass() {
    for numbers in [0, 3] {
        let model = GraphModel::new([(3, "go", 1)])
            .starting_in(&[3, 1])
            .numbered(numbers)
            .with(|| vec![Property::never("bad", any_of(&[7]))]);
        for threads in 1..=2 {
            let report = Check::new(&model).threads(threads).run();
            assert_eq!(report.completeness(), Completeness::Bounded(Stop::Misfit));
            assert_eq!(report.exit_code(), 3);
        }
    }
    let report = check(&Wheels(Wrong::TooMany));
    assert_eq!(report.completeness(), Completeness::Bounded(Stop::Misfit));
    assert_eq!((report.unique(), report.exit_code()), (0, 3));
}

#[test]
fn an_audit_tells_which_state_does_not_fit() {
    let flaw = |wrong| audit(&Wheels(wrong), 10_000).unwrap_err();
    assert_eq!(audit(&Wheels(Wrong::Nothing), 10_000).unwrap().states, 1000);
    assert_eq!(
        flaw(Wrong::Position).to_string(),
        "state [0, 7, 0] does not fit its number: digit 1 is 7, and it has only 7 values"
    );
    assert_eq!(
        flaw(Wrong::Size).to_string(),
        "the number of state [0, 7, 0] is 77 of 1331, and that of [0, 0, 0] is 0 of 1000: all \
         states have a number, and one of as many"
    );
    assert!(matches!(flaw(Wrong::None), Flaw::NumberSize { number, .. } if number == "None"));
    assert_eq!(
        flaw(Wrong::Wheel).to_string(),
        "the states [0, 0, 0] and [0, 0, 1] differ, and both have the number 0"
    );
    assert!(matches!(
        flaw(Wrong::TooMany),
        Flaw::Misfit {
            misfit: NumberError::Size { position: 4, .. },
            ..
        }
    ));
}
